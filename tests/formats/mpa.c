// SPDX-License-Identifier: MIT
// The MPA reader against a map made by hand and against fabio's reading of it.
#include "support/reader_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 3, COLUMNS = 4 };

static const char map[] =
    "mpafmt=asc\r\ncputime=12.5\r\n[ADC1]\r\nrange=3\r\nactive=1\r\n[ADC2]\r\nrange=4\r\n"
    "bitshift=\r\n[DATA0,3 ]\r\n7\r\n8\r\n9\r\n[CDAT0,12 ]\r\n"
    "0\r\n1\r\n2\r\n3\r\n10\r\n11\r\n12\r\n13\r\n20\r\n21\r\n4294967296\r\n2.5\r\n";

static const double samples[ROWS * COLUMNS] = {0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 4294967296.0, 2.5};

static const char *save(const char *text)
{
    return save_bytes("map.mpa", text, strlen(text));
}

static void test_map(void **state)
{
    (void)state;
    struct image_file *file = open_good(save(map));
    const struct frame_info info = info_of(file, 0);
    assert_string_equal(info.format, "MPA");
    assert_int_equal(info.width, COLUMNS);
    assert_int_equal(info.height, ROWS);
    assert_int_equal(info.type, SAMPLE_F64);
    check_rectangles(file, 0, samples);
    static const char *const lines[] = {"mpafmt\tasc\n", "cputime\t12.5\n", "ADC1 range\t3\n",
                                        "ADC2 range\t4\n", NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
    check_threads(save(map));
}

// Found by fuzzing: a sign without a key, without a value, alone.
static void test_signs_alone(void **state)
{
    (void)state;
    struct image_file *file =
        open_good(save("=x\n=\nmpafmt=asc\n[ADC1]\n=5\nrange=1\n =\n[ADC2]\nrange=2\nx=\n"
                       "[CDAT0,2 ]\n5\n6\n"));
    check_rectangles(file, 0, (const double[]){5, 6});
    static const char *const lines[] = {"mpafmt\tasc\n", NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        enum status status;
        const char *said;
    } cases[] = {
        {"[CDAT0", "[XDAT0", STATUS_UNSUPPORTED, "no map of two axes"},
        {"mpafmt=asc", "mpafmt=dat", STATUS_UNSUPPORTED, "\"dat\""},
        {"range=4", "range=x", STATUS_BROKEN, "the ranges of ADC1 and ADC2"},
        {"range=4", "range=0", STATUS_BROKEN, "the ranges of ADC1 and ADC2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[sizeof map];
        memcpy(text, map, sizeof map);
        memcpy(strstr(text, cases[i].from), cases[i].to, strlen(cases[i].to));
        check_refused(save(text), cases[i].status, cases[i].said);
    }
    check_refused(save("mpafmt=asc\n[ADC1]\nrange=100000000\n[ADC2]\nrange=100000000\n[CDAT0,1 ]\n1\n"),
                  STATUS_BROKEN, "cannot be in");
}

// A map that ends early: what is there is shown.
static void test_cut(void **state)
{
    (void)state;
    char text[sizeof map];
    memcpy(text, map, sizeof map);
    *strstr(text, "20\r") = '\0';
    struct image_file *file = open_good(save(text));
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, COLUMNS);
    assert_memory_equal(picture.pixels, samples, 2 * COLUMNS * sizeof *samples);
    picture_free(&picture);
    image_file_close(&file);
    check_damage(save(map), 1, sizeof map - 1, 2000);
}

static void test_fabio_agrees(void **state)
{
    (void)state;
    static const char script[] = "import sys, fabio\n"
                                 "fabio.open(sys.argv[1]).data.astype('f8').tofile(sys.argv[2])\n";
    char arguments[1200];
    const char *path = save(map), *raw = temporary_path("map.raw");
    snprintf(arguments, sizeof arguments, "'%s' '%s'", path, raw);
    python_run("fabio, numpy", script, arguments);
    size_t count;
    uint8_t *expected = load_bytes(raw, &count);
    assert_int_equal(count, sizeof samples);
    struct image_file *file = open_good(path);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map), cmocka_unit_test(test_signs_alone),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cut), cmocka_unit_test(test_fabio_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
