// SPDX-License-Identifier: MIT
// Beginnings of words, and letters that differ.
#include "commands/find/match.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_WORD = 63 };

static bool is_letter(char character)
{
    return isalnum((unsigned char)character) || (unsigned char)character >= 0x80;
}

// The next blank-separated word of `*typed`, of at most LONGEST_WORD bytes; false at the end.
static bool next_typed(const char **typed, const char **word, size_t *length)
{
    *word = *typed + strspn(*typed, " ");
    *length = strcspn(*word, " ");
    *typed = *word + *length;
    *length = *length < LONGEST_WORD ? *length : LONGEST_WORD;
    return *length > 0;
}

// Whether a word of the text begins at `at`. What is no letter begins one too: "√", "1:1", "[".
static bool begins_word(const char *text, const char *at)
{
    return at == text || !is_letter(at[-1]) || (!is_letter(*at) && *at != ' ');
}

static const char *find_beginning(const char *text, const char *from, const char *word, size_t length)
{
    for (const char *at = from; *at; at++) {
        if (begins_word(text, at) && strncasecmp(at, word, length) == 0)
            return at;
    }
    return NULL;
}

static enum match_field field_of(const struct match_texts *texts, const char *word, size_t length)
{
    for (int field = 0; field < MATCH_FIELDS; field++) {
        const char *text = texts->fields[field];
        if (text && find_beginning(text, text, word, length))
            return (enum match_field)field;
    }
    return MATCH_FIELDS;
}

enum match_field match_rank(const struct match_texts *texts, const char *typed)
{
    enum match_field rank = MATCH_TITLE;
    const char *word;
    size_t length;
    while (next_typed(&typed, &word, &length)) {
        const enum match_field field = field_of(texts, word, length);
        rank = field > rank ? field : rank;
    }
    return rank;
}

size_t match_spans(const char *text, const char *typed, struct match_span *spans, size_t most)
{
    size_t count = 0;
    for (size_t at = 0; text[at] && count < most;) {
        const char *rest = typed, *word;
        size_t length, longest = 0;
        while (next_typed(&rest, &word, &length)) {
            if (length > longest && begins_word(text, text + at) && strncasecmp(text + at, word, length) == 0)
                longest = length;
        }
        if (longest)
            spans[count++] = (struct match_span){at, longest};
        at += longest ? longest : 1;
    }
    return count;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

// The Levenshtein distance of `word` to that beginning of the text's word for which it is least.
static int prefix_distance(const char *word, size_t length, const char *text, size_t text_length)
{
    int row[LONGEST_WORD + 1]; // of the beginnings of `word`, for the part of the text so far
    for (size_t i = 0; i <= length; i++)
        row[i] = (int)i;
    int best = row[length];
    for (size_t j = 0; j < text_length; j++) {
        int diagonal = row[0];
        row[0] = (int)j + 1;
        for (size_t i = 1; i <= length; i++) {
            const bool same = tolower((unsigned char)word[i - 1]) == tolower((unsigned char)text[j]);
            const int replaced = diagonal + !same;
            diagonal = row[i];
            row[i] = least(replaced, least(row[i], row[i - 1]) + 1);
        }
        best = least(best, row[length]);
    }
    return best;
}

static int word_distance(const char *text, const char *word, size_t length, int best)
{
    while (text && *text) {
        const char *start = text;
        while (*text && is_letter(*text))
            text++;
        if (text > start)
            best = least(best, prefix_distance(word, length, start, (size_t)(text - start)));
        text += *text != '\0';
    }
    return best;
}

int match_distance(const struct match_texts *texts, const char *typed)
{
    int sum = 0;
    const char *word;
    size_t length;
    while (next_typed(&typed, &word, &length)) {
        int best = (int)length;
        for (int field = 0; field < MATCH_HELP; field++) {
            const int more = field == MATCH_TITLE ? 0 : 1;
            best = least(best, word_distance(texts->fields[field], word, length, (int)length) + more);
        }
        sum += best;
    }
    return sum;
}
