// SPDX-License-Identifier: MIT
// HCompress streams: what cfitsio packs is decoded to what was packed, or, where that is lossy or smoothed,
// to what cfitsio itself makes of it; cut and damaged streams; streams made by hand; files written by
// astropy.
#include "support/fits_maker.h"
#include "support/reader_checks.h"

#include "formats/fits/fits_htransform.h"
#include "formats/fits/fits_internal.h"

#include <fitsio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 25, ROWS_AT = 2, COLUMNS_AT = 6, SUM_AT = 14, PLANES_AT = 22 };

// A stream with its padding in exact memory, so that a sanitizer sees any read behind it.
static bool decode(const void *stream, size_t count, bool smooth, int64_t pixels, int32_t *out)
{
    uint8_t *data = malloc(count + FITS_STORED_PADDING);
    int32_t *room = malloc((size_t)pixels * 8);
    memcpy(data, stream, count);
    memset(data + count, 0xFF, FITS_STORED_PADDING);
    const bool good = fits_hcompress_decode(data, count, smooth, room, pixels);
    if (good && out)
        memcpy(out, room, (size_t)pixels * sizeof *out);
    free(room);
    free(data);
    return good;
}

// --- Against cfitsio ---

enum content { FLAT, FEW, SIGNED, STARS, RAMP, EXTREME, CONTENTS };

static int pixel(enum content content, int x, int y)
{
    const double far = hypot(x - 11.3, y - 7.9);
    switch (content) {
    case FLAT:
        return 5;
    case FEW:
        return random_next() % 20 == 0 ? (int)(random_next() % 3) : 0;
    case SIGNED:
        return (int)(random_next() % 4000) - 2000;
    case STARS:
        return (int)(30000 * exp(-far * far / 18) + 100 + (double)(random_next() % 30));
    case RAMP:
        return 17 * x - 23 * y + (x > 9 ? 400 : 0);
    default:
        return random_next() % 2 ? INT32_MAX : INT32_MIN;
    }
}

struct packed {
    int columns, rows, scale;
    enum content content;
    int *pixels;
    unsigned char *stream;
    long count;
};

static struct packed pack(int columns, int rows, enum content content, int scale)
{
    const size_t pixels = (size_t)columns * (size_t)rows;
    struct packed packed = {columns, rows, scale, content, NULL, NULL, (long)(16 * pixels + 1000)};
    LONGLONG *wide = malloc(pixels * sizeof *wide); // overwritten by cfitsio
    int status = 0;
    packed.pixels = malloc(pixels * sizeof *packed.pixels);
    packed.stream = malloc((size_t)packed.count);
    for (int i = 0; i < rows * columns; i++)
        wide[i] = packed.pixels[i] = pixel(content, i % columns, i / columns);
    fits_hcompress64(wide, columns, rows, scale, (char *)packed.stream, &packed.count, &status);
    assert_int_equal(status, 0);
    free(wide);
    return packed;
}

static void packed_free(struct packed *packed)
{
    free(packed->pixels);
    free(packed->stream);
}

static void check_as_cfitsio(const struct packed *packed, bool smooth)
{
    const int64_t pixels = (int64_t)packed->columns * packed->rows;
    int columns = 0, rows = 0, scale = 0, status = 0;
    int32_t *expected = malloc((size_t)pixels * 8), *got = malloc((size_t)pixels * sizeof *got);
    fits_hdecompress64(packed->stream, smooth, (LONGLONG *)(void *)expected, &rows, &columns, &scale,
                       &status);
    assert_int_equal(status, 0);
    assert_true(decode(packed->stream, (size_t)packed->count, smooth, pixels, got));
    const bool exact = packed->scale == 0 && !smooth;
    for (int64_t i = 0; i < pixels; i++)
        if (got[i] != expected[i] || (exact && got[i] != packed->pixels[i]))
            fail_msg("%d x %d, content %d, scale %d, smooth %d: pixel %lld is %d, cfitsio has %d of %d",
                     packed->columns, packed->rows, packed->content, packed->scale, smooth, (long long)i,
                     got[i], expected[i], packed->pixels[i]);
    free(got);
    free(expected);
}

static void test_every_shape_scale_and_smoothing(void **state)
{
    (void)state;
    static const int sides[][2] = {{4, 4},   {5, 4},   {4, 5},   {5, 5},   {7, 6},   {8, 8},
                                   {9, 9},   {16, 16}, {17, 15}, {5, 9},   {33, 7},  {4, 30},
                                   {20, 31}, {64, 33}, {65, 64}, {4, 200}, {200, 4}, {129, 127}};
    static const int scales[] = {0, 1, 2, 3, 4, 7, 16, 100, 1000, 65535};
    for (size_t side = 0; side < sizeof sides / sizeof *sides; side++)
        for (int content = 0; content < CONTENTS; content++)
            for (size_t scale = 0; scale < sizeof scales / sizeof *scales; scale++) {
                struct packed packed =
                    pack(sides[side][0], sides[side][1], (enum content)content, scales[scale]);
                check_as_cfitsio(&packed, false);
                check_as_cfitsio(&packed, true);
                packed_free(&packed);
            }
}

static void test_a_large_tile(void **state)
{
    (void)state;
    for (int scale = 0; scale <= 24; scale += 24) {
        struct packed packed = pack(1030, 514, STARS, scale);
        check_as_cfitsio(&packed, false);
        check_as_cfitsio(&packed, true);
        packed_free(&packed);
    }
}

// --- Streams made by hand ---

// 1 x 1 to 3 x 1 pixels, of which cfitsio makes none: no bit planes, so that all pixels are the sum spread
// over them. Of a level each sum is that of four pixels halved, doubled at the first: 2^(levels + 1) x mean.
static void test_smallest_shapes(void **state)
{
    (void)state;
    static const struct {
        uint8_t rows, columns, sum;
        int32_t value;
    } cases[] = {{1, 1, 9, 9},     {1, 2, 4 * 9, 9}, {2, 1, 4 * 9, 9},
                 {2, 2, 4 * 9, 9}, {1, 3, 8 * 9, 9}, {3, 3, 8 * 9, 9}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t stream[HEAD + 1] = {0xDD, 0x99};
        int32_t out[9];
        stream[ROWS_AT + 3] = cases[i].rows;
        stream[COLUMNS_AT + 3] = cases[i].columns;
        stream[SUM_AT + 7] = cases[i].sum;
        const int pixels = cases[i].rows * cases[i].columns;
        assert_true(decode(stream, sizeof stream, false, pixels, out));
        for (int n = 0; n < pixels; n++)
            assert_int_equal(out[n], cases[i].value);
    }
}

// 2 x 2 pixels 1 2 3 4: sum 10, between columns -1 + 2 - 3 + 4 = 2, between rows -1 - 2 + 3 + 4 = 4, across
// 0. Three planes of each of the two quadrants; a plane is a code of 4 bits, 0: nodes as they are, and its
// node, of which the highest bit counts.
static void test_four_pixels(void **state)
{
    (void)state;
    uint8_t stream[HEAD + 8] = {0xDD,
                                0x99,
                                [ROWS_AT + 3] = 2,
                                [COLUMNS_AT + 3] = 2,
                                [SUM_AT + 7] = 10,
                                [PLANES_AT + 1] = 3,
                                [HEAD + 1] = 0x08, // 2: its planes are 0, 1, 0
                                [HEAD + 3] =
                                    0x08}; // 4: 1, 0, 0. Behind 6 bytes of planes: the end, two signs
    int32_t out[4];
    assert_true(decode(stream, sizeof stream, false, 4, out));
    for (int i = 0; i < 4; i++)
        assert_int_equal(out[i], i + 1);
    stream[HEAD + 7] = 0x40; // the second difference is negative
    assert_true(decode(stream, sizeof stream, false, 4, out));
    for (int i = 0; i < 4; i++)
        assert_int_equal(out[i], 1 + (i + 2) % 4);
}

static void test_heads_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int at;
        uint8_t byte;
    } cases[] = {{"the mark", 1, 0x98},
                 {"more rows", ROWS_AT + 3, 17},
                 {"rows without end", ROWS_AT, 0x80},
                 {"no columns", COLUMNS_AT + 3, 0},
                 {"63 planes", PLANES_AT + 1, 63},
                 {"a sum of 2^55", SUM_AT + 1, 0x80},
                 {"a sum of -2^63", SUM_AT, 0x80}};
    struct packed packed = pack(16, 16, SIGNED, 0);
    assert_true(decode(packed.stream, (size_t)packed.count, false, 256, NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint8_t was = packed.stream[cases[i].at];
        packed.stream[cases[i].at] = cases[i].byte;
        if (decode(packed.stream, (size_t)packed.count, false, 256, NULL))
            fail_msg("%s is taken", cases[i].what);
        packed.stream[cases[i].at] = was;
    }
    assert_false(decode(packed.stream, (size_t)packed.count, false, 255, NULL));
    packed_free(&packed);
}

// --- Damage ---

// No beginning of a stream is one, and noise stays inside and ends.
static void test_cut_and_noisy_streams(void **state)
{
    (void)state;
    static const int sides[][2] = {{16, 16}, {5, 9}, {33, 7}, {4, 30}, {20, 31}};
    for (size_t n = 0; n < 4 * sizeof sides / sizeof *sides; n++) {
        struct packed packed =
            pack(sides[n / 4][0], sides[n / 4][1], (enum content)(n % 4), n % 4 == 3 ? 4 : 0);
        const int64_t pixels = (int64_t)packed.columns * packed.rows;
        for (long cut = packed.count; cut >= 0; cut--) {
            const bool good = decode(packed.stream, (size_t)cut, true, pixels, NULL);
            if (good != (cut == packed.count) && cut != packed.count - 1) // the last byte may be filling
                fail_msg("case %zu: %ld of %ld bytes: %d", n, cut, packed.count, good);
        }
        for (int turn = 0; turn < 50; turn++) {
            for (long i = HEAD; i < packed.count; i++)
                if (turn % 2 || random_next() % 16 == 0)
                    packed.stream[i] = (unsigned char)random_next();
            packed.stream[PLANES_AT + turn % 3] = (unsigned char)(random_next() % 63);
            decode(packed.stream, (size_t)packed.count, turn % 2, pixels, NULL);
        }
        packed_free(&packed);
    }
}

// --- Files ---

// Lossless tiles beside their pixels, and lossy ones beside what astropy reads from its own file, with and
// without smoothing.
static const char astropy_script[] =
    "import sys, numpy\n"
    "from astropy.io import fits\n"
    "y, x = numpy.mgrid[0:45, 0:70]\n"
    "base = (3000 * numpy.exp(-((x - 30.5)**2 + (y - 20.2)**2) / 60) + (x * 7 + y * y * 3) % 13 + 600).astype('i4')\n"
    "n = 0\n"
    "for kind in ['u1', 'i2', 'i4']:\n"
    "    for scale, smooth in [(0, 0), (0, 1), (3, 0), (3, 1), (9, 1)]:\n"
    "        data = (base // (20 if kind == 'u1' else 1)).astype(kind)\n"
    "        name = sys.argv[1] + str(n)\n"
    "        fits.CompImageHDU(data, compression_type='HCOMPRESS_1', tile_size=(24, 16),\n"
    "                          hcomp_scale=scale, hcomp_smooth=smooth).writeto(name + '.fits', overwrite=True)\n"
    "        if scale: data = fits.getdata(name + '.fits', 1).astype(kind)\n"
    "        data.tofile(name + '.raw')\n"
    "        n += 1\n";

static void test_astropy_writes(void **state)
{
    (void)state;
    char arguments[600], name[32];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("hcompress"));
    python_run("numpy, astropy.io.fits", astropy_script, arguments);
    for (int n = 0; n < 15; n++) {
        size_t count = 0;
        snprintf(name, sizeof name, "hcompress%d.raw", n);
        uint8_t *expected = load_bytes(temporary_path(name), &count);
        snprintf(name, sizeof name, "hcompress%d.fits", n);
        struct image_file *file = open_good(temporary_path(name));
        assert_string_equal(info_of(file, 0).compression, "HCompress");
        assert_int_equal(count, 70 * 45 * sample_traits(info_of(file, 0).type)->bytes);
        check_rectangles(file, 0, expected);
        image_file_close(&file);
        free(expected);
    }
}

// The largest sides there can be, of which the product is more than a number of 64 bits.
static void test_sides_whose_product_overflows(void **state)
{
    (void)state;
    uint8_t stream[HEAD + FITS_STORED_PADDING] = {0xDD, 0x99};
    memset(stream + ROWS_AT, 0xFF, 4);
    memset(stream + COLUMNS_AT, 0xFF, 4);
    assert_false(fits_hcompress_decode(stream, HEAD, false, NULL, INT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_shape_scale_and_smoothing),
        cmocka_unit_test(test_a_large_tile),
        cmocka_unit_test(test_smallest_shapes),
        cmocka_unit_test(test_four_pixels),
        cmocka_unit_test(test_heads_that_are_refused),
        cmocka_unit_test(test_cut_and_noisy_streams),
        cmocka_unit_test(test_sides_whose_product_overflows),
        cmocka_unit_test(test_astropy_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
