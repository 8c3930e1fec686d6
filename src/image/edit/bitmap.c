// SPDX-License-Identifier: MIT
// Planes of bits: making, combining, growing and shrinking, mirroring. Connected regions are in
// bitmap_regions.c.
#include "image/edit/bitmap.h"

#include "base/size.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = 64 };

enum status bitmap_create(int64_t width, int64_t height, struct bitmap **bitmap, struct error *error)
{
    const int64_t stride = int64_ceil_div(width, WORD_BITS);
    size_t bytes;
    if (width < 1 || height < 1 || !size_of_plane(stride, height, sizeof(uint64_t), &bytes))
        return error_set(error, STATUS_TOO_LARGE, "a plane of %lld x %lld bits cannot be addressed",
                         (long long)width, (long long)height);
    uint64_t *words = calloc(1, bytes);
    if (!words)
        return error_set(error, STATUS_NO_MEMORY, "no memory for a plane of %lld x %lld bits",
                         (long long)width, (long long)height);
    *bitmap = must_alloc(sizeof **bitmap);
    **bitmap = (struct bitmap){width, height, stride, words};
    return STATUS_OK;
}

static size_t word_count(const struct bitmap *bitmap)
{
    return (size_t)(bitmap->stride * bitmap->height);
}

static uint64_t *row_of(const struct bitmap *bitmap, int64_t y)
{
    return bitmap->words + y * bitmap->stride;
}

enum status bitmap_copy(const struct bitmap *bitmap, struct bitmap **copy, struct error *error)
{
    const enum status status = bitmap_create(bitmap->width, bitmap->height, copy, error);
    if (status == STATUS_OK)
        memcpy((*copy)->words, bitmap->words, word_count(bitmap) * sizeof(uint64_t));
    return status;
}

void bitmap_destroy(struct bitmap **bitmap)
{
    if (!*bitmap)
        return;
    free((*bitmap)->words);
    free(*bitmap);
    *bitmap = NULL;
}

bool bitmap_at(const struct bitmap *bitmap, int64_t x, int64_t y)
{
    if (x < 0 || y < 0 || x >= bitmap->width || y >= bitmap->height)
        return false;
    return row_of(bitmap, y)[x / WORD_BITS] >> (x % WORD_BITS) & 1;
}

// The bits from `begin` on in the word that holds it.
static uint64_t bits_from(int64_t begin)
{
    return ~(uint64_t)0 << (begin % WORD_BITS);
}

void bitmap_set_span(struct bitmap *bitmap, int64_t y, int64_t begin, int64_t end)
{
    if (begin >= end)
        return;
    uint64_t *row = row_of(bitmap, y);
    const int64_t first = begin / WORD_BITS, last = (end - 1) / WORD_BITS;
    const uint64_t head = bits_from(begin), tail = ~(uint64_t)0 >> (WORD_BITS - 1 - (end - 1) % WORD_BITS);
    if (first == last) {
        row[first] |= head & tail;
        return;
    }
    row[first] |= head;
    memset(row + first + 1, 0xFF, (size_t)(last - first - 1) * sizeof *row);
    row[last] |= tail;
}

uint64_t bitmap_pack(const uint8_t bytes[64], uint8_t bits)
{
    uint64_t word = 0;
    for (int i = 0; i < WORD_BITS / 8; i++) {
        uint64_t eight;
        memcpy(&eight, bytes + (ptrdiff_t)8 * i, sizeof eight);
        eight &= bits * 0x0101010101010101u;
        // One bit for each byte that is not zero, then all eight into the uppermost byte.
        eight = ((eight & 0x7F7F7F7F7F7F7F7Fu) + 0x7F7F7F7F7F7F7F7Fu) | eight;
        eight = eight >> 7 & 0x0101010101010101u;
        word |= (eight * 0x0102040810204080u) >> 56 << (8 * i);
    }
    return word;
}

void bitmap_or_bytes(struct bitmap *bitmap, int64_t y, const uint8_t *bytes)
{
    uint64_t *row = row_of(bitmap, y);
    int64_t x = 0;
    for (; x + WORD_BITS <= bitmap->width; x += WORD_BITS)
        row[x / WORD_BITS] |= bitmap_pack(bytes + x, 0xFF);
    for (; x < bitmap->width; x++)
        row[x / WORD_BITS] |= (uint64_t)(bytes[x] != 0) << (x % WORD_BITS);
}

int64_t bitmap_count(const struct bitmap *bitmap)
{
    int64_t count = 0;
    for (size_t i = 0; i < word_count(bitmap); i++)
        count += __builtin_popcountll(bitmap->words[i]);
    return count;
}

struct rect bitmap_bounds(const struct bitmap *bitmap)
{
    int64_t left = bitmap->width, right = 0, top = bitmap->height, bottom = 0;
    for (int64_t y = 0; y < bitmap->height; y++) {
        const uint64_t *row = row_of(bitmap, y);
        int64_t first = 0, last = bitmap->stride - 1;
        while (first <= last && !row[first])
            first++;
        if (first > last)
            continue;
        while (!row[last])
            last--;
        left = int64_min(left, first * WORD_BITS + __builtin_ctzll(row[first]));
        right = int64_max(right, last * WORD_BITS + WORD_BITS - __builtin_clzll(row[last]));
        top = int64_min(top, y);
        bottom = y + 1;
    }
    return bottom ? (struct rect){left, top, right - left, bottom - top} : (struct rect){0};
}

// Clears the bits beyond the width.
static void trim(struct bitmap *bitmap)
{
    if (bitmap->width % WORD_BITS == 0)
        return;
    for (int64_t y = 0; y < bitmap->height; y++)
        row_of(bitmap, y)[bitmap->stride - 1] &= ~bits_from(bitmap->width);
}

void bitmap_combine(struct bitmap *target, const struct bitmap *other, enum bitmap_combination how)
{
    uint64_t *to = target->words;
    const uint64_t *from = other->words;
    const size_t count = word_count(target);
    switch (how) {
    case BITMAP_REPLACE:
        memcpy(to, from, count * sizeof *to);
        return;
    case BITMAP_OR:
        for (size_t i = 0; i < count; i++)
            to[i] |= from[i];
        return;
    case BITMAP_AND:
        for (size_t i = 0; i < count; i++)
            to[i] &= from[i];
        return;
    case BITMAP_XOR:
        for (size_t i = 0; i < count; i++)
            to[i] ^= from[i];
        return;
    case BITMAP_MINUS:
        for (size_t i = 0; i < count; i++)
            to[i] &= ~from[i];
        return;
    }
}

void bitmap_invert(struct bitmap *bitmap)
{
    for (size_t i = 0; i < word_count(bitmap); i++)
        bitmap->words[i] = ~bitmap->words[i];
    trim(bitmap);
}

// --- growing ---

static uint64_t with_sides(const uint64_t *row, int64_t i, int64_t stride)
{
    const uint64_t from_left = i ? row[i - 1] >> (WORD_BITS - 1) : 0;
    const uint64_t from_right = i + 1 < stride ? row[i + 1] << (WORD_BITS - 1) : 0;
    return row[i] | row[i] << 1 | row[i] >> 1 | from_left | from_right;
}

// Rows of words that a step needs beside the bitmap.
struct grow_rows {
    uint64_t *above, *here; // the rows y - 1 and y as they were before the step
    uint64_t *columns;      // for corners: all three rows together
    uint64_t *zeros;
};

static void grow_row(const struct grow_rows *rows, const uint64_t *below, enum bitmap_neighbours neighbours,
                     int64_t stride, uint64_t *out)
{
    if (neighbours == NEIGHBOURS_4) {
        for (int64_t i = 0; i < stride; i++)
            out[i] = with_sides(rows->here, i, stride) | rows->above[i] | below[i];
        return;
    }
    for (int64_t i = 0; i < stride; i++)
        rows->columns[i] = rows->above[i] | rows->here[i] | below[i];
    for (int64_t i = 0; i < stride; i++)
        out[i] = with_sides(rows->columns, i, stride);
}

// One step in place, from the first row to the last.
static void grow_once(struct bitmap *bitmap, enum bitmap_neighbours neighbours, struct grow_rows rows)
{
    const size_t row_bytes = (size_t)bitmap->stride * sizeof(uint64_t);
    memset(rows.above, 0, row_bytes);
    for (int64_t y = 0; y < bitmap->height; y++) {
        const uint64_t *below = y + 1 < bitmap->height ? row_of(bitmap, y + 1) : rows.zeros;
        memcpy(rows.here, row_of(bitmap, y), row_bytes);
        grow_row(&rows, below, neighbours, bitmap->stride, row_of(bitmap, y));
        uint64_t *here = rows.here;
        rows.here = rows.above;
        rows.above = here;
    }
    trim(bitmap);
}

enum status bitmap_grow(struct bitmap *bitmap, enum bitmap_neighbours neighbours, int64_t steps,
                        struct error *error)
{
    const size_t stride = (size_t)bitmap->stride;
    uint64_t *spare = calloc(stride, 4 * sizeof *spare);
    if (!spare)
        return error_set(error, STATUS_NO_MEMORY, "no memory to grow the mask");
    const struct grow_rows rows = {spare, spare + stride, spare + 2 * stride, spare + 3 * stride};
    steps = int64_min(steps, bitmap->width + bitmap->height); // then all is set, or nothing ever will be
    for (int64_t i = 0; i < steps; i++)
        grow_once(bitmap, neighbours, rows);
    free(spare);
    return STATUS_OK;
}

// To shrink is to grow what is not set; outside the image nothing grows in.
enum status bitmap_shrink(struct bitmap *bitmap, enum bitmap_neighbours neighbours, int64_t steps,
                          struct error *error)
{
    bitmap_invert(bitmap);
    const enum status status = bitmap_grow(bitmap, neighbours, steps, error);
    bitmap_invert(bitmap);
    return status;
}

void bitmap_border(struct bitmap *bitmap, int64_t pixels)
{
    for (int64_t y = 0; y < bitmap->height && pixels > 0; y++) {
        const bool whole = y < pixels || y >= bitmap->height - pixels || 2 * pixels >= bitmap->width;
        if (whole) {
            bitmap_set_span(bitmap, y, 0, bitmap->width);
            continue;
        }
        bitmap_set_span(bitmap, y, 0, pixels);
        bitmap_set_span(bitmap, y, bitmap->width - pixels, bitmap->width);
    }
}

// --- mirroring and turning ---

static uint64_t reverse_bits(uint64_t word)
{
    word = (word >> 1 & 0x5555555555555555u) | (word & 0x5555555555555555u) << 1;
    word = (word >> 2 & 0x3333333333333333u) | (word & 0x3333333333333333u) << 2;
    word = (word >> 4 & 0x0F0F0F0F0F0F0F0Fu) | (word & 0x0F0F0F0F0F0F0F0Fu) << 4;
    return __builtin_bswap64(word);
}

// The row backwards, moved by `shift` pixels: bit x of `out` is bit (last - x) of `in`, where there is one.
// `out` has `stride` words, all of which are written.
static void mirror_row(const uint64_t *in, int64_t stride, int64_t last, uint64_t *out)
{
    for (int64_t i = 0; i < stride; i++) {
        // Bits [low, low + 64) of `in`, backwards, are the word; low may be negative or beyond.
        const int64_t low = last - (i * WORD_BITS + WORD_BITS - 1);
        const int64_t word = low >= 0 ? low / WORD_BITS : -int64_ceil_div(-low, WORD_BITS);
        const int64_t bit = low - word * WORD_BITS;
        const uint64_t first = word >= 0 && word < stride ? in[word] : 0;
        const uint64_t second = word + 1 >= 0 && word + 1 < stride ? in[word + 1] : 0;
        out[i] = reverse_bits(bit ? first >> bit | second << (WORD_BITS - bit) : first);
    }
}

void bitmap_flip_horizontal(struct bitmap *bitmap)
{
    const size_t row_bytes = (size_t)bitmap->stride * sizeof(uint64_t);
    uint64_t *old = must_alloc(row_bytes);
    for (int64_t y = 0; y < bitmap->height; y++) {
        memcpy(old, row_of(bitmap, y), row_bytes);
        mirror_row(old, bitmap->stride, bitmap->width - 1, row_of(bitmap, y));
    }
    free(old);
    trim(bitmap);
}

void bitmap_flip_vertical(struct bitmap *bitmap)
{
    for (int64_t y = 0; y < bitmap->height / 2; y++) {
        uint64_t *upper = row_of(bitmap, y), *lower = row_of(bitmap, bitmap->height - 1 - y);
        for (int64_t i = 0; i < bitmap->stride; i++) {
            const uint64_t word = upper[i];
            upper[i] = lower[i];
            lower[i] = word;
        }
    }
}

// Rows become columns: (x, y) goes to (y, x).
static enum status transpose(const struct bitmap *bitmap, struct bitmap **turned, struct error *error)
{
    const enum status status = bitmap_create(bitmap->height, bitmap->width, turned, error);
    if (status != STATUS_OK)
        return status;
    for (int64_t y = 0; y < bitmap->height; y++) {
        const uint64_t *row = row_of(bitmap, y);
        for (int64_t i = 0; i < bitmap->stride; i++)
            for (uint64_t word = row[i]; word; word &= word - 1)
                row_of(*turned, i * WORD_BITS + __builtin_ctzll(word))[y / WORD_BITS] |= (uint64_t)1
                                                                                         << (y % WORD_BITS);
    }
    return STATUS_OK;
}

enum status bitmap_turn(const struct bitmap *bitmap, int quarters, struct bitmap **turned,
                        struct error *error)
{
    const int turns = ((quarters % 4) + 4) % 4;
    const enum status status =
        turns % 2 ? transpose(bitmap, turned, error) : bitmap_copy(bitmap, turned, error);
    if (status != STATUS_OK)
        return status;
    if (turns == 1 || turns == 2)
        bitmap_flip_horizontal(*turned);
    if (turns == 2 || turns == 3)
        bitmap_flip_vertical(*turned);
    return STATUS_OK;
}

// The column or row onto which pixel 0 is mirrored at `axis`: its centre 0.5 goes to 2 * axis - 0.5.
static int64_t mirror_of_zero(double axis, int64_t limit)
{
    const double mirrored = floor(2 * axis - 1 + 0.5);
    return mirrored < -1 ? -1 : mirrored > (double)(2 * limit) ? 2 * limit : (int64_t)mirrored;
}

// target |= source mirrored: column x from `last_x` - x, row y from `last_y` - y (-1: not mirrored).
static void or_mirrored(struct bitmap *target, const struct bitmap *source, int64_t last_x, bool flip_x,
                        int64_t last_y, bool flip_y, uint64_t *spare)
{
    for (int64_t y = 0; y < target->height; y++) {
        const int64_t from = flip_y ? last_y - y : y;
        if (from < 0 || from >= source->height)
            continue;
        const uint64_t *row = row_of(source, from);
        if (flip_x)
            mirror_row(row, source->stride, last_x, spare);
        for (int64_t i = 0; i < target->stride; i++)
            row_of(target, y)[i] |= flip_x ? spare[i] : row[i];
    }
}

enum status bitmap_mirror_copy(struct bitmap *bitmap, double axis_x, double axis_y, struct error *error)
{
    struct bitmap *source = NULL;
    const enum status status = bitmap_copy(bitmap, &source, error);
    if (status != STATUS_OK)
        return status;
    uint64_t *spare = must_alloc((size_t)bitmap->stride * sizeof *spare);
    const bool at_x = !isnan(axis_x), at_y = !isnan(axis_y);
    const int64_t last_x = at_x ? mirror_of_zero(axis_x, bitmap->width) : 0;
    const int64_t last_y = at_y ? mirror_of_zero(axis_y, bitmap->height) : 0;
    if (at_x)
        or_mirrored(bitmap, source, last_x, true, 0, false, spare);
    if (at_y)
        or_mirrored(bitmap, source, 0, false, last_y, true, spare);
    if (at_x && at_y)
        or_mirrored(bitmap, source, last_x, true, last_y, true, spare);
    free(spare);
    bitmap_destroy(&source);
    trim(bitmap);
    return STATUS_OK;
}
