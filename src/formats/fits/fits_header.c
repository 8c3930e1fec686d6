// SPDX-License-Identifier: MIT
// Reading of a header block by block, and of the values of its cards.
#include "formats/fits/fits_header.h"

#include "base/size.h"
#include "formats/base/blob.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BLOCKS = 4096, KEY = 8, VALUE_AT = 9 };

static bool key_is(const char *card, const char *key)
{
    size_t length = strlen(key);
    return memcmp(card, key, length) == 0 && memcmp(card + length, "        ", KEY - length) == 0;
}

static bool begins_header(const char *block)
{
    return memcmp(block, "SIMPLE", 6) == 0 || key_is(block, "XTENSION");
}

// Appends the cards of a block; true at the END.
static bool block_append(struct fits_header *header, const char *block)
{
    for (int at = 0; at < FITS_BLOCK; at += FITS_CARD) {
        if (key_is(block + at, "END"))
            return true;
        memcpy(header->cards + (size_t)header->count++ * FITS_CARD, block + at, FITS_CARD);
    }
    return false;
}

bool fits_header_read(const struct blob *blob, int64_t start, struct cancel *cancel,
                      struct fits_header *header)
{
    char block[FITS_BLOCK];
    *header = (struct fits_header){.start = start, .data = start};
    for (int n = 0, room = 0; n < MAX_BLOCKS && header->data <= blob_size(blob) - FITS_BLOCK; n++) {
        if (cancel_requested(cancel) ||
            blob_read(blob, header->data, block, sizeof block, NULL) != STATUS_OK ||
            (n == 0 && !begins_header(block)))
            break;
        if (n == room) {
            room = 2 * room + 4;
            char *grown = realloc(header->cards, (size_t)room * FITS_BLOCK);
            if (!grown)
                break;
            header->cards = grown;
        }
        header->data += FITS_BLOCK;
        if (block_append(header, block))
            return true;
    }
    fits_header_free(header);
    return false;
}

void fits_header_free(struct fits_header *header)
{
    free(header->cards);
    *header = (struct fits_header){0};
}

const char *fits_header_card(const struct fits_header *header, int index)
{
    return header->cards + (size_t)index * FITS_CARD;
}

// --- Values ---

int fits_card_number(const char *card, const char *stem)
{
    char digits[KEY + 1] = "";
    size_t length = strlen(stem);
    int64_t number;
    if (memcmp(card, stem, length) != 0)
        return 0;
    for (size_t i = 0; i + length < KEY && card[length + i] != ' '; i++)
        digits[i] = card[length + i];
    return digits[0] != '0' && parse_int64(digits, &number) && number > 0 && number <= 999 ? (int)number : 0;
}

// A string from its first quote on: two quotes stand for one. Returns what is behind it.
static const char *string_take(const char *at, const char *end, char *value)
{
    size_t count = 0;
    for (at++; at < end; at++) {
        if (*at == '\'' && (at + 1 == end || at[1] != '\''))
            break;
        value[count++] = *at;
        at += *at == '\'';
    }
    value[count] = '\0';
    return at < end ? at + 1 : end;
}

static void trim_end(char *value)
{
    size_t count = strlen(value);
    while (count > 0 && value[count - 1] == ' ')
        count--;
    value[count] = '\0';
}

bool fits_card_value(const char *card, char value[FITS_CARD + 1], const char **comment)
{
    const char *at = card + VALUE_AT, *end = card + FITS_CARD; // some writers leave out the blank behind "="
    value[0] = '\0';
    if (card[KEY] != '=')
        return false;
    while (at < end && *at == ' ')
        at++;
    if (at < end && *at == '\'') {
        at = string_take(at, end, value);
    } else {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        size_t count = (size_t)((slash ? slash : end) - at);
        memcpy(value, at, count);
        value[count] = '\0';
        at += count;
    }
    trim_end(value);
    if (comment) {
        while (at < end && *at == ' ')
            at++;
        at += at < end && *at == '/';
        *comment = at;
    }
    return true;
}

// FITS writes exponents of doubles with a D.
static bool text_real(char *text, double *value)
{
    for (char *at = text; *at; at++)
        if (*at == 'D' || *at == 'd')
            *at = 'E';
    return parse_double(text, value) && isfinite(*value);
}

bool fits_card_integer(const char *card, int64_t *value)
{
    char text[FITS_CARD + 1];
    double real;
    if (!fits_card_value(card, text, NULL))
        return false;
    if (parse_int64(text, value))
        return true;
    if (!text_real(text, &real) || real != floor(real) || fabs(real) > 0x1p53)
        return false;
    *value = (int64_t)real;
    return true;
}

static const char *find(const struct fits_header *header, const char *key)
{
    for (int i = 0; i < header->count; i++) {
        const char *card = fits_header_card(header, i);
        if (key_is(card, key) && card[KEY] == '=')
            return card;
    }
    return NULL;
}

bool fits_header_has(const struct fits_header *header, const char *key)
{
    return find(header, key);
}

bool fits_header_integer(const struct fits_header *header, const char *key, int64_t *value)
{
    const char *card = find(header, key);
    int64_t read;
    if (!card || !fits_card_integer(card, &read))
        return false;
    *value = read;
    return true;
}

bool fits_header_real(const struct fits_header *header, const char *key, double *value)
{
    const char *card = find(header, key);
    char text[FITS_CARD + 1];
    double read;
    if (!card || !fits_card_value(card, text, NULL) || !text_real(text, &read))
        return false;
    *value = read;
    return true;
}

bool fits_header_text(const struct fits_header *header, const char *key, char *text, size_t size)
{
    const char *card = find(header, key);
    char value[FITS_CARD + 1] = "";
    bool there = card && fits_card_value(card, value, NULL);
    utf8_line(text, size, value);
    return there;
}

bool fits_header_true(const struct fits_header *header, const char *key)
{
    char text[FITS_CARD + 1];
    return fits_header_text(header, key, text, sizeof text) && text[0] == 'T';
}

// --- The whole header as text ---

struct card_parts {
    char text[FITS_CARD + 1]; // the card, in the standard's form
    char name[FITS_CARD + 1], value[FITS_CARD + 1];
    const char *comment; // within `text`
};

// Copies without NUL characters, which FITS does not know.
static void card_copy(const char *card, char text[FITS_CARD + 1])
{
    for (int i = 0; i < FITS_CARD; i++)
        text[i] = card[i] ? card[i] : ' ';
    text[FITS_CARD] = '\0';
}

static void name_take(struct card_parts *parts, const char *from, size_t count)
{
    memcpy(parts->name, from, count);
    parts->name[count] = '\0';
    trim_end(parts->name);
}

// "HIERARCH ESO DET ID = 5": the name is what stands between; the rest moves to where a value should be.
static bool hierarch_split(struct card_parts *parts)
{
    char *sign = strchr(parts->text, '=');
    if (!key_is(parts->text, "HIERARCH") || !sign || sign < parts->text + VALUE_AT)
        return false;
    name_take(parts, parts->text + VALUE_AT, (size_t)(sign - parts->text) - VALUE_AT);
    size_t rest = strlen(sign);
    memmove(parts->text + KEY, sign, rest);
    memset(parts->text + KEY + rest, ' ', FITS_CARD - KEY - rest);
    return true;
}

static void card_split(const char *card, struct card_parts *parts)
{
    card_copy(card, parts->text);
    parts->value[0] = '\0';
    if (!hierarch_split(parts))
        name_take(parts, parts->text, KEY);
    if (strcmp(parts->name, "CONTINUE") == 0)
        parts->text[KEY] = '='; // so that it reads as any other value
    parts->comment = parts->text + KEY;
    bool commentary = strcmp(parts->name, "COMMENT") == 0 || strcmp(parts->name, "HISTORY") == 0;
    if (!commentary && parts->name[0])
        fits_card_value(parts->text, parts->value, &parts->comment);
}

// Does the value go on in the next card? That is a string that ends with '&'.
static bool is_open(const struct card_parts *parts)
{
    size_t count = strlen(parts->value);
    const char *value = parts->text + VALUE_AT;
    return count > 0 && parts->value[count - 1] == '&' && value[strspn(value, " ")] == '\'';
}

static void card_list(struct card_parts *parts, bool continues, struct text *out)
{
    if (continues) {
        out->length--; // the line break of the card before
        out->data[out->length] = '\0';
    } else {
        utf8_field(out, parts->name, strlen(parts->name));
        text_append(out, "\t");
    }
    bool value = parts->value[0];
    if (is_open(parts))
        parts->value[strlen(parts->value) - 1] = '\0';
    utf8_field(out, parts->value, strlen(parts->value));
    char comment[FITS_CARD + 1];
    snprintf(comment, sizeof comment, "%s", parts->comment + strspn(parts->comment, " "));
    trim_end(comment);
    text_append(out, value && comment[0] ? " / " : "");
    utf8_field(out, comment, strlen(comment));
    text_append(out, "\n");
}

void fits_header_list(const struct fits_header *header, struct text *out)
{
    struct card_parts parts;
    bool open_string = false;
    for (int i = 0; i < header->count; i++) {
        card_split(fits_header_card(header, i), &parts);
        if (!parts.name[0] && !parts.comment[strspn(parts.comment, " ")])
            continue;
        bool goes_on = is_open(&parts);
        card_list(&parts, open_string && strcmp(parts.name, "CONTINUE") == 0, out);
        open_string = goes_on;
    }
}
