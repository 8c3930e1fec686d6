// SPDX-License-Identifier: MIT
// A mask operation over a whole image, or the combination with a mask file, as a job: it works on a mask that
// stands still and on a file of its own, tells how far it has come, and leaves what is to change for the
// thread that asked, which merges that into the mask as it is by then.
#ifndef FOVEA_SOURCES_MASK_WORK_H
#define FOVEA_SOURCES_MASK_WORK_H

#include "sources/handle.h"
#include "sources/masks/mask_operation.h"

// Opaque. Thread-safety: the consumer of the jobs.
struct mask_work;

struct mask_work_request {
    struct jobs *jobs; // must outlive it
    // MASK_WHOLE or MASK_PIXELS; NULL: the layers in `bits` are combined with the mask file `path` (copied).
    const struct mask_operation *operation;
    const char *path;
    enum bitmap_combination how;
    const double *numbers; // copied
    size_t count;
    const struct mask *mask; // as it is now
    uint8_t bits;            // see struct mask_context
    bool unmask;
    // Where the pixels and the beam centre are: a clone of `file` (may be NULL) or, where that was taken
    // meanwhile, item `item` of `source` opened anew. Both are shared.
    struct handle *file;
    struct source *source;
    size_t item;
    int64_t frame;
    const struct sentinels *sentinels; // copied; NULL = as the file says
    bool one_file; // what compares frames takes those of the file, and not of the whole series
    // On the consumer's thread, once, unless it was abandoned before: with the status, the sentence of a
    // failure, and what is to change (the receiver frees it). The work is freed afterwards.
    void (*done)(void *context, enum status status, const struct error *error, struct mask_change *change);
    void *context;
};

// STATUS_NO_MEMORY if the mask cannot be kept as it is.
enum status mask_work_start(const struct mask_work_request *request, struct mask_work **started,
                            struct error *error);
// 0 to 1; stays at 0 where it cannot be told.
double mask_work_progress(struct mask_work *work);
// Cancels and lets go: `done` is not called. Sets *work to NULL; NULL is fine.
void mask_work_abandon(struct mask_work **work);

#endif
