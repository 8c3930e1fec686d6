// SPDX-License-Identifier: MIT
// What an operation over a whole mask changes, found from one mask and made in another that was drawn on.
#include "image/edit/mask_change.h"

#include "support/testdata.h"

enum { WIDTH = 130, HEIGHT = 70, USER = 1, BAD = 8 };

static struct mask *mask_of(const char *row)
{
    struct mask *mask = NULL;
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
    for (int64_t x = 0; row[x]; x++) {
        const uint8_t bits = row[x] == '1' ? USER : row[x] == 'b' ? BAD : 0;
        mask_write(mask, (struct rect){60 + x, 63, 1, 1}, &bits, 1, 0xFF);
    }
    return mask;
}

static struct bitmap *bitmap_of(const char *row)
{
    struct bitmap *bitmap = NULL;
    assert_int_equal(bitmap_create(WIDTH, HEIGHT, &bitmap, NULL), STATUS_OK);
    for (int64_t x = 0; row[x]; x++)
        if (row[x] == '1')
            bitmap_set_span(bitmap, 63, 60 + x, 61 + x);
    return bitmap;
}

static void expect(const struct mask *mask, const char *row)
{
    int64_t masked = 0;
    for (int64_t x = 0; row[x]; x++) {
        const uint8_t bits = row[x] == '1' ? USER : row[x] == 'b' ? BAD : row[x] == 'B' ? USER | BAD : 0;
        assert_int_equal(mask_at(mask, 60 + x, 63), bits);
        masked += bits != 0;
    }
    assert_int_equal(mask_count(mask, 0xFF), masked);
}

// What `before` has become: a mask of its own, or one that shares the blocks that are as they were.
static struct mask *become(const struct mask *old, const char *before, const char *meanwhile, bool shared)
{
    struct mask *mask = NULL, *wanted = mask_of(meanwhile);
    if (!shared)
        return wanted;
    assert_int_equal(mask_snapshot(old, &mask, NULL), STATUS_OK);
    for (int64_t x = 0; meanwhile[x]; x++) {
        const uint8_t bits = mask_at(wanted, 60 + x, 63);
        if (meanwhile[x] != before[x])
            mask_write(mask, (struct rect){60 + x, 63, 1, 1}, &bits, 1, 0xFF);
    }
    mask_destroy(&wanted);
    return mask;
}

static void check_once(enum bitmap_combination how, const char *before, const char *bits,
                       const char *meanwhile, const char *after, bool shared)
{
    struct mask *old = mask_of(before), *mask = become(old, before, meanwhile, shared);
    struct bitmap *bitmap = bitmap_of(bits);
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    struct mask_change change = {0};
    struct rect changed = {0};
    assert_int_equal(mask_change_find(old, USER, bitmap, how, &change, NULL), STATUS_OK);
    if (shared)
        mask_change_prepare(&change, old, USER);
    expect(old, before);
    mask_edit_begin(history, mask, USER, "test");
    assert_int_equal(mask_change_apply(&change, history, &changed, NULL), STATUS_OK);
    if (mask_edit_commit(history)) {
        assert_int_equal(changed.y, 63);
        assert_int_equal(changed.height, 1);
    }
    expect(mask, after);
    if (mask_history_done(history))
        mask_undo(history, mask, NULL);
    expect(mask, meanwhile);
    mask_change_free(&change);
    assert_null(change.added);
    mask_history_destroy(&history);
    bitmap_destroy(&bitmap);
    mask_destroy(&old);
    mask_destroy(&mask);
}

// `before` combined with `bitmap`, while the mask has become `meanwhile`, gives `after`; undo gives that
// back.
static void check(enum bitmap_combination how, const char *before, const char *bits, const char *meanwhile,
                  const char *after)
{
    check_once(how, before, bits, meanwhile, after, false);
    check_once(how, before, bits, meanwhile, after, true);
}

static void every_way_of_combining(void **state)
{
    (void)state;
    check(BITMAP_OR, "1100b", "1010b", "1100b", "1110b");
    check(BITMAP_MINUS, "1100b", "1010", "1100b", "0100b");
    check(BITMAP_AND, "1100b", "1010", "1100b", "1000b");
    check(BITMAP_XOR, "1100b", "10101", "1100b", "0110B");
    check(BITMAP_REPLACE, "1100b", "1010", "1100b", "1010b");
    check(BITMAP_REPLACE, "1100", "1100", "1100", "1100");
}

// Pixels that the operation left alone keep what was drawn while it ran.
static void what_was_drawn_meanwhile_stays(void **state)
{
    (void)state;
    check(BITMAP_REPLACE, "110000", "011000", "110001", "011001");
    check(BITMAP_REPLACE, "110000", "011000", "010000", "011000");
    check(BITMAP_OR, "000000", "001000", "100000", "101000");
    check(BITMAP_MINUS, "111000", "011000", "111111", "100111");
}

// Blocks that nobody has drawn in since are taken over as they are, without a copy.
static void blocks_that_are_as_they_were_are_replaced(void **state)
{
    (void)state;
    struct mask *old = mask_of("110"), *mask = NULL;
    struct bitmap *bitmap = bitmap_of("0000001");
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    struct mask_change change = {0};
    const uint8_t bad = BAD;
    assert_int_equal(mask_snapshot(old, &mask, NULL), STATUS_OK);
    assert_int_equal(mask_change_find(old, USER, bitmap, BITMAP_REPLACE, &change, NULL), STATUS_OK);
    mask_change_prepare(&change, old, USER);
    mask_write(mask, (struct rect){1, 63, 1, 1}, &bad, 1, 0xFF); // in the first block
    mask_edit_begin(history, mask, USER, "test");
    assert_int_equal(mask_change_apply(&change, history, NULL, NULL), STATUS_OK);
    assert_true(mask_edit_commit(history));
    assert_ptr_not_equal(mask->blocks[0], change.after->blocks[0]);
    assert_int_equal(mask_at(mask, 1, 63), BAD);
    assert_non_null(mask->blocks[1]);
    assert_ptr_equal(mask->blocks[1], change.after->blocks[1]);
    assert_int_equal(mask_at(mask, 66, 63), USER);
    assert_int_equal(mask_count(mask, 0xFF), 2);
    mask_change_free(&change);
    mask_history_destroy(&history);
    bitmap_destroy(&bitmap);
    mask_destroy(&old);
    mask_destroy(&mask);
}

static void only_the_bounds_are_told(void **state)
{
    (void)state;
    struct mask *mask = mask_of("11");
    struct bitmap *bitmap = bitmap_of("0000011");
    struct mask_change change = {0};
    assert_int_equal(mask_change_find(mask, USER, bitmap, BITMAP_REPLACE, &change, NULL), STATUS_OK);
    assert_int_equal(change.bounds.x, 60);
    assert_int_equal(change.bounds.width, 7);
    assert_int_equal(change.bounds.y, 63);
    assert_int_equal(change.bounds.height, 1);
    mask_change_free(&change);
    assert_int_equal(mask_change_find(mask, USER, bitmap, BITMAP_MINUS, &change, NULL), STATUS_OK);
    assert_null(change.added);
    assert_null(change.removed);
    assert_int_equal(change.bounds.width, 0);
    bitmap_destroy(&bitmap);
    mask_destroy(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_combining),
        cmocka_unit_test(what_was_drawn_meanwhile_stays),
        cmocka_unit_test(blocks_that_are_as_they_were_are_replaced),
        cmocka_unit_test(only_the_bounds_are_told),
    };
    return cmocka_run_group_tests_name("image.mask_change", tests, NULL, NULL);
}
