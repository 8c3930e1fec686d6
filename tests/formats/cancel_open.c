// SPDX-License-Identifier: MIT
// Opening ends when it is cancelled: while a file is unpacked, as an image and as a mask, and while the
// worker of HDF5 files waits for a pipe that nobody writes to.
#include "formats/writers/mask_file.h"
#include "support/hdf5_file.h"
#include "support/npy_bomb.h"
#include "support/reader_checks.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HANG_SECONDS = 100 }; // less than a worker would wait

// One open in a thread of its own.
struct opening {
    const char *path;
    bool as_mask;
    struct cancel cancel;
    atomic_bool begun;
    enum status status;
};

static void *run_opening(void *context)
{
    struct opening *opening = context;
    struct error error = {0};
    struct image_file *file = NULL;
    struct mask *mask = NULL;
    atomic_store(&opening->begun, true);
    if (opening->as_mask && mask_create(64, 64, &mask, &error) == STATUS_OK) {
        opening->status = mask_file_load(opening->path, &opening->cancel, mask, &error);
        mask_destroy(&mask);
        return NULL;
    }
    const struct open_request request = {
        .path = opening->path, .channel = CHANNEL_AUTO, .cancel = &opening->cancel};
    opening->status = image_file_open_request(&request, &file, &error);
    image_file_close(&file);
    return NULL;
}

// Cancels once the open has begun, or has gone on for a while; the status it ends with.
static enum status open_and_cancel(const char *path, bool as_mask, useconds_t later)
{
    struct opening opening = {.path = path, .as_mask = as_mask};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_opening, &opening), 0);
    while (!atomic_load(&opening.begun))
        usleep(100);
    usleep(later);
    cancel_request(&opening.cancel);
    assert_int_equal(pthread_join(thread, NULL), 0);
    return opening.status;
}

static void test_unpacking_is_cancelled(void **state)
{
    (void)state;
    const char *path = temporary_path("bomb.npy.gz");
    npy_bomb_write(path, 1);
    assert_int_equal(open_and_cancel(path, false, 0), STATUS_CANCELLED);
    assert_int_equal(open_and_cancel(path, true, 0), STATUS_CANCELLED);
    assert_int_equal(open_and_cancel(path, false, 20000), STATUS_CANCELLED);
}

// Whether the pipe is waited for or refused, the open ends.
static void test_the_worker_is_cancelled(void **state)
{
    (void)state;
    const hid_t file = hdf5_create("linked.h5");
    assert_true(H5Lcreate_external("pipe.h5", "/data", file, "data", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(file);
    assert_int_equal(mkfifo(temporary_path("pipe.h5"), 0600), 0);
    assert_int_not_equal(open_and_cancel(temporary_path("linked.h5"), false, 100000), STATUS_OK);
}

// What is cancelled beforehand is not opened at all, whatever the format.
static void test_nothing_is_opened_after_cancel(void **state)
{
    (void)state;
    struct cancel cancel = {0};
    struct error error = {0};
    struct image_file *opened = NULL;
    const uint16_t samples[4] = {1, 2, 3, 4};
    const hsize_t dims[2] = {2, 2};
    const hid_t file = hdf5_create("small.h5");
    hdf5_put_array(file, "/a", H5T_NATIVE_UINT16, 2, dims, samples);
    H5Fclose(file);
    cancel_request(&cancel);
    const char *const paths[] = {temporary_path("small.h5"), save_bytes("small.pgm", "P5 1 1 255\n\x07", 12)};
    for (int i = 0; i < 2; i++) {
        const struct open_request request = {.path = paths[i], .channel = CHANNEL_AUTO, .cancel = &cancel};
        assert_int_equal(image_file_open_request(&request, &opened, &error), STATUS_CANCELLED);
        assert_null(opened);
        opened = open_good(paths[i]);
        image_file_close(&opened);
    }
}

int main(void)
{
    alarm(HANG_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unpacking_is_cancelled),
        cmocka_unit_test(test_the_worker_is_cancelled),
        cmocka_unit_test(test_nothing_is_opened_after_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
