// SPDX-License-Identifier: MIT
// The real window: exact pixels of what is shown, and what mouse and keys do to it.
#include "support/testdata.h"
#include "support/window_session.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// An image that fits the window at exactly 20 screen pixels per image pixel.
enum { SMALL_WIDTH = 64, SMALL_HEIGHT = 40, SMALL_ZOOM = 20 };

// Opens the small pattern bare; the caller frees the image.
static struct image open_small(struct session *session)
{
    struct image image = image_pattern(SMALL_WIDTH, SMALL_HEIGHT);
    const char *path = temporary_path("small.npy");
    image_save_npy(&image, "|u1", path);
    session_open(session, BARE_OPTIONS, path, NULL);
    // Keys zoom about the mouse: in the middle.
    driven_move(session->window, WINDOW_WIDTH / 2, WINDOW_HEIGHT / 2);
    session_expect_fit(session, &image);
    return image;
}

static struct look small_look(void)
{
    return (struct look){.zoom = SMALL_ZOOM, .center_x = SMALL_WIDTH / 2.0, .center_y = SMALL_HEIGHT / 2.0};
}

// --- what is shown ---

static void test_formats(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(SMALL_WIDTH, SMALL_HEIGHT);
    const char *path = temporary_path("small.tif");
    images_save_tiff(&image, 1, path);
    session_open(session, BARE_OPTIONS, path, NULL);
    session_expect_fit(session, &image);
    path = temporary_path("small.fits");
    image_save_fits(&image, path);
    session_open(session, BARE_OPTIONS, path, NULL);
    // The first row of a FITS image is at the bottom, as everywhere in astronomy, unless the user wants
    // otherwise.
    struct image upside_down = image_mirrored(&image, false);
    session_expect_fit(session, &upside_down);
    session_open(session, BARE_OPTIONS, "--origin", "upper", path, NULL);
    session_expect_fit(session, &image);
    // The same by a command, which holds for what is opened next.
    char another[512], commands[600];
    snprintf(another, sizeof another, "%s", temporary_path("another.fits"));
    image_save_fits(&image, another);
    snprintf(commands, sizeof commands, "view.origin upper; file.open %s", another);
    session_open(session, BARE_OPTIONS, "--command", commands, path, NULL);
    session_expect_fit(session, &image);
    image_free(&upside_down);
    path = temporary_path("small16.npy");
    image_save_npy(&image, "<u2", path);
    session_open(session, BARE_OPTIONS, path, NULL);
    session_expect_fit(session, &image);
    image_free(&image);
}

static void test_actual_size_and_zooms(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    static const struct {
        const char *key;
        double zoom;
    } steps[] = {{"1", 1},      {"2", 2},     {"3", 4},      {"4", 8}, {"5", 32},
                 {"minus", 24}, {"plus", 32}, {"equal", 48}, {"1", 1}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        driven_key(session->window, steps[i].key);
        look.zoom = steps[i].zoom;
        session_expect(session, &image, &look, 0);
    }
    driven_key(session->window, "f");
    session_expect_fit(session, &image);
    image_free(&image);
}

// Below 1:1 the mean of the pixels behind each screen pixel is shown, or their maximum.
static void test_reduced(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(2 * WINDOW_WIDTH, 2 * WINDOW_HEIGHT);
    struct image mean = image_halved(&image, false), max = image_halved(&image, true);
    struct look look = look_fit(&mean, WINDOW_WIDTH, WINDOW_HEIGHT);
    const char *path = temporary_path("large.npy");
    image_save_npy(&image, "<f4", path);
    session_open(session, BARE_OPTIONS, path, NULL);
    session_expect(session, &mean, &look, 1);
    driven_key(session->window, "shift+x");
    session_expect(session, &max, &look, 0);
    driven_key(session->window, "1");
    struct look actual = {1, image.width / 2.0, image.height / 2.0, .low = 0};
    session_expect(session, &image, &actual, 0);
    image_free(&image);
    image_free(&mean);
    image_free(&max);
}

// --- the mouse ---

// Horizontal moves the centre, dragging right brightens; vertical changes the width by 16 over the window's
// height.
static void test_right_drag_changes_contrast(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    const double dx = 96.0 / WINDOW_WIDTH, dy = -120.0 / WINDOW_HEIGHT;
    const double center = 127.5 - dx * 255, half = 127.5 * pow(4, 2 * dy);
    struct look look = small_look();
    look.low = center - half;
    look.high = center + half;
    driven_drag(session->window, 3, 700, 500, 796, 380);
    session_expect(session, &image, &look, 1);
    // A second drag begins where the first one ended.
    driven_drag(session->window, 3, 500, 300, 500 - 128, 300 + 80);
    const double center2 = center + 0.1 * 2 * half, half2 = half * pow(4, 2 * 0.1);
    look.low = center2 - half2;
    look.high = center2 + half2;
    session_expect(session, &image, &look, 1);
    image_free(&image);
}

static void test_wheel_zooms_at_the_cursor(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    // The image point under the pointer, to the middle of its screen pixel's corner as the mouse reports it.
    const double x = 300.0 / SMALL_ZOOM, y = 200.0 / SMALL_ZOOM;
    driven_move(session->window, 300, 200);
    driven_wheel(session->window, -3);
    look.zoom = SMALL_ZOOM / pow(1.25, 3);
    look.center_x = x - (300 - WINDOW_WIDTH / 2) / look.zoom;
    look.center_y = y - (200 - WINDOW_HEIGHT / 2) / look.zoom;
    session_expect(session, &image, &look, 0);
    driven_wheel(session->window, 5);
    look.zoom = SMALL_ZOOM * pow(1.25, 2);
    look.center_x = x - (300 - WINDOW_WIDTH / 2) / look.zoom;
    look.center_y = y - (200 - WINDOW_HEIGHT / 2) / look.zoom;
    session_expect(session, &image, &look, 0);
    image_free(&image);
}

static void test_drags_pan(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    driven_drag(session->window, 2, 400, 300, 500, 240);
    look.center_x -= 100.0 / SMALL_ZOOM;
    look.center_y += 60.0 / SMALL_ZOOM;
    session_expect(session, &image, &look, 0);
    driven_drag(session->window, 1, 600, 600, 540, 620);
    look.center_x += 60.0 / SMALL_ZOOM;
    look.center_y -= 20.0 / SMALL_ZOOM;
    session_expect(session, &image, &look, 0);
    driven_key(session->window, "f");
    session_expect_fit(session, &image);
    image_free(&image);
}

// --- keys ---

static void test_keys_pan(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    static const struct {
        const char *key;
        double dx, dy;
    } steps[] = {
        {"shift+Right", 1, 0},
        {"shift+Down", 0, 1},
        {"shift+Left", -1, 0},
        {"shift+Up", 0, -1},
        {"Down", 0, 10},
        {"Up", 0, -10},
        {"ctrl+Right", 0.9 * WINDOW_WIDTH / 4, 0},
        {"ctrl+Left", -0.9 * WINDOW_WIDTH / 4, 0},
    };
    driven_key(session->window, "3");
    look.zoom = 4;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        driven_key(session->window, steps[i].key);
        look.center_x += steps[i].dx;
        look.center_y += steps[i].dy;
        // A page to the right moves the image out of sight but for 16 screen pixels.
        look.center_x = fmin(look.center_x, SMALL_WIDTH + (WINDOW_WIDTH / 2.0 - 16) / 4);
        session_expect(session, &image, &look, 0);
    }
    image_free(&image);
}

static void colour_log(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    (void)look;
    (void)x;
    (void)y;
    memset(rgb, (int)(255 * log(1 + 1000 * value / 255) / log(1001) + 0.5), 3);
}

static void colour_sqrt(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    (void)look;
    (void)x;
    (void)y;
    memset(rgb, (int)(255 * sqrt(value / 255) + 0.5), 3);
}

static void test_keys_change_scale_and_colours(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look(), log_look = look, sqrt_look = look, reversed = look;
    log_look.colour = colour_log;
    sqrt_look.colour = colour_sqrt;
    reversed.reversed = true;
    driven_key(session->window, "l");
    session_expect(session, &image, &log_look, 1);
    driven_key(session->window, "s"); // log, sqrt in the order of the menu
    session_expect(session, &image, &sqrt_look, 1);
    driven_key(session->window, "shift+s");
    session_expect(session, &image, &log_look, 1);
    driven_key(session->window, "l");
    session_expect(session, &image, &look, 0);
    driven_key(session->window, "i");
    session_expect(session, &image, &reversed, 0);
    driven_key(session->window, "i");
    session_expect(session, &image, &look, 0);
    driven_key(session->window, "c");      // inverse-gray follows gray
    driven_key(session->window, "Escape"); // takes the map's name away
    session_expect(session, &image, &reversed, 0);
    driven_key(session->window, "shift+c");
    driven_key(session->window, "Escape");
    session_expect(session, &image, &look, 0);
    image_free(&image);
}

static void test_keys_turn_and_mirror(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct image right = image_turned_right(&image), half_turn = image_turned_right(&right);
    struct image mirrored = image_mirrored(&right, true), upside_down = image_mirrored(&image, false);
    driven_key(session->window, "bracketright");
    session_expect_fit(session, &right);
    driven_key(session->window, "x");
    session_expect_fit(session, &mirrored);
    driven_key(session->window, "x");
    driven_key(session->window, "bracketright");
    session_expect_fit(session, &half_turn);
    driven_key(session->window, "bracketleft");
    driven_key(session->window, "bracketleft");
    session_expect_fit(session, &image);
    driven_key(session->window, "y");
    session_expect_fit(session, &upside_down);
    driven_key(session->window, "shift+o");
    session_expect_fit(session, &image);
    image_free(&image);
    image_free(&right);
    image_free(&half_turn);
    image_free(&mirrored);
    image_free(&upside_down);
}

// Half of the pixels are 50, half 150: whatever the rule, those are the limits.
static void test_keys_set_limits(void **state)
{
    struct session *session = *state;
    struct image image = image_constant(SMALL_WIDTH, SMALL_HEIGHT, 50);
    struct look look = small_look();
    for (int i = 0; i < SMALL_WIDTH * SMALL_HEIGHT / 2; i++)
        image.values[i] = 150;
    const char *path = temporary_path("halves.npy");
    image_save_npy(&image, "<f4", path);
    session_open(session, BARE_OPTIONS, path, NULL);
    session_expect(session, &image, &look, 0);
    driven_key(session->window, "a");
    look.low = 50;
    look.high = 150;
    session_expect(session, &image, &look, 0);
    image_free(&image);

    // By the pixel under the mouse: at (1, 0) is 3, at (0, 10) 170.
    image = open_small(session);
    driven_move(session->window, SMALL_ZOOM + 5, 5);
    driven_key(session->window, "comma");
    look.low = image.values[1];
    look.high = 255;
    session_expect(session, &image, &look, 1);
    driven_move(session->window, 5, 10 * SMALL_ZOOM + 5);
    driven_key(session->window, "period");
    look.high = image.values[10 * SMALL_WIDTH];
    session_expect(session, &image, &look, 1);
    driven_key(session->window, "shift+a");
    look.low = 0;
    look.high = 255;
    session_expect(session, &image, &look, 0);
    image_free(&image);
}

// The camera moves under a mouse that rests: what is under it then counts.
static void test_limits_by_the_pixel_under_a_resting_mouse(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    driven_key(session->window, "5");
    driven_move(session->window, 5, 5);
    driven_key(session->window, "Down"); // by ten pixels
    look.zoom = 32;
    look.center_y += 10;
    session_expect(session, &image, &look, 0);
    driven_key(session->window, "period");
    const int x = (int)floor(look.center_x + (5.5 - WINDOW_WIDTH / 2.0) / look.zoom);
    const int y = (int)floor(look.center_y + (5.5 - WINDOW_HEIGHT / 2.0) / look.zoom);
    look.high = image.values[y * SMALL_WIDTH + x];
    assert_true(look.high != image.values[0]);
    session_expect(session, &image, &look, 1);
    image_free(&image);
}

static void colour_marked(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    static const unsigned char under[3] = {0, 64, 255}, over[3] = {255, 0, 0};
    (void)x;
    (void)y;
    look_gray(look, value, rgb);
    if (value < look->low)
        memcpy(rgb, under, 3);
    if (value > look->high)
        memcpy(rgb, over, 3);
}

static void test_values_beyond_the_limits_are_marked(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(SMALL_WIDTH, SMALL_HEIGHT);
    struct look look = small_look();
    const char *path = temporary_path("small.npy");
    image_save_npy(&image, "<f4", path);
    session_open(session, "--colormap", "gray", "--range", "100:200", "--command", BARE_COMMANDS, path, NULL);
    look.low = 100;
    look.high = 200;
    session_expect(session, &image, &look, 1);
    driven_key(session->window, "u");
    driven_key(session->window, "o");
    look.colour = colour_marked;
    session_expect(session, &image, &look, 1);
    driven_key(session->window, "u");
    driven_key(session->window, "o");
    look.colour = NULL;
    session_expect(session, &image, &look, 1);
    image_free(&image);
}

// --- panels ---

// A key shows something and, struck again or by `undo`, the picture is exactly as before.
static void check_shown_and_hidden(struct session *session, const struct image *image,
                                   const struct look *look, const char *key, const char *undo)
{
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, key);
    session_expect_change(session, &pixels);
    driven_key(session->window, undo);
    session_expect(session, image, look, 0);
    pixels_free(&pixels);
}

static void test_keys_show_and_hide_panels(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    check_shown_and_hidden(session, &image, &look, "Tab", "Tab");
    check_shown_and_hidden(session, &image, &look, "F1", "F1");
    check_shown_and_hidden(session, &image, &look, "question", "Escape");
    check_shown_and_hidden(session, &image, &look, "ctrl+shift+p", "Escape");
    check_shown_and_hidden(session, &image, &look, "ctrl+o", "Escape");
    driven_key(session->window, "5");
    look.zoom = 32;
    session_expect(session, &image, &look, 0);
    check_shown_and_hidden(session, &image, &look, "v", "v");
    image_free(&image);
}

static void test_palette_runs_commands(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+shift+p");
    session_expect_change(session, &pixels);
    driven_type(session->window, "contrast.limits 40 90");
    session_expect_change(session, &pixels);
    driven_key(session->window, "Return");
    look.low = 40;
    look.high = 90;
    session_expect(session, &image, &look, 1);
    driven_key(session->window, "colon");
    session_expect_change(session, &pixels);
    driven_type(session->window, "flip horiz");
    session_expect_change(session, &pixels);
    driven_key(session->window, "Return");
    struct image mirrored = image_mirrored(&image, true);
    session_expect(session, &mirrored, &look, 1);
    pixels_free(&pixels);
    image_free(&mirrored);
    image_free(&image);
}

// --- the window's size ---

static void test_resize(void **state)
{
    struct session *session = *state;
    struct image image = open_small(session);
    struct look look = small_look();
    driven_resize(session->window, 640, 400);
    session_expect_fit(session, &image);
    driven_resize(session->window, 701, 503);
    session_expect_fit(session, &image);
    driven_move(session->window, 350, 3); // beside the image: keys zoom about the middle
    driven_key(session->window, "4");
    driven_resize(session->window, 900, 600);
    look.zoom = 8; // no longer fitted: zoom and centre stay
    session_expect(session, &image, &look, 0);
    image_free(&image);
}

// The zoom in the toolbar: what is seen there after the window's size has changed is not
// mended by the next repaint.
static void test_zoom_figure_follows_the_window(void **state)
{
    enum { FIGURE = 80, FROM_RIGHT = 190, TOP = 34, LINE = 24, WIDE = 1000, HIGH = 600 };
    struct session *session = *state;
    struct pixels first, resized, later;
    session_open(session, "sim:500x300,type=u16,seed=3", NULL);
    assert_true(driven_settle(session->window, &first));
    driven_resize(session->window, WIDE, HIGH);
    assert_true(driven_wait_change(session->window, &first, &resized));
    // The server shows black until the program has drawn.
    for (int tries = 0; tries < 100 && resized.rgb[0] == 0; tries++) {
        pixels_free(&resized);
        assert_true(driven_settle(session->window, &resized));
    }
    assert_int_equal(resized.width, WIDE);
    assert_int_equal(resized.height, HIGH);
    driven_key(session->window, "Tab");
    assert_true(driven_wait_change(session->window, &resized, &later));
    pixels_free(&later);
    driven_key(session->window, "Tab");
    assert_true(driven_settle(session->window, &later));
    bool other = false;
    for (int y = 0; y < LINE; y++) {
        const size_t at = (size_t)(TOP + y) * WIDE + WIDE - FROM_RIGHT;
        const size_t before = (size_t)(TOP + y) * (size_t)first.width + (size_t)first.width - FROM_RIGHT;
        assert_memory_equal(resized.rgb + 3 * at, later.rgb + 3 * at, (size_t)3 * FIGURE);
        other |= memcmp(resized.rgb + 3 * at, first.rgb + 3 * before, (size_t)3 * FIGURE) != 0;
    }
    assert_true(other); // it is another zoom
    pixels_free(&first);
    pixels_free(&resized);
    pixels_free(&later);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_zoom_figure_follows_the_window, session_teardown),
        TEST(test_formats),
        TEST(test_actual_size_and_zooms),
        TEST(test_reduced),
        TEST(test_right_drag_changes_contrast),
        TEST(test_wheel_zooms_at_the_cursor),
        TEST(test_drags_pan),
        TEST(test_keys_pan),
        TEST(test_keys_change_scale_and_colours),
        TEST(test_keys_turn_and_mirror),
        TEST(test_keys_set_limits),
        TEST(test_limits_by_the_pixel_under_a_resting_mouse),
        TEST(test_values_beyond_the_limits_are_marked),
        TEST(test_keys_show_and_hide_panels),
        TEST(test_palette_runs_commands),
        TEST(test_resize),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
