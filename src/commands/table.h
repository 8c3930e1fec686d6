// SPDX-License-Identifier: MIT
// Inside the commands layer: the parts of the command table, and what their rows have in common.
#ifndef FOVEA_COMMANDS_TABLE_H
#define FOVEA_COMMANDS_TABLE_H

#include "commands/actions.h"

#define MENU(...) ((const struct command_menu[]){__VA_ARGS__, {NULL, NULL}})
#define LAYERS    MASK_LAYER_WORDS
#define SWITCH    ARG_CHOICE("state", "on|off|toggle", .optional = true)
#define FORM      ARG_CHOICE("form", "text|json", .optional = true) // of commands that answer

struct command_rows {
    const struct command *rows;
    size_t count;
};

extern const struct command_rows command_rows_series, command_rows_colour, command_rows_mask,
    command_rows_view;

#endif
