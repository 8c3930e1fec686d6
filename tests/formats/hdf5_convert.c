// SPDX-License-Identifier: MIT
// Samples converted as libhdf5 converts them, which is asked for all pairs of types.
#include "formats/hdf5/hdf5_convert.h"
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 12, MOST_BYTES = 8 };

static hid_t native(enum sample_type type)
{
    const hid_t types[SAMPLE_COUNT] = {
        [SAMPLE_U8] = H5T_NATIVE_UINT8,   [SAMPLE_I8] = H5T_NATIVE_INT8,    [SAMPLE_U16] = H5T_NATIVE_UINT16,
        [SAMPLE_I16] = H5T_NATIVE_INT16,  [SAMPLE_U32] = H5T_NATIVE_UINT32, [SAMPLE_I32] = H5T_NATIVE_INT32,
        [SAMPLE_U64] = H5T_NATIVE_UINT64, [SAMPLE_I64] = H5T_NATIVE_INT64,  [SAMPLE_F32] = H5T_NATIVE_FLOAT,
        [SAMPLE_F64] = H5T_NATIVE_DOUBLE};
    return types[type];
}

// Values at the limits of types, as those of one type.
static void make(enum sample_type type, uint8_t samples[COUNT * MOST_BYTES])
{
    static const double reals[COUNT] = {0,    1,     -1,   254.6,  -129.5, 65535.9, -4e9, 4294968320.0,
                                        1e18, -1e19, 3e19, FLT_MAX};
    static const uint64_t wholes[COUNT] = {
        0, 1, ~0ull, 127, 128, 255, 32768, 65535, 0x80000000u, 0xFFFFFFFFu, 1ull << 63, (1ull << 53) + 1};
    for (int i = 0; i < COUNT; i++) {
        const float single = (float)reals[i];
        if (type == SAMPLE_F64)
            memcpy(samples + i * 8, &reals[i], 8);
        else if (type == SAMPLE_F32)
            memcpy(samples + i * 4, &single, 4);
        else
            memcpy(samples + (size_t)i * sample_traits(type)->bytes, &wholes[i], sample_traits(type)->bytes);
    }
}

static void all_types_are_converted_as_by_the_library(void **state)
{
    (void)state;
    for (enum sample_type from = 0; from < SAMPLE_COUNT; from++)
        for (enum sample_type to = 0; to < SAMPLE_COUNT; to++) {
            uint8_t ours[COUNT * MOST_BYTES] = {0}, theirs[COUNT * MOST_BYTES];
            if (from == SAMPLE_F16 || to == SAMPLE_F16)
                continue;
            make(from, ours);
            memcpy(theirs, ours, sizeof ours);
            assert_true(H5Tconvert(native(from), native(to), COUNT, theirs, NULL, H5P_DEFAULT) >= 0);
            assert_true(hdf5_convert(from, to, ours, COUNT));
            const size_t bytes = sample_traits(to)->bytes;
            for (size_t i = 0; i < COUNT; i++)
                if (memcmp(ours + i * bytes, theirs + i * bytes, bytes) != 0)
                    fail_msg("value %zu from %s to %s", i, sample_traits(from)->name,
                             sample_traits(to)->name);
        }
}

static void half_floats_are_left_to_the_library(void **state)
{
    (void)state;
    uint8_t samples[8] = {0};
    assert_false(hdf5_convert(SAMPLE_F16, SAMPLE_F32, samples, 1));
    assert_false(hdf5_convert(SAMPLE_U8, SAMPLE_F16, samples, 1));
}

// By way of a virtual dataset of i16 whose source is of u32.
static void sources_of_another_type_are_converted(void **state)
{
    (void)state;
    const hsize_t dims[2] = {2, 3};
    const uint32_t samples[6] = {0, 1, 32767, 32768, 65535, UINT32_MAX};
    const int16_t expected[6] = {0, 1, 32767, 32767, 32767, 32767};
    hid_t file = hdf5_create("converted.h5"), space = H5Screate_simple(2, dims, NULL);
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    hdf5_put_array(file, "/source", H5T_NATIVE_UINT32, 2, dims, samples);
    H5Pset_virtual(how, space, ".", "/source", space);
    H5Dclose(H5Dcreate2(file, "/shown", H5T_STD_I16LE, space, H5P_DEFAULT, how, H5P_DEFAULT));
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
    char name[4096];
    snprintf(name, sizeof name, "%s::/shown", temporary_path("converted.h5"));
    struct image_file *image = open_good(name);
    struct picture picture = decode_whole(image, 0);
    assert_memory_equal(picture.pixels, expected, sizeof expected);
    picture_free(&picture);
    image_file_close(&image);
}

static void what_is_no_number_becomes_0(void **state)
{
    (void)state;
    double value = NAN;
    assert_true(hdf5_convert(SAMPLE_F64, SAMPLE_I32, &value, 1));
    int32_t whole;
    memcpy(&whole, &value, sizeof whole);
    assert_int_equal(whole, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_types_are_converted_as_by_the_library),
        cmocka_unit_test(sources_of_another_type_are_converted),
        cmocka_unit_test(half_floats_are_left_to_the_library),
        cmocka_unit_test(what_is_no_number_becomes_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
