// SPDX-License-Identifier: MIT
// Binary headers as tables: every kind in both byte orders, and what lies behind the header's end.
#include "formats/base/header_table.h"

#include "support/testdata.h"

#include <math.h>
#include <string.h>

// By hand: 1000 as i16, -2 as i32, 1.5f, 0.1, "A b" and two u8.
static const uint8_t little[] = {0xE8, 0x03, 0xFE, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0xC0, 0x3F, 0x9A, 0x99, 0x99,
                                 0x99, 0x99, 0x99, 0xB9, 0x3F, ' ',  'A',  ' ',  'b',  0,    'x',  7,    250};
static const uint8_t big[] = {0x03, 0xE8, 0xFF, 0xFF, 0xFF, 0xFE, 0x3F, 0xC0, 0x00, 0x00, 0x3F, 0xB9, 0x99,
                              0x99, 0x99, 0x99, 0x99, 0x9A, ' ',  'A',  ' ',  'b',  0,    'x',  7,    250};

static const struct header_item items[] = {
    {"short", 0, SAMPLE_I16},         {"distance", 0, SAMPLE_I16, 1, 1000, "mm"},
    {"negative", 2, SAMPLE_I32},      {"float", 6, SAMPLE_F32, 0, 0, "s"},
    {"double", 10, SAMPLE_F64},       {"text", 18, HEADER_TEXT, 6},
    {"pair", 24, SAMPLE_U8, 2, 4},    {"empty", 22, HEADER_TEXT, 2},
    {"behind", 25, SAMPLE_U16},       {"far", 4000000000, SAMPLE_U8},
    {"long text", 24, HEADER_TEXT, 3}};

static const char expected[] = "short\t1000\n"
                               "distance\t1 mm\n"
                               "negative\t-2\n"
                               "float\t1.5 s\n"
                               "double\t0.1\n"
                               "text\tA b\n"
                               "pair\t1.75 62.5\n";

static void check(const uint8_t *bytes, bool highest_first)
{
    const struct header_block block = {bytes, sizeof little, highest_first};
    struct text out = {0};
    header_block_append(&block, items, sizeof items / sizeof *items, &out);
    assert_string_equal(text_string(&out), expected);
    text_free(&out);
    assert_true(header_block_number(&block, 0, SAMPLE_I16) == 1000);
    assert_true(header_block_number(&block, 2, SAMPLE_I32) == -2);
    assert_true(header_block_number(&block, 10, SAMPLE_F64) == 0.1);
    assert_true(header_block_number(&block, 25, SAMPLE_U8) == 250);
    assert_true(isnan(header_block_number(&block, 25, SAMPLE_U16)));
    assert_true(isnan(header_block_number(&block, SIZE_MAX, SAMPLE_F64)));
}

static void test_both_byte_orders(void **state)
{
    (void)state;
    check(little, false);
    check(big, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_both_byte_orders)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
