// SPDX-License-Identifier: MIT
// The TIFF reader on files made here: every sample type, byte order and layout, and every kind of damage.
#include "formats/base/reader.h"
#include "formats/base/readers_list.h"
#include "image/mask.h"
#include "support/testdata.h"

#include <tiffio.h>

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A file to make.
struct spec {
    unsigned bits;
    uint16_t format;
    unsigned samples; // 0 = 1
    bool separate, big_endian, tiled, big_tiff;
    uint16_t compression, predictor, photometric, fill_order; // 0 = not set
    unsigned width, height, rows;                             // rows: of a strip; tiles are 16 x 32
    const char *description;
};

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

// The stored bits of a sample: noise with repeats, so that compression has something to do.
static uint64_t stored(const struct spec *spec, int64_t x, int64_t y, unsigned channel)
{
    uint64_t at = (uint64_t)(y / 2 * 1000 + x / 3) * 8 + channel;
    uint64_t value = mix(at + 0x9E3779B97F4A7C15u * spec->bits);
    return spec->bits == 64 ? value : value & ((UINT64_C(1) << spec->bits) - 1);
}

static void put_bits(uint8_t *row, uint64_t at, unsigned bits, uint64_t value)
{
    for (unsigned i = 0; i < bits; i++, at++)
        if (value >> (bits - 1 - i) & 1)
            row[at / 8] |= (uint8_t)(0x80 >> at % 8);
}

// Whole bytes are numbers of the machine, other depths a stream of bits.
static void put_sample(uint8_t *row, uint64_t index, unsigned bits, uint64_t value)
{
    if (bits % 8 == 0 && bits != 40 && bits != 48)
        memcpy(row + index * (bits / 8), &value, bits / 8);
    else
        put_bits(row, index * bits, bits, value);
}

static void chunk_fill(const struct spec *spec, unsigned left, unsigned top, unsigned width, unsigned height,
                       unsigned plane, uint8_t *out, size_t row_bytes)
{
    unsigned samples = spec->separate ? 1 : spec->samples;
    memset(out, 0, row_bytes * height);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            for (unsigned s = 0; s < samples; s++)
                put_sample(out + y * row_bytes, (uint64_t)x * samples + s, spec->bits,
                           stored(spec, left + x, top + y, spec->separate ? plane : s));
}

static void write_chunks(TIFF *tiff, const struct spec *spec)
{
    unsigned width = spec->tiled ? 16 : spec->width, height = spec->tiled ? 32 : spec->rows;
    size_t row_bytes = (size_t)(spec->tiled ? TIFFTileRowSize64(tiff) : TIFFScanlineSize64(tiff));
    uint8_t *chunk = calloc(row_bytes, height);
    uint32_t index = 0;
    for (unsigned plane = 0; plane < (spec->separate ? spec->samples : 1); plane++)
        for (unsigned top = 0; top < spec->height; top += height)
            for (unsigned left = 0; left < spec->width; left += width, index++) {
                unsigned rows = !spec->tiled && spec->height - top < height ? spec->height - top : height;
                chunk_fill(spec, left, top, width, rows, plane, chunk, row_bytes);
                tmsize_t bytes = (tmsize_t)(row_bytes * rows);
                tmsize_t put = spec->tiled ? TIFFWriteEncodedTile(tiff, index, chunk, bytes)
                                           : TIFFWriteEncodedStrip(tiff, index, chunk, bytes);
                assert_int_equal(put, bytes);
            }
    free(chunk);
}

static void write_tags(TIFF *tiff, const struct spec *spec)
{
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, spec->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, spec->height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, spec->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, spec->format);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, spec->samples);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, spec->separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, spec->photometric ? spec->photometric : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, spec->compression ? spec->compression : COMPRESSION_NONE);
    if (spec->predictor)
        TIFFSetField(tiff, TIFFTAG_PREDICTOR, spec->predictor);
    if (spec->fill_order)
        TIFFSetField(tiff, TIFFTAG_FILLORDER, spec->fill_order);
    if (spec->description)
        TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, spec->description);
    if (spec->tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 32);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, spec->rows);
    }
}

static void write_page(TIFF *tiff, const struct spec *spec)
{
    write_tags(tiff, spec);
    write_chunks(tiff, spec);
    assert_int_equal(TIFFWriteDirectory(tiff), 1);
}

// Fills in what was left out.
static struct spec complete(struct spec spec)
{
    spec.samples = spec.samples ? spec.samples : 1;
    spec.format = spec.format ? spec.format : SAMPLEFORMAT_UINT;
    spec.width = spec.width ? spec.width : 37;
    spec.height = spec.height ? spec.height : 71;
    spec.rows = spec.rows ? spec.rows : 8;
    return spec;
}

static const char *write_pages(const char *name, struct spec *specs, size_t count)
{
    const char *path = temporary_path(name);
    char mode[8];
    specs[0] = complete(specs[0]);
    snprintf(mode, sizeof mode, "w%c%s", specs[0].big_endian ? 'b' : 'l', specs[0].big_tiff ? "8" : "");
    TIFF *tiff = TIFFOpen(path, mode);
    assert_non_null(tiff);
    for (size_t i = 0; i < count; i++) {
        specs[i] = complete(specs[i]);
        write_page(tiff, &specs[i]);
    }
    TIFFClose(tiff);
    return path;
}

// --- what the reader should give ---

static enum sample_type type_of(const struct spec *spec)
{
    const char *kind = spec->format == SAMPLEFORMAT_IEEEFP ? "f"
                       : spec->format == SAMPLEFORMAT_INT  ? "i"
                                                           : "u";
    unsigned bits = spec->bits <= 8 ? 8 : spec->bits <= 16 ? 16 : spec->bits <= 32 ? 32 : 64;
    char name[8];
    enum sample_type type = SAMPLE_COUNT;
    snprintf(name, sizeof name, "%s%u", kind, bits);
    assert_true(sample_type_by_name(name, &type));
    return type;
}

// 1 sign, 7 exponent (bias 63), 16 mantissa bits.
static float float24(uint64_t bits)
{
    double sign = bits >> 23 & 1 ? -1 : 1;
    int exponent = (int)(bits >> 16 & 127), mantissa = (int)(bits & 0xFFFF);
    if (exponent == 127)
        return (float)(mantissa ? (double)NAN : sign * HUGE_VAL);
    return (float)(sign * (exponent ? ldexp(1 + mantissa / 65536.0, exponent - 63)
                                    : ldexp(mantissa / 65536.0, -62)));
}

static void expected(const struct spec *spec, int64_t x, int64_t y, unsigned channel, uint8_t out[8])
{
    uint64_t value = stored(spec, x, y, channel);
    if (spec->format == SAMPLEFORMAT_INT && spec->bits < 64 && value >> (spec->bits - 1))
        value -= UINT64_C(1) << spec->bits;
    memcpy(out, &value, sizeof value);
    if (spec->format == SAMPLEFORMAT_IEEEFP && spec->bits == 24) {
        float wide = float24(value);
        memcpy(out, &wide, sizeof wide);
    }
}

static bool same(const struct spec *spec, const uint8_t *got, const uint8_t *want)
{
    float a, b;
    memcpy(&a, got, sizeof a);
    memcpy(&b, want, sizeof b);
    if (spec->format == SAMPLEFORMAT_IEEEFP && spec->bits == 24)
        return a == b || (isnan(a) && isnan(b));
    return memcmp(got, want, sample_traits(type_of(spec))->bytes) == 0;
}

// A rectangle decoded into memory with guards at the ends of rows and of the whole.
struct box {
    struct rect rect;
    uint8_t *pixels, *classes;
    size_t stride, bytes;
    struct decode_report report;
};

enum { GUARD = 24, GUARD_BYTE = 0xA5 };

static struct box box_decode(struct image_file *file, int64_t frame, struct rect rect)
{
    struct frame_info info = {0};
    struct error error = {0};
    assert_int_equal(image_file_info(file, frame, &info, &error), STATUS_OK);
    struct box box = {.rect = rect};
    box.bytes = sample_traits(info.type)->bytes;
    box.stride = (size_t)rect.width * box.bytes + (rect.x % 2 ? GUARD : 0);
    size_t size = box.stride * (size_t)rect.height + GUARD;
    box.pixels = malloc(size);
    memset(box.pixels, GUARD_BYTE, size);
    box.classes = calloc((size_t)rect.height, (size_t)rect.width);
    struct decode_request request = {
        .frame = frame, .rect = rect, .pixels = box.pixels, .stride = box.stride, .classes = box.classes};
    enum status status = image_file_decode(file, &request, &box.report, &error);
    if (status != STATUS_OK)
        print_error("%s\n", error.text);
    assert_int_equal(status, STATUS_OK);
    for (int64_t y = 0; y < rect.height; y++)
        for (size_t i = (size_t)rect.width * box.bytes; i < box.stride; i++)
            assert_int_equal(box.pixels[(size_t)y * box.stride + i], GUARD_BYTE);
    for (size_t i = 0; i < GUARD; i++)
        assert_int_equal(box.pixels[size - 1 - i], GUARD_BYTE);
    return box;
}

static const uint8_t *box_at(const struct box *box, int64_t x, int64_t y)
{
    return box->pixels + (size_t)(y - box->rect.y) * box->stride + (size_t)(x - box->rect.x) * box->bytes;
}

static uint8_t box_class(const struct box *box, int64_t x, int64_t y)
{
    return box->classes[(y - box->rect.y) * box->rect.width + (x - box->rect.x)];
}

static void box_free(struct box *box)
{
    free(box->pixels);
    free(box->classes);
}

static void check_rect(struct image_file *file, const struct spec *spec, int64_t frame, unsigned channel,
                       struct rect rect)
{
    struct box box = box_decode(file, frame, rect);
    assert_int_equal(box.report.lost_pixels, 0);
    assert_false(box.report.any_class);
    for (int64_t y = rect.y; y < rect.y + rect.height; y++)
        for (int64_t x = rect.x; x < rect.x + rect.width; x++) {
            uint8_t want[8];
            expected(spec, x, y, channel, want);
            if (!same(spec, box_at(&box, x, y), want))
                fail_msg(
                    "%u bits, format %u, compression %u, big endian %d, tiled %d, separate %d: pixel %lld,%lld",
                    spec->bits, spec->format, spec->compression, spec->big_endian, spec->tiled,
                    spec->separate, (long long)x, (long long)y);
        }
    box_free(&box);
}

static void check_frame(struct image_file *file, const struct spec *spec, int64_t frame, unsigned channel)
{
    struct frame_info info = {0};
    assert_int_equal(image_file_info(file, frame, &info, NULL), STATUS_OK);
    assert_int_equal(info.width, spec->width);
    assert_int_equal(info.height, spec->height);
    assert_int_equal(info.type, type_of(spec));
    assert_string_equal(info.format, spec->big_tiff ? "BigTIFF" : "TIFF");
    check_rect(file, spec, frame, channel, (struct rect){0, 0, spec->width, spec->height});
    for (unsigned i = 0; i < 6; i++) {
        uint64_t a = mix(i * 77 + spec->bits), b = mix(a);
        int64_t x = (int64_t)(a % spec->width), y = (int64_t)(b % spec->height);
        struct rect rect = {x, y, 1 + (int64_t)(a >> 32) % (spec->width - x),
                            1 + (int64_t)(b >> 32) % (spec->height - y)};
        check_rect(file, spec, frame, channel, rect);
    }
}

static struct image_file *open_file(const char *path, int channel)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (image_file_open(path, channel, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return file;
}

static void check_spec(struct spec spec)
{
    const char *path = write_pages("spec.tif", &spec, 1);
    for (unsigned channel = 0; channel < spec.samples; channel++) {
        struct image_file *file = open_file(path, (int)channel);
        check_frame(file, &spec, 0, channel);
        image_file_close(&file);
    }
}

// --- layouts ---

struct depth {
    unsigned bits;
    uint16_t format;
};

static const struct depth depths[] = {
    {1, SAMPLEFORMAT_UINT},    {2, SAMPLEFORMAT_UINT},    {3, SAMPLEFORMAT_UINT},
    {4, SAMPLEFORMAT_UINT},    {6, SAMPLEFORMAT_UINT},    {8, SAMPLEFORMAT_UINT},
    {10, SAMPLEFORMAT_UINT},   {12, SAMPLEFORMAT_UINT},   {14, SAMPLEFORMAT_UINT},
    {16, SAMPLEFORMAT_UINT},   {17, SAMPLEFORMAT_UINT},   {24, SAMPLEFORMAT_UINT},
    {31, SAMPLEFORMAT_UINT},   {32, SAMPLEFORMAT_UINT},   {40, SAMPLEFORMAT_UINT},
    {63, SAMPLEFORMAT_UINT},   {64, SAMPLEFORMAT_UINT},   {1, SAMPLEFORMAT_INT},
    {4, SAMPLEFORMAT_INT},     {8, SAMPLEFORMAT_INT},     {12, SAMPLEFORMAT_INT},
    {16, SAMPLEFORMAT_INT},    {24, SAMPLEFORMAT_INT},    {32, SAMPLEFORMAT_INT},
    {64, SAMPLEFORMAT_INT},    {16, SAMPLEFORMAT_IEEEFP}, {24, SAMPLEFORMAT_IEEEFP},
    {32, SAMPLEFORMAT_IEEEFP}, {64, SAMPLEFORMAT_IEEEFP},
};
static const uint16_t schemes[] = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE};

static void test_every_type_and_layout(void **state)
{
    (void)state;
    for (size_t d = 0; d < sizeof depths / sizeof depths[0]; d++)
        for (size_t c = 0; c < 3; c++)
            for (unsigned way = 0; way < 8; way++)
                check_spec((struct spec){.bits = depths[d].bits,
                                         .format = depths[d].format,
                                         .compression = schemes[c],
                                         .big_endian = way & 1,
                                         .tiled = way & 2,
                                         .big_tiff = way & 4});
}

static void test_several_samples(void **state)
{
    (void)state;
    for (size_t d = 0; d < sizeof depths / sizeof depths[0]; d += 2)
        for (size_t c = 0; c < 3; c += 2)
            for (unsigned way = 0; way < 8; way++)
                check_spec((struct spec){.bits = depths[d].bits,
                                         .format = depths[d].format,
                                         .compression = schemes[c],
                                         .samples = 3,
                                         .big_endian = way & 1,
                                         .tiled = way & 2,
                                         .separate = way & 4});
}

// The floating-point predictor stores the highest bytes first in files of either byte order (TIFF technical
// note 3), so the strips of a little-endian file are right in a big-endian one. libtiff 4.5.0 writes them
// swapped.
static void check_big_endian_float_predictor(struct spec spec)
{
    const char *from_path = write_pages("little.tif", &spec, 1), *to_path = temporary_path("big.tif");
    TIFF *from = TIFFOpen(from_path, "r"), *to = TIFFOpen(to_path, "wb");
    assert_non_null(from);
    assert_non_null(to);
    write_tags(to, &spec);
    uint8_t bytes[65536];
    for (uint32_t i = 0; i < (spec.tiled ? TIFFNumberOfTiles(from) : TIFFNumberOfStrips(from)); i++) {
        tmsize_t count = spec.tiled ? TIFFReadRawTile(from, i, bytes, sizeof bytes)
                                    : TIFFReadRawStrip(from, i, bytes, sizeof bytes);
        assert_true(count > 0);
        tmsize_t put =
            spec.tiled ? TIFFWriteRawTile(to, i, bytes, count) : TIFFWriteRawStrip(to, i, bytes, count);
        assert_int_equal(put, count);
    }
    TIFFClose(from);
    TIFFClose(to);
    struct image_file *file = open_file(to_path, 0);
    check_frame(file, &spec, 0, 0);
    image_file_close(&file);
}

static void test_predictors(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        for (unsigned bits = 8; bits <= 64; bits *= 2)
            check_spec((struct spec){.bits = bits,
                                     .predictor = PREDICTOR_HORIZONTAL,
                                     .compression = COMPRESSION_LZW,
                                     .big_endian = way & 1,
                                     .tiled = way & 2});
        for (unsigned bits = 16; bits <= 64; bits *= 2) {
            struct spec spec = {.bits = bits,
                                .format = SAMPLEFORMAT_IEEEFP,
                                .predictor = PREDICTOR_FLOATINGPOINT,
                                .compression = COMPRESSION_ADOBE_DEFLATE,
                                .tiled = way & 2};
            if (way & 1)
                check_big_endian_float_predictor(spec);
            else
                check_spec(spec);
        }
    }
}

static void test_other_schemes(void **state)
{
    (void)state;
    static const uint16_t byte_schemes[] = {COMPRESSION_PACKBITS, COMPRESSION_DEFLATE, COMPRESSION_ZSTD,
                                            COMPRESSION_LZMA, COMPRESSION_LERC};
    for (size_t i = 0; i < sizeof byte_schemes / sizeof byte_schemes[0]; i++)
        if (TIFFIsCODECConfigured(byte_schemes[i]))
            check_spec((struct spec){.bits = 16, .compression = byte_schemes[i]});
    static const uint16_t fax_schemes[] = {COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3,
                                           COMPRESSION_CCITTFAX4};
    for (size_t i = 0; i < sizeof fax_schemes / sizeof fax_schemes[0]; i++)
        check_spec(
            (struct spec){.bits = 1, .compression = fax_schemes[i], .photometric = PHOTOMETRIC_MINISWHITE});
}

// The lowest bit of a byte first: the bits of each byte are the other way round in the file.
static void test_fill_order(void **state)
{
    (void)state;
    for (unsigned bits = 1; bits <= 16; bits++)
        for (unsigned way = 0; way < 2; way++)
            check_spec((struct spec){.bits = bits,
                                     .fill_order = FILLORDER_LSB2MSB,
                                     .big_endian = way,
                                     .compression = way ? COMPRESSION_PACKBITS : COMPRESSION_NONE});
}

// 1 MB of one compressed strip is decoded row by row; rectangles come in any order all the same.
static void test_long_strip(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        struct spec spec = {.bits = 16,
                            .compression = way & 1 ? COMPRESSION_LZW : COMPRESSION_ADOBE_DEFLATE,
                            .width = 1000,
                            .height = 700,
                            .rows = 700,
                            .samples = 2,
                            .separate = way & 2};
        const char *path = write_pages("long.tif", &spec, 1);
        struct image_file *file = open_file(path, 1);
        struct frame_info info;
        assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
        assert_true(info.sequential);
        assert_int_equal(info.chunk_height, 1);
        check_rect(file, &spec, 0, 1, (struct rect){0, 0, 1000, 300});
        check_rect(file, &spec, 0, 1, (struct rect){0, 299, 1000, 100});
        check_rect(file, &spec, 0, 1, (struct rect){10, 5, 13, 600});
        check_rect(file, &spec, 0, 1, (struct rect){999, 699, 1, 1});
        check_rect(file, &spec, 0, 1, (struct rect){0, 0, 1, 1});
        check_rect(file, &spec, 0, 1, (struct rect){0, 0, 1000, 1});
        image_file_close(&file);
    }
}

// --- luminance ---

static void test_luminance_of_rgb(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 8; way++) {
        struct spec spec = {.bits = way & 4 ? 12 : 16,
                            .photometric = PHOTOMETRIC_RGB,
                            .samples = 4,
                            .separate = way & 1,
                            .compression = way & 2 ? COMPRESSION_LZW : COMPRESSION_NONE};
        const char *path = write_pages("rgb.tif", &spec, 1);
        struct image_file *file = open_file(path, CHANNEL_AUTO);
        struct frame_info info;
        assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
        assert_non_null(strstr(info.note, "luminance"));
        struct box box = box_decode(file, 0, (struct rect){3, 5, 30, 60});
        for (int64_t y = 5; y < 65; y++)
            for (int64_t x = 3; x < 33; x++) {
                double exact = 0.2126 * (double)stored(&spec, x, y, 0) +
                               0.7152 * (double)stored(&spec, x, y, 1) +
                               0.0722 * (double)stored(&spec, x, y, 2);
                double got = sample_value(SAMPLE_U16, box_at(&box, x, y));
                assert_true(fabs(got - exact) <= 0.5 + 1e-9);
            }
        box_free(&box);
        image_file_close(&file);
    }
}

// Equal channels are their own luminance, to the last bit, in every type; the 64-bit maxima do not overflow.
static void test_luminance_of_gray(void **state)
{
    (void)state;
    static const char *const names[] = {"u8",  "i8",  "u16", "i16", "u32", "i32",
                                        "u64", "i64", "f16", "f32", "f64"};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        enum sample_type type;
        assert_true(sample_type_by_name(names[n], &type));
        const struct sample_traits *traits = sample_traits(type);
        unsigned bits = (unsigned)(8 * traits->bytes);
        for (int sign = 0; sign < 2; sign++) {
            const char *path = temporary_path("gray.tif");
            uint64_t value =
                traits->is_float ? 0x3C00 : (UINT64_MAX >> (64 - bits)) >> (traits->is_signed ? 1 : 0);
            if (sign && traits->is_signed && !traits->is_float)
                value = UINT64_C(1) << (bits - 1);
            double one = 1.5;
            float single = 1.5f;
            if (type == SAMPLE_F64)
                memcpy(&value, &one, 8);
            if (type == SAMPLE_F32)
                memcpy(&value, &single, 4);
            TIFF *tiff = TIFFOpen(path, "w");
            TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 1);
            TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1);
            TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
            TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
            TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
            TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
            TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
                         traits->is_float    ? SAMPLEFORMAT_IEEEFP
                         : traits->is_signed ? SAMPLEFORMAT_INT
                                             : SAMPLEFORMAT_UINT);
            uint8_t row[24];
            for (size_t i = 0; i < 3; i++)
                memcpy(row + i * traits->bytes, &value, traits->bytes);
            assert_int_equal(TIFFWriteScanline(tiff, row, 0, 0), 1);
            TIFFClose(tiff);
            struct image_file *file = open_file(path, CHANNEL_AUTO);
            struct box box = box_decode(file, 0, (struct rect){0, 0, 1, 1});
            assert_memory_equal(box.pixels, &value, traits->bytes);
            box_free(&box);
            image_file_close(&file);
        }
    }
}

// Uncompressed YCbCr, two pixels sharing their chroma: ITU-R BT.601 as TIFF 6.0 section 21 has it.
static void test_subsampled_ycbcr(void **state)
{
    (void)state;
    enum { WIDTH = 20, HEIGHT = 11 };
    const char *path = temporary_path("ycc.tif");
    uint8_t data[HEIGHT][WIDTH / 2][4];
    for (unsigned i = 0; i < sizeof data; i++)
        ((uint8_t *)data)[i] = (uint8_t)mix(i);
    TIFF *tiff = TIFFOpen(path, "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, WIDTH);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, HEIGHT);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_YCBCR);
    TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, 2, 1);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, HEIGHT);
    assert_int_equal(TIFFWriteRawStrip(tiff, 0, data, sizeof data), sizeof data);
    TIFFClose(tiff);
    for (int channel = 0; channel < 3; channel++) {
        struct image_file *file = open_file(path, channel);
        struct box box = box_decode(file, 0, (struct rect){0, 0, WIDTH, HEIGHT});
        for (int64_t y = 0; y < HEIGHT; y++)
            for (int64_t x = 0; x < WIDTH; x++) {
                const uint8_t *group = data[y][x / 2];
                double luma = group[x % 2], cb = group[2] - 128.0, cr = group[3] - 128.0;
                double rgb[3] = {luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb};
                double want = fmin(255, fmax(0, rgb[channel]));
                assert_true(fabs(*box_at(&box, x, y) - want) <= 1.0);
            }
        box_free(&box);
        image_file_close(&file);
    }
}

// --- pages, clones, names ---

static void test_pages_of_differing_shape(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        struct spec specs[5] = {
            {.bits = 16, .big_endian = way & 1, .big_tiff = way & 2},
            {.bits = 32,
             .format = SAMPLEFORMAT_IEEEFP,
             .width = 5,
             .height = 90,
             .compression = COMPRESSION_LZW},
            {.bits = 8, .tiled = true, .width = 100, .height = 3},
            {.bits = 1, .width = 9, .height = 9},
            {.bits = 64, .width = 64, .height = 33, .compression = COMPRESSION_ADOBE_DEFLATE},
        };
        for (size_t i = 1; i < 5; i++)
            specs[i].big_tiff = specs[0].big_tiff;
        const char *path = write_pages("pages.tif", specs, 5);
        struct image_file *file = open_file(path, 0), *copy = NULL;
        assert_int_equal(file->frames, 5);
        assert_int_equal(image_file_clone(file, &copy, NULL), STATUS_OK);
        image_file_close(&file);
        static const int64_t order[] = {0, 4, 1, 3, 2, 0, 1};
        for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
            check_frame(copy, &specs[order[i]], order[i], 0);
        struct error error = {0};
        struct frame_info info;
        assert_int_equal(image_file_info(copy, 5, &info, &error), STATUS_USAGE);
        image_file_close(&copy);
        char name[600];
        snprintf(name, sizeof name, "%s[1]", path);
        file = open_file(name, 0);
        assert_int_equal(file->frames, 1);
        check_frame(file, &specs[1], 0, 0);
        image_file_close(&file);
        snprintf(name, sizeof name, "%s[5]", path);
        assert_int_equal(image_file_open(name, 0, &file, &error), STATUS_USAGE);
    }
}

struct half {
    struct image_file *file;
    const struct spec *spec;
    int64_t y, rows;
};

static void *decode_half(void *argument)
{
    const struct half *half = argument;
    for (int64_t y = half->y; y < half->y + half->rows; y += 100)
        check_rect(half->file, half->spec, 0, 0, (struct rect){0, y, half->spec->width, 100});
    return NULL;
}

static void test_two_clones_on_two_threads(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        struct spec spec = {.bits = 16,
                            .width = 300,
                            .height = 400,
                            .tiled = way & 1,
                            .compression = way & 2 ? COMPRESSION_LZW : COMPRESSION_NONE};
        const char *path = write_pages("threads.tif", &spec, 1);
        struct image_file *file = open_file(path, 0);
        struct half halves[2] = {{.spec = &spec, .y = 0, .rows = 200},
                                 {.spec = &spec, .y = 200, .rows = 200}};
        pthread_t threads[2];
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(image_file_clone(file, &halves[i].file, NULL), STATUS_OK);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, decode_half, &halves[i]), 0);
        for (size_t i = 0; i < 2; i++) {
            pthread_join(threads[i], NULL);
            image_file_close(&halves[i].file);
        }
        image_file_close(&file);
    }
}

static void write_bytes(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static void test_names_and_unknown_files(void **state)
{
    (void)state;
    struct image_file *file = NULL;
    struct error error = {0};
    struct spec spec = {.bits = 8};
    write_pages("odd[0].tif", &spec, 1);
    file = open_file(temporary_path("odd[0].tif"), 0);
    image_file_close(&file);
    write_pages("odd[7]", &spec, 1); // a file of the whole name goes before a selector
    file = open_file(temporary_path("odd[7]"), 0);
    image_file_close(&file);
    write_bytes(temporary_path("empty.tif"), "", 0);
    assert_int_equal(image_file_open(temporary_path("empty.tif"), 0, &file, &error), STATUS_NOT_MINE);
    assert_non_null(strstr(error.text, "empty.tif: is empty"));
    write_bytes(temporary_path("text.tif"), "hello, world", 12);
    assert_int_equal(image_file_open(temporary_path("text.tif"), 0, &file, &error), STATUS_NOT_MINE);
    assert_int_equal(image_file_open(temporary_path("absent.tif"), 0, &file, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "absent.tif"));
    assert_int_equal(image_file_open("/tmp", 0, &file, &error), STATUS_IO);
    assert_int_equal(image_file_open("", 0, &file, &error), STATUS_USAGE);
    assert_int_equal(image_file_open(write_pages("one.tif", &spec, 1), 3, &file, &error), STATUS_USAGE);
    assert_null(file);
}

static void test_contents(void **state)
{
    (void)state;
    struct spec specs[] = {{.bits = 16, .width = 30, .height = 20},
                           {.bits = 32, .format = SAMPLEFORMAT_IEEEFP, .width = 7, .height = 9},
                           {.bits = 8, .width = 5, .height = 4, .compression = COMPRESSION_LZW}};
    const char *path = write_pages("contents.tif", specs, 3);
    char name[600];
    struct error error = {0};
    struct text contents = {0};
    struct image_file *file = open_file(path, 0);
    assert_int_equal(image_file_contents(file, NULL, &contents, &error), STATUS_OK);
    static const char expected[] = "0\t20 x 30\tu16\tnone\t\n1\t9 x 7\tf32\tnone\t\n2\t4 x 5\tu8\tLZW\t\n";
    assert_string_equal(text_string(&contents), expected);
    image_file_close(&file);
    // One of the pages by its selector; all are told.
    snprintf(name, sizeof name, "%s::1", path);
    file = open_file(name, 0);
    struct frame_info info = {0};
    assert_int_equal(image_file_info(file, 0, &info, &error), STATUS_OK);
    assert_int_equal(info.width, 7);
    text_clear(&contents);
    assert_int_equal(image_file_contents(file, NULL, &contents, &error), STATUS_OK);
    assert_string_equal(text_string(&contents), expected);
    image_file_close(&file);
    // A single page is no list.
    file = open_file(write_pages("single.tif", specs, 1), 0);
    text_clear(&contents);
    assert_int_equal(image_file_contents(file, NULL, &contents, &error), STATUS_OK);
    assert_string_equal(text_string(&contents), "");
    image_file_close(&file);
    text_free(&contents);
}

static void test_requests_out_of_bounds(void **state)
{
    (void)state;
    struct spec spec = {.bits = 16};
    struct image_file *file = open_file(write_pages("bounds.tif", &spec, 1), 0);
    static const struct rect rects[] = {{-1, 0, 1, 1}, {0, 0, 38, 1}, {37, 0, 1, 1},       {0, 70, 1, 2},
                                        {0, 0, 0, 1},  {0, 0, 1, 0},  {1, 0, INT64_MAX, 1}};
    uint8_t pixels[80], classes[80] = {0};
    for (size_t i = 0; i < sizeof rects / sizeof rects[0]; i++) {
        struct decode_request request = {
            .rect = rects[i], .pixels = pixels, .stride = SIZE_MAX / 2, .classes = classes};
        assert_int_equal(image_file_decode(file, &request, NULL, NULL), STATUS_USAGE);
    }
    struct decode_request request = {.rect = {0, 0, 3, 1}, .pixels = pixels, .stride = 5, .classes = classes};
    assert_int_equal(image_file_decode(file, &request, NULL, NULL), STATUS_USAGE);
    struct cancel cancel = {0};
    cancel_request(&cancel);
    request.stride = 6;
    request.cancel = &cancel;
    assert_int_equal(image_file_decode(file, &request, NULL, NULL), STATUS_CANCELLED);
    image_file_close(&file);
}

static void test_metadata(void **state)
{
    (void)state;
    struct spec spec = {.bits = 16,
                        .description = "# Detector: PILATUS\r\n# gr\xF6\xDF"
                                       "e\ttab\n"};
    struct image_file *file = open_file(write_pages("meta.tif", &spec, 1), 0);
    struct text text = {0};
    assert_int_equal(image_file_metadata(file, 0, NULL, &text, NULL), STATUS_OK);
    assert_true(utf8_valid(text_string(&text), text.length));
    assert_non_null(strstr(text_string(&text), "ImageDescription\t# Detector: PILATUS\n"));
    assert_non_null(strstr(text_string(&text), "ImageDescription\t# gr\xC3\xB6\xC3\x9F"
                                               "e tab\n"));
    assert_non_null(strstr(text_string(&text), "Photometric\tMinIsBlack\n"));
    text_free(&text);
    image_file_close(&file);
}

static bool says_marks(struct spec spec, bool *negative)
{
    struct image_file *file = open_file(write_pages("nodata.tif", &spec, 1), 0);
    struct frame_info info = {0};
    assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
    image_file_close(&file);
    assert_false(info.sentinels.max_is_no_data && info.sentinels.negative_marks);
    *negative = info.sentinels.negative_marks;
    return info.sentinels.max_is_no_data;
}

static bool says_no_data(struct spec spec)
{
    bool negative;
    return says_marks(spec, &negative);
}

static void test_no_data_of_detectors(void **state)
{
    (void)state;
    static const char header[] = "# Detector: EIGER2 X 16M";
    // Nothing counts so far: the largest value of 32 bits is a mark in any file.
    assert_true(says_no_data((struct spec){.bits = 32}));
    assert_false(says_no_data((struct spec){.bits = 16, .description = "an ordinary picture"}));
    assert_true(says_no_data((struct spec){.bits = 32, .description = header}));
    assert_false(says_no_data((struct spec){.bits = 16, .samples = 2, .description = header}));
    assert_false(says_no_data((struct spec){.bits = 15, .description = header}));
    bool negative = false;
    const struct spec with_sign = {.bits = 32, .format = SAMPLEFORMAT_INT, .description = header};
    assert_false(says_marks(with_sign, &negative));
    assert_true(negative);
    assert_false(says_marks((struct spec){.bits = 32, .format = SAMPLEFORMAT_INT}, &negative));
    assert_false(negative);
    assert_false(says_no_data((struct spec){.bits = 16}));
    assert_true(says_no_data((struct spec){.bits = 16, .description = "# Pixel_size 172e-6 m x 172e-6 m"}));
    assert_false(says_no_data((struct spec){.bits = 8, .description = "# x"}));
}

// --- damage ---

// The place of a strip or tile, found by libtiff.
static void chunk_place(const char *path, uint32_t chunk, uint64_t *offset, uint64_t *count)
{
    TIFF *tiff = TIFFOpen(path, "r");
    assert_non_null(tiff);
    *offset = TIFFGetStrileOffset(tiff, chunk);
    *count = TIFFGetStrileByteCount(tiff, chunk);
    TIFFClose(tiff);
}

static void overwrite(const char *path, uint64_t offset, uint64_t count, uint8_t byte)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, (long)offset, SEEK_SET);
    for (uint64_t i = 0; i < count; i++)
        fputc(byte, file);
    fclose(file);
}

static bool is_lost(const struct spec *spec, const uint8_t *pixel)
{
    double value = sample_value(type_of(spec), pixel);
    return spec->format == SAMPLEFORMAT_IEEEFP ? isnan(value) : value == 0;
}

// Every pixel is either right and unmarked, or empty and marked; returns the marked ones.
static int64_t check_damaged(const struct spec *spec, const struct box *box)
{
    int64_t marked = 0;
    for (int64_t y = box->rect.y; y < box->rect.y + box->rect.height; y++)
        for (int64_t x = box->rect.x; x < box->rect.x + box->rect.width; x++) {
            uint8_t want[8];
            expected(spec, x, y, 0, want);
            if (box_class(box, x, y)) {
                assert_int_equal(box_class(box, x, y), MASK_BIT(MASK_BAD));
                assert_true(is_lost(spec, box_at(box, x, y)));
                marked++;
            } else {
                assert_true(same(spec, box_at(box, x, y), want));
            }
        }
    assert_int_equal(marked, box->report.lost_pixels);
    assert_int_equal(box->report.any_class, marked > 0);
    assert_int_equal(box->report.first_loss.status == STATUS_OK, marked == 0);
    return marked;
}

static int64_t marked_pixels(const char *path, const struct spec *spec)
{
    struct image_file *file = open_file(path, 0);
    struct box box = box_decode(file, 0, (struct rect){0, 0, spec->width, spec->height});
    int64_t marked = check_damaged(spec, &box);
    if (marked)
        assert_non_null(strstr(box.report.first_loss.text, path));
    box_free(&box);
    image_file_close(&file);
    return marked;
}

static void test_lost_strip_and_tile(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        struct spec spec = {.bits = 32,
                            .format = way & 1 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT,
                            .compression = COMPRESSION_ADOBE_DEFLATE,
                            .tiled = way & 2};
        const char *path = write_pages("lost.tif", &spec, 1);
        uint64_t offset, count;
        chunk_place(path, 4, &offset, &count);
        overwrite(path, offset, count, 0xFF);
        int64_t marked = marked_pixels(path, &spec);
        // Strip 4 is rows 32 to 39; tile 4 is the second of three columns in the second row.
        assert_int_equal(marked, spec.tiled ? 16 * 32 : 37 * 8);
    }
}

// Of a strip that is damaged in its middle the rows before are kept.
static void test_strip_damaged_in_its_middle(void **state)
{
    (void)state;
    static const unsigned heights[] = {200, 3000}; // whole strip and row by row
    for (unsigned way = 0; way < 2; way++) {
        struct spec spec = {.bits = 16,
                            .compression = COMPRESSION_LZW,
                            .width = 211,
                            .height = heights[way],
                            .rows = heights[way]};
        const char *path = write_pages("middle.tif", &spec, 1);
        uint64_t offset, count;
        chunk_place(path, 0, &offset, &count);
        assert_int_equal(truncate(path, (off_t)(offset + count)), 0); // the directory lies after: gone
        struct image_file *file = NULL;
        assert_int_equal(image_file_open(path, 0, &file, NULL), STATUS_BROKEN);
        path = write_pages("middle.tif", &spec, 1);
        overwrite(path, offset + count / 2, 64, 0xFF);
        struct error error = {0};
        assert_int_equal(image_file_open(path, 0, &file, &error), STATUS_OK);
        struct box box = box_decode(file, 0, (struct rect){0, 0, spec.width, spec.height});
        int64_t all = (int64_t)spec.width * spec.height;
        assert_true(box.report.lost_pixels > all / 10 && box.report.lost_pixels < all * 9 / 10);
        // What comes before the damage, as far as a third of the rows, is right.
        for (int64_t y = 0; y < spec.height / 3; y++)
            for (int64_t x = 0; x < spec.width; x++) {
                uint8_t want[8];
                expected(&spec, x, y, 0, want);
                assert_memory_equal(box_at(&box, x, y), want, 2);
                assert_int_equal(box_class(&box, x, y), 0);
            }
        box_free(&box);
        image_file_close(&file);
    }
}

// A classic little-endian TIFF with the directory first and the data behind, so that it can be cut.
struct header {
    uint32_t width, height;
    uint16_t bits, compression;
    uint32_t rows, tile; // tile: width and length, 0 = strips
    uint32_t offset, count;
    uint32_t next; // directory
};

static size_t header_build(uint8_t *out, const struct header *header)
{
    const uint32_t tags[][3] = {
        {256, 4, header->width},
        {257, 4, header->height},
        {258, 3, header->bits},
        {259, 3, header->compression},
        {262, 3, 1},
        {header->tile ? 322 : 273, 4, header->tile ? header->tile : header->offset},
        {header->tile ? 323 : 278, 4, header->tile ? header->tile : header->rows},
        {header->tile ? 324 : 279, 4, header->tile ? header->offset : header->count},
        {header->tile ? 325 : 339, header->tile ? 4 : 3, header->tile ? header->count : 1},
    };
    const uint16_t entries = sizeof tags / sizeof tags[0];
    memcpy(out, "II*\0\10\0\0\0", 8);
    memcpy(out + 8, &entries, 2);
    size_t at = 10;
    for (size_t i = 0; i < entries; i++, at += 12) {
        const uint16_t tag = (uint16_t)tags[i][0], type = (uint16_t)tags[i][1];
        const uint32_t one = 1;
        memcpy(out + at, &tag, 2);
        memcpy(out + at + 2, &type, 2);
        memcpy(out + at + 4, &one, 4);
        memcpy(out + at + 8, &tags[i][2], 4);
    }
    memcpy(out + at, &header->next, 4);
    return at + 4;
}

enum { DATA_AT = 256, CUT_WIDTH = 50, CUT_HEIGHT = 40 };

static struct spec cut_spec(void)
{
    return complete((struct spec){.bits = 16, .width = CUT_WIDTH, .height = CUT_HEIGHT, .rows = CUT_HEIGHT});
}

static const char *write_cut(size_t data_bytes)
{
    struct spec spec = cut_spec();
    struct header header = {.width = CUT_WIDTH,
                            .height = CUT_HEIGHT,
                            .bits = 16,
                            .compression = 1,
                            .rows = CUT_HEIGHT,
                            .offset = DATA_AT,
                            .count = 2 * CUT_WIDTH * CUT_HEIGHT};
    uint8_t bytes[DATA_AT + 2 * CUT_WIDTH * CUT_HEIGHT] = {0};
    header_build(bytes, &header);
    chunk_fill(&spec, 0, 0, CUT_WIDTH, CUT_HEIGHT, 0, bytes + DATA_AT, sizeof(uint16_t) * CUT_WIDTH);
    const char *path = temporary_path("cut.tif");
    write_bytes(path, bytes, DATA_AT + data_bytes);
    return path;
}

static void test_truncated_uncompressed(void **state)
{
    (void)state;
    struct spec spec = cut_spec();
    enum { ROW = 2 * CUT_WIDTH };
    assert_int_equal(marked_pixels(write_cut(ROW * CUT_HEIGHT), &spec), 0);
    assert_int_equal(marked_pixels(write_cut(ROW * 10), &spec), CUT_WIDTH * (CUT_HEIGHT - 10));
    assert_int_equal(marked_pixels(write_cut(ROW * 10 + 31), &spec), CUT_WIDTH * (CUT_HEIGHT - 10));
    struct image_file *file = NULL;
    struct error error = {0};
    assert_int_equal(image_file_open(write_cut(0), 0, &file, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "50 x 40"));
}

// A file that is cut while it is open: no signal, but a refusal, also of the rows that are still there.
static void test_cut_while_open(void **state)
{
    (void)state;
    const char *path = write_cut(2 * CUT_WIDTH * CUT_HEIGHT);
    struct image_file *file = open_file(path, 0);
    uint8_t pixels[2 * CUT_WIDTH], classes[CUT_WIDTH] = {0};
    const struct decode_request row = {
        .rect = {0, 0, CUT_WIDTH, 1}, .pixels = pixels, .stride = sizeof pixels, .classes = classes};
    assert_int_equal(truncate(path, DATA_AT + 2 * CUT_WIDTH * 5), 0);
    assert_int_equal(image_file_decode(file, &row, NULL, NULL), STATUS_IO);
    image_file_close(&file);
}

// A compressed strip that the end of the file cuts: the rows that are there are shown.
static void test_truncated_compressed(void **state)
{
    (void)state;
    struct spec spec = {
        .bits = 16, .compression = COMPRESSION_PACKBITS, .width = 200, .height = 100, .rows = 100};
    const char *path = write_pages("whole.tif", &spec, 1);
    uint64_t offset, count;
    chunk_place(path, 0, &offset, &count);
    uint8_t *bytes = calloc(1, DATA_AT + count);
    struct header header = {.width = 200,
                            .height = 100,
                            .bits = 16,
                            .compression = COMPRESSION_PACKBITS,
                            .rows = 100,
                            .offset = DATA_AT,
                            .count = (uint32_t)count};
    header_build(bytes, &header);
    FILE *file = fopen(path, "rb");
    fseek(file, (long)offset, SEEK_SET);
    assert_int_equal(fread(bytes + DATA_AT, 1, count, file), count);
    fclose(file);
    path = temporary_path("short.tif");
    write_bytes(path, bytes, DATA_AT + count);
    assert_int_equal(marked_pixels(path, &spec), 0);
    write_bytes(path, bytes, DATA_AT + count / 2);
    int64_t marked = marked_pixels(path, &spec);
    assert_true(marked >= 200 * 45 && marked <= 200 * 55);
    free(bytes);
}

// A header that claims 2^40 pixels in a kilobyte is an error at once.
static void test_absurd_sizes(void **state)
{
    (void)state;
    static const uint16_t all[] = {COMPRESSION_NONE,     COMPRESSION_LZW,  COMPRESSION_ADOBE_DEFLATE,
                                   COMPRESSION_PACKBITS, COMPRESSION_JPEG, COMPRESSION_CCITTFAX4,
                                   COMPRESSION_ZSTD,     COMPRESSION_LZMA, COMPRESSION_WEBP,
                                   COMPRESSION_LERC};
    static const uint32_t rows[] = {1u << 20, 1u << 31, 1, 8};
    const char *path = temporary_path("absurd.tif");
    for (size_t c = 0; c < sizeof all / sizeof all[0]; c++)
        for (size_t r = 0; r < 8; r++) {
            struct header header = {.width = 1u << 20,
                                    .height = 1u << 20,
                                    .compression = all[c],
                                    .bits = all[c] == COMPRESSION_CCITTFAX4 ? 1 : 8,
                                    .rows = rows[r % 4],
                                    .tile = r >= 4 ? 1u << (4 + 4 * (r - 3)) : 0,
                                    .offset = DATA_AT,
                                    .count = 768};
            uint8_t bytes[1024] = {0};
            header_build(bytes, &header);
            write_bytes(path, bytes, sizeof bytes);
            struct image_file *file = NULL;
            struct error error = {0};
            enum status status = image_file_open(path, 0, &file, &error);
            if (status == STATUS_OK)
                fail_msg("compression %u, variant %zu is accepted", all[c], r);
            assert_non_null(strstr(error.text, path));
        }
}

// A small picture in a tile of a gigabyte or more, with few bytes for it: lost, and no memory is asked for.
static void test_absurd_tile(void **state)
{
    (void)state;
    static const uint16_t all[] = {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS,
                                   COMPRESSION_ZSTD, COMPRESSION_LZMA};
    const char *path = temporary_path("tile.tif");
    for (size_t i = 0; i < 2 * sizeof all / sizeof all[0]; i++) {
        struct header header = {.width = 64,
                                .height = 64,
                                .compression = all[i / 2],
                                .bits = i % 2 ? 8 : 16,
                                .tile = i % 2 ? 1u << 16 : 1u << 15,
                                .offset = DATA_AT,
                                .count = 768};
        uint8_t bytes[1024] = {0};
        header_build(bytes, &header);
        write_bytes(path, bytes, sizeof bytes);
        struct image_file *file = open_file(path, 0);
        struct box box = box_decode(file, 0, (struct rect){3, 5, 30, 40});
        assert_int_equal(box.report.lost_pixels, 30 * 40);
        assert_non_null(strstr(box.report.first_loss.text, "which cannot be in"));
        box_free(&box);
        image_file_close(&file);
    }
}

// A chain of directories that comes back on itself ends; each page is there once.
static void test_directory_loop(void **state)
{
    (void)state;
    uint8_t bytes[4096] = {0};
    struct header header = {.width = 4,
                            .height = 4,
                            .bits = 8,
                            .compression = 1,
                            .rows = 4,
                            .offset = 2000,
                            .count = 16,
                            .next = 8};
    header_build(bytes, &header);
    const char *path = temporary_path("loop.tif");
    write_bytes(path, bytes, sizeof bytes);
    struct image_file *file = open_file(path, 0);
    assert_int_equal(file->frames, 1);
    image_file_close(&file);
    struct spec specs[3] = {{.bits = 8}, {.bits = 8}, {.bits = 8}};
    path = write_pages("loop3.tif", specs, 3);
    TIFF *tiff = TIFFOpen(path, "r");
    uint64_t offsets[3];
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(TIFFSetDirectory(tiff, (uint16_t)i), 1);
        offsets[i] = TIFFCurrentDirOffset(tiff);
    }
    TIFFClose(tiff);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    uint16_t entries;
    assert_int_equal(pread(fd, &entries, 2, (off_t)offsets[2]), 2);
    uint32_t back = (uint32_t)offsets[1];
    assert_int_equal(pwrite(fd, &back, 4, (off_t)(offsets[2] + 2 + 12u * entries)), 4);
    close(fd);
    file = open_file(path, 0);
    assert_int_equal(file->frames, 3);
    specs[2] = complete(specs[2]);
    check_frame(file, &specs[2], 2, 0);
    image_file_close(&file);
}

// One page that is broken leaves the others readable.
static void test_broken_page_among_good_ones(void **state)
{
    (void)state;
    struct spec specs[3] = {{.bits = 8}, {.bits = 8}, {.bits = 8}};
    const char *path = write_pages("page.tif", specs, 3);
    TIFF *tiff = TIFFOpen(path, "r");
    assert_int_equal(TIFFSetDirectory(tiff, 1), 1);
    uint64_t offset = TIFFCurrentDirOffset(tiff);
    TIFFClose(tiff);
    overwrite(path, offset + 2, 2, 0); // the first entry, ImageWidth, is now tag 0
    struct image_file *file = open_file(path, 0);
    struct frame_info info = {0};
    struct error error = {0};
    assert_int_equal(image_file_info(file, 1, &info, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "page 1"));
    check_frame(file, &specs[0], 0, 0);
    check_frame(file, &specs[2], 2, 0);
    image_file_close(&file);
}

static void silence(const char *module, const char *format, va_list arguments)
{
    (void)module, (void)format, (void)arguments;
}

int main(void)
{
    TIFFSetWarningHandler(silence);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_and_layout),
        cmocka_unit_test(test_several_samples),
        cmocka_unit_test(test_predictors),
        cmocka_unit_test(test_other_schemes),
        cmocka_unit_test(test_fill_order),
        cmocka_unit_test(test_long_strip),
        cmocka_unit_test(test_luminance_of_rgb),
        cmocka_unit_test(test_luminance_of_gray),
        cmocka_unit_test(test_subsampled_ycbcr),
        cmocka_unit_test(test_pages_of_differing_shape),
        cmocka_unit_test(test_two_clones_on_two_threads),
        cmocka_unit_test(test_names_and_unknown_files),
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_requests_out_of_bounds),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_no_data_of_detectors),
        cmocka_unit_test(test_lost_strip_and_tile),
        cmocka_unit_test(test_strip_damaged_in_its_middle),
        cmocka_unit_test(test_truncated_uncompressed),
        cmocka_unit_test(test_cut_while_open),
        cmocka_unit_test(test_truncated_compressed),
        cmocka_unit_test(test_absurd_sizes),
        cmocka_unit_test(test_absurd_tile),
        cmocka_unit_test(test_directory_loop),
        cmocka_unit_test(test_broken_page_among_good_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
