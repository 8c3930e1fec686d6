// SPDX-License-Identifier: MIT
// Facts of datasets asked for on demand, a bounded number of them kept, and addresses of chunks in blocks.
#include "formats/hdf5/hdf5_pool.h"

#include "base/clock.h"
#include "base/size.h"
#include "formats/hdf5/hdf5_external.h"
#include "formats/hdf5/hdf5_files.h"
#include "formats/hdf5/hdf5_mapping.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEPT = 12,                       // datasets that nobody uses
    TOGETHER = 64,                   // chunks whose addresses are asked for at once
    BLOCKS = 64,                     // of addresses that are kept
    BELIEVED_NS = 200 * 1000 * 1000, // that a chunk is absent
};

struct entry {
    struct hdf5_dataset *dataset;
    int users;
    uint64_t used;
    struct entry *next;
};

// The addresses of the chunks from `number` * TOGETHER on.
struct block {
    uint64_t serial; // of the dataset; 0: none
    int64_t number;
    int64_t asked_ns; // when they were asked for
    uint64_t used;
    struct hdf5_address items[TOGETHER];
};

struct hdf5_pool {
    struct hdf5_asker asker;
    pthread_mutex_t lock;
    // -- protected by lock --
    struct hdf5_files *files;
    struct entry *entries;
    struct block *blocks;
    uint64_t clock, serial;
};

struct hdf5_pool *hdf5_pool_create(const struct hdf5_asker *asker, const char *path, struct blob *blob)
{
    struct hdf5_pool *pool = must_alloc(sizeof *pool);
    pool->asker = *asker;
    pool->files = hdf5_files_create(path, blob);
    pool->blocks = must_alloc(BLOCKS * sizeof *pool->blocks);
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

static void entry_remove(struct entry **link)
{
    struct entry *entry = *link;
    *link = entry->next;
    hdf5_dataset_free(entry->dataset);
    free(entry);
}

void hdf5_pool_destroy(struct hdf5_pool *pool)
{
    if (!pool)
        return;
    while (pool->entries)
        entry_remove(&pool->entries);
    hdf5_files_destroy(pool->files);
    free(pool->blocks);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

// Drops the one that was not used for the longest time where too many are kept.
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

// --- Asking ---

// With the lock held, as all below.
static enum status ask(struct hdf5_pool *pool, const struct hdf5_question *question,
                       struct hdf5_answer *answer, struct error *error)
{
    return pool->asker.ask(pool->asker.context, question, pool->files, answer, error);
}

static enum status distrust(struct hdf5_pool *pool, const char *path, struct error *error)
{
    if (pool->asker.distrust)
        pool->asker.distrust(pool->asker.context);
    return error_set(error, STATUS_BROKEN, "%s: is damaged: what libhdf5 reads in it contradicts itself",
                     path);
}

enum status hdf5_pool_ask(struct hdf5_pool *pool, const struct hdf5_question *question,
                          struct hdf5_answer *answer, struct error *error)
{
    pthread_mutex_lock(&pool->lock);
    const enum status status = ask(pool, question, answer, error);
    pthread_mutex_unlock(&pool->lock);
    return status;
}

enum status hdf5_pool_distrust(struct hdf5_pool *pool, const char *path, struct error *error)
{
    pthread_mutex_lock(&pool->lock);
    const enum status status = distrust(pool, path, error);
    pthread_mutex_unlock(&pool->lock);
    return status;
}

// --- Datasets ---

static enum status entry_add(struct hdf5_pool *pool, struct hdf5_dataset *dataset, struct entry **made,
                             struct error *error)
{
    enum status status = hdf5_files_open(pool->files, dataset->path, &dataset->blob, error);
    if (status == STATUS_OK) {
        dataset->file_bytes = blob_size(dataset->blob);
        hdf5_mappings_find_missing(&dataset->mappings, dataset->path);
        status = hdf5_slots_find(dataset, error);
    }
    if (status != STATUS_OK) {
        hdf5_dataset_free(dataset);
        return status;
    }
    dataset->serial = ++pool->serial;
    struct entry *entry = must_alloc(sizeof *entry);
    *entry = (struct entry){.dataset = dataset, .next = pool->entries, .used = ++pool->clock};
    pool->entries = entry;
    *made = entry;
    return STATUS_OK;
}

enum status hdf5_pool_add(struct hdf5_pool *pool, struct hdf5_dataset *dataset, struct error *error)
{
    struct entry *entry;
    pthread_mutex_lock(&pool->lock);
    const enum status status = entry_add(pool, dataset, &entry, error);
    pthread_mutex_unlock(&pool->lock);
    return status;
}

static enum status entry_ask(struct hdf5_pool *pool, const char *path, const char *name,
                             struct cancel *cancel, struct entry **made, struct error *error)
{
    if (!hdf5_path_exists(path))
        return error_set(error, STATUS_IO, "%s is missing", path);
    const struct hdf5_question question = {
        .task = HDF5_TASK_DATASET, .path = path, .name = name, .cancel = cancel};
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    enum status status = ask(pool, &question, &answer, error);
    struct hdf5_dataset *dataset = status == STATUS_OK ? hdf5_dataset_get(&answer.facts) : NULL;
    hdf5_answer_free(&answer);
    if (status != STATUS_OK)
        return status;
    if (!dataset || strcmp(dataset->opened, path) != 0 || strcmp(dataset->name, name) != 0) {
        hdf5_dataset_free(dataset);
        return distrust(pool, path, error);
    }
    return entry_add(pool, dataset, made, error);
}

enum status hdf5_pool_take(struct hdf5_pool *pool, const char *path, const char *name, struct cancel *cancel,
                           const struct hdf5_dataset **dataset, struct error *error)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&pool->lock);
    struct entry *entry = pool->entries;
    while (entry && (strcmp(entry->dataset->name, name) != 0 || strcmp(entry->dataset->opened, path) != 0))
        entry = entry->next;
    if (!entry)
        status = entry_ask(pool, path, name, cancel, &entry, error);
    if (status == STATUS_OK) {
        entry->users++;
        entry->used = ++pool->clock;
        *dataset = entry->dataset;
    }
    pthread_mutex_unlock(&pool->lock);
    return status;
}

void hdf5_pool_give(struct hdf5_pool *pool, const struct hdf5_dataset *dataset)
{
    pthread_mutex_lock(&pool->lock);
    for (struct entry *entry = pool->entries; entry; entry = entry->next)
        if (entry->dataset == dataset)
            entry->users--;
    pool_trim(pool);
    pthread_mutex_unlock(&pool->lock);
}

// --- Addresses ---

static struct block *block_find(struct hdf5_pool *pool, uint64_t serial, int64_t number)
{
    for (int i = 0; i < BLOCKS; i++)
        if (pool->blocks[i].serial == serial && pool->blocks[i].number == number)
            return &pool->blocks[i];
    return NULL;
}

static struct block *oldest_block(struct hdf5_pool *pool)
{
    struct block *oldest = pool->blocks;
    for (int i = 1; i < BLOCKS; i++)
        if (pool->blocks[i].used < oldest->used)
            oldest = &pool->blocks[i];
    return oldest;
}

static enum status block_ask(struct hdf5_pool *pool, const struct hdf5_dataset *dataset, int64_t number,
                             struct cancel *cancel, struct block *block, struct error *error)
{
    const int64_t first = number * TOGETHER;
    const struct hdf5_question question = {.task = HDF5_TASK_ADDRESSES,
                                           .path = dataset->opened,
                                           .name = dataset->name,
                                           .first = first,
                                           .count = int64_min(hdf5_chunk_total(dataset) - first, TOGETHER),
                                           .cancel = cancel};
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    enum status status = ask(pool, &question, &answer, error);
    block->serial = 0;
    for (int64_t i = 0; i < question.count && status == STATUS_OK; i++)
        hdf5_address_get(&answer.facts, &block->items[i]);
    if (status == STATUS_OK && answer.facts.bad)
        status = distrust(pool, dataset->path, error);
    hdf5_answer_free(&answer);
    if (status != STATUS_OK)
        return status;
    block->serial = dataset->serial;
    block->number = number;
    block->asked_ns = clock_now_ns();
    return STATUS_OK;
}

enum status hdf5_pool_address(struct hdf5_pool *pool, const struct hdf5_dataset *dataset, int64_t index,
                              struct cancel *cancel, struct hdf5_address *address, struct error *error)
{
    const int64_t number = index / TOGETHER, within = index % TOGETHER;
    enum status status = STATUS_OK;
    pthread_mutex_lock(&pool->lock);
    struct block *block = block_find(pool, dataset->serial, number);
    // What was never written may have been meanwhile; but of a frame that is absent each chunk is not asked
    // for.
    const bool aged = block && clock_now_ns() - block->asked_ns > BELIEVED_NS;
    if (!block || (aged && block->items[within].kind != HDF5_ADDRESS_STORED)) {
        block = block ? block : oldest_block(pool);
        status = block_ask(pool, dataset, number, cancel, block, error);
    }
    if (status == STATUS_OK) {
        block->used = ++pool->clock;
        *address = block->items[within];
    }
    pthread_mutex_unlock(&pool->lock);
    return status;
}
