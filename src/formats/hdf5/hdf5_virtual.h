// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what a virtual dataset is made of, as its file tells it.
#ifndef FOVEA_FORMATS_HDF5_VIRTUAL_H
#define FOVEA_FORMATS_HDF5_VIRTUAL_H

#include "formats/hdf5/hdf5_dataset.h"

// Fills the mappings; those with a number in the name of their source (%b) and those without end become as
// many as the dataset is long. Where there are too many the storage is left to libhdf5.
void hdf5_virtual_read(hid_t properties, struct hdf5_dataset *dataset);
// Finds out which source files are missing; the names of others start from the folder of `path`, the file
// that the mappings stand in.
void hdf5_mappings_find_missing(struct hdf5_mappings *mappings, const char *path);
// Completes a copy of a mapping when its source is open; `rank` is that of the virtual dataset. False where
// the source has not the axes that the mapping means, or too few samples. May find that it is not paired.
bool hdf5_mapping_complete(struct hdf5_mapping *mapping, int rank, const struct hdf5_dataset *source);
void hdf5_mappings_free(struct hdf5_mappings *mappings);
// The name of a source of the mapping as it is written, a pattern: `get` is H5Pget_virtual_filename or
// H5Pget_virtual_dsetname. NULL where it cannot be had. The caller frees it.
char *hdf5_source_pattern(ssize_t (*get)(hid_t properties, size_t index, char *name, size_t size),
                          hid_t properties, size_t index);
// The source that a pattern means for block `number`: "%b" is the number, "%%" a percent sign. libhdf5
// knows no others. The caller frees it.
char *hdf5_source_name(const char *pattern, int64_t number);

#endif
