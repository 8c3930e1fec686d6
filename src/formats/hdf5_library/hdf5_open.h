// SPDX-License-Identifier: MIT
// Files opened by libhdf5, and its words.
//
// Source of the format: HDF5 File Format Specification and the reference manual of libhdf5 1.10 (The HDF
// Group). In the worker, and in tests, which call libhdf5 themselves. Thread-safety: one thread at a time.
#ifndef FOVEA_FORMATS_HDF5_OPEN_H
#define FOVEA_FORMATS_HDF5_OPEN_H

#include "base/status.h"

#include <hdf5.h>
#include <stdbool.h>

// To be called before libhdf5 is: keeps it from printing its errors, which is a setting of the calling
// thread, and from running the code of plugins unless the user allowed it.
void hdf5_quiet(void);
// True where the user allowed plugins (reader_plugins_allow, or FOVEA_HDF5_PLUGINS=1).
bool hdf5_plugins_allowed(void);
// A sentence "PATH: WHAT: what libhdf5 says of its last error". Returns `status`, or a better one where the
// fault is known (a missing filter is unsupported, say).
enum status hdf5_explain(const char *path, const char *what, enum status status, struct error *error);
// Opens a file for reading, also one that is being written (SWMR or without lock). *file is closed with
// H5Fclose.
enum status hdf5_file_open(const char *path, hid_t *file, struct error *error);

#endif
