// SPDX-License-Identifier: MIT
// Tests of the sparse mask against a dense array of bytes.
#include "image/mask.h"

#include "image/random.h"
#include "support/testdata.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 333, HEIGHT = 207 };

static struct mask *create(int64_t width, int64_t height)
{
    struct mask *mask = NULL;
    assert_int_equal(mask_create(width, height, &mask, NULL), STATUS_OK);
    return mask;
}

static void test_empty(void **state)
{
    (void)state;
    struct mask *mask = create(130, 65);
    assert_int_equal(mask->blocks_x, 3);
    assert_int_equal(mask->blocks_y, 2);
    assert_int_equal(mask_at(mask, 129, 64), 0);
    assert_int_equal(mask_count(mask, 0xFF), 0);
    assert_int_equal(mask_memory_bytes(mask), 6 * sizeof(void *));
    uint8_t out[130];
    memset(out, 0xAA, sizeof out);
    assert_false(mask_read(mask, (struct rect){0, 64, 130, 1}, out, 130));
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], 0);
    mask_destroy(&mask);
    assert_null(mask);
    mask_destroy(&mask);
}

static void test_too_large(void **state)
{
    (void)state;
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(INT64_MAX, INT64_MAX, &mask, &error), STATUS_TOO_LARGE);
    assert_int_equal(mask_create(-1, 4, &mask, &error), STATUS_TOO_LARGE);
    assert_null(mask);
    assert_true(strlen(error.text) > 0);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(mask_layer_name(MASK_USER), "user");
    assert_string_equal(mask_layer_name(MASK_SATURATED), "saturated");
    for (int i = 0; i < MASK_LAYER_COUNT; i++)
        assert_true(strlen(mask_layer_name((enum mask_layer)i)) > 0);
}

static void assert_equals_dense(const struct mask *mask, const uint8_t *dense)
{
    int64_t counts[MASK_LAYER_COUNT] = {0};
    for (int64_t y = 0; y < HEIGHT; y++) {
        for (int64_t x = 0; x < WIDTH; x++) {
            uint8_t byte = dense[y * WIDTH + x];
            assert_int_equal(mask_at(mask, x, y), byte);
            for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
                counts[layer] += byte >> layer & 1;
        }
    }
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        assert_int_equal(mask_count(mask, MASK_BIT(layer)), counts[layer]);
}

static struct rect random_rect(uint64_t *seed)
{
    struct rect rect = {(int64_t)random_below(seed, WIDTH), (int64_t)random_below(seed, HEIGHT), 0, 0};
    rect.width = (int64_t)random_below(seed, (uint64_t)(WIDTH - rect.x) + 1);
    rect.height = (int64_t)random_below(seed, (uint64_t)(HEIGHT - rect.y) + 1);
    return rect;
}

// One random edit, done to both.
static void edit(struct mask *mask, uint8_t *dense, uint64_t *seed)
{
    uint8_t *in = malloc((size_t)WIDTH * HEIGHT + 16);
    struct rect rect = random_rect(seed);
    size_t stride = (size_t)rect.width + random_below(seed, 9);
    if (stride > WIDTH)
        stride = (size_t)rect.width;
    uint8_t bits = (uint8_t)random_bits(seed);
    bool mark = random_below(seed, 2), blank = random_below(seed, 3) == 0;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT + 16; i++)
        in[i] = blank || random_below(seed, 4) ? 0 : (uint8_t)random_bits(seed);
    if (mark)
        mask_mark(mask, rect, in, stride, bits);
    else
        mask_write(mask, rect, in, stride, bits);
    for (int64_t y = 0; y < rect.height; y++) {
        for (int64_t x = 0; x < rect.width; x++) {
            uint8_t from = in[(size_t)y * stride + (size_t)x];
            uint8_t *to = &dense[(rect.y + y) * WIDTH + rect.x + x];
            *to = mark ? (uint8_t)(*to | (from ? bits : 0)) : (uint8_t)((*to & ~bits) | (from & bits));
        }
    }
    free(in);
}

static void check_reads(const struct mask *mask, const uint8_t *dense, uint64_t *seed)
{
    struct rect rect = random_rect(seed);
    uint8_t *out = malloc((size_t)WIDTH * HEIGHT);
    memset(out, 0xAA, (size_t)WIDTH * HEIGHT);
    uint8_t all = 0;
    bool any = mask_read(mask, rect, out, WIDTH);
    for (int64_t y = 0; y < rect.height; y++) {
        for (int64_t x = 0; x < WIDTH; x++) {
            uint8_t expected = x < rect.width ? dense[(rect.y + y) * WIDTH + rect.x + x] : 0xAA;
            assert_int_equal(out[y * WIDTH + x], expected);
            all |= x < rect.width ? expected : 0;
        }
    }
    assert_int_equal(any, all != 0);
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        assert_int_equal(mask_any(mask, rect, MASK_BIT(layer)), (all & MASK_BIT(layer)) != 0);
    free(out);
}

static void test_lists_of_layers(void **state)
{
    (void)state;
    uint8_t bits = 0;
    assert_true(mask_layers_parse("gap", &bits));
    assert_int_equal(bits, 4);
    assert_true(mask_layers_parse("saturated,bad,hot", &bits));
    assert_int_equal(bits, 32 + 8 + 16);
    assert_true(mask_layers_parse("file", &bits));
    assert_int_equal(bits, 2);
    assert_true(mask_layers_parse("all", &bits));
    assert_int_equal(bits, 2 + 4 + 8 + 16 + 32);
    static const char *const wrong[] = {"",     "user", "gap,",     ",gap", "gap bad",
                                        "gaps", "GAP",  "gap,user", "al"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(mask_layers_parse(wrong[i], &bits));
    assert_int_equal(bits, 62);
}

static void test_random_edits(void **state)
{
    (void)state;
    uint64_t seed = 3;
    struct mask *mask = create(WIDTH, HEIGHT);
    uint8_t *dense = calloc(1, (size_t)WIDTH * HEIGHT);
    for (int round = 0; round < 40; round++) {
        edit(mask, dense, &seed);
        check_reads(mask, dense, &seed);
        if (round % 8 == 7) {
            uint8_t bits = (uint8_t)random_bits(&seed);
            mask_clear(mask, bits);
            for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
                dense[i] &= (uint8_t)~bits;
        }
        assert_equals_dense(mask, dense);
    }
    mask_clear(mask, 0xFF);
    assert_int_equal(mask_memory_bytes(mask), mask->blocks_x * mask->blocks_y * (int64_t)sizeof(void *));
    free(dense);
    mask_destroy(&mask);
}

static void test_blocks_are_sparse(void **state)
{
    (void)state;
    struct mask *mask = create(1000, 1000);
    int64_t table = mask_memory_bytes(mask);
    uint8_t ones[128 * 128], zeros[128 * 128] = {0};
    memset(ones, 0xFF, sizeof ones);
    // Writing zeros, marking nothing and marking with no bits make no block.
    mask_write(mask, (struct rect){100, 100, 128, 128}, zeros, 128, 0xFF);
    mask_write(mask, (struct rect){100, 100, 128, 128}, ones, 128, 0);
    mask_mark(mask, (struct rect){100, 100, 128, 128}, zeros, 128, 0xFF);
    mask_mark(mask, (struct rect){100, 100, 128, 128}, ones, 128, 0);
    assert_int_equal(mask_memory_bytes(mask), table);
    mask_mark(mask, (struct rect){130, 130, 1, 1}, ones, 1, MASK_BIT(MASK_HOT));
    assert_int_equal(mask_memory_bytes(mask), table + (int64_t)sizeof(struct mask_block));
    assert_int_equal(mask_at(mask, 130, 130), MASK_BIT(MASK_HOT));
    mask_mark(mask, (struct rect){63, 63, 2, 2}, ones, 2, MASK_BIT(MASK_BAD));
    assert_int_equal(mask_memory_bytes(mask), table + 5 * (int64_t)sizeof(struct mask_block));
    assert_int_equal(mask_count(mask, MASK_BIT(MASK_BAD) | MASK_BIT(MASK_HOT)), 5);
    mask_clear(mask, MASK_BIT(MASK_BAD));
    assert_int_equal(mask_memory_bytes(mask), table + (int64_t)sizeof(struct mask_block));
    mask_destroy(&mask);
}

struct painter {
    struct mask *mask;
    int64_t first; // block row to begin with
};

// Marks every other block row, in rows of one band each.
// Masks are the same where they share blocks or the blocks hold the same bytes; what is shared is that of the
// blocks that the rectangle touches.
static void test_same_blocks(void **state)
{
    (void)state;
    struct mask *a = NULL, *b = NULL;
    const uint8_t bit = MASK_BIT(MASK_GAP);
    assert_int_equal(mask_create(200, 150, &a, NULL), STATUS_OK);
    assert_int_equal(mask_create(200, 150, &b, NULL), STATUS_OK);
    const struct rect all = {0, 0, 200, 150}, left = {0, 0, 64, 150}, corner = {192, 128, 8, 22};
    assert_true(mask_is_same(a, b, all));
    mask_write(a, (struct rect){199, 149, 1, 1}, &bit, 1, bit);
    assert_false(mask_is_same(a, b, all));
    assert_false(mask_is_same(a, b, corner));
    assert_true(mask_is_same(a, b, left));
    mask_write(b, (struct rect){199, 149, 1, 1}, &bit, 1, bit);
    assert_true(mask_is_same(a, b, all));
    mask_write(a, (struct rect){5, 70, 1, 1}, &bit, 1, bit);
    mask_share_rect(b, a, (struct rect){0, 0, 64, 64}); // another block
    assert_false(mask_is_same(a, b, left));
    mask_share_rect(b, a, (struct rect){63, 127, 1, 1});
    assert_true(mask_is_same(a, b, all));
    mask_write(b, (struct rect){6, 70, 1, 1}, &bit, 1, bit); // a keeps its own
    assert_int_equal(mask_at(a, 6, 70), 0);
    assert_false(mask_is_same(a, b, left));
    mask_destroy(&a);
    mask_destroy(&b);
}

static void *paint(void *argument)
{
    const struct painter *painter = argument;
    uint8_t row[WIDTH];
    memset(row, 1, sizeof row);
    for (int64_t y = 0; y < HEIGHT; y++) {
        if (y / MASK_BLOCK % 2 == painter->first)
            mask_mark(painter->mask, (struct rect){0, y, WIDTH, 1}, row, WIDTH, MASK_BIT(painter->first));
    }
    return NULL;
}

static void test_block_rows_in_two_threads(void **state)
{
    (void)state;
    struct mask *mask = create(WIDTH, HEIGHT);
    struct painter painters[2] = {{mask, 0}, {mask, 1}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, paint, &painters[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(mask_count(mask, 0xFF), WIDTH * HEIGHT);
    assert_int_equal(mask_count(mask, MASK_BIT(0)), WIDTH * (64 + 64));
    mask_destroy(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_lists_of_layers),
        cmocka_unit_test(test_random_edits), cmocka_unit_test(test_blocks_are_sparse),
        cmocka_unit_test(test_same_blocks),  cmocka_unit_test(test_block_rows_in_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
