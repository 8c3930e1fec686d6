// SPDX-License-Identifier: MIT
// Datasets that stay open from question to question, and their files with them.
#ifndef FOVEA_FORMATS_HDF5_KEPT_H
#define FOVEA_FORMATS_HDF5_KEPT_H

#include "formats/hdf5_library/hdf5_dataset_open.h"

// Thread-safety: one thread at a time.
struct hdf5_kept;
struct hdf5_kept *hdf5_kept_create(void);
void hdf5_kept_destroy(struct hdf5_kept *kept); // NULL is fine
// The file, open until another one is asked for; borrowed until then.
enum status hdf5_kept_file(struct hdf5_kept *kept, const char *path, hid_t *file, struct error *error);
// The dataset `name` of the file, which stays open until it is given back, and maybe longer. A missing file
// is STATUS_IO with a sentence.
enum status hdf5_kept_take(struct hdf5_kept *kept, const char *path, const char *name,
                           struct hdf5_opened **opened, struct error *error);
void hdf5_kept_give(struct hdf5_kept *kept, struct hdf5_opened *opened);

#endif
