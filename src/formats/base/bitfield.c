// SPDX-License-Identifier: MIT
// Blocks of differences of as many bits as they need.
#include "formats/base/bitfield.h"

#include "base/byteorder.h"
#include "base/size.h"

enum { HALF = 8, FIELD = 2 * HALF, ESCAPED_BITS = 8 };

// The next pixel that is a byte of its own.
static bool single(struct byte_stream *stream, uint32_t before, int32_t *pixel)
{
    uint32_t difference;
    const int byte = byte_stream_next(stream);
    if (byte < 0 || !bitfield_difference(stream, byte, &difference))
        return false;
    *pixel = (int32_t)(before + difference);
    return true;
}

// The stored differences of half a block, not yet less their zero.
static bool half(struct byte_stream *stream, unsigned bits, uint8_t stored[HALF])
{
    uint64_t all = 0;
    if (bits > ESCAPED_BITS || !byte_stream_take(stream, &all, bits))
        return false;
    for (unsigned i = 0; i < HALF; i++)
        stored[i] = (uint8_t)(all >> (bits * i) & ((1u << bits) - 1));
    return true;
}

// A block; returns how many of its pixels are there.
static int64_t block(struct byte_stream *stream, uint32_t before, int32_t *pixels)
{
    uint8_t stored[FIELD];
    const int lengths = byte_stream_next(stream);
    if (lengths < 0 || !half(stream, (unsigned)lengths & 15, stored) ||
        !half(stream, (unsigned)lengths >> 4, stored + HALF))
        return 0;
    for (int i = 0; i < FIELD; i++) {
        const unsigned bits = (unsigned)lengths >> (i < HALF ? 0 : 4) & 15;
        uint32_t difference = stored[i] - (bits > 0 ? (UINT32_C(1) << (bits - 1)) - 1 : 0);
        if (bits == ESCAPED_BITS && !bitfield_difference(stream, stored[i], &difference))
            return i;
        before += difference;
        pixels[i] = (int32_t)before;
    }
    return FIELD;
}

int64_t bitfield_row(struct byte_stream *stream, int32_t *row, int64_t width)
{
    if (!single(stream, 0, &row[0]))
        return 0;
    int64_t x = 1;
    for (; width - x >= FIELD; x += FIELD) {
        const int64_t count = block(stream, (uint32_t)row[x - 1], row + x);
        if (count < FIELD)
            return x + count;
    }
    for (; x < width; x++)
        if (!single(stream, (uint32_t)row[x - 1], &row[x]))
            return x;
    return width;
}

int64_t bitfield_image_row(const struct row_file *file, struct byte_stream *stream, int64_t data, int64_t row,
                           int32_t *out)
{
    uint8_t bytes[4];
    if (row_file_read(file, data, bytes, sizeof bytes, NULL) != STATUS_OK)
        return 0;
    const int64_t begin = data + (int64_t)sizeof bytes, end = begin + load_u32le(bytes);
    if (row_file_read(file, end + (int64_t)sizeof bytes * row, bytes, sizeof bytes, NULL) != STATUS_OK)
        return 0;
    byte_stream_start(stream, file->base.blob, begin + load_u32le(bytes), int64_min(end, file->bytes));
    return bitfield_row(stream, out, file->layout.width);
}
