// SPDX-License-Identifier: MIT
// The names that were opened last, kept from run to run (base/state.h, "recent"), one a
// line, the newest first.
//
// Thread-safety: one thread at a time.
#ifndef FOVEA_SOURCES_RECENT_H
#define FOVEA_SOURCES_RECENT_H

#include "base/status.h"

#include <stddef.h>

enum { RECENT_MAX = 50 };

// Zero-initialise; recent_free when done.
struct recent {
    char *names[RECENT_MAX];
    size_t count;
};

// Reads the list. A file that is missing or unreadable is an empty list.
void recent_read(struct recent *recent);
// Puts a name first; one that is in the list already moves there, the oldest of too many goes. Names with
// line ends, and empty ones, are not taken.
void recent_add(struct recent *recent, const char *name);
// Writes the list in one step, so that programs that run at the same time never see half of it, and makes the
// folder for it. STATUS_IO with a sentence.
enum status recent_write(const struct recent *recent, struct error *error);
void recent_free(struct recent *recent);

// The one name that opens what `count` names opened together, as far as there is one: names that differ in
// their last number only are a series ("img_####.cbf"); else the first. Absolute as by recent_name; owned by
// the caller, NULL without names.
char *recent_name_of(const char *const *names, size_t count);

// Makes a name that is good in any working directory: relative paths become absolute. "sim:...", and what
// begins otherwise with a scheme, stays. Owned by the caller.
char *recent_name(const char *name);

#endif
