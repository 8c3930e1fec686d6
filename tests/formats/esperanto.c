// SPDX-License-Identifier: MIT
// The Esperanto reader against files composed here and files that fabio writes.
#include "support/reader_checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 20, HEIGHT = 6, COUNT = WIDTH * HEIGHT, LINES = 25, LINE = 256, HEADER = LINES * LINE };

static uint8_t content[HEADER + COUNT * 8];

static void make(const char *format, const char *image)
{
    static const char *const lines[] = {NULL,
                                        NULL,
                                        "SPECIAL_CCD_2 0 0 1 1 180000",
                                        "TIME 12.5 0 0",
                                        "PIXELSIZE 0.1 0.12 0.45",
                                        "GONIOMODEL_1 0 0 0.1 0.2 0.3 9.5 3.25 50 0 61.5",
                                        "WAVELENGTH 0.7093 0.71359 0.71073 0.63",
                                        "HISTORY \"made \xb5 here\""};
    memset(content, ' ', HEADER);
    for (int i = 0; i < LINES; i++) {
        char text[LINE];
        snprintf(text, sizeof text, "%s", i == 0 ? format : i == 1 ? image : i < 8 ? lines[i] : "");
        memcpy(content + (ptrdiff_t)i * LINE, text, strlen(text));
        memcpy(content + (ptrdiff_t)(i + 1) * LINE - 2, "\r\n", 2);
    }
}

static const char usual[] = "ESPERANTO FORMAT   1 CONSISTING OF   25 LINES OF   256 BYTES EACH";

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static void test_plain(void **state)
{
    (void)state;
    static int32_t values[COUNT];
    struct detector_info info;
    for (int i = 0; i < COUNT; i++)
        values[i] = (int32_t)random_next();
    make(usual, "IMAGE 20 6 1 1 \"4BYTE_LONG\"");
    memcpy(content + HEADER, values, sizeof values);
    const char *path = save_bytes("a.esperanto", content, HEADER + sizeof values);
    struct image_file *file = open_good(path);
    assert_string_equal(info_of(file, 0).format, "Esperanto");
    assert_true(info_of(file, 0).sentinels.saturation == 180000);
    check_rectangles(file, 0, values);
    assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
    check_near(info.exposure, 12.5);
    check_near(info.pixel_x, 100e-6);
    check_near(info.pixel_y, 120e-6);
    check_near(info.sensor_thickness, 450e-6);
    check_near(info.wavelength, 0.71073e-10);
    check_near(info.beam_x, 9.5);
    check_near(info.beam_y, 3.25);
    check_near(info.distance, 0.0615);
    static const char *const lines[] = {"IMAGE\t20 6 1 1 \"4BYTE_LONG\"\n",
                                        "HISTORY\t\"made \xc2\xb5 here\"\n", NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
    check_threads(path);
    file = open_good(save_bytes("short.esperanto", content, HEADER + 50 * 4));
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, COUNT - 50);
    picture_free(&picture);
    image_file_close(&file);
}

// Worked out by hand: a first pixel, a block of 16 with 0 and 3 bits a difference, three single pixels.
static void test_packed_row(void **state)
{
    (void)state;
    // Differences of 3 bits are stored plus 3: 1 -1 4 -3 0 0 2 1 are 4 2 7 0 3 3 5 4.
    // 4 | 2 << 3 | 7 << 6 | 0 << 9 | 3 << 12 | 3 << 15 | 5 << 18 | 4 << 21 = 0x95B1D4.
    static const uint8_t row[] = {254, 0x2C, 0x01, 0x30, 0xD4, 0xB1, 0x95,
                                  128, 255,  0x70, 0x11, 0x01, 0x00, 126};
    static const int32_t wanted[WIDTH] = {300, 300, 300, 300, 300, 300, 300, 300, 300,   301,
                                          300, 304, 301, 301, 301, 303, 304, 305, 70305, 70304};
    static int32_t values[COUNT];
    uint8_t *to = content + HEADER;
    const uint32_t all = HEIGHT * sizeof row;
    make(usual, "IMAGE 20 6 1 1 \"AGI_BITFIELD\"");
    memcpy(to, &all, 4);
    for (uint32_t y = 0; y < HEIGHT; y++) {
        const uint32_t offset = (HEIGHT - 1 - y) * (uint32_t)sizeof row; // rows in any order
        memcpy(to + 4 + offset, row, sizeof row);
        memcpy(to + 4 + all + 4 * y, &offset, 4);
        memcpy(values + y * WIDTH, wanted, sizeof wanted);
    }
    const char *path = save_bytes("packed.esperanto", content, HEADER + 4 + all + 4 * HEIGHT);
    struct image_file *file = open_good(path);
    check_rectangles(file, 0, values);
    image_file_close(&file);
    check_threads(path);
    check_damage(path, 97, HEADER, 300);
}

static void test_refused(void **state)
{
    (void)state;
    make("ESPERANTO FORMAT   1 CONSISTING OF   1 LINES OF   256 BYTES EACH", "");
    check_refused(save_bytes("a.esperanto", content, sizeof content), STATUS_BROKEN, "first line");
    make(usual, "IMAGE 20 x 1 1 \"AGI_BITFIELD\"");
    check_refused(save_bytes("a.esperanto", content, sizeof content), STATUS_BROKEN, "size and format");
    make(usual, "IMAGE 20 6 1 1 \"JPEG\"");
    check_refused(save_bytes("a.esperanto", content, sizeof content), STATUS_UNSUPPORTED, "JPEG");
    make(usual, "IMAGE 99999999 99999999 1 1 \"AGI_BITFIELD\"");
    check_refused(save_bytes("a.esperanto", content, sizeof content), STATUS_BROKEN, "no more than");
    make(usual, "IMAGE -20 6 1 1 \"AGI_BITFIELD\"");
    check_refused(save_bytes("a.esperanto", content, sizeof content), STATUS_BROKEN, "no image");
}

static void test_fabio_writes(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, numpy, fabio.esperantoimage\n"
        "y, x = numpy.mgrid[0:260, 0:260]\n"
        "data = (x * x * 3 + y * 11 + (x * y) % 7 - 200).astype('int32')\n"
        "data[3, 5] = 70000; data[39, 47] = 1000000; data[0, 1] = 32767; data[20] = 30000; data[30] = 1\n"
        "for n, kind in enumerate(['AGI_BITFIELD', '4BYTE_LONG']):\n"
        "    image = fabio.esperantoimage.EsperantoImage(data=data)\n"
        "    image.format = kind\n"
        "    image.write(sys.argv[1] + str(n))\n";
    char arguments[600];
    static int32_t expected[260 * 260];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("fabio.esperanto"));
    python_run("numpy, fabio.esperantoimage", script, arguments);
    for (int y = 0; y < 260; y++)
        for (int x = 0; x < 260; x++)
            expected[260 * y + x] = y == 20 ? 30000 : y == 30 ? 1 : x * x * 3 + y * 11 + (x * y) % 7 - 200;
    expected[3 * 260 + 5] = 70000;
    expected[39 * 260 + 47] = 1000000;
    expected[1] = 32767;
    static const char *const names[] = {"fabio.esperanto0", "fabio.esperanto1"};
    for (int i = 0; i < 2; i++) {
        struct image_file *file = open_good(temporary_path(names[i]));
        check_rectangles(file, 0, expected);
        image_file_close(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plain), cmocka_unit_test(test_packed_row),
                                       cmocka_unit_test(test_refused), cmocka_unit_test(test_fabio_writes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
