// SPDX-License-Identifier: MIT
// Tests of checked sizes.
#include "base/size.h"

#include "support/testdata.h"

static void test_multiply_and_add(void **state)
{
    (void)state;
    size_t result = 5;
    assert_true(size_multiply(SIZE_MAX / 3, 3, &result));
    assert_true(result == SIZE_MAX);
    assert_false(size_multiply(SIZE_MAX / 2 + 1, 2, &result));
    assert_true(result == SIZE_MAX);
    assert_true(size_add(SIZE_MAX - 4, 4, &result));
    assert_true(result == SIZE_MAX);
    assert_false(size_add(SIZE_MAX, 1, &result));
    assert_true(size_multiply(0, SIZE_MAX, &result));
    assert_int_equal(result, 0);
}

static void test_plane(void **state)
{
    (void)state;
    size_t bytes = 1;
    assert_true(size_of_plane(4148, 4362, 4, &bytes));
    assert_int_equal(bytes, 72374304);
    assert_false(size_of_plane((int64_t)1 << 32, (int64_t)1 << 32, 1, &bytes));
    assert_false(size_of_plane((int64_t)1 << 31, (int64_t)1 << 31, 8, &bytes));
    assert_false(size_of_plane(-1, 1, 1, &bytes));
    assert_false(size_of_plane(1, -1, 1, &bytes));
    assert_int_equal(bytes, 72374304);
    assert_true(size_of_plane(0, INT64_MAX, 8, &bytes));
    assert_int_equal(bytes, 0);
}

static void test_integers(void **state)
{
    (void)state;
    assert_int_equal(int64_min(-3, 2), -3);
    assert_int_equal(int64_max(-3, 2), 2);
    assert_int_equal(int64_clamp(-3, 0, 9), 0);
    assert_int_equal(int64_clamp(12, 0, 9), 9);
    assert_int_equal(int64_clamp(4, 0, 9), 4);
    assert_int_equal(int64_ceil_div(0, 64), 0);
    assert_int_equal(int64_ceil_div(64, 64), 1);
    assert_int_equal(int64_ceil_div(65, 64), 2);
    assert_int_equal(int64_ceil_div(-1, 64), 0); // rounded up, towards zero
    assert_int_equal(int64_ceil_div(-64, 64), -1);
    assert_int_equal(int64_ceil_div(-65, 64), -1);
    assert_true(int64_ceil_div(INT64_MAX, 2) == INT64_MAX / 2 + 1);
    assert_int_equal(int64_round_up(65, 64), 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_multiply_and_add), cmocka_unit_test(test_plane),
                                       cmocka_unit_test(test_integers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
