// SPDX-License-Identifier: MIT
// Argument specifications ("LOW:number [STATE:on|off|toggle]") and the checking of words against them.
#include "commands/arguments.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum argument_kind kind;
} kind_names[] = {
    {"number", ARGUMENT_NUMBER}, {"integer", ARGUMENT_INTEGER}, {"colour", ARGUMENT_COLOUR},
    {"text", ARGUMENT_TEXT},     {"file", ARGUMENT_FILE},       {"colormap", ARGUMENT_COLORMAP},
    {"scale", ARGUMENT_SCALE},
};

// Reads "(low..high)"; false if it is not of that form.
static bool parse_range(const char *text, size_t length, struct argument_spec *spec)
{
    char copy[64];
    if (length < 2 || length >= sizeof copy || text[0] != '(' || text[length - 1] != ')')
        return false;
    memcpy(copy, text + 1, length - 2);
    copy[length - 2] = '\0';
    char *dots = strstr(copy, "..");
    if (!dots)
        return false;
    *dots = '\0';
    spec->has_range = true;
    return parse_double(copy, &spec->low) && parse_double(dots + 2, &spec->high);
}

static bool parse_kind(const char *text, size_t length, struct argument_spec *spec)
{
    if (memchr(text, '|', length)) {
        spec->kind = ARGUMENT_CHOICE;
        spec->choices = text;
        spec->choices_length = length;
        return true;
    }
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        size_t name_length = strlen(kind_names[i].name);
        if (length < name_length || strncmp(text, kind_names[i].name, name_length) != 0)
            continue;
        spec->kind = kind_names[i].kind;
        return length == name_length || parse_range(text + name_length, length - name_length, spec);
    }
    return false;
}

bool argument_spec_next(const char **at, struct argument_spec *spec)
{
    const char *text = *at + strspn(*at, " ");
    if (!*text)
        *at = text;
    size_t length = strcspn(text, " ");
    const char *next = text + length;
    *spec = (struct argument_spec){0};
    if (length > 3 && strncmp(next - 3, "...", 3) == 0) {
        spec->repeated = true;
        length -= 3;
    }
    if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
        spec->optional = true;
        text++;
        length -= 2;
    }
    const char *colon = memchr(text, ':', length);
    if (!colon || colon == text || (size_t)(colon - text) >= sizeof spec->name)
        return false;
    memcpy(spec->name, text, (size_t)(colon - text));
    if (!parse_kind(colon + 1, (size_t)(text + length - colon - 1), spec))
        return false;
    *at = next;
    return true;
}

bool argument_choice(const struct argument_spec *spec, size_t n, const char **text, size_t *length)
{
    if (!spec->choices)
        return false;
    const char *at = spec->choices;
    const char *end = at + spec->choices_length;
    for (;;) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        size_t piece = (size_t)((bar ? bar : end) - at);
        if (n-- == 0) {
            *text = at;
            *length = piece;
            return true;
        }
        if (!bar)
            return false;
        at = bar + 1;
    }
}

static enum status bad_value(const struct argument_spec *spec, const char *wanted, const char *word,
                             struct error *error)
{
    return error_set(error, STATUS_USAGE, "%s must be %s, not \"%s\"", spec->name, wanted, word);
}

static enum status parse_number(const struct argument_spec *spec, const char *word,
                                struct command_value *value, struct error *error)
{
    int64_t integer;
    bool whole = spec->kind == ARGUMENT_INTEGER;
    if (whole) {
        if (!parse_int64(word, &integer))
            return bad_value(spec, "a whole number", word, error);
        value->number = (double)integer;
    } else if (!parse_double(word, &value->number) || !isfinite(value->number)) {
        return bad_value(spec, "a number", word, error);
    }
    if (spec->has_range && (value->number < spec->low || value->number > spec->high)) {
        char wanted[80], low[32], high[32];
        snprintf(wanted, sizeof wanted, "from %s to %s", format_double(spec->low, low, sizeof low),
                 format_double(spec->high, high, sizeof high));
        return bad_value(spec, wanted, word, error);
    }
    return STATUS_OK;
}

// "a, b or c" for the sentence about a wrong choice.
static void describe_choices(const struct argument_spec *spec, char *out, size_t size)
{
    const char *piece, *after;
    size_t length, after_length, used = 0;
    out[0] = '\0';
    for (size_t n = 0; argument_choice(spec, n, &piece, &length) && used < size; n++) {
        const char *joint = n == 0 ? "" : argument_choice(spec, n + 1, &after, &after_length) ? ", " : " or ";
        used += (size_t)snprintf(out + used, size - used, "%s%.*s", joint, (int)length, piece);
    }
}

static enum status parse_choice(const struct argument_spec *spec, const char *word,
                                struct command_value *value, struct error *error)
{
    const char *piece;
    size_t length;
    for (size_t n = 0; argument_choice(spec, n, &piece, &length); n++) {
        if (strlen(word) != length || strncasecmp(word, piece, length) != 0)
            continue;
        value->choice = (int)n;
        return STATUS_OK;
    }
    char wanted[400];
    describe_choices(spec, wanted, sizeof wanted);
    return bad_value(spec, wanted, word, error);
}

static enum status parse_scale(const struct argument_spec *spec, const char *word, struct error *error)
{
    struct transfer transfer = transfer_default();
    if (strcmp(word, "next") == 0 || strcmp(word, "previous") == 0 || transfer_parse(word, &transfer))
        return STATUS_OK;
    char wanted[200] = "one of";
    for (int kind = 0; kind < TRANSFER_COUNT; kind++)
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s %s", kind == 0 ? "" : ",",
                 transfer_name((enum transfer_kind)kind));
    snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted),
             ", with a parameter as in \"power:0.5\"");
    return bad_value(spec, wanted, word, error);
}

enum status argument_parse(const struct argument_spec *spec, const struct colormap_list *colormaps,
                           const char *word, struct command_value *value, struct error *error)
{
    *value = (struct command_value){.kind = spec->kind, .text = word};
    switch (spec->kind) {
    case ARGUMENT_NUMBER:
    case ARGUMENT_INTEGER:
        return parse_number(spec, word, value, error);
    case ARGUMENT_CHOICE:
        return parse_choice(spec, word, value, error);
    case ARGUMENT_COLOUR:
        if (!parse_colour(word, value->rgb))
            return bad_value(spec, "a colour as \"#ff8000\" or \"red\"", word, error);
        return STATUS_OK;
    case ARGUMENT_COLORMAP:
        if (colormaps && !colormap_find(colormaps, word))
            return error_set(error, STATUS_USAGE, "there is no colour map \"%s\"", word);
        return STATUS_OK;
    case ARGUMENT_SCALE:
        return parse_scale(spec, word, error);
    case ARGUMENT_TEXT:
    case ARGUMENT_FILE:
        break;
    }
    return STATUS_OK;
}
