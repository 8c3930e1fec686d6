// SPDX-License-Identifier: MIT
// What libhdf5 may read of a dataset: it reads files that are not HDF5 ("external storage") by whatever name
// the dataset gives, and asks nobody. So it is never let to.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_INSPECT_H
#define FOVEA_FORMATS_HDF5_INSPECT_H

#include "base/status.h"
#include "formats/hdf5/hdf5_dataset.h"

#include <hdf5.h>

// The names and pieces of the files that the properties of a dataset name (HDF5_STORED_EXTERNAL).
enum status hdf5_slots_read(hid_t properties, struct hdf5_dataset *dataset, struct error *error);

// STATUS_OK where libhdf5 may read the box of a dataset (`start` NULL: all of it), for the samples are in
// HDF5 files, also behind virtual datasets, and no chunk that it would unpack takes more memory than is
// allowed (STATUS_TOO_LARGE). Opens the source files.
enum status hdf5_library_check(hid_t dataset, const hsize_t *start, const hsize_t *count,
                               struct error *error);

#endif
