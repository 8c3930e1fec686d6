// SPDX-License-Identifier: MIT
// FITS files composed by tests, card by card.
#ifndef FOVEA_TESTS_FITS_MAKER_H
#define FOVEA_TESTS_FITS_MAKER_H

#include "base/byteorder.h"
#include "base/text.h"
#include "support/testdata.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A file that grows in memory. Zero-initialise; fits_maker_save frees it.
struct fits_maker {
    struct text bytes;
};

__attribute__((format(printf, 2, 3))) static inline void fits_card(struct fits_maker *maker,
                                                                   const char *format, ...)
{
    char line[81];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    memset(line + length, ' ', sizeof line - (size_t)length);
    text_append_bytes(&maker->bytes, line, 80);
}

static inline void fits_pad(struct fits_maker *maker, char with)
{
    while (maker->bytes.length % 2880 != 0)
        text_append_bytes(&maker->bytes, &with, 1);
}

static inline void fits_end(struct fits_maker *maker)
{
    fits_card(maker, "END");
    fits_pad(maker, ' ');
}

// The cards of an image up to its axes; `axes` ends with 0.
static inline void fits_image_cards(struct fits_maker *maker, bool primary, int bitpix, const long long *axes)
{
    int count = 0;
    while (axes[count] != 0)
        count++;
    fits_card(maker, primary ? "SIMPLE  =                    T" : "XTENSION= 'IMAGE   '");
    fits_card(maker, "BITPIX  = %20d", bitpix);
    fits_card(maker, "NAXIS   = %20d", count);
    for (int i = 0; i < count; i++)
        fits_card(maker, "NAXIS%-3d= %20lld", i + 1, axes[i]);
    if (!primary) {
        fits_card(maker, "PCOUNT  =                    0");
        fits_card(maker, "GCOUNT  =                    1");
    }
}

// A primary HDU without data.
static inline void fits_empty_primary(struct fits_maker *maker)
{
    fits_image_cards(maker, true, 8, (const long long[]){0});
    fits_end(maker);
}

// Appends numbers of the machine's byte order as big-endian ones, and fills the block.
static inline void fits_numbers(struct fits_maker *maker, const void *numbers, size_t count, size_t item)
{
    uint8_t *copy = malloc(count * item);
    memcpy(copy, numbers, count * item);
    swap_items(copy, count, item);
    text_append_bytes(&maker->bytes, (const char *)copy, count * item);
    free(copy);
    fits_pad(maker, '\0');
}

// A binary table of one row that holds an image of side x side bytes as one tile of `count` packed bytes,
// with an empty primary before it. `extra` are further cards, ended by NULL; they begin with ZCMPTYPE.
static inline void fits_packed_tile(struct fits_maker *maker, int side, const char *const *extra,
                                    const void *packed, size_t count)
{
    uint8_t place[8] = {0};
    for (int i = 0; i < 4; i++)
        place[i] = (uint8_t)(count >> (24 - 8 * i));
    fits_empty_primary(maker);
    fits_card(maker, "XTENSION= 'BINTABLE'");
    fits_card(maker, "BITPIX  = 8");
    fits_card(maker, "NAXIS   = 2");
    fits_card(maker, "NAXIS1  = 8");
    fits_card(maker, "NAXIS2  = 1");
    fits_card(maker, "PCOUNT  = %zu", count);
    fits_card(maker, "GCOUNT  = 1");
    fits_card(maker, "TFIELDS = 1");
    fits_card(maker, "TTYPE1  = 'COMPRESSED_DATA'");
    fits_card(maker, "TFORM1  = '1PB(%zu)'", count);
    fits_card(maker, "ZIMAGE  = T");
    for (; *extra; extra++)
        fits_card(maker, "%s", *extra);
    fits_card(maker, "ZBITPIX = 8");
    fits_card(maker, "ZNAXIS  = 2");
    fits_card(maker, "ZNAXIS1 = %d", side);
    fits_card(maker, "ZNAXIS2 = %d", side);
    fits_card(maker, "ZTILE1  = %d", side);
    fits_card(maker, "ZTILE2  = %d", side);
    fits_end(maker);
    text_append_bytes(&maker->bytes, (const char *)place, sizeof place);
    text_append_bytes(&maker->bytes, packed, count);
    fits_pad(maker, '\0');
}

// Writes the first `bytes` bytes, or all if that is 0.
static inline const char *fits_maker_save(struct fits_maker *maker, const char *name, size_t bytes)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    size_t count = bytes && bytes < maker->bytes.length ? bytes : maker->bytes.length;
    assert_int_equal(fwrite(maker->bytes.data, 1, count, file), count);
    fclose(file);
    text_free(&maker->bytes);
    return path;
}

#endif
