// SPDX-License-Identifier: MIT
// A process that reads what libhdf5 is about to read here, so that a damaged file ends that process and not
// this one.
//
// libhdf5 1.10.8 reads beyond its memory, or never returns, on many files of which a few bytes are changed.
// Whatever it is to do with a file, the guard does first; only when it lives on is it done here. What it can
// tell as text (header, contents) is not done here at all, for memory that is laid out otherwise may be fatal
// to one that has survived elsewhere; nor is what is written. Thread-safety: one thread at a time.
#ifndef FOVEA_FORMATS_HDF5_GUARD_H
#define FOVEA_FORMATS_HDF5_GUARD_H

#include "base/cancel.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    HDF5_GUARD_RANK = 32, // H5S_MAX_RANK
    HDF5_GUARD_MAX_ANSWER = 32 << 20,
};

enum hdf5_task {
    HDF5_TASK_OPEN,     // a series: `name` is the selector or ""; its header, mask and first frame's place
    HDF5_TASK_METADATA, // of a frame of a series; the answer is its text
    HDF5_TASK_CONTENTS, // of a file; the answer is its text
    HDF5_TASK_DATASET,  // one dataset of a file, opened
    HDF5_TASK_READ,     // a rectangle of a dataset, read by libhdf5
    HDF5_TASK_MASK,     // a mask of width x height, whose rows of u32 are supplied, written as dataset `name`
};

// What the program sends after a question: `count` pieces of `bytes` each, one after the other.
struct hdf5_supply {
    size_t bytes;
    int64_t count;
    void (*fill)(void *context, int64_t index, void *out);
    void *context;
};

// What the guard tells.
struct hdf5_answer {
    bool given; // false where there is no guard
    enum status status;
    struct text text; // of the task, or the sentence of a failure without the path; the caller frees it
};

struct hdf5_question {
    enum hdf5_task task;
    int channel;
    int64_t frame;
    int64_t at[HDF5_GUARD_RANK], width, height; // HDF5_TASK_READ: as struct hdf5_region
    int row_axis, column_axis;
    bool exists; // HDF5_TASK_MASK: the file is there already
    const char *path, *name;
    const struct hdf5_supply *supply; // may be NULL
    struct cancel *cancel;            // may be NULL
};

struct hdf5_guard {
    pid_t pid; // 0: not started
    int socket;
};

// Starts the guard if it is not running, and lets it do the task. STATUS_BROKEN with a sentence if it did not
// survive, STATUS_CANCELLED if that was asked for meanwhile: then the process is ended. Where no process can
// be started the result is STATUS_OK: then there is no guard. `answer` may be NULL; its text has no NUL and
// at most HDF5_GUARD_MAX_ANSWER bytes.
enum status hdf5_guard_ask(struct hdf5_guard *guard, const struct hdf5_question *question,
                           struct hdf5_answer *answer, struct error *error);
// Ends the process. Harmless if there is none.
void hdf5_guard_end(struct hdf5_guard *guard);

// --- In the guard's process ---

// Does the task (hdf5.c). *answer is empty before.
void hdf5_task_run(const struct hdf5_question *question, struct hdf5_answer *answer);
// Receives the next piece that is supplied. False where the program is gone.
bool hdf5_guard_receive(void *piece, size_t bytes);

#endif
