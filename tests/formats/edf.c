// SPDX-License-Identifier: MIT
// The EDF reader against files made here byte by byte, and real files with values found by fabio.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "formats/base/readers_list.h"
#include "image/mask.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(FILE *file, const char *header, const void *bytes, size_t count)
{
    fputs(header, file);
    fwrite(bytes, 1, count, file);
}

// Writes a file of one block.
static const char *save(const char *name, const char *header, const void *bytes, size_t count)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    put(file, header, bytes, count);
    fclose(file);
    return path;
}

enum { HEIGHT = 23, WIDTH = 37, COUNT = HEIGHT * WIDTH };

struct layout {
    const char *name, *type;
    size_t item;
};

static const struct layout layouts[] = {
    {"SignedByte", "i8", 1},
    {"Signed8", "i8", 1},
    {"UnsignedByte", "u8", 1},
    {"Unsigned8", "u8", 1},
    {"SignedShort", "i16", 2},
    {"Signed16", "i16", 2},
    {"UnsignedShort", "u16", 2},
    {"Unsigned16", "u16", 2},
    {"SignedInteger", "i32", 4},
    {"Signed32", "i32", 4},
    {"SignedLong", "i32", 4},
    {"UnsignedInteger", "u32", 4},
    {"UnsignedLong", "u32", 4},
    {"Unsigned32", "u32", 4},
    {"Signed64", "i64", 8},
    {"Unsigned64", "u64", 8},
    {"FloatValue", "f32", 4},
    {"FLOAT", "f32", 4},
    {"FloatIEEE32", "f32", 4},
    {"Float32", "f32", 4},
    {"DoubleValue", "f64", 8},
    {"Double", "f64", 8},
    {"FloatIEEE64", "f64", 8},
    {"DoubleIEEE64", "f64", 8},
    {"UnsignedShortInteger", "u16", 2},
};

static void check_layout(const struct layout *layout, bool big)
{
    static uint8_t samples[COUNT * 8], stored[COUNT * 8];
    char header[256];
    for (size_t i = 0; i < COUNT * layout->item; i++)
        stored[i] = samples[i] = (uint8_t)random_next();
    if (big && layout->item > 1)
        swap_items(stored, COUNT, layout->item);
    snprintf(header, sizeof header, "{\nbyteorder = %s ;\nDataType=%s;DIM_1 = 37 ;\nDim_2 = 23 ;\n   }\n",
             big ? "HighByteFirst" : "LowByteFirst", layout->name);
    struct image_file *file = open_good(save("layout.edf", header, stored, COUNT * layout->item));
    struct frame_info info = info_of(file, 0);
    assert_string_equal(sample_traits(info.type)->name, layout->type);
    assert_string_equal(info.format, "EDF");
    assert_int_equal(file->frames, 1);
    check_rectangles(file, 0, samples);
    image_file_close(&file);
}

static void test_every_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (int big = 0; big < 2; big++)
            check_layout(&layouts[i], big);
}

// What is told twice may be wrong where it is not needed, and sizes may be written as reals.
static void test_redundant_fields(void **state)
{
    (void)state;
    static const char *const lines[] = {"Dim_1 = 37 ;\nDim_2 = 23 ;\nEDF_HeaderSize = header_length ;",
                                        "Dim_1 = 37 ;\nDim_2 = 23 ;\nEDF_BinarySize = image_length ;",
                                        "Dim_1 = 37 ;\nDim_2 = 23 ;\nEDF_BinarySize = -1 ;\nSize = -1 ;",
                                        "Dim_1 = 37 ;\nDim_2 = 23 ;\nSize = unknown ;",
                                        "Dim_1 = 37.0 ;\nDim_2 = 23.0 ;\nSize = 1702.0 ;"};
    uint16_t samples[COUNT];
    for (int i = 0; i < COUNT; i++)
        samples[i] = (uint16_t)(i * 71);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char header[256];
        snprintf(header, sizeof header, "{\nByteOrder = LowByteFirst ;\nDataType = UnsignedShort ;\n%s\n}\n",
                 lines[i]);
        struct image_file *file = open_good(save("redundant.edf", header, samples, sizeof samples));
        assert_int_equal(file->frames, 1);
        check_rectangles(file, 0, samples);
        image_file_close(&file);
    }
    check_refused(
        save("half.edf", "{\nDataType = UnsignedByte ;\nDim_1 = 7.5 ;\nDim_2 = 2 ;\n}\n", samples, 16),
        STATUS_BROKEN, "no sensible value for Dim_1");
}

// --- Several frames ---

enum { SERIES = 9 }; // 3 of u16, a block of 4 of u8, 2 of f32

static uint16_t shorts[3][COUNT];
static uint8_t bytes[4][COUNT];
static float floats[2][6];

// A general header, three big-endian frames, a block of four with a size that is more than they need, and two
// small ones, each with the line ends of another system before it.
static const char *save_series(void)
{
    const char *path = temporary_path("series.edf");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("\r\n{\r\nEDF_DataFormatVersion = 2.40 ;\r\nEDF_BinarySize = 4 ;\r\nByteOrder = HighByteFirst ;\r\n"
          "Title = all ;\r\n}\r\n{{}\n",
          file);
    for (int n = 0; n < 3; n++) {
        uint16_t stored[COUNT];
        for (int i = 0; i < COUNT; i++)
            stored[i] = __builtin_bswap16(shorts[n][i] = (uint16_t)random_next());
        put(file, "{\nEDF_DataBlockID = 1.Image.Psd ;\nDim_1 = 37 ;\nDim_2 = 23 ;\nnumber = one ; }\n",
            stored, sizeof stored);
    }
    for (int i = 0; i < 4 * COUNT; i++)
        bytes[i / COUNT][i % COUNT] = (uint8_t)random_next();
    put(file,
        "\n{\nDataType = UnsignedByte ;\nDim_1 = 37 ;\nDim_2 = 23 ;\nDim_3 = 4 ; Size = 10 ;\n"
        "EDF_BinarySize = 3414 ;\nEDF_HeaderSize = 512 ;\n}\n",
        bytes, sizeof bytes);
    fwrite("{0123456}\n", 1, 10, file);
    for (int n = 0; n < 2; n++) {
        for (int i = 0; i < 6; i++)
            floats[n][i] = (float)(n * 10 + i);
        put(file, "\r\n{\r\nByteOrder = LowByteFirst ;\r\nDataType = Float ;\r\nDim_1 = 6;\r\n}\r\n",
            floats[n], sizeof floats[n]);
    }
    fputs("\n\n", file);
    fclose(file);
    return path;
}

static const uint8_t *series_samples(int64_t frame)
{
    return (const uint8_t *)(frame < 3   ? (void *)shorts[frame]
                             : frame < 7 ? (void *)bytes[frame - 3]
                                         : (void *)floats[frame - 7]);
}

static void test_series(void **state)
{
    (void)state;
    struct image_file *file = open_good(save_series());
    assert_int_equal(file->frames, SERIES);
    for (int64_t frame = 0; frame < SERIES; frame++) {
        struct frame_info info = info_of(file, frame);
        assert_int_equal(info.width, frame < 7 ? 37 : 6);
        assert_int_equal(info.height, frame < 7 ? 23 : 1);
        assert_int_equal(info.type, frame < 3 ? SAMPLE_U16 : frame < 7 ? SAMPLE_U8 : SAMPLE_F32);
        check_rectangles(file, frame, series_samples(frame));
    }
    struct text lines = {0};
    assert_int_equal(image_file_metadata(file, 2, NULL, &lines, NULL), STATUS_OK);
    assert_string_equal(text_string(&lines),
                        "EDF_DataFormatVersion\t2.40\nEDF_BinarySize\t4\nByteOrder\tHighByteFirst\n"
                        "Title\tall\nEDF_DataBlockID\t1.Image.Psd\nDim_1\t37\nDim_2\t23\nnumber\tone\n");
    text_free(&lines);
    image_file_close(&file);
}

struct task {
    struct image_file *file;
    bool good;
};

static void *read_series(void *argument)
{
    struct task *task = argument;
    task->good = true;
    for (int n = 0; n < 40; n++) {
        int64_t frame = n % SERIES;
        struct frame_info info;
        uint8_t pixels[COUNT * 2], classes[COUNT] = {0};
        if (image_file_info(task->file, frame, &info, NULL) != STATUS_OK)
            task->good = false;
        size_t row = (size_t)info.width * sample_traits(info.type)->bytes;
        struct decode_request request = {.frame = frame,
                                         .rect = {0, 0, info.width, info.height},
                                         .pixels = pixels,
                                         .stride = row,
                                         .classes = classes};
        if (image_file_decode(task->file, &request, NULL, NULL) != STATUS_OK ||
            memcmp(pixels, series_samples(frame), row * (size_t)info.height) != 0)
            task->good = false;
    }
    image_file_close(&task->file);
    return NULL;
}

static void test_clones_on_threads(void **state)
{
    (void)state;
    struct image_file *file = open_good(save_series());
    struct task tasks[2] = {{0}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(image_file_clone(file, &tasks[i].file, NULL), STATUS_OK);
    image_file_close(&file);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_series, &tasks[i]), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(tasks[i].good);
    }
}

// --- Headers ---

static void test_header_text(void **state)
{
    (void)state;
    // Braces and a line end in a value: EDF_HeaderSize tells where the header really ends.
    char header[513];
    memset(header, ' ', 512);
    header[512] = '\0';
    static const char start[] =
        "{\nEDF_HeaderSize = 512 ;\nNote = {a}\nb = c \xb5\t! ;\nDim_1 = 3 ;\nalone ;\n"
        "Dim_2 = 1 ;\n= nothing ;\n";
    memcpy(header, start, sizeof start - 1);
    memcpy(header + 510, "}\n", 2);
    static const uint16_t samples[3] = {1, 2, 65535};
    struct image_file *file = open_good(save("text.edf", header, samples, sizeof samples));
    check_rectangles(file, 0, (const uint8_t *)samples);
    assert_false(info_of(file, 0).sentinels.max_is_no_data);
    struct text lines = {0};
    assert_int_equal(image_file_metadata(file, 0, NULL, &lines, NULL), STATUS_OK);
    assert_string_equal(text_string(&lines),
                        "EDF_HeaderSize\t512\nNote\t{a} b = c \xc2\xb5 !\nDim_1\t3\nDim_2\t1\n");
    text_free(&lines);
    image_file_close(&file);
}

static void test_probe(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int low, high;
    } cases[] = {
        {"{\nHeaderID = EH:000001 ;\nDim_1 = 3 ;", 90, 90},
        {"\r\n{ dim_1=3;}\n", 70, 70},
        {"{\nEDF_DataFormatVersion = 2 ;\n", 70, 90},
        {"{\nHEADER_BYTES= 512;\nDim_1=3;DataType=x;\n", 0, 0},
        {"{\"Dim_1\": 3}", 0, 0},
        {"# {Dim_1 = 3;}", 0, 0},
        {"{", 0, 0},
        {"", 0, 0},
        {"{ a } Dim_1 = 3 ;", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int score = edf_reader.probe((const uint8_t *)cases[i].head, strlen(cases[i].head), "x");
        if (score < cases[i].low || score > cases[i].high)
            fail_msg("\"%s\" scores %d", cases[i].head, score);
    }
}

static void test_blob(void **state)
{
    (void)state;
    static const uint16_t samples[8] = {0, 0, 1, 2, 3, 4, 5, 6};
    (void)save("blob.raw", "", samples, sizeof samples);
    static const char header[] = "{\nEDF_BinaryFileName = blob.raw ;\nEDF_BinaryFilePosition = 4 ;\n"
                                 "Dim_1 = 3 ;\nDim_2 = 2 ;\n}\n{ Dim_1 = 1 ; }\n";
    struct image_file *file = open_good(save("blob.edf", header, "ab", 2));
    assert_int_equal(file->frames, 2);
    check_rectangles(file, 0, (const uint8_t *)(samples + 2));
    check_rectangles(file, 1, (const uint8_t *)"ab");
    image_file_close(&file);
    static const struct {
        const char *name;
        enum status status;
    } cases[] = {{"/etc/passwd", STATUS_UNSUPPORTED},
                 {"../blob.raw", STATUS_UNSUPPORTED},
                 {"a/../blob.raw", STATUS_UNSUPPORTED},
                 {"..", STATUS_UNSUPPORTED},
                 {"absent.raw", STATUS_IO}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[160];
        struct error error;
        snprintf(text, sizeof text, "{\nEDF_BinaryFileName = %s ;\nDim_1 = 3 ;\n}\n", cases[i].name);
        assert_int_equal(open_bad(save("bad_blob.edf", text, "", 0), &error), cases[i].status);
    }
}

// --- Damage ---

static void check_truncated(bool floating)
{
    static float samples[COUNT];
    for (int i = 0; i < COUNT; i++)
        samples[i] = (float)(i + 1);
    char header[160];
    snprintf(header, sizeof header, "{\nDataType = %s ;\nDim_1 = 37 ;\nDim_2 = 23 ;\n}\n",
             floating ? "Float" : "Signed32");
    struct image_file *file = open_good(save("short.edf", header, samples, 400 * 4 + 1));
    float pixels[COUNT];
    uint8_t classes[COUNT] = {0};
    struct decode_report report =
        decode_into(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, (uint8_t *)pixels, WIDTH * 4, classes);
    assert_int_equal(report.lost_pixels, COUNT - 400);
    assert_true(report.any_class);
    assert_non_null(strstr(report.first_loss.text, "ends after 400 samples"));
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(classes[i], i < 400 ? 0 : MASK_BIT(MASK_BAD));
        if (i < 400)
            assert_true(pixels[i] == samples[i]);
        else
            assert_true(floating ? isnan(pixels[i]) : pixels[i] == 0);
    }
    image_file_close(&file);
}

static void test_truncated(void **state)
{
    (void)state;
    check_truncated(true);
    check_truncated(false);
    // A stack of which two frames and a half are there.
    static const char header[] = "{\nDataType = Unsigned8 ;\nDim_1 = 4 ;\nDim_2 = 1 ;\nDim_3 = 5 ;\n}\n";
    struct image_file *file = open_good(save("stack.edf", header, "0123456789", 10));
    struct frame_info info;
    assert_int_equal(file->frames, 3);
    check_rectangles(file, 1, (const uint8_t *)"4567");
    assert_int_equal(image_file_info(file, 2, &info, NULL), STATUS_OK);
    assert_string_equal(info.note, "the file ends within or before frame # 3 of 5");
    image_file_close(&file);
}

// One header and frames behind it, as GE detectors write them (.ge5).
static const char *save_ge5(const char *header_size, const char *images, bool padded_inside,
                            const uint16_t *samples, size_t count)
{
    enum { HEADER = 8192 };
    static char content[HEADER + 64 * 1024];
    const int length = snprintf(
        content, HEADER,
        "{EDF_DataBlockID = 1.Image.Psd ; \r\nEDF_HeaderSize = %10s ; \r\nHeaderID = EH:000001:000000:000000 "
        "; \r\nByteOrder = LowByteFirst ; \r\nNum_Images = %s ; \r\nDataType = UnsignedShort ; \r\nImage = "
        "1 ; \r\nDim_1 = 31 ; \r\nDim_2 = 17 ; \r\nSize = 1054 ; \r\n%s",
        header_size, images, padded_inside ? "" : "}\n");
    memset(content + length, padded_inside ? ' ' : 0, (size_t)(HEADER - length));
    if (padded_inside)
        memcpy(content + HEADER - 2, "}\n", 2);
    memcpy(content + HEADER, samples, count);
    return save_bytes("series.edf.ge5", content, HEADER + count);
}

static void test_frames_behind_one_header(void **state)
{
    (void)state;
    enum { FRAMES = 7, FRAME = 31 * 17 };
    static uint16_t samples[FRAMES * FRAME];
    for (int i = 0; i < FRAMES * FRAME; i++)
        samples[i] = (uint16_t)(i % 5 == 0 ? '{' : i * 37); // 123 is the code of a brace
    for (int inside = 0; inside < 2; inside++) {
        const char *path = save_ge5("8192", "7", inside, samples, sizeof samples);
        struct image_file *file = open_good(path);
        assert_int_equal(file->frames, FRAMES);
        for (int i = 0; i < FRAMES; i++)
            check_rectangles(file, i, samples + i * FRAME);
        assert_string_equal(info_of(file, 0).note, "");
        image_file_close(&file);
        check_threads(path);
        // Short by two frames and a half.
        file = open_good(save_ge5("8192", "7", inside, samples, (size_t)(4 * 2 + 1) * FRAME));
        assert_int_equal(file->frames, 5);
        check_rectangles(file, 3, samples + 3 * FRAME);
        assert_string_equal(info_of(file, 0).note, "the file ends within or before frame # 5 of 7");
        struct picture picture = decode_whole(file, 4);
        assert_int_equal(picture.report.lost_pixels, FRAME - FRAME / 2);
        picture_free(&picture);
        image_file_close(&file);
        // One frame of a series of files, with something behind it; and a number that makes no sense.
        static const char *const alone[] = {"1441", "-1", "many"};
        for (int i = 0; i < 3; i++) {
            file = open_good(save_ge5("8192", alone[i], inside, samples, (size_t)FRAME * 2));
            assert_int_equal(file->frames, 1);
            check_rectangles(file, 0, samples);
            image_file_close(&file);
        }
    }
}

// Where each frame has its header, Num_Images counts them.
static void test_counted_blocks(void **state)
{
    (void)state;
    static const char text[] = "{ Num_Images = 2 ; Dim_1 = 3 ; DataType = Unsigned8 ; }\nabc"
                               "{ Num_Images = 2 ; Dim_1 = 3 ; DataType = Unsigned8 ; }\ndef";
    struct image_file *file = open_good(save("counted.edf", text, "", 0));
    assert_int_equal(file->frames, 2);
    check_rectangles(file, 0, (const uint8_t *)"abc");
    check_rectangles(file, 1, (const uint8_t *)"def");
    image_file_close(&file);
}

static void test_later_damage(void **state)
{
    (void)state;
    // A compressed frame in the middle is told of; a header that does not end ends the list.
    static const char text[] =
        "{ Dim_1 = 1 ; }\nab{ Dim_1 = 1 ; Compression = JPEG ; Size = 3 ; }\nxyz{ Dim_1 = 1 ; }\ncd{ Dim_1 = 1 ;";
    struct image_file *file = open_good(save("later.edf", text, "", 0));
    struct frame_info info;
    struct error error = {0};
    assert_int_equal(file->frames, 3);
    check_rectangles(file, 0, (const uint8_t *)"ab");
    assert_int_equal(image_file_info(file, 1, &info, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "\"JPEG\""));
    check_rectangles(file, 2, (const uint8_t *)"cd");
    image_file_close(&file);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum status status;
        const char *said;
    } cases[] = {
        {"{ Dim_1 = 1048576 ; Dim_2 = 1048576 ; }\n", STATUS_BROKEN, "claims"},
        {"{ Dim_1 = 1 ; Dim_2 = 1099511627776 ; }\n", STATUS_BROKEN, "claims"},
        {"{ Dim_1 = 1048576 ; Dim_3 = 1048576 ; }\n", STATUS_BROKEN, "claims"},
        {"{ Dim_1 = 4611686018427387904 ; Dim_2 = 4 ; }\n", STATUS_TOO_LARGE, ""},
        {"{ Dim_1 = 99999999999999999999 ; }\n", STATUS_BROKEN, "Dim_1"},
        {"{ Dim_1 = 0 ; }\n", STATUS_BROKEN, "without pixels"},
        {"{ Dim_1 = -3 ; }\n", STATUS_BROKEN, "Dim_1"},
        {"{ Dim_1 = x ; }\n", STATUS_BROKEN, "Dim_1"},
        {"{ HeaderID = EH:000001 ; }\n", STATUS_BROKEN, "Dim_1"},
        {"{ Dim_1 = 3 ; DataType = Complex ; }\n", STATUS_UNSUPPORTED, "Complex"},
        {"{ Dim_1 = 3 ; Compression = JPEG ; }\n", STATUS_UNSUPPORTED, "JPEG"},
        {"{ Dim_1 = 3 ; ", STATUS_BROKEN, "ends within its header"},
        {"{ Dim_1 = 3 ; } ", STATUS_BROKEN, "ends within its header"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        enum status status = open_bad(save("refused.edf", cases[i].header, "0123456789ab", 12), &error);
        if (status != cases[i].status || !strstr(error.text, cases[i].said))
            fail_msg("%s gave %d: %s", cases[i].header, status, error.text);
    }
    struct error error;
    size_t count = 1200 * 1000;
    char *blanks = malloc(count);
    memset(blanks, ' ', count);
    memcpy(blanks + count - 2, "}\n", 2);
    assert_int_equal(open_bad(save("long.edf", "{ Dim_1 = 3 ;", blanks, count), &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "1 MiB"));
    free(blanks);
}

// Every beginning of a file is opened or refused.
static void test_cut_anywhere(void **state)
{
    (void)state;
    const char *path = save_series();
    for (int64_t length = 9000; length >= 0; length -= length > 5400 || length < 400 ? 1 : 37) {
        assert_int_equal(truncate(path, length), 0);
        struct image_file *file = NULL;
        if (image_file_open(path, CHANNEL_AUTO, &file, NULL) != STATUS_OK)
            continue;
        for (int64_t frame = 0; frame < file->frames; frame++) {
            struct frame_info info;
            if (image_file_info(file, frame, &info, NULL) != STATUS_OK)
                continue;
            uint8_t pixels[COUNT * 2], classes[COUNT] = {0};
            decode_into(file, frame, (struct rect){0, 0, info.width, info.height}, pixels,
                        (size_t)info.width * sample_traits(info.type)->bytes, classes);
        }
        image_file_close(&file);
    }
}

// --- Real files ---

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("EdfImage");
}

static void test_real_malformed(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a2ps/malformed/iso5.edf",
        "fabio/malformed/testimages/F2K_Seb_Lyso0675_header_only.edf.gz",
    };
    static const enum status expected[] = {STATUS_NOT_MINE, STATUS_BROKEN};
    int checked = 0;
    for (int i = 0; i < 2 && testdata_folder(); i++) {
        char path[1024];
        struct error error;
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), names[i]);
        if (access(path, R_OK) != 0)
            continue;
        enum status status = open_bad(unpacked_path(path), &error);
        print_message("%s\n", error.text);
        assert_int_equal(status, expected[i]);
        checked++;
    }
    if (checked == 0)
        skip();
}

// --- The detector ---

static void check_number(double value, double expected)
{
    if (!(isnan(expected) ? isnan(value) : fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.12g instead of %.12g", value, expected);
}

static struct detector_info detector_of(const char *name, int64_t frame)
{
    struct detector_info info;
    struct image_file *file = open_good(name);
    assert_int_equal(image_file_detector(file, frame, NULL, &info, NULL), STATUS_OK);
    image_file_close(&file);
    return info;
}

#define ONE_BYTE "DataType = UnsignedByte ;\nDim_1 = 1 ;\nDim_2 = 1 ;\n"

// The general header gives what all blocks have in common; offsets move the centre.
static void test_detector(void **state)
{
    (void)state;
    const char *path = temporary_path("saxs.edf");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    put(file,
        "{\nEDF_DataFormatVersion = 2.40 ;\nEDF_BinarySize = 0 ;\nDetectorName = Pilatus 1M ;\n"
        "PSize_1 = 1.72e-04 ;\nPSize_2 = 1.71e-4 ;\nWaveLength = 9.95e-11 ;\nExposureTime = 3 ;\n}\n",
        "", 0);
    put(file,
        "{\nEDF_DataBlockID = 1.Image.Psd ;\n" ONE_BYTE "CENTER_1 = 500.5 ;\ncenter_2 = 20.25 ;\n"
        "SampleDistance = 2.867 ;\n}\n",
        "a", 1);
    put(file,
        "{\nEDF_DataBlockID = 2.Image.Psd ;\n" ONE_BYTE "Center_1 = 500.5 ;\nCenter_2 = 20.25 ;\n"
        "Offset_1 = 100 ;\nOffset_2 = -1 ;\nExposureTime = 4 ;\n}\n",
        "b", 1);
    fclose(file);
    struct detector_info info = detector_of(path, 0);
    assert_string_equal(info.name, "Pilatus 1M");
    check_number(info.beam_x, 500.5);
    check_number(info.beam_y, 20.25);
    check_number(info.pixel_x, 172e-6);
    check_number(info.pixel_y, 171e-6);
    check_number(info.wavelength, 0.995e-10);
    check_number(info.distance, 2.867);
    check_number(info.exposure, 3);
    check_number(info.saturation, NAN);
    info = detector_of(path, 1);
    check_number(info.beam_x, 400.5);
    check_number(info.beam_y, 21.25);
    check_number(info.distance, NAN);
    check_number(info.exposure, 4);
}

static void test_detector_units(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        double distance, wavelength, centre;
    } cases[] = {
        {"SampleDistance = 250_mm ;", 0.25, NAN, NAN},
        {"SampleDistance = 250 mm ;", 0.25, NAN, NAN},
        {"SampleDistance = +2.5e-1 ;", 0.25, NAN, NAN},
        {"WaveLength = 0.1_nm ;", NAN, 1e-10, NAN},
        {"WaveLength = 12.39841984_keV ;", NAN, 1e-10, NAN}, // hc = 1.239841984e-6 eV m
        {"Center_1 = -3.5 ;", NAN, NAN, -3.5},
        // No values.
        {"SampleDistance = ;", NAN, NAN, NAN},
        {"SampleDistance = -1 ;", NAN, NAN, NAN},
        {"SampleDistance = 0 ;", NAN, NAN, NAN},
        {"SampleDistance = nan ;", NAN, NAN, NAN},
        {"SampleDistance = 1e999 ;", NAN, NAN, NAN},
        {"SampleDistance = 3 furlongs ;", NAN, NAN, NAN},
        {"SampleDistance = 3_keV ;", NAN, NAN, NAN},
        {"SampleDistance = unknown ;", NAN, NAN, NAN},
        {"Center_1 = 1_mm ;", NAN, NAN, NAN},
        {"XSampleDistance = 1 ;", NAN, NAN, NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[256];
        snprintf(header, sizeof header, "{\n" ONE_BYTE "%s\n}\n", cases[i].entry);
        struct detector_info info = detector_of(save("units.edf", header, "a", 1), 0);
        check_number(info.distance, cases[i].distance);
        check_number(info.wavelength, cases[i].wavelength);
        check_number(info.beam_x, cases[i].centre);
    }
}

// A name that is too long is cut, and not within a character.
static void test_detector_name(void **state)
{
    (void)state;
    char header[512], name[129] = "", expected[64] = "";
    memset(name, 'x', 62);
    memcpy(name + 62, "\xC3\xA4 and more", 11);
    memset(expected, 'x', 62);
    snprintf(header, sizeof header, "{\n" ONE_BYTE "DetectorInfo = %s ;\n}\n", name);
    struct detector_info info = detector_of(save("name.edf", header, "a", 1), 0);
    assert_string_equal(info.name, expected);
}

// Values as they stand in the header: "pixel X-size (um) = 55.000", "Exposure time = 10.000".
static void test_detector_of_a_real_file(void **state)
{
    (void)state;
    char path[1024];
    if (!testdata_folder())
        skip();
    snprintf(path, sizeof path, "%s/fabio/valid/testimages/i01f0001.edf", testdata_folder());
    struct detector_info info = detector_of(path, 0);
    check_number(info.pixel_x, 55e-6);
    check_number(info.pixel_y, 55e-6);
    check_number(info.exposure, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detector),
        cmocka_unit_test(test_detector_units),
        cmocka_unit_test(test_detector_name),
        cmocka_unit_test(test_detector_of_a_real_file),
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_redundant_fields),
        cmocka_unit_test(test_series),
        cmocka_unit_test(test_clones_on_threads),
        cmocka_unit_test(test_header_text),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_blob),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_frames_behind_one_header),
        cmocka_unit_test(test_counted_blocks),
        cmocka_unit_test(test_later_damage),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_real_files),
        cmocka_unit_test(test_real_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
