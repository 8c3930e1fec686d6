// SPDX-License-Identifier: MIT
// A process that reads what libhdf5 is about to read here, so that a damaged file ends that process and not
// this one.
//
// libhdf5 1.10.8 reads beyond its memory, or never returns, on many files of which a few bytes are changed.
// Whatever it is to do with a file, the guard does first; only when it lives on is it done here.
// Thread-safety: one thread at a time.
#ifndef FOVEA_FORMATS_HDF5_GUARD_H
#define FOVEA_FORMATS_HDF5_GUARD_H

#include "base/cancel.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { HDF5_GUARD_RANK = 32 }; // H5S_MAX_RANK

enum hdf5_task {
    HDF5_TASK_OPEN,     // a series: `name` is the selector or ""; its header, mask and first frame's place
    HDF5_TASK_METADATA, // of a frame of a series
    HDF5_TASK_CONTENTS, // of a file
    HDF5_TASK_DATASET,  // one dataset of a file, opened
    HDF5_TASK_READ,     // a rectangle of a dataset, read by libhdf5
};

struct hdf5_question {
    enum hdf5_task task;
    int channel;
    int64_t frame;
    int64_t at[HDF5_GUARD_RANK], width, height; // HDF5_TASK_READ: as struct hdf5_region
    int row_axis, column_axis;
    const char *path, *name;
    struct cancel *cancel; // may be NULL
};

struct hdf5_guard {
    pid_t pid; // 0: not started
    int socket;
};

// Starts the guard if it is not running, and lets it do the task. STATUS_BROKEN with a sentence if it did not
// survive, STATUS_CANCELLED if that was asked for meanwhile: then the process is ended. Where no process can
// be started the answer is STATUS_OK: then there is no guard.
enum status hdf5_guard_ask(struct hdf5_guard *guard, const struct hdf5_question *question,
                           struct error *error);
// Ends the process. Harmless if there is none.
void hdf5_guard_end(struct hdf5_guard *guard);

// Does the task, in the guard's process (hdf5.c).
void hdf5_task_run(const struct hdf5_question *question);

#endif
