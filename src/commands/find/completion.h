// SPDX-License-Identifier: MIT
// What a command line that is being typed has come to: which argument, and what can be said there.
#ifndef FOVEA_COMMANDS_FIND_COMPLETION_H
#define FOVEA_COMMANDS_FIND_COMPLETION_H

#include "commands/command.h"

struct completion {
    const struct command *command;   // NULL: what is typed is not one command with a blank behind its name
    size_t index;                    // of the argument that is being typed
    const struct argument *argument; // NULL: all are there
    size_t start;                    // where in the line its word begins
    char word[128];                  // what is there of it, without an opening quote
};

void completion_read(const char *line, struct completion *completion);
// The choices of the argument that begin with what is typed, one after the other from 0; false behind the
// last.
bool completion_choice(const struct command_host *host, const struct completion *completion, size_t n,
                       char *name, size_t size);
// Appends what a choice means, as menus say it: "Minimum and maximum"; nothing if they do not.
void completion_explain(const struct completion *completion, const char *choice, struct text *out);
// Appends the line with this word for the argument, and a blank where another one follows.
void completion_accept(const char *line, const struct completion *completion, const char *word,
                       struct text *out);

#endif
