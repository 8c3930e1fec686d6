// SPDX-License-Identifier: MIT
// What TIFF files of detectors tell: Dectris's text, its private directory and the attributes of EPICS.
#include "support/reader_checks.h"

#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 20, DATA = 2048, WIDTH = 4, HEIGHT = 3 };

struct entry {
    uint16_t tag, kind;
    uint32_t count;
    uint32_t value;   // of one item that fits
    const void *data; // else: its bytes
    size_t bytes;
};

struct maker {
    uint8_t bytes[8192];
    uint32_t used;
    bool big;
};

static void put(struct maker *maker, uint32_t at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        maker->bytes[at + (uint32_t)(maker->big ? bytes - 1 - i : i)] = (uint8_t)(value >> (8 * i));
}

// Writes a directory at the end of what is used; its longer values lie behind it.
static uint32_t put_directory(struct maker *maker, const struct entry *entries, uint32_t count)
{
    const uint32_t offset = maker->used;
    put(maker, offset, count, 2);
    maker->used += 2 + count * 12 + 4;
    for (uint32_t i = 0; i < count; i++) {
        const struct entry *entry = &entries[i];
        const uint32_t at = offset + 2 + 12 * i;
        put(maker, at, entry->tag, 2);
        put(maker, at + 2, entry->kind, 2);
        put(maker, at + 4, entry->count, 4);
        if (!entry->data) {
            put(maker, at + 8, entry->value, entry->kind == 3 ? 2 : 4);
            continue;
        }
        const bool within = entry->bytes <= 4;
        const uint32_t to = within ? at + 8 : maker->used;
        memcpy(maker->bytes + to, entry->data, entry->bytes);
        for (size_t k = 0; entry->kind == 12 && maker->big && k < entry->bytes; k += 8)
            for (size_t j = 0; j < 8; j++)
                maker->bytes[to + k + j] = ((const uint8_t *)entry->data)[k + 7 - j];
        if (!within)
            put(maker, at + 8, to, 4);
        maker->used += within ? 0 : (uint32_t)((entry->bytes + 1) & ~(size_t)1);
    }
    return offset;
}

static struct entry text_entry(uint16_t tag, const char *text)
{
    return (struct entry){tag, 2, (uint32_t)strlen(text) + 1, 0, text, strlen(text) + 1};
}

// A file of the samples with further entries; those with data of the private directory come in `own`.
static const char *save(bool big, unsigned bits, unsigned format, const void *samples,
                        const struct entry *more, uint32_t more_count, const struct entry *own,
                        uint32_t own_count)
{
    static struct maker maker;
    struct entry entries[MAX_ENTRIES] = {
        {256, 4, 1, WIDTH, NULL, 0},  {257, 4, 1, HEIGHT, NULL, 0},
        {258, 3, 1, bits, NULL, 0},   {259, 3, 1, 1, NULL, 0},
        {262, 3, 1, 1, NULL, 0},      {270, 0, 0, 0, NULL, 0},
        {273, 4, 1, DATA, NULL, 0},   {277, 3, 1, 1, NULL, 0},
        {278, 4, 1, HEIGHT, NULL, 0}, {279, 4, 1, WIDTH * HEIGHT * bits / 8, NULL, 0},
        {339, 3, 1, format, NULL, 0},
    };
    uint32_t count = 11, before = 5; // entry 5 gives way to a description, or goes
    maker = (struct maker){.used = 8, .big = big};
    if (more_count > 0 && more[0].tag == 270) {
        entries[before] = more[0];
        more++;
        more_count--;
    } else {
        count--;
        memmove(&entries[before], &entries[before + 1], (count - before) * sizeof *entries);
    }
    for (uint32_t i = 0; i < more_count; i++)
        entries[count++] = more[i];
    if (own_count > 0) {
        const uint32_t offset = put_directory(&maker, own, own_count);
        for (uint32_t i = 0; i < count; i++)
            if (entries[i].tag == 51192)
                entries[i].value = offset;
    }
    const uint32_t first = put_directory(&maker, entries, count);
    memcpy(maker.bytes, big ? "MM\0*" : "II*\0", 4);
    put(&maker, 4, first, 4);
    assert_true(maker.used <= DATA);
    memcpy(maker.bytes + DATA, samples, WIDTH * HEIGHT * bits / 8);
    return save_bytes("detector.tif", maker.bytes, DATA + WIDTH * HEIGHT * bits / 8);
}

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static const char pilatus[] = "# Pixel_size 172e-6 m x 172e-6 m\r\n# Silicon sensor, thickness 0.000320 m\r\n"
                              "# Exposure_time 0.5 s\r\n# Count_cutoff 1048574 counts\r\n"
                              "# Flat_field: (nil)\r\n";

static void test_pilatus(void **state)
{
    (void)state;
    static const int32_t samples[WIDTH * HEIGHT] = {0, -1, -2, 5, 1048574, 1048575, 7, -1, 9, 10, 11, 12};
    const struct entry more[] = {text_entry(270, pilatus), text_entry(272, "PILATUS 300K, 3-0104")};
    struct image_file *file = open_good(save(false, 32, 2, samples, more, 2, NULL, 0));
    const struct frame_info info = info_of(file, 0);
    struct detector_info detector;
    assert_int_equal(info.type, SAMPLE_I32);
    assert_true(info.sentinels.negative_marks && !info.sentinels.max_is_no_data);
    assert_true(info.sentinels.has_saturation && info.sentinels.saturation == 1048574);
    assert_int_equal(image_file_detector(file, 0, NULL, &detector, NULL), STATUS_OK);
    assert_string_equal(detector.name, "PILATUS 300K, 3-0104");
    check_near(detector.pixel_x, 172e-6);
    check_near(detector.exposure, 0.5);
    check_near(detector.sensor_thickness, 320e-6);
    check_near(detector.count_cutoff, 1048574);
    assert_true(isnan(detector.distance) && isnan(detector.beam_x));
    static const char *const lines[] = {"Pixel_size\t172e-6 m x 172e-6 m\n",
                                        "Silicon sensor\tthickness 0.000320 m\n", "Flat_field\t(nil)\n",
                                        "Model\tPILATUS 300K, 3-0104\n", NULL};
    check_metadata(file, 0, lines);
    check_rectangles(file, 0, samples);
    image_file_close(&file);
}

static void test_eiger(void **state)
{
    (void)state;
    static const uint32_t samples[WIDTH * HEIGHT] = {0, UINT32_MAX, 3};
    static const double energy = 12398.41984, beam[2] = {1030.5, 1070.25}, distance = 0.125, exposure = 0.008;
    for (int big = 0; big < 2; big++) {
        const struct entry own[] = {{1, 2, 6, 0, "abcde", 6},       {2, 4, 1, 17, NULL, 0},
                                    {5, 3, 1, 2, NULL, 0},          {7, 12, 1, 0, &exposure, 8},
                                    {9, 12, 1, 0, &energy, 8},      {0x16, 12, 2, 0, beam, 16},
                                    {0x17, 12, 1, 0, &distance, 8}, {99, 7, 1, 0, NULL, 0}};
        const struct entry more[] = {{51192, 4, 1, 0, NULL, 0}};
        struct image_file *file = open_good(save(big, 32, 1, samples, more, 1, own, 8));
        const struct frame_info info = info_of(file, 0);
        struct detector_info detector;
        assert_true(info.sentinels.max_is_no_data && !info.sentinels.negative_marks &&
                    !info.sentinels.has_saturation);
        assert_int_equal(image_file_detector(file, 0, NULL, &detector, NULL), STATUS_OK);
        check_near(detector.exposure, 0.008);
        check_near(detector.wavelength, 1e-10);
        check_near(detector.beam_x, 1030.5);
        check_near(detector.beam_y, 1070.25);
        check_near(detector.distance, 0.125);
        static const char *const lines[] = {"SeriesUniqueId\tabcde\n", "SeriesNumber\t17\n",
                                            "ThresholdId\t2\n", "BeamCenter\t1030.5 1070.25\n", NULL};
        check_metadata(file, 0, lines);
        image_file_close(&file);
    }
    const struct entry lost[] = {{51192, 4, 1, 0x7FFFFFF0, NULL, 0}};
    struct image_file *file = open_good(save(false, 8, 1, samples, lost, 1, NULL, 0));
    struct detector_info detector;
    assert_int_equal(image_file_detector(file, 0, NULL, &detector, NULL), STATUS_OK);
    assert_false(detector_info_known(&detector));
    assert_true(info_of(file, 0).sentinels.max_is_no_data);
    image_file_close(&file);
}

static void test_epics_attributes(void **state)
{
    (void)state;
    static const uint16_t samples[WIDTH * HEIGHT] = {1, 2, 3};
    const struct entry more[] = {text_entry(271, "EPICS areaDetector"),
                                 text_entry(65010, "RingCurrent:102.04"), text_entry(65011, "no colon"),
                                 text_entry(65012, ":x"), text_entry(65013, "Date:Nov 10\n15:30")};
    struct image_file *file = open_good(save(false, 16, 1, samples, more, 5, NULL, 0));
    static const char *const lines[] = {"Make\tEPICS areaDetector\n",  "RingCurrent\t102.04\n",
                                        "Tag 65011\tno colon\n",       "Tag 65012\t:x\n",
                                        "Date\tNov 10\nDate\t15:30\n", NULL};
    check_metadata(file, 0, lines);
    assert_false(info_of(file, 0).sentinels.max_is_no_data);
    image_file_close(&file);
}

static void test_damage(void **state)
{
    (void)state;
    static const uint32_t samples[WIDTH * HEIGHT] = {0};
    static const double beam[2] = {1, 2};
    const struct entry own[] = {{1, 2, 6, 0, "abcde", 6}, {0x16, 12, 2, 0, beam, 16}};
    const struct entry more[] = {
        text_entry(270, pilatus), {51192, 4, 1, 0, NULL, 0}, text_entry(65010, "a:b")};
    check_damage(save(false, 32, 1, samples, more, 3, own, 2), 61, 600, 1500);
}

static void test_real_pilatus(void **state)
{
    (void)state;
    static const char name[] = "dioptas/valid/tests/data/TransferCorrection/original.tif";
    char path[1024];
    if (!testdata_folder())
        skip();
    snprintf(path, sizeof path, "%s/%s", testdata_folder(), name);
    FILE *there = fopen(path, "rb");
    if (!there)
        skip();
    fclose(there);
    struct image_file *file = open_good(path);
    struct detector_info detector;
    assert_int_equal(image_file_detector(file, 0, NULL, &detector, NULL), STATUS_OK);
    check_near(detector.pixel_x, 172e-6);
    check_near(detector.sensor_thickness, 0.001);
    check_near(detector.exposure, 15);
    static const char *const lines[] = {"CdTe sensor\tthickness 0.001000 m\n", "ID RingCurrent\t102.039077\n",
                                        "CameraModel\tPilatus\n", NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pilatus),          cmocka_unit_test(test_eiger),
        cmocka_unit_test(test_epics_attributes), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_real_pilatus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
