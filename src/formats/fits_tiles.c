// SPDX-License-Identifier: MIT
// What a FITS file stores for compressed tiles, and a look at it before cfitsio decodes it.
//
// The PLIO and HCompress decoders of cfitsio 4.2 trust their input and read or write behind their buffers
// when it is damaged. The form of the data is public: FITS Standard 4.0, section 10.4.
#include "formats/fits_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

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

void fits_tile_reader_free(struct fits_tile_reader *reader)
{
    free(reader->stored.bytes);
    free(reader->items.bytes);
    free(reader->numbers.bytes);
    free(reader->random);
    *reader = (struct fits_tile_reader){0};
}

bool fits_memory_need(struct fits_memory *memory, size_t bytes)
{
    if (bytes <= memory->capacity)
        return true;
    free(memory->bytes);
    memory->bytes = malloc(bytes);
    memory->capacity = memory->bytes ? bytes : 0;
    return memory->bytes;
}

static bool read_heap(struct fits_tile_reader *reader, int64_t offset, int64_t count)
{
    if (!fits_memory_need(&reader->stored, (size_t)count + FITS_STORED_PADDING))
        return false;
    memset(reader->stored.bytes + count, 0xFF, FITS_STORED_PADDING);
    return pread(reader->fd, reader->stored.bytes, (size_t)count, reader->data_offset + offset) ==
           (ssize_t)count;
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

bool fits_tile_load(struct fits_tile_reader *reader, const struct fits_tiling *tiling, int64_t row,
                    int64_t pixels, struct fits_stored *stored)
{
    int64_t offset = 0, count = 0;
    for (int i = 0; i < FITS_TILE_COLUMNS; i++) {
        const struct fits_tile_column *column = &tiling->columns[i];
        if (column->number == 0)
            continue;
        if (!descriptor(reader, column->number, column->item, (long)row, &offset, &count))
            return false;
        if (count == 0)
            continue;
        // No codec makes more than this of its pixels.
        if (count > 16 * pixels + 4096 || !read_heap(reader, offset, count))
            return false;
        *stored = (struct fits_stored){i, reader->stored.bytes, (size_t)count};
        return true;
    }
    return false; // nothing is stored for it
}

static void walk_place(struct fits_tile_walk *walk)
{
    const struct fits_tiling *tiling = walk->tiling;
    int64_t step = 1;
    walk->row = 1;
    walk->pixels = 1;
    for (int i = 0; i < tiling->axes; i++) {
        walk->row += walk->at[i] * step;
        step *= int64_ceil_div(tiling->axis[i], tiling->tile[i]);
        walk->pixels *= int64_min(tiling->tile[i], tiling->axis[i] - walk->at[i] * tiling->tile[i]);
    }
}

void fits_tile_walk_begin(struct fits_tile_walk *walk, const struct fits_tiling *tiling, const long *first,
                          const long *last)
{
    *walk = (struct fits_tile_walk){.tiling = tiling, .first = first, .last = last};
    for (int i = 0; i < tiling->axes; i++)
        walk->at[i] = (first[i] - 1) / tiling->tile[i];
    walk_place(walk);
}

bool fits_tile_walk_next(struct fits_tile_walk *walk)
{
    const struct fits_tiling *tiling = walk->tiling;
    int i = 0;
    while (i < tiling->axes && ++walk->at[i] > (walk->last[i] - 1) / tiling->tile[i]) {
        walk->at[i] = (walk->first[i] - 1) / tiling->tile[i];
        i++;
    }
    walk_place(walk);
    return i < tiling->axes;
}

static bool tile_sound(struct fits_tile_reader *reader, const struct fits_tiling *tiling, int64_t row,
                       int64_t pixels)
{
    struct fits_stored stored;
    if (!fits_tile_load(reader, tiling, row, pixels, &stored))
        return false;
    if (stored.column == FITS_TILE_PLAIN)
        return (int64_t)stored.count / tiling->columns[FITS_TILE_PLAIN].item <= pixels;
    if (stored.column == FITS_TILE_GZIP)
        return gzip_sound(stored.data, stored.count, pixels);
    if (tiling->codec == PLIO_1)
        return plio_sound(stored.data, stored.count / 2);
    return tiling->codec == HCOMPRESS_1 && fits_hcompress_sound(stored.data, stored.count, pixels);
}

bool fits_tiles_sound(struct fits_tile_reader *reader, const struct fits_tiling *tiling, const long *first,
                      const long *last)
{
    struct fits_tile_walk walk;
    fits_tile_walk_begin(&walk, tiling, first, last);
    do {
        if (!tile_sound(reader, tiling, walk.row, walk.pixels))
            return false;
    } while (fits_tile_walk_next(&walk));
    return true;
}
