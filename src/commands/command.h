// SPDX-License-Identifier: MIT
// The command table: the one list from which keys, menus, palette, help, manual page and `--command` are
// made.
//
// A command line is "noun.verb argument argument ..."; several are separated by ';' or a line end. Words are
// separated by blanks; a word in double quotes may hold blanks, ';' and the escapes \" \\ \n. '#' at the
// start of a command makes the rest of the line a comment. "2:noun.verb" is for pane 2, counted from 1;
// without a number a command is for the active pane. Everything the user can do goes through command_run().
//
// Some commands begin what takes time: a frame is read, a file is opened. The command behind one of them on
// the same line finds it done: until then the rest of the line is pending, and whoever runs the loop calls
// command_continue. Nothing ever waits in here.
#ifndef FOVEA_COMMANDS_COMMAND_H
#define FOVEA_COMMANDS_COMMAND_H

#include "commands/host.h"
#include "commands/row.h"

// --- The table ---

// All commands from index 0 on, in the order of menus and help; NULL behind the last.
const struct command *command_at(size_t index);

// The command of that name, or NULL.
const struct command *command_find(const char *name);

// --- Running ---

// Runs all commands of `line` in turn and stops at the first that fails. The sentence names the command, and
// the argument if that is at fault (STATUS_USAGE). An empty line is fine. Behind a command that takes time
// the rest becomes pending, behind what is pending already.
enum status command_run(struct command_host *host, const char *line, struct error *error);
// Goes on with what is pending, if what it waits for is done. A failure drops the rest.
enum status command_continue(struct command_host *host, struct error *error);
// Checks names and arguments without running anything. `host` gives the names of colour maps; NULL leaves
// them unchecked.
enum status command_check(const struct command_host *host, const char *line, struct error *error);
// Whether the single command in `line` is in force (a tick) and can be used.
bool command_is_checked(const struct command_host *host, const char *line);
bool command_is_enabled(const struct command_host *host, const char *line);

// Appends `word` to a command line, quoted if it needs to be.
void command_append_word(struct text *line, const char *word);

// --- For menus, palette and help ---

// The choices of an argument of `command` (the first is index 0), one after the other: writes the name of
// choice `n` to `name` and returns true, or false when there is no such choice. `host` gives the colour maps.
bool command_choice(const struct command_host *host, const struct command *command, size_t argument, size_t n,
                    char *name, size_t size);
// Appends the arguments for people: "[percentile|minmax|zscale|sigma] [a] [b]".
void command_describe_args(const struct command *command, struct text *out);

enum manual_format { MANUAL_PLAIN, MANUAL_TROFF };

// Appends the list of all commands with their arguments and help, then all default keys and mouse gestures:
// as the sections COMMANDS, KEYS and MOUSE of a manual page, or as plain text.
void command_write_manual(struct text *out, enum manual_format format);

// What the mouse does, for help and manual. Ends with a NULL gesture.
struct mouse_gesture {
    const char *gesture, *help;
};
extern const struct mouse_gesture mouse_gestures[];

#endif
