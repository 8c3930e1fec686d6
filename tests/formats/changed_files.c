// SPDX-License-Identifier: MIT
// Files that others cut, continue, write over or replace while they are open: what is decoded is what was
// opened, or a sentence says that it no longer is.
#include "support/reader_checks.h"

#include "formats/base/blob.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 20, HEIGHT = 10, COUNT = WIDTH * HEIGHT, HEAD = 128 };

static const char sentence[] = "was changed while it was open; open it again";

// An array of bytes as NumPy writes it, all of one value.
static void fill_array(char *bytes, int value)
{
    memset(bytes, ' ', HEAD);
    memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
    const int count =
        snprintf(bytes + 10, HEAD - 10, "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d), }",
                 HEIGHT, WIDTH);
    bytes[10 + count] = ' ';
    bytes[HEAD - 1] = '\n';
    memset(bytes + HEAD, value, COUNT);
}

// Writes the bytes into the file as it is, from its beginning, or from its end for `append`.
static void write_into(const char *path, const void *bytes, size_t count, bool append)
{
    const int fd = open(path, O_WRONLY | (append ? O_APPEND : 0));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, count), count);
    close(fd);
}

// A file last written some time ago, so that whatever is written now has another time.
static const char *save_old(const char *name, const void *bytes, size_t count)
{
    const char *path = save_bytes(name, bytes, count);
    const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    return path;
}

// --- What is done to a file, and what comes of it ---

static void leave(const char *path)
{
    (void)path;
}

static void cut(const char *path)
{
    assert_int_equal(truncate(path, HEAD + COUNT / 2), 0);
}

static void cut_to_nothing(const char *path)
{
    assert_int_equal(truncate(path, 0), 0);
}

static void continue_it(const char *path)
{
    write_into(path, "more", 4, true);
}

static void write_over(const char *path)
{
    char other[HEAD + COUNT];
    fill_array(other, 99);
    write_into(path, other, sizeof other, false);
}

static void write_longer(const char *path)
{
    char other[HEAD + COUNT + 50] = {0};
    fill_array(other, 99);
    other[100] = ' ' - 1; // another beginning
    write_into(path, other, sizeof other, false);
}

static void replace(const char *path)
{
    char other[HEAD + COUNT];
    fill_array(other, 99);
    assert_int_equal(rename(save_bytes("other.npy", other, sizeof other), path), 0);
}

static void take_away(const char *path)
{
    assert_int_equal(remove(path), 0);
}

static const struct {
    const char *what;
    void (*change)(const char *path);
    bool same, same_growing; // for whom keeps to the old size, and for formats that grow in place
} changes[] = {
    {"left", leave, true, true},
    {"cut", cut, false, false},
    {"cut to nothing", cut_to_nothing, false, false},
    {"continued", continue_it, true, true},
    {"written over", write_over, false, true},
    {"written longer", write_longer, false, true},
    {"replaced", replace, true, true},
    {"taken away", take_away, true, true},
};

enum { CHANGES = sizeof changes / sizeof *changes };

static void test_blobs_know_what_was_done(void **state)
{
    (void)state;
    char bytes[HEAD + COUNT];
    fill_array(bytes, 7);
    for (int i = 0; i < CHANGES; i++) {
        struct blob *blob;
        struct error error = {0};
        const char *path = save_old("blob.npy", bytes, sizeof bytes);
        assert_int_equal(blob_open(path, &blob, NULL), STATUS_OK);
        changes[i].change(path);
        const enum status status = blob_check(blob, false, &error);
        if (status != (changes[i].same ? STATUS_OK : STATUS_IO))
            fail_msg("%s: %d", changes[i].what, status);
        assert_int_equal(error.text[0] != '\0', !changes[i].same);
        assert_int_equal(blob_check(blob, true, NULL), changes[i].same_growing ? STATUS_OK : STATUS_IO);
        blob_release(&blob);
    }
    struct blob *memory = blob_of_memory("memory", bytes, sizeof bytes);
    bytes[0]++;
    assert_int_equal(blob_check(memory, false, NULL), STATUS_OK);
    blob_release(&memory);
}

// Decodes all of the frame; the pixels are all 7, or there is a sentence.
static enum status decode_sevens(struct image_file *file, struct error *error)
{
    uint8_t pixels[COUNT] = {0}, classes[COUNT] = {0}, sevens[COUNT];
    const struct decode_request request = {
        .rect = {0, 0, WIDTH, HEIGHT}, .pixels = pixels, .stride = WIDTH, .classes = classes};
    struct decode_report report = {0};
    memset(sevens, 7, sizeof sevens);
    const enum status status = image_file_decode(file, &request, &report, error);
    if (status == STATUS_OK) {
        assert_int_equal(report.lost_pixels, 0);
        assert_memory_equal(pixels, sevens, COUNT);
    }
    return status;
}

static void test_pictures_are_right_or_refused(void **state)
{
    (void)state;
    char bytes[HEAD + COUNT];
    fill_array(bytes, 7);
    for (int i = 0; i < CHANGES; i++) {
        struct error error = {0};
        const char *path = save_old("picture.npy", bytes, sizeof bytes);
        struct image_file *file = open_good(path), *copy = NULL;
        assert_int_equal(decode_sevens(file, NULL), STATUS_OK);
        changes[i].change(path);
        const enum status status = decode_sevens(file, &error);
        if (status != (changes[i].same ? STATUS_OK : STATUS_IO))
            fail_msg("%s: %d", changes[i].what, status);
        if (status != STATUS_OK) {
            assert_non_null(strstr(error.text, path));
            assert_non_null(strstr(error.text, sentence));
            assert_null(strchr(error.text, '\n'));
        }
        assert_int_equal(image_file_clone(file, &copy, NULL), STATUS_OK); // a copy knows as much
        assert_int_equal(decode_sevens(copy, NULL), status);
        image_file_close(&copy);
        image_file_close(&file);
    }
}

// Opened again, the file is what it has become.
static void test_opening_again_helps(void **state)
{
    (void)state;
    char bytes[HEAD + COUNT];
    fill_array(bytes, 99);
    const char *path = save_old("again.npy", bytes, sizeof bytes);
    struct image_file *file = open_good(path);
    fill_array(bytes, 7);
    write_into(path, bytes, sizeof bytes, false);
    assert_int_equal(decode_sevens(file, NULL), STATUS_IO);
    image_file_close(&file);
    file = open_good(path);
    assert_int_equal(decode_sevens(file, NULL), STATUS_OK);
    image_file_close(&file);
}

// What was unpacked is ours: nothing that is done to the packed file changes it.
static void test_packed_files_stay(void **state)
{
    (void)state;
    char bytes[HEAD + COUNT], command[600];
    fill_array(bytes, 7);
    for (int i = 0; i < CHANGES; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s", save_bytes("packed.npy", bytes, sizeof bytes));
        snprintf(command, sizeof command, "gzip -f '%s'", path);
        assert_int_equal(system(command), 0);
        snprintf(path + strlen(path), sizeof path - strlen(path), ".gz");
        struct image_file *file = open_good(path);
        changes[i].change(path);
        assert_int_equal(decode_sevens(file, NULL), STATUS_OK);
        image_file_close(&file);
        remove(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blobs_know_what_was_done),
        cmocka_unit_test(test_pictures_are_right_or_refused),
        cmocka_unit_test(test_opening_again_helps),
        cmocka_unit_test(test_packed_files_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
