// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: the open datasets of a series.
#ifndef FOVEA_FORMATS_HDF5_POOL_H
#define FOVEA_FORMATS_HDF5_POOL_H

#include "formats/hdf5/hdf5_dataset.h"
#include "formats/hdf5/hdf5_guard.h"

// Opens datasets when they are needed and keeps the last ones open. Thread-safety: any threads.
struct hdf5_pool;
// A guarded pool has whatever it opens tried by a guard first.
struct hdf5_pool *hdf5_pool_create(bool guarded);
void hdf5_pool_destroy(struct hdf5_pool *pool); // no dataset may be in use; NULL is fine
// The dataset is the caller's until it is given back. A missing file is STATUS_IO with a sentence.
// `cancel` may be NULL: then that of hdf5_pool_heed.
enum status hdf5_pool_take(struct hdf5_pool *pool, const char *path, const char *name, struct cancel *cancel,
                           struct hdf5_dataset **dataset, struct error *error);
void hdf5_pool_give(struct hdf5_pool *pool, struct hdf5_dataset *dataset);
// Has the pool's guard do a task; STATUS_OK without a guard. `answer` may be NULL.
enum status hdf5_pool_ask(struct hdf5_pool *pool, const struct hdf5_question *question,
                          struct hdf5_answer *answer, struct error *error);
// Until the next call tasks without a cancel of their own heed this one, which is borrowed; NULL: none.
void hdf5_pool_heed(struct hdf5_pool *pool, struct cancel *cancel);
// The guard has opened just before what is opened until hdf5_pool_rest, and is not asked about it again.
void hdf5_pool_trust(struct hdf5_pool *pool);
void hdf5_pool_rest(struct hdf5_pool *pool);

#endif
