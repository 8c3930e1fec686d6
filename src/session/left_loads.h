// SPDX-License-Identifier: MIT
// Loads that were given up while a job was at work for them.
//
// Nobody waits for them. What ends soon is taken: the open file and the buffers serve the next load. What
// does not, because a disk does not answer, is abandoned when others take its place, and frees itself.
#ifndef FOVEA_SESSION_LEFT_LOADS_H
#define FOVEA_SESSION_LEFT_LOADS_H

#include "sources/loader.h"

enum { LEFT_LOADS_MAX = 4 };

struct left_load {
    struct loader *loader; // cancelled
    size_t item;           // of the source
    uint64_t number;       // of the load: see pane.load.number
};

// All zero at first.
struct left_loads {
    struct left_load loads[LEFT_LOADS_MAX]; // the oldest first
    int count;
};

void left_loads_add(struct left_loads *left, struct left_load load);
// The outcome of one that has ended, which the caller frees; false if none has. Its loader is NULL then.
bool left_loads_take(struct left_loads *left, struct left_load *load, struct loader_outcome *outcome);
// Lets all go.
void left_loads_abandon(struct left_loads *left);

#endif
