// SPDX-License-Identifier: MIT
// How a name becomes a path and a selector, and what the wrappers around all readers check.
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// --- Files: a selector is known by the width of what it opens ---

enum { CARDS = 36, BLOCK = 2880 };

// A FITS file whose primary image is 3 wide and whose extension 1 is 5 wide.
static const char *fits_file(const char *name)
{
    static const char *const headers[2][CARDS] = {
        {"SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    2",
         "NAXIS1  =                    3", "NAXIS2  =                    1", "EXTEND  =                    T",
         "END"},
        {"XTENSION= 'IMAGE   '", "BITPIX  =                    8", "NAXIS   =                    2",
         "NAXIS1  =                    5", "NAXIS2  =                    1", "PCOUNT  =                    0",
         "GCOUNT  =                    1", "END"},
    };
    static char bytes[4 * BLOCK];
    memset(bytes, 0, sizeof bytes);
    for (int i = 0; i < 2; i++) {
        char *header = bytes + (size_t)i * 2 * BLOCK;
        memset(header, ' ', BLOCK);
        for (int card = 0; headers[i][card]; card++)
            memcpy(header + (size_t)card * 80, headers[i][card], strlen(headers[i][card]));
    }
    return save_bytes(name, bytes, sizeof bytes);
}

// An HDF5 file with /a, 3 wide, /b, 5 wide, and /cube of 2 x 4 x 7.
static const char *hdf5_file(const char *name)
{
    static const uint16_t samples[56];
    static const hsize_t a[2] = {2, 3}, b[2] = {2, 5}, cube[3] = {2, 4, 7};
    hid_t file = hdf5_create(name);
    hdf5_put_array(file, "/a", H5T_NATIVE_UINT16, 2, a, samples);
    hdf5_put_array(file, "/b", H5T_NATIVE_UINT16, 2, b, samples);
    hdf5_put_array(file, "/cube", H5T_NATIVE_UINT16, 3, cube, samples);
    H5Fclose(file);
    return temporary_path(name);
}

static const char *npy_file(const char *name)
{
    uint8_t bytes[128 + 6] = "\x93NUMPY\x01\x00\x76\x00";
    memset(bytes + 10, ' ', 118);
    static const char words[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }";
    memcpy(bytes + 10, words, sizeof words - 1);
    bytes[127] = '\n';
    return save_bytes(name, bytes, sizeof bytes);
}

static int64_t width_of(const char *format, const char *path)
{
    char name[1024];
    struct image_file *file = NULL;
    struct error error = {0};
    snprintf(name, sizeof name, format, path);
    if (image_file_open(name, CHANNEL_AUTO, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    int64_t width = info_of(file, 0).width;
    image_file_close(&file);
    assert_null(file);
    return width;
}

static void check_missing(const char *format, const char *path)
{
    char name[1024];
    struct error error = {0};
    snprintf(name, sizeof name, format, path);
    assert_int_equal(open_bad(name, &error), STATUS_IO);
    assert_non_null(strstr(error.text, name));
}

static void test_brackets(void **state)
{
    (void)state;
    const char *path = fits_file("two.fits");
    assert_int_equal(width_of("%s", path), 3);
    assert_int_equal(width_of("%s[0]", path), 3);
    assert_int_equal(width_of("%s[1]", path), 5);
    check_missing("%s[1", path);
    check_missing("%s1]", path);
    check_missing("%s.gone[1]", path);
    // A file that has brackets in its name.
    const char *odd = fits_file("odd[1]");
    assert_int_equal(width_of("%s", odd), 3);
    assert_int_equal(width_of("%s[1]", odd), 5);
}

static void test_colons(void **state)
{
    (void)state;
    const char *path = hdf5_file("plain.h5");
    assert_int_equal(width_of("%s::/a", path), 3);
    assert_int_equal(width_of("%s::/b", path), 5);
    assert_int_equal(width_of("%s::/cube", path), 7);
    assert_int_equal(width_of("%s::/cube[1,:,:]", path), 7);
    assert_int_equal(width_of("%s::1", fits_file("two.fits")), 5);
    check_missing("%s.gone::/a", path);
    check_missing("%s:/a", path);
    // Colons in the file's own name.
    const char *odd = hdf5_file("odd::name.h5");
    assert_int_equal(width_of("%s::/b", odd), 5);
    hdf5_file("more:::");
    assert_int_equal(width_of("%s::/a", temporary_path("more:::")), 3);
    // A dataset that is not there is named.
    char name[1024];
    struct error error = {0};
    snprintf(name, sizeof name, "%s::/nowhere", path);
    (void)open_bad(name, &error);
    assert_non_null(strstr(error.text, "nowhere"));
}

static void test_refusals(void **state)
{
    (void)state;
    struct image_file *file = NULL;
    struct error error = {0};
    assert_int_equal(image_file_open(NULL, CHANNEL_AUTO, &file, &error), STATUS_USAGE);
    assert_int_equal(image_file_open("", CHANNEL_AUTO, &file, &error), STATUS_USAGE);
    assert_int_equal(image_file_open("x", CHANNEL_AUTO, NULL, &error), STATUS_USAGE);
    assert_int_equal(image_file_open("x", -2, &file, &error), STATUS_USAGE);
    assert_int_equal(open_bad("::", &error), STATUS_IO);
    assert_int_equal(open_bad("::/a", &error), STATUS_IO);
    assert_int_equal(open_bad(save_bytes("empty", "", 0), &error), STATUS_NOT_MINE);
    assert_non_null(strstr(error.text, "empty"));
    assert_int_equal(open_bad(save_bytes("words", "some words", 10), &error), STATUS_NOT_MINE);
    assert_non_null(strstr(error.text, "fovea help")); // which lists the formats
    assert_null(file);
    image_file_close(NULL);
    image_file_close(&file);
}

static void test_frames(void **state)
{
    (void)state;
    struct image_file *file = open_good(npy_file("frames.npy"));
    struct frame_info info = {.width = 77};
    struct detector_info detector;
    struct text text = {0};
    struct error error = {0};
    static const int64_t wrong[] = {-1, 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(image_file_info(file, wrong[i], &info, &error), STATUS_USAGE);
        assert_int_equal(info.width, 77);
        assert_int_equal(image_file_metadata(file, wrong[i], NULL, &text, &error), STATUS_USAGE);
        assert_int_equal(image_file_detector(file, wrong[i], NULL, &detector, &error), STATUS_USAGE);
        assert_false(detector_info_known(&detector));
        assert_non_null(strstr(error.text, "frames.npy"));
    }
    assert_int_equal(text.length, 0);
    // A reader that tells nothing of a detector or of further contents.
    assert_int_equal(image_file_detector(file, 0, NULL, &detector, &error), STATUS_OK);
    assert_false(detector_info_known(&detector));
    assert_int_equal(image_file_contents(file, NULL, &text, &error), STATUS_OK);
    assert_int_equal(text.length, 0);
    text_free(&text);
    image_file_close(&file);
}

static void test_rectangles(void **state)
{
    (void)state;
    struct image_file *file = open_good(npy_file("rectangles.npy")); // 3 x 2
    uint8_t pixels[6], classes[6];
    static const struct rect wrong[] = {
        {0, 0, 4, 1},         {0, 0, 3, 3},         {-1, 0, 1, 1},        {0, -1, 1, 1},        {0, 0, 0, 1},
        {0, 0, 1, 0},         {3, 0, 1, 1},         {0, 2, 1, 1},         {1, 0, 3, 1},         {0, 1, 1, 2},
        {1, 0, INT64_MAX, 1}, {0, 1, 1, INT64_MAX}, {INT64_MAX, 0, 1, 1}, {0, INT64_MIN, 1, 1},
    };
    struct error error = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct decode_request request = {.rect = wrong[i], .pixels = pixels, .stride = 3, .classes = classes};
        assert_int_equal(image_file_decode(file, &request, NULL, &error), STATUS_USAGE);
    }
    struct decode_request request = {.rect = {0, 0, 3, 2}, .pixels = pixels, .stride = 3, .classes = classes};
    assert_int_equal(image_file_decode(file, &request, NULL, &error), STATUS_OK);
    request.stride = 2;
    assert_int_equal(image_file_decode(file, &request, NULL, &error), STATUS_USAGE);
    request.stride = 3;
    request.pixels = NULL;
    assert_int_equal(image_file_decode(file, &request, NULL, &error), STATUS_USAGE);
    request.pixels = pixels;
    request.classes = NULL;
    assert_int_equal(image_file_decode(file, &request, NULL, &error), STATUS_USAGE);
    image_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brackets), cmocka_unit_test(test_colons),     cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_frames),   cmocka_unit_test(test_rectangles),
    };
    return cmocka_run_group_tests_name("formats.readers", tests, NULL, NULL);
}
