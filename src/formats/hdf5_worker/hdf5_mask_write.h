// SPDX-License-Identifier: MIT
// In the worker: masks written into files.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_MASK_WRITE_H
#define FOVEA_FORMATS_HDF5_MASK_WRITE_H

#include "formats/hdf5/hdf5_question.h"

// HDF5_TASK_MASK: writes the supplied rows as a dataset of u32 with the groups on the way to it, and nothing
// into any other file. A dataset or link of that name is replaced. The sentence of a failure begins with no
// path.
enum status hdf5_mask_write(const struct hdf5_question *question, struct error *error);

#endif
