// SPDX-License-Identifier: MIT
// A list of wanted regions and one of finished ones under one monitor; one job at a time decodes a region.
#include "sources/region_loader.h"

#include "base/monitor.h"
#include "base/size.h"
#include "base/text.h"
#include "image/sentinel.h"
#include "sources/loader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WANTED = 64, MAX_DONE = 4 };

struct region_loader {
    struct jobs *jobs;
    struct handle *handle;
    struct image_file *file; // its clone, made by the first job; used by one at a time
    struct frame_info info;
    int64_t frame;
    enum reduce_mode reduce;
    struct cancel cancel; // of the region being decoded; set and reset inside the monitor
    struct monitor monitor;
    // -- protected by the monitor --
    int references; // of the consumer and the job; the last one frees the loader
    bool stop;
    struct region wanted[MAX_WANTED];
    size_t wanted_count;
    bool decoding; // a job is on its way, for:
    struct region current;
    struct region_result done[MAX_DONE];
    size_t done_count;
    struct region *failed; // those that could not be had, which are not tried again
    size_t failed_count, failed_capacity;
};

// --- decoding ---

static enum status decode_rows(struct region_loader *loader, struct rect rect, void *samples,
                               uint8_t *classes, struct error *error)
{
    const struct decode_request request = {.frame = loader->frame,
                                           .rect = rect,
                                           .pixels = samples,
                                           .stride =
                                               (size_t)rect.width * sample_traits(loader->info.type)->bytes,
                                           .classes = classes,
                                           .cancel = &loader->cancel,
                                           .ignored_classes = loader->info.sentinels.ignored};
    struct decode_report report = {0};
    memset(classes, 0, (size_t)(rect.width * rect.height));
    return image_file_decode(loader->file, &request, &report, error);
}

static enum status no_memory(const struct region_loader *loader, struct error *error)
{
    return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for a part of the picture",
                     loader->file->path);
}

// Level 0: the samples themselves, as float32 where the GPU needs that.
static enum status decode_plain(struct region_loader *loader, struct rect rect, void **samples,
                                struct error *error)
{
    const enum sample_type type = loader->info.type;
    const size_t pixels = (size_t)(rect.width * rect.height);
    void *raw = malloc(pixels * sample_traits(type)->bytes);
    uint8_t *classes = malloc(pixels);
    float *converted = sample_storage_type(type) != type ? malloc(pixels * sizeof(float)) : NULL;
    enum status status = STATUS_OK;
    if (!raw || !classes || (!converted && sample_storage_type(type) != type))
        status = no_memory(loader, error);
    if (!status)
        status = decode_rows(loader, rect, raw, classes, error);
    if (!status && converted)
        value_map_row_to_float(&loader->info.map, type, raw, pixels, converted);
    free(classes);
    *samples = converted ? converted : raw;
    if (converted)
        free(raw);
    if (status) {
        free(*samples);
        *samples = NULL;
    }
    return status;
}

struct reduce_buffers {
    char *raw;
    uint8_t *classes, *valid;
    float *values, *out;
    struct reducer *reducer;
};

// One band of rows through the reducer.
static void reduce_band(const struct frame_info *info, const struct reduce_buffers *buffers, struct rect band)
{
    const size_t bytes = sample_traits(info->type)->bytes;
    const struct sentinel_marks marks = sentinel_prepare(&info->sentinels, info->type);
    sentinel_find(&marks, buffers->raw, (size_t)(band.width * band.height), buffers->classes);
    reducer_begin(buffers->reducer, NULL);
    for (int64_t y = 0; y < band.height; y++) {
        const size_t row = (size_t)(y * band.width);
        const char *samples = buffers->raw + row * bytes;
        value_map_row_to_float(&info->map, info->type, samples, (size_t)band.width, buffers->values);
        for (int64_t x = 0; x < band.width; x++)
            buffers->valid[x] = isfinite(buffers->values[x]) && buffers->classes[row + (size_t)x] == 0;
        reducer_row(buffers->reducer, buffers->values, buffers->valid);
    }
    reducer_end(buffers->reducer);
}

static bool allocate_buffers(const struct region_loader *loader, struct rect image, struct rect texels,
                             int level, struct reduce_buffers *buffers)
{
    const size_t pixels = (size_t)(image.width * REDUCE_BAND_ROWS);
    *buffers = (struct reduce_buffers){
        .raw = malloc(pixels * sample_traits(loader->info.type)->bytes),
        .classes = malloc(pixels),
        .valid = malloc((size_t)image.width),
        .values = malloc((size_t)image.width * sizeof(float)),
        .out = malloc((size_t)(texels.width * texels.height) * sizeof(float)),
    };
    return buffers->raw && buffers->classes && buffers->valid && buffers->values && buffers->out &&
           reducer_create(image.width, REDUCE_BAND_ROWS, level, loader->reduce, &buffers->reducer, NULL) ==
               STATUS_OK;
}

static enum status decode_reduced(struct region_loader *loader, const struct region *region, void **samples,
                                  struct error *error)
{
    const int level = region->level;
    const struct rect texels = region->rect;
    const struct rect image = rect_clip(
        (struct rect){texels.x << level, texels.y << level, texels.width << level, texels.height << level},
        loader->info.width, loader->info.height);
    struct reduce_buffers buffers;
    enum status status = STATUS_OK;
    if (!allocate_buffers(loader, image, texels, level, &buffers))
        status = no_memory(loader, error);
    for (int64_t y = 0; !status && y < image.height; y += REDUCE_BAND_ROWS) {
        const struct rect band = {image.x, image.y + y, image.width,
                                  int64_min(REDUCE_BAND_ROWS, image.height - y)};
        status = decode_rows(loader, band, buffers.raw, buffers.classes, error);
        if (status)
            break;
        reduce_band(&loader->info, &buffers, band);
        int64_t rows;
        const float *made = reducer_level(buffers.reducer, level, &rows);
        memcpy(buffers.out + (y >> level) * texels.width, made, (size_t)(rows * texels.width) * sizeof *made);
    }
    reducer_destroy(&buffers.reducer);
    free(buffers.raw);
    free(buffers.classes);
    free(buffers.valid);
    free(buffers.values);
    if (status)
        free(buffers.out);
    else
        *samples = buffers.out;
    return status;
}

// --- jobs ---

static enum status decode_region(struct region_loader *loader, const struct region *region, void **samples,
                                 struct error *error)
{
    const struct rect *rect = &region->rect;
    const enum status status = loader->file ? STATUS_OK : handle_clone(loader->handle, &loader->file, error);
    if (status)
        return status;
    const bool level_exists = region->level >= 0 && region->level <= REDUCE_MAX_LEVELS;
    const int64_t width = level_exists ? reduce_side(loader->info.width, region->level) : 0;
    const int64_t height = level_exists ? reduce_side(loader->info.height, region->level) : 0;
    if (rect->x < 0 || rect->y < 0 || rect->width < 1 || rect->height < 1 || rect->width > width - rect->x ||
        rect->height > height - rect->y)
        return error_set(error, STATUS_USAGE, "%s: level %d has no part %lld,%lld of %lld x %lld pixels",
                         loader->file->path, region->level, (long long)rect->x, (long long)rect->y,
                         (long long)rect->width, (long long)rect->height);
    return region->level == 0 ? decode_plain(loader, *rect, samples, error)
                              : decode_reduced(loader, region, samples, error);
}

// The most urgent region becomes the current one. Inside the monitor.
static void next_region(struct region_loader *loader)
{
    loader->current = loader->wanted[0];
    loader->decoding = true;
    loader->wanted_count--;
    memmove(loader->wanted, loader->wanted + 1, loader->wanted_count * sizeof loader->wanted[0]);
    atomic_store(&loader->cancel.requested, false);
}

static void free_loader(struct region_loader *loader)
{
    for (size_t i = 0; i < loader->done_count; i++)
        free(loader->done[i].samples);
    free(loader->failed);
    image_file_close(&loader->file);
    handle_release(&loader->handle);
    monitor_finish(&loader->monitor);
    free(loader);
}

static void release(void *work)
{
    struct region_loader *loader = work;
    monitor_enter(&loader->monitor);
    const bool last = --loader->references == 0;
    monitor_leave(&loader->monitor);
    if (last)
        free_loader(loader);
}

static void dispatch(struct region_loader *loader);

// Inside the monitor.
static void note_failure(struct region_loader *loader, const struct region *region)
{
    if (loader->failed_count == loader->failed_capacity) {
        loader->failed_capacity = loader->failed_capacity ? 2 * loader->failed_capacity : 16;
        loader->failed = must_resize(loader->failed, loader->failed_capacity * sizeof *loader->failed);
    }
    loader->failed[loader->failed_count++] = *region;
}

static void run_region(void *work, struct cancel *cancel)
{
    (void)cancel; // the loader has one, which knows what is wanted
    struct region_loader *loader = work;
    struct region_result result = {.region = loader->current}; // stays while `decoding`
    result.status = decode_region(loader, &result.region, &result.samples, &result.error);
    monitor_enter(&loader->monitor);
    loader->decoding = false;
    if (cancel_requested(&loader->cancel))
        free(result.samples); // nobody wants it any more
    else
        loader->done[loader->done_count++] = result;
    if (result.status && !cancel_requested(&loader->cancel))
        note_failure(loader, &result.region);
    dispatch(loader);
    monitor_notify(&loader->monitor);
    if (!loader->stop)
        jobs_wake(loader->jobs);
    monitor_leave(&loader->monitor);
}

// Starts the job for the next region, if there is one and room for its result. Inside the monitor.
static void dispatch(struct region_loader *loader)
{
    if (loader->stop || loader->decoding || loader->wanted_count == 0 || loader->done_count == MAX_DONE)
        return;
    next_region(loader);
    loader->references++;
    const struct job_request request = {.kind = JOB_COMPUTES,
                                        .priority = JOB_VISIBLE,
                                        .owner = loader,
                                        .run = run_region,
                                        .discard = release,
                                        .work = loader};
    jobs_start(loader->jobs, &request);
}

// --- the consumer's side ---

struct region_loader *region_loader_create(struct jobs *jobs, struct handle *file, int64_t frame,
                                           const struct frame_info *info, enum reduce_mode reduce)
{
    struct region_loader *loader = must_alloc(sizeof *loader);
    loader->jobs = jobs;
    loader->handle = handle_share(file);
    loader->info = *info;
    loader->frame = frame;
    loader->reduce = reduce;
    loader->references = 1;
    monitor_init(&loader->monitor);
    return loader;
}

void region_loader_destroy(struct region_loader **loader)
{
    struct region_loader *old = *loader;
    if (!old)
        return;
    monitor_enter(&old->monitor);
    old->stop = true;
    cancel_request(&old->cancel);
    monitor_leave(&old->monitor);
    jobs_abandon(old->jobs, old);
    jobs_discard(old->jobs, release, old);
    *loader = NULL;
}

static bool same_region(const struct region *a, const struct region *b)
{
    return a->level == b->level && a->tag == b->tag;
}

static bool is_listed(const struct region *regions, size_t count, const struct region *region)
{
    for (size_t i = 0; i < count; i++) {
        if (same_region(&regions[i], region))
            return true;
    }
    return false;
}

static bool is_under_way(struct region_loader *loader, const struct region *region)
{
    if (loader->decoding && !cancel_requested(&loader->cancel) && same_region(&loader->current, region))
        return true;
    for (size_t i = 0; i < loader->done_count; i++) {
        if (same_region(&loader->done[i].region, region))
            return true;
    }
    return false;
}

void region_loader_want(struct region_loader *loader, const struct region *regions, size_t count)
{
    monitor_enter(&loader->monitor);
    if (loader->decoding && !is_listed(regions, count, &loader->current))
        cancel_request(&loader->cancel);
    loader->wanted_count = 0;
    for (size_t i = 0; i < count && loader->wanted_count < MAX_WANTED; i++) {
        if (!is_under_way(loader, &regions[i]) &&
            !is_listed(loader->failed, loader->failed_count, &regions[i]) &&
            !is_listed(loader->wanted, loader->wanted_count, &regions[i]))
            loader->wanted[loader->wanted_count++] = regions[i];
    }
    dispatch(loader);
    monitor_leave(&loader->monitor);
}

void region_loader_give_up(struct region_loader *loader, const struct region *region)
{
    monitor_enter(&loader->monitor);
    if (!is_listed(loader->failed, loader->failed_count, region))
        note_failure(loader, region);
    monitor_leave(&loader->monitor);
}

bool region_loader_take(struct region_loader *loader, int wait_ms, struct region_result *result)
{
    const int64_t deadline = monitor_deadline(wait_ms);
    monitor_enter(&loader->monitor);
    while (loader->done_count == 0 && wait_ms > 0 && (loader->decoding || loader->wanted_count > 0) &&
           monitor_wait_until(&loader->monitor, deadline))
        continue;
    const bool taken = loader->done_count > 0;
    if (taken) {
        *result = loader->done[0];
        loader->done_count--;
        memmove(loader->done, loader->done + 1, loader->done_count * sizeof loader->done[0]);
        dispatch(loader);
    }
    monitor_leave(&loader->monitor);
    return taken;
}

bool region_loader_busy(struct region_loader *loader)
{
    monitor_enter(&loader->monitor);
    const bool busy = loader->decoding || loader->wanted_count > 0 || loader->done_count > 0;
    monitor_leave(&loader->monitor);
    return busy;
}
