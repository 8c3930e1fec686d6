// SPDX-License-Identifier: MIT
// The real window among files that nobody would choose: a folder of 200,000 entries with pipes, sockets,
// loops of links, huge sparse files and packed files that grow a thousandfold. The window goes on answering.
#include "base/clock.h"
#include "support/hostile_folder.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES = 200000, SHOWN = 40, TAPS = 12, WIDTH = 64, HEIGHT = 40 };

static char folder[512];

static const char *in_folder(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

// --- the window ---

static int middle_gray(struct session *session)
{
    struct pixels pixels = {0};
    assert_true(driven_grab(session->window, &pixels));
    const unsigned char *rgb = pixels.rgb + 3 * ((size_t)(pixels.height / 2) * (size_t)pixels.width + 900);
    const int gray = rgb[0] == rgb[1] && rgb[1] == rgb[2] ? rgb[0] : -1;
    pixels_free(&pixels);
    return gray;
}

static void expect_gray(struct session *session, int value)
{
    const int64_t until = clock_now_ns() + INT64_C(1000000) * DRIVER_DEADLINE_MS;
    while (middle_gray(session) != value && clock_now_ns() < until)
        usleep(1000);
    session_expect_alive(session);
    assert_int_equal(middle_gray(session), value);
}

// Turns the colours over and over, each time waiting for the picture. The slowest answer is printed for
// people; a test does not judge it.
static void expect_answers(struct session *session, const char *when, int value)
{
    double slowest = 0;
    for (int i = 0; i < TAPS; i++) {
        const int64_t start = clock_now_ns();
        driven_key(session->window, "i");
        expect_gray(session, i % 2 ? value : 255 - value);
        const double ms = (double)(clock_now_ns() - start) / 1e6;
        slowest = ms > slowest ? ms : slowest;
        usleep(60000);
    }
    print_message("%s: the slowest answer took %.0f ms\n", when, slowest);
}

static void save_constant(const char *name, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    image_save_npy(&image, "|u1", in_folder(name));
    image_free(&image);
}

static void test_a_hostile_folder_does_not_stop_the_window(void **state)
{
    struct session *session = *state;
    snprintf(folder, sizeof folder, "%s", temporary_path("hostile"));
    assert_int_equal(mkdir(folder, 0700), 0);
    save_constant("good.npy", 40);
    save_constant("later.npy", 90);
    hostile_folder_fill(folder);
    hostile_folder_add_empty(folder, ENTRIES);
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command",
                 "panel.contrast off; view.colour_bar off", in_folder("good.npy"), NULL);
    expect_gray(session, 40);
    driven_key(session->window, "ctrl+b");
    driven_key(session->window, "Escape"); // the keys are the picture's again, the panel stays
    expect_answers(session, "while the folder is read", 40);
    expect_answers(session, "while small pictures are made", 40);
    driven_move(session->window, 100, 400);
    for (int i = 0; i < SHOWN; i++) {
        driven_wheel(session->window, -3);
        usleep(20000);
    }
    expect_answers(session, "after scrolling", 40);
    // What is typed is found among all of them, and Enter, however quick, opens that and nothing else.
    driven_key(session->window, "ctrl+b");
    driven_key(session->window, "ctrl+b");
    driven_type(session->window, "later");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "later.npy - Fovea"));
    expect_gray(session, 90);
    driven_close(session->window);
    assert_int_equal(driven_wait_exit(session->window), 0);
}

// --- what is said of what is refused ---

// Where the rows of the panel are, and the colour of details, which stand in the lower half of each.
enum { ROWS_TOP = 151, ROW_HEIGHT = 49, TEXT_LEFT = 132, TEXT_RIGHT = 275, DIM = 0xb8b8b8, NEAR = 24 };

static bool is_dim(const unsigned char *rgb)
{
    return abs(rgb[0] - (DIM >> 16)) < NEAR && abs(rgb[1] - (DIM >> 8 & 0xFF)) < NEAR &&
           abs(rgb[2] - (DIM & 0xFF)) < NEAR;
}

// Where the details of a row end; TEXT_LEFT where there are none.
static int details_end(struct session *session, int row)
{
    struct pixels pixels = {0};
    int end = TEXT_LEFT;
    assert_true(driven_grab(session->window, &pixels));
    for (int y = ROWS_TOP + row * ROW_HEIGHT + ROW_HEIGHT / 2; y < ROWS_TOP + (row + 1) * ROW_HEIGHT; y++)
        for (int x = end; x < TEXT_RIGHT; x++)
            if (is_dim(pixels.rgb + 3 * ((size_t)y * (size_t)pixels.width + (size_t)x)))
                end = x;
    pixels_free(&pixels);
    return end;
}

// The details of a file without a small picture end with the reason; those of others do not.
static void test_the_panel_says_why_there_is_no_picture(void **state)
{
    struct session *session = *state;
    enum { LESS = 110, MORE = 120 }; // wide enough for size and time; more than these
    snprintf(folder, sizeof folder, "%s", temporary_path("refused"));
    assert_int_equal(mkdir(folder, 0700), 0);
    save_constant("good.npy", 40);
    hostile_file_sparse(in_folder("huge.npy"));
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command",
                 "panel.contrast off; view.colour_bar off", in_folder("good.npy"), NULL);
    expect_gray(session, 40);
    driven_key(session->window, "ctrl+b");
    const int64_t until = clock_now_ns() + INT64_C(1000000) * DRIVER_DEADLINE_MS;
    while (details_end(session, 1) < TEXT_LEFT + MORE && clock_now_ns() < until)
        usleep(50000);
    session_expect_alive(session);
    assert_true(details_end(session, 1) >= TEXT_LEFT + MORE);
    assert_true(details_end(session, 0) > TEXT_LEFT && details_end(session, 0) < TEXT_LEFT + LESS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_hostile_folder_does_not_stop_the_window),
        TEST(test_the_panel_says_why_there_is_no_picture),
    };
    if (!session_ready())
        return 77;
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
