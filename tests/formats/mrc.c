// SPDX-License-Identifier: MIT
// The MRC reader against headers composed here word by word, files of the mrcfile library, and real maps.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 7, HEIGHT = 5, FRAMES = 3, EXTENDED = 48, COUNT = WIDTH * HEIGHT * FRAMES };

struct variant {
    int mode;
    const char *type;
    size_t item;
    bool big, stamped;
};

// A file of random samples, which are returned in the machine's order. The caller frees them.
static uint8_t *make_file(const struct variant *variant, const char **path)
{
    const size_t data = COUNT * variant->item, total = 1024 + EXTENDED + data;
    uint8_t *samples = malloc(data), *bytes = calloc(total, 1);
    const int32_t words[] = {WIDTH, HEIGHT, FRAMES, variant->mode, -3, 4, 0, WIDTH, HEIGHT, FRAMES};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put_bytes(bytes + 4 * i, (uint32_t)words[i], 4, variant->big);
    put_f32(bytes + 40, 14.0F, variant->big); // a cell of 14 x 15 x 12 A
    put_f32(bytes + 44, 15.0F, variant->big);
    put_f32(bytes + 48, 12.0F, variant->big);
    for (size_t i = 0; i < 3; i++)
        put_bytes(bytes + 64 + 4 * i, i + 1, 4, variant->big);
    put_bytes(bytes + 92, EXTENDED, 4, variant->big);
    if (variant->stamped) {
        memcpy(bytes + 208, "MAP ", 4);
        memset(bytes + 212, variant->big ? 0x11 : 0x44, 2);
    }
    memcpy(bytes + 224, "first label", 11);
    memcpy(bytes + 304, "second\tlabel \xB5", 14);
    for (size_t i = 0; i < data; i++)
        samples[i] = (uint8_t)random_next();
    memcpy(bytes + total - data, samples, data);
    if (variant->big)
        swap_items(bytes + total - data, COUNT, variant->item);
    *path = save_bytes("volume.mrc", bytes, total);
    free(bytes);
    return samples;
}

static const struct variant variants[] = {
    {0, "i8", 1, false, true},  {1, "i16", 2, false, true},  {1, "i16", 2, true, true},
    {2, "f32", 4, false, true}, {2, "f32", 4, true, true},   {6, "u16", 2, false, true},
    {6, "u16", 2, true, true},  {12, "f16", 2, false, true}, {12, "f16", 2, true, true},
    {1, "i16", 2, true, false}, {2, "f32", 4, false, false},
};

static void test_every_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        const char *path;
        uint8_t *samples = make_file(&variants[i], &path);
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        assert_string_equal(file->reader->name, "mrc");
        assert_int_equal(file->frames, FRAMES);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        assert_string_equal(sample_traits(info.type)->name, variants[i].type);
        assert_true(info.rows_upward);
        for (int64_t frame = 0; frame < FRAMES; frame++)
            check_rectangles(file, frame, samples + (size_t)frame * WIDTH * HEIGHT * variants[i].item);
        image_file_close(&file);
        check_threads(path);
        free(samples);
    }
}

static void test_metadata(void **state)
{
    (void)state;
    for (size_t i = 3; i < 5; i++) {
        const char *path;
        free(make_file(&variants[i], &path));
        struct image_file *file = open_good(path);
        check_metadata(file, 1,
                       (const char *const[]){"NX\t7\n", "NZ\t3\n", "MODE\t2\n", "NXSTART\t-3\n",
                                             "CELLA Y\t15\n", "pixel spacing\t2 x 3 x 4 A\n",
                                             "LABEL 1\tfirst label\n", "LABEL 2\tsecond label \xC2\xB5\n",
                                             NULL});
        image_file_close(&file);
    }
}

// IMOD marks its files; their bytes are then unsigned unless a flag says otherwise.
static void test_imod_bytes(void **state)
{
    (void)state;
    for (uint32_t flags = 0; flags < 2; flags++) {
        const char *path;
        size_t count;
        free(make_file(&variants[0], &path));
        uint8_t *bytes = load_bytes(path, &count);
        put_u32(bytes + 152, 1146047817);
        put_u32(bytes + 156, flags);
        struct image_file *file = open_good(save_bytes("imod.mrc", bytes, count));
        assert_string_equal(sample_traits(info_of(file, 0).type)->name, flags ? "i8" : "u8");
        image_file_close(&file);
        free(bytes);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    const char *path;
    size_t count;
    uint8_t *samples = make_file(&variants[3], &path), *bytes = load_bytes(path, &count);
    const size_t plane = (size_t)WIDTH * HEIGHT * 4;
    // The second frame ends after 10 samples, and there is no third.
    struct image_file *file = open_good(save_bytes("cut.mrc", bytes, count - 2 * plane + 10 * 4));
    assert_int_equal(file->frames, 2);
    assert_non_null(strstr(info_of(file, 1).note, "frame # 2 of 3"));
    float expected[WIDTH * HEIGHT];
    struct picture picture = decode_whole(file, 1);
    memcpy(expected, samples + plane, sizeof expected);
    assert_int_equal(picture.report.lost_pixels, WIDTH * HEIGHT - 10);
    assert_memory_equal(picture.pixels, expected, 40);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        assert_int_equal(picture.classes[i], i < 10 ? 0 : MASK_BIT(MASK_BAD));
    assert_true(isnan(((const float *)(const void *)picture.pixels)[10]));
    picture_free(&picture);
    image_file_close(&file);
    check_refused(save_bytes("cut.mrc", bytes, 1024 + EXTENDED), STATUS_BROKEN, "only 0 B");
    check_damage(path, 37, 256, 600);
    free(bytes);
    free(samples);
}

static void refuse_word(size_t offset, uint32_t value, enum status status, const char *said)
{
    const char *path;
    size_t count;
    free(make_file(&variants[1], &path));
    uint8_t *bytes = load_bytes(path, &count);
    put_u32(bytes + offset, value);
    check_refused(save_bytes("refused.mrc", bytes, count), status, said);
    free(bytes);
}

static void test_refused(void **state)
{
    (void)state;
    refuse_word(12, 3, STATUS_UNSUPPORTED, "complex");
    refuse_word(12, 4, STATUS_UNSUPPORTED, "complex");
    refuse_word(12, 16, STATUS_UNSUPPORTED, "mode 16");
    refuse_word(12, 100, STATUS_UNSUPPORTED, "mode 100");
    refuse_word(0, 0, STATUS_BROKEN, "no image");
    refuse_word(4, 0xFFFFFFFF, STATUS_BROKEN, "no image");
    refuse_word(0, 0x7FFFFFFF, STATUS_BROKEN, "needs");
    refuse_word(92, 0xFFFFFF00, STATUS_BROKEN, "negative");
    refuse_word(92, 0x7FFFFF00, STATUS_BROKEN, "only 0 B");
}

// Sections that the header does not count are as many as the file has room for.
static void test_uncounted_sections(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 0xFFFFFFFF};
    for (int i = 0; i < 2; i++) {
        const char *path;
        size_t count;
        uint8_t *samples = make_file(&variants[1], &path);
        uint8_t *bytes = load_bytes(path, &count);
        put_u32(bytes + 8, counts[i]);
        struct image_file *file = open_good(save_bytes("uncounted.mrc", bytes, count));
        assert_int_equal(file->frames, FRAMES);
        check_rectangles(file, 2, samples + (size_t)2 * WIDTH * HEIGHT * 2);
        image_file_close(&file);
        free(bytes);
        free(samples);
    }
}

static void test_mrcfile_agrees(void **state)
{
    (void)state;
    static const char script[] = "import sys, numpy, mrcfile\n"
                                 "a = (numpy.arange(4 * 6 * 9) * 37 % 251 - 100).reshape(4, 6, 9)\n"
                                 "a = a.astype(sys.argv[1])\n"
                                 "mrcfile.write(sys.argv[2], a, overwrite=True)\n";
    static const char *const types[] = {"int8", "int16", "uint16", "float16", "float32"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char arguments[1024];
        const char *path = temporary_path("written.mrc");
        snprintf(arguments, sizeof arguments, "%s '%s'", types[i], path);
        python_run("mrcfile, numpy", script, arguments);
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        assert_int_equal(file->frames, 4);
        assert_int_equal(info.width, 9);
        assert_int_equal(info.height, 6);
        for (int frame = 0; frame < 4; frame++) {
            struct picture picture = decode_whole(file, frame);
            for (int n = 0; n < 54; n++) {
                int value = (frame * 54 + n) * 37 % 251 - 100;
                double expected = i == 2 ? (uint16_t)value : i == 0 ? (int8_t)value : value;
                assert_true(
                    sample_value(info.type, picture.pixels + (size_t)n * sample_traits(info.type)->bytes) ==
                    expected);
            }
            picture_free(&picture);
        }
        image_file_close(&file);
    }
}

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("MRC");
}

// A header of 3 x 2 pixels in 2 sections, little-endian, and `count` bytes behind it.
static const char *save_small(int mode, int32_t extended, const uint8_t *data, size_t count)
{
    uint8_t bytes[1024 + 256] = {0};
    const int32_t words[] = {3, 2, 2, mode};
    for (size_t i = 0; i < 4; i++)
        put_bytes(bytes + 4 * i, (uint32_t)words[i], 4, false);
    put_bytes(bytes + 92, (uint32_t)extended, 4, false);
    memcpy(bytes + 208, "MAP DD", 6);
    memcpy(bytes + 1024, data, count);
    return save_bytes("small.mrc", bytes, 1024 + count);
}

// Rows of two bytes, the low half of a byte first; the last half of a row of three pixels is not used.
static void test_mode_101(void **state)
{
    (void)state;
    static const uint8_t data[] = {0x21, 0xF3, 0x54, 0x06, 0x87, 0x09, 0xBA, 0x0C};
    static const uint8_t expected[2][6] = {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}};
    struct image_file *file = open_good(save_small(101, 0, data, sizeof data));
    assert_int_equal(file->frames, 2);
    assert_int_equal(info_of(file, 0).width, 3);
    check_rectangles(file, 0, expected[0]);
    check_rectangles(file, 1, expected[1]);
    image_file_close(&file);
    // The last byte is gone, and with it one pixel.
    file = open_good(save_small(101, 0, data, sizeof data - 1));
    struct picture picture = decode_whole(file, 1);
    assert_int_equal(picture.report.lost_pixels, 1);
    assert_int_equal(picture.classes[5], MASK_BIT(MASK_BAD));
    assert_int_equal(picture.classes[4], 0);
    picture_free(&picture);
    image_file_close(&file);
}

// The size of the file tells whether an extended header that is announced is there.
static void test_absent_extended_header(void **state)
{
    (void)state;
    uint8_t data[12 + 20];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i + 1);
    static const int32_t announced[] = {20, 1024, 12, -5, INT32_MAX};
    for (size_t i = 0; i < sizeof announced / sizeof *announced; i++) {
        struct image_file *file = open_good(save_small(0, announced[i], data, 12));
        assert_int_equal(file->frames, 2);
        check_rectangles(file, 0, data);
        check_rectangles(file, 1, data + 6);
        image_file_close(&file);
    }
    struct image_file *file = open_good(save_small(0, 20, data, 32)); // it is there
    check_rectangles(file, 0, data + 20);
    check_rectangles(file, 1, data + 26);
    image_file_close(&file);
    check_refused(save_small(0, -5, data, 32), STATUS_BROKEN, "negative size");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mode),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_imod_bytes),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_mrcfile_agrees),
        cmocka_unit_test(test_mode_101),
        cmocka_unit_test(test_uncounted_sections),
        cmocka_unit_test(test_absent_extended_header),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
