// SPDX-License-Identifier: MIT
// Tests of positioned reads and of replacing files.
#include "base/file.h"

#include "support/testdata.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
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

static mode_t mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void test_replaced_file_keeps_its_mode(void **state)
{
    (void)state;
    static const mode_t modes[] = {0600, 0640, 0666, 0751, 0200, 0444};
    const char *path = temporary_path("kept.txt");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(file_replace(path, "old", 3, NULL), STATUS_OK);
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(file_replace(path, "new", 3, NULL), STATUS_OK);
        assert_int_equal(mode_of(path), modes[i]);
        assert_int_equal(unlink(path), 0);
    }
}

// What will replace a private file is private from its first moment on.
static void test_draft_of_private_file(void **state)
{
    (void)state;
    const char *path = temporary_path("private.txt");
    assert_int_equal(file_replace(path, "old", 3, NULL), STATUS_OK);
    assert_int_equal(chmod(path, 0600), 0);
    struct file_draft draft;
    assert_int_equal(file_draft_open(path, &draft, NULL), STATUS_OK);
    assert_int_equal(mode_of(draft.temporary), 0600);
    assert_true(fcntl(draft.fd, F_GETFD) & FD_CLOEXEC);
    file_draft_abandon(&draft);
    const mode_t mask = umask(027);
    const char *fresh = temporary_path("fresh.txt");
    assert_int_equal(file_draft_open(fresh, &draft, NULL), STATUS_OK);
    assert_int_equal(mode_of(draft.temporary), 0640);
    file_draft_abandon(&draft);
    umask(mask);
}

struct creator {
    const char *path;
    atomic_bool stop;
    mode_t seen; // all bits of all files
};

static void *create_files(void *context)
{
    struct creator *creator = context;
    while (!atomic_load(&creator->stop)) {
        int fd = open(creator->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        struct stat info;
        if (fd < 0 || fstat(fd, &info) != 0 || close(fd) != 0 || unlink(creator->path) != 0)
            break;
        creator->seen |= info.st_mode & 0777;
    }
    return NULL;
}

// Files that other threads create while one is replaced have the permissions of the umask.
static void test_umask_is_never_changed(void **state)
{
    (void)state;
    enum { TIMES = 300 };
    const mode_t mask = umask(077);
    struct creator creator = {.path = temporary_path("other.txt")};
    const char *path = temporary_path("mine.txt");
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, create_files, &creator), 0);
    for (int i = 0; i < TIMES; i++) {
        struct file_draft draft;
        assert_int_equal(file_draft_open(path, &draft, NULL), STATUS_OK);
        file_draft_abandon(&draft);
    }
    atomic_store(&creator.stop, true);
    pthread_join(thread, NULL);
    umask(mask);
    assert_int_equal(creator.seen & 077, 0);
}

static void test_pipe_does_not_block(void **state)
{
    (void)state;
    const char *fifo = temporary_path("out.fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    struct error error = {0};
    assert_int_equal(file_replace(fifo, "abc", 3, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "nobody reads"));
    const int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    assert_int_equal(file_replace(fifo, "abc", 3, NULL), STATUS_OK);
    char content[4] = "";
    assert_int_equal(read(reader, content, 3), 3);
    assert_string_equal(content, "abc");
    close(reader);
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

static void test_proposed_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *proposed;
        int64_t frame;
    } cases[] = {{"/data/img_0001.cbf", "img_0001.png", -1},
                 {"img.cbf.gz", "img.png", -1},
                 {"/a/b.c/scan.h5::/entry/data", "scan_data_12.png", 12},
                 {"cube.fits[SCI,2]", "cube_SCI_2_7.png", 7},
                 {"sim:64x44,type=u16", "sim_64x44_type_u16.png", -1},
                 {".hidden", ".hidden.png", -1},
                 {"衍射 1.tif", "衍射_1.png", -1},
                 {"a b'c.npy", "a_b_c.png", -1}};
    char buffer[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(path_propose(cases[i].name, cases[i].frame, ".png", buffer, sizeof buffer),
                            cases[i].proposed);
}

// A file of the name is looked for beside a symbolic link first, then beside what it leads to.
static void test_siblings_of_links(void **state)
{
    (void)state;
    char folder[] = "/tmp/fovea-sibling-XXXXXX", path[128], link[128], name[160];
    assert_non_null(mkdtemp(folder));
    snprintf(name, sizeof name, "%s/real", folder);
    assert_int_equal(mkdir(name, 0700), 0);
    snprintf(path, sizeof path, "%s/real/a", folder);
    snprintf(link, sizeof link, "%s/a", folder);
    snprintf(name, sizeof name, "%s/real/b", folder);
    assert_int_equal(file_replace(path, "a", 1, NULL), STATUS_OK);
    assert_int_equal(file_replace(name, "b", 1, NULL), STATUS_OK);
    assert_int_equal(symlink("real/a", link), 0);
    char *found = path_sibling(link, "b");
    char *real = realpath(name, NULL);
    assert_string_equal(found, real);
    free(found);
    free(real);
    snprintf(name, sizeof name, "%s/b", folder);
    found = path_sibling(link, "c"); // nowhere: as given
    assert_true(strncmp(found, name, strlen(name) - 1) == 0 && found[strlen(name) - 1] == 'c');
    free(found);
    assert_int_equal(file_replace(name, "b", 1, NULL), STATUS_OK);
    found = path_sibling(link, "b"); // beside the link
    assert_string_equal(found, name);
    free(found);
    unlink(name);
    unlink(link);
    unlink(path);
    snprintf(name, sizeof name, "%s/real/b", folder);
    unlink(name);
    snprintf(name, sizeof name, "%s/real", folder);
    rmdir(name);
    rmdir(folder);
}

static void assert_parts(const char *name, const char *selector, const char *title)
{
    assert_string_equal(path_selector(name), selector);
    assert_string_equal(path_title(name), title);
}

// A slash in a selector ends no folder, however the selector is written.
static void test_selectors_and_titles(void **state)
{
    (void)state;
    assert_parts("/a/x.h5", "", "x.h5");
    assert_parts("/a/x.h5::/e/d", "::/e/d", "x.h5::/e/d");
    assert_parts("/a/x.h5[/e/d]", "[/e/d]", "x.h5[/e/d]");
    assert_parts("/a/x.h5[/e/d[3,:,:]]", "[/e/d[3,:,:]]", "x.h5[/e/d[3,:,:]]");
    assert_parts("/a/x.h5[/e/d]#phase", "[/e/d]#phase", "x.h5[/e/d]#phase");
    assert_parts("/a/x.h5::/e/d[3,:,:]", "::/e/d[3,:,:]", "x.h5::/e/d[3,:,:]");
    assert_parts("/a/run[1]/x.fits[2]", "[2]", "x.fits[2]");
    assert_parts("/a/run[1]/x.fits", "", "x.fits");
    assert_parts("/a/run[1]/#1", "", "#1");
    assert_parts("x]", "", "x]");
    assert_parts("", "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selectors_and_titles),
        cmocka_unit_test(test_write_and_read),
        cmocka_unit_test(test_not_files),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_proposed_names),
        cmocka_unit_test(test_replaced_file_keeps_its_mode),
        cmocka_unit_test(test_draft_of_private_file),
        cmocka_unit_test(test_umask_is_never_changed),
        cmocka_unit_test(test_pipe_does_not_block),
        cmocka_unit_test(test_replace_fails),
        cmocka_unit_test(test_path_name),
        cmocka_unit_test(test_device_is_not_replaced),
        cmocka_unit_test(test_link_stays_a_link),
        cmocka_unit_test(test_siblings_of_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
