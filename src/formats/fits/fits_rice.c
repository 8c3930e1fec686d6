// SPDX-License-Identifier: MIT
// The Rice code of FITS tiles, decoded within exact bounds: FITS Standard 4.0, section 10.4.1.
//
// The stream begins with the first number as it is. Then come blocks of differences to the number before,
// folded to unsigned ones. A block begins with a selector: 0 for differences that are all 0, the highest for
// differences as they are, else the number of low bits plus 1; the high part is then a run of zeros that a
// one ends, and the low bits follow it.
#include "formats/fits/fits_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <string.h>

struct rice_kind {
    int bits;     // of a number
    int selector; // bits of a block's selector
    int plain;    // low bits, as the selector gives them, where differences are stored as they are
};

// A stream that is being read. No read is behind `end` by more than the padding of ones allows.
struct stream {
    const uint8_t *data;
    size_t at, end; // in bits
};

static struct rice_kind kind_of(int pixel_bytes)
{
    static const struct rice_kind kinds[3] = {{8, 3, 6}, {16, 4, 14}, {32, 5, 25}};
    return kinds[pixel_bytes / 2];
}

// At least 57 bits from the place on, at the top of the word.
static uint64_t bits_here(const struct stream *stream)
{
    return load_u64be(stream->data + stream->at / 8) << (stream->at % 8);
}

static uint32_t take_bits(struct stream *stream, int count)
{
    uint64_t word = bits_here(stream);
    stream->at += (size_t)count;
    return count == 0 ? 0 : (uint32_t)(word >> (64 - count));
}

// A run of zeros and the one behind it; false at the end of the stream.
static bool take_run(struct stream *stream, uint64_t *zeros)
{
    *zeros = 0;
    while (stream->at < stream->end) {
        uint64_t word = bits_here(stream) >> 8; // 56 bits are there whatever the shift
        int count = word ? __builtin_clzll(word) - 8 : 56;
        *zeros += (uint64_t)count;
        stream->at += (size_t)count;
        if (word) {
            stream->at++;
            return stream->at <= stream->end;
        }
    }
    return false;
}

static uint32_t unfold(uint32_t folded)
{
    return folded & 1 ? ~(folded >> 1) : folded >> 1;
}

// The differences of a block; false if the stream ends before they do.
static bool block_read(struct stream *stream, const struct rice_kind *kind, uint32_t *differences,
                       int64_t count)
{
    if (stream->at + (size_t)kind->selector > stream->end)
        return false;
    int low = (int)take_bits(stream, kind->selector) - 1;
    if (low < 0) {
        memset(differences, 0, (size_t)count * sizeof *differences);
        return true;
    }
    if (low > kind->plain)
        return false;
    if (low == kind->plain) {
        if ((size_t)count * (size_t)kind->bits > stream->end - stream->at)
            return false;
        for (int64_t i = 0; i < count; i++)
            differences[i] = unfold(take_bits(stream, kind->bits));
        return true;
    }
    for (int64_t i = 0; i < count; i++) {
        uint64_t zeros;
        if (!take_run(stream, &zeros) || (size_t)low > stream->end - stream->at)
            return false;
        differences[i] = unfold((uint32_t)(zeros << low) | take_bits(stream, low));
    }
    return true;
}

// Adds up the differences; the numbers wrap round. Returns the last one.
static uint32_t block_store(const uint32_t *differences, int64_t count, uint32_t last, int pixel_bytes,
                            uint8_t *out)
{
    for (int64_t i = 0; i < count; i++) {
        last += differences[i];
        if (pixel_bytes == 1)
            out[i] = (uint8_t)last;
        else if (pixel_bytes == 2)
            memcpy(out + 2 * i, &(uint16_t){(uint16_t)last}, 2);
        else
            memcpy(out + 4 * i, &last, 4);
    }
    return last;
}

int64_t fits_rice_least_bytes(int pixel_bytes, int64_t block, int64_t pixels)
{
    return pixel_bytes + int64_ceil_div(int64_ceil_div(pixels, block) * kind_of(pixel_bytes).selector, 8);
}

bool fits_rice_decode(const uint8_t *data, size_t count, int pixel_bytes, int64_t block, void *out,
                      int64_t pixels, struct cancel *cancel)
{
    struct rice_kind kind = kind_of(pixel_bytes);
    struct stream stream = {.data = data, .end = 8 * count};
    uint32_t differences[FITS_RICE_MAX_BLOCK];
    if (count < (size_t)pixel_bytes)
        return false;
    uint32_t last = take_bits(&stream, kind.bits);
    for (int64_t i = 0; i < pixels; i += block) {
        int64_t now = int64_min(block, pixels - i);
        if (cancel_requested(cancel) || !block_read(&stream, &kind, differences, now))
            return false;
        last = block_store(differences, now, last, pixel_bytes, (uint8_t *)out + i * pixel_bytes);
    }
    return true;
}
