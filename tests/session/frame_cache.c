// SPDX-License-Identifier: MIT
// Frames that are kept: what is found again without being read, what is not, and what goes when there is no
// more room.
#include "session/edit/editors.h"

#include "base/size.h"

#include "support/npy_bomb.h"
#include "support/stuck_disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 96, HEIGHT = 64, FILES = 8, HANG_SECONDS = 200 };

static const struct rect WHOLE = {0, 0, 800, 600};

struct fixture {
    struct headless *headless;
    struct desk *desk;
    struct pane *pane;          // the first one
    struct frame_cache *frames; // of the desk
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
    desk_lay_out(f->desk, WHOLE, 1);
    f->pane = f->desk->active;
    f->frames = f->desk->common.frames;
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

// --- files ---

// All pixels are `value`, but for the first, which is one more. No two files have the same time.
static void write_file(const char *path, const char *type, double value)
{
    static time_t seconds = 1000000000;
    char head[128];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(head, 1, npy_header(head, type, HEIGHT, WIDTH), file);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        const double sample = value + (i == 0);
        const uint16_t small = (uint16_t)sample;
        if (strcmp(type, "<f8") == 0)
            fwrite(&sample, sizeof sample, 1, file);
        else
            fwrite(&small, sizeof small, 1, file);
    }
    assert_int_equal(fclose(file), 0);
    const struct timespec times[2] = {{++seconds, 0}, {seconds, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static const char *file_name(int number)
{
    char name[32];
    snprintf(name, sizeof name, "kept_%d.npy", number);
    return temporary_path(name);
}

static double value_of(int number)
{
    return 100 + 7 * number;
}

static void load_all(struct fixture *f)
{
    struct error error = {0};
    if (desk_load_all(f->desk, &error))
        fail_msg("%s", error.text);
    desk_seen(f->desk);
}

static void open_names(struct fixture *f, struct pane *pane, const char *const *names, size_t count)
{
    struct error error = {0};
    if (pane_open(pane, names, count, false, 0, &error))
        fail_msg("%s", error.text);
    load_all(f);
}

static void open_files(struct fixture *f, const char *type)
{
    char paths[FILES][300];
    const char *names[FILES];
    for (int i = 0; i < FILES; i++) {
        snprintf(paths[i], sizeof paths[i], "%s", file_name(i));
        names[i] = paths[i];
        write_file(paths[i], type, value_of(i));
    }
    open_names(f, f->pane, names, FILES);
}

static void go_to(struct fixture *f, struct pane *pane, int item)
{
    pane_go(pane, (struct source_position){(size_t)item, 0});
    load_all(f);
}

static void expect_shown(struct pane *pane, double wanted)
{
    char text[48];
    double value = -1;
    assert_true(pane_value(pane, 5, 6, text, sizeof text, &value));
    if (value != wanted || text[0] == '~')
        fail_msg("%s (%g) instead of %g", text, value, wanted);
}

static bool is_found(const struct fixture *f, int item)
{
    const struct frame_key key = {
        .document = f->pane->document, .position = {(size_t)item, 0}, .reduce = f->pane->view.display.reduce};
    return frame_cache_find(f->frames, &key) != NULL;
}

// --- what is found again ---

// A file that was shown does not answer any more: going back to it needs no read.
static void stepping_back_reads_nothing(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    f->pane->view.contrast.follow = true;
    go_to(f, f->pane, 1);
    go_to(f, f->pane, 2);
    stuck_disk_hold(file_name(1), 0);
    go_to(f, f->pane, 1);
    expect_shown(f->pane, value_of(1));
    assert_int_equal(f->pane->load.status, STATUS_OK);
    assert_true(f->pane->view.contrast.limits.low == value_of(1)); // they follow, as is wanted
    assert_string_equal(pane_shown_name(f->pane), file_name(1));
}

static struct pane *second_pane(struct fixture *f)
{
    struct error error = {0};
    struct pane *other = desk_add(f->desk, f->pane, LAYOUT_STACKED, &error);
    assert_non_null(other);
    desk_lay_out(f->desk, WHOLE, 1);
    pane_open_same(other, f->pane);
    load_all(f);
    return other;
}

// What one pane showed, and what it shows, the other has without reading it.
static void panes_find_each_others_frames(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    struct pane *other = second_pane(f);
    go_to(f, f->pane, 1);
    go_to(f, f->pane, 2);
    stuck_disk_hold(file_name(1), 0);
    go_to(f, other, 1);
    expect_shown(other, value_of(1));
    stuck_disk_release();
    stuck_disk_hold(file_name(2), 0);
    go_to(f, other, 2);
    assert_ptr_equal(other->frame, f->pane->frame);
    stuck_disk_release();
    go_to(f, f->pane, 3); // the other goes on as it is
    expect_shown(other, value_of(2));
    expect_shown(f->pane, value_of(3));
}

// Values that the textures hold rounded are asked of a file that was closed meanwhile.
static void exact_values_of_a_kept_frame(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<f8");
    struct inquiry_header header;
    go_to(f, f->pane, 1);
    go_to(f, f->pane, 0);
    expect_shown(f->pane, value_of(0));
    inquiry_header(f->pane->frame->inquiry, &header);
    inquiry_wait(f->pane->frame->inquiry, NULL);
    assert_true(inquiry_header(f->pane->frame->inquiry, &header));
    assert_true(header.text[0] != 0);
}

static void frames_of_one_file(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    double values[4], value;
    char text[48];
    open_names(f, f->pane, (const char *const[]){"sim:64x40,type=u16,frames=8"}, 1);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(playback_go(f->pane, i, &error), STATUS_OK);
        load_all(f);
        assert_true(pane_value(f->pane, 5, 6, text, sizeof text, &values[i]));
    }
    const size_t frames = f->frames->count;
    const uint64_t made = f->frames->made;
    for (int i = 0; i < 12; i++) {
        assert_int_equal(playback_go(f->pane, i * 5 % 4, &error), STATUS_OK);
        load_all(f);
        assert_true(pane_value(f->pane, 5, 6, text, sizeof text, &value));
        assert_true(value == values[i * 5 % 4]);
    }
    assert_int_equal(f->frames->count, frames);
    assert_int_equal(f->frames->made, made);
}

// --- what is not ---

static void a_changed_file_is_read_again(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    go_to(f, f->pane, 1);
    write_file(file_name(0), "<u2", 4000);
    assert_true(is_found(f, 0));
    go_to(f, f->pane, 0);
    expect_shown(f->pane, 4000);
    go_to(f, f->pane, 1);
    unlink(file_name(0));
    struct error error = {0};
    pane_go(f->pane, (struct source_position){0, 0});
    assert_int_equal(desk_load_all(f->desk, &error), STATUS_IO);
    assert_null(f->pane->frame->picture);
    assert_false(is_found(f, 0));
    go_to(f, f->pane, 1);
    expect_shown(f->pane, value_of(1));
}

static void a_reload_reads_everything_again(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    go_to(f, f->pane, 1);
    assert_true(is_found(f, 0) && is_found(f, 1));
    pane_reload(f->pane);
    assert_false(is_found(f, 0) || is_found(f, 1));
    load_all(f);
    assert_true(is_found(f, 1));
}

static void another_mask(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    struct editors editors = {0};
    const double first[] = {0, 0};
    open_files(f, "<u2");
    go_to(f, f->pane, 1);
    editors_follow(&editors, f->desk);
    assert_true(f->pane->frame->statistics.max == value_of(1) + 1);
    assert_int_equal(editor_run(editors.active, "point", first, 2, false, &error), STATUS_OK);
    assert_false(is_found(f, 0));
    go_to(f, f->pane, 0); // read again, without the pixel that is masked now
    assert_true(f->pane->frame->statistics.max == value_of(0));
    assert_true(editor_undo(editors.active));
    go_to(f, f->pane, 1);
    assert_true(f->pane->frame->statistics.max == value_of(1) + 1);
    editors_finish(&editors);
}

static void another_reduction(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    go_to(f, f->pane, 1);
    f->pane->view.display.reduce = REDUCE_MAX;
    assert_false(is_found(f, 0) || is_found(f, 1));
    f->pane->view.display.reduce = REDUCE_MEAN;
    f->pane->view.display.classes = (struct class_choice){.has_saturation = true, .saturation = 50};
    go_to(f, f->pane, 0);
    assert_int_equal(mask_at(f->pane->frame->mask.seen, 5, 6), MASK_BIT(MASK_SATURATED));
}

static void a_step_to_a_kept_frame_is_given_up(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    go_to(f, f->pane, 1);
    for (int i = 0; i < 40; i++) {
        pane_go(f->pane, (struct source_position){(size_t)(i % 2), 0});
        for (int k = 0; k < i % 4; k++)
            pane_pump(f->pane, 0, 1);
        pane_cancel(f->pane);
        assert_null(f->pane->load.kept);
    }
    go_to(f, f->pane, 0);
    expect_shown(f->pane, value_of(0));
    go_to(f, f->pane, 1);
    expect_shown(f->pane, value_of(1));
}

static void a_closed_document_is_forgotten(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    go_to(f, f->pane, 1);
    go_to(f, f->pane, 2);
    assert_true(frame_cache_kept(f->frames) > 0);
    open_names(f, f->pane, (const char *const[]){"sim:32x20,type=u16"}, 1);
    assert_int_equal(frame_cache_kept(f->frames), 0);
    assert_int_equal(f->frames->count, 1);
}

// --- room ---

// With room for three, the three that were shown last are there.
static void the_oldest_goes_first(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    const int64_t shown = picture_stored_bytes(f->pane->frame->picture);
    f->frames->memory_limit = 3 * frame_memory(f->pane->frame) + 3 * shown;
    for (int i = 1; i < 6; i++)
        go_to(f, f->pane, i);
    for (int i = 0; i < 6; i++)
        assert_int_equal(is_found(f, i), i >= 2);
    go_to(f, f->pane, 2); // now 3 has been away for longest
    go_to(f, f->pane, 6);
    for (int i = 0; i < 7; i++)
        assert_int_equal(is_found(f, i), i == 2 || i >= 4);
    f->frames->memory_limit = 3 * shown;
    go_to(f, f->pane, 7);
    assert_int_equal(f->frames->count, 1); // as before there was anything to be kept
}

// While a series is played that is too long to be kept, as much of it as there is room for stays, instead of
// what was shown last: when it begins anew that needs no read.
static void playing_keeps_the_beginning(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    const int64_t shown = picture_stored_bytes(f->pane->frame->picture);
    f->frames->memory_limit = 3 * frame_memory(f->pane->frame) + 3 * shown;
    f->pane->view.play = (struct view_play){.direction = 1, .rate = PLAY_MAX_RATE, .loop = PLAY_AGAIN};
    for (int i = 1; i < 8; i++)
        go_to(f, f->pane, i);
    for (int i = 0; i < 7; i++)
        assert_int_equal(is_found(f, i), i < 3);
    assert_int_equal(f->frames->made, 4); // one for all others
    for (int i = 0; i < 3; i++)
        go_to(f, f->pane, i);
    assert_int_equal(f->frames->made, 4);
    assert_int_equal(f->frames->count, 3);
}

// Textures of frames that go are those of frames that come.
static void textures_are_used_again(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    open_names(f, f->pane, (const char *const[]){"sim:64x40,type=u16,frames=60"}, 1);
    const int64_t shown = picture_stored_bytes(f->pane->frame->picture);
    f->frames->memory_limit = 5 * frame_memory(f->pane->frame) + 3 * shown;
    int64_t textures = 0;
    for (int i = 1; i < 60; i++) {
        assert_int_equal(playback_step(f->pane, 1, false, &error), STATUS_OK);
        load_all(f);
        if (i == 8)
            textures = gpu_texture_bytes(f->desk->common.gpu);
        assert_true(i < 8 || gpu_texture_bytes(f->desk->common.gpu) == textures);
    }
    assert_int_equal(f->frames->count, 6);
}

static int64_t bytes_of_pictures(const struct fixture *f)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < f->frames->count; i++)
        bytes += f->frames->frames[i]->picture ? picture_bytes(f->frames->frames[i]->picture) : 0;
    return bytes;
}

// Images that do not fit into the memory together are shown all the same, in parts where they must: nothing
// is taken beyond it but the least that is needed for each.
static void four_large_images_share_the_memory(void **state)
{
    NEED_DEVICE(f);
    static const char *const names[] = {"sim:2400x2000,type=u16", "sim:2400x2000,type=u16,seed=2",
                                        "sim:2400x2000,type=u16,seed=3", "sim:2400x2000,type=u16,seed=4"};
    struct error error = {0};
    const int64_t limit = f->frames->memory_limit = 32000000; // each needs 16, and 6 for its mask
    assert_int_equal(desk_grid(f->desk, 2, 2, &error), STATUS_OK);
    desk_lay_out(f->desk, WHOLE, 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pane_open(desk_pane(f->desk, i + 1), &names[i], 1, false, 0, &error), STATUS_OK);
    load_all(f);
    int whole = 0;
    for (int i = 0; i < 4; i++)
        whole += desk_pane(f->desk, i + 1)->frame->picture->cache_budget == 0;
    assert_in_range(whole, 0, 1);
    const int64_t most = limit + 2 * limit / 8;
    assert_true(bytes_of_pictures(f) <= most);
    for (int i = 0; i < 4; i++) {
        struct pane *pane = desk_pane(f->desk, i + 1);
        camera_set_zoom(&pane->view.camera, 1);
        camera_look_at(&pane->view.camera, 1000, 900);
        load_all(f);
        assert_true(picture_read(pane->frame->picture, (struct rect){1000, 900, 2, 2}, (uint16_t[4]){0}));
        assert_true(bytes_of_pictures(f) <= most);
    }
}

// --- frames that are read ahead ---

static struct frame *coming_of(const struct fixture *f, const struct pane *pane)
{
    return frame_cache_coming_of(f->frames, pane);
}

static struct pane *add_same(struct fixture *f)
{
    struct error error = {0};
    struct pane *pane = desk_add(f->desk, f->pane, LAYOUT_STACKED, &error);
    assert_non_null(pane);
    pane_open_same(pane, f->pane);
    load_all(f);
    return pane;
}

// Of panes that show the same frame one reads the next ahead, and the first that steps there has it.
static void a_frame_is_read_ahead_for_all_panes(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    f->pane->read_ahead = true;
    struct pane *other = add_same(f);
    assert_true(other->read_ahead);
    desk_tick(f->desk, 0);
    assert_non_null(coming_of(f, f->pane));
    assert_null(coming_of(f, other));
    assert_true(is_found(f, 1));
    const struct loader *loader = coming_of(f, f->pane)->coming.loader;
    pane_go(other, (struct source_position){1, 0});
    assert_ptr_equal(other->load.loader, loader);
    assert_null(coming_of(f, f->pane));
    load_all(f);
    expect_shown(other, value_of(1));
    expect_shown(f->pane, value_of(0));
    desk_tick(f->desk, 0); // what the other shows need not be read, but what it will show next
    assert_null(coming_of(f, f->pane));
    assert_int_equal(coming_of(f, other)->key.position.item, 2);
    go_to(f, f->pane, 1);
    assert_ptr_equal(f->pane->frame, other->frame);
}

// Of a frame that is loaded in one pane nothing is read ahead in another.
static void what_is_being_loaded_is_not_read_ahead(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    struct pane *other = add_same(f);
    f->pane->read_ahead = true;
    pane_go(other, (struct source_position){1, 0});
    while (!other->load.known)
        pane_pump(other, 10, 0);
    pane_read_ahead(f->pane);
    assert_null(coming_of(f, f->pane));
    load_all(f);
}

static void reading_ahead_is_within_the_budget(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    f->pane->read_ahead = true;
    const int64_t shown = frame_memory(f->pane->frame), cost = WIDTH * HEIGHT * 5 + (1 << 20);
    f->frames->memory_limit = shown + cost - 1;
    assert_int_equal(frame_cache_ahead(f->frames), cost - 1);
    pane_read_ahead(f->pane);
    assert_null(coming_of(f, f->pane));
    f->frames->memory_limit = shown + cost;
    pane_read_ahead(f->pane);
    assert_int_equal(coming_of(f, f->pane)->coming.bytes, cost);
    assert_true(frame_cache_ahead(f->frames) <= 0);
    assert_int_equal(frame_cache_kept(f->frames), 0); // it is no kept frame, and nothing pushes it out
    frame_cache_settle(f->frames);
    assert_non_null(coming_of(f, f->pane));
}

// What is read ahead goes with whatever makes it useless.
static void what_was_read_ahead_is_given_up(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    f->pane->read_ahead = true;
    pane_read_ahead(f->pane);
    assert_true(is_found(f, 1));
    go_to(f, f->pane, 3);
    assert_false(is_found(f, 1));
    pane_read_ahead(f->pane);
    assert_true(is_found(f, 4));
    pane_mask_changed(f->pane, (struct rect){0, 0, 1, 1});
    assert_false(is_found(f, 4));
    pane_read_ahead(f->pane);
    assert_true(is_found(f, 4));
    pane_reload(f->pane);
    assert_false(is_found(f, 4));
    load_all(f);
    pane_read_ahead(f->pane);
    open_names(f, f->pane, (const char *const[]){"sim:32x20,type=u16"}, 1);
    assert_null(coming_of(f, f->pane));
    assert_int_equal(f->frames->count, 1);
}

// Panes that step together, where nothing can be kept, use two pictures in turn; apart again there is one for
// each.
static void linked_panes_use_two_pictures_in_turn(void **state)
{
    NEED_DEVICE(f);
    open_files(f, "<u2");
    struct pane *other = add_same(f);
    const int64_t one = picture_bytes(f->pane->frame->picture);
    const int64_t besides = gpu_texture_bytes(f->desk->common.gpu) - one;
    const struct picture *pictures[FILES];
    f->frames->memory_limit = 3 * one;
    assert_int_equal(frame_cache_most(f->frames), 0);
    f->desk->common.workspace.links.frame = true;
    for (int i = 1; i < FILES; i++) {
        go_to(f, f->pane, i);
        pictures[i] = f->pane->frame->picture;
        assert_true(desk_follow(f->desk));
        assert_ptr_equal(other->frame, f->pane->frame);
        expect_shown(other, value_of(i));
        assert_true(i < 3 || pictures[i] == pictures[i - 2]);
        assert_int_equal(gpu_texture_bytes(f->desk->common.gpu), besides + 2 * one);
    }
    f->desk->common.workspace.links.frame = false;
    go_to(f, f->pane, 0);
    assert_null(f->frames->spare);
    go_to(f, other, 1);
    assert_int_equal(gpu_texture_bytes(f->desk->common.gpu), besides + 2 * one);
    expect_shown(f->pane, value_of(0));
    expect_shown(other, value_of(1));
}

// --- against a model ---

enum { PLACES = 3, KEYS = 12, STEPS = 4000 };

// What is known of a frame outside: the cache's answers are compared with it.
struct model {
    struct fixture *f;
    struct mask_book *book;
    struct mask_sheet *sheet;
    struct frame *shown[PLACES];
    int key[PLACES];       // -1: an empty frame
    uint64_t let_go[KEYS]; // when the frame of a key was shown last, by `now`; 0: it is not there
    uint64_t serial[KEYS]; // of the sheet that its numbers leave out
    uint64_t now;
};

static const struct document *model_document(int key)
{
    static const char documents[2]; // nobody looks at them
    return (const struct document *)(const void *)&documents[key % 2];
}

static struct frame_key model_key(int key)
{
    return (struct frame_key){.document = model_document(key), .position = {(size_t)key, key / 3}};
}

static bool is_shown(const struct model *model, int key)
{
    for (int i = 0; i < PLACES; i++) {
        if (model->key[i] == key)
            return true;
    }
    return false;
}

// Fills the frame as a load does.
static void fill(struct model *model, int place, int key)
{
    struct frame *frame = model->shown[place];
    const struct frame_info info = {
        .width = 64 << key % 3, .height = 300, .type = SAMPLE_U16, .chunk_width = 64, .chunk_height = 1};
    struct error error = {0};
    if (!frame->picture || !picture_fits(frame->picture, &info)) {
        picture_destroy(&frame->picture);
        const int64_t cost = picture_cost(&info, false);
        const int64_t room = frame_cache_room(model->f->frames, frame, cost);
        assert_int_equal(
            picture_create(model->f->desk->common.gpu, &info, int64_max(room, cost), &frame->picture, &error),
            STATUS_OK);
        frame_cache_settle(model->f->frames);
    }
    frame->info = info;
    frame->key = model_key(key);
    frame->whole = true;
    frame->mask.counted = model->serial[key] = model->sheet->serial;
}

static void model_let_go(struct model *model, int key)
{
    if (key >= 0 && !is_shown(model, key))
        model->let_go[key] = ++model->now;
}

// Shows a frame: one that is there, or one that is loaded.
static void show(struct model *model, int place, int key)
{
    struct frame_cache *frames = model->f->frames;
    const struct frame_key wanted = model_key(key);
    struct frame *found = frame_cache_find(frames, &wanted);
    const int before = model->key[place];
    if (found) {
        assert_true(model->serial[key] == model->sheet->serial);
        assert_true(model->let_go[key] > 0 || is_shown(model, key));
        frame_share(found);
        frame_cache_release(frames, &model->shown[place]);
        model->shown[place] = found;
    } else {
        const struct frame_info info = {.width = 64 << key % 3, .height = 300, .type = SAMPLE_U16};
        frame_cache_turn(frames, &model->shown[place], &info);
        if (!model->shown[place]->mask.sheet)
            mask_sheet_open(model->shown[place]->mask.sheet = model->sheet);
        fill(model, place, key);
    }
    model->key[place] = key;
    model_let_go(model, before);
}

// Frames of a document are found no more, though some of them are shown.
static void forget_in_model(struct model *model, int which)
{
    for (int key = 0; key < KEYS; key++) {
        if (key % 2 == which)
            model->let_go[key] = 0;
    }
    for (int i = 0; i < PLACES; i++) {
        if (model->key[i] >= 0 && model->key[i] % 2 == which)
            model->key[i] = -1;
    }
}

static void forget(struct model *model, int which)
{
    frame_cache_forget(model->f->frames, model_document(which));
    forget_in_model(model, which);
}

static void change_mask(struct model *model)
{
    mask_sheet_changed(model->sheet, (struct rect){0, 0, 1, 1});
    forget_in_model(model, 0);
    forget_in_model(model, 1);
}

// Nothing is kept beyond what may be, nothing shown has gone, and of frames of one size those that were let
// go of later are there if an older one is.
static void check(const struct model *model)
{
    const struct frame_cache *frames = model->f->frames;
    assert_true(frame_cache_kept(frames) <= frame_cache_most(frames));
    for (int i = 0; i < PLACES; i++) {
        size_t at = 0;
        while (at < frames->count && frames->frames[at] != model->shown[i])
            at++;
        assert_true(at < frames->count);
        assert_true(frames->frames[at]->holders > 0);
    }
    for (int a = 0; a < KEYS; a++) {
        const struct frame_key key = model_key(a);
        const bool found = frame_cache_find(frames, &key) != NULL;
        const bool current = model->serial[a] == model->sheet->serial;
        assert_true(!found || (current && (is_shown(model, a) || model->let_go[a] > 0)));
        assert_true(found || !current || !is_shown(model, a));
        for (int b = 0; found && !is_shown(model, a) && b < KEYS; b++) {
            const struct frame_key later = model_key(b);
            if (model->let_go[b] > model->let_go[a] && model->serial[b] == model->sheet->serial &&
                a % 3 == b % 3)
                assert_non_null(frame_cache_find(frames, &later));
        }
    }
}

static void any_order(void **state)
{
    NEED_DEVICE(f);
    struct error error = {0};
    struct model model = {.f = f, .book = mask_book_create()};
    assert_int_equal(mask_book_sheet(model.book, 64, 64, &model.sheet, &error), STATUS_OK);
    mask_sheet_open(model.sheet);
    for (int i = 0; i < PLACES; i++) {
        model.shown[i] = frame_cache_new(f->frames);
        model.key[i] = -1;
    }
    f->frames->memory_limit = 9000000;
    srand(11);
    for (int i = 0; i < STEPS; i++) {
        const int what = rand() % 100;
        if (what < 95)
            show(&model, rand() % PLACES, rand() % KEYS);
        else if (what < 97)
            forget(&model, rand() % 2);
        else if (what < 98)
            change_mask(&model);
        else
            f->frames->memory_limit = 4000000 + rand() % 8000000;
        frame_cache_settle(f->frames);
        check(&model);
    }
    for (int i = 0; i < PLACES; i++)
        frame_cache_release(f->frames, &model.shown[i]);
    forget(&model, 0);
    forget(&model, 1);
    assert_int_equal(f->frames->count, 1); // that of the desk's pane
    mask_sheet_close(&model.sheet);
    mask_book_destroy(&model.book);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stepping_back_reads_nothing),
        TEST(panes_find_each_others_frames),
        TEST(exact_values_of_a_kept_frame),
        TEST(frames_of_one_file),
        TEST(a_changed_file_is_read_again),
        TEST(a_reload_reads_everything_again),
        TEST(another_mask),
        TEST(another_reduction),
        TEST(a_step_to_a_kept_frame_is_given_up),
        TEST(a_closed_document_is_forgotten),
        TEST(the_oldest_goes_first),
        TEST(playing_keeps_the_beginning),
        TEST(textures_are_used_again),
        TEST(four_large_images_share_the_memory),
        TEST(a_frame_is_read_ahead_for_all_panes),
        TEST(what_is_being_loaded_is_not_read_ahead),
        TEST(reading_ahead_is_within_the_budget),
        TEST(what_was_read_ahead_is_given_up),
        TEST(linked_panes_use_two_pictures_in_turn),
        TEST(any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
