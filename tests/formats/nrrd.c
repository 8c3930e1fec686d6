// SPDX-License-Identifier: MIT
// The NRRD reader against headers written here with samples in every encoding, and real files.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "image/mask.h"

#include <bzlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

enum { WIDTH = 19, HEIGHT = 11, FRAMES = 6, COUNT = WIDTH * HEIGHT * FRAMES, ROOM = COUNT * 40 + 4096 };

static const char *save(const char *name, const char *header, const void *data, size_t count)
{
    const size_t length = strlen(header);
    uint8_t *bytes = malloc(length + count);
    memcpy(bytes, header, length);
    memcpy(bytes + length, data, count);
    const char *path = save_bytes(name, bytes, length + count);
    free(bytes);
    return path;
}

static size_t pack_gzip(const void *data, size_t count, uint8_t *out, size_t room)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)count;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return room - stream.avail_out;
}

static size_t pack_bzip2(const void *data, size_t count, uint8_t *out, size_t room)
{
    unsigned made = (unsigned)room;
    assert_int_equal(
        BZ2_bzBuffToBuffCompress((char *)out, &made, (char *)(uintptr_t)data, (unsigned)count, 1, 0, 0),
        BZ_OK);
    return made;
}

static size_t write_text(enum sample_type type, const uint8_t *samples, uint8_t *out, size_t room)
{
    size_t length = 0;
    char number[32];
    for (size_t i = 0; i < COUNT; i++)
        length += (size_t)snprintf(
            (char *)out + length, room - length, "%s%s",
            sample_format(type, samples + i * sample_traits(type)->bytes, number, sizeof number),
            i % 7 == 6 ? "\n"
            : i % 3    ? " "
                       : ", ");
    return length;
}

static size_t write_hex(const uint8_t *stored, size_t count, uint8_t *out)
{
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = (uint8_t) "0123456789abcdef"[stored[i] >> 4];
        out[2 * i + 1] = (uint8_t) "0123456789ABCDEF"[stored[i] & 15];
    }
    return 2 * count;
}

// The samples in an encoding of NRRD. Returns the bytes written to `out`.
static size_t encode(const char *encoding, enum sample_type type, const uint8_t *samples, bool big,
                     uint8_t *out)
{
    const size_t item = sample_traits(type)->bytes, count = COUNT * item;
    uint8_t *stored = malloc(count);
    memcpy(stored, samples, count);
    if (big)
        swap_items(stored, COUNT, item);
    size_t made = count;
    if (strcmp(encoding, "gzip") == 0)
        made = pack_gzip(stored, count, out, ROOM);
    else if (strcmp(encoding, "bz2") == 0)
        made = pack_bzip2(stored, count, out, ROOM);
    else if (strcmp(encoding, "ascii") == 0)
        made = write_text(type, samples, out, ROOM);
    else if (strcmp(encoding, "hex") == 0)
        made = write_hex(stored, count, out);
    else
        memcpy(out, stored, count);
    free(stored);
    return made;
}

static void check_frames(const char *path, const char *type, const uint8_t *samples)
{
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 0);
    assert_string_equal(file->reader->name, "nrrd");
    assert_int_equal(file->frames, FRAMES);
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.height, HEIGHT);
    assert_string_equal(sample_traits(info.type)->name, type);
    for (int64_t frame = FRAMES - 1; frame >= 0; frame--)
        check_rectangles(file, frame,
                         samples + (size_t)(frame * WIDTH * HEIGHT) * sample_traits(info.type)->bytes);
    image_file_close(&file);
}

static const struct {
    const char *name, *type;
} types[] = {{"signed char", "i8"}, {"uint8_t", "u8"}, {"short", "i16"},     {"unsigned short int", "u16"},
             {"int", "i32"},        {"uint32", "u32"}, {"long long", "i64"}, {"uint64_t", "u64"},
             {"float", "f32"},      {"double", "f64"}};

static void test_every_type(void **state)
{
    (void)state;
    static const char *const encodings[] = {"raw", "gzip", "bz2", "hex", "ascii"};
    uint8_t samples[COUNT * 8], *packed = malloc(ROOM);
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        enum sample_type type;
        assert_true(sample_type_by_name(types[t].type, &type));
        for (size_t i = 0; i < sizeof samples; i++)
            samples[i] = (uint8_t)(random_next() % (i % 8 == 7 || i % 4 == 3 ? 60 : 256)); // no NaN
        for (size_t e = 0; e < sizeof encodings / sizeof *encodings; e++) {
            for (int big = 0; big < 2; big++) {
                char header[256];
                snprintf(header, sizeof header,
                         "NRRD0004\n# made here\ntype: %s\ndimension: 4\nsizes: 19 11 2 3\nendian: %s\n"
                         "encoding: %s\n\n",
                         types[t].name, big ? "big" : "little", encodings[e]);
                const size_t count = encode(encodings[e], type, samples, big && e != 4, packed);
                check_frames(save("all.nrrd", header, packed, count), types[t].type, samples);
            }
        }
    }
    free(packed);
}

static void test_detached(void **state)
{
    (void)state;
    uint8_t samples[COUNT * 2], *packed = malloc(ROOM);
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)random_next();
    static const char form[] =
        "NRRD0001\r\nType: ushort\r\nDimension: 3\r\nsizes: 19 11 6\r\nencoding: %s\r\n"
        "endian: little\r\n%s: apart.raw\r\nline skip: %d\r\nbyteskip: %d\r\n";
    char header[512];
    uint8_t *stored = malloc(ROOM);
    // Two lines and three bytes before the samples.
    memcpy(stored, "one\ntwo\nabc", 11);
    memcpy(stored + 11, samples, sizeof samples);
    snprintf(header, sizeof header, form, "raw", "data file", 2, 3);
    const char *path = save("apart.nhdr", header, "", 0);
    (void)save_bytes("apart.raw", stored, 11 + sizeof samples);
    check_frames(path, "u16", samples);
    check_threads(path);
    snprintf(header, sizeof header, form, "raw", "datafile", 0, -1);
    check_frames(save("apart.nhdr", header, "", 0), "u16", samples);
    // When it is packed, lines are before the packing and bytes within.
    memcpy(stored, "xyz", 3);
    memcpy(stored + 3, samples, sizeof samples);
    memcpy(packed, "a line\n", 7);
    const size_t count = 7 + pack_gzip(stored, 3 + sizeof samples, packed + 7, ROOM - 7);
    (void)save_bytes("apart.raw", packed, count);
    snprintf(header, sizeof header, form, "gz", "datafile", 1, 3);
    path = save("apart.nhdr", header, "", 0);
    check_frames(path, "u16", samples);
    check_threads(path);
    struct image_file *file = open_good(path);
    check_metadata(
        file, 0, (const char *const[]){"Type\tushort\n", "sizes\t19 11 6\n", "datafile\tapart.raw\n", NULL});
    image_file_close(&file);
    free(stored);
    free(packed);
}

static void test_metadata(void **state)
{
    (void)state;
    struct image_file *file =
        open_good(save("keys.nrrd",
                       "NRRD0005\n# a comment\ntype: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\n"
                       "spacings: 0.5 0.25\nexposure:=1.5 s\n\n",
                       "\1\2\3\4", 4));
    check_metadata(
        file, 0,
        (const char *const[]){"comment\ta comment\n", "spacings\t0.5 0.25\n", "exposure\t1.5 s\n", NULL});
    check_rectangles(file, 0, "\1\2\3\4");
    image_file_close(&file);
}

// A first axis of colours is that of the channels.
static void test_channels(void **state)
{
    (void)state;
    static const char header[] =
        "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 3 2 1\nkinds: %s domain domain\nencoding: %s\n\n";
    static const uint8_t samples[] = {10, 20, 30, 200, 100, 50};
    char text[256];
    for (int n = 0; n < 4; n++) {
        snprintf(text, sizeof text, header, n & 1 ? "RGB-color" : "vector", n & 2 ? "hex" : "raw");
        const char *path = n & 2 ? save("colours.nrrd", text, "0a141e c86432", 13)
                                 : save("colours.nrrd", text, samples, sizeof samples);
        struct image_file *file = open_good(path);
        // 0.2126 * 10 + 0.7152 * 20 + 0.0722 * 30 = 18.6; 0.2126 * 200 + 0.7152 * 100 + 0.0722 * 50 = 117.65
        check_rectangles(file, 0, n & 1 ? "\x13\x76" : "\x0A\xC8");
        image_file_close(&file);
        struct error error = {0};
        assert_int_equal(image_file_open(path, 2, &file, &error), STATUS_OK);
        check_rectangles(file, 0, "\x1E\x32");
        image_file_close(&file);
    }
    snprintf(text, sizeof text, header, "domain", "raw");
    struct image_file *file = open_good(save("frames.nrrd", text, samples, sizeof samples));
    check_rectangles(file, 0, samples);
    assert_int_equal(info_of(file, 0).width, 3);
    image_file_close(&file);
}

// The rule of formats/base/axes.h, with the header's sizes from behind.
static void test_axes(void **state)
{
    (void)state;
    static const char header[] = "NRRD0004\ntype: uchar\ndimension: 3\nsizes: %s\nencoding: raw\n\n";
    uint8_t samples[3 * 9 * 10], plane[90];
    char text[256], name[4096];
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)i;
    // 10 x 9 x 3, by turns each axis as frames, as [y, x, frame], [y, frame, x], [frame, y, x].
    snprintf(text, sizeof text, header, "3 9 10");
    const char *path = save("axes.nrrd", text, samples, sizeof samples);
    static const struct {
        const char *slice;
        int frame, rows, columns, first, row_step, column_step;
    } cases[] = {{"[:,:,*]", 1, 10, 9, 1, 27, 3},   {"[:,*,:]", 4, 10, 3, 12, 27, 1},
                 {"[*,:,:]", 2, 9, 3, 54, 3, 1},    {"[7,:,:]", 0, 9, 3, 189, 3, 1},
                 {"[2:5,:,2]", 0, 3, 9, 56, 27, 3}, {"[:,-1,:]", 0, 10, 3, 24, 27, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(name, sizeof name, "%s::%s", path, cases[i].slice);
        struct image_file *file = open_good(name);
        assert_int_equal(info_of(file, 0).height, cases[i].rows);
        assert_int_equal(info_of(file, 0).width, cases[i].columns);
        for (int k = 0; k < cases[i].rows * cases[i].columns; k++)
            plane[k] = (uint8_t)(cases[i].first + k / cases[i].columns * cases[i].row_step +
                                 k % cases[i].columns * cases[i].column_step);
        check_rectangles(file, cases[i].frame, plane);
        image_file_close(&file);
    }
    // Without a slice they are colours: 0.2126 R + 0.7152 (R + 1) + 0.0722 (R + 2) = R + 0.8596.
    struct image_file *file = open_good(path);
    assert_int_equal(file->frames, 1);
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.pixels[0], 1);
    assert_int_equal(picture.pixels[84], 253);
    picture_free(&picture);
    image_file_close(&file);
    snprintf(text, sizeof text, header, "1 9 10");
    file = open_good(save("one.nrrd", text, samples, 90));
    assert_int_equal(info_of(file, 0).width, 9);
    check_rectangles(file, 0, samples);
    image_file_close(&file);
    snprintf(name, sizeof name, "%s::[:,:]", path);
    file = open_good(name);
    assert_int_equal(file->frames, 10);
    image_file_close(&file);
    snprintf(name, sizeof name, "%s::[0,0,:]", path);
    check_refused(name, STATUS_USAGE, "which is 10 x 9 x 3");
    snprintf(name, sizeof name, "%s::#phase", path);
    check_refused(name, STATUS_USAGE, "no complex numbers");
    snprintf(name, sizeof name, "%s::[:,:,*]",
             save("text.nrrd", "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 1 2 2\nencoding: ascii\n\n",
                  "1 2 3 4", 7));
    check_refused(name, STATUS_UNSUPPORTED, "unpack them first");
}

static void test_complex(void **state)
{
    (void)state;
    static const float samples[4] = {3, 4, -5, 12}, amplitude[2] = {5, 13}, imaginary[2] = {4, 12};
    const char *path = save(
        "complex.nrrd",
        "NRRD0004\ntype: float\ndimension: 3\nsizes: 2 2 1\nkinds: complex domain domain\nendian: little\nencoding: raw\n\n",
        samples, sizeof samples);
    char name[4096];
    struct image_file *file = open_good(path);
    check_rectangles(file, 0, amplitude);
    assert_string_equal(info_of(file, 0).note, "amplitude of complex numbers");
    image_file_close(&file);
    snprintf(name, sizeof name, "%s::#imag", path);
    file = open_good(name);
    check_rectangles(file, 0, imaginary);
    image_file_close(&file);
}

static void test_damaged(void **state)
{
    (void)state;
    uint8_t samples[COUNT], *packed = malloc(ROOM);
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)random_next();
    static const char header[] = "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 19 11 6\nencoding: gzip\n\n";
    size_t count = pack_gzip(samples, sizeof samples, packed, ROOM);
    // Half of the data: frames of the first half are there, those of the second are lost.
    struct image_file *file = open_good(save("half.nrrd", header, packed, count / 2));
    struct picture first = decode_whole(file, 0), last = decode_whole(file, FRAMES - 1);
    assert_int_equal(first.report.lost_pixels, 0);
    assert_memory_equal(first.pixels, samples, WIDTH * HEIGHT);
    assert_int_equal(last.report.lost_pixels, WIDTH * HEIGHT);
    assert_int_equal(last.classes[0], MASK_BIT(MASK_BAD));
    assert_non_null(strstr(last.report.first_loss.text, "its data end after"));
    picture_free(&first);
    picture_free(&last);
    first = decode_whole(file, 0); // and back again
    assert_memory_equal(first.pixels, samples, WIDTH * HEIGHT);
    picture_free(&first);
    image_file_close(&file);
    check_damage(save("whole.nrrd", header, packed, count), 61, count, 600);
    // A claim that 100 bytes of gzip cannot keep.
    check_refused(save("bomb.nrrd",
                       "NRRD0004\ntype: double\ndimension: 2\nsizes: 100000 100000\nencoding: gz\n\n", packed,
                       100),
                  STATUS_BROKEN, "cannot be in the 100 bytes");
    free(packed);
}

// Few bytes that claim rows of 6.4 GB once they are unpacked: a sentence, and no end of the program.
static void test_vectors_larger_than_memory(void **state)
{
    (void)state;
#ifdef FOVEA_SANITIZED
    skip(); // sanitizers reserve the address space that is limited here
#else
    static const uint8_t data[16 * 1024];
    struct image_file *file = open_good(save("vectors.nrrd",
                                             "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 64 100000000 1\n"
                                             "kinds: vector domain domain\nencoding: bzip2\n\n",
                                             data, sizeof data));
    struct rlimit old, limit;
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    limit = old;
    limit.rlim_cur = (rlim_t)3 << 30;
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    uint8_t pixels[16], classes[16] = {0};
    const struct decode_request request = {
        .rect = {0, 0, 16, 1}, .pixels = pixels, .stride = 16, .classes = classes};
    struct decode_report report = {0};
    struct error error = {0};
    const enum status status = image_file_decode(file, &request, &report, &error);
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    assert_int_equal(status, STATUS_NO_MEMORY);
    assert_non_null(strstr(error.text, "vectors.nrrd: no memory"));
    image_file_close(&file);
#endif
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        enum status status;
        const char *said;
    } cases[] = {
        {"dimension: 2\nsizes: 2 2\nencoding: raw\n\n", STATUS_BROKEN, "type or encoding"},
        {"type: uchar\ndimension: 3\nsizes: 2 2\nencoding: raw\n\n", STATUS_BROKEN, "3 dimensions"},
        {"type: block\ndimension: 2\nsizes: 2 2\nencoding: raw\n\n", STATUS_UNSUPPORTED, "\"block\""},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: zrl\n\n", STATUS_UNSUPPORTED, "\"zrl\""},
        {"type: uchar\ndimension: 2\nsizes: 2 x\nencoding: raw\n\n", STATUS_BROKEN, "sizes"},
        {"type: uchar\ndimension: 2\nsizes: 2 0\nencoding: raw\n\n", STATUS_BROKEN, "sizes"},
        {"type: uchar\ndimension: two\nsizes: 2 2\nencoding: raw\n\n", STATUS_BROKEN, "dimension"},
        {"type: uchar\ndimension: 2\nsizes: 4000000000 4000000000\nencoding: raw\n\n....", STATUS_TOO_LARGE,
         "overflows"},
        {"type: uchar\ndimension: 2\nsizes: 4000 4000\nencoding: raw\n\n....", STATUS_BROKEN, "16.0 MB"},
        {"type: uchar\ndimension: 2\nsizes: 4000 4000\nencoding: raw\nbyte skip: -1\n\n....", STATUS_BROKEN,
         "cannot be in the"},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: gzip\nbyte skip: -1\n\n....", STATUS_UNSUPPORTED,
         "byte skip of -1"},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\nbyte skip: -2\n\n....", STATUS_BROKEN,
         "byte skip"},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\nbyte skip: 9223372036854775807\n\n....",
         STATUS_BROKEN, "only 0 B"},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\ndata file: ../secret\n\n", STATUS_UNSUPPORTED,
         "one folder"},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\ndata file: /etc/passwd\n\n",
         STATUS_UNSUPPORTED, "one folder"},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\ndata file: LIST\na.raw\n", STATUS_UNSUPPORTED,
         "several files"},
        {"type: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\ndata file: absent.raw\n\n", STATUS_IO,
         "absent.raw"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(save("refused.nrrd", "NRRD0004\n", cases[i].fields, strlen(cases[i].fields)),
                      cases[i].status, cases[i].said);
    check_refused(save("refused.nrrd", "NRRD0009\n", cases[0].fields, strlen(cases[0].fields)),
                  STATUS_UNSUPPORTED, "version 9");
}

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("NRRD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type), cmocka_unit_test(test_detached),
        cmocka_unit_test(test_metadata),   cmocka_unit_test(test_channels),
        cmocka_unit_test(test_axes),       cmocka_unit_test(test_complex),
        cmocka_unit_test(test_damaged),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_real_files), cmocka_unit_test(test_vectors_larger_than_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
