// SPDX-License-Identifier: MIT
// HCompress streams: a look through them before cfitsio, which does nothing else here, decodes them.
//
// cfitsio 4.2 reads such a stream without knowing where it ends. Here it is read to its end as a decoder
// would, only that of each coefficient no more is kept than whether it is 0. The form: R. L. White,
// "High-performance compression of astronomical images" (1992), and FITS Standard 4.0, section 10.4.4: four
// quadrants of coefficients, each by bit planes, each of them a quadtree of 4-bit nodes or such nodes as they
// are; then the signs.
#include "formats/fits/fits_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <fitsio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 2 + 3 * 4 + 8 + 3, MAX_PLANES = 62, CODE_DIRECT = 0, CODE_QUADTREE = 15 };

struct bits {
    const uint8_t *data;
    size_t at, end;
    bool over; // more was wanted than there is
};

// A quadrant of the coefficients: marks of those that are not 0.
struct quadrant {
    uint8_t *marks;
    int64_t stride, rows, columns;
};

static int take(struct bits *bits, int count)
{
    int value = 0;
    if ((size_t)count > bits->end - bits->at) {
        bits->over = true;
        return 0;
    }
    for (int i = 0; i < count; i++, bits->at++)
        value = value << 1 | (bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1);
    return value;
}

// A node by its prefix code.
static uint8_t take_node(struct bits *bits)
{
    static const uint8_t four[] = {3, 5, 10, 12, 15}, five[] = {6, 7, 9, 11, 13};
    int code = take(bits, 3);
    if (code < 4)
        return (uint8_t)(1 << code);
    code = code << 1 | take(bits, 1);
    if (code < 13)
        return four[code - 8];
    code = code << 1 | take(bits, 1);
    if (code < 31)
        return five[code - 26];
    return take(bits, 1) ? 14 : 0;
}

// Sets the up to four places below each node by the node's bits, or marks those of ones.
static void nodes_open(const uint8_t *nodes, const struct quadrant *out, bool mark)
{
    int64_t across = (out->columns + 1) / 2;
    for (int64_t y = 0; y < out->rows; y++)
        for (int64_t x = 0; x < out->columns; x++) {
            uint8_t bit = nodes[y / 2 * across + x / 2] >> (3 - 2 * (y % 2) - x % 2) & 1;
            uint8_t *place = &out->marks[y * out->stride + x];
            *place = mark ? *place | bit : bit;
        }
}

// The side of a level: halved, rounded up, so many times.
static int64_t side_at(int64_t side, int halvings)
{
    return int64_ceil_div(side, INT64_C(1) << halvings);
}

// One bit plane as a quadtree. `nodes` and `next` have room for the nodes of the lowest level.
static void plane_walk(struct bits *bits, const struct quadrant *quadrant, int levels, uint8_t *nodes,
                       uint8_t *next)
{
    nodes[0] = take_node(bits);
    for (int level = levels - 1; level >= 1 && !bits->over; level--) {
        int64_t rows = side_at(quadrant->rows, level), columns = side_at(quadrant->columns, level);
        nodes_open(nodes, &(struct quadrant){next, columns, rows, columns}, false);
        for (int64_t i = rows * columns - 1; i >= 0 && !bits->over; i--)
            if (next[i])
                next[i] = take_node(bits);
        uint8_t *swap = nodes;
        nodes = next;
        next = swap;
    }
    if (!bits->over)
        nodes_open(nodes, quadrant, true);
}

static bool quadrant_walk(struct bits *bits, const struct quadrant *quadrant, int planes, uint8_t *nodes,
                          uint8_t *next)
{
    int64_t count = side_at(quadrant->rows, 1) * side_at(quadrant->columns, 1);
    int levels = 0;
    while (INT64_C(1) << levels < int64_max(quadrant->rows, quadrant->columns))
        levels++;
    // cfitsio has no room for the tree of a quadrant without pixels, which it reads all the same. Its own
    // files have sides of 4 at least.
    if (planes > 0 && count == 0)
        return false;
    for (int plane = 0; plane < planes && !bits->over; plane++) {
        int code = take(bits, 4);
        if (code == CODE_QUADTREE) {
            plane_walk(bits, quadrant, levels, nodes, next);
        } else if (code == CODE_DIRECT) {
            for (int64_t i = 0; i < count && !bits->over; i++)
                nodes[i] = (uint8_t)take(bits, 4);
            if (!bits->over)
                nodes_open(nodes, quadrant, true);
        } else {
            return false;
        }
    }
    return !bits->over;
}

// All quadrants, the code that ends them, and whether the signs of what is not 0 are there.
static bool coefficients_sound(struct bits *bits, const uint8_t *planes, int64_t rows, int64_t columns,
                               uint8_t *marks)
{
    int64_t upper = (rows + 1) / 2, left = (columns + 1) / 2, pixels = rows * columns, signs = 0;
    uint8_t *nodes = marks + pixels, *next = nodes + upper * left;
    const struct quadrant quadrants[4] = {
        {marks, columns, upper, left},
        {marks + left, columns, upper, columns / 2},
        {marks + columns * upper, columns, rows / 2, left},
        {marks + columns * upper + left, columns, rows / 2, columns / 2},
    };
    static const int planes_of[4] = {0, 1, 1, 2};
    for (int i = 0; i < 4; i++)
        if (!quadrant_walk(bits, &quadrants[i], planes[planes_of[i]], nodes, next))
            return false;
    if (take(bits, 4) != 0 || bits->over)
        return false;
    for (int64_t i = 0; i < pixels; i++)
        signs += marks[i];
    bits->at = (bits->at + 7) / 8 * 8;
    return bits->at <= bits->end && (size_t)signs <= bits->end - bits->at;
}

bool fits_hcompress_sound(const uint8_t *data, size_t count, int64_t pixels)
{
    if (count < HEAD || data[0] != 0xDD || data[1] != 0x99)
        return false;
    int64_t rows = load_u32be(data + 2), columns = load_u32be(data + 6);
    if (rows < 1 || columns < 1 || rows > pixels || columns > pixels || rows * columns != pixels)
        return false;
    for (int i = 0; i < 3; i++)
        if (data[22 + i] > MAX_PLANES)
            return false;
    struct bits bits = {.data = data, .at = (size_t)8 * HEAD, .end = 8 * count};
    // The marks and the nodes of two levels.
    size_t nodes = (size_t)((rows + 1) / 2 * ((columns + 1) / 2));
    uint8_t *room = calloc(1, (size_t)pixels + 2 * nodes);
    if (!room)
        return false;
    bool sound = coefficients_sound(&bits, data + 22, rows, columns, room);
    free(room);
    return sound;
}

bool fits_hcompress_decode(const uint8_t *data, size_t count, bool smooth, void *room, int64_t pixels)
{
    int columns = 0, rows = 0, scale = 0, code = 0;
    if (!fits_hcompress_sound(data, count, pixels))
        return false;
    // The stream is not written to; the 64-bit form is that for images of 32 bits, too, and packs them at its
    // end.
    fits_hdecompress64((unsigned char *)(uintptr_t)data, smooth, room, &rows, &columns, &scale, &code);
    fits_clear_errmsg();
    return code == 0;
}
