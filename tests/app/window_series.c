// SPDX-License-Identifier: MIT
// The real window: moving through a series by keys, by the frame bar and by playing, and what may go wrong on
// the way.
#include "support/png_reader.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 40, FRAMES = 9 };

// The bar's slider, from the first frame to the last, in a fresh window with the panels on.
enum { SLIDER_FIRST = 222, SLIDER_LAST = 655, SLIDER_Y = 759 };

static double value_of(int frame)
{
    return 20 + 25 * frame;
}

// Files f_1.npy to f_9.npy in a folder of their own, each of one value; the pattern that names them.
static const char *series(const char *folder)
{
    char name[256];
    mkdir(temporary_path(folder), 0700);
    for (int frame = 0; frame < FRAMES; frame++) {
        struct image image = image_constant(WIDTH, HEIGHT, value_of(frame));
        snprintf(name, sizeof name, "%s/f_%d.npy", folder, frame + 1);
        image_save_npy(&image, "|u1", temporary_path(name));
        image_free(&image);
    }
    snprintf(name, sizeof name, "%s/f_*.npy", folder);
    return temporary_path(name);
}

static void expect_level(struct session *session, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    session_expect_fit(session, &image);
    image_free(&image);
}

static void expect_frame(struct session *session, int frame)
{
    expect_level(session, value_of(frame));
}

static void expect_title(struct session *session, int frame)
{
    char title[64];
    snprintf(title, sizeof title, "f_%d.npy - Fovea", frame + 1);
    if (driven_wait_title(session->window, title))
        return;
    char shown[128];
    driven_title(session->window, shown, sizeof shown);
    fail_msg("frame %d is wanted and \"%s\" is shown", frame, shown);
}

// --- the number of the frame ---

// An index from 0, and how many there are: so in the title of the window, and in what is said of a wrong one.
static void test_frame_numbers_count_from_0(void **state)
{
    struct session *session = *state;
    session_open(session, "sim:64x40,frames=30", NULL);
    assert_true(driven_wait_title(session->window, "sim:64x40,frames=30  # 0 of 30 - Fovea"));
    driven_key(session->window, "End");
    assert_true(driven_wait_title(session->window, "sim:64x40,frames=30  # 29 of 30 - Fovea"));
    driven_key(session->window, "Left");
    assert_true(driven_wait_title(session->window, "sim:64x40,frames=30  # 28 of 30 - Fovea"));
}

// --- by hand ---

// What comes sooner after a release of the same key passes for the repeat of one that is held down.
static void press(struct session *session, const char *key)
{
    driven_key(session->window, key);
    usleep(30000);
}

// The commands behind a step on the same line act on its frame, although the window goes on meanwhile.
static void test_a_line_waits_for_its_frames(void **state)
{
    struct session *session = *state;
    char line[700];
    char *files[] = {strdup(temporary_path("first.png")), strdup(temporary_path("second.png"))};
    snprintf(line, sizeof line,
             "frame.next; file.export \"%s\" plain 1:1; frame.next; frame.next; "
             "file.export \"%s\" plain 1:1; frame.last",
             files[0], files[1]);
    session_open(session, BARE_OPTIONS, "--command", line, series("line"), NULL);
    expect_frame(session, 8);
    for (int i = 0; i < 2; i++) {
        struct pixels picture;
        assert_true(png_load(files[i], &picture));
        assert_true(picture.width == WIDTH && picture.height == HEIGHT);
        // Of the right frame, though the window was drawn before it.
        for (int pixel = 0; pixel < WIDTH * HEIGHT; pixel++)
            assert_int_equal(picture.rgb[3 * pixel], value_of(i == 0 ? 1 : 3));
        pixels_free(&picture);
        free(files[i]);
    }
}

// A picture of what is in view is that of the window as it will be drawn, though nothing was drawn yet.
static void test_the_first_command_exports_the_view(void **state)
{
    struct session *session = *state;
    char line[700];
    char *file = strdup(temporary_path("view.png"));
    snprintf(line, sizeof line, "%s; file.export \"%s\" plain; frame.last", BARE_COMMANDS, file);
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command", line, series("view"), NULL);
    expect_frame(session, 8);
    struct pixels picture;
    assert_true(png_load(file, &picture));
    // The image is WIDTH x HEIGHT; at fit it has the height of the window.
    assert_int_equal(picture.height, WINDOW_HEIGHT);
    assert_int_equal(picture.width, WINDOW_HEIGHT * WIDTH / HEIGHT);
    for (int pixel = 0; pixel < picture.width * picture.height; pixel++)
        assert_int_equal(picture.rgb[3 * pixel], value_of(0));
    pixels_free(&picture);
    free(file);
}

// The most memory that the program has had, in kB.
static long peak_memory(const struct session *session)
{
    char path[64], line[200];
    long peak = 0;
    snprintf(path, sizeof path, "/proc/%d/status", driven_pid(session->window));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        sscanf(line, "VmHWM: %ld", &peak);
    fclose(file);
    assert_true(peak > 0);
    return peak;
}

// No array of all colours of a large picture: no more than a strip of it is in memory at a time.
static void test_a_large_export_takes_the_memory_of_a_strip(void **state)
{
    enum { SIDE = 9000, SIDE_ROWS = SIDE * HEIGHT / WIDTH };
    struct session *session = *state;
    char line[700];
    char *file = strdup(temporary_path("large.png"));
    session_open(session, BARE_OPTIONS, series("large"), NULL);
    expect_frame(session, 0);
    const long before = peak_memory(session);
    session_teardown(state);
    snprintf(line, sizeof line, "%s; file.export \"%s\" plain %dx%d; frame.last", BARE_COMMANDS, file, SIDE,
             SIDE_ROWS);
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command", line, series("large"), NULL);
    expect_frame(session, 8);
    assert_true(peak_memory(session) - before < 3L * SIDE * SIDE_ROWS / 1000);
    struct pixels picture;
    assert_true(png_load(file, &picture));
    assert_true(picture.width == SIDE && picture.height == SIDE_ROWS);
    pixels_free(&picture);
    free(file);
}

// Keys that come faster than frames are all obeyed.
static void fast_keys(struct session *session, const char *prefetch)
{
    session_open(session, BARE_OPTIONS, "--prefetch", prefetch, series("keys"), NULL);
    expect_frame(session, 0);
    for (int i = 0; i < 5; i++)
        press(session, "Right");
    expect_frame(session, 5);
    for (int i = 0; i < 3; i++)
        press(session, "Left");
    press(session, "Right");
    expect_frame(session, 3);
    press(session, "End");
    expect_frame(session, 8);
    expect_title(session, 8);
    press(session, "Left");
    expect_frame(session, 7);
}

static void test_no_key_is_lost(void **state)
{
    struct session *session = *state;
    fast_keys(session, "1");
    session_teardown(state);
    fast_keys(session, "0");
}

static void test_folder_template_and_siblings(void **state)
{
    struct session *session = *state;
    series("ways");
    session_open(session, BARE_OPTIONS, "--frame", "4", temporary_path("ways"), NULL);
    expect_frame(session, 4);
    session_teardown(state);
    session_open(session, BARE_OPTIONS, temporary_path("ways/f_#.npy"), NULL);
    expect_frame(session, 0);
    session_teardown(state);
    session_open(session, BARE_OPTIONS, "--series", temporary_path("ways/f_3.npy"), NULL);
    expect_frame(session, 2);
    driven_key(session->window, "Left");
    expect_frame(session, 1);
}

static void test_mask_stays(void **state)
{
    struct session *session = *state;
    struct image mask = image_constant(WIDTH, HEIGHT, 1);
    const char *path = temporary_path("whole.npy");
    image_save_npy(&mask, "|u1", path);
    image_free(&mask);
    session_open(session, BARE_OPTIONS, "--mask", path, "--mask-color", "black", "--mask-opacity", "1",
                 series("masked"), NULL);
    expect_level(session, 0);
    for (int frame = 1; frame < 4; frame++) {
        driven_key(session->window, "Right");
        expect_title(session, frame);
        expect_level(session, 0);
    }
    driven_key(session->window, "shift+m");
    expect_frame(session, 3);
}

// --- playing ---

static void expect_rest(struct session *session)
{
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    pixels_free(&pixels);
    usleep(300000);
    const long ticks = driven_cpu_ticks(session->window);
    usleep(1000000);
    assert_true(driven_cpu_ticks(session->window) - ticks <= 2);
}

static void test_play(void **state)
{
    struct session *session = *state;
    session_open(session, BARE_OPTIONS, "--play", "--rate", "20", series("play"), NULL);
    expect_frame(session, 8); // at the end it stops
    expect_rest(session);
    driven_key(session->window, "shift+space");
    expect_frame(session, 0);
    expect_rest(session);
    // A step by hand ends it.
    driven_key(session->window, "space");
    usleep(200000);
    driven_key(session->window, "Home");
    expect_frame(session, 0);
    expect_rest(session);
    expect_frame(session, 0);
}

static void test_play_loops(void **state)
{
    struct session *session = *state;
    session_open(session, "--colormap", "gray", "--range", "0:255", "--play", "--rate", "5", "--command",
                 BARE_COMMANDS "; frame.loop on", series("loop"), NULL);
    expect_frame(session, 8);
    expect_frame(session, 1);
    expect_frame(session, 8);
    driven_key(session->window, "space");
    expect_rest(session);
}

static void test_play_turns_round(void **state)
{
    struct session *session = *state;
    session_open(session, "--colormap", "gray", "--range", "0:255", "--play", "--rate", "5", "--command",
                 BARE_COMMANDS "; frame.loop bounce; frame.go 6", series("bounce"), NULL);
    expect_frame(session, 6); // going there stops
    driven_key(session->window, "space");
    expect_frame(session, 8);
    expect_frame(session, 5);
    expect_frame(session, 0);
    expect_frame(session, 3);
}

// --- the bar ---

static void test_bar(void **state)
{
    struct session *session = *state;
    session_open(session, series("bar"), NULL);
    expect_title(session, 0);
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    pixels_free(&pixels);
    driven_drag(session->window, 1, SLIDER_FIRST + 4, SLIDER_Y, SLIDER_LAST, SLIDER_Y);
    expect_title(session, 8);
    driven_drag(session->window, 1, SLIDER_LAST, SLIDER_Y, (SLIDER_FIRST + SLIDER_LAST) / 2, SLIDER_Y);
    expect_title(session, 4);
    driven_key(session->window, "ctrl+g");
    driven_type(session->window, "2");
    driven_key(session->window, "Return");
    expect_title(session, 2);
    driven_key(session->window, "Right"); // the keyboard is the picture's again
    expect_title(session, 3);
    expect_rest(session);
}

// --- slabs ---

static void test_slabs(void **state)
{
    struct session *session = *state;
    session_open(session, BARE_OPTIONS, "--sum", "2", series("slabs"), NULL);
    expect_level(session, value_of(0) + value_of(1));
    driven_key(session->window, "Right");
    expect_level(session, value_of(2) + value_of(3));
    driven_key(session->window, "End");
    expect_frame(session, 8); // of one frame
    session_teardown(state);
    session_open(session, "--colormap", "gray", "--range", "0:255", "--frame", "4", "--command",
                 BARE_COMMANDS "; series.slab max 3", series("slabs"), NULL);
    expect_frame(session, 5);
    driven_key(session->window, "Right");
    expect_frame(session, 8);
    session_teardown(state);
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command",
                 BARE_COMMANDS "; series.slab mean 3", "--command", "frame.next; series.slab off",
                 series("slabs"), NULL);
    expect_frame(session, 3);
}

// --- what goes wrong ---

static void write_text(const char *name)
{
    FILE *file = fopen(temporary_path(name), "w");
    assert_non_null(file);
    fputs("no image\n", file);
    fclose(file);
}

// Files that are no images, whatever their names say, are passed over both ways.
static void test_what_is_no_image(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    series("mixed");
    write_text("mixed/a.npy");
    write_text("mixed/f_4.npy");
    write_text("mixed/f_5.npy");
    write_text("mixed/z.npy");
    session_open(session, BARE_OPTIONS, temporary_path("mixed"), NULL);
    expect_title(session, 0);
    driven_key(session->window, "Escape"); // the sentence about the file before it
    expect_frame(session, 0);
    driven_key(session->window, "Right");
    driven_key(session->window, "Right");
    expect_frame(session, 2);
    driven_key(session->window, "Right");
    expect_title(session, 5);
    driven_key(session->window, "Left");
    expect_frame(session, 2);
    driven_key(session->window, "End");
    expect_title(session, 8);
    assert_true(driven_settle(session->window, &pixels));
    pixels_free(&pixels);
    session_teardown(state);
    // Nothing but such files.
    mkdir(temporary_path("none"), 0700);
    write_text("none/a.npy");
    write_text("none/b.npy");
    session_open(session, BARE_OPTIONS, temporary_path("none"), NULL);
    assert_true(driven_settle(session->window, &pixels));
    pixels_free(&pixels);
    session_expect_alive(session);
}

// A file that goes while the series is shown is told of, and the series goes on.
static void test_file_that_goes(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    session_open(session, BARE_OPTIONS, series("gone"), NULL);
    expect_frame(session, 0);
    unlink(temporary_path("gone/f_3.npy"));
    assert_int_equal(truncate(temporary_path("gone/f_4.npy"), 30), 0);
    driven_key(session->window, "Right");
    expect_frame(session, 1);
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "Right");
    session_expect_change(session, &pixels); // a sentence
    driven_key(session->window, "Right");
    session_expect_change(session, &pixels); // another
    driven_key(session->window, "Right");
    expect_frame(session, 4);
    // And playing goes over it too.
    driven_key(session->window, "Home");
    expect_frame(session, 0);
    driven_key(session->window, "space");
    expect_frame(session, 8);
    pixels_free(&pixels);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_frame_numbers_count_from_0),
        TEST(test_a_line_waits_for_its_frames),
        TEST(test_the_first_command_exports_the_view),
        TEST(test_a_large_export_takes_the_memory_of_a_strip),
        TEST(test_no_key_is_lost),
        TEST(test_folder_template_and_siblings),
        TEST(test_mask_stays),
        TEST(test_play),
        TEST(test_play_loops),
        TEST(test_play_turns_round),
        TEST(test_bar),
        TEST(test_slabs),
        TEST(test_what_is_no_image),
        TEST(test_file_that_goes),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
