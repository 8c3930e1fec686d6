// SPDX-License-Identifier: MIT
// The PNG reader against pictures written here by libpng in every kind, and pictures of Pillow.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "image/mask.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 37, HEIGHT = 29, COUNT = WIDTH * HEIGHT };

struct kind {
    int colour, bits, channels;
};

static const struct kind kinds[] = {
    {PNG_COLOR_TYPE_GRAY, 1, 1},        {PNG_COLOR_TYPE_GRAY, 2, 1},       {PNG_COLOR_TYPE_GRAY, 4, 1},
    {PNG_COLOR_TYPE_GRAY, 8, 1},        {PNG_COLOR_TYPE_GRAY, 16, 1},      {PNG_COLOR_TYPE_PALETTE, 1, 1},
    {PNG_COLOR_TYPE_PALETTE, 4, 1},     {PNG_COLOR_TYPE_PALETTE, 8, 1},    {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 2},
    {PNG_COLOR_TYPE_GRAY_ALPHA, 16, 2}, {PNG_COLOR_TYPE_RGB, 8, 3},        {PNG_COLOR_TYPE_RGB, 16, 3},
    {PNG_COLOR_TYPE_RGB_ALPHA, 8, 4},   {PNG_COLOR_TYPE_RGB_ALPHA, 16, 4},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

// Writes samples (16 bits each, of COUNT pixels with all channels) as a picture.
static const char *write_png(const struct kind *kind, bool interlaced, const uint16_t *samples)
{
    const char *path = temporary_path("picture.png");
    FILE *out = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    const size_t line = (size_t)WIDTH * (size_t)kind->channels;
    static uint8_t bytes[COUNT * 8];
    png_bytep rows[HEIGHT];
    png_color colours[256] = {{0}};
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE,
                     .key = (char *)(uintptr_t) "Title",
                     .text = (char *)(uintptr_t) "a\tpicture"};
    assert_non_null(out);
    if (setjmp(png_jmpbuf(png)))
        fail_msg("libpng fails");
    png_init_io(png, out);
    png_set_IHDR(png, info, WIDTH, HEIGHT, kind->bits, kind->colour,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (kind->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, colours, 1 << kind->bits);
    png_set_text(png, info, &text, 1);
    png_write_info(png, info);
    png_set_packing(png);
    if (kind->bits == 16)
        png_set_swap(png);
    for (size_t i = 0; i < line * HEIGHT; i++) {
        if (kind->bits == 16)
            memcpy(bytes + 2 * i, &samples[i], 2);
        else
            bytes[i] = (uint8_t)samples[i];
    }
    for (size_t y = 0; y < HEIGHT; y++)
        rows[y] = bytes + y * line * (kind->bits == 16 ? 2 : 1);
    png_write_image(png, rows);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    assert_int_equal(fclose(out), 0);
    return path;
}

static void make_samples(const struct kind *kind, uint16_t *samples)
{
    for (int i = 0; i < COUNT * kind->channels; i++)
        samples[i] = (uint16_t)(random_next() & ((1u << kind->bits) - 1));
}

// What must be shown for a channel, -1 for the luminance, as bytes or as 16-bit words.
static void make_expected(const struct kind *kind, const uint16_t *samples, int channel, uint8_t *out)
{
    for (size_t i = 0; i < COUNT; i++) {
        const uint16_t *pixel = samples + i * (size_t)kind->channels;
        uint16_t value =
            channel >= 0 ? pixel[channel]
                         : (uint16_t)((2126u * pixel[0] + 7152u * pixel[1] + 722u * pixel[2] + 5000) / 10000);
        if (kind->bits == 16)
            memcpy(out + 2 * i, &value, 2);
        else
            out[i] = (uint8_t)value;
    }
}

static void check_kind(const struct kind *kind, bool interlaced)
{
    uint16_t samples[COUNT * 4];
    uint8_t expected[COUNT * 2];
    make_samples(kind, samples);
    const char *path = write_png(kind, interlaced, samples);
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 0);
    assert_string_equal(file->reader->name, "png");
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.height, HEIGHT);
    assert_int_equal(info.type, kind->bits == 16 ? SAMPLE_U16 : SAMPLE_U8);
    make_expected(kind, samples, kind->channels >= 3 ? -1 : 0, expected);
    check_rectangles(file, 0, expected);
    check_metadata(file, 0, (const char *const[]){"Title\ta picture\n", NULL});
    image_file_close(&file);
    check_threads(path);
    for (int channel = 0; channel < kind->channels; channel++) {
        struct error error = {0};
        assert_int_equal(image_file_open(path, channel, &file, &error), STATUS_OK);
        make_expected(kind, samples, channel, expected);
        check_rectangles(file, 0, expected);
        image_file_close(&file);
    }
    struct error error = {0};
    assert_int_equal(image_file_open(path, kind->channels, &file, &error), STATUS_UNSUPPORTED);
}

static void test_every_kind(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        check_kind(&kinds[i], false);
        check_kind(&kinds[i], true);
    }
}

static void test_notes(void **state)
{
    (void)state;
    static const struct {
        int kind;
        const char *note;
    } cases[] = {{3, ""},
                 {7, "index into a palette"},
                 {8, "channel 0 of 2"},
                 {12, "luminance 0.2126 R + 0.7152 G + 0.0722 B of 4 channels"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint16_t samples[COUNT * 4];
        make_samples(&kinds[cases[i].kind], samples);
        struct image_file *file = open_good(write_png(&kinds[cases[i].kind], false, samples));
        assert_string_equal(info_of(file, 0).note, cases[i].note);
        image_file_close(&file);
    }
}

// Of a picture that is cut, what was read is right and the rest is marked.
static void check_cut(const struct kind *kind, bool interlaced)
{
    uint16_t samples[COUNT * 4];
    uint8_t expected[COUNT * 2];
    size_t count;
    make_samples(kind, samples);
    make_expected(kind, samples, kind->channels >= 3 ? -1 : 0, expected);
    uint8_t *bytes = load_bytes(write_png(kind, interlaced, samples), &count);
    struct image_file *file = open_good(save_bytes("cut.png", bytes, count * 2 / 3));
    struct picture picture = decode_whole(file, 0);
    const size_t item = kind->bits == 16 ? 2 : 1;
    int64_t lost = 0;
    for (size_t i = 0; i < COUNT; i++) {
        lost += picture.classes[i] == MASK_BIT(MASK_BAD);
        if (picture.classes[i] == 0)
            assert_memory_equal(picture.pixels + i * item, expected + i * item, item);
    }
    assert_int_equal(lost, picture.report.lost_pixels);
    assert_true(lost > COUNT / 4 && lost < COUNT * 3 / 4);
    assert_non_null(strstr(picture.report.first_loss.text, "the file ends"));
    picture_free(&picture);
    check_rectangles_agree(file, 0);
    image_file_close(&file);
    free(bytes);
}

static void test_cut(void **state)
{
    (void)state;
    for (int i = 3; i < 5; i++) {
        check_cut(&kinds[i], false);
        check_cut(&kinds[i], true);
    }
    check_cut(&kinds[10], true);
}

static void test_damaged(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        uint16_t samples[COUNT * 4];
        make_samples(&kinds[10], samples);
        const char *path = write_png(&kinds[10], i, samples);
        check_damage(path, 97, 400, 400);
    }
}

// The picture with another header chunk, whose check sum is made right.
static void refuse_header(uint8_t *bytes, size_t count, const uint8_t header[21], enum status expected,
                          const char *said)
{
    uint32_t sum = 0xFFFFFFFF;
    memcpy(bytes + 8, header, 21);
    for (size_t i = 4; i < 21; i++) {
        sum ^= header[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
    }
    sum = __builtin_bswap32(~sum);
    memcpy(bytes + 29, &sum, 4);
    check_refused(save_bytes("large.png", bytes, count), expected, said);
}

// Chunks whose check sums are right but whose content is not: sizes, and a header alone.
static void test_refused(void **state)
{
    (void)state;
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    uint16_t samples[COUNT * 4];
    size_t count;
    make_samples(&kinds[3], samples);
    uint8_t *bytes = load_bytes(write_png(&kinds[3], false, samples), &count);
    check_refused(save_bytes("short.png", signature, sizeof signature), STATUS_BROKEN, "the file ends");
    check_refused(save_bytes("short.png", bytes, 40), STATUS_BROKEN, "the file ends");
    bytes[18] = 0x7F; // the width, with a check sum that is now wrong
    check_refused(save_bytes("crc.png", bytes, count), STATUS_BROKEN, "damaged PNG header");
    // 2147418112 x 2147418112 pixels, then 65536 x 2147418112, with the right check sum.
    uint8_t large[] = {0, 0, 0, 13, 'I', 'H', 'D', 'R', 0x7F, 0xFF, 0, 0, 0x7F, 0xFF, 0, 0, 8, 0, 0, 0, 0};
    refuse_header(bytes, count, large, STATUS_TOO_LARGE, "rows of 2147418112 pixels");
    large[8] = 0;
    large[9] = 1;
    refuse_header(bytes, count, large, STATUS_BROKEN, "65536 x 2147418112 pixels");
    free(bytes);
}

static void test_pillow_agrees(void **state)
{
    (void)state;
    static const char script[] = "import sys, numpy\n"
                                 "from PIL import Image\n"
                                 "a = (numpy.arange(29 * 37) * 61 % 65521).reshape(29, 37)\n"
                                 "Image.fromarray(a.astype('uint16')).save(sys.argv[1])\n";
    char arguments[1024];
    uint16_t expected[COUNT];
    const char *path = temporary_path("pillow.png");
    snprintf(arguments, sizeof arguments, "'%s'", path);
    python_run("PIL, numpy", script, arguments);
    for (int i = 0; i < COUNT; i++)
        expected[i] = (uint16_t)(i * 61 % 65521);
    struct image_file *file = open_good(path);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind), cmocka_unit_test(test_notes),
        cmocka_unit_test(test_cut),        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_pillow_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
