// SPDX-License-Identifier: MIT
// The description of a detector: unknown values, photon energies, the text for people.
#include "image/detector.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct detector_info unknown(void)
{
    struct detector_info info;
    memset(&info, 0x5A, sizeof info);
    detector_info_clear(&info);
    return info;
}

static void cleared_is_unknown(void **state)
{
    (void)state;
    struct detector_info info = unknown();
    const double numbers[] = {info.beam_x,       info.beam_y,          info.distance, info.wavelength,
                              info.pixel_x,      info.pixel_y,         info.exposure, info.saturation,
                              info.count_cutoff, info.sensor_thickness};
    // A field more than these has to be cleared, too.
    assert_int_equal(sizeof info, sizeof info.name + sizeof numbers);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_true(isnan(numbers[i]));
    assert_string_equal(info.name, "");
    assert_false(detector_info_known(&info));
    struct text text = {0};
    detector_info_describe(&info, &text);
    assert_string_equal(text_string(&text), "");
    text_free(&text);
}

static void each_value_makes_it_known(void **state)
{
    (void)state;
    for (int i = 0; i < 11; i++) {
        struct detector_info info = unknown();
        double *const numbers[] = {
            &info.beam_x,  &info.beam_y,   &info.distance,   &info.wavelength,   &info.pixel_x,
            &info.pixel_y, &info.exposure, &info.saturation, &info.count_cutoff, &info.sensor_thickness};
        if (i < 10)
            *numbers[i] = 0; // zero is a value
        else
            snprintf(info.name, sizeof info.name, "x");
        assert_true(detector_info_known(&info));
    }
}

// hc = 1.239841984e-6 eV m: 12398.41984 eV are 1 angstrom.
static void energies(void **state)
{
    (void)state;
    static const struct {
        double energy, wavelength;
    } cases[] = {
        {12398.41984, 1e-10}, {8047.78, 1.5406012e-10}, {1, 1.239841984e-6}, {300e3, 4.13280661e-12}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(fabs(detector_wavelength(cases[i].energy) / cases[i].wavelength - 1) < 1e-7);
        assert_true(fabs(detector_energy(cases[i].wavelength) / cases[i].energy - 1) < 1e-7);
    }
    assert_true(isnan(detector_wavelength(NAN)));
    assert_true(isnan(detector_energy(NAN)));
}

static void text_for_people(void **state)
{
    (void)state;
    struct detector_info info = {
        .name = "Dectris EIGER2 Si 16M",
        .beam_x = 2074.25,
        .beam_y = 2181,
        .distance = 0.1953,
        .wavelength = 1e-10,
        .pixel_x = 75e-6,
        .pixel_y = 172e-6,
        .exposure = 0.01,
        .saturation = 46300,
        .count_cutoff = 46210,
        .sensor_thickness = 450e-6,
    };
    struct text text = {0};
    text_append(&text, "before\n");
    detector_info_describe(&info, &text);
    assert_string_equal(text_string(&text), "before\n"
                                            "detector\tDectris EIGER2 Si 16M\n"
                                            "beam centre\t2074.25, 2181 px\n"
                                            "distance\t195.3 mm\n"
                                            "wavelength\t1 \xC3\x85 (12.3984 keV)\n"
                                            "pixel size\t75 x 172 \xC2\xB5m\n"
                                            "exposure time\t0.01 s\n"
                                            "saturation value\t46300\n"
                                            "count cutoff\t46210\n"
                                            "sensor thickness\t450 \xC2\xB5m\n");
    text_free(&text);
}

// Half of a pair tells nothing.
static void incomplete_pairs_are_left_out(void **state)
{
    (void)state;
    struct detector_info info = unknown();
    struct text text = {0};
    info.beam_x = 3;
    info.pixel_y = 1e-4;
    info.wavelength = 0; // no wavelength
    detector_info_describe(&info, &text);
    assert_string_equal(text_string(&text), "");
    text_free(&text);
}

// What is no sensible number says nothing, and takes nothing away that is known.
static void test_set_where_told(void **state)
{
    (void)state;
    struct detector_info info = unknown();
    static const double nothing[] = {0, -1, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        detector_info_set(&info.distance, nothing[i]);
    assert_true(isnan(info.distance));
    detector_info_set(&info.distance, 0.25);
    detector_info_set(&info.distance, NAN);
    assert_true(info.distance == 0.25);
    detector_info_set_beam(&info, 0, 0);
    detector_info_set_beam(&info, 3, NAN);
    detector_info_set_beam(&info, INFINITY, 3);
    assert_true(isnan(info.beam_x) && isnan(info.beam_y));
    detector_info_set_beam(&info, 0, -3.5);
    assert_true(info.beam_x == 0 && info.beam_y == -3.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_where_told),       cmocka_unit_test(cleared_is_unknown),
        cmocka_unit_test(each_value_makes_it_known), cmocka_unit_test(energies),
        cmocka_unit_test(text_for_people),           cmocka_unit_test(incomplete_pairs_are_left_out),
    };
    return cmocka_run_group_tests_name("image.detector", tests, NULL, NULL);
}
