// SPDX-License-Identifier: MIT
// Words of mask operations, checked by the same specifications as those of commands.
#include "commands/operation.h"

#include "base/text.h"
#include "commands/arguments.h"
#include "sources/mask_operation.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static enum status parse_word(const struct argument_spec *spec, const char *word, double *number,
                              struct error *error)
{
    struct command_value value;
    const enum status status = argument_parse(spec, NULL, word, &value, error);
    *number = spec->kind == ARGUMENT_CHOICE ? value.choice : value.number;
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

enum status operation_parse(const char *arguments, const char *words, double *numbers, size_t *count,
                            struct error *error)
{
    struct argument_spec spec = {0};
    char word[64];
    bool have = argument_spec_next(&arguments, &spec);
    *count = 0;
    while (next_word(&words, word, sizeof word)) {
        if (!have)
            return error_set(error, STATUS_USAGE, "\"%s\" is one value too many", word);
        if (*count == MASK_OPERATION_ARGUMENTS)
            return error_set(error, STATUS_USAGE, "more than %d values", MASK_OPERATION_ARGUMENTS);
        const enum status status = parse_word(&spec, word, &numbers[(*count)++], error);
        if (status)
            return status;
        if (spec.repeated)
            spec.optional = true; // one is there
        else
            have = argument_spec_next(&arguments, &spec);
    }
    if (have && !spec.optional)
        return error_set(error, STATUS_USAGE, "%s is missing", spec.name);
    return STATUS_OK;
}

void operation_describe(const char *arguments, char *out, size_t size)
{
    struct argument_spec spec;
    size_t used = 0, open = 0;
    out[0] = '\0';
    while (argument_spec_next(&arguments, &spec) && used < size) {
        for (char *letter = spec.name; *letter; letter++)
            *letter = (char)toupper((unsigned char)*letter);
        used += (size_t)snprintf(out + used, size - used, "%s%s%s%s", spec.optional ? "[" : "",
                                 used ? "," : "", spec.name, spec.repeated ? ",..." : "");
        open += spec.optional;
    }
    while (open-- && used < size)
        used += (size_t)snprintf(out + used, size - used, "]");
}
