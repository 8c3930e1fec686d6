// SPDX-License-Identifier: MIT
// A document on its way: a job expands folders, patterns and lists, and counts frames as far as that is
// needed to find the one to begin with.
#ifndef FOVEA_SESSION_OPENING_H
#define FOVEA_SESSION_OPENING_H

#include "base/job.h"
#include "session/document.h"

// Opaque. Thread-safety: the consumer of the jobs.
struct opening;

struct opening_request {
    struct jobs *jobs;            // must outlive it
    struct document_request what; // with the names, copied
    bool same_data;               // more of what is shown
    // On the consumer's thread, once, unless it was abandoned before: the document, which is the receiver's,
    // and the place to begin with; or NULL and why there is none. The opening is freed afterwards.
    void (*done)(void *context, const struct opening_request *request, struct document *document,
                 struct source_position position, const struct error *error);
    void *context;
};

struct opening *opening_start(const struct opening_request *request);
// Lets it go: `done` is not called. Sets *opening to NULL; NULL is fine.
void opening_abandon(struct opening **opening);

// The first name that was given; borrowed.
const char *opening_name(const struct opening *opening);
// When it was begun.
int64_t opening_started_ns(const struct opening *opening);

#endif
