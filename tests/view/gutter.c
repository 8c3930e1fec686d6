// SPDX-License-Identifier: MIT
// What dragging the colour bar does to the limits, against values worked out by hand.
#include "view/gutter.h"

#include "support/testdata.h"

static const struct limits HUNDRED = {0, 100};

static void expect(const struct limits *limits, double low, double high)
{
    assert_float_equal(limits->low, low, 1e-9);
    assert_float_equal(limits->high, high, 1e-9);
}

// 100 over 200 pixels: steps of 0.5.
static void test_linear(void **state)
{
    (void)state;
    const struct transfer linear = transfer_default();
    struct limits moved;
    assert_true(gutter_drag(&HUNDRED, &linear, GUTTER_HIGH, -0.25, 200, &moved));
    expect(&moved, 0, 75);
    assert_true(gutter_drag(&HUNDRED, &linear, GUTTER_HIGH, 0.5, 200, &moved)); // beyond the end
    expect(&moved, 0, 150);
    assert_true(gutter_drag(&HUNDRED, &linear, GUTTER_LOW, 0.1, 200, &moved));
    expect(&moved, 10, 100);
    assert_true(gutter_drag(&HUNDRED, &linear, GUTTER_LOW, -0.1, 200, &moved));
    expect(&moved, -10, 100);
    assert_true(gutter_drag(&HUNDRED, &linear, GUTTER_BAR, 0.2, 200, &moved));
    expect(&moved, 20, 120);
    assert_true(gutter_drag(&HUNDRED, &linear, GUTTER_HIGH, -0.2512, 200, &moved)); // 74.88
    expect(&moved, 0, 75);
}

// x = t^2 for the square root: the middle of the bar is a quarter of the range.
static void test_along_the_scale(void **state)
{
    (void)state;
    struct transfer root = transfer_default();
    struct limits moved;
    root.kind = TRANSFER_SQRT;
    assert_true(gutter_drag(&HUNDRED, &root, GUTTER_HIGH, -0.5, 200, &moved));
    expect(&moved, 0, 25);
    assert_true(gutter_drag(&HUNDRED, &root, GUTTER_HIGH, 0.5, 200, &moved)); // 100 + (100 - 25)
    expect(&moved, 0, 175);
    root.kind = TRANSFER_EQUALIZE; // has no curve: as if linear
    assert_true(gutter_drag(&HUNDRED, &root, GUTTER_HIGH, -0.5, 200, &moved));
    expect(&moved, 0, 50);
}

static void test_refused(void **state)
{
    (void)state;
    const struct transfer linear = transfer_default();
    struct limits moved;
    assert_false(gutter_drag(&HUNDRED, &linear, GUTTER_HIGH, -1, 200, &moved)); // they would be equal
    assert_false(gutter_drag(&HUNDRED, &linear, GUTTER_LOW, 1.5, 200, &moved)); // they would cross
    assert_false(gutter_drag(&HUNDRED, &linear, GUTTER_BAR, 0, 200, &moved));   // nothing changes
    assert_false(gutter_drag(&HUNDRED, &linear, GUTTER_NOTHING, 0.5, 200, &moved));
}

static void test_wheel(void **state)
{
    (void)state;
    struct limits moved;
    assert_true(gutter_zoom(&HUNDRED, 1, 200, &moved)); // 50 -+ 45
    expect(&moved, 5, 95);
    assert_true(gutter_zoom(&HUNDRED, -1, 200, &moved)); // 50 -+ 55.6, in steps of 0.5
    expect(&moved, -5.5, 105.5);
    assert_false(gutter_zoom(&HUNDRED, 1000, 200, &moved));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_along_the_scale),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_wheel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
