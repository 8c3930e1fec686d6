// SPDX-License-Identifier: MIT
// An open file that several jobs may need: each works on a clone of its own, made on the job's thread,
// because cloning may open files and so wait for a disk.
//
// A handle is counted by its owners and never waited for by the thread of the window: that one creates, takes
// and lets go.
#ifndef FOVEA_SOURCES_HANDLE_H
#define FOVEA_SOURCES_HANDLE_H

#include "base/job.h"
#include "sources/source.h"

// Opaque. Thread-safety: every function may be called from any thread.
struct handle;

// Takes `file` over. The result has one owner.
struct handle *handle_create(struct image_file *file);
// A file of a source that is opened when it is first cloned; the source is shared.
struct handle *handle_create_later(const struct source *source, size_t item);
// One more owner; returns the same. NULL is fine.
struct handle *handle_share(struct handle *handle);
// One owner less; the last one closes the file. Sets *handle to NULL; NULL is fine.
void handle_release(struct handle **handle);
// The same, but the file is closed by a job: for the consumer of `jobs`.
void handle_let_go(struct handle **handle, struct jobs *jobs);
// The same of a file that nobody shares.
void handle_close_later(struct image_file **file, struct jobs *jobs);

// A clone, made on the calling thread when nobody else makes one. STATUS_USAGE if the file was taken; the
// reader's failure if it could not be opened.
enum status handle_clone(struct handle *handle, struct image_file **file, struct error *error);
// The file itself, which the caller closes; nobody gets clones any more. NULL, without waiting, if somebody
// just makes one, if it was taken before, or if it is not open yet.
struct image_file *handle_take(struct handle *handle);

#endif
