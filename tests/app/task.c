// SPDX-License-Identifier: MIT
// Tasks on a terminal of their own: the line of the progress, its erasing, and the end by a signal.
#include "app/common/task.h"

#include "base/file.h"
#include "support/testdata.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

// Whatever is being written when the process ends without waiting, nothing half written stays, and what was
// there before does.
static void test_no_draft_is_left_behind(void **state)
{
    (void)state;
    const char *folder = temporary_path("drafts");
    char path[600];
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(path, sizeof path, "%s/image.png", folder);
    assert_int_equal(file_replace(path, "before", 6, NULL), STATUS_OK);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct file_draft draft, other;
        struct task *task = task_begin("export", -1, 0);
        bool good = task && file_draft_open(path, &draft, NULL) == STATUS_OK &&
                    file_draft_write(&draft, "half", 4, NULL) == STATUS_OK &&
                    file_draft_open(path, &other, NULL) == STATUS_OK;
        kill(getpid(), good ? SIGINT : SIGKILL);
        alarm(100);
        for (;;) // the cancel is not heeded
            pause();
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
    struct dirent **entries;
    assert_int_equal(scandir(folder, &entries, NULL, alphasort), 3); // ".", ".." and the file
    assert_string_equal(entries[2]->d_name, "image.png");
    for (int i = 0; i < 3; i++)
        free(entries[i]);
    free(entries);
    char text[8] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text - 1, file), 6);
    fclose(file);
    assert_string_equal(text, "before");
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_is_written_and_erased),
        cmocka_unit_test(test_no_line),
        cmocka_unit_test(test_a_signal_is_a_cancel),
        cmocka_unit_test(test_no_draft_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
