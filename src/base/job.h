// SPDX-License-Identifier: MIT
// Jobs: work for other threads, of which the thread that asked for it is told when it is done.
//
// One pool (struct jobs) owns the threads of the program. Its owner is one thread, the consumer: it starts
// jobs, may cancel or abandon them, and is told of their ends by jobs_drain. It never waits for a job: what
// it does not want any more it abandons, and the job frees what it owns by itself whenever it ends, though a
// disk that does not answer hold it for hours.
//
//     jobs_start(jobs, &(struct job_request){.owner = panel, .run = read_it, .finish = show_it, ...});
//     ... the pool's `wake` is called; then, on the consumer's thread:
//     jobs_drain(jobs);             // calls show_it(work), then discard(work)
//     ... or, when the panel is closed before:
//     jobs_abandon(jobs, panel);    // show_it is never called; discard(work) is, sooner or later
//
// Jobs are named by their owner, any address that the consumer chooses, and not by handles that could outlive
// them. What a job needs it owns: its `work` must not point to what the consumer may change or free
// meanwhile.
#ifndef FOVEA_BASE_JOB_H
#define FOVEA_BASE_JOB_H

#include "base/cancel.h"

#include <stdbool.h>
#include <stddef.h>

// Opaque. Thread-safety: jobs_start, jobs_wake and jobs_is_wanted_elsewhere may be called from any thread
// that runs a job of the pool, or by the consumer; everything else is the consumer's.
struct jobs;
struct job;

// What somebody looks at comes before what somebody will look at soon, and that before what nobody waits for.
enum job_priority { JOB_VISIBLE, JOB_WANTED, JOB_IDLE, JOB_PRIORITY_COUNT };

// How a job spends its time. Those that compute share as many threads as there are processors; those that
// wait - for a disk, a network, another process - have threads of their own, so that they hold nobody up.
enum job_kind { JOB_COMPUTES, JOB_WAITS, JOB_KIND_COUNT };

struct job_request {
    enum job_kind kind;
    enum job_priority priority;
    const void *owner; // whom jobs_cancel and its kin below are given; never looked at
    // One of the owner's at a time, in the order in which they were started (for those of one priority).
    bool in_order;
    // Is done even where it is abandoned or the pool ends before: a file being written.
    bool must_end;
    // On a thread of the pool. It returns soon after `cancel` was requested.
    void (*run)(void *work, struct cancel *cancel);
    // On the consumer's thread, after `run`; not after jobs_abandon. May start and abandon jobs. NULL: nobody
    // is told, and the thread discards what it has run.
    void (*finish)(void *work);
    // Frees what the job owns; the last that is called, on any thread. May be NULL.
    void (*discard)(void *work);
    void *work;
};

// `threads` for what computes; 0 = one per processor. Threads are started when they are needed first. `wake`
// is called from any thread when jobs_drain has something to do, or after jobs_wake; it must only wake the
// consumer. May be NULL.
struct jobs *jobs_create(int threads, void (*wake)(void *context), void *wake_context);
// Abandons all jobs, waits up to `wait_ms` for those that must end, and lets the threads go.
// `wake` is not called any more. Sets *address to NULL; NULL is fine.
void jobs_destroy(struct jobs **address, int wait_ms);

// How many threads compute at the same time.
int jobs_threads(const struct jobs *jobs);

// Never fails: where no thread can be had, jobs_drain runs the job itself. Jobs of the same kind and priority
// begin in the order in which they were started. `request` is copied.
void jobs_start(struct jobs *jobs, const struct job_request *request);
// Has `work` freed on a thread that may wait, for what could hold the consumer up: a file to be closed, much
// memory.
void jobs_discard(struct jobs *jobs, void (*discard)(void *work), void *work);
// Calls `finish` and `discard` of the jobs that are done. Returns how many.
size_t jobs_drain(struct jobs *jobs);
// Waits up to `wait_ms` for something that jobs_drain can do, or a jobs_wake since the last call: for
// consumers that have no event loop. False if there was nothing.
bool jobs_wait(struct jobs *jobs, int wait_ms);
// Wakes the consumer, for what a job has made ready before its end.
void jobs_wake(struct jobs *jobs);

// Asks the owner's jobs to end early. `run` is called all the same if it was not yet, and `finish` too.
void jobs_cancel(struct jobs *jobs, const void *owner);
// Cancels the owner's jobs, save those that must end, and forgets them all: nobody is told of them. Their
// threads do not count any more: others take their place.
void jobs_abandon(struct jobs *jobs, const void *owner);
// Abandons those of the owner's jobs that did not begin yet.
void jobs_withdraw(struct jobs *jobs, const void *owner);
// Of the owner's jobs that did not begin yet.
void jobs_prioritise(struct jobs *jobs, const void *owner, enum job_priority priority);

// For a job that goes on with the next part of its work: true if a job of a higher priority waits for its
// thread.
bool jobs_should_yield(struct jobs *jobs, enum job_kind kind, enum job_priority priority);

#endif
