// SPDX-License-Identifier: MIT
// Splits a CIF text into words, and puts values to their tags.
#include "formats/cbf/cbf_cif.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

enum word_kind { WORD_END, WORD_TAG, WORD_TABLE, WORD_BLOCK, WORD_VALUE, WORD_TEXT };

bool cbf_words_are(struct cbf_words words, const char *string)
{
    return strlen(string) == words.length && strncasecmp(words.at, string, words.length) == 0;
}

bool cbf_words_number(struct cbf_words words, double *number)
{
    char copy[64];
    const char *bracket = memchr(words.at, '(', words.length);
    const size_t length = bracket ? (size_t)(bracket - words.at) : words.length;
    if (length >= sizeof copy)
        return false;
    memcpy(copy, words.at, length);
    copy[length] = '\0';
    return parse_double(copy, number);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static void skip_blanks(struct cbf_cif *cif)
{
    while (is_blank(*cif->at) || *cif->at == '#') {
        if (*cif->at == '#')
            cif->at += strcspn(cif->at, "\n");
        else
            cif->inside_line = *cif->at++ != '\n';
    }
}

// The text behind a semicolon that begins a line, up to the next such one.
static struct cbf_words take_text(struct cbf_cif *cif)
{
    const char *start = cif->at + 1, *end = strstr(start, "\n;");
    const size_t length = end ? (size_t)(end - start) : strlen(start);
    cif->at = start + length + (end ? 2 : 0);
    cif->inside_line = true;
    return (struct cbf_words){start, length};
}

// A word in quotes ends at such a quote before a blank, or with its line.
static struct cbf_words take_quoted(struct cbf_cif *cif)
{
    const char quote = *cif->at, *start = cif->at + 1, *end = start;
    while (*end && *end != '\n' && !(*end == quote && (is_blank(end[1]) || !end[1])))
        end++;
    cif->at = *end == quote ? end + 1 : end;
    return (struct cbf_words){start, (size_t)(end - start)};
}

static bool begins(struct cbf_words words, const char *string)
{
    return words.length >= strlen(string) && strncasecmp(words.at, string, strlen(string)) == 0;
}

static enum word_kind next_word(struct cbf_cif *cif, struct cbf_words *words)
{
    skip_blanks(cif);
    if (!*cif->at)
        return WORD_END;
    if (*cif->at == ';' && !cif->inside_line) {
        *words = take_text(cif);
        return WORD_TEXT;
    }
    cif->inside_line = true;
    if (*cif->at == '\'' || *cif->at == '"') {
        *words = take_quoted(cif);
        return WORD_VALUE;
    }
    *words = (struct cbf_words){cif->at, strcspn(cif->at, " \t\r\n\f\v")};
    cif->at += words->length;
    if (words->at[0] == '_')
        return WORD_TAG;
    if (cbf_words_are(*words, "loop_"))
        return WORD_TABLE;
    return begins(*words, "data_") ? WORD_BLOCK : WORD_VALUE;
}

static void name_column(struct cbf_cif *cif, struct cbf_words tag)
{
    if (!cif->naming) {
        cif->in_table = false;
        cif->columns = 0;
    }
    if (cif->columns < CBF_CIF_MAX_COLUMNS)
        cif->tags[cif->columns] = tag;
    cif->columns = cif->naming ? cif->columns + 1 : 1;
    cif->column = 0;
    cif->row = 0;
}

static void begin_table(struct cbf_cif *cif, bool naming)
{
    cif->naming = naming;
    cif->in_table = naming;
    cif->columns = 0;
}

// Puts a value to its tag; false if it has none.
static bool place_value(struct cbf_cif *cif, struct cbf_words value, bool is_text, struct cbf_item *item)
{
    cif->naming = false;
    if (cif->columns == 0)
        return false;
    *item = (struct cbf_item){
        .value = value, .row = cif->row, .column = cif->column, .columns = cif->columns, .is_text = is_text};
    const bool named = cif->column < CBF_CIF_MAX_COLUMNS;
    if (named)
        item->tag = cif->tags[cif->column];
    if (!cif->in_table) {
        cif->columns = 0;
    } else if (++cif->column == cif->columns) {
        cif->column = 0;
        cif->row++;
    }
    return named;
}

bool cbf_cif_next(struct cbf_cif *cif, struct cbf_item *item)
{
    struct cbf_words words;
    enum word_kind kind;
    while ((kind = next_word(cif, &words)) != WORD_END) {
        if (kind == WORD_TAG)
            name_column(cif, words);
        else if (kind == WORD_TABLE)
            begin_table(cif, true);
        else if (kind == WORD_BLOCK)
            begin_table(cif, false), cif->blocks++;
        else if (place_value(cif, words, kind == WORD_TEXT, item))
            return true;
    }
    return false;
}

int64_t cbf_cif_blocks(const char *text)
{
    struct cbf_cif cif = {.at = text};
    struct cbf_item item;
    while (cbf_cif_next(&cif, &item))
        continue;
    return cif.blocks;
}
