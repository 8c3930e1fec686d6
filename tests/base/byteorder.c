// SPDX-License-Identifier: MIT
// Tests of byte order loads and swaps.
#include "base/byteorder.h"

#include "support/testdata.h"

static void test_loads(void **state)
{
    (void)state;
    const unsigned char bytes[9] = {0xFF, 0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88};
    // From an odd address.
    assert_int_equal(load_u16le(bytes + 1), 0x8201);
    assert_int_equal(load_u16be(bytes + 1), 0x0182);
    assert_int_equal(load_u32le(bytes + 1), 0x84038201);
    assert_int_equal(load_u32be(bytes + 1), 0x01820384);
    assert_true(load_u64le(bytes + 1) == 0x8807860584038201);
}

static void assert_swapped(size_t item_bytes)
{
    enum { BYTES = 3 * 8 * 7 };
    unsigned char bytes[BYTES + 1], expected[BYTES + 1];
    for (size_t i = 0; i <= BYTES; i++)
        expected[i] = bytes[i] = (unsigned char)(i * 37 + 11);
    for (size_t i = 0; i < BYTES; i++)
        expected[1 + i / item_bytes * item_bytes + (item_bytes - 1 - i % item_bytes)] = bytes[1 + i];
    swap_items(bytes + 1, BYTES / item_bytes, item_bytes);
    assert_memory_equal(bytes, expected, sizeof bytes);
}

static void test_swap(void **state)
{
    (void)state;
    assert_swapped(1);
    assert_swapped(2);
    assert_swapped(4);
    assert_swapped(8);
    swap_items(NULL, 0, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_loads), cmocka_unit_test(test_swap)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
