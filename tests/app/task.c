// SPDX-License-Identifier: MIT
// Tasks on a terminal of their own: the line of the progress, its erasing, and the end by a signal.
#include "app/task.h"

#include "support/testdata.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Skips the test where there are no terminals to be had: a container without /dev/pts.
static void open_terminal(int *outer, int *inner)
{
    *outer = posix_openpt(O_RDWR | O_NOCTTY);
    if (*outer < 0) {
        print_message("posix_openpt: %s\n", strerror(errno));
        skip();
    }
    assert_int_equal(grantpt(*outer), 0);
    assert_int_equal(unlockpt(*outer), 0);
    *inner = open(ptsname(*outer), O_RDWR | O_NOCTTY);
    assert_true(*inner >= 0);
}

// Reads what was written until `wanted` is in it; waits as long as it takes.
static void read_until(int outer, const char *wanted, char *text, size_t size)
{
    size_t used = 0;
    memset(text, 0, size);
    while (!strstr(text, wanted) && used + 1 < size) {
        const ssize_t got = read(outer, text + used, size - 1 - used);
        assert_true(got > 0);
        used += (size_t)got;
    }
}

static void test_the_line_is_written_and_erased(void **state)
{
    (void)state;
    char text[4096];
    int outer, inner;
    open_terminal(&outer, &inner);
    struct task *task = task_begin("info", inner, 0);
    read_until(outer, "fovea info: working", text, sizeof text);
    task_progress(task, 0.25);
    read_until(outer, "fovea info: 25 %", text, sizeof text);
    assert_int_equal(task_end(&task, STATUS_OK), 0);
    assert_null(task);
    // The last that was written erases the line.
    struct pollfd waiting = {.fd = outer, .events = POLLIN};
    size_t used = 0;
    memset(text, 0, sizeof text);
    while (used + 1 < sizeof text && poll(&waiting, 1, 0) == 1) {
        const ssize_t got = read(outer, text + used, sizeof text - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    assert_true(used >= 4 && strcmp(text + used - 4, "\r\033[K") == 0);
    close(inner);
    close(outer);
}

// A task that ends before, or whose errors go into a file, writes nothing.
static void test_no_line(void **state)
{
    (void)state;
    int outer, inner, ends[2];
    open_terminal(&outer, &inner);
    struct task *task = task_begin("info", inner, 1000000);
    assert_int_equal(task_end(&task, STATUS_BROKEN), 1);
    struct pollfd waiting = {.fd = outer, .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, 0), 0);
    assert_int_equal(pipe(ends), 0);
    task = task_begin("info", ends[1], 0);
    assert_int_equal(task_end(&task, STATUS_OK), 0);
    waiting.fd = ends[0];
    assert_int_equal(poll(&waiting, 1, 0), 0);
    close(inner);
    close(outer);
    close(ends[0]);
    close(ends[1]);
}

static void test_a_signal_is_a_cancel(void **state)
{
    (void)state;
    struct error error = {0};
    struct task *task = task_begin("info", -1, 0);
    assert_int_equal(task_stopped(task, &error), STATUS_OK);
    assert_int_equal(kill(getpid(), SIGINT), 0);
    while (!cancel_requested(task_cancel(task)))
        usleep(1000);
    assert_int_equal(task_stopped(task, &error), STATUS_CANCELLED);
    assert_int_equal(task_end(&task, STATUS_CANCELLED), 128 + SIGINT);
    // What was done all the same was done.
    task = task_begin("info", -1, 0);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    while (!cancel_requested(task_cancel(task)))
        usleep(1000);
    assert_int_equal(task_end(&task, STATUS_OK), 0);
    assert_int_equal(task_stopped(NULL, NULL), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_is_written_and_erased),
        cmocka_unit_test(test_no_line),
        cmocka_unit_test(test_a_signal_is_a_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
