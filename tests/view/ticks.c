// SPDX-License-Identifier: MIT
// Ticks: round numbers, decades, labels that tell neighbours apart and never collide.
#include "view/ticks.h"
#include "support/testdata.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tick_scale scale_of(enum transfer_kind kind, double low, double high, double gap)
{
    struct transfer transfer = transfer_default();
    transfer.kind = kind;
    return (struct tick_scale){.limits = {low, high}, .transfer = transfer, .gap = gap};
}

// All labels in order, with a blank between them.
static const char *labels_of(const struct tick_scale *scale, char *text, size_t size)
{
    struct tick ticks[TICKS_MAX];
    const size_t count = ticks_find(scale, ticks);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (ticks[i].label[0])
            snprintf(text + strlen(text), size - strlen(text), "%s%s", text[0] ? " " : "", ticks[i].label);
    }
    return text;
}

static void assert_labels(enum transfer_kind kind, double low, double high, double gap, const char *expected)
{
    char text[4096];
    const struct tick_scale scale = scale_of(kind, low, high, gap);
    assert_string_equal(labels_of(&scale, text, sizeof text), expected);
}

static void test_step(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        int most;
        double step;
    } cases[] = {
        {0, 100, 10, 10}, {0, 100, 9, 20},           {0, 100, 5, 20},
        {0, 100, 4, 50},  {0, 1, 10, 0.1},           {0, 1, 3, 0.5},
        {-3, 4, 7, 1},    {0, 65535, 8, 1e4},        {0, 7e-5, 7, 1e-5},
        {5, 6, 1, 1},     {-1e308, 1e308, 4, 5e307}, {1e6, 1e6 + 1, 5, 0.2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double step = tick_step(cases[i].low, cases[i].high, cases[i].most);
        assert_true(fabs(step / cases[i].step - 1) < 1e-12);
    }
}

static void test_format(void **state)
{
    (void)state;
    static const struct {
        double value, step;
        const char *text;
    } cases[] = {
        {0, 1, "0"},
        {-0.0, 1, "0"},
        {5, 1, "5"},
        {0.30000000000000004, 0.1, "0.3"},
        {20, 5, "20"},
        {20, 0.5, "20.0"},
        {-0.25, 0.05, "-0.25"},
        {99999, 1, "99999"},
        {100000, 1e4, "1e5"},
        {150000, 5e4, "1.5e5"},
        {1e6, 1e6, "1e6"},
        {-2.5e6, 5e5, "-2.5e6"},
        {123456, 1, "123456"},
        {1000000.2, 0.2, "1000000.2"},
        {1e-5, 1e-5, "1e-5"},
        {0.0001, 1e-4, "0.0001"},
        {2.5e-7, 5e-8, "2.5e-7"},
        {1e300, 1e300, "1e300"},
        {5e-324, 5e-324, "5e-324"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(tick_format(cases[i].value, cases[i].step, buffer, sizeof buffer), cases[i].text);
}

static void test_linear(void **state)
{
    (void)state;
    assert_labels(TRANSFER_LINEAR, 0, 100, 0.1, "0 20 40 60 80 100");
    assert_labels(TRANSFER_LINEAR, 0, 1, 0.1, "0 0.2 0.4 0.6 0.8 1.0");
    assert_labels(TRANSFER_LINEAR, -5, -1, 0.1, "-5 -4 -3 -2 -1");
    assert_labels(TRANSFER_LINEAR, -1, 1, 0.1, "-1.0 -0.5 0 0.5 1.0");
    assert_labels(TRANSFER_LINEAR, 3, 1004, 0.1, "200 400 600 800 1000");
    assert_labels(TRANSFER_LINEAR, 0, 65535, 0.1, "0 10000 20000 30000 40000 50000 60000");
    assert_labels(TRANSFER_LINEAR, 0, 4294967295.0, 0.1, "0 1e9 2e9 3e9 4e9");
    assert_labels(TRANSFER_LINEAR, 1000000, 1000001, 0.1,
                  "1000000.0 1000000.2 1000000.4 1000000.6 1000000.8 1000001.0");
    assert_labels(TRANSFER_LINEAR, -1e308, 1e308, 0.1, "-1e308 -5e307 0 5e307 1e308");
    assert_labels(TRANSFER_EQUALIZE, 0, 100, 0.1, "0 20 40 60 80 100"); // without histogram
}

static void test_logarithmic(void **state)
{
    (void)state;
    assert_labels(TRANSFER_LOG, 1, 1e6, 0.05, "1 10 100 1000 10000 1e5 1e6");
    assert_labels(TRANSFER_LOG, 1e-3, 1e9, 0.1, "0.01 1 100 10000 1e6 1e8");
    assert_labels(TRANSFER_LOG, 1, 100, 0.1, "1 2 5 10 20 50 100");
    assert_labels(TRANSFER_LOG, 0, 1e4, 0.06, "0 1 10 100 1000 10000");
    // Minor ticks are the multiples between the decades.
    const struct tick_scale scale = scale_of(TRANSFER_LOG, 1, 1e4, 0.08);
    struct tick ticks[TICKS_MAX];
    const size_t count = ticks_find(&scale, ticks);
    assert_int_equal(count, 4 * 9 + 1);
    for (size_t i = 0; i < count; i++) {
        const double value = (double)(i % 9 + 1) * pow(10, (double)(i / 9));
        assert_float_equal(ticks[i].value, value, 1e-9 * value);
        assert_float_equal(ticks[i].position, log10(value) / 4, 1e-9);
        assert_int_equal(ticks[i].label[0] != '\0', i % 9 == 0);
    }
}

// Positions by the definitions in view/transfer.h.
static void test_positions(void **state)
{
    (void)state;
    struct tick_scale scale = scale_of(TRANSFER_LOG, 0, 5000, 0.1);
    assert_float_equal(tick_position(&scale, 99), log(100.0) / log(5001.0), 1e-12);
    scale = scale_of(TRANSFER_SQRT, 10, 110, 0.1);
    assert_float_equal(tick_position(&scale, 35), 0.5, 1e-12);
    scale = scale_of(TRANSFER_ASINH, 0, 1, 0.1);
    assert_float_equal(tick_position(&scale, 0.5), asinh(5) / asinh(10), 1e-12);
    scale = scale_of(TRANSFER_LINEAR, -1e308, 1e308, 0.1);
    assert_float_equal(tick_position(&scale, 5e307), 0.75, 1e-12);
    assert_float_equal(tick_position(&scale, NAN), 0, 0);
}

// Values 0 to 9, value v counted v + 1 times: 55 in all.
static void test_equalized(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_create(SAMPLE_U8);
    for (int value = 0; value < 10; value++) {
        for (int i = 0; i <= value; i++)
            histogram_add(histogram, &(double){value}, NULL, 1);
    }
    struct tick_scale scale = scale_of(TRANSFER_EQUALIZE, 2, 8, 0.1);
    scale.histogram = histogram;
    double below = 1 + 2, inside = 3 + 4 + 5 + 6 + 7 + 8 + 9, sum = 0;
    for (int value = 2; value <= 8; value++) {
        sum += value + 1;
        assert_float_equal(tick_position(&scale, value), sum / inside, 1e-12);
    }
    assert_float_equal(below + inside + 10, (double)histogram_total(histogram), 0);
    struct tick ticks[TICKS_MAX];
    assert_true(ticks_find(&scale, ticks) >= 4);
    histogram_destroy(&histogram);
}

// What holds of any scale: order, bounds, positions, distinct labels that read back, and their distance.
static void check_scale(const struct tick_scale *scale, size_t least_labels)
{
    struct tick ticks[TICKS_MAX];
    const size_t count = ticks_find(scale, ticks);
    size_t labels = 0;
    double last = -1;
    const char *last_label = "";
    assert_true(count <= TICKS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct tick *tick = &ticks[i];
        double read;
        assert_true(i == 0 || tick->value > ticks[i - 1].value);
        assert_true(tick->value >= scale->limits.low && tick->value <= scale->limits.high);
        assert_float_equal(tick->position, tick_position(scale, tick->value), 1e-12);
        if (!tick->label[0])
            continue;
        labels++;
        assert_true(parse_double(tick->label, &read));
        assert_true(fabs(read - tick->value) <= 1e-12 * fabs(tick->value) + 5e-324);
        assert_true(last < 0 || tick->position - last >= scale->gap * (1 - 1e-6));
        assert_string_not_equal(tick->label, last_label);
        last = tick->position;
        last_label = tick->label;
    }
    if (labels < least_labels)
        print_message("%s %.17g..%.17g gap %g: %zu labels\n", transfer_name(scale->transfer.kind),
                      scale->limits.low, scale->limits.high, scale->gap, labels);
    assert_true(labels >= least_labels);
}

static void test_any_scale(void **state)
{
    (void)state;
    static const double limits[][2] = {
        {0, 1},           {0, 65535},        {-100, 4000},      {1000000, 1000001},
        {1e-9, 3e-9},     {-7e8, -3},        {0, 4294967295.0}, {0.5, 0.50001},
        {-1, 1},          {3, 3e12},         {17, 23},          {-1e300, 1e300},
        {1e15, 1e15 + 8}, {-2e-310, 3e-310}, {0, 1e-5}};
    static const double gaps[] = {0.02, 0.05, 0.1, 0.3};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        for (int kind = 0; kind < TRANSFER_COUNT; kind++) {
            for (size_t j = 0; j < sizeof gaps / sizeof *gaps; j++) {
                const struct tick_scale scale =
                    scale_of((enum transfer_kind)kind, limits[i][0], limits[i][1], gaps[j]);
                check_scale(&scale, gaps[j] < 0.3 ? 2 : 1);
            }
        }
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct tick ticks[TICKS_MAX];
    struct tick_scale scale = scale_of(TRANSFER_LINEAR, 1, 1, 0.1);
    assert_int_equal(ticks_find(&scale, ticks), 0);
    scale = scale_of(TRANSFER_LOG, 0, INFINITY, 0.1);
    assert_int_equal(ticks_find(&scale, ticks), 0);
    scale = scale_of(TRANSFER_LOG, NAN, 1, 0.1);
    assert_int_equal(ticks_find(&scale, ticks), 0);
    // Neighbouring doubles: whatever is found, it ends.
    scale = scale_of(TRANSFER_LINEAR, 1e17, nextafter(1e17, INFINITY), 0.1);
    assert_true(ticks_find(&scale, ticks) <= TICKS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step),      cmocka_unit_test(test_format),
        cmocka_unit_test(test_linear),    cmocka_unit_test(test_logarithmic),
        cmocka_unit_test(test_positions), cmocka_unit_test(test_equalized),
        cmocka_unit_test(test_any_scale), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
