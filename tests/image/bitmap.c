// SPDX-License-Identifier: MIT
// Bitmap operations against slow ones on arrays of bytes.
#include "image/edit/bitmap.h"

#include "image/random.h"
#include "support/testdata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 200, ROUNDS = 60 };

// A picture of bytes 0 and 1, and the same as a bitmap.
struct pair {
    int64_t width, height;
    uint8_t *bytes;
    struct bitmap *bitmap;
};

static uint8_t *byte_at(const struct pair *pair, int64_t x, int64_t y)
{
    return &pair->bytes[y * pair->width + x];
}

// 0 outside.
static int byte_or(const struct pair *pair, const uint8_t *bytes, int64_t x, int64_t y, int outside)
{
    if (x < 0 || y < 0 || x >= pair->width || y >= pair->height)
        return outside;
    return bytes[y * pair->width + x];
}

static struct pair make(uint64_t *state, double density)
{
    struct pair pair = {.width = 1 + (int64_t)random_below(state, MAX_SIDE),
                        .height = 1 + (int64_t)random_below(state, MAX_SIDE)};
    pair.bytes = calloc((size_t)(pair.width * pair.height), 1);
    assert_int_equal(bitmap_create(pair.width, pair.height, &pair.bitmap, NULL), STATUS_OK);
    for (int64_t y = 0; y < pair.height; y++) {
        for (int64_t x = 0; x < pair.width; x++) {
            *byte_at(&pair, x, y) = random_unit(state) < density;
            if (*byte_at(&pair, x, y))
                bitmap_set_span(pair.bitmap, y, x, x + 1);
        }
    }
    return pair;
}

static void drop(struct pair *pair)
{
    free(pair->bytes);
    bitmap_destroy(&pair->bitmap);
}

static void check(const struct pair *pair)
{
    int64_t count = 0;
    for (int64_t y = 0; y < pair->height; y++) {
        for (int64_t x = 0; x < pair->width; x++) {
            count += *byte_at(pair, x, y);
            if (bitmap_at(pair->bitmap, x, y) != (*byte_at(pair, x, y) != 0))
                fail_msg("pixel %lld, %lld of %lld x %lld is wrong", (long long)x, (long long)y,
                         (long long)pair->width, (long long)pair->height);
        }
    }
    // Bits beyond the width would be counted too.
    assert_int_equal(bitmap_count(pair->bitmap), count);
}

static const double densities[] = {0, 0.001, 0.02, 0.3, 0.5, 0.7, 0.97, 1};

static double density_of(int round)
{
    return densities[(size_t)round % (sizeof densities / sizeof densities[0])];
}

static void spans_and_bounds(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, 0);
        assert_int_equal(bitmap_bounds(pair.bitmap).width, 0);
        int64_t left = pair.width, right = 0, top = pair.height, bottom = 0;
        for (int i = 0; i < 5; i++) {
            const int64_t y = (int64_t)random_below(&state, (uint64_t)pair.height);
            const int64_t begin = (int64_t)random_below(&state, (uint64_t)pair.width);
            const int64_t end = begin + 1 + (int64_t)random_below(&state, (uint64_t)(pair.width - begin));
            bitmap_set_span(pair.bitmap, y, begin, end);
            memset(byte_at(&pair, begin, y), 1, (size_t)(end - begin));
            left = begin < left ? begin : left;
            right = end > right ? end : right;
            top = y < top ? y : top;
            bottom = y + 1 > bottom ? y + 1 : bottom;
        }
        check(&pair);
        const struct rect bounds = bitmap_bounds(pair.bitmap);
        assert_int_equal(bounds.x, left);
        assert_int_equal(bounds.y, top);
        assert_int_equal(bounds.x + bounds.width, right);
        assert_int_equal(bounds.y + bounds.height, bottom);
        drop(&pair);
    }
}

static void combinations(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, 0.5);
        struct bitmap *other = NULL;
        assert_int_equal(bitmap_create(pair.width, pair.height, &other, NULL), STATUS_OK);
        const enum bitmap_combination how = (enum bitmap_combination)(round % 5);
        for (int64_t y = 0; y < pair.height; y++) {
            for (int64_t x = 0; x < pair.width; x++) {
                const int bit = (int)random_below(&state, 2), old = *byte_at(&pair, x, y);
                if (bit)
                    bitmap_set_span(other, y, x, x + 1);
                const int all[] = {bit, old || bit, old && bit, old != bit, old && !bit};
                *byte_at(&pair, x, y) = (uint8_t)all[how];
            }
        }
        bitmap_combine(pair.bitmap, other, how);
        check(&pair);
        bitmap_invert(pair.bitmap);
        for (int64_t i = 0; i < pair.width * pair.height; i++)
            pair.bytes[i] ^= 1;
        check(&pair);
        bitmap_destroy(&other);
        drop(&pair);
    }
}

static void slow_step(struct pair *pair, bool grow, bool corners)
{
    const size_t size = (size_t)(pair->width * pair->height);
    uint8_t *old = malloc(size);
    memcpy(old, pair->bytes, size);
    for (int64_t y = 0; y < pair->height; y++) {
        for (int64_t x = 0; x < pair->width; x++) {
            int any = 0, all = 1;
            for (int dy = -1; dy <= 1; dy++) {
                for (int dx = -1; dx <= 1; dx++) {
                    if (dx && dy && !corners)
                        continue;
                    const int near = byte_or(pair, old, x + dx, y + dy, !grow);
                    any |= near;
                    all &= near;
                }
            }
            *byte_at(pair, x, y) = (uint8_t)(grow ? any : all);
        }
    }
    free(old);
}

static void growing_and_shrinking(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, density_of(round));
        const bool grow = random_below(&state, 2), corners = random_below(&state, 2);
        const int64_t steps = (int64_t)random_below(&state, 5);
        for (int64_t i = 0; i < steps; i++)
            slow_step(&pair, grow, corners);
        const enum bitmap_neighbours neighbours = corners ? NEIGHBOURS_8 : NEIGHBOURS_4;
        assert_int_equal(grow ? bitmap_grow(pair.bitmap, neighbours, steps, NULL)
                              : bitmap_shrink(pair.bitmap, neighbours, steps, NULL),
                         STATUS_OK);
        check(&pair);
        drop(&pair);
    }
}

// Labels every pixel of that value with the lowest index that it is connected to, by relaxing until nothing
// changes.
static int32_t *slow_labels(const struct pair *pair, int value, bool corners)
{
    const int64_t size = pair->width * pair->height;
    int32_t *labels = malloc((size_t)size * sizeof *labels);
    for (int64_t i = 0; i < size; i++)
        labels[i] = pair->bytes[i] == value ? (int32_t)i : -1;
    for (bool changed = true; changed;) {
        changed = false;
        for (int64_t i = 0; i < size; i++) {
            for (int k = 0; k < 9 && labels[i] >= 0; k++) {
                const int64_t dx = k % 3 - 1, dy = k / 3 - 1, x = i % pair->width + dx,
                              y = i / pair->width + dy;
                if ((dx && dy && !corners) || x < 0 || y < 0 || x >= pair->width || y >= pair->height)
                    continue;
                const int32_t near = labels[y * pair->width + x];
                if (near >= 0 && near < labels[i]) {
                    labels[i] = near;
                    changed = true;
                }
            }
        }
    }
    return labels;
}

static void slow_regions(struct pair *pair, int value, bool corners, int64_t smallest, bool enclosed)
{
    int32_t *labels = slow_labels(pair, value, corners);
    const int64_t size = pair->width * pair->height;
    int64_t *sizes = calloc((size_t)size, sizeof *sizes);
    bool *border = calloc((size_t)size, sizeof *border);
    for (int64_t i = 0; i < size; i++) {
        if (labels[i] < 0)
            continue;
        const int64_t x = i % pair->width, y = i / pair->width;
        sizes[labels[i]]++;
        border[labels[i]] |= x == 0 || y == 0 || x == pair->width - 1 || y == pair->height - 1;
    }
    for (int64_t i = 0; i < size; i++)
        if (labels[i] >= 0 && (enclosed ? !border[labels[i]] : sizes[labels[i]] < smallest))
            pair->bytes[i] = (uint8_t)!value;
    free(labels);
    free(sizes);
    free(border);
}

static void holes_and_specks(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, density_of(round));
        const bool corners = random_below(&state, 2);
        const int64_t smallest = (int64_t)random_below(&state, 30);
        if (random_below(&state, 2)) {
            slow_regions(&pair, 0, false, 0, true);
            assert_int_equal(bitmap_fill_holes(pair.bitmap, NULL), STATUS_OK);
        } else {
            slow_regions(&pair, 1, corners, smallest, false);
            assert_int_equal(
                bitmap_remove_specks(pair.bitmap, corners ? NEIGHBOURS_8 : NEIGHBOURS_4, smallest, NULL),
                STATUS_OK);
        }
        check(&pair);
        drop(&pair);
    }
}

static void one_region_is_kept(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, 0.3 + 0.4 * random_unit(&state));
        const bool corners = random_below(&state, 2);
        const int64_t x = (int64_t)random_below(&state, (uint64_t)pair.width);
        const int64_t y = (int64_t)random_below(&state, (uint64_t)pair.height);
        int32_t *labels = slow_labels(&pair, 1, corners);
        const int32_t mine = labels[y * pair.width + x];
        for (int64_t i = 0; i < pair.width * pair.height; i++)
            pair.bytes[i] = mine >= 0 && labels[i] == mine;
        free(labels);
        assert_int_equal(bitmap_keep_region(pair.bitmap, x, y, corners ? NEIGHBOURS_8 : NEIGHBOURS_4, NULL),
                         STATUS_OK);
        check(&pair);
        drop(&pair);
    }
}

static void the_border(void **unused)
{
    (void)unused;
    uint64_t state = 6;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, 0.1);
        const int64_t n = (int64_t)random_below(&state, 120);
        for (int64_t y = 0; y < pair.height; y++)
            for (int64_t x = 0; x < pair.width; x++)
                *byte_at(&pair, x, y) |= x < n || y < n || x >= pair.width - n || y >= pair.height - n;
        bitmap_border(pair.bitmap, n);
        check(&pair);
        drop(&pair);
    }
}

static void flips(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, 0.3);
        uint8_t *old = malloc((size_t)(pair.width * pair.height));
        memcpy(old, pair.bytes, (size_t)(pair.width * pair.height));
        for (int64_t y = 0; y < pair.height; y++)
            for (int64_t x = 0; x < pair.width; x++)
                *byte_at(&pair, x, y) = round % 2 ? old[y * pair.width + pair.width - 1 - x]
                                                  : old[(pair.height - 1 - y) * pair.width + x];
        if (round % 2)
            bitmap_flip_horizontal(pair.bitmap);
        else
            bitmap_flip_vertical(pair.bitmap);
        check(&pair);
        free(old);
        drop(&pair);
    }
}

// A quarter clockwise brings the first row to the last column.
static void turns(void **unused)
{
    (void)unused;
    uint64_t state = 8;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, 0.3);
        struct bitmap *turned = NULL;
        const int quarters = round % 9 - 4, turn = (quarters + 8) % 4;
        assert_int_equal(bitmap_turn(pair.bitmap, quarters, &turned, NULL), STATUS_OK);
        assert_int_equal(turned->width, turn % 2 ? pair.height : pair.width);
        for (int64_t y = 0; y < pair.height; y++) {
            for (int64_t x = 0; x < pair.width; x++) {
                const int64_t w = pair.width - 1, h = pair.height - 1;
                const int64_t to_x[] = {x, h - y, w - x, y}, to_y[] = {y, x, h - y, w - x};
                assert_int_equal(bitmap_at(turned, to_x[turn], to_y[turn]), *byte_at(&pair, x, y));
            }
        }
        assert_int_equal(bitmap_count(turned), bitmap_count(pair.bitmap));
        bitmap_destroy(&turned);
        drop(&pair);
    }
}

static void mirrored_copies(void **unused)
{
    (void)unused;
    uint64_t state = 9;
    for (int round = 0; round < ROUNDS; round++) {
        struct pair pair = make(&state, 0.05);
        uint8_t *old = malloc((size_t)(pair.width * pair.height));
        memcpy(old, pair.bytes, (size_t)(pair.width * pair.height));
        // In half pixels, also outside of the image.
        const int64_t twice_x = (int64_t)random_below(&state, 3 * MAX_SIDE) - MAX_SIDE / 2;
        const int64_t twice_y = (int64_t)random_below(&state, 3 * MAX_SIDE) - MAX_SIDE / 2;
        const bool at_x = round % 3 != 0, at_y = round % 3 != 1;
        for (int64_t y = 0; y < pair.height; y++) {
            for (int64_t x = 0; x < pair.width; x++) {
                const int64_t mx = twice_x - 1 - x, my = twice_y - 1 - y;
                if (at_x)
                    *byte_at(&pair, x, y) |= (uint8_t)byte_or(&pair, old, mx, y, 0);
                if (at_y)
                    *byte_at(&pair, x, y) |= (uint8_t)byte_or(&pair, old, x, my, 0);
                if (at_x && at_y)
                    *byte_at(&pair, x, y) |= (uint8_t)byte_or(&pair, old, mx, my, 0);
            }
        }
        assert_int_equal(bitmap_mirror_copy(pair.bitmap, at_x ? (double)twice_x / 2 : NAN,
                                            at_y ? (double)twice_y / 2 : NAN, NULL),
                         STATUS_OK);
        check(&pair);
        free(old);
        drop(&pair);
    }
}

static void sizes_that_cannot_be(void **unused)
{
    (void)unused;
    struct bitmap *bitmap = NULL;
    struct error error = {0};
    assert_int_equal(bitmap_create(0, 5, &bitmap, &error), STATUS_TOO_LARGE);
    assert_int_equal(bitmap_create(INT64_MAX, INT64_MAX, &bitmap, &error), STATUS_TOO_LARGE);
    assert_null(bitmap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_and_bounds),
        cmocka_unit_test(combinations),
        cmocka_unit_test(growing_and_shrinking),
        cmocka_unit_test(holes_and_specks),
        cmocka_unit_test(one_region_is_kept),
        cmocka_unit_test(the_border),
        cmocka_unit_test(flips),
        cmocka_unit_test(turns),
        cmocka_unit_test(mirrored_copies),
        cmocka_unit_test(sizes_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
