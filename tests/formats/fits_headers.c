// SPDX-License-Identifier: MIT
// Headers of FITS files as strangers write them: odd orders, kinds of extensions, names, and keywords with
// numbers far beyond what libraries have room for.
#include "support/fits_maker.h"
#include "support/reader_checks.h"

#include "image/mask.h"

#include <zlib.h>

static const uint8_t pixels[6] = {1, 2, 3, 4, 5, 6};

// The image of 3 x 2 bytes that every file here holds, behind `cards` and as the whole HDU.
static void good_image(struct fits_maker *maker, bool primary)
{
    fits_image_cards(maker, primary, 8, (const long long[]){3, 2, 0});
    fits_end(maker);
    fits_numbers(maker, pixels, 6, 1);
}

static void check_image(const char *name)
{
    struct image_file *file = open_good(name);
    struct frame_info info = info_of(file, 0);
    assert_int_equal(info.width, 3);
    assert_int_equal(info.height, 2);
    assert_int_equal(file->frames, 1);
    check_rectangles(file, 0, pixels);
    image_file_close(&file);
}

// Cards between and out of order of NAXISn, numbers in free format, more axes than NAXIS counts.
static void test_cards_in_any_order(void **state)
{
    (void)state;
    static const char *const headers[][8] = {
        {"BITPIX  = 8", "NAXIS   = 2", "COMMENT   between", "NAXIS1  = 3", "OBJECT  = 'x'", "NAXIS2  = 2"},
        {"BITPIX  = 8", "NAXIS   = 2", "NAXIS2  = 2", "NAXIS1  = 3"},
        {"NAXIS1  = 3", "NAXIS2  = 2", "NAXIS   = 2", "BITPIX  = 8"},
        {"BITPIX  =8", "NAXIS   =2/two", "NAXIS1  =  3", "NAXIS2  = 2."},
        {"BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2", "NAXIS3  = 7", "NAXIS4  = -1"},
        {"BITPIX  = 8", "NAXIS   = 4", "NAXIS1  = 3", "NAXIS2  = 2", "NAXIS3  = 1", "NAXIS4  = 1"},
        {"BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2", "NAXIS1  = 99", "BITPIX  = 16"},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct fits_maker maker = {0};
        fits_card(&maker, "SIMPLE  =                    T");
        for (int k = 0; k < 8 && headers[i][k]; k++)
            fits_card(&maker, "%s", headers[i][k]);
        fits_end(&maker);
        fits_numbers(&maker, pixels, 6, 1);
        check_image(fits_maker_save(&maker, "order.fits", 0));
    }
}

static void test_missing_axis_is_broken(void **state)
{
    (void)state;
    struct fits_maker maker = {0};
    fits_card(&maker, "SIMPLE  =                    T");
    fits_card(&maker, "BITPIX  =                    8");
    fits_card(&maker, "NAXIS   =                    2");
    fits_card(&maker, "NAXIS1  =                    3");
    fits_end(&maker);
    fits_numbers(&maker, pixels, 6, 1);
    check_refused(fits_maker_save(&maker, "missing.fits", 0), STATUS_BROKEN, "an axis is missing");
}

// An image behind extensions that are no images: only their size matters.
static void test_image_behind_any_extension(void **state)
{
    (void)state;
    static const struct {
        const char *cards[9];
        const char *said; // in the contents
    } extensions[] = {
        {{"XTENSION= 'FOREIGN '", "BITPIX  = 8", "NAXIS   = 1", "NAXIS1  = 3000", "EXTNAME = 'F'"},
         "1: extension F\n"},
        {{"XTENSION= 'A3DTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 30", "NAXIS2  = 100"},
         "1: table\n"},
        // No PCOUNT, GCOUNT and TFIELDS, and in another order.
        {{"XTENSION= 'TABLE'", "NAXIS   = 2", "NAXIS2  = 100", "NAXIS1  = 30", "BITPIX  = 8"}, "1: table\n"},
        {{"XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 30", "NAXIS2  = 1",
          "PCOUNT  = 2970", "TFIELDS = 1", "TFORM1  = '?'"},
         "1: table\n"},
        {{"XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 30", "NAXIS2  = 100",
          "ZIMAGE  = T", "ZNAXIS  = 77"},
         "1: damaged (ZNAXIS"},
        {{"XTENSION= 'DUMP'", "BITPIX  = 16", "NAXIS   = 1", "NAXIS1  = 500", "PCOUNT  = 250", "GCOUNT  = 2"},
         "1: extension\n"},
    };
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        struct fits_maker maker = {0};
        fits_empty_primary(&maker);
        for (int k = 0; k < 9 && extensions[i].cards[k]; k++)
            fits_card(&maker, "%s", extensions[i].cards[k]);
        fits_end(&maker);
        char data[5760] = {0};
        text_append_bytes(&maker.bytes, data, sizeof data); // 3000 bytes and what fills the block
        good_image(&maker, false);
        char path[600], name[640];
        snprintf(path, sizeof path, "%s", fits_maker_save(&maker, "behind.fits", 0));
        check_image(path);
        snprintf(name, sizeof name, "%s[2]", path);
        check_image(name);
        struct image_file *file = open_good(path);
        struct text contents = {0};
        assert_int_equal(image_file_contents(file, NULL, &contents, NULL), STATUS_OK);
        if (!strstr(text_string(&contents), extensions[i].said))
            fail_msg("no %s in %s", extensions[i].said, text_string(&contents));
        text_free(&contents);
        image_file_close(&file);
    }
}

// Images of a width each, so that it is seen which one is shown.
static const char *save_versions(void)
{
    static const char *const names[][2] = {
        {"SCI", "1"}, {"ERR", "1"}, {"SCI", "2"}, {"SCI,2", NULL}, {"DQ", NULL}};
    struct fits_maker maker = {0};
    fits_empty_primary(&maker);
    for (int i = 0; i < 5; i++) {
        fits_image_cards(&maker, false, 8, (const long long[]){i + 1, 1, 0});
        fits_card(&maker, "EXTNAME = '%s'", names[i][0]);
        if (names[i][1])
            fits_card(&maker, "EXTVER  = %s", names[i][1]);
        fits_end(&maker);
        fits_numbers(&maker, pixels, 5, 1);
    }
    return fits_maker_save(&maker, "versions.fits", 0);
}

static void test_name_and_version(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        int64_t width; // 0: there is none
    } cases[] = {{"[SCI]", 1}, {"[SCI,1]", 1}, {"[sci,2]", 3}, {"[SCI, 2]", 3}, {"[ERR]", 2}, {"[ERR,1]", 2},
                 {"[DQ]", 5},  {"[DQ,1]", 5},  {"[ERR,2]", 0}, {"[SCI,x]", 0},  {"[,2]", 0},  {"[SCI,]", 0}};
    char path[600], name[640];
    snprintf(path, sizeof path, "%s", save_versions());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        snprintf(name, sizeof name, "%s%s", path, cases[i].selector);
        if (cases[i].width == 0) {
            assert_int_equal(open_bad(name, &error), STATUS_UNSUPPORTED);
            continue;
        }
        struct image_file *file = open_good(name);
        if (info_of(file, 0).width != cases[i].width)
            fail_msg("%s: %d", cases[i].selector, (int)info_of(file, 0).width);
        image_file_close(&file);
    }
    struct image_file *file = open_good(path);
    struct text contents = {0};
    assert_int_equal(image_file_contents(file, NULL, &contents, NULL), STATUS_OK);
    assert_non_null(strstr(text_string(&contents), "3\t1 x 3\tu8\tnone\tSCI,2\n"));
    assert_non_null(strstr(text_string(&contents), "5\t1 x 5\tu8\tnone\tDQ\n"));
    text_free(&contents);
    image_file_close(&file);
}

// --- Keywords with numbers ---

struct indexed {
    const char *stem, *value;
};

// Every keyword that counts something, up to 999: cfitsio 4.2 has room for 99 axes and took all of them.
static const struct indexed indexed_keys[] = {
    {"NAXIS", "1"},        {"NAXIS", "1234567890123456789"},
    {"ZNAXIS", "1"},       {"ZTILE", "1"},
    {"ZVAL", "1"},         {"ZNAME", "'BYTEPIX'"},
    {"TFORM", "'1PB(8)'"}, {"TTYPE", "'ZSCALE'"},
    {"TBCOL", "1"},        {"TNULL", "1"},
    {"TZERO", "1.0"},      {"TSCAL", "1.0"},
    {"TDIM", "'(1,1)'"},   {"PTYPE", "'X'"},
};

static const char *const heads[][12] = {
    {"SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2"},
    {"XTENSION= 'IMAGE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2"},
    {"XTENSION= 'TABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2", "TFIELDS = 999"},
    {"XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 8", "NAXIS2  = 1", "TFIELDS = 1",
     "ZIMAGE  = T", "ZCMPTYPE= 'GZIP_1'", "ZBITPIX = 8", "ZNAXIS  = 2"},
    {"XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 8", "NAXIS2  = 1", "TFIELDS = 999",
     "ZIMAGE  = T", "ZCMPTYPE= 'RICE_1'", "ZBITPIX = -32", "ZNAXIS  = 999"},
    {"XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 8", "NAXIS2  = 1",
     "TFIELDS = 1000000000", "ZIMAGE  = T", "ZCMPTYPE= 'RICE_1'", "ZBITPIX = 8", "ZNAXIS  = 1000000000"},
    {"SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 999"},
    {"SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 1000"},
};

static void append_indexed(struct fits_maker *maker, const struct indexed *key)
{
    for (int n = 1; n <= 999; n++) {
        char name[16];
        snprintf(name, sizeof name, "%s%d", key->stem, n);
        if (strlen(name) <= 8)
            fits_card(maker, "%-8s= %s", name, key->value);
    }
}

static const char *save_packed(const char *path)
{
    size_t count;
    uint8_t *content = load_bytes(path, &count);
    const char *packed = temporary_path("indexed.fits.gz");
    gzFile file = gzopen(packed, "wb");
    assert_int_equal(gzwrite(file, content, (unsigned)count), count);
    assert_int_equal(gzclose(file), Z_OK);
    free(content);
    return packed;
}

static void test_indexed_cards_up_to_999(void **state)
{
    (void)state;
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
        for (size_t k = 0; k < sizeof indexed_keys / sizeof *indexed_keys; k++) {
            struct fits_maker maker = {0};
            bool primary = heads[h][0][0] == 'S';
            if (!primary)
                good_image(&maker, true);
            for (int i = 0; i < 12 && heads[h][i]; i++)
                fits_card(&maker, "%s", heads[h][i]);
            append_indexed(&maker, &indexed_keys[k]);
            fits_end(&maker);
            fits_numbers(&maker, pixels, 6, 1);
            char path[600];
            snprintf(path, sizeof path, "%s", fits_maker_save(&maker, "indexed.fits", 0));
            if (h == 0 || !primary)
                check_image(path); // NAXIS = 2 counts, not the cards
            try_file(path);
            try_file(save_packed(path));
        }
    }
}

// 120 axes, all of length 1, are a valid file that is not shown; the image behind it is.
static void test_image_behind_120_axes(void **state)
{
    (void)state;
    struct fits_maker maker = {0};
    fits_card(&maker, "SIMPLE  =                    T");
    fits_card(&maker, "BITPIX  =                    8");
    fits_card(&maker, "NAXIS   =                  120");
    for (int i = 1; i <= 120; i++)
        fits_card(&maker, "NAXIS%-3d=                    1", i);
    fits_end(&maker);
    fits_numbers(&maker, pixels, 1, 1);
    good_image(&maker, false);
    char path[600], name[640];
    snprintf(path, sizeof path, "%s", fits_maker_save(&maker, "axes.fits", 0));
    check_refused(path, STATUS_UNSUPPORTED, "has 120 axes");
    snprintf(name, sizeof name, "%s[1]", path);
    check_image(name);
}

static void test_blank_is_no_value(void **state)
{
    (void)state;
    static const struct {
        const char *card;
        int blanks;
    } cases[] = {{"BLANK   = 4", 1},   {"BLANK   = 4.0", 1}, {"BLANK   = 7", 0},
                 {"BLANK   = 'x'", 0}, {"BLANK   =", 0},     {"COMMENT = 4", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fits_maker maker = {0};
        fits_image_cards(&maker, true, 8, (const long long[]){3, 2, 0});
        fits_card(&maker, "%s", cases[i].card);
        fits_end(&maker);
        fits_numbers(&maker, pixels, 6, 1);
        struct image_file *file = open_good(fits_maker_save(&maker, "blank.fits", 0));
        struct picture picture = decode_whole(file, 0);
        for (int k = 0; k < 6; k++)
            assert_int_equal(picture.classes[k], cases[i].blanks && pixels[k] == 4 ? MASK_BIT(MASK_GAP) : 0);
        picture_free(&picture);
        image_file_close(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cards_in_any_order),         cmocka_unit_test(test_missing_axis_is_broken),
        cmocka_unit_test(test_image_behind_any_extension), cmocka_unit_test(test_name_and_version),
        cmocka_unit_test(test_indexed_cards_up_to_999),    cmocka_unit_test(test_image_behind_120_axes),
        cmocka_unit_test(test_blank_is_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
