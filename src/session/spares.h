// SPDX-License-Identifier: MIT
// What the loads of a pane leave for its next one: the buffers, because new memory costs more time than
// reading a band, an open file, and loads that were given up, which may still leave either.
#ifndef FOVEA_SESSION_SPARES_H
#define FOVEA_SESSION_SPARES_H

#include "session/left_loads.h"

// All zero at first, but for `jobs`.
struct spares {
    struct jobs *jobs;
    bool keep_buffers; // between loads too: more frames will come
    struct loader_buffers *buffers;
    struct handle *file;
    size_t item; // of the source, that `file` is of
    struct left_loads left;
};

// Takes the buffers of a load that has ended, and its open file if nobody took that and there is none yet.
void spares_take(struct spares *spares, size_t item, struct loader_outcome *outcome);
// Takes over an open file that is not needed any more, in place of the one there is. *file becomes NULL.
void spares_take_file(struct spares *spares, size_t item, struct handle **file);
// Ends a load that is not wanted any more, without waiting for anybody. Sets *loader to NULL.
void spares_end(struct spares *spares, size_t item, struct loader **loader);

// The buffers, now the caller's; or NULL.
struct loader_buffers *spares_buffers(struct spares *spares);
// The open file if it is of that item, now the caller's; or NULL.
struct image_file *spares_file(struct spares *spares, size_t item);
// Lets an open file go that no load wants.
void spares_drop_file(struct spares *spares);
// Lets everything go, but for the loads that were given up.
void spares_drop(struct spares *spares);

#endif
