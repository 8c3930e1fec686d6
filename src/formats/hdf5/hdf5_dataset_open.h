// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: opening of datasets.
#ifndef FOVEA_FORMATS_HDF5_DATASET_OPEN_H
#define FOVEA_FORMATS_HDF5_DATASET_OPEN_H

#include "formats/hdf5/hdf5_dataset.h"

// Opens the dataset `name` of `file`, which was opened by `path`.
enum status hdf5_dataset_open(hid_t file, const char *path, const char *name, struct hdf5_dataset **out,
                              struct error *error);
void hdf5_dataset_close(struct hdf5_dataset *dataset);
// True where H5Dget_chunk_info and H5Dget_chunk_info_by_coord tell the truth. libhdf5 1.10.8 walks through an
// extensible array in the order of the axes, but stores it with the unlimited axis in front: where that is
// not the first one, the places and addresses told are those of other chunks. Reading is not concerned.
bool hdf5_chunks_told(hid_t dataset);

#endif
