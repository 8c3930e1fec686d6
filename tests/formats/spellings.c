// SPDX-License-Identifier: MIT
// Headers written otherwise than usual, by blanks, tabs, line ends, capitals, order, numbers as reals, and
// fields that are redundant and make no sense: each shows the samples of the plain one.
#include "support/reader_checks.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 5, HEIGHT = 3, COUNT = WIDTH * HEIGHT, ROOM = 8192 };

static const uint16_t samples[COUNT] = {1, 2, 3, 300, 5, 6, 7, 8, 9, 10, 65000, 12, 13, 14, 15};

// Opens a file of `header` bytes and the samples, which must be what it shows.
static void check(const char *name, const char *words, const char *header, size_t header_bytes,
                  const void *data, size_t count, const void *expected)
{
    static uint8_t content[ROOM + 1024];
    assert_true(header_bytes + count <= sizeof content);
    memcpy(content, header, header_bytes);
    memcpy(content + header_bytes, data, count);
    struct image_file *file = NULL;
    struct error error = {0};
    if (image_file_open(save_bytes(name, content, header_bytes + count), CHANNEL_AUTO, &file, &error) !=
        STATUS_OK)
        fail_msg("%s: %s", words, error.text);
    const struct frame_info info = info_of(file, 0);
    if (info.width != WIDTH || info.height != HEIGHT || file->frames != 1)
        fail_msg("%s: %lld x %lld in %lld frames", words, (long long)info.width, (long long)info.height,
                 (long long)file->frames);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

static void smv(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "{\nHEADER_BYTES=  512;\nDIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\nSIZE1=5;\nSIZE2=3;\n}\n",
        "{\r\nHEADER_BYTES =\t512 ;\r\nBYTE_ORDER= little_endian ;\r\nTYPE = UNSIGNED_SHORT ;\r\nSIZE1\t= 5 ;\r\nSIZE2 =3;\r\n}\r\n",
        "{\nHEADER_BYTES=512;\nSIZE1=5.0;\nSIZE2=3.0;\nSIZE3=-1;\nData_type=unsigned_short int;\n}\n",
        "{\nHEADER_BYTES=512.0;\nSIZE3=0;\nSIZE1=5;\nSIZE2=3;\nTYPE=unsigned short;\nCOMPRESSION=NONE;\n}\n",
        "{\nTYPE=unsigned_short;\nBYTE_ORDER=LITTLE_ENDIAN;\nSIZE1=5;\nSIZE2=3;\nHEADER_BYTES=512;\n}\n",
        "{\nheader_bytes=512;\nsize2=3;\nsize1=5;\nSIZE3=unknown;\n}\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char header[512] = "";
        memcpy(header, headers[i], strlen(headers[i]));
        check("a.img", headers[i], header, sizeof header, samples, sizeof samples, samples);
    }
    static const char big[] = "{\nHEADER_BYTES=512;\nBYTE_ORDER=BIG_ENDIAN;\nSIZE1=5;\nSIZE2=3;\n}\n";
    char header[512] = "";
    uint8_t swapped[sizeof samples];
    memcpy(header, big, sizeof big - 1);
    for (int i = 0; i < COUNT; i++) {
        swapped[2 * i] = (uint8_t)(samples[i] >> 8);
        swapped[2 * i + 1] = (uint8_t)samples[i];
    }
    check("a.img", big, header, sizeof header, swapped, sizeof swapped, samples);
}

static void kcd(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "No1\nX dimension = 5\nY dimension = 3\nNumber of readouts = 1\n",
        "No1\r\nX dimension = 5\r\nY dimension = 3\r\nNumber of readouts = 1\r\n",
        "No1\nNumber of readouts  =  1\nY dimension =3\nX dimension\t=\t5\n",
        "No1\nX dimension = 5.0\nY dimension = 3.0\nNumber of readouts = 1.0\n",
    };
    int32_t expected[COUNT];
    for (int i = 0; i < COUNT; i++)
        expected[i] = samples[i];
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char header[1024];
        memset(header, ' ', sizeof header);
        memcpy(header, headers[i], strlen(headers[i]));
        check("a.kcd", headers[i], header, sizeof header, samples, sizeof samples, expected);
    }
}

static void esperanto(void **state)
{
    (void)state;
    static const char *const images[] = {"IMAGE 5 3 1 1 \"4BYTE_LONG\"", "IMAGE\t5\t3\t1\t1\t\"4BYTE_LONG\"",
                                         "IMAGE   5.0  3.0 1 1 \"4BYTE_LONG\"", "IMAGE 5 3 1 1 4BYTE_LONG"};
    int32_t values[COUNT];
    for (int i = 0; i < COUNT; i++)
        values[i] = samples[i] - 1000;
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        char header[4 * 256];
        memset(header, ' ', sizeof header);
        memcpy(header, "ESPERANTO FORMAT   1 CONSISTING OF   4 LINES OF   256 BYTES EACH", 64);
        memcpy(header + 512, images[i], strlen(images[i])); // not the second line, but the third
        for (int line = 1; line <= 4; line++)
            memcpy(header + (ptrdiff_t)line * 256 - 2, "\r\n", 2);
        check("a.esperanto", images[i], header, sizeof header, values, sizeof values, values);
    }
}

static void merlin(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "MQ1,000001,00384,01,0005,0003,U08,   1x1,0F,2020-05-18 16:51:49.971626,0.000555,",
        "MQ1,000001,00384,01,0005,0003,u08,1x1,0F,2020-05-18 16:51:49.971626,0.000555,",
        "MQ1, 000001, 384, 1, 5, 3, U8 ,1x1,0F,2020-05-18 16:51:49.971626,0.000555,",
        "MQ1,000001,00384,-1,0005,0003,U08,,,,,",
    };
    static const char bytes[] = "abcdefghijklmno";
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char header[384] = "";
        memcpy(header, headers[i], strlen(headers[i]));
        check("a.mib", headers[i], header, sizeof header, bytes, COUNT, bytes);
    }
}

static void nrrd(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "NRRD0004\ntype: uint16\ndimension: 2\nsizes: 5 3\nendian: little\nencoding: raw\n\n",
        "NRRD0004\r\ntype: uint16\r\ndimension: 2\r\nsizes: 5 3\r\nendian: little\r\nencoding: raw\r\n\r\n",
        "NRRD0004\nencoding: RAW\nendian: LITTLE\nsizes:\t5   3 \ndimension:2\ntype: UINT16\n\n",
        "NRRD0004\nTYPE: unsigned short\nSizes: 5.0 3.0\nEndian: little\nEncoding: raw\n\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        check("a.nrrd", headers[i], headers[i], strlen(headers[i]), samples, sizeof samples, samples);
}

static void npy(void **state)
{
    (void)state;
    static const char *const dictionaries[] = {
        "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 5), }",
        "{'shape':(3,5),'fortran_order':False,'descr':'<u2'}",
        "{\"descr\": \"<u2\", \"fortran_order\": False, \"shape\": (3, 5)}",
        "{'descr': 'uint16', 'fortran_order': False, 'shape': (3, 5), }",
        "{'descr': '<H', 'fortran_order': False, 'shape': (3, 5, 1), }",
        "{'descr': '=u2', 'fortran_order': False, 'shape': ( 3L , 5L ), }",
    };
    for (size_t i = 0; i < sizeof dictionaries / sizeof *dictionaries; i++) {
        char header[128] = "\x93NUMPY\1";
        const int length = snprintf(header + 10, sizeof header - 10, "%s\n", dictionaries[i]);
        header[8] = (char)length;
        check("a.npy", dictionaries[i], header, 10 + (size_t)length, samples, sizeof samples, samples);
    }
}

static void pnm(void **state)
{
    (void)state;
    static const char *const headers[] = {"P5\n5 3\n255\n",
                                          "P5 5 3 255 ",
                                          "P5\r\n5 3\r\n255\r\n",
                                          "P5\n# a\n5\n3\n#b\n255\n",
                                          "P5\t5\t3\t255\n",
                                          "P5\r\n5 3 255\n",
                                          "P7\r\nWIDTH 5\r\nHEIGHT 3\r\nDEPTH 1\r\nMAXVAL 255\r\nENDHDR\r\n"};
    static const char bytes[] = "\nbcdefghijklmno"; // a line feed is a sample as well
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        check("a.pgm", headers[i], headers[i], strlen(headers[i]), bytes, COUNT, bytes);
}

static void cbf(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "X-Binary-Size-Third-Dimension: 0\r\n",
        "X-Binary-Size-Third-Dimension: -1\r\n",
        "X-Binary-Size-Third-Dimension: 1.0\r\n",
        "X-Binary-Size-Padding: unknown\r\nX-Binary-Number-of-Elements: -1\r\n",
    };
    static const int8_t values[COUNT] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    int32_t expected[COUNT];
    for (int i = 0; i < COUNT; i++)
        expected[i] = i + 1;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char header[1024];
        const int length = snprintf(
            header, sizeof header,
            "###CBF: VERSION 1.5\r\n\r\ndata_x\r\n\r\n_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\n"
            "content-type: application/octet-stream;\r\n     conversions=\"X-CBF_byte_offset\"\r\n"
            "Content-Transfer-Encoding: binary\r\nX-Binary-Size: 15\r\nX-Binary-Element-Type: \"signed 32-bit integer\"\r\n"
            "X-BINARY-SIZE-FASTEST-DIMENSION:5\r\nX-Binary-Size-Second-Dimension:\t3\r\n%s\r\n\x0c\x1a\x04\xd5",
            lines[i]);
        check("a.cbf", lines[i], header, (size_t)length, values, sizeof values, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smv),  cmocka_unit_test(kcd), cmocka_unit_test(esperanto), cmocka_unit_test(merlin),
        cmocka_unit_test(nrrd), cmocka_unit_test(npy), cmocka_unit_test(pnm),       cmocka_unit_test(cbf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
