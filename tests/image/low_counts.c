// SPDX-License-Identifier: MIT
// Tests of the counts of low integers against a count one by one.
#include "image/low_counts.h"

#include "image/random.h"
#include "support/testdata.h"

#include <string.h>

enum { MOST = 700 };

// What is low mostly, and else on both sides of all edges of a type of `bytes` bytes.
static uint64_t random_sample(uint64_t *seed, size_t bytes, uint64_t low_share)
{
    static const uint64_t edges[] = {15, 16, 17, 127, 128, 254, 255, 256, 271, 65535, 65536, 65551};
    uint64_t value = random_below(seed, 16);
    if (random_below(seed, 100) >= low_share)
        value = random_below(seed, 2) ? edges[random_below(seed, 12)]
                                      : random_bits(seed) << random_below(seed, 64);
    return value & UINT64_MAX >> (64 - 8 * bytes);
}

// All lengths, at any address that is aligned to the samples.
static void test_picking(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (size_t count = 0; count < MOST; count += count < 101 ? 1 : 53) {
        for (size_t bytes = 1; bytes <= 8; bytes *= 2) {
            _Alignas(32) unsigned char room[8 * (MOST + 4)];
            unsigned char *samples = room + bytes * random_below(&seed, 4);
            uint8_t masked[MOST + 1], low[MOST + 1];
            const bool any_masked = random_below(&seed, 2);
            const uint64_t share = random_below(&seed, 4) * 33;
            memset(low, 77, sizeof low);
            for (size_t i = 0; i < count; i++) {
                const uint64_t sample = random_sample(&seed, bytes, share);
                memcpy(samples + i * bytes, &sample, bytes);
                masked[i] = random_below(&seed, 5) == 0 ? (uint8_t)(1 + random_below(&seed, 255)) : 0;
            }
            const size_t found = low_counts_pick(samples, bytes, any_masked ? masked : NULL, count, low);
            size_t expected = 0;
            for (size_t i = 0; i < count; i++) {
                uint64_t sample = 0;
                memcpy(&sample, samples + i * bytes, bytes);
                const bool is_low = sample < 16 && !(any_masked && masked[i]);
                assert_int_equal(low[i], is_low ? sample : 255);
                expected += is_low;
            }
            assert_int_equal(found, expected);
            assert_int_equal(low[count], 77);
        }
    }
}

// Every part is judged by all its samples, and its bytes are theirs; without a low one among the first two
// none is.
static void test_narrowing(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (size_t count = 0; count < MOST; count += count < 131 ? 1 : 53) {
        for (size_t bytes = 1; bytes <= 8; bytes *= 2) {
            _Alignas(8) unsigned char samples[8 * MOST];
            uint8_t low[MOST + 1];
            uint32_t expected = 0;
            memset(low, 77, sizeof low);
            for (size_t i = 0; i < count; i++) {
                const bool other = random_below(&seed, LOW_PART) == 0;
                const uint64_t sample = random_sample(&seed, bytes, other ? 50 : 100);
                memcpy(samples + i * bytes, &sample, bytes);
                if (i % LOW_PART == 0)
                    expected |= UINT32_C(1) << i / LOW_PART;
                if (sample > 15)
                    expected &= ~(UINT32_C(1) << i / LOW_PART);
            }
            if (!(expected & 3))
                expected = 0;
            assert_int_equal(low_counts_narrow(samples, bytes, count, low), expected);
            for (size_t i = 0; i < count; i++) {
                if (expected >> i / LOW_PART & 1) {
                    uint64_t sample = 0;
                    memcpy(&sample, samples + i * bytes, bytes);
                    assert_int_equal(low[i], sample);
                }
            }
            assert_int_equal(low[count], 77);
        }
    }
}

static void assert_counts(const struct histogram *histogram, const uint64_t expected[16])
{
    size_t index = 0;
    uint64_t total = 0;
    double low, high;
    uint64_t count;
    while (histogram_next(histogram, &index, &low, &high, &count)) {
        assert_true(low >= 0 && low <= 15 && low == high);
        assert_int_equal(count, expected[(int)low]);
        total += count;
    }
    for (int value = 0; value < 16; value++)
        total -= expected[value];
    assert_int_equal(total, 0);
}

// More of the same value than a lane can count, in all lengths, and a flush at any time.
static void test_counting(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_U8, SAMPLE_I8, SAMPLE_U16, SAMPLE_I16};
    static uint8_t low[40000];
    uint64_t seed = 2;
    for (int round = 0; round < 160; round++) {
        struct histogram *histogram = histogram_create(types[round % 4]);
        struct low_counts counts = {0};
        uint64_t expected[16] = {0};
        for (int part = 0; part < 40; part++) {
            const size_t count = part == 7 ? sizeof low - 5 : (size_t)(part + round) % 101;
            const size_t start = random_below(&seed, 5);
            const uint64_t values = 1 + random_below(&seed, 17);
            for (size_t i = start; i < start + count; i++) {
                const uint64_t value = random_below(&seed, values);
                low[i] = value == 16 ? LOW_NONE : (uint8_t)(15 - value);
                expected[15 - value % 16] += value < 16;
            }
            low_counts_add(&counts, low + start, count, histogram);
            if (random_below(&seed, 9) == 0)
                low_counts_flush(&counts, histogram);
        }
        low_counts_flush(&counts, histogram);
        low_counts_flush(&counts, histogram); // nothing more
        assert_counts(histogram, expected);
        histogram_destroy(&histogram);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picking),
        cmocka_unit_test(test_narrowing),
        cmocka_unit_test(test_counting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
