// SPDX-License-Identifier: MIT
// Blobs: what they read, how long they live, and that every reader shows the same of a file and of its bytes
// in memory.
#include "support/malformed_files.h"
#include "support/reader_checks.h"

#include "formats/base/blob.h"
#include "formats/base/readers_list.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT = 100000 };

static uint8_t bytes[COUNT];

static void fill_bytes(void)
{
    for (int i = 0; i < COUNT; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
}

// --- Reading ---

static void check_reads(const struct blob *blob)
{
    static const struct {
        int64_t offset;
        size_t count, there;
    } reads[] = {
        {0, 0, 0},         {0, 1, 1},     {0, COUNT, COUNT}, {17, 4000, 4000},  {COUNT - 1, 1, 1},
        {COUNT - 1, 2, 1}, {COUNT, 1, 0}, {COUNT, 0, 0},     {COUNT + 5, 3, 0}, {COUNT - 100, 200, 100}};
    uint8_t out[COUNT];
    assert_int_equal(blob_size(blob), COUNT);
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct error error = {0};
        memset(out, 0, sizeof out);
        assert_int_equal(blob_read_some(blob, reads[i].offset, out, reads[i].count), reads[i].there);
        assert_memory_equal(out, bytes + (reads[i].there ? reads[i].offset : 0), reads[i].there);
        const enum status status = blob_read(blob, reads[i].offset, out, reads[i].count, &error);
        assert_int_equal(status, reads[i].there == reads[i].count ? STATUS_OK : STATUS_BROKEN);
        if (status != STATUS_OK) {
            assert_non_null(strstr(error.text, blob_name(blob)));
            assert_non_null(strstr(error.text, "ends after"));
        }
    }
}

static void a_file_and_memory_read_alike(void **state)
{
    (void)state;
    fill_bytes();
    const char *path = save_bytes("bytes", bytes, COUNT);
    struct blob *blob;
    assert_int_equal(blob_open(path, &blob, NULL), STATUS_OK);
    assert_string_equal(blob_name(blob), path);
    check_reads(blob);
    blob_release(&blob);
    assert_null(blob);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    blob = blob_of_descriptor("a name", fd, COUNT);
    check_reads(blob);
    blob_release(&blob);
    assert_int_equal(fcntl(fd, F_GETFD), -1); // it was the blob's
    assert_int_equal(errno, EBADF);
    blob = blob_of_memory("memory", bytes, COUNT);
    check_reads(blob);
    blob_release(&blob);
    blob_release(&blob); // of NULL
}

static void what_is_no_regular_file_is_refused(void **state)
{
    (void)state;
    struct blob *blob;
    struct error error = {0};
    assert_int_equal(blob_open(temporary_path("missing"), &blob, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "cannot open"));
    assert_int_equal(blob_open("/", &blob, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "folder"));
    assert_int_equal(blob_open("/dev/null", &blob, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "not a regular file"));
}

static void a_file_that_shrinks_is_told_by_the_read(void **state)
{
    (void)state;
    fill_bytes();
    const char *path = save_bytes("bytes", bytes, COUNT);
    struct blob *blob;
    uint8_t out[64];
    struct error error = {0};
    assert_int_equal(blob_open(path, &blob, NULL), STATUS_OK);
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(blob_read(blob, 990, out, sizeof out, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "ends after 1000 bytes"));
    assert_int_equal(remove(path), 0);
    assert_int_equal(blob_read(blob, 900, out, sizeof out, NULL), STATUS_OK); // the file without its name
    assert_memory_equal(out, bytes + 900, sizeof out);
    blob_release(&blob);
}

static void *read_and_release(void *context)
{
    struct blob *blob = context;
    uint8_t out[1000];
    bool good = true;
    for (int i = 0; i < 50; i++) {
        struct blob *share = blob_share(blob);
        good = good && blob_read(share, i * 1000, out, sizeof out, NULL) == STATUS_OK &&
               memcmp(out, bytes + i * 1000, sizeof out) == 0;
        blob_release(&share);
    }
    blob_release(&blob);
    return good ? bytes : NULL;
}

static void threads_share_a_blob(void **state)
{
    (void)state;
    pthread_t threads[4];
    fill_bytes();
    struct blob *blob;
    assert_int_equal(blob_open(save_bytes("bytes", bytes, COUNT), &blob, NULL), STATUS_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_and_release, blob_share(blob)), 0);
    blob_release(&blob);
    for (int i = 0; i < 4; i++) {
        void *good;
        assert_int_equal(pthread_join(threads[i], &good), 0);
        assert_ptr_equal(good, bytes);
    }
}

// --- Every reader, of a file and of memory ---

// What a handle tells of a frame and its pixels, as one text and one run of bytes.
struct shown {
    enum status status;
    struct error error;
    int64_t frames;
    struct frame_info info;
    struct text metadata;
    struct picture picture;
};

static void show(const struct reader *reader, const struct open_request *request, struct shown *shown)
{
    struct image_file *file = NULL;
    *shown = (struct shown){0};
    shown->status = reader->open(request, &file, &shown->error);
    if (shown->status != STATUS_OK)
        return;
    shown->frames = file->frames;
    shown->status = image_file_info(file, file->frames - 1, &shown->info, &shown->error);
    image_file_metadata(file, file->frames - 1, NULL, &shown->metadata, NULL);
    if (shown->status == STATUS_OK && shown->info.width * shown->info.height <= 4096 * 4096)
        shown->picture = decode_whole(file, file->frames - 1);
    image_file_close(&file);
}

static void shown_free(struct shown *shown)
{
    text_free(&shown->metadata);
    picture_free(&shown->picture);
}

static const struct reader *checked;
static int seen;

static void *bytes_of(const char *path, int64_t *count)
{
    struct blob *blob;
    assert_int_equal(blob_open(path, &blob, NULL), STATUS_OK);
    *count = blob_size(blob);
    void *copy = malloc((size_t)*count + 1);
    assert_non_null(copy);
    assert_int_equal(blob_read(blob, 0, copy, (size_t)*count, NULL), STATUS_OK);
    blob_release(&blob);
    return copy;
}

static void check_seed(const char *path, int turn)
{
    (void)turn;
    int64_t count;
    void *copy = bytes_of(path, &count);
    struct blob *memory = blob_of_memory(path, copy, count);
    const struct open_request by_name = {.path = path, .channel = CHANNEL_AUTO};
    const struct open_request by_bytes = {.path = path, .blob = memory, .channel = CHANNEL_AUTO};
    struct shown file, bytes_shown;
    show(checked, &by_name, &file);
    show(checked, &by_bytes, &bytes_shown);
    assert_int_equal(file.status, bytes_shown.status);
    assert_string_equal(file.error.text, bytes_shown.error.text);
    assert_int_equal(file.frames, bytes_shown.frames);
    assert_int_equal(file.info.width, bytes_shown.info.width);
    assert_int_equal(file.info.height, bytes_shown.info.height);
    assert_int_equal(file.info.type, bytes_shown.info.type);
    assert_string_equal(text_string(&file.metadata), text_string(&bytes_shown.metadata));
    assert_int_equal(file.picture.bytes, bytes_shown.picture.bytes);
    if (file.picture.pixels) {
        assert_memory_equal(file.picture.pixels, bytes_shown.picture.pixels, file.picture.bytes);
        assert_memory_equal(file.picture.classes, bytes_shown.picture.classes,
                            (size_t)(file.info.width * file.info.height));
    }
    seen += file.status == STATUS_OK && file.picture.pixels;
    shown_free(&file);
    shown_free(&bytes_shown);
    blob_release(&memory);
    free(copy);
}

// HDF5 is left out: libhdf5 opens files by their names.
static void every_reader_shows_the_same_of_memory(void **state)
{
    (void)state;
    static const struct {
        const char *folder;
        const struct reader *reader;
    } rows[] = {
#define ROW(name) {#name, &name##_reader},
        READERS(ROW)
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].reader == &hdf5_reader)
            continue;
        checked = rows[i].reader;
        seen = 0;
        malformed_each_seed(rows[i].folder, check_seed);
        if (seen == 0)
            fail_msg("no file of %s was shown", rows[i].folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_and_memory_read_alike),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
        cmocka_unit_test(a_file_that_shrinks_is_told_by_the_read),
        cmocka_unit_test(threads_share_a_blob),
        cmocka_unit_test(every_reader_shows_the_same_of_memory),
    };
    return cmocka_run_group_tests_name("blob", tests, NULL, NULL);
}
