// SPDX-License-Identifier: MIT
// Tests of masks that share blocks: snapshots stay as they were whatever is written to the others, by one
// thread or several, and the union of two masks is that of their bytes.
#include "image/edit/mask_edit.h"

#include "image/random.h"
#include "support/testdata.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 333, HEIGHT = 207, PIXELS = WIDTH * HEIGHT };

static const struct rect whole = {0, 0, WIDTH, HEIGHT};

static struct mask *create(void)
{
    struct mask *mask = NULL;
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
    return mask;
}

static struct mask *snapshot(const struct mask *mask)
{
    struct mask *copy = NULL;
    assert_int_equal(mask_snapshot(mask, &copy, NULL), STATUS_OK);
    return copy;
}

static uint8_t *dense_of(const struct mask *mask)
{
    uint8_t *dense = malloc(PIXELS);
    assert_non_null(dense);
    for (int64_t i = 0; i < PIXELS; i++)
        dense[i] = mask_at(mask, i % WIDTH, i / WIDTH);
    return dense;
}

static void check_dense(const struct mask *mask, const uint8_t *dense)
{
    for (int64_t i = 0; i < PIXELS; i++)
        if (mask_at(mask, i % WIDTH, i / WIDTH) != dense[i])
            fail_msg("pixel %lld", (long long)i);
}

static struct rect random_rect(uint64_t *seed)
{
    const struct rect rect = {(int64_t)random_below(seed, WIDTH), (int64_t)random_below(seed, HEIGHT), 70,
                              70};
    return rect_clip(rect, WIDTH, HEIGHT);
}

// Writes random bytes, or takes bits away, by one of the ways there are.
static void scribble(struct mask *mask, uint64_t *seed)
{
    uint8_t in[70 * 70];
    const struct rect rect = random_rect(seed);
    const uint8_t bits = (uint8_t)random_bits(seed);
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(random_bits(seed) & random_bits(seed));
    switch (random_below(seed, 3)) {
    case 0:
        mask_write(mask, rect, in, 70, bits);
        break;
    case 1:
        mask_mark(mask, rect, in, 70, bits);
        break;
    default:
        mask_clear(mask, bits & 0x3f);
    }
}

static void snapshots_stay_as_they_were(void **state)
{
    (void)state;
    enum { KEPT = 6 };
    uint64_t seed = 5;
    struct mask *mask = create(), *kept[KEPT] = {NULL};
    uint8_t *dense[KEPT] = {NULL};
    for (int round = 0; round < 120; round++) {
        const int at = round % KEPT;
        scribble(mask, &seed);
        if (kept[at])
            check_dense(kept[at], dense[at]);
        mask_destroy(&kept[at]);
        free(dense[at]);
        dense[at] = dense_of(mask);
        kept[at] = snapshot(mask);
        if (round % 5 == 4) { // the copy is written, and the others stay
            uint8_t *before = dense_of(mask);
            scribble(kept[at], &seed);
            check_dense(mask, before);
            free(before);
            free(dense[at]);
            dense[at] = dense_of(kept[at]);
        }
    }
    mask_destroy(&mask);
    for (int i = 0; i < KEPT; i++) {
        check_dense(kept[i], dense[i]);
        mask_destroy(&kept[i]);
        free(dense[i]);
    }
}

// A snapshot costs its table; a write costs the blocks it touches.
static void only_written_blocks_are_copied(void **state)
{
    (void)state;
    struct mask *mask = create();
    uint8_t ones[WIDTH];
    memset(ones, 1, sizeof ones);
    for (int64_t y = 0; y < HEIGHT; y++)
        mask_write(mask, (struct rect){0, y, WIDTH, 1}, ones, WIDTH, 1);
    struct mask *copy = snapshot(mask);
    const int64_t blocks = mask->blocks_x * mask->blocks_y;
    for (int64_t i = 0; i < blocks; i++)
        assert_ptr_equal(mask->blocks[i], copy->blocks[i]);
    mask_mark(mask, (struct rect){70, 5, 1, 1}, ones, 1, 2);
    for (int64_t i = 0; i < blocks; i++)
        assert_int_equal(mask->blocks[i] == copy->blocks[i], i != 1);
    const struct mask_block *own = mask->blocks[1];
    mask_mark(mask, (struct rect){71, 5, 1, 1}, ones, 1, 2);
    assert_ptr_equal(mask->blocks[1], own); // it is the mask's own already
    assert_int_equal(mask_at(copy, 70, 5), 1);
    mask_destroy(&copy);
    const struct mask_block *last = mask->blocks[0];
    mask_mark(mask, (struct rect){0, 0, 1, 1}, ones, 1, 4);
    assert_ptr_equal(mask->blocks[0], last); // nobody else is left
    mask_destroy(&mask);
}

static void rows_are_shared(void **state)
{
    (void)state;
    uint64_t seed = 7;
    struct mask *mask = create(), *other = create();
    for (int i = 0; i < 20; i++) {
        scribble(mask, &seed);
        scribble(other, &seed);
    }
    uint8_t *expected = dense_of(mask), *from = dense_of(other);
    memcpy(expected + 64 * WIDTH, from + 64 * WIDTH, 64 * WIDTH);
    mask_share_rows(mask, other, 64, 64);
    check_dense(mask, expected);
    memcpy(expected + 192 * WIDTH, from + 192 * WIDTH, (HEIGHT - 192) * WIDTH);
    mask_share_rows(mask, other, 192, HEIGHT - 192); // the last rows of blocks are not whole
    check_dense(mask, expected);
    check_dense(other, from);
    for (size_t i = 0; i < (size_t)64 * WIDTH; i++)
        expected[i] |= from[i] & 0x0f;
    mask_add_rows(mask, other, 0, 64, 0x0f);
    check_dense(mask, expected);
    free(expected);
    free(from);
    mask_destroy(&mask);
    mask_destroy(&other);
}

static void the_union_of_two_masks(void **state)
{
    (void)state;
    uint64_t seed = 11;
    struct mask *a = create(), *b = create(), *both = create();
    for (int round = 0; round < 60; round++) {
        scribble(a, &seed);
        scribble(b, &seed);
        const struct mask_pair pair = {round % 7 ? a : NULL, round % 5 ? b : NULL,
                                       (uint8_t)random_bits(&seed), (uint8_t)random_bits(&seed)};
        uint8_t *expected = dense_of(both), *in_a = dense_of(a), *in_b = dense_of(b);
        const struct rect rect = round % 3 ? random_rect(&seed) : whole;
        for (int64_t i = 0; i < PIXELS; i++) {
            const int64_t bx = i % WIDTH / MASK_BLOCK, by = i / WIDTH / MASK_BLOCK;
            if (bx >= rect.x / MASK_BLOCK && bx <= (rect.x + rect.width - 1) / MASK_BLOCK &&
                by >= rect.y / MASK_BLOCK && by <= (rect.y + rect.height - 1) / MASK_BLOCK)
                expected[i] =
                    (uint8_t)((pair.a ? in_a[i] & pair.a_bits : 0) | (pair.b ? in_b[i] & pair.b_bits : 0));
        }
        mask_unite(both, &pair, rect);
        check_dense(both, expected);
        check_dense(a, in_a);
        check_dense(b, in_b);
        free(expected);
        free(in_a);
        free(in_b);
    }
    mask_destroy(&a);
    mask_destroy(&b);
    mask_destroy(&both);
}

static void bits_are_added_to_rows(void **state)
{
    (void)state;
    uint64_t seed = 13;
    struct mask *mask = create();
    uint8_t *bytes = calloc(1, PIXELS);
    assert_false(mask_read_more(mask, whole, 0xff, bytes, WIDTH));
    for (int i = 0; i < 10; i++)
        scribble(mask, &seed);
    for (size_t i = 0; i < PIXELS; i++)
        bytes[i] = (uint8_t)(i & 0x80);
    mask_clear(mask, 0x20);
    assert_false(mask_read_more(mask, whole, 0x20, bytes, WIDTH));
    assert_true(mask_read_more(mask, whole, 0x0f, bytes, WIDTH));
    for (int64_t i = 0; i < PIXELS; i++)
        assert_int_equal(bytes[i], (i & 0x80) | (mask_at(mask, i % WIDTH, i / WIDTH) & 0x0f));
    free(bytes);
    mask_destroy(&mask);
}

// Edits, undo and what is taken back leave a snapshot alone, and an edit that is taken back leaves the very
// blocks there were.
static void edits_leave_snapshots_alone(void **state)
{
    (void)state;
    uint64_t seed = 17;
    struct mask *mask = create();
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    scribble(mask, &seed);
    for (int round = 0; round < 30; round++) {
        struct mask *before = snapshot(mask);
        uint8_t *dense = dense_of(mask);
        mask_edit_begin(history, mask, 0x41, "test");
        for (int64_t y = 0; y < HEIGHT; y += 3)
            mask_edit_span(history, y, (struct span){round * 5, round * 9 + 3}, round % 3 != 0);
        check_dense(before, dense);
        if (round % 2) {
            mask_edit_abandon(history, NULL);
            for (int64_t i = 0; i < mask->blocks_x * mask->blocks_y; i++)
                assert_ptr_equal(mask->blocks[i], before->blocks[i]);
        } else if (mask_edit_commit(history)) {
            uint8_t *after = dense_of(mask);
            assert_true(mask_undo(history, mask, NULL));
            check_dense(mask, dense);
            assert_true(mask_redo(history, mask, NULL));
            check_dense(mask, after);
            free(after);
        }
        check_dense(before, dense);
        free(dense);
        mask_destroy(&before);
    }
    mask_history_destroy(&history);
    mask_destroy(&mask);
}

// --- threads ---

struct reader {
    struct mask *mask; // the reader's own; destroyed by it
    int64_t expected;  // pixels with bit 1
    atomic_bool *failed;
};

static void *read_snapshot(void *argument)
{
    struct reader *reader = argument;
    uint8_t ones[8];
    memset(ones, 0xff, sizeof ones);
    if (mask_count(reader->mask, 1) != reader->expected)
        atomic_store(reader->failed, true);
    mask_write(reader->mask, (struct rect){40, 40, 8, 1}, ones, 8, 0x80); // its own copy of the block
    if (mask_count(reader->mask, 1) != reader->expected || mask_count(reader->mask, 0x80) != 8)
        atomic_store(reader->failed, true);
    mask_destroy(&reader->mask);
    return NULL;
}

// The owner goes on drawing while others read, write and free the snapshots they were given.
static void snapshots_are_read_while_the_owner_draws(void **state)
{
    (void)state;
    enum { READERS = 4, ROUNDS = 40 };
    atomic_bool failed = false;
    struct mask *mask = create();
    const uint8_t one = 1;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[READERS];
        struct reader readers[READERS];
        for (int i = 0; i < READERS; i++) {
            const int64_t drawn = round * READERS + i + 1;
            mask_mark(mask, (struct rect){drawn % WIDTH, drawn / WIDTH, 1, 1}, &one, 1, 1);
            readers[i] = (struct reader){snapshot(mask), drawn, &failed};
            assert_int_equal(pthread_create(&threads[i], NULL, read_snapshot, &readers[i]), 0);
        }
        for (int i = 0; i < READERS; i++)
            pthread_join(threads[i], NULL);
    }
    assert_false(failed);
    assert_int_equal(mask_count(mask, 0x80), 0);
    mask_destroy(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshots_stay_as_they_were),
        cmocka_unit_test(only_written_blocks_are_copied),
        cmocka_unit_test(rows_are_shared),
        cmocka_unit_test(the_union_of_two_masks),
        cmocka_unit_test(bits_are_added_to_rows),
        cmocka_unit_test(edits_leave_snapshots_alone),
        cmocka_unit_test(snapshots_are_read_while_the_owner_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
