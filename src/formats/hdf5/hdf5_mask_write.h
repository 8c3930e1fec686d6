// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: masks written into files, in the guard's process.
#ifndef FOVEA_FORMATS_HDF5_MASK_WRITE_H
#define FOVEA_FORMATS_HDF5_MASK_WRITE_H

#include "formats/hdf5/hdf5_guard.h"

// HDF5_TASK_MASK: writes the supplied rows as a dataset of u32 with the groups on the way to it, and nothing
// into any other file. A dataset or link of that name is replaced. The answer's sentence begins with no path.
void hdf5_mask_write(const struct hdf5_question *question, struct hdf5_answer *answer);

#endif
