// SPDX-License-Identifier: MIT
// Packed differences of blocks: there and back for every kind of content, and what is no delta.
#include "image/edit/mask_delta.h"

#include "image/mask.h"
#include "image/random.h"
#include "support/testdata.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES = MASK_BLOCK * MASK_BLOCK, KINDS = 9 };

// Contents that are packed in each of the forms: runs, bits, bytes.
static void make_block(int kind, uint64_t *random, uint8_t *block)
{
    for (size_t i = 0; i < BYTES; i++) {
        const uint8_t kinds[KINDS] = {
            0,
            0xFF,
            (uint8_t)(i / 100 % 3),
            (uint8_t)(random_below(random, 2) * 0x80),
            (uint8_t)random_below(random, 256),
            (uint8_t)((i % 2) * 5),
            (uint8_t)(i == 0 || i == BYTES - 1),
            (uint8_t)(random_below(random, 3)),
            (uint8_t)(i % MASK_BLOCK < 7 ? 0x41 : 0),
        };
        block[i] = kinds[kind];
    }
}

static void test_there_and_back(void **state)
{
    (void)state;
    uint64_t random = 11;
    for (int a = 0; a < KINDS; a++)
        for (int b = 0; b < KINDS; b++) {
            uint8_t old[BYTES], new[BYTES], pixels[BYTES];
            struct mask_delta delta = {0};
            make_block(a, &random, old);
            make_block(b, &random, new);
            mask_delta_add(&delta, 5, old, new);
            mask_delta_add(&delta, 9, NULL, new);
            mask_delta_add(&delta, 12, new, new); // nothing
            mask_delta_add(&delta, 20, old, NULL);
            mask_delta_trim(&delta);
            assert_true(mask_delta_check(&delta, 21));
            struct mask_delta_walk walk = {.delta = &delta};
            int64_t block;
            while (mask_delta_next(&walk, &block)) {
                assert_true(block == 5 || block == 9 || block == 20);
                const uint8_t *from = block == 9 ? NULL : old, *to = block == 20 ? NULL : new;
                for (size_t i = 0; i < BYTES; i++)
                    pixels[i] = from ? from[i] : 0;
                mask_delta_apply(&walk, pixels);
                for (size_t i = 0; i < BYTES; i++)
                    assert_int_equal(pixels[i], to ? to[i] : 0);
                mask_delta_apply(&walk, pixels);
                for (size_t i = 0; i < BYTES; i++)
                    assert_int_equal(pixels[i], from ? from[i] : 0);
            }
            mask_delta_free(&delta);
        }
}

static void test_empty(void **state)
{
    (void)state;
    static const uint8_t zeros[BYTES];
    struct mask_delta delta = {0};
    mask_delta_add(&delta, 3, NULL, NULL);
    mask_delta_add(&delta, 4, zeros, NULL);
    assert_true(mask_delta_is_empty(&delta));
    assert_true(mask_delta_check(&delta, 0));
    mask_delta_free(&delta);
}

// Whatever passes the check can be walked over and applied without leaving the memory.
static void walk_if_good(const struct mask_delta *delta, int64_t blocks)
{
    uint8_t pixels[BYTES] = {0};
    if (!mask_delta_check(delta, blocks))
        return;
    struct mask_delta_walk walk = {.delta = delta};
    for (int64_t block; mask_delta_next(&walk, &block);) {
        assert_in_range(block, 0, blocks - 1);
        mask_delta_apply(&walk, pixels);
    }
}

static void test_damaged(void **state)
{
    (void)state;
    uint64_t random = 5;
    struct mask_delta delta = {0};
    uint8_t block[BYTES];
    for (int kind = 1; kind < KINDS; kind++) {
        make_block(kind, &random, block);
        mask_delta_add(&delta, kind, NULL, block);
    }
    assert_true(mask_delta_check(&delta, KINDS));
    assert_false(mask_delta_check(&delta, KINDS - 1)); // beyond the last block
    for (int i = 0; i < 4000; i++) {
        // A copy of exactly its size, so that reading beyond it shows.
        struct mask_delta part = {.count = delta.count - (i % 2 ? random_below(&random, delta.count) : 0)};
        part.bytes = malloc(part.count + (part.count == 0));
        memcpy(part.bytes, delta.bytes, part.count);
        if (part.count)
            part.bytes[random_below(&random, i % 3             ? part.count
                                             : 40 < part.count ? 40
                                                               : part.count)] ^=
                (uint8_t)(1u << random_below(&random, 8));
        walk_if_good(&part, KINDS);
        mask_delta_free(&part);
    }
    mask_delta_free(&delta);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
