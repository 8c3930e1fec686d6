// SPDX-License-Identifier: MIT
// HCompress streams: the coefficients that they hold.
//
// The form: R. L. White, M. Postman, M. G. Lattanzi, "Compression of the Guide Star Digitised Schmidt Plates"
// (1992), and FITS Standard 4.0, section 10.4.4. A head with the size, the scale and the sum of all pixels;
// four quadrants of coefficients, each by bit planes from the highest, each plane a quadtree of 4-bit nodes
// or its lowest nodes as they are; a code of 0; then, from a whole byte on, the signs of what is not 0.
#include "formats/fits/fits_internal.h"

#include "base/byteorder.h"
#include "base/size.h"
#include "formats/fits/fits_htransform.h"

#include <stdlib.h>

// The places of the head's numbers, each with its highest byte first.
enum { ROWS_AT = 2, COLUMNS_AT = 6, SCALE_AT = 10, SUM_AT = 14, PLANES_AT = 22, HEAD_BYTES = 25 };
enum { MAX_PLANES = 62, CODE_DIRECT = 0, CODE_QUADTREE = 15, NODE_BITS = 4, LONGEST_CODE = 6 };

// A stream that is being read. Reads begin before `end`, so that the padding behind it is enough for them.
struct stream {
    const uint8_t *data;
    size_t at, end; // in bits
    bool over;      // more was wanted than there is
};

// A quadrant of the coefficients, and room for the nodes of its lowest level and of the one above.
struct quadrant {
    int64_t *first;
    int64_t stride, rows, columns;
    uint8_t *nodes, *above;
};

// --- Bits ---

// The next `count` bits, at most 57, without taking them; 0 where the stream has ended.
static unsigned look(const struct stream *stream, int count)
{
    if (stream->at >= stream->end)
        return 0;
    return (unsigned)(load_u64be(stream->data + stream->at / 8) << stream->at % 8 >> (64 - count));
}

static void pass(struct stream *stream, int count)
{
    stream->at += (size_t)count;
    if (stream->at > stream->end) {
        stream->at = stream->end;
        stream->over = true;
    }
}

static unsigned take(struct stream *stream, int count)
{
    const unsigned value = look(stream, count);
    pass(stream, count);
    return value;
}

// A node, by its prefix code of 3 to 6 bits.
static uint8_t take_node(struct stream *stream)
{
    static const uint8_t three[4] = {1, 2, 4, 8}, four[5] = {3, 5, 10, 12, 15}, five[5] = {6, 7, 9, 11, 13},
                         six[2] = {0, 14};
    const unsigned bits = look(stream, LONGEST_CODE);
    const int count = bits < 32 ? 3 : bits < 52 ? 4 : bits < 62 ? 5 : 6;
    const unsigned code = bits >> (LONGEST_CODE - count);
    pass(stream, count);
    return count == 3   ? three[code]
           : count == 4 ? four[code - 8]
           : count == 5 ? five[code - 26]
                        : six[code - 62];
}

// --- Bit planes ---

// The four places below a node are, from its highest bit: left and right in the upper row, then in the lower.
static bool node_has(const uint8_t *nodes, int64_t across, int64_t y, int64_t x)
{
    return nodes[y / 2 * across + x / 2] >> (3 - 2 * (y % 2) - x % 2) & 1;
}

// The nodes of a level from those above it: what they have has a code in the stream, the last one first.
static void level_read(struct stream *stream, const uint8_t *above, int64_t rows, int64_t columns,
                       uint8_t *nodes)
{
    const int64_t across = (columns + 1) / 2;
    for (int64_t y = rows - 1; y >= 0 && !stream->over; y--)
        for (int64_t x = columns - 1; x >= 0; x--)
            nodes[y * columns + x] = node_has(above, across, y, x) ? take_node(stream) : 0;
}

// The lowest nodes of a plane that is a quadtree.
static const uint8_t *quadtree_read(struct stream *stream, const struct quadrant *quadrant)
{
    uint8_t *above = quadrant->above, *nodes = quadrant->nodes;
    const int64_t span = fits_hcompress_span(int64_max(quadrant->rows, quadrant->columns));
    nodes[0] = take_node(stream);
    for (int64_t unit = span / 2; unit > 1; unit /= 2) {
        uint8_t *lower = above;
        above = nodes;
        nodes = lower;
        level_read(stream, above, int64_ceil_div(quadrant->rows, unit),
                   int64_ceil_div(quadrant->columns, unit), nodes);
    }
    return nodes;
}

static const uint8_t *direct_read(struct stream *stream, const struct quadrant *quadrant, int64_t count)
{
    for (int64_t i = 0; i < count && !stream->over; i++)
        quadrant->nodes[i] = (uint8_t)take(stream, NODE_BITS);
    return quadrant->nodes;
}

// Sets a bit of the up to four coefficients below each of the lowest nodes.
static void plane_set(const struct quadrant *quadrant, const uint8_t *nodes, int plane)
{
    const int64_t across = (quadrant->columns + 1) / 2, down = (quadrant->rows + 1) / 2;
    for (int64_t y = 0; y < down; y++)
        for (int64_t x = 0; x < across; x++) {
            const int64_t node = nodes[y * across + x];
            if (node == 0)
                continue;
            int64_t *at = quadrant->first + 2 * y * quadrant->stride + 2 * x;
            const bool right = 2 * x + 1 < quadrant->columns, below = 2 * y + 1 < quadrant->rows;
            at[0] |= (node >> 3) << plane;
            if (right)
                at[1] |= (node >> 2 & 1) << plane;
            if (below)
                at[quadrant->stride] |= (node >> 1 & 1) << plane;
            if (right && below)
                at[quadrant->stride + 1] |= (node & 1) << plane;
        }
}

static bool quadrant_read(struct stream *stream, const struct quadrant *quadrant, int planes)
{
    const int64_t count = ((quadrant->rows + 1) / 2) * ((quadrant->columns + 1) / 2);
    if (planes > 0 && count == 0)
        return false; // nothing says what the planes of no pixels are
    for (int plane = planes - 1; plane >= 0; plane--) {
        const unsigned code = take(stream, NODE_BITS);
        if (code != CODE_QUADTREE && code != CODE_DIRECT)
            return false;
        const uint8_t *nodes =
            code == CODE_QUADTREE ? quadtree_read(stream, quadrant) : direct_read(stream, quadrant, count);
        if (stream->over)
            return false;
        plane_set(quadrant, nodes, plane);
    }
    return true;
}

// --- The whole stream ---

// Gives the coefficients their signs and scale. False where one is larger than any image makes.
static bool signs_read(struct stream *stream, int64_t *coefficients, int64_t count, int64_t scale)
{
    const int64_t most = FITS_HCOMPRESS_MAX_COEFFICIENT / scale;
    stream->at = (stream->at + 7) / 8 * 8;
    for (int64_t i = 0; i < count; i++) {
        if (coefficients[i] == 0)
            continue;
        if (coefficients[i] > most)
            return false;
        coefficients[i] *= take(stream, 1) ? -scale : scale;
    }
    return !stream->over;
}

// All quadrants, the code that ends them, and the signs.
static bool coefficients_read(struct stream *stream, const uint8_t *planes, int64_t rows, int64_t columns,
                              int64_t scale, int64_t *coefficients, uint8_t *nodes)
{
    const int64_t upper = (rows + 1) / 2, left = (columns + 1) / 2;
    const struct {
        int64_t y, x, rows, columns;
        uint8_t planes;
    } parts[4] = {{0, 0, upper, left, planes[0]},
                  {0, left, upper, columns / 2, planes[1]},
                  {upper, 0, rows / 2, left, planes[1]},
                  {upper, left, rows / 2, columns / 2, planes[2]}};
    for (int i = 0; i < 4; i++) {
        const struct quadrant quadrant = {.first = coefficients + parts[i].y * columns + parts[i].x,
                                          .stride = columns,
                                          .rows = parts[i].rows,
                                          .columns = parts[i].columns,
                                          .nodes = nodes,
                                          .above = nodes + upper * left};
        if (!quadrant_read(stream, &quadrant, parts[i].planes))
            return false;
    }
    return take(stream, NODE_BITS) == 0 && !stream->over &&
           signs_read(stream, coefficients, rows * columns, scale);
}

bool fits_hcompress_decode(const uint8_t *data, size_t count, bool smooth, void *room, int64_t pixels)
{
    if (count < HEAD_BYTES || data[0] != 0xDD || data[1] != 0x99)
        return false;
    const int64_t rows = load_u32be(data + ROWS_AT), columns = load_u32be(data + COLUMNS_AT);
    const int64_t scale = int64_max((int32_t)load_u32be(data + SCALE_AT), 1);
    const int64_t sum = (int64_t)load_u64be(data + SUM_AT);
    const uint8_t *planes = data + PLANES_AT;
    int64_t product; // of two numbers of 32 bits, which may be more than there is room for
    if (rows < 1 || columns < 1 || __builtin_mul_overflow(rows, columns, &product) || product != pixels ||
        planes[0] > MAX_PLANES || planes[1] > MAX_PLANES || planes[2] > MAX_PLANES)
        return false;
    if (sum > FITS_HCOMPRESS_MAX_SUM / scale || sum < -FITS_HCOMPRESS_MAX_SUM / scale)
        return false;
    struct stream stream = {.data = data, .at = (size_t)8 * HEAD_BYTES, .end = 8 * count};
    int64_t *coefficients = calloc((size_t)pixels, sizeof *coefficients);
    uint8_t *nodes = calloc((size_t)(((rows + 1) / 2) * ((columns + 1) / 2)), 2);
    bool good = coefficients && nodes &&
                coefficients_read(&stream, planes, rows, columns, scale, coefficients, nodes);
    if (good) {
        coefficients[0] = sum * scale;
        fits_hcompress_invert(coefficients, rows, columns, smooth ? scale : 0, room);
    }
    free(nodes);
    free(coefficients);
    return good;
}
