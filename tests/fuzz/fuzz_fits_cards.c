// SPDX-License-Identifier: MIT
// libFuzzer target: FITS files whose headers are put together from keywords that readers know, so that
// headers are nearly right: repeated cards, keywords with numbers up to 999, in the primary HDU and in
// extensions.
//
// The input is a list of steps of 4 bytes: what to append, a number from 0 to 999 for the keyword, and a
// value.
#include "fuzz_reader_common.h"

#include "base/text.h"

#include <string.h>

enum { STEP = 4, CARD = 80, BLOCK = 2880, MAX_BYTES = 1 << 20, DATA_BYTES = 512 };

// A keyword; '#' stands for the number.
static const char *const keys[] = {
    "BITPIX",  "NAXIS",  "NAXIS#",   "PCOUNT",   "GCOUNT",  "GROUPS",   "TFIELDS", "TFORM#", "TTYPE#",
    "TBCOL#",  "TNULL#", "THEAP",    "ZIMAGE",   "ZBITPIX", "ZNAXIS",   "ZNAXIS#", "ZTILE#", "ZCMPTYPE",
    "ZNAME#",  "ZVAL#",  "ZSCALE",   "ZZERO",    "ZBLANK",  "ZQUANTIZ", "BLANK",   "BSCALE", "BZERO",
    "EXTNAME", "EXTVER", "XTENSION", "ZDITHER0", "BUNIT",   "CONTINUE", "HIERARCH"};

static const char *const values[] = {"0",
                                     "1",
                                     "2",
                                     "3",
                                     "8",
                                     "16",
                                     "32",
                                     "-32",
                                     "64",
                                     "-64",
                                     "-1",
                                     "100",
                                     "999",
                                     "1000",
                                     "2147483648",
                                     "9223372036854775807",
                                     "1.5",
                                     "1E400",
                                     "'",
                                     "T",
                                     "F",
                                     "'IMAGE'",
                                     "'BINTABLE'",
                                     "'TABLE'",
                                     "'FOREIGN'",
                                     "'RICE_1'",
                                     "'GZIP_1'",
                                     "'GZIP_2'",
                                     "'PLIO_1'",
                                     "'HCOMPRESS_1'",
                                     "'NOCOMPRESS'",
                                     "'1PB(9)'",
                                     "'1QI'",
                                     "'1D'",
                                     "'1J'",
                                     "'9X'",
                                     "'COMPRESSED_DATA'",
                                     "'UNCOMPRESSED_DATA'",
                                     "'GZIP_COMPRESSED_DATA'",
                                     "'ZSCALE'",
                                     "'ZBLANK'",
                                     "'BYTEPIX'",
                                     "'BLOCKSIZE'",
                                     "'SUBTRACTIVE_DITHER_2'",
                                     "'NONE'",
                                     "'long &'"};

enum { KEYS = sizeof keys / sizeof *keys, VALUES = sizeof values / sizeof *values };

static void append_card(struct text *out, const char *line)
{
    char card[CARD + 1];
    snprintf(card, sizeof card, "%-80.80s", line);
    text_append_bytes(out, card, CARD);
}

static void fill_block(struct text *out)
{
    while (out->length % BLOCK != 0)
        text_append_bytes(out, " ", 1);
}

static void append_keyed(struct text *out, const char *key, int number, const char *value)
{
    char name[24], line[CARD + 1];
    size_t stem = strcspn(key, "#");
    if (key[stem])
        snprintf(name, sizeof name, "%.*s%d", (int)stem, key, number);
    else
        snprintf(name, sizeof name, "%s", key);
    snprintf(line, sizeof line, "%-8.8s= %s", name, value);
    append_card(out, line);
}

// Ends the header, adds some bytes of data, and begins an extension.
static void next_hdu(struct text *out, const uint8_t *data, size_t size)
{
    append_card(out, "END");
    fill_block(out);
    text_append_bytes(out, (const char *)data, size < DATA_BYTES ? size : DATA_BYTES);
    fill_block(out);
    append_card(out, "XTENSION= 'BINTABLE'");
}

static void step(struct text *out, const uint8_t *at, size_t left)
{
    int number = (at[1] << 8 | at[2]) % 1000;
    const char *value = values[at[3] % VALUES];
    if (at[0] % (KEYS + 2) == KEYS) {
        next_hdu(out, at, left);
    } else if (at[0] % (KEYS + 2) == KEYS + 1) { // all cards of a keyword up to the number
        for (int n = 1; n <= number; n++)
            append_keyed(out, keys[at[3] % KEYS], n, "1");
    } else {
        append_keyed(out, keys[at[0] % (KEYS + 2)], number, value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text file = {0};
    append_card(&file, "SIMPLE  = T");
    for (size_t i = 0; i + STEP <= size && file.length < MAX_BYTES; i += STEP)
        step(&file, data + i, size - i);
    next_hdu(&file, data, size);
    fuzz_reader_run(&fits_reader, (const uint8_t *)file.data, file.length);
    text_free(&file);
    return 0;
}
