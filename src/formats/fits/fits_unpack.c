// SPDX-License-Identifier: MIT
// Decoding of compressed tiles: each codec to integers or floats, and integers to floats that were quantized.
//
// FITS Standard 4.0, sections 10.1 to 10.4, and appendix I for the random numbers.
#include "formats/fits/fits_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { RANDOM_COUNT = 10000, ZERO_MARK = -2147483646 };

// The numbers of a tile as they were compressed, in the machine's byte order: 1 byte is unsigned, the others
// are signed or floats.
struct items {
    uint8_t *data;
    int bytes; // of one
    bool real; // they are the image's floats
};

// --- Codecs ---

static bool rice_items(struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                       const struct fits_stored *stored, int64_t pixels, struct items *items)
{
    int bytes = tiling->rice_bytes;
    if (fits_rice_least_bytes(bytes, tiling->rice_block, pixels) > (int64_t)stored->count ||
        !fits_memory_need(&reader->items, (size_t)pixels * (size_t)bytes))
        return false;
    items->data = reader->items.bytes;
    items->bytes = bytes;
    return fits_rice_decode(stored->data, stored->count, bytes, tiling->rice_block, items->data, pixels,
                            reader->cancel);
}

// The bytes of an item where a tile takes `total` of them; 0 if they do not fit.
static int item_size(int64_t total, int64_t pixels)
{
    for (int bytes = 1; bytes <= 8; bytes *= 2)
        if (total == bytes * pixels)
            return bytes;
    return 0;
}

// The bytes of a gzip or zlib stream, at most `room`; -1 if it is damaged or longer, or after a cancel.
static int64_t inflate_all(const struct fits_stored *stored, uint8_t *out, int64_t room,
                           struct cancel *cancel)
{
    enum { ANY_HEADER = 15 + 32, STEP = 1 << 20 };
    z_stream stream = {.next_in = stored->data, .avail_in = (uInt)stored->count, .next_out = out};
    if (inflateInit2(&stream, ANY_HEADER) != Z_OK)
        return -1;
    int code = Z_OK;
    int64_t made = 0;
    while (code == Z_OK && !cancel_requested(cancel)) {
        stream.avail_out = (uInt)int64_min(room - made, STEP);
        code = inflate(&stream, Z_NO_FLUSH); // Z_BUF_ERROR where nothing moves
        made = stream.next_out - out;
    }
    inflateEnd(&stream);
    return code == Z_STREAM_END ? made : -1;
}

// GZIP_2: all first bytes, then all second bytes, and so on.
static bool unshuffle(struct fits_tile_reader *reader, int64_t pixels, struct items *items)
{
    size_t bytes = (size_t)items->bytes, count = (size_t)pixels;
    if (!fits_memory_need(&reader->numbers, count * bytes))
        return false;
    for (size_t plane = 0; plane < bytes; plane++)
        for (size_t i = 0; i < count; i++)
            reader->numbers.bytes[i * bytes + plane] = items->data[plane * count + i];
    memcpy(items->data, reader->numbers.bytes, count * bytes);
    return true;
}

static bool gzip_items(struct fits_tile_reader *reader, const struct fits_stored *stored, int64_t pixels,
                       bool shuffled, struct items *items)
{
    enum { MAX_EXPANSION = 1100 }; // deflate reaches 1032
    int64_t most = (int64_t)stored->count * MAX_EXPANSION;
    int64_t room = int64_min(8 * pixels, most) + 1; // one more shows that a stream is too long
    if (pixels > most || stored->count > INT32_MAX || room > UINT32_MAX ||
        !fits_memory_need(&reader->items, (size_t)room))
        return false;
    items->data = reader->items.bytes;
    items->bytes = item_size(inflate_all(stored, items->data, room, reader->cancel), pixels);
    if (items->bytes == 0 || (shuffled && !unshuffle(reader, pixels, items)))
        return false;
    swap_items(items->data, (size_t)pixels, (size_t)items->bytes);
    return true;
}

static bool plain_items(struct fits_tile_reader *reader, const struct fits_stored *stored, int64_t pixels,
                        struct items *items)
{
    items->bytes = item_size((int64_t)stored->count, pixels);
    if (items->bytes == 0 || !fits_memory_need(&reader->items, stored->count))
        return false;
    items->data = reader->items.bytes;
    memcpy(items->data, stored->data, stored->count);
    swap_items(items->data, (size_t)pixels, (size_t)items->bytes);
    return true;
}

// The codecs that give 32-bit integers, whatever the image has.
static bool integer_items(struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                          const struct fits_stored *stored, int64_t pixels, struct items *items)
{
    if (!fits_memory_need(&reader->items, (size_t)pixels * 8))
        return false;
    items->data = reader->items.bytes;
    items->bytes = 4;
    return tiling->codec == FITS_PLIO
               ? fits_plio_decode(stored->data, stored->count, (int32_t *)(void *)items->data, pixels)
               : fits_hcompress_decode(stored->data, stored->count, tiling->smooth, items->data, pixels);
}

static bool items_decode(struct fits_tile_reader *reader, const struct fits_tiling *tiling, int64_t row,
                         int64_t pixels, struct items *items)
{
    struct fits_stored stored;
    if (!fits_tile_load(reader, tiling, row, pixels, &stored))
        return false;
    items->real = tiling->bitpix < 0 && (tiling->lossless || stored.column != FITS_TILE_COMPRESSED);
    if (stored.column == FITS_TILE_GZIP)
        return gzip_items(reader, &stored, pixels, false, items);
    if (stored.column == FITS_TILE_PLAIN || tiling->codec == FITS_NOT_COMPRESSED)
        return plain_items(reader, &stored, pixels, items);
    if (tiling->codec == FITS_RICE)
        return rice_items(reader, tiling, &stored, pixels, items);
    if (tiling->codec == FITS_PLIO || tiling->codec == FITS_HCOMPRESS)
        return integer_items(reader, tiling, &stored, pixels, items);
    return gzip_items(reader, &stored, pixels, tiling->codec == FITS_GZIP_SHUFFLED, items);
}

// --- From items to the image's numbers ---

static int64_t item_at(const struct items *items, int64_t i)
{
    int16_t i16;
    int32_t i32;
    int64_t i64;
    const uint8_t *at = items->data + i * items->bytes;
    switch (items->bytes) {
    case 1:
        return *at;
    case 2:
        memcpy(&i16, at, sizeof i16);
        return i16;
    case 4:
        memcpy(&i32, at, sizeof i32);
        return i32;
    default:
        memcpy(&i64, at, sizeof i64);
        return i64;
    }
}

// Stores number `i` of an integer image, the nearest that its type has.
static void integer_store(int bitpix, uint8_t *numbers, int64_t i, int64_t value)
{
    if (bitpix == 8)
        numbers[i] = (uint8_t)int64_clamp(value, 0, UINT8_MAX);
    else if (bitpix == 16)
        memcpy(numbers + 2 * i, &(int16_t){(int16_t)int64_clamp(value, INT16_MIN, INT16_MAX)}, 2);
    else if (bitpix == 32)
        memcpy(numbers + 4 * i, &(int32_t){(int32_t)int64_clamp(value, INT32_MIN, INT32_MAX)}, 4);
    else
        memcpy(numbers + 8 * i, &value, 8);
}

static void float_store(int bitpix, uint8_t *numbers, int64_t i, double value)
{
    if (bitpix == -32)
        memcpy(numbers + 4 * i, &(float){(float)value}, 4);
    else
        memcpy(numbers + 8 * i, &value, 8);
}

static double real_at(const struct items *items, int64_t i)
{
    float single;
    double number;
    memcpy(&single, items->data + i * items->bytes, sizeof single);
    if (items->bytes == 4)
        return (double)single;
    memcpy(&number, items->data + i * items->bytes, sizeof number);
    return number;
}

// The table of random numbers of appendix I.
static bool random_need(struct fits_tile_reader *reader)
{
    if (reader->random)
        return true;
    reader->random = malloc(RANDOM_COUNT * sizeof *reader->random);
    int64_t seed = 1;
    for (int i = 0; reader->random && i < RANDOM_COUNT; i++) {
        seed = seed * 16807 % 2147483647;
        reader->random[i] = (float)((double)seed / 2147483647.0);
    }
    return reader->random;
}

// How the integers of one tile become floats.
struct scaling {
    double scale, zero;
    bool has_blank;
    int64_t blank;
    const float *random; // NULL: no dithering
    int64_t start, next; // places in the table
    bool zero_mark;      // ZERO_MARK stands for 0
};

static bool scaling_read(struct fits_tile_reader *reader, const struct fits_tiling *tiling, int64_t row,
                         struct scaling *scaling)
{
    *scaling = (struct scaling){
        .scale = tiling->scale, .zero = tiling->zero, .has_blank = tiling->has_blank, .blank = tiling->blank};
    if ((tiling->scale_column.kind &&
         !fits_column_real(reader, tiling, &tiling->scale_column, row, &scaling->scale)) ||
        (tiling->zero_column.kind &&
         !fits_column_real(reader, tiling, &tiling->zero_column, row, &scaling->zero)) ||
        (tiling->blank_column.kind &&
         !fits_column_integer(reader, tiling, &tiling->blank_column, row, &scaling->blank)))
        return false;
    if (tiling->bitpix > 0 || tiling->dither == FITS_DITHER_NONE)
        return true;
    if (!random_need(reader))
        return false;
    scaling->random = reader->random;
    scaling->zero_mark = tiling->dither == FITS_DITHER_2;
    // Section 10.2.2: the seed is for the first tile, 1 the first number of the table.
    int64_t start = (row + tiling->dither_seed - 2) % RANDOM_COUNT;
    scaling->start = start < 0 ? start + RANDOM_COUNT : start;
    scaling->next = (int64_t)(scaling->random[scaling->start] * 500);
    return true;
}

static double unquantize(struct scaling *scaling, int64_t item)
{
    double value = (double)item;
    if (scaling->random) {
        value = value - (double)scaling->random[scaling->next] + 0.5;
        if (++scaling->next == RANDOM_COUNT) {
            scaling->start = (scaling->start + 1) % RANDOM_COUNT;
            scaling->next = (int64_t)(scaling->random[scaling->start] * 500);
        }
    }
    if (scaling->has_blank && item == scaling->blank)
        return (double)NAN;
    if (scaling->zero_mark && item == ZERO_MARK)
        return 0.0;
    return value * scaling->scale + scaling->zero;
}

static int64_t double_to_integer(double value)
{
    if (isnan(value))
        return 0;
    return value >= 0x1p63 ? INT64_MAX : value < -0x1p63 ? INT64_MIN : (int64_t)value;
}

static void numbers_scale(const struct fits_tiling *tiling, const struct items *items,
                          struct scaling *scaling, int64_t pixels, uint8_t *numbers)
{
    bool scaled = scaling->scale != 1.0 || scaling->zero != 0.0;
    for (int64_t i = 0; i < pixels; i++) {
        int64_t item = item_at(items, i);
        if (tiling->bitpix < 0)
            float_store(tiling->bitpix, numbers, i, unquantize(scaling, item));
        else if (scaled)
            integer_store(tiling->bitpix, numbers, i,
                          double_to_integer((double)item * scaling->scale + scaling->zero));
        else
            integer_store(tiling->bitpix, numbers, i, item);
    }
}

// Decodes a whole tile to reader->held, unless it was the last one.
static bool tile_hold(struct fits_tile_reader *reader, const struct fits_tiling *tiling, int64_t row,
                      int64_t pixels)
{
    struct items items = {0};
    struct scaling scaling = {.scale = 1.0};
    size_t number_bytes = (size_t)abs(tiling->bitpix) / 8, bytes;
    if (reader->held_row == row)
        return true;
    reader->held_row = 0;
    if (!items_decode(reader, tiling, row, pixels, &items) ||
        (!items.real && !scaling_read(reader, tiling, row, &scaling)))
        return false;
    bool same = (size_t)items.bytes == number_bytes && scaling.scale == 1.0 && scaling.zero == 0.0;
    reader->held = items.data;
    if (!same || (tiling->bitpix < 0 && !items.real)) {
        if ((items.real && items.bytes < 4) || (tiling->bitpix < 0 && !items.real && items.bytes > 4) ||
            !size_multiply((size_t)pixels, number_bytes, &bytes) ||
            !fits_memory_need(&reader->numbers, bytes))
            return false;
        reader->held = reader->numbers.bytes;
        if (items.real)
            for (int64_t i = 0; i < pixels; i++)
                float_store(tiling->bitpix, reader->numbers.bytes, i, real_at(&items, i));
        else
            numbers_scale(tiling, &items, &scaling, pixels, reader->numbers.bytes);
    }
    reader->held_row = row;
    return true;
}

// --- Boxes ---

// Copies the part of the held tile that the box wants.
static void tile_copy(const struct fits_tile_reader *reader, const struct fits_tile_walk *walk, uint8_t *raw)
{
    const struct fits_tiling *tiling = walk->tiling;
    int64_t left[FITS_MAX_AXES], right[FITS_MAX_AXES], size[FITS_MAX_AXES]; // pixels from 0
    int64_t start[FITS_MAX_AXES], plane = 0, step = 1, bytes = abs(tiling->bitpix) / 8;
    for (int i = 0; i < 2 || i < tiling->axes; i++) {
        bool axis = i < tiling->axes;
        start[i] = axis ? walk->at[i] * tiling->tile[i] : 0;
        size[i] = axis ? int64_min(tiling->tile[i], tiling->axis[i] - start[i]) : 1;
        left[i] = axis ? int64_max(walk->first[i] - 1, start[i]) : 0;
        right[i] = axis ? int64_min(walk->last[i], start[i] + size[i]) : 1;
        if (i >= 2)
            plane += (left[i] - start[i]) * step;
        step *= size[i];
    }
    int64_t box_left = walk->first[0] - 1, box_top = tiling->axes > 1 ? walk->first[1] - 1 : 0;
    int64_t box_width = walk->last[0] - box_left;
    for (int64_t y = left[1]; y < right[1]; y++)
        memcpy(raw + ((y - box_top) * box_width + left[0] - box_left) * bytes,
               reader->held + (plane + (y - start[1]) * size[0] + left[0] - start[0]) * bytes,
               (size_t)((right[0] - left[0]) * bytes));
}

bool fits_tiles_read(struct fits_tile_reader *reader, const struct fits_tiling *tiling, const int64_t *first,
                     const int64_t *last, void *raw)
{
    struct fits_tile_walk walk;
    fits_tile_walk_begin(&walk, tiling, first, last);
    do {
        if (cancel_requested(reader->cancel) || !tile_hold(reader, tiling, walk.row, walk.pixels))
            return false;
        tile_copy(reader, &walk, raw);
    } while (fits_tile_walk_next(&walk));
    return true;
}
