// SPDX-License-Identifier: MIT
// What commands ask of files - a mask or a picture to be written, a mask or a colour map to be read -, done
// by jobs while the window goes on.
//
// The list of it says what is still to be done: scripts wait for that, the status line tells of it, Escape
// gives it up, and the window stays until what is to be written is written. All functions are for the
// consumer of the jobs.
#ifndef FOVEA_SESSION_FILE_WORK_H
#define FOVEA_SESSION_FILE_WORK_H

#include "base/job.h"
#include "base/progress.h"
#include "base/status.h"

struct file_works; // opaque: all that is under way

struct file_work_request {
    const void *owner; // whom file_works_abandon is given; may be NULL
    const char *label; // for people: "saving mask.npy"; copied
    // Nothing of the same path begins before this is done, so that the last save is the one that stays;
    // copied. NULL: there is nothing to keep in order.
    const char *path;
    bool writes; // is done even where the window closes
    // On a thread of the pool; on that of the caller where nobody drains the jobs.
    enum status (*run)(void *work, struct cancel *cancel, struct progress *progress, struct error *error);
    // On the consumer's thread, once: with what `run` returned, or, where it was given up before that, with
    // STATUS_CANCELLED and without a sentence; `run` may then still be at work. Returns how all of it went.
    enum status (*finish)(void *work, enum status status, struct error *error);
    void (*discard)(void *work); // frees it; the last that is called, on any thread
    void *work;
};

// `fail` is told of what goes wrong in a job.
struct file_works *file_works_create(struct jobs *jobs,
                                     void (*fail)(void *context, const struct error *error), void *context);
// From now on an event loop drains the jobs. Until then what begins is done before file_work_start returns.
void file_works_pace(struct file_works *works);
// What writes goes on without it. Sets *address to NULL; NULL is fine.
void file_works_destroy(struct file_works **address);

// Begins. Without an event loop the status and the sentence are how it went, else STATUS_OK.
enum status file_work_start(struct file_works *works, const struct file_work_request *request,
                            struct error *error);

bool file_works_busy(const struct file_works *works);
// Something is being written that would be lost if the program ended now.
bool file_works_writing(const struct file_works *works);
// The oldest that is under way, with the share that is done, 0 where that is not known; NULL if nothing is,
// or not for longer than `quiet_ms`. Borrowed until the next call.
const char *file_works_label(const struct file_works *works, int quiet_ms, double *share);
// Gives up all of it; false if nothing was under way. A file that was to be replaced is as it was, or new.
bool file_works_give_up(struct file_works *works);
// Forgets what an owner asked for; what is being written is.
void file_works_abandon(struct file_works *works, const void *owner);

#endif
