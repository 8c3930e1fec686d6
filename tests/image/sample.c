// SPDX-License-Identifier: MIT
// Tests of sample types, conversions and exact text.
#include "image/sample.h"

#include "image/random.h"
#include "support/testdata.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t bytes;
        bool is_float, is_signed;
    } expected[SAMPLE_COUNT] = {
        {"u8", 1, false, false},  {"i8", 1, false, true},  {"u16", 2, false, false}, {"i16", 2, false, true},
        {"u32", 4, false, false}, {"i32", 4, false, true}, {"u64", 8, false, false}, {"i64", 8, false, true},
        {"f16", 2, true, true},   {"f32", 4, true, true},  {"f64", 8, true, true},
    };
    for (int i = 0; i < SAMPLE_COUNT; i++) {
        const struct sample_traits *traits = sample_traits((enum sample_type)i);
        assert_string_equal(traits->name, expected[i].name);
        assert_int_equal(traits->bytes, expected[i].bytes);
        assert_int_equal(traits->is_float, expected[i].is_float);
        assert_int_equal(traits->is_signed, expected[i].is_signed);
        enum sample_type type;
        assert_true(sample_type_by_name(expected[i].name, &type));
        assert_int_equal(type, i);
    }
    enum sample_type type = SAMPLE_F16;
    assert_false(sample_type_by_name("float32", &type));
    assert_false(sample_type_by_name("", &type));
    assert_false(sample_type_by_name(NULL, &type));
    assert_int_equal(type, SAMPLE_F16);
    assert_true(sample_traits(SAMPLE_I16)->min == -32768 && sample_traits(SAMPLE_I16)->max == 32767);
    assert_true(sample_traits(SAMPLE_U32)->max == 4294967295.0 && sample_traits(SAMPLE_F16)->max == 65504);
}

// The definition of binary16, in doubles.
static double half_reference(uint16_t half)
{
    int exponent = half >> 10 & 31, mantissa = half & 1023;
    double sign = half & 0x8000 ? -1 : 1;
    if (exponent == 31)
        return mantissa ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24));
}

static void test_half_exhaustive(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 65536; half++) {
        double expected = half_reference((uint16_t)half);
        float value = sample_half_to_float((uint16_t)half);
        assert_true(isnan(expected) ? isnan(value) : (double)value == expected);
        if (!isnan(expected))
            assert_int_equal(!!signbit(value), half >> 15);
    }
}

// Reference conversions, one sample at a time by plain casts.
static double reference_value(enum sample_type type, const unsigned char *at)
{
    union {
        uint8_t u8;
        int8_t i8;
        uint16_t u16;
        int16_t i16;
        uint32_t u32;
        int32_t i32;
        uint64_t u64;
        int64_t i64;
        float f32;
        double f64;
    } v;
    memcpy(&v, at, sample_traits(type)->bytes);
    const double all[SAMPLE_COUNT] = {
        v.u8,          v.i8,  v.u16, v.i16, v.u32, v.i32, (double)v.u64, (double)v.i64, half_reference(v.u16),
        (double)v.f32, v.f64,
    };
    return all[type];
}

static bool same(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

static void test_rows(void **state)
{
    (void)state;
    enum { COUNT = 1037 };
    uint64_t seed = 1;
    unsigned char *bytes = malloc(COUNT * 8 + 1);
    double *doubles = malloc(COUNT * sizeof *doubles);
    float *floats = malloc(COUNT * sizeof *floats);
    for (size_t i = 0; i < COUNT * 8 + 1; i++)
        bytes[i] = (unsigned char)random_bits(&seed);
    for (int t = 0; t < SAMPLE_COUNT; t++) {
        enum sample_type type = (enum sample_type)t;
        // One byte off, so that no sample is aligned.
        sample_row_to_double(type, bytes + 1, COUNT, doubles);
        sample_row_to_float(type, bytes + 1, COUNT, floats);
        for (size_t i = 0; i < COUNT; i++) {
            const unsigned char *at = bytes + 1 + i * sample_traits(type)->bytes;
            double expected = reference_value(type, at);
            assert_true(same(doubles[i], expected));
            assert_true(same(sample_value(type, at), expected));
            float rounded = (float)expected;
            if (type == SAMPLE_U64 || type == SAMPLE_I64) {
                // Straight from the integer: a way over double would round twice.
                uint64_t bits;
                memcpy(&bits, at, 8);
                rounded = type == SAMPLE_U64 ? (float)bits : (float)(int64_t)bits;
            }
            assert_true(same((double)floats[i], (double)rounded));
        }
    }
    free(bytes);
    free(doubles);
    free(floats);
}

static void assert_text(enum sample_type type, const void *at, const char *expected)
{
    char buffer[32];
    assert_ptr_equal(sample_format(type, at, buffer, sizeof buffer), buffer);
    assert_string_equal(buffer, expected);
}

static void test_format_integers(void **state)
{
    (void)state;
    assert_text(SAMPLE_U8, &(uint8_t){255}, "255");
    assert_text(SAMPLE_I8, &(int8_t){-128}, "-128");
    assert_text(SAMPLE_U16, &(uint16_t){65535}, "65535");
    assert_text(SAMPLE_I16, &(int16_t){-1}, "-1");
    assert_text(SAMPLE_U32, &(uint32_t){UINT32_MAX}, "4294967295");
    assert_text(SAMPLE_I32, &(int32_t){INT32_MIN}, "-2147483648");
    assert_text(SAMPLE_U64, &(uint64_t){UINT64_MAX}, "18446744073709551615");
    assert_text(SAMPLE_U64, &(uint64_t){9007199254740993}, "9007199254740993");
    assert_text(SAMPLE_I64, &(int64_t){INT64_MIN}, "-9223372036854775808");
}

static void test_format_floats(void **state)
{
    (void)state;
    assert_text(SAMPLE_F32, &(float){0.1F}, "0.1");
    assert_text(SAMPLE_F32, &(float){16777216}, "16777216");
    assert_text(SAMPLE_F32, &(float){100000}, "100000");
    assert_text(SAMPLE_F32, &(float){-12.5F}, "-12.5");
    assert_text(SAMPLE_F32, &(float){FLT_MAX}, "3.4028235e+38");
    assert_text(SAMPLE_F32, &(float){0x1p-149F}, "1e-45");
    assert_text(SAMPLE_F32, &(float){NAN}, "nan");
    assert_text(SAMPLE_F32, &(float){INFINITY}, "inf");
    assert_text(SAMPLE_F32, &(float){-INFINITY}, "-inf");
    assert_text(SAMPLE_F64, &(double){0.1}, "0.1");
    assert_text(SAMPLE_F64, &(double){1.0 / 3}, "0.3333333333333333");
    assert_text(SAMPLE_F64, &(double){-HUGE_VAL}, "-inf");
    assert_text(SAMPLE_F16, &(uint16_t){0x2E66}, "0.0999755859375");
    assert_text(SAMPLE_F16, &(uint16_t){0x39FE}, "0.7490234375");
    assert_text(SAMPLE_F16, &(uint16_t){0x7BFF}, "65504");
    assert_text(SAMPLE_F16, &(uint16_t){0x0001}, "5.9604644775390625e-08");
    assert_text(SAMPLE_F16, &(uint16_t){0x7C00}, "inf");
    assert_text(SAMPLE_F16, &(uint16_t){0xFE00}, "nan");
}

static void test_format_float_shortest(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < 100000; i++) {
        uint32_t bits = (uint32_t)random_bits(&seed);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || (value == floorf(value) && fabsf(value) <= 0x1p24F))
            continue;
        char text[32], shorter[400];
        sample_format(SAMPLE_F32, &value, text, sizeof text);
        assert_true(strtof(text, NULL) == value);
        int digits = 0;
        bool leading = true;
        for (const char *c = text; *c && *c != 'e'; c++) {
            leading = leading && (*c < '1' || *c > '9');
            digits += *c >= '0' && *c <= '9' && !leading;
        }
        snprintf(shorter, sizeof shorter, "%.*g", digits - 1, (double)value);
        if (digits > 1)
            assert_true(strtof(shorter, NULL) != value);
    }
}

static void test_format_half_exhaustive(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < 0x7C00; i++) {
        uint16_t half = (uint16_t)i;
        char text[32], negative[32];
        sample_format(SAMPLE_F16, &half, text, sizeof text);
        assert_true(strtod(text, NULL) == half_reference(half));
        uint16_t minus = half | 0x8000;
        sample_format(SAMPLE_F16, &minus, negative, sizeof negative);
        assert_int_equal(negative[0], '-');
        assert_string_equal(negative + 1, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_half_exhaustive),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_format_integers),
        cmocka_unit_test(test_format_floats),
        cmocka_unit_test(test_format_float_shortest),
        cmocka_unit_test(test_format_half_exhaustive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
