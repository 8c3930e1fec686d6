// SPDX-License-Identifier: MIT
// The real window: every input is answered by one repaint, and panels of which only a part was drawn again
// look as if all of them had been.
#include "support/felt_probe.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 200, HEIGHT = 160, STEPS = 6, STILL_MS = 150 };
// Places in the window of 1280 x 800: the middle of the picture; in the contrast panel the line of the upper
// limit between the limits of 0 and 200, a slider.
enum {
    PICTURE_X = 480,
    PICTURE_Y = 400,
    HISTOGRAM_X = 1150,
    HISTOGRAM_Y = 190,
    SLIDER_X = 1100,
    SLIDER_Y = 765
};

struct felt {
    struct session *session;
    struct repaint_counter *counter;
    struct felt_probe *probe; // of the whole window
};

static const char *pattern_file(void)
{
    struct image image = image_create(WIDTH, HEIGHT);
    const char *path = temporary_path("pattern.npy");
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        image.values[i] = i % 251;
    image_save_npy(&image, "<f4", path);
    image_free(&image);
    return path;
}

static struct felt open_felt(struct session *session)
{
    struct felt felt = {.session = session, .counter = repaint_counter_create()};
    assert_non_null(felt.counter);
    session_open(session, pattern_file(), "--range", "0:200", NULL);
    felt.probe = felt_probe_create(session->window, 0, 0, WINDOW_WIDTH, WINDOW_HEIGHT);
    assert_true(felt_probe_rest(felt.probe, 500));
    return felt;
}

static void close_felt(struct felt *felt)
{
    felt_probe_destroy(&felt->probe);
    repaint_counter_destroy(&felt->counter);
}

// The repaints after one input, which must show something new.
static unsigned repaints_of(struct felt *felt, void (*input)(struct driven *driven, int i), int i)
{
    const unsigned before = repaint_count(felt->counter);
    assert_true(felt_probe_arm(felt->probe));
    input(felt->session->window, i);
    assert_true(felt_probe_wait(felt->probe, DRIVER_DEADLINE_MS) >= 0);
    assert_true(felt_probe_rest(felt->probe, STILL_MS));
    return repaint_count(felt->counter) - before;
}

static void expect_one_repaint_each(struct felt *felt, void (*input)(struct driven *driven, int i),
                                    const char *what)
{
    for (int i = 0; i < STEPS; i++) {
        const unsigned repaints = repaints_of(felt, input, i);
        if (repaints != 1)
            fail_msg("step %d of %s: %u repaints", i, what, repaints);
    }
}

static void move_on_picture(struct driven *driven, int i)
{
    driven_move(driven, PICTURE_X + 9 * (i + 1), PICTURE_Y + 4 * (i + 1));
}

static void move_on_histogram(struct driven *driven, int i)
{
    driven_move(driven, HISTOGRAM_X - 7 * (i + 1), HISTOGRAM_Y);
}

static void move_on_slider(struct driven *driven, int i)
{
    driven_move(driven, SLIDER_X + 11 * (i + 1), SLIDER_Y);
}

static void turn_wheel(struct driven *driven, int i)
{
    driven_wheel(driven, i % 3 ? -1 : 1);
}

static void drag(struct felt *felt, int button, int x, int y, void (*input)(struct driven *driven, int i),
                 const char *what)
{
    struct driven *window = felt->session->window;
    driven_move(window, x, y);
    assert_true(felt_probe_rest(felt->probe, STILL_MS));
    driven_button(window, button, true);
    assert_true(felt_probe_rest(felt->probe, STILL_MS));
    expect_one_repaint_each(felt, input, what);
    driven_button(window, button, false);
    assert_true(felt_probe_rest(felt->probe, STILL_MS));
}

static void test_one_repaint_a_step(void **state)
{
    struct felt felt = open_felt(*state);
    drag(&felt, 3, PICTURE_X, PICTURE_Y, move_on_picture, "contrast");
    drag(&felt, 1, PICTURE_X, PICTURE_Y, move_on_picture, "pan");
    expect_one_repaint_each(&felt, turn_wheel, "zoom");
    drag(&felt, 1, HISTOGRAM_X, HISTOGRAM_Y, move_on_histogram, "the histogram");
    drag(&felt, 1, SLIDER_X, SLIDER_Y, move_on_slider, "a slider");
    close_felt(&felt);
}

// What comes while a repaint goes on is answered by one more, however much it is.
static void test_one_repaint_a_batch(void **state)
{
    enum { MOVES = 40 };
    struct felt felt = open_felt(*state);
    struct driven *window = felt.session->window;
    driven_move(window, PICTURE_X, PICTURE_Y);
    driven_button(window, 3, true);
    assert_true(felt_probe_rest(felt.probe, STILL_MS));
    driven_signal(window, SIGSTOP); // so that all of them wait together
    const unsigned before = repaint_count(felt.counter);
    for (int i = 0; i < MOVES; i++)
        move_on_picture(window, i % 11);
    driven_signal(window, SIGCONT);
    assert_true(felt_probe_rest(felt.probe, 500));
    assert_in_range(repaint_count(felt.counter) - before, 1, 2);
    driven_button(window, 3, false);
    close_felt(&felt);
}

static void wait_for_repaints(const struct felt *felt, unsigned count)
{
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < DRIVER_DEADLINE_MS / 5 && repaint_count(felt->counter) < count; i++)
        nanosleep(&pause, NULL);
    assert_true(repaint_count(felt->counter) >= count);
}

// The X server repeats a key that is held down: each batch of repeats is answered by one repaint, and nothing
// goes on once the key is up, however many repeats had piled up.
static void test_a_key_held_down(void **state)
{
    const struct timespec while_held = {1, 0}, afterwards = {0, 300000000};
    struct felt felt = open_felt(*state);
    struct driven *window = felt.session->window;
    driven_move(window, PICTURE_X, PICTURE_Y);
    assert_true(felt_probe_rest(felt.probe, STILL_MS));
    driven_press(window, "i", true);
    wait_for_repaints(&felt, repaint_count(felt.counter) + 6);
    driven_signal(window, SIGSTOP);
    nanosleep(&while_held, NULL);
    driven_press(window, "i", false);
    const unsigned before = repaint_count(felt.counter);
    driven_signal(window, SIGCONT);
    assert_true(felt_probe_rest(felt.probe, 500));
    const unsigned rest = repaint_count(felt.counter);
    assert_in_range(rest - before, 1, 3); // of one that had begun, the repeats, and the key going up
    nanosleep(&afterwards, NULL);
    assert_int_equal(repaint_count(felt.counter), rest);
    close_felt(&felt);
}

// The panels with all that changed in them little by little, and after all of them were drawn anew.
static void expect_as_drawn_anew(struct felt *felt)
{
    struct driven *window = felt->session->window;
    struct pixels before = {0}, hidden = {0}, after = {0};
    assert_true(driven_settle(window, &before));
    driven_key(window, "Tab");
    assert_true(driven_wait_change(window, &before, &hidden));
    driven_key(window, "Tab");
    assert_true(driven_wait_change(window, &hidden, &after));
    // The status line tells how much memory is in use, which may change at any time.
    const size_t area = (size_t)before.width * (size_t)before.height, line = 24 * (size_t)before.width;
    before.doubt = calloc(1, area);
    assert_non_null(before.doubt);
    memset(before.doubt + area - line, 1, line);
    char text[160] = "";
    const int differing = pixels_differ(&after, &before, 0, text, sizeof text);
    if (differing)
        fail_msg("%d pixels of the panels are not as drawn anew; the first %s", differing, text);
    pixels_free(&before);
    pixels_free(&hidden);
    pixels_free(&after);
}

// Something was changed in the panels, the `i`th thing.
typedef void after_step(struct felt *felt, int i);

// Changes by picture, panels, menu, size of the window and new letters.
static void change_panels(struct felt *felt, after_step *after)
{
    struct driven *window = felt->session->window;
    int step = 0;
    driven_drag(window, 3, PICTURE_X, PICTURE_Y, PICTURE_X + 60, PICTURE_Y - 30);
    after(felt, step++);
    driven_drag(window, 1, HISTOGRAM_X, HISTOGRAM_Y, HISTOGRAM_X - 60, HISTOGRAM_Y + 10);
    driven_drag(window, 1, SLIDER_X, SLIDER_Y, SLIDER_X + 70, SLIDER_Y);
    driven_move(window, PICTURE_X, PICTURE_Y);
    after(felt, step++);
    // A menu, which hangs over panels and picture, comes and goes.
    driven_drag(window, 1, 140, 10, 140, 10);
    assert_true(felt_probe_rest(felt->probe, STILL_MS));
    driven_move(window, 160, 60);
    assert_true(felt_probe_rest(felt->probe, STILL_MS));
    driven_key(window, "Escape");
    driven_move(window, PICTURE_X, PICTURE_Y);
    after(felt, step++);
    // Another size of the window, and letters that the font texture gets only now.
    driven_resize(window, 1100, 700);
    driven_key(window, "ctrl+shift+p");
    driven_type(window, "contrast");
    assert_true(felt_probe_rest(felt->probe, STILL_MS));
    driven_key(window, "Escape");
    driven_move(window, PICTURE_X + 1, PICTURE_Y);
    after(felt, step++);
}

static void compare_with_anew(struct felt *felt, int i)
{
    (void)i;
    expect_as_drawn_anew(felt);
}

static void test_panels_are_whole(void **state)
{
    struct felt felt = open_felt(*state);
    change_panels(&felt, compare_with_anew);
    close_felt(&felt);
}

// The same in a window that has nothing left after each swap: then the panels are kept elsewhere.
static void test_panels_are_whole_without_the_window(void **state)
{
    setenv("FOVEA_TEST_LOSE_PIXELS", "1", 1);
    struct felt felt = open_felt(*state);
    unsetenv("FOVEA_TEST_LOSE_PIXELS");
    change_panels(&felt, compare_with_anew);
    close_felt(&felt);
}

#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_repaint_a_step),
        TEST(test_one_repaint_a_batch),
        TEST(test_a_key_held_down),
        TEST(test_panels_are_whole),
        TEST(test_panels_are_whole_without_the_window),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
