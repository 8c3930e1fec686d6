// SPDX-License-Identifier: MIT
// A look at the headers of a FITS file before cfitsio sees them.
//
// cfitsio 4.2 divides by the tile sizes of a compressed image as it moves to its HDU, without looking at
// them, so a damaged header ends the program. Here every header is walked first; cfitsio is then moved to no
// HDU behind the first one that could harm it.
#include "formats/fits_internal.h"

#include "base/size.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK = 2880,
    CARD = 80,
    HEADER_MAX_BLOCKS = 4096,
    MAX_HDUS = 65536,
    MAX_TILE_AXES = 6, // cfitsio's own limit
    TILE_MAX_PIXELS = 1 << 28
};

// The integers of a header that matter here. Tables of axes begin with axis 1.
struct header {
    int64_t bitpix, axes, axis[999], pcount, gcount;
    int64_t tile_axes, tiled_axis[MAX_TILE_AXES], tile[MAX_TILE_AXES], option[2];
    int64_t fields; // of a table
    bool table, tiled, groups, contradictory;
    bool overlong; // an integer has more text than cfitsio has room for when it complains of it
};

static bool key_is(const char *card, const char *key)
{
    size_t length = strlen(key);
    return memcmp(card, key, length) == 0 && memcmp(card + length, "        ", 8 - length) == 0;
}

// A keyword with its number, as NAXIS3: the number, or 0.
static int64_t key_number(const char *card, const char *stem)
{
    char digits[9] = "";
    size_t length = strlen(stem);
    int64_t number;
    if (memcmp(card, stem, length) != 0)
        return 0;
    for (size_t i = 0; i + length < 8 && card[length + i] != ' '; i++)
        digits[i] = card[length + i];
    return parse_int64(digits, &number) && number > 0 ? number : 0;
}

// The integer of a card; anything else is as bad as 0. A second card that differs from the first makes the
// header contradictory, because cfitsio may take either.
static void take_integer(struct header *header, const char *card, int64_t unset, int64_t *value)
{
    char text[CARD] = "";
    memcpy(text, card + 9, CARD - 9); // cfitsio does not insist on the blank behind "="
    char *end = strchr(text, '/');
    if (end)
        *end = '\0';
    size_t first = strspn(text, " "), length = strlen(text);
    while (length > first && text[length - 1] == ' ')
        text[--length] = '\0';
    int64_t number = 0;
    // An option of a codec (ZVALn) may be a number with a fraction.
    if (!parse_int64(text + first, &number) && memcmp(card, "ZVAL", 4) != 0)
        header->contradictory = true;
    if (*value != unset && *value != number)
        header->contradictory = true;
    *value = number;
}

static bool card_true(const char *card)
{
    size_t at = 9;
    while (at < CARD && card[at] == ' ')
        at++;
    return at < CARD && card[at] == 'T';
}

// The keywords that cfitsio or this reader takes as integers; with "#", one with a number behind it.
static bool is_integer_key(const char *card)
{
    static const char *const keys[] = {"BITPIX",   "NAXIS",   "NAXIS#",  "PCOUNT", "GCOUNT",  "TFIELDS",
                                       "THEAP",    "TNULL#",  "TBCOL#",  "BLANK",  "ZBLANK",  "ZBITPIX",
                                       "ZNAXIS",   "ZNAXIS#", "ZTILE#",  "ZVAL#",  "ZPCOUNT", "ZGCOUNT",
                                       "ZDITHER0", "EXTVER",  "EXTLEVEL"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t stem = strcspn(keys[i], "#");
        if (keys[i][stem] == '#' ? memcmp(card, keys[i], stem) == 0 : key_is(card, keys[i]))
            return true;
    }
    return false;
}

// The length of a card's value as cfitsio takes it: strings end with a quote that is not doubled, complex
// numbers with a bracket, all others with a blank or a slash.
static size_t value_length(const char *card)
{
    char text[CARD] = "";
    memcpy(text, card + 9, CARD - 9);
    const char *value = text + strspn(text, " ");
    if (*value == '(')
        return strcspn(value, ")");
    if (*value != '\'')
        return strcspn(value, " /");
    size_t at = 1;
    while (value[at] && (value[at] != '\'' || value[at + 1] == '\''))
        at += value[at] == '\'' ? 2 : 1;
    return at;
}

// cfitsio 4.2 copies the text of an integer that is none into a sentence of 80 characters without looking at
// its length.
static bool is_overlong(const char *card)
{
    enum { MOST = 30 };
    return value_length(card) > MOST;
}

static void take_card(struct header *header, const char *card)
{
    int64_t n;
    if (card[8] != '=')
        return;
    header->overlong = header->overlong || (is_integer_key(card) && is_overlong(card));
    // Axis 0 is not an axis, so 0 can stand for "not seen" in all of these.
    if (key_is(card, "BITPIX"))
        take_integer(header, card, 0, &header->bitpix);
    else if (key_is(card, "NAXIS"))
        take_integer(header, card, -1, &header->axes);
    else if (key_is(card, "PCOUNT"))
        take_integer(header, card, 0, &header->pcount);
    else if (key_is(card, "GCOUNT"))
        take_integer(header, card, 1, &header->gcount);
    else if (key_is(card, "TFIELDS"))
        take_integer(header, card, -1, &header->fields);
    else if (key_is(card, "ZIMAGE"))
        header->tiled = header->tiled || card_true(card);
    else if (key_is(card, "GROUPS"))
        header->groups = card_true(card);
    else if (key_is(card, "ZNAXIS"))
        take_integer(header, card, -1, &header->tile_axes);
    else if ((n = key_number(card, "NAXIS")) >= 1 && n <= 999)
        take_integer(header, card, -1, &header->axis[n - 1]);
    else if ((n = key_number(card, "ZNAXIS")) >= 1 && n <= MAX_TILE_AXES)
        take_integer(header, card, -1, &header->tiled_axis[n - 1]);
    else if ((n = key_number(card, "ZTILE")) >= 1 && n <= MAX_TILE_AXES)
        take_integer(header, card, -1, &header->tile[n - 1]);
    else if ((n = key_number(card, "ZVAL")) >= 1 && n <= 2)
        take_integer(header, card, -1, &header->option[n - 1]);
}

static void header_clear(struct header *header)
{
    *header = (struct header){.axes = -1, .gcount = 1, .tile_axes = -1, .fields = -1};
    for (int i = 0; i < 999; i++)
        header->axis[i] = -1;
    for (int i = 0; i < MAX_TILE_AXES; i++)
        header->tile[i] = header->tiled_axis[i] = -1;
    header->option[0] = header->option[1] = -1;
}

// The cards that a table begins with stand in this order; cfitsio counts on it.
static bool table_cards_in_order(const char *block)
{
    static const char *const keys[] = {"BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "TFIELDS"};
    for (int i = 0; i < 7; i++)
        if (!key_is(block + (size_t)(i + 1) * CARD, keys[i]) ||
            memcmp(block + (size_t)(i + 1) * CARD + 8, "= ", 2) != 0)
            return false;
    return true;
}

static bool begins_table(const char *block)
{
    return memcmp(block, "XTENSION", 8) == 0 && !memmem(block, CARD, "IMAGE", 5);
}

static bool table_sound(const struct header *header)
{
    return !header->contradictory && header->fields >= 0 && header->fields <= 999 && header->bitpix == 8 &&
           header->axes == 2 && header->axis[0] >= 0 && header->axis[1] >= 0 && header->pcount >= 0 &&
           header->gcount == 1;
}

// Reads the header at `at` and moves *at behind it. False if there is none.
static bool header_read(int fd, int64_t file_bytes, int64_t *at, struct header *header, bool *rice)
{
    char block[BLOCK];
    header_clear(header);
    *rice = false;
    for (int n = 0; n < HEADER_MAX_BLOCKS; n++, *at += BLOCK) {
        if (*at > file_bytes - BLOCK || pread(fd, block, sizeof block, *at) != (ssize_t)sizeof block)
            return false;
        if (n == 0 && memcmp(block, "SIMPLE", 6) != 0 && memcmp(block, "XTENSION", 8) != 0)
            return false;
        if (n == 0 && begins_table(block)) {
            header->table = true;
            header->contradictory = !table_cards_in_order(block);
        }
        for (int i = 0; i < BLOCK; i += CARD) {
            if (memcmp(block + i, "END     ", 8) == 0) {
                *at += BLOCK;
                return true;
            }
            take_card(header, block + i);
            *rice = *rice || (key_is(block + i, "ZCMPTYPE") && memmem(block + i, CARD, "RICE", 4));
        }
    }
    return false;
}

// The bytes of the HDU's data, in whole blocks; false if they overflow.
static bool data_bytes(const struct header *header, int64_t *bytes)
{
    size_t total = 1;
    int64_t axes = int64_clamp(header->axes, 0, 999);
    for (int64_t i = header->groups && axes > 1 && header->axis[0] == 0 ? 1 : 0; i < axes; i++)
        if (!size_multiply(total, (size_t)int64_max(header->axis[i], 0), &total))
            return false;
    if (axes == 0)
        total = 0;
    if (header->pcount < 0 || header->gcount < 0 || llabs(header->bitpix) > 64)
        return false;
    if (!size_add(total, (size_t)header->pcount, &total) ||
        !size_multiply(total, (size_t)header->gcount, &total) ||
        !size_multiply(total, (size_t)llabs(header->bitpix) / 8, &total) || total > INT64_MAX - BLOCK)
        return false;
    *bytes = int64_round_up((int64_t)total, BLOCK);
    return true;
}

// Can cfitsio work with this tiling? `room` is what the file holds behind the header.
static bool tiling_sound(const struct header *header, bool rice, int64_t room)
{
    size_t tiles = 1, tile_pixels = 1, table;
    if (header->contradictory || header->tile_axes < 1 || header->tile_axes > MAX_TILE_AXES ||
        header->axes != 2)
        return false;
    for (int i = 0; i < header->tile_axes; i++) {
        int64_t axis = header->tiled_axis[i];
        int64_t tile = header->tile[i] != -1 ? header->tile[i] : i == 0 ? axis : 1;
        if (axis < 1 || axis > INT32_MAX || tile < 1 || tile > INT32_MAX ||
            !size_multiply(tiles, (size_t)int64_ceil_div(axis, tile), &tiles) ||
            !size_multiply(tile_pixels, (size_t)tile, &tile_pixels))
            return false;
    }
    if (tile_pixels > TILE_MAX_PIXELS || header->axis[1] < 1 || tiles != (size_t)header->axis[1])
        return false;
    if (header->axis[0] < 8 || !size_multiply((size_t)header->axis[0], tiles, &table) || table > (size_t)room)
        return false;
    if (!rice)
        return true;
    int64_t block = header->option[0], pixel = header->option[1] == -1 ? 4 : header->option[1];
    return block >= 1 && block <= 1024 && (pixel == 1 || pixel == 2 || pixel == 4);
}

void fits_guard_walk(int fd, int64_t file_bytes, struct fits_guard *guard)
{
    struct header *header = must_alloc(sizeof *header);
    int64_t at = 0, size = 0;
    bool rice;
    int capacity = 0;
    *guard = (struct fits_guard){0};
    while (guard->count < MAX_HDUS) {
        int64_t start = at;
        if (!header_read(fd, file_bytes, &at, header, &rice) || header->overlong ||
            (header->table && !table_sound(header)) ||
            (header->tiled && !tiling_sound(header, rice, file_bytes - at)))
            break;
        if (guard->count + 2 > capacity) {
            capacity = 2 * capacity + 16;
            guard->starts = must_resize(guard->starts, (size_t)capacity * sizeof *guard->starts);
        }
        guard->starts[guard->count++] = start;
        if (!data_bytes(header, &size) || at > INT64_MAX - size)
            break;
        at += size;
    }
    guard->refused = (header->tiled || header->table || header->overlong) && at < file_bytes;
    free(header);
}

void fits_guard_free(struct fits_guard *guard)
{
    free(guard->starts);
    *guard = (struct fits_guard){0};
}
