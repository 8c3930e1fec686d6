// SPDX-License-Identifier: MIT
// Tests of the reduced levels against their definition, evaluated slowly in double.
#include "image/reduce.h"

#include "base/size.h"
#include "base/text.h"
#include "image/random.h"
#include "support/testdata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct image {
    int64_t width, height;
    float *values;
    uint8_t *valid;
};

enum kind { CLEAN, SOME_MASKED, MANY_MASKED, LARGE_HOLES, KINDS };

static struct image make(int64_t width, int64_t height, enum kind kind, uint64_t seed)
{
    struct image image = {width, height, malloc((size_t)(width * height) * sizeof(float)),
                          malloc((size_t)(width * height))};
    static const uint64_t odds[KINDS] = {0, 50, 2, 50};
    for (int64_t i = 0; i < width * height; i++) {
        int64_t x = i % width, y = i / width;
        bool hole = kind == LARGE_HOLES && (x / 70 + y / 45) % 3 == 0;
        bool bad = hole || (odds[kind] && random_below(&seed, odds[kind]) == 0);
        float odd = random_below(&seed, 2) ? NAN : random_below(&seed, 2) ? INFINITY : 1e6F;
        image.valid[i] = bad ? 0 : (uint8_t)(1 + random_below(&seed, 255));
        image.values[i] = bad ? odd : (float)(random_unit(&seed) * 100 - 20);
    }
    return image;
}

static void image_free(struct image *image)
{
    free(image->values);
    free(image->valid);
}

// One pixel of a level by the definition; the largest magnitude among the valid ones bounds the rounding.
static double slow_pixel(const struct image *image, int level, enum reduce_mode mode, int64_t x, int64_t y,
                         double *magnitude)
{
    int64_t side = (int64_t)1 << level;
    double sum = 0, largest = -HUGE_VAL;
    int64_t count = 0;
    *magnitude = 0;
    for (int64_t v = y * side; v < int64_min((y + 1) * side, image->height); v++) {
        for (int64_t u = x * side; u < int64_min((x + 1) * side, image->width); u++) {
            double value = (double)image->values[v * image->width + u];
            if (!image->valid[v * image->width + u])
                continue;
            count++;
            sum += value;
            largest = fmax(largest, value);
            *magnitude = fmax(*magnitude, fabs(value));
        }
    }
    if (count == 0)
        return (double)image->values[y * side * image->width + x * side];
    return mode == REDUCE_MAX ? largest : sum / (double)count;
}

static void check_band_level(const struct reducer *reducer, const struct image *image, int level,
                             enum reduce_mode mode, int64_t band_y, int64_t band_rows)
{
    int64_t rows, width = reduce_side(image->width, level);
    const float *found = reducer_level(reducer, level, &rows);
    assert_int_equal(rows, reduce_side(band_rows, level));
    for (int64_t y = 0; y < rows; y++) {
        for (int64_t x = 0; x < width; x++) {
            double magnitude, value = (double)found[y * width + x];
            double expected = slow_pixel(image, level, mode, x, (band_y >> level) + y, &magnitude);
            // A block without valid pixels shows its first pixel unchanged: no tolerance then.
            bool good = isnan(expected)                         ? isnan(value)
                        : isinf(expected) || mode == REDUCE_MAX ? value == expected
                                                                : fabs(value - expected) <= 1e-6 * magnitude;
            if (!good)
                fail_msg("level %d, %lld, %lld: %.9g, not %.9g", level, (long long)x, (long long)y, value,
                         expected);
        }
    }
}

static void check_image(const struct image *image, enum reduce_mode mode, int levels, int64_t band,
                        bool pass_valid)
{
    struct reducer *reducer = NULL;
    assert_int_equal(reducer_create(image->width, band, levels, mode, &reducer, NULL), STATUS_OK);
    for (int64_t y = 0; y < image->height; y += band) {
        int64_t rows = int64_min(band, image->height - y);
        reducer_begin(reducer, NULL);
        for (int64_t row = y; row < y + rows; row++)
            reducer_row(reducer, image->values + row * image->width,
                        pass_valid ? image->valid + row * image->width : NULL);
        reducer_end(reducer);
        for (int level = 1; level <= levels; level++)
            check_band_level(reducer, image, level, mode, y, rows);
    }
    reducer_destroy(&reducer);
    assert_null(reducer);
}

static void test_definition(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = {{1, 1},      {2, 2},     {1, 300},   {300, 1},
                                       {1025, 129}, {517, 300}, {1030, 257}};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        for (int kind = 0; kind < KINDS; kind++) {
            struct image image = make(sizes[s][0], sizes[s][1], (enum kind)kind, 80 + s);
            check_image(&image, REDUCE_MEAN, REDUCE_MAX_LEVELS, REDUCE_BAND_ROWS, true);
            check_image(&image, REDUCE_MAX, REDUCE_MAX_LEVELS, REDUCE_BAND_ROWS, true);
            image_free(&image);
        }
    }
}

static void test_few_levels_in_large_bands(void **state)
{
    (void)state;
    struct image image = make(700, 600, SOME_MASKED, 90);
    check_image(&image, REDUCE_MEAN, 3, 256, true);
    check_image(&image, REDUCE_MAX, 1, 1024, true);
    image_free(&image);
}

// Rows that come without valid bytes leave out NaN and Inf all the same.
static void test_no_valid_bytes(void **state)
{
    (void)state;
    struct image image = make(531, 140, SOME_MASKED, 91);
    for (int64_t i = 0; i < image.width * image.height; i++)
        image.valid[i] = isfinite(image.values[i]) != 0;
    check_image(&image, REDUCE_MEAN, REDUCE_MAX_LEVELS, REDUCE_BAND_ROWS, false);
    check_image(&image, REDUCE_MAX, REDUCE_MAX_LEVELS, REDUCE_BAND_ROWS, false);
    image_free(&image);
}

// Sums of the largest floats do not overflow.
static void test_huge_values(void **state)
{
    (void)state;
    enum { SIDE = 130 };
    float row[SIDE];
    for (int i = 0; i < SIDE; i++)
        row[i] = 0x1.8p127F;
    struct reducer *reducer = NULL;
    assert_int_equal(reducer_create(SIDE, SIDE, REDUCE_MAX_LEVELS, REDUCE_MEAN, &reducer, NULL), STATUS_OK);
    reducer_begin(reducer, NULL);
    for (int y = 0; y < SIDE; y++)
        reducer_row(reducer, row, NULL);
    reducer_end(reducer);
    for (int level = 1; level <= REDUCE_MAX_LEVELS; level++) {
        int64_t rows;
        const float *found = reducer_level(reducer, level, &rows);
        for (int64_t i = 0; i < rows * reduce_side(SIDE, level); i++)
            assert_true(found[i] == 0x1.8p127F);
    }
    reducer_destroy(&reducer);
}

// The levels of both, bit by bit.
static void assert_same_levels(const struct reducer *found, const struct reducer *expected, int64_t width)
{
    for (int level = 1; level <= REDUCE_MAX_LEVELS; level++) {
        int64_t rows, expected_rows;
        const float *a = reducer_level(found, level, &rows),
                    *b = reducer_level(expected, level, &expected_rows);
        assert_int_equal(rows, expected_rows);
        assert_memory_equal(a, b, (size_t)(rows * reduce_side(width, level)) * sizeof *a);
    }
}

// Two rows at a time give what the same rows give one by one as floats, with counts that are small, or here
// and there too large for exact sums, and with some masked.
static void check_pairs(int64_t width, int64_t height, uint64_t seed)
{
    struct reducer *rows = NULL, *pairs = NULL;
    uint32_t *samples = must_alloc((size_t)(width * height) * sizeof *samples);
    float *values = must_alloc((size_t)(width * height) * sizeof *values);
    uint8_t *valid = must_alloc((size_t)(width * height));
    assert_int_equal(reducer_create(width, REDUCE_BAND_ROWS, REDUCE_MAX_LEVELS, REDUCE_MEAN, &rows, NULL), 0);
    assert_int_equal(reducer_create(width, REDUCE_BAND_ROWS, REDUCE_MAX_LEVELS, REDUCE_MEAN, &pairs, NULL),
                     0);
    assert_true(reducer_takes_pairs(pairs, SAMPLE_U32) && !reducer_takes_pairs(pairs, SAMPLE_F32));
    for (int64_t i = 0; i < width * height; i++) {
        const bool hole = i % width / 70 % 3 == 0 && i / width / 9 % 2 == 0;
        samples[i] = (uint32_t)random_below(&seed, random_below(&seed, 400) ? 1000 : UINT32_MAX);
        values[i] = (float)samples[i];
        valid[i] = !hole && random_below(&seed, 500) > 0;
    }
    reducer_begin(rows, NULL);
    reducer_begin(pairs, NULL);
    for (int64_t y = 0; y < height; y++)
        reducer_row(rows, values + y * width, valid + y * width);
    for (int64_t y = 0; y + 1 < height; y += 2) {
        for (int64_t at = 0; at < width; at += 2 * REDUCE_RUN) {
            const int64_t from = y * width + at;
            const struct row_pair pair = {SAMPLE_U32, samples + from, samples + from + width, valid + from,
                                          valid + from + width};
            reducer_pair(pairs, (size_t)at, &pair, (size_t)int64_min(2 * REDUCE_RUN, width - at));
        }
        reducer_pair_end(pairs);
    }
    if (height % 2)
        reducer_row(pairs, values + (height - 1) * width, valid + (height - 1) * width);
    reducer_end(rows);
    reducer_end(pairs);
    assert_same_levels(pairs, rows, width);
    reducer_destroy(&rows);
    reducer_destroy(&pairs);
    free(samples);
    free(values);
    free(valid);
}

static void test_pairs_of_rows(void **state)
{
    (void)state;
    static const int64_t widths[] = {1, 2, 63, 64, 255, 256, 257, 513, 700, 1030};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        check_pairs(widths[i], REDUCE_BAND_ROWS, 70 + i);
        check_pairs(widths[i], 33, 80 + i);
        check_pairs(widths[i], 2, 90 + i);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(reduce_side(4148, 1), 2074);
    assert_int_equal(reduce_side(4149, 3), 519);
    assert_int_equal(reduce_side(1, 7), 1);
    assert_int_equal(reduce_level_count(64, 64), 0);
    assert_int_equal(reduce_level_count(65, 1), 1);
    assert_int_equal(reduce_level_count(512, 512), 3);
    assert_int_equal(reduce_level_count(513, 4), 4);
    assert_int_equal(reduce_level_count(4148, 4362), 6);
    assert_int_equal(reduce_level_count(4096, 4096), 6);
    assert_int_equal(reduce_level_count(65536, 65536), 6);
    assert_int_equal(reduce_level_count((int64_t)1 << 40, 1), 6);
    struct reducer *reducer = NULL;
    struct error error = {0};
    assert_int_equal(reducer_create((int64_t)1 << 62, 128, 2, REDUCE_MEAN, &reducer, &error),
                     STATUS_NO_MEMORY);
    assert_null(reducer);
    assert_true(strlen(error.text) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),     cmocka_unit_test(test_few_levels_in_large_bands),
        cmocka_unit_test(test_no_valid_bytes), cmocka_unit_test(test_huge_values),
        cmocka_unit_test(test_pairs_of_rows),  cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
