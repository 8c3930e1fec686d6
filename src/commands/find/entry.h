// SPDX-License-Identifier: MIT
// What people choose commands by, in menus and palette: an entry is a command with the arguments of one of
// its menu entries, or the command alone by its title.
#ifndef FOVEA_COMMANDS_FIND_ENTRY_H
#define FOVEA_COMMANDS_FIND_ENTRY_H

#include "commands/command.h"

// The titles of the menu bar, in their order; ends with NULL. A new menu is a row here.
extern const char *const command_menus[];

struct command_entry {
    const struct command *command;
    const struct command_menu *menu; // NULL: the command alone
    char choice[48];                 // of a menu entry that stands for all choices; else ""
};

// A walk over all entries in the order of the table. Zero-initialise.
struct entry_walk {
    size_t command, menu, choice;
    bool alone; // some menu entry of this command has no arguments
};
// The next entry; false behind the last. `host` gives the colour maps, and may be NULL.
bool entry_next(struct entry_walk *walk, const struct command_host *host, struct command_entry *entry);

// Appends its title for people: "Contrast: Automatic limits by: Percentile 1 to 99".
void entry_title(const struct command_entry *entry, struct text *out);
// Appends the command line that it runs: "contrast.auto percentile 1 99".
void entry_line(const struct command_entry *entry, struct text *out);
// Appends that, or for a command alone the names of its arguments behind it: "contrast.limits low high".
void entry_usage(const struct command_entry *entry, struct text *out);
// Whether its line can run as it stands, or arguments are missing.
bool entry_is_complete(const struct command_entry *entry);

#endif
