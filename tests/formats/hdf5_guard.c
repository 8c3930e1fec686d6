// SPDX-License-Identifier: MIT
// What the process that tries HDF5 files may do: it has no file of the program open, leaves no core, and
// writes no file but the draft of a mask.
#include "formats/hdf5/hdf5_guard.h"
#include "support/hdf5_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 7, HEIGHT = 5 };

// The hard limit of the process, by its name in /proc; -1: none.
static long long limit_of(pid_t pid, const char *name)
{
    char path[64], line[256];
    long long hard = -2;
    snprintf(path, sizeof path, "/proc/%ld/limits", (long)pid);
    FILE *limits = fopen(path, "r");
    assert_non_null(limits);
    while (fgets(line, sizeof line, limits)) {
        char soft_text[32], hard_text[32];
        if (strncmp(line, name, strlen(name)) == 0 &&
            sscanf(line + strlen(name), "%31s %31s", soft_text, hard_text) == 2)
            hard = strcmp(hard_text, "unlimited") == 0 ? -1 : atoll(hard_text);
    }
    fclose(limits);
    return hard;
}

static int open_files(pid_t pid)
{
    char path[64];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *files = opendir(path);
    assert_non_null(files);
    for (const struct dirent *file = readdir(files); file; file = readdir(files))
        count += file->d_name[0] != '.';
    closedir(files);
    return count;
}

static void the_guard_of_reading_writes_nothing(void **state)
{
    (void)state;
    hid_t file = hdf5_create("image.h5");
    hdf5_put_image(file, "/image");
    H5Fclose(file);
    const int inherited = open("/dev/null", O_RDONLY); // as a library may leave it
    const struct hdf5_question question = {
        .task = HDF5_TASK_OPEN, .channel = -1, .path = temporary_path("image.h5"), .name = ""};
    struct hdf5_guard guard = {0};
    assert_int_equal(hdf5_guard_ask(&guard, &question, NULL, NULL), STATUS_OK);
    assert_true(guard.pid > 0);
    assert_int_equal(limit_of(guard.pid, "Max file size"), 0);
    assert_int_equal(limit_of(guard.pid, "Max core file size"), 0);
#ifndef FOVEA_SANITIZED // those reserve more address space than that
    assert_int_equal(limit_of(guard.pid, "Max address space"), INT64_C(8) << 30);
#endif
    assert_int_equal(open_files(guard.pid), 3); // the socket and /dev/null, twice
    hdf5_guard_end(&guard);
    close(inherited);
}

static void fill_row(void *context, int64_t index, void *out)
{
    (void)context;
    memset(out, (int)index, WIDTH * sizeof(uint32_t));
}

static void the_guard_of_writing_writes_a_draft(void **state)
{
    (void)state;
    enum { OLD_BYTES = 100 * 1000, SLACK = 64 << 20 };
    hid_t file = hdf5_create("old.h5");
    const hsize_t dims[2] = {100, 1000};
    uint8_t *zeros = calloc(1, OLD_BYTES);
    hdf5_put_array(file, "/data", H5T_STD_U8LE, 2, dims, zeros);
    free(zeros);
    H5Fclose(file);
    const struct hdf5_supply supply = {.bytes = WIDTH * sizeof(uint32_t), .count = HEIGHT, .fill = fill_row};
    const struct hdf5_question question = {.task = HDF5_TASK_MASK,
                                           .width = WIDTH,
                                           .height = HEIGHT,
                                           .exists = true,
                                           .path = temporary_path("old.h5"),
                                           .name = "/mask",
                                           .supply = &supply};
    struct hdf5_guard guard = {0};
    struct hdf5_answer answer = {0};
    assert_int_equal(hdf5_guard_ask(&guard, &question, &answer, NULL), STATUS_OK);
    assert_true(answer.given);
    assert_int_equal(answer.status, STATUS_OK);
    text_free(&answer.text);
    const long long most = limit_of(guard.pid, "Max file size");
    assert_true(most > OLD_BYTES + SLACK && most < OLD_BYTES + SLACK + 100 * 1000);
    hdf5_guard_end(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guard_of_reading_writes_nothing),
        cmocka_unit_test(the_guard_of_writing_writes_a_draft),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
