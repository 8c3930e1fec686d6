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
struct file_work;  // opaque: one of them

struct file_work_request {
    const void *owner; // whom file_works_abandon is given; may be NULL
    const char *label; // for people: "saving mask.npy"; copied
    // Nothing of the same path begins before this is done, so that the last save is the one that stays;
    // copied. NULL: there is nothing to keep in order.
    const char *path;
    bool writes;  // is done even where the window closes
    bool at_once; // is done before file_work_start returns: there is no event loop
    // On a thread of the pool; with at_once on that of the caller.
    enum status (*run)(void *work, struct cancel *cancel, struct progress *progress, struct error *error);
    // On the consumer's thread, once: with what `run` returned, or, where it was given up before that, with
    // STATUS_CANCELLED and without a sentence; `run` may then still be at work.
    void (*finish)(void *work, enum status status, struct error *error);
    void (*discard)(void *work); // frees it; the last that is called, on any thread
    void *work;
};

struct file_works *file_works_create(struct jobs *jobs);
// What writes goes on without it. Sets *address to NULL; NULL is fine.
void file_works_destroy(struct file_works **address);

// Begins. The status and the sentence are those of `run` where it is done at once, else STATUS_OK.
enum status file_work_start(struct file_works *works, const struct file_work_request *request,
                            struct error *error);

// The same for what is done in steps by the consumer and by jobs of its own (`run`, `finish` and `discard`
// are not looked at): `give_up` is called when the user does not want it any more, and ends it.
struct file_work *file_work_open(struct file_works *works, const struct file_work_request *request,
                                 void (*give_up)(void *work));
void file_work_tell(struct file_work *work, double share);
// Sets *work to NULL; NULL is fine.
void file_work_close(struct file_work **work);

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
