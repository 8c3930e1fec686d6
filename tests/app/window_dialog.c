// SPDX-License-Identifier: MIT
// The dialog for file names in the real window: folders that do not answer, and large ones.
#include "support/testdata.h"
#include "support/window_session.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 40, FILES = 25000 };

static char folder[512]; // of the test, with a '/' at its end

static void make_folder(const char *name)
{
    snprintf(folder, sizeof folder, "%s/", temporary_path(name));
    assert_int_equal(mkdir(folder, 0700), 0);
}

static const char *in_folder(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s%s", folder, name);
    return path;
}

static void save_image(const char *path)
{
    struct image image = image_constant(WIDTH, HEIGHT, 40);
    image_save_npy(&image, "|u1", path);
    image_free(&image);
}

static void open_with_dialog(struct session *session)
{
    const char *path = temporary_path("first.npy");
    struct pixels pixels = {0};
    save_image(path);
    session_open(session, path, NULL);
    assert_true(driven_wait_title(session->window, "first.npy - Fovea"));
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+o");
    session_expect_change(session, &pixels);
    driven_type(session->window, "/"); // "//" begins anew
    driven_type(session->window, folder);
    pixels_free(&pixels);
}

static void leave(struct session *session)
{
    driven_close(session->window);
    assert_int_equal(driven_wait_exit(session->window), 0);
}

static void test_a_folder_that_does_not_answer(void **state)
{
    struct session *session = *state;
    make_folder("stuck");
    save_image(in_folder("within.npy"));
    setenv("LD_PRELOAD", FOVEA_STUCK_FOLDER, 1);
    setenv("FOVEA_TEST_STUCK_FOLDER", folder, 1);
    open_with_dialog(session);
    unsetenv("LD_PRELOAD");
    unsetenv("FOVEA_TEST_STUCK_FOLDER");
    driven_type(session->window, "within.npy");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "within.npy - Fovea"));
    leave(session);
}

// One of a series, by a part of its number: the first row for what was typed, though the keys come before it.
static void test_one_of_many_is_found(void **state)
{
    struct session *session = *state;
    char name[32];
    make_folder("many");
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "f%05d.npy", i);
        const int file = open(in_folder(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(file >= 0);
        close(file);
    }
    save_image(in_folder("f24999.npy"));
    open_with_dialog(session);
    driven_type(session->window, "24999");
    driven_key(session->window, "Down");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "f24999.npy - Fovea"));
    leave(session);
}

// A folder that is entered by its row is listed itself.
static void test_a_folder_is_entered(void **state)
{
    struct session *session = *state;
    make_folder("outer");
    assert_int_equal(mkdir(in_folder("inner"), 0700), 0);
    save_image(in_folder("inner/deep.npy"));
    save_image(in_folder("inner.npy"));
    open_with_dialog(session);
    driven_key(session->window, "Down"); // folders come first
    driven_key(session->window, "Return");
    driven_key(session->window, "Down");
    driven_key(session->window, "Return");
    assert_true(driven_wait_title(session->window, "deep.npy - Fovea"));
    leave(session);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_folder_that_does_not_answer),
        TEST(test_one_of_many_is_found),
        TEST(test_a_folder_is_entered),
    };
    if (!session_ready())
        return 77;
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
