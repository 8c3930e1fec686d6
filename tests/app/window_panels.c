// SPDX-License-Identifier: MIT
// The real window: the panels for files, recent names, contents and the header, worked by the keyboard.
#include "support/testdata.h"
#include "support/window_session.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 40 };

// A folder with some numbered files, a sub-folder, and a file that is no image.
static char folder[512];

static const char *in_folder(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void save_constant(const char *name, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    image_save_npy(&image, "|u1", in_folder(name));
    image_free(&image);
}

static void make_folder(const char *name)
{
    static const double values[] = {40, 80, 120, 160};
    snprintf(folder, sizeof folder, "%s", temporary_path(name));
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(in_folder("deeper"), 0700), 0);
    save_constant("alone.npy", 220);
    save_constant("deeper/inside.npy", 60);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char file[32];
        snprintf(file, sizeof file, "scan_%04zu.npy", i + 1);
        save_constant(file, values[i]);
    }
    FILE *notes = fopen(in_folder("notes.txt"), "w");
    assert_non_null(notes);
    fclose(notes);
}

// Waits until the middle of the picture has that gray.
static void expect_gray(struct session *session, int value)
{
    struct pixels pixels = {0};
    unsigned char rgb[3] = {0};
    for (int tries = 0; tries < 100; tries++) {
        pixels_free(&pixels);
        assert_true(driven_settle(session->window, &pixels));
        memcpy(rgb, pixels.rgb + 3 * ((size_t)(pixels.height / 2) * (size_t)pixels.width + 640), 3);
        if (rgb[0] == value && rgb[1] == value && rgb[2] == value)
            break;
        usleep(100000);
    }
    pixels_free(&pixels);
    assert_int_equal(rgb[0], value);
}

// The gray in the middle of the picture, once nothing moves any more.
static int gray_now(struct session *session)
{
    struct pixels pixels = {0};
    assert_true(driven_settle(session->window, &pixels));
    const int gray = pixels.rgb[3 * ((size_t)(pixels.height / 2) * (size_t)pixels.width + 640)];
    pixels_free(&pixels);
    return gray;
}

// Waits for a difference from `before`, which is renewed.
static void press(struct session *session, const char *key, struct pixels *before)
{
    driven_key(session->window, key);
    session_expect_change(session, before);
}

#define GRAY "--colormap", "gray", "--range", "0:255", "--command", "panel.contrast off; view.colour_bar off"

// --- files ---

static void test_a_file_is_found_and_opened_by_keys(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("by_keys");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+b", &pixels);
    // What is typed goes to the filter, though its letters are commands of the picture.
    driven_type(session->window, "scan_0003");
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "scan_0003.npy - Fovea"));
    expect_gray(session, 120);
    // Escape gives the keyboard back to the picture, at once; the panel stays.
    driven_key(session->window, "Escape");
    driven_type(session->window, "i");
    expect_gray(session, 255 - 120);
    driven_type(session->window, "i");
    driven_key(session->window, "ctrl+b");
    expect_gray(session, 120);
    pixels_free(&pixels);
}

static void strike(struct session *session, const char *key)
{
    driven_press(session->window, key, true);
    driven_press(session->window, key, false);
}

// Keys that are there before the panel has been drawn once: Escape is the field's, what follows the
// picture's.
static void test_keys_that_follow_at_once(void **state)
{
    struct session *session = *state;
    make_folder("at_once");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    driven_hold(session->window, "ctrl", true);
    strike(session, "b");
    driven_hold(session->window, "ctrl", false);
    strike(session, "Escape");
    strike(session, "i");
    expect_gray(session, 255 - 220);
}

static void test_series_and_their_members(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("members");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+b", &pixels);
    driven_type(session->window, "scan");
    assert_true(driven_settle(session->window, &pixels));
    press(session, "Right", &pixels); // its members
    driven_key(session->window, "Down");
    driven_key(session->window, "Down");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "scan_0002.npy - Fovea"));
    expect_gray(session, 80);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "Left", &pixels); // the series again, which is selected
    press(session, "Right", &pixels);
    driven_key(session->window, "End");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "scan_0004.npy - Fovea"));
    expect_gray(session, 160);
    pixels_free(&pixels);
}

static void test_a_series_is_opened_as_one(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("as_one");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+b", &pixels);
    driven_type(session->window, "scan");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "scan_0001.npy - Fovea"));
    expect_gray(session, 40);
    driven_key(session->window, "Escape");
    driven_key(session->window, "Right"); // is the picture's again
    assert_true(driven_wait_title(session->window, "scan_0002.npy - Fovea"));
    driven_key(session->window, "End");
    assert_true(driven_wait_title(session->window, "scan_0004.npy - Fovea"));
    expect_gray(session, 160);
    pixels_free(&pixels);
}

static void test_a_dropped_folder_is_a_series(void **state)
{
    struct session *session = *state;
    make_folder("dropped");
    session_open(session, GRAY, NULL);
    char path[600];
    snprintf(path, sizeof path, "%s/deeper", folder);
    assert_true(driven_drop(session->window, &(const char *){path}, 1, 300, 200));
    assert_true(driven_wait_title(session->window, "inside.npy - Fovea"));
    assert_true(driven_drop(session->window, &(const char *){folder}, 1, 300, 200));
    assert_true(driven_wait_title(session->window, "alone.npy - Fovea"));
    expect_gray(session, 220);
    driven_key(session->window, "End");
    assert_true(driven_wait_title(session->window, "scan_0004.npy - Fovea"));
    expect_gray(session, 160);
}

enum { PANEL_X = 44 }; // where the panel for files begins, beside the tools

// The columns that the panel takes, by the line at its right edge.
static int panel_width(struct session *session)
{
    struct pixels pixels = {0};
    int x = PANEL_X + 20;
    assert_true(driven_settle(session->window, &pixels));
    const unsigned char *row = pixels.rgb + 3 * (size_t)(pixels.height - 100) * (size_t)pixels.width;
    while (x < pixels.width && memcmp(row + 3 * x, row + 3 * (PANEL_X + 19), 3) == 0)
        x++;
    pixels_free(&pixels);
    return x + 1 - PANEL_X;
}

static void test_the_edge_is_dragged(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("edge");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+b", &pixels);
    const int before = panel_width(session);
    driven_drag(session->window, 1, PANEL_X + before - 2, 500, PANEL_X + before + 100, 500);
    session_expect_change(session, &pixels);
    assert_in_range(panel_width(session), before + 95, before + 105);
    // Neither nothing nor all of the window.
    driven_drag(session->window, 1, PANEL_X + panel_width(session) - 2, 500, 5, 500);
    session_expect_change(session, &pixels);
    assert_in_range(panel_width(session), 155, 165);
    driven_drag(session->window, 1, PANEL_X + panel_width(session) - 2, 500, 1270, 500);
    session_expect_change(session, &pixels);
    assert_in_range(panel_width(session), 560, 645);
    pixels_free(&pixels);
}

// --- small pictures ---

// Pixels of that colour in the first columns of the panel, where there are no texts.
static int count_in_panel(struct session *session, unsigned char gray)
{
    struct pixels pixels = {0};
    int count = 0;
    assert_true(driven_grab(session->window, &pixels));
    for (int y = 100; y < pixels.height - 60; y++) {
        for (int x = PANEL_X; x < PANEL_X + 80; x++) {
            const unsigned char *rgb = pixels.rgb + 3 * ((size_t)y * (size_t)pixels.width + (size_t)x);
            count += rgb[0] == gray && rgb[1] == gray && rgb[2] == gray;
        }
    }
    pixels_free(&pixels);
    return count;
}

static void test_small_pictures(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("small");
    // Half black, half white: with limits of its own, white is white in the small picture too.
    struct image image = image_constant(WIDTH, HEIGHT, 7);
    for (int i = 0; i < WIDTH * HEIGHT / 2; i++)
        image.values[i] = 1007;
    image_save_npy(&image, "<u2", in_folder("zebra.npy"));
    image_free(&image);
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+b", &pixels);
    int white = 0;
    for (int tries = 0; tries < 100 && white == 0; tries++) {
        usleep(100000);
        white = count_in_panel(session, 255);
    }
    // About half of a picture of some 64 x 40 pixels.
    assert_in_range(white, 600, 2000);
    // As much is black there, and all of the two pictures of one value beside it, which are dark.
    assert_in_range(count_in_panel(session, 0), 9 * white / 2, 11 * white / 2);
    pixels_free(&pixels);
}

// However fast they are typed: a list would look at the keys of one repaint all at once.
static void test_quick_keys_keep_their_order(void **state)
{
    static const char *const keys[] = {"Right", "Down", "Down", "Down", "Up", "Up", "Down", "Return"};
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("quick");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+b", &pixels);
    driven_type(session->window, "scan");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        driven_key(session->window, keys[i]);
    assert_true(driven_wait_title(session->window, "scan_0002.npy - Fovea"));
    expect_gray(session, 80);
    pixels_free(&pixels);
}

static void test_folders_are_entered_and_left(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("entered");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+b", &pixels);
    press(session, "Return", &pixels); // the first row is the folder
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "inside.npy - Fovea"));
    expect_gray(session, 60);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "BackSpace", &pixels); // up, where the folder is selected
    driven_key(session->window, "Down");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "alone.npy - Fovea"));
    pixels_free(&pixels);
}

static void test_recent_names_last(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("recent");
    session_open(session, GRAY, in_folder("scan_0001.npy"), NULL);
    expect_gray(session, 40);
    assert_true(driven_drop(session->window, &(const char *){in_folder("alone.npy")}, 1, 300, 200));
    assert_true(driven_wait_title(session->window, "alone.npy - Fovea"));
    expect_gray(session, 220);
    driven_close(session->window);
    assert_int_equal(driven_wait_exit(session->window), 0);
    session_teardown(state);
    // Another run, with no image.
    session_open(session, GRAY, NULL);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+e", &pixels);
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "Down");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "scan_0001.npy - Fovea"));
    expect_gray(session, 40);
    pixels_free(&pixels);
}

static void test_a_list_that_cannot_be_kept_is_no_matter(void **state)
{
    struct session *session = *state;
    make_folder("unkept");
    char *before = getenv("XDG_STATE_HOME"), kept[512];
    snprintf(kept, sizeof kept, "%s", before ? before : "");
    setenv("XDG_STATE_HOME", "/proc/none", 1);
    session_open(session, BARE_OPTIONS, in_folder("alone.npy"), NULL);
    setenv("XDG_STATE_HOME", kept, 1);
    struct image image = image_constant(WIDTH, HEIGHT, 220);
    session_expect_fit(session, &image); // no message over it
    image_free(&image);
}

// At rest nothing is done, whatever is open.
static void test_open_panels_rest(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("rest");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    press(session, "ctrl+i", &pixels);
    press(session, "ctrl+d", &pixels);
    press(session, "ctrl+b", &pixels);
    sleep(2); // small pictures are made in the meantime
    const long wakeups = driven_wakeups(session->window);
    sleep(2);
    assert_in_range(driven_wakeups(session->window) - wakeups, 0, 2);
    pixels_free(&pixels);
}

// --- contents ---

static const char make_hdf5[] = "import sys, h5py, numpy\n"
                                "with h5py.File(sys.argv[1], 'w') as f:\n"
                                "    f['first'] = numpy.full((40, 64), 50, 'u1')\n"
                                "    f['group/second'] = numpy.full((40, 64), 150, 'u1')\n"
                                "    f['group/line'] = numpy.arange(10)\n";

static void test_a_dataset_is_chosen(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    char command[1200];
    make_folder("datasets");
    FILE *script = fopen(in_folder("make.py"), "w");
    assert_non_null(script);
    fputs(make_hdf5, script);
    fclose(script);
    snprintf(command, sizeof command, "/usr/bin/python3 '%s/make.py' '%s/two.h5' 2>/dev/null", folder,
             folder);
    if (system(command) != 0) {
        print_message("no /usr/bin/python3 with h5py\n");
        skip();
    }
    session_open(session, GRAY, in_folder("two.h5"), NULL);
    assert_true(driven_wait_title(session->window, "two.h5 - Fovea"));
    expect_gray(session, 50);
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+d");
    driven_type(session->window, "sec");
    session_expect_change(session, &pixels);
    // What is in the file is found by and by; until then there is nothing to choose.
    char title[200] = "";
    for (int tries = 0; tries < 40 && strcmp(title, "two.h5::/group/second - Fovea") != 0; tries++) {
        driven_key(session->window, "Return");
        usleep(500000);
        driven_title(session->window, title, sizeof title);
    }
    assert_string_equal(title, "two.h5::/group/second - Fovea");
    driven_key(session->window, "Escape");
    expect_gray(session, 150);
    // What cannot be opened is not.
    driven_key(session->window, "ctrl+f");
    for (int i = 0; i < 3; i++)
        driven_key(session->window, "BackSpace");
    driven_type(session->window, "line");
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "Return");
    driven_key(session->window, "Escape");
    expect_gray(session, 150);
    assert_true(driven_wait_title(session->window, "two.h5::/group/second - Fovea"));
    pixels_free(&pixels);
}

// --- header ---

// The search narrows the list; what was typed right after the key is not lost, and commands of the same
// letters do not run.
static void test_the_header_is_searched(void **state)
{
    struct session *session = *state;
    struct pixels pixels = {0};
    make_folder("header");
    session_open(session, GRAY, in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+f");
    driven_type(session->window, "nothing has these words");
    session_expect_change(session, &pixels);
    expect_gray(session, 220);             // beside the picture
    driven_key(session->window, "Escape"); // the keyboard is the picture's again, at once
    driven_key(session->window, "i");
    expect_gray(session, 255 - 220);
    pixels_free(&pixels);
}

// --- names and contents that act ---

enum {
    EDF_HEADER = 512,
    SMALL_X = PANEL_X + 48,
    SMALL_Y = 165,
    ABOVE_STATUS = WINDOW_HEIGHT - 40
}; // the status line tells the memory in use

// An EDF file of a name, with `title` in its header, of a time that is always the same.
static void save_edf(const char *name, const char *title)
{
    const struct timespec times[2] = {{1000000000, 0}, {1000000000, 0}};
    char header[EDF_HEADER + 1];
    unsigned char samples[WIDTH * HEIGHT];
    const int used = snprintf(header, sizeof header,
                              "{\nHeaderID = EH:000001:000000:000000 ;\nDim_1 = %d ;\nDim_2 = %d ;\n"
                              "DataType = UnsignedByte ;\nSize = %d ;\nTitle = x%sy ;\n",
                              WIDTH, HEIGHT, WIDTH * HEIGHT, title);
    memset(header + used, ' ', sizeof header - (size_t)used);
    memcpy(header + EDF_HEADER - 2, "}\n", 2);
    memset(samples, 77, sizeof samples);
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(header, 1, EDF_HEADER, file), EDF_HEADER);
    assert_int_equal(fwrite(samples, 1, sizeof samples, file), sizeof samples);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(utimensat(AT_FDCWD, in_folder(name), times, 0), 0);
}

// What the window shows of a file whose name, header and missing mask have `part` in them: the panel for
// files, the header, a message.
static void grab_panels(struct session *session, const char *part, const char *title, struct pixels *pixels)
{
    char name[64], command[256];
    snprintf(name, sizeof name, "a%sb.edf", part);
    save_edf(name, part);
    snprintf(command, sizeof command,
             "panel.contrast off; panel.files on; panel.metadata on; mask.load \"/no%s\"", part);
    session_open(session, "--command", command, in_folder(name), NULL);
    assert_true(driven_wait_title(session->window, title));
    // The small picture of the file, dark in viridis, takes the place of a sign.
    static const unsigned char dark[] = {68, 1, 84};
    bool small = false;
    for (int tries = 0; tries < 100 && !small; tries++) {
        pixels_free(pixels);
        assert_true(driven_settle(session->window, pixels));
        small = memcmp(pixels->rgb + 3 * (size_t)(SMALL_Y * pixels->width + SMALL_X), dark, 3) == 0;
    }
    assert_true(small);
    assert_int_equal(pixels->height, WINDOW_HEIGHT);
    remove(in_folder(name));
}

static void test_what_acts_is_a_blank(void **state)
{
    static const char title[] = "a ]0T      b.edf - Fovea";
    struct session *session = *state;
    struct pixels evil = {0}, plain = {0}, other = {0};
    snprintf(folder, sizeof folder, "%s", temporary_path("evil"));
    assert_int_equal(mkdir(folder, 0700), 0);
    grab_panels(session, "\x1B]0T\x07\r\n\x7F\xC2\x9B\xE2\x80\xAE", title, &evil);
    grab_panels(session, " ]0T      ", title, &plain);
    grab_panels(session, " ]0U      ", "a ]0U      b.edf - Fovea", &other);
    const size_t bytes = (size_t)3 * WINDOW_WIDTH * ABOVE_STATUS;
    assert_memory_equal(evil.rgb, plain.rgb, bytes);
    assert_memory_not_equal(other.rgb, plain.rgb, bytes); // they do show the name
    pixels_free(&evil);
    pixels_free(&plain);
    pixels_free(&other);
}

// A double click, once more where this machine was too slow for it to be one.
static void open_limit_field(struct session *session, int x, int y)
{
    enum { TRIES = 20 };
    struct pixels before = {0}, after = {0};
    bool open = false;
    driven_move(session->window, x, y);
    assert_true(driven_settle(session->window, &before));
    for (int i = 0; i < TRIES && !open; i++) {
        for (int click = 0; click < 2; click++) {
            driven_button(session->window, 1, true);
            driven_button(session->window, 1, false);
            usleep(50000);
        }
        pixels_free(&after);
        assert_true(driven_settle(session->window, &after));
        const size_t row = 3 * ((size_t)y * WINDOW_WIDTH + (size_t)x - 25), bytes = (size_t)3 * 50 * 1;
        for (int line = 0; line < 30; line++)
            open |= memcmp(before.rgb + row + 3 * (size_t)line * WINDOW_WIDTH,
                           after.rgb + row + 3 * (size_t)line * WINDOW_WIDTH, bytes) != 0;
    }
    assert_true(open);
    pixels_free(&before);
    pixels_free(&after);
}

// The strip between the picture and the panel at the right: a limit is typed after a double click on its end,
// dragged, and the wheel brings both nearer or farther apart.
static void test_the_colour_bar_sets_limits(void **state)
{
    enum { GUTTER_X = 894, HIGH_Y = 100, MIDDLE_Y = 430 };
    struct session *session = *state;
    make_folder("gutter");
    session_open(session, "--colormap", "gray", "--range", "0:255", in_folder("alone.npy"), NULL);
    expect_gray(session, 220);
    open_limit_field(session, GUTTER_X, HIGH_Y);
    driven_key(session->window, "ctrl+a");
    driven_type(session->window, "510");
    driven_key(session->window, "Return");
    expect_gray(session, 110); // 220 / 510 x 255
    driven_drag(session->window, 1, GUTTER_X, HIGH_Y, GUTTER_X, HIGH_Y + 200);
    const int dragged = gray_now(session); // the upper limit is lower: about 360
    assert_in_range(dragged, 140, 180);
    driven_move(session->window, GUTTER_X, MIDDLE_Y);
    driven_wheel(session->window, 1);
    assert_true(gray_now(session) > dragged); // above the middle, and the limits are nearer to each other
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_file_is_found_and_opened_by_keys),
        TEST(test_keys_that_follow_at_once),
        TEST(test_series_and_their_members),
        TEST(test_quick_keys_keep_their_order),
        TEST(test_a_series_is_opened_as_one),
        TEST(test_a_dropped_folder_is_a_series),
        TEST(test_the_edge_is_dragged),
        TEST(test_small_pictures),
        TEST(test_a_dataset_is_chosen),
        TEST(test_folders_are_entered_and_left),
        TEST(test_recent_names_last),
        TEST(test_a_list_that_cannot_be_kept_is_no_matter),
        TEST(test_open_panels_rest),
        TEST(test_the_header_is_searched),
        TEST(test_what_acts_is_a_blank),
        TEST(test_the_colour_bar_sets_limits),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
