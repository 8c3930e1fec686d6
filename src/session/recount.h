// SPDX-License-Identifier: MIT
// Statistics and reduced levels follow the mask: when the user rests after an edit, the shown frame is read
// again quietly, and what is counted and reduced without the pixels that are masked now takes the place of
// what was. Level 0 stays as it is.
//
// Images over the memory budget are not counted again: that would read all of them.
#ifndef FOVEA_SESSION_RECOUNT_H
#define FOVEA_SESSION_RECOUNT_H

#include "session/frame.h"

// Of a pane, for the frame that it shows. All zero at first.
struct recount {
    struct loader *loader; // NULL while nothing is counted
    uint64_t serial;       // of the sheet as the loader has it
    struct rect edited;    // since the levels were made
    struct loader_buffers *buffers;
};

// The time, in ms, until `frame` is to be counted again; -1: there is nothing to count.
int recount_wait_ms(const struct frame *frame, int64_t now);
// Begins a load of the frame, of which `request` says what it is and `left_out` which of the user's layers it
// was given.
void recount_begin(struct recount *recount, struct frame *frame, struct loader_request *request,
                   struct mask_version left_out);
// Takes levels that are ready into the frame's picture, for about `work_ms`. True if it changed.
bool recount_take(struct recount *recount, struct frame *frame, struct jobs *jobs, int work_ms);
// What was counted, once all of it was taken: the caller frees it. False until then. Without a histogram the
// frame could not be read again, and its numbers stay as they are.
bool recount_end(struct recount *recount, struct frame *frame, struct jobs *jobs, struct taps_result *taps);
// Gives it up without waiting for anybody, and the buffers with it.
void recount_drop(struct recount *recount, struct frame *frame);

#endif
