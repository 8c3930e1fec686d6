// SPDX-License-Identifier: MIT
// Quantized floats in compressed tiles: every codec with ZSCALE, ZZERO and ZBLANK each by keyword and by
// column, with and without dithering, against the formulas of FITS Standard 4.0, section 10.1.3 and 10.2. The
// streams are made by zlib and by the encoders of cfitsio.
#include "support/fits_maker.h"
#include "support/reader_checks.h"

#include <fitsio.h>
#include <fitsio2.h>
#include <math.h>
#include <zlib.h>

enum { WIDTH = 16, ROWS = 4, TILES = 2, PIXELS = WIDTH * ROWS, RANDOMS = 10000, SEED = 9999 };
enum { BLANK = 1234, BLANK_AT = 21, ZERO_MARK = -2147483646, ZERO_AT = 30, MAX_BYTES = 8192 };

struct quantized_case {
    const char *codec;
    bool scale_column, zero_column, blank_column;
    int dither; // 0, 1, 2
};

static const double scales[TILES] = {0.25, 1.75}, zeros[TILES] = {-7.5, 1000.125};

static bool has_zero_mark(const struct quantized_case *c)
{
    return c->dither == 2 && c->codec[0] != 'P' && c->codec[0] != 'H';
}

static void integers_make(const struct quantized_case *c, int tile, int32_t *integers)
{
    for (int i = 0; i < PIXELS; i++)
        integers[i] = (i * 37 + tile * 11) % 500;
    integers[BLANK_AT] = BLANK;
    if (has_zero_mark(c))
        integers[ZERO_AT] = ZERO_MARK;
}

// Appendix I.
static void randoms_make(double *randoms)
{
    double seed = 1;
    for (int i = 0; i < RANDOMS; i++) {
        double product = 16807.0 * seed;
        seed = product - 2147483647.0 * floor(product / 2147483647.0);
        randoms[i] = (double)(float)(seed / 2147483647.0);
    }
}

static void expected_make(const struct quantized_case *c, int tile, const double *randoms, float *expected)
{
    int32_t integers[PIXELS];
    integers_make(c, tile, integers);
    double scale = scales[c->scale_column ? tile : 0], zero = zeros[c->zero_column ? tile : 0];
    int start = (tile + SEED - 1) % RANDOMS, next = (int)(randoms[start] * 500);
    for (int i = 0; i < PIXELS; i++) {
        double value = integers[i];
        if (c->dither > 0) {
            value = value - randoms[next] + 0.5;
            if (++next == RANDOMS) {
                start = (start + 1) % RANDOMS;
                next = (int)(randoms[start] * 500);
            }
        }
        expected[i] = (float)(value * scale + zero);
        if (integers[i] == BLANK)
            expected[i] = NAN;
        if (has_zero_mark(c) && integers[i] == ZERO_MARK)
            expected[i] = 0.0f;
    }
}

static size_t gzip_pack(const uint8_t *bytes, size_t count, uint8_t *out)
{
    z_stream stream = {.next_in = (uint8_t *)(uintptr_t)bytes,
                       .avail_in = (uInt)count,
                       .next_out = out,
                       .avail_out = MAX_BYTES};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

// The integers as the codec stores them; returns the bytes.
static size_t tile_pack(const char *codec, int32_t *integers, uint8_t *out)
{
    uint8_t big[PIXELS * 4], shuffled[PIXELS * 4];
    memcpy(big, integers, sizeof big);
    swap_items(big, PIXELS, 4);
    for (size_t i = 0; i < sizeof big; i++)
        shuffled[i % 4 * PIXELS + i / 4] = big[i];
    if (strcmp(codec, "GZIP_1") == 0)
        return gzip_pack(big, sizeof big, out);
    if (strcmp(codec, "GZIP_2") == 0)
        return gzip_pack(shuffled, sizeof shuffled, out);
    if (strcmp(codec, "RICE_1") == 0)
        return (size_t)fits_rcomp(integers, PIXELS, out, MAX_BYTES, 32);
    if (strcmp(codec, "PLIO_1") == 0) {
        short words[MAX_BYTES / 2];
        size_t count = (size_t)pl_p2li(integers, 1, words, PIXELS);
        memcpy(out, words, 2 * count);
        swap_items(out, count, 2);
        return 2 * count;
    }
    if (strcmp(codec, "HCOMPRESS_1") == 0) {
        long count = MAX_BYTES;
        int code = 0;
        assert_int_equal(fits_hcompress(integers, WIDTH, ROWS, 0, (char *)out, &count, &code), 0);
        return (size_t)count;
    }
    memcpy(out, big, sizeof big);
    return sizeof big;
}

static void append_big(struct text *out, const void *number, size_t bytes)
{
    uint8_t copy[8];
    memcpy(copy, number, bytes);
    swap_items(copy, 1, bytes);
    text_append_bytes(out, (const char *)copy, bytes);
}

static void append_tables(const struct quantized_case *c, struct text *rows, struct text *heap)
{
    for (int tile = 0; tile < TILES; tile++) {
        int32_t integers[PIXELS];
        uint8_t packed[MAX_BYTES];
        integers_make(c, tile, integers);
        size_t count = tile_pack(c->codec, integers, packed);
        uint32_t elements = (uint32_t)(c->codec[0] == 'P' ? count / 2 : count),
                 offset = (uint32_t)heap->length;
        append_big(rows, &elements, 4);
        append_big(rows, &offset, 4);
        text_append_bytes(heap, (const char *)packed, count);
        if (c->scale_column)
            append_big(rows, &scales[tile], 8);
        if (c->zero_column)
            append_big(rows, &zeros[tile], 8);
        if (c->blank_column)
            append_big(rows, &(int32_t){BLANK}, 4);
    }
}

static void column_cards(struct fits_maker *maker, const struct quantized_case *c)
{
    int n = 1;
    fits_card(maker, "TTYPE1  = 'COMPRESSED_DATA'");
    fits_card(maker, "TFORM1  = '1P%c(%d)'", c->codec[0] == 'P' ? 'I' : 'B', MAX_BYTES);
    static const char *const names[3] = {"ZSCALE", "ZZERO", "ZBLANK"};
    const bool there[3] = {c->scale_column, c->zero_column, c->blank_column};
    for (int i = 0; i < 3; i++) {
        if (!there[i])
            continue;
        n++;
        fits_card(maker, "TTYPE%d  = '%s'", n, names[i]);
        fits_card(maker, "TFORM%d  = '1%c'", n, i < 2 ? 'D' : 'J');
    }
    fits_card(maker, "TFIELDS = %20d", n);
    if (!c->scale_column)
        fits_card(maker, "ZSCALE  = %20s", "2.5D-1");
    if (!c->zero_column)
        fits_card(maker, "ZZERO   = %20s", "-7.5");
    if (!c->blank_column)
        fits_card(maker, "ZBLANK  = %20d", BLANK);
}

static const char *save_case(const struct quantized_case *c)
{
    struct fits_maker maker = {0};
    struct text rows = {0}, heap = {0};
    append_tables(c, &rows, &heap);
    fits_empty_primary(&maker);
    fits_card(&maker, "XTENSION= 'BINTABLE'");
    fits_card(&maker, "BITPIX  = 8");
    fits_card(&maker, "NAXIS   = 2");
    fits_card(&maker, "NAXIS1  = %zu", rows.length / TILES);
    fits_card(&maker, "NAXIS2  = %d", TILES);
    fits_card(&maker, "PCOUNT  = %zu", heap.length);
    fits_card(&maker, "GCOUNT  = 1");
    column_cards(&maker, c);
    fits_card(&maker, "ZIMAGE  = T");
    fits_card(&maker, "ZCMPTYPE= '%s'", c->codec);
    fits_card(&maker, "ZBITPIX = -32");
    fits_card(&maker, "ZNAXIS  = 2");
    fits_card(&maker, "ZNAXIS1 = %d", WIDTH);
    fits_card(&maker, "ZNAXIS2 = %d", ROWS * TILES);
    fits_card(&maker, "ZTILE1  = %d", WIDTH);
    fits_card(&maker, "ZTILE2  = %d", ROWS);
    fits_card(&maker, "ZDITHER0= %d", SEED);
    if (c->dither > 0)
        fits_card(&maker, "ZQUANTIZ= 'SUBTRACTIVE_DITHER_%d'", c->dither);
    fits_end(&maker);
    text_append_bytes(&maker.bytes, rows.data, rows.length);
    text_append_bytes(&maker.bytes, heap.data, heap.length);
    fits_pad(&maker, '\0');
    text_free(&rows);
    text_free(&heap);
    return fits_maker_save(&maker, "quantized.fits", 0);
}

static void check_case(const struct quantized_case *c, const double *randoms)
{
    float expected[TILES * PIXELS];
    for (int tile = 0; tile < TILES; tile++)
        expected_make(c, tile, randoms, expected + (size_t)tile * PIXELS);
    struct image_file *file = open_good(save_case(c));
    assert_int_equal(info_of(file, 0).type, SAMPLE_F32);
    struct picture picture = decode_whole(file, 0);
    const float *got = (const float *)(const void *)picture.pixels;
    for (int i = 0; i < TILES * PIXELS; i++)
        if (isnan(expected[i]) != isnan(got[i]) || (!isnan(got[i]) && expected[i] != got[i]))
            fail_msg("%s, columns %d %d %d, dither %d, pixel %d: %.9g, not %.9g", c->codec, c->scale_column,
                     c->zero_column, c->blank_column, c->dither, i, (double)got[i], (double)expected[i]);
    assert_int_equal(picture.report.lost_pixels, 0);
    picture_free(&picture);
    image_file_close(&file);
}

static void test_keyword_or_column_for_each_codec(void **state)
{
    (void)state;
    static const char *const codecs[] = {"RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1", "PLIO_1", "NOCOMPRESS"};
    static double randoms[RANDOMS];
    randoms_make(randoms);
    for (int i = 0; i < 6 * 8 * 3; i++) {
        struct quantized_case c = {.codec = codecs[i / 24],
                                   .scale_column = i & 1,
                                   .zero_column = i & 2,
                                   .blank_column = i & 4,
                                   .dither = i % 24 / 8};
        check_case(&c, randoms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keyword_or_column_for_each_codec)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
