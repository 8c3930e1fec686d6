// SPDX-License-Identifier: MIT
// Counts of masked pixels after random edits, against counting every pixel.
#include "image/mask_counts.h"

#include "image/random.h"
#include "support/testdata.h"

static void expect_counts(const struct mask_counts *counts, const struct mask *mask)
{
    int64_t layers[MASK_LAYER_COUNT] = {0}, any = 0;
    for (int64_t y = 0; y < mask->height; y++)
        for (int64_t x = 0; x < mask->width; x++) {
            const uint8_t bits = mask_at(mask, x, y);
            any += bits != 0;
            for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
                layers[layer] += bits >> layer & 1;
        }
    assert_int_equal(counts->any, any);
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        assert_int_equal(counts->layers[layer], layers[layer]);
}

static struct rect random_rect(uint64_t *seed, const struct mask *mask)
{
    const int64_t x = (int64_t)random_below(seed, (uint64_t)mask->width),
                  y = (int64_t)random_below(seed, (uint64_t)mask->height);
    return (struct rect){x, y, 1 + (int64_t)random_below(seed, (uint64_t)(mask->width - x)),
                         1 + (int64_t)random_below(seed, (uint64_t)(mask->height - y))};
}

static void test_follow_edits(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = {{1, 1}, {64, 64}, {65, 63}, {200, 130}};
    static uint8_t bytes[200 * 130];
    struct mask_counts counts = {0};
    uint64_t seed = 5;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct mask *mask = NULL;
        assert_int_equal(mask_create(sizes[s][0], sizes[s][1], &mask, NULL), STATUS_OK);
        // Of another size than before: all is counted, whatever the rectangle.
        mask_counts_update(&counts, mask, (struct rect){0});
        expect_counts(&counts, mask);
        for (int edit = 0; edit < 60; edit++) {
            const struct rect rect = random_rect(&seed, mask);
            for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] = edit % 7 == 0 ? 0 : edit % 7 == 1 ? 255 : (uint8_t)random_below(&seed, 256);
            mask_write(mask, rect, bytes, (size_t)rect.width, (uint8_t)random_below(&seed, 256));
            mask_counts_update(&counts, mask, rect);
            expect_counts(&counts, mask);
        }
        mask_clear(mask, 0x0f);
        mask_counts_update(&counts, mask, (struct rect){-5, -5, 1000, 1000});
        expect_counts(&counts, mask);
        mask_destroy(&mask);
    }
    mask_counts_free(&counts);
    assert_null(counts.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_follow_edits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
