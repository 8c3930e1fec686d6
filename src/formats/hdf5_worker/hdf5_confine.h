// SPDX-License-Identifier: MIT
// In the worker: what the process may do from now on, for good.
//
// Thread-safety: one thread, before any other is started: it concerns the whole process.
#ifndef FOVEA_FORMATS_HDF5_CONFINE_H
#define FOVEA_FORMATS_HDF5_CONFINE_H

#include <stdbool.h>

// Limits memory and core files, gives up new privileges, closes what was inherited but the socket and
// /dev/null, and lets the system take only the calls that reading needs: pread and the like on descriptors
// that were received, the socket, memory, time. Others fail with EPERM. With `plugins` files may be opened
// for reading as well, and code mapped. False where the system cannot confine the process so.
bool hdf5_confine(bool plugins);

#endif
