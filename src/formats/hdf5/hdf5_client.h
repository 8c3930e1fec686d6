// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: the processes that libhdf5 works in, as the viewer sees them.
//
// libhdf5 1.10.8 reads beyond its memory, or never returns, on many files of which a few bytes are changed.
// So the viewer neither calls it nor has it: a worker, a program of its own (hdf5_program.h), is asked. It
// has no file but those that it is given (hdf5_files.h). One that dies, takes too long or talks nonsense
// ends, its question fails with a sentence, and the next question starts another. Workers are kept for the
// next file; each answers one question at a time, so that a file on storage that hangs stops no other.
//
// Thread-safety: any threads; one at a time per client.
#ifndef FOVEA_FORMATS_HDF5_CLIENT_H
#define FOVEA_FORMATS_HDF5_CLIENT_H

#include "formats/hdf5/hdf5_question.h"

#include <sys/types.h>

// Whose files a worker keeps open: a number that nobody else has.
int64_t hdf5_client_number(void);
// Who asks a worker; context is a pointer to the number.
enum status hdf5_client_ask(void *context, const struct hdf5_question *question, struct hdf5_files *files,
                            struct hdf5_answer *answer, struct error *error);
// Ends the client's worker: nobody can believe its answers, or it has done what cannot be done twice.
void hdf5_client_end(void *context);
// The client asks no more: workers close its files.
void hdf5_client_leave(int64_t number);
// Ends all workers that are not at work.
void hdf5_client_end_idle(void);

// For tests: the workers that there are, at most `most`; how many.
int hdf5_client_list(pid_t *pids, int most);

enum {
    HDF5_WORKER_SOCKET = 0, // the descriptor in the worker
    // Its exit codes: where nobody but a user started it, where the system cannot confine it, and where it
    // is of another version than the viewer, which is told it as the only argument.
    HDF5_WORKER_USAGE = 2,
    HDF5_WORKER_UNCONFINED = 3,
    HDF5_WORKER_OTHER_VERSION = 4,
};
// May be "1" in the environment: plugins of libhdf5 are loaded.
#define HDF5_PLUGINS_VARIABLE "FOVEA_HDF5_PLUGINS"
// Is set in the environment of a worker.
#define HDF5_WORKER_VARIABLE "IN_WORKER_OF_HDF5_FILES"

#endif
