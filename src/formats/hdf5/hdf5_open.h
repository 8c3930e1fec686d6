// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: files, and the words of libhdf5.
//
// Source of the format: HDF5 File Format Specification and the reference manual of libhdf5 1.10 (The HDF
// Group). libhdf5 has one lock for the process; what is slow (reading and decoding of chunks) is done outside
// of it. Locks: pool and cache have one each; no lock of ours is taken while another is held, save that of
// libhdf5, which never calls us back.
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
// The path that `name` of an external link or virtual mapping in the file `from` leads to: the name itself
// where it is absolute and there, else in the folder of `from`. Allocated.
char *hdf5_resolve(const char *from, const char *name);
bool hdf5_path_exists(const char *path);

#endif
