// SPDX-License-Identifier: MIT
// The KappaCCD reader against frames composed here and a real one.
#include "support/reader_checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 33, HEIGHT = 21, COUNT = WIDTH * HEIGHT, READOUTS = 3 };

static uint16_t samples[READOUTS][COUNT];

static const char *save(const char *width, const char *readouts, const char *more, size_t bytes)
{
    static uint8_t content[1024 + sizeof samples];
    char text[512];
    memset(content, ' ', sizeof content);
    snprintf(
        text, sizeof text,
        "No9857  1 625 576 2   000010.000 800000\nID = SANOFI \xb5\nX dimension = %s\nY dimension = 21\nBinned mode\n"
        "Number of readouts = %s\nExposure time = 10.500\nDx start = 40.000\npixel X-size (um) = 55.000\n"
        "pixel Y-size (um) = 54.000\nAlpha1 = 0.709300\nAlpha2 = 0.713590\n%s",
        width, readouts, more);
    memcpy(content, text, strlen(text));
    content[700] = '\n';
    memcpy(content + 1024, samples, bytes);
    return save_bytes("a.kcd", content, 1024 + bytes);
}

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static void test_sum_of_readouts(void **state)
{
    (void)state;
    static int32_t expected[COUNT];
    for (int i = 0; i < COUNT * READOUTS; i++)
        samples[i / COUNT][i % COUNT] = (uint16_t)random_next();
    for (int readouts = 1; readouts <= READOUTS; readouts++) {
        for (int i = 0; i < COUNT; i++)
            expected[i] = readouts == 1 ? samples[0][i] : expected[i] + samples[readouts - 1][i];
        char number[16];
        snprintf(number, sizeof number, "%d", readouts);
        const char *path = save("33", number, "Data type = u16\n", sizeof *samples * (size_t)readouts);
        struct image_file *file = open_good(path);
        const struct frame_info info = info_of(file, 0);
        assert_string_equal(info.format, "KappaCCD");
        assert_int_equal(info.type, SAMPLE_I32);
        check_rectangles(file, 0, expected);
        image_file_close(&file);
        check_threads(path);
    }
}

static void test_header(void **state)
{
    (void)state;
    struct detector_info info;
    struct image_file *file = open_good(save("33", "1", "Data type = u16\n", sizeof *samples));
    assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
    check_near(info.pixel_x, 110e-6);
    check_near(info.pixel_y, 108e-6);
    check_near(info.distance, 0.04);
    check_near(info.exposure, 10.5);
    check_near(info.wavelength, 0.71073e-10);
    static const char *const lines[] = {"Name\tNo9857  1 625 576 2   000010.000 800000\n",
                                        "ID\tSANOFI \xc2\xb5\n",
                                        "Mode\tBinned\n",
                                        "X dimension\t33\n",
                                        "Data type\tu16\n",
                                        NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
}

static void test_refused(void **state)
{
    (void)state;
    check_refused(save("0", "1", "", sizeof *samples), STATUS_BROKEN, "X dimension");
    check_refused(save("-4", "1", "", sizeof *samples), STATUS_BROKEN, "X dimension");
    check_refused(save("x", "1", "", sizeof *samples), STATUS_BROKEN, "X dimension");
    check_refused(save("33", "many", "", sizeof *samples), STATUS_BROKEN, "Number of readouts");
    check_refused(save("33", "99999", "", sizeof *samples), STATUS_TOO_LARGE, "overflows");
    check_refused(save("4611686018427387904", "1", "", sizeof *samples), STATUS_TOO_LARGE, "overflows");
    check_refused(save("33333", "1", "", sizeof *samples), STATUS_BROKEN, "more than the file");
    check_refused(save("33", "1", "Data type = u32\n", sizeof *samples), STATUS_UNSUPPORTED, "16 bits");
    check_damage(save("33", "2", "Data type = u16\n", sizeof *samples * 2), 37, 450, 800);
}

static void test_real_file(void **state)
{
    (void)state;
    check_real_format("KcdImage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sum_of_readouts), cmocka_unit_test(test_header),
                                       cmocka_unit_test(test_refused), cmocka_unit_test(test_real_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
