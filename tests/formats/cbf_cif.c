// SPDX-License-Identifier: MIT
// CIF texts split into items, and what the texts of CBF files tell of the detector, of panels and of
// saturation.
#include "formats/cbf/cbf_cif.h"

#include "support/reader_checks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- Items ---

// All items as "tag[row,column]=value;".
static const char *items_of(const char *text)
{
    static char all[4096];
    struct cbf_cif cif = {.at = text};
    struct cbf_item item;
    size_t used = 0;
    all[0] = '\0';
    while (cbf_cif_next(&cif, &item) && used < sizeof all)
        used += (size_t)snprintf(all + used, sizeof all - used, "%.*s[%d,%d]%s%.*s;", (int)item.tag.length,
                                 item.tag.at, (int)item.row, item.column, item.is_text ? "~" : "=",
                                 (int)item.value.length, item.value.at);
    return all;
}

static void items_are_found(void **state)
{
    (void)state;
    assert_string_equal(items_of(""), "");
    assert_string_equal(items_of("###CBF: VERSION 1.5\r\n\r\ndata_x\r\n_a.b 1\r\n_a.c\r\n 2 # _no 3\r\n"),
                        "_a.b[0,0]=1;_a.c[0,0]=2;");
    assert_string_equal(items_of("_q 'it''s' _r \"a 'b' c\" _s 'don't stop'\n_t ''"),
                        "_q[0,0]=it''s;_r[0,0]=a 'b' c;_s[0,0]=don't stop;_t[0,0]=;");
    assert_string_equal(items_of("loop_\n_a.x\n_a.y\n1 2\n3\n'4 5'\n_b 6 7\n"),
                        "_a.x[0,0]=1;_a.y[0,1]=2;_a.x[1,0]=3;_a.y[1,1]=4 5;_b[0,0]=6;");
    assert_string_equal(items_of("_t\n;first\n _x 1\n;\n_u 2\n"), "_t[0,0]~first\n _x 1;_u[0,0]=2;");
    assert_string_equal(items_of("loop_ _a _b ; c ;\nd\n; e\n"),
                        "_a[0,0]=;;_b[0,1]=c;_a[1,0]=;;_b[1,1]=d;_a[2,0]~ e\n;");
    assert_string_equal(items_of("_t\n;never ends\n_x 1"), "_t[0,0]~never ends\n_x 1;");
    assert_string_equal(items_of("1 2 data_y 3 loop_ 4 _z"), "");
    assert_string_equal(items_of("loop_ _a 1 LOOP_ _b 2 DATA_q _c 3"), "_a[0,0]=1;_b[0,0]=2;_c[0,0]=3;");
    assert_string_equal(items_of("_q 'cut at the line\n_r 1"), "_q[0,0]=cut at the line;_r[0,0]=1;");
}

static void wide_tables_lose_columns_only(void **state)
{
    (void)state;
    struct text text = {0};
    text_append(&text, "loop_\n");
    for (int i = 0; i < CBF_CIF_MAX_COLUMNS + 6; i++)
        text_printf(&text, "_t.c%d\n", i);
    for (int i = 0; i < 2 * (CBF_CIF_MAX_COLUMNS + 6); i++)
        text_printf(&text, "%d ", i);
    struct cbf_cif cif = {.at = text_string(&text)};
    struct cbf_item item;
    int count = 0;
    double value;
    while (cbf_cif_next(&cif, &item)) {
        assert_true(cbf_words_number(item.value, &value));
        assert_int_equal(value, item.row * (CBF_CIF_MAX_COLUMNS + 6) + item.column);
        count++;
    }
    assert_int_equal(count, 2 * CBF_CIF_MAX_COLUMNS);
    text_free(&text);
}

static void numbers_are_strict(void **state)
{
    (void)state;
    double value = 0;
    assert_true(cbf_words_number((struct cbf_words){"1.2345(67)", 10}, &value));
    assert_true(value == 1.2345);
    assert_true(cbf_words_number((struct cbf_words){"172e-6 m", 6}, &value));
    assert_true(value == 172e-6);
    assert_false(cbf_words_number((struct cbf_words){"?", 1}, &value));
    assert_false(cbf_words_number((struct cbf_words){"", 0}, &value));
    assert_false(cbf_words_number((struct cbf_words){"1 2", 3}, &value));
}

// --- Files ---

// A section of 2 x 1 pixels of byte offset: 3 and 7.
static const char section[] =
    "_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\n"
    "Content-Type: application/octet-stream;\r\n     conversions=\"x-CBF_BYTE_OFFSET\"\r\n"
    "X-Binary-Size: 2\r\nX-Binary-Element-Type: \"signed 32-bit integer\"\r\n"
    "Content-MD5: abc/+d==\r\n"
    "X-Binary-Size-Fastest-Dimension: 2\r\nX-Binary-Size-Second-Dimension: 1\r\n\r\n"
    "\x0c\x1a\x04\xd5\x03\x04\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n";

// Each text stands before a section.
static struct image_file *open_texts(const char *const *texts, int count)
{
    struct text all = {0};
    text_append(&all, "###CBF: VERSION 1.5\r\n");
    for (int i = 0; i < count; i++)
        text_printf(&all, "%s%s", texts[i], section);
    const char *path = save_bytes("texts.cbf", all.data, all.length);
    text_free(&all);
    return open_good(path);
}

static struct detector_info detector_of(struct image_file *file, int64_t frame)
{
    struct detector_info info;
    assert_int_equal(image_file_detector(file, frame, NULL, &info, NULL), STATUS_OK);
    return info;
}

static void check_near(double found, double wanted)
{
    if (!(fabs(found - wanted) <= 1e-12 * fabs(wanted)))
        fail_msg("%.17g is not %.17g", found, wanted);
}

static void minicbf_tells_of_the_detector(void **state)
{
    (void)state;
    static const char *const text =
        "data_a\r\n_array_data.header_convention \"PILATUS_1.2\"\r\n"
        "_array_data.header_contents\r\n;\r\n# Detector: PILATUS 300K, S/N 3-0104\r\n"
        "# Pixel_size 172e-6 m x 172e-6 m\r\n# Exposure_time 0.5 s\r\n"
        "# Silicon sensor, thickness 0.000320 m\r\n# Count_cutoff 1221554 counts\r\n"
        "# Wavelength 0.68940 A\r\n# Detector_distance 0.12237 m\r\n"
        "# Beam_xy (243.82, 326.75) pixels\r\n;\r\n";
    struct image_file *file = open_texts(&text, 1);
    const struct detector_info info = detector_of(file, 0);
    assert_non_null(strstr(info.name, "PILATUS 300K"));
    check_near(info.pixel_x, 172e-6);
    check_near(info.pixel_y, 172e-6);
    check_near(info.exposure, 0.5);
    check_near(info.sensor_thickness, 320e-6);
    check_near(info.count_cutoff, 1221554);
    check_near(info.wavelength, 0.6894e-10);
    check_near(info.distance, 0.12237);
    check_near(info.beam_x, 243.82);
    check_near(info.beam_y, 326.75);
    const struct sentinels sentinels = info_of(file, 0).sentinels;
    assert_true(sentinels.negative_marks && sentinels.max_is_no_data && sentinels.has_saturation);
    assert_true(sentinels.saturation == 1221554);
    image_file_close(&file);
}

static void imgcif_tells_of_the_detector(void **state)
{
    (void)state;
    static const char *const text =
        "data_a\r\nloop_\r\n_array_element_size.array_id\r\n_array_element_size.index\r\n"
        "_array_element_size.size\r\n A1 1 75e-6\r\n A1 2 76e-6\r\n"
        "_diffrn_radiation_wavelength.wavelength 1.0332(5)\r\n"
        "_diffrn_measurement.sample_detector_distance 250.5\r\n_diffrn_scan_frame.integration_time 2\r\n"
        "_diffrn_detector.type 'ADSC QUANTUM'\r\n_array_intensities.overload 65000\r\n"
        "_array_intensities.undefined_value ?\r\n";
    struct image_file *file = open_texts(&text, 1);
    const struct detector_info info = detector_of(file, 0);
    assert_string_equal(info.name, "ADSC QUANTUM");
    check_near(info.pixel_x, 75e-6);
    check_near(info.pixel_y, 76e-6);
    check_near(info.wavelength, 1.0332e-10);
    check_near(info.distance, 0.2505);
    check_near(info.exposure, 2);
    check_near(info.saturation, 65000);
    assert_true(isnan(info.beam_x) && isnan(info.count_cutoff));
    const struct sentinels sentinels = info_of(file, 0).sentinels;
    assert_false(sentinels.negative_marks); // no detector's convention is named
    assert_true(sentinels.has_saturation && sentinels.saturation == 65000);
    static const char *const lines[] = {"_array_element_size.size\t75e-6, 76e-6\n",
                                        "_array_element_size.array_id\tA1, A1\n",
                                        "_diffrn_detector.type\tADSC QUANTUM\n",
                                        "_diffrn_radiation_wavelength.wavelength\t1.0332(5)\n",
                                        "Content-MD5\tabc/+d==\n",
                                        NULL};
    check_metadata(file, 0, lines);
    image_file_close(&file);
}

// Sections of one data block are panels; those of further blocks are frames with texts of their own.
static void blocks_and_panels_differ(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "data_one\r\n_diffrn_detector.type first\r\n", "# no word of a block\r\n",
        "data_two\r\n_array_data.header_contents\r\n;\r\n# Count_cutoff 99 counts\r\n# Exposure_time 3 s\r\n;\r\n",
        "data_three\r\n_a.own 5\r\n"};
    struct image_file *file = open_texts(texts, 4);
    assert_int_equal(file->frames, 4);
    static const int32_t pixels[2] = {3, 7};
    static const char *const notes[] = {"panel 1 of 2", "panel 2 of 2", "", ""};
    for (int i = 3; i >= 0; i--) {
        assert_string_equal(info_of(file, i).note, notes[i]);
        check_rectangles(file, i, pixels);
    }
    assert_true(isnan(detector_of(file, 1).exposure));
    check_near(detector_of(file, 2).exposure, 3);
    assert_string_equal(detector_of(file, 2).name, "first");
    assert_false(info_of(file, 1).sentinels.has_saturation);
    assert_true(info_of(file, 2).sentinels.saturation == 99);
    static const char *const lines[] = {"_diffrn_detector.type\tfirst\n", "_a.own\t5\n", NULL};
    check_metadata(file, 3, lines);
    image_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_found),
        cmocka_unit_test(wide_tables_lose_columns_only),
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(minicbf_tells_of_the_detector),
        cmocka_unit_test(imgcif_tells_of_the_detector),
        cmocka_unit_test(blocks_and_panels_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
