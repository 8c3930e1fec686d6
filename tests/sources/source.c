// SPDX-License-Identifier: MIT
// Lists of names: opening, and stepping against a plain flat list of all frames.
#include "sources/source.h"

#include "support/testdata.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS = 5 };

// The second cannot be opened and counts as one frame.
static const char *const names[ITEMS] = {"sim:8x8,frames=3", "/nonexistent/image.tif", "sim:8x8,frames=1",
                                         "sim:12x,frames=9", "sim:8x8,frames=4"};
static const int64_t frames_of[ITEMS] = {3, 1, 1, 1, 4};
enum { FRAMES = 3 + 1 + 1 + 1 + 4 };

static struct source *create(void)
{
    struct source *source = NULL;
    assert_int_equal(source_create(names, ITEMS, CHANNEL_AUTO, &source, NULL), STATUS_OK);
    return source;
}

static void flat_list(struct source_position positions[FRAMES])
{
    size_t at = 0;
    for (size_t item = 0; item < ITEMS; item++) {
        for (int64_t frame = 0; frame < frames_of[item]; frame++)
            positions[at++] = (struct source_position){item, frame};
    }
    assert_int_equal(at, FRAMES);
}

static void check_step(struct source *source, const struct source_position *flat, int from, int64_t steps)
{
    int64_t wanted = steps > FRAMES ? FRAMES : steps < -FRAMES ? -FRAMES : steps;
    int64_t to = from + wanted;
    to = to < 0 ? 0 : to >= FRAMES ? FRAMES - 1 : to;
    int64_t moved = 99;
    struct source_position got = source_step(source, flat[from], steps, &moved);
    assert_int_equal(got.item, flat[to].item);
    // The last frame of an item that was not opened has no number yet.
    assert_int_equal(got.frame < 0 ? got.frame + frames_of[got.item] : got.frame, flat[to].frame);
    assert_int_equal(moved, to - from);
}

static void steps_go_through_all_frames(void **state)
{
    (void)state;
    struct source_position flat[FRAMES];
    flat_list(flat);
    for (int from = 0; from < FRAMES; from++) {
        for (int64_t steps = -FRAMES - 1; steps <= FRAMES + 1; steps++) {
            struct source *source = create(); // nothing is known yet
            check_step(source, flat, from, steps);
            source_destroy(&source);
        }
    }
    struct source *source = create();
    for (int from = 0; from < FRAMES; from++) {
        check_step(source, flat, from, INT64_MAX);
        check_step(source, flat, from, INT64_MIN);
        check_step(source, flat, from, 0);
    }
    struct source_position end = source_step(source, flat[0], INT64_MAX, NULL);
    assert_int_equal(end.item, ITEMS - 1);
    source_destroy(&source);
    assert_null(source);
}

static void frames_are_learnt(void **state)
{
    (void)state;
    struct source *source = create();
    assert_int_equal(source_count(source), ITEMS);
    assert_string_equal(source_name(source, 2), names[2]);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(source_frames(source, i), 0);
    int64_t moved;
    source_step(source, (struct source_position){0, 0}, 1, &moved);
    assert_int_equal(source_frames(source, 0), 3);
    assert_int_equal(source_frames(source, 4), 0);
    source_set_frames(source, 1, 2);
    struct source_position position = source_step(source, (struct source_position){0, 2}, 2, &moved);
    assert_int_equal(position.item, 1);
    assert_int_equal(position.frame, 1);
    source_destroy(&source);
}

// Nothing is opened: what is not known yet has to be found out by a fork.
static void known_steps_open_nothing(void **state)
{
    (void)state;
    struct source *source = create();
    struct source_position position = {0, 0};
    int64_t moved = -1;
    source_set_frames(source, 0, 3);
    assert_true(source_step_known(source, &position, 2, &moved));
    assert_int_equal(position.frame, 2);
    assert_true(source_step_known(source, &position, 1, &moved)); // onto an item, not into it
    assert_int_equal(moved, 1);
    assert_int_equal(position.item, 1);
    assert_int_equal(position.frame, 0);
    assert_true(source_step_known(source, &position, 1, &moved)); // from one that could not be opened
    assert_int_equal(position.item, 2);
    assert_true(source_step_known(source, &position, -1, &moved));
    assert_int_equal(moved, -1);
    assert_int_equal(position.item, 1);
    assert_int_equal(position.frame, -1);
    const struct source_position here = position;
    assert_false(source_step_known(source, &position, 3, &moved)); // across one that was not opened
    assert_int_equal(position.item, here.item);
    assert_int_equal(position.frame, here.frame);
    for (size_t i = 1; i < ITEMS; i++)
        assert_int_equal(source_frames(source, i), 0);
    source_destroy(&source);
}

static void a_fork_tells_what_it_learnt(void **state)
{
    (void)state;
    struct source *source = create(), *fork = source_fork(source);
    int64_t moved = 0;
    source_step(fork, (struct source_position){0, 0}, INT64_MAX, &moved);
    assert_int_equal(source_frames(source, 0), 0);
    source_learn(source, fork);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(source_frames(source, i), source_frames(fork, i));
    assert_int_equal(source_frames(source, 0), 3);
    source_destroy(&source);
    assert_string_equal(source_name(fork, 2), names[2]);
    source_destroy(&fork);
}

static void items_open(void **state)
{
    (void)state;
    struct source *source = create();
    struct image_file *file = NULL;
    struct error error = {0};
    assert_int_equal(source_open(source, 4, NULL, &file, &error), STATUS_OK);
    assert_int_equal(file->frames, 4);
    image_file_close(&file);
    assert_int_equal(source_open(source, 1, NULL, &file, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "image.tif"));
    assert_int_equal(source_open(source, 3, NULL, &file, &error), STATUS_USAGE);
    source_destroy(&source);
    source_destroy(&source);
}

static void an_empty_list_is_refused(void **state)
{
    (void)state;
    struct source *source = NULL;
    struct error error = {0};
    assert_int_equal(source_create(NULL, 0, CHANNEL_AUTO, &source, &error), STATUS_USAGE);
    assert_null(source);
    assert_true(error.text[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_go_through_all_frames),
        cmocka_unit_test(frames_are_learnt),
        cmocka_unit_test(known_steps_open_nothing),
        cmocka_unit_test(a_fork_tells_what_it_learnt),
        cmocka_unit_test(items_open),
        cmocka_unit_test(an_empty_list_is_refused),
    };
    return cmocka_run_group_tests_name("sources.source", tests, NULL, NULL);
}
