// SPDX-License-Identifier: MIT
// Statistics of a part of a shown frame, for limits that follow what is in view: a job reads its pixels from
// the file again, because a large part would take too long to be read back from the GPU and walked over.
#ifndef FOVEA_SESSION_PART_COUNT_H
#define FOVEA_SESSION_PART_COUNT_H

#include "base/job.h"
#include "image/mask.h"
#include "image/taps.h"
#include "sources/handle.h"

// Opaque. Thread-safety: the consumer of the jobs.
struct part_count;

struct part_count_request {
    struct jobs *jobs;             // must outlive it
    struct handle *file;           // shared
    int64_t frame;                 // of the file
    const struct frame_info *info; // of the frame, with the map of 64-bit samples; copied
    struct rect part;              // inside the frame
    const struct mask *left_out;   // pixels with any bit do not count; NULL: all do
    // On the consumer's thread, once, unless it was abandoned before. The result is freed afterwards.
    void (*done)(void *context, const struct taps_result *result, const struct error *error);
    void *context;
};

// NULL if there is no memory for a snapshot of the mask.
struct part_count *part_count_start(const struct part_count_request *request);
// Lets it go: `done` is not called. Sets *count to NULL; NULL is fine.
void part_count_abandon(struct part_count **count);

#endif
