// SPDX-License-Identifier: MIT
// The lines of Dectris headers against texts as several detectors write them.
#include "support/testdata.h"

#include "formats/base/dectris_header.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct detector_info detector_of(const char *text)
{
    struct detector_info info;
    detector_info_clear(&info);
    dectris_header_detector(text, strlen(text), &info);
    return info;
}

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-12 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static const char pilatus[] = "# Detector: PILATUS 300K, S/N 3-0104, Diamond\r\n"
                              "# 2011-07-21T11:59:03.203\r\n"
                              "# Pixel_size 172e-6 m x 172e-6 m\r\n"
                              "# Silicon sensor, thickness 0.000320 m\r\n"
                              "# Exposure_time 1.5000000 s\r\n"
                              "# Tau = 125.0e-09 s\r\n"
                              "# Count_cutoff 1221554 counts\r\n"
                              "# Threshold_setting: 9000 eV\r\n"
                              "# Flat_field: (nil)\r\n"
                              "#\r\n"
                              "# lonely\r\n"
                              "_diffrn.id DLS_I19\r\n"
                              "# Wavelength 0.68940 A\r\n"
                              "# Detector_distance 0.12237 m\r\n"
                              "# Beam_xy (243.82, 326.75) pixels";

static void test_pilatus(void **state)
{
    (void)state;
    const struct detector_info info = detector_of(pilatus);
    assert_string_equal(info.name, "PILATUS 300K, S/N 3-0104, Diamond");
    check_near(info.pixel_x, 172e-6);
    check_near(info.pixel_y, 172e-6);
    check_near(info.sensor_thickness, 0.00032);
    check_near(info.exposure, 1.5);
    check_near(info.count_cutoff, 1221554);
    check_near(info.wavelength, 0.6894e-10);
    check_near(info.distance, 0.12237);
    check_near(info.beam_x, 243.82);
    check_near(info.beam_y, 326.75);
    assert_true(isnan(info.saturation));
    assert_true(dectris_header_known(pilatus, sizeof pilatus - 1));
    struct text lines = {0};
    dectris_header_metadata(pilatus, sizeof pilatus - 1, &lines);
    assert_string_equal(text_string(&lines), "Detector\tPILATUS 300K, S/N 3-0104, Diamond\n"
                                             "Date\t2011-07-21T11:59:03.203\n"
                                             "Pixel_size\t172e-6 m x 172e-6 m\n"
                                             "Silicon sensor\tthickness 0.000320 m\n"
                                             "Exposure_time\t1.5000000 s\n"
                                             "Tau\t125.0e-09 s\n"
                                             "Count_cutoff\t1221554 counts\n"
                                             "Threshold_setting\t9000 eV\n"
                                             "Flat_field\t(nil)\n"
                                             "Wavelength\t0.68940 A\n"
                                             "Detector_distance\t0.12237 m\n"
                                             "Beam_xy\t(243.82, 326.75) pixels\n");
    text_free(&lines);
}

static void test_units_and_unset(void **state)
{
    (void)state;
    struct detector_info info = detector_of("# Pixel_size 75 um\n# Detector_distance = 195.5 mm\n"
                                            "# Photon_energy: 12.398419840 keV\n# Exposure_time 8 ms\n"
                                            "# CdTe sensor, thickness 750 um\n# beam_xy -3.5, 1e3\n");
    check_near(info.pixel_x, 75e-6);
    check_near(info.pixel_y, 75e-6);
    check_near(info.distance, 0.1955);
    assert_true(fabs(info.wavelength - 1e-10) < 1e-18);
    check_near(info.exposure, 0.008);
    check_near(info.sensor_thickness, 750e-6);
    check_near(info.beam_x, -3.5);
    check_near(info.beam_y, 1000);
    info = detector_of("# Pixel_size x\n# Detector_distance 0 m\n# Wavelength 0.0 A\n# Count_cutoff -1\n"
                       "# Beam_xy (0.00, 0.00) pixels\n# Incident_energy 0 eV\n# Exposure_time nan s\n"
                       "# Silicon sensor, thickness unknown\n# Beam_xy (5) pixels\n");
    assert_false(detector_info_known(&info));
}

static void test_strange_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      "#",    "###", "# =",       "\n\n",
                                        "# :=,", "a\0b", "# 1", "# Beam_xy", "# Pixel_size \xff"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        // Without the NUL behind it, for ASan to see a read beyond.
        const size_t count = strlen(texts[i]);
        char *copy = malloc(count ? count : 1);
        memcpy(copy, texts[i], count);
        struct detector_info info;
        struct text lines = {0};
        detector_info_clear(&info);
        dectris_header_detector(copy, count, &info);
        dectris_header_metadata(copy, count, &lines);
        assert_false(detector_info_known(&info));
        assert_true(utf8_valid(text_string(&lines), lines.length));
        text_free(&lines);
        free(copy);
    }
    assert_false(dectris_header_known("# Detector: x\n", 14));
    assert_false(dectris_header_known("Pixel_size 3 m\n", 15));
    // A name longer than its field is cut between characters.
    char name[200] = "# Detector: ";
    for (int i = 0; i < 60; i++)
        memcpy(name + 11 + 2 * i, "\xc3\x9f", 3);
    struct detector_info info = detector_of(name);
    assert_int_equal(strlen(info.name), 62);
    assert_true(utf8_valid(info.name, 62));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pilatus),
        cmocka_unit_test(test_units_and_unset),
        cmocka_unit_test(test_strange_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
