// SPDX-License-Identifier: MIT
// Fit2D masks against bits composed here, real masks, and the loading of masks.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include "formats/writers/mask_file.h"
#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A mask of random bits, which are returned a byte each. The caller frees them.
static uint8_t *make_mask(int width, int height, const char **path, size_t *count)
{
    const size_t row = (size_t)(width + 31) / 32 * 4;
    *count = 1024 + row * (size_t)height;
    uint8_t *bytes = calloc(*count, 1), *pixels = malloc((size_t)width * (size_t)height);
    for (size_t i = 0; i < 4; i++)
        bytes[4 * i] = (uint8_t) "MASK"[i];
    put_u32(bytes + 16, (uint32_t)width);
    put_u32(bytes + 20, (uint32_t)height);
    put_u32(bytes + 24, 1);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            uint8_t bit = random_next() % 3 == 0;
            pixels[y * width + x] = bit;
            bytes[1024 + (size_t)y * row + (size_t)x / 8] |= (uint8_t)(bit << (x % 8));
        }
    }
    *path = save_bytes("random.msk", bytes, *count);
    free(bytes);
    return pixels;
}

static void test_bits(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {31, 3}, {32, 4}, {33, 7}, {123, 45}, {70001, 3}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *path;
        size_t count;
        uint8_t *pixels = make_mask(sizes[i][0], sizes[i][1], &path, &count);
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        assert_string_equal(file->reader->name, "fit2d-mask");
        assert_int_equal(info.width, sizes[i][0]);
        assert_int_equal(info.height, sizes[i][1]);
        assert_int_equal(info.type, SAMPLE_U8);
        check_rectangles(file, 0, pixels);
        image_file_close(&file);
        check_threads(path);
        free(pixels);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    const char *path;
    size_t count;
    uint8_t *pixels = make_mask(50, 20, &path, &count), *bytes = load_bytes(path, &count);
    struct mask *mask = NULL;
    struct error error = {0};
    // Rows of 8 bytes: of row 10 there are 2, which are 16 pixels.
    path = save_bytes("cut.msk", bytes, 1024 + 10 * 8 + 2);
    struct image_file *file = open_good(path);
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, 1000 - 516);
    assert_memory_equal(picture.pixels, pixels, 516);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(picture.classes[i], i < 516 ? 0 : MASK_BIT(MASK_BAD));
    picture_free(&picture);
    image_file_close(&file);
    assert_int_equal(mask_create(50, 20, &mask, &error), STATUS_OK);
    assert_int_equal(mask_file_load(path, NULL, mask, &error), STATUS_BROKEN);
    mask_destroy(&mask);
    check_refused(save_bytes("cut.msk", bytes, 1024), STATUS_BROKEN, "only 0 B");
    put_u32(bytes + 16, 0xFFFFFFFF);
    check_refused(save_bytes("cut.msk", bytes, count), STATUS_BROKEN, "-1 x 20");
    put_u32(bytes + 16, 0x7FFFFFFF);
    check_refused(save_bytes("cut.msk", bytes, count), STATUS_BROKEN, "in the file");
    free(bytes);
    free(pixels);
}

static void test_as_mask(void **state)
{
    (void)state;
    const char *path;
    size_t count;
    uint8_t *pixels = make_mask(123, 45, &path, &count);
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(123, 45, &mask, &error), STATUS_OK);
    assert_int_equal(mask_file_load(path, NULL, mask, &error), STATUS_OK);
    for (int y = 0; y < 45; y++)
        for (int x = 0; x < 123; x++)
            assert_int_equal(mask_at(mask, x, y), pixels[y * 123 + x] ? MASK_BIT(MASK_FILE) : 0);
    mask_destroy(&mask);
    free(pixels);
}

// Masks of other programs: pickles of every protocol.
static void test_pickles_are_refused(void **state)
{
    (void)state;
    static const char *const pickles[] = {"\x80\x04\x95.numpy",      "\x80\x02]q",    "\x80\x03}q.",
                                          "\x80\x05\x95....",        "(dp0\nS'mask'", "(lp1\n",
                                          "cnumpy.core.multiarray\n"};
    for (size_t i = 0; i < sizeof pickles / sizeof *pickles; i++)
        check_refused(save_bytes("foreign.msk", pickles[i], strlen(pickles[i])), STATUS_UNSUPPORTED,
                      "pickled by a Python program");
    check_refused(save_bytes("foreign.msk", "no mask at all", 14), STATUS_NOT_MINE, "no format");
    check_refused(save_bytes("foreign.dat", "\x80\x04\x95.numpy", 9), STATUS_NOT_MINE, "no format");
}

static void test_fabio_agrees(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, numpy, fabio.fit2dmaskimage\n"
        "a = (numpy.arange(19 * 75) * 7919 % 5 == 0).reshape(19, 75).astype('uint8')\n"
        "fabio.fit2dmaskimage.Fit2dMaskImage(data=a).write(sys.argv[1])\n";
    char arguments[1024];
    uint8_t expected[19 * 75];
    const char *path = temporary_path("fabio.msk");
    snprintf(arguments, sizeof arguments, "'%s'", path);
    python_run("fabio, numpy", script, arguments);
    for (int i = 0; i < 19 * 75; i++)
        expected[i] = i * 7919 % 5 == 0;
    struct image_file *file = open_good(path);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("Fit2dMaskImage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),         cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_as_mask),      cmocka_unit_test(test_pickles_are_refused),
        cmocka_unit_test(test_fabio_agrees), cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
