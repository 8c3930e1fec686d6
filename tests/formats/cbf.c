// SPDX-License-Identifier: MIT
// The CBF reader against files made here by an encoder of its own, and real files.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "formats/base/readers_list.h"
#include "formats/cbf/cbf_byte_offset.h"
#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- A plain encoder ---

static size_t encode(const int64_t *values, size_t count, uint8_t *out)
{
    size_t at = 0;
    int64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t difference = values[i] - before;
        before = values[i];
        int8_t narrow = difference > -128 && difference < 128 ? (int8_t)difference : INT8_MIN;
        memcpy(out + at, &narrow, 1);
        at += 1;
        if (narrow != INT8_MIN)
            continue;
        int16_t middle = difference > -32768 && difference < 32768 ? (int16_t)difference : INT16_MIN;
        memcpy(out + at, &middle, 2);
        at += 2;
        if (middle != INT16_MIN)
            continue;
        int32_t wide = difference > INT32_MIN && difference <= INT32_MAX ? (int32_t)difference : INT32_MIN;
        memcpy(out + at, &wide, 4);
        at += 4;
        if (wide != INT32_MIN)
            continue;
        memcpy(out + at, &difference, 8);
        at += 8;
    }
    return at;
}

// Differences at and beside the limits of each length.
static int64_t edge_difference(void)
{
    static const int64_t edges[] = {127, 128, 32767, 32768, INT32_MAX, 2147483648LL, 4294967295LL};
    int64_t edge = edges[random_next() % 7] + (int64_t)(random_next() % 3) - 1;
    return random_next() % 2 ? edge : -edge;
}

// Values of 32 bits: counts with few large steps (`rare` > 0: one in so many) or none.
static void make_values(int64_t *values, size_t count, unsigned rare, int64_t low, int64_t high)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t step =
            rare && random_next() % rare == 0 ? edge_difference() : (int64_t)(random_next() % 41) - 20;
        if (value + step < low || value + step > high)
            step = -step;
        if (value + step >= low && value + step <= high)
            value += step;
        values[i] = value;
    }
}

// --- Files ---

struct section {
    const char *type, *conversion, *more; // more: further MIME lines; may be NULL
    long long width, height, bytes;       // as claimed
    const void *data;
    size_t count; // really written
};

static const char pilatus[] = "_array_data.header_convention \"PILATUS_1.2\"\r\n"
                              "_array_data.header_contents\r\n;\r\n"
                              "# Detector: PILATUS 300K, S/N 3-0104, Diamond\r\n"
                              "# 2011-07-14T12:45:19.719\r\n"
                              "# Pixel_size 172e-6 m x 172e-6 m\r\n"
                              "# Tau = 125.0e-09 s\r\n"
                              "# Beam_xy (2000.00, 2000.00) pixels\r\n;\r\n";

static void put_section(FILE *file, const struct section *section)
{
    fprintf(file, "_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\n"
                  "Content-Type: application/octet-stream");
    if (section->conversion)
        fprintf(file, ";\r\n     conversions=\"%s\"", section->conversion);
    fprintf(
        file,
        "\r\nContent-Transfer-Encoding: BINARY\r\nx-binary-size: %lld\r\nX-BINARY-ELEMENT-TYPE: \"%s\"\r\n"
        "X-Binary-Size-Fastest-Dimension: %lld\r\nX-Binary-Size-Second-Dimension: %lld\r\n%s\r\n",
        section->bytes, section->type, section->width, section->height, section->more ? section->more : "");
    fwrite("\x0c\x1a\x04\xd5", 1, 4, file);
    fwrite(section->data, 1, section->count, file);
    fprintf(file, "\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n\r\n");
}

static const char *save(const char *name, const char *header, const struct section *sections, int count)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fprintf(file, "###CBF: VERSION 1.5\r\n\r\ndata_x\r\n\r\n%s\r\n", header);
    for (int i = 0; i < count; i++)
        put_section(file, &sections[i]);
    fclose(file);
    return path;
}

// Rectangles of the frame in any order, then its rows in order, against the samples of the whole frame.
static void check_values(struct image_file *file, int64_t frame, const int64_t *expected, bool sentinels)
{
    struct frame_info info = info_of(file, frame);
    assert_int_equal(info.sentinels.negative_marks, sentinels);
    const bool wide = info.type == SAMPLE_U32 || info.type == SAMPLE_U64;
    assert_int_equal(info.sentinels.max_is_no_data, sentinels || wide);
    size_t item = sample_traits(info.type)->bytes;
    for (int n = 0; n < 12; n++) {
        struct rect rect = {0, 0, info.width, info.height};
        if (n > 0 && n < 8) {
            rect.x = (int64_t)(random_next() % (uint64_t)info.width);
            rect.y = (int64_t)(random_next() % (uint64_t)info.height);
            rect.width = 1 + (int64_t)(random_next() % (uint64_t)(info.width - rect.x));
            rect.height = 1 + (int64_t)(random_next() % (uint64_t)(info.height - rect.y));
        } else if (n >= 8) {
            rect.y = info.height * (n - 8) / 4;
            rect.height = info.height * (n - 7) / 4 - rect.y;
            if (rect.height == 0)
                continue;
        }
        size_t row = (size_t)rect.width * item, stride = row + (n % 2 ? 5 : 0);
        uint8_t *pixels = malloc(stride * (size_t)rect.height);
        uint8_t *classes = calloc((size_t)rect.width, (size_t)rect.height);
        assert_int_equal(decode_into(file, frame, rect, pixels, stride, classes).lost_pixels, 0);
        for (int64_t y = 0; y < rect.height; y++) {
            for (int64_t x = 0; x < rect.width; x++) {
                int64_t value = expected[(rect.y + y) * info.width + rect.x + x];
                assert_memory_equal(pixels + (size_t)y * stride + (size_t)x * item, &value, item);
                assert_int_equal(classes[y * rect.width + x], 0);
            }
        }
        free(pixels);
        free(classes);
    }
}

// --- Tests ---

enum { WIDTH = 137, HEIGHT = 61, COUNT = WIDTH * HEIGHT };

static int64_t samples[COUNT];
static uint8_t coded[COUNT * CBF_LONGEST_DIFFERENCE];

static void check_decoders(const uint8_t *bytes, size_t size, size_t count)
{
    uint32_t *outs[2] = {malloc(count * 4 + 1), malloc(count * 4 + 1)}, values[2] = {7, 7};
    size_t used[2];
    size_t done = cbf_byte_offset_scalar(bytes, size, &values[0], outs[0], count, &used[0]);
    size_t fast = cbf_byte_offset_avx2(bytes, size, &values[1], outs[1], count, &used[1]);
    assert_int_equal(done, fast);
    assert_int_equal(used[0], used[1]);
    assert_int_equal(values[0], values[1]);
    assert_memory_equal(outs[0], outs[1], done * 4);
    free(outs[0]);
    free(outs[1]);
}

static void test_both_decoders_agree(void **state)
{
    (void)state;
    if (!cbf_byte_offset_has_avx2()) {
        print_message("this machine has no AVX2\n");
        skip();
    }
    for (int n = 0; n < 2000; n++) {
        size_t size = random_next() % 200, count = random_next() % 200;
        uint8_t *bytes = malloc(size ? size : 1); // no byte more, for ASan to see a read beyond
        for (size_t i = 0; i < size; i++) {
            uint64_t random = random_next();
            bytes[i] = n % 3 == 0                       ? (uint8_t)random
                       : random % (n % 3 == 1 ? 3 : 20) ? (uint8_t)(random >> 8)
                                                        : 0x80;
            if (n % 5 == 0 && bytes[i] != 0x80)
                bytes[i] = 0;
        }
        check_decoders(bytes, size, count);
        free(bytes);
    }
    for (unsigned rare = 0; rare < 40; rare += 3) {
        make_values(samples, COUNT, rare, INT32_MIN, INT32_MAX);
        check_decoders(coded, encode(samples, COUNT, coded), COUNT);
    }
}

struct layout {
    const char *name;
    enum sample_type type;
    int64_t low, high;
};

static const struct layout layouts[] = {
    {"signed 8-bit integer", SAMPLE_I8, -128, 127},
    {"unsigned 8-bit integer", SAMPLE_U8, 0, 255},
    {"signed 16-bit integer", SAMPLE_I16, -32768, 32767},
    {"unsigned 16-bit integer", SAMPLE_U16, 0, 65535},
    {"signed 32-bit integer", SAMPLE_I32, INT32_MIN, INT32_MAX},
    {"unsigned 32-bit integer", SAMPLE_U32, 0, UINT32_MAX},
    {"signed 64-bit integer", SAMPLE_I64, INT64_MIN / 2, INT64_MAX / 2},
    {"unsigned 64-bit integer", SAMPLE_U64, 0, INT64_MAX},
    {"signed 32-bit real IEEE", SAMPLE_F32, INT32_MIN, INT32_MAX}, // as integers: any pattern will do
    {"signed 64-bit real IEEE", SAMPLE_F64, INT64_MIN / 2, INT64_MAX / 2},
};

static void check_layout(const struct layout *layout, unsigned rare, const char *header)
{
    static uint8_t plain[2][COUNT * 8];
    make_values(samples, COUNT, rare, layout->low, layout->high);
    size_t size = encode(samples, COUNT, coded), item = sample_traits(layout->type)->bytes;
    for (size_t i = 0; i < COUNT; i++)
        memcpy(plain[0] + i * item, &samples[i], item);
    memcpy(plain[1], plain[0], sizeof plain[0]);
    swap_items(plain[1], COUNT, item);
    const struct section sections[] = {
        {layout->name, "x-CBF_BYTE_OFFSET", NULL, WIDTH, HEIGHT, (long long)size, coded, size},
        {layout->name, NULL, NULL, WIDTH, HEIGHT, COUNT * (long long)item, plain[0], COUNT * item},
        {layout->name, NULL, "X-Binary-Element-Byte-Order: BIG_ENDIAN\r\n", WIDTH, HEIGHT,
         COUNT * (long long)item, plain[1], COUNT * item},
    };
    struct image_file *file = open_good(save("layout.cbf", header, sections, 3)), *copy = NULL;
    assert_int_equal(file->frames, 3);
    assert_int_equal(image_file_clone(file, &copy, NULL), STATUS_OK);
    bool sentinels = *header != '\0';
    for (int frame = 2; frame >= 0; frame--) {
        struct frame_info info = info_of(file, frame);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        assert_int_equal(info.type, layout->type);
        assert_false(info.sequential);
        check_values(file, frame, samples, sentinels);
        check_values(copy, frame, samples, sentinels);
    }
    image_file_close(&file);
    image_file_close(&copy);
}

static void test_every_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (unsigned rare = 0; rare < 3; rare++)
            check_layout(&layouts[i], rare * rare * 5, rare == 2 ? "" : pilatus);
}

// A stream of several read blocks, whose escapes cross their borders.
static void test_long_stream(void **state)
{
    (void)state;
    enum { SIDE = 400 };
    int64_t *values = malloc(SIDE * SIDE * sizeof *values);
    uint8_t *bytes = malloc(SIDE * SIDE * CBF_LONGEST_DIFFERENCE);
    make_values(values, SIDE * SIDE, 3, INT32_MIN, INT32_MAX);
    size_t size = encode(values, SIDE * SIDE, bytes);
    assert_true(size > 300000);
    const struct section section = {
        "signed 32-bit integer", "X-CBF_byte_offset", NULL, SIDE, SIDE, (long long)size, bytes, size};
    struct image_file *file = open_good(save("long.cbf", pilatus, &section, 1));
    check_values(file, 0, values, true);
    image_file_close(&file);
    free(values);
    free(bytes);
}

static void check_truncated(struct image_file *file, int64_t kept)
{
    static int32_t pixels[COUNT];
    static uint8_t classes[COUNT];
    memset(classes, 0, sizeof classes);
    struct decode_report report =
        decode_into(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, pixels, WIDTH * 4, classes);
    assert_int_equal(report.lost_pixels, COUNT - kept);
    assert_true(report.any_class);
    assert_non_null(strstr(report.first_loss.text, "end"));
    for (int64_t i = 0; i < COUNT; i++) {
        assert_int_equal(pixels[i], i < kept ? samples[i] : 0);
        assert_int_equal(classes[i], i < kept ? 0 : MASK_BIT(MASK_BAD));
    }
}

static void test_truncated(void **state)
{
    (void)state;
    make_values(samples, COUNT, 0, 0, 1000);
    size_t size = encode(samples, COUNT, coded);
    assert_int_equal(size, COUNT);
    // The 5001st value is a difference of 64 bits.
    memcpy(coded + 5000, "\x80\0\x80\0\0\0\x80\0\0\0\0\0\0\0\0", CBF_LONGEST_DIFFERENCE);
    const struct section section = {
        "signed 32-bit integer", "x-CBF_BYTE_OFFSET", NULL, WIDTH, HEIGHT, COUNT, coded, COUNT};
    const char *path = save("short.cbf", "", &section, 1);
    FILE *read = fopen(path, "rb");
    fseek(read, 0, SEEK_END);
    long all = ftell(read), tail = (long)strlen("\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n\r\n");
    fclose(read);
    struct image_file *cut_later = open_good(path);
    assert_int_equal(truncate(path, all - tail - COUNT + 5003), 0);
    uint8_t pixels[4], class = 0;
    const struct decode_request request = {
        .rect = {0, 0, 1, 1}, .pixels = pixels, .stride = sizeof pixels, .classes = &class};
    assert_int_equal(image_file_decode(cut_later, &request, NULL, NULL), STATUS_IO);
    image_file_close(&cut_later);
    struct image_file *file = open_good(path);
    check_truncated(file, 5000); // within the long difference
    check_truncated(file, 5000);
    assert_int_equal(truncate(path, all - tail - COUNT + 4000), 0);
    image_file_close(&file);
    file = open_good(path);
    check_truncated(file, 4000);
    image_file_close(&file);
    assert_int_equal(truncate(path, all - tail - COUNT), 0);
    check_refused(path, STATUS_BROKEN, "only 0 B");
    for (long bytes = all - tail - COUNT - 1; bytes > 0; bytes -= 3) {
        struct image_file *never = NULL;
        assert_int_equal(truncate(path, bytes), 0);
        assert_true(image_file_open(path, CHANNEL_AUTO, &never, NULL) != STATUS_OK);
    }
}

// A stream shorter than the pixels because long differences take its bytes.
static void test_short_stream(void **state)
{
    (void)state;
    make_values(samples, COUNT, 2, INT32_MIN, INT32_MAX);
    size_t size = encode(samples, COUNT, coded);
    assert_true(size > COUNT);
    struct section section = {
        "signed 32-bit integer", "x-CBF_BYTE_OFFSET", NULL, WIDTH, HEIGHT, COUNT, coded, size};
    struct image_file *file = open_good(save("short_stream.cbf", "", &section, 1));
    static int32_t pixels[COUNT];
    static uint8_t classes[COUNT];
    struct decode_report report =
        decode_into(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, pixels, WIDTH * 4, classes);
    assert_true(report.lost_pixels > 0 && report.lost_pixels < COUNT);
    for (int64_t i = 0; i < COUNT - report.lost_pixels; i++)
        assert_int_equal(pixels[i], samples[i]);
    int64_t used = (int64_t)encode(samples, (size_t)(COUNT - report.lost_pixels), coded);
    assert_true(used <= COUNT && used + CBF_LONGEST_DIFFERENCE > COUNT);
    image_file_close(&file);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct section section;
        enum status status;
        const char *said;
    } cases[] = {
        {{"signed 32-bit integer", "x-CBF_PREDICTOR", NULL, 2, 2, 16, "", 0},
         STATUS_UNSUPPORTED,
         "x-CBF_PREDICTOR"},
        {{"signed 64-bit integer", "x-CBF_PACKED", NULL, 2, 2, 4, "abcd", 4}, STATUS_UNSUPPORTED, "i64"},
        {{"signed 32-bit complex IEEE", NULL, NULL, 1, 1, 4, "abcd", 4}, STATUS_UNSUPPORTED, "complex IEEE"},
        {{"signed 32-bit integer", NULL, "X-Binary-Size-Third-Dimension: 3\r\n", 1, 1, 4, "abcd", 4},
         STATUS_BROKEN,
         "only 4"},
        {{"signed 32-bit integer", "x-CBF_BYTE_OFFSET", NULL, 1048576, 1048576, 1LL << 40, "abcd", 4},
         STATUS_BROKEN,
         "claims"},
        {{"signed 32-bit integer", "x-CBF_BYTE_OFFSET", NULL, 3, 2, 5, "abcdef", 6}, STATUS_BROKEN, "only 5"},
        {{"signed 32-bit integer", NULL, NULL, 1, 2, 7, "abcdefgh", 8}, STATUS_BROKEN, "only 7"},
        {{"signed 32-bit integer", NULL, NULL, INT64_MAX, 4, INT64_MAX, "abcd", 4},
         STATUS_TOO_LARGE,
         "overflow"},
        {{"signed 32-bit integer", NULL, NULL, -1, 4, 4, "abcd", 4}, STATUS_BROKEN, "size"},
        {{"signed 32-bit integer", NULL, NULL, 1, 0, 4, "abcd", 4}, STATUS_BROKEN, "size"},
        {{"signed 32-bit integer", NULL, NULL, 1, 1, 0, "abcd", 4}, STATUS_BROKEN, "size"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(save("refused.cbf", "", &cases[i].section, 1), cases[i].status, cases[i].said);
    check_refused(save("none.cbf", pilatus, NULL, 0), STATUS_BROKEN, "without any image");
}

// A later section that is not read is a frame with an error; those around it show.
static void test_bad_section_between(void **state)
{
    (void)state;
    static const int64_t values[4] = {1, -1, -2, 4};
    uint8_t bytes[64];
    size_t size = encode(values, 4, bytes);
    assert_int_equal(size, 4);
    const struct section sections[] = {
        {"signed 32-bit integer", "x-CBF_BYTE_OFFSET", NULL, 2, 2, 4, bytes, 4},
        {"signed 32-bit integer", "x-CBF_PREDICTOR", NULL, 2, 2, 4, bytes, 4},
        {"signed 16-bit integer", "x-CBF_BYTE_OFFSET", NULL, 4, 1, 4, bytes, 4},
    };
    struct image_file *file = open_good(save("between.cbf", pilatus, sections, 3));
    struct frame_info info;
    struct error error = {0};
    assert_int_equal(file->frames, 3);
    assert_int_equal(image_file_info(file, 1, &info, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "x-CBF_PREDICTOR"));
    check_values(file, 0, values, true);
    check_values(file, 2, values, true);
    image_file_close(&file);
    file = open_good(save("xds.cbf", "_array_data.header_convention \"XDS special\"\r\n", sections, 1));
    check_values(file, 0, values, false);
    image_file_close(&file);
}

// XDS writes the lines of the experiment before the semicolons that should hold them, so that they are
// comments: beam, distance and the marks are found all the same, whatever else stands around.
static void test_misplaced_contents(void **state)
{
    (void)state;
    static const char lines[] = "# Detector: Dectris Eiger 9M, S/N E-18-0102\r\n"
                                "# 2017-03-22T11:44:18.487743\r\n"
                                "# Pixel_size 0.000075 m x 0.000075 m\r\n"
                                "# Exposure_time 0.024990 s\r\n"
                                "# Wavelength 0.980097 A\r\n"
                                "# Detector_distance 0.111985 m\r\n"
                                "# Beam_xy (1618.926514, 1586.353394) pixels\r\n";
    static const char *const formats[] = {
        "_array_data.header_convention \"XDS special\"\r\n_array_data.header_contents\r\n%s;\r\n;\r\n",
        "%s_array_data.header_convention \"XDS special\"\r\n_array_data.header_contents\r\n;\r\n;\r\n",
        "_array_data.header_convention \"XDS special\"\r\n%s",
        "_array_data.header_contents\r\n;\r\n%s;\r\n_array_data.header_convention \"XDS special\"\r\n"};
    static const int64_t values[4] = {1, -1, -2, 4};
    uint8_t bytes[64];
    const size_t size = encode(values, 4, bytes);
    const struct section section = {
        "signed 32-bit integer", "x-CBF_BYTE_OFFSET", NULL, 2, 2, (int64_t)size, bytes, size};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char header[1000];
        snprintf(header, sizeof header, formats[i], lines);
        struct image_file *file = open_good(save("misplaced.cbf", header, &section, 1));
        struct detector_info info;
        check_values(file, 0, values, true);
        assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
        assert_string_equal(info.name, "Dectris Eiger 9M, S/N E-18-0102");
        assert_true(info.beam_x == 1618.926514 && info.beam_y == 1586.353394);
        assert_true(info.distance == 0.111985 && info.pixel_x == 0.000075 && info.exposure == 0.02499);
        assert_true(fabs(info.wavelength - 0.980097e-10) < 1e-20);
        static const char *const expected[] = {"Detector_distance\t0.111985 m\n", NULL};
        check_metadata(file, 0, expected);
        image_file_close(&file);
    }
}

static void test_metadata(void **state)
{
    (void)state;
    static const struct section section = {
        "signed 32-bit integer", "x-CBF_BYTE_OFFSET", NULL, 1, 1, 1, "\5", 1};
    struct image_file *file = open_good(save("metadata.cbf", pilatus, &section, 1));
    struct text lines = {0};
    assert_int_equal(image_file_metadata(file, 0, NULL, &lines, NULL), STATUS_OK);
    static const char *const expected[] = {"_array_data.header_convention\tPILATUS_1.2\n",
                                           "Detector\tPILATUS 300K, S/N 3-0104, Diamond\n",
                                           "Date\t2011-07-14T12:45:19.719\n",
                                           "Pixel_size\t172e-6 m x 172e-6 m\n",
                                           "Tau\t125.0e-09 s\n",
                                           "Beam_xy\t(2000.00, 2000.00) pixels\n",
                                           "x-binary-size\t1\n",
                                           "conversions\tx-CBF_BYTE_OFFSET\n",
                                           "X-BINARY-ELEMENT-TYPE\tsigned 32-bit integer\n"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strstr(text_string(&lines), expected[i]))
            fail_msg("%s is missing in\n%s", expected[i], text_string(&lines));
    text_free(&lines);
    bool known = true;
    assert_int_equal(image_file_verify(file, 0, NULL, &known, NULL), STATUS_OK);
    assert_false(known); // no Content-MD5
    image_file_close(&file);
}

// --- Real files ---

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("CBF");
}

// The checksums that the writers of real files gave, also of a packed one.
static void test_real_checksums(void **state)
{
    (void)state;
    static const char *const names[] = {"cbflib/valid/examples/fit2d_data.cbf",
                                        "dxtbx/valid/tests/phi_scan_001.cbf",
                                        "fabio/valid/testimages/run2_1_00148.cbf.bz2"};
    int checked = 0;
    for (size_t i = 0; testdata_folder() && i < sizeof names / sizeof *names; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), names[i]);
        if (access(path, R_OK) != 0)
            continue;
        struct image_file *file = open_good(path);
        bool known = false;
        assert_int_equal(image_file_verify(file, 0, NULL, &known, NULL), STATUS_OK);
        assert_true(known);
        image_file_close(&file);
        checked++;
    }
    if (checked == 0)
        skip();
}

static void test_real_malformed(void **state)
{
    (void)state;
    static const char *const names[] = {"pycbf/fel_test1.cbf", "templates/template_mar345_2300x2300.cbf",
                                        "templates/template_X4_lots_M1S4.cbf"};
    if (!testdata_folder())
        skip();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/cbflib/malformed/%s", testdata_folder(), names[i]);
        if (access(path, R_OK) == 0)
            check_refused(path, STATUS_BROKEN, "without any image");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_decoders_agree), cmocka_unit_test(test_every_layout),
        cmocka_unit_test(test_long_stream),         cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_short_stream),        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad_section_between), cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_misplaced_contents),  cmocka_unit_test(test_real_files),
        cmocka_unit_test(test_real_malformed),      cmocka_unit_test(test_real_checksums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
