// SPDX-License-Identifier: MIT
// Tests of positioned reads and of replacing files.
#include "base/file.h"

#include "support/testdata.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_write_and_read(void **state)
{
    (void)state;
    const char *path = temporary_path("data.bin");
    assert_int_equal(file_replace(path, "0123456789", 10, NULL), STATUS_OK);
    int fd = -1;
    int64_t bytes = 0;
    char buffer[8] = {0};
    assert_int_equal(file_open_read(path, &fd, &bytes, NULL), STATUS_OK);
    assert_int_equal(bytes, 10);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(file_read_at(fd, path, 3, buffer, 4, NULL), STATUS_OK);
    assert_string_equal(buffer, "3456");
    assert_int_equal(file_read_at(fd, path, 10, buffer, 0, NULL), STATUS_OK);
    struct error error = {0};
    assert_int_equal(file_read_at(fd, path, 8, buffer, 4, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "data.bin"));
    assert_non_null(strstr(error.text, "ends after 10 bytes"));
    close(fd);
    assert_int_equal(file_read_at(-1, path, 0, buffer, 4, &error), STATUS_IO);
}

static void assert_not_opened(const char *path, const char *word)
{
    int fd = -7;
    int64_t bytes = -7;
    struct error error = {0};
    assert_int_equal(file_open_read(path, &fd, &bytes, &error), STATUS_IO);
    assert_int_equal(fd, -7);
    assert_int_equal(bytes, -7);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, word));
}

static void test_not_files(void **state)
{
    (void)state;
    assert_not_opened(temporary_path("absent.tif"), strerror(ENOENT));
    assert_not_opened("/tmp", "folder");
    const char *fifo = temporary_path("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_not_opened(fifo, "not a regular file"); // and does not wait for a writer
}

static void test_replace(void **state)
{
    (void)state;
    const char *path = temporary_path("replaced.txt");
    mode_t mask = umask(022);
    assert_int_equal(file_replace(path, "old and long", 12, NULL), STATUS_OK);
    assert_int_equal(file_replace(path, "new", 3, NULL), STATUS_OK);
    umask(mask);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 3);
    assert_int_equal(info.st_mode & 0777, 0644);
    char buffer[4] = {0};
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, buffer, 3), 3);
    close(fd);
    assert_string_equal(buffer, "new");
    assert_int_equal(file_replace(path, "", 0, NULL), STATUS_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 0);
}

// A failed replacement says so and leaves no temporary file behind.
static void test_replace_fails(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(file_replace("/nowhere/at/all/x.png", "x", 1, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "/nowhere/at/all/x.png"));
    char folder[512];
    snprintf(folder, sizeof folder, "%s", temporary_path("folder"));
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(file_replace(folder, "x", 1, &error), STATUS_IO);
    char inside[600];
    snprintf(inside, sizeof inside, "%s/..", folder);
    DIR *entries = opendir(inside);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        assert_true(strncmp(entry->d_name, "folder.", 7) != 0);
    closedir(entries);
    rmdir(folder);
}

static void test_path_name(void **state)
{
    (void)state;
    assert_string_equal(path_name("/a/b/c.tif"), "c.tif");
    assert_string_equal(path_name("c.tif"), "c.tif");
    assert_string_equal(path_name("./c.tif"), "c.tif");
    assert_string_equal(path_name(""), "");
}

// file_draft_open: a device is written directly, never replaced by a file (found with -o /dev/full as root).
static void test_device_is_not_replaced(void **state)
{
    (void)state;
    assert_int_equal(file_replace("/dev/null", "abc", 3, NULL), STATUS_OK);
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    struct error error = {0};
    assert_int_equal(file_replace("/dev/full", "abc", 3, &error), STATUS_IO);
    assert_int_equal(stat("/dev/full", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

static void test_link_stays_a_link(void **state)
{
    (void)state;
    const char *target = temporary_path("target"), *link = temporary_path("link");
    assert_int_equal(file_replace(target, "old", 3, NULL), STATUS_OK);
    assert_int_equal(symlink(target, link), 0);
    assert_int_equal(file_replace(link, "new", 3, NULL), STATUS_OK);
    struct stat info;
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    char content[3];
    int fd;
    int64_t bytes;
    assert_int_equal(file_open_read(target, &fd, &bytes, NULL), STATUS_OK);
    assert_int_equal(file_read_at(fd, target, 0, content, 3, NULL), STATUS_OK);
    assert_memory_equal(content, "new", 3);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_and_read),    cmocka_unit_test(test_not_files),
        cmocka_unit_test(test_replace),           cmocka_unit_test(test_replace_fails),
        cmocka_unit_test(test_path_name),         cmocka_unit_test(test_device_is_not_replaced),
        cmocka_unit_test(test_link_stays_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
