// SPDX-License-Identifier: MIT
// Inside the commands layer: the argument specifications of the table, and the checking of words against
// them.
#ifndef FOVEA_COMMANDS_ARGUMENTS_H
#define FOVEA_COMMANDS_ARGUMENTS_H

#include "commands/command.h"

// One argument of a command as its specification tells.
struct argument_spec {
    char name[24];
    enum argument_kind kind;
    bool optional, repeated;
    bool has_range;
    double low, high;    // both allowed
    const char *choices; // "a|b|c", inside the specification
    size_t choices_length;
};

// Reads the next argument of a specification and moves *at behind it; false at the end, or where the text is
// no argument (then *at does not stand on the final NUL).
bool argument_spec_next(const char **at, struct argument_spec *spec);

// Choice `n` of "a|b|c" as a borrowed piece of text; false if there are fewer.
bool argument_choice(const struct argument_spec *spec, size_t n, const char **text, size_t *length);

// Checks one word. `colormaps` may be NULL: any name of a map is fine then. STATUS_USAGE with a sentence that
// names the argument.
enum status argument_parse(const struct argument_spec *spec, const struct colormap_list *colormaps,
                           const char *word, struct command_value *value, struct error *error);

#endif
