// SPDX-License-Identifier: MIT
// Values of 64 bits as float32: what is chosen, and the way there and back.
#include "image/value_map.h"

#include "support/testdata.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { COUNT = 1000 };

static void test_time_stamps(void **state)
{
    (void)state;
    uint64_t stamps[COUNT];
    for (int i = 0; i < COUNT; i++)
        stamps[i] = i % 3 ? UINT64_C(1700000000000000000) + (uint64_t)i * 25 : 0; // a third was not hit
    const struct value_map map = value_map_choose(SAMPLE_U64, stamps, NULL, COUNT);
    assert_false(value_map_is_identity(&map));
    assert_int_equal(map.exponent, 0);
    float stored[COUNT];
    value_map_row_to_float(&map, SAMPLE_U64, stamps, COUNT, stored);
    // The difference of two stamps is exact, though float32 has steps of 1.4e11 at such values.
    assert_true(stored[2] - stored[1] == 25);
    assert_true(stored[COUNT - 2] - stored[1] == 25 * (COUNT - 3));
    assert_true(stored[0] < -1.69e18F);
    assert_true(value_map_true(&map, value_map_stored(&map, 1.7e18)) == 1.7e18);
}

static void test_signed_integers(void **state)
{
    (void)state;
    int64_t values[COUNT];
    for (int i = 0; i < COUNT; i++)
        values[i] = -(INT64_C(1) << 60) - i;
    const struct value_map map = value_map_choose(SAMPLE_I64, values, NULL, COUNT);
    float stored[COUNT];
    value_map_row_to_float(&map, SAMPLE_I64, values, COUNT, stored);
    for (int i = 1; i < COUNT; i++)
        assert_true(stored[i - 1] - stored[i] == 1);
    values[0] = INT64_MAX; // an outlier as far away as there is
    value_map_row_to_float(&map, SAMPLE_I64, values, COUNT, stored);
    assert_true(stored[0] > 1.03e19F && isfinite(stored[0]));
}

static void test_doubles_beyond_float(void **state)
{
    (void)state;
    static const double factors[] = {1e-300, 1e-45, 1e45, 1e300};
    for (size_t f = 0; f < 4; f++) {
        double values[COUNT];
        for (int i = 0; i < COUNT; i++)
            values[i] = (i - 300) * factors[f];
        const struct value_map map = value_map_choose(SAMPLE_F64, values, NULL, COUNT);
        float stored[COUNT];
        value_map_row_to_float(&map, SAMPLE_F64, values, COUNT, stored);
        for (int i = 0; i < COUNT; i++) {
            const double back = value_map_true(&map, (double)stored[i]);
            assert_true(fabs(back - values[i]) <= fabs(values[i]) * 0x1p-23);
        }
    }
}

// A few values beyond float32 press the others neither together nor to infinity.
static void test_outliers(void **state)
{
    (void)state;
    double values[COUNT];
    for (int i = 0; i < COUNT; i++)
        values[i] = i % 100 == 7 ? 1e200 : i * 1e-50;
    const struct value_map map = value_map_choose(SAMPLE_F64, values, NULL, COUNT);
    float stored[COUNT];
    value_map_row_to_float(&map, SAMPLE_F64, values, COUNT, stored);
    assert_true(stored[7] == FLT_MAX && stored[999] > stored[998] && stored[1] > 0);
}

static void test_ordinary_values_are_themselves(void **state)
{
    (void)state;
    double values[COUNT];
    int64_t whole[COUNT];
    for (int i = 0; i < COUNT; i++) {
        values[i] = i * 0.25 - 17;
        whole[i] = 12000000 + i;
    }
    struct value_map map = value_map_choose(SAMPLE_F64, values, NULL, COUNT);
    assert_true(value_map_is_identity(&map));
    map = value_map_choose(SAMPLE_I64, whole, NULL, COUNT);
    assert_true(value_map_is_identity(&map));
    map = value_map_choose(SAMPLE_F32, values, NULL, COUNT);
    assert_true(value_map_is_identity(&map));
    map = value_map_choose(SAMPLE_F64, values, NULL, 0);
    assert_true(value_map_is_identity(&map));
    uint8_t masked[COUNT];
    memset(masked, 4, sizeof masked);
    for (int i = 0; i < COUNT; i++)
        values[i] = 1.47e9 + i * 0.01;
    map = value_map_choose(SAMPLE_F64, values, masked, COUNT);
    assert_true(value_map_is_identity(&map));
    map = value_map_choose(SAMPLE_F64, values, NULL, COUNT);
    assert_true(map.origin > 1.4699e9 && map.origin < 1.4701e9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_stamps),
        cmocka_unit_test(test_signed_integers),
        cmocka_unit_test(test_doubles_beyond_float),
        cmocka_unit_test(test_outliers),
        cmocka_unit_test(test_ordinary_values_are_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
