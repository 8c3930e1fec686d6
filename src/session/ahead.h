// SPDX-License-Identifier: MIT
// Reading ahead: the frame that will be wanted next is decoded into memory while the program has nothing
// else to do, so that the step to it needs to bring it to the GPU only.
//
// One frame is read ahead at most, in the direction of the last move, and only where its bands and mask take
// no more than an eighth of the free memory (or, with --memory, what the textures leave of that).
#ifndef FOVEA_SESSION_AHEAD_H
#define FOVEA_SESSION_AHEAD_H

#include "session/masks/frame_mask.h"
#include "sources/loader.h"

struct pane;

// Of struct pane. All NULL and 0 at first.
struct ahead {
    bool on; // --prefetch
    struct loader *loader;
    struct source_position position;
    struct mask_version left_out; // by it, of the user's layers
    // Of the frame shown before, to be used again.
    struct loader_buffers *buffers;
    struct handle *file;
    size_t file_item;
};

// Begins to read the next frame ahead if none is; nothing must be loading.
void ahead_begin(struct pane *pane);
// The loader of what was read ahead if that is the pane's position, else NULL; what was read ahead is given
// up then. The pane's open file, which is no longer needed when it is not NULL, is kept here.
struct loader *ahead_take(struct pane *pane, size_t shown_item);
// Keeps the buffers of a load that has ended, and its open file if nobody took that, for the next frame.
void ahead_keep(struct pane *pane, size_t item, struct loader_outcome *outcome);
// An open file of that item which was kept, now the caller's; or NULL.
struct image_file *ahead_spare(struct pane *pane, size_t item);
// Gives up what was read ahead, without waiting for anybody, and with `all` what was kept for it.
void ahead_drop(struct pane *pane, bool all);

#endif
