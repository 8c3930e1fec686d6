// SPDX-License-Identifier: MIT
// Statistics and reduced levels follow the mask: when the user rests after an edit, the shown frame is read
// again quietly, and what is counted and reduced without the pixels that are masked now takes the place of
// what was. Level 0 stays as it is.
//
// Not done where it would cost too much: while playing, and for images over the memory budget.
#ifndef FOVEA_SESSION_RECOUNT_H
#define FOVEA_SESSION_RECOUNT_H

#include "sources/loader.h"

struct pane;

// Of struct pane. All zero at first.
struct recount {
    struct loader *loader; // NULL while nothing is counted
    uint64_t serial;       // of the sheet as the loader has it
    struct loader_buffers *buffers;
};

// Begins when the user has rested long enough at `now`. True if it did.
bool recount_tick(struct pane *pane, int64_t now);
// The time until then, in ms; -1: there is nothing to count again.
int recount_wait_ms(const struct pane *pane, int64_t now);
// Takes what is ready. True if the picture or the numbers changed.
bool recount_pump(struct pane *pane);
// Gives it up without waiting for anybody, and the buffers with it.
void recount_drop(struct pane *pane);

#endif
