// SPDX-License-Identifier: MIT
// The user's mask over frames that come and go: drawn while a file does not answer, kept over frames, sizes
// and locks, and never waited for.
#include "session/edit/editor.h"
#include "session/edit/recovery.h"
#include "session/edit/recovery_file.h"

#include "base/clock.h"
#include "gpu/gpu.h"
#include "support/npy_bomb.h"
#include "support/stuck_disk.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 512, HEIGHT = 1024, HALF = HEIGHT / 2, HANG_SECONDS = 200, SATURATION = 60000 };
enum { HOT_X = 300, HOT_Y = 7 }; // a saturated pixel of every image, and one more at (number, 900)

struct fixture {
    struct headless *headless;
    struct common common;
    struct pane *pane;
    struct editor *editor;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct error error = {0};
    assert_non_null(f);
    *state = f;
    if (headless_create(&f->headless, &error))
        return 0;
    common_create(&f->common, NULL, NULL);
    assert_int_equal(common_attach(&f->common, &error), STATUS_OK);
    f->pane = pane_create(&f->common);
    f->pane->view.display.classes = (struct class_choice){.has_saturation = true, .saturation = SATURATION};
    camera_set_viewport(&f->pane->view.camera, WIDTH, HEIGHT);
    f->editor = editor_create(f->pane);
    alarm(HANG_SECONDS);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    stuck_disk_release();
    if (f->headless) {
        editor_destroy(&f->editor);
        pane_destroy(&f->pane);
        common_finish(&f->common);
        headless_destroy(&f->headless);
    }
    free(f);
    return 0;
}

#define NEED_DEVICE(f)                                                                                       \
    struct fixture *const f = *state;                                                                        \
    if (!(f)->headless)                                                                                      \
    skip()

// --- images ---

static const char *save_image(const char *name, int width, int height, int number)
{
    const char *path = temporary_path(name);
    char head[128];
    FILE *file = fopen(path, "wb");
    uint16_t *row = calloc((size_t)width, sizeof *row);
    assert_true(file && row);
    fwrite(head, 1, npy_header(head, "<u2", height, width), file);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            row[x] = (uint16_t)(10 + (x + y + number) % 50);
        if (y == HOT_Y || y == 900)
            row[y == 900 ? number : HOT_X] = SATURATION + 1;
        fwrite(row, sizeof *row, (size_t)width, file);
    }
    free(row);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void pump(struct fixture *f)
{
    struct error error = {0};
    if (pane_load_all(f->pane, &error))
        fail_msg("%s", error.text);
}

static void open_images(struct fixture *f, const char *const *names, size_t count)
{
    struct error error = {0};
    assert_int_equal(pane_open(f->pane, names, count, false, 0, &error), STATUS_OK);
}

static void go_to(struct fixture *f, size_t item)
{
    pane_go(f->pane, (struct source_position){item, 0});
    pump(f);
}

// Opens an image whose second half does not come in, and takes its first half.
static void open_half(struct fixture *f, const char *path)
{
    stuck_disk_hold(path, 128 + (off_t)2 * WIDTH * HALF);
    open_images(f, &path, 1);
    while (!f->pane->frame->picture || !picture_is_loaded(f->pane->frame->picture, HOT_Y))
        pane_pump(f->pane, 5, 1000);
    assert_true(pane_is_loading(f->pane));
}

static uint8_t seen(const struct fixture *f, int64_t x, int64_t y)
{
    return mask_at(f->pane->frame->mask.seen, x, y);
}

static void point(struct fixture *f, double x, double y)
{
    struct error error = {0};
    const double numbers[] = {x, y};
    if (editor_run(f->editor, "point", numbers, 2, false, &error))
        fail_msg("%s", error.text);
}

static void lock(struct fixture *f, enum mask_layer layer, bool on)
{
    uint8_t *locked = &f->common.workspace.masking.locked;
    *locked = (uint8_t)(on ? *locked | MASK_BIT(layer) : *locked & ~MASK_BIT(layer));
    pane_pump(f->pane, 0, 1000);
}

// --- while a file does not answer ---

static void drawing_while_a_file_does_not_answer(void **state)
{
    NEED_DEVICE(f);
    open_half(f, save_image("slow.npy", WIDTH, HEIGHT, 1));
    point(f, 20, 30);   // where the image is
    point(f, 20, 1000); // where it is not yet
    assert_int_equal(seen(f, 20, 30), MASK_BIT(MASK_USER));
    assert_int_equal(seen(f, HOT_X, HOT_Y), MASK_BIT(MASK_SATURATED));
    assert_int_equal(mask_history_done(editor_history(f->editor)), 2);
    assert_true(editor_undo(f->editor));
    assert_int_equal(seen(f, 20, 1000), 0);
    assert_true(editor_redo(f->editor));
    struct error error = {0};
    assert_int_equal(editor_run(f->editor, "above", (double[]){5}, 1, false, &error), STATUS_USAGE);
    stuck_disk_release();
    pump(f);
    assert_int_equal(seen(f, 20, 30), MASK_BIT(MASK_USER));
    assert_int_equal(seen(f, 20, 1000), MASK_BIT(MASK_USER));
    assert_int_equal(seen(f, HOT_X, HOT_Y), MASK_BIT(MASK_SATURATED));
    assert_int_equal(seen(f, 1, 900), MASK_BIT(MASK_SATURATED));
    assert_int_equal(mask_count(f->pane->frame->mask.seen, 0xff), 4);
}

// What came in stays, with its classes, and can be edited; the file is left to itself.
static void a_file_that_does_not_answer_is_left(void **state)
{
    NEED_DEVICE(f);
    const char *names[] = {save_image("left.npy", WIDTH, HEIGHT, 1),
                           save_image("next.npy", WIDTH, HEIGHT, 2)};
    stuck_disk_hold(names[0], 128 + (off_t)2 * WIDTH * HALF);
    open_images(f, names, 2);
    while (!f->pane->frame->picture || !picture_is_loaded(f->pane->frame->picture, HOT_Y))
        pane_pump(f->pane, 5, 1000);
    assert_true(pane_cancel(f->pane)); // the alarm ends the test if this waits
    assert_false(pane_is_loading(f->pane));
    assert_int_equal(f->pane->load.status, STATUS_CANCELLED);
    assert_int_equal(seen(f, HOT_X, HOT_Y), MASK_BIT(MASK_SATURATED));
    point(f, 3, 3);
    assert_int_equal(seen(f, 3, 3), MASK_BIT(MASK_USER));
    assert_false(pane_leave(f->pane)); // a thread is held by it all the same
    go_to(f, 1);
    assert_int_equal(f->pane->load.status, STATUS_OK);
    assert_int_equal(seen(f, 3, 3), MASK_BIT(MASK_USER));
    assert_int_equal(seen(f, 2, 900), MASK_BIT(MASK_SATURATED));
    stuck_disk_release();
    while (!pane_leave(f->pane))
        usleep(1000);
}

// The file and the numbers of a load that was given up are taken when it ends after all.
static void what_was_left_is_taken_when_it_ends(void **state)
{
    NEED_DEVICE(f);
    open_half(f, save_image("late.npy", WIDTH, HEIGHT, 1));
    pane_cancel(f->pane);
    assert_null(f->pane->frame->file);
    stuck_disk_release();
    while (!f->pane->frame->file) {
        pane_pump(f->pane, 0, 1000);
        usleep(1000);
    }
    assert_true(pane_leave(f->pane));
    assert_true(f->pane->frame->statistics_known);
    assert_in_range(f->pane->frame->statistics.valid, 1, WIDTH * HALF);
}

// Whatever is asked for while a disk does not answer, and as often as one likes.
static void nothing_waits_for_a_disk(void **state)
{
    NEED_DEVICE(f);
    const char *path = save_image("held.npy", WIDTH, HEIGHT, 1);
    for (int round = 0; round < 2 * LEFT_LOADS_MAX; round++) {
        stuck_disk_hold(path, round % 2 ? 0 : 128 + (off_t)2 * WIDTH * HALF);
        open_images(f, &path, 1);
        pane_pump(f->pane, 1, 1);
        pane_reload(f->pane);
        pane_load_mask(f->pane, round % 3 ? NULL : path);
        pane_go(f->pane, (struct source_position){0, 0});
        pane_give_up(f->pane);
    }
    editor_destroy(&f->editor);
    pane_destroy(&f->pane); // and with it the series that stuck threads have yet to open
    f->pane = pane_create(&f->common);
    f->editor = editor_create(f->pane);
}

static size_t files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

// Files go by a job.
static void wait_for_files(const char *folder, size_t count)
{
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < 4000 && files_in(folder) != count; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(files_in(folder), count);
}

static void edits_are_kept_while_a_file_does_not_answer(void **state)
{
    NEED_DEVICE(f);
    char folder[4096];
    struct error error = {0};
    assert_int_equal(setenv("XDG_STATE_HOME", temporary_path("state"), 1), 0);
    assert_true(recovery_folder(folder, sizeof folder));
    const struct editors editors = {.of = {f->editor}, .active = f->editor, .edits = &f->common.edits};
    struct recovery *recovery = recovery_create(&editors, &f->common);
    open_half(f, save_image("kept.npy", WIDTH, HEIGHT, 1));
    point(f, 20, 30);
    point(f, 21, 1000);
    if (recovery_keep(recovery, INT64_C(100) * 1000000000, &error))
        fail_msg("%s", error.text);
    assert_int_equal(files_in(folder), 1);
    struct recovery_record self = {0}, record = {0};
    char path[4400];
    recovery_record_sign(&self);
    recovery_file_path(folder, &self, path, sizeof path);
    assert_int_equal(recovery_file_read(path, &record, &error), STATUS_OK);
    struct mask *mask = NULL;
    assert_int_equal(record.count, 1);
    assert_int_equal(recovery_item_mask(&record.items[0], &mask, &error), STATUS_OK);
    assert_int_equal(mask_count(mask, 0xff), 2); // without what the frame masks
    assert_int_equal(mask_at(mask, 21, 1000), MASK_BIT(MASK_USER));
    mask_destroy(&mask);
    recovery_record_free(&record);
    recovery_destroy(&recovery, true);
    wait_for_files(folder, 0);
}

// --- over frames ---

static void edits_are_undone_on_another_frame(void **state)
{
    NEED_DEVICE(f);
    const char *names[] = {save_image("a.npy", WIDTH, HEIGHT, 1), save_image("b.npy", WIDTH, HEIGHT, 2)};
    open_images(f, names, 2);
    pump(f);
    point(f, 40, 50);
    go_to(f, 1);
    point(f, 41, 50);
    assert_int_equal(seen(f, 40, 50) & seen(f, 41, 50), MASK_BIT(MASK_USER));
    assert_int_equal(seen(f, 1, 900), 0);
    assert_int_equal(seen(f, 2, 900), MASK_BIT(MASK_SATURATED));
    go_to(f, 0);
    assert_true(editor_undo(f->editor));
    assert_true(editor_undo(f->editor));
    assert_false(editor_undo(f->editor));
    assert_int_equal(seen(f, 40, 50) | seen(f, 41, 50), 0);
    assert_int_equal(seen(f, 1, 900), MASK_BIT(MASK_SATURATED));
    assert_int_equal(seen(f, 2, 900), 0);
}

static void move_to(struct fixture *f, double x, double y)
{
    double screen_x, screen_y;
    camera_to_screen(&f->pane->view.camera, x + 0.5, y + 0.5, &screen_x, &screen_y);
    editor_move(f->editor, screen_x, screen_y, false);
}

// One stroke, begun on one frame and ended on the next while that comes in.
static void a_stroke_goes_on_over_frames(void **state)
{
    NEED_DEVICE(f);
    const char *names[] = {save_image("a.npy", WIDTH, HEIGHT, 1), save_image("b.npy", WIDTH, HEIGHT, 2)};
    struct view_masking *masking = &f->common.workspace.masking;
    open_images(f, names, 2);
    pump(f);
    masking->on = true;
    masking->tool = TOOL_PENCIL;
    masking->width = 1;
    double x, y;
    camera_to_screen(&f->pane->view.camera, 10.5, 20.5, &x, &y);
    assert_true(editor_press(f->editor, x, y, false, false, false));
    move_to(f, 30, 20);
    pane_go(f->pane, (struct source_position){1, 0});
    move_to(f, 50, 20);
    pump(f);
    move_to(f, 70, 20);
    assert_true(editor_is_drawing(f->editor));
    editor_release(f->editor, x, y);
    assert_int_equal(mask_history_done(editor_history(f->editor)), 1);
    for (int64_t column = 10; column <= 70; column++)
        assert_int_equal(seen(f, column, 20), MASK_BIT(MASK_USER));
    assert_true(editor_undo(f->editor));
    assert_int_equal(mask_count(f->pane->frame->mask.seen, MASK_BIT(MASK_USER)), 0);
}

// The toast of the last message, or NULL.
static const struct message *toast(const struct fixture *f)
{
    const struct message *toasts[TOASTS_MOST];
    return messages_toasts(&f->common.messages, toasts) ? toasts[0] : NULL;
}

static void expect_toast(const struct fixture *f, const char *sentence, const char *action)
{
    assert_non_null(toast(f));
    assert_string_equal(toast(f)->sentence, sentence);
    assert_string_equal(toast(f)->action, action);
}

// Operations answer with what they did and how to take it back; what a shape does is seen. The offer goes
// with the next edit, since it would take back that.
static void operations_are_told(void **state)
{
    NEED_DEVICE(f);
    const char *name = save_image("a.npy", WIDTH, HEIGHT, 1);
    struct error error = {0};
    open_images(f, &name, 1);
    pump(f);
    point(f, 20, 30);
    assert_null(toast(f));
    assert_int_equal(editor_run(f->editor, "grow", (double[]){1, 1}, 2, false, &error), STATUS_OK);
    expect_toast(f, "Grown by 1 px: +8", "Undo"); // the eight pixels around it
    assert_int_equal(editor_run(f->editor, "shrink", (double[]){1, 1}, 2, false, &error), STATUS_OK);
    expect_toast(f,
                 "Shrunk by 1 px: \xE2\x88\x92"
                 "8",
                 "Undo");
    assert_int_equal(editor_run(f->editor, "fill-holes", NULL, 0, false, &error), STATUS_OK);
    expect_toast(f, "Holes filled: no pixel changed", "");
    assert_true(editor_undo(f->editor));
    expect_toast(f, "Taken back: shrink", "Redo");
    point(f, 100, 100);
    for (size_t i = 0; i < f->common.messages.count; i++)
        assert_true(!f->common.messages.rows[i].open || !f->common.messages.rows[i].action[0]);
    assert_int_equal(editor_run(f->editor, "above", (double[]){1e9}, 1, true, &error), STATUS_OK);
    assert_int_equal(editor_run(f->editor, "above", (double[]){40}, 1, true, &error), STATUS_OK);
    const size_t before = f->common.messages.count;
    editor_end(f->editor, true); // what a preview showed is told when it is kept
    assert_int_equal(f->common.messages.count, before + 1);
    assert_int_equal(strncmp(toast(f)->sentence, "Above 40: +", 11), 0);
}

// A preview is of the pixels it was tried on.
static void a_preview_ends_with_its_frame(void **state)
{
    NEED_DEVICE(f);
    const char *names[] = {save_image("a.npy", WIDTH, HEIGHT, 1), save_image("b.npy", WIDTH, HEIGHT, 2)};
    struct error error = {0};
    open_images(f, names, 2);
    pump(f);
    assert_int_equal(editor_run(f->editor, "above", (double[]){40}, 1, true, &error), STATUS_OK);
    assert_true(mask_count(f->pane->frame->mask.seen, MASK_BIT(MASK_USER)) > 1000);
    go_to(f, 1);
    assert_false(editor_undo(f->editor));
    assert_int_equal(mask_count(f->pane->frame->mask.seen, MASK_BIT(MASK_USER)), 0);
}

static void images_of_two_sizes_have_a_mask_each(void **state)
{
    NEED_DEVICE(f);
    const char *names[] = {save_image("large.npy", WIDTH, HEIGHT, 1), save_image("small.npy", 320, 200, 1)};
    struct editor_unsaved unsaved[3];
    open_images(f, names, 2);
    pump(f);
    point(f, 100, 100);
    go_to(f, 1);
    assert_int_equal(mask_count(f->pane->frame->mask.seen, MASK_BIT(MASK_USER)), 0);
    point(f, 5, 6);
    point(f, 7, 8);
    assert_int_equal(editor_unsaved(f->editor, unsaved, 3), 2);
    assert_int_equal(unsaved[0].mask->width, 320);
    assert_string_equal(unsaved[1].name, names[0]);
    go_to(f, 0);
    assert_int_equal(seen(f, 100, 100), MASK_BIT(MASK_USER));
    assert_int_equal(mask_history_done(editor_history(f->editor)), 1);
    assert_true(editor_undo(f->editor));
    assert_int_equal(seen(f, 100, 100), 0);
    go_to(f, 1);
    assert_int_equal(mask_history_done(editor_history(f->editor)), 2);
    assert_int_equal(seen(f, 5, 6) & seen(f, 7, 8), MASK_BIT(MASK_USER));
}

// --- layers of the data ---

static void an_unlocked_layer_is_the_users(void **state)
{
    NEED_DEVICE(f);
    const char *names[] = {save_image("a.npy", WIDTH, HEIGHT, 1), save_image("b.npy", WIDTH, HEIGHT, 2)};
    open_images(f, names, 2);
    pump(f);
    lock(f, MASK_SATURATED, false);
    f->common.workspace.masking.layer = MASK_SATURATED;
    assert_int_equal(seen(f, HOT_X, HOT_Y) & seen(f, 1, 900), MASK_BIT(MASK_SATURATED));
    go_to(f, 1); // its own saturated pixel does not count any more
    assert_int_equal(seen(f, HOT_X, HOT_Y) & seen(f, 1, 900), MASK_BIT(MASK_SATURATED));
    assert_int_equal(seen(f, 2, 900), 0);
    assert_int_equal(f->pane->frame->statistics.masked, 2);
    assert_true(f->pane->frame->statistics.max > SATURATION);
    point(f, 60, 60);
    assert_int_equal(seen(f, 60, 60), MASK_BIT(MASK_SATURATED));
    lock(f, MASK_SATURATED, true); // the frame's own again
    assert_int_equal(seen(f, 60, 60) | seen(f, 1, 900), 0);
    assert_int_equal(seen(f, 2, 900), MASK_BIT(MASK_SATURATED));
    lock(f, MASK_SATURATED, false); // edits come back
    assert_int_equal(seen(f, 60, 60) & seen(f, 1, 900), MASK_BIT(MASK_SATURATED));
    assert_int_equal(seen(f, 2, 900), 0);
}

static void a_layer_is_unlocked_while_a_file_comes_in(void **state)
{
    NEED_DEVICE(f);
    open_half(f, save_image("slow.npy", WIDTH, HEIGHT, 1));
    lock(f, MASK_SATURATED, false);
    assert_int_equal(seen(f, HOT_X, HOT_Y), MASK_BIT(MASK_SATURATED));
    stuck_disk_release();
    pump(f);
    assert_int_equal(seen(f, 1, 900), MASK_BIT(MASK_SATURATED));
    assert_int_equal(mask_count(f->pane->frame->mask.sheet->mask, MASK_BIT(MASK_SATURATED)), 2);
}

// --- numbers that follow ---

static const int64_t REST_NS = INT64_C(300) * 1000000;

static void rest(struct fixture *f)
{
    const int64_t edited = f->pane->frame->mask.sheet->changed_ns;
    assert_false(pane_recount(f->pane, edited + REST_NS / 2));
    assert_in_range(pane_recount_wait_ms(f->pane, edited + REST_NS / 2), 1, 150);
    assert_true(pane_recount(f->pane, edited + REST_NS));
    while (f->pane->recount.loader) {
        pane_pump(f->pane, 0, 1000);
        usleep(500);
    }
    assert_int_equal(pane_recount_wait_ms(f->pane, edited + 10 * REST_NS), -1);
}

static float coarsest_value(const struct fixture *f)
{
    const struct picture *picture = f->pane->frame->picture;
    const struct picture_level *level = &picture->levels[picture->level_count - 1];
    float *values = malloc((size_t)(level->width * level->height) * sizeof *values);
    assert_non_null(values);
    texture_read(level->tiles[0].pixels, 0, 0, (int)level->width, (int)level->height, values);
    const float value = values[0];
    free(values);
    return value;
}

static void numbers_follow_the_mask(void **state)
{
    NEED_DEVICE(f);
    const char *path = save_image("counted.npy", WIDTH, HEIGHT, 1);
    const double all_but_right[] = {0, 0, WIDTH - 1, HEIGHT};
    struct error error = {0};
    f->pane->view.contrast.automatic = true;
    open_images(f, &path, 1);
    pump(f);
    assert_int_equal(pane_recount_wait_ms(f->pane, clock_now_ns()), -1);
    const uint64_t picture = f->pane->frame->picture->serial;
    assert_int_equal(f->pane->frame->statistics.masked, 2);
    assert_int_equal(editor_run(f->editor, "rectangle", all_but_right, 4, false, &error), STATUS_OK);
    rest(f);
    assert_int_equal(f->pane->frame->statistics.masked, (WIDTH - 1) * HEIGHT);
    assert_int_equal(f->pane->frame->statistics.valid, HEIGHT);
    assert_int_not_equal(f->pane->frame->picture->serial, picture);
    assert_true(f->pane->frame->file != NULL); // it is still there for exact values
    assert_true(editor_undo(f->editor));
    rest(f);
    assert_int_equal(f->pane->frame->statistics.masked, 2);
}

static void levels_follow_the_mask(void **state)
{
    NEED_DEVICE(f);
    const char *path = save_image("levels.npy", WIDTH, HEIGHT, 1);
    struct error error = {0};
    open_images(f, &path, 1);
    pump(f);
    // Of the 64 x 64 pixels below a texel of the coarsest level one is left: the first, which is 10 + 1.
    const double right[] = {1, 0, WIDTH, HEIGHT}, below[] = {0, 1, WIDTH, HEIGHT};
    assert_int_equal(editor_run(f->editor, "rectangle", right, 4, false, &error), STATUS_OK);
    assert_int_equal(editor_run(f->editor, "rectangle", below, 4, false, &error), STATUS_OK);
    rest(f);
    assert_true(coarsest_value(f) == 11);
}

// --- a recount against a reload ---

// All texels of all reduced levels, one after the other; the caller frees them.
static float *all_levels(const struct fixture *f, size_t *count)
{
    const struct picture *picture = f->pane->frame->picture;
    size_t texels = 0, at = 0;
    for (int i = 1; i < picture->level_count; i++)
        texels += (size_t)(picture->levels[i].width * picture->levels[i].height);
    float *values = malloc(texels * sizeof *values);
    assert_non_null(values);
    for (int i = 1; i < picture->level_count; i++) {
        const struct picture_level *level = &picture->levels[i];
        assert_int_equal(level->tiles_x * level->tiles_y, 1);
        texture_read(level->tiles[0].pixels, 0, 0, (int)level->width, (int)level->height, values + at);
        at += (size_t)(level->width * level->height);
    }
    *count = texels;
    return values;
}

// After any edits, what was counted and reduced again is what a load of the frame gives. The levels of bands
// in which nothing was edited are not touched: a texel that is put there stays.
static void a_recount_equals_a_reload(void **state)
{
    NEED_DEVICE(f);
    enum { SIDE = 1500, MARKED_Y = 1400 };
    static const char *const name = "sim:1500x1500,type=u16";
    static const double edits[][4] = {{10, 20, 300, 5}, {0, 700, SIDE, 64}, {700, 3, 1, 900}};
    const float marker = -77;
    struct error error = {0};
    open_images(f, &name, 1);
    pump(f);
    struct texture *level = f->pane->frame->picture->levels[1].tiles[0].pixels;
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        float texel = 0, kept = 0;
        size_t count = 0, again = 0;
        assert_int_equal(editor_run(f->editor, "rectangle", edits[i], 4, false, &error), STATUS_OK);
        texture_read(level, 40, MARKED_Y / 2, 1, 1, &texel);
        texture_upload(level, 40, MARKED_Y / 2, 1, 1, &marker, 1);
        rest(f);
        texture_read(level, 40, MARKED_Y / 2, 1, 1, &kept);
        assert_true(kept == marker);
        texture_upload(level, 40, MARKED_Y / 2, 1, 1, &texel, 1);
        const struct statistics counted = f->pane->frame->statistics;
        float *values = all_levels(f, &count);
        pane_reload(f->pane);
        pump(f);
        const struct statistics loaded = f->pane->frame->statistics;
        assert_int_equal(counted.valid, loaded.valid);
        assert_int_equal(counted.masked, loaded.masked);
        assert_true(counted.min == loaded.min && counted.max == loaded.max);
        float *wanted = all_levels(f, &again);
        assert_int_equal(count, again);
        assert_memory_equal(values, wanted, count * sizeof *values);
        free(values);
        free(wanted);
        level = f->pane->frame->picture->levels[1].tiles[0].pixels;
    }
}

// What was drawn while the frame came in is left out too, soon after it is there.
static void numbers_follow_what_was_drawn_while_loading(void **state)
{
    NEED_DEVICE(f);
    open_half(f, save_image("slow.npy", WIDTH, HEIGHT, 1));
    point(f, 20, 30);
    assert_int_equal(pane_recount_wait_ms(f->pane, clock_now_ns() + 10 * REST_NS), -1);
    stuck_disk_release();
    pump(f);
    assert_int_equal(f->pane->frame->statistics.masked, 2);
    rest(f);
    assert_int_equal(f->pane->frame->statistics.masked, 3);
}

// Counting is given up for whatever comes next, though its file does not answer.
static void counting_holds_nobody_up(void **state)
{
    NEED_DEVICE(f);
    const char *names[] = {save_image("a.npy", WIDTH, HEIGHT, 1), save_image("b.npy", WIDTH, HEIGHT, 2)};
    open_images(f, names, 2);
    pump(f);
    point(f, 20, 30);
    stuck_disk_hold(names[0], 0);
    assert_true(pane_recount(f->pane, clock_now_ns() + REST_NS));
    pane_pump(f->pane, 1, 1);
    go_to(f, 1);
    assert_int_equal(f->pane->frame->statistics.masked, 3);
    assert_int_equal(pane_recount_wait_ms(f->pane, clock_now_ns() + REST_NS), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(drawing_while_a_file_does_not_answer),
        TEST(a_file_that_does_not_answer_is_left),
        TEST(what_was_left_is_taken_when_it_ends),
        TEST(nothing_waits_for_a_disk),
        TEST(edits_are_kept_while_a_file_does_not_answer),
        TEST(edits_are_undone_on_another_frame),
        TEST(a_stroke_goes_on_over_frames),
        TEST(operations_are_told),
        TEST(a_preview_ends_with_its_frame),
        TEST(images_of_two_sizes_have_a_mask_each),
        TEST(an_unlocked_layer_is_the_users),
        TEST(a_layer_is_unlocked_while_a_file_comes_in),
        TEST(numbers_follow_the_mask),
        TEST(levels_follow_the_mask),
        TEST(a_recount_equals_a_reload),
        TEST(numbers_follow_what_was_drawn_while_loading),
        TEST(counting_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
