// SPDX-License-Identifier: MIT
// Several panes without a window: opening, stepping, links, closing, blinking, and any order of all of it.
#include "session/edit/editors.h"

#include "support/testdata.h"

#include "base/clock.h"

#include "gpu/gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct rect WHOLE = {0, 0, 801, 600};

struct fixture {
    struct headless *headless;
    struct desk *desk;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct error error = {0};
    *state = f;
    if (headless_create(&f->headless, &error))
        return 0;
    f->desk = desk_create(NULL, NULL);
    assert_int_equal(common_attach(&f->desk->common, &error), STATUS_OK);
    desk_lay_out(f->desk, WHOLE, 1);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    desk_destroy(&f->desk);
    headless_destroy(&f->headless);
    free(f);
    return 0;
}

#define NEED_DESK(f)                                                                                         \
    struct fixture *const f = *state;                                                                        \
    if (!(f)->desk)                                                                                          \
    skip()

static void open_in(struct pane *pane, const char *name)
{
    struct error error = {0};
    assert_int_equal(pane_open(pane, &name, 1, false, 0, &error), STATUS_OK);
}

static void load_all(struct desk *desk)
{
    struct error error = {0};
    assert_int_equal(desk_load_all(desk, &error), STATUS_OK);
    desk_seen(desk);
}

// --- where they stand ---

static void test_numbers(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    struct pane *a = f->desk->active;
    assert_int_equal(desk_count(f->desk), 1);
    assert_int_equal(desk_close(f->desk, a, &error), STATUS_USAGE);
    struct pane *b = desk_add(f->desk, a, LAYOUT_SIDE_BY_SIDE, &error);
    struct pane *c = desk_add(f->desk, b, LAYOUT_STACKED, &error);
    assert_int_equal(desk_number(f->desk, a), 1);
    assert_int_equal(desk_number(f->desk, b), 2);
    assert_int_equal(desk_number(f->desk, c), 3);
    assert_ptr_equal(desk_pane(f->desk, 3), c);
    assert_null(desk_pane(f->desk, 4));
    assert_null(desk_pane(f->desk, 0));
    assert_ptr_equal(desk_neighbour(f->desk, -1), c);
    desk_swap(f->desk, a, c);
    assert_int_equal(desk_number(f->desk, c), 1);
    assert_ptr_equal(f->desk->active, a);
    desk_activate(f->desk, b);
    assert_int_equal(desk_close(f->desk, b, &error), STATUS_OK);
    assert_ptr_equal(f->desk->active, a); // the one before
    assert_int_equal(desk_count(f->desk), 2);
}

static void test_places(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    bool head;
    struct pane *a = f->desk->active;
    assert_int_equal(desk_picture(f->desk, a).height, 600 - 24); // below its head
    struct pane *b = desk_add(f->desk, a, LAYOUT_SIDE_BY_SIDE, &error);
    desk_lay_out(f->desk, WHOLE, 1);
    assert_int_equal(desk_picture(f->desk, a).width, 400);
    assert_int_equal(desk_picture(f->desk, b).x, 401);
    assert_int_equal(a->view.camera.viewport_width, 400);
    assert_int_equal(b->view.camera.viewport_height, desk_picture(f->desk, b).height);
    assert_true(desk_picture(f->desk, b).height < 600);
    assert_ptr_equal(desk_pane_at(f->desk, 600, 2, &head), b);
    assert_true(head);
    assert_ptr_equal(desk_pane_at(f->desk, 10, 300, &head), a);
    assert_false(head);
    const int gap = desk_gap_at(f->desk, 400, 300);
    assert_true(gap >= 0);
    desk_move_gap(f->desk, gap, 300.5, 300);
    desk_lay_out(f->desk, WHOLE, 1);
    assert_int_equal(desk_picture(f->desk, a).width, 300);
    desk_move_gap(f->desk, gap, 100, 300); // 240 are the least
    desk_lay_out(f->desk, WHOLE, 1);
    assert_int_equal(desk_picture(f->desk, a).width, 240);
    f->desk->common.workspace.alone = true;
    desk_lay_out(f->desk, WHOLE, 1);
    assert_true(desk_is_shown(f->desk, a));
    assert_false(desk_is_shown(f->desk, b));
    assert_int_equal(desk_picture(f->desk, a).width, 801);
    assert_int_equal(desk_gap_at(f->desk, 400, 300), -1);
}

static void test_grid(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    open_in(f->desk->active, "sim:32x20,type=u16");
    assert_int_equal(desk_grid(f->desk, 2, 2, &error), STATUS_OK);
    assert_int_equal(desk_count(f->desk), 4);
    open_in(desk_pane(f->desk, 4), "sim:16x12,type=u16");
    assert_int_equal(desk_grid(f->desk, 1, 1, &error), STATUS_USAGE);
    assert_string_equal(error.text, "2 images are open, which is more than 1 places");
    assert_int_equal(desk_count(f->desk), 4);
    assert_int_equal(desk_grid(f->desk, 1, 2, &error), STATUS_OK); // the empty ones go
    assert_int_equal(desk_count(f->desk), 2);
    load_all(f->desk);
    assert_int_equal(desk_pane(f->desk, 1)->frame->info.width, 32);
    assert_int_equal(desk_pane(f->desk, 2)->frame->info.width, 16);
    assert_int_equal(desk_grid(f->desk, 5, 4, &error), STATUS_USAGE);
    for (int i = 2; i < LAYOUT_MAX_PANES; i++)
        assert_non_null(desk_add(f->desk, f->desk->active, LAYOUT_STACKED, &error));
    assert_null(desk_add(f->desk, f->desk->active, LAYOUT_STACKED, &error));
}

// --- opening in a window ---

// Names are looked up by a job: until it has answered the pane shows what it showed.
static void test_names_are_looked_up_later(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    struct pane *pane = f->desk->active;
    char *pattern = strdup(temporary_path("none_*.npy"));
    const char *const names[] = {pattern}, *const other[] = {"sim:16x12,type=u16"};
    open_in(pane, "sim:32x20,type=u16");
    load_all(f->desk);
    common_pace(pane->common);
    assert_int_equal(pane_open(pane, names, 1, false, 0, &error), STATUS_OK);
    assert_true(pane_is_loading(pane));
    assert_string_equal(pane_coming_name(pane), pattern);
    assert_string_equal(pane_shown_name(pane), "sim:32x20,type=u16");
    assert_int_equal(desk_settle(f->desk, 20000, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "no file matches this pattern"));
    assert_int_equal(f->desk->common.failed, 1);
    assert_false(pane_is_loading(pane));
    assert_int_equal(pane->frame->info.width, 32);
    // Given up, and given way to another.
    assert_int_equal(pane_open(pane, names, 1, false, 0, &error), STATUS_OK);
    assert_true(pane_cancel(pane));
    assert_false(pane_is_loading(pane));
    assert_int_equal(pane_open(pane, names, 1, false, 0, &error), STATUS_OK);
    assert_int_equal(pane_open(pane, other, 1, false, 0, &error), STATUS_OK);
    load_all(f->desk);
    assert_int_equal(pane->frame->info.width, 16);
    assert_int_equal(f->desk->common.failed, 1);
    free(pattern);
}

// --- links ---

static void two_series(struct fixture *f, struct pane **a, struct pane **b)
{
    struct error error = {0};
    *a = f->desk->active;
    *b = desk_add(f->desk, *a, LAYOUT_SIDE_BY_SIDE, &error);
    open_in(*a, "sim:64x40,type=u16,frames=8");
    open_in(*b, "sim:64x40,type=u16,frames=5,seed=3");
    desk_lay_out(f->desk, WHOLE, 1);
    load_all(f->desk);
}

static void test_linked_views(void **state)
{
    NEED_DESK(f);
    struct pane *a, *b;
    two_series(f, &a, &b);
    camera_set_zoom(&a->view.camera, 5);
    camera_look_at(&a->view.camera, 10, 11);
    assert_false(desk_follow(f->desk));
    assert_true(b->view.camera.fit);
    f->desk->common.workspace.links.view = true;
    assert_true(desk_follow(f->desk));
    assert_false(desk_follow(f->desk));
    assert_true(b->view.camera.zoom == 5 && b->view.camera.center_x == 10 && b->view.camera.center_y == 11);
    desk_activate(f->desk, b); // now the other leads
    camera_set_zoom(&b->view.camera, 2);
    assert_true(desk_follow(f->desk));
    assert_true(a->view.camera.zoom == 2);
}

static void test_linked_contrast(void **state)
{
    NEED_DESK(f);
    struct pane *a, *b;
    two_series(f, &a, &b);
    contrast_set_limits(&a->view.contrast, 3, 17);
    snprintf(a->view.display.colormap, sizeof a->view.display.colormap, "gray");
    f->desk->common.workspace.links.contrast = true;
    assert_true(desk_follow(f->desk));
    assert_true(b->view.contrast.limits.low == 3 && b->view.contrast.limits.high == 17);
    assert_string_equal(b->colormap->name, "gray");
    assert_false(desk_follow(f->desk));
}

static void test_linked_frames(void **state)
{
    NEED_DESK(f);
    struct pane *a, *b;
    struct error error = {0};
    two_series(f, &a, &b);
    f->desk->common.workspace.links.frame = true;
    assert_int_equal(playback_go(a, 3, &error), STATUS_OK);
    load_all(f->desk);
    desk_follow(f->desk);
    load_all(f->desk);
    assert_int_equal(b->position.frame, 3);
    assert_int_equal(playback_go(a, 7, &error), STATUS_OK);
    load_all(f->desk);
    desk_follow(f->desk);
    load_all(f->desk);
    assert_int_equal(b->position.frame, 4); // it has no more
    assert_false(desk_follow(f->desk));
}

// --- together ---

static void test_same_in_two_panes(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    char text[2][48];
    double value[2];
    struct pane *a = f->desk->active;
    open_in(a, "sim:64x40,type=u16,frames=8");
    load_all(f->desk);
    assert_int_equal(playback_go(a, 5, &error), STATUS_OK);
    load_all(f->desk);
    struct pane *b = desk_add(f->desk, a, LAYOUT_STACKED, &error);
    const int64_t textures = gpu_texture_bytes(f->desk->common.gpu);
    pane_open_same(b, a);
    assert_ptr_equal(b->frame, a->frame); // no second copy of its pixels
    load_all(f->desk);
    assert_int_equal(gpu_texture_bytes(f->desk->common.gpu), textures);
    assert_int_equal(b->position.frame, 5);
    assert_true(pane_value(a, 30, 20, text[0], sizeof text[0], &value[0]));
    assert_true(pane_value(b, 30, 20, text[1], sizeof text[1], &value[1]));
    assert_string_equal(text[0], text[1]);
    assert_int_equal(playback_go(b, 1, &error), STATUS_OK);
    load_all(f->desk);
    assert_int_equal(a->position.frame, 5);
    assert_int_equal(desk_close(f->desk, a, &error), STATUS_OK); // the other goes on
    assert_true(pane_value(b, 30, 20, text[1], sizeof text[1], &value[1]));
}

static void run_point(struct editor *editor, double x, double y)
{
    const double numbers[] = {x, y};
    struct error error = {0};
    if (editor_run(editor, "point", numbers, 2, false, &error))
        fail_msg("%s", error.text);
}

static uint8_t seen_at(const struct pane *pane, int64_t x, int64_t y)
{
    return mask_at(pane->frame->mask.seen, x, y) & MASK_BIT(MASK_USER);
}

// What is drawn in one pane is seen in the other, whether they show the same frame or not, and kept once.
static void test_one_mask_in_two_panes(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    struct editors editors = {0};
    struct editor_unsaved unsaved[4];
    struct pane *a = f->desk->active;
    open_in(a, "sim:64x40,type=u16,frames=8");
    load_all(f->desk);
    struct pane *b = desk_add(f->desk, a, LAYOUT_STACKED, &error);
    pane_open_same(b, a);
    editors_follow(&editors, f->desk);
    assert_false(editors_have_unsaved(&editors));
    run_point(editors.active, 3, 4);
    desk_pump(f->desk, 1);
    assert_true(seen_at(a, 3, 4) && seen_at(b, 3, 4));
    assert_int_equal(playback_go(b, 5, &error), STATUS_OK);
    load_all(f->desk);
    assert_ptr_not_equal(a->frame, b->frame);
    assert_true(seen_at(b, 3, 4));
    run_point(editors.active, 7, 8);
    run_point(editors.active, 60, 39);
    assert_false(seen_at(b, 7, 8));
    assert_true(desk_pump(f->desk, 1)); // something is to be drawn
    assert_true(seen_at(b, 7, 8) && seen_at(b, 60, 39));
    assert_int_equal(editors_unsaved(&editors, unsaved, 4), 1);
    desk_activate(f->desk, b);
    editors_follow(&editors, f->desk);
    assert_true(editor_undo(editors.active));
    desk_pump(f->desk, 1);
    assert_false(seen_at(a, 60, 39));
    f->desk->closing = NULL;
    editors_drop(&editors, f->desk, a);
    assert_int_equal(desk_close(f->desk, a, &error), STATUS_OK);
    assert_int_equal(editors_unsaved(&editors, unsaved, 4), 1); // the other has them
    assert_true(seen_at(b, 3, 4));
    editors_finish(&editors);
}

// The largest pixel of a pane's image.
static double find_largest(struct pane *pane, int64_t *x, int64_t *y)
{
    double largest = -1, value;
    char text[48];
    for (int64_t row = 0; row < pane->frame->info.height; row++)
        for (int64_t column = 0; column < pane->frame->info.width; column++)
            if (pane_value(pane, column, row, text, sizeof text, &value) && value > largest) {
                largest = value;
                *x = column;
                *y = row;
            }
    return largest;
}

// Once the user rests, the automatic limits of all panes that show the frame leave out what was masked.
static void test_limits_follow_the_mask_in_two_panes(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    struct editors editors = {0};
    struct pane *a = f->desk->active;
    int64_t x = 0, y = 0;
    a->view.contrast.rule = (struct limits_rule){.method = LIMITS_MINMAX};
    open_in(a, "sim:64x40,type=u16,frames=8");
    load_all(f->desk);
    struct pane *b = desk_add(f->desk, a, LAYOUT_STACKED, &error);
    pane_open_same(b, a);
    b->view.contrast.automatic = a->view.contrast.automatic = true;
    load_all(f->desk);
    const double largest = find_largest(a, &x, &y);
    assert_true(a->view.contrast.limits.high == largest && b->view.contrast.limits.high == largest);
    editors_follow(&editors, f->desk);
    run_point(editors.active, (double)x, (double)y);
    const uint64_t serial = a->frame->serial;
    while (a->frame->serial == serial) { // ends by the test's time limit if that never comes
        desk_tick(f->desk, clock_now_ns() + INT64_C(1000000000));
        desk_pump(f->desk, 1);
    }
    desk_pump(f->desk, 1);
    assert_true(a->view.contrast.limits.high < largest);
    assert_true(b->view.contrast.limits.high == a->view.contrast.limits.high);
    editors_finish(&editors);
}

// Panes whose frames are linked share each frame that one of them loads.
static void test_linked_panes_share_frames(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    struct pane *a = f->desk->active;
    open_in(a, "sim:64x40,type=u16,frames=8");
    load_all(f->desk);
    struct pane *b = desk_add(f->desk, a, LAYOUT_STACKED, &error);
    pane_open_same(b, a);
    f->desk->common.workspace.links.frame = true;
    const int64_t one = picture_bytes(a->frame->picture);
    const int64_t besides = gpu_texture_bytes(f->desk->common.gpu) - one;
    for (int i = 1; i < 8; i++) {
        assert_int_equal(playback_step(a, 1, false, &error), STATUS_OK);
        load_all(f->desk);
        assert_true(desk_follow(f->desk));
        assert_ptr_equal(a->frame, b->frame);
        assert_int_equal(b->position.frame, i);
        assert_false(pane_is_loading(b));
        assert_int_equal(gpu_texture_bytes(f->desk->common.gpu),
                         besides + (int64_t)f->desk->common.frames->count * one);
        desk_seen(f->desk);
    }
    b->view.display.reduce = REDUCE_MAX; // another picture: a load of its own
    assert_int_equal(playback_step(a, -1, false, &error), STATUS_OK);
    load_all(f->desk);
    desk_follow(f->desk);
    load_all(f->desk);
    assert_ptr_not_equal(a->frame, b->frame);
    assert_int_equal(b->position.frame, 6);
}

static void test_slabs_in_one_of_two_panes(void **state)
{
    NEED_DESK(f);
    struct error error = {0};
    char text[48];
    double frames[4], sum, value;
    struct pane *a = f->desk->active;
    open_in(a, "sim:64x40,type=u16,frames=8");
    load_all(f->desk);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(playback_go(a, i, &error), STATUS_OK);
        load_all(f->desk);
        assert_true(pane_value(a, 5, 5, text, sizeof text, &frames[i]));
    }
    struct pane *b = desk_add(f->desk, a, LAYOUT_STACKED, &error);
    pane_open_same(b, a);
    assert_int_equal(playback_slab(b, 0, 4, &error), STATUS_OK);
    load_all(f->desk);
    assert_true(pane_value(b, 5, 5, text, sizeof text, &sum));
    assert_true(sum == frames[0] + frames[1] + frames[2] + frames[3]);
    assert_true(pane_value(a, 5, 5, text, sizeof text, &value));
    assert_true(value == frames[3]); // the other goes on as it was
    assert_int_equal(playback_go(a, 1, &error), STATUS_OK);
    load_all(f->desk);
    assert_true(pane_value(a, 5, 5, text, sizeof text, &value));
    assert_true(value == frames[1]);
    assert_int_equal(playback_slab(b, -1, 0, &error), STATUS_OK);
    load_all(f->desk);
    assert_true(pane_value(b, 5, 5, text, sizeof text, &value));
    assert_true(value == frames[0]);
}

static void test_blink(void **state)
{
    NEED_DESK(f);
    struct pane *a, *b;
    two_series(f, &a, &b);
    desk_blink(f->desk, 1000000000);
    const int64_t start = f->desk->blink_due_ns;
    assert_true(f->desk->common.workspace.alone);
    desk_tick(f->desk, start - 1);
    assert_ptr_equal(f->desk->active, a);
    assert_int_equal(desk_wait_ms(f->desk, start - 250000000), 250);
    assert_true(desk_tick(f->desk, start));
    assert_ptr_equal(f->desk->active, b);
    assert_true(desk_tick(f->desk, start + 1000000000));
    assert_ptr_equal(f->desk->active, a);
    struct error error = {0};
    assert_int_equal(desk_close(f->desk, b, &error), STATUS_OK); // nothing is left to blink with
    assert_int_equal(f->desk->blink_ns, 0);
}

// Abandons loads in all states, and draws what there is.
static void test_any_order(void **state)
{
    NEED_DESK(f);
    static const char *const names[] = {"sim:64x40,type=u16,frames=6", "sim:300x200,type=f32",
                                        "sim:128x64,type=u32,frames=3"};
    struct error error = {0};
    struct target *target = NULL;
    assert_int_equal(target_create(f->desk->common.gpu, TEXTURE_RGBA8, 801, 600, &target, &error), STATUS_OK);
    srand(5);
    int count = 1;
    for (int i = 0; i < 600; i++) {
        struct pane *pane = desk_pane(f->desk, 1 + rand() % count);
        switch (rand() % 10) {
        case 0:
            count += desk_add(f->desk, pane, (enum layout_axis)(rand() % 2), &error) != NULL;
            break;
        case 1:
            count -= desk_close(f->desk, pane, &error) == STATUS_OK;
            break;
        case 2:
            open_in(pane, names[rand() % 3]);
            break;
        case 3:
            playback_step(pane, rand() % 5 - 2, false, &error);
            break;
        case 4:
            desk_activate(f->desk, pane);
            break;
        case 5:
            desk_swap(f->desk, pane, f->desk->active);
            break;
        case 6:
            f->desk->common.workspace.links =
                (struct view_links){rand() % 2, rand() % 2, rand() % 2, rand() % 2};
            break;
        case 8:
            pane_open_same(pane, f->desk->active == pane ? desk_pane(f->desk, 1) : f->desk->active);
            break;
        case 7:
            f->desk->common.workspace.alone = rand() % 2;
            break;
        default:
            pane_cancel(pane);
        }
        assert_int_equal(desk_count(f->desk), count);
        assert_true(desk_number(f->desk, f->desk->active) > 0);
        desk_pump(f->desk, 1);
        desk_lay_out(f->desk, WHOLE, 1);
        desk_follow(f->desk);
        if (i % 10 == 0) {
            target_bind(f->desk->common.gpu, target, 801, 600);
            assert_int_equal(desk_draw(f->desk, target, 801, 600, &error), STATUS_OK);
        }
    }
    load_all(f->desk);
    target_destroy(&target);
}

// The wait is rounded up to whole milliseconds, and there is none once the frame is due.
static void test_playing_waits_until_a_frame_is_due(void **state)
{
    NEED_DESK(f);
    struct pane *pane = f->desk->active;
    open_in(pane, "sim:70x40,frames=5");
    load_all(f->desk);
    assert_int_equal(playback_wait_ms(pane, 0), -1);
    pane->view.play.direction = 1;
    pane->course.due_ns = 1000000000;
    assert_int_equal(playback_wait_ms(pane, 998500000), 2);
    assert_int_equal(playback_wait_ms(pane, 999999999), 1);
    assert_int_equal(playback_wait_ms(pane, 1000000000), 0);
    assert_int_equal(playback_wait_ms(pane, 1000000001), 0);
    assert_int_equal(playback_wait_ms(pane, 1000999999), 0);
    pane->view.play.direction = 0;
}

// A NumPy file of u16, all 7.
static void write_npy(const char *path, int64_t side)
{
    char header[128];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\1\0\x76\0", 10);
    const int used =
        snprintf(header + 10, 100, "{'descr': '<u2', 'fortran_order': False, 'shape': (%lld, %lld)}",
                 (long long)side, (long long)side);
    header[10 + used] = ' ';
    header[127] = '\n';
    fwrite(header, 1, 128, file);
    const uint16_t value = 7;
    for (int64_t i = 0; i < side * side; i++)
        fwrite(&value, sizeof value, 1, file);
    assert_int_equal(fclose(file), 0);
}

static bool misses_tiles(const struct pane *pane)
{
    const struct picture_sight sight = {0, camera_visible(&pane->view.camera)};
    return picture_missing(pane->frame->picture, &sight, 1, &(struct picture_request){0}, 1) > 0;
}

// At its own size, in a window of 400 x 300.
static void look_at(struct pane *pane, double x, double y)
{
    camera_set_viewport(&pane->view.camera, 400, 300);
    camera_set_zoom(&pane->view.camera, 1);
    pane->view.camera.center_x = x;
    pane->view.camera.center_y = y;
}

// A picture over the memory budget whose file is cut while it is shown: its tiles are asked for once, and
// again when the frame was loaded again.
static void test_tiles_that_cannot_be_read_are_given_up(void **state)
{
    NEED_DESK(f);
    struct pane *pane = f->desk->active;
    const char *path = temporary_path("streamed.npy");
    write_npy(path, 2000);
    f->desk->common.frames->memory_limit = 4 << 20;
    open_in(pane, path);
    camera_set_zoom(&pane->view.camera, 0.25);
    load_all(f->desk);
    assert_true(pane->frame->picture->cache_budget > 0);
    assert_int_equal(truncate(path, 128), 0);
    messages_close_all(&f->desk->common.messages);
    camera_set_zoom(&pane->view.camera, 1);
    for (int i = 0; i < 5000 && !messages_fault(&f->desk->common.messages); i++)
        pane_pump(pane, 20, 20);
    assert_non_null(messages_fault(&f->desk->common.messages));
    for (int i = 0; i < 5000 && region_loader_busy(pane->frame->regions); i++)
        pane_pump(pane, 20, 20);
    for (int i = 0; i < 5; i++) {
        messages_close_all(&f->desk->common.messages);
        desk_pump(f->desk, 0);
        assert_false(region_loader_busy(pane->frame->regions));
        assert_null(messages_fault(&f->desk->common.messages));
    }
    write_npy(path, 2000);
    pane_reload(pane);
    load_all(f->desk);
    assert_null(messages_fault(&f->desk->common.messages));
    assert_false(misses_tiles(pane));
}

// Two panes look at different parts of one picture over the memory budget: they share it with its tiles, and
// each has what it looks at.
static void test_tiles_are_shared_by_two_panes(void **state)
{
    NEED_DESK(f);
    struct pane *first = f->desk->active;
    const char *path = temporary_path("shared.npy");
    write_npy(path, 5000);
    f->desk->common.frames->memory_limit = 24 << 20; // the pixels are 50 MB
    open_in(first, path);
    load_all(f->desk);
    const struct picture *picture = first->frame->picture;
    const int64_t budget = picture->cache_budget;
    assert_true(budget > 0);
    struct error error = {0};
    struct pane *second = desk_add(f->desk, first, LAYOUT_SIDE_BY_SIDE, &error);
    pane_open_same(second, first);
    assert_ptr_equal(second->frame, first->frame);
    assert_int_equal(first->frame->holders, 2);
    assert_int_equal(picture->cache_budget, budget);
    load_all(f->desk);
    look_at(first, 300, 300);
    look_at(second, 4700, 4700);
    load_all(f->desk);
    assert_false(misses_tiles(first));
    assert_false(misses_tiles(second));
    assert_ptr_equal(second->frame->picture, picture);
    assert_true(picture->cache_bytes <= budget);
    // One of them goes on to another part; the other keeps its own.
    look_at(first, 4700, 300);
    load_all(f->desk);
    assert_false(misses_tiles(first));
    assert_false(misses_tiles(second));
    // One leaves: what it looked at holds no room any more.
    assert_int_equal(first->frame->sights.count, 2);
    pane_reload(second);
    load_all(f->desk);
    assert_ptr_not_equal(second->frame, first->frame);
    assert_int_equal(first->frame->sights.count, 1);
    assert_false(misses_tiles(first));
    assert_false(misses_tiles(second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        DESK_TEST(test_numbers),
        DESK_TEST(test_places),
        DESK_TEST(test_grid),
        DESK_TEST(test_names_are_looked_up_later),
        DESK_TEST(test_linked_views),
        DESK_TEST(test_linked_contrast),
        DESK_TEST(test_linked_frames),
        DESK_TEST(test_same_in_two_panes),
        DESK_TEST(test_blink),
        DESK_TEST(test_one_mask_in_two_panes),
        DESK_TEST(test_limits_follow_the_mask_in_two_panes),
        DESK_TEST(test_linked_panes_share_frames),
        DESK_TEST(test_slabs_in_one_of_two_panes),
        DESK_TEST(test_playing_waits_until_a_frame_is_due),
        DESK_TEST(test_tiles_that_cannot_be_read_are_given_up),
        DESK_TEST(test_tiles_are_shared_by_two_panes),
        DESK_TEST(test_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
