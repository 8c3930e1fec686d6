// SPDX-License-Identifier: MIT
// The R-AXIS reader against files composed here, which fabio reads alike.
#include "support/reader_checks.h"

#include "base/byteorder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 45, HEIGHT = 20, COUNT = WIDTH * HEIGHT, HEADER = 2048 };

static uint8_t content[HEADER + COUNT * 2];
static uint32_t expected[COUNT];

static void put32(size_t at, const void *word, bool big)
{
    memcpy(content + at, word, 4);
    if (big)
        swap_items(content + at, 1, 4);
}

static void make(bool big)
{
    static const struct {
        size_t at;
        float value;
    } floats[] = {{292, 1.5418f}, {344, 150.5f}, {536, 2.5f}, {540, 22.25f},
                  {544, 10.5f},   {776, 0.1f},   {780, 0.2f}, {800, 8.0f}};
    static const int32_t width = WIDTH, height = HEIGHT;
    uint16_t stored[COUNT];
    memset(content, 0, HEADER);
    memcpy(content, "R-AXIS4   1.0", 13);
    memcpy(content + 20, "lysozyme \xb5", 10);
    put32(768, &width, big);
    put32(772, &height, big);
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
        put32(floats[i].at, &floats[i].value, big);
    for (int i = 0; i < COUNT; i++) {
        stored[i] = (uint16_t)(i % 3 ? random_next() % 0x8000 : random_next());
        expected[i] = stored[i] & 0x8000 ? (stored[i] & 0x7FFFu) * 8 : stored[i];
    }
    memcpy(content + HEADER, stored, sizeof stored);
    if (big)
        swap_items(content + HEADER, COUNT, 2);
}

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static void test_both_orders(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct detector_info info;
        make(big);
        const char *path = save_bytes("a.osc", content, sizeof content);
        struct image_file *file = open_good(path);
        assert_string_equal(info_of(file, 0).format, "R-AXIS");
        assert_int_equal(info_of(file, 0).type, SAMPLE_U32);
        check_rectangles(file, 0, expected);
        assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
        check_near(info.wavelength, 1.5418e-10);
        check_near(info.distance, 0.1505);
        check_near(info.exposure, 150);
        check_near(info.pixel_x, 100e-6);
        check_near(info.pixel_y, 200e-6);
        check_near(info.beam_x, 22.25);
        check_near(info.beam_y, 10.5);
        static const char *const lines[] = {"InstrumentType\tR-AXIS4\n", "Crystal Name\tlysozyme \xc2\xb5\n",
                                            "X Pixels\t45\n", "Photomultiplier Ratio\t8\n", NULL};
        check_metadata(file, 0, lines);
        image_file_close(&file);
        check_threads(path);
    }
}

static void test_fabio_agrees(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, fabio.raxisimage\n"
        "fabio.raxisimage.RaxisImage().read(sys.argv[1]).data.astype('<u4').tofile(sys.argv[2])\n";
    char arguments[600];
    make(true);
    snprintf(arguments, sizeof arguments, "'%s' '%s'", save_bytes("fabio.osc", content, sizeof content),
             temporary_path("fabio.raw"));
    python_run("numpy, fabio.raxisimage", script, arguments);
    size_t count;
    uint8_t *pixels = load_bytes(temporary_path("fabio.raw"), &count);
    assert_int_equal(count, sizeof expected);
    assert_memory_equal(pixels, expected, sizeof expected);
    free(pixels);
}

static void test_refused(void **state)
{
    (void)state;
    make(true);
    check_refused(save_bytes("short.osc", content, HEADER), STATUS_BROKEN, "more than the file");
    memset(content + 768, 0xFF, 4);
    check_refused(save_bytes("size.osc", content, sizeof content), STATUS_BROKEN, "no sensible size");
    make(false);
    check_damage(save_bytes("whole.osc", content, sizeof content), 101, 900, 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_both_orders),
                                       cmocka_unit_test(test_fabio_agrees), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
