// SPDX-License-Identifier: MIT
// Opening of datasets by libhdf5: their facts, and where their chunks are.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_DATASET_OPEN_H
#define FOVEA_FORMATS_HDF5_DATASET_OPEN_H

#include "formats/hdf5/hdf5_facts.h"

#include <hdf5.h>

// An open dataset.
struct hdf5_opened {
    hid_t id;
    hid_t memory; // the type of its samples for H5Dread; of complex ones a pair
    struct hdf5_dataset *facts;
};

// Opens the dataset `name` of `file`, which was opened by `path`.
enum status hdf5_dataset_open(hid_t file, const char *path, const char *name, struct hdf5_opened **out,
                              struct error *error);
void hdf5_dataset_close(struct hdf5_opened *opened); // NULL is fine
// Where the chunk is; `index` counts all chunks of the dataset in the order of samples. Of files that are
// read by hdf5_driver.h.
void hdf5_chunk_locate(const struct hdf5_opened *opened, int64_t index, struct hdf5_address *address);
// True where H5Dget_chunk_info and H5Dget_chunk_info_by_coord tell the truth. libhdf5 1.10.8 walks through an
// extensible array in the order of the axes, but stores it with the unlimited axis in front: where that is
// not the first one, the places and addresses told are those of other chunks. Reading is not concerned.
bool hdf5_chunks_told(hid_t dataset);

#endif
