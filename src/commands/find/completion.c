// SPDX-License-Identifier: MIT
// Words of an unfinished command line.
#include "commands/find/completion.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

// The end of the word at `at`, behind its closing quote.
static const char *word_end(const char *at)
{
    if (*at != '"')
        return at + strcspn(at, " ");
    for (at++; *at && *at != '"'; at++)
        at += *at == '\\' && at[1];
    return at + (*at == '"');
}

static const struct command *read_name(const char **at)
{
    char name[64];
    const char *start = *at + strspn(*at, " ");
    const size_t length = strcspn(start, " ;\n");
    if (length == 0 || length >= sizeof name || start[length] != ' ')
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)length, start);
    *at = start + length;
    return command_find(name);
}

void completion_read(const char *line, struct completion *completion)
{
    const char *at = line;
    *completion = (struct completion){.command = read_name(&at)};
    if (!completion->command)
        return;
    size_t index = 0;
    for (;;) {
        at += strspn(at, " ");
        const char *end = word_end(at);
        if (!*end)
            break;
        at = end;
        index++;
    }
    const size_t last = index;
    completion->index = index;
    completion->argument = argument_at(completion->command->args, index);
    for (size_t i = 0; !completion->argument && i < last; i++) { // the last one may be given several times
        const struct argument *argument = argument_at(completion->command->args, i);
        if (argument && argument->repeated)
            completion->argument = argument;
    }
    completion->start = (size_t)(at - line);
    snprintf(completion->word, sizeof completion->word, "%s", at + (*at == '"'));
}

bool completion_choice(const struct command_host *host, const struct completion *completion, size_t n,
                       char *name, size_t size)
{
    if (!completion->argument || completion->argument->repeated)
        return false;
    const size_t length = strlen(completion->word);
    for (size_t i = 0; command_choice(host, completion->command, completion->index, i, name, size); i++) {
        if (strncasecmp(name, completion->word, length) == 0 && n-- == 0)
            return true;
    }
    return false;
}

void completion_explain(const struct completion *completion, const char *choice, struct text *out)
{
    const size_t length = strlen(choice);
    const struct command_menu *menu = completion->index == 0 ? completion->command->menu : NULL;
    for (; menu && menu->path; menu++) {
        if (strncmp(menu->arguments, choice, length) != 0 || menu->arguments[length])
            continue;
        const char *leaf = strrchr(menu->path, '/');
        leaf = leaf ? leaf + 1 : menu->path;
        text_append(out, leaf + (*leaf == '|'));
        return;
    }
}

void completion_accept(const char *line, const struct completion *completion, const char *word,
                       struct text *out)
{
    struct text quoted = {0};
    command_append_word(&quoted, word);
    text_append_bytes(out, line, completion->start);
    text_append(out, text_string(&quoted));
    if (argument_at(completion->command->args, completion->index + 1))
        text_append(out, " ");
    text_free(&quoted);
}
