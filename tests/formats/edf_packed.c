// SPDX-License-Identifier: MIT
// Compressed EDF blocks, packed here by zlib, bzip2 and a plain byte-offset encoder, and read by fabio too;
// and the marks of counting detectors.
#include "support/reader_checks.h"

#include "base/byteorder.h"

#include <bzlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { WIDTH = 61, HEIGHT = 83, COUNT = WIDTH * HEIGHT, MAX_PACKED = COUNT * 16 };

// --- Packing ---

static size_t pack_deflate(const void *bytes, size_t count, int window_bits, uint8_t *out)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes,
                       .avail_in = (uInt)count,
                       .next_out = out,
                       .avail_out = MAX_PACKED};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t packed = stream.total_out;
    deflateEnd(&stream);
    return packed;
}

static size_t pack_gzip(const void *bytes, size_t count, size_t item, uint8_t *out)
{
    (void)item;
    return pack_deflate(bytes, count, 15 + 16, out);
}

static size_t pack_zlib(const void *bytes, size_t count, size_t item, uint8_t *out)
{
    (void)item;
    return pack_deflate(bytes, count, 15, out);
}

static size_t pack_bzip2(const void *bytes, size_t count, size_t item, uint8_t *out)
{
    unsigned packed = MAX_PACKED;
    (void)item;
    assert_int_equal(
        BZ2_bzBuffToBuffCompress((char *)out, &packed, (char *)(uintptr_t)bytes, (unsigned)count, 9, 0, 0),
        BZ_OK);
    return packed;
}

// One byte, or 0x80 and two, or those with 0x8000 and four, and so on, little-endian.
static size_t pack_byte_offset(const void *bytes, size_t count, size_t item, uint8_t *out)
{
    uint64_t before = 0;
    size_t at = 0;
    for (size_t i = 0; i < count / item; i++) {
        uint64_t value = 0;
        memcpy(&value, (const uint8_t *)bytes + i * item, item);
        const unsigned shift = 64 - 8 * (unsigned)item;
        const int64_t difference = (int64_t)((value - before) << shift) >> shift;
        before = value;
        for (size_t size = 1; size <= 8; size *= 2) {
            const int64_t escape = size == 8 ? 0 : -((int64_t)1 << (8 * size - 1));
            const bool fits = size == 8 || (difference > escape && difference < -escape);
            memcpy(out + at, fits ? &difference : &escape, size);
            at += size;
            if (fits)
                break;
        }
    }
    return at;
}

static const struct packer {
    const char *word, *shown;
    size_t (*pack)(const void *bytes, size_t count, size_t item, uint8_t *out);
} packers[] = {
    {"GZip", "gzip", pack_gzip},
    {"Z", "zlib", pack_zlib},
    {"ZCompression", "zlib", pack_zlib},
    {"BZip2", "bzip2", pack_bzip2},
    {"byte_offset", "byte offset", pack_byte_offset},
};
enum { PACKERS = sizeof packers / sizeof *packers };

// --- Files ---

static const struct {
    const char *name;
    enum sample_type type;
} types[] = {{"UnsignedByte", SAMPLE_U8}, {"UnsignedShort", SAMPLE_U16}, {"SignedInteger", SAMPLE_I32},
             {"Unsigned64", SAMPLE_U64},  {"FloatValue", SAMPLE_F32},    {"DoubleValue", SAMPLE_F64}};
enum { TYPES = sizeof types / sizeof *types };

static void fill(uint8_t *samples, enum sample_type type, int which)
{
    const size_t item = sample_traits(type)->bytes;
    for (size_t i = 0; i < COUNT; i++) {
        const uint64_t value =
            which % 2 && random_next() % 9 == 0 ? random_next() : (i * i / 50 + random_next() % 5);
        memcpy(samples + i * item, &value, item);
    }
}

// Appends a block of `depth` times COUNT samples and returns its packed bytes.
static size_t put_block(FILE *file, const struct packer *packer, int type, bool big, int depth,
                        const uint8_t *samples)
{
    static uint8_t stored[2 * COUNT * 8], packed[2 * MAX_PACKED];
    const size_t item = sample_traits(types[type].type)->bytes, bytes = (size_t)depth * COUNT * item;
    memcpy(stored, samples, bytes);
    if (big)
        swap_items(stored, (size_t)depth * COUNT, item);
    const size_t size = packer->pack(stored, bytes, item, packed);
    char third[32] = "";
    if (depth > 1)
        snprintf(third, sizeof third, "Dim_3 = %d ;\n", depth);
    fprintf(file,
            "{\nHeaderID = EH:000001:000000:000000 ;\nImage = 1 ;\nByteOrder = %s ;\nDataType = %s ;\n"
            "Dim_1 = %d ;\nDim_2 = %d ;\n%sSize = %zu ;\nCompression = %s ;\n}\n",
            big ? "HighByteFirst" : "LowByteFirst", types[type].name, WIDTH, HEIGHT, third, size,
            packer->word);
    fwrite(packed, 1, size, file);
    return size;
}

// Blocks of every coding one after another, the last of two frames.
static void check_file(int type, bool big)
{
    static uint8_t samples[PACKERS + 2][COUNT * 8];
    const size_t item = sample_traits(types[type].type)->bytes;
    const char *path = temporary_path("packed.edf");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (int i = 0; i < PACKERS; i++) {
        fill(samples[i], types[type].type, i);
        put_block(file, &packers[i], type, big && packers[i].pack != pack_byte_offset, 1, samples[i]);
    }
    static uint8_t pair[2 * COUNT * 8];
    for (int i = 0; i < 2; i++) {
        fill(samples[PACKERS + i], types[type].type, i);
        memcpy(pair + (size_t)i * COUNT * item, samples[PACKERS + i], COUNT * item);
    }
    put_block(file, &packers[type % 4], type, big, 2, pair);
    fclose(file);
    struct image_file *image = open_good(path);
    assert_int_equal(image->frames, PACKERS + 2);
    for (int i = PACKERS + 1; i >= 0; i--) {
        const struct frame_info info = info_of(image, i);
        assert_int_equal(info.type, types[type].type);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        assert_string_equal(info.compression, packers[i < PACKERS ? i : type % 4].shown);
        check_rectangles(image, i, samples[i]);
    }
    image_file_close(&image);
    check_threads(path);
}

static void every_coding_and_type(void **state)
{
    (void)state;
    for (int type = 0; type < TYPES; type++) {
        check_file(type, false);
        check_file(type, true);
    }
}

// fabio 0.14 takes a file of one packed block for the same image.
static void fabio_reads_the_same(void **state)
{
    (void)state;
    static uint8_t samples[COUNT * 8];
    static const char script[] = "import sys, hashlib, fabio, numpy\n"
                                 "image = fabio.open(sys.argv[1])\n"
                                 "expected = numpy.fromfile(sys.argv[2], image.data.dtype)\n"
                                 "assert image.data.shape == (83, 61), image.data.shape\n"
                                 "assert (image.data.ravel() == expected).all()\n";
    for (int i = 0; i < 4; i++) {
        const int type = 1 + i % 2;
        fill(samples, types[type].type, 0);
        const char *path = temporary_path("one.edf");
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        put_block(file, &packers[i], type, false, 1, samples);
        fclose(file);
        const char *plain = save_bytes("one.raw", samples, COUNT * sample_traits(types[type].type)->bytes);
        char arguments[1024];
        snprintf(arguments, sizeof arguments, "'%s' '%s'", path, plain);
        python_run("fabio, numpy", script, arguments);
    }
}

static void damage_is_marked(void **state)
{
    (void)state;
    static uint8_t samples[COUNT * 8];
    fill(samples, SAMPLE_I32, 0);
    for (int i = 0; i < PACKERS; i++) {
        const char *path = temporary_path("cut.edf");
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        const size_t size = put_block(file, &packers[i], 2, false, 1, samples);
        const long all = ftell(file);
        fclose(file);
        assert_int_equal(truncate(path, all - (long)size / 2), 0);
        struct image_file *image = open_good(path);
        struct picture picture = decode_whole(image, 0);
        const int64_t kept = COUNT - picture.report.lost_pixels;
        assert_true(picture.report.lost_pixels > COUNT / 10); // bzip2 loses its only block whole
        assert_memory_equal(picture.pixels, samples, (size_t)kept * 4);
        assert_non_null(strstr(picture.report.first_loss.text, "cut.edf"));
        picture_free(&picture);
        image_file_close(&image);
        check_damage(path, 97, 400, 60);
    }
}

// Sizes that the packed bytes could not hold.
static void bombs_are_refused(void **state)
{
    (void)state;
    static const char header[] =
        "{ Dim_1 = 100000 ; Dim_2 = 100000 ; DataType = Unsigned32 ; Size = 40 ; Compression = %s ; }\n"
        "0123456789012345678901234567890123456789";
    for (int i = 0; i < PACKERS; i++) {
        char text[512];
        snprintf(text, sizeof text, header, packers[i].word);
        if (packers[i].pack != pack_bzip2) // a block of bzip2 is 900 kB from 40 bytes
            check_refused(save_bytes("bomb.edf", text, strlen(text)), STATUS_BROKEN, "cannot be packed");
    }
}

// --- Marks ---

static struct sentinels sentinels_of(const char *header, int width, int height)
{
    char text[512];
    snprintf(text, sizeof text, "{ %s ; Dim_1 = %d ; Dim_2 = %d ; }\n", header, width, height);
    const size_t head = strlen(text), bytes = (size_t)width * (size_t)height * 4;
    uint8_t *all = calloc(1, head + bytes);
    assert_non_null(all);
    memcpy(all, text, head);
    struct image_file *file = open_good(save_bytes("marks.edf", all, head + bytes));
    const struct sentinels sentinels = info_of(file, 0).sentinels;
    image_file_close(&file);
    free(all);
    return sentinels;
}

static void marks_of_counting_detectors(void **state)
{
    (void)state;
    // A negative value of an ordinary file is a value; those of a PILATUS by name or by its exact size are
    // not.
    assert_false(sentinels_of("DataType = SignedInteger", 40, 30).negative_marks);
    assert_false(sentinels_of("DataType = SignedInteger ; title = pilatus", 40, 30).negative_marks);
    assert_true(sentinels_of("DataType = SignedInteger ; Detector = PILATUS 300K", 40, 30).negative_marks);
    assert_true(
        sentinels_of("DataType = SignedInteger ; det_model = Dectris Pilatus3", 40, 30).negative_marks);
    assert_true(sentinels_of("DataType = SignedInteger", 487, 619).negative_marks);
    assert_false(sentinels_of("DataType = SignedInteger", 619, 487).negative_marks);
    assert_false(sentinels_of("DataType = Float", 487, 619).negative_marks);
    assert_true(sentinels_of("DataType = UnsignedInteger", 40, 30).max_is_no_data);
    assert_false(sentinels_of("DataType = UnsignedShort", 40, 30).max_is_no_data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_coding_and_type),
        cmocka_unit_test(fabio_reads_the_same),
        cmocka_unit_test(damage_is_marked),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(marks_of_counting_detectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
