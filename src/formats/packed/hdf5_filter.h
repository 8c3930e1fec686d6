// SPDX-License-Identifier: MIT
// HDF5 filters: their numbers, names and parameters, and which Debian package brings one that is not built
// in.
//
// Source: list of registered filter plugins (The HDF Group); packages of Debian 12 that install below
// hdf5/serial/plugins.
#ifndef FOVEA_FORMATS_HDF5_FILTER_H
#define FOVEA_FORMATS_HDF5_FILTER_H

#include <stddef.h>

// Those that the program knows more of than the name.
enum hdf5_filter_number {
    HDF5_FILTER_DEFLATE = 1,
    HDF5_FILTER_SHUFFLE = 2,
    HDF5_FILTER_FLETCHER32 = 3,
    HDF5_FILTER_BZIP2 = 307,
    HDF5_FILTER_LZF = 32000,
    HDF5_FILTER_BLOSC = 32001,
    HDF5_FILTER_LZ4 = 32004,
    HDF5_FILTER_BITSHUFFLE = 32008,
    HDF5_FILTER_ZSTD = 32015,
};

enum { HDF5_FILTER_PARAMETERS = 8 };

// A filter as a dataset uses it.
struct hdf5_filter {
    unsigned id;
    unsigned parameters[HDF5_FILTER_PARAMETERS]; // cd_values; those beyond `count` are 0
    size_t count;
};

struct hdf5_filter_entry {
    unsigned number;
    const char *name;    // "Blosc"
    const char *package; // of Debian; NULL where there is none, or where the program has the filter built in
};

// NULL for a number that is not registered. Thread-safety: any.
const struct hdf5_filter_entry *hdf5_filter_find(unsigned number);

#endif
