// SPDX-License-Identifier: MIT
// With libhdf5: what a virtual dataset is made of, as its file tells it.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_VIRTUAL_H
#define FOVEA_FORMATS_HDF5_VIRTUAL_H

#include "formats/hdf5/hdf5_dataset.h"

#include <hdf5.h>

// Fills the mappings; those with a number in the name of their source (%b) and those without end become as
// many as the dataset is long. Where there are too many the storage is left to libhdf5.
void hdf5_virtual_read(hid_t properties, struct hdf5_dataset *dataset);
// The name of a source of the mapping as it is written, a pattern: `get` is H5Pget_virtual_filename or
// H5Pget_virtual_dsetname. NULL where it cannot be had. The caller frees it.
char *hdf5_source_pattern(ssize_t (*get)(hid_t properties, size_t index, char *name, size_t size),
                          hid_t properties, size_t index);
// The source that a pattern means for block `number`: "%b" is the number, "%%" a percent sign. libhdf5
// knows no others. The caller frees it.
char *hdf5_source_name(const char *pattern, int64_t number);

#endif
