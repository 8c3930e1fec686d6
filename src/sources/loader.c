// SPDX-License-Identifier: MIT
// The worker threads behind loading, and the hand-over of bands.
//
// One lock guards all shared state. A slot is a set of buffers for one band; it is free, being filled by a
// worker, ready, or taken by the consumer. Workers wait for free slots, the consumer for ready ones. What the
// consumer does not need of a band (samples before conversion, classes) is in the worker's own memory, so
// that slots are small.
#include "sources/loader_internal.h"

#include "base/size.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Fewer threads are used where their buffers would take more than this.
enum { BUFFERS_MAX_BYTES = 96 << 20 };

// Workers write the mask at the same time, each the rows of its band.
_Static_assert((int)REDUCE_BAND_ROWS % (int)MASK_BLOCK == 0, "bands are whole rows of blocks of the mask");

// What each worker has of its own.
struct worker {
    struct loader *loader;
    struct image_file *file;
    struct taps *taps;
    void *raw; // samples of the file's type where the GPU cannot hold them; else NULL: they go to the slot
    uint8_t *classes;     // a byte per pixel of a band, zero between bands
    int64_t next, end;    // bands it has claimed and not begun
    int64_t drain_serial; // of the last drain that it took part in
};

// With the lock held, so that a consumer that has abandoned the loader is not woken any more.
static void wake_consumer_locked(const struct loader *loader)
{
    if (loader->request.wake)
        loader->request.wake(loader->request.wake_context);
}

static void wake_consumer(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    wake_consumer_locked(loader);
    pthread_mutex_unlock(&loader->lock);
}

// --- buffers ---

static void worker_free(struct worker *worker)
{
    taps_destroy(&worker->taps);
    free(worker->raw);
    free(worker->classes);
}

static bool worker_allocate(struct worker *worker)
{
    const struct loader *loader = worker->loader;
    const enum sample_type type = loader->info.type;
    const bool converts = loader_storage_type(type) != type;
    size_t raw_bytes;
    if (!size_multiply(loader->classes_bytes, sample_traits(type)->bytes, &raw_bytes))
        return false;
    worker->raw = converts ? malloc(raw_bytes) : NULL;
    worker->classes = calloc(loader->classes_bytes, 1);
    return (worker->raw || !converts) && worker->classes &&
           taps_create(&loader->info, loader->band_rows, loader->levels, loader->request.reduce,
                       &worker->taps, NULL) == STATUS_OK;
}

static bool work_is_over(struct loader *loader, const struct worker *worker)
{
    return cancel_requested(&loader->cancel) ||
           (worker->next == worker->end && loader->next_band == loader->band_count);
}

// A free slot, allocating up to one more than there are threads; NULL when there is nothing (more) to do or
// no memory. Waits for the consumer when all are in use. Called and returns with the lock held.
static struct loader_slot *slot_acquire(struct loader *loader, const struct worker *worker)
{
    struct loader_buffers *slots = loader->slots;
    while (!work_is_over(loader, worker)) {
        for (int i = 0; i < slots->count; i++) {
            if (slots->slots[i].state == SLOT_FREE)
                return &slots->slots[i];
        }
        if (slots->count < slots->limit &&
            (loader->request.ahead_bytes > 0 || slots->count < loader->thread_count + 1)) {
            struct loader_slot *slot = &slots->slots[slots->count];
            if (loader_slot_allocate(loader, slot)) {
                slots->count++;
                return slot;
            }
            loader_slot_free(slot);
            if (slots->count == 0)
                return NULL;
        }
        pthread_cond_wait(&loader->changed, &loader->lock);
    }
    return NULL;
}

// --- one band ---

// Marks a band that could not be decoded at all: 0 or NaN, every pixel bad.
static void fill_lost(const struct band *band, uint8_t *classes)
{
    const size_t pixels = (size_t)(band->width * band->rows);
    // All ones is a NaN in every float type.
    memset((void *)(uintptr_t)band->pixels, sample_traits(band->type)->is_float ? 0xFF : 0,
           pixels * sample_traits(band->type)->bytes);
    memset(classes, MASK_BIT(MASK_BAD), pixels);
}

static void note_loss(struct loader *loader, const struct error *loss, int64_t pixels, bool whole_band)
{
    pthread_mutex_lock(&loader->lock);
    if (loader->lost_pixels == 0)
        loader->loss = *loss;
    loader->lost_pixels += pixels;
    loader->failed_bands += whole_band;
    pthread_mutex_unlock(&loader->lock);
}

// The layers that are found anew in each frame.
static uint8_t class_bits(const struct loader *loader)
{
    return (uint8_t)(MASK_CLASS_BITS & ~loader->request.owned_layers);
}

// Decodes the band and adds the classes found to the mask. Returns false if it was cancelled; a band that is
// lost for another reason is filled and noted.
static bool decode_band(struct worker *worker, const struct band *band)
{
    struct loader *loader = worker->loader;
    const struct rect rect = {0, band->y, band->width, band->rows};
    const struct decode_request request = {.frame = loader->request.frame,
                                           .rect = rect,
                                           .pixels = (void *)(uintptr_t)band->pixels,
                                           .stride = band->stride,
                                           .classes = worker->classes,
                                           .cancel = &loader->cancel,
                                           .ignored_classes = loader->request.choice.ignored};
    struct decode_report report = {0};
    struct error error = {0};
    const bool good = image_file_decode(worker->file, &request, &report, &error) == STATUS_OK;
    if (!good && cancel_requested(&loader->cancel))
        return false;
    if (!good) {
        fill_lost(band, worker->classes);
        note_loss(loader, &error, rect.width * rect.height, true);
        report.any_class = true;
    } else if (report.lost_pixels > 0) {
        note_loss(loader, &report.first_loss, report.lost_pixels, false);
    }
    if (report.any_class)
        mask_write(loader->mask, rect, worker->classes, (size_t)rect.width, class_bits(loader));
    return true;
}

// Runs the taps with the whole mask of the band, and adds what they class. True if the mask has bits there.
static bool tap_band(struct worker *worker, const struct band *band)
{
    struct mask *mask = worker->loader->mask;
    const struct rect rect = {0, band->y, band->width, band->rows};
    const bool masked = mask_read(mask, rect, worker->classes, (size_t)rect.width);
    // Of the frame's own classes what shall count is not in the mask; the user's layers stay there.
    const uint8_t counted = worker->loader->request.choice.ignored & ~class_bits(worker->loader);
    for (int64_t i = 0; masked && counted && i < rect.width * rect.height; i++)
        worker->classes[i] &= (uint8_t)~counted;
    bool classed = false;
    taps_band(worker->taps, band, worker->classes, &classed);
    if (classed)
        mask_write(mask, rect, worker->classes, (size_t)rect.width, class_bits(worker->loader));
    if (masked || classed)
        memset(worker->classes, 0, (size_t)(rect.width * rect.height));
    return masked || classed;
}

static void publish_band(struct worker *worker, struct loader_slot *slot, const struct band *from,
                         bool any_mask)
{
    struct loader *loader = worker->loader;
    struct loader_band *band = &slot->band;
    *band = (struct loader_band){.y = from->y,
                                 .rows = from->rows,
                                 .pixels = slot->pixels,
                                 .any_mask = any_mask,
                                 .levels = loader->levels};
    if (worker->raw)
        value_map_row_to_float(&loader->info.map, from->type, worker->raw, (size_t)(from->width * from->rows),
                               slot->pixels);
    float *at = slot->levels;
    for (int level = 1; level <= loader->levels; level++) {
        const float *values = reducer_level(taps_reducer(worker->taps), level, &band->level_rows[level]);
        const size_t count = (size_t)(reduce_side(from->width, level) * band->level_rows[level]);
        memcpy(at, values, count * sizeof *at);
        band->level[level] = at;
        at += count;
    }
    pthread_mutex_lock(&loader->lock);
    band->slot = (int)(slot - loader->slots->slots);
    slot->state = SLOT_READY;
    loader->published_bands++;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    wake_consumer(loader);
}

// --- workers ---

// Adds what the worker counted to the whole. That takes about a millisecond, so it is done for the first
// band, when the consumer asked, and at the end.
static void drain(struct worker *worker)
{
    struct loader *loader = worker->loader;
    pthread_mutex_lock(&loader->lock);
    worker->drain_serial = loader->drain_serial;
    taps_drain(worker->taps, &loader->result);
    pthread_mutex_unlock(&loader->lock);
}

static bool drain_is_wanted(const struct worker *worker, int64_t y)
{
    struct loader *loader = worker->loader;
    pthread_mutex_lock(&loader->lock);
    const bool wanted = y == 0 || worker->drain_serial != loader->drain_serial;
    pthread_mutex_unlock(&loader->lock);
    return wanted;
}

// Takes a slot and the next band of the worker's run, or a new run; NULL when there is nothing (more) to do.
static struct loader_slot *next_work(struct worker *worker, int64_t *band)
{
    struct loader *loader = worker->loader;
    pthread_mutex_lock(&loader->lock);
    struct loader_slot *slot = slot_acquire(loader, worker);
    if (slot) {
        if (worker->next == worker->end) {
            worker->next = loader->next_band;
            worker->end = int64_min(worker->next + loader->run_bands, loader->band_count);
            loader->next_band = worker->end;
            if (worker->end == loader->band_count) // those who wait for a slot in vain may go
                pthread_cond_broadcast(&loader->changed);
        }
        *band = worker->next++;
        slot->state = SLOT_FILLING;
    }
    pthread_mutex_unlock(&loader->lock);
    return slot;
}

// Where the frame is one stream, its bands are decoded one after the other on the one handle, while another
// worker is busy with what is computed from the band before: then the stream is held on return.
static struct loader_slot *next_in_order(struct worker *worker, int64_t *band)
{
    struct loader *loader = worker->loader;
    if (!loader->info.sequential)
        return next_work(worker, band);
    pthread_mutex_lock(&loader->stream);
    struct loader_slot *slot = next_work(worker, band);
    if (!slot)
        pthread_mutex_unlock(&loader->stream);
    return slot;
}

static void decode_bands(struct worker *worker)
{
    struct loader *loader = worker->loader;
    const enum sample_type type = loader->info.type;
    struct loader_slot *slot;
    int64_t index;
    while ((slot = next_in_order(worker, &index))) {
        const int64_t y = index * loader->band_rows;
        const struct band band = {.y = y,
                                  .rows = int64_min(loader->band_rows, loader->info.height - y),
                                  .width = loader->info.width,
                                  .type = type,
                                  .pixels = worker->raw ? worker->raw : slot->pixels,
                                  .stride = (size_t)loader->info.width * sample_traits(type)->bytes};
        const bool decoded = decode_band(worker, &band);
        if (loader->info.sequential)
            pthread_mutex_unlock(&loader->stream);
        if (!decoded)
            return;
        const bool any_mask = tap_band(worker, &band);
        if (drain_is_wanted(worker, y))
            drain(worker);
        publish_band(worker, slot, &band, any_mask);
    }
    drain(worker);
}

// Work of every thread once the frame is open: on a handle of its own, the first thread on the original. A
// thread that gets no memory leaves the work to the others; that nobody did it is found at the end.
static void work(struct loader *loader, struct image_file *file)
{
    struct worker worker = {.loader = loader, .file = file};
    if (worker_allocate(&worker))
        decode_bands(&worker);
    worker_free(&worker);
}

// --- the end ---

// The status of the whole, and its sentence. Called when all workers have ended.
static enum status conclude(struct loader *loader, struct error *error)
{
    *error = loader->error;
    if (loader->error.status)
        return loader->error.status;
    if (cancel_requested(&loader->cancel) && loader->taken_bands < loader->band_count)
        return error_set(error, STATUS_CANCELLED, "loading was cancelled");
    if (loader->published_bands < loader->band_count)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory to decode the frame",
                         loader->file ? loader->file->path : loader->name);
    if (loader->failed_bands == loader->band_count)
        *error = loader->loss;
    return error->status;
}

static void hand_over(struct loader *loader, struct loader_outcome *outcome)
{
    struct mask *unused = loader->request.mask;
    *outcome = (struct loader_outcome){.mask_error = loader->mask_error,
                                       .loss = loader->loss,
                                       .lost_pixels = loader->lost_pixels,
                                       .taps = loader->result,
                                       .mask = loader->mask ? loader->mask : unused,
                                       .mask_has_file = loader->mask ? loader->mask_has_file
                                                                     : loader->request.mask_has_file,
                                       .old_mask = loader->mask ? unused : NULL,
                                       .buffers = loader->slots ? loader->slots : loader->request.buffers,
                                       .file = loader->file,
                                       .frame = loader->request.frame};
    for (int i = 0; loader->slots && i < loader->slots->count; i++)
        loader->slots->slots[i].state = SLOT_FREE;
    outcome->status = conclude(loader, &outcome->error);
}

static void free_loader(struct loader *loader)
{
    free(loader->name);
    free(loader->mask_path);
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    pthread_mutex_destroy(&loader->stream);
    free(loader);
}

static void free_all(struct loader *loader)
{
    struct loader_outcome outcome;
    hand_over(loader, &outcome);
    loader_outcome_free(&outcome);
    free_loader(loader);
}

// The last thing that a worker does: the loader may be gone afterwards.
static void end_worker(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    loader->running--;
    pthread_cond_broadcast(&loader->changed);
    wake_consumer_locked(loader);
    const bool left_alone = loader->abandoned && loader->running == 0;
    pthread_mutex_unlock(&loader->lock);
    if (left_alone)
        free_all(loader);
}

static void *helper_thread(void *argument)
{
    struct loader *loader = argument;
    struct image_file *file = NULL;
    // A handle that cannot be had is no fault of the picture: the other threads do the work.
    if (loader->info.sequential)
        work(loader, loader->file);
    else if (image_file_clone(loader->file, &file, NULL) == STATUS_OK)
        work(loader, file);
    image_file_close(&file);
    end_worker(loader);
    return NULL;
}

static int choose_threads(const struct loader *loader)
{
    int64_t wanted = loader->request.threads;
    if (wanted <= 0)
        wanted = sysconf(_SC_NPROCESSORS_ONLN);
    if (loader->info.sequential) // one decodes while the other computes
        wanted = int64_min(wanted, 2);
    wanted = int64_min(wanted, int64_ceil_div(loader->band_count, loader->run_bands));
    // A slot, classes, raw samples and the levels being made.
    const int64_t bytes = (int64_t)(loader->pixels_bytes + 2 * loader->levels_bytes + loader->classes_bytes);
    wanted = int64_min(wanted, BUFFERS_MAX_BYTES / int64_max(bytes, 1));
    return (int)int64_clamp(wanted, 1, LOADER_MAX_THREADS);
}

static void start_helpers(struct loader *loader)
{
    const int wanted = choose_threads(loader);
    pthread_mutex_lock(&loader->lock);
    while (loader->thread_count < wanted && !cancel_requested(&loader->cancel) &&
           pthread_create(&loader->threads[loader->thread_count], NULL, helper_thread, loader) == 0) {
        loader->thread_count++;
        loader->running++;
    }
    pthread_mutex_unlock(&loader->lock);
}

static void *first_thread(void *argument)
{
    struct loader *loader = argument;
    struct error error = {0};
    enum status status = loader_open_frame(loader, &error);
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
    if (loader->request.closes_file)
        image_file_close(&loader->file);
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
    pthread_mutex_init(&loader->stream, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&loader->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_lock(&loader->lock);
    loader->first_started = pthread_create(&loader->threads[0], NULL, first_thread, loader) == 0;
    if (loader->first_started) {
        loader->thread_count = 1;
        loader->running = 1;
    } else {
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

bool loader_has_failed(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    const bool failed = loader->open_failed;
    pthread_mutex_unlock(&loader->lock);
    return failed;
}

void loader_set_wake(struct loader *loader, void (*wake)(void *context), void *wake_context)
{
    pthread_mutex_lock(&loader->lock);
    loader->request.wake = wake;
    loader->request.wake_context = wake_context;
    pthread_mutex_unlock(&loader->lock);
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

static struct loader_slot *lowest_ready(struct loader *loader)
{
    struct loader_slot *best = NULL;
    for (int i = 0; loader->opened && i < loader->slots->count; i++) {
        struct loader_slot *slot = &loader->slots->slots[i];
        if (slot->state == SLOT_READY && (!best || slot->band.y < best->band.y))
            best = slot;
    }
    return best;
}

bool loader_take(struct loader *loader, int wait_ms, struct loader_band *band)
{
    const struct timespec deadline = deadline_after(wait_ms);
    pthread_mutex_lock(&loader->lock);
    while (!lowest_ready(loader) && loader->running > 0 && wait_ms > 0) {
        if (pthread_cond_timedwait(&loader->changed, &loader->lock, &deadline) == ETIMEDOUT)
            break;
    }
    struct loader_slot *slot = lowest_ready(loader);
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
    loader->slots->slots[band->slot].state = SLOT_FREE;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
}

bool loader_done(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    bool waiting = false; // FILLING slots count only while their worker runs: a cancelled one leaves it so
    for (int i = 0; loader->opened && i < loader->slots->count; i++)
        waiting |= loader->slots->slots[i].state == SLOT_READY || loader->slots->slots[i].state == SLOT_TAKEN;
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
    loader->drain_serial++;
    bool known = loader->result.histogram && loader->result.statistics.valid > 0;
    if (known)
        *limits = limits_compute(rule, loader->result.histogram, &loader->result.statistics,
                                 &loader->result.sample);
    pthread_mutex_unlock(&loader->lock);
    return known;
}

struct histogram *loader_histogram(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    loader->drain_serial++;
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

struct file_identity loader_identity(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    const struct file_identity identity = loader->identity;
    pthread_mutex_unlock(&loader->lock);
    return identity;
}

bool loader_was_unchanged(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    const bool unchanged = loader->unchanged;
    pthread_mutex_unlock(&loader->lock);
    return unchanged;
}

enum status loader_status(struct loader *loader)
{
    struct error error;
    return conclude(loader, &error);
}

void loader_cancel(struct loader *loader)
{
    cancel_request(&loader->cancel);
    pthread_mutex_lock(&loader->lock);
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
}

void loader_finish(struct loader **loader, struct loader_outcome *outcome)
{
    struct loader *old = *loader;
    if (!loader_done(old))
        loader_cancel(old);
    // Helpers are started by the first thread, so their number is final once that has ended.
    if (old->first_started)
        pthread_join(old->threads[0], NULL);
    for (int i = 1; i < old->thread_count; i++)
        pthread_join(old->threads[i], NULL);
    hand_over(old, outcome);
    free_loader(old);
    *loader = NULL;
}

void loader_abandon(struct loader **loader)
{
    struct loader *old = *loader;
    assert(!old->request.source); // it may end before the loader does
    loader_cancel(old);
    pthread_mutex_lock(&old->lock);
    for (int i = 0; i < old->thread_count; i++)
        pthread_detach(old->threads[i]);
    old->abandoned = true;
    old->request.wake = NULL;
    const bool ended = old->running == 0;
    pthread_mutex_unlock(&old->lock);
    if (ended)
        free_all(old);
    *loader = NULL;
}

void loader_outcome_free(struct loader_outcome *outcome)
{
    taps_result_free(&outcome->taps);
    mask_destroy(&outcome->mask);
    mask_destroy(&outcome->old_mask);
    loader_buffers_destroy(&outcome->buffers);
    image_file_close(&outcome->file);
}
