// SPDX-License-Identifier: MIT
// Plugins of libhdf5 are code of others: none is loaded unless the user allows it, by this process or by the
// one that tries files first. And libhdf5 does nothing when the program ends.
#include "formats/base/reader.h"
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WIDTH = 8, HEIGHT = 4, COUNT = WIDTH * HEIGHT, FILTER = 40321 };

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

// A dataset of one chunk, 0, 1, 2, ..., packed by the filter of the plugin.
static int write_file(void **state)
{
    (void)state;
    setenv("HDF5_PLUGIN_PATH", FOVEA_TEST_PLUGIN_FOLDER, 1);
    setenv("FOVEA_TEST_PLUGIN_MARK", temporary_path("loaded"), 1);
    const hsize_t dims[2] = {HEIGHT, WIDTH}, at[2] = {0, 0};
    uint8_t stored[COUNT];
    for (int i = 0; i < COUNT; i++)
        stored[i] = (uint8_t)~i;
    hid_t file = hdf5_create("packed.h5"), space = H5Screate_simple(2, dims, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5PLset_loading_state(0); // not for writing either
    H5Pset_chunk(properties, 2, dims);
    H5Pset_filter(properties, FILTER, H5Z_FLAG_OPTIONAL, 0, NULL);
    hid_t dataset = H5Dcreate2(file, "data", H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at, sizeof stored, stored) >= 0);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    H5Fclose(file);
    return 0;
}

static enum status read_file(uint8_t *pixels, struct error *error)
{
    uint8_t classes[COUNT] = {0};
    const struct decode_request request = {
        .rect = {0, 0, WIDTH, HEIGHT}, .pixels = pixels, .stride = WIDTH, .classes = classes};
    struct image_file *file = open_good(temporary_path("packed.h5"));
    const enum status status = image_file_decode(file, &request, NULL, error);
    image_file_close(&file);
    return status;
}

static void no_plugin_is_loaded_unless_allowed(void **state)
{
    (void)state;
    uint8_t pixels[COUNT];
    struct error error = {0};
    assert_int_equal(read_file(pixels, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "filter 40321"));
    assert_non_null(strstr(error.text, "--hdf5-plugins"));
}

static void an_allowed_plugin_decodes(void **state)
{
    (void)state;
    uint8_t pixels[COUNT];
    struct error error = {0};
    reader_plugins_allow();
    if (read_file(pixels, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    // Even so it is confined: it has tried to leave a file when it was loaded.
    assert_false(exists(temporary_path("loaded")));
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(pixels[i], i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_plugin_is_loaded_unless_allowed),
        cmocka_unit_test(an_allowed_plugin_decodes),
    };
    return cmocka_run_group_tests(tests, write_file, NULL);
}
