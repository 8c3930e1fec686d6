// SPDX-License-Identifier: MIT
// What a command is: a row of the command table.
#ifndef FOVEA_COMMANDS_ROW_H
#define FOVEA_COMMANDS_ROW_H

#include "commands/arguments.h"
#include "commands/host.h"

enum { COMMAND_MAX_ARGS = 512 };

// The arguments that were given; those left out at the end are not counted.
struct command_args {
    size_t count;
    struct argument_value values[COMMAND_MAX_ARGS];
};

// An entry of the menu bar, and of the palette: where it stands, and with which arguments it runs its
// command. The path begins with one of command_menus. A '|' before a part of it draws a line above. A last
// part of "*" stands for one entry for each choice of the command's first argument, "*" in `arguments` for
// that choice.
struct command_menu {
    const char *path;      // "Contrast/Automatic limits/Percentile"
    const char *arguments; // "percentile", or ""
};

// What a command acts on; a pane's number before the others is refused.
enum command_scope {
    ACTS_ON_DESK,     // what all panes share: panels, the tool in hand, the program
    ACTS_ON_DOCUMENT, // the files and the mask of what a pane shows; other panes may show the same
    ACTS_ON_PANE      // the view of one pane, and its place in the series
};

struct command {
    const char *name;            // "contrast.auto"
    const struct argument *args; // ends with a NULL name; NULL = none
    const char *help;            // one sentence
    const char *title; // for people, where no menu entry without arguments says it: "Contrast: Both limits"
    const char *words; // other words that people may look for it by; NULL = none
    const struct command_menu *menu; // ends with a NULL path; NULL = in no menu
    enum command_scope acts_on;
    bool takes_time; // what it begins is done when ops->is_complete
    enum status (*run)(struct command_host *host, const struct command_args *args, struct error *error);
    // Optional: whether the state that `args` would set is the one that holds now (a tick in the menu).
    bool (*checked)(const struct command_host *host, const struct command_args *args);
    // Optional: whether the command can do anything now (else its menu entry is gray).
    bool (*enabled)(const struct command_host *host);
};

#endif
