// SPDX-License-Identifier: MIT
// Reading of words as what arguments may be: one function for each kind.
#include "commands/arguments.h"

#include "sources/masks/mask_operation.h"
#include "view/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct argument *argument_at(const struct argument *list, size_t index)
{
    for (size_t i = 0; list && list->name && i < index; i++)
        list++;
    return list && list->name ? list : NULL;
}

bool argument_choice(const struct argument *argument, size_t n, const char **text, size_t *length)
{
    for (const char *at = argument->words; at; n--) {
        const size_t piece = strcspn(at, "|");
        if (n == 0) {
            *text = at;
            *length = piece;
            return true;
        }
        at = at[piece] ? at + piece + 1 : NULL;
    }
    return false;
}

// The index of the word among those of the argument, or -1.
static int find_choice(const struct argument *argument, const char *word)
{
    const char *piece;
    size_t length;
    for (size_t n = 0; argument_choice(argument, n, &piece, &length); n++) {
        if (strlen(word) == length && strncasecmp(word, piece, length) == 0)
            return (int)n;
    }
    return -1;
}

// --- what is wanted, for the sentence ---

static bool has_range(const struct argument *argument)
{
    return argument->low < argument->high;
}

static void want_number(const struct argument *argument, struct text *out)
{
    char low[32], high[32];
    text_append(out, argument->kind == ARGUMENT_INTEGER ? "a whole number" : "a number");
    if (argument->positive)
        text_append(out, " above 0");
    if (has_range(argument))
        text_printf(out, " from %s to %s", format_double(argument->low, low, sizeof low),
                    format_double(argument->high, high, sizeof high));
    if (argument->unit)
        text_printf(out, " %s", argument->unit);
}

static void want_colour(const struct argument *argument, struct text *out)
{
    (void)argument;
    text_append(out, "a colour as \"#ff8000\" or \"red\"");
}

static void want_scale(const struct argument *argument, struct text *out)
{
    (void)argument;
    for (int kind = 0; kind < TRANSFER_COUNT; kind++)
        text_printf(out, "%s%s", kind == 0 ? "one of " : ", ", transfer_name((enum transfer_kind)kind));
    text_append(out, ", with a parameter as in \"power:0.5\"");
}

static void want_size(const struct argument *argument, struct text *out)
{
    (void)argument;
    text_append(out, "a size like 1920x1080");
}

static void want_grid(const struct argument *argument, struct text *out)
{
    (void)argument;
    text_printf(out, "COLUMNSxROWS, such as 2x2, of at most %d panes", LAYOUT_MAX_PANES);
}

static void want_file(const struct argument *argument, struct text *out)
{
    (void)argument;
    text_append(out, "the name of a file");
}

static void want_colormap(const struct argument *argument, struct text *out)
{
    (void)argument;
    text_append(out, "the name of a colour map");
}

static void want_operation(const struct argument *argument, struct text *out)
{
    (void)argument;
    text_append(out, "a mask operation");
}

// --- reading ---

static bool read_number(const struct argument *argument, const char *word, struct argument_value *value)
{
    int64_t integer = 0;
    if (argument->kind == ARGUMENT_INTEGER) {
        if (!parse_int64(word, &integer))
            return false;
        value->number = (double)integer;
    } else if (!parse_double(word, &value->number) || !isfinite(value->number)) {
        return false;
    }
    if (argument->positive && value->number <= 0)
        return false;
    return !has_range(argument) || (value->number >= argument->low && value->number <= argument->high);
}

static bool read_colour(const struct argument *argument, const char *word, struct argument_value *value)
{
    (void)argument;
    return parse_colour(word, value->rgb);
}

static bool read_any(const struct argument *argument, const char *word, struct argument_value *value)
{
    (void)argument, (void)word, (void)value;
    return true;
}

static bool read_scale(const struct argument *argument, const char *word, struct argument_value *value)
{
    (void)argument;
    value->scale.has_parameter = strchr(word, ':') != NULL;
    return transfer_parse(word, &value->scale.transfer);
}

static bool read_size(const struct argument *argument, const char *word, struct argument_value *value)
{
    (void)argument;
    return parse_size(word, &value->size.width, &value->size.height);
}

static bool read_grid(const struct argument *argument, const char *word, struct argument_value *value)
{
    (void)argument;
    return layout_grid_parse(word, &value->grid.columns, &value->grid.rows);
}

static bool read_operation(const struct argument *argument, const char *word, struct argument_value *value)
{
    (void)argument, (void)value;
    return mask_operation_find(word) != NULL;
}

// Without `read` only the words of the argument are taken.
static const struct {
    bool (*read)(const struct argument *argument, const char *word, struct argument_value *value);
    void (*want)(const struct argument *argument, struct text *out);
} kinds[ARGUMENT_KIND_COUNT] = {
    [ARGUMENT_NUMBER] = {read_number, want_number},
    [ARGUMENT_INTEGER] = {read_number, want_number},
    [ARGUMENT_CHOICE] = {NULL, NULL},
    [ARGUMENT_COLOUR] = {read_colour, want_colour},
    [ARGUMENT_FILE] = {read_any, want_file},
    [ARGUMENT_COLORMAP] = {read_any, want_colormap},
    [ARGUMENT_SCALE] = {read_scale, want_scale},
    [ARGUMENT_SIZE] = {read_size, want_size},
    [ARGUMENT_GRID] = {read_grid, want_grid},
    [ARGUMENT_OPERATION] = {read_operation, want_operation},
};

void argument_describe(const struct argument *argument, struct text *out)
{
    struct text wanted = {0};
    const char *piece, *after;
    size_t length, after_length;
    if (kinds[argument->kind].want)
        kinds[argument->kind].want(argument, &wanted);
    for (size_t n = 0; argument_choice(argument, n, &piece, &length); n++) {
        const bool more = argument_choice(argument, n + 1, &after, &after_length);
        text_append(&wanted, wanted.length == 0 ? "" : more ? ", " : " or ");
        text_append_bytes(&wanted, piece, length);
    }
    text_append(out, text_string(&wanted));
    text_free(&wanted);
}

static enum status refuse(const struct argument *argument, const char *word, struct error *error)
{
    struct text wanted = {0};
    argument_describe(argument, &wanted);
    error_set(error, STATUS_USAGE, "%s must be %s, not \"%s\"", argument->name, text_string(&wanted), word);
    text_free(&wanted);
    return STATUS_USAGE;
}

enum status argument_read(const struct argument *argument, const struct colormap_list *colormaps,
                          const char *word, struct argument_value *value, struct error *error)
{
    *value =
        (struct argument_value){.kind = argument->kind, .text = word, .choice = find_choice(argument, word)};
    if (value->choice >= 0)
        return STATUS_OK;
    if (!kinds[argument->kind].read || !kinds[argument->kind].read(argument, word, value))
        return refuse(argument, word, error);
    if (argument->kind != ARGUMENT_COLORMAP || !colormaps)
        return STATUS_OK;
    value->colormap = colormap_find(colormaps, word);
    return value->colormap ? STATUS_OK
                           : error_set(error, STATUS_USAGE, "there is no colour map \"%s\"", word);
}
