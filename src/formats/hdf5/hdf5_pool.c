// SPDX-License-Identifier: MIT
// Datasets opened on demand, a bounded number of them kept.
#include "formats/hdf5/hdf5_pool.h"

#include "base/file.h"
#include "formats/hdf5/hdf5_dataset_open.h"
#include "formats/hdf5/hdf5_open.h"
#include "formats/hdf5/hdf5_virtual.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 12 }; // open ones that nobody uses

struct entry {
    char *path, *name; // as asked for
    struct hdf5_dataset *dataset;
    int users;
    uint64_t used;
    struct entry *next;
};

struct hdf5_pool {
    pthread_mutex_t lock;
    bool guarded;
    // -- protected by lock --
    struct hdf5_guard guard;
    bool trusting;         // the guard has opened before what is opened now
    struct cancel *cancel; // of tasks without one; may be NULL
    struct entry *entries;
    uint64_t clock, serial;
};

struct hdf5_pool *hdf5_pool_create(bool guarded)
{
    struct hdf5_pool *pool = must_alloc(sizeof *pool);
    pool->guarded = guarded;
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

static void entry_remove(struct entry **link)
{
    struct entry *entry = *link;
    *link = entry->next;
    hdf5_dataset_close(entry->dataset);
    free(entry->path);
    free(entry->name);
    free(entry);
}

void hdf5_pool_destroy(struct hdf5_pool *pool)
{
    if (!pool)
        return;
    while (pool->entries)
        entry_remove(&pool->entries);
    hdf5_guard_end(&pool->guard);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

// Closes the one that was not used for the longest time where too many are kept.
static void pool_trim(struct hdf5_pool *pool)
{
    int idle = 0;
    struct entry **oldest = NULL;
    for (struct entry **link = &pool->entries; *link; link = &(*link)->next) {
        if ((*link)->users > 0)
            continue;
        idle++;
        if (!oldest || (*link)->used < (*oldest)->used)
            oldest = link;
    }
    if (idle > KEPT)
        entry_remove(oldest);
}

// With the lock held.
static enum status ask(struct hdf5_pool *pool, const struct hdf5_question *question,
                       struct hdf5_answer *answer, struct error *error)
{
    if (!pool->guarded)
        return STATUS_OK;
    struct hdf5_question asked = *question;
    asked.cancel = question->cancel ? question->cancel : pool->cancel;
    enum status status = hdf5_guard_ask(&pool->guard, &asked, answer, error);
    hdf5_guard_end(&pool->guard);
    return status;
}

enum status hdf5_pool_ask(struct hdf5_pool *pool, const struct hdf5_question *question,
                          struct hdf5_answer *answer, struct error *error)
{
    pthread_mutex_lock(&pool->lock);
    enum status status = ask(pool, question, answer, error);
    pthread_mutex_unlock(&pool->lock);
    return status;
}

void hdf5_pool_heed(struct hdf5_pool *pool, struct cancel *cancel)
{
    pthread_mutex_lock(&pool->lock);
    pool->cancel = cancel;
    pthread_mutex_unlock(&pool->lock);
}

void hdf5_pool_trust(struct hdf5_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->trusting = true;
    pthread_mutex_unlock(&pool->lock);
}

void hdf5_pool_rest(struct hdf5_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->trusting = false;
    pthread_mutex_unlock(&pool->lock);
}

static enum status entry_open(struct hdf5_pool *pool, const char *path, const char *name,
                              struct cancel *cancel, struct entry **made, struct error *error)
{
    struct hdf5_dataset *dataset = NULL;
    hid_t file;
    if (cancel_requested(cancel) || cancel_requested(pool->cancel))
        return error_set(error, STATUS_CANCELLED, "%s: opening was cancelled", path);
    if (!hdf5_path_exists(path))
        return error_set(error, STATUS_IO, "%s is missing", path);
    const struct hdf5_question question = {
        .task = HDF5_TASK_DATASET, .path = path, .name = name, .cancel = cancel};
    enum status status = pool->trusting ? STATUS_OK : ask(pool, &question, NULL, error);
    if (status == STATUS_OK)
        status = hdf5_file_open(path, &file, error);
    if (status != STATUS_OK)
        return status;
    status = hdf5_dataset_open(file, path, name, &dataset, error);
    H5Fclose(file); // the dataset keeps it open
    if (status != STATUS_OK)
        return status;
    dataset->serial = ++pool->serial;
    if (pool->guarded) // in the guard's process nobody is told
        hdf5_mappings_find_missing(&dataset->mappings, dataset->path);
    struct entry *entry = must_alloc(sizeof *entry);
    *entry = (struct entry){.path = must_copy(path), .name = must_copy(name), .dataset = dataset};
    entry->next = pool->entries;
    pool->entries = entry;
    *made = entry;
    return STATUS_OK;
}

enum status hdf5_pool_take(struct hdf5_pool *pool, const char *path, const char *name, struct cancel *cancel,
                           struct hdf5_dataset **dataset, struct error *error)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&pool->lock);
    struct entry *entry = pool->entries;
    while (entry && (strcmp(entry->name, name) != 0 || strcmp(entry->path, path) != 0))
        entry = entry->next;
    if (!entry)
        status = entry_open(pool, path, name, cancel, &entry, error);
    if (status == STATUS_OK) {
        entry->users++;
        entry->used = ++pool->clock;
        *dataset = entry->dataset;
    }
    pthread_mutex_unlock(&pool->lock);
    return status;
}

void hdf5_pool_give(struct hdf5_pool *pool, struct hdf5_dataset *dataset)
{
    pthread_mutex_lock(&pool->lock);
    for (struct entry *entry = pool->entries; entry; entry = entry->next)
        if (entry->dataset == dataset)
            entry->users--;
    pool_trim(pool);
    pthread_mutex_unlock(&pool->lock);
}
