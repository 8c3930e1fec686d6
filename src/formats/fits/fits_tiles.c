// SPDX-License-Identifier: MIT
// What a FITS file stores for compressed tiles, and which tiles a box touches.
#include "formats/fits/fits_internal.h"

#include "base/byteorder.h"
#include "base/memory.h"
#include "base/size.h"
#include "formats/base/blob.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    const bool allowed = bytes <= INT64_MAX && memory_check("", "a tile", (int64_t)bytes, NULL) == STATUS_OK;
    memory->bytes = allowed ? malloc(bytes) : NULL;
    memory->capacity = memory->bytes ? bytes : 0;
    return memory->bytes;
}

size_t fits_tile_memory(const struct fits_tiling *tiling)
{
    const size_t number = (size_t)abs(tiling->bitpix) / 8;
    const size_t item = tiling->codec == FITS_RICE ? (size_t)tiling->rice_bytes : 8;
    size_t bytes = tiling->codec == FITS_NOT_COMPRESSED || number > item ? number : item;
    for (int i = 0; i < tiling->axes; i++)
        if (!size_multiply(bytes, (size_t)int64_min(tiling->tile[i], tiling->axis[i]), &bytes))
            return SIZE_MAX;
    return bytes;
}

// --- Columns ---

// The bytes of a column in a row of the table.
static bool column_read(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                        const struct fits_column *column, int64_t row, uint8_t *bytes, size_t count)
{
    int64_t offset = tiling->table + (row - 1) * tiling->row_bytes + column->offset;
    return blob_read(reader->blob, offset, bytes, count, NULL) == STATUS_OK;
}

static bool integer_read(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                         const struct fits_column *column, int64_t row, int64_t *value)
{
    uint8_t bytes[8];
    size_t count = column->kind == 'B' ? 1 : column->kind == 'I' ? 2 : column->kind == 'J' ? 4 : 8;
    if (!column_read(reader, tiling, column, row, bytes, count))
        return false;
    *value = count == 1   ? bytes[0]
             : count == 2 ? (int16_t)load_u16be(bytes)
             : count == 4 ? (int32_t)load_u32be(bytes)
                          : (int64_t)load_u64be(bytes);
    return true;
}

static bool real_read(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                      const struct fits_column *column, int64_t row, double *value)
{
    uint8_t bytes[8];
    float single;
    if (!column_read(reader, tiling, column, row, bytes, column->kind == 'E' ? 4 : 8))
        return false;
    uint32_t bits32 = load_u32be(bytes);
    memcpy(&single, &bits32, sizeof single);
    uint64_t bits64 = column->kind == 'E' ? 0 : load_u64be(bytes);
    memcpy(value, &bits64, sizeof *value);
    if (column->kind == 'E')
        *value = (double)single;
    return true;
}

bool fits_column_real(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                      const struct fits_column *column, int64_t row, double *value)
{
    int64_t integer;
    if (column->kind == 'E' || column->kind == 'D')
        return real_read(reader, tiling, column, row, value);
    if (!integer_read(reader, tiling, column, row, &integer))
        return false;
    *value = (double)integer;
    return true;
}

bool fits_column_integer(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                         const struct fits_column *column, int64_t row, int64_t *value)
{
    double real;
    if (column->kind != 'E' && column->kind != 'D')
        return integer_read(reader, tiling, column, row, value);
    if (!real_read(reader, tiling, column, row, &real) || !(fabs(real) < 0x1p63))
        return false;
    *value = (int64_t)real;
    return true;
}

// --- Stored tiles ---

static bool read_heap(struct fits_tile_reader *reader, int64_t offset, int64_t count)
{
    if (!fits_memory_need(&reader->stored, (size_t)count + FITS_STORED_PADDING))
        return false;
    memset(reader->stored.bytes + count, 0xFF, FITS_STORED_PADDING);
    return blob_read(reader->blob, offset, reader->stored.bytes, (size_t)count, NULL) == STATUS_OK;
}

// Where a column's array lies in the file; false if its bytes are not all there.
static bool descriptor(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                       const struct fits_column *column, int64_t row, int64_t *offset, int64_t *count)
{
    uint8_t bytes[16];
    bool wide = column->kind == 'Q';
    int64_t room = blob_size(reader->blob) - tiling->heap;
    if (!column_read(reader, tiling, column, row, bytes, wide ? 16 : 8))
        return false;
    int64_t length = wide ? (int64_t)load_u64be(bytes) : load_u32be(bytes);
    int64_t start = wide ? (int64_t)load_u64be(bytes + 8) : load_u32be(bytes + 4);
    if (length < 0 || start < 0 || room < 0 || start > room || length > (room - start) / column->element)
        return false;
    *offset = tiling->heap + start;
    *count = length * column->element;
    return true;
}

bool fits_tile_load(struct fits_tile_reader *reader, const struct fits_tiling *tiling, int64_t row,
                    int64_t pixels, struct fits_stored *stored)
{
    int64_t offset = 0, count = 0;
    for (int i = 0; i < FITS_TILE_COLUMNS; i++) {
        const struct fits_column *column = &tiling->data[i];
        if (!column->kind)
            continue;
        if (!descriptor(reader, tiling, column, row, &offset, &count))
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

// --- Boxes ---

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

void fits_tile_walk_begin(struct fits_tile_walk *walk, const struct fits_tiling *tiling, const int64_t *first,
                          const int64_t *last)
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
