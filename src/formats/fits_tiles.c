// SPDX-License-Identifier: MIT
// A look at compressed tiles before cfitsio decodes them.
//
// The Rice, PLIO and HCompress decoders of cfitsio 4.2 trust their input and read or write behind their
// buffers when it is damaged. The form of the data is public: FITS Standard 4.0, section 10.4.
#include "formats/fits_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { RICE_MAX_BLOCK = 1024, PADDING = 8 * RICE_MAX_BLOCK };

static uint64_t bits_at(const uint8_t *data, size_t at)
{
    uint64_t word = load_u64be(data + at / 8) << (at % 8);
    return word;
}

// Does the bit stream of `count` bytes hold `pixels` numbers? `data` is followed by PADDING bytes of ones,
// which end every run of zeros.
static bool rice_sound(const uint8_t *data, size_t count, int64_t pixels, int64_t block, int pixel_bytes)
{
    int select = pixel_bytes == 1 ? 3 : pixel_bytes == 2 ? 4 : 5;
    int plain = pixel_bytes == 1 ? 6 : pixel_bytes == 2 ? 14 : 25;
    size_t end = 8 * count, at = 8 * (size_t)pixel_bytes;
    for (int64_t i = 0; i < pixels; i += block) {
        int64_t n = int64_min(block, pixels - i);
        if (at + (size_t)select > end)
            return false;
        int low = (int)(bits_at(data, at) >> (64 - select)) - 1;
        at += (size_t)select;
        if (low == plain)
            at += (size_t)n * 8 * (size_t)pixel_bytes;
        for (int64_t k = 0; low >= 0 && low != plain && k < n && at <= end; k++) {
            uint64_t word = bits_at(data, at) >> 8; // 56 bits are there whatever the shift
            for (; word == 0 && at < end; word = bits_at(data, at) >> 8)
                at += 56;
            at += (size_t)(word ? __builtin_clzll(word) - 8 : 0) + 1 + (size_t)low;
        }
        if (at > end)
            return false;
    }
    return true;
}

// An IRAF pixel list of big-endian 16-bit words: where its instructions begin and how many words it has.
static bool plio_sound(const uint8_t *data, size_t words)
{
    if (words < 7)
        return false;
    int16_t head[7];
    for (int i = 0; i < 7; i++)
        head[i] = (int16_t)load_u16be(data + (size_t)2 * (size_t)i);
    int64_t count = head[2] > 0 ? head[2] : (int64_t)head[4] * 32768 + head[3];
    int64_t first = head[2] > 0 ? 3 : head[1];
    return first >= 0 && count >= first && count <= (int64_t)words;
}

// The head of an HCompress stream names the size of its image, which must be that of the tile.
static bool hcompress_sound(const uint8_t *data, size_t count, int64_t pixels)
{
    enum { HEAD = 2 + 3 * 4 + 8 + 3 };
    if (count < HEAD || data[0] != 0xDD || data[1] != 0x99)
        return false;
    int64_t rows = load_u32be(data + 2), columns = load_u32be(data + 6);
    if (rows < 1 || columns < 1 || rows > pixels || columns > pixels || rows * columns != pixels)
        return false;
    for (int i = 0; i < 3; i++)
        if (data[22 + i] > 62) // bit planes
            return false;
    return true;
}

// Does the gzip stream end within its bytes, after a number of bytes that `pixels` numbers can have?
static bool gzip_sound(uint8_t *data, size_t count, int64_t pixels)
{
    enum { ANY_HEADER = 15 + 32, CHUNK = 16 * 1024 };
    uint8_t out[CHUNK];
    z_stream stream = {.next_in = data, .avail_in = (uInt)count};
    int64_t total = 0;
    int code = Z_OK;
    if (count > INT32_MAX || inflateInit2(&stream, ANY_HEADER) != Z_OK)
        return false;
    while (code == Z_OK && total <= 8 * pixels) {
        stream.next_out = out;
        stream.avail_out = CHUNK;
        code = inflate(&stream, Z_NO_FLUSH);
        total += CHUNK - stream.avail_out;
    }
    inflateEnd(&stream);
    return code == Z_STREAM_END && total <= 8 * pixels;
}

static bool read_heap(struct fits_tile_reader *reader, int64_t offset, int64_t count)
{
    size_t need = (size_t)count + PADDING;
    if (need > reader->capacity) {
        uint8_t *grown = realloc(reader->buffer, need);
        if (!grown)
            return false;
        reader->buffer = grown;
        reader->capacity = need;
    }
    memset(reader->buffer + count, 0xFF, PADDING);
    return pread(reader->fd, reader->buffer, (size_t)count, reader->data_offset + offset) == (ssize_t)count;
}

static bool content_sound(const struct fits_tiling *tiling, uint8_t *data, size_t count, int64_t pixels)
{
    switch (tiling->codec) {
    case RICE_1:
        return rice_sound(data, count, pixels, tiling->rice_block, tiling->rice_bytes);
    case PLIO_1:
        return plio_sound(data, count / 2);
    case HCOMPRESS_1:
        return hcompress_sound(data, count, pixels);
    case GZIP_1:
    case GZIP_2:
        return gzip_sound(data, count, pixels);
    default:
        return (int64_t)count <= 8 * pixels;
    }
}

// The descriptor of a column's array in a row of the table; false if its bytes are not all in the file.
static bool descriptor(const struct fits_tile_reader *reader, int column, int item, long row, int64_t *offset,
                       int64_t *count)
{
    LONGLONG length = 0, start = 0;
    int code = 0;
    fits_read_descriptll(reader->handle, column, row, &length, &start, &code);
    int64_t room = reader->end - reader->data_offset - reader->handle->Fptr->heapstart;
    if (code != 0 || length < 0 || start < 0 || room < 0 || start > room || length > (room - start) / item)
        return false;
    *offset = reader->handle->Fptr->heapstart + start;
    *count = length * item;
    return true;
}

static bool tile_sound(struct fits_tile_reader *reader, const struct fits_tiling *tiling, long row,
                       int64_t pixels)
{
    int64_t offset = 0, count = 0;
    for (int i = 0; i < FITS_TILE_COLUMNS; i++) {
        const struct fits_tile_column *column = &tiling->columns[i];
        if (column->number == 0)
            continue;
        if (!descriptor(reader, column->number, column->item, row, &offset, &count))
            return false;
        if (count == 0)
            continue;
        // No codec makes more than this of its pixels.
        if (count > 16 * pixels + 4096)
            return false;
        if (i == FITS_TILE_PLAIN)
            return count / column->item <= pixels;
        if (!read_heap(reader, offset, count))
            return false;
        return i == FITS_TILE_GZIP ? gzip_sound(reader->buffer, (size_t)count, pixels)
                                   : content_sound(tiling, reader->buffer, (size_t)count, pixels);
    }
    return false; // nothing is stored for it
}

bool fits_tiles_sound(struct fits_tile_reader *reader, const struct fits_tiling *tiling, const long *first,
                      const long *last)
{
    int64_t at[FITS_MAX_AXES];
    for (int i = 0; i < tiling->axes; i++)
        at[i] = (first[i] - 1) / tiling->tile[i];
    for (;;) {
        int64_t row = 0, pixels = 1, step = 1;
        for (int i = 0; i < tiling->axes; i++) {
            row += at[i] * step;
            step *= int64_ceil_div(tiling->axis[i], tiling->tile[i]);
            pixels *= int64_min(tiling->tile[i], tiling->axis[i] - at[i] * tiling->tile[i]);
        }
        if (!tile_sound(reader, tiling, (long)row + 1, pixels))
            return false;
        int i = 0;
        while (i < tiling->axes && ++at[i] > (last[i] - 1) / tiling->tile[i]) {
            at[i] = (first[i] - 1) / tiling->tile[i];
            i++;
        }
        if (i == tiling->axes)
            return true;
    }
}
