// SPDX-License-Identifier: MIT
// How a table's header says that an image is cut into tiles, compressed and quantized.
//
// FITS Standard 4.0, sections 7.3 and 10.1 to 10.4. What belongs to a tile (ZSCALE, ZZERO, ZBLANK) is a
// column or, if it is the same for all, a keyword.
#include "formats/fits/fits_internal.h"

#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_FIELDS = 999, MAX_TILE_PIXELS = 1 << 28, DEFAULT_BLOCK = 32, DEFAULT_BYTES = 4 };

// --- Columns ---

// What is read of a table's columns; index 0 is column 1.
struct columns {
    int64_t count;
    const char *name[MAX_FIELDS], *form[MAX_FIELDS]; // cards, or NULL
};

static void columns_collect(const struct fits_header *header, struct columns *columns)
{
    *columns = (struct columns){0};
    fits_header_integer(header, "TFIELDS", &columns->count);
    for (int i = 0; i < header->count; i++) {
        const char *card = fits_header_card(header, i);
        int name = fits_card_number(card, "TTYPE"), form = fits_card_number(card, "TFORM");
        if (name > 0 && !columns->name[name - 1])
            columns->name[name - 1] = card;
        if (form > 0 && !columns->form[form - 1])
            columns->form[form - 1] = card;
    }
}

// Bytes of one element by its letter; 0 for bits and what is no letter of FITS.
static int form_bytes(char letter)
{
    static const char letters[] = "LBAIJEKDCPMQ";
    static const int bytes[] = {1, 1, 1, 2, 4, 4, 8, 8, 8, 8, 16, 16};
    const char *at = letter ? strchr(letters, letter) : NULL;
    return at ? bytes[at - letters] : 0;
}

// "1PB(120)": the column's letter, the letter of what a descriptor points to, and its bytes in a row.
static bool form_parse(const char *card, struct fits_column *column, int64_t *bytes)
{
    char form[FITS_CARD + 1];
    int64_t repeat = 1;
    if (!card || !fits_card_value(card, form, NULL))
        return false;
    size_t digits = strspn(form, "0123456789");
    column->kind = form[digits];
    column->element = form_bytes(form[digits] ? form[digits + 1] : '\0');
    form[digits] = '\0';
    if (digits > 9 || (digits > 0 && !parse_int64(form, &repeat)))
        return false;
    *bytes = column->kind == 'X' ? int64_ceil_div(repeat, 8) : repeat * form_bytes(column->kind);
    return column->kind == 'X' || form_bytes(column->kind) > 0;
}

// The columns that matter, by name. False if the form of one before the last of them is not understood.
static bool columns_place(const struct columns *columns, struct fits_tiling *tiling)
{
    const struct {
        const char *name;
        struct fits_column *column;
    } wanted[] = {{"COMPRESSED_DATA", &tiling->data[FITS_TILE_COMPRESSED]},
                  {"GZIP_COMPRESSED_DATA", &tiling->data[FITS_TILE_GZIP]},
                  {"UNCOMPRESSED_DATA", &tiling->data[FITS_TILE_PLAIN]},
                  {"ZSCALE", &tiling->scale_column},
                  {"ZZERO", &tiling->zero_column},
                  {"ZBLANK", &tiling->blank_column}};
    int64_t offset = 0;
    for (int64_t i = 0; i < columns->count; i++) {
        char name[FITS_CARD + 1] = "";
        struct fits_column column = {.offset = offset};
        int64_t bytes = 0;
        if (!form_parse(columns->form[i], &column, &bytes) || bytes > tiling->row_bytes - offset)
            return false;
        if (columns->name[i])
            fits_card_value(columns->name[i], name, NULL);
        for (size_t k = 0; bytes > 0 && k < sizeof wanted / sizeof *wanted; k++)
            if (strcasecmp(name, wanted[k].name) == 0 && !wanted[k].column->kind)
                *wanted[k].column = column;
        offset += bytes;
    }
    return true;
}

static bool is_array(const struct fits_column *column)
{
    return !column->kind || ((column->kind == 'P' || column->kind == 'Q') && column->element > 0);
}

static bool is_number(const struct fits_column *column)
{
    return !column->kind || strchr("BIJKED", column->kind);
}

static const char *columns_read(const struct fits_header *header, struct fits_tiling *tiling)
{
    struct columns columns;
    columns_collect(header, &columns);
    if (columns.count < 1 || columns.count > MAX_FIELDS || !columns_place(&columns, tiling))
        return "its columns are not understood";
    for (int i = 0; i < FITS_TILE_COLUMNS; i++)
        if (!is_array(&tiling->data[i]))
            return "a column of compressed tiles has no arrays of variable length";
    if (!tiling->data[FITS_TILE_COMPRESSED].kind && !tiling->data[FITS_TILE_GZIP].kind &&
        !tiling->data[FITS_TILE_PLAIN].kind)
        return "there is no column of compressed tiles";
    if (!is_number(&tiling->scale_column) || !is_number(&tiling->zero_column) ||
        !is_number(&tiling->blank_column))
        return "ZSCALE, ZZERO or ZBLANK is no column of numbers";
    return NULL;
}

// --- The table and the grid of tiles ---

static const char *table_read(const struct fits_header *header, const struct fits_hdu *hdu, int64_t room,
                              struct fits_tiling *tiling)
{
    int64_t bytes = 0, axes = 0, bitpix = 0, heap;
    size_t table;
    fits_header_integer(header, "NAXIS", &axes);
    fits_header_integer(header, "BITPIX", &bitpix);
    fits_header_integer(header, "NAXIS1", &bytes);
    fits_header_integer(header, "NAXIS2", &tiling->rows);
    if (axes != 2 || bitpix != 8 || bytes < 8 || tiling->rows < 1 ||
        !size_multiply((size_t)bytes, (size_t)tiling->rows, &table) || table > (size_t)int64_max(room, 0))
        return "its table does not fit into the file";
    heap = (int64_t)table;
    if (fits_header_has(header, "THEAP") &&
        (!fits_header_integer(header, "THEAP", &heap) || heap < (int64_t)table || heap > room))
        return "THEAP is not behind the table";
    tiling->row_bytes = bytes;
    tiling->table = hdu->data_offset;
    tiling->heap = hdu->data_offset + heap;
    return NULL;
}

static const char *grid_read(const struct fits_header *header, const struct fits_hdu *hdu,
                             struct fits_tiling *tiling)
{
    size_t tiles = 1, pixels = 1;
    tiling->axes = hdu->axes;
    for (int i = 0; i < hdu->axes; i++) {
        char key[24];
        int64_t tile = i == 0 ? hdu->axis[0] : 1;
        snprintf(key, sizeof key, "ZTILE%d", i + 1);
        if (fits_header_has(header, key) && !fits_header_integer(header, key, &tile))
            return "the size of a tile is no number";
        if (hdu->axis[i] > INT32_MAX || tile < 1 || tile > INT32_MAX ||
            !size_multiply(tiles, (size_t)int64_ceil_div(hdu->axis[i], tile), &tiles) ||
            !size_multiply(pixels, (size_t)int64_min(tile, hdu->axis[i]), &pixels) ||
            pixels > MAX_TILE_PIXELS)
            return "the size of a tile is not possible";
        tiling->axis[i] = hdu->axis[i];
        tiling->tile[i] = int64_min(tile, hdu->axis[i]);
    }
    return tiles == (size_t)tiling->rows ? NULL : "the table has not one row for each tile";
}

// --- Codec and quantization ---

struct codec_name {
    const char *key;
    enum fits_codec codec;
    const char *name; // for people
};

static const struct codec_name codec_names[] = {
    {"RICE_1", FITS_RICE, "Rice"},
    {"RICE_ONE", FITS_RICE, "Rice"},
    {"GZIP_1", FITS_GZIP, "gzip"},
    {"GZIP_2", FITS_GZIP_SHUFFLED, "gzip, shuffled"},
    {"PLIO_1", FITS_PLIO, "PLIO"},
    {"HCOMPRESS_1", FITS_HCOMPRESS, "HCompress"},
    {"NOCOMPRESS", FITS_NOT_COMPRESSED, "none"},
};

// An option of the codec: by its name (ZNAMEn), or by its number where nothing is named. False if it is none.
static bool option_read(const struct fits_header *header, const char *name, int number, int64_t *value)
{
    char key[24], text[FITS_CARD + 1];
    bool named = fits_header_has(header, "ZNAME1");
    for (int i = 1; named && i <= 9; i++) {
        snprintf(key, sizeof key, "ZNAME%d", i);
        if (fits_header_text(header, key, text, sizeof text) && strcasecmp(text, name) == 0)
            number = i;
    }
    snprintf(key, sizeof key, "ZVAL%d", number);
    return !fits_header_has(header, key) || fits_header_integer(header, key, value);
}

static const char *codec_read(const struct fits_header *header, struct fits_hdu *hdu)
{
    struct fits_tiling *tiling = &hdu->tiling;
    char name[FITS_CARD + 1];
    int64_t block = DEFAULT_BLOCK, bytes = DEFAULT_BYTES, smooth = 0;
    size_t i = 0, count = sizeof codec_names / sizeof *codec_names;
    fits_header_text(header, "ZCMPTYPE", name, sizeof name);
    while (i < count && strcmp(codec_names[i].key, name) != 0)
        i++;
    if (i == count)
        return "ZCMPTYPE names no compression of FITS";
    tiling->codec = codec_names[i].codec;
    snprintf(hdu->compression, sizeof hdu->compression, "%s", codec_names[i].name);
    if (tiling->codec == FITS_HCOMPRESS && option_read(header, "SMOOTH", 2, &smooth))
        tiling->smooth = smooth > 0;
    if (tiling->codec == FITS_RICE &&
        (!option_read(header, "BLOCKSIZE", 1, &block) || !option_read(header, "BYTEPIX", 2, &bytes) ||
         block < 1 || block > FITS_RICE_MAX_BLOCK || (bytes != 1 && bytes != 2 && bytes != 4)))
        return "the options of the Rice code are not possible";
    tiling->rice_block = block;
    tiling->rice_bytes = (int)bytes;
    return NULL;
}

// How stored integers become floats: sections 10.1.3 and 10.2.
static void quantization_read(const struct fits_header *header, const struct fits_layout *layout,
                              struct fits_tiling *tiling)
{
    char method[FITS_CARD + 1];
    tiling->scale = 1.0;
    // PLIO has no negative numbers: of an unsigned image it holds the samples instead of the stored numbers.
    if (tiling->codec == FITS_PLIO && layout->bitpix == 16 && layout->bzero == 32768.0)
        tiling->zero = -32768.0;
    bool scale_key = fits_header_real(header, "ZSCALE", &tiling->scale);
    bool zero_key = fits_header_real(header, "ZZERO", &tiling->zero);
    bool scaled = scale_key || zero_key || tiling->scale_column.kind || tiling->zero_column.kind;
    fits_header_text(header, "ZQUANTIZ", method, sizeof method);
    tiling->dither = strcmp(method, "SUBTRACTIVE_DITHER_1") == 0   ? FITS_DITHER_1
                     : strcmp(method, "SUBTRACTIVE_DITHER_2") == 0 ? FITS_DITHER_2
                                                                   : FITS_DITHER_NONE;
    tiling->dither_seed = 1; // where the keyword is absent
    fits_header_integer(header, "ZDITHER0", &tiling->dither_seed);
    // Rice has no floats, so theirs are always integers.
    tiling->lossless = tiling->bitpix < 0 && tiling->codec != FITS_RICE && tiling->codec != FITS_HCOMPRESS &&
                       tiling->codec != FITS_PLIO && (!scaled || strcmp(method, "NONE") == 0);
    tiling->has_blank = fits_header_integer(header, "ZBLANK", &tiling->blank) ||
                        fits_header_integer(header, "BLANK", &tiling->blank) || tiling->blank_column.kind;
}

const char *fits_tiling_read(const struct fits_header *header, struct fits_hdu *hdu, int64_t room)
{
    struct fits_tiling *tiling = &hdu->tiling;
    *tiling = (struct fits_tiling){.bitpix = hdu->layout.bitpix};
    const char *fault = table_read(header, hdu, room, tiling);
    if (!fault)
        fault = grid_read(header, hdu, tiling);
    if (!fault)
        fault = columns_read(header, tiling);
    if (!fault)
        fault = codec_read(header, hdu);
    if (fault)
        return fault;
    quantization_read(header, &hdu->layout, tiling);
    hdu->tile_width = tiling->tile[0];
    hdu->tile_height = tiling->axes > 1 ? tiling->tile[1] : 1;
    return NULL;
}
