// SPDX-License-Identifier: MIT
// The worker threads behind loading, and the hand-over of bands.
//
// One lock guards all shared state. A slot is a set of buffers for one band; it is free, being filled by a worker,
// ready, or taken by the consumer. Workers wait for free slots, the consumer for ready ones.
#include "sources/loader.h"

#include "base/size.h"
#include "formats/mask_file.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 8, MAX_SLOTS = MAX_THREADS + 1, BAND_TARGET_BYTES = 2 << 20, DRAIN_EVERY = 4 };

enum slot_state { SLOT_FREE, SLOT_FILLING, SLOT_READY, SLOT_TAKEN };

struct slot {
    enum slot_state state;
    void *raw;        // decoded samples of the file's type
    float *converted; // the same as float32 where the GPU cannot hold the type; else NULL
    uint8_t *classes;
    float *levels;    // all reduced levels of the band, one after the other
    struct loader_band band;
};

struct loader {
    struct loader_request request;
    char *name, *mask_path;
    struct cancel cancel;
    pthread_t threads[MAX_THREADS];
    int thread_count;

    // Set by the first worker before `opened` is, constant afterwards.
    struct frame_info info;
    struct image_file *file;
    struct mask *mask;
    int levels;
    int64_t band_rows, band_count;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    // -- protected by lock --
    bool opened, open_failed;
    int64_t next_band, taken_bands;
    int running;        // workers that have not ended
    struct slot slots[MAX_SLOTS];
    int slot_count;
    struct taps_result result;
    struct error error, mask_error, loss;
    int64_t lost_pixels, failed_bands;
};

enum sample_type loader_storage_type(enum sample_type type)
{
    switch (type) {
    case SAMPLE_F16:
    case SAMPLE_F64:
    case SAMPLE_U64:
    case SAMPLE_I64:
        return SAMPLE_F32;
    default:
        return type;
    }
}

static void wake_consumer(struct loader *loader)
{
    if (loader->request.wake)
        loader->request.wake(loader->request.wake_context);
}

// --- opening ---

// Rows per band: a multiple of REDUCE_BAND_ROWS of about BAND_TARGET_BYTES, and of whole chunks of the file so that none
// is decoded twice; where the two do not go together, several chunks, so that few are.
static int64_t choose_band_rows(const struct frame_info *info)
{
    const size_t row_bytes = (size_t)info->width * sample_traits(info->type)->bytes;
    int64_t rows = int64_max(REDUCE_BAND_ROWS, (int64_t)(BAND_TARGET_BYTES / row_bytes) / REDUCE_BAND_ROWS *
                                                   REDUCE_BAND_ROWS);
    rows = int64_min(rows, 8 * REDUCE_BAND_ROWS);
    const int64_t chunk = info->chunk_height;
    if (chunk > 16 && rows % chunk != 0 && !info->sequential) {
        int64_t common = chunk;
        while (common % REDUCE_BAND_ROWS != 0 && common < 8 * REDUCE_BAND_ROWS)
            common += chunk;
        rows = common % REDUCE_BAND_ROWS == 0 ? common : int64_round_up(4 * chunk, REDUCE_BAND_ROWS);
    }
    return int64_min(rows, int64_round_up(info->height, REDUCE_BAND_ROWS));
}

// Uses the mask handed over if it fits, else a new one. Class bits of an earlier frame are cleared.
static enum status prepare_mask(struct loader *loader, struct error *error)
{
    struct mask *mask = loader->request.mask;
    if (mask && mask->width == loader->info.width && mask->height == loader->info.height) {
        mask_clear(mask, MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) | MASK_BIT(MASK_HOT) | MASK_BIT(MASK_SATURATED));
        loader->mask = mask;
        loader->request.mask = NULL;
    } else {
        enum status status = mask_create(loader->info.width, loader->info.height, &loader->mask, error);
        if (status)
            return status;
    }
    if (loader->mask_path)
        mask_file_load(loader->mask_path, loader->mask, &loader->mask_error);
    return STATUS_OK;
}

static enum status open_frame(struct loader *loader, struct error *error)
{
    enum status status = STATUS_OK;
    if (!loader->file)
        status = source_open_name(loader->name, loader->request.channel, &loader->file, error);
    if (!status)
        status = image_file_info(loader->file, loader->request.frame, &loader->info, error);
    if (status)
        return status;
    size_t bytes;
    if (!frame_bytes(&loader->info, &bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: %lld x %lld pixels are more than can be addressed",
                         loader->file->path, (long long)loader->info.width, (long long)loader->info.height);
    status = prepare_mask(loader, error);
    if (status)
        return status;
    loader->levels = reduce_level_count(loader->info.width, loader->info.height);
    loader->band_rows = choose_band_rows(&loader->info);
    loader->band_count = int64_ceil_div(loader->info.height, loader->band_rows);
    return STATUS_OK;
}

// --- buffers ---

static size_t level_values(const struct loader *loader)
{
    size_t total = 0;
    for (int level = 1; level <= loader->levels; level++)
        total += (size_t)reduce_side(loader->info.width, level) * (size_t)reduce_side(loader->band_rows, level);
    return total;
}

static bool slot_allocate(const struct loader *loader, struct slot *slot)
{
    const struct frame_info *info = &loader->info;
    const bool converts = loader_storage_type(info->type) != info->type;
    size_t raw_bytes, pixels;
    if (!size_of_plane(info->width, loader->band_rows, sample_traits(info->type)->bytes, &raw_bytes) ||
        !size_of_plane(info->width, loader->band_rows, 1, &pixels))
        return false;
    slot->raw = malloc(raw_bytes);
    slot->converted = converts ? malloc(pixels * sizeof(float)) : NULL;
    slot->classes = calloc(pixels, 1);
    slot->levels = malloc(level_values(loader) * sizeof(float) + 1);
    return slot->raw && slot->classes && slot->levels && (slot->converted || !converts);
}

static void slot_free(struct slot *slot)
{
    free(slot->raw);
    free(slot->converted);
    free(slot->classes);
    free(slot->levels);
    *slot = (struct slot){0};
}

// A free slot's index, allocating up to one more than there are threads; -1 when cancelled or out of memory. Waits for
// the consumer when all are in use. Called and returns with the lock held.
static int slot_acquire(struct loader *loader)
{
    while (!cancel_requested(&loader->cancel)) {
        for (int i = 0; i < loader->slot_count; i++) {
            if (loader->slots[i].state == SLOT_FREE) {
                loader->slots[i].state = SLOT_FILLING;
                return i;
            }
        }
        if (loader->slot_count < loader->thread_count + 1) {
            struct slot *slot = &loader->slots[loader->slot_count];
            if (slot_allocate(loader, slot)) {
                slot->state = SLOT_FILLING;
                return loader->slot_count++;
            }
            slot_free(slot);
            if (loader->slot_count == 0) {
                error_set(&loader->error, STATUS_NO_MEMORY, "%s: not enough memory to decode the frame",
                          loader->file->path);
                return -1;
            }
        }
        pthread_cond_wait(&loader->changed, &loader->lock);
    }
    return -1;
}

// --- one band ---

// Marks a band that could not be decoded at all: 0 or NaN, every pixel bad.
static void fill_lost(const struct loader *loader, struct slot *slot, int64_t rows)
{
    const struct sample_traits *traits = sample_traits(loader->info.type);
    const size_t pixels = (size_t)loader->info.width * (size_t)rows;
    memset(slot->raw, traits->is_float ? 0xFF : 0, pixels * traits->bytes); // all ones is a NaN in every float type
    memset(slot->classes, MASK_BIT(MASK_BAD), pixels);
}

static void note_loss(struct loader *loader, const struct error *loss, int64_t pixels)
{
    pthread_mutex_lock(&loader->lock);
    if (loader->lost_pixels == 0)
        loader->loss = *loss;
    loader->lost_pixels += pixels;
    pthread_mutex_unlock(&loader->lock);
}

// Decodes into the slot and adds the classes found to the mask. Returns false if the whole band is lost.
static bool decode_band(struct loader *loader, struct image_file *file, struct slot *slot, int64_t y, int64_t rows)
{
    const struct rect rect = {0, y, loader->info.width, rows};
    const struct decode_request request = {.frame = loader->request.frame,
                                           .rect = rect,
                                           .pixels = slot->raw,
                                           .stride = (size_t)rect.width * sample_traits(loader->info.type)->bytes,
                                           .classes = slot->classes,
                                           .cancel = &loader->cancel};
    struct decode_report report = {0};
    struct error error = {0};
    bool good = image_file_decode(file, &request, &report, &error) == STATUS_OK;
    if (!good && cancel_requested(&loader->cancel))
        return false;
    if (!good) {
        fill_lost(loader, slot, rows);
        note_loss(loader, &error, rect.width * rows);
        report.any_class = true;
    } else if (report.lost_pixels > 0) {
        note_loss(loader, &report.first_loss, report.lost_pixels);
    }
    if (report.any_class)
        mask_write(loader->mask, rect, slot->classes, (size_t)rect.width,
                   (uint8_t)~(MASK_BIT(MASK_USER) | MASK_BIT(MASK_FILE) | MASK_BIT(MASK_USER_2) |
                              MASK_BIT(MASK_USER_3)));
    return good;
}

// Runs the taps with the whole mask of the band, and adds what they class.
static bool tap_band(struct loader *loader, struct taps *taps, struct slot *slot, int64_t y, int64_t rows)
{
    const struct rect rect = {0, y, loader->info.width, rows};
    const struct band band = {.y = y,
                              .rows = rows,
                              .width = rect.width,
                              .type = loader->info.type,
                              .pixels = slot->raw,
                              .stride = (size_t)rect.width * sample_traits(loader->info.type)->bytes};
    bool masked = mask_read(loader->mask, rect, slot->classes, (size_t)rect.width);
    bool classed = false;
    taps_band(taps, &band, slot->classes, &classed);
    if (classed)
        mask_write(loader->mask, rect, slot->classes, (size_t)rect.width, MASK_BIT(MASK_GAP));
    if (masked || classed)
        memset(slot->classes, 0, (size_t)rect.width * (size_t)rows);
    return masked || classed;
}

static void publish_band(struct loader *loader, const struct taps *taps, struct slot *slot, int64_t y, int64_t rows,
                         bool any_mask)
{
    struct loader_band *band = &slot->band;
    *band = (struct loader_band){.y = y, .rows = rows, .any_mask = any_mask, .levels = loader->levels};
    band->pixels = slot->raw;
    if (slot->converted) {
        sample_row_to_float(loader->info.type, slot->raw, (size_t)loader->info.width * (size_t)rows, slot->converted);
        band->pixels = slot->converted;
    }
    float *at = slot->levels;
    for (int level = 1; level <= loader->levels; level++) {
        const float *values = reducer_level(taps_reducer(taps), level, &band->level_rows[level]);
        const size_t count = (size_t)(reduce_side(loader->info.width, level) * band->level_rows[level]);
        memcpy(at, values, count * sizeof *at);
        band->level[level] = at;
        at += count;
    }
    pthread_mutex_lock(&loader->lock);
    band->slot = (int)(slot - loader->slots);
    slot->state = SLOT_READY;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    wake_consumer(loader);
}

// --- workers ---

static void drain(struct loader *loader, struct taps *taps)
{
    pthread_mutex_lock(&loader->lock);
    taps_drain(taps, &loader->result);
    pthread_mutex_unlock(&loader->lock);
}

// Takes a slot and the number of the next band; false when there is nothing (more) to do.
static bool next_work(struct loader *loader, int *slot, int64_t *band)
{
    bool found = false;
    pthread_mutex_lock(&loader->lock);
    if (loader->next_band < loader->band_count) {
        *slot = slot_acquire(loader);
        if (*slot >= 0 && loader->next_band < loader->band_count) {
            *band = loader->next_band++;
            found = true;
        } else if (*slot >= 0) {
            loader->slots[*slot].state = SLOT_FREE;
            pthread_cond_broadcast(&loader->changed);
        }
    }
    pthread_mutex_unlock(&loader->lock);
    return found;
}

static void decode_bands(struct loader *loader, struct image_file *file, struct taps *taps)
{
    int slot_index;
    int64_t band;
    for (int since_drain = 0; next_work(loader, &slot_index, &band);) {
        struct slot *slot = &loader->slots[slot_index];
        const int64_t y = band * loader->band_rows;
        const int64_t rows = int64_min(loader->band_rows, loader->info.height - y);
        if (!decode_band(loader, file, slot, y, rows)) {
            if (cancel_requested(&loader->cancel))
                return;
            pthread_mutex_lock(&loader->lock);
            loader->failed_bands++;
            pthread_mutex_unlock(&loader->lock);
        }
        bool any_mask = tap_band(loader, taps, slot, y, rows);
        if (band == 0 || ++since_drain >= DRAIN_EVERY) {
            drain(loader, taps);
            since_drain = 0;
        }
        publish_band(loader, taps, slot, y, rows, any_mask);
    }
    drain(loader, taps);
}

// Work of every thread once the frame is open: on a handle of its own, the first thread on the original.
static void work(struct loader *loader, struct image_file *file)
{
    struct taps *taps = NULL;
    struct error error = {0};
    if (taps_create(&loader->info, loader->band_rows, loader->levels, loader->request.reduce, &taps, &error)) {
        pthread_mutex_lock(&loader->lock);
        if (!loader->error.status)
            loader->error = error;
        pthread_mutex_unlock(&loader->lock);
        return;
    }
    decode_bands(loader, file, taps);
    taps_destroy(&taps);
}

static void end_worker(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    loader->running--;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    wake_consumer(loader);
}

static void *helper_thread(void *argument)
{
    struct loader *loader = argument;
    struct image_file *file = NULL;
    // A handle that cannot be had is no fault of the picture: the other threads do the work.
    if (image_file_clone(loader->file, &file, NULL) == STATUS_OK) {
        work(loader, file);
        image_file_close(&file);
    }
    end_worker(loader);
    return NULL;
}

static void start_helpers(struct loader *loader)
{
    int wanted = loader->request.threads;
    if (wanted <= 0)
        wanted = (int)sysconf(_SC_NPROCESSORS_ONLN);
    wanted = (int)int64_clamp(wanted, 1, int64_min(MAX_THREADS, loader->band_count));
    if (loader->info.sequential)
        wanted = 1;
    for (int i = 1; i < wanted; i++) {
        pthread_mutex_lock(&loader->lock);
        loader->running++;
        bool started = pthread_create(&loader->threads[loader->thread_count], NULL, helper_thread, loader) == 0;
        if (started)
            loader->thread_count++;
        else
            loader->running--;
        pthread_mutex_unlock(&loader->lock);
    }
}

static void *first_thread(void *argument)
{
    struct loader *loader = argument;
    struct error error = {0};
    enum status status = open_frame(loader, &error);
    pthread_mutex_lock(&loader->lock);
    loader->opened = status == STATUS_OK;
    loader->open_failed = status != STATUS_OK;
    if (status)
        loader->error = error;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    wake_consumer(loader);
    if (!status) {
        start_helpers(loader);
        work(loader, loader->file);
    }
    end_worker(loader);
    return NULL;
}

// --- the consumer's side ---

struct loader *loader_start(const struct loader_request *request)
{
    struct loader *loader = must_alloc(sizeof *loader);
    loader->request = *request;
    loader->name = request->name ? must_copy(request->name) : NULL;
    loader->mask_path = request->mask_path ? must_copy(request->mask_path) : NULL;
    loader->file = request->file;
    pthread_mutex_init(&loader->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&loader->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_lock(&loader->lock);
    loader->thread_count = 1;
    loader->running = 1;
    if (pthread_create(&loader->threads[0], NULL, first_thread, loader) != 0) {
        loader->thread_count = 0;
        loader->running = 0;
        loader->open_failed = true;
        error_set(&loader->error, STATUS_NO_MEMORY, "no thread can be started for loading");
    }
    pthread_mutex_unlock(&loader->lock);
    return loader;
}

bool loader_info(struct loader *loader, struct frame_info *info)
{
    pthread_mutex_lock(&loader->lock);
    bool known = loader->opened;
    if (known)
        *info = loader->info;
    pthread_mutex_unlock(&loader->lock);
    return known;
}

static struct timespec deadline_after(int wait_ms)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    int64_t ns = time.tv_nsec + (int64_t)wait_ms * 1000000;
    time.tv_sec += ns / 1000000000;
    time.tv_nsec = ns % 1000000000;
    return time;
}

void loader_wait(struct loader *loader, int wait_ms)
{
    const struct timespec deadline = deadline_after(wait_ms);
    pthread_mutex_lock(&loader->lock);
    while (!loader->opened && !loader->open_failed && loader->running > 0) {
        if (pthread_cond_timedwait(&loader->changed, &loader->lock, &deadline) == ETIMEDOUT)
            break;
    }
    pthread_mutex_unlock(&loader->lock);
}

static struct slot *lowest_ready(struct loader *loader)
{
    struct slot *best = NULL;
    for (int i = 0; i < loader->slot_count; i++) {
        struct slot *slot = &loader->slots[i];
        if (slot->state == SLOT_READY && (!best || slot->band.y < best->band.y))
            best = slot;
    }
    return best;
}

bool loader_take(struct loader *loader, int wait_ms, struct loader_band *band)
{
    const struct timespec deadline = deadline_after(wait_ms);
    pthread_mutex_lock(&loader->lock);
    struct slot *slot;
    while (!(slot = lowest_ready(loader)) && loader->running > 0 && wait_ms > 0) {
        if (pthread_cond_timedwait(&loader->changed, &loader->lock, &deadline) == ETIMEDOUT)
            break;
    }
    slot = lowest_ready(loader);
    if (slot) {
        slot->state = SLOT_TAKEN;
        *band = slot->band;
        loader->taken_bands++;
    }
    pthread_mutex_unlock(&loader->lock);
    return slot != NULL;
}

void loader_give_back(struct loader *loader, const struct loader_band *band)
{
    pthread_mutex_lock(&loader->lock);
    loader->slots[band->slot].state = SLOT_FREE;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
}

bool loader_done(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    bool waiting = false;
    for (int i = 0; i < loader->slot_count; i++)
        waiting |= loader->slots[i].state == SLOT_READY || loader->slots[i].state == SLOT_TAKEN;
    bool done = loader->running == 0 && (!waiting || cancel_requested(&loader->cancel));
    pthread_mutex_unlock(&loader->lock);
    return done;
}

double loader_progress(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    double progress = loader->opened ? (double)loader->taken_bands / (double)loader->band_count : 0;
    pthread_mutex_unlock(&loader->lock);
    return progress;
}

bool loader_limits(struct loader *loader, const struct limits_rule *rule, struct limits *limits)
{
    pthread_mutex_lock(&loader->lock);
    bool known = loader->result.histogram && loader->result.statistics.valid > 0;
    if (known)
        *limits = limits_compute(rule, loader->result.histogram, &loader->result.statistics, &loader->result.sample);
    pthread_mutex_unlock(&loader->lock);
    return known;
}

struct histogram *loader_histogram(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    struct histogram *copy = loader->result.histogram ? histogram_copy(loader->result.histogram) : NULL;
    pthread_mutex_unlock(&loader->lock);
    return copy;
}

const struct mask *loader_mask(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    const struct mask *mask = loader->opened ? loader->mask : NULL;
    pthread_mutex_unlock(&loader->lock);
    return mask;
}

void loader_cancel(struct loader *loader)
{
    cancel_request(&loader->cancel);
    pthread_mutex_lock(&loader->lock);
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
}

static void conclude(struct loader *loader, struct loader_outcome *outcome)
{
    *outcome = (struct loader_outcome){.error = loader->error,
                                       .mask_error = loader->mask_error,
                                       .loss = loader->loss,
                                       .lost_pixels = loader->lost_pixels,
                                       .taps = loader->result,
                                       .mask = loader->mask ? loader->mask : loader->request.mask,
                                       .file = loader->file};
    if (!loader->mask)
        loader->request.mask = NULL; // handed back unused, so that what the user drew is not lost
    outcome->status = loader->error.status;
    if (!outcome->status && cancel_requested(&loader->cancel))
        outcome->status = error_set(&outcome->error, STATUS_CANCELLED, "loading was cancelled");
    else if (!outcome->status && loader->failed_bands == loader->band_count) {
        outcome->error = loader->loss;
        outcome->status = loader->loss.status;
    }
}

void loader_finish(struct loader **loader, struct loader_outcome *outcome)
{
    struct loader *old = *loader;
    if (!loader_done(old))
        loader_cancel(old);
    // Helpers are started by the first thread, so their number is final once that has ended.
    if (old->thread_count > 0)
        pthread_join(old->threads[0], NULL);
    for (int i = 1; i < old->thread_count; i++)
        pthread_join(old->threads[i], NULL);
    conclude(old, outcome);
    for (int i = 0; i < old->slot_count; i++)
        slot_free(&old->slots[i]);
    mask_destroy(&old->request.mask);
    free(old->name);
    free(old->mask_path);
    pthread_cond_destroy(&old->changed);
    pthread_mutex_destroy(&old->lock);
    free(old);
    *loader = NULL;
}

void loader_outcome_free(struct loader_outcome *outcome)
{
    taps_result_free(&outcome->taps);
    mask_destroy(&outcome->mask);
    image_file_close(&outcome->file);
}
