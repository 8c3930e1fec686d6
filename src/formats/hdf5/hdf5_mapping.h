// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: mappings of virtual datasets and the axes that they pair.
//
// Thread-safety: mappings do not change once they are read, and any threads may look at them.
#ifndef FOVEA_FORMATS_HDF5_MAPPING_H
#define FOVEA_FORMATS_HDF5_MAPPING_H

#include "formats/hdf5/hdf5_dataset.h"

// Indices that an axis has selected.
int64_t hdf5_steps_total(const struct hdf5_steps *steps);
// False where numbers are negative or so large that sums of a few could overflow.
bool hdf5_steps_sane(const struct hdf5_steps *steps);
// Pairs the axes of more than one index, in order, and those without end (or HDF5_NO_AXIS). False where they
// do not agree.
bool hdf5_mapping_pair(struct hdf5_mapping *mapping, int rank, int endless, int source_endless);
// Completes a copy of a mapping when its source is known; `rank` is that of the virtual dataset. False where
// the source has not the axes that the mapping means, or too few samples. May find that it is not paired.
bool hdf5_mapping_complete(struct hdf5_mapping *mapping, int rank, const struct hdf5_dataset *source);
// Whether every index of a paired mapping has one in the source that can be computed.
bool hdf5_mapping_sound(const struct hdf5_mapping *mapping, int rank);
// Finds out which source files are missing; the names of others start from the folder of `path`, the file
// that the mappings stand in.
void hdf5_mappings_find_missing(struct hdf5_mappings *mappings, const char *path);

#endif
