// SPDX-License-Identifier: MIT
// Fit2D spreadsheets against texts composed here and a real one.
#include "support/reader_checks.h"

#include "formats/base/readers_list.h"
#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *save(const char *text)
{
    return save_bytes("a.spr", text, strlen(text));
}

static void test_numbers(void **state)
{
    (void)state;
    static const float expected[] = {2.14011f, -1.5e-30f, 0, 1e10f, 7, 0.1f};
    static const char *const texts[] = {
        "       3       2 Start pixel = (       1       1)\n 2.14011E+00 -1.5E-30  0.00000E+00\n 1E10  7 .1\n",
        "# one\n# two \xb5\n3 2 Start pixel = ( 5 6)\r\n2.14011 -1.5e-30 0\r\n1e+10 7.0 0.1",
        "3 2\n2.14011 -1.5e-30\n\n0 1e10\t7 0.1 8 9 10\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct image_file *file = open_good(save(texts[i]));
        const struct frame_info info = info_of(file, 0);
        assert_string_equal(info.format, "Fit2D spreadsheet");
        assert_int_equal(info.type, SAMPLE_F32);
        assert_true(info.width == 3 && info.height == 2);
        check_rectangles(file, 0, expected);
        image_file_close(&file);
        check_threads(save(texts[i]));
    }
    struct image_file *file = open_good(save(texts[1]));
    static const char *const lines[] = {"Comment\tone\n", "Comment\ttwo \xc2\xb5\n",
                                        "Title\t3 2 Start pixel = ( 5 6)\n", NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
}

static void test_damaged(void **state)
{
    (void)state;
    static const char *const texts[] = {"3 2\n1 2 3 4\n", "3 2\n1 2 3 4 x 6\n", "3 2\n1 2 3 4 1e 7\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct image_file *file = open_good(save(texts[i]));
        struct picture picture = decode_whole(file, 0);
        assert_int_equal(picture.report.lost_pixels, 2);
        for (int k = 0; k < 6; k++) {
            float value;
            memcpy(&value, picture.pixels + 4 * k, 4);
            assert_true(k < 4 ? value == (float)k + 1 : isnan(value));
            assert_int_equal(picture.classes[k], k < 4 ? 0 : MASK_BIT(MASK_BAD));
        }
        picture_free(&picture);
        image_file_close(&file);
    }
    check_refused(save("3 2 Start pixel\n"), STATUS_BROKEN, "no more than 0");
    check_refused(save("99999999 99999999 Start pixel\n1 2 3\n"), STATUS_BROKEN, "no more than");
    check_refused(save("9223372036854775807 9 Start pixel\n1 2 3\n"), STATUS_TOO_LARGE, "overflows");
    check_damage(save("# c\n   3   2 Start pixel = ( 1 1)\n 1.0E+00 2 3\n 4 5 6\n"), 1, 40, 500);
}

static void test_probe(void **state)
{
    (void)state;
    static const struct {
        const char *head, *path;
        int score;
    } cases[] = {{"3 2 Start pixel = (1 1)\n", "x", 90},
                 {"3 2\n1 2", "x.SPR", 40},
                 {"3 2\n1 2", "x.txt", 0},
                 {"3 0 Start pixel\n", "x.spr", 0},
                 {"3\n2 Start pixel", "x.spr", 0},
                 {"3 2 Start", "x.spr", 0},
                 {"", "x.spr", 0},
                 {"# only", "x.spr", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            spr_reader.probe((const uint8_t *)cases[i].head, strlen(cases[i].head), cases[i].path),
            cases[i].score);
}

static void test_real_file(void **state)
{
    (void)state;
    check_real_format("Fit2dSpreadsheetImage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers), cmocka_unit_test(test_damaged),
                                       cmocka_unit_test(test_probe), cmocka_unit_test(test_real_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
