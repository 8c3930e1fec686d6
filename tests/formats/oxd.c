// SPDX-License-Identifier: MIT
// The Oxford Diffraction reader against frames composed here in every compression, frames that fabio writes,
// and a real one.
#include "support/reader_checks.h"

#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 53, HEIGHT = 17, COUNT = WIDTH * HEIGHT, HEADER = 5120 };

static uint8_t content[HEADER + COUNT * 16];
static size_t used;

static void put(const void *bytes, size_t count)
{
    memcpy(content + used, bytes, count);
    used += count;
}

// Where the word stands in the header's text.
static char *in_text(const char *word)
{
    return memmem(content, 256, word, strlen(word));
}

static void begin(const char *compression, int shorts, int longs, int32_t low, int32_t high)
{
    static const double numbers[][2] = {{256 + 512 + 480, 30},         {256 + 512 + 568, 0.12},
                                        {256 + 512 + 576, 0.13},       {256 + 512 + 768 + 584, 0.71073},
                                        {256 + 512 + 768 + 664, 60.5}, {256 + 512 + 768 + 672, 40},
                                        {256 + 512 + 768 + 712, 49.5}};
    static const uint16_t bins[] = {2, 4};
    static const int32_t threshold = 180000;
    char text[257];
    memset(content, 0, HEADER);
    snprintf(
        text, sizeof text,
        "OD SAPPHIRE  3.0\r\nCOMPRESSION=%s( 25.1)\r\nNX=%4d NY=%4d OI=%7d OL=%7d \r\n"
        "NHEADER=   5120 NG=    512 NS=    768 NK=   1024 NS=    512 NH=   2048\r\nNSUPPLEMENT=      0\r\n"
        "TIME=Mon Nov 12 16:42:13 2007  \x1a",
        compression, WIDTH, HEIGHT, shorts, longs);
    memcpy(content, text, strlen(text));
    *strstr((char *)content, "\r\nNX=") = '\0'; // as in real files
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        memcpy(content + (size_t)numbers[i][0], &numbers[i][1], 8);
    memcpy(content + 256, bins, sizeof bins);
    memcpy(content + 256 + 512 + 472, &threshold, 4);
    memcpy(content + 256 + 512 + 768 + 1024, &low, 4);
    memcpy(content + 256 + 512 + 768 + 1024 + 4, &high, 4);
    used = HEADER;
}

static int32_t values[COUNT];

// Values whose differences reach both sides of every limit; `wide` ones need 32 bits.
static void make_values(bool wide)
{
    static const int32_t edges[] = {126, 127, 128, -127, -128, 32766, 32767, 32768, -32768, -32769, 70000};
    int32_t value = 100;
    for (int i = 0; i < COUNT; i++) {
        int64_t step = random_next() % 9 == 0 ? edges[random_next() % 11]
                                              : (int64_t)(random_next() % (i % 64 < 32 ? 3 : 60)) - 1;
        const int64_t low = wide ? -1000000 : -32768, high = wide ? 1000000 : 32767;
        if (value + step < low || value + step > high)
            step = 0;
        value += (int32_t)step;
        values[i] = value;
    }
}

// Appends a difference as a byte; what that cannot tell goes where the format has it.
static uint8_t *escape_to[2];
static int escapes[2];

static void put_difference(int32_t difference, bool inline_escapes)
{
    const bool byte = difference >= -127 && difference < 127,
               narrow = difference >= -32767 && difference <= 32767;
    const uint8_t stored = byte ? (uint8_t)(difference + 127) : narrow ? 254 : 255;
    put(&stored, 1);
    if (byte)
        return;
    const int table = narrow ? 0 : 1;
    if (inline_escapes) {
        put(&difference, narrow ? 2 : 4);
        return;
    }
    memcpy(escape_to[table] + escapes[table]++ * (narrow ? 2 : 4), &difference, narrow ? 2 : 4);
}

static void make_ty1(int32_t low, int32_t high)
{
    static uint8_t tables[2][COUNT * 4];
    for (int turn = 0; turn < 2; turn++) { // the header tells how long the tables are
        begin("TY1", escapes[0], escapes[1], low, high);
        escapes[0] = escapes[1] = 0;
        escape_to[0] = tables[0];
        escape_to[1] = tables[1];
        for (int i = 0; i < COUNT; i++)
            put_difference(values[i] - (i ? values[i - 1] : 0), false);
        put(tables[0], (size_t)escapes[0] * 2);
        put(tables[1], (size_t)escapes[1] * 4);
    }
}

static void make_ty5(void)
{
    begin("TY5", 0, 0, 0, 0);
    for (int i = 0; i < COUNT; i++)
        put_difference(values[i] - (i % WIDTH ? values[i - 1] : 0), true);
}

// Bits that a difference needs: n bits hold -2^(n-1) + 1 to 2^(n-1).
static unsigned bits_of(int32_t difference)
{
    for (unsigned n = 0; n < 8; n++) {
        const int32_t zero = n ? (1 << (n - 1)) - 1 : 0;
        if (difference >= -zero && difference + zero < 1 << n)
            return n;
    }
    return 8;
}

static void put_block(const int32_t *differences)
{
    unsigned bits[2] = {0, 0};
    for (int i = 0; i < 16; i++)
        if (bits_of(differences[i]) > bits[i / 8])
            bits[i / 8] = bits_of(differences[i]);
    const uint8_t lengths = (uint8_t)(bits[0] | bits[1] << 4);
    put(&lengths, 1);
    uint8_t tail[64];
    size_t tail_count = 0;
    for (int half = 0; half < 2; half++) {
        uint64_t all = 0;
        for (int i = 0; i < 8; i++) {
            const int32_t d = differences[half * 8 + i];
            const bool byte = d >= -127 && d < 127, narrow = d >= -32768 && d <= 32767;
            uint64_t stored = (uint64_t)(d + (bits[half] ? (1 << (bits[half] - 1)) - 1 : 0));
            if (bits[half] == 8 && !byte) {
                stored = narrow ? 254 : 255;
                memcpy(tail + tail_count, &d, narrow ? 2 : 4);
                tail_count += narrow ? 2 : 4;
            }
            all |= stored << (bits[half] * (unsigned)i);
        }
        put(&all, bits[half]);
    }
    put(tail, tail_count);
}

static void make_ty6(void)
{
    begin("TY6", 0, 0, 0, 0);
    uint32_t offsets[HEIGHT];
    const size_t first = used + 4;
    used = first;
    for (int y = 0; y < HEIGHT; y++) {
        const int32_t *row = values + (ptrdiff_t)y * WIDTH;
        int32_t differences[WIDTH];
        offsets[y] = (uint32_t)(used - first);
        for (int x = 1; x < WIDTH; x++)
            differences[x] = row[x] - row[x - 1];
        put_difference(row[0], true);
        int x = 1;
        for (; WIDTH - x >= 16; x += 16)
            put_block(differences + x);
        for (; x < WIDTH; x++)
            put_difference(differences[x], true);
    }
    const uint32_t count = (uint32_t)(used - first);
    memcpy(content + first - 4, &count, 4);
    put(offsets, sizeof offsets);
}

static void check_values(const char *name, enum sample_type type, bool sequential)
{
    static int16_t narrow[COUNT];
    for (int i = 0; i < COUNT; i++)
        narrow[i] = (int16_t)values[i];
    const char *path = save_bytes(name, content, used);
    struct image_file *file = open_good(path);
    const struct frame_info info = info_of(file, 0);
    assert_string_equal(info.format, "Oxford");
    assert_int_equal(info.type, type);
    assert_int_equal(info.sequential, sequential);
    assert_true(info.width == WIDTH && info.height == HEIGHT);
    check_rectangles(file, 0, type == SAMPLE_I16 ? (const void *)narrow : values);
    image_file_close(&file);
    check_threads(path);
}

static void test_every_compression(void **state)
{
    (void)state;
    for (int n = 0; n < 6; n++) {
        make_values(n % 2);
        make_ty1(-32768, n % 2 ? 1000000 : 32767);
        check_values("ty1.img", n % 2 ? SAMPLE_I32 : SAMPLE_I16, true);
        make_ty5();
        check_values("ty5.img", SAMPLE_I32, true);
        make_ty6();
        check_values("ty6.rodhypix", SAMPLE_I32, false);
        begin("NO ", 0, 0, 0, 0);
        put(values, sizeof values);
        check_values("no.img", SAMPLE_I32, false);
        begin(" NO ", 0, 0, 0, 0); // a blank after the sign, as some programs write it
        put(values, sizeof values);
        check_values("blank.img", SAMPLE_I32, false);
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
    struct detector_info info;
    begin("NO ", 0, 0, -5, 7);
    put(values, sizeof values);
    struct image_file *file = open_good(save_bytes("a.img", content, used));
    assert_true(info_of(file, 0).sentinels.has_saturation && info_of(file, 0).sentinels.saturation == 180000);
    assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
    check_near(info.exposure, 30);
    check_near(info.pixel_x, 120e-6);
    check_near(info.pixel_y, 130e-6);
    check_near(info.wavelength, 0.71073e-10);
    check_near(info.distance, 0.0495);
    check_near(info.beam_x, 30.25);
    check_near(info.beam_y, 10);
    check_near(info.saturation, 180000);
    static const char *const lines[] = {"Header version\tOD SAPPHIRE  3.0\n",
                                        "COMPRESSION\tNO ( 25.1)\n",
                                        "TIME\tMon Nov 12 16:42:13 2007\n",
                                        "Binning in y\t4\n",
                                        "Distance in mm\t49.5\n",
                                        "Stat: Min\t-5\n",
                                        NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
}

// Statistics that are wrong cost the pixels that do not fit them.
static void test_wrong_statistics(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++)
        values[i] = i == 100 ? 40000 : 5;
    make_ty1(0, 7);
    struct image_file *file = open_good(save_bytes("wrong.img", content, used));
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, 1);
    assert_int_equal(picture.classes[100], MASK_BIT(MASK_BAD));
    assert_int_equal(picture.classes[101], 0);
    picture_free(&picture);
    image_file_close(&file);
}

static void test_truncated(void **state)
{
    (void)state;
    make_values(true);
    for (int n = 0; n < 4; n++) {
        n == 0 ? make_ty1(0, 1000000) : n == 1 ? make_ty5() : make_ty6();
        if (n == 3) {
            begin("NO ", 0, 0, 0, 0);
            put(values, sizeof values);
        }
        // TY6 loses all without its table of rows, so only some of that is cut.
        const size_t kept = n == 2 ? used - 20 : HEADER + (used - HEADER) / 2;
        struct image_file *file = open_good(save_bytes("short.img", content, kept));
        struct picture picture = decode_whole(file, 0);
        assert_true(picture.report.lost_pixels > 0 && picture.report.lost_pixels < COUNT);
        for (int i = 0; i < COUNT; i++) {
            int32_t value;
            memcpy(&value, picture.pixels + 4 * i, 4);
            assert_int_equal(value, picture.classes[i] ? 0 : values[i]);
        }
        picture_free(&picture);
        check_rectangles_agree(file, 0);
        image_file_close(&file);
    }
}

static void test_refused(void **state)
{
    (void)state;
    begin("TY9", 0, 0, 0, 0);
    check_refused(save_bytes("ty9.img", content, used + 100), STATUS_UNSUPPORTED, "TY9");
    begin("TY1", 9999999, 0, 0, 0);
    check_refused(save_bytes("tables.img", content, used + 100), STATUS_BROKEN, "tables");
    begin("TY1", 0, 0, 0, 0);
    check_refused(save_bytes("none.img", content, used), STATUS_BROKEN, "no more than 0");
    memcpy(in_text("NX=") + 3, "0000", 4);
    check_refused(save_bytes("zero.img", content, used + 100), STATUS_BROKEN, "no image");
    memcpy(in_text("NX=") + 3, "x000", 4);
    check_refused(save_bytes("x.img", content, used + 100), STATUS_BROKEN, "lacks a size");
    begin("TY1", 0, 0, 0, 0);
    memcpy(in_text("NHEADER=") + 8, "9999999", 7);
    check_refused(save_bytes("header.img", content, used + 100), STATUS_BROKEN, "lacks a size");
    begin("TY1", 0, 0, 0, 0);
    memcpy(in_text("NX=") + 3, "9999 NY=9999", 12);
    check_refused(save_bytes("bomb.img", content, used + 100), STATUS_BROKEN, "no more than");
    make_values(true);
    make_ty1(0, 1000000);
    check_damage(save_bytes("whole.img", content, used), 211, 300, 500);
    make_ty5();
    check_damage(save_bytes("whole.img", content, used), 211, used, 300);
    make_ty6();
    check_damage(save_bytes("whole.img", content, used), 211, used, 1500);
}

static void test_fabio_writes(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, numpy, fabio.OXDimage\n"
        "y, x = numpy.mgrid[0:40, 0:48]\n"
        "data = (x * x * 3 + y * 11 + (x * y) % 7 - 200).astype('int32')\n"
        "data[3, 5] = 70000; data[39, 47] = 1000000; data[0, 1] = 32767; data[20] = 30000\n"
        "fabio.OXDimage.OxdImage(data=data).write(sys.argv[1])\n";
    char arguments[600];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("fabio.img"));
    python_run("numpy, fabio.OXDimage", script, arguments);
    struct image_file *file = open_good(temporary_path("fabio.img"));
    static int32_t expected[40 * 48];
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 48; x++)
            expected[48 * y + x] = y == 20 ? 30000 : x * x * 3 + y * 11 + (x * y) % 7 - 200;
    expected[3 * 48 + 5] = 70000;
    expected[39 * 48 + 47] = 1000000;
    expected[1] = 32767;
    assert_int_equal(info_of(file, 0).type, SAMPLE_I32);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

static void test_real_file(void **state)
{
    (void)state;
    check_real_format("OxdImage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_compression), cmocka_unit_test(test_header),
        cmocka_unit_test(test_wrong_statistics),  cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_refused),           cmocka_unit_test(test_fabio_writes),
        cmocka_unit_test(test_real_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
