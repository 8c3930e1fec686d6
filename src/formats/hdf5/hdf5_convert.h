// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: samples of one type as those of another, as libhdf5 converts them.
//
// Thread-safety: the functions are pure, and may be called from any threads.
#ifndef FOVEA_FORMATS_HDF5_CONVERT_H
#define FOVEA_FORMATS_HDF5_CONVERT_H

#include "image/sample.h"

// Converts `count` samples in place; there is room for them in both types. What a type of integers cannot
// hold becomes its smallest or largest value, fractions are cut off, NaN becomes 0. False for what it does
// not know: samples of 16-bit floats. Source: "HDF5 data type conversion" (H5Tconvert) of the reference
// manual.
bool hdf5_convert(enum sample_type from, enum sample_type to, void *samples, size_t count);

#endif
