// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what is known of the datasets of a series, and who is asked for more.
#ifndef FOVEA_FORMATS_HDF5_POOL_H
#define FOVEA_FORMATS_HDF5_POOL_H

#include "formats/hdf5/hdf5_facts.h"
#include "formats/hdf5/hdf5_question.h"

// Asks for datasets when they are needed and keeps the facts of the last ones. Thread-safety: any threads.
struct hdf5_pool;
// The asker's context must stay as long as the pool. `blob`, if not NULL, is the content of `path`.
struct hdf5_pool *hdf5_pool_create(const struct hdf5_asker *asker, const char *path, struct blob *blob);
void hdf5_pool_destroy(struct hdf5_pool *pool); // no dataset may be in use; NULL is fine
// The dataset is the caller's until it is given back. A missing file is STATUS_IO with a sentence.
enum status hdf5_pool_take(struct hdf5_pool *pool, const char *path, const char *name, struct cancel *cancel,
                           const struct hdf5_dataset **dataset, struct error *error);
void hdf5_pool_give(struct hdf5_pool *pool, const struct hdf5_dataset *dataset);
// Keeps the facts of a dataset that came with another answer. Takes them over, also on failure.
enum status hdf5_pool_add(struct hdf5_pool *pool, struct hdf5_dataset *dataset, struct error *error);
// Where chunk `index` of a dataset in use is.
enum status hdf5_pool_address(struct hdf5_pool *pool, const struct hdf5_dataset *dataset, int64_t index,
                              struct cancel *cancel, struct hdf5_address *address, struct error *error);
// Asks anything. The caller frees the answer, also on failure.
enum status hdf5_pool_ask(struct hdf5_pool *pool, const struct hdf5_question *question,
                          struct hdf5_answer *answer, struct error *error);
// The sentence for an answer that is not sound: STATUS_BROKEN.
enum status hdf5_pool_distrust(struct hdf5_pool *pool, const char *path, struct error *error);

#endif
