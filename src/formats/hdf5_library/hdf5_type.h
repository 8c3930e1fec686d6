// SPDX-License-Identifier: MIT
// Datatypes of libhdf5 as types of samples, and in words.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_TYPE_H
#define FOVEA_FORMATS_HDF5_TYPE_H

#include "base/text.h"
#include "image/sample.h"

#include <hdf5.h>
#include <stdbool.h>

// How the samples of a datatype come to a sample type, as struct hdf5_type.
struct hdf5_datatype {
    enum sample_type type;
    bool complex; // pairs of real and imaginary part, in memory two doubles; never `exact`
    bool exact;   // the bytes in the file are samples of that type, but for their order
    bool swapped; // big-endian
    hid_t memory; // for H5Dread; close with H5Tclose
};
// STATUS_UNSUPPORTED with a clause ("holds text") for what is no sample.
enum status hdf5_type_of(hid_t datatype, struct hdf5_datatype *type, struct error *error);

// True for a compound of a real and an imaginary part ("r" and "i" of h5py, "real" and "imag", "re" and
// "im"), and sets *type.
bool hdf5_complex_of(hid_t datatype, struct hdf5_datatype *type);
// Appends "a table of 3 columns: x (f64), name (text), ...".
void hdf5_table_describe(hid_t datatype, struct text *out);
// Appends "u16", "f32", "c64", "text".
void hdf5_type_append(hid_t datatype, struct text *out);

#endif
