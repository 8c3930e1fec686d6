// SPDX-License-Identifier: MIT
// Limits by hand and by dragging.
#include "view/contrast.h"
#include "support/testdata.h"

#include <math.h>

static void expect_limits(const struct contrast *contrast, double low, double high)
{
    assert_true(fabs(contrast->limits.low - low) <= 1e-12 * fabs(low) + 1e-12);
    assert_true(fabs(contrast->limits.high - high) <= 1e-12 * fabs(high) + 1e-12);
    assert_false(contrast->automatic);
}

static void test_default(void **state)
{
    (void)state;
    struct contrast contrast = contrast_default();
    assert_true(contrast.automatic);
    assert_true(contrast.limits.low < contrast.limits.high);
    assert_int_equal(contrast.rule.method, LIMITS_PERCENTILE);
    assert_int_equal(contrast.transfer.kind, TRANSFER_LINEAR);
}

static void test_limits(void **state)
{
    (void)state;
    struct contrast contrast = contrast_default();
    assert_true(contrast_set_limits(&contrast, 3, 9));
    expect_limits(&contrast, 3, 9);
    assert_true(contrast_set_limits(&contrast, 9, -3));
    expect_limits(&contrast, -3, 9);
    assert_false(contrast_set_limits(&contrast, NAN, 1));
    assert_false(contrast_set_limits(&contrast, 0, INFINITY));
    expect_limits(&contrast, -3, 9);
}

static void test_equal_limits_are_widened(void **state)
{
    (void)state;
    static const double values[] = {0, 1, -5, 1e-9, 65535, 1e12, -1e30};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct contrast contrast = contrast_default();
        assert_true(contrast_set_limits(&contrast, values[i], values[i]));
        assert_true(contrast.limits.low < values[i] && values[i] < contrast.limits.high);
        assert_true((float)contrast.limits.low < (float)contrast.limits.high);
        assert_true(contrast.limits.high - contrast.limits.low <= fmax(1.0, fabs(values[i]) * 1e-5));
    }
}

static void test_one_limit(void **state)
{
    (void)state;
    struct contrast contrast = contrast_default();
    contrast_set_limits(&contrast, 10, 20);
    assert_true(contrast_set_low(&contrast, 15));
    expect_limits(&contrast, 15, 20);
    assert_true(contrast_set_high(&contrast, 17));
    expect_limits(&contrast, 15, 17);
    assert_true(contrast_set_low(&contrast, 100));
    assert_true(contrast.limits.low == 100 && contrast.limits.high > 100 && contrast.limits.high < 102);
    assert_true(contrast_set_high(&contrast, -7));
    assert_true(contrast.limits.high == -7 && contrast.limits.low < -7 && contrast.limits.low > -9);
    assert_false(contrast_set_low(&contrast, NAN));
    assert_false(contrast_set_high(&contrast, -INFINITY));
}

static void test_drag(void **state)
{
    (void)state;
    struct contrast contrast = contrast_default();
    const struct limits start = {100, 300};
    contrast_drag(&contrast, &start, 0, 0);
    expect_limits(&contrast, 100, 300);
    contrast_drag(&contrast, &start, 0.25, 0); // right: the centre goes down by a quarter of the width
    expect_limits(&contrast, 50, 250);
    contrast_drag(&contrast, &start, 0, 0.5); // half the viewport down: four times as wide
    expect_limits(&contrast, -200, 600);
    contrast_drag(&contrast, &start, 0, -0.5);
    expect_limits(&contrast, 175, 225);
    contrast_drag(&contrast, &start, -0.5, -0.25);
    expect_limits(&contrast, 250, 350);
    contrast_drag(&contrast, &start, 0, -100); // never to nothing
    assert_true((float)contrast.limits.low < (float)contrast.limits.high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_equal_limits_are_widened),
        cmocka_unit_test(test_one_limit),
        cmocka_unit_test(test_drag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
