// SPDX-License-Identifier: MIT
// The MarCCD reader against files composed here, and real files with values found by fabio and tifffile.
#include "support/reader_checks.h"

#include "base/byteorder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 37, HEIGHT = 23, COUNT = WIDTH * HEIGHT, HEADER = 4096, ENTRIES = 7 };

static void put16(uint8_t *at, unsigned value, bool big)
{
    at[big ? 1 : 0] = (uint8_t)value;
    at[big ? 0 : 1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value, bool big)
{
    put16(at + (big ? 2 : 0), value & 0xFFFF, big);
    put16(at + (big ? 0 : 2), value >> 16, big);
}

struct maker {
    bool tiff_big, header_big, data_big;
    unsigned depth, format; // bytes a sample; TIFF's SampleFormat
};

static uint8_t content[HEADER + COUNT * 4];

// Composes the TIFF directory and the binary header.
static void make_header(const struct maker *maker)
{
    const uint32_t entries[ENTRIES][2] = {{256, WIDTH},  {257, HEIGHT}, {258, maker->depth * 8}, {259, 1},
                                          {273, HEADER}, {278, HEIGHT}, {339, maker->format}};
    memset(content, 0, HEADER);
    memcpy(content, maker->tiff_big ? "MM\0*" : "II*\0", 4);
    put32(content + 4, 8, maker->tiff_big);
    put16(content + 8, ENTRIES, maker->tiff_big);
    for (int i = 0; i < ENTRIES; i++) {
        uint8_t *entry = content + 10 + i * 12;
        put16(entry, entries[i][0], maker->tiff_big);
        put16(entry + 2, i == 2 || i == 3 || i == 6 ? 3 : 4, maker->tiff_big);
        put32(entry + 4, 1, maker->tiff_big);
        if (i == 2 || i == 3 || i == 6)
            put16(entry + 8, entries[i][1], maker->tiff_big);
        else
            put32(entry + 8, entries[i][1], maker->tiff_big);
    }
    static const struct {
        int offset;
        int32_t value;
    } words[] = {{1104, WIDTH},  {1108, HEIGHT}, {1128, 65535}, {1664, 150500}, {1668, 18250},
                 {1672, -11500}, {1676, 2500},   {1680, 1250},  {1708, -30000}, {1796, 79092},
                 {1800, 158184}, {1932, 103318}, {1760, 500}};
    put32(content + 1052, maker->header_big ? 4321 : 1234, maker->header_big);
    put32(content + 1056, maker->data_big ? 4321 : 1234, maker->header_big);
    put32(content + 1112, maker->depth, maker->header_big);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put32(content + words[i].offset, (uint32_t)words[i].value, maker->header_big);
    memcpy(content + 1028, "MMX", 4);
    memcpy(content + 2304, "al2o3\t\xb5m.mccd ", 15);
    memcpy(content + 3072, "a=1;b=2", 7);
}

// The samples in the machine's byte order.
static void make_samples(const struct maker *maker, uint8_t *samples)
{
    for (size_t i = 0; i < COUNT * maker->depth; i++)
        samples[i] = (uint8_t)random_next();
    for (size_t i = 0; maker->format == 3 && i < COUNT; i++) {
        float value = (float)i - 100.5f;
        memcpy(samples + 4 * i, &value, 4);
    }
    memcpy(content + HEADER, samples, COUNT * maker->depth);
    if (maker->data_big)
        swap_items(content + HEADER, COUNT, maker->depth);
}

static void test_every_order_and_depth(void **state)
{
    (void)state;
    static const struct {
        unsigned depth, format;
        enum sample_type type;
    } kinds[] = {{1, 1, SAMPLE_U8},  {2, 1, SAMPLE_U16}, {4, 1, SAMPLE_U32},
                 {2, 2, SAMPLE_I16}, {4, 2, SAMPLE_I32}, {4, 3, SAMPLE_F32}};
    static uint8_t samples[COUNT * 4];
    for (int n = 0; n < 48; n++) {
        const struct maker maker = {n & 1, n & 2, n & 4, kinds[n / 8].depth, kinds[n / 8].format};
        make_header(&maker);
        make_samples(&maker, samples);
        const char *path = save_bytes("any.name", content, HEADER + COUNT * maker.depth);
        struct image_file *file = open_good(path);
        const struct frame_info info = info_of(file, 0);
        assert_string_equal(info.format, "MarCCD");
        assert_int_equal(info.type, kinds[n / 8].type);
        assert_true(info.sentinels.has_saturation && info.sentinels.saturation == 65534);
        check_rectangles(file, 0, samples);
        image_file_close(&file);
        if (n % 16 == 7)
            check_threads(path);
    }
}

static const struct maker usual = {false, false, false, 2, 1};

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static void test_header(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        struct maker maker = usual;
        maker.header_big = n;
        make_header(&maker);
        struct image_file *file = open_good(save_bytes("a.mccd", content, HEADER + COUNT * 2));
        struct detector_info info;
        assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
        check_near(info.distance, 0.1505);
        check_near(info.beam_x, 18.25);
        check_near(info.beam_y, -11.5);
        check_near(info.pixel_x, 79.092e-6);
        check_near(info.pixel_y, 158.184e-6);
        check_near(info.wavelength, 1.03318e-10);
        check_near(info.exposure, 1.25);
        check_near(info.saturation, 65534);
        static const char *const lines[] = {"header_name\tMMX\n",          "nfast\t37\n",
                                            "saturated_value\t65535\n",    "beam_y\t-11.5 px\n",
                                            "exposure_time\t1.25 s\n",     "start_phi\t-30 deg\n",
                                            "rotation_range\t0.5 deg\n",   "filename\tal2o3 \xc2\xb5m.mccd\n",
                                            "dataset_comments\ta=1;b=2\n", NULL};
        check_metadata(file, 0, lines);
        image_file_close(&file);
    }
}

// Where the two headers disagree the TIFF directory is right.
static void test_left_to_tiff(void **state)
{
    (void)state;
    static const int words[] = {1104, 1108, 1112, 1052};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        make_header(&usual);
        content[words[i]]++;
        struct image_file *file = open_good(save_bytes("a.mccd", content, HEADER + COUNT * 2));
        assert_string_equal(info_of(file, 0).format, "TIFF");
        assert_int_equal(info_of(file, 0).width, WIDTH);
        image_file_close(&file);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    static uint8_t samples[COUNT * 4];
    make_header(&usual);
    make_samples(&usual, samples);
    struct image_file *file = open_good(save_bytes("short.mccd", content, HEADER + 801));
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, COUNT - 400);
    assert_memory_equal(picture.pixels, samples, 800);
    picture_free(&picture);
    image_file_close(&file);
    check_refused(save_bytes("none.mccd", content, HEADER), STATUS_BROKEN, "");
    check_damage(save_bytes("whole.mccd", content, HEADER + COUNT * 2), 97, HEADER, 600);
}

static void test_real_files(void **state)
{
    (void)state;
    cJSON *reference = testdata_reference();
    static const char *const names[] = {"fabio/valid/testimages/somedata_0001.mccd",
                                        "fabio/valid/testimages/corkcont2_H_0089.mccd.bz2"};
    if (!reference)
        skip();
    int checked = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), names[i]);
        const cJSON *entry = cJSON_GetObjectItem(reference, names[i]);
        const cJSON *page = cJSON_GetArrayItem(cJSON_GetObjectItem(entry, "pages"), 0);
        FILE *there = fopen(path, "rb");
        if (!page || !there)
            continue;
        fclose(there);
        const char *plain = unpacked_path(path);
        struct image_file *file = open_good(plain);
        assert_string_equal(info_of(file, 0).format, "MarCCD");
        assert_int_equal(info_of(file, 0).width, cJSON_GetObjectItem(page, "width")->valueint);
        image_file_close(&file);
        check_reference(plain, page);
        checked++;
    }
    cJSON_Delete(reference);
    print_message("%d real files agree\n", checked);
    if (checked == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order_and_depth),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_left_to_tiff),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
