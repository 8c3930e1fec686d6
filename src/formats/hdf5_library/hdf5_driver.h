// SPDX-License-Identifier: MIT
// How libhdf5 gets at files: the file that was opened and every other one that its links and virtual datasets
// name.
//
// libhdf5 calls this driver for each file, and the driver has it opened by the viewer, whose rule decides
// (formats/hdf5/hdf5_files.h). Files are only read, but for the draft of a mask.
//
// Source: H5FDpublic.h of libhdf5 1.10 and its driver H5FDsec2.c, whose behaviour it keeps: what is beyond
// the end of a file reads as 0, and flock() tells of a program that writes.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_DRIVER_H
#define FOVEA_FORMATS_HDF5_DRIVER_H

#include "formats/base/blob.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What H5Fget_vfd_handle gives of a file that is read so. While `tracing` no raw data are read: the place
// that libhdf5 wants to read them from is noted, counted from the file's first byte, and its buffer is left
// alone. So it tells where a chunk is, whatever index has it.
struct hdf5_handle {
    struct blob *blob;
    bool tracing;
    int64_t at, count;
};

// Makes files opened with the access list `access` be read so. False where libhdf5 has no memory for it.
bool hdf5_driver_set(hid_t access);

#endif
