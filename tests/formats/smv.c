// SPDX-License-Identifier: MIT
// The SMV reader against files composed here, files written by fabio, and a real file.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "formats/base/readers_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 37, HEIGHT = 23, COUNT = WIDTH * HEIGHT, HEADER = 1024 };

// A file of the header's text, padded, and the bytes.
static const char *save(const char *name, const char *text, const void *bytes, size_t count)
{
    static uint8_t content[HEADER + COUNT * 8 * 3];
    memset(content, ' ', HEADER);
    memcpy(content, text, strlen(text));
    memcpy(content + HEADER, bytes, count);
    return save_bytes(name, content, HEADER + count);
}

static const struct {
    const char *key, *name;
    enum sample_type type;
} kinds[] = {
    {"TYPE", "unsigned_short", SAMPLE_U16},  {"TYPE", "signed_long", SAMPLE_I32},
    {"TYPE", "unsigned_long", SAMPLE_U32},   {"TYPE", "float", SAMPLE_F32},
    {"Data_type", "signed char", SAMPLE_I8}, {"Data_type", "unsigned char", SAMPLE_U8},
    {"Data_type", "short int", SAMPLE_I16},  {"Data_type", "unsigned short int", SAMPLE_U16},
    {"Data_type", "long int", SAMPLE_I32},   {"Data_type", "unsigned long int", SAMPLE_U32},
    {"Data_type", "float IEEE", SAMPLE_F32}, {"NOTHING", "", SAMPLE_U16},
};

static void test_every_type(void **state)
{
    (void)state;
    static uint8_t samples[COUNT * 8 * 2], stored[COUNT * 8 * 2];
    for (int n = 0; n < 2 * (int)(sizeof kinds / sizeof *kinds); n++) {
        const bool big = n & 1;
        const size_t item = sample_traits(kinds[n / 2].type)->bytes;
        char header[512];
        for (size_t i = 0; i < sizeof samples; i++)
            samples[i] = (uint8_t)random_next();
        memcpy(stored, samples, sizeof stored);
        if (big)
            swap_items(stored, COUNT * 2, item);
        snprintf(header, sizeof header,
                 "{\nHEADER_BYTES= 1024;\nDIM=3;\nBYTE_ORDER=%s;\n%s=%s;\nSIZE1=37;\nSIZE2=23;\nSIZE3=2;\n"
                 "COMPRESSION=None;\n}\n",
                 big ? "big_endian" : "little_endian", kinds[n / 2].key, kinds[n / 2].name);
        const char *path = save("type.img", header, stored, COUNT * item * 2);
        struct image_file *file = open_good(path);
        const struct frame_info info = info_of(file, 0);
        assert_string_equal(info.format, "SMV");
        assert_int_equal(info.type, kinds[n / 2].type);
        assert_int_equal(file->frames, 2);
        check_rectangles(file, 0, samples);
        check_rectangles(file, 1, samples + COUNT * item);
        image_file_close(&file);
        if (n < 2)
            check_threads(path);
    }
}

static void check_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g instead of %.17g", got, wanted);
}

static void test_adsc_header(void **state)
{
    (void)state;
    static const uint16_t samples[6] = {1, 2, 3, 65535, 65534, 0};
    struct detector_info info;
    struct image_file *file = open_good(save(
        "adsc.img",
        "{\nHEADER_BYTES= 1024;\nDIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\nSIZE1=3;\nSIZE2=2;\n"
        "PIXEL_SIZE=0.1024;\nDATE=Sun Jun  6 12:48:29 2010;\nTIME=5.00;\nDISTANCE=250.500;\n"
        "WAVELENGTH=0.97950;\nBEAM_CENTER_X=51.2;\nBEAM_CENTER_Y=102.4;\nCCD_IMAGE_SATURATION=65535;\n"
        "lonely;\nNOTE=caf\xe9 \t=x;\n}\nAFTER=1;\n",
        samples, sizeof samples));
    const struct frame_info frame = info_of(file, 0);
    assert_true(frame.sentinels.has_saturation && frame.sentinels.saturation == 65534);
    assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
    check_near(info.pixel_x, 102.4e-6);
    check_near(info.pixel_y, 102.4e-6);
    check_near(info.distance, 0.2505);
    check_near(info.wavelength, 0.9795e-10);
    check_near(info.exposure, 5);
    check_near(info.beam_x, 1000);
    check_near(info.beam_y, 500);
    check_near(info.saturation, 65534);
    static const char *const lines[] = {"HEADER_BYTES\t1024\n", "DATE\tSun Jun  6 12:48:29 2010\n",
                                        "NOTE\tcaf\xc3\xa9  =x\n", NULL};
    check_metadata(file, 0, lines);
    struct text text = {0};
    assert_int_equal(image_file_metadata(file, 0, NULL, &text, NULL), STATUS_OK);
    assert_null(strstr(text_string(&text), "AFTER"));
    text_free(&text);
    check_rectangles(file, 0, samples);
    image_file_close(&file);
}

static void test_dtrek_header(void **state)
{
    (void)state;
    static const uint16_t samples[2] = {1, 2};
    struct detector_info info;
    struct image_file *file = open_good(
        save("dtrek.img",
             "{\nHEADER_BYTES= 1024;\nData_type=unsigned short int;\nSIZE1=2;\nSIZE2=1;\nDETECTOR_NUMBER=1;\n"
             "DETECTOR_NAMES=PXD_;\nPXD_DETECTOR_DESCRIPTION=Saturn 944;\nSOURCE_WAVELENGTH=1 0.71073;\n"
             "PXD_SPATIAL_DISTORTION_INFO=512.25 500.5 0.09 0.0901;\nROTATION=0 0.5 0.5 20 0 0 0 0 0 0;\n"
             "PXD_GONIO_NAMES=RotZ RotX/Swing RotY TransX TransY Distance;\n"
             "PXD_GONIO_VALUES=0 -15.0 0 0 0 45.5;\nSATURATED_VALUE=262112;\n}\n",
             samples, sizeof samples));
    assert_int_equal(image_file_detector(file, 0, NULL, &info, NULL), STATUS_OK);
    assert_string_equal(info.name, "Saturn 944");
    check_near(info.beam_x, 512.25);
    check_near(info.beam_y, 500.5);
    check_near(info.pixel_x, 90e-6);
    check_near(info.pixel_y, 90.1e-6);
    check_near(info.distance, 0.0455);
    check_near(info.wavelength, 0.71073e-10);
    check_near(info.exposure, 20);
    check_near(info.saturation, 262111);
    image_file_close(&file);
}

static void test_probe(void **state)
{
    (void)state;
    static const char *const mine[] = {"{\nHEADER_BYTES=  512;\nDIM=2;", "{\r\nHEADER_BYTES=512;\r\n"};
    static const char *const others[] = {"{\nDim_1 = 3 ;\n", "{", "", "HEADER_BYTES=512;",
                                         "{\nHEADER_BYTE=512;\n"};
    for (size_t i = 0; i < sizeof mine / sizeof *mine; i++) {
        const uint8_t *head = (const uint8_t *)mine[i];
        assert_true(smv_reader.probe(head, strlen(mine[i]), "x") >
                    edf_reader.probe(head, strlen(mine[i]), "x"));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(smv_reader.probe((const uint8_t *)others[i], strlen(others[i]), "x"), 0);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum status status;
        const char *said;
    } cases[] = {
        {"{\nHEADER_BYTES=1024;\nSIZE1=3;\n}\n", STATUS_BROKEN, "SIZE2"},
        {"{\nHEADER_BYTES=1024;\nSIZE1=3;\nSIZE2=-2;\n}\n", STATUS_BROKEN, "SIZE2"},
        {"{\nHEADER_BYTES=1024;\nSIZE1=3x;\nSIZE2=2;\n}\n", STATUS_BROKEN, "SIZE1"},
        {"{\nHEADER_BYTES=1024;\nSIZE1=1048576;\nSIZE2=1048576;\n}\n", STATUS_BROKEN, "there are only"},
        {"{\nHEADER_BYTES=1024;\nSIZE1=4611686018427387904;\nSIZE2=4;\n}\n", STATUS_TOO_LARGE, "overflows"},
        {"{\nHEADER_BYTES=1024;\nSIZE1=3;\nSIZE2=2;\nData_type=Compressed;\n}\n", STATUS_UNSUPPORTED,
         "Compressed"},
        {"{\nHEADER_BYTES=1024;\nSIZE1=3;\nSIZE2=2;\nCOMPRESSION=BS1;\n}\n", STATUS_UNSUPPORTED, "BS1"},
        {"{\nHEADER_BYTES=99999999;\nSIZE1=3;\nSIZE2=2;\n}\n", STATUS_BROKEN, "HEADER_BYTES"},
        {"{\nHEADER_BYTES=2;\nSIZE1=3;\nSIZE2=2;\n}\n", STATUS_BROKEN, "HEADER_BYTES"},
        {"{\nHEADER_BYTES=17;\nSIZE1=3;\nSIZE2=2;\n}\n", STATUS_BROKEN, ""},
        {"{\nHEADER_BYTES=4096;\nSIZE1=3;\nSIZE2=2;\n}\n", STATUS_BROKEN, "ends within its header"},
        {"{\nHEADER_BYTES=x", STATUS_BROKEN, "HEADER_BYTES"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(save("refused.img", cases[i].header, "0123456789ab", 12), cases[i].status,
                      cases[i].said);
    check_damage(save("whole.img", "{\nHEADER_BYTES=1024;\nSIZE1=3;\nSIZE2=2;\nBYTE_ORDER=big_endian;\n}\n",
                      "0123456789ab", 12),
                 1, 80, 800);
}

static void test_fabio_writes(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, numpy, fabio.dtrekimage\n"
        "for n, kind in enumerate(['u2', 'i2', 'u4', 'i4', 'f4', 'u1', 'i1']):\n"
        "    data = (numpy.arange(35).reshape(5, 7) * 37 + 11).astype(kind)\n"
        "    image = fabio.dtrekimage.DtrekImage(data, {'BYTE_ORDER': 'big_endian' if n % 2 else 'little_endian'})\n"
        "    image.write(sys.argv[1] + str(n))\n";
    static const enum sample_type types[] = {SAMPLE_U16, SAMPLE_I16, SAMPLE_U32, SAMPLE_I32,
                                             SAMPLE_F32, SAMPLE_U8,  SAMPLE_I8};
    char arguments[600];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("fabio.img"));
    python_run("numpy, fabio.dtrekimage", script, arguments);
    for (int n = 0; n < 7; n++) {
        char name[32];
        snprintf(name, sizeof name, "fabio.img%d", n);
        struct image_file *file = open_good(temporary_path(name));
        const struct frame_info info = info_of(file, 0);
        assert_int_equal(info.type, types[n]);
        assert_true(info.width == 7 && info.height == 5);
        struct picture picture = decode_whole(file, 0);
        for (int i = 0; i < 35; i++) {
            const int value = i * 37 + 11;
            const double wanted = n == 5 ? (uint8_t)value : n == 6 ? (int8_t)value : value;
            assert_true(sample_value(info.type,
                                     picture.pixels + (size_t)i * sample_traits(info.type)->bytes) == wanted);
        }
        picture_free(&picture);
        image_file_close(&file);
    }
}

static void test_real_file(void **state)
{
    (void)state;
    check_real_file("bioxtasraw/valid/Tests/TestData/AgBe_Quantum.img");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),   cmocka_unit_test(test_adsc_header),
        cmocka_unit_test(test_dtrek_header), cmocka_unit_test(test_probe),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_fabio_writes),
        cmocka_unit_test(test_real_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
