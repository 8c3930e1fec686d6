// SPDX-License-Identifier: MIT
// Decoding of single tiles on demand, for images of which only a part fits into memory.
//
// One thread decodes the most recent requests first; the consumer forgets what is no longer visible by
// region_loader_clear. Level l > 0 is made by reducing the level-0 pixels of the tile, in strips, so that memory stays
// bounded.
#ifndef FOVEA_SOURCES_REGION_LOADER_H
#define FOVEA_SOURCES_REGION_LOADER_H

#include "image/reduce.h"
#include "sources/source.h"

struct region_loader;

// A rectangle of `level` in texels of that level; `tag` is the consumer's.
struct region {
    int level;
    int tag;
    struct rect rect;
};

// A decoded region; the receiver frees `samples` with free(). Level 0: loader_storage_type(), else float32; rows
// without padding.
struct region_result {
    struct region region;
    void *samples;
    enum status status;
    struct error error;
};

// Works on a clone of `file`. `wake` as in struct loader_request.
enum status region_loader_create(struct image_file *file, int64_t frame, enum reduce_mode reduce,
                                 void (*wake)(void *context), void *wake_context, struct region_loader **loader,
                                 struct error *error);
// Stops the thread and frees everything; sets *loader to NULL.
void region_loader_destroy(struct region_loader **loader);

// Replaces the list of wanted regions (first = most urgent); one that is being decoded or done is not repeated.
void region_loader_want(struct region_loader *loader, const struct region *regions, size_t count);
// A finished region, waiting up to `wait_ms`.
bool region_loader_take(struct region_loader *loader, int wait_ms, struct region_result *result);
// True while something wanted is not yet taken.
bool region_loader_busy(struct region_loader *loader);

#endif
