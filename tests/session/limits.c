// SPDX-License-Identifier: MIT
// Automatic limits of what is in view: from the pixels of the file, by a job that nobody waits for.
#include "session/edit/editors.h"

#include "support/npy_bomb.h"
#include "support/stuck_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 900, HEIGHT = 700, HANG_SECONDS = 120 };

struct fixture {
    struct headless *headless;
    struct desk *desk;
    struct pane *pane;
    char path[300];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct error error = {0};
    assert_non_null(f);
    *state = f;
    if (headless_create(&f->headless, &error))
        return 0;
    f->desk = desk_create(NULL, NULL);
    assert_int_equal(common_attach(&f->desk->common, &error), STATUS_OK);
    f->desk->common.workspace.panels.interface = false; // no heads: the picture has all of it
    desk_lay_out(f->desk, (struct rect){0, 0, 300, 200}, 1);
    f->pane = f->desk->active;
    alarm(HANG_SECONDS);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    stuck_disk_release();
    desk_destroy(&f->desk);
    headless_destroy(&f->headless);
    free(f);
    return 0;
}

#define NEED_DEVICE(f)                                                                                       \
    struct fixture *const f = *state;                                                                        \
    if (!(f)->desk)                                                                                          \
    skip()

// Grows to the right and, more, downwards.
static double value_at(int64_t x, int64_t y)
{
    return (double)(x + 1000 * y);
}

// An image of that type, shown at two screen pixels each about (400, 300).
static void open_image(struct fixture *f, const char *type, int64_t memory)
{
    char head[128];
    const char *const name = f->path;
    struct error error = {0};
    snprintf(f->path, sizeof f->path, "%s", temporary_path("visible.npy"));
    FILE *file = fopen(f->path, "wb");
    assert_non_null(file);
    fwrite(head, 1, npy_header(head, type, HEIGHT, WIDTH), file);
    for (int64_t i = 0; i < (int64_t)WIDTH * HEIGHT; i++) {
        const double value = value_at(i % WIDTH, i / WIDTH);
        const float single = (float)value;
        const uint32_t whole = (uint32_t)value;
        const size_t size = strcmp(type, "<f8") == 0 ? 8 : 4;
        fwrite(size == 8        ? (const void *)&value
               : type[1] == 'f' ? (const void *)&single
                                : &whole,
               size, 1, file);
    }
    assert_int_equal(fclose(file), 0);
    f->desk->common.frames->memory_limit = memory;
    f->pane->view.contrast.rule = (struct limits_rule){.method = LIMITS_MINMAX};
    assert_int_equal(pane_open(f->pane, &name, 1, false, 0, &error), STATUS_OK);
    if (desk_load_all(f->desk, &error))
        fail_msg("%s", error.text);
    camera_set_zoom(&f->pane->view.camera, 2);
    camera_look_at(&f->pane->view.camera, 400, 300);
    f->pane->view.contrast.visible_only = true;
}

static void expect_limits(const struct fixture *f, double low, double high)
{
    const struct limits *limits = &f->pane->view.contrast.limits;
    if (limits->low != low || limits->high != high)
        fail_msg("%g to %g instead of %g to %g", limits->low, limits->high, low, high);
}

// The limits of what is in view, but for the first pixel if that is masked.
static void expect_visible(const struct fixture *f, bool masked)
{
    const struct rect rect = camera_visible(&f->pane->view.camera);
    assert_true(rect.width >= 150 && rect.width <= 152 && rect.height >= 100 && rect.height <= 102);
    expect_limits(f, value_at(rect.x, rect.y) + masked,
                  value_at(rect.x + rect.width - 1, rect.y + rect.height - 1));
}

static void limits_of_what_is_in_view(void **state)
{
    NEED_DEVICE(f);
    static const char *const types[] = {"<u4", "<f4", "<f8"};
    struct error error = {0};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        open_image(f, types[i], 0);
        expect_limits(f, 0, value_at(WIDTH - 1, HEIGHT - 1));
        assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
        expect_visible(f, false);
        camera_fit(&f->pane->view.camera); // all of it
        assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
        expect_limits(f, 0, value_at(WIDTH - 1, HEIGHT - 1));
    }
}

static void masked_pixels_do_not_count(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    struct editors editors = {0};
    open_image(f, "<u4", 0);
    editors_follow(&editors, f->desk);
    const struct rect rect = camera_visible(&f->pane->view.camera);
    const double first[] = {(double)rect.x, (double)rect.y};
    assert_int_equal(editor_run(editors.active, "point", first, 2, false, &error), STATUS_OK);
    assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
    expect_visible(f, true);
    editors_finish(&editors);
}

// Of an image of which only a part is in memory too.
static void an_image_over_the_budget(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    open_image(f, "<f4", 1 << 20);
    assert_true(f->pane->frame->picture->cache_budget > 0);
    assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
    expect_visible(f, false);
}

// A disk that does not answer stops nobody; giving up ends it, and the next answer counts.
static void nobody_waits_for_them(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    open_image(f, "<u4", 0);
    common_pace(&f->desk->common);
    stuck_disk_hold(f->path, 0);
    assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
    assert_true(pane_is_loading(f->pane));
    desk_pump(f->desk, 1);
    expect_limits(f, 0, value_at(WIDTH - 1, HEIGHT - 1));
    assert_true(pane_cancel(f->pane));
    assert_false(pane_is_loading(f->pane));
    assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
    stuck_disk_release();
    while (pane_is_loading(f->pane))
        pane_pump(f->pane, 20, 1);
    expect_visible(f, false);
}

// A file that was cut meanwhile: the limits stay as they are, and why is told at once or, with an event loop,
// when it is known.
static void a_failure_is_told(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    open_image(f, "<u4", 0);
    assert_int_equal(truncate(f->path, 1000), 0);
    assert_int_not_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
    assert_non_null(strstr(error.text, "visible.npy"));
    common_pace(&f->desk->common);
    assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
    while (pane_is_loading(f->pane))
        pane_pump(f->pane, 20, 1);
    assert_int_equal(f->desk->common.failed, 1);
    const struct message *fault = messages_fault(&f->desk->common.messages);
    assert_non_null(fault);
    assert_non_null(strstr(message_text(fault), "visible.npy"));
    expect_limits(f, 0, value_at(WIDTH - 1, HEIGHT - 1));
    handle_let_go(&f->pane->frame->file, f->desk->common.jobs);
    assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_UNSUPPORTED);
}

// --- holding and following ---

// A file of 4 x 3 pixels from `low` to `high`.
static void save_range(const char *name, double low, double high)
{
    char head[128];
    FILE *file = fopen(temporary_path(name), "wb");
    assert_non_null(file);
    fwrite(head, 1, npy_header(head, "<f4", 3, 4), file);
    for (int i = 0; i < 12; i++) {
        const float value = (float)(low + (high - low) * i / 11);
        fwrite(&value, sizeof value, 1, file);
    }
    assert_int_equal(fclose(file), 0);
}

static void open_names(struct fixture *f, const char *const *names, size_t count)
{
    struct error error = {0};
    f->pane->view.contrast.rule = (struct limits_rule){.method = LIMITS_MINMAX};
    assert_int_equal(pane_open(f->pane, names, count, false, 0, &error), STATUS_OK);
    if (desk_load_all(f->desk, &error))
        fail_msg("%s", error.text);
}

static void step(struct fixture *f, int64_t frames)
{
    struct error error = {0};
    assert_int_equal(playback_step(f->pane, frames, false, &error), STATUS_OK);
    if (desk_load_all(f->desk, &error))
        fail_msg("%s", error.text);
}

// f_1 to f_3 are one data set, other.npy is another.
static void open_two_sets(struct fixture *f)
{
    char paths[4][300];
    const char *names[4];
    save_range("f_1.npy", 1, 10);
    save_range("f_2.npy", 2, 20);
    save_range("f_3.npy", 3, 30);
    save_range("other.npy", 5, 50);
    static const char *const files[] = {"f_1.npy", "f_2.npy", "f_3.npy", "other.npy"};
    for (int i = 0; i < 4; i++) {
        snprintf(paths[i], sizeof paths[i], "%s", temporary_path(files[i]));
        names[i] = paths[i];
    }
    open_names(f, names, 4);
    expect_limits(f, 1, 10);
}

static void limits_hold_within_a_data_set(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    open_two_sets(f);
    assert_false(f->pane->view.contrast.follow);
    step(f, 1);
    expect_limits(f, 1, 10);
    // Those that are asked for are of this frame, and hold from here on, in frames that are kept too.
    assert_int_equal(pane_auto_limits(f->pane, &error), STATUS_OK);
    expect_limits(f, 2, 20);
    step(f, 1);
    expect_limits(f, 2, 20);
    step(f, -2);
    expect_limits(f, 2, 20);
    step(f, 3); // other data
    expect_limits(f, 5, 50);
    step(f, -1);
    expect_limits(f, 3, 30);
}

static void limits_follow_every_frame_on_request(void **state)
{
    NEED_DEVICE(f);
    open_two_sets(f);
    f->pane->view.contrast.follow = true;
    step(f, 1);
    expect_limits(f, 2, 20);
    step(f, 1);
    expect_limits(f, 3, 30);
    step(f, -2); // kept
    expect_limits(f, 1, 10);
    f->pane->view.contrast.keep = true; // which goes before it
    step(f, 3);
    expect_limits(f, 1, 10);
}

// What is opened next has limits of its own, though its file may be numbered alike; sums have others too.
static void other_data_have_other_limits(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    char path[300];
    const char *names[] = {path};
    open_two_sets(f);
    snprintf(path, sizeof path, "%s", temporary_path("f_3.npy"));
    open_names(f, names, 1);
    expect_limits(f, 3, 30);
    f->pane->view.contrast.keep = true;
    snprintf(path, sizeof path, "%s", temporary_path("other.npy"));
    open_names(f, names, 1);
    expect_limits(f, 3, 30);
    f->pane->view.contrast.keep = false;
    snprintf(path, sizeof path, "%s", temporary_path("f_?.npy"));
    open_names(f, names, 1);
    expect_limits(f, 1, 10);
    assert_int_equal(playback_slab(f->pane, SLAB_SUM, 3, &error), STATUS_OK);
    assert_int_equal(desk_load_all(f->desk, &error), STATUS_OK);
    expect_limits(f, 6, 60);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(limits_of_what_is_in_view),
        TEST(masked_pixels_do_not_count),
        TEST(an_image_over_the_budget),
        TEST(nobody_waits_for_them),
        TEST(a_failure_is_told),
        TEST(limits_hold_within_a_data_set),
        TEST(limits_follow_every_frame_on_request),
        TEST(other_data_have_other_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
