// SPDX-License-Identifier: MIT
// Compressed tiles of FITS files: the Rice code against streams made by hand, whole files against cfitsio's
// own reading and against files written by astropy, and damaged ones.
#include "support/fits_maker.h"
#include "support/reader_checks.h"

#include "formats/base/readers_list.h"
#include "formats/fits/fits_internal.h"
#include "image/mask.h"

#include <fitsio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- The Rice code ---

struct rice_case {
    const char *what;
    int pixel_bytes;
    int64_t block, pixels;
    size_t count;
    uint8_t stream[16];
    int64_t first, second, last; // of the numbers; `first` of 0 pixels: the stream is refused
    bool good;
};

// The streams are worked out by hand from section 10.4.1 of the FITS Standard.
static const struct rice_case rice_cases[] = {
    // 5 6 4 4: differences 0 1 -2 0, folded 0 2 3 0, one low bit: 0010 10 010 011 10.
    {"low bits", 2, 4, 4, 4, {0, 5, 0x29, 0x38}, 5, 6, 4, true},
    {"low bits, one byte short", 2, 4, 4, 3, {0, 5, 0x29, 0x38}, 0, 0, 0, false},
    {"no bits at all", 2, 4, 4, 2, {0, 5}, 0, 0, 0, false},
    {"half a first number", 2, 4, 4, 1, {0, 5}, 0, 0, 0, false},
    {"nothing", 4, 32, 1, 0, {0}, 0, 0, 0, false},
    {"all the same", 4, 32, 32, 5, {0, 0, 1, 0, 0}, 256, 256, 256, true},
    {"the same in three blocks", 4, 32, 70, 6, {0, 0, 1, 0, 0, 0}, 256, 256, 256, true},
    {"too few blocks", 4, 32, 70, 5, {0, 0, 1, 0, 0}, 0, 0, 0, false},
    // 7 135: differences 0 -128, folded 0 255, as they are: 111 00000000 11111111.
    {"as they are", 1, 8, 2, 4, {7, 0xE0, 0x1F, 0xE0}, 7, 135, 135, true},
    {"as they are, cut", 1, 8, 2, 3, {7, 0xE0, 0x1F, 0xE0}, 0, 0, 0, false},
    // A selector of 31 where 26 is the highest.
    {"a selector out of range", 4, 32, 2, 12, {0, 0, 0, 1, 0xF8, 0xFF, 0xFF, 0xFF, 0xFF}, 0, 0, 0, false},
    // No low bits, then zeros to the end and no one: 00001 000...
    {"zeros without end", 4, 32, 2, 16, {0, 0, 0, 1, 0x08}, 0, 0, 0, false},
    // -1 wraps round: -32768 - 1 is 32767. Folded 0 1, no low bits: 0001 1 01.
    {"round the end of the range", 2, 32, 2, 3, {0x80, 0, 0x1A}, -32768, 32767, 32767, true},
    // 70 zeros before the one: folded 140 + 0 with one low bit, difference 70: 010 10 0...0 10.
    {"a long run", 1, 32, 2, 11, {9, 0x50, 0, 0, 0, 0, 0, 0, 0, 0, 0x10}, 9, 79, 79, true},
};

static int64_t number_at(const uint8_t *numbers, int bytes, int64_t i)
{
    int16_t i16;
    int32_t i32;
    memcpy(&i16, numbers + (bytes == 2 ? 2 * i : 0), 2);
    memcpy(&i32, numbers + (bytes == 4 ? 4 * i : 0), 4);
    return bytes == 1 ? numbers[i] : bytes == 2 ? i16 : i32;
}

static void test_rice_streams(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof rice_cases / sizeof *rice_cases; n++) {
        const struct rice_case *rice = &rice_cases[n];
        // Exact memory, so that a sanitizer sees any read or write outside it.
        uint8_t *stream = malloc(rice->count + FITS_STORED_PADDING);
        uint8_t *numbers = malloc((size_t)(rice->pixels * rice->pixel_bytes) + 4);
        memcpy(stream, rice->stream, rice->count);
        memset(stream + rice->count, 0xFF, FITS_STORED_PADDING);
        bool good = fits_rice_decode(stream, rice->count, rice->pixel_bytes, rice->block, numbers,
                                     rice->pixels, NULL);
        if (good != rice->good)
            fail_msg("%s: %d", rice->what, good);
        if (good) {
            assert_int_equal(number_at(numbers, rice->pixel_bytes, 0), rice->first);
            assert_int_equal(number_at(numbers, rice->pixel_bytes, 1), rice->second);
            assert_int_equal(number_at(numbers, rice->pixel_bytes, rice->pixels - 1), rice->last);
            assert_true((int64_t)rice->count >=
                        fits_rice_least_bytes(rice->pixel_bytes, rice->block, rice->pixels));
        }
        free(numbers);
        free(stream);
    }
}

static void test_rice_noise_stays_inside(void **state)
{
    (void)state;
    static const int bytes[] = {1, 2, 4};
    for (int n = 0; n < 3000; n++) {
        size_t count = random_next() % 200;
        int64_t pixels = (int64_t)(random_next() % 500 + 1), block = (int64_t)(random_next() % 40 + 1);
        int size = bytes[n % 3];
        uint8_t *stream = malloc(count + FITS_STORED_PADDING), *numbers = malloc((size_t)(pixels * size));
        for (size_t i = 0; i < count; i++)
            stream[i] =
                n % 2 ? (uint8_t)random_next() : (uint8_t)(random_next() & random_next() & random_next());
        memset(stream + count, 0xFF, FITS_STORED_PADDING);
        if (fits_rice_decode(stream, count, size, block, numbers, pixels, NULL))
            assert_true((int64_t)count >= fits_rice_least_bytes(size, block, pixels));
        free(numbers);
        free(stream);
    }
}

// --- A file made by hand ---

static void descriptor(struct fits_maker *maker, uint32_t count, uint32_t offset)
{
    uint8_t bytes[8];
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(count >> (24 - 8 * i));
        bytes[4 + i] = (uint8_t)(offset >> (24 - 8 * i));
    }
    text_append_bytes(&maker->bytes, (const char *)bytes, sizeof bytes);
}

// Rows of 16 pixels of 32 bits, a tile each.
static void rice_header(struct fits_maker *maker, const char *bytepix)
{
    static const char *const cards[] = {"SIMPLE  =                    T", "BITPIX  =                    8",
                                        "NAXIS   =                    0", "EXTEND  =                    T",
                                        "END"};
    static const char *const table[] = {"XTENSION= 'BINTABLE'",
                                        "BITPIX  =                    8",
                                        "NAXIS   =                    2",
                                        "NAXIS1  =                    8",
                                        "NAXIS2  =                    6",
                                        "PCOUNT  =                   40",
                                        "GCOUNT  =                    1",
                                        "TFIELDS =                    1",
                                        "TTYPE1  = 'COMPRESSED_DATA'",
                                        "TFORM1  = '1PB(16)'",
                                        "ZIMAGE  =                    T",
                                        "ZBITPIX =                   32",
                                        "ZNAXIS  =                    2",
                                        "ZNAXIS1 =                   16",
                                        "ZNAXIS2 =                    6",
                                        "ZTILE1  =                   16",
                                        "ZTILE2  =                    1",
                                        "ZCMPTYPE= 'RICE_1  '",
                                        "ZNAME1  = 'BLOCKSIZE'",
                                        "ZVAL1   =                   32",
                                        "ZNAME2  = 'BYTEPIX '"};
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
        fits_card(maker, "%s", cards[i]);
    fits_pad(maker, ' ');
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fits_card(maker, "%s", table[i]);
    fits_card(maker, "%s", bytepix);
    fits_end(maker);
}

static const char *save_rice(const char *bytepix)
{
    struct fits_maker maker = {0};
    rice_header(&maker, bytepix);
    descriptor(&maker, 5, 0);    // sound: all 7
    descriptor(&maker, 20, 8);   // zeros to the end of its bytes
    descriptor(&maker, 4, 0);    // ends behind the first number
    descriptor(&maker, 1000, 8); // more bytes than the file has
    descriptor(&maker, 5, 1u << 30);
    descriptor(&maker, 5, 0);
    static const uint8_t heap[40] = {0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0x08};
    text_append_bytes(&maker.bytes, (const char *)heap, sizeof heap);
    const char *path = save_bytes("overread.fits", maker.bytes.data, maker.bytes.length);
    text_free(&maker.bytes);
    return path;
}

// cfitsio 4.2 reads behind its memory in such tiles.
static void test_rice_overread_is_a_lost_tile(void **state)
{
    (void)state;
    struct image_file *file = open_good(save_rice("ZVAL2   =                    4"));
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, 4 * 16);
    assert_non_null(strstr(picture.report.first_loss.text, "column 0, row 1"));
    for (int64_t i = 0; i < 6 * 16; i++) {
        bool lost = i / 16 >= 1 && i / 16 <= 4;
        assert_int_equal(picture.classes[i], lost ? MASK_BIT(MASK_BAD) : 0);
        assert_int_equal(number_at(picture.pixels, 4, i), lost ? 0 : 7);
    }
    picture_free(&picture);
    image_file_close(&file);
}

// An option of the codec that is not what it must be makes the image a damaged one.
static void test_odd_options_are_refused(void **state)
{
    (void)state;
    static const char *const cards[] = {
        "ZVAL2   =0                   4 / bytes per pixel", // the value begins right behind "="
        "ZVAL2   =(                   4 / bytes per pixel (1, 2, 4, or 8)",
        "ZVAL2   = 'a text of so many characters that there is no room for it'",
        "ZVAL2   = 44444444444444444444444444444444444444444444444444444444",
        "ZVAL2   =                    0",
        "ZVAL2   =                    8",
        "ZVAL2   =                   -4",
        "ZVAL2   =                  4.5",
        "THEAP   =                   47",
        "THEAP   =           9999999999",
    };
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
        check_refused(save_rice(cards[i]), STATUS_BROKEN, "damaged header");
    // What is short or has a long comment is none of these, nor is what no number is needed of: cfitsio would
    // copy such a text behind the end of a sentence, which ends the program.
    static const char *const good[] = {
        "ZVAL2   = 4 / bytes per pixel, of which there may be four",
        "ZVAL2   =                  4.0",
        "BLANK   = '-5'  / a text that is a number, and a long comment of it",
        "BLANK   = 44444444444444444444444444444444444444444444444444444444",
        "ZBLANK  = 'it''s a text of so many characters that there is no room'",
        "TNULL1  = atextofsomanycharactersthatthereisnoroomforitanywhere",
        "ZDITHER0= 44444444444444444444444444444444444444444444444444444444",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct image_file *file = open_good(save_rice(good[i]));
        struct picture picture = decode_rect(file, 0, (struct rect){0, 0, 16, 1}, 0);
        assert_int_equal(number_at(picture.pixels, 4, 15), 7);
        picture_free(&picture);
        image_file_close(&file);
    }
}

// --- Quantized floats, as cfitsio reads its own files ---

enum { WIDTH = 53, HEIGHT = 31, COUNT = WIDTH * HEIGHT };

#define NO_VALUE (-1.5e30)

static const char *save_quantized(int codec, int method, int image, const double *numbers)
{
    const char *path = temporary_path("quantized.fits.fz");
    fitsfile *fits = NULL;
    int code = 0;
    long tile[2] = {20, 9}, axes[2] = {WIDTH, HEIGHT};
    unlink(path);
    fits_create_diskfile(&fits, path, &code);
    fits_set_compression_type(fits, codec, &code);
    fits_set_tile_dim(fits, 2, tile, &code);
    fits_set_quantize_level(fits, 4, &code);
    fits_set_quantize_method(fits, method, &code);
    fits_set_dither_seed(fits, 9990, &code); // so that the table of random numbers begins again
    fits_create_img(fits, image, 2, axes, &code);
    fits_write_imgnull(fits, TDOUBLE, 1, COUNT, (void *)numbers, &(double){NO_VALUE}, &code);
    fits_close_file(fits, &code);
    assert_int_equal(code, 0);
    return path;
}

static void check_quantized(int codec, int method, int image, const double *numbers)
{
    static double expected[COUNT];
    const char *path = save_quantized(codec, method, image, numbers);
    fitsfile *fits = NULL;
    int code = 0, type = 0;
    double null = (double)NAN;
    fits_open_diskfile(&fits, path, READONLY, &code);
    fits_movabs_hdu(fits, 2, &type, &code);
    fits_read_img(fits, TDOUBLE, 1, COUNT, &null, expected, NULL, &code);
    fits_close_file(fits, &code);
    assert_int_equal(code, 0);
    struct image_file *file = open_good(path);
    struct picture picture = decode_whole(file, 0);
    for (int i = 0; i < COUNT; i++) {
        double got, want = image == FLOAT_IMG ? (double)(float)expected[i] : expected[i];
        if (image == FLOAT_IMG)
            got = (double)((const float *)(const void *)picture.pixels)[i];
        else
            got = ((const double *)(const void *)picture.pixels)[i];
        if (isnan(want) != isnan(got) || (!isnan(want) && want != got) || isnan(got) != (i == 77))
            fail_msg("codec %d method %d pixel %d: %.17g, not %.17g", codec, method, i, got, want);
    }
    picture_free(&picture);
    check_rectangles_agree(file, 0);
    image_file_close(&file);
}

static void test_quantized_as_cfitsio(void **state)
{
    (void)state;
    static const int codecs[] = {RICE_1, GZIP_1, GZIP_2, HCOMPRESS_1};
    static const int methods[] = {NO_DITHER, SUBTRACTIVE_DITHER_1, SUBTRACTIVE_DITHER_2};
    static double numbers[COUNT];
    for (int i = 0; i < COUNT; i++)
        numbers[i] = i % 11 == 0 ? 0.0 : (double)(random_next() % 100000) / 777.0 + i;
    numbers[77] = NO_VALUE;
    for (int i = 0; i < 11; i++) // HCompress does not go with the last method
        for (int image = 0; image < 2; image++)
            check_quantized(codecs[i / 3], methods[i % 3], image ? FLOAT_IMG : DOUBLE_IMG, numbers);
}

// --- Files written by astropy ---

// Arrays of several types, compressed in every way that keeps them, beside their bytes in the machine's
// order.
static const char astropy_script[] =
    "import sys, numpy\n"
    "from astropy.io import fits\n"
    "y, x = numpy.mgrid[0:45, 0:70]\n"
    "base = (x * 7 + y * y * 3) % 251\n"
    "base[20:30, 30:60] = 17\n"
    "n = 0\n"
    "for kind in ['u1', 'i2', 'u2', 'i4', 'u4', 'f4', 'f8']:\n"
    "    for codec in ['RICE_1', 'GZIP_1', 'GZIP_2', 'NOCOMPRESS']:\n"
    "        if kind[0] == 'f' and codec[:4] != 'GZIP': continue\n"
    "        data = base.astype(kind)\n"
    "        if kind in ('i2', 'i4'): data -= 100\n"
    "        if kind == 'i2': data[0, :3] = [-32768, 32767, 0]\n"
    "        if kind == 'i4': data[3, :3] = [-2147483648, 2147483647, 0]\n"
    "        if kind[0] == 'f': data = data / data.dtype.type(3)\n"
    "        options = dict(compression_type=codec, tile_size=(16, 12))\n"
    "        if kind[0] == 'f': options['quantize_level'] = 0\n"
    "        fits.CompImageHDU(data, **options).writeto(sys.argv[1] + '%d.fits' % n, overwrite=True)\n"
    "        data.tofile(sys.argv[1] + '%d.raw' % n)\n"
    "        n += 1\n";

static void test_astropy_writes(void **state)
{
    (void)state;
    char arguments[600], name[32];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("astropy"));
    python_run("numpy, astropy.io.fits", astropy_script, arguments);
    int checked = 0;
    for (;; checked++) {
        snprintf(name, sizeof name, "astropy%d.raw", checked);
        if (access(temporary_path(name), R_OK) != 0)
            break;
        size_t count = 0;
        uint8_t *expected = load_bytes(temporary_path(name), &count);
        snprintf(name, sizeof name, "astropy%d.fits", checked);
        struct image_file *file = open_good(temporary_path(name));
        assert_int_equal(count, 70 * 45 * sample_traits(info_of(file, 0).type)->bytes);
        check_rectangles(file, 0, expected);
        image_file_close(&file);
        free(expected);
    }
    print_message("%d files of astropy agree\n", checked);
    assert_true(checked >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rice_streams),
        cmocka_unit_test(test_rice_noise_stays_inside),
        cmocka_unit_test(test_rice_overread_is_a_lost_tile),
        cmocka_unit_test(test_odd_options_are_refused),
        cmocka_unit_test(test_quantized_as_cfitsio),
        cmocka_unit_test(test_astropy_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
