// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what files tell of the axes of a dataset.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_AXES_H
#define FOVEA_FORMATS_HDF5_AXES_H

#include "formats/base/axes.h"

#include <hdf5.h>

// What the dataset at `path` of `file`, or the group around it, tells of its axes.
enum axes_told hdf5_axes_told(hid_t file, const char *path, hid_t dataset, int rank);

#endif
