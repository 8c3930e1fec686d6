// SPDX-License-Identifier: MIT
// Tests of the means of 2 x 2 integers against sums of whole numbers.
#include "image/pairs.h"

#include "image/random.h"
#include "support/testdata.h"

#include <string.h>

enum { MOST = PAIRS_MOST_SAMPLES, ROWS = 2 };

static const enum sample_type types[] = {SAMPLE_U8,  SAMPLE_I8,  SAMPLE_U16,
                                         SAMPLE_I16, SAMPLE_U32, SAMPLE_I32};
enum { TYPES = sizeof types / sizeof *types };

// Two rows at addresses that are not aligned to anything.
struct rows {
    unsigned char room[ROWS][4 * MOST + 4];
    int64_t values[ROWS][MOST];
    uint8_t valid[ROWS][MOST];
    struct row_pair pair;
};

static void put(struct rows *rows, int row, size_t at, int64_t value)
{
    const size_t bytes = sample_traits(rows->pair.type)->bytes;
    memcpy((unsigned char *)(row ? rows->pair.lower : rows->pair.upper) + at * bytes, &value, bytes);
    rows->values[row][at] = value;
}

// The smallest and largest that are taken: all of a type, but of 32 bits from -2^22 to below 2^22.
static int64_t random_value(enum sample_type type, uint64_t *seed)
{
    const struct sample_traits *traits = sample_traits(type);
    const int64_t bits = traits->bytes < 4 ? 8 * (int64_t)traits->bytes - traits->is_signed : 22;
    const int64_t low = traits->is_signed ? -(INT64_C(1) << bits) : 0, high = (INT64_C(1) << bits) - 1;
    const uint64_t kind = random_below(seed, 8);
    return kind == 0 ? low : kind == 1 ? high : low + (int64_t)random_below(seed, (uint64_t)(high - low) + 1);
}

static void fill(struct rows *rows, enum sample_type type, uint64_t *seed)
{
    memset(rows, 0, sizeof *rows);
    rows->pair = (struct row_pair){.type = type,
                                   .upper = rows->room[0] + random_below(seed, 4),
                                   .lower = rows->room[1] + random_below(seed, 4)};
    const uint64_t share = random_below(seed, 5);
    for (int row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < MOST; i++) {
            put(rows, row, i, random_value(type, seed));
            rows->valid[row][i] = random_below(seed, 4) < share;
        }
    }
}

static void test_all_count(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 60; round++) {
        struct rows rows;
        fill(&rows, types[round % TYPES], &seed);
        const size_t cells = random_below(&seed, MOST / 2 + 1);
        float means[MOST / 2 + 1];
        means[cells] = -7;
        assert_true(pairs_mean(&rows.pair, cells, means));
        for (size_t i = 0; i < cells; i++) {
            const int64_t sum = rows.values[0][2 * i] + rows.values[0][2 * i + 1] + rows.values[1][2 * i] +
                                rows.values[1][2 * i + 1];
            assert_true((double)means[i] == (double)sum / 4);
        }
        assert_true(means[cells] == -7);
    }
}

static void test_some_count(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int round = 0; round < 120; round++) {
        struct rows rows;
        fill(&rows, types[round % TYPES], &seed);
        rows.pair.upper_valid = rows.valid[0];
        rows.pair.lower_valid = rows.valid[1];
        const size_t cells = random_below(&seed, MOST / 2 + 1);
        float means[MOST / 2], shares[MOST / 2];
        assert_true(pairs_mean_of_valid(&rows.pair, cells, means, shares));
        for (size_t i = 0; i < cells; i++) {
            int64_t sum = 0, count = 0;
            for (int k = 0; k < 4; k++) {
                count += rows.valid[k / 2][2 * i + (size_t)k % 2];
                sum +=
                    rows.valid[k / 2][2 * i + (size_t)k % 2] ? rows.values[k / 2][2 * i + (size_t)k % 2] : 0;
            }
            assert_true((double)shares[i] == (double)count / 4);
            assert_true(means[i] ==
                        (count ? (float)((double)sum / (double)count) : (float)rows.values[0][2 * i]));
        }
    }
}

// 32-bit integers from 2^22 on, or below -2^22, are refused wherever they are, unless they do not count.
static void test_large(void **state)
{
    (void)state;
    static const struct {
        enum sample_type type;
        int64_t value;
        bool taken;
    } edges[] = {{SAMPLE_U32, 0x3FFFFF, true},    {SAMPLE_U32, 0x400000, false},
                 {SAMPLE_U32, UINT32_MAX, false}, {SAMPLE_I32, 0x3FFFFF, true},
                 {SAMPLE_I32, 0x400000, false},   {SAMPLE_I32, -0x400000, true},
                 {SAMPLE_I32, -0x400001, false},  {SAMPLE_I32, INT32_MIN, false}};
    uint64_t seed = 3;
    for (size_t edge = 0; edge < sizeof edges / sizeof *edges; edge++) {
        for (size_t at = 0; at < MOST; at++) {
            struct rows rows;
            float means[MOST / 2], shares[MOST / 2];
            fill(&rows, edges[edge].type, &seed);
            memset(rows.valid, 1, sizeof rows.valid);
            put(&rows, at % 3 == 0, at, edges[edge].value);
            assert_int_equal(pairs_mean(&rows.pair, MOST / 2, means), edges[edge].taken);
            rows.pair.upper_valid = rows.valid[0];
            rows.pair.lower_valid = rows.valid[1];
            assert_int_equal(pairs_mean_of_valid(&rows.pair, MOST / 2, means, shares), edges[edge].taken);
            rows.valid[at % 3 == 0][at] = 0;
            assert_true(pairs_mean_of_valid(&rows.pair, MOST / 2, means, shares));
        }
    }
}

static void test_types(void **state)
{
    (void)state;
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        const struct sample_traits *traits = sample_traits((enum sample_type)type);
        assert_int_equal(pairs_take((enum sample_type)type), !traits->is_float && traits->bytes <= 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_count),
        cmocka_unit_test(test_some_count),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
