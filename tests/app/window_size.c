// SPDX-License-Identifier: MIT
// How large the window and its interface are, and that both are the same at the next start.
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdlib.h>
#include <string.h>

static const char picture[] = "sim:500x300,type=u16,seed=3,frames=1";
static const char title[] = "sim:500x300,type=u16,seed=3,frames=1 - Fovea";

// The window at rest, once the image is there; the caller frees it.
static struct pixels shown(struct session *session)
{
    struct pixels pixels;
    assert_true(driven_wait_title(session->window, title));
    assert_true(driven_settle(session->window, &pixels));
    return pixels;
}

static struct pixels shown_with(struct session *session, const char *option, const char *value)
{
    session_open(session, option, value, picture, NULL);
    return shown(session);
}

// The upper halves: below, the status line says how much memory is in use.
static bool equal(const struct pixels *a, const struct pixels *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->rgb, b->rgb, (size_t)3 * (size_t)a->width * (size_t)(a->height / 2)) == 0;
}

static void expect_same(struct session *session, const struct pixels *wanted)
{
    enum { TRIES = 30 };
    bool same = false;
    for (int i = 0; i < TRIES && !same; i++) {
        struct pixels pixels = shown(session);
        same = equal(&pixels, wanted);
        pixels_free(&pixels);
    }
    assert_true(same);
}

static void quit(struct session *session)
{
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
}

// The width of the bar of tools at the left: its colour is the same along a row of pixels where no tool is.
static int bar_width(const struct pixels *pixels)
{
    const unsigned char *row = pixels->rgb + 3 * (size_t)(pixels->height * 7 / 10) * (size_t)pixels->width;
    int x = 0;
    while (x + 1 < pixels->width && memcmp(row, row + 3 * (x + 1), 3) == 0)
        x++;
    return x + 1;
}

// Waits until the bar is so wide; frees `pixels` and puts what is shown then there.
static void expect_width(struct session *session, struct pixels *pixels, int width)
{
    enum { TRIES = 30 };
    for (int i = 0; i < TRIES && bar_width(pixels) != width; i++) {
        pixels_free(pixels);
        *pixels = shown(session);
    }
    assert_int_equal(bar_width(pixels), width);
}

static void test_the_interface_grows(void **state)
{
    struct session *session = *state;
    struct pixels one = shown_with(session, "--scale-ui", "1"), two = shown_with(session, "--scale-ui", "2");
    assert_int_equal(bar_width(&one), 44);
    assert_int_equal(bar_width(&two), 2 * 36); // the window is a small one then
    // By keys, and by what the desktop says.
    session_open(session, picture, NULL);
    expect_same(session, &one);
    for (int i = 0; i < 4; i++)
        driven_key(session->window, "ctrl+alt+plus");
    expect_same(session, &two);
    for (int i = 0; i < 4; i++)
        driven_key(session->window, "ctrl+alt+minus");
    expect_same(session, &one);
    static const char *const names[] = {"GDK_SCALE", "QT_SCALE_FACTOR", "FOVEA_SCALE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], "2", 1);
        session_open(session, picture, NULL);
        expect_same(session, &two);
        unsetenv(names[i]);
    }
    desktop_resources(session->desktop, "Xft.dpi:\t192\n");
    session_open(session, picture, NULL);
    expect_same(session, &two);
    desktop_resources(session->desktop, "");
    pixels_free(&one);
    pixels_free(&two);
}

static void test_the_interface_stays_as_chosen(void **state)
{
    struct session *session = *state;
    struct pixels two = shown_with(session, "--scale-ui", "2"), plain;
    quit(session); // what the command line says is for one time
    session_open(session, picture, NULL);
    plain = shown(session);
    const int bar = bar_width(&plain);
    assert_int_equal(bar, 44);
    assert_int_equal(bar_width(&two), 2 * 36);
    driven_key(session->window, "ctrl+alt+plus");
    expect_width(session, &plain, bar + 11);
    quit(session);
    session_open(session, picture, NULL);
    expect_same(session, &plain);
    driven_key(session->window, "ctrl+alt+0");
    expect_width(session, &plain, bar);
    quit(session);
    session_open(session, picture, NULL);
    expect_same(session, &plain);
    pixels_free(&plain);
    pixels_free(&two);
}

static void test_the_window_opens_as_large_as_it_was(void **state)
{
    struct session *session = *state;
    int width, height;
    struct pixels before = shown_with(session, "--scale", "log");
    driven_resize(session->window, 1000, 700);
    session_expect_change(session, &before);
    quit(session);
    pixels_free(&before);
    session_open(session, picture, NULL);
    before = shown(session);
    pixels_free(&before);
    driven_size(session->window, &width, &height);
    assert_int_equal(width, 1000);
    assert_int_equal(height, 700);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_the_interface_grows),
        TEST(test_the_interface_stays_as_chosen),
        TEST(test_the_window_opens_as_large_as_it_was),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
