// SPDX-License-Identifier: MIT
// The mar345 reader against files packed here by a plain packer, literal bytes, files that fabio writes, and
// a real file.
#include "support/reader_checks.h"

#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 37, HEIGHT = 29, COUNT = WIDTH * HEIGHT, HEADER = 4096 };

static uint8_t content[HEADER + 64 * 64 + COUNT * 8];
static size_t used;

static void put32(size_t at, uint32_t value, bool big)
{
    for (int i = 0; i < 4; i++)
        content[at + (size_t)(big ? 3 - i : i)] = (uint8_t)(value >> (8 * i));
}

// --- A plain packer ---

static unsigned bit_at;

static void put_bits(uint32_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++, bit_at++) {
        if (bit_at % 8 == 0)
            content[used + bit_at / 8] = 0;
        content[used + bit_at / 8] |= (uint8_t)((bits >> i & 1) << (bit_at % 8));
    }
}

// The index of the shortest length that holds all differences.
static unsigned length_index(const int32_t *differences, unsigned count, const uint8_t *lengths,
                             unsigned kinds)
{
    for (unsigned k = 0; k < kinds; k++) {
        bool fits = true;
        for (unsigned i = 0; i < count; i++) {
            const int64_t half = lengths[k] ? INT64_C(1) << (lengths[k] - 1) : 0;
            fits =
                fits && (lengths[k] ? differences[i] >= -half && differences[i] < half : differences[i] == 0);
        }
        if (fits)
            return k;
    }
    return kinds - 1;
}

static void pack(const uint16_t *values, int version)
{
    static const uint8_t lengths[2][16] = {{0, 4, 5, 6, 7, 8, 16, 32},
                                           {0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 32}};
    static int32_t differences[COUNT];
    for (int i = 0; i < COUNT; i++) {
        const int16_t *v = (const int16_t *)values;
        const int before = i == 0 ? 0
                           : i <= WIDTH
                               ? v[i - 1]
                               : (v[i - 1] + v[i - WIDTH + 1] + v[i - WIDTH] + v[i - WIDTH - 1] + 2) / 4;
        differences[i] = v[i] - before;
    }
    bit_at = 0;
    for (unsigned done = 0, turn = 0; done < COUNT; turn++) {
        unsigned logarithm = turn % 8; // blocks of every size
        while (done + (1u << logarithm) > COUNT)
            logarithm--;
        const unsigned count = 1u << logarithm;
        const unsigned kind =
            length_index(differences + done, count, lengths[version - 1], version == 2 ? 16 : 8);
        put_bits(logarithm, 3);
        put_bits(kind, version == 2 ? 4 : 3);
        for (unsigned i = 0; i < count; i++)
            put_bits((uint32_t)differences[done + i], lengths[version - 1][kind]);
        done += count;
    }
    used += (bit_at + 7) / 8;
}

static const char text[] =
    "mar research\nPROGRAM        mar345 \xb5 4.6\nFORMAT         37  PCK 1073\nCENTER         X 18.500  Y 14.250\n"
    "TIME           12.50\nDETECTOR       mar345\nEND OF HEADER\nAFTER x\n";

// The header and the table of high values; `highs` are pairs of a pixel from 0 and its value.
static void begin(bool big, const uint32_t (*highs)[2], unsigned count, const char *identifier)
{
    static const int32_t words[] = {1234,    WIDTH,  0,    1,    1, COUNT, 150,  100,
                                    1541790, 400000, 1000, 2000, 0, 0,     -500, 0};
    memset(content, 0, sizeof content);
    for (size_t i = 0; i < 16; i++)
        put32(4 * i, i == 2 ? count : (uint32_t)words[i], big);
    memcpy(content + 64, text, sizeof text);
    used = HEADER;
    for (unsigned i = 0; i < count; i++) {
        put32(HEADER + 8 * i, highs[i][0] + 1, big);
        put32(HEADER + 8 * i + 4, highs[i][1], big);
    }
    used += (count + 7) / 8 * 64;
    memcpy(content + used, identifier, strlen(identifier));
    used += strlen(identifier);
}

static const char *const identifiers[] = {"\nCCP4 packed image, X: 0037, Y: 0029\n",
                                          "\nCCP4 packed image V2, X: 0037, Y: 0029\n"};

// Smooth counts with steps of every size; `steep` ones differ by all 16 bits.
static void make_values(uint16_t *values, int steep)
{
    for (int i = 0; i < COUNT; i++) {
        const uint64_t random = random_next();
        const unsigned shift = (unsigned)(random >> 8) % 17;
        values[i] = (uint16_t)(steep == 0   ? 7
                               : steep == 1 ? 1000 + random % (1u << shift) % 3000
                                            : random >> 20);
    }
}

static const uint32_t highs[][2] = {{40, 70000}, {0, 4294967295u}, {1072, 123456}, {41, 65536},  {500, 1},
                                    {99999, 5},  {37, 250000},     {36, 66666},    {300, 131000}};

static void test_packed(void **state)
{
    (void)state;
    static uint16_t values[COUNT];
    static uint32_t expected[COUNT];
    for (int n = 0; n < 24; n++) {
        const bool big = n & 1, with_highs = n & 2;
        const int version = 1 + (n >> 2) % 2;
        make_values(values, n / 8);
        for (int i = 0; i < COUNT; i++)
            expected[i] = values[i];
        for (int i = 0; i < 9 && with_highs; i++)
            if (highs[i][0] < COUNT)
                expected[highs[i][0]] = highs[i][1];
        begin(big, highs, with_highs ? 9 : 0, identifiers[version - 1]);
        pack(values, version);
        const char *path = save_bytes("a.mar2300", content, used);
        struct image_file *file = open_good(path);
        const struct frame_info info = info_of(file, 0);
        assert_string_equal(info.format, "mar345");
        assert_int_equal(info.type, SAMPLE_U32);
        assert_true(info.width == WIDTH && info.height == HEIGHT && info.sequential);
        check_rectangles(file, 0, expected);
        image_file_close(&file);
        if (n > 19)
            check_threads(path);
    }
}

// Worked out by hand: 3 x 2 pixels 5 6 7 / 8 7 9.
static void test_literal(void **state)
{
    (void)state;
    // Predictions: -, 5, 6 / 7 (the pixel before), (8+7+6+5+2)/4 = 7, then (7+8+7+6+2)/4 = 7. Differences: 5
    // 1 1 1 0 2. Two blocks: 4 pixels of 4 bits (logarithm 2, index 1): 5 1 1 1, then 2 pixels of 4 bits:
    // 0 2. Bits, lowest first: 010 100 | 1010 1000 1000 1000 | 100 100 | 0000 0100.
    static const uint8_t bytes[] = {0x4A, 0x45, 0x44, 0x02, 0x02};
    static const uint32_t expected[] = {5, 6, 7, 8, 7, 9};
    begin(false, NULL, 0, "\nCCP4 packed image, X: 0003, Y: 0002\n");
    memcpy(content + used, bytes, sizeof bytes);
    struct image_file *file = open_good(save_bytes("literal.mar", content, used + sizeof bytes));
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static void test_header(void **state)
{
    (void)state;
    static uint16_t values[COUNT];
    for (int big = 0; big < 2; big++) {
        begin(big, NULL, 0, identifiers[0]);
        pack(values, 1);
        struct image_file *file = open_good(save_bytes("a.mar2300", content, used));
        struct detector_info info;
        assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
        assert_string_equal(info.name, "mar345");
        check_near(info.pixel_x, 150e-6);
        check_near(info.pixel_y, 100e-6);
        check_near(info.wavelength, 1.54179e-10);
        check_near(info.distance, 0.4);
        check_near(info.beam_x, 18.5);
        check_near(info.beam_y, 14.25);
        check_near(info.exposure, 12.5);
        static const char *const lines[] = {"Wavelength\t1.54179 A\n", "Chi\t-0.5 deg\n",
                                            "PROGRAM\tmar345 \xc2\xb5 4.6\n", "CENTER\tX 18.500  Y 14.250\n",
                                            NULL};
        check_metadata(file, 0, lines);
        struct text all = {0};
        assert_int_equal(image_file_metadata(file, 0, NULL, &all, NULL), STATUS_OK);
        assert_null(strstr(text_string(&all), "AFTER"));
        text_free(&all);
        image_file_close(&file);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    static uint16_t values[COUNT];
    make_values(values, 2);
    begin(false, NULL, 0, identifiers[1]);
    const size_t before = used;
    pack(values, 2);
    struct image_file *file = open_good(save_bytes("short.mar", content, before + (used - before) / 2));
    struct picture picture = decode_whole(file, 0);
    const int64_t kept = COUNT - picture.report.lost_pixels;
    assert_true(kept > COUNT / 3 && kept < COUNT * 2 / 3);
    for (int64_t i = 0; i < COUNT; i++) {
        uint32_t value;
        memcpy(&value, picture.pixels + 4 * i, 4);
        assert_int_equal(value, i < kept ? values[i] : 0);
        assert_int_equal(picture.classes[i], i < kept ? 0 : MASK_BIT(MASK_BAD));
    }
    assert_non_null(strstr(picture.report.first_loss.text, "data end in row"));
    picture_free(&picture);
    check_rectangles_agree(file, 0);
    image_file_close(&file);
}

static void test_refused(void **state)
{
    (void)state;
    static uint16_t values[COUNT];
    begin(false, NULL, 0, identifiers[0]);
    put32(12, 2, false);
    check_refused(save_bytes("spiral.mar", content, used + 100), STATUS_UNSUPPORTED, "spiral");
    begin(false, NULL, 0, "no such line\n");
    check_refused(save_bytes("none.mar", content, used + 100), STATUS_BROKEN, "line before");
    begin(false, NULL, 0, "CCP4 packed image, X: 0000, Y: 0002\n");
    check_refused(save_bytes("zero.mar", content, used + 100), STATUS_BROKEN, "no image");
    begin(false, NULL, 0, "CCP4 packed image, X: 9999999, Y: 9999999\n");
    check_refused(save_bytes("bomb.mar", content, used + 100), STATUS_BROKEN, "no more than");
    begin(false, NULL, 0, "CCP4 packed image, Y: 2\n");
    check_refused(save_bytes("size.mar", content, used + 100), STATUS_BROKEN, "no size");
    begin(false, NULL, 0, identifiers[0]);
    check_refused(save_bytes("empty.mar", content, used), STATUS_BROKEN, "no more than 0");
    put32(8, 1u << 30, false);
    check_refused(save_bytes("highs.mar", content, used + 100), STATUS_BROKEN, "high values");
    put32(8, 0xFFFFFFFF, false);
    check_refused(save_bytes("highs.mar", content, used + 100), STATUS_BROKEN, "high values");
    begin(true, highs, 9, identifiers[1]);
    make_values(values, 1);
    pack(values, 2);
    check_damage(save_bytes("whole.mar", content, used), 131, used, 1500);
}

static void test_fabio_writes(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, numpy, fabio.mar345image\n"
        "y, x = numpy.mgrid[0:40, 0:40]\n"
        "data = (x * x * 3 + y * 11 + (x * y) % 7).astype('uint32')\n"
        "data[3, 5] = 70000; data[39, 39] = 1000000; data[0, 1] = 65535; data[20] = 60000\n"
        "fabio.mar345image.Mar345Image(data=data).write(sys.argv[1])\n";
    char arguments[600];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("fabio.mar2300"));
    python_run("numpy, fabio.mar345image", script, arguments);
    struct image_file *file = open_good(temporary_path("fabio.mar2300"));
    static uint32_t expected[40 * 40];
    for (unsigned y = 0; y < 40; y++)
        for (unsigned x = 0; x < 40; x++)
            expected[40 * y + x] = y == 20 ? 60000 : x * x * 3 + y * 11 + (x * y) % 7;
    expected[3 * 40 + 5] = 70000;
    expected[39 * 40 + 39] = 1000000;
    expected[1] = 65535;
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

static void test_real_file(void **state)
{
    (void)state;
    check_real_format("Mar345Image");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed),    cmocka_unit_test(test_literal), cmocka_unit_test(test_header),
        cmocka_unit_test(test_truncated), cmocka_unit_test(test_refused), cmocka_unit_test(test_fabio_writes),
        cmocka_unit_test(test_real_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
