// SPDX-License-Identifier: MIT
// The program's own folder.
#include "base/state.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_path(const char *wanted)
{
    char path[100];
    assert_true(state_path("recent", path, sizeof path));
    assert_string_equal(path, wanted);
}

static void test_where_it_is(void **state)
{
    (void)state;
    char path[100];
    setenv("HOME", "/home/me", 1);
    setenv("XDG_STATE_HOME", "/var/state", 1);
    expect_path("/var/state/fovea/recent");
    setenv("XDG_STATE_HOME", "relative", 1); // which the specification has ignored
    expect_path("/home/me/.local/state/fovea/recent");
    unsetenv("XDG_STATE_HOME");
    expect_path("/home/me/.local/state/fovea/recent");
    assert_false(state_path("recent", path, 10));
    unsetenv("HOME");
    assert_false(state_path("recent", path, sizeof path));
    struct error error;
    assert_int_equal(state_write("recent", "x", 1, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "HOME"));
    assert_null(state_read("recent", 100));
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    struct stat status;
    struct error error;
    char folder[512], path[600];
    snprintf(folder, sizeof folder, "%s", temporary_path("state"));
    setenv("XDG_STATE_HOME", folder, 1);
    assert_null(state_read("window", 100));
    assert_int_equal(state_write("window", "one\ntwo\n", 8, &error), STATUS_OK);
    char *content = state_read("window", 8);
    assert_string_equal(content, "one\ntwo\n");
    free(content);
    assert_null(state_read("window", 7));
    snprintf(path, sizeof path, "%s/fovea", folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700); // nobody else's business
    assert_int_equal(state_write("window", "", 0, &error), STATUS_OK);
    content = state_read("window", 8);
    assert_string_equal(content, "");
    free(content);
}

static void test_no_folder_can_be_made(void **state)
{
    (void)state;
    struct error error;
    setenv("XDG_STATE_HOME", "/proc/none", 1);
    assert_int_equal(state_write("window", "x", 1, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "/proc/none/fovea/window"));
    assert_null(state_read("window", 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_it_is),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_no_folder_can_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
