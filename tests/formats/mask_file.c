// SPDX-License-Identifier: MIT
// Loading of masks of every sample type, and what is refused.
#include "support/testdata.h"

#include "formats/writers/mask_file.h"
#include "image/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

enum { WIDTH = 150, HEIGHT = 201, COUNT = WIDTH * HEIGHT };

static const char *save_npy(const char *name, const char *descr, int width, int height, const void *samples,
                            size_t bytes)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    char dictionary[128];
    int length =
        snprintf(dictionary, sizeof dictionary,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }\n", descr, height, width);
    fwrite("\x93NUMPY\x01\x00", 1, 8, file);
    fputc(length, file);
    fputc(0, file);
    fwrite(dictionary, 1, (size_t)length, file);
    fwrite(samples, 1, bytes, file);
    fclose(file);
    return path;
}

// The pattern of the tests: scattered pixels, and large parts without any.
static bool pattern(int i)
{
    int x = i % WIDTH, y = i / WIDTH;
    return (x > 70 && (x * 7 + y * 13) % 31 == 0 && y < 150) || i == 0 || i == COUNT - 1;
}

static struct mask *new_mask(int64_t width, int64_t height)
{
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(width, height, &mask, &error), STATUS_OK);
    return mask;
}

static void check_pattern(const struct mask *mask, uint8_t other)
{
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(mask_at(mask, i % WIDTH, i / WIDTH),
                         (pattern(i) ? MASK_BIT(MASK_FILE) : 0) | (i == 5 ? other : 0));
}

// A sample that is masked or not, as the type has it: for floats 0, -0, NaN, denormal numbers.
static void put_sample(enum sample_type type, bool masked, int i, uint8_t *at)
{
    size_t item = sample_traits(type)->bytes;
    uint64_t sign = UINT64_C(1) << (8 * item - 1);
    uint64_t bits = masked ? UINT64_C(1) << (i % (int)(8 * item - 1)) : 0;
    if (sample_traits(type)->is_float)
        bits |= i % 2 ? sign : 0; // -0 is 0
    else if (masked && i % 3 == 0)
        bits = sign;
    if (masked && i % 5 == 0 && sample_traits(type)->is_float)
        bits = sign - 1; // a NaN
    memcpy(at, &bits, item);
}

static void test_every_type(void **state)
{
    (void)state;
    static const char *const descr[SAMPLE_COUNT] = {"|u1", "|i1", "<u2", "<i2", "<u4", "<i4",
                                                    "<u8", "<i8", "<f2", "<f4", "<f8"};
    static uint8_t samples[COUNT * 8];
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        size_t item = sample_traits((enum sample_type)type)->bytes;
        for (int i = 0; i < COUNT; i++)
            put_sample((enum sample_type)type, pattern(i), i, samples + (size_t)i * item);
        const char *path = save_npy("mask.npy", descr[type], WIDTH, HEIGHT, samples, COUNT * item);
        struct mask *mask = new_mask(WIDTH, HEIGHT);
        struct error error = {0};
        // What was there of this layer goes, other layers stay.
        mask_mark(mask, (struct rect){5, 0, 1, 1}, (const uint8_t[]){1}, 1,
                  MASK_BIT(MASK_FILE) | MASK_BIT(MASK_USER));
        if (mask_file_load(path, NULL, mask, &error) != STATUS_OK)
            fail_msg("%s", error.text);
        check_pattern(mask, MASK_BIT(MASK_USER));
        mask_destroy(&mask);
    }
}

static void test_tiff(void **state)
{
    (void)state;
    static uint8_t row[WIDTH];
    const char *path = temporary_path("mask.tif");
    TIFF *tiff = TIFFOpen(path, "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, WIDTH);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, HEIGHT);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 48);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++)
            row[x] = pattern(y * WIDTH + x) ? 255 : 0;
        TIFFWriteScanline(tiff, row, (uint32_t)y, 0);
    }
    TIFFClose(tiff);
    struct mask *mask = new_mask(WIDTH, HEIGHT);
    struct error error = {0};
    if (mask_file_load(path, NULL, mask, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    check_pattern(mask, 0);
    mask_destroy(&mask);
}

static void test_mismatch_names_both_shapes(void **state)
{
    (void)state;
    static const uint8_t samples[12] = {1};
    struct mask *mask = new_mask(4148, 4362);
    struct error error = {0};
    mask_mark(mask, (struct rect){5, 0, 1, 1}, (const uint8_t[]){1}, 1, MASK_BIT(MASK_FILE));
    const char *path = save_npy("small.npy", "|u1", 4, 3, samples, sizeof samples);
    assert_int_equal(mask_file_load(path, NULL, mask, &error), STATUS_MISMATCH);
    assert_non_null(
        strstr(error.text,
               "small.npy: the mask is 4 x 3 pixels, the image 4148 x 4362; they must be the same size"));
    assert_int_equal(mask_at(mask, 5, 0), MASK_BIT(MASK_FILE));
    mask_destroy(&mask);
}

static void test_missing_and_damaged(void **state)
{
    (void)state;
    static uint8_t samples[COUNT] = {1};
    struct mask *mask = new_mask(WIDTH, HEIGHT);
    struct error error = {0};
    mask_mark(mask, (struct rect){5, 0, 1, 1}, (const uint8_t[]){1}, 1, MASK_BIT(MASK_FILE));
    assert_int_equal(mask_file_load(temporary_path("absent.npy"), NULL, mask, &error), STATUS_IO);
    assert_int_equal(mask_at(mask, 5, 0), MASK_BIT(MASK_FILE));
    // Cut short: a mask with a hole must not be taken for a mask.
    const char *path = save_npy("cut.npy", "|u1", WIDTH, HEIGHT, samples, COUNT / 2);
    assert_int_equal(mask_file_load(path, NULL, mask, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "cut.npy"));
    assert_int_equal(mask_count(mask, 0xFF), 0);
    mask_destroy(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_tiff),
        cmocka_unit_test(test_mismatch_names_both_shapes),
        cmocka_unit_test(test_missing_and_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
