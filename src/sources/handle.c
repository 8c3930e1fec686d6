// SPDX-License-Identifier: MIT
// A counted file under one lock, which is held while the file is cloned.
#include "sources/handle.h"

#include "base/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct handle {
    atomic_int owners;
    pthread_mutex_t lock;
    // Protected by the lock:
    struct image_file *file; // NULL before it is opened, and once it was taken
    struct source *source;   // whose `item` it is, where it is yet to be opened; else NULL
    size_t item;
};

struct handle *handle_create(struct image_file *file)
{
    struct handle *handle = must_alloc(sizeof *handle);
    atomic_init(&handle->owners, 1);
    pthread_mutex_init(&handle->lock, NULL);
    handle->file = file;
    return handle;
}

struct handle *handle_create_later(const struct source *source, size_t item)
{
    struct handle *handle = handle_create(NULL);
    handle->source = source_share(source);
    handle->item = item;
    return handle;
}

struct handle *handle_share(struct handle *handle)
{
    if (handle)
        atomic_fetch_add(&handle->owners, 1);
    return handle;
}

static void discard(void *work)
{
    struct handle *handle = work;
    if (atomic_fetch_sub(&handle->owners, 1) > 1)
        return;
    image_file_close(&handle->file);
    source_destroy(&handle->source);
    pthread_mutex_destroy(&handle->lock);
    free(handle);
}

void handle_release(struct handle **handle)
{
    if (*handle)
        discard(*handle);
    *handle = NULL;
}

void handle_let_go(struct handle **handle, struct jobs *jobs)
{
    if (*handle)
        jobs_discard(jobs, discard, *handle);
    *handle = NULL;
}

static void close_file(void *work)
{
    struct image_file *file = work;
    image_file_close(&file);
}

void handle_close_later(struct image_file **file, struct jobs *jobs)
{
    if (*file)
        jobs_discard(jobs, close_file, *file);
    *file = NULL;
}

// Opens a file that was not yet. Under the lock.
static enum status open_now(struct handle *handle, struct error *error)
{
    if (handle->file)
        return STATUS_OK;
    if (!handle->source)
        return error_set(error, STATUS_USAGE, "the file is not open any more");
    enum status status = source_open(handle->source, handle->item, NULL, &handle->file, error);
    if (!status)
        source_destroy(&handle->source);
    return status;
}

enum status handle_clone(struct handle *handle, struct image_file **file, struct error *error)
{
    pthread_mutex_lock(&handle->lock);
    enum status status = open_now(handle, error);
    if (!status)
        status = image_file_clone(handle->file, file, error);
    pthread_mutex_unlock(&handle->lock);
    return status;
}

struct image_file *handle_take(struct handle *handle)
{
    if (pthread_mutex_trylock(&handle->lock) != 0)
        return NULL;
    struct image_file *file = handle->file;
    handle->file = NULL;
    pthread_mutex_unlock(&handle->lock);
    return file;
}
