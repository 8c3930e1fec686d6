// SPDX-License-Identifier: MIT
// Transfer functions against their formulas, their inverses and their names.
#include "view/transfer.h"
#include "support/reference_render.h"
#include "support/testdata.h"

#include <math.h>
#include <string.h>

static const struct limits many_limits[] = {{0, 1},      {0, 65535},    {1000, 1010}, {-10, 100},
                                            {1e-6, 1e6}, {1e-30, 1e30}, {5, 6}};
static const char *const many_transfers[] = {"linear",   "log",   "sqrt",       "asinh",   "asinh:0.0001",
                                             "asinh:10", "power", "power:0.05", "power:20"};
enum {
    LIMITS_COUNT = sizeof many_limits / sizeof many_limits[0],
    TRANSFERS_COUNT = sizeof many_transfers / sizeof many_transfers[0]
};

static void test_formulas(void **state)
{
    (void)state;
    for (int t = 0; t < TRANSFERS_COUNT; t++) {
        struct transfer transfer;
        assert_true(transfer_parse(many_transfers[t], &transfer));
        for (int i = 0; i < LIMITS_COUNT; i++) {
            double low = many_limits[i].low, high = many_limits[i].high;
            struct transfer_curve curve = transfer_curve_for(&transfer, &many_limits[i]);
            for (int k = 0; k <= 64; k++) {
                double x = k / 64.0;
                double wanted = reference_transfer(&transfer, 0.0 + low, high, low + x * (high - low), NULL);
                double got = transfer_curve_apply(&curve, x);
                assert_true(fabs(got - wanted) <= 1e-9);
                if (got > 1e-3 && got < 1.0 - 1e-6) // where the curve is not flat
                    assert_true(fabs(transfer_curve_invert(&curve, got) - x) <= 1e-9 + 1e-6 * x);
            }
            assert_true(transfer_curve_apply(&curve, -3) == 0.0);
            assert_true(transfer_curve_apply(&curve, 7) == 1.0);
            assert_true(transfer_curve_apply(&curve, 1) == transfer_curve_apply(&curve, 7));
            assert_true(transfer_curve_knee(&curve) > 0.0 && transfer_curve_knee(&curve) <= 1.0);
        }
    }
}

// log of limits above 0 is the true logarithm: equal ratios are equal steps.
static void test_true_logarithm(void **state)
{
    (void)state;
    struct transfer transfer = {.kind = TRANSFER_LOG};
    struct transfer_curve curve = transfer_curve_for(&transfer, &(struct limits){1, 10000});
    for (int decade = 0; decade <= 4; decade++)
        assert_true(fabs(transfer_curve_apply(&curve, (pow(10, decade) - 1) / 9999.0) - decade / 4.0) <
                    1e-12);
    curve = transfer_curve_for(&transfer, &(struct limits){0, 9999});
    assert_true(fabs(transfer_curve_apply(&curve, 99.0 / 9999.0) - 0.5) < 1e-12); // log(1 + counts)
}

static void test_names(void **state)
{
    (void)state;
    for (int kind = 0; kind < TRANSFER_COUNT; kind++) {
        enum transfer_kind found;
        assert_true(transfer_by_name(transfer_name((enum transfer_kind)kind), &found));
        assert_int_equal(found, kind);
    }
    assert_string_equal(transfer_name(TRANSFER_EQUALIZE), "equalize");
}

static void test_parse(void **state)
{
    (void)state;
    struct transfer transfer;
    assert_true(transfer_parse("log", &transfer));
    assert_int_equal(transfer.kind, TRANSFER_LOG);
    assert_true(transfer_parse("power:0.5", &transfer));
    assert_true(transfer.kind == TRANSFER_POWER && transfer.gamma == 0.5);
    assert_true(transfer_parse("asinh:0.01", &transfer));
    assert_true(transfer.kind == TRANSFER_ASINH && transfer.softening == 0.01);
    assert_true(transfer_parse("power", &transfer));
    assert_true(transfer.gamma == 2.0);
    static const char *const wrong[] = {"",          "loga",
                                        "power:",    "power:x",
                                        "power:0",   "power:21",
                                        "power:-1",  "asinh:11",
                                        "log:2",     "linear:",
                                        ":2",        "power:1:2",
                                        "power:inf", "a name that is much too long to be one"};
    const struct transfer before = transfer;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(transfer_parse(wrong[i], &transfer));
    assert_true(transfer.kind == before.kind && transfer.gamma == before.gamma);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_true_logarithm),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
