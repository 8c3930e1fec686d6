// SPDX-License-Identifier: MIT
// The inverse H-transform, level by level, each made into memory of its own and copied back over its
// coefficients: nothing is shuffled.
#include "formats/fits/fits_htransform.h"

#include "base/size.h"

#include <stdbool.h>
#include <string.h>

// What a level is made from: `sums` of the level above it and three quadrants of differences.
struct level {
    int64_t *sums, *across_columns, *across_rows, *across_both;
    int64_t stride;        // of all of them
    int64_t rows, columns; // of what is made
    int64_t bit;           // the lowest bit of across_both that counts
    int shift;             // by which sums are divided
};

int64_t fits_hcompress_span(int64_t side)
{
    int64_t span = 1;
    while (span < side)
        span *= 2;
    return span;
}

// --- Inversion ---

// To the nearest multiple of `bit`, a power of two; halves go away from 0.
static int64_t round_to(int64_t value, int64_t bit)
{
    const int64_t half = bit >> 1;
    return (value + (value >= 0 || half == 0 ? half : half - 1)) & -bit;
}

// The pixels at (0, 0), (0, 1), (1, 0) and (1, 1) of four. Bits that the transform dropped from a sum and its
// differences are those that make all of them even or odd together. A difference that does not exist is 0.
static inline void four_invert(const struct level *level, int64_t sum, int64_t dx, int64_t dy, int64_t both,
                               int64_t out[4])
{
    const int64_t bit0 = level->bit, bit1 = 2 * bit0;
    dx = round_to(dx, bit1);
    dy = round_to(dy, bit1);
    both = round_to(both, bit0);
    const int64_t low0 = both & bit0;
    dx -= dx >= 0 ? low0 : -low0;
    dy -= dy >= 0 ? low0 : -low0;
    const int64_t low1 = (both ^ dx ^ dy) & bit1;
    if (sum >= 0)
        sum += low0 - low1;
    else
        sum += low0 == 0 ? low1 : low0 - low1;
    out[0] = (sum - dy - dx + both) >> level->shift;
    out[1] = (sum - dy + dx - both) >> level->shift;
    out[2] = (sum + dy - dx - both) >> level->shift;
    out[3] = (sum + dy + dx + both) >> level->shift;
}

// Makes the rows 2y and, where there is one `below`, 2y + 1.
static inline void rows_invert(const struct level *level, int64_t y, bool below, int64_t *out)
{
    const int64_t *sums = level->sums + y * level->stride, *dx = level->across_columns + y * level->stride;
    const int64_t *dy = level->across_rows + y * level->stride,
                  *both = level->across_both + y * level->stride;
    int64_t *upper = out + 2 * y * level->columns, *lower = upper + level->columns, four[4];
    const int64_t pairs = level->columns / 2;
    for (int64_t x = 0; x < pairs; x++) {
        four_invert(level, sums[x], dx[x], below ? dy[x] : 0, below ? both[x] : 0, four);
        upper[2 * x] = four[0];
        upper[2 * x + 1] = four[1];
        if (below) {
            lower[2 * x] = four[2];
            lower[2 * x + 1] = four[3];
        }
    }
    if (level->columns % 2 == 0)
        return;
    four_invert(level, sums[pairs], 0, below ? dy[pairs] : 0, 0, four);
    upper[2 * pairs] = four[0];
    if (below)
        lower[2 * pairs] = four[2];
}

static void level_invert(const struct level *level, int64_t *out)
{
    for (int64_t y = 0; y < level->rows / 2; y++)
        rows_invert(level, y, true, out);
    if (level->rows % 2)
        rows_invert(level, level->rows / 2, false, out);
}

// --- Smoothing ---

// A difference, moved towards `wanted` / `parts` by at most `most`.
static int64_t moved(int64_t difference, int64_t wanted, int64_t parts, int64_t most)
{
    return difference + int64_clamp((wanted - difference * parts) / parts, -most, most);
}

// The difference across a place with the sum `here` between two neighbours: that of a slope through them, as
// far as it stays between them. Left as it is where the neighbours are both above or both below.
static int64_t slope_smooth(int64_t before, int64_t here, int64_t after, int64_t difference, int64_t most)
{
    const int64_t up = after - here, down = here - before;
    const int64_t highest = 4 * int64_max(int64_min(up, down), 0);
    const int64_t lowest = 4 * int64_min(int64_max(up, down), 0);
    if (lowest >= highest)
        return difference;
    return moved(difference, int64_clamp(after - before, lowest, highest), 8, most);
}

// The same for the difference across both: `sums` points to the place, (-1, -1) to (+1, +1) are its
// neighbours, and dx and dy are the differences there.
static int64_t twist_smooth(const int64_t *sums, int64_t stride, int64_t dx, int64_t dy, int64_t difference,
                            int64_t most)
{
    const int64_t here = sums[0], to_both = sums[stride + 1] - here, from_both = sums[-stride - 1] - here;
    const int64_t to_row = sums[stride - 1] - here, to_column = sums[1 - stride] - here;
    const int64_t sum = 2 * dx + 2 * dy, apart = 2 * dy - 2 * dx;
    const int64_t highest =
        16 * int64_min(int64_min(int64_max(to_both, 0) - sum, int64_max(-to_row, 0) + apart),
                       int64_min(int64_max(-to_column, 0) - apart, int64_max(from_both, 0) + sum));
    const int64_t lowest =
        16 * int64_max(int64_max(int64_min(to_both, 0) - sum, int64_min(-to_row, 0) + apart),
                       int64_max(int64_min(-to_column, 0) - apart, int64_min(from_both, 0) + sum));
    if (lowest >= highest)
        return difference;
    const int64_t wanted = to_both + from_both - to_row - to_column;
    return moved(difference, int64_clamp(wanted, lowest, highest), 64, most);
}

// Differences between rows, then between columns, then across both, for which the first two count as
// smoothed. Those at the edges of the level stay as they are.
static void level_smooth(const struct level *level, int64_t most)
{
    const int64_t stride = level->stride, down = (level->rows + 1) / 2, across = (level->columns + 1) / 2;
    const int64_t last_y = (level->rows - 1) / 2, last_x = (level->columns - 1) / 2; // behind the last
    for (int64_t y = 1; y < last_y; y++)
        for (int64_t x = 0; x < across; x++) {
            const int64_t i = y * stride + x;
            level->across_rows[i] = slope_smooth(level->sums[i - stride], level->sums[i],
                                                 level->sums[i + stride], level->across_rows[i], most);
        }
    for (int64_t y = 0; y < down; y++)
        for (int64_t x = 1; x < last_x; x++) {
            const int64_t i = y * stride + x;
            level->across_columns[i] = slope_smooth(level->sums[i - 1], level->sums[i], level->sums[i + 1],
                                                    level->across_columns[i], most);
        }
    for (int64_t y = 1; y < last_y; y++)
        for (int64_t x = 1; x < last_x; x++) {
            const int64_t i = y * stride + x;
            level->across_both[i] = twist_smooth(level->sums + i, stride, level->across_columns[i],
                                                 level->across_rows[i], level->across_both[i], most);
        }
}

// --- All levels ---

static struct level level_of(int64_t *coefficients, int64_t stride, int64_t rows, int64_t columns,
                             int64_t bit)
{
    const int64_t upper = (rows + 1) / 2, left = (columns + 1) / 2;
    return (struct level){.sums = coefficients,
                          .across_columns = coefficients + left,
                          .across_rows = coefficients + upper * stride,
                          .across_both = coefficients + upper * stride + left,
                          .stride = stride,
                          .rows = rows,
                          .columns = columns,
                          .bit = bit,
                          .shift = bit == 1 ? 2 : 1};
}

// Numbers of 64 bits at the front of the memory to 32 bits, from the first on.
static void pack(void *room, int64_t count)
{
    uint8_t *bytes = room;
    for (int64_t i = 0; i < count; i++) {
        int64_t number;
        memcpy(&number, bytes + 8 * i, sizeof number);
        memcpy(bytes + 4 * i, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
    }
}

void fits_hcompress_invert(int64_t *coefficients, int64_t rows, int64_t columns, int64_t smooth, void *room)
{
    int64_t *made = room;
    const int64_t span = fits_hcompress_span(int64_max(rows, columns));
    made[0] = coefficients[0];
    if (span > 1)
        coefficients[0] = round_to(coefficients[0], 2 * span);
    for (int64_t bit = span / 2; bit > 0; bit /= 2) {
        const int64_t down = int64_ceil_div(rows, bit), across = int64_ceil_div(columns, bit);
        const struct level level = level_of(coefficients, columns, down, across, bit);
        if (smooth / 2 > 0)
            level_smooth(&level, smooth / 2);
        level_invert(&level, made);
        for (int64_t y = 0; y < down && bit > 1; y++)
            memcpy(coefficients + y * columns, made + y * across, (size_t)across * sizeof *made);
    }
    pack(room, rows * columns);
}
