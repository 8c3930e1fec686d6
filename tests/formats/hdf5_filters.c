// SPDX-License-Identifier: MIT
// Filters in files: chunks packed differently in one dataset, filters undone for H5Dread, filters that are
// absent.
#include "support/reader_checks.h"

#include <bzlib.h>
#include <hdf5.h>
#include <lzf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 12, WIDTH = 20, COUNT = HEIGHT * WIDTH };

static void fill(uint16_t *samples, int frame)
{
    for (int i = 0; i < COUNT; i++)
        samples[i] = (uint16_t)((i * 7 + frame * 5) % 41);
}

struct filter {
    int id;
    size_t count;
    unsigned parameters[8];
};

// A dataset of `frames` chunks of one frame, with filters that libhdf5 need not have.
static hid_t dataset_create(hid_t file, const char *name, hid_t type, int frames,
                            const struct filter *filters, int count)
{
    const hsize_t dims[3] = {(hsize_t)frames, HEIGHT, WIDTH}, chunk[3] = {1, HEIGHT, WIDTH};
    hid_t space = H5Screate_simple(3, dims, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 3, chunk);
    for (int i = 0; i < count; i++)
        assert_true(H5Pset_filter(properties, filters[i].id, H5Z_FLAG_OPTIONAL, filters[i].count,
                                  filters[i].parameters) >= 0);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(dataset >= 0);
    H5Pclose(properties);
    H5Sclose(space);
    return dataset;
}

static void chunk_write(hid_t dataset, int frame, uint32_t skipped, const void *bytes, size_t count)
{
    const hsize_t at[3] = {(hsize_t)frame, 0, 0};
    assert_true(H5Dwrite_chunk(dataset, H5P_DEFAULT, skipped, at, count, bytes) >= 0);
}

static void shuffle(const uint16_t *samples, uint8_t *out)
{
    for (int i = 0; i < COUNT; i++) {
        out[i] = (uint8_t)samples[i];
        out[COUNT + i] = (uint8_t)(samples[i] >> 8);
    }
}

static unsigned pack_lzf(const void *bytes, uint8_t *out)
{
    const unsigned count = lzf_compress(bytes, COUNT * 2, out, COUNT * 2);
    assert_true(count > 0);
    return count;
}

// Four frames by which of shuffle and LZF were applied: both, shuffle, LZF, none.
static void write_mixed(hid_t file, hid_t type)
{
    const struct filter filters[] = {{2, 1, {2}}, {32000, 3, {4, 0x0105, COUNT * 2}}};
    hid_t dataset = dataset_create(file, "mixed", type, 4, filters, 2);
    uint16_t samples[COUNT];
    uint8_t shuffled[COUNT * 2], packed[COUNT * 2];
    fill(samples, 0);
    shuffle(samples, shuffled);
    chunk_write(dataset, 0, 0, packed, pack_lzf(shuffled, packed));
    fill(samples, 1);
    shuffle(samples, shuffled);
    chunk_write(dataset, 1, 2, shuffled, sizeof shuffled);
    fill(samples, 2);
    chunk_write(dataset, 2, 1, packed, pack_lzf(samples, packed));
    fill(samples, 3);
    chunk_write(dataset, 3, 3, samples, sizeof samples);
    H5Dclose(dataset);
}

static void check_mixed(const char *path)
{
    char name[4096];
    snprintf(name, sizeof name, "%s::/mixed", path);
    struct image_file *file = open_good(name);
    assert_int_equal(file->frames, 4);
    for (int frame = 0; frame < 4; frame++) {
        uint16_t expected[COUNT];
        fill(expected, frame);
        check_rectangles(file, frame, expected);
    }
    assert_string_equal(info_of(file, 0).compression, "shuffle, LZF");
    image_file_close(&file);
}

static void each_chunk_tells_its_filters(void **state)
{
    (void)state;
    check_mixed(temporary_path("mixed.h5"));
}

// Samples of 12 bits in 16 are converted by libhdf5, which then needs the filters.
static void filters_are_undone_for_libhdf5(void **state)
{
    (void)state;
    check_mixed(temporary_path("twelve.h5"));
}

enum { LARGE_HEIGHT = 1000, LARGE_WIDTH = 400, LARGE = LARGE_HEIGHT * LARGE_WIDTH };
static uint16_t large[LARGE];

// A constant image; neither LZF without its parameters nor bzip2 tells how long the data become.
static void write_constant(hid_t file, hid_t type, const char *name, int filter)
{
    static uint8_t packed[LARGE * 2];
    const hsize_t dims[2] = {LARGE_HEIGHT, LARGE_WIDTH}, at[2] = {0, 0};
    hid_t space = H5Screate_simple(2, dims, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 2, dims);
    H5Pset_filter(properties, filter, H5Z_FLAG_OPTIONAL, 0, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    for (int i = 0; i < LARGE; i++)
        large[i] = 0x0707;
    unsigned count = sizeof packed;
    if (filter == 307)
        BZ2_bzBuffToBuffCompress((char *)packed, &count, (char *)large, sizeof large, 9, 0, 0);
    else
        count = lzf_compress(large, sizeof large, packed, count);
    assert_true(count > 0 && count < sizeof large / 60);
    assert_true(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at, count, packed) >= 0);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
}

static void a_length_that_is_not_told_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {"lzf", "bzip2"};
    for (size_t i = 0; i < 2; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s::/%s", temporary_path("constant.h5"), names[i]);
        struct image_file *opened = open_good(name);
        struct picture picture = decode_whole(opened, 0);
        assert_int_equal(picture.report.lost_pixels, 0);
        assert_memory_equal(picture.pixels, large, sizeof large);
        picture_free(&picture);
        image_file_close(&opened);
    }
}

static const struct {
    const char *name;
    int id;
    const char *compression, *said;
} missing[] = {
    {"zfp", 32013, "ZFP",
     "HDF5 filter 32013 (ZFP), for which no plugin is loaded: plugins are used with --hdf5-plugins only; the Debian package hdf5-filter-plugin-zfp-serial"},
    {"sz", 32017, "SZ",
     "HDF5 filter 32017 (SZ), for which no plugin is loaded: plugins are used with --hdf5-plugins only; no Debian package has it"},
    {"own", 40123, "filter 40123",
     "HDF5 filter 40123, for which no plugin is loaded: plugins are used with --hdf5-plugins only; no Debian package has it"},
};

static void write_missing(hid_t file)
{
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        const struct filter filter = {.id = missing[i].id, .count = 2, .parameters = {1, 2}};
        hid_t dataset = dataset_create(file, missing[i].name, H5T_IEEE_F32LE, 1, &filter, 1);
        chunk_write(dataset, 0, 0, "something", 9);
        H5Dclose(dataset);
    }
}

// The header can be told, and the sentence names what is missing; it is no damage.
static void a_missing_filter_is_named(void **state)
{
    (void)state;
    const char *path = temporary_path("missing.h5");
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        char name[4096];
        float pixels[COUNT];
        uint8_t classes[COUNT] = {0};
        struct error error = {0};
        const struct decode_request request = {.rect = {0, 0, WIDTH, HEIGHT},
                                               .pixels = pixels,
                                               .stride = sizeof *pixels * WIDTH,
                                               .classes = classes};
        snprintf(name, sizeof name, "%s::/%s", path, missing[i].name);
        struct image_file *opened = open_good(name);
        assert_string_equal(info_of(opened, 0).compression, missing[i].compression);
        assert_int_equal(image_file_decode(opened, &request, NULL, &error), STATUS_UNSUPPORTED);
        if (!strstr(error.text, missing[i].said))
            fail_msg("%s", error.text);
        image_file_close(&opened);
    }
}

// All files are written before one is read: then libhdf5 has filters that only undo, and would not write.
static int write_files(void **state)
{
    (void)state;
    static const char *const names[] = {"mixed.h5", "twelve.h5", "constant.h5", "missing.h5"};
    setenv("HDF5_PLUGIN_PATH", "/nowhere", 1); // plugins of this machine do not count
    hid_t twelve = H5Tcopy(H5T_STD_U16LE);
    H5Tset_precision(twelve, 12);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        hid_t file = H5Fcreate(temporary_path(names[i]), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        if (i < 2)
            write_mixed(file, i == 0 ? H5T_STD_U16LE : twelve);
        if (i == 2) {
            write_constant(file, twelve, "lzf", 32000);
            write_constant(file, twelve, "bzip2", 307);
        }
        if (i == 3)
            write_missing(file);
        H5Fclose(file);
    }
    H5Tclose(twelve);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_chunk_tells_its_filters),
        cmocka_unit_test(filters_are_undone_for_libhdf5),
        cmocka_unit_test(a_length_that_is_not_told_is_found),
        cmocka_unit_test(a_missing_filter_is_named),
    };
    return cmocka_run_group_tests(tests, write_files, NULL);
}
