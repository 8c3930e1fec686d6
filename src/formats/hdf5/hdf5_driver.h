// SPDX-License-Identifier: MIT
// How libhdf5 gets at files: the file that was opened and every other one that its links and virtual datasets
// name.
//
// Such names may lead anywhere, for that is how facilities use them, but only to HDF5 files: libhdf5 calls
// this driver for each file, and what is no regular file or has no signature of HDF5 is refused by the very
// descriptor that would be read. A pipe or device that is named so is never waited for. Files are only read.
// Raw bytes in other files (external storage) do not come by here; see base/companion.h.
//
// Source: H5FDpublic.h of libhdf5 1.10 and its driver H5FDsec2.c, whose behaviour it keeps: what is beyond
// the end of a file reads as 0, and flock() tells of a program that writes.
#ifndef FOVEA_FORMATS_HDF5_DRIVER_H
#define FOVEA_FORMATS_HDF5_DRIVER_H

#include "formats/base/blob.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Makes files opened with the access list `access` be read so. False where libhdf5 has no memory for it.
bool hdf5_driver_set(hid_t access);

// Where the signature of HDF5 is within the beginning of a file: at its start, or behind a user block of 512,
// 1024, 2048, ... bytes. -1 where there is none.
int64_t hdf5_signature_find(const uint8_t *head, size_t count);
// The same for all of a file. Reads eight bytes at each of these places.
int64_t hdf5_signature_locate(const struct blob *blob);

#endif
