// SPDX-License-Identifier: MIT
// How often an HDF5 file is opened to show one frame of it, which of a virtual dataset of thousands of
// sources is what takes the time.
//
// The calls are counted by the linker's --wrap.
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_worker/hdf5_tasks.h"
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include <string.h>

enum { FRAMES = 5, ROWS = 4, COLUMNS = 6 };
static const char shown[] = "/entry/data/data";

// Handles of the dataset that are open, how often there was none before, and what was asked.
static int handles, openings, lists, questions[HDF5_TASK_COUNT];

hid_t __real_H5Oopen(hid_t place, const char *name, hid_t access);
hid_t __wrap_H5Oopen(hid_t place, const char *name, hid_t access);
herr_t __real_H5Oclose(hid_t object);
herr_t __wrap_H5Oclose(hid_t object);
hid_t __real_H5Dget_create_plist(hid_t dataset);
hid_t __wrap_H5Dget_create_plist(hid_t dataset);
enum status __real_hdf5_client_ask(void *context, const struct hdf5_question *question,
                                   struct hdf5_files *files, struct hdf5_answer *answer, struct error *error);
enum status __wrap_hdf5_client_ask(void *context, const struct hdf5_question *question,
                                   struct hdf5_files *files, struct hdf5_answer *answer, struct error *error);

static bool is_shown(hid_t object)
{
    char name[64] = "";
    return H5Iget_type(object) == H5I_DATASET && H5Iget_name(object, name, sizeof name) > 0 &&
           strcmp(name, shown) == 0;
}

hid_t __wrap_H5Oopen(hid_t place, const char *name, hid_t access)
{
    const hid_t object = __real_H5Oopen(place, name, access);
    if (object >= 0 && is_shown(object))
        openings += handles++ == 0;
    return object;
}

herr_t __wrap_H5Oclose(hid_t object)
{
    // A handle that is kept once more is still open.
    handles -= is_shown(object) && H5Iget_ref(object) == 1;
    return __real_H5Oclose(object);
}

hid_t __wrap_H5Dget_create_plist(hid_t dataset)
{
    lists += is_shown(dataset);
    return __real_H5Dget_create_plist(dataset);
}

enum status __wrap_hdf5_client_ask(void *context, const struct hdf5_question *question,
                                   struct hdf5_files *files, struct hdf5_answer *answer, struct error *error)
{
    questions[question->task]++;
    return __real_hdf5_client_ask(context, question, files, answer, error);
}

// A virtual dataset whose frame i is the dataset "s<i>" of the same file, in groups of classes of NeXus or
// not.
static const char *made(const char *name, bool nexus)
{
    static const hsize_t whole[] = {FRAMES, ROWS, COLUMNS}, *one = &whole[1];
    hid_t file = hdf5_create(name);
    hid_t all = H5Screate_simple(3, whole, NULL), source = H5Screate_simple(2, one, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    for (hsize_t i = 0; i < FRAMES; i++) {
        const hsize_t start[] = {i, 0, 0}, count[] = {1, ROWS, COLUMNS};
        uint16_t samples[ROWS * COLUMNS];
        char part[8];
        for (unsigned k = 0; k < ROWS * COLUMNS; k++)
            samples[k] = (uint16_t)(100 * i + k);
        snprintf(part, sizeof part, "/s%d", (int)i);
        hdf5_put_array(file, part, H5T_NATIVE_UINT16, 2, one, samples);
        H5Sselect_hyperslab(all, H5S_SELECT_SET, start, NULL, count, NULL);
        H5Pset_virtual(properties, all, ".", part, source);
    }
    H5Sselect_all(all);
    hdf5_put_group(file, "/entry", nexus ? "NXentry" : NULL);
    hdf5_put_group(file, "/entry/data", nexus ? "NXdata" : NULL);
    if (nexus)
        hdf5_put_attribute(file, "/entry/data", "signal", "data");
    H5Dclose(H5Dcreate2(file, shown, H5T_NATIVE_UINT16, all, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(source);
    H5Sclose(all);
    H5Fclose(file);
    return temporary_path(name);
}

// What the worker does of it, done here.
static void check_worker(const char *path, const char *selector)
{
    const struct hdf5_question question = {
        .task = HDF5_TASK_OPEN, .path = path, .name = selector, .channel = CHANNEL_AUTO};
    struct hdf5_reply reply = {.fd = HDF5_NO_FD};
    struct hdf5_kept *kept = hdf5_kept_create();
    handles = openings = lists = 0;
    hdf5_task_run(&question, kept, &reply);
    assert_int_equal(reply.status, STATUS_OK);
    assert_int_equal(openings, 1);
    assert_int_equal(lists, 1);
    message_out_free(&reply.facts);
    hdf5_kept_destroy(kept);
    assert_int_equal(handles, 0);
}

// Opens the file, shows a frame and closes it.
static void check_opened_once(const char *name)
{
    memset(questions, 0, sizeof questions);
    struct image_file *file = open_good(name);
    assert_int_equal(file->frames, FRAMES);
    assert_string_equal(info_of(file, 3).title, shown);
    struct picture picture = decode_whole(file, 3);
    for (int k = 0; k < ROWS * COLUMNS; k++)
        assert_int_equal(((const uint16_t *)(const void *)picture.pixels)[k], 300 + k);
    picture_free(&picture);
    image_file_close(&file);
    // The file is asked for once, and the one source of the frame.
    assert_int_equal(questions[HDF5_TASK_OPEN], 1);
    assert_int_equal(questions[HDF5_TASK_DATASET], 1);
    assert_int_equal(questions[HDF5_TASK_READ], 0);
}

static void test_opened_once(void **state)
{
    (void)state;
    char name[4096];
    const char *path;
    path = made("found.h5", false);
    check_worker(path, NULL);
    check_opened_once(path);
    path = made("named.h5", true);
    check_worker(path, NULL);
    check_worker(path, shown);
    check_opened_once(path);
    snprintf(name, sizeof name, "%s::%s", path, shown);
    check_opened_once(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_opened_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
