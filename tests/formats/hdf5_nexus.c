// SPDX-License-Identifier: MIT
// What surrounds an HDF5 dataset: files composed here in every layout, and real files against h5py.
#include "formats/hdf5/hdf5_facts.h"
#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_worker/hdf5_nexus_read.h"
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = HDF5_IMAGE_WIDTH, HEIGHT = HDF5_IMAGE_HEIGHT, PIXELS = WIDTH * HEIGHT };

static const hsize_t plane_dims[2] = {HEIGHT, WIDTH};
static const struct rect whole = {.width = WIDTH, .height = HEIGHT};

// --- Helpers ---

// Reads what surrounds `path`; nothing may stay open but the file itself.
static struct hdf5_nexus *read_around(hid_t file, const char *path, enum sample_type type)
{
    struct hdf5_nexus *nexus = NULL;
    struct error error = {0};
    ssize_t open = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    assert_int_equal(hdf5_nexus_read(file, path, WIDTH, HEIGHT, type, NULL, &nexus, &error), STATUS_OK);
    assert_int_equal(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), open);
    assert_non_null(nexus);
    return nexus;
}

static struct detector_info detector_around(hid_t file, const char *path)
{
    struct hdf5_nexus *nexus = read_around(file, path, SAMPLE_U32);
    struct detector_info info = *hdf5_nexus_detector(nexus);
    hdf5_nexus_drop(&nexus);
    assert_null(nexus);
    return info;
}

static struct sentinels sentinels_around(hid_t file, const char *path, enum sample_type type)
{
    struct hdf5_nexus *nexus = read_around(file, path, type);
    struct sentinels sentinels = hdf5_nexus_sentinels(nexus);
    hdf5_nexus_drop(&nexus);
    return sentinels;
}

static void check_near(double value, double expected)
{
    if (isnan(expected) ? isnan(value) : fabs(value - expected) <= 1e-9 * fabs(expected))
        return;
    fail_msg("%.12g instead of %.12g", value, expected);
}

#define DETECTOR HDF5_DETECTOR "/"
#define DATA     HDF5_DATA

// --- Units ---

static void test_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum unit_dimension dimension;
        double factor;
    } cases[] = {
        {"m", UNIT_LENGTH, 1},
        {"mm", UNIT_LENGTH, 0.001},
        {" mm ", UNIT_LENGTH, 0.001},
        {"cm", UNIT_LENGTH, 0.01},
        {"um", UNIT_LENGTH, 0.000001},
        {"\xC2\xB5m", UNIT_LENGTH, 0.000001},
        {"micron", UNIT_LENGTH, 0.000001},
        {"Micrometers", UNIT_LENGTH, 0.000001},
        {"nm", UNIT_LENGTH, 0.000000001},
        {"A", UNIT_LENGTH, 1e-10},
        {"angstrom", UNIT_LENGTH, 1e-10},
        {"Angstrom", UNIT_LENGTH, 1e-10},
        {"ANGSTROMS", UNIT_LENGTH, 1e-10},
        {"\xC3\x85", UNIT_LENGTH, 1e-10},
        {"eV", UNIT_ENERGY, 1},
        {"keV", UNIT_ENERGY, 1000},
        {"KeV", UNIT_ENERGY, 1000},
        {"MeV", UNIT_ENERGY, 1000000},
        {"s", UNIT_TIME, 1},
        {"sec", UNIT_TIME, 1},
        {"ms", UNIT_TIME, 0.001},
        {"us", UNIT_TIME, 0.000001},
        {"ns", UNIT_TIME, 0.000000001},
        {"pixel", UNIT_PIXELS, 1},
        {"pixels", UNIT_PIXELS, 1},
    };
    static const char *const unknown[] = {"", " ", "M", "a", "meV", "mev", "1/angstrom", "furlong", "counts"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct unit *unit = unit_find(cases[i].text);
        if (!unit)
            fail_msg("%s is not known", cases[i].text);
        assert_int_equal(unit->dimension, cases[i].dimension);
        check_near(unit->factor, cases[i].factor);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_null(unit_find(unknown[i]));
    char word[4000];
    memset(word, 'm', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_null(unit_find(word));
}

// --- Layouts ---

// As SIMPLON writes it; the data file is missing.
static hid_t eiger_master(void)
{
    hid_t file = hdf5_create("eiger_master.h5");
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/data", "NXdata");
    H5Lcreate_external("eiger_data_000001.h5", "/entry/data/data", file, "/entry/data/data_000001",
                       H5P_DEFAULT, H5P_DEFAULT);
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/beam", "NXbeam");
    hdf5_put_number(file, "/entry/instrument/beam/incident_wavelength", 0.9795, "angstrom");
    hdf5_put_group(file, "/entry/instrument/detector", "NXdetector");
    hdf5_put_group(file, DETECTOR "detectorSpecific", "NXcollection");
    hdf5_put_number(file, DETECTOR "beam_center_x", 2074.25, "pixel");
    hdf5_put_number(file, DETECTOR "beam_center_y", 2181, "pixel");
    hdf5_put_number(file, DETECTOR "x_pixel_size", 75e-6, "m");
    hdf5_put_number(file, DETECTOR "y_pixel_size", 75, "um");
    hdf5_put_number(file, DETECTOR "detector_distance", 0.1953, "m");
    hdf5_put_number(file, DETECTOR "count_time", 0.009, "s");
    hdf5_put_number(file, DETECTOR "sensor_thickness", 0.00045, "m");
    hdf5_put_integer(file, DETECTOR "saturation_value", 46300, NULL);
    hdf5_put_text(file, DETECTOR "description", "Dectris EIGER2 Si 16M");
    hdf5_put_integer(file, DETECTOR "bit_depth_image", 32, NULL);
    hdf5_put_integer(file, DETECTOR "detectorSpecific/countrate_correction_count_cutoff", 46210, NULL);
    hdf5_put_integer(file, DETECTOR "detectorSpecific/photon_energy", 12658, "eV");
    return file;
}

static void test_eiger(void **state)
{
    (void)state;
    hid_t file = eiger_master();
    struct detector_info info = detector_around(file, "/entry/data/data_000001");
    assert_string_equal(info.name, "Dectris EIGER2 Si 16M");
    check_near(info.beam_x, 2074.25);
    check_near(info.beam_y, 2181);
    check_near(info.pixel_x, 75e-6);
    check_near(info.pixel_y, 75e-6);
    check_near(info.distance, 0.1953);
    check_near(info.wavelength, 0.9795e-10);
    check_near(info.exposure, 0.009);
    check_near(info.saturation, 46300);
    check_near(info.count_cutoff, 46210);
    check_near(info.sensor_thickness, 450e-6);
    struct sentinels sentinels = sentinels_around(file, "/entry/data/data_000001", SAMPLE_U32);
    assert_true(sentinels.max_is_no_data);
    assert_false(sentinels.negative_marks);
    assert_true(sentinels.has_saturation);
    check_near(sentinels.saturation, 46210);
    H5Fclose(file);
}

static void test_wavelength(void **state)
{
    (void)state;
    static const struct {
        const char *group, *class, *path;
        double value;
        const char *unit;
        double metres;
    } cases[] = {
        {"/entry/instrument/beam", "NXbeam", "/entry/instrument/beam/incident_wavelength", 1.5, NULL,
         1.5e-10},
        {"/entry/sample/beam", "NXbeam", "/entry/sample/beam/incident_wavelength", 0.15, "nm", 1.5e-10},
        {"/entry/beam", "NXbeam", "/entry/beam/incident_wavelength", 1.5e-10, "m", 1.5e-10},
        // 1.239841984e-6 eV m / 12398.41984 eV = 1e-10 m
        {"/entry/beam", "NXbeam", "/entry/beam/incident_energy", 12398.41984, "eV", 1e-10},
        {"/entry/beam", NULL, "/entry/beam/incident_wavelength", 12.39841984, "keV", 1e-10},
        {"/entry/instrument/monochromator", "NXmonochromator", "/entry/instrument/monochromator/energy",
         12.39841984, "keV", 1e-10},
        {"/entry/instrument/dcm", "NXmonochromator", "/entry/instrument/dcm/energy", 12.39841984, NULL,
         1e-10},
        {"/entry/instrument/mono", "NXmonochromator", "/entry/instrument/mono/wavelength", 1, "A", 1e-10},
        {"/entry/instrument/detector/detectorSpecific", NULL,
         "/entry/instrument/detector/detectorSpecific/photon_energy", 12398.41984, NULL, 1e-10},
        // Neither the ring's energy nor values that cannot be.
        {"/entry/instrument/source", "NXsource", "/entry/instrument/source/energy", 6, "GeV", NAN},
        {"/entry/instrument/source", NULL, "/entry/instrument/source/energy", 6, NULL, NAN},
        {"/entry/beam", "NXbeam", "/entry/beam/incident_wavelength", -1, "angstrom", NAN},
        {"/entry/beam", "NXbeam", "/entry/beam/incident_wavelength", 0, NULL, NAN},
        {"/entry/beam", "NXbeam", "/entry/beam/incident_wavelength", 1, "1/angstrom", NAN},
        {"/entry/beam", "NXbeam", "/entry/beam/incident_wavelength", 1, "s", NAN},
        {"/entry/beam", "NXbeam", "/entry/beam/incident_wavelength", INFINITY, NULL, NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t file = hdf5_plain_detector("wavelength.h5");
        hdf5_put_group(file, cases[i].group, cases[i].class);
        hdf5_put_number(file, cases[i].path, cases[i].value, cases[i].unit);
        check_near(detector_around(file, DATA).wavelength, cases[i].metres);
        H5Fclose(file);
    }
}

static void test_distance_and_size(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double value;
        const char *unit;
        double distance, pixel;
    } cases[] = {
        {"distance", 0.25, NULL, 0.25, NAN},
        {"distance", 250, "mm", 0.25, NAN},
        {"detector_distance", 25, "cm", 0.25, NAN},
        {"translation/distance", 250, "millimetres", 0.25, NAN},
        {"distance", -0.25, "m", NAN, NAN},
        {"distance", 0, "m", NAN, NAN},
        {"distance", 1, "keV", NAN, NAN},
        {"x_pixel_size", 172, "microns", NAN, 172e-6},
        {"x_pixel_size", 0.172, "mm", NAN, 172e-6},
        {"x_pixel_size", 172e-6, NULL, NAN, 172e-6},
        {"detector_information/pixel_size/xsize", 55e-6, NULL, NAN, 55e-6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[256];
        hid_t file = hdf5_plain_detector("distance.h5");
        snprintf(path, sizeof path, DETECTOR "%s", cases[i].name);
        hdf5_put_number(file, path, cases[i].value, cases[i].unit);
        struct detector_info info = detector_around(file, DATA);
        check_near(info.distance, cases[i].distance);
        check_near(info.pixel_x, cases[i].pixel);
        H5Fclose(file);
    }
}

static void test_module_size(void **state)
{
    (void)state;
    hid_t file = hdf5_plain_detector("module.h5");
    hdf5_put_group(file, DETECTOR "module", "NXdetector_module");
    hdf5_put_number(file, DETECTOR "module/fast_pixel_direction", 0.1, "mm");
    hdf5_put_number(file, DETECTOR "module/slow_pixel_direction", 200, "um");
    // The module of another detector says nothing.
    hdf5_put_group(file, "/entry/instrument/another", "NXdetector");
    hdf5_put_group(file, "/entry/instrument/another/module", "NXdetector_module");
    hdf5_put_number(file, "/entry/instrument/another/module/fast_pixel_direction", 9, "mm");
    struct detector_info info = detector_around(file, DATA);
    check_near(info.pixel_x, 100e-6);
    check_near(info.pixel_y, 200e-6);
    H5Fclose(file);
}

static void test_centre(void **state)
{
    (void)state;
    static const struct {
        double x, y;
        const char *unit;
        double pixel_x, pixel_y;
    } cases[] = {
        {100.5, 200.25, "pixels", 100.5, 200.25},
        {100.5, 200.25, NULL, 100.5, 200.25},
        {10, 20, "mm", 100, 100}, // of 0.1 mm and 0.2 mm
        {0.01, 0.02, "m", 100, 100},
        {-3, 7, "px", -3, 7},
        {0, 7, "px", 0, 7},
        {0, 0, "px", NAN, NAN},
        {1, 2, "eV", NAN, NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t file = hdf5_plain_detector("centre.h5");
        hdf5_put_number(file, DETECTOR "beam_center_x", cases[i].x, cases[i].unit);
        hdf5_put_number(file, DETECTOR "beam_center_y", cases[i].y, cases[i].unit);
        hdf5_put_number(file, DETECTOR "x_pixel_size", 0.1, "mm");
        hdf5_put_number(file, DETECTOR "y_pixel_size", 0.2, "mm");
        struct detector_info info = detector_around(file, DATA);
        check_near(info.beam_x, cases[i].pixel_x);
        check_near(info.beam_y, cases[i].pixel_y);
        H5Fclose(file);
    }
}

// The same number in every way that writers store it.
static void test_kinds_of_numbers(void **state)
{
    (void)state;
    static const hsize_t one = 1, three = 3, square[2] = {1, 1};
    static const float single = 0.5f;
    static const double many[3] = {0.5, 7, 8};
    static const uint8_t bytes[4] = {0x3F, 0, 0, 0}; // 0.5f, big-endian
    static const char *pointer = "0.5";
    hid_t variable = H5Tcopy(H5T_C_S1);
    H5Tset_size(variable, H5T_VARIABLE);
    for (int i = 0; i < 8; i++) {
        hid_t file = hdf5_plain_detector("numbers.h5");
        const char *path = DETECTOR "distance";
        if (i == 0)
            hdf5_put_array(file, path, H5T_NATIVE_FLOAT, 0, NULL, &single);
        else if (i == 1)
            hdf5_put_array(file, path, H5T_NATIVE_FLOAT, 1, &one, &single);
        else if (i == 2)
            hdf5_put_array(file, path, H5T_NATIVE_FLOAT, 2, square, &single);
        else if (i == 3)
            hdf5_put_array(file, path, H5T_NATIVE_DOUBLE, 1, &three, many);
        else if (i == 4)
            hdf5_put_array(file, path, H5T_IEEE_F32BE, 0, NULL, bytes);
        else if (i == 5)
            hdf5_put_text(file, path, "0.5  ");
        else if (i == 6)
            hdf5_put_array(file, path, variable, 0, NULL, &pointer);
        else
            hdf5_put_array(file, path, variable, 1, &one, &pointer);
        check_near(detector_around(file, DATA).distance, 0.5);
        H5Fclose(file);
    }
    H5Tclose(variable);
}

static void test_lima(void **state)
{
    (void)state;
    hid_t file = hdf5_create("lima.h5");
    hdf5_put_attribute(file, "/", "creator", "LIMA-1.9.9");
    hdf5_put_group(file, "/entry_0000", "NXentry");
    hdf5_put_group(file, "/entry_0000/measurement", "NXcollection");
    hdf5_put_group(file, "/entry_0000/ESRF-ID00", "NXinstrument");
    hdf5_put_group(file, "/entry_0000/ESRF-ID00/eiger", "NXdetector");
    hdf5_put_group(file, "/entry_0000/ESRF-ID00/eiger/detector_information", "NXcollection");
    hdf5_put_text(file, "/entry_0000/ESRF-ID00/eiger/detector_information/model", "EIGER2 CdTe 2M-W");
    hdf5_put_number(file, "/entry_0000/ESRF-ID00/eiger/detector_information/pixel_size/xsize", 7.5e-5, NULL);
    hdf5_put_number(file, "/entry_0000/ESRF-ID00/eiger/detector_information/pixel_size/ysize", 7.4e-5, NULL);
    hdf5_put_number(file, "/entry_0000/ESRF-ID00/eiger/acquisition/exposure_time", 0.2, NULL);
    hdf5_put_image(file, "/entry_0000/ESRF-ID00/eiger/data");
    H5Lcreate_soft("/entry_0000/ESRF-ID00/eiger/data", file, "/entry_0000/measurement/data", H5P_DEFAULT,
                   H5P_DEFAULT);
    struct detector_info info = detector_around(file, "/entry_0000/measurement/data");
    assert_string_equal(info.name, "EIGER2 CdTe 2M-W");
    check_near(info.pixel_x, 75e-6);
    check_near(info.pixel_y, 74e-6);
    check_near(info.exposure, 0.2);
    assert_true(sentinels_around(file, "/entry_0000/measurement/data", SAMPLE_U32).max_is_no_data);
    assert_true(sentinels_around(file, "/entry_0000/measurement/data", SAMPLE_I32).negative_marks);
    H5Fclose(file);
}

static void test_lambda(void **state)
{
    (void)state;
    static const hsize_t frames = 3;
    static const double times[3] = {100, 100, 100};
    hid_t file = hdf5_create("lambda.nxs");
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/detector", "NXdetector");
    hdf5_put_text(file, DETECTOR "description", "Lambda");
    hdf5_put_array(file, DETECTOR "count_time", H5T_NATIVE_DOUBLE, 1, &frames, times);
    hdf5_put_attribute(file, DETECTOR "count_time", "units", "ms");
    hdf5_put_number(file, DETECTOR "x_pixel_size", 55, "um");
    hdf5_put_number(file, DETECTOR "y_pixel_size", 55, "um");
    hdf5_put_number(file, DETECTOR "sensor_thickness", 300, "um");
    hdf5_put_integer(file, DETECTOR "saturation_value", 4095, NULL);
    hdf5_put_number(file, DETECTOR "translation/distance", 5, "m");
    hdf5_put_image(file, DATA);
    struct detector_info info = detector_around(file, DATA);
    assert_string_equal(info.name, "Lambda");
    check_near(info.exposure, 0.1);
    check_near(info.pixel_x, 55e-6);
    check_near(info.sensor_thickness, 300e-6);
    check_near(info.distance, 5);
    struct sentinels sentinels = sentinels_around(file, DATA, SAMPLE_U16);
    assert_true(sentinels.max_is_no_data && sentinels.has_saturation);
    check_near(sentinels.saturation, 4095);
    H5Fclose(file);
}

static void test_area_detector(void **state)
{
    (void)state;
    static const hsize_t one = 1;
    static const double beam[2] = {12.5, 13.5}, distance = 300, wavelength = 1.2;
    hid_t file = hdf5_plain_detector("area.h5");
    hdf5_put_group(file, DETECTOR "NDAttributes", NULL);
    hdf5_put_attribute(file, DETECTOR "NDAttributes", "CameraManufacturer", "Dectris");
    hdf5_put_attribute(file, DETECTOR "NDAttributes", "CameraModel", "Pilatus");
    hdf5_put_array(file, DETECTOR "NDAttributes/BeamX", H5T_NATIVE_DOUBLE, 1, &one, &beam[0]);
    hdf5_put_array(file, DETECTOR "NDAttributes/BeamY", H5T_NATIVE_DOUBLE, 1, &one, &beam[1]);
    hdf5_put_array(file, DETECTOR "NDAttributes/DetDist", H5T_NATIVE_DOUBLE, 1, &one, &distance);
    hdf5_put_array(file, DETECTOR "NDAttributes/Wavelength", H5T_NATIVE_DOUBLE, 1, &one, &wavelength);
    struct detector_info info = detector_around(file, DATA);
    assert_string_equal(info.name, "Dectris Pilatus");
    check_near(info.beam_x, 12.5);
    check_near(info.beam_y, 13.5);
    check_near(info.distance, 0.3);
    check_near(info.wavelength, 1.2e-10);
    struct sentinels sentinels = sentinels_around(file, DATA, SAMPLE_I32);
    assert_true(sentinels.negative_marks);
    assert_false(sentinels.max_is_no_data);
    H5Fclose(file);
}

static void test_no_detector(void **state)
{
    (void)state;
    hid_t file = hdf5_create("picture.h5");
    hdf5_put_image(file, "/picture");
    struct detector_info info = detector_around(file, "/picture");
    assert_false(detector_info_known(&info));
    static const enum sample_type types[] = {SAMPLE_U8, SAMPLE_U16, SAMPLE_U32, SAMPLE_I32, SAMPLE_F32};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct sentinels sentinels = sentinels_around(file, "/picture", types[i]);
        assert_false(sentinels.max_is_no_data || sentinels.negative_marks || sentinels.has_saturation);
    }
    // A dataset that does not exist at all.
    info = detector_around(file, "/nowhere/at/all");
    assert_false(detector_info_known(&info));
    H5Fclose(file);
}

static void test_sentinel_types(void **state)
{
    (void)state;
    static const struct {
        enum sample_type type;
        int depth; // 0: not told
        bool no_data;
    } cases[] = {
        {SAMPLE_U8, 0, false},  {SAMPLE_U8, 8, true},    {SAMPLE_U8, 16, false},  {SAMPLE_U16, 0, true},
        {SAMPLE_U16, 16, true}, {SAMPLE_U32, 0, true},   {SAMPLE_I16, 16, false}, {SAMPLE_I32, 32, false},
        {SAMPLE_F32, 0, false}, {SAMPLE_F64, 32, false}, {SAMPLE_U64, 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t file = hdf5_plain_detector("types.h5");
        if (cases[i].depth)
            hdf5_put_integer(file, DETECTOR "bit_depth_image", cases[i].depth, NULL);
        assert_int_equal(sentinels_around(file, DATA, cases[i].type).max_is_no_data, cases[i].no_data);
        assert_false(sentinels_around(file, DATA, cases[i].type).negative_marks);
        H5Fclose(file);
    }
}

// Of several detectors the one of the dataset is told: by the data in it, by a link, by the name.
static void test_choice(void **state)
{
    (void)state;
    hid_t file = hdf5_create("choice.nxs");
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/a_chamber", "NXdetector");
    hdf5_put_number(file, "/entry/instrument/a_chamber/distance", 1, "m");
    hdf5_put_group(file, "/entry/instrument/saxs", "NXdetector");
    hdf5_put_number(file, "/entry/instrument/saxs/distance", 2, "m");
    hdf5_put_image(file, "/entry/instrument/saxs/data");
    hdf5_put_group(file, "/entry/instrument/waxs", "NXdetector");
    hdf5_put_number(file, "/entry/instrument/waxs/distance", 3, "m");
    hdf5_put_image(file, "/entry/instrument/waxs/data");
    hdf5_put_group(file, "/entry/linked", "NXdata");
    H5Lcreate_hard(file, "/entry/instrument/waxs/data", file, "/entry/linked/image", H5P_DEFAULT,
                   H5P_DEFAULT);
    hdf5_put_group(file, "/entry/saxs", "NXdata");
    hdf5_put_image(file, "/entry/saxs/image");
    hdf5_put_group(file, "/entry/other", "NXdata");
    hdf5_put_image(file, "/entry/other/image");
    check_near(detector_around(file, "/entry/instrument/saxs/data").distance, 2);
    check_near(detector_around(file, "/entry/instrument/waxs/data").distance, 3);
    check_near(detector_around(file, "/entry/linked/image").distance, 3);
    check_near(detector_around(file, "/entry/saxs/image").distance, 2);
    check_near(detector_around(file, "/entry/other/image").distance, NAN);
    assert_false(sentinels_around(file, "/entry/other/image", SAMPLE_U32).max_is_no_data);
    H5Fclose(file);
}

// --- Masks ---

// The class of each bit, by the header's table.
static uint8_t class_of_bit(int bit)
{
    static const uint8_t expected[32] = {
        [0] = MASK_BIT(MASK_GAP),  [1] = MASK_BIT(MASK_BAD),  [2] = MASK_BIT(MASK_BAD),
        [3] = MASK_BIT(MASK_BAD),  [4] = MASK_BIT(MASK_HOT),  [5] = MASK_BIT(MASK_BAD),
        [6] = MASK_BIT(MASK_BAD),  [7] = MASK_BIT(MASK_BAD),  [8] = MASK_BIT(MASK_FILE),
        [9] = MASK_BIT(MASK_BAD),  [10] = MASK_BIT(MASK_BAD), [11] = MASK_BIT(MASK_BAD),
        [12] = MASK_BIT(MASK_BAD), [13] = MASK_BIT(MASK_BAD), [14] = MASK_BIT(MASK_BAD),
        [15] = MASK_BIT(MASK_BAD), // 16 to 31: none
    };
    return expected[bit];
}

// Row 0 has bit x in column x, row 1 the bits 0 and 4 in column 3.
static void fill_bits(uint32_t bits[PIXELS])
{
    memset(bits, 0, PIXELS * sizeof *bits);
    for (int i = 0; i < 32; i++)
        bits[i] = UINT32_C(1) << i;
    bits[WIDTH + 3] = 0x11;
}

static void check_bits(const struct hdf5_nexus *nexus, int64_t frame)
{
    uint8_t classes[PIXELS] = {0};
    assert_true(hdf5_nexus_classes(nexus, frame, whole, classes));
    for (int i = 0; i < PIXELS; i++) {
        uint8_t expected = i < 32 ? class_of_bit(i) : i == WIDTH + 3 ? 0x14 : 0; // gap and hot
        if (classes[i] != expected)
            fail_msg("pixel %d: class %d instead of %d", i, classes[i], expected);
    }
}

static void test_mask_bits(void **state)
{
    (void)state;
    uint32_t bits[PIXELS];
    assert_int_equal(MASK_BIT(MASK_GAP) | MASK_BIT(MASK_HOT), 0x14);
    fill_bits(bits);
    hid_t file = eiger_master();
    hdf5_put_array(file, DETECTOR "detectorSpecific/pixel_mask", H5T_NATIVE_UINT32, 2, plane_dims, bits);
    struct hdf5_nexus *nexus = read_around(file, "/entry/data/data_000001", SAMPLE_U32);
    check_bits(nexus, 0);
    check_bits(nexus, 1000000);
    // A part of a row; what is already there stays.
    uint8_t classes[3] = {1, 1, 0};
    assert_true(hdf5_nexus_classes(nexus, 0, (struct rect){3, 0, 3, 1}, classes));
    assert_int_equal(classes[0], 1 | MASK_BIT(MASK_BAD));
    assert_int_equal(classes[1], 1 | MASK_BIT(MASK_HOT));
    assert_int_equal(classes[2], MASK_BIT(MASK_BAD));
    // A part without any.
    assert_false(hdf5_nexus_classes(nexus, 0, (struct rect){0, 3, 3, 1}, classes));
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

static void test_mask_types(void **state)
{
    (void)state;
    uint32_t bits[PIXELS];
    uint8_t small[PIXELS] = {0};
    int16_t negative[PIXELS] = {0};
    fill_bits(bits);
    small[7] = 1;
    small[9] = 0x82;
    negative[5] = -1;
    hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8);
    const int8_t no = 0, yes = 1;
    H5Tenum_insert(boolean, "FALSE", &no);
    H5Tenum_insert(boolean, "TRUE", &yes);
    const struct {
        hid_t type;
        const void *values;
        int at;
        uint8_t expected;
    } cases[] = {
        {H5T_NATIVE_UINT8, small, 7, MASK_BIT(MASK_GAP)},
        {H5T_NATIVE_UINT8, small, 9, MASK_BIT(MASK_BAD)},
        {boolean, small, 7, MASK_BIT(MASK_GAP)},
        {H5T_NATIVE_INT32, bits, 4, MASK_BIT(MASK_HOT)},
        {H5T_NATIVE_INT32, bits, 31, 0},
        {H5T_NATIVE_INT16, negative, 5,
         MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) | MASK_BIT(MASK_HOT) | MASK_BIT(MASK_FILE)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].type == boolean)
            small[9] = 0;
        hid_t file = hdf5_plain_detector("mask_type.h5");
        hdf5_put_array(file, DETECTOR "pixel_mask", cases[i].type, 2, plane_dims, cases[i].values);
        struct hdf5_nexus *nexus = read_around(file, DATA, SAMPLE_U32);
        uint8_t classes[PIXELS] = {0};
        hdf5_nexus_classes(nexus, 0, whole, classes);
        assert_int_equal(classes[cases[i].at], cases[i].expected);
        hdf5_nexus_drop(&nexus);
        H5Fclose(file);
    }
    H5Tclose(boolean);
}

// "pixel_mask" and "pixel_mask_N" are one mask; a second name of one of them changes nothing.
static void test_masks_combine(void **state)
{
    (void)state;
    uint32_t first[PIXELS] = {0}, second[PIXELS] = {0};
    first[3] = 1;
    second[3] = 2;
    second[4] = 256;
    hid_t file = hdf5_plain_detector("masks.h5");
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 2, plane_dims, first);
    hdf5_put_array(file, DETECTOR "pixel_mask_2", H5T_NATIVE_UINT32, 2, plane_dims, second);
    H5Lcreate_hard(file, DETECTOR "pixel_mask", file, DETECTOR "pixel_mask_3", H5P_DEFAULT, H5P_DEFAULT);
    struct hdf5_nexus *nexus = read_around(file, DATA, SAMPLE_U32);
    uint8_t classes[PIXELS] = {0};
    assert_true(hdf5_nexus_classes(nexus, 0, whole, classes));
    assert_int_equal(classes[3], MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD));
    assert_int_equal(classes[4], MASK_BIT(MASK_FILE));
    assert_int_equal(classes[5], 0);
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

static void test_mask_unfit(void **state)
{
    (void)state;
    static const hsize_t turned[2] = {WIDTH, HEIGHT}, planes[3] = {2, HEIGHT, WIDTH}, line = PIXELS;
    static uint32_t bits[2 * PIXELS];
    static float floats[PIXELS];
    fill_bits(bits);
    hid_t file = hdf5_plain_detector("unfit.h5");
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 2, turned, bits);
    hdf5_put_array(file, DETECTOR "pixel_mask_1", H5T_NATIVE_UINT32, 1, &line, bits);
    hdf5_put_array(file, DETECTOR "pixel_mask_2", H5T_NATIVE_FLOAT, 2, plane_dims, floats);
    hdf5_put_array(file, DETECTOR "pixel_mask_3", H5T_NATIVE_UINT32, 3, planes, bits); // but one frame
    struct hdf5_nexus *nexus = read_around(file, DATA, SAMPLE_U32);
    uint8_t classes[PIXELS] = {0};
    assert_false(hdf5_nexus_classes(nexus, 0, whole, classes));
    hdf5_nexus_drop(&nexus);
    char *metadata = hdf5_metadata_of(file, DATA, 0, 1);
    hdf5_check_line(metadata,
                    "pixel mask " DETECTOR "pixel_mask\tignored: size 5 x 32, but the image has 32 x 5");
    hdf5_check_line(metadata, "pixel mask " DETECTOR "pixel_mask_2\tignored: its samples are no integers");
    assert_non_null(strstr(metadata, DETECTOR "pixel_mask_1\tignored: size"));
    assert_non_null(strstr(metadata, DETECTOR "pixel_mask_3\tignored: size"));
    free(metadata);
    H5Fclose(file);
}

// The mask is not laid over itself.
static void test_mask_shown(void **state)
{
    (void)state;
    uint32_t bits[PIXELS];
    fill_bits(bits);
    hid_t file = hdf5_plain_detector("itself.h5");
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 2, plane_dims, bits);
    struct hdf5_nexus *nexus = read_around(file, DETECTOR "pixel_mask", SAMPLE_U32);
    uint8_t classes[PIXELS] = {0};
    assert_false(hdf5_nexus_classes(nexus, 0, whole, classes));
    assert_false(hdf5_nexus_sentinels(nexus).max_is_no_data);
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

static void put_series(hid_t file, int rank, const hsize_t *dims)
{
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t dataset = H5Dcreate2(file, DATA, H5T_NATIVE_UINT32, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(dataset);
    H5Sclose(space);
}

static hid_t series_detector(const char *name, int rank, const hsize_t *dims)
{
    hid_t file = hdf5_create(name);
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/detector", "NXdetector");
    put_series(file, rank, dims);
    return file;
}

static int class_at(const struct hdf5_nexus *nexus, int64_t frame, int x)
{
    uint8_t class = 0;
    bool any = hdf5_nexus_classes(nexus, frame, (struct rect){x, 0, 1, 1}, &class);
    assert_int_equal(any, class != 0);
    return class;
}

static void test_mask_per_frame(void **state)
{
    (void)state;
    static const hsize_t dims[3] = {3, HEIGHT, WIDTH};
    static uint32_t bits[3 * PIXELS];
    memset(bits, 0, sizeof bits);
    bits[5] = 1;              // frame 0
    bits[2 * PIXELS + 6] = 2; // frame 2
    uint32_t all[PIXELS] = {[7] = 16};
    hid_t file = series_detector("per_frame.h5", 3, dims);
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 3, dims, bits);
    hdf5_put_array(file, DETECTOR "pixel_mask_1", H5T_NATIVE_UINT32, 2, plane_dims, all);
    struct hdf5_nexus *nexus = read_around(file, DATA, SAMPLE_U32);
    static const uint8_t expected[4][3] = {
        {MASK_BIT(MASK_GAP), 0, MASK_BIT(MASK_HOT)},
        {0, 0, MASK_BIT(MASK_HOT)},
        {0, MASK_BIT(MASK_BAD), MASK_BIT(MASK_HOT)},
        {0, 0, MASK_BIT(MASK_HOT)}, // a frame that came later
    };
    for (int frame = 0; frame < 4; frame++)
        for (int i = 0; i < 3; i++)
            assert_int_equal(class_at(nexus, frame, 5 + i), expected[frame][i]);
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

// The axis tells the order of the channels, which is not that of their names.
static void test_mask_per_channel(void **state)
{
    (void)state;
    static const hsize_t dims[4] = {2, 3, HEIGHT, WIDTH}, three = 3;
    static const char names[3][16] = {"threshold_2", "threshold_1", "difference"};
    uint32_t one[PIXELS] = {[1] = 1}, two[PIXELS] = {[2] = 1};
    hid_t file = series_detector("channels.h5", 4, dims);
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, sizeof names[0]);
    hdf5_put_group(file, "/entry/data", "NXdata");
    H5Lcreate_hard(file, DATA, file, "/entry/data/data", H5P_DEFAULT, H5P_DEFAULT);
    hdf5_put_array(file, "/entry/data/channel", type, 1, &three, names);
    hdf5_put_group(file, DETECTOR "threshold_1_channel", "NXdetector_channel");
    hdf5_put_group(file, DETECTOR "threshold_2_channel", "NXdetector_channel");
    hdf5_put_group(file, DETECTOR "difference_channel", "NXdetector_channel");
    hdf5_put_array(file, DETECTOR "threshold_1_channel/pixel_mask", H5T_NATIVE_UINT32, 2, plane_dims, one);
    hdf5_put_array(file, DETECTOR "threshold_2_channel/pixel_mask", H5T_NATIVE_UINT32, 2, plane_dims, two);
    struct hdf5_nexus *nexus = read_around(file, "/entry/data/data", SAMPLE_U32);
    for (int image = 0; image < 2; image++) {
        assert_int_equal(class_at(nexus, 3 * image, 1), 0);
        assert_int_equal(class_at(nexus, 3 * image, 2), MASK_BIT(MASK_GAP));
        assert_int_equal(class_at(nexus, 3 * image + 1, 1), MASK_BIT(MASK_GAP));
        assert_int_equal(class_at(nexus, 3 * image + 1, 2), 0);
        assert_int_equal(class_at(nexus, 3 * image + 2, 1), 0);
        assert_int_equal(class_at(nexus, 3 * image + 2, 2), 0);
    }
    hdf5_nexus_drop(&nexus);
    H5Tclose(type);
    H5Fclose(file);
}

// Data of several modules, without a word on channels: three images of two modules. A mask of three axes has
// a plane for each module, one of four axes a plane for each module of each image.
static void test_mask_of_modules(void **state)
{
    (void)state;
    static const hsize_t dims[4] = {3, 2, HEIGHT, WIDTH}, modules[3] = {2, HEIGHT, WIDTH};
    static const hsize_t images[3] = {3, HEIGHT, WIDTH}, neither[3] = {4, HEIGHT, WIDTH};
    static uint32_t by_module[2 * PIXELS], by_frame[6 * PIXELS], by_image[3 * PIXELS], odd[4 * PIXELS];
    by_module[PIXELS + 4] = 1;     // module 1
    by_frame[3 * PIXELS + 5] = 16; // image 1, module 1
    by_image[2 * PIXELS + 7] = 2;  // image 2
    memset(odd, 255, sizeof odd);
    hid_t file = series_detector("modules.h5", 4, dims);
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 3, modules, by_module);
    hdf5_put_array(file, DETECTOR "pixel_mask_1", H5T_NATIVE_UINT32, 4, dims, by_frame);
    hdf5_put_array(file, DETECTOR "pixel_mask_2", H5T_NATIVE_UINT32, 3, neither, odd);
    struct hdf5_nexus *nexus = read_around(file, DATA, SAMPLE_U32);
    for (int frame = 0; frame < 6; frame++) {
        assert_int_equal(class_at(nexus, frame, 4), frame % 2 ? MASK_BIT(MASK_GAP) : 0);
        assert_int_equal(class_at(nexus, frame, 5), frame == 3 ? MASK_BIT(MASK_HOT) : 0);
        assert_int_equal(class_at(nexus, frame, 6), 0);
    }
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
    file = series_detector("images.h5", 4, dims);
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 3, images, by_image);
    nexus = read_around(file, DATA, SAMPLE_U32);
    for (int frame = 0; frame < 6; frame++)
        assert_int_equal(class_at(nexus, frame, 7), frame / 2 == 2 ? MASK_BIT(MASK_BAD) : 0);
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

// A selector that takes one channel takes its mask, too.
static void test_mask_of_selection(void **state)
{
    (void)state;
    static const hsize_t dims[4] = {2, 3, HEIGHT, WIDTH}, three[3] = {3, HEIGHT, WIDTH};
    static uint32_t samples[6 * PIXELS], bits[3 * PIXELS];
    for (int i = 0; i < 3; i++)
        bits[i * PIXELS + 10 + i] = 1;
    hid_t file = hdf5_create("selection.h5");
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/detector", "NXdetector");
    hdf5_put_group(file, DETECTOR "one_channel", "NXdetector_channel");
    hdf5_put_array(file, DATA, H5T_NATIVE_UINT32, 4, dims, samples);
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 3, three, bits);
    H5Fclose(file);
    char name[512];
    snprintf(name, sizeof name, "%s::" DATA "[:,1,:,:]", temporary_path("selection.h5"));
    struct image_file *image = open_good(name);
    assert_int_equal(image->frames, 2);
    for (int frame = 0; frame < 2; frame++) {
        struct picture picture = decode_whole(image, frame);
        assert_true(picture.report.any_class);
        for (int x = 0; x < PIXELS; x++)
            assert_int_equal(picture.classes[x], x == 11 ? MASK_BIT(MASK_GAP) : 0);
        picture_free(&picture);
    }
    image_file_close(&image);
}

enum { OWN_FILTER = 32004, CHUNK_ROWS = 3, CHUNK_COLUMNS = 20 };

// Stands for a filter while a file is written with it.
static size_t stand_in(unsigned flags, size_t count, const unsigned *parameters, size_t bytes, size_t *size,
                       void **buffer)
{
    (void)flags, (void)count, (void)parameters, (void)size, (void)buffer;
    return bytes;
}

// Writes the mask into chunks of LZ4 (32004), each one stored block, after that format's description.
static void write_lz4_chunks(hid_t dataset, const uint32_t bits[PIXELS])
{
    enum { CHUNK = CHUNK_ROWS * CHUNK_COLUMNS * 4 };
    for (int i = 0; i < 4; i++) {
        hsize_t at[2] = {(hsize_t)(i / 2 * CHUNK_ROWS), (hsize_t)(i % 2 * CHUNK_COLUMNS)};
        uint32_t samples[CHUNK_ROWS][CHUNK_COLUMNS] = {{0}};
        // u64 total bytes, u32 bytes of a block, u32 bytes that the block takes; all big-endian.
        uint8_t stored[16 + CHUNK] = {[7] = CHUNK, [11] = CHUNK, [15] = CHUNK};
        for (hsize_t y = 0; y < CHUNK_ROWS; y++)
            for (hsize_t x = 0; x < CHUNK_COLUMNS; x++)
                if (at[0] + y < HEIGHT && at[1] + x < WIDTH)
                    samples[y][x] = bits[(at[0] + y) * WIDTH + at[1] + x];
        memcpy(stored + 16, samples, CHUNK);
        assert_true(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at, sizeof stored, stored) >= 0);
    }
}

enum chunk_kind { CHUNKS_BARE, CHUNKS_DEFLATED, CHUNKS_DEFLATED_I16, CHUNKS_LZ4, CHUNK_KINDS };

static void write_chunked_mask(hid_t file, enum chunk_kind kind, const uint32_t bits[PIXELS])
{
    static const hsize_t chunk[2] = {CHUNK_ROWS, CHUNK_COLUMNS};
    int16_t shorts[PIXELS];
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, plane_dims, NULL);
    for (int i = 0; i < PIXELS; i++)
        shorts[i] = (int16_t)(uint16_t)bits[i];
    H5Pset_chunk(list, 2, chunk);
    if (kind == CHUNKS_LZ4)
        assert_true(H5Pset_filter(list, OWN_FILTER, 0, 0, NULL) >= 0);
    else if (kind != CHUNKS_BARE)
        H5Pset_deflate(list, 6);
    hid_t type = kind == CHUNKS_DEFLATED_I16 ? H5T_STD_I16BE : H5T_NATIVE_UINT32;
    hid_t dataset = H5Dcreate2(file, DETECTOR "pixel_mask", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    assert_true(dataset >= 0);
    if (kind == CHUNKS_LZ4)
        write_lz4_chunks(dataset, bits);
    else if (kind == CHUNKS_DEFLATED_I16)
        H5Dwrite(dataset, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, shorts);
    else
        H5Dwrite(dataset, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, bits);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(list);
}

// In chunks that reach over the edges: without filters, deflated, of another type, and with a filter that
// libhdf5 does not have when it reads.
static void test_mask_chunks(void **state)
{
    (void)state;
    static const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, OWN_FILTER, 1, 1, "stand-in", NULL, NULL, stand_in};
    uint32_t bits[PIXELS];
    fill_bits(bits);
    for (int kind = 0; kind < CHUNK_KINDS; kind++) {
        hid_t file = hdf5_plain_detector("chunks.h5");
        assert_true(H5Zregister(&filter) >= 0);
        write_chunked_mask(file, (enum chunk_kind)kind, bits);
        H5Fclose(file);
        H5Zunregister(OWN_FILTER);
        file = hdf5_open(temporary_path("chunks.h5"));
        struct hdf5_nexus *nexus = read_around(file, DATA, SAMPLE_U32);
        check_bits(nexus, 0);
        hdf5_nexus_drop(&nexus);
        H5Fclose(file);
    }
}

// The bits of a CXI mask mean something else, and its groups have no classes but numbers.
static void test_cxi(void **state)
{
    (void)state;
    static const uint8_t expected[16] = {
        [0] = MASK_BIT(MASK_BAD),  [1] = MASK_BIT(MASK_SATURATED), [2] = MASK_BIT(MASK_HOT),
        [3] = MASK_BIT(MASK_BAD),  [4] = MASK_BIT(MASK_FILE),      [6] = MASK_BIT(MASK_FILE),
        [7] = MASK_BIT(MASK_BAD),  [9] = MASK_BIT(MASK_GAP),       [10] = MASK_BIT(MASK_HOT),
        [12] = MASK_BIT(MASK_BAD), // 5, 8, 11, 13, 14, 15: nothing is wrong
    };
    uint32_t bits[PIXELS];
    fill_bits(bits);
    hid_t file = hdf5_create("data.cxi");
    hdf5_put_integer(file, "/cxi_version", 150, NULL);
    hdf5_put_image(file, "/entry_1/instrument_1/detector_1/data");
    hdf5_put_array(file, "/entry_1/instrument_1/detector_1/mask", H5T_NATIVE_UINT32, 2, plane_dims, bits);
    hdf5_put_number(file, "/entry_1/instrument_1/detector_1/distance", 0.08, NULL);
    hdf5_put_number(file, "/entry_1/instrument_1/detector_1/x_pixel_size", 110e-6, NULL);
    // 12398.41984 eV x 1.602176634e-19 J/eV
    hdf5_put_number(file, "/entry_1/instrument_1/source_1/energy", 1.98644586e-15, NULL);
    H5Lcreate_soft("/entry_1/instrument_1/detector_1", file, "/entry_1/data_1", H5P_DEFAULT, H5P_DEFAULT);
    struct hdf5_nexus *nexus = read_around(file, "/entry_1/data_1/data", SAMPLE_U16);
    const struct detector_info *info = hdf5_nexus_detector(nexus);
    check_near(info->distance, 0.08);
    check_near(info->pixel_x, 110e-6);
    assert_true(fabs(info->wavelength - 1e-10) < 1e-18);
    for (int x = 0; x < 32; x++)
        assert_int_equal(class_at(nexus, 0, x), x < 16 ? expected[x] : 0);
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

static void test_handing_over(void **state)
{
    (void)state;
    uint32_t bits[PIXELS];
    fill_bits(bits);
    hid_t file = hdf5_plain_detector("shared.h5");
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 2, plane_dims, bits);
    struct hdf5_nexus *nexus = read_around(file, DATA, SAMPLE_U32);
    H5Fclose(file);
    // As the worker hands it over.
    struct message_out out = {0};
    int fd;
    assert_true(hdf5_nexus_put(&out, nexus, &fd));
    hdf5_nexus_drop(&nexus);
    assert_null(nexus);
    struct message_in in = {.at = out.bytes, .left = out.count};
    assert_null(hdf5_nexus_get(&in, fd, WIDTH, HEIGHT + 1)); // another size than the memory has
    in = (struct message_in){.at = out.bytes, .left = out.count};
    struct hdf5_nexus *copy = hdf5_nexus_get(&in, fd, WIDTH, HEIGHT);
    assert_non_null(copy);
    assert_int_equal(in.left, 0);
    message_out_free(&out);
    close(fd);
    check_bits(copy, 0);
    hdf5_nexus_drop(&copy);
    hdf5_nexus_drop(&copy);
    hdf5_nexus_drop(NULL);
}

// --- Bad input ---

static void test_hostile(void **state)
{
    (void)state;
    hsize_t many[H5S_MAX_RANK];
    static const hsize_t huge[2] = {UINT64_C(1) << 31, UINT64_C(1) << 31}, chunk[2] = {1 << 14, 1 << 14};
    for (int i = 0; i < H5S_MAX_RANK; i++)
        many[i] = 1;
    hid_t file = hdf5_create("hostile.h5");
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/detector", "NXdetector");
    hdf5_put_image(file, DATA);
    hid_t giant = H5Tcopy(H5T_C_S1), empty = H5Screate(H5S_NULL), space = H5Screate_simple(2, huge, NULL);
    H5Tset_size(giant, UINT64_C(4000) << 20);
    hid_t scalar = H5Screate(H5S_SCALAR);
    H5Dclose(H5Dcreate2(file, DETECTOR "description", giant, scalar, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Dclose(H5Dcreate2(file, DETECTOR "distance", H5T_NATIVE_DOUBLE, empty, H5P_DEFAULT, H5P_DEFAULT,
                        H5P_DEFAULT));
    hdf5_put_array(file, DETECTOR "x_pixel_size", H5T_NATIVE_DOUBLE, H5S_MAX_RANK, many, &(double){1e-4});
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(list, 2, chunk);
    H5Dclose(
        H5Dcreate2(file, DETECTOR "y_pixel_size", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Dclose(
        H5Dcreate2(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, space, H5P_DEFAULT, list, H5P_DEFAULT));
    hdf5_put_integer(file, DETECTOR "beam_center_x", INT64_MIN, "px");
    hdf5_put_number(file, DETECTOR "saturation_value", NAN, NULL);
    hdf5_put_number(file, DETECTOR "count_time", -3, "ms");
    H5Sclose(space);
    H5Sclose(scalar);
    H5Sclose(empty);
    H5Tclose(giant);
    H5Pclose(list);
    struct detector_info info = detector_around(file, DATA);
    assert_string_equal(info.name, "");
    check_near(info.pixel_x, 1e-4); // of rank 32
    check_near(info.pixel_y, NAN);
    check_near(info.distance, NAN);
    check_near(info.saturation, NAN);
    check_near(info.exposure, NAN);
    free(hdf5_metadata_of(file, DATA, 0, 1));
    free(hdf5_contents_of(file));
    // A mask that claims more pixels than can be, for an image that claims them, too.
    struct hdf5_nexus *nexus = NULL;
    struct error error = {0};
    assert_int_equal(
        hdf5_nexus_read(file, DATA, INT64_C(1) << 31, INT64_C(1) << 31, SAMPLE_U32, NULL, &nexus, &error),
        STATUS_OK);
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

// Any change of any byte is an answer or a refusal, never a crash.
// What the library makes of a damaged file is its own affair, in its own process: here it is a file that can
// be read, or one sentence.
static void read_damaged(const char *path)
{
    struct error error = {0};
    struct image_file *file = NULL;
    struct text metadata = {0}, contents = {0};
    enum status status = image_file_open(path, CHANNEL_AUTO, &file, &error);
    if (status == STATUS_OK)
        status = image_file_metadata(file, 0, NULL, &metadata, &error);
    if (status == STATUS_OK)
        status = image_file_contents(file, NULL, &contents, &error);
    assert_true(status == STATUS_OK || error.text[0]);
    assert_null(strchr(error.text, '\n'));
    text_free(&metadata);
    text_free(&contents);
    image_file_close(&file);
}

static void test_damage(void **state)
{
    (void)state;
    uint32_t bits[PIXELS];
    fill_bits(bits);
    hid_t file = hdf5_plain_detector("damage.h5");
    hdf5_put_array(file, DETECTOR "pixel_mask", H5T_NATIVE_UINT32, 2, plane_dims, bits);
    hdf5_put_number(file, DETECTOR "distance", 1, "mm");
    hdf5_put_text(file, DETECTOR "description", "x");
    H5Lcreate_soft("/entry", file, "/entry/again", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    size_t count;
    uint8_t *bytes = load_bytes(temporary_path("damage.h5"), &count);
    for (int i = 0; i < 400; i++) {
        size_t at = random_next() % count;
        uint8_t before = bytes[at];
        bytes[at] = (uint8_t)random_next();
        read_damaged(save_bytes("damaged.h5", bytes, count));
        bytes[at] = before;
    }
    free(bytes);
}

// --- Real files ---

// Prints what h5py reads of a detector, one "field value" a line, in the units of the file.
static const char reading_script[] =
    "import sys, h5py\n"
    "def first(v):\n"
    "    return float(v.flat[0]) if hasattr(v, 'flat') else float(v)\n"
    "f = h5py.File(sys.argv[1], 'r')\n"
    "d = f['/entry/instrument/detector']\n"
    "with open(sys.argv[2], 'w') as out:\n"
    "    for name in ('beam_center_x', 'beam_center_y', 'x_pixel_size', 'y_pixel_size', 'detector_distance',\n"
    "                 'count_time', 'sensor_thickness', 'saturation_value',\n"
    "                 'detectorSpecific/countrate_correction_count_cutoff', 'detectorSpecific/photon_energy'):\n"
    "        out.write('%.17g\\n' % first(d[name][()]))\n"
    "    w = f['/entry/instrument/beam'].get('incident_wavelength')\n"
    "    out.write('%.17g\\n' % (first(w[()]) if w is not None else 0))\n"
    "    m = d['detectorSpecific'].get('pixel_mask')\n"
    "    out.write('%d\\n' % ((m[()] & 0xFFFF) != 0).sum() if m is not None else '0\\n')\n";

// A value of 0 stands for "not set" in those that cannot be 0.
static void check_set(double value, double expected)
{
    check_near(value, expected > 0 ? expected : NAN);
}

static void check_master(const char *below, int64_t width, int64_t height)
{
    char path[1024], arguments[2200];
    double said[12];
    const char *folder = testdata_folder();
    if (!folder)
        skip();
    snprintf(path, sizeof path, "%s/%s", folder, below);
    snprintf(arguments, sizeof arguments, "'%s' '%s'", path, temporary_path("said.txt"));
    python_run("h5py", reading_script, arguments);
    FILE *file = fopen(temporary_path("said.txt"), "r");
    assert_non_null(file);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_int_equal(fscanf(file, "%lf", &said[i]), 1);
    fclose(file);
    hid_t id = hdf5_open(path);
    struct hdf5_nexus *nexus = NULL;
    assert_int_equal(
        hdf5_nexus_read(id, "/entry/data/data_000001", width, height, SAMPLE_U32, NULL, &nexus, NULL),
        STATUS_OK);
    const struct detector_info *info = hdf5_nexus_detector(nexus);
    check_set(info->beam_x, said[0]);
    check_set(info->beam_y, said[1]);
    check_set(info->pixel_x, said[2]);
    check_set(info->pixel_y, said[3]);
    check_set(info->distance, said[4]);
    check_set(info->exposure, said[5]);
    check_set(info->sensor_thickness, said[6]);
    check_set(info->saturation, said[7]);
    check_set(info->count_cutoff, said[8]);
    check_near(info->wavelength, said[10] > 0 ? said[10] * 1e-10 : 1.239841984e-6 / said[9]);
    uint8_t *classes = calloc((size_t)width, (size_t)height);
    bool any = hdf5_nexus_classes(nexus, 0, (struct rect){0, 0, width, height}, classes);
    int64_t masked = 0;
    for (int64_t i = 0; i < width * height; i++)
        masked += classes[i] != 0;
    assert_true(masked == (int64_t)said[11] && any == (masked > 0));
    free(classes);
    hdf5_nexus_drop(&nexus);
    H5Fclose(id);
}

static void test_real_arina(void **state)
{
    (void)state;
    check_master("rosettasciio/valid/data/arina/test_00_master.h5", 192, 192);
}

static void test_real_ansto(void **state)
{
    (void)state;
    check_master("ansto-simplon/valid/ansto_simplon_api/master_file_examples/example_1_master.h5", 3108,
                 3262);
}

// Literals from h5dump 1.10.8 of these files.
static void test_real_others(void **state)
{
    (void)state;
    hid_t file = hdf5_open_real(
        "dawnsci/valid/uk.ac.diamond.scisoft.analysis.test/testfiles/gda/analysis/io/NexusDiffractionTest/i22-119583-Pilatus2M.h5");
    struct detector_info info = detector_around(file, "/entry/instrument/detector/data");
    assert_string_equal(info.name, "Dectris Pilatus");
    assert_true(sentinels_around(file, "/entry/instrument/detector/data", SAMPLE_I32).negative_marks);
    char *metadata = hdf5_metadata_of(file, "/entry/instrument/detector/data", 0, 1);
    hdf5_check_line(metadata, "instrument/detector/NDAttributes/AcqPeriod\t2.1");
    hdf5_check_line(metadata, "instrument/detector/NDAttributes/MaxSizeX\t1475");
    free(metadata);
    H5Fclose(file);

    file = hdf5_open_real("dioptas/valid/tests/data/detector.h5");
    info = detector_around(file, "/entry_0000/pyFAI/Detector/shape");
    check_near(info.pixel_x, 1e-4);
    check_near(info.pixel_y, 1e-4);
    metadata = hdf5_metadata_of(file, "/entry_0000/pyFAI/Detector/shape", 0, 1);
    hdf5_check_line(metadata, "pyFAI/Detector/IS_FLAT\tTRUE");
    hdf5_check_line(metadata, "pyFAI/Detector/shape\t1048, 1032");
    hdf5_check_line(metadata, "pyFAI/Detector/pixel_size\t0.0001, 0.0001");
    hdf5_check_line(metadata, "/@default\tentry_0000");
    free(metadata);
    H5Fclose(file);

    file = hdf5_open_real("napi/valid/test/data/dmc01.h5");
    metadata = hdf5_metadata_of(file, "/entry1/data1/counts", 0, 1);
    hdf5_check_line(metadata, "DMC/DMC-BF3-Detector/Step\t0.2 degree");
    hdf5_check_line(metadata, "DMC/DMC-BF3-Detector/beam_monitor\t2368697 counts");
    hdf5_check_line(metadata, "/@owner\tkeller");
    free(metadata);
    H5Fclose(file);
}

static void test_unit_and_title(void **state)
{
    (void)state;
    hid_t made = hdf5_plain_detector("unit.h5");
    hdf5_put_attribute(made, HDF5_DATA, "units", "photons");
    H5Fclose(made);
    struct image_file *file = open_good(temporary_path("unit.h5"));
    struct frame_info info;
    assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
    assert_string_equal(info.unit, "photons");
    assert_string_equal(info.title, HDF5_DATA);
    image_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_eiger),
        cmocka_unit_test(test_wavelength),
        cmocka_unit_test(test_distance_and_size),
        cmocka_unit_test(test_module_size),
        cmocka_unit_test(test_centre),
        cmocka_unit_test(test_kinds_of_numbers),
        cmocka_unit_test(test_lima),
        cmocka_unit_test(test_lambda),
        cmocka_unit_test(test_area_detector),
        cmocka_unit_test(test_no_detector),
        cmocka_unit_test(test_sentinel_types),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_mask_bits),
        cmocka_unit_test(test_mask_types),
        cmocka_unit_test(test_masks_combine),
        cmocka_unit_test(test_mask_unfit),
        cmocka_unit_test(test_mask_shown),
        cmocka_unit_test(test_mask_per_frame),
        cmocka_unit_test(test_mask_per_channel),
        cmocka_unit_test(test_mask_of_modules),
        cmocka_unit_test(test_mask_of_selection),
        cmocka_unit_test(test_mask_chunks),
        cmocka_unit_test(test_cxi),
        cmocka_unit_test(test_handing_over),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_real_arina),
        cmocka_unit_test(test_real_ansto),
        cmocka_unit_test(test_real_others),
        cmocka_unit_test(test_unit_and_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
