// SPDX-License-Identifier: MIT
// Command lines: taking them apart, checking them against the table, running them.
#include "commands/command.h"

#include "commands/result.h"
#include "commands/table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = COMMAND_MAX_ARGS + 1, LARGEST_PANE = 10000 };

// The words of one command. The text of all is kept in one buffer, so that pointers are made when it is
// complete.
struct words {
    struct text buffer;
    size_t offsets[MAX_WORDS];
    size_t count;
};

static const char *word_at(const struct words *words, size_t index)
{
    return text_string(&words->buffer) + words->offsets[index];
}

// Copies a word in double quotes, without them; *at stands on the opening one.
static bool read_quoted(const char **at, struct text *out)
{
    const char *text = *at + 1;
    for (; *text && *text != '"'; text++) {
        char character = *text;
        if (character == '\\' && text[1]) {
            text++;
            character = *text == 'n' ? '\n' : *text;
        }
        text_append_bytes(out, &character, 1);
    }
    *at = text + (*text == '"');
    return *text == '"';
}

static enum status read_word(const char **at, struct words *words, struct error *error)
{
    if (words->count == MAX_WORDS)
        return error_set(error, STATUS_USAGE, "%s: more than %d arguments", word_at(words, 0),
                         COMMAND_MAX_ARGS);
    words->offsets[words->count++] = words->buffer.length;
    if (**at == '"') {
        if (!read_quoted(at, &words->buffer))
            return error_set(error, STATUS_USAGE, "%s: a double quote is not closed", word_at(words, 0));
    } else {
        size_t length = strcspn(*at, " \t\r\n;");
        text_append_bytes(&words->buffer, *at, length);
        *at += length;
    }
    text_append_bytes(&words->buffer, "", 1);
    return STATUS_OK;
}

// Reads the words of the next command and moves *at behind its separator. No words: an empty command.
static enum status read_words(const char **at, struct words *words, struct error *error)
{
    text_clear(&words->buffer);
    words->count = 0;
    for (;;) {
        *at += strspn(*at, " \t\r");
        if (**at == '#' && words->count == 0)
            *at += strcspn(*at, "\n");
        if (**at == ';' || **at == '\n') {
            ++*at;
            return STATUS_OK;
        }
        if (!**at)
            return STATUS_OK;
        enum status status = read_word(at, words, error);
        if (status)
            return status;
    }
}

const struct command *command_at(size_t index)
{
    enum { PARTS = 4 };
    static const struct command_rows *const parts[PARTS] = {&command_rows_series, &command_rows_colour,
                                                            &command_rows_mask, &command_rows_view};
    for (size_t part = 0; part < PARTS; part++) {
        if (index < parts[part]->count)
            return &parts[part]->rows[index];
        index -= parts[part]->count;
    }
    return NULL;
}

const struct command *command_find(const char *name)
{
    const struct command *command = command_at(0);
    for (size_t i = 1; command && strcmp(command->name, name) != 0; i++)
        command = command_at(i);
    return command;
}

static enum status missing_argument(const struct command *command, const struct argument *argument,
                                    struct error *error)
{
    struct text usage = {0};
    command_describe_args(command, &usage);
    error_set(error, STATUS_USAGE, "the argument %s is missing (usage: %s %s)", argument->name, command->name,
              text_string(&usage));
    text_free(&usage);
    return STATUS_USAGE;
}

static enum status too_many_arguments(const struct command *command, const char *word, struct error *error)
{
    struct text usage = {0};
    command_describe_args(command, &usage);
    error_set(error, STATUS_USAGE, "\"%s\" is one argument too many (usage: %s%s%s)", word, command->name,
              usage.length ? " " : "", text_string(&usage));
    text_free(&usage);
    return STATUS_USAGE;
}

static enum status parse_args(const struct command *command, const struct colormap_list *colormaps,
                              const struct words *words, struct command_args *args, struct error *error)
{
    const size_t given = words->count - 1;
    const struct argument *argument;
    args->count = 0;
    for (size_t i = 0; (argument = argument_at(command->args, i)); i++) {
        if (args->count == given)
            return argument->optional ? STATUS_OK : missing_argument(command, argument, error);
        do {
            enum status status = argument_read(argument, colormaps, word_at(words, args->count + 1),
                                               &args->values[args->count], error);
            if (status)
                return status;
            args->count++;
        } while (argument->repeated && args->count < given);
    }
    return args->count < given ? too_many_arguments(command, word_at(words, args->count + 1), error)
                               : STATUS_OK;
}

// A command with its arguments, ready to run. The arguments' texts live in `words`.
struct call {
    const struct command *command;
    int pane; // from 1; 0 = the active one
    struct command_args args;
    struct words words;
};

// Takes "2:" off the name of a command. Moves *name behind it.
static enum status read_target(const char **name, int *pane, struct error *error)
{
    const size_t digits = strspn(*name, "0123456789");
    *pane = 0;
    if ((*name)[digits] != ':')
        return STATUS_OK;
    for (size_t i = 0; i < digits && *pane < LARGEST_PANE; i++)
        *pane = 10 * *pane + (*name)[i] - '0';
    if (*pane == 0 || *pane >= LARGEST_PANE)
        return error_set(error, STATUS_USAGE, "\"%.*s\" is not the number of a pane, which is counted from 1",
                         (int)strcspn(*name, ":"), *name);
    *name += digits + 1;
    return STATUS_OK;
}

// Reads the next command of a line; call->command is NULL for an empty one.
static enum status read_call(const char **at, const struct colormap_list *colormaps, struct call *call,
                             struct error *error)
{
    call->command = NULL;
    enum status status = read_words(at, &call->words, error);
    if (status || call->words.count == 0)
        return status;
    const char *name = word_at(&call->words, 0);
    status = read_target(&name, &call->pane, error);
    if (status)
        return status;
    call->command = command_find(name);
    if (!call->command)
        return error_set(error, STATUS_USAGE, "there is no command \"%s\"", name);
    if (call->pane && call->command->acts_on == ACTS_ON_DESK)
        return error_set(error, STATUS_USAGE, "%s acts on no single pane and takes no number", name);
    status = parse_args(call->command, colormaps, &call->words, &call->args, error);
    return status ? error_prefix(error, call->command->name) : STATUS_OK;
}

static enum status select_pane(struct command_host *host, int pane, struct error *error)
{
    if (host->ops->select_target)
        return host->ops->select_target(host->app, pane, error);
    return pane <= 1 ? STATUS_OK : error_set(error, STATUS_USAGE, "there is no pane %d, only one", pane);
}

// What nobody asked to have is told to the user.
static void tell_answer(struct command_host *host, struct command_result *answer)
{
    size_t length = answer->text.length;
    while (length > 0 && answer->text.data[length - 1] == '\n')
        answer->text.data[--length] = '\0';
    if (length > 0)
        command_say(host, text_string(&answer->text), false);
}

static enum status run_answering(struct command_host *host, const struct call *call, struct error *error)
{
    if (host->result)
        return call->command->run(host, &call->args, error);
    struct command_result answer = {0};
    host->result = &answer;
    enum status status = call->command->run(host, &call->args, error);
    host->result = NULL;
    if (!status)
        tell_answer(host, &answer);
    command_result_free(&answer);
    return status;
}

static enum status run_call(struct command_host *host, const struct call *call, struct error *error)
{
    enum status status = call->pane ? select_pane(host, call->pane, error) : STATUS_OK;
    if (!status)
        status = run_answering(host, call, error);
    if (call->pane)
        select_pane(host, 0, NULL);
    // Other failures name the file that is at fault.
    if (status == STATUS_USAGE && error)
        error_prefix(error, call->command->name);
    return status;
}

static bool must_wait(const struct command_host *host, const struct call *call)
{
    return call->command && call->command->takes_time && host->ops->is_complete &&
           !host->ops->is_complete(host->app);
}

enum status command_run(struct command_host *host, const char *line, struct error *error)
{
    struct error local = {0};
    struct call *call = must_alloc(sizeof *call);
    enum status status = STATUS_OK;
    while (!status && *line) {
        // The list of maps may change from command to command.
        status = read_call(&line, host->colormaps, call, error ? error : &local);
        if (!status && call->command)
            status = run_call(host, call, error ? error : &local);
        if (!status && must_wait(host, call)) {
            command_run_later(host, line);
            break;
        }
    }
    text_free(&call->words.buffer);
    free(call);
    return status;
}

enum status command_continue(struct command_host *host, struct error *error)
{
    if (host->pending.length == 0 || (host->ops->is_complete && !host->ops->is_complete(host->app)))
        return STATUS_OK;
    struct text line = host->pending;
    host->pending = (struct text){0};
    const enum status status = command_run(host, text_string(&line), error);
    text_free(&line);
    return status;
}

enum status command_check(const struct command_host *host, const char *line, struct error *error)
{
    struct error local = {0};
    struct call *call = must_alloc(sizeof *call);
    enum status status = STATUS_OK;
    while (!status && *line)
        status = read_call(&line, host ? host->colormaps : NULL, call, error ? error : &local);
    text_free(&call->words.buffer);
    free(call);
    return status;
}

bool command_is_checked(const struct command_host *host, const char *line)
{
    struct error error = {0};
    struct call *call = must_alloc(sizeof *call);
    bool checked = read_call(&line, host->colormaps, call, &error) == STATUS_OK && call->command &&
                   call->command->checked && call->command->checked(host, &call->args);
    text_free(&call->words.buffer);
    free(call);
    return checked;
}

bool command_is_enabled(const struct command_host *host, const char *line)
{
    char name[64];
    line += strspn(line, " ");
    size_t length = strcspn(line, " ;\n");
    if (length >= sizeof name)
        return false;
    memcpy(name, line, length);
    name[length] = '\0';
    const char *bare = name;
    int pane;
    if (read_target(&bare, &pane, NULL))
        return false;
    const struct command *command = command_find(bare);
    return command && (!command->enabled || command->enabled(host));
}

void command_append_word(struct text *line, const char *word)
{
    if (line->length)
        text_append(line, " ");
    if (*word && !strpbrk(word, " \t\r\n;\"#\\")) {
        text_append(line, word);
        return;
    }
    text_append(line, "\"");
    for (; *word; word++) {
        if (*word == '"' || *word == '\\')
            text_append(line, "\\");
        if (*word == '\n')
            text_append(line, "\\n");
        else
            text_append_bytes(line, word, 1);
    }
    text_append(line, "\"");
}

bool command_choice(const struct command_host *host, const struct command *command, size_t argument, size_t n,
                    char *name, size_t size)
{
    const struct argument *wanted = argument_at(command->args, argument);
    const char *piece;
    size_t length;
    if (!wanted)
        return false;
    if (wanted->kind == ARGUMENT_COLORMAP && host && host->colormaps && n < host->colormaps->count)
        return snprintf(name, size, "%s", host->colormaps->maps[n].name) >= 0;
    if (wanted->kind == ARGUMENT_SCALE)
        return n < TRANSFER_COUNT && snprintf(name, size, "%s", transfer_name((enum transfer_kind)n)) >= 0;
    return argument_choice(wanted, n, &piece, &length) &&
           snprintf(name, size, "%.*s", (int)length, piece) >= 0;
}

void command_describe_args(const struct command *command, struct text *out)
{
    const struct argument *argument;
    for (size_t i = 0; (argument = argument_at(command->args, i)); i++) {
        text_printf(out, "%s%s", i ? " " : "", argument->optional ? "[" : "");
        if (argument->kind != ARGUMENT_CHOICE)
            text_printf(out, "%s%s", argument->name, argument->words ? "|" : "");
        text_printf(out, "%s%s%s", argument->words ? argument->words : "", argument->optional ? "]" : "",
                    argument->repeated ? "..." : "");
    }
}
