// SPDX-License-Identifier: MIT
// Random sequences of edits, undo and redo against whole copies of the mask.
#include "image/edit/mask_edit.h"

#include "image/random.h"
#include "support/testdata.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 207, HEIGHT = 141, PIXELS = WIDTH * HEIGHT, MAX_STATES = 400 };

// The states of the mask one after the other; `now` is the present one.
struct replay {
    uint8_t *states[MAX_STATES];
    size_t count, now;
};

static uint8_t *copy_of(const struct mask *mask)
{
    uint8_t *bytes = malloc(PIXELS);
    mask_read(mask, (struct rect){0, 0, WIDTH, HEIGHT}, bytes, WIDTH);
    return bytes;
}

static void check_state(const struct mask *mask, const struct replay *replay)
{
    uint8_t *bytes = copy_of(mask);
    assert_memory_equal(bytes, replay->states[replay->now], PIXELS);
    free(bytes);
}

static void push_state(struct replay *replay, uint8_t *state)
{
    while (replay->count > replay->now + 1)
        free(replay->states[--replay->count]);
    assert_true(replay->count < MAX_STATES);
    replay->states[replay->count++] = state;
    replay->now = replay->count - 1;
}

static void drop_replay(struct replay *replay)
{
    while (replay->count)
        free(replay->states[--replay->count]);
}

static struct bitmap *random_bitmap(uint64_t *state)
{
    struct bitmap *bitmap = NULL;
    assert_int_equal(bitmap_create(WIDTH, HEIGHT, &bitmap, NULL), STATUS_OK);
    const double density = random_below(state, 2) ? random_unit(state) : 0.002;
    const int64_t rows = 1 + (int64_t)random_below(state, HEIGHT);
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < WIDTH; x++)
            if (random_unit(state) < density)
                bitmap_set_span(bitmap, y, x, x + 1);
    return bitmap;
}

// Changes the mask by the edit functions, and `bytes` pixel by pixel.
static void edit_by_bitmap(struct mask_history *history, uint64_t *state, uint8_t *bytes, uint8_t bits)
{
    struct bitmap *bitmap = random_bitmap(state);
    const enum bitmap_combination how = (enum bitmap_combination)random_below(state, 5);
    for (int64_t i = 0; i < PIXELS; i++) {
        const uint8_t in = bitmap_at(bitmap, i % WIDTH, i / WIDTH) ? 0xFF : 0, old = bytes[i];
        const uint8_t all[] = {in, old | in, old & in, old ^ in, old & (uint8_t)~in};
        bytes[i] = (uint8_t)((old & ~bits) | (all[how] & bits));
    }
    struct rect changed;
    assert_int_equal(mask_edit_bitmap(history, bitmap, how, &changed, NULL), STATUS_OK);
    assert_int_equal(changed.width, WIDTH);
    bitmap_destroy(&bitmap);
}

static void edit_by_shape(struct mask_history *history, uint64_t *state, uint8_t *bytes, uint8_t bits)
{
    const double cx = random_unit(state) * WIDTH * 1.4 - 40, cy = random_unit(state) * HEIGHT * 1.4 - 30;
    const double rx = random_unit(state) * 60, ry = random_unit(state) * 60;
    const bool set = random_below(state, 3) > 0;
    const struct shape_point centre = {cx, cy};
    const struct shape shape = {
        .kind = SHAPE_ELLIPSE, .points = &centre, .count = 1, .radius_x = rx, .radius_y = ry};
    for (int64_t i = 0; i < PIXELS; i++) {
        const double u = ((double)(i % WIDTH) + 0.5 - cx) / rx, v = ((double)(i / WIDTH) + 0.5 - cy) / ry;
        if (u * u + v * v <= 1)
            bytes[i] = set ? bytes[i] | bits : bytes[i] & (uint8_t)~bits;
    }
    struct rect changed;
    assert_int_equal(mask_edit_shape(history, &shape, set, &changed, NULL), STATUS_OK);
    assert_true(changed.x >= 0 && changed.x + changed.width <= WIDTH);
}

static void edit_once(struct mask_history *history, struct mask *mask, uint64_t *state, struct replay *replay)
{
    uint8_t *bytes = copy_of(mask);
    const uint8_t bits =
        random_below(state, 4) ? (uint8_t)(1u << random_below(state, 8)) : (uint8_t)random_below(state, 256);
    mask_edit_begin(history, mask, bits, "an edit");
    for (uint64_t parts = 1 + random_below(state, 3); parts; parts--) {
        const uint64_t what = random_below(state, 10);
        if (what < 2) {
            if (what == 0)
                mask_edit_clear(history, NULL);
            else
                mask_edit_fill(history, NULL);
            for (int64_t i = 0; i < PIXELS; i++)
                bytes[i] = what == 0 ? bytes[i] & (uint8_t)~bits : bytes[i] | bits;
        } else if (random_below(state, 2)) {
            edit_by_bitmap(history, state, bytes, bits);
        } else {
            edit_by_shape(history, state, bytes, bits);
        }
    }
    if (random_below(state, 6) == 0) {
        mask_edit_abandon(history, NULL);
        free(bytes);
        return;
    }
    const bool different = memcmp(bytes, replay->states[replay->now], PIXELS) != 0;
    assert_int_equal(mask_edit_commit(history), different);
    if (different)
        push_state(replay, bytes);
    else
        free(bytes);
}

static void undo_or_redo(struct mask_history *history, struct mask *mask, bool undo, struct replay *replay)
{
    const bool possible = undo ? replay->now > 0 : replay->now + 1 < replay->count;
    uint8_t *before = copy_of(mask);
    struct rect changed = {0};
    assert_int_equal(undo ? mask_undo(history, mask, &changed) : mask_redo(history, mask, &changed),
                     possible);
    if (possible)
        replay->now += undo ? (size_t)-1 : 1;
    uint8_t *after = copy_of(mask);
    for (int64_t i = 0; i < PIXELS; i++) {
        const int64_t x = i % WIDTH, y = i / WIDTH;
        if (before[i] != after[i])
            assert_true(x >= changed.x && x < changed.x + changed.width && y >= changed.y &&
                        y < changed.y + changed.height);
    }
    free(before);
    free(after);
}

static void any_sequence_equals_its_replay(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        uint64_t state = seed;
        struct mask *mask = NULL;
        assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
        struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
        struct replay replay = {0};
        push_state(&replay, copy_of(mask));
        for (int i = 0; i < 150; i++) {
            const uint64_t kind = random_below(&state, 3);
            if (kind == 0)
                edit_once(history, mask, &state, &replay);
            else
                undo_or_redo(history, mask, kind == 1, &replay);
            mask_history_pack(history,
                              random_below(&state, 4)); // some steps are packed, some in part, some not
            assert_int_equal(mask_history_done(history), replay.now);
            assert_int_equal(mask_history_count(history), replay.count - 1);
            check_state(mask, &replay);
        }
        mask_history_destroy(&history);
        drop_replay(&replay);
        mask_destroy(&mask);
    }
}

static void draw_dot(struct mask_history *history, struct mask *mask, double x, double y, const char *name)
{
    const struct shape_point point = {x, y};
    mask_edit_begin(history, mask, MASK_BIT(MASK_USER), name);
    assert_int_equal(mask_edit_shape(history,
                                     &(struct shape){.kind = SHAPE_POINT, .points = &point, .count = 1}, true,
                                     NULL, NULL),
                     STATUS_OK);
    assert_true(mask_edit_commit(history));
}

static void steps_have_names_and_a_new_edit_forgets_what_was_undone(void **unused)
{
    (void)unused;
    struct mask *mask = NULL;
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    draw_dot(history, mask, 1, 1, "first");
    draw_dot(history, mask, 2, 1, "second");
    assert_string_equal(mask_history_name(history, 1), "second");
    const uint64_t serial = mask_history_serial(history);
    assert_true(mask_undo(history, mask, NULL));
    assert_int_not_equal(mask_history_serial(history), serial);
    draw_dot(history, mask, 3, 1, "third");
    assert_int_equal(mask_history_count(history), 2);
    assert_string_equal(mask_history_name(history, 1), "third");
    assert_false(mask_redo(history, mask, NULL));
    assert_int_equal(mask_at(mask, 2, 1), 0);
    assert_int_equal(mask_count(mask, 0xFF), 2);
    mask_history_destroy(&history);
    mask_destroy(&mask);
}

static void memory_stays_within_its_bound(void **unused)
{
    (void)unused;
    enum { BOUND = 20000 };
    uint64_t state = 99;
    struct mask *mask = NULL;
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
    struct mask_history *history = mask_history_create(BOUND);
    for (int i = 0; i < 50; i++) {
        struct bitmap *bitmap = random_bitmap(&state);
        mask_edit_begin(history, mask, MASK_BIT(MASK_USER), "noise");
        assert_int_equal(mask_edit_bitmap(history, bitmap, BITMAP_XOR, NULL, NULL), STATUS_OK);
        mask_edit_commit(history);
        bitmap_destroy(&bitmap);
        // The newest step stays, however large.
        assert_true(mask_history_memory(history) <= BOUND || mask_history_count(history) == 1);
        assert_true(mask_history_count(history) >= 1);
    }
    mask_history_destroy(&history);
    mask_destroy(&mask);
}

// What was changed besides since, in blocks of a step, stays when that is taken back and made again.
static void other_changes_stay(void **unused)
{
    (void)unused;
    const uint8_t bad = MASK_BIT(MASK_BAD), user = MASK_BIT(MASK_USER);
    for (size_t packed = 0; packed < 2; packed++) {
        struct mask *mask = NULL;
        struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
        assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
        mask_edit_begin(history, mask, user, "all");
        mask_edit_fill(history, NULL);
        assert_true(mask_edit_commit(history));
        assert_ptr_equal(mask->blocks[0], mask->blocks[1]); // one for all that lie inside the image
        while (packed && mask_history_pack(history, 1))
            continue;
        mask_write(mask, (struct rect){70, 5, 1, 1}, &bad, 1, bad);
        assert_int_equal(mask_at(mask, 70, 5), user | bad);
        assert_int_equal(mask_at(mask, 6, 5), user);
        struct rect changed;
        assert_true(mask_undo(history, mask, &changed));
        assert_true(changed.width == WIDTH && changed.height == HEIGHT);
        assert_int_equal(mask_at(mask, 70, 5), bad);
        assert_int_equal(mask_count(mask, 0xFF), 1);
        assert_true(mask_redo(history, mask, NULL));
        assert_int_equal(mask_count(mask, user), PIXELS);
        assert_int_equal(mask_count(mask, bad), 1);
        mask_history_destroy(&history);
        mask_destroy(&mask);
    }
}

// Noise in one layer takes about a bit a pixel, a filled square next to nothing.
static void steps_are_small(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    struct mask *mask = NULL;
    struct bitmap *bitmap = NULL;
    assert_int_equal(mask_create(1024, 1024, &mask, NULL), STATUS_OK);
    assert_int_equal(bitmap_create(1024, 1024, &bitmap, NULL), STATUS_OK);
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    for (size_t i = 0; i < 1024 * 16; i++)
        bitmap->words[i] = random_bits(&state);
    mask_edit_begin(history, mask, MASK_BIT(MASK_HOT), "noise");
    assert_int_equal(mask_edit_bitmap(history, bitmap, BITMAP_OR, NULL, NULL), STATUS_OK);
    mask_edit_commit(history);
    while (mask_history_pack(history, 7))
        continue;
    assert_true(mask_history_memory(history) < 1024 * 1024 / 8 * 11 / 10);
    const int64_t before = mask_history_memory(history);
    mask_edit_begin(history, mask, MASK_BIT(MASK_USER), "square");
    assert_int_equal(mask_edit_shape(history,
                                     &(struct shape){.kind = SHAPE_RECTANGLE,
                                                     .points = (struct shape_point[]){{0, 0}, {1024, 1024}},
                                                     .count = 2},
                                     true, NULL, NULL),
                     STATUS_OK);
    mask_edit_commit(history);
    while (mask_history_pack(history, 7))
        continue;
    assert_true(mask_history_memory(history) - before < 256 * 32);
    mask_history_destroy(&history);
    bitmap_destroy(&bitmap);
    mask_destroy(&mask);
}

static void the_bitmap_of_a_mask(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    struct mask *mask = NULL;
    struct bitmap *bitmap = NULL;
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
    uint8_t *bytes = malloc(PIXELS);
    for (size_t i = 0; i < PIXELS; i++)
        bytes[i] = random_below(&state, 2) ? (uint8_t)random_bits(&state) : 0;
    mask_write(mask, (struct rect){0, 0, WIDTH, HEIGHT}, bytes, WIDTH, 0xFF);
    for (unsigned bits = 1; bits < 256; bits += 37) {
        assert_int_equal(mask_to_bitmap(mask, (uint8_t)bits, &bitmap, NULL), STATUS_OK);
        for (int64_t i = 0; i < PIXELS; i++)
            assert_int_equal(bitmap_at(bitmap, i % WIDTH, i / WIDTH), (bytes[i] & bits) != 0);
        assert_int_equal(bitmap_count(bitmap), mask_count(mask, (uint8_t)bits));
        bitmap_destroy(&bitmap);
    }
    free(bytes);
    mask_destroy(&mask);
}

static void another_size_is_refused(void **unused)
{
    (void)unused;
    struct mask *mask = NULL;
    struct bitmap *bitmap = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
    assert_int_equal(bitmap_create(WIDTH, HEIGHT + 1, &bitmap, NULL), STATUS_OK);
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    mask_edit_begin(history, mask, 1, "x");
    assert_int_equal(mask_edit_bitmap(history, bitmap, BITMAP_OR, NULL, &error), STATUS_MISMATCH);
    assert_false(mask_edit_commit(history));
    assert_false(mask_edit_is_open(history));
    mask_history_destroy(&history);
    bitmap_destroy(&bitmap);
    mask_destroy(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sequence_equals_its_replay),
        cmocka_unit_test(steps_have_names_and_a_new_edit_forgets_what_was_undone),
        cmocka_unit_test(other_changes_stay),
        cmocka_unit_test(memory_stays_within_its_bound),
        cmocka_unit_test(steps_are_small),
        cmocka_unit_test(the_bitmap_of_a_mask),
        cmocka_unit_test(another_size_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
