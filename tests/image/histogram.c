// SPDX-License-Identifier: MIT
// Tests of the histogram against sorted arrays.
#include "image/histogram.h"

#include "image/random.h"
#include "support/testdata.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 20011 };

static const double percents[] = {0, 0.1, 0.5, 1, 5, 12.34, 25, 50, 75, 95, 99, 99.5, 99.99, 100};
enum { PERCENTS = sizeof percents / sizeof percents[0] };

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// numpy.percentile(values, percent) with method "linear", as its documentation defines it, on sorted values.
static double sorted_percentile(const double *sorted, size_t count, double percent)
{
    double index = (double)(count - 1) * (percent / 100);
    size_t below = (size_t)floor(index);
    size_t above = below + 1 < count ? below + 1 : below;
    double part = index - floor(index);
    double step = sorted[above] - sorted[below];
    return part < 0.5 ? sorted[below] + step * part : sorted[above] - step * (1 - part);
}

// Copies what counts and sorts it.
static size_t sort_valid(const double *values, const uint8_t *valid, size_t count, double *sorted)
{
    size_t good = 0;
    for (size_t i = 0; i < count; i++) {
        if ((!valid || valid[i]) && isfinite(values[i]))
            sorted[good++] = values[i];
    }
    qsort(sorted, good, sizeof *sorted, compare);
    return good;
}

struct data {
    double values[COUNT], sorted[COUNT];
    uint8_t valid[COUNT];
    size_t good;
};

// Integers of a type in [low, low + range), one in ten not valid.
static struct data *make_integers(double low, uint64_t range, uint64_t seed)
{
    struct data *data = calloc(1, sizeof *data);
    for (size_t i = 0; i < COUNT; i++) {
        data->values[i] = low + (double)random_below(&seed, range);
        data->valid[i] = random_below(&seed, 10) ? (uint8_t)(1 + random_below(&seed, 255)) : 0;
    }
    data->good = sort_valid(data->values, data->valid, COUNT, data->sorted);
    return data;
}

// Floats over many octaves of both signs, with zeros, NaN and Inf.
static struct data *make_floats(uint64_t seed)
{
    struct data *data = calloc(1, sizeof *data);
    for (size_t i = 0; i < COUNT; i++) {
        double size = exp((random_unit(&seed) - 0.3) * 20) * (random_below(&seed, 4) ? 1 : -1);
        uint64_t dice = random_below(&seed, 20);
        data->values[i] = (double)(float)(dice == 0   ? 0
                                          : dice == 1 ? (double)NAN
                                          : dice == 2 ? HUGE_VAL
                                                      : size);
        data->valid[i] = random_below(&seed, 10) != 0;
    }
    data->good = sort_valid(data->values, data->valid, COUNT, data->sorted);
    return data;
}

static struct histogram *count_all(enum sample_type type, const struct data *data)
{
    struct histogram *histogram = histogram_create(type);
    histogram_add(histogram, data->values, data->valid, COUNT);
    assert_int_equal(histogram_total(histogram), data->good);
    return histogram;
}

static void assert_exact_percentiles(const struct histogram *histogram, const struct data *data)
{
    for (size_t i = 0; i < PERCENTS; i++) {
        double expected = sorted_percentile(data->sorted, data->good, percents[i]);
        double found = histogram_percentile(histogram, percents[i]);
        if (found != expected)
            fail_msg("percentile %g is %.17g, not %.17g", percents[i], found, expected);
    }
}

static void test_integer_percentiles(void **state)
{
    (void)state;
    static const struct {
        enum sample_type type;
        double low;
        uint64_t range;
    } cases[] = {
        {SAMPLE_U8, 0, 256},         {SAMPLE_I8, -128, 256},    {SAMPLE_U16, 0, 65536},
        {SAMPLE_I16, -32768, 65536}, {SAMPLE_U16, 100, 3},      {SAMPLE_I16, -5, 1},
        {SAMPLE_U32, 0, 4096},       {SAMPLE_I32, -4095, 8191}, {SAMPLE_U64, 1000, 600},
        {SAMPLE_I64, -100, 4000},    {SAMPLE_U32, 0, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct data *data = make_integers(cases[i].low, cases[i].range, 40 + i);
        struct histogram *histogram = count_all(cases[i].type, data);
        assert_exact_percentiles(histogram, data);
        histogram_destroy(&histogram);
        assert_null(histogram);
        free(data);
    }
}

static void assert_near_percentiles(const struct histogram *histogram, const struct data *data)
{
    for (size_t i = 0; i < PERCENTS; i++) {
        // Both ranks that numpy interpolates between are known to one bin.
        double index = (double)(data->good - 1) * percents[i] / 100;
        double low = data->sorted[(size_t)floor(index)], high = data->sorted[(size_t)ceil(index)];
        double found = histogram_percentile(histogram, percents[i]);
        assert_true(found >= low - fabs(low) / 2048 && found <= high + fabs(high) / 2048);
    }
    assert_true(histogram_percentile(histogram, 0) == data->sorted[0]);
    assert_true(histogram_percentile(histogram, 100) == data->sorted[data->good - 1]);
}

static void test_wide_percentiles(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_F16, SAMPLE_F32, SAMPLE_F64};
    for (size_t i = 0; i < 3; i++) {
        struct data *data = make_floats(60 + i);
        struct histogram *histogram = count_all(types[i], data);
        assert_near_percentiles(histogram, data);
        histogram_destroy(&histogram);
        free(data);
    }
    struct data *data = make_integers(0, (uint64_t)UINT32_MAX + 1, 63);
    struct histogram *histogram = count_all(SAMPLE_U32, data);
    assert_near_percentiles(histogram, data);
    histogram_destroy(&histogram);
    free(data);
}

// The ways past histogram_add that the taps use count the same.
static void test_fast_ways(void **state)
{
    (void)state;
    struct data *data = make_floats(64);
    struct histogram *fast = histogram_create(SAMPLE_F32), *doubles = histogram_create(SAMPLE_F64);
    float *floats = malloc(data->good * sizeof *floats);
    for (size_t i = 0; i < data->good; i++)
        floats[i] = (float)data->sorted[i];
    histogram_count_floats(fast, floats, data->good, data->sorted[0], data->sorted[data->good - 1]);
    histogram_count_doubles(doubles, data->sorted, data->good, data->sorted[0], data->sorted[data->good - 1]);
    struct histogram *slow = count_all(SAMPLE_F32, data);
    size_t at[3] = {0};
    double low[3], high[3];
    uint64_t count[3];
    while (histogram_next(slow, &at[0], &low[0], &high[0], &count[0])) {
        assert_true(histogram_next(fast, &at[1], &low[1], &high[1], &count[1]));
        assert_true(histogram_next(doubles, &at[2], &low[2], &high[2], &count[2]));
        for (int i = 1; i < 3; i++)
            assert_true(low[i] == low[0] && high[i] == high[0] && count[i] == count[0] && at[i] == at[0]);
    }
    assert_false(histogram_next(fast, &at[1], &low[1], &high[1], &count[1]));
    histogram_destroy(&fast);
    histogram_destroy(&doubles);
    histogram_destroy(&slow);
    free(floats);
    free(data);
}

static void test_small_samples(void **state)
{
    (void)state;
    int16_t words[COUNT];
    int8_t bytes[COUNT];
    uint64_t seed = 65;
    for (size_t i = 0; i < COUNT; i++) {
        words[i] = (int16_t)random_bits(&seed);
        bytes[i] = (int8_t)random_bits(&seed);
    }
    struct histogram *of_words = histogram_create(SAMPLE_I16), *of_bytes = histogram_create(SAMPLE_I8);
    histogram_count_small(of_words, words, COUNT);
    histogram_count_small(of_bytes, bytes, COUNT);
    struct data *data = calloc(1, sizeof *data);
    for (size_t i = 0; i < COUNT; i++)
        data->values[i] = words[i];
    data->good = sort_valid(data->values, NULL, COUNT, data->sorted);
    assert_exact_percentiles(of_words, data);
    for (size_t i = 0; i < COUNT; i++)
        data->values[i] = bytes[i];
    data->good = sort_valid(data->values, NULL, COUNT, data->sorted);
    assert_exact_percentiles(of_bytes, data);
    histogram_destroy(&of_words);
    histogram_destroy(&of_bytes);
    free(data);
}

// Each bin holds as many sorted values as it says, within its edges; the bins ascend and hold all values.
static void assert_bins_match(const struct histogram *histogram, const struct data *data)
{
    size_t index = 0, at = 0;
    double low, high, last = -HUGE_VAL;
    uint64_t count;
    while (histogram_next(histogram, &index, &low, &high, &count)) {
        assert_true(low <= high && low >= last && count > 0);
        for (uint64_t i = 0; i < count; i++, at++)
            assert_true(at < data->good && data->sorted[at] >= low && data->sorted[at] <= high);
        assert_true(high - low <= fmax(fabs(low), fabs(high)) / 2048 + 1e-41);
        last = high;
    }
    assert_int_equal(at, data->good);
    assert_false(histogram_next(histogram, &index, &low, &high, &count));
}

static void test_bins(void **state)
{
    (void)state;
    struct data *floats = make_floats(66), *integers = make_integers(-300, 601, 67);
    struct histogram *histograms[3] = {count_all(SAMPLE_F32, floats), count_all(SAMPLE_I16, integers),
                                       count_all(SAMPLE_I32, integers)};
    assert_bins_match(histograms[0], floats);
    assert_bins_match(histograms[1], integers);
    assert_bins_match(histograms[2], integers);
    // Small integers have exact bins in the wide types too.
    size_t at = 0;
    double low, high;
    uint64_t count;
    while (histogram_next(histograms[2], &at, &low, &high, &count))
        assert_true(low == high && low == floor(low));
    for (int i = 0; i < 3; i++)
        histogram_destroy(&histograms[i]);
    free(floats);
    free(integers);
}

static void test_merge_and_copy(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_U16, SAMPLE_F32};
    for (size_t t = 0; t < 2; t++) {
        struct data *data = types[t] == SAMPLE_F32 ? make_floats(68) : make_integers(7, 900, 69);
        struct histogram *first = histogram_create(types[t]), *second = histogram_create(types[t]);
        histogram_add(first, data->values, data->valid, 5000);
        histogram_add(second, data->values + 5000, data->valid + 5000, COUNT - 5000);
        histogram_merge(first, second);
        struct histogram *copy = histogram_copy(first);
        histogram_merge(first, copy); // the copy stands on its own
        assert_int_equal(histogram_total(first), 2 * data->good);
        assert_bins_match(copy, data);
        histogram_destroy(&first);
        histogram_destroy(&second);
        histogram_destroy(&copy);
        free(data);
    }
}

// Counts beyond 32 bits: by doubling, and by adding to a table that is nearly full.
static void test_counts_beyond_32_bits(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_U8, SAMPLE_F32};
    for (size_t t = 0; t < 2; t++) {
        const double values[4] = {1, 2, 2, 3};
        struct histogram *histogram = histogram_create(types[t]);
        histogram_add(histogram, values, NULL, 4);
        for (int i = 0; i < 35; i++) {
            struct histogram *copy = histogram_copy(histogram);
            histogram_merge(histogram, copy);
            histogram_destroy(&copy);
            histogram_add(histogram, values, NULL, 4);
        }
        // n -> 2 n + 1 repetitions of the four values, 35 times from 1.
        int64_t repeats = ((int64_t)1 << 36) - 1;
        assert_int_equal(histogram_total(histogram), 4 * repeats);
        size_t at = 0;
        double low, high;
        uint64_t count;
        for (int value = 1; value <= 3; value++) {
            assert_true(histogram_next(histogram, &at, &low, &high, &count));
            assert_int_equal(count, value == 2 ? 2 * repeats : repeats);
        }
        assert_true(histogram_percentile(histogram, 10) < 1.001);
        assert_true(histogram_percentile(histogram, 90) > 2.999);
        assert_true(histogram_cumulative(histogram, 1.5) == 0.25);
        histogram_destroy(&histogram);
    }
}

static void test_cumulative(void **state)
{
    (void)state;
    struct data *integers = make_integers(-40, 90, 70), *floats = make_floats(71);
    struct histogram *exact = count_all(SAMPLE_I16, integers), *keyed = count_all(SAMPLE_F32, floats);
    for (double value = -42; value <= 60; value += 0.5) {
        size_t below = 0;
        while (below < integers->good && integers->sorted[below] <= value)
            below++;
        assert_true(histogram_cumulative(exact, value) == (double)below / (double)integers->good);
    }
    for (size_t i = 0; i < floats->good; i += 7) {
        double value = floats->sorted[i], reach = value + fabs(value) / 2048;
        size_t least = 0, most = 0;
        while (least < floats->good && floats->sorted[least] <= value)
            least++;
        for (most = least; most < floats->good && floats->sorted[most] <= reach;)
            most++;
        double share = histogram_cumulative(keyed, value) * (double)floats->good;
        assert_true(share > (double)least - 0.5 && share < (double)most + 0.5);
    }
    assert_true(histogram_cumulative(keyed, -1e30) == 0 && histogram_cumulative(keyed, 1e30) == 1);
    assert_true(histogram_cumulative(keyed, (double)NAN) == 0);
    histogram_destroy(&exact);
    histogram_destroy(&keyed);
    free(integers);
    free(floats);
}

static void test_rebin(void **state)
{
    (void)state;
    struct data *integers = make_integers(0, 100, 72);
    struct histogram *exact = count_all(SAMPLE_U16, integers);
    double counts[10], expected[10] = {0};
    for (size_t i = 0; i < integers->good; i++) {
        if (integers->sorted[i] >= 10 && integers->sorted[i] <= 60)
            expected[integers->sorted[i] == 60 ? 9 : (size_t)((integers->sorted[i] - 10) / 5)]++;
    }
    histogram_rebin(exact, 10, 60, false, counts, 10);
    for (int i = 0; i < 10; i++)
        assert_true(counts[i] == expected[i]);

    // Four floats in one bin that straddles two steps in the middle are shared half and half.
    const double same_bin[4] = {1.0, 1.0001, 1.0002, 1.0004};
    struct histogram *keyed = histogram_create(SAMPLE_F64);
    histogram_add(keyed, same_bin, NULL, 4);
    histogram_rebin(keyed, 1.0002 - 0.01, 1.0002 + 0.01, false, counts, 2);
    assert_true(fabs(counts[0] - 2) < 1e-6 && fabs(counts[1] - 2) < 1e-6);
    // Half of it lies outside.
    histogram_rebin(keyed, 1.0002, 2, false, counts, 3);
    assert_true(fabs(counts[0] - 2) < 1e-6 && counts[1] == 0 && counts[2] == 0);
    histogram_rebin(keyed, 3, 2, false, counts, 3);
    assert_true(counts[0] == 0 && counts[1] == 0 && counts[2] == 0);
    histogram_destroy(&exact);
    histogram_destroy(&keyed);
    free(integers);
}

static void test_rebin_logarithmic(void **state)
{
    (void)state;
    struct data *floats = make_floats(73);
    struct histogram *keyed = count_all(SAMPLE_F32, floats);
    enum { STEPS = 30 };
    double counts[STEPS], expected[STEPS] = {0}, sum = 0, expected_sum = 0;
    double low = 0.01, high = 1000;
    for (size_t i = 0; i < floats->good; i++) {
        double place = floats->sorted[i] > 0 ? log(floats->sorted[i] / low) / log(high / low) * STEPS : -1;
        if (place >= 0 && place < STEPS)
            expected[(size_t)place]++;
    }
    histogram_rebin(keyed, low, high, true, counts, STEPS);
    for (int i = 0; i < STEPS; i++) {
        assert_true(fabs(counts[i] - expected[i]) <= 3); // values in the bins that straddle the edges
        sum += counts[i];
        expected_sum += expected[i];
    }
    assert_true(fabs(sum - expected_sum) <= 3);
    histogram_rebin(keyed, 0, high, true, counts, STEPS);
    for (int i = 0; i < STEPS; i++)
        assert_true(counts[i] == 0);
    histogram_destroy(&keyed);
    free(floats);
}

static void test_degenerate(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_create(SAMPLE_F64);
    size_t at = 0;
    double low, high;
    uint64_t count;
    assert_true(isnan(histogram_percentile(histogram, 50)));
    assert_true(histogram_cumulative(histogram, 0) == 0);
    assert_false(histogram_next(histogram, &at, &low, &high, &count));
    const double odd[3] = {(double)NAN, HUGE_VAL, -HUGE_VAL};
    histogram_add(histogram, odd, NULL, 3);
    assert_int_equal(histogram_total(histogram), 0);
    // Beyond the range of float32, and both zeros.
    const double huge[5] = {-1e300, -0.0, 0, 1e-300, 1e300};
    histogram_add(histogram, huge, NULL, 5);
    assert_int_equal(histogram_total(histogram), 5);
    assert_true(histogram_percentile(histogram, 0) == -1e300);
    assert_true(histogram_percentile(histogram, 50) == 0);
    assert_true(histogram_percentile(histogram, 100) == 1e300);
    assert_true(isfinite(histogram_percentile(histogram, 90)));
    at = 0;
    const uint64_t expected[3] = {1, 3, 1};
    for (int i = 0; i < 3; i++) {
        assert_true(histogram_next(histogram, &at, &low, &high, &count));
        assert_int_equal(count, expected[i]);
        assert_true(isfinite(low) && isfinite(high));
    }
    histogram_destroy(&histogram);
    histogram_destroy(&histogram);
}

static bool all_whole(enum sample_type type, const double *values, size_t count)
{
    struct histogram *histogram = histogram_create(type);
    histogram_add(histogram, values, NULL, count);
    const bool whole = histogram_holds_integers(histogram);
    histogram_destroy(&histogram);
    return whole;
}

static void test_floats_that_hold_integers(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_F16, SAMPLE_F32, SAMPLE_F64};
    double values[1500];
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        for (int i = 0; i < 1500; i++)
            values[i] = i - 300;
        assert_true(all_whole(types[t], values, 1500));
        values[700] += 0.5;
        assert_false(all_whole(types[t], values, 1500));
        values[700] = -17.25;
        assert_false(all_whole(types[t], values, 1500));
        assert_false(all_whole(types[t], values, 0));
        assert_true(all_whole(types[t], (double[]){0}, 1));
        assert_false(all_whole(types[t], (double[]){0.75}, 1));
    }
    // Counts far beyond the bins' resolution.
    assert_true(all_whole(SAMPLE_F32, (double[]){0, 3, 70000, 1e7, 16777216}, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integer_percentiles),
        cmocka_unit_test(test_wide_percentiles),
        cmocka_unit_test(test_fast_ways),
        cmocka_unit_test(test_small_samples),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_merge_and_copy),
        cmocka_unit_test(test_counts_beyond_32_bits),
        cmocka_unit_test(test_cumulative),
        cmocka_unit_test(test_rebin),
        cmocka_unit_test(test_rebin_logarithmic),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_floats_that_hold_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
