// SPDX-License-Identifier: MIT
// In the worker: answers to questions.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_TASKS_H
#define FOVEA_FORMATS_HDF5_TASKS_H

#include "formats/hdf5/hdf5_question.h"
#include "formats/hdf5_library/hdf5_kept.h"

// An answer as it is made. Zero-initialise, but for `fd`.
struct hdf5_reply {
    enum status status;
    struct error error;
    struct message_out facts; // where the status is STATUS_OK
    int fd;                   // sealed memory, or HDF5_NO_FD
};

// Finds the answer; what is opened for it is kept.
void hdf5_task_run(const struct hdf5_question *question, struct hdf5_kept *kept, struct hdf5_reply *reply);

#endif
