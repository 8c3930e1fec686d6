// SPDX-License-Identifier: MIT
// The real window on a disk that does not answer: every read of the named files hangs until the test lets it
// go (support/slow_reads.c), and what a person does meanwhile must be answered before that. Nothing depends
// on time: a window that waits for a file would wait for ever. The main thread must not even have touched
// one.
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 40, FRAMES = 3, WIDE_WIDTH = 250, WIDE_HEIGHT = 400 };

static char gate[256], hung[300], touched[300];

// --- the disk ---

// Opens a window in which the files whose path holds `word` are behind the gate, which is open.
#define OPEN_BEHIND_GATE(session, word, ...)                                                                 \
    do {                                                                                                     \
        place_gate(word);                                                                                    \
        session_open(session, __VA_ARGS__, NULL);                                                            \
        unsetenv("LD_PRELOAD");                                                                              \
    } while (0)

static void place_gate(const char *word)
{
    snprintf(gate, sizeof gate, "%s", temporary_path("gate"));
    snprintf(hung, sizeof hung, "%s.hung", gate);
    snprintf(touched, sizeof touched, "%s.main", gate);
    unlink(gate);
    unlink(hung);
    unlink(touched);
    setenv("FOVEA_TEST_SLOW_NAME", word, 1);
    setenv("FOVEA_TEST_SLOW_GATE", gate, 1);
    setenv("LD_PRELOAD", FOVEA_TEST_SLOW_READS, 1);
}

static void shut(void)
{
    unlink(hung);
    unlink(touched);
    FILE *file = fopen(gate, "w");
    assert_non_null(file);
    fclose(file);
}

static void let_go(void)
{
    unlink(gate);
}

// Waits until a read hangs.
static void expect_hung(void)
{
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < DRIVER_DEADLINE_MS / 5 && access(hung, F_OK) != 0; i++)
        nanosleep(&pause, NULL);
    if (access(hung, F_OK) != 0)
        fail_msg("nothing reads the file");
}

// The main thread has not asked for a file behind the gate since it was shut.
static void expect_untouched(void)
{
    char calls[80] = "";
    FILE *file = fopen(touched, "r");
    if (!file)
        return;
    calls[fread(calls, 1, sizeof calls - 1, file)] = '\0';
    fclose(file);
    fail_msg("the main thread calls %s", calls);
}

// A change of the colours, which needs no file, is answered while a read hangs.
static void expect_answer(struct session *session)
{
    struct pixels pixels;
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "i");
    session_expect_change(session, &pixels);
    pixels_free(&pixels);
    expect_untouched();
    assert_int_equal(access(gate, F_OK), 0);
}

static int teardown(void **state)
{
    let_go();
    return session_teardown(state);
}

// --- what is behind it ---

static const char *folder_file(const char *folder, const char *name)
{
    char path[256];
    mkdir(temporary_path(folder), 0700);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return temporary_path(path);
}

// Values that float32 does not hold.
static const char *wide_image(void)
{
    const char *path = folder_file("wide", "slow.npy");
    struct image image = image_pattern(WIDE_WIDTH, WIDE_HEIGHT);
    for (int i = 0; i < WIDE_WIDTH * WIDE_HEIGHT; i++)
        image.values[i] += 0.1;
    image_save_npy(&image, "<f8", path);
    image_free(&image);
    return path;
}

static double value_of(int frame)
{
    return 40 + 60 * frame;
}

// Files f_1.npy to f_3.npy, each of one value; the pattern that names them.
static const char *series(void)
{
    char name[32];
    for (int frame = 0; frame < FRAMES; frame++) {
        struct image image = image_constant(WIDTH, HEIGHT, value_of(frame));
        snprintf(name, sizeof name, "f_%d.npy", frame + 1);
        image_save_npy(&image, "|u1", folder_file("series", name));
        image_free(&image);
    }
    return folder_file("series", "f_*.npy");
}

static void expect_frame(struct session *session, int frame)
{
    struct image image = image_constant(WIDTH, HEIGHT, value_of(frame));
    session_expect_fit(session, &image);
    image_free(&image);
}

// --- tests ---

static void test_hovering_over_64_bit_pixels(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    OPEN_BEHIND_GATE(session, "slow.npy", wide_image());
    assert_true(driven_wait_title(session->window, "slow.npy - Fovea"));
    driven_move(session->window, 640, 200);
    assert_true(driven_settle(session->window, &pixels));
    shut();
    driven_move(session->window, 640, 600);
    expect_hung();
    expect_answer(session);
    pixels_free(&pixels);
    assert_true(driven_settle(session->window, &pixels));
    let_go(); // the value that was shown as float32 is shown exactly
    session_expect_change(session, &pixels);
    expect_untouched();
    pixels_free(&pixels);
}

static void test_the_header_panel(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    struct image image = image_constant(WIDTH, HEIGHT, 100);
    image_save_fits(&image, temporary_path("slow.fits"));
    OPEN_BEHIND_GATE(session, "slow.fits", BARE_OPTIONS, temporary_path("slow.fits"));
    session_expect_fit(session, &image);
    image_free(&image);
    driven_key(session->window, "Tab");
    assert_true(driven_settle(session->window, &pixels));
    shut();
    driven_key(session->window, "ctrl+i");
    session_expect_change(session, &pixels); // the panel, without its lines
    expect_hung();
    driven_type(session->window, "naxis");
    session_expect_change(session, &pixels); // in the panel's field
    expect_untouched();
    let_go();
    session_expect_change(session, &pixels); // the lines with that word
    expect_untouched();
    pixels_free(&pixels);
}

static void test_a_step(void **state)
{
    struct session *session = *state;
    OPEN_BEHIND_GATE(session, "f_2.npy", "--prefetch", "0", BARE_OPTIONS, series());
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "Right");
    expect_hung();
    expect_answer(session);
    driven_key(session->window, "i");
    let_go();
    expect_frame(session, 1);
    expect_untouched();
}

// Escape, another step and leaving while the frame that is wanted hangs.
static void test_a_step_is_given_up(void **state)
{
    struct session *session = *state;
    OPEN_BEHIND_GATE(session, "f_2.npy", "--prefetch", "0", BARE_OPTIONS, series());
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "Right");
    expect_hung();
    driven_key(session->window, "Escape");
    driven_key(session->window, "Right"); // on to the third
    expect_frame(session, 2);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(access(gate, F_OK), 0);
    expect_untouched();
}

// Files on the way have to be opened to know how far ten steps lead.
static void test_many_steps_over_unknown_files(void **state)
{
    struct session *session = *state;
    OPEN_BEHIND_GATE(session, "f_2.npy", "--prefetch", "0", BARE_OPTIONS, series());
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "ctrl+Next");
    expect_hung();
    expect_answer(session);
    driven_key(session->window, "i");
    driven_key(session->window, "Escape"); // gives the steps up, with what hangs
    driven_key(session->window, "ctrl+Next");
    let_go();
    expect_frame(session, 2);
    expect_untouched();
}

static void expect_level(struct session *session, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    session_expect_fit(session, &image);
    image_free(&image);
}

// Opens the first file of the series in mask mode with the pencil, masked pixels black, and begins an
// operation whose reads hang: to mask what has the value under the mouse, which is all.
static void begin_operation(struct session *session)
{
    OPEN_BEHIND_GATE(session, "f_1.npy", "--prefetch", "0", BARE_OPTIONS, "--mask-color", "black",
                     "--mask-opacity", "1", series());
    expect_frame(session, 0);
    driven_key(session->window, "m");
    driven_key(session->window, "p");
    driven_move(session->window, 400, 300);
    shut();
    driven_key(session->window, "comma");
    expect_hung();
}

static void test_drawing_while_an_operation_hangs(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_operation(session);
    assert_true(driven_grab(session->window, &pixels));
    driven_drag(session->window, 1, 400, 300, 500, 400);
    session_expect_change(session, &pixels);
    pixels_free(&pixels);
    expect_untouched();
    driven_key(session->window, "v"); // without the outline of the pencil
    let_go();
    expect_level(session, 0);              // all is masked
    driven_key(session->window, "ctrl+z"); // as one step, which leaves what was drawn
    driven_key(session->window, "ctrl+z");
    expect_frame(session, 0);
    expect_untouched();
}

static void test_escape_ends_an_operation_that_hangs(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_operation(session);
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "Escape");
    session_expect_change(session, &pixels); // says that it was stopped
    pixels_free(&pixels);
    driven_key(session->window, "m");
    let_go();
    driven_key(session->window, "Escape"); // takes the sentence away
    expect_frame(session, 0);              // nothing is masked
    driven_key(session->window, "ctrl+q"); // and nothing is unsaved
    assert_int_equal(driven_wait_exit(session->window), 0);
}

static void test_leaving_while_an_operation_hangs(void **state)
{
    struct session *session = *state;
    begin_operation(session);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(access(gate, F_OK), 0);
    expect_untouched();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_hovering_over_64_bit_pixels, teardown),
        cmocka_unit_test_teardown(test_the_header_panel, teardown),
        cmocka_unit_test_teardown(test_a_step, teardown),
        cmocka_unit_test_teardown(test_many_steps_over_unknown_files, teardown),
        cmocka_unit_test_teardown(test_a_step_is_given_up, teardown),
        cmocka_unit_test_teardown(test_drawing_while_an_operation_hangs, teardown),
        cmocka_unit_test_teardown(test_escape_ends_an_operation_that_hangs, teardown),
        cmocka_unit_test_teardown(test_leaving_while_an_operation_hangs, teardown),
    };
    if (!session_ready())
        return 77;
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
