// SPDX-License-Identifier: MIT
// Tests of the statistics against plain sums in long double.
#include "image/statistics.h"

#include "image/random.h"
#include "image/sample.h"
#include "support/testdata.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { COUNT = 5003 };

struct reference {
    long double mean, m2;
    double min, max;
    int64_t valid, nan, inf, masked;
};

static struct reference slow(const double *values, const uint8_t *mask, size_t count)
{
    struct reference all = {.min = HUGE_VAL, .max = -HUGE_VAL};
    long double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (mask && mask[i])
            all.masked++;
        else if (isnan(values[i]))
            all.nan++;
        else if (isinf(values[i]))
            all.inf++;
        else {
            all.valid++;
            sum += (long double)values[i];
            all.min = fmin(all.min, values[i]);
            all.max = fmax(all.max, values[i]);
        }
    }
    all.mean = sum / (long double)all.valid;
    for (size_t i = 0; i < count; i++) {
        if (!(mask && mask[i]) && isfinite(values[i]))
            all.m2 += ((long double)values[i] - all.mean) * ((long double)values[i] - all.mean);
    }
    return all;
}

static void assert_close(double value, double expected, double tolerance)
{
    if (fabs(value - expected) > tolerance * fmax(fabs(expected), 1e-300))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void assert_matches(const struct statistics *found, const struct reference *expected)
{
    assert_int_equal(found->valid, expected->valid);
    assert_int_equal(found->nan, expected->nan);
    assert_int_equal(found->inf, expected->inf);
    assert_int_equal(found->masked, expected->masked);
    assert_true(found->min == expected->min && found->max == expected->max);
    double deviation = (double)sqrtl(expected->m2 / (long double)expected->valid);
    assert_close(found->mean, (double)expected->mean, 1e-14);
    // The means that are merged are rounded to double, which shows when they are far larger than the
    // deviation.
    double rounding = fabs(found->mean) / deviation * 1e-16;
    assert_close(statistics_deviation(found), deviation, 1e-12 + rounding);
}

// Values around `offset`, every 50th or so NaN or Inf, every tenth masked.
static void make(double *values, uint8_t *mask, double offset, bool all_finite, uint64_t seed)
{
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = offset + random_unit(&seed) * 10 - 3;
        uint64_t dice = all_finite ? 99 : random_below(&seed, 150);
        if (dice < 3)
            values[i] = dice == 0 ? (double)NAN : dice == 1 ? HUGE_VAL : -HUGE_VAL;
        mask[i] = random_below(&seed, 10) == 0 ? (uint8_t)(1 + random_below(&seed, 255)) : 0;
    }
}

static void test_add(void **state)
{
    (void)state;
    double values[COUNT];
    uint8_t mask[COUNT], valid[COUNT];
    for (int variant = 0; variant < 8; variant++) {
        make(values, mask, variant & 1 ? 1e9 : 0, variant & 2, 4 + (uint64_t)variant);
        const uint8_t *used = variant & 4 ? mask : NULL;
        struct statistics found = {0};
        size_t good = statistics_add(&found, values, used, COUNT, valid);
        struct reference expected = slow(values, used, COUNT);
        assert_matches(&found, &expected);
        assert_int_equal(good, expected.valid);
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(valid[i], !(used && used[i]) && isfinite(values[i]));
    }
}

static void test_merge_in_pieces(void **state)
{
    (void)state;
    double values[COUNT];
    uint8_t mask[COUNT];
    make(values, mask, 1e6, false, 20);
    struct statistics all = {0};
    uint64_t seed = 5;
    for (size_t at = 0; at < COUNT;) {
        size_t count = random_below(&seed, 700);
        count = count < COUNT - at ? count : COUNT - at;
        struct statistics piece = {0};
        statistics_add(&piece, values + at, mask + at, count, NULL);
        statistics_merge(&all, &piece);
        at += count;
    }
    struct reference expected = slow(values, mask, COUNT);
    assert_matches(&all, &expected);
}

static void test_nothing_valid(void **state)
{
    (void)state;
    struct statistics found = {0};
    const double values[3] = {(double)NAN, HUGE_VAL, 7};
    const uint8_t mask[3] = {0, 0, 8};
    uint8_t valid[3] = {9, 9, 9};
    assert_int_equal(statistics_add(&found, values, mask, 3, valid), 0);
    assert_int_equal(found.valid, 0);
    assert_int_equal(found.nan, 1);
    assert_int_equal(found.inf, 1);
    assert_int_equal(found.masked, 1);
    assert_int_equal(valid[0] | valid[1] | valid[2], 0);
    assert_true(statistics_deviation(&found) == 0);
    assert_int_equal(statistics_add(&found, values, NULL, 0, NULL), 0);
}

static void test_huge_values(void **state)
{
    (void)state;
    const double values[4] = {DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX};
    struct statistics found = {0};
    statistics_add(&found, values, NULL, 4, NULL);
    assert_true(found.min == DBL_MAX && found.max == DBL_MAX && found.mean == DBL_MAX);
    const double both[2] = {-DBL_MAX, -DBL_MAX};
    statistics_add(&found, both, NULL, 2, NULL);
    assert_int_equal(found.valid, 6);
    assert_true(isfinite(found.mean));
}

static void test_floats(void **state)
{
    (void)state;
    float values[COUNT], kept[COUNT];
    double doubles[COUNT];
    uint8_t mask[COUNT], valid[COUNT];
    make(doubles, mask, 1000, false, 30);
    size_t finite = 0;
    // The way back is a call: where GCC 12 sees both at -O3, it leaves the last doubles unrounded.
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (float)doubles[i];
    sample_row_to_double(SAMPLE_F32, values, COUNT, doubles);
    struct statistics run = {.valid = -5}, found = {0};
    assert_false(statistics_of_floats(values, COUNT, &run));
    assert_false(statistics_of_floats(values, 0, &run));
    assert_int_equal(run.valid, -5);
    finite = statistics_sift_floats(&found, values, mask, COUNT, valid, kept);
    assert_true(statistics_of_floats(kept, finite, &run));
    statistics_merge(&found, &run);
    struct reference expected = slow(doubles, mask, COUNT);
    assert_matches(&found, &expected);
    size_t at = 0;
    for (size_t i = 0; i < COUNT; i++) {
        if (valid[i])
            assert_true(kept[at++] == values[i]);
    }
    assert_int_equal(at, finite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),           cmocka_unit_test(test_merge_in_pieces),
        cmocka_unit_test(test_nothing_valid), cmocka_unit_test(test_huge_values),
        cmocka_unit_test(test_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
