// SPDX-License-Identifier: MIT
// In the worker: attempts at what a process that a file has taken over would do, for tests.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_TRESPASS_H
#define FOVEA_FORMATS_HDF5_TRESPASS_H

#include "base/text.h"

// Tries each of them and appends a line "ATTEMPT\tdone\n" or "ATTEMPT\trefused\n". `path` is that of a file
// that the user can read.
void hdf5_trespass(const char *path, struct text *out);

#endif
