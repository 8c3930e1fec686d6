// SPDX-License-Identifier: MIT
// The real window: lists of files, frames, drops, masks, and files that are broken or change while they are
// shown.
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 40 };

// A file of that name with nothing but `value`.
static const char *constant_file(const char *name, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    const char *path = temporary_path(name);
    image_save_npy(&image, "|u1", path);
    image_free(&image);
    return path;
}

static void expect_constant(struct session *session, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    session_expect_fit(session, &image);
    image_free(&image);
}

static void write_bytes(const char *path, const char *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(bytes, 1, count, file);
    fclose(file);
}

// --- stepping ---

static void test_keys_step_through_files(void **state)
{
    struct session *session = *state;
    const char *a = constant_file("a.npy", 30), *b = constant_file("b.npy", 60),
               *c = constant_file("c.npy", 90);
    static const struct {
        const char *key;
        double value;
    } steps[] = {{"Right", 60}, {"Next", 90}, {"Left", 60}, {"Prior", 30}, {"End", 90}, {"Home", 30}};
    session_open(session, BARE_OPTIONS, a, b, c, NULL);
    expect_constant(session, 30);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        driven_key(session->window, steps[i].key);
        expect_constant(session, steps[i].value);
    }
    assert_true(driven_wait_title(session->window, "a.npy - Fovea"));
    // Before the first there is nothing: a remark, which the next step takes away.
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "Left");
    session_expect_change(session, &pixels);
    driven_key(session->window, "Right");
    expect_constant(session, 60);
    pixels_free(&pixels);
}

static void test_keys_step_through_pages(void **state)
{
    enum { PAGES = 12 };
    struct session *session = *state;
    struct image pages[PAGES];
    const char *path = temporary_path("pages.tif");
    for (int i = 0; i < PAGES; i++)
        pages[i] = image_constant(WIDTH, HEIGHT, 10 + 20 * i);
    images_save_tiff(pages, PAGES, path);
    session_open(session, BARE_OPTIONS, "--frame", "3", path, constant_file("after.npy", 255), NULL);
    session_expect_fit(session, &pages[3]);
    driven_key(session->window, "Right");
    session_expect_fit(session, &pages[4]);
    driven_key(session->window, "Left");
    driven_key(session->window, "Left");
    session_expect_fit(session, &pages[2]);
    driven_key(session->window, "Home");
    session_expect_fit(session, &pages[0]);
    driven_key(session->window, "ctrl+Next");
    session_expect_fit(session, &pages[10]);
    driven_key(session->window, "Right");
    driven_key(session->window, "Right");
    expect_constant(session, 255);
    driven_key(session->window, "Left");
    session_expect_fit(session, &pages[11]);
    for (int i = 0; i < PAGES; i++)
        image_free(&pages[i]);
}

// Without --range each image gets limits of its own; --range holds for all.
static void test_limits_of_the_next_file(void **state)
{
    struct session *session = *state;
    struct image first = image_constant(WIDTH, HEIGHT, 10), second = image_constant(WIDTH, HEIGHT, 1000);
    for (int i = 0; i < WIDTH * HEIGHT / 2; i++) {
        first.values[i] = 20;
        second.values[i] = 3000;
    }
    const char *a = temporary_path("first.npy"), *b = temporary_path("second.npy");
    image_save_npy(&first, "<u2", a);
    image_save_npy(&second, "<u2", b);
    session_open(session, "--colormap", "gray", "--auto", "minmax", "--command", BARE_COMMANDS, a, b, NULL);
    struct look look = look_fit(&first, WINDOW_WIDTH, WINDOW_HEIGHT);
    look.low = 10;
    look.high = 20;
    session_expect(session, &first, &look, 0);
    driven_key(session->window, "Right");
    look.low = 1000;
    look.high = 3000;
    session_expect(session, &second, &look, 0);
    driven_key(session->window, "shift+k"); // keep
    driven_key(session->window, "Escape");  // and take the remark away
    driven_key(session->window, "Left");
    look.low = 1000;
    session_expect(session, &first, &look, 0);
    image_free(&first);
    image_free(&second);
}

// They hold within what was opened at once; other data have automatic ones.
static void test_limits_set_by_hand(void **state)
{
    struct session *session = *state;
    struct image first = image_constant(WIDTH, HEIGHT, 10), second = image_constant(WIDTH, HEIGHT, 1000);
    for (int i = 0; i < WIDTH * HEIGHT / 2; i++) {
        first.values[i] = 20;
        second.values[i] = 3000;
    }
    char a[512], b[512];
    snprintf(a, sizeof a, "%s", temporary_path("first.npy"));
    snprintf(b, sizeof b, "%s", temporary_path("second.npy"));
    image_save_npy(&first, "<u2", a);
    image_save_npy(&second, "<u2", b);
    struct look look = look_fit(&first, WINDOW_WIDTH, WINDOW_HEIGHT);
    look.low = 0;
    look.high = 4000;
    session_open(session, "--colormap", "gray", "--auto", "minmax", "--command",
                 BARE_COMMANDS "; contrast.limits 0 4000", a, b, NULL);
    session_expect(session, &first, &look, 0);
    driven_key(session->window, "Right");
    session_expect(session, &second, &look, 0);
    const char *const other[] = {a};
    assert_true(driven_drop(session->window, other, 1, WINDOW_WIDTH / 2, WINDOW_HEIGHT / 2));
    look.low = 10;
    look.high = 20;
    session_expect(session, &first, &look, 0);
    image_free(&first);
    image_free(&second);
}

// --- drops ---

static void test_drop_replaces_the_image(void **state)
{
    struct session *session = *state;
    session_open(session, BARE_OPTIONS, constant_file("old.npy", 30), NULL);
    expect_constant(session, 30);
    assert_true(driven_wait_title(session->window, "old.npy - Fovea"));
    struct image image = image_pattern(32, 20);
    const char *chinese = temporary_path("衍射 图像 100%.npy");
    image_save_npy(&image, "|u1", chinese);
    assert_true(driven_drop(session->window, &chinese, 1, 300, 200));
    struct look look = look_fit(&image, WINDOW_WIDTH, WINDOW_HEIGHT);
    session_expect(session, &image, &look, 0);
    assert_true(driven_wait_title(session->window, "衍射 图像 100%.npy - Fovea"));
    image_free(&image);
    const char *two[] = {constant_file("one.npy", 100), constant_file("two.npy", 200)};
    assert_true(driven_drop(session->window, two, 2, 300, 200));
    expect_constant(session, 100);
    driven_key(session->window, "Right");
    expect_constant(session, 200);
    assert_true(driven_wait_title(session->window, "two.npy - Fovea"));
}

// With the panels on, so that their texts in any script are drawn too.
static void test_empty_window_takes_a_drop(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    session_open(session, NULL);
    assert_true(driven_settle(session->window, &pixels));
    assert_true(driven_wait_title(session->window, "Fovea"));
    const char *path = constant_file("Παράθλαση 回折.npy", 77);
    assert_true(driven_drop(session->window, &path, 1, 300, 300));
    session_expect_change(session, &pixels);
    assert_true(driven_wait_title(session->window, "Παράθλαση 回折.npy - Fovea"));
    pixels_free(&pixels);
}

// --- masks ---

static void colour_masked(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    look_gray(look, value, rgb);
    if (x >= 10 || y < 5)
        return;
    rgb[0] = (unsigned char)((rgb[0] + 255) / 2);
    rgb[1] /= 2;
    rgb[2] /= 2;
}

static void test_mask_is_tinted(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(WIDTH, HEIGHT), mask = image_create(WIDTH, HEIGHT);
    for (int y = 5; y < HEIGHT; y++) {
        for (int x = 0; x < 10; x++)
            mask.values[y * WIDTH + x] = 1;
    }
    const char *path = temporary_path("image.npy"), *mask_path = temporary_path("mask.npy");
    image_save_npy(&image, "|u1", path);
    image_save_npy(&mask, "|u1", mask_path);
    session_open(session, BARE_OPTIONS, "--mask", mask_path, "--mask-color", "red", "--mask-opacity", "0.5",
                 path, NULL);
    struct look look = look_fit(&image, WINDOW_WIDTH, WINDOW_HEIGHT), tinted = look;
    tinted.colour = colour_masked;
    session_expect(session, &image, &tinted, 1);
    driven_key(session->window, "shift+m");
    session_expect(session, &image, &look, 0);
    driven_key(session->window, "shift+m");
    session_expect(session, &image, &tinted, 1);
    image_free(&image);
    image_free(&mask);
}

static void test_mask_of_another_shape_is_told(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(WIDTH, HEIGHT), mask = image_create(WIDTH, HEIGHT + 1);
    const char *path = temporary_path("image.npy"), *mask_path = temporary_path("mask.npy");
    struct pixels pixels;
    image_save_npy(&image, "|u1", path);
    image_save_npy(&mask, "|u1", mask_path);
    session_open(session, BARE_OPTIONS, "--mask", mask_path, path, NULL);
    assert_true(driven_wait_title(session->window, "image.npy - Fovea"));
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "Escape"); // the sentence goes, the image is there
    session_expect_change(session, &pixels);
    session_expect_fit(session, &image);
    pixels_free(&pixels);
    image_free(&image);
    image_free(&mask);
}

// --- broken and changing files ---

// Nothing of the image is shown, but a sentence over the empty background.
static void expect_only_a_message(struct session *session)
{
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    session_expect_alive(session);
    int other = 0;
    for (int i = 0; i < pixels.width * pixels.height; i++)
        other += memcmp(pixels.rgb + 3 * (size_t)i, "\x28\x28\x28", 3) != 0;
    pixels_free(&pixels);
    assert_true(other > 500);
    assert_true(other < WINDOW_WIDTH * WINDOW_HEIGHT / 4);
}

static void test_broken_file_is_told(void **state)
{
    struct session *session = *state;
    static const char text[] = "This is no image, whatever its name says.\n";
    const char *broken = temporary_path("broken.tif");
    write_bytes(broken, text, sizeof text);
    session_open(session, BARE_OPTIONS, broken, constant_file("good.npy", 120), NULL);
    assert_true(driven_wait_title(session->window, "broken.tif - Fovea"));
    expect_only_a_message(session);
    driven_key(session->window, "Right");
    expect_constant(session, 120);
    driven_key(session->window, "Left");
    assert_true(driven_wait_title(session->window, "broken.tif - Fovea"));
    expect_only_a_message(session);
    const char *good = constant_file("dropped.npy", 200);
    assert_true(driven_drop(session->window, &good, 1, 300, 200));
    expect_constant(session, 200);
}

// The window but for the memory in use, at the right end of the last line.
static bool same_but_for_memory(const struct pixels *a, const struct pixels *b)
{
    enum { LINE = 20 };
    const size_t row = 3 * (size_t)a->width;
    const int above = a->height - LINE;
    bool same = memcmp(a->rgb, b->rgb, row * (size_t)above) == 0;
    for (int y = above; y < a->height; y++)
        same &= memcmp(a->rgb + row * (size_t)y, b->rgb + row * (size_t)y, row / 2) == 0;
    return same;
}

// With the picture all its numbers go: the window with its panels, histogram, bar and the pixel under the
// mouse looks as if nothing had been shown before. (Limits by hand are no numbers of the picture.)
static void test_broken_file_leaves_no_number(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(WIDTH, HEIGHT);
    struct pixels before, good, after = {0};
    const char *broken = temporary_path("broken.tif"), *path = temporary_path("pattern.npy");
    write_bytes(broken, "no image", 8);
    image_save_npy(&image, "|u1", path);
    session_open(session, "--range", "0:255", broken, path, NULL);
    assert_true(driven_wait_title(session->window, "broken.tif - Fovea"));
    driven_move(session->window, 500, 300);
    assert_true(driven_settle(session->window, &before));
    driven_key(session->window, "Right");
    assert_true(driven_wait_title(session->window, "pattern.npy - Fovea"));
    assert_true(driven_settle(session->window, &good));
    assert_false(same_but_for_memory(&good, &before));
    driven_key(session->window, "Left");
    assert_true(driven_wait_title(session->window, "broken.tif - Fovea"));
    bool same = false;
    for (int tries = 0; tries < 100 && !same; tries++) {
        pixels_free(&after);
        assert_true(driven_settle(session->window, &after));
        same = same_but_for_memory(&after, &before);
    }
    assert_true(same);
    pixels_free(&before);
    pixels_free(&good);
    pixels_free(&after);
    image_free(&image);
}

static void test_missing_file_is_told(void **state)
{
    struct session *session = *state;
    session_open(session, BARE_OPTIONS, temporary_path("missing.fits"), NULL);
    assert_true(driven_wait_title(session->window, "missing.fits - Fovea"));
    expect_only_a_message(session);
}

// Rows that are not there any more are marked, those that are stay as they were.
static void test_file_that_became_shorter(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(WIDTH, HEIGHT);
    const char *path = temporary_path("shrinking.npy");
    struct pixels pixels;
    image_save_npy(&image, "|u1", path);
    session_open(session, BARE_OPTIONS, path, NULL);
    session_expect_fit(session, &image);
    assert_true(driven_settle(session->window, &pixels));
    assert_int_equal(truncate(path, 128 + WIDTH * HEIGHT / 2), 0);
    driven_key(session->window, "F5");
    session_expect_change(session, &pixels);
    session_expect_alive(session);
    driven_key(session->window, "Escape");
    session_expect_change(session, &pixels);
    const size_t half = (size_t)WINDOW_WIDTH * WINDOW_HEIGHT / 2 * 3;
    struct look look = look_fit(&image, WINDOW_WIDTH, WINDOW_HEIGHT);
    struct pixels wanted = pixels_paint(&image, &look, WINDOW_WIDTH, WINDOW_HEIGHT);
    assert_memory_equal(pixels.rgb, wanted.rgb, half);
    pixels_free(&wanted);
    // Whole again, then cut within its header, then gone.
    image_save_npy(&image, "|u1", path);
    driven_key(session->window, "F5");
    session_expect_fit(session, &image);
    assert_int_equal(truncate(path, 20), 0);
    driven_key(session->window, "ctrl+r");
    pixels_free(&pixels);
    assert_true(driven_settle(session->window, &pixels));
    expect_only_a_message(session);
    unlink(path);
    driven_key(session->window, "F5");
    expect_only_a_message(session);
    pixels_free(&pixels);
    image_free(&image);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_keys_step_through_files),
        TEST(test_keys_step_through_pages),
        TEST(test_limits_of_the_next_file),
        TEST(test_limits_set_by_hand),
        TEST(test_drop_replaces_the_image),
        TEST(test_empty_window_takes_a_drop),
        TEST(test_mask_is_tinted),
        TEST(test_mask_of_another_shape_is_told),
        TEST(test_broken_file_is_told),
        TEST(test_missing_file_is_told),
        TEST(test_broken_file_leaves_no_number),
        TEST(test_file_that_became_shorter),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
