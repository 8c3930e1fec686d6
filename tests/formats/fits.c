// SPDX-License-Identifier: MIT
// The FITS reader against files made here byte by byte, files compressed by cfitsio, and real files.
#include "support/fits_maker.h"
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "formats/base/readers_list.h"
#include "image/mask.h"

#include <fitsio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- Stored numbers and samples, computed the slow way ---

enum { WIDTH = 37, HEIGHT = 23, COUNT = WIDTH * HEIGHT };

static size_t item_bytes(int bitpix)
{
    return (size_t)abs(bitpix) / 8;
}

// Random numbers of the BITPIX with the extremes among them.
static void stored_numbers(int bitpix, uint8_t *numbers)
{
    size_t item = item_bytes(bitpix);
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t bits = i == 0 ? 0 : i == 1 ? UINT64_MAX : i == 2 ? UINT64_MAX >> 1 : random_next();
        if (i == 3) // the lowest signed number
            bits = UINT64_C(1) << (8 * item - 1);
        double number = (double)(int64_t)random_next() / 1e7;
        float single = (float)number;
        if (bitpix == -32)
            memcpy(&bits, &single, sizeof single);
        if (bitpix == -64)
            memcpy(&bits, &number, sizeof number);
        memcpy(numbers + i * item, &bits, item);
    }
}

__extension__ typedef __int128 int128;

static int128 stored_at(int bitpix, const uint8_t *numbers, size_t i)
{
    const uint8_t *at = numbers + i * item_bytes(bitpix);
    uint64_t bits = 0;
    memcpy(&bits, at, item_bytes(bitpix));
    return bitpix == 8 ? (int64_t)bits : (int64_t)(bits << (64 - bitpix)) >> (64 - bitpix);
}

static double float_at(int bitpix, const uint8_t *numbers, size_t i)
{
    float single;
    double number;
    memcpy(&single, numbers + i * item_bytes(bitpix), sizeof single);
    if (bitpix == -32)
        return (double)single;
    memcpy(&number, numbers + i * 8, sizeof number);
    return number;
}

struct scaling {
    int bitpix;
    const char *bscale, *bzero; // as in the cards; NULL = no card
    const char *type;           // what comes out
    double scale, zero;
};

static const struct scaling scalings[] = {
    {8, NULL, NULL, "u8", 1, 0},
    {16, "1", "0", "i16", 1, 0},
    {32, "1.0", NULL, "i32", 1, 0},
    {64, NULL, "0.0", "i64", 1, 0},
    {-32, NULL, NULL, "f32", 1, 0},
    {-64, NULL, NULL, "f64", 1, 0},
    {8, "1.0", "-128", "i8", 1, -128},
    {16, "1", "32768", "u16", 1, 32768},
    {32, "1", "2147483648", "u32", 1, 2147483648.0},
    {64, "1", "9223372036854775808", "u64", 1, 9223372036854775808.0},
    {8, "0.1", "3", "f32", 0.1, 3},
    {16, "1.7D-3", "-1.1", "f32", 1.7e-3, -1.1},
    {16, NULL, "100", "f32", 1, 100},
    {32, "0.3", "1E5", "f64", 0.3, 1e5},
    {64, "1.5", NULL, "f64", 1.5, 0},
    {-32, "0.7", "11", "f32", 0.7, 11},
    {-64, "0.7", "11", "f64", 0.7, 11},
};

// The samples that the numbers stand for. volatile keeps every rounding.
static void expected_samples(const struct scaling *scaling, const uint8_t *numbers, uint8_t *samples)
{
    enum sample_type type;
    assert_true(sample_type_by_name(scaling->type, &type));
    size_t item = sample_traits(type)->bytes;
    bool scaled = scaling->scale != 1 || scaling->zero != 0;
    for (size_t i = 0; i < COUNT; i++) {
        bool integer = scaling->bitpix > 0;
        double number =
            integer ? (double)stored_at(scaling->bitpix, numbers, i) : float_at(scaling->bitpix, numbers, i);
        volatile float single = (float)number;
        volatile double wide = number;
        if (scaled) {
            single = single * (float)scaling->scale;
            single = single + (float)scaling->zero;
            wide = wide * scaling->scale;
            wide = wide + scaling->zero;
        }
        if (type == SAMPLE_F32) {
            memcpy(samples + i * item, (const void *)&single, item);
        } else if (type == SAMPLE_F64) {
            memcpy(samples + i * item, (const void *)&wide, item);
        } else {
            int128 exact = stored_at(scaling->bitpix, numbers, i) + (int128)scaling->zero;
            memcpy(samples + i * item, &exact, item);
        }
    }
}

static const char *save_scaled(const struct scaling *scaling, const uint8_t *numbers, const char *name)
{
    struct fits_maker maker = {0};
    fits_image_cards(&maker, true, scaling->bitpix, (const long long[]){WIDTH, HEIGHT, 0});
    if (scaling->bscale)
        fits_card(&maker, "BSCALE  = %20s", scaling->bscale);
    if (scaling->bzero)
        fits_card(&maker, "BZERO   = %20s", scaling->bzero);
    fits_end(&maker);
    fits_numbers(&maker, numbers, COUNT, item_bytes(scaling->bitpix));
    return fits_maker_save(&maker, name, 0);
}

static void test_every_bitpix_and_scaling(void **state)
{
    (void)state;
    uint8_t numbers[COUNT * 8], samples[COUNT * 8];
    for (size_t i = 0; i < sizeof scalings / sizeof *scalings; i++) {
        stored_numbers(scalings[i].bitpix, numbers);
        expected_samples(&scalings[i], numbers, samples);
        struct image_file *file = open_good(save_scaled(&scalings[i], numbers, "scaled.fits"));
        struct frame_info info = info_of(file, 0);
        assert_string_equal(sample_traits(info.type)->name, scalings[i].type);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        assert_string_equal(info.format, "FITS");
        assert_string_equal(info.compression, "none");
        assert_int_equal(file->frames, 1);
        check_rectangles(file, 0, samples);
        image_file_close(&file);
    }
}

static void test_special_floats_are_untouched(void **state)
{
    (void)state;
    float numbers[COUNT] = {NAN, INFINITY, -INFINITY, -0.0f, 1e-42f, 3.4e38f};
    struct image_file *file = open_good(save_scaled(&scalings[4], (const uint8_t *)numbers, "special.fits"));
    check_rectangles(file, 0, numbers);
    image_file_close(&file);
}

static void test_blank(void **state)
{
    (void)state;
    int16_t numbers[6] = {5, -99, 7, -32768, -99, 0};
    for (int scaled = 0; scaled < 2; scaled++) {
        struct fits_maker maker = {0};
        fits_image_cards(&maker, true, 16, (const long long[]){3, 2, 0});
        fits_card(&maker, "BLANK   = %20d", -99);
        if (scaled)
            fits_card(&maker, "BSCALE  = %20s", "2.0");
        fits_end(&maker);
        fits_numbers(&maker, numbers, 6, 2);
        struct image_file *file = open_good(fits_maker_save(&maker, "blank.fits", 0));
        struct picture picture = decode_rect(file, 0, (struct rect){0, 0, 3, 2}, 0);
        const float *floats = (const float *)(const void *)picture.pixels;
        for (int i = 0; i < 6; i++) {
            bool blank = numbers[i] == -99;
            assert_int_equal(picture.classes[i], blank && !scaled ? MASK_BIT(MASK_GAP) : 0);
            if (scaled)
                assert_true(blank ? isnan(floats[i]) : floats[i] == 2.0f * (float)numbers[i]);
        }
        assert_int_equal(picture.report.any_class, !scaled);
        if (!scaled)
            assert_memory_equal(picture.pixels, numbers, sizeof numbers);
        picture_free(&picture);
        image_file_close(&file);
    }
}

static void test_unit_and_title(void **state)
{
    (void)state;
    static const struct {
        const char *bunit, *unit, *extname, *title;
    } cases[] = {
        {"", "", "", ""},
        {"BUNIT   = 'ADU     '", "ADU", "EXTNAME = 'SCI     '", "SCI"},
        {"BUNIT   = 'MJy/sr  ' / brightness", "MJy/sr", "EXTNAME = 'a/b  c''d'", "a/b  c'd"},
        {"BUNIT   = '\x1b[31mm\xb5'", "\x1b[31mm\xc2\xb5", "", ""}, // valid UTF-8
        {"BUNIT   = '1234567890123456789012345678901234567890'", "1234567890123456789012345678901", "", ""},
        {"BUNIT   =                    3", "3", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fits_maker maker = {0};
        fits_image_cards(&maker, true, 8, (const long long[]){2, 1, 0});
        fits_card(&maker, "%s", cases[i].bunit);
        fits_card(&maker, "%s", cases[i].extname);
        fits_end(&maker);
        fits_numbers(&maker, "\1\2", 2, 1);
        struct image_file *file = open_good(fits_maker_save(&maker, "unit.fits", 0));
        struct frame_info info;
        assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
        assert_string_equal(info.unit, cases[i].unit);
        assert_string_equal(info.title, cases[i].title);
        image_file_close(&file);
    }
}

static void test_cube_frames(void **state)
{
    (void)state;
    int32_t numbers[5 * 4 * 3 * 2];
    for (int i = 0; i < 120; i++)
        numbers[i] = i * 1000003;
    struct fits_maker maker = {0};
    fits_image_cards(&maker, true, 32, (const long long[]){5, 4, 3, 2, 0});
    fits_end(&maker);
    fits_numbers(&maker, numbers, 120, 4);
    struct image_file *file = open_good(fits_maker_save(&maker, "cube.fits", 0));
    assert_int_equal(file->frames, 6);
    for (int64_t frame = 0; frame < 6; frame++)
        check_rectangles(file, frame, numbers + frame * 20);
    struct frame_info info;
    struct error error;
    assert_int_equal(image_file_info(file, 6, &info, &error), STATUS_USAGE);
    image_file_close(&file);
}

static void test_one_axis(void **state)
{
    (void)state;
    double numbers[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct fits_maker maker = {0};
    fits_image_cards(&maker, true, -64, (const long long[]){9, 0});
    fits_end(&maker);
    fits_numbers(&maker, numbers, 9, 8);
    struct image_file *file = open_good(fits_maker_save(&maker, "line.fits", 0));
    assert_int_equal(info_of(file, 0).height, 1);
    check_rectangles(file, 0, numbers);
    image_file_close(&file);
}

// Primary without data, a line, an image SCI 2 x 2, a binary table EVENTS, an image with a blank in its name.
static const char *save_many(void)
{
    static const int16_t numbers[4] = {11, 12, 13, 14};
    struct fits_maker maker = {0};
    fits_image_cards(&maker, true, 8, (const long long[]){0});
    fits_end(&maker);
    fits_image_cards(&maker, false, 16, (const long long[]){4, 0});
    fits_end(&maker);
    fits_numbers(&maker, numbers, 4, 2);
    fits_image_cards(&maker, false, 16, (const long long[]){2, 2, 0});
    fits_card(&maker, "EXTNAME = 'SCI     '");
    fits_end(&maker);
    fits_numbers(&maker, numbers, 4, 2);
    fits_card(&maker, "XTENSION= 'BINTABLE'");
    static const char *const table[] = {"BITPIX  = 8",   "NAXIS   = 2",       "NAXIS1  = 2", "NAXIS2  = 4",
                                        "PCOUNT  = 0",   "GCOUNT  = 1",       "TFIELDS = 1", "TFORM1  = '1I'",
                                        "TTYPE1  = 'X'", "EXTNAME = 'EVENTS'"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fits_card(&maker, "%s", table[i]);
    fits_end(&maker);
    fits_numbers(&maker, numbers, 4, 2);
    fits_image_cards(&maker, false, 16, (const long long[]){1, 4, 0});
    fits_card(&maker, "EXTNAME = 'D Q     '");
    fits_end(&maker);
    fits_numbers(&maker, numbers, 4, 2);
    return fits_maker_save(&maker, "many.fits", 0);
}

static void test_selector(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        int64_t width, height;
    } cases[] = {{"", 2, 2}, {"[2]", 2, 2}, {"[1]", 4, 1}, {"[4]", 1, 4}, {"[sci]", 2, 2}, {"[D Q]", 1, 4}};
    char path[600], name[640];
    snprintf(path, sizeof path, "%s", save_many());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(name, sizeof name, "%s%s", path, cases[i].selector);
        struct image_file *file = open_good(name);
        struct frame_info info = info_of(file, 0);
        assert_int_equal(info.width, cases[i].width);
        assert_int_equal(info.height, cases[i].height);
        check_rectangles(file, 0, (const int16_t[]){11, 12, 13, 14});
        image_file_close(&file);
    }
    static const char *const bad[] = {"[0]", "[3]", "[9]", "[-1]", "[none]", "[99999999999]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error error;
        snprintf(name, sizeof name, "%s%s", path, bad[i]);
        assert_int_equal(open_bad(name, &error), STATUS_UNSUPPORTED);
        assert_non_null(strstr(error.text, "3: table EVENTS"));
        assert_non_null(strstr(error.text, "2: image SCI 2 x 2"));
    }
}

static void test_contents(void **state)
{
    (void)state;
    char path[600], name[640];
    struct text contents = {0};
    struct error error = {0};
    snprintf(path, sizeof path, "%s", save_many());
    snprintf(name, sizeof name, "%s::4", path);
    struct image_file *file = open_good(name);
    assert_int_equal(image_file_contents(file, NULL, &contents, &error), STATUS_OK);
    assert_string_equal(text_string(&contents), "\t\t\t\t0: no data\n"
                                                "1\t4\ti16\tnone\t\n"
                                                "2\t2 x 2\ti16\tnone\tSCI\n"
                                                "\t\t\t\t3: table EVENTS\n"
                                                "4\t4 x 1\ti16\tnone\tD Q\n");
    // The handle is where it was.
    check_rectangles(file, 0, (const int16_t[]){11, 12, 13, 14});
    assert_int_equal(info_of(file, 0).height, 4);
    image_file_close(&file);
    text_free(&contents);
}

static void test_random_groups_are_refused(void **state)
{
    (void)state;
    struct fits_maker maker = {0};
    fits_card(&maker, "SIMPLE  =                    T");
    static const char *const cards[] = {"BITPIX  =   16", "NAXIS   =   3", "NAXIS1  =   0", "NAXIS2  =   4",
                                        "NAXIS3  =   4",  "GROUPS  =   T", "PCOUNT  =   1", "GCOUNT  =   1"};
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
        fits_card(&maker, "%s", cards[i]);
    fits_end(&maker);
    fits_numbers(&maker, (int16_t[17]){0}, 17, 2);
    struct error error;
    assert_int_equal(open_bad(fits_maker_save(&maker, "groups.fits", 0), &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "0: random groups"));
}

static void test_truncated(void **state)
{
    (void)state;
    float numbers[COUNT];
    stored_numbers(-32, (uint8_t *)numbers);
    struct fits_maker maker = {0};
    fits_image_cards(&maker, true, -32, (const long long[]){WIDTH, HEIGHT, 0});
    fits_end(&maker);
    fits_numbers(&maker, numbers, COUNT, 4);
    enum { THERE = 10 * WIDTH + 5 };
    struct image_file *file = open_good(fits_maker_save(&maker, "short.fits", 2880 + THERE * 4 + 2));
    struct picture picture = decode_rect(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, 0);
    assert_memory_equal(picture.pixels, numbers, THERE * 4);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(picture.classes[i], i < THERE ? 0 : MASK_BIT(MASK_BAD));
        if (i >= THERE)
            assert_true(isnan(((const float *)(const void *)picture.pixels)[i]));
    }
    assert_int_equal(picture.report.lost_pixels, COUNT - THERE);
    assert_true(picture.report.any_class);
    assert_non_null(strstr(picture.report.first_loss.text, "ends after row 10 of 23"));
    picture_free(&picture);
    picture = decode_rect(file, 0, (struct rect){3, 9, 4, 3}, 0);
    assert_int_equal(picture.report.lost_pixels, 4 + 2);
    picture_free(&picture);
    image_file_close(&file);
}

static void test_absurd_sizes_are_refused(void **state)
{
    (void)state;
    static const long long shapes[][5] = {
        {1 << 20, 1 << 20, 0},
        {1, 1LL << 40, 0},
        {1LL << 40, 0},
        {16, 16, 1LL << 40, 0},
        {1LL << 40, 1LL << 40, 1LL << 40, 0},
        {1LL << 62, 4, 0},
        {4, 4, 1LL << 62, 1LL << 62, 0},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct fits_maker maker = {0};
        struct error error;
        fits_image_cards(&maker, true, 32, shapes[i]);
        fits_end(&maker);
        text_append_bytes(&maker.bytes, "12345678", 8);
        enum status status = open_bad(fits_maker_save(&maker, "absurd.fits", 0), &error);
        assert_true(status == STATUS_BROKEN || status == STATUS_TOO_LARGE || status == STATUS_UNSUPPORTED);
    }
}

static void test_no_end_is_broken(void **state)
{
    (void)state;
    struct fits_maker maker = {0};
    struct error error;
    fits_image_cards(&maker, true, 32, (const long long[]){5, 5, 0});
    assert_int_equal(open_bad(fits_maker_save(&maker, "noend.fits", 0), &error), STATUS_BROKEN);
}

static void test_names_mean_nothing_else(void **state)
{
    (void)state;
    static const char *const names[] = {"x.fits+1",   "a[1:2,1:2].fits", "!y.fits",
                                        "mem:z.fits", "t.fits[0]",       "-"};
    uint8_t numbers[COUNT];
    stored_numbers(8, numbers);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct image_file *file = open_good(save_scaled(&scalings[0], numbers, names[i]));
        check_rectangles(file, 0, numbers);
        image_file_close(&file);
    }
}

static void test_metadata(void **state)
{
    (void)state;
    struct fits_maker maker = {0};
    fits_image_cards(&maker, true, 8, (const long long[]){2, 2, 0});
    fits_card(&maker, "OBJECT  = 'O''Hara \xE9 '    / who");
    fits_card(&maker, "EXPTIME =                  1.5 / [s] exposure");
    fits_card(&maker, "LONGSTR = 'first &'");
    fits_card(&maker, "CONTINUE  'second'");
    fits_card(&maker, "HISTORY made by hand");
    fits_card(&maker, "COMMENT = not a value");
    fits_end(&maker);
    fits_numbers(&maker, (uint8_t[4]){0}, 4, 1);
    struct image_file *file = open_good(fits_maker_save(&maker, "cards.fits", 0));
    struct text text = {0};
    struct error error = {0};
    assert_int_equal(image_file_metadata(file, 0, NULL, &text, &error), STATUS_OK);
    assert_true(utf8_valid(text.data, text.length));
    static const char *const lines[] = {"BITPIX\t8\n", "OBJECT\tO'Hara \xC3\xA9 / who\n",
                                        "EXPTIME\t1.5 / [s] exposure\n", "LONGSTR\tfirst second\n",
                                        "HISTORY\tmade by hand\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text.data, lines[i]))
            fail_msg("no line %s in\n%s", lines[i], text.data);
    text_free(&text);
    image_file_close(&file);
}

// --- Compressed files, written by cfitsio ---

struct codec {
    int codec, image_type, memory_type;
    const char *type, *name;
    size_t item;
};

static const struct codec codecs[] = {
    {RICE_1, SHORT_IMG, TSHORT, "i16", "Rice", 2},
    {RICE_1, USHORT_IMG, TUSHORT, "u16", "Rice", 2},
    {RICE_1, BYTE_IMG, TBYTE, "u8", "Rice", 1},
    {RICE_1, LONG_IMG, TINT, "i32", "Rice", 4},
    {RICE_1, ULONG_IMG, TUINT, "u32", "Rice", 4},
    {GZIP_1, SHORT_IMG, TSHORT, "i16", "gzip", 2},
    {GZIP_2, LONG_IMG, TINT, "i32", "gzip, shuffled", 4},
    {GZIP_1, FLOAT_IMG, TFLOAT, "f32", "gzip", 4},
    {GZIP_2, DOUBLE_IMG, TDOUBLE, "f64", "gzip, shuffled", 8},
    {PLIO_1, SHORT_IMG, TSHORT, "i16", "PLIO", 2},
    {PLIO_1, USHORT_IMG, TUSHORT, "u16", "PLIO", 2},
    {HCOMPRESS_1, SHORT_IMG, TSHORT, "i16", "HCompress", 2},
    {HCOMPRESS_1, LONG_IMG, TINT, "i32", "HCompress", 4},
};

enum { TILE_WIDTH = 16, TILE_HEIGHT = 8 };

// Numbers that every codec can hold: small positive ones.
static void codec_numbers(const struct codec *codec, uint8_t *numbers)
{
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t bits = random_next() % 200;
        float single = (float)bits / 3;
        double number = (double)bits / 7;
        if (codec->memory_type == TFLOAT) // losslessly kept, so the odd ones must come back too
            memcpy(&bits, i == 1 ? &(float){INFINITY} : i == 2 ? &(float){1e-42f} : &single, 4);
        if (codec->memory_type == TDOUBLE)
            memcpy(&bits, &number, 8);
        memcpy(numbers + i * codec->item, &bits, codec->item);
    }
}

// Written as "no value", which is read as NaN.
#define NO_VALUE (-1.5e30f)

static const char *save_tiles(const struct codec *codec, const void *numbers, const char *name,
                              float quantize)
{
    const char *path = temporary_path(name);
    fitsfile *fits = NULL;
    int code = 0;
    unlink(path);
    long tile[2] = {TILE_WIDTH, TILE_HEIGHT}, axes[2] = {WIDTH, HEIGHT};
    fits_create_diskfile(&fits, path, &code);
    fits_set_compression_type(fits, codec->codec, &code);
    fits_set_tile_dim(fits, 2, tile, &code);
    fits_set_quantize_level(fits, quantize, &code);
    fits_create_img(fits, codec->image_type, 2, axes, &code);
    if (quantize > 0)
        fits_write_imgnull(fits, codec->memory_type, 1, COUNT, (void *)numbers, &(float){NO_VALUE}, &code);
    else
        fits_write_img(fits, codec->memory_type, 1, COUNT, (void *)numbers, &code);
    fits_close_file(fits, &code);
    assert_int_equal(code, 0);
    return path;
}

static void test_tile_compression(void **state)
{
    (void)state;
    uint8_t numbers[COUNT * 8];
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
        codec_numbers(&codecs[i], numbers);
        struct image_file *file = open_good(save_tiles(&codecs[i], numbers, "tiles.fits.fz", 0));
        struct frame_info info = info_of(file, 0);
        assert_string_equal(sample_traits(info.type)->name, codecs[i].type);
        assert_string_equal(info.compression, codecs[i].name);
        assert_int_equal(info.chunk_width, TILE_WIDTH);
        assert_int_equal(info.chunk_height, TILE_HEIGHT);
        assert_false(info.sequential);
        check_rectangles(file, 0, numbers);
        image_file_close(&file);
    }
}

// Floats that were quantized with dithering come out as cfitsio itself reads them.
static void test_quantized_floats(void **state)
{
    (void)state;
    float numbers[COUNT], expected[COUNT];
    stored_numbers(-32, (uint8_t *)numbers);
    numbers[7] = NO_VALUE;
    const struct codec codec = {RICE_1, FLOAT_IMG, TFLOAT, "f32", "Rice", 4};
    const char *path = save_tiles(&codec, numbers, "dither.fits.fz", 16);
    fitsfile *fits = NULL;
    int code = 0, type;
    float null = NAN;
    fits_open_diskfile(&fits, path, READONLY, &code);
    fits_movabs_hdu(fits, 2, &type, &code);
    fits_read_img(fits, TFLOAT, 1, COUNT, &null, expected, NULL, &code);
    fits_close_file(fits, &code);
    assert_int_equal(code, 0);
    struct image_file *file = open_good(path);
    struct picture picture = decode_rect(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, 0);
    for (int i = 0; i < COUNT; i++) {
        float got = ((const float *)(const void *)picture.pixels)[i];
        assert_true(isnan(expected[i]) ? isnan(got) : got == expected[i]);
        assert_true(isnan(got) == (i == 7));
    }
    picture_free(&picture);
    image_file_close(&file);
}

// Overwrites one compressed tile; the others stay readable.
static void test_damaged_tile(void **state)
{
    (void)state;
    uint8_t numbers[COUNT * 8];
    const struct codec *codec = &codecs[6]; // GZIP_2: its damage is always noticed
    codec_numbers(codec, numbers);
    const char *path = save_tiles(codec, numbers, "damaged.fits.fz", 0);
    fitsfile *fits = NULL;
    int code = 0, type;
    LONGLONG head, start, end, length, offset;
    fits_open_diskfile(&fits, path, READONLY, &code);
    fits_movabs_hdu(fits, 2, &type, &code);
    fits_get_hduaddrll(fits, &head, &start, &end, &code);
    fits_read_descriptll(fits, 1, 5, &length, &offset, &code); // tile 5 of 3 x 3: column 1, row 1
    LONGLONG heap = start + fits->Fptr->heapstart + offset;
    fits_close_file(fits, &code);
    assert_int_equal(code, 0);
    FILE *raw = fopen(path, "r+b");
    fseek(raw, (long)heap, SEEK_SET);
    for (LONGLONG i = 0; i < length; i++)
        fputc(0xA5, raw);
    fclose(raw);
    struct image_file *file = open_good(path);
    struct picture picture = decode_rect(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, 0);
    assert_int_equal(picture.report.lost_pixels, TILE_WIDTH * TILE_HEIGHT);
    assert_non_null(strstr(picture.report.first_loss.text, "column 16, row 8"));
    for (int i = 0; i < COUNT; i++) {
        int x = i % WIDTH, y = i / WIDTH;
        bool lost = x / TILE_WIDTH == 1 && y / TILE_HEIGHT == 1;
        uint32_t zero = 0;
        assert_int_equal(picture.classes[i], lost ? MASK_BIT(MASK_BAD) : 0);
        assert_memory_equal(picture.pixels + 4 * i, lost ? (const uint8_t *)&zero : numbers + 4 * i, 4);
    }
    picture_free(&picture);
    image_file_close(&file);
}

// Writes the file through cfitsio, which compresses it because of its name.
static const char *save_gzip(const int16_t *numbers)
{
    const char *path = temporary_path("whole.fits.gz");
    unlink(path);
    fitsfile *fits = NULL;
    int code = 0;
    long axes[2] = {WIDTH, HEIGHT};
    fits_create_file(&fits, path, &code);
    fits_create_img(fits, SHORT_IMG, 2, axes, &code);
    fits_write_img(fits, TSHORT, 1, COUNT, (void *)numbers, &code);
    fits_close_file(fits, &code);
    assert_int_equal(code, 0);
    return path;
}

static void test_whole_file_gzip(void **state)
{
    (void)state;
    int16_t numbers[COUNT];
    stored_numbers(16, (uint8_t *)numbers);
    const char *path = save_gzip(numbers);
    struct image_file *file = open_good(path), *copy = NULL;
    struct error error = {0};
    struct frame_info info = info_of(file, 0);
    assert_string_equal(info.compression, "gzip");
    assert_false(info.sequential);
    check_rectangles(file, 0, numbers);
    assert_int_equal(image_file_clone(file, &copy, &error), STATUS_OK);
    check_rectangles(copy, 0, numbers);
    image_file_close(&copy);
    image_file_close(&file);
    // The size at the end of the file made absurd: it is not believed.
    FILE *raw = fopen(path, "r+b");
    fseek(raw, -4, SEEK_END);
    fwrite("\xFF\xFF\xFF\xFF", 1, 4, raw);
    long bytes = ftell(raw);
    fclose(raw);
    file = open_good(path);
    check_rectangles(file, 0, numbers);
    image_file_close(&file);
    // Cut short: what was inflated before is shown, the rest is lost.
    assert_int_equal(truncate(path, bytes - 200), 0);
    file = open_good(path);
    struct picture picture = decode_rect(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, 0);
    int64_t there = COUNT - picture.report.lost_pixels;
    assert_true(there > 0 && there < COUNT);
    assert_memory_equal(picture.pixels, numbers, (size_t)there * 2);
    picture_free(&picture);
    image_file_close(&file);
}

static void test_clones_on_threads(void **state)
{
    (void)state;
    uint8_t numbers[COUNT * 8];
    stored_numbers(16, numbers);
    check_threads(save_scaled(&scalings[7], numbers, "threads.fits"));
    static const size_t kinds[] = {0, 7, 11};
    for (size_t i = 0; i < 3; i++) {
        codec_numbers(&codecs[kinds[i]], numbers);
        check_threads(save_tiles(&codecs[kinds[i]], numbers, "threads.fits.fz", 0));
    }
}

// --- Real files ---

static void check_hdu(const char *path, const cJSON *hdu)
{
    char name[1200];
    snprintf(name, sizeof name, "%s[%d]", path, cJSON_GetObjectItem(hdu, "hdu")->valueint);
    check_reference(name, hdu);
}

static void test_real_files(void **state)
{
    (void)state;
    cJSON *reference = testdata_reference();
    if (!reference)
        skip();
    int checked = 0;
    for (const cJSON *entry = reference->child; entry; entry = entry->next) {
        const cJSON *hdus = cJSON_GetObjectItem(entry, "hdus");
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), entry->string);
        if (!hdus || access(path, R_OK) != 0)
            continue;
        for (const cJSON *hdu = hdus->child; hdu; hdu = hdu->next) {
            if (!cJSON_GetObjectItem(hdu, "sha256_le"))
                continue;
            check_hdu(path, hdu);
            checked++;
        }
    }
    cJSON_Delete(reference);
    print_message("%d images of real files agree\n", checked);
    assert_true(checked > 0);
}

// int_blank.fits.fz holds BLANK = 256: those pixels are invalid, whatever the reference counts.
static void test_real_blank(void **state)
{
    (void)state;
    char path[1024];
    if (!testdata_folder())
        skip();
    snprintf(path, sizeof path, "%s/ds9/valid/rice/int_blank.fits.fz", testdata_folder());
    if (access(path, R_OK) != 0)
        skip();
    struct image_file *file = open_good(path);
    struct picture picture = decode_rect(file, 0, (struct rect){0, 0, 256, 256}, 0);
    int blank = 0;
    for (int i = 0; i < 256 * 256; i++) {
        bool is = ((const int32_t *)(const void *)picture.pixels)[i] == 256;
        assert_int_equal(picture.classes[i], is ? MASK_BIT(MASK_GAP) : 0);
        blank += is;
    }
    assert_true(blank > 0);
    picture_free(&picture);
    image_file_close(&file);
}

static void test_malformed_real_files(void **state)
{
    (void)state;
    if (!testdata_folder())
        skip();
    char path[1024], line[4096];
    snprintf(path, sizeof path, "%s/MANIFEST.tsv", testdata_folder());
    FILE *manifest = fopen(path, "r");
    if (!manifest)
        skip();
    while (fgets(line, sizeof line, manifest)) {
        const char *name = strtok(line, "\t"), *set = strtok(NULL, "\t"), *format = strtok(NULL, "\t");
        if (!format || strcmp(set, "malformed") != 0 || strcmp(format, "FITS") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), name);
        try_file(path);
    }
    fclose(manifest);
}

// Every byte of the headers of a tile-compressed file changed in turn, in several ways.
static void test_changed_bytes(void **state)
{
    (void)state;
    uint8_t numbers[COUNT * 8];
    codec_numbers(&codecs[0], numbers);
    char path[600];
    snprintf(path, sizeof path, "%s", save_tiles(&codecs[0], numbers, "changed.fits.fz", 0));
    static uint8_t content[64 * 1024];
    FILE *file = fopen(path, "rb");
    size_t count = fread(content, 1, sizeof content, file);
    fclose(file);
    for (int n = 0; n < 1500; n++) {
        size_t at = random_next() % count;
        uint8_t old = content[at];
        content[at] = (uint8_t)("0129-'TF \xFF"[random_next() % 10]);
        file = fopen(path, "wb");
        fwrite(content, 1, n % 7 == 0 ? random_next() % count : count, file);
        fclose(file);
        content[at] = old;
        try_file(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_bitpix_and_scaling),
        cmocka_unit_test(test_special_floats_are_untouched),
        cmocka_unit_test(test_blank),
        cmocka_unit_test(test_unit_and_title),
        cmocka_unit_test(test_cube_frames),
        cmocka_unit_test(test_one_axis),
        cmocka_unit_test(test_selector),
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_random_groups_are_refused),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_absurd_sizes_are_refused),
        cmocka_unit_test(test_no_end_is_broken),
        cmocka_unit_test(test_names_mean_nothing_else),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_tile_compression),
        cmocka_unit_test(test_quantized_floats),
        cmocka_unit_test(test_damaged_tile),
        cmocka_unit_test(test_whole_file_gzip),
        cmocka_unit_test(test_clones_on_threads),
        cmocka_unit_test(test_real_files),
        cmocka_unit_test(test_real_blank),
        cmocka_unit_test(test_malformed_real_files),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
