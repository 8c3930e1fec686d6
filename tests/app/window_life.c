// SPDX-License-Identifier: MIT
// The real window's life: rest, closing, full screen, anything a hand may do, and the same picture as `fovea
// export`.
#include "support/png_reader.h"
#include "support/program.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Opens the simulated detector with all panels and waits for its picture.
static void open_detector(struct session *session)
{
    struct pixels pixels;
    session_open(session, "sim:500x300,type=u16,seed=3,frames=3", NULL);
    assert_true(driven_settle(session->window, &pixels));
    pixels_free(&pixels);
}

// At rest no thread does anything: no frame is drawn without waking up. The bounds are generous; the figures
// are 0.
static void test_at_rest_nothing_runs(void **state)
{
    enum { SECONDS = 2 };
    struct session *session = *state;
    open_detector(session);
    sleep(1);
    const long ticks = driven_cpu_ticks(session->window), wakeups = driven_wakeups(session->window);
    sleep(SECONDS);
    const long ticks_used = driven_cpu_ticks(session->window) - ticks;
    const long woken = driven_wakeups(session->window) - wakeups;
    print_message("at rest: %ld clock ticks and %ld wake-ups in %d s\n", ticks_used, woken, SECONDS);
    assert_true(ticks >= 0 && wakeups > 0);
    assert_true(ticks_used * 50 < SECONDS * sysconf(_SC_CLK_TCK)); // 2 %
    assert_true(woken < 20);
}

static void test_window_closes(void **state)
{
    struct session *session = *state;
    open_detector(session);
    driven_close(session->window);
    assert_int_equal(driven_wait_exit(session->window), 0);
}

static void test_ctrl_q_quits(void **state)
{
    struct session *session = *state;
    open_detector(session);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
}

// In the middle of loading something large.
static void test_window_closes_while_loading(void **state)
{
    struct session *session = *state;
    session_open(session, "sim:6000x6000,type=f32", NULL);
    driven_close(session->window);
    assert_int_equal(driven_wait_exit(session->window), 0);
}

// Esc stops the loading; the window still answers.
static void test_escape_stops_loading(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    session_open(session, "sim:6000x6000,type=f32", NULL);
    driven_key(session->window, "Escape");
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "Tab");
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    pixels_free(&pixels);
}

// No window manager is there to help.
static void test_full_screen_and_back(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    open_detector(session);
    driven_key(session->window, "F11");
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "F11");
    pixels_free(&pixels);
    assert_true(driven_settle(session->window, &pixels));
    session_expect_alive(session);
    driven_key(session->window, "Tab");
    session_expect_change(session, &pixels);
    pixels_free(&pixels);
}

// The picture in the window and the one written by `fovea export` with the same options are the same, byte by
// byte.
static void check_export_is_the_window(struct session *session, const char *options,
                                       const char *const arguments[8])
{
    const char *output = temporary_path("export.png");
    struct pixels window, file;
    session_open(session, "--command", BARE_COMMANDS, arguments[0], arguments[1], arguments[2], arguments[3],
                 arguments[4], arguments[5], arguments[6], arguments[7], NULL);
    struct run run =
        program_run("", "export --size %dx%d %s -o '%s'", WINDOW_WIDTH, WINDOW_HEIGHT, options, output);
    if (run.exit_code != 0)
        fail_msg("export: exit code %d: %s", run.exit_code, run.errors);
    run_free(&run);
    assert_true(png_load(output, &file));
    char text[160];
    const int differing = driven_wait_for(session->window, &file, 0, text, sizeof text);
    if (differing)
        fail_msg("%s: %d pixels differ; the first %s", options, differing, text);
    assert_true(driven_grab(session->window, &window));
    assert_true(pixels_equal(&window, &file));
    pixels_free(&window);
    pixels_free(&file);
}

static void test_export_equals_the_window(void **state)
{
    struct session *session = *state;
    check_export_is_the_window(session,
                               "--scale log sim:1200x900,type=u16,seed=5 --command 'view.pixel_values off'",
                               (const char *[8]){"--scale", "log", "sim:1200x900,type=u16,seed=5"});
    check_export_is_the_window(
        session,
        "--scale=asinh --zoom=0.37 --rotate=90 --reduce=max --colormap=magma sim:2000x1500,type=f32,seed=6",
        (const char *[8]){"--scale=asinh", "--zoom=0.37", "--rotate=90", "--reduce=max", "--colormap=magma",
                          "sim:2000x1500,type=f32,seed=6"});
    check_export_is_the_window(
        session,
        "--zoom=7.3 --center=321.4,200.7 --origin=lower --mask-color=red sim:700x500,type=i32,seed=7 --command 'view.pixel_values off'",
        (const char *[8]){"--zoom=7.3", "--center=321.4,200.7", "--origin=lower", "--mask-color=red",
                          "sim:700x500,type=i32,seed=7"});
}

// --- anything ---

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void do_anything(struct driven *window, uint32_t *seed)
{
    // All bindings but those that leave the program, ask for files or run what is typed.
    static const char *const keys[] = {
        "F5",      "Right",     "Left",        "Next",        "Prior",  "Home",    "End",       "a",
        "shift+a", "z",         "ctrl+a",      "shift+k",     "comma",  "period",  "l",         "s",
        "shift+s", "h",         "c",           "shift+c",     "i",      "u",       "o",         "shift+m",
        "ctrl+m",  "f",         "shift+f",     "1",           "2",      "3",       "4",         "5",
        "plus",    "minus",     "shift+Left",  "shift+Right", "Up",     "Down",    "ctrl+Left", "ctrl+Right",
        "ctrl+Up", "ctrl+Down", "bracketleft", "x",           "y",      "shift+o", "shift+x",   "b",
        "v",       "Tab",       "F1",          "question",    "ctrl+i", "Escape",  "ctrl+Next", "ctrl+Prior",
    };
    enum { KEYS = sizeof keys / sizeof keys[0] };
    const uint32_t kind = next_random(seed) % 4;
    const int x = (int)(next_random(seed) % 900), y = 60 + (int)(next_random(seed) % 680);
    const int to_x = (int)(next_random(seed) % 900), to_y = 60 + (int)(next_random(seed) % 680);
    if (kind < 2) {
        driven_key(window, keys[next_random(seed) % KEYS]);
    } else if (kind == 2) {
        driven_drag(window, 1 + (int)(next_random(seed) % 3), x, y, to_x, to_y);
    } else {
        driven_move(window, x, y);
        driven_wheel(window, (int)(next_random(seed) % 9) - 4);
    }
}

static void test_anything_goes(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    uint32_t seed = 20240229;
    open_detector(session);
    for (int i = 0; i < 200; i++) {
        do_anything(session->window, &seed);
        if (i % 10 == 0)
            usleep(10000); // so that not all comes in one go
        if (i % 50 == 49) {
            driven_resize(session->window, 400 + (int)(next_random(&seed) % 900),
                          300 + (int)(next_random(&seed) % 600));
            session_expect_alive(session);
        }
    }
    assert_true(driven_settle(session->window, &pixels));
    session_expect_alive(session);
    for (int i = 0; i < 3; i++)
        driven_key(session->window, "Escape");
    pixels_free(&pixels);
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "f");
    driven_settle(session->window, &pixels);
    driven_key(session->window, "i");
    session_expect_change(session, &pixels);
    pixels_free(&pixels);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
}

// Characters that the panels' font texture does not hold yet make it anew; panels of less than was drawn
// before are still drawn.
static void test_panels_survive_new_characters(void **state)
{
    struct session *session = *state;
    struct image image = image_pattern(64, 40);
    struct pixels plain, pixels;
    const char *first = temporary_path("first.npy"), *chinese = temporary_path("衍射图.npy");
    image_save_npy(&image, "|u1", first);
    image_save_npy(&image, "|u1", chinese);
    session_open(session, "--colormap", "gray", "--range", "0:255", first, NULL);
    assert_true(driven_settle(session->window, &plain));
    driven_key(session->window, "F1"); // much to draw
    session_expect_change(session, &plain);
    assert_true(driven_drop(session->window, &chinese, 1, 100, 400));
    assert_true(driven_wait_title(session->window, "衍射图.npy - Fovea"));
    driven_key(session->window, "F1");
    session_expect_change(session, &plain);
    driven_key(session->window, "Tab");
    session_expect_change(session, &plain);
    driven_key(session->window, "Tab");
    session_expect_change(session, &plain);
    // The menu bar: not the clear colour, nor the picture, nor nothing but one colour.
    assert_true(driven_settle(session->window, &pixels));
    int letters = 0;
    for (int i = 1; i < 300 * 15; i++) {
        const unsigned char *p = pixels.rgb + 3 * (size_t)(i / 300 * pixels.width + i % 300);
        letters += p[0] > 150;
    }
    assert_in_range(letters, 50, 300 * 15 / 2);
    pixels_free(&pixels);
    pixels_free(&plain);
    image_free(&image);
}

// As over `ssh -X`: the server refuses indirect contexts, with errors that end other programs.
static void test_no_opengl_over_the_network(void **state)
{
    const struct session *session = *state;
    char environment[200];
    snprintf(environment, sizeof environment,
             "env -u WAYLAND_DISPLAY SDL_VIDEODRIVER=x11 LIBGL_ALWAYS_INDIRECT=1 DISPLAY=%s",
             desktop_name(session->desktop));
    struct run run = program_run(environment, "sim:30x20,type=u16");
    assert_int_equal(run.exit_code, 3);
    run_check_sentence(&run, (const char *[]){"OpenGL 3.3", "ssh -X", "VNC", "fovea export"}, 4);
    run_free(&run);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_at_rest_nothing_runs),
        TEST(test_window_closes),
        TEST(test_ctrl_q_quits),
        TEST(test_window_closes_while_loading),
        TEST(test_escape_stops_loading),
        TEST(test_full_screen_and_back),
        TEST(test_export_equals_the_window),
        TEST(test_anything_goes),
        TEST(test_panels_survive_new_characters),
        TEST(test_no_opengl_over_the_network),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
