// SPDX-License-Identifier: MIT
// Command-line options: tables of them, and the parser for all.
#ifndef FOVEA_COMMANDS_OPTIONS_H
#define FOVEA_COMMANDS_OPTIONS_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One option. `set` stores the value into the group's target and refuses bad values with STATUS_USAGE; its
// sentence need not name the option. Values are borrowed from argv.
struct option {
    const char *name;     // "--range"
    const char *letter;   // "-o", or NULL
    const char *argument; // "LO:HI"; NULL = a switch without a value; "[N]" = the value may be left out
    const char *help;     // one sentence
    enum status (*set)(void *target, const char *value, struct error *error);
    // Optional: whether the next argument is one more value of this option ("--pixel 1,2 3,4"). Needed where
    // the value may be left out: whether the next argument is the value; `set` gets NULL if not.
    bool (*takes)(const char *next);
};

// The options of a subcommand: some tables, each with what it fills.
struct option_group {
    const char *title;            // heading in the help: "View options"; "" continues the group before
    const struct option *options; // ends with a NULL name
    void *target;
};

// Parses argv[0 .. argc) (without program and subcommand). Options are "--name=value", "--name value",
// "-o value", "-ovalue"; "--" ends them; "-" alone is a name. `groups` ends with a NULL title. `names` has
// room for argc entries and takes what is no option; *count is their number. STATUS_USAGE with a sentence
// naming the option. "--help" and "-h" set *help (may be NULL: then they are unknown) and end the parsing.
enum status options_parse(int argc, char *const *argv, const struct option_group *groups, const char **names,
                          size_t *count, bool *help, struct error *error);

// Appends the help of the groups: a heading each, then a line or more for each option, at most 79 columns.
void options_write_help(const struct option_group *groups, struct text *out);
// The same for the manual page.
void options_write_troff(const struct option_group *groups, struct text *out);

// --- What subcommands with tables have in common: `set` of these options; `target` is not looked at ---

enum status option_hdf5_plugins(void *target, const char *value, struct error *error);
enum status option_trust_paths(void *target, const char *value, struct error *error);
enum status option_memory(void *target, const char *value, struct error *error);

#endif
