// SPDX-License-Identifier: MIT
// Ways to commands in the real window: the palette, fields, keys that go by the mouse, steps beyond a file.
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// An image that fits the window at exactly 20 screen pixels per image pixel.
enum { WIDTH = 64, HEIGHT = 40, ZOOM = 20 };

static struct look look_whole(void)
{
    return (struct look){.zoom = ZOOM, .center_x = WIDTH / 2.0, .center_y = HEIGHT / 2.0};
}

static struct image open_pattern(struct session *session)
{
    struct image image = image_pattern(WIDTH, HEIGHT);
    const char *path = temporary_path("pattern.npy");
    image_save_npy(&image, "|u1", path);
    session_open(session, BARE_OPTIONS, path, NULL);
    session_expect_fit(session, &image);
    return image;
}

// Opens the palette and waits until it is shown.
static void open_palette(struct session *session)
{
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+shift+p");
    session_expect_change(session, &pixels);
    pixels_free(&pixels);
}

// --- the palette ---

// Words in any order, of which one is another word for it.
static void test_words_find_a_command(void **state)
{
    struct session *session = *state;
    struct image image = open_pattern(session);
    struct look look = look_whole();
    open_palette(session);
    driven_type(session->window, "horiz mirr");
    driven_key(session->window, "Return");
    struct image mirrored = image_mirrored(&image, true);
    session_expect(session, &mirrored, &look, 1);
    // The one used last is the first where nothing is typed.
    open_palette(session);
    driven_key(session->window, "Return");
    session_expect(session, &image, &look, 1);
    image_free(&mirrored);
    image_free(&image);
}

// Tab goes on from a command to its arguments, and completes a choice.
static void test_tab_goes_on_to_arguments(void **state)
{
    struct session *session = *state;
    struct image image = open_pattern(session);
    struct look look = look_whole();
    open_palette(session);
    driven_type(session->window, "both limits");
    driven_key(session->window, "Tab");
    driven_type(session->window, "40 90");
    driven_key(session->window, "Return");
    look.low = 40;
    look.high = 90;
    session_expect(session, &image, &look, 1);
    open_palette(session);
    driven_type(session->window, "view.flip");
    driven_key(session->window,
               "Down"); // the second of "horizontal" and "vertical" is the command's other entry
    driven_key(session->window, "Return");
    struct image mirrored = image_mirrored(&image, false);
    session_expect(session, &mirrored, &look, 1);
    open_palette(session);
    driven_type(session->window, "view.flip v");
    driven_key(session->window, "Tab");
    driven_key(session->window, "Return");
    session_expect(session, &image, &look, 1);
    // A command that cannot run yet goes on by Enter too.
    open_palette(session);
    driven_type(session->window, "both limits");
    driven_key(session->window, "Return");
    driven_type(session->window, "0 255");
    driven_key(session->window, "Return");
    look.low = look.high = 0;
    session_expect(session, &image, &look, 1);
    image_free(&mirrored);
    image_free(&image);
}

// A click beside the palette closes it, and does nothing else.
static void test_a_click_beside_closes_the_palette(void **state)
{
    struct session *session = *state;
    struct image image = open_pattern(session);
    const struct look look = look_whole();
    open_palette(session);
    driven_drag(session->window, 1, 100, 700, 160, 740);
    session_expect(session, &image, &look, 0);
    image_free(&image);
}

// --- fields ---

static void test_ctrl_a_selects_all(void **state)
{
    struct session *session = *state;
    struct image image = open_pattern(session);
    struct look look = look_whole();
    open_palette(session);
    driven_type(session->window, "something else");
    driven_key(session->window, "ctrl+a");
    driven_type(session->window, "contrast.limits 40 90");
    driven_key(session->window, "Return");
    look.low = 40;
    look.high = 90;
    session_expect(session, &image, &look, 1);
    // In the dialog for files.
    struct pixels pixels;
    const char *other = temporary_path("other.npy");
    image_save_npy(&image, "|u1", other);
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+o");
    session_expect_change(session, &pixels);
    driven_type(session->window, "nothing/of/that");
    driven_key(session->window, "ctrl+a");
    driven_type(session->window, other);
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "other.npy - Fovea"));
    pixels_free(&pixels);
    image_free(&image);
}

// The dialog that saves begins in the folder of the image, with a name that is typed over up to its ending.
static void test_a_name_to_save_keeps_its_ending(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    struct stat status;
    char saved[512];
    struct image image = open_pattern(session);
    snprintf(saved, sizeof saved, "%s", temporary_path("typed_over.npy"));
    remove(saved);
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+shift+s");
    session_expect_change(session, &pixels);
    driven_type(session->window, "typed_over");
    driven_key(session->window, "Return");
    for (int tries = 0; stat(saved, &status) != 0; tries++) {
        if (tries == DRIVER_DEADLINE_MS / 20)
            fail_msg("%s is not there", saved);
        usleep(20000);
    }
    assert_true(status.st_size >= WIDTH * HEIGHT);
    pixels_free(&pixels);
    image_free(&image);
}

// --- keys that go by the mouse ---

static void test_zoom_by_keys_goes_about_the_mouse(void **state)
{
    struct session *session = *state;
    struct image image = open_pattern(session);
    struct look look = look_whole();
    driven_move(session->window, 110, 90); // on the point 5.5, 4.5
    driven_key(session->window, "5");
    look.zoom = 32;
    look.center_x = 5.5 + (WINDOW_WIDTH / 2 - 110) / 32.0;
    look.center_y = 4.5 + (WINDOW_HEIGHT / 2 - 90) / 32.0;
    session_expect(session, &image, &look, 0);
    // Where the mouse is beside the image, about the middle.
    driven_key(session->window, "0");
    driven_key(session->window, "1");
    driven_move(session->window, 20, 20);
    driven_key(session->window, "0");
    look = look_whole();
    session_expect(session, &image, &look, 0);
    driven_key(session->window, "4"); // about the point 1, 1
    look.zoom = 8;
    look.center_x = 1 + (WINDOW_WIDTH / 2 - 20) / 8.0;
    look.center_y = 1 + (WINDOW_HEIGHT / 2 - 20) / 8.0;
    // The image's middle is kept in view by no rule: what is under the mouse stays there.
    session_expect(session, &image, &look, 0);
    driven_move(session->window, 900, 700); // beside the image now
    driven_key(session->window, "2");
    look.zoom = 2;
    session_expect(session, &image, &look, 0);
    image_free(&image);
}

// --- steps beyond a file ---

static void save_level(const char *name, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    image_save_npy(&image, "|u1", temporary_path(name));
    image_free(&image);
}

static void expect_level(struct session *session, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    session_expect_fit(session, &image);
    image_free(&image);
}

static void test_steps_go_on_in_the_folder(void **state)
{
    struct session *session = *state;
    mkdir(temporary_path("beside"), 0700);
    struct image pages[2] = {image_constant(WIDTH, HEIGHT, 40), image_constant(WIDTH, HEIGHT, 80)};
    images_save_tiff(pages, 2, temporary_path("beside/b.tif"));
    save_level("beside/a.npy", 20);
    save_level("beside/c.npy", 120);
    save_level("beside/b_mask.npy", 1); // no image of the folder
    session_open(session, BARE_OPTIONS, temporary_path("beside/b.tif"), NULL);
    expect_level(session, 40);
    driven_key(session->window, "Right");
    expect_level(session, 80);
    driven_key(session->window, "Right");
    expect_level(session, 120);
    assert_true(driven_wait_title(session->window, "c.npy - Fovea"));
    driven_key(session->window, "Left");
    expect_level(session, 80);
    // From the beginning of a file to the one before it, and its last frame.
    session_open(session, BARE_OPTIONS, temporary_path("beside/c.npy"), NULL);
    expect_level(session, 120);
    driven_key(session->window, "Left");
    expect_level(session, 80);
    driven_key(session->window, "Left");
    expect_level(session, 40);
    driven_key(session->window, "Left");
    expect_level(session, 20);
    assert_true(driven_wait_title(session->window, "a.npy - Fovea"));
    image_free(&pages[0]);
    image_free(&pages[1]);
}

// --- the menu of a pixel ---

static void right_click(struct session *session, int x, int y, int wobble)
{
    driven_move(session->window, x, y);
    driven_button(session->window, 3, true);
    if (wobble)
        driven_move(session->window, x + wobble, y);
    driven_button(session->window, 3, false);
}

// A right click, of a hand that is not quite still too, opens it and changes nothing; a drag does not.
static void test_a_right_click_opens_the_menu_of_the_pixel(void **state)
{
    enum { ENTRY_X = 60, ENTRY_Y = 83 }; // of "Lower limit from this value", from where the menu was opened
    struct session *session = *state;
    struct pixels pixels;
    struct image image = open_pattern(session);
    struct look look = look_whole();
    driven_move(session->window, 110, 90);
    assert_true(driven_settle(session->window, &pixels));
    right_click(session, 110, 90, 2);
    session_expect_change(session, &pixels);
    driven_key(session->window, "Escape");
    session_expect(session, &image, &look, 0);
    right_click(session, 110, 90, 0);
    session_expect_change(session, &pixels);
    driven_move(session->window, 110 + ENTRY_X, 90 + ENTRY_Y);
    driven_button(session->window, 1, true);
    driven_button(session->window, 1, false);
    look.low = image.values[90 / ZOOM * WIDTH + 110 / ZOOM];
    look.high = 255;
    session_expect(session, &image, &look, 1);
    // The command behind an entry, with its arguments.
    open_palette(session);
    driven_type(session->window, "contrast.high 200; view.flip vertical");
    driven_key(session->window, "Return");
    struct image mirrored = image_mirrored(&image, false);
    look.high = 200;
    session_expect(session, &mirrored, &look, 1);
    pixels_free(&pixels);
    image_free(&mirrored);
    image_free(&image);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_words_find_a_command),
        TEST(test_tab_goes_on_to_arguments),
        TEST(test_a_click_beside_closes_the_palette),
        TEST(test_ctrl_a_selects_all),
        TEST(test_a_name_to_save_keeps_its_ending),
        TEST(test_zoom_by_keys_goes_about_the_mouse),
        TEST(test_steps_go_on_in_the_folder),
        TEST(test_a_right_click_opens_the_menu_of_the_pixel),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
