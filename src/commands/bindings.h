// SPDX-License-Identifier: MIT
// Which key runs which command: a table read from text, the embedded one first, then the user's own.
//
// Each line is "KEY command ..."; "unbind KEY" removes a key; '#' starts a comment line. A later line for the
// same key replaces the earlier one. "mask:KEY" is a key that holds in mask mode only, before the one of the
// same name that holds always. Keys: modifiers Ctrl, Shift, Alt, Super joined by '+' before a character or a
// name (Left Right Up Down PageUp PageDown Home End Insert Delete Backspace Tab Return Escape Space F1 to
// F24; plus, bracketleft and other X11 names of characters are understood too). Characters are those that
// typing gives ("?", not "Shift+/"), whatever the keyboard's layout; only letters and keys with Ctrl or Alt
// are told apart by Shift.
#ifndef FOVEA_COMMANDS_BINDINGS_H
#define FOVEA_COMMANDS_BINDINGS_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_modifier { KEY_CTRL = 1, KEY_SHIFT = 2, KEY_ALT = 4, KEY_SUPER = 8 };

// Codes of keys that are no characters; characters have their Unicode code point, letters in lower case.
enum key_code {
    KEY_NAMED = 0x110000,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_INSERT,
    KEY_DELETE,
    KEY_BACKSPACE,
    KEY_TAB,
    KEY_RETURN,
    KEY_ESCAPE,
    KEY_F1,
    KEY_F24 = KEY_F1 + 23
};

struct key {
    uint32_t modifiers; // enum key_modifier bits
    uint32_t code;      // a character or an enum key_code
};

// "Ctrl+Shift+P" and back. key_parse returns false if it is no key; key_format returns `buffer` (64 bytes
// suffice).
bool key_parse(const char *text, struct key *key);
char *key_format(struct key key, char *buffer, size_t size);

struct binding {
    struct key key;
    bool masking;  // holds in mask mode only
    char *command; // owned by the table
};

// Zero-initialise. Opaque use: read `items` only.
struct bindings {
    struct binding *items;
    size_t count, capacity;
};

// Adds the embedded default bindings.
void bindings_add_default(struct bindings *bindings);
// Adds the lines of `text`. A line that is wrong is left out, and a sentence about it ("NAME:LINE: ...",
// ended by a newline) is appended to `warnings` (may be NULL). Returns the number of wrong lines.
size_t bindings_add(struct bindings *bindings, const char *text, const char *name, struct text *warnings);
// Adds the user's own bindings.txt of $XDG_CONFIG_HOME/fovea or ~/.config/fovea, if there is one.
size_t bindings_add_user(struct bindings *bindings, struct text *warnings);
void bindings_free(struct bindings *bindings);

// The command line of a key, in mask mode or out of it, or NULL. Borrowed until the table changes.
const char *bindings_find(const struct bindings *bindings, struct key key, bool masking);
// The first key that runs exactly this command line; false if none does.
bool bindings_key_for(const struct bindings *bindings, const char *command, struct key *key);
// The first that runs it in mask mode or out of it, which no other command hides there.
bool bindings_key_in(const struct bindings *bindings, const char *command, bool masking, struct key *key);

// The text of the embedded default bindings, NUL-terminated.
const char *bindings_default_text(void);

#endif
