// SPDX-License-Identifier: MIT
// The PNM reader against maps written here, maps of Pillow, and real files.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 13, HEIGHT = 7, COUNT = WIDTH * HEIGHT };

// Writes a header and samples.
static const char *save(const char *header, const void *samples, size_t count)
{
    const size_t length = strlen(header);
    uint8_t *bytes = malloc(length + count);
    memcpy(bytes, header, length);
    memcpy(bytes + length, samples, count);
    const char *path = save_bytes("map.pnm", bytes, length + count);
    free(bytes);
    return path;
}

static struct image_file *open_channel(const char *path, int channel)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (image_file_open(path, channel, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return file;
}

static void check_map(const char *path, const char *type, const void *expected, bool sequential)
{
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 0);
    assert_string_equal(file->reader->name, "pnm");
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.height, HEIGHT);
    assert_string_equal(sample_traits(info.type)->name, type);
    assert_int_equal(info.sequential, sequential);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
    check_threads(path);
}

static void test_grey(void **state)
{
    (void)state;
    uint8_t bytes[COUNT];
    uint16_t words[COUNT];
    uint8_t big[COUNT * 2];
    for (int i = 0; i < COUNT; i++) {
        bytes[i] = (uint8_t)random_next();
        words[i] = (uint16_t)random_next();
        put_bytes(big + 2 * (ptrdiff_t)i, words[i], 2, 1);
    }
    check_map(save("P5\n13 7\n255\n", bytes, sizeof bytes), "u8", bytes, false);
    check_map(save("P5 # a comment\n# another\n 13\t7\r\n100\n", bytes, sizeof bytes), "u8", bytes, false);
    check_map(save("P5 13 7 65535 ", big, sizeof big), "u16", words, false);
    check_map(save("P5\n13 7\n256\n", big, sizeof big), "u16", words, false);
    check_map(
        save("P7\nWIDTH 13\nHEIGHT 7\nDEPTH 1\nMAXVAL 65535\nTUPLTYPE GRAYSCALE\nENDHDR\n", big, sizeof big),
        "u16", words, false);
    struct image_file *file = open_good(save("P5\n# exposure 3 s\n13 7\n255\n", bytes, sizeof bytes));
    check_metadata(file, 0, (const char *const[]){"header\t13 7\n", "comment\texposure 3 s\n", NULL});
    image_file_close(&file);
}

static void test_text(void **state)
{
    (void)state;
    char text[COUNT * 8], digits[COUNT * 2 + 64];
    uint16_t words[COUNT];
    uint8_t bits[COUNT];
    size_t length = 0, at = 0;
    for (int i = 0; i < COUNT; i++) {
        words[i] = (uint16_t)(random_next() % 1001);
        bits[i] = random_next() & 1;
        length += (size_t)snprintf(text + length, sizeof text - length, "%u%s", words[i],
                                   i % 5 == 4 ? "\n# 99 in a comment\n" + (i % 3 ? 18 : 0) : " ");
        digits[at++] = (char)('0' + bits[i]);
        if (i % 9 == 0)
            digits[at++] = '\n';
    }
    check_map(save("P2\n13 7\n1000\n", text, length), "u16", words, true);
    check_map(save("P1\n13 7\n", digits, at), "u8", bits, true);
}

static void test_bits(void **state)
{
    (void)state;
    uint8_t packed[2 * HEIGHT], bits[COUNT];
    for (int i = 0; i < 2 * HEIGHT; i++)
        packed[i] = (uint8_t)random_next();
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            bits[y * WIDTH + x] = packed[2 * y + x / 8] >> (7 - x % 8) & 1;
    check_map(save("P4\n13 7\n", packed, sizeof packed), "u8", bits, true);
}

// The luminance by its definition, in the way the pixels are rounded everywhere else.
static unsigned luminance(unsigned r, unsigned g, unsigned b)
{
    return (2126 * r + 7152 * g + 722 * b + 5000) / 10000;
}

static void test_colours(void **state)
{
    (void)state;
    uint8_t rgb[COUNT * 3], grey[COUNT], green[COUNT];
    char text[COUNT * 12];
    size_t length = 0;
    for (int i = 0; i < COUNT * 3; i++) {
        rgb[i] = (uint8_t)random_next();
        length += (size_t)snprintf(text + length, sizeof text - length, "%u\n", rgb[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        grey[i] = (uint8_t)luminance(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
        green[i] = rgb[3 * i + 1];
    }
    const char *path = save("P6\n13 7\n255\n", rgb, sizeof rgb);
    check_map(path, "u8", grey, false);
    struct image_file *file = open_channel(path, 1);
    check_rectangles(file, 0, green);
    assert_string_equal(info_of(file, 0).note, "channel 1 of 3");
    image_file_close(&file);
    struct error error = {0};
    assert_int_equal(image_file_open(path, 3, &file, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "no channel 3"));
    path = save("P3\n13 7\n255\n", text, length);
    check_map(path, "u8", grey, true);
    file = open_channel(path, 1);
    check_rectangles(file, 0, green);
    image_file_close(&file);
}

static void test_floats(void **state)
{
    (void)state;
    float samples[COUNT];
    uint8_t stored[COUNT * 4];
    for (int big = 0; big < 2; big++) {
        for (int i = 0; i < COUNT; i++) {
            samples[i] = (float)(int64_t)random_next() * 1e-9F;
            put_f32(stored + 4 * (ptrdiff_t)i, samples[i], big);
        }
        const char *path = save(big ? "Pf\n13 7\n1.0\n" : "Pf\n13 7\n-1.0\n", stored, sizeof stored);
        check_map(path, "f32", samples, false);
        struct image_file *file = open_good(path);
        assert_true(info_of(file, 0).rows_upward);
        image_file_close(&file);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    uint8_t bytes[COUNT * 3];
    for (int i = 0; i < COUNT * 3; i++)
        bytes[i] = (uint8_t)random_next();
    struct image_file *file = open_good(save("P6\n13 7\n255\n", bytes, 50 * 3 + 2));
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, COUNT - 50);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(picture.classes[i], i < 50 ? 0 : MASK_BIT(MASK_BAD));
    picture_free(&picture);
    image_file_close(&file);
    file = open_good(save("P2\n13 7\n255\n", "1 2 3\n4 five 6", 14));
    picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, COUNT - 4);
    assert_memory_equal(picture.pixels, "\1\2\3\4", 4);
    assert_non_null(strstr(picture.report.first_loss.text, "no number after 4 samples"));
    picture_free(&picture);
    image_file_close(&file);
    check_damage(save("P6\n13 7\n255\n", bytes, sizeof bytes), 7, 16, 300);
    check_damage(save("P2\n13 7\n255\n", "1 2 3\n4 5 6", 11), 1, 30, 300);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum status status;
        const char *said;
    } cases[] = {
        {"P5\n13 7\n255", STATUS_BROKEN, "damaged PGM header"},
        {"P5\n13\n", STATUS_BROKEN, "damaged PGM header"},
        {"P5\n-13 7\n255\n....", STATUS_BROKEN, "-13 x 7"},
        {"P5\n0 7\n255\n....", STATUS_BROKEN, "0 x 7"},
        {"P5\n13 7\n0\n....", STATUS_BROKEN, "largest value is 0"},
        {"P5\n13 7\n65536\n....", STATUS_BROKEN, "largest value is 65536"},
        {"P5\n13000 7000\n255\n....", STATUS_BROKEN, "91.0 MB"},
        {"P6\n9000000000000000000 7\n255\n....", STATUS_TOO_LARGE, "overflows"},
        {"P2\n13000 7000\n255\n1 2 3", STATUS_BROKEN, "cannot be in the 5 bytes"},
        {"P4\n13000 7000\n....", STATUS_BROKEN, "cannot be in the 4 bytes"},
        {"P7\nWIDTH 13\nHEIGHT 7\nENDHDR\n....", STATUS_BROKEN, "damaged PAM header"},
        {"P7\nWIDTH 13\nHEIGHT 7\nDEPTH 99\nMAXVAL 255\nENDHDR\n....", STATUS_UNSUPPORTED, "99 samples"},
        {"P8\n13 7\n255\n....", STATUS_NOT_MINE, "no format"},
        {"Post scriptum", STATUS_NOT_MINE, "no format"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(save_bytes("refused.pgm", cases[i].text, strlen(cases[i].text)), cases[i].status,
                      cases[i].said);
}

static void test_pillow_agrees(void **state)
{
    (void)state;
    static const char script[] = "import sys, numpy\n"
                                 "from PIL import Image\n"
                                 "a = (numpy.arange(7 * 13) * 37 % 251).reshape(7, 13)\n"
                                 "m = sys.argv[1]\n"
                                 "a = a % 2 * 255 if m == '1' else a * 261 if m == 'I' else a\n"
                                 "i = Image.fromarray(a.astype('uint8' if m != 'I' else 'int32'))\n"
                                 "i.convert(m).save(sys.argv[2])\n";
    static const char *const modes[] = {"1", "L", "I", "RGB"};
    static const char *const endings[] = {"pbm", "pgm", "pgm", "ppm"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        char arguments[1024], name[32];
        snprintf(name, sizeof name, "pillow.%s", endings[i]);
        const char *path = temporary_path(name);
        snprintf(arguments, sizeof arguments, "%s '%s'", modes[i], path);
        python_run("PIL, numpy", script, arguments);
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        struct picture picture = decode_whole(file, 0);
        for (size_t n = 0; n < COUNT; n++) {
            const double value = (double)(n * 37 % 251);
            const double expected = i == 0 ? 1 - fmod(value, 2) : i == 2 ? value * 261 : value;
            assert_true(sample_value(info.type, picture.pixels + n * sample_traits(info.type)->bytes) ==
                        expected);
        }
        picture_free(&picture);
        image_file_close(&file);
    }
}

// Pillow read them as 32-bit integers: the pixels' values are compared, not their bytes.
static void check_real(const char *name)
{
    char path[1024];
    cJSON *reference = testdata_reference();
    const cJSON *entry = cJSON_GetObjectItem(reference, name);
    if (!entry)
        skip();
    snprintf(path, sizeof path, "%s/%s", testdata_folder(), name);
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 0);
    struct picture picture = decode_whole(file, 0);
    double sum = 0;
    for (size_t i = 0; i < (size_t)(info.width * info.height); i++)
        sum += sample_value(info.type, picture.pixels + i * sample_traits(info.type)->bytes);
    assert_true(sum == cJSON_GetObjectItem(entry, "sum")->valuedouble);
    for (const cJSON *sample = cJSON_GetObjectItem(entry, "samples")->child; sample; sample = sample->next) {
        const size_t at = (size_t)(cJSON_GetObjectItem(sample, "row")->valueint * info.width +
                                   cJSON_GetObjectItem(sample, "col")->valueint);
        assert_true(sample_value(info.type, picture.pixels + at * sample_traits(info.type)->bytes) ==
                    cJSON_GetObjectItem(sample, "value")->valuedouble);
    }
    picture_free(&picture);
    image_file_close(&file);
    cJSON_Delete(reference);
}

static void test_real_files(void **state)
{
    (void)state;
    check_real("pillow/valid/hopper_16bit.pgm");
    check_real("pillow/valid/hopper_16bit_plain.pgm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grey),       cmocka_unit_test(test_text),
        cmocka_unit_test(test_bits),       cmocka_unit_test(test_colours),
        cmocka_unit_test(test_floats),     cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_pillow_agrees),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
