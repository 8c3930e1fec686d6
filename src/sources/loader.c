// SPDX-License-Identifier: MIT
// The consumer's side of loading: the job that opens the frame, the hand-over of bands, and the end.
#include "base/clock.h"
#include "base/size.h"
#include "sources/loader_internal.h"

#include <stdlib.h>

// Fewer lanes are used where their buffers would take more than this.
enum { BUFFERS_MAX_BYTES = 96 << 20 };

void loader_wake(const struct loader *loader)
{
    if (!loader->request.quiet && !loader->abandoned)
        jobs_wake(loader->request.jobs);
}

// --- the end ---

// The status of the whole, and its sentence. Called when all jobs have ended.
static enum status conclude(struct loader *loader, struct error *error)
{
    *error = loader->found.error;
    if (loader->found.error.status)
        return loader->found.error.status;
    if (cancel_requested(&loader->cancel) && loader->progress.taken < loader->plan.bands)
        return error_set(error, STATUS_CANCELLED, "loading was cancelled");
    if (loader->progress.published < loader->plan.bands)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory to decode the frame",
                         loader->file ? loader->file->path : loader->name);
    if (loader->found.failed_bands == loader->plan.bands)
        *error = loader->found.loss;
    return error->status;
}

static void hand_over(struct loader *loader, struct loader_outcome *outcome)
{
    *outcome = (struct loader_outcome){.mask_error = loader->found.mask_error,
                                       .loss = loader->found.loss,
                                       .lost_pixels = loader->found.lost_pixels,
                                       .taps = loader->found.taps,
                                       .classes = loader->masks.classes,
                                       .file_layer = loader->masks.file_layer,
                                       .buffers = loader->slots ? loader->slots : loader->request.buffers,
                                       .file = loader->file,
                                       .frame = loader->request.frame,
                                       .identity = loader->identity,
                                       .unchanged = loader->unchanged};
    for (int i = 0; i < loader->lane_count; i++)
        handle_close_later(&loader->lanes[i].clone, loader->request.jobs);
    for (int i = 0; loader->slots && i < loader->slots->count; i++)
        loader->slots->slots[i].state = SLOT_FREE;
    outcome->status = conclude(loader, &outcome->error);
}

static void free_loader(struct loader *loader)
{
    free(loader->name);
    free(loader->mask_path);
    source_destroy(&loader->source);
    handle_release(&loader->request.handle);
    mask_destroy(&loader->masks.user);
    monitor_finish(&loader->monitor);
    free(loader);
}

void loader_close_file(struct loader *loader)
{
    if (loader->request.closes_file)
        image_file_close(&loader->file);
}

void loader_release(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    const bool last = --loader->references == 0;
    const bool abandoned = loader->abandoned;
    monitor_leave(&loader->monitor);
    if (!last)
        return;
    if (abandoned) {
        struct loader_outcome outcome;
        hand_over(loader, &outcome);
        loader_outcome_free(&outcome);
    }
    free_loader(loader);
}

// --- opening ---

static int choose_lanes(const struct loader *loader)
{
    int64_t wanted = loader->request.threads;
    if (wanted <= 0)
        wanted = jobs_threads(loader->request.jobs);
    if (loader->info.sequential) // one decodes while the other computes
        wanted = int64_min(wanted, 2);
    wanted = int64_min(wanted, int64_ceil_div(loader->plan.bands, loader->plan.run));
    // A slot, classes, raw samples and the levels being made.
    const int64_t bytes =
        (int64_t)(loader->plan.pixels_bytes + 2 * loader->plan.levels_bytes + loader->plan.classes_bytes);
    wanted = int64_min(wanted, BUFFERS_MAX_BYTES / int64_max(bytes, 1));
    return (int)int64_clamp(wanted, 1, LOADER_MAX_LANES);
}

// The first lane has the file as it is, and so have all where the frame is one stream; the others have
// clones, made while nobody decodes yet. A lane that gets none leaves the work to the others.
static void prepare_lanes(struct loader *loader)
{
    loader->lane_count = choose_lanes(loader);
    for (int i = 0; i < loader->lane_count; i++) {
        struct lane *lane = &loader->lanes[i];
        lane->loader = loader;
        lane->file = loader->file;
        lane->memory = &loader->slots->lanes[i];
        if (i == 0 || loader->info.sequential)
            continue;
        lane->ended = image_file_clone(loader->file, &lane->clone, NULL) != STATUS_OK;
        lane->file = lane->clone;
    }
}

static void end_opening(struct loader *loader, enum status status, const struct error *error)
{
    monitor_enter(&loader->monitor);
    loader->active--;
    loader->opened = status == STATUS_OK;
    loader->open_failed = status != STATUS_OK;
    if (status)
        loader->found.error = *error;
    loader_dispatch(loader);
    loader_wake(loader);
    monitor_notify(&loader->monitor);
    monitor_leave(&loader->monitor);
}

static void run_opening(void *work, struct cancel *cancel)
{
    (void)cancel; // the loader has one for all its jobs
    struct loader *loader = work;
    struct error error = {0};
    const enum status status = loader_open_frame(loader, &error);
    if (status)
        loader_close_file(loader);
    else
        prepare_lanes(loader);
    end_opening(loader, status, &error);
}

static void discard_opening(void *work)
{
    struct loader *loader = work;
    monitor_enter(&loader->monitor);
    const bool begun = loader->opened || loader->open_failed;
    monitor_leave(&loader->monitor);
    struct error error = {0};
    if (!begun)
        end_opening(loader, error_set(&error, STATUS_CANCELLED, "loading was cancelled"), &error);
    loader_release(loader);
}

// --- the consumer ---

struct loader *loader_start(const struct loader_request *request)
{
    struct loader *loader = must_alloc(sizeof *loader);
    loader->request = *request;
    loader->name = request->name ? must_copy(request->name) : NULL;
    loader->mask_path = request->mask_path ? must_copy(request->mask_path) : NULL;
    loader->file = request->file;
    loader->masks.user = request->user;
    loader->source = source_share(request->source);
    handle_share(request->handle);
    loader->references = 2;
    loader->active = 1;
    monitor_init(&loader->monitor);
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = request->priority,
                                    .owner = loader,
                                    .run = run_opening,
                                    .discard = discard_opening,
                                    .work = loader};
    jobs_start(request->jobs, &job);
    return loader;
}

bool loader_info(struct loader *loader, struct frame_info *info)
{
    monitor_enter(&loader->monitor);
    const bool known = loader->opened;
    if (known)
        *info = loader->info;
    monitor_leave(&loader->monitor);
    return known;
}

void loader_detector(struct loader *loader, struct detector_info *detector)
{
    detector_info_clear(detector);
    monitor_enter(&loader->monitor);
    if (loader->opened)
        *detector = loader->detector;
    monitor_leave(&loader->monitor);
}

bool loader_has_failed(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    const bool failed = loader->open_failed;
    monitor_leave(&loader->monitor);
    return failed;
}

void loader_want(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    loader->request.priority = JOB_VISIBLE;
    loader->request.quiet = false;
    monitor_leave(&loader->monitor);
    jobs_prioritise(loader->request.jobs, loader, JOB_VISIBLE);
}

void loader_wait(struct loader *loader, int wait_ms)
{
    const int64_t deadline = monitor_deadline(wait_ms);
    monitor_enter(&loader->monitor);
    while (!loader->opened && !loader->open_failed && monitor_wait_until(&loader->monitor, deadline))
        continue;
    monitor_leave(&loader->monitor);
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

bool loader_take(struct loader *loader, int wait_ms, struct loaded_band *band)
{
    const int64_t deadline = monitor_deadline(wait_ms);
    monitor_enter(&loader->monitor);
    while (!lowest_ready(loader) && loader->active > 0 && wait_ms > 0 &&
           monitor_wait_until(&loader->monitor, deadline))
        continue;
    struct loader_slot *slot = lowest_ready(loader);
    if (slot) {
        slot->state = SLOT_TAKEN;
        *band = slot->band;
        loader->progress.taken++;
    }
    monitor_leave(&loader->monitor);
    return slot != NULL;
}

void loader_give_back(struct loader *loader, const struct loaded_band *band)
{
    monitor_enter(&loader->monitor);
    loader->slots->slots[band->slot].state = SLOT_FREE;
    loader_dispatch(loader);
    monitor_leave(&loader->monitor);
}

bool loader_done(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    bool waiting = false; // FILLING ones count only while their job runs: a cancelled one leaves it so
    for (int i = 0; loader->opened && i < loader->slots->count; i++)
        waiting |= loader->slots->slots[i].state == SLOT_READY || loader->slots->slots[i].state == SLOT_TAKEN;
    bool done = loader->active == 0 && (!waiting || cancel_requested(&loader->cancel));
    monitor_leave(&loader->monitor);
    return done;
}

double loader_progress(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    double progress = loader->opened ? (double)loader->progress.taken / (double)loader->plan.bands : 0;
    monitor_leave(&loader->monitor);
    return progress;
}

bool loader_limits(struct loader *loader, const struct limits_rule *rule, struct limits *limits)
{
    monitor_enter(&loader->monitor);
    loader->drain_serial++;
    bool known = loader->found.taps.histogram && loader->found.taps.statistics.valid > 0;
    if (known)
        *limits = limits_compute(rule, loader->found.taps.histogram, &loader->found.taps.statistics,
                                 &loader->found.taps.sample);
    monitor_leave(&loader->monitor);
    return known;
}

struct histogram *loader_histogram(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    loader->drain_serial++;
    struct histogram *copy =
        loader->found.taps.histogram ? histogram_copy(loader->found.taps.histogram) : NULL;
    monitor_leave(&loader->monitor);
    return copy;
}

const struct mask *loader_classes(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    const struct mask *classes = loader->opened ? loader->masks.classes : NULL;
    monitor_leave(&loader->monitor);
    return classes;
}

const struct mask *loader_file_layer(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    const struct mask *layer = loader->opened ? loader->masks.file_layer : NULL;
    monitor_leave(&loader->monitor);
    return layer;
}

struct file_identity loader_identity(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    const struct file_identity identity = loader->identity;
    monitor_leave(&loader->monitor);
    return identity;
}

bool loader_was_unchanged(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    const bool unchanged = loader->unchanged;
    monitor_leave(&loader->monitor);
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
    monitor_enter(&loader->monitor);
    monitor_notify(&loader->monitor);
    monitor_leave(&loader->monitor);
}

static void stop(struct loader *loader)
{
    if (loader_done(loader))
        return;
    loader_cancel(loader);
    jobs_withdraw(loader->request.jobs, loader);
}

static void conclude_load(struct loader **address, struct loader_outcome *outcome)
{
    hand_over(*address, outcome);
    loader_release(*address);
    *address = NULL;
}

void loader_finish(struct loader **address, struct loader_outcome *outcome)
{
    struct loader *loader = *address;
    stop(loader);
    monitor_enter(&loader->monitor);
    while (loader->active > 0)
        monitor_wait(&loader->monitor);
    monitor_leave(&loader->monitor);
    conclude_load(address, outcome);
}

bool loader_try_finish(struct loader **address, struct loader_outcome *outcome)
{
    struct loader *loader = *address;
    stop(loader);
    monitor_enter(&loader->monitor);
    const bool ended = loader->active == 0;
    monitor_leave(&loader->monitor);
    if (ended)
        conclude_load(address, outcome);
    return ended;
}

void loader_leave(struct loader *loader)
{
    loader_cancel(loader);
    monitor_enter(&loader->monitor);
    loader->request.quiet = true;
    monitor_leave(&loader->monitor);
    jobs_abandon(loader->request.jobs, loader);
}

static void discard_reference(void *work)
{
    loader_release(work);
}

void loader_abandon(struct loader **address)
{
    struct loader *loader = *address;
    loader_leave(loader);
    monitor_enter(&loader->monitor);
    loader->abandoned = true;
    monitor_leave(&loader->monitor);
    // A file may be slow to close too: not on this thread.
    jobs_discard(loader->request.jobs, discard_reference, loader);
    *address = NULL;
}

void loader_outcome_free(struct loader_outcome *outcome)
{
    taps_result_free(&outcome->taps);
    mask_destroy(&outcome->classes);
    mask_destroy(&outcome->file_layer);
    loader_buffers_destroy(&outcome->buffers);
    image_file_close(&outcome->file);
}
