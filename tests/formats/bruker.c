// SPDX-License-Identifier: MIT
// The Bruker reader against frames composed here, frames that fabio writes, and a real one.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 31, HEIGHT = 19, COUNT = WIDTH * HEIGHT, HEADER = 5 * 512 };

static uint8_t content[HEADER * 3 + COUNT * 16];
static size_t used;
static size_t lines;

static void line(const char *key, const char *value)
{
    char text[81];
    snprintf(text, sizeof text, "%-7s:%-72s", key, value);
    memcpy(content + 80 * lines++, text, 80);
}

static void begin(const char *format, const char *item, const char *overflows)
{
    memset(content, '.', HEADER);
    lines = 0;
    line("FORMAT", format);
    line("HDRBLKS", "5");
    line("NROWS", "19");
    line("NCOLS", "31");
    line("NPIXELB", item);
    line("NOVERFL", overflows);
    used = HEADER;
}

static void put(const void *bytes, size_t count)
{
    memcpy(content + used, bytes, count);
    used += count;
}

static void pad(void)
{
    while ((used - HEADER - COUNT) % 16 != 0)
        content[used++] = 0;
}

static uint32_t counts[COUNT];

// Counts of every size with the limits of the escapes among them.
static void make_counts(void)
{
    static const uint32_t edges[] = {0, 1, 254, 255, 256, 65534, 65535, 65536, 999999999};
    for (int i = 0; i < COUNT; i++)
        counts[i] = i % 5 == 0 ? edges[random_next() % 9] : (uint32_t)(random_next() % 200);
}

static void test_old_format(void **state)
{
    (void)state;
    static const char *const items[] = {"1", "2", "4"};
    for (int n = 0; n < 6; n++) {
        const size_t item = (size_t)1 << (n / 2);
        const bool big = n & 1;
        char overflows[16], record[COUNT][24];
        int count = 0;
        uint8_t samples[COUNT * 4];
        make_counts();
        for (int i = COUNT - 1; i >= 0; i--) { // the order is free
            const uint32_t most = item == 1 ? 255 : item == 2 ? 65535 : UINT32_MAX;
            const uint32_t stored = counts[i] < most ? counts[i] : most;
            memcpy(samples + (size_t)i * item, &stored, item);
            if (stored == most)
                snprintf(record[count++], 24, "%9u%7d", counts[i], i);
        }
        snprintf(overflows, sizeof overflows, "%d", count);
        begin("86", items[n / 2], overflows);
        line("WORDORD", big ? "1" : "0");
        if (big)
            swap_items(samples, COUNT, item);
        put(samples, COUNT * item);
        for (int i = 0; i < count; i++)
            put(record[i], 16);
        const char *path = save_bytes("name.0001", content, used);
        struct image_file *file = open_good(path);
        const struct frame_info info = info_of(file, 0);
        assert_string_equal(info.format, "Bruker");
        assert_int_equal(info.type, SAMPLE_U32);
        assert_false(info.sequential);
        check_rectangles(file, 0, counts);
        image_file_close(&file);
        if (n < 2)
            check_threads(path);
    }
}

static void test_old_format_without_overflows(void **state)
{
    (void)state;
    static uint16_t samples[COUNT];
    static float values[COUNT];
    for (int i = 0; i < COUNT; i++) {
        samples[i] = (uint16_t)random_next();
        values[i] = (float)(samples[i] * 0.1 - 12.5);
    }
    begin("86", "2", "0");
    line("LINEAR", "     1.0000000     0.0000000");
    put(samples, sizeof samples);
    struct image_file *file = open_good(save_bytes("a.gfrm", content, used));
    assert_int_equal(info_of(file, 0).type, SAMPLE_U16);
    check_rectangles(file, 0, samples);
    image_file_close(&file);
    begin("86", "2", "0");
    line("LINEAR", "     0.1000000   -12.5000000");
    put(samples, sizeof samples);
    file = open_good(save_bytes("a.gfrm", content, used));
    assert_int_equal(info_of(file, 0).type, SAMPLE_F32);
    check_rectangles(file, 0, values);
    image_file_close(&file);
}

// Splits values into samples of a byte and tables, as the format tells.
static void put_new(const int32_t *values, int32_t baseline, int under_item)
{
    static uint8_t samples[COUNT];
    static uint16_t table16[COUNT];
    static int32_t table32[COUNT], under[COUNT];
    size_t n16 = 0, n32 = 0, nu = 0;
    for (int i = 0; i < COUNT; i++) {
        const int64_t over = (int64_t)values[i] - baseline;
        if (over <= 0 && under_item > 0) {
            samples[i] = 0;
            under[nu++] = values[i];
        } else if (over >= 0 && over < 255) {
            samples[i] = (uint8_t)over;
        } else {
            samples[i] = 255;
            table16[n16++] = over >= 0 && over < 65535 ? (uint16_t)over : 65535;
            if (table16[n16 - 1] == 65535)
                table32[n32++] = (int32_t)over;
        }
    }
    char overflows[80], items[40], exposures[40];
    snprintf(overflows, sizeof overflows, "%d %zu %zu", under_item ? (int)nu : -1, n16, n32);
    snprintf(items, sizeof items, "1 %d", under_item ? under_item : 1);
    snprintf(exposures, sizeof exposures, "1 1 %d 0 0", baseline);
    begin("100", items, overflows);
    line("NEXP", exposures);
    put(samples, COUNT);
    for (size_t i = 0; i < nu; i++)
        put(&under[i], (size_t)under_item);
    pad();
    put(table16, n16 * 2);
    pad();
    put(table32, n32 * 4);
    pad();
}

static int32_t values[COUNT];

static void make_values(int32_t low)
{
    static const int32_t edges[] = {318, 319, 320, 65598, 65599, 65600, 1000000, 64, 65};
    for (int i = 0; i < COUNT; i++)
        values[i] = i % 4 == 0 ? edges[random_next() % 9] : low + (int32_t)(random_next() % 300);
}

static void test_new_format(void **state)
{
    (void)state;
    for (int under = 0; under <= 4; under += under ? under : 1) {
        make_values(under == 0 ? 0 : under == 1 ? -90 : -1000);
        put_new(values, under ? 64 : 0, under);
        const char *path = save_bytes("a.sfrm", content, used);
        struct image_file *file = open_good(path);
        const struct frame_info info = info_of(file, 0);
        assert_int_equal(info.type, SAMPLE_I32);
        assert_true(info.sequential);
        check_rectangles(file, 0, values);
        image_file_close(&file);
        check_threads(path);
    }
}

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static void test_header(void **state)
{
    (void)state;
    static const uint8_t samples[COUNT];
    struct detector_info info;
    begin("86", "1", "0");
    line("TITLE", "one");
    line("TITLE", "two \xb5");
    line("CUMULAT", "     0.9920000");
    line("CENTER", "   16.6099854   10.8500061");
    line("DISTANC", "     8.8999996");
    line("WAVELEN", "     0.5166000     0.0000000     0.0000000");
    line("DETTYPE", "CCD-PXL-L6500F 32.000000  1.600000  0.000000  0.254000  0.038000");
    line("CCDPARM", "    44.9000015    11.1000004    15.0000000   238.0000000 65535.0000000");
    line("AUTORNG", "     6.0000000    -0.8740000     8.0000000     0.0000000524280.0000000");
    put(samples, sizeof samples);
    struct image_file *file = open_good(save_bytes("a.0001", content, used));
    assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
    assert_string_equal(info.name, "CCD-PXL-L6500F");
    check_near(info.exposure, 0.992);
    check_near(info.distance, 0.088999996);
    check_near(info.wavelength, 0.5166e-10);
    check_near(info.pixel_x, 312.5e-6);
    check_near(info.beam_x, 16.6099854);
    check_near(info.beam_y, 19 - 10.8500061);
    check_near(info.saturation, 524280); // the numbers of AUTORNG touch
    static const char *const expected[] = {"FORMAT\t86\n", "TITLE\tone\nTITLE\ttwo \xc2\xb5\n",
                                           "CUMULAT\t0.9920000\n", NULL};
    check_metadata(file, 0, expected);
    image_file_close(&file);
}

// A header of 15 blocks whose first key is VERSION, as others write it; what is needed stands near its end.
static void begin_in_other_order(const char *format, const char *blocks)
{
    static const char *const others[] = {"VERSION", "TYPE",   "SITE",    "MODEL",
                                         "USER",    "SAMPLE", "SETNAME", "RUN"};
    memset(content, '.', HEADER * 3);
    lines = 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        line(others[i], "11");
    while (lines < 70)
        line("TITLE", "");
    line("NOVERFL", "1");
    line("NPIXELB", "1");
    line("NCOLS", "31.0");
    line("NROWS", "19 1");
    if (blocks)
        line("HDRBLKS", blocks);
    if (format)
        line("FORMAT", format);
    used = (size_t)HEADER * 3;
}

static void test_keys_in_other_order(void **state)
{
    (void)state;
    static const char *const formats[] = {"86", NULL, "86"}, *const blocks[] = {"15", "15", NULL};
    static uint32_t expected[COUNT];
    uint8_t samples[COUNT];
    for (int i = 0; i < COUNT; i++)
        expected[i] = samples[i] = (uint8_t)(i % 251);
    expected[33] = 70000;
    samples[33] = 255;
    for (int i = 0; i < 3; i++) {
        begin_in_other_order(formats[i], blocks[i]);
        put(samples, sizeof samples);
        put("    70000     33", 16);
        struct image_file *file = open_good(save_bytes("order.sfrm", content, used));
        assert_string_equal(info_of(file, 0).format, "Bruker");
        check_rectangles(file, 0, expected);
        static const char *const first[] = {"VERSION\t11\n", "NCOLS\t31.0\n", NULL};
        check_metadata(file, 0, first);
        image_file_close(&file);
    }
}

// Numbers that a header of format 100 may leave out: tables that are empty.
static void test_fewer_numbers_of_tables(void **state)
{
    (void)state;
    static uint8_t samples[COUNT];
    static int32_t expected[COUNT];
    for (int i = 0; i < COUNT; i++)
        expected[i] = (samples[i] = (uint8_t)(1 + i % 200)) + 64;
    static const char *const overflows[] = {"0", "0 0", "0 0 0"};
    for (int i = 0; i < 3; i++) {
        begin("100", "1", overflows[i]);
        line("NEXP", "1 1 64");
        put(samples, sizeof samples);
        struct image_file *file = open_good(save_bytes("few.sfrm", content, used));
        check_rectangles(file, 0, expected);
        image_file_close(&file);
    }
}

// Text with a colon at the right column is no frame without keys that are known.
static void test_other_text(void **state)
{
    (void)state;
    memset(content, ' ', HEADER);
    lines = 0;
    for (int i = 0; i < 20; i++)
        line(i % 4 == 0 ? "TITLE" : "REMARK", "of no frame");
    line("VERSION", "11");
    check_refused(save_bytes("other.txt", content, HEADER + COUNT), STATUS_NOT_MINE, "");
}

static void test_truncated(void **state)
{
    (void)state;
    // Without its tables the escapes are lost, and what needs none shows.
    make_values(64);
    for (int i = 0; i < COUNT; i++)
        values[i] += values[i] < 65;
    put_new(values, 64, 1);
    struct image_file *file = open_good(save_bytes("tables.sfrm", content, HEADER + COUNT));
    struct picture picture = decode_whole(file, 0);
    int64_t lost = 0;
    for (int i = 0; i < COUNT; i++) {
        const bool bad = values[i] - 64 >= 255;
        int32_t value;
        memcpy(&value, picture.pixels + 4 * i, 4);
        assert_int_equal(picture.classes[i], bad ? MASK_BIT(MASK_BAD) : 0);
        assert_int_equal(value, bad ? 0 : values[i]);
        lost += bad;
    }
    assert_true(lost > 0 && picture.report.lost_pixels == lost);
    picture_free(&picture);
    check_rectangles_agree(file, 0);
    image_file_close(&file);
    file = open_good(save_bytes("half.sfrm", content, HEADER + 100));
    picture = decode_whole(file, 0);
    assert_true(picture.report.lost_pixels >= COUNT - 100);
    picture_free(&picture);
    image_file_close(&file);
}

static void test_refused(void **state)
{
    (void)state;
    static const uint8_t samples[COUNT];
    static const struct {
        const char *format, *item, *overflows;
        enum status status;
        const char *said;
    } cases[] = {{"87", "1", "0", STATUS_UNSUPPORTED, "format 87"},
                 {"86", "3", "0", STATUS_BROKEN, "3 bytes"},
                 {"86", "x", "0", STATUS_BROKEN, "NPIXELB"},
                 {"86", "1", "x", STATUS_BROKEN, "NOVERFL"},
                 {"100", "1 1", "0 x", STATUS_BROKEN, "NOVERFL"},
                 {"100", "1 3", "5 0 0", STATUS_BROKEN, "longer"},
                 {"100", "1 1", "0 99999999999 0", STATUS_BROKEN, "longer"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(cases[i].format, cases[i].item, cases[i].overflows);
        put(samples, sizeof samples);
        check_refused(save_bytes("refused.sfrm", content, used), cases[i].status, cases[i].said);
    }
    static const struct {
        const char *rows, *columns;
        enum status status;
    } sizes[] = {{"0", "4", STATUS_BROKEN},
                 {"-1", "4", STATUS_TOO_LARGE},
                 {"4611686018427387904", "4", STATUS_TOO_LARGE},
                 {"1048576", "1048576", STATUS_BROKEN}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        begin("86", "1", "0");
        lines = 2;
        line("NROWS", sizes[i].rows);
        line("NCOLS", sizes[i].columns);
        check_refused(save_bytes("size.sfrm", content, used + 100), sizes[i].status, "");
    }
    begin("86", "1", "0");
    lines = 1;
    line("HDRBLKS", "2049");
    check_refused(save_bytes("blocks.sfrm", content, used + 100), STATUS_BROKEN, "2049 blocks");
    make_values(-90);
    put_new(values, 64, 1);
    check_damage(save_bytes("whole.sfrm", content, used), 91, 600, 1500);
}

// fabio's writer of format 86 makes files that it does not read itself.
static void test_fabio_writes(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, numpy, fabio.bruker100image\n"
        "y, x = numpy.mgrid[0:64, 0:48]\n"
        "data = x * 3 + y * 5 + 40\n"
        "data[3, 5] = 70000; data[63, 47] = 1000000; data[0, 1] = 65535; data[20] = 60000; data[9, 9] = 2\n"
        "for n, header in enumerate([{}, {'NOVERFL': '0 0 0', 'NEXP': '1 1 64 0 0'}]):\n"
        "    name = sys.argv[1] + str(n)\n"
        "    fabio.bruker100image.Bruker100Image(data=data.astype('int32'), header=header).write(name)\n"
        "    assert (fabio.bruker100image.Bruker100Image().read(name).data == data).all()\n";
    char arguments[600];
    static int32_t expected[64 * 48];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("fabio.100."));
    python_run("numpy, fabio.bruker100image", script, arguments);
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 48; x++)
            expected[48 * y + x] = y == 20 ? 60000 : x * 3 + y * 5 + 40;
    expected[3 * 48 + 5] = 70000;
    expected[63 * 48 + 47] = 1000000;
    expected[1] = 65535;
    expected[9 * 48 + 9] = 2;
    static const char *const names[] = {"fabio.100.0", "fabio.100.1"};
    for (int i = 0; i < 2; i++) {
        struct image_file *file = open_good(temporary_path(names[i]));
        check_rectangles(file, 0, expected);
        image_file_close(&file);
    }
}

static void test_real_file(void **state)
{
    (void)state;
    check_real_format("BrukerImage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_format),          cmocka_unit_test(test_old_format_without_overflows),
        cmocka_unit_test(test_new_format),          cmocka_unit_test(test_header),
        cmocka_unit_test(test_truncated),           cmocka_unit_test(test_refused),
        cmocka_unit_test(test_fabio_writes),        cmocka_unit_test(test_real_file),
        cmocka_unit_test(test_keys_in_other_order), cmocka_unit_test(test_fewer_numbers_of_tables),
        cmocka_unit_test(test_other_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
