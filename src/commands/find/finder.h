// SPDX-License-Identifier: MIT
// Finds entries of the command table by typed words, the best first.
#ifndef FOVEA_COMMANDS_FIND_FINDER_H
#define FOVEA_COMMANDS_FIND_FINDER_H

#include "commands/find/entry.h"
#include "commands/find/match.h"

enum { FINDER_NEAREST = 3 };

struct finder_hit {
    struct command_entry entry;
    enum match_field rank;
    int distance;  // of the nearest
    size_t recent; // how many lines were used after it; SIZE_MAX: it was not used
    size_t order;  // in the table
};

// Zero-initialise; finder_free when done. Read only.
struct finder {
    struct finder_hit *hits; // the best first
    size_t count, capacity;
    size_t total; // entries there are
    bool nearest; // nothing was found: these are FINDER_NEAREST like it
};

// The entries in which every typed word begins a word of title, synonyms, command or help, ranked in that
// order, then by when they were used, then as in the table. `recent`: the command lines that were used, one a
// line, the last one first. Nothing typed: all.
void finder_search(struct finder *finder, const struct command_host *host, const char *typed,
                   const char *recent);
void finder_free(struct finder *finder);

// Puts a line in front of those that were used; of the others `most` - 1 stay.
void finder_use(struct text *recent, const char *line, size_t most);

#endif
