// SPDX-License-Identifier: MIT
// Samples of HDF5 datasets in files that are not HDF5 ("external storage"), by the rule of base/companion.h.
//
// libhdf5 reads such files by whatever name the dataset gives, a relative one from the working folder, and
// asks nobody. So it is never let to: images are read here, and a dataset that libhdf5 is to read is looked
// through first. Source: H5Pset_external of the reference manual (The HDF Group). Thread-safety: as for the
// dataset.
#ifndef FOVEA_FORMATS_HDF5_EXTERNAL_H
#define FOVEA_FORMATS_HDF5_EXTERNAL_H

#include "base/status.h"

#include <hdf5.h>
#include <stdint.h>

struct hdf5_dataset;
struct hdf5_region;
struct hdf5_target;

// A piece of a dataset's bytes in a file that is not HDF5.
struct hdf5_slot {
    char *path;           // NULL where the file is missing
    int64_t begin, bytes; // which of the dataset's bytes these are
    int64_t offset;       // of the first in the file
    int64_t present;      // bytes that the file had when the dataset was opened
};

// Finds the files that the properties of a dataset name and how much of it they hold. STATUS_UNSUPPORTED
// where one may not be read, STATUS_IO where all are missing.
enum status hdf5_external_read(hid_t properties, struct hdf5_dataset *dataset, struct error *error);
void hdf5_slots_free(struct hdf5_dataset *dataset);

// Pixels of such a dataset (HDF5_STORED_EXTERNAL). What is missing is lost and told in the report.
enum status hdf5_external_decode(const struct hdf5_region *region, const struct hdf5_target *target);

// STATUS_OK where libhdf5 may read the box of a dataset (`start` NULL: all of it), for the samples are in
// HDF5 files, also behind virtual datasets, and no chunk that it would unpack takes more memory than is
// allowed (STATUS_TOO_LARGE). Opens the source files.
enum status hdf5_library_check(hid_t dataset, const hsize_t *start, const hsize_t *count,
                               struct error *error);

#endif
