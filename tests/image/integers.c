// SPDX-License-Identifier: MIT
// Tests of the ways of integers: each against the definition, value by value, and against those of doubles.
#include "image/integers.h"

#include "image/histogram.h"
#include "image/random.h"
#include "support/testdata.h"

#include <math.h>
#include <string.h>

enum { COUNT = 1000 };

// Values on both sides of all edges: of 16 and 32 bits, of the float32 mantissa and of its rounding.
static const int64_t edges[] = {
    0,          1,          2,          4095,       4096,       4097,        32767,       32768,
    32769,      65534,      65535,      65536,      65537,      131071,      8388607,     8388609,
    16777215,   16777217,   16777219,   33554431,   33554433,   67108863,    67108864,    67108865,
    1073741823, 2147483583, 2147483584, 2147483646, 2147483647, 2147483648,  -1,          -2,
    -32767,     -32768,     -32769,     -65536,     -16777217,  -2147483647, -2147483648, 4294967039,
    4294967040, 4294967167, 4294967168, 4294967169, 4294967294, 4294967295,
};
enum { EDGES = sizeof edges / sizeof edges[0] };

static int64_t value_of(uint32_t bits, bool is_signed)
{
    return is_signed && bits >= 0x80000000U ? (int64_t)bits - INT64_C(0x100000000) : (int64_t)bits;
}

// An edge that is a value of the type, or now and then any value of up to `bits` bits.
static uint32_t random_word(uint64_t *seed, bool is_signed, unsigned bits)
{
    for (;;) {
        int64_t value = edges[random_below(seed, EDGES)];
        if (random_below(seed, 4) == 0)
            value = (int64_t)(random_bits(seed) >> (64 - bits));
        if (is_signed ? value >= INT32_MIN && value <= INT32_MAX : value >= 0 && value <= UINT32_MAX)
            return (uint32_t)value;
    }
}

static bool fits_16(uint32_t bits, bool is_signed)
{
    const int64_t value = value_of(bits, is_signed);
    return is_signed ? value >= INT16_MIN && value <= INT16_MAX : value <= UINT16_MAX;
}

static void test_sifting(void **state)
{
    (void)state;
    const uint8_t classes[6] = {0, 1, 0, 255, 0, 4};
    const uint8_t bytes[6] = {1, 2, 3, 4, 5, 6};
    const uint16_t halves[6] = {100, 200, 300, 400, 65535, 600};
    const uint32_t words[6] = {1, 2, 4294967295, 4, 5, 6};
    const uint64_t longs[6] = {UINT64_MAX, 2, 3, 4, 5, 6};
    uint8_t kept_bytes[6];
    uint16_t kept_halves[6];
    uint32_t kept_words[6];
    uint64_t kept_longs[6];
    assert_int_equal(integers_sift_8(bytes, classes, 6, kept_bytes), 3);
    assert_int_equal(integers_sift_16(halves, classes, 6, kept_halves), 3);
    assert_int_equal(integers_sift_32(words, classes, 6, kept_words), 3);
    assert_int_equal(integers_sift_64(longs, classes, 6, kept_longs), 3);
    assert_true(kept_bytes[0] == 1 && kept_bytes[1] == 3 && kept_bytes[2] == 5);
    assert_true(kept_halves[0] == 100 && kept_halves[1] == 300 && kept_halves[2] == 65535);
    assert_true(kept_words[0] == 1 && kept_words[1] == UINT32_MAX && kept_words[2] == 5);
    assert_true(kept_longs[0] == UINT64_MAX && kept_longs[1] == 3 && kept_longs[2] == 5);
}

static void test_narrowing(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        bool as_unsigned, as_signed; // fits into 32 bits
    } cases[] = {
        {0, true, true},
        {INT32_MAX, true, true},
        {INT64_C(0x80000000), true, false},
        {UINT32_MAX, true, false},
        {INT64_C(0x100000000), false, false},
        {-1, false, true},
        {INT32_MIN, false, true},
        {INT64_C(-2147483649), false, false},
        {INT64_MIN, false, false},
        {INT64_MAX, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t samples[COUNT];
        uint32_t narrow[COUNT];
        for (size_t k = 0; k < COUNT; k++)
            samples[k] = k;
        samples[i * 99] = (uint64_t)cases[i].value;
        assert_int_equal(integers_narrow(samples, COUNT, false, narrow), cases[i].as_unsigned);
        assert_true(!cases[i].as_unsigned || (int64_t)narrow[i * 99] == cases[i].value);
        assert_int_equal(integers_narrow(samples, COUNT, true, narrow), cases[i].as_signed);
        assert_true(!cases[i].as_signed || value_of(narrow[i * 99], true) == cases[i].value);
        assert_int_equal(narrow[999], 999);
    }
    assert_true(integers_narrow(NULL, 0, true, NULL));
}

static void test_packing(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < 200; round++) {
        const bool is_signed = round & 1;
        const size_t count = 1 + random_below(&seed, COUNT);
        uint32_t words[COUNT], large[COUNT];
        uint16_t small[COUNT];
        size_t fit = 0, other = 0;
        for (size_t i = 0; i < count; i++) {
            words[i] = round % 5 ? random_word(&seed, is_signed, 20) : (uint32_t)random_below(&seed, 32768);
            fit += fits_16(words[i], is_signed);
        }
        assert_int_equal(integers_pack(words, count, is_signed, small), fit);
        for (size_t i = 0; fit == count && i < count; i++)
            assert_int_equal(small[i], words[i]);
        assert_int_equal(integers_part(words, count, is_signed, small, large), fit);
        for (size_t i = 0; i < count; i++) {
            if (fits_16(words[i], is_signed))
                assert_int_equal(small[i - other], (uint16_t)words[i]);
            else
                assert_int_equal(large[other++], words[i]);
        }
    }
}

// By exact arithmetic: 128 bits hold the sums of 1000 squares of 33 bits.
__extension__ typedef __int128 exact;

static void assert_statistics(const uint32_t *words, size_t count, bool is_signed)
{
    const struct statistics found = integers_statistics(words, count, is_signed);
    exact sum = 0, squares = 0;
    int64_t min = INT64_MAX, max = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        const int64_t value = value_of(words[i], is_signed);
        sum += value;
        squares += (exact)value * value;
        min = value < min ? value : min;
        max = value > max ? value : max;
    }
    const double mean = (double)((long double)sum / (long double)count);
    const double m2 = (double)((long double)(squares * (exact)count - sum * sum) / (long double)count);
    assert_int_equal(found.valid, count);
    assert_true(found.masked == 0 && found.nan == 0 && found.inf == 0);
    assert_true(found.min == (double)min && found.max == (double)max);
    assert_true(fabs(found.mean - mean) <= 4e-16 * fmax(fabs((double)min), fabs((double)max)));
    assert_true(fabs(found.m2 - m2) <= 1e-14 * m2);
}

static void test_statistics(void **state)
{
    (void)state;
    uint64_t seed = 12;
    for (int round = 0; round < 400; round++) {
        const bool is_signed = round & 1;
        const size_t count = 1 + random_below(&seed, round % 3 ? 40 : 1024);
        uint32_t words[1024];
        for (size_t i = 0; i < count; i++)
            words[i] = random_word(&seed, is_signed, 8 + (unsigned)round % 25);
        assert_statistics(words, count, is_signed);
        for (size_t i = 0; i < count; i++) // far from zero and close together
            words[i] = 0x7F000000 + (uint32_t)random_below(&seed, 1 << (1 + round % 24));
        assert_statistics(words, count, is_signed);
    }
    uint32_t equal[1024];
    memset(equal, 0xFF, sizeof equal);
    assert_statistics(equal, 1024, false);
    assert_statistics(equal, 1024, true);
    for (size_t i = 0; i < 1024; i++) // the largest span whose squares are summed in integers
        equal[i] = i % 2 ? 0 : (1 << 26) - 1;
    assert_statistics(equal, 1024, false);
}

static void assert_same_bins(const struct histogram *found, const struct histogram *expected)
{
    size_t at[2] = {0};
    double low[2], high[2];
    uint64_t count[2];
    assert_int_equal(histogram_total(found), histogram_total(expected));
    while (histogram_next(expected, &at[0], &low[0], &high[0], &count[0])) {
        assert_true(histogram_next(found, &at[1], &low[1], &high[1], &count[1]));
        assert_true(at[0] == at[1] && low[0] == low[1] && high[0] == high[1] && count[0] == count[1]);
    }
    assert_false(histogram_next(found, &at[1], &low[1], &high[1], &count[1]));
}

// The bin of an integer is that of the same number as a double, for every edge and type.
static void test_bins_are_those_of_doubles(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_U32, SAMPLE_I32, SAMPLE_U64, SAMPLE_I64};
    uint64_t seed = 13;
    for (int round = 0; round < 120; round++) {
        const enum sample_type type = types[round % 4];
        const bool is_signed = sample_traits(type)->is_signed;
        struct histogram *found = histogram_create(type), *expected = histogram_create(type);
        uint32_t words[COUNT];
        double doubles[COUNT], min = HUGE_VAL, max = -HUGE_VAL;
        for (size_t i = 0; i < COUNT; i++) {
            words[i] = random_word(&seed, is_signed, 2 + (unsigned)round % 31);
            doubles[i] = (double)value_of(words[i], is_signed);
            min = fmin(min, doubles[i]);
            max = fmax(max, doubles[i]);
        }
        histogram_count_integers(found, words, COUNT, min, max);
        histogram_count_integers(found, words, 0, 0, 0);
        histogram_count_doubles(expected, doubles, COUNT, min, max);
        assert_same_bins(found, expected);
        histogram_destroy(&found);
        histogram_destroy(&expected);
    }
}

// Integers counted in 16 bits and merged into the histogram of the wider type are as if counted there.
static void test_small_counts_join_wider_ones(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_U32, SAMPLE_I32, SAMPLE_U64, SAMPLE_I64};
    uint64_t seed = 14;
    for (int round = 0; round < 24; round++) {
        const enum sample_type type = types[round % 4];
        const bool is_signed = sample_traits(type)->is_signed;
        struct histogram *found = histogram_create(type), *expected = histogram_create(type);
        struct histogram *small = histogram_create(is_signed ? SAMPLE_I16 : SAMPLE_U16);
        uint16_t halves[COUNT];
        double doubles[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            halves[i] = (uint16_t)(random_bits(&seed) >> (round % 16));
            doubles[i] = is_signed ? (double)(int16_t)halves[i] : (double)halves[i];
        }
        const double large[2] = {-70000, 70000};
        histogram_merge(found, small); // nothing yet
        histogram_count_small(small, halves, COUNT);
        histogram_add(expected, doubles, NULL, COUNT);
        if (round >= 12) {
            histogram_add(found, large + !is_signed, NULL, 1);
            histogram_add(expected, large + !is_signed, NULL, 1);
        }
        histogram_merge(found, small);
        assert_same_bins(found, expected);
        histogram_destroy(&small);
        histogram_destroy(&found);
        histogram_destroy(&expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sifting),
        cmocka_unit_test(test_narrowing),
        cmocka_unit_test(test_packing),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_bins_are_those_of_doubles),
        cmocka_unit_test(test_small_counts_join_wider_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
