// SPDX-License-Identifier: MIT
// Tests of automatic limits: zscale against astropy, the others against their definition.
#include "image/limits.h"

#include "image/generator.h"
#include "image/random.h"
#include "support/testdata.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1000 };

// The kinds of samples, as in the Python that made the expected limits.
static double sample_next(int kind, size_t i, uint32_t *seed)
{
    if (kind == 2)
        return 3.0 * (double)i;
    if (kind == 3)
        return generator_next(seed) % 10 ? 5.0 : generator_next(seed) % 1000;
    if (kind == 4)
        return ldexp(1, (int)(generator_next(seed) % 40) - 10);
    double value = generator_noise(seed);
    if (kind == 0)
        return value;
    uint32_t dice = generator_next(seed) % 20;
    return dice == 0 ? value * 100 : dice == 1 ? 0.0 : value;
}

// astropy 5.2.1 (numpy 1.24): ZScaleInterval(n_samples=1000, contrast=c).get_limits(sample).
static const struct {
    int kind;
    size_t count;
    uint32_t seed;
    double contrast, low, high;
} zscale_cases[] = {
    {0, 1000, 1, 0.25, 17.0, 226.9375},
    {1, 1000, 2, 0.25, 0.0, 386.2996195146771},
    {1, 1000, 2, 1.0, 56.47681610862816, 188.16865487866926},
    {1, 777, 3, 0.1, 0.0, 759.251087359656},
    {2, 1000, 1, 0.25, 0.0, 2997.0},
    {3, 1000, 4, 0.25, 5.0, 961.0},
    {4, 1000, 5, 0.25, 0.0009765625, 20887475.830757067},
    {1, 100, 6, 0.25, 0.0, 366.7876065478498},
    {1, 37, 7, 0.25, 0.0, 358.3051411290321},
    {0, 9, 8, 0.25, 60.9375, 195.3125},
    {0, 4, 9, 0.25, 68.5, 142.1875},
};

static void test_zscale_as_astropy(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof zscale_cases / sizeof zscale_cases[0]; c++) {
        double sample[LARGEST], before[LARGEST];
        uint32_t seed = zscale_cases[c].seed;
        for (size_t i = 0; i < zscale_cases[c].count; i++)
            sample[i] = sample_next(zscale_cases[c].kind, i, &seed);
        memcpy(before, sample, sizeof before);
        struct limits found = limits_zscale(sample, zscale_cases[c].count, zscale_cases[c].contrast);
        double low = zscale_cases[c].low, high = zscale_cases[c].high;
        if (fabs(found.low - low) > 1e-9 * (high - low) || fabs(found.high - high) > 1e-9 * (high - low))
            fail_msg("case %zu: %.17g %.17g, not %.17g %.17g", c, found.low, found.high, low, high);
        assert_memory_equal(sample, before, zscale_cases[c].count * sizeof *sample);
    }
}

static void test_zscale_degenerate(void **state)
{
    (void)state;
    double same[50];
    for (int i = 0; i < 50; i++)
        same[i] = 7;
    struct limits found = limits_zscale(same, 50, 0.25);
    assert_true(found.low == 7 && found.high > 7 && found.high - found.low < 1);
    found = limits_zscale(same, 1, 0.25);
    assert_true(found.low == 7 && found.high > 7);
    found = limits_zscale(NULL, 0, 0.25);
    assert_true(found.low == 0 && found.high == 1);
    const double huge[6] = {-DBL_MAX, -DBL_MAX, 0, 1, DBL_MAX, DBL_MAX};
    found = limits_zscale(huge, 6, 0.25);
    assert_true(isfinite(found.low) && isfinite(found.high) && found.low < found.high);
}

struct counted {
    struct histogram *histogram;
    struct statistics statistics;
    struct limits_sample sample;
};

static struct counted count_values(enum sample_type type, double *values, size_t count)
{
    struct counted all = {.histogram = histogram_create(type), .sample = {values, count}};
    histogram_add(all.histogram, values, NULL, count);
    statistics_add(&all.statistics, values, NULL, count, NULL);
    return all;
}

static struct limits compute(const struct counted *all, const char *rule_text)
{
    struct limits_rule rule;
    assert_true(limits_rule_parse(rule_text, &rule));
    return limits_compute(&rule, all->histogram, &all->statistics, &all->sample);
}

static void assert_limits(struct limits found, double low, double high, double tolerance)
{
    if (fabs(found.low - low) > tolerance || fabs(found.high - high) > tolerance)
        fail_msg("limits %.17g %.17g, not %.17g %.17g", found.low, found.high, low, high);
}

static void test_methods(void **state)
{
    (void)state;
    double values[1001];
    for (int i = 0; i <= 1000; i++)
        values[i] = (i * 8) % 1001; // 0 to 1000, each once
    struct counted all = count_values(SAMPLE_U16, values, 1001);
    assert_limits(compute(&all, "percentile"), 5, 995, 0);
    assert_limits(compute(&all, "percentile:1:99"), 10, 990, 0);
    assert_limits(compute(&all, "percentile:0.25:50"), 2.5, 500, 0);
    assert_limits(compute(&all, "minmax"), 0, 1000, 0);
    // The deviation of 0 ... n is sqrt(n (n + 2) / 12).
    double deviation = sqrt(1000.0 * 1002 / 12);
    assert_limits(compute(&all, "sigma:1"), 500 - deviation, 500 + deviation, 1e-9);
    assert_limits(compute(&all, "sigma"), 500 - 3 * deviation, 500 + 3 * deviation, 1e-9);
    struct limits zscale = limits_zscale(values, 1001, 0.25);
    assert_limits(compute(&all, "zscale"), zscale.low, zscale.high, 0);
    histogram_destroy(&all.histogram);
}

// Counts saved as floats get round limits; a narrow range far from zero is not rounded away; extremes stay
// exact.
static void test_round_percentiles_of_floats(void **state)
{
    (void)state;
    double values[10000];
    for (int i = 0; i < 10000; i++)
        values[i] = i / 200; // 0 to 49, 200 of each
    struct counted counts = count_values(SAMPLE_F32, values, 10000);
    assert_limits(compute(&counts, "percentile:11:89"), 5, 44, 0);
    assert_limits(compute(&counts, "percentile:0:100"), 0, 49, 0);
    histogram_destroy(&counts.histogram);
    for (int i = 0; i < 10000; i++)
        values[i] = 1000000 + 3 * (i / 10000.0);
    struct counted narrow = count_values(SAMPLE_F32, values, 10000);
    const struct limits limits = compute(&narrow, "percentile:1:99");
    assert_true(limits.low >= 999999.9 && limits.high <= 1000003.1 && limits.high - limits.low > 2);
    histogram_destroy(&narrow.histogram);
}

// Ten thousand pixels of which 1, 2, ... 20 were hit by 1, 2, ... 20 photons: both percentiles are 0.
static void test_sparse_counts(void **state)
{
    (void)state;
    double values[10000] = {0};
    for (int i = 0; i < 20; i++)
        values[500 * i + 3] = i + 1;
    static const enum sample_type types[] = {SAMPLE_U8, SAMPLE_U16, SAMPLE_U32, SAMPLE_I32};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct counted all = count_values(types[i], values, 10000);
        const struct limits found = compute(&all, "percentile:0.5:99.5");
        // numpy.percentile of the twenty: 19.905 within a rank.
        assert_true(found.low == 0 && found.high >= 19 && found.high <= 20);
        histogram_destroy(&all.histogram);
    }
    // A single photon, and none.
    memset(values, 0, sizeof values);
    values[77] = 1;
    struct counted one = count_values(SAMPLE_U16, values, 10000);
    assert_limits(compute(&one, "percentile"), 0, 1, 0);
    histogram_destroy(&one.histogram);
    for (int i = 0; i < 10000; i++)
        values[i] = 7;
    static const char *const rules[] = {"percentile", "minmax", "zscale", "sigma"};
    for (size_t r = 0; r < 4; r++) {
        struct counted same = count_values(SAMPLE_U16, values, 10000);
        assert_limits(compute(&same, rules[r]), 7, 8, 0);
        histogram_destroy(&same.histogram);
        same = count_values(SAMPLE_F32, values, 10000);
        const struct limits found = compute(&same, rules[r]);
        assert_true(found.low == 7 && found.high > 7 && found.high < 7.1);
        histogram_destroy(&same.histogram);
    }
}

static void test_degenerate(void **state)
{
    (void)state;
    static const char *const rules[] = {"percentile", "minmax", "zscale", "sigma"};
    static const double sole[] = {0, 7, -7, 1e-30, -1e30, DBL_MAX, -DBL_MAX, 0x1p-1074};
    double odd[2] = {(double)NAN, HUGE_VAL};
    for (size_t r = 0; r < 4; r++) {
        struct counted none = count_values(SAMPLE_F64, odd, 2);
        none.sample.count = 0;
        struct limits found = compute(&none, rules[r]);
        assert_true(found.low == 0 && found.high == 1);
        histogram_destroy(&none.histogram);
        for (size_t i = 0; i < sizeof sole / sizeof sole[0]; i++) {
            double values[3] = {sole[i], sole[i], sole[i]};
            struct counted all = count_values(SAMPLE_F64, values, 3);
            found = compute(&all, rules[r]);
            assert_true(found.low < found.high && isfinite(found.low) && isfinite(found.high));
            assert_true(found.low <= sole[i] && sole[i] <= found.high);
            assert_true(found.high / 2 - found.low / 2 <= fmax(0.5, 2e-3 * fabs(sole[i])));
            histogram_destroy(&all.histogram);
        }
        double wide[4] = {-DBL_MAX, -1, 1, DBL_MAX};
        struct counted all = count_values(SAMPLE_F64, wide, 4);
        found = compute(&all, rules[r]);
        assert_true(found.low < found.high && isfinite(found.low) && isfinite(found.high));
        histogram_destroy(&all.histogram);
    }
}

static void test_parse(void **state)
{
    (void)state;
    struct limits_rule rule = {0};
    assert_true(limits_rule_parse("percentile:1:99.9", &rule));
    assert_true(rule.method == LIMITS_PERCENTILE && rule.low_percent == 1 && rule.high_percent == 99.9);
    assert_true(limits_rule_parse("zscale:0.5", &rule));
    assert_true(rule.method == LIMITS_ZSCALE && rule.zscale_contrast == 0.5 && rule.low_percent == 0.5);
    assert_true(limits_rule_parse("sigma:2.5", &rule));
    assert_true(rule.method == LIMITS_SIGMA && rule.sigmas == 2.5);
    assert_true(limits_rule_parse("minmax", &rule) && rule.method == LIMITS_MINMAX);
    assert_true(limits_rule_parse("percentile", &rule) && rule.high_percent == 99.5);
    static const char *const wrong[] = {
        "",         "Percentile",        "percentile:",  "percentile:1",     "percentile:99:1",
        "minmax:1", "percentile:1:2:3",  "percentile::", "percentile:-1:50", "percentile:1:101",
        "sigma:0",  "sigma:-1",          "sigma:inf",    "sigma:nan",        "sigma:3:4",
        "zscale:0", "zscale:0.25x",      "zscale: 0.25", "minmax ",          "percentile:5:5",
        "auto:1:2", "percentile:0x1:99", "sigma:3:",     "zscale:",
    };
    rule = (struct limits_rule){.method = LIMITS_SIGMA, .sigmas = 42};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (limits_rule_parse(wrong[i], &rule))
            fail_msg("\"%s\" was accepted", wrong[i]);
    }
    assert_false(limits_rule_parse(NULL, &rule));
    assert_true(rule.method == LIMITS_SIGMA && rule.sigmas == 42);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"percentile", "minmax", "zscale", "sigma"};
    for (int i = 0; i < LIMITS_METHOD_COUNT; i++) {
        enum limits_method method;
        assert_string_equal(limits_method_name((enum limits_method)i), names[i]);
        assert_true(limits_method_by_name(names[i], &method));
        assert_int_equal(method, i);
    }
    enum limits_method method = LIMITS_SIGMA;
    assert_false(limits_method_by_name("none", &method));
    struct limits_rule rule = limits_rule_default();
    assert_true(rule.method == LIMITS_PERCENTILE && rule.low_percent == 0.5 && rule.high_percent == 99.5);
    assert_true(rule.sigmas == 3 && rule.zscale_contrast == 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zscale_as_astropy),
        cmocka_unit_test(test_zscale_degenerate),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_round_percentiles_of_floats),
        cmocka_unit_test(test_sparse_counts),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
