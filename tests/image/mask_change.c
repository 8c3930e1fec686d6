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

// `before` combined with `bitmap`, while the mask has become `meanwhile`, gives `after`; undo gives that
// back.
static void check(enum bitmap_combination how, const char *before, const char *bits, const char *meanwhile,
                  const char *after)
{
    struct mask *old = mask_of(before), *mask = mask_of(meanwhile);
    struct bitmap *bitmap = bitmap_of(bits);
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    struct mask_change change = {0};
    struct rect changed = {0};
    assert_int_equal(mask_change_find(old, USER, bitmap, how, &change, NULL), STATUS_OK);
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
        cmocka_unit_test(only_the_bounds_are_told),
    };
    return cmocka_run_group_tests_name("image.mask_change", tests, NULL, NULL);
}
