// SPDX-License-Identifier: MIT
// Samples of HDF5 datasets in files that are not HDF5 ("external storage"), by the rule of base/companion.h.
//
// libhdf5 would read such files by whatever name the dataset gives, a relative one from the working folder,
// and ask nobody. So it is never let to: images are read here, and a dataset that libhdf5 is to read is
// looked through first (formats/hdf5_library/hdf5_inspect.h). Source: H5Pset_external of the reference manual
// (The HDF Group). Thread-safety: as for the dataset.
#ifndef FOVEA_FORMATS_HDF5_EXTERNAL_H
#define FOVEA_FORMATS_HDF5_EXTERNAL_H

#include "base/status.h"

struct hdf5_dataset;
struct hdf5_region;
struct hdf5_target;

// Finds the files of the dataset's slots and how much of it they hold. STATUS_UNSUPPORTED where one may not
// be read, STATUS_IO where all are missing. Nothing for other datasets.
enum status hdf5_slots_find(struct hdf5_dataset *dataset, struct error *error);

// Pixels of such a dataset (HDF5_STORED_EXTERNAL). What is missing is lost and told in the report.
enum status hdf5_external_decode(const struct hdf5_region *region, const struct hdf5_target *target);

#endif
