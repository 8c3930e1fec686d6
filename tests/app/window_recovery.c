// SPDX-License-Identifier: MIT
// Nothing that was promised is lost: unsaved mask edits after the program was killed, and the question on
// closing.
#include "support/program.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 300, HEIGHT = 200, KEPT_DEADLINE_MS = 20000 };

static char image_path[512], other_path[512], state_folder[512];

// --- files ---

static void recovery_path(char *path, size_t size)
{
    snprintf(path, size, "%s/fovea/recovery", state_folder);
}

static int count_kept(void)
{
    char folder[600];
    recovery_path(folder, sizeof folder);
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    int count = 0;
    while (directory && (entry = readdir(directory)))
        count += strlen(entry->d_name) > 5 && strcmp(entry->d_name + strlen(entry->d_name) - 5, ".mask") == 0;
    if (directory)
        closedir(directory);
    return count;
}

static void wait_for_kept(int wanted)
{
    for (int waited = 0; waited < KEPT_DEADLINE_MS; waited += 20) {
        if (count_kept() == wanted)
            return;
        usleep(20000);
    }
    fail_msg("there are %d recovery files instead of %d", count_kept(), wanted);
}

// Runs commands without a window on an image and returns the mask, a byte a pixel; the caller frees it.
static unsigned char *mask_by(const char *commands, const char *image, int width, int height)
{
    const char *path = temporary_path("seen.npy");
    remove(path);
    struct run run = program_run("", "export --command \"%s; mask.save %s\" -o '%s' '%s'", commands, path,
                                 temporary_path("picture.png"), image);
    if (run.exit_code != 0)
        fail_msg("%s: %s", commands, run.errors);
    run_free(&run);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t count = (size_t)width * (size_t)height;
    unsigned char *mask = malloc(count);
    fseek(file, -(long)count, SEEK_END);
    assert_int_equal(fread(mask, 1, count, file), count);
    fclose(file);
    return mask;
}

static void check_same_mask(const char *path, const char *commands)
{
    unsigned char *wanted = mask_by(commands, image_path, WIDTH, HEIGHT), got[WIDTH * HEIGHT];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, -(long)sizeof got, SEEK_END);
    assert_int_equal(fread(got, 1, sizeof got, file), sizeof got);
    fclose(file);
    assert_memory_equal(got, wanted, sizeof got);
    free(wanted);
}

static void kill_hard(struct session *session)
{
    driven_stop(&session->window);
}

// A question comes after the first picture: both are waited for.
static void settle(struct session *session, struct pixels *pixels)
{
    sleep(1);
    assert_true(driven_settle(session->window, pixels));
}

// --- recovery ---

static void test_killed_during_edits(void **state)
{
    struct session *session = *state;
    session_open(session, image_path, "--command", "mask.circle 100 80 30; mask.rectangle 200 50 40 40",
                 NULL);
    wait_for_kept(1);
    kill_hard(session);
    assert_int_equal(count_kept(), 1);
    unsigned char *wanted =
        mask_by("mask.circle 100 80 30; mask.rectangle 200 50 40 40", image_path, WIDTH, HEIGHT);
    // Without a window the same commands restore it, and saving forgets what was kept.
    unsigned char *got = mask_by("mask.restore", image_path, WIDTH, HEIGHT);
    assert_memory_equal(got, wanted, WIDTH * HEIGHT);
    assert_int_equal(count_kept(), 0);
    free(got);
    free(wanted);
}

static void test_restored_in_the_window(void **state)
{
    struct session *session = *state;
    const char *path = temporary_path("restored.npy");
    char saved[512];
    snprintf(saved, sizeof saved, "%s", path);
    session_open(session, image_path, "--command", "mask.circle 100 80 30; mask.grow 3; mask.undo", NULL);
    wait_for_kept(1);
    kill_hard(session);
    struct pixels pixels;
    session_open(session, image_path, NULL); // asks
    settle(session, &pixels);
    driven_key(session->window, "r");
    session_expect_change(session, &pixels);
    wait_for_kept(1);   // now this session's own
    kill_hard(session); // and once more
    assert_int_equal(count_kept(), 1);
    session_open(session, image_path, NULL);
    settle(session, &pixels);
    driven_key(session->window, "r");
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+q"); // asks for saving
    session_expect_change(session, &pixels);
    driven_key(session->window, "s");
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+a"); // instead of what is in the field
    driven_type(session->window, saved);
    driven_key(session->window, "Return");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(count_kept(), 0);
    check_same_mask(saved, "mask.circle 100 80 30");
    pixels_free(&pixels);
}

static void test_later_and_discard(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    session_open(session, image_path, "--command", "mask.circle 100 80 30", NULL);
    wait_for_kept(1);
    kill_hard(session);
    session_open(session, image_path, NULL);
    settle(session, &pixels);
    driven_key(session->window, "Escape");
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(count_kept(), 1); // still there
    session_open(session, image_path, NULL);
    pixels_free(&pixels);
    settle(session, &pixels);
    driven_key(session->window, "d");
    wait_for_kept(0);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    pixels_free(&pixels);
}

// The mask of an image of another size waits aside, and is kept as well.
static void test_masks_of_two_sizes(void **state)
{
    struct session *session = *state;
    char commands[1400];
    snprintf(commands, sizeof commands, "mask.circle 100 80 30; file.open %s", other_path);
    session_open(session, image_path, "--command", commands, NULL);
    wait_for_kept(1);
    kill_hard(session);
    unsigned char *wanted = mask_by("mask.circle 100 80 30", image_path, WIDTH, HEIGHT);
    unsigned char *got = mask_by("mask.restore", image_path, WIDTH, HEIGHT);
    assert_memory_equal(got, wanted, WIDTH * HEIGHT);
    free(got);
    free(wanted);
}

// Sessions that run keep theirs to themselves.
static void test_of_a_running_session(void **state)
{
    struct session *session = *state;
    session_open(session, image_path, "--command", "mask.circle 100 80 30", NULL);
    wait_for_kept(1);
    struct run run =
        program_run("", "export --command mask.restore -o '%s' '%s'", temporary_path("p.png"), image_path);
    assert_int_not_equal(run.exit_code, 0);
    run_check_sentence(&run, (const char *[]){"no unsaved mask edits"}, 1);
    run_free(&run);
    assert_int_equal(count_kept(), 1);
}

// --- saving ---

// Whenever the program is killed while it saves again and again, the file is one of the whole masks.
static void test_killed_during_a_save(void **state)
{
    struct session *session = *state;
    char path[512], commands[1400], line[600];
    snprintf(path, sizeof path, "%s", temporary_path("target.npy"));
    for (int round = 0; round < 6; round++) {
        size_t used = 0;
        snprintf(line, sizeof line, "mask.save %s; ", path);
        for (int i = 0; i < 4; i++)
            used += (size_t)snprintf(commands + used, sizeof commands - used, "mask.%s; %s",
                                     i % 2 ? "clear" : "all", line);
        session_open(session, image_path, "--command", commands, NULL);
        usleep((useconds_t)(1000 * round * 7));
        kill_hard(session);
        struct stat info;
        if (stat(path, &info) != 0)
            continue;
        FILE *file = fopen(path, "rb");
        unsigned char got[WIDTH * HEIGHT];
        fseek(file, -(long)sizeof got, SEEK_END);
        assert_int_equal(fread(got, 1, sizeof got, file), sizeof got);
        fclose(file);
        for (size_t i = 0; i < sizeof got; i++)
            assert_int_equal(got[i], got[0]);
    }
}

// --- closing ---

static void test_closing_asks(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    session_open(session, image_path, "--command", "mask.circle 100 80 30", NULL);
    settle(session, &pixels);
    driven_close(session->window);
    session_expect_change(session, &pixels);
    session_expect_alive(session);
    driven_key(session->window, "Escape"); // back
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+q");
    session_expect_change(session, &pixels);
    driven_key(session->window, "x"); // no answer
    session_expect_alive(session);
    driven_key(session->window, "d");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(count_kept(), 0);
    pixels_free(&pixels);
}

// The mask that a next session would restore.
static void check_kept(const char *commands)
{
    assert_int_equal(count_kept(), 1);
    unsigned char *wanted = mask_by(commands, image_path, WIDTH, HEIGHT);
    unsigned char *got = mask_by("mask.restore", image_path, WIDTH, HEIGHT);
    assert_memory_equal(got, wanted, WIDTH * HEIGHT);
    free(got);
    free(wanted);
}

static void test_closing_twice_keeps(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    session_open(session, image_path, "--command", "mask.circle 100 80 30", NULL);
    wait_for_kept(1);
    settle(session, &pixels);
    driven_key(session->window, "ctrl+q");
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    check_kept("mask.circle 100 80 30");
    pixels_free(&pixels);
}

// Before the question can be read, whether or not the edits have been kept before.
static void test_closing_twice_at_once_keeps(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    session_open(session, image_path, "--command", "mask.circle 100 80 30", NULL);
    assert_true(driven_settle(session->window, &pixels));
    driven_close(session->window);
    driven_close(session->window);
    assert_int_equal(driven_wait_exit(session->window), 0);
    check_kept("mask.circle 100 80 30");
    pixels_free(&pixels);
}

static void test_signals_keep(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    struct session *session = *state;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct pixels pixels;
        session_open(session, image_path, "--command", "mask.circle 100 80 30", NULL);
        assert_true(driven_settle(session->window, &pixels));
        driven_signal(session->window, signals[i]);
        driven_signal(session->window, signals[i]);
        assert_int_equal(driven_wait_exit(session->window), 0);
        check_kept("mask.circle 100 80 30");
        pixels_free(&pixels);
    }
}

// The folder for the name does not exist: the dialog stays, and what was typed can be mended.
static void test_a_save_that_fails_keeps_the_dialog(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    char saved[512], missing[600];
    snprintf(saved, sizeof saved, "%s", temporary_path("mended.npy"));
    snprintf(missing, sizeof missing, "%s/none/m", temporary_path("nowhere"));
    remove(saved);
    session_open(session, image_path, "--command", "mask.circle 100 80 30", NULL);
    settle(session, &pixels);
    driven_key(session->window, "ctrl+q");
    session_expect_change(session, &pixels);
    driven_key(session->window, "s");
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+a");
    driven_type(session->window, missing);
    driven_type(session->window, ".npy");
    driven_key(session->window, "Return");
    session_expect_change(session, &pixels);
    driven_type(session->window, "/"); // goes on in the same field
    driven_type(session->window, saved);
    driven_key(session->window, "Return");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(count_kept(), 0);
    check_same_mask(saved, "mask.circle 100 80 30");
    pixels_free(&pixels);
}

static void test_closing_saves_again(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    char path[512], commands[1200];
    snprintf(path, sizeof path, "%s", temporary_path("again.edf"));
    snprintf(commands, sizeof commands, "mask.circle 100 80 30; mask.save %s; mask.invert", path);
    session_open(session, image_path, "--command", commands, NULL);
    settle(session, &pixels);
    driven_close(session->window);
    session_expect_change(session, &pixels);
    driven_key(session->window, "s");
    assert_int_equal(driven_wait_exit(session->window), 0);
    check_same_mask(path, "mask.circle 100 80 30; mask.invert");
    pixels_free(&pixels);
}

static void test_nothing_to_ask(void **state)
{
    struct session *session = *state;
    char commands[1200];
    snprintf(commands, sizeof commands, "mask.circle 100 80 30; mask.save %s; app.quit",
             temporary_path("m.npy"));
    session_open(session, image_path, "--command", "view.fit", NULL);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    session_open(session, image_path, "--command", commands, NULL);
    assert_int_equal(driven_wait_exit(session->window), 0);
    session_open(session, image_path, "--command", "mask.circle 100 80 30; app.quit force", NULL);
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(count_kept(), 0);
}

static void save_images(void)
{
    struct image image = image_pattern(WIDTH, HEIGHT), other = image_pattern(120, 90);
    snprintf(image_path, sizeof image_path, "%s", temporary_path("image.npy"));
    snprintf(other_path, sizeof other_path, "%s", temporary_path("other.npy"));
    image_save_npy(&image, "|u1", image_path);
    image_save_npy(&other, "|u1", other_path);
    image_free(&image);
    image_free(&other);
}

static int setup(void **state)
{
    signal(SIGINT, SIG_DFL); // a shell may start the tests with it ignored
    const int result = session_group_setup(state);
    snprintf(state_folder, sizeof state_folder, "%s", getenv("XDG_STATE_HOME"));
    save_images();
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_killed_during_edits, session_teardown),
        cmocka_unit_test_teardown(test_restored_in_the_window, session_teardown),
        cmocka_unit_test_teardown(test_later_and_discard, session_teardown),
        cmocka_unit_test_teardown(test_masks_of_two_sizes, session_teardown),
        cmocka_unit_test_teardown(test_of_a_running_session, session_teardown),
        cmocka_unit_test_teardown(test_killed_during_a_save, session_teardown),
        cmocka_unit_test_teardown(test_closing_asks, session_teardown),
        cmocka_unit_test_teardown(test_closing_twice_keeps, session_teardown),
        cmocka_unit_test_teardown(test_closing_twice_at_once_keeps, session_teardown),
        cmocka_unit_test_teardown(test_signals_keep, session_teardown),
        cmocka_unit_test_teardown(test_a_save_that_fails_keeps_the_dialog, session_teardown),
        cmocka_unit_test_teardown(test_closing_saves_again, session_teardown),
        cmocka_unit_test_teardown(test_nothing_to_ask, session_teardown),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, setup, session_group_teardown);
}
