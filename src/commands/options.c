// SPDX-License-Identifier: MIT
// The parser of the command line, and its help, both from tables of options.
#include "commands/options.h"

#include "base/companion.h"
#include "base/memory.h"
#include "formats/base/reader.h"

#include <stdio.h>
#include <string.h>

enum { HELP_COLUMN = 26, HELP_WIDTH = 79 };

// A place in the command line.
struct cursor {
    int argc;
    char *const *argv;
    int at;
};

struct match {
    const struct option *option;
    void *target;
};

// The option of that name; `length` of its bytes count.
static bool find_option(const struct option_group *groups, const char *name, size_t length,
                        struct match *match)
{
    for (; groups->title; groups++) {
        for (const struct option *option = groups->options; option->name; option++) {
            const char *known = length == 2 && name[1] != '-' ? option->letter : option->name;
            if (!known || strlen(known) != length || strncmp(known, name, length) != 0)
                continue;
            *match = (struct match){option, groups->target};
            return true;
        }
    }
    return false;
}

static enum status set_value(const struct match *match, const char *value, struct error *error)
{
    struct error local = {0};
    enum status status = match->option->set(match->target, value, &local);
    if (!status)
        return STATUS_OK;
    return error_set(error, status, "%s: %s", match->option->name, local.text);
}

// Values that follow the first one, for options that take several.
static enum status set_more_values(const struct match *match, struct cursor *cursor, struct error *error)
{
    enum status status = STATUS_OK;
    while (!status && match->option->takes && cursor->at < cursor->argc &&
           match->option->takes(cursor->argv[cursor->at]))
        status = set_value(match, cursor->argv[cursor->at++], error);
    return status;
}

static enum status unknown_option(const char *word, size_t length, struct error *error)
{
    return error_set(error, STATUS_USAGE, "there is no option \"%.*s\" (see --help)", (int)length, word);
}

// Handles the option at the cursor and moves behind it and its value.
static enum status parse_option(struct cursor *cursor, const struct option_group *groups, struct error *error)
{
    const char *word = cursor->argv[cursor->at++];
    bool is_long = word[1] == '-';
    size_t length = is_long ? strcspn(word, "=") : 2;
    struct match match;
    if (!find_option(groups, word, length, &match))
        return unknown_option(word, is_long ? length : strlen(word), error);
    const char *value = word[length] ? word + length + is_long : NULL;
    if (!match.option->argument) {
        if (value)
            return error_set(error, STATUS_USAGE, "%s takes no value", match.option->name);
        return set_value(&match, NULL, error);
    }
    if (match.option->argument[0] == '[') {
        const bool next =
            !value && cursor->at < cursor->argc && match.option->takes(cursor->argv[cursor->at]);
        return set_value(&match, next ? cursor->argv[cursor->at++] : value, error);
    }
    if (!value) {
        if (cursor->at == cursor->argc)
            return error_set(error, STATUS_USAGE, "%s needs a value (%s)", match.option->name,
                             match.option->argument);
        value = cursor->argv[cursor->at++];
    }
    enum status status = set_value(&match, value, error);
    return status ? status : set_more_values(&match, cursor, error);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

enum status options_parse(int argc, char *const *argv, const struct option_group *groups, const char **names,
                          size_t *count, bool *help, struct error *error)
{
    struct cursor cursor = {argc, argv, 0};
    bool only_names = false;
    size_t found = 0;
    while (cursor.at < argc) {
        const char *word = argv[cursor.at];
        if (only_names || word[0] != '-' || !word[1]) {
            names[found++] = word;
            cursor.at++;
        } else if (strcmp(word, "--") == 0) {
            only_names = true;
            cursor.at++;
        } else if (help && is_help(word)) {
            *help = true;
            break;
        } else {
            enum status status = parse_option(&cursor, groups, error);
            if (status)
                return status;
        }
    }
    *count = found;
    return STATUS_OK;
}

// Appends words, breaking lines before the right edge; `column` is where the text begins on its first line.
static void write_wrapped(struct text *out, const char *words, size_t column)
{
    size_t at = column;
    while (*words) {
        size_t length = strcspn(words, " ");
        if (at > HELP_COLUMN && at + 1 + length > HELP_WIDTH) {
            text_printf(out, "\n%*s", HELP_COLUMN, "");
            at = HELP_COLUMN;
        } else if (at > HELP_COLUMN) {
            text_append(out, " ");
            at++;
        }
        text_append_bytes(out, words, length);
        at += length;
        words += length;
        words += strspn(words, " ");
    }
    text_append(out, "\n");
}

void options_write_help(const struct option_group *groups, struct text *out)
{
    for (; groups->title; groups++) {
        if (groups->title[0])
            text_printf(out, "%s%s:\n", out->length ? "\n" : "", groups->title);
        for (const struct option *option = groups->options; option->name; option++) {
            size_t start = out->length;
            text_printf(out, "  %s%s%s", option->letter ? option->letter : "", option->letter ? ", " : "",
                        option->name);
            if (option->argument)
                text_printf(out, " %s", option->argument);
            size_t used = out->length - start;
            if (used + 2 > HELP_COLUMN)
                text_printf(out, "\n%*s", HELP_COLUMN, "");
            else
                text_printf(out, "%*s", (int)(HELP_COLUMN - used), "");
            write_wrapped(out, option->help, HELP_COLUMN);
        }
    }
}

static void append_troff(struct text *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '-')
            text_append(out, "\\-");
        else
            text_append_bytes(out, text, 1);
    }
}

void options_write_troff(const struct option_group *groups, struct text *out)
{
    for (; groups->title; groups++) {
        if (groups->title[0])
            text_printf(out, ".SS %s\n", groups->title);
        for (const struct option *option = groups->options; option->name; option++) {
            text_append(out, ".TP\n\\fB");
            if (option->letter)
                text_printf(out, "\\%s\\fR, \\fB", option->letter);
            append_troff(out, option->name);
            text_append(out, "\\fR");
            if (option->argument)
                text_printf(out, " \\fI%s\\fR", option->argument);
            text_append(out, "\n");
            append_troff(out, option->help);
            text_append(out, "\n");
        }
    }
}

// --- What subcommands have in common ---

enum status option_hdf5_plugins(void *target, const char *value, struct error *error)
{
    (void)target, (void)value, (void)error;
    reader_plugins_allow();
    return STATUS_OK;
}

enum status option_trust_paths(void *target, const char *value, struct error *error)
{
    (void)target, (void)value, (void)error;
    companion_trust();
    return STATUS_OK;
}

enum status option_memory(void *target, const char *value, struct error *error)
{
    (void)target;
    int64_t bytes;
    if (!memory_parse(value, &bytes))
        return error_set(error, STATUS_USAGE, "\"%s\" is not " MEMORY_WANTED, value);
    memory_allow(bytes);
    return STATUS_OK;
}
