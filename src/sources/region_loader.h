// SPDX-License-Identifier: MIT
// Decoding of single tiles on demand, for images of which only a part fits into memory.
//
// One job at a time decodes the most urgent request; the consumer forgets what is no longer visible by
// region_loader_want. Level l > 0 is made by reducing the level-0 pixels of the tile, in strips, so that
// memory stays bounded.
#ifndef FOVEA_SOURCES_REGION_LOADER_H
#define FOVEA_SOURCES_REGION_LOADER_H

#include "base/job.h"
#include "image/reduce.h"
#include "sources/handle.h"

// Opaque. Thread-safety: all functions are for one consumer's thread.
struct region_loader;

// A rectangle of `level` (0 to REDUCE_MAX_LEVELS) in texels of that level and inside it. `tag` is the
// consumer's; level and tag together tell regions apart.
struct region {
    int level;
    int tag;
    struct rect rect;
};

// A decoded region; the receiver frees `samples` with free(). Level 0: sample_storage_type(), else float32;
// rows without padding. Levels above 0 are those of the loader for a frame without a mask of the user's or of
// a file: pixels that the data themselves mark do not count. A failure (samples NULL) is STATUS_USAGE for a
// region outside the level, else that of the reader.
struct region_result {
    struct region region;
    void *samples;
    enum status status;
    struct error error;
};

// Works on a clone of its own, which a job makes; `file` is shared. The consumer of `jobs`, which must
// outlive the loader, is the loader's. `info` is that of the frame, with the choice of classes
// (frame_info_choose) and the map of 64-bit samples that the picture was made with; it is copied.
struct region_loader *region_loader_create(struct jobs *jobs, struct handle *file, int64_t frame,
                                           const struct frame_info *info, enum reduce_mode reduce);
// Lets go of what is being decoded, and waits for nothing. Sets *loader to NULL; NULL is fine.
void region_loader_destroy(struct region_loader **loader);

// Replaces the list of wanted regions (first = most urgent; at most 64 are remembered). One that is being
// decoded or is done and not taken is not repeated, nor is one that has failed; the decoding of one that is
// not in the list is stopped.
void region_loader_want(struct region_loader *loader, const struct region *regions, size_t count);
// A finished region, waiting up to `wait_ms`.
bool region_loader_take(struct region_loader *loader, int wait_ms, struct region_result *result);
// Takes note that nothing can be done with a region that was taken: it is not decoded again.
void region_loader_give_up(struct region_loader *loader, const struct region *region);
// True while something wanted is not yet taken.
bool region_loader_busy(struct region_loader *loader);

#endif
