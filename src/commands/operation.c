// SPDX-License-Identifier: MIT
// Words of mask operations, checked as those of the commands "mask.NAME".
#include "commands/operation.h"

#include "base/text.h"
#include "commands/command.h"
#include "sources/masks/mask_operation.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct argument *operation_arguments(const struct mask_operation *operation)
{
    char name[64];
    snprintf(name, sizeof name, "mask.%s", operation->name);
    return command_find(name)->args;
}

static enum status read_word(const struct argument *argument, const char *word, double *number,
                             struct error *error)
{
    struct argument_value value;
    const enum status status = argument_read(argument, NULL, word, &value, error);
    *number = argument->kind == ARGUMENT_CHOICE ? value.choice : value.number;
    return status;
}

// The word before the next comma in `word`; moves *at behind it. False at the end. A word that is too long to
// be a value is cut and ends with dots, so that it is none.
static bool next_word(const char **at, char *word, size_t size)
{
    if (!*at)
        return false;
    const size_t length = strcspn(*at, ",");
    if (length < size)
        snprintf(word, size, "%.*s", (int)length, *at);
    else
        snprintf(word, size, "%.*s...", (int)size - 4, *at);
    *at = (*at)[length] ? *at + length + 1 : NULL;
    return true;
}

enum status operation_parse(const struct argument *arguments, const char *words, double *numbers,
                            size_t *count, struct error *error)
{
    char word[64];
    bool have_one = false; // of a repeated argument
    size_t at = 0;
    *count = 0;
    while (next_word(&words, word, sizeof word)) {
        const struct argument *argument = argument_at(arguments, at);
        if (!argument)
            return error_set(error, STATUS_USAGE, "\"%s\" is one value too many", word);
        if (*count == MASK_OPERATION_ARGUMENTS)
            return error_set(error, STATUS_USAGE, "more than %d values", MASK_OPERATION_ARGUMENTS);
        const enum status status = read_word(argument, word, &numbers[(*count)++], error);
        if (status)
            return status;
        have_one = argument->repeated;
        at += !argument->repeated;
    }
    const struct argument *missing = have_one ? NULL : argument_at(arguments, at);
    if (missing && !missing->optional)
        return error_set(error, STATUS_USAGE, "%s is missing", missing->name);
    return STATUS_OK;
}

static void append_upper(struct text *out, const char *name)
{
    for (; *name; name++) {
        const char letter = (char)toupper((unsigned char)*name);
        text_append_bytes(out, &letter, 1);
    }
}

void operation_describe(const struct argument *arguments, char *out, size_t size)
{
    struct text text = {0};
    const struct argument *argument;
    size_t open = 0;
    for (size_t i = 0; (argument = argument_at(arguments, i)); i++) {
        text_printf(&text, "%s%s", argument->optional ? "[" : "", i ? "," : "");
        append_upper(&text, argument->name);
        text_append(&text, argument->repeated ? ",..." : "");
        open += argument->optional;
    }
    while (open--)
        text_append(&text, "]");
    snprintf(out, size, "%s", text_string(&text));
    text_free(&text);
}
