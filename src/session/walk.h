// SPDX-License-Identifier: MIT
// A step through a series whose end depends on files that were not opened yet: a job opens them and counts
// their frames.
#ifndef FOVEA_SESSION_WALK_H
#define FOVEA_SESSION_WALK_H

#include "base/job.h"
#include "sources/source.h"

// Opaque. Thread-safety: the consumer of the jobs.
struct walk;

struct walk_request {
    struct jobs *jobs;     // must outlive it
    struct source *source; // learns the numbers of frames; shared
    struct source_position from;
    int64_t steps;
    // On the consumer's thread, once, unless it was abandoned before; source_step tells the arguments. The
    // walk is freed afterwards.
    void (*done)(void *context, struct source_position position, int64_t moved);
    void *context;
};

struct walk *walk_start(const struct walk_request *request);
// Lets it go: `done` is not called. Sets *walk to NULL; NULL is fine.
void walk_abandon(struct walk **walk);

#endif
