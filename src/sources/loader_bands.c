// SPDX-License-Identifier: MIT
// The jobs that decode bands.
//
// One monitor guards all shared state. A slot is a set of buffers for one band; it is free, being filled by a
// lane, ready, or taken by the consumer. A lane gets a job when there is a band for it and a slot to fill,
// and no job ever waits. What the consumer does not need of a band (samples before conversion, classes) is in
// the lane's own memory, so that slots are small.
#include "base/size.h"
#include "sources/loader_internal.h"

#include <stdlib.h>
#include <string.h>

// Lanes write the classes at the same time, each the rows of its band.
_Static_assert((int)REDUCE_BAND_ROWS % (int)MASK_BLOCK == 0, "bands are whole rows of blocks of the mask");

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
    monitor_enter(&loader->monitor);
    if (loader->found.lost_pixels == 0)
        loader->found.loss = *loss;
    loader->found.lost_pixels += pixels;
    loader->found.failed_bands += whole_band;
    monitor_leave(&loader->monitor);
}

// Decodes the band with the classes that the reader tells. Returns false if it was cancelled; a band that is
// lost for another reason is filled and noted. *any_class: there are some.
static bool decode_band(struct lane *lane, const struct band *band, bool *any_class)
{
    struct loader *loader = lane->loader;
    const struct rect rect = {0, band->y, band->width, band->rows};
    const struct decode_request request = {.frame = loader->request.frame,
                                           .rect = rect,
                                           .pixels = (void *)(uintptr_t)band->pixels,
                                           .stride = band->stride,
                                           .classes = lane->memory->classes,
                                           .cancel = &loader->cancel,
                                           .ignored_classes = loader->request.choice.ignored};
    struct decode_report report = {0};
    struct error error = {0};
    const bool good = image_file_decode(lane->file, &request, &report, &error) == STATUS_OK;
    if (!good && cancel_requested(&loader->cancel))
        return false;
    if (!good) {
        fill_lost(band, lane->memory->classes);
        note_loss(loader, &error, rect.width * rect.height, true);
    } else if (report.lost_pixels > 0) {
        note_loss(loader, &report.first_loss, report.lost_pixels, false);
    }
    *any_class = !good || report.any_class;
    return true;
}

// What the user masked in the band, of the layers that do not count: NULL where there is nothing, which is
// found by the table of blocks. *any: the user's layers have bits there, whether they count or not.
static const uint8_t *read_drawn(const struct lane *lane, const struct band *band, bool *any)
{
    const struct loader *loader = lane->loader;
    const struct rect rect = {0, band->y, band->width, band->rows};
    const uint8_t left_out = loader->masks.user_bits & (uint8_t)~loader->request.choice.ignored;
    const bool found = lane->memory->drawn && mask_any(loader->masks.user, rect, 0xff) &&
                       mask_read(loader->masks.user, rect, lane->memory->drawn, (size_t)rect.width);
    for (int64_t i = 0; found && i < rect.width * rect.height; i++)
        lane->memory->drawn[i] &= left_out;
    *any = found;
    return found ? lane->memory->drawn : NULL;
}

// Runs the taps, which add the marks in the samples to the classes, and keeps these. True if anything is
// masked in the band.
static bool tap_band(struct lane *lane, struct band *band, bool any_class)
{
    struct loader *loader = lane->loader;
    const struct rect rect = {0, band->y, band->width, band->rows};
    bool any_drawn;
    band->left_out = read_drawn(lane, band, &any_drawn);
    band->counted_classes = loader->request.owned_layers;
    band->unmarked = !any_class;
    taps_band(lane->memory->taps, band, lane->memory->classes, &any_class);
    if (any_class) {
        mask_write(loader->masks.classes, rect, lane->memory->classes, (size_t)rect.width, MASK_CLASS_BITS);
        memset(lane->memory->classes, 0, (size_t)(rect.width * rect.height));
    }
    return any_class || any_drawn;
}

static void publish_band(const struct lane *lane, const struct band *from, bool any_mask)
{
    struct loader *loader = lane->loader;
    struct loader_slot *slot = lane->slot;
    struct loaded_band *band = &slot->band;
    *band = (struct loaded_band){.y = from->y,
                                 .rows = from->rows,
                                 .pixels = slot->pixels,
                                 .any_mask = any_mask,
                                 .levels = loader->plan.levels};
    if (lane->memory->raw)
        value_map_row_to_float(&loader->info.map, from->type, lane->memory->raw,
                               (size_t)(from->width * from->rows), slot->pixels);
    for (int level = 1; level <= loader->plan.levels; level++)
        band->level[level] = reducer_level(taps_reducer(lane->memory->taps), level, &band->level_rows[level]);
    monitor_enter(&loader->monitor);
    band->slot = (int)(slot - loader->slots->slots);
    slot->state = SLOT_READY;
    loader->progress.published++;
    monitor_notify(&loader->monitor);
    loader_wake(loader);
    monitor_leave(&loader->monitor);
}

// --- lanes ---

void lane_memory_free(struct lane_memory *memory)
{
    taps_destroy(&memory->taps);
    free(memory->raw);
    free(memory->classes);
    free(memory->drawn);
    *memory = (struct lane_memory){0};
}

// Whether what is left of the load before can be used again.
static bool can_reuse(const struct loader *loader, const struct lane_memory *memory, size_t raw_bytes)
{
    return memory->taps && !memory->dirty && memory->pixels == loader->plan.classes_bytes &&
           memory->raw_bytes == raw_bytes && (memory->drawn != NULL) == (loader->masks.user != NULL) &&
           taps_restart(memory->taps, &loader->info, loader->plan.rows, loader->plan.levels,
                        loader->request.reduce);
}

static bool allocate(struct lane *lane)
{
    const struct loader *loader = lane->loader;
    struct lane_memory *memory = lane->memory;
    const enum sample_type type = loader->info.type;
    size_t raw_bytes = 0;
    if (sample_storage_type(type) != type &&
        !size_multiply(loader->plan.classes_bytes, sample_traits(type)->bytes, &raw_bytes))
        return false;
    if (can_reuse(loader, memory, raw_bytes))
        return true;
    lane_memory_free(memory);
    memory->pixels = loader->plan.classes_bytes;
    memory->raw_bytes = raw_bytes;
    memory->raw = raw_bytes > 0 ? malloc(raw_bytes) : NULL;
    memory->classes = calloc(loader->plan.classes_bytes, 1);
    memory->drawn = loader->masks.user ? malloc(loader->plan.classes_bytes) : NULL;
    return (memory->raw || raw_bytes == 0) && memory->classes && (memory->drawn || !loader->masks.user) &&
           taps_create(&loader->info, loader->plan.rows, loader->plan.levels, loader->request.reduce,
                       &memory->taps, NULL) == STATUS_OK;
}

// A lane that has no memory leaves the work to the others; that nobody did it is found at the end.
static void prepare(struct lane *lane)
{
    const bool ready = allocate(lane);
    monitor_enter(&lane->loader->monitor);
    lane->prepared = ready;
    lane->ended = !ready;
    monitor_leave(&lane->loader->monitor);
}

// Adds what the lane counted to the whole. That takes about a millisecond, so it is done for the first band,
// when the consumer asked, and at the end.
static void drain(struct lane *lane)
{
    struct loader *loader = lane->loader;
    monitor_enter(&loader->monitor);
    lane->drain_serial = loader->drain_serial;
    taps_drain(lane->memory->taps, &loader->found.taps);
    lane->memory->dirty = false;
    monitor_leave(&loader->monitor);
}

static bool drain_is_wanted(const struct lane *lane, int64_t y)
{
    struct loader *loader = lane->loader;
    monitor_enter(&loader->monitor);
    const bool wanted = y == 0 || lane->drain_serial != loader->drain_serial;
    monitor_leave(&loader->monitor);
    return wanted;
}

// The stream has been read as far as this band: the next lane may go on.
static void leave_stream(struct loader *loader)
{
    monitor_enter(&loader->monitor);
    loader->stream_busy = false;
    loader_dispatch(loader);
    monitor_leave(&loader->monitor);
}

static void fill_slot(struct lane *lane)
{
    struct loader *loader = lane->loader;
    const enum sample_type type = loader->info.type;
    const int64_t y = lane->band * loader->plan.rows;
    struct band band = {.y = y,
                        .rows = int64_min(loader->plan.rows, loader->info.height - y),
                        .width = loader->info.width,
                        .type = type,
                        .pixels = lane->memory->raw ? lane->memory->raw : lane->slot->pixels,
                        .stride = (size_t)loader->info.width * sample_traits(type)->bytes,
                        .levels = lane->slot->levels};
    bool any_class;
    lane->memory->dirty = true;
    const bool decoded = decode_band(lane, &band, &any_class);
    if (loader->info.sequential)
        leave_stream(loader);
    if (!decoded)
        return;
    const bool any_mask = tap_band(lane, &band, any_class);
    if (drain_is_wanted(lane, y))
        drain(lane);
    publish_band(lane, &band, any_mask);
}

// --- which lane does what ---

// A slot to fill, allocating up to one more than there are lanes; NULL when all are in use or there is no
// memory.
static struct loader_slot *acquire_slot(struct loader *loader)
{
    struct loader_buffers *slots = loader->slots;
    for (int i = 0; i < slots->count; i++) {
        if (slots->slots[i].state == SLOT_FREE)
            return &slots->slots[i];
    }
    if (slots->count == slots->limit ||
        (loader->request.ahead_bytes == 0 && slots->count > loader->lane_count))
        return NULL;
    struct loader_slot *slot = &slots->slots[slots->count];
    if (!loader_slot_allocate(loader, slot)) {
        loader_slot_free(slot);
        return NULL;
    }
    slots->count++;
    return slot;
}

static bool has_band(const struct lane *lane)
{
    return lane->next < lane->end || lane->loader->progress.next < lane->loader->plan.bands;
}

// The next band of the lane's run, or of a new run.
static int64_t claim_band(struct lane *lane)
{
    struct loader *loader = lane->loader;
    if (lane->next == lane->end) {
        lane->next = loader->progress.next;
        lane->end = int64_min(lane->next + loader->plan.run, loader->plan.bands);
        loader->progress.next = lane->end;
    }
    return lane->next++;
}

// Chooses what the lane does next; false if that is nothing now. One for which no band is left has nothing to
// fill, and drains what it counted.
static bool employ(struct lane *lane)
{
    struct loader *loader = lane->loader;
    lane->slot = NULL;
    if (!has_band(lane)) {
        lane->ended = true;
        return lane->prepared;
    }
    if (!lane->prepared)
        return true;
    if (loader->stream_busy || !(lane->slot = acquire_slot(loader)))
        return false;
    lane->slot->state = SLOT_FILLING;
    lane->band = claim_band(lane);
    loader->stream_busy = loader->info.sequential;
    return true;
}

// --- jobs ---

// The work of one job: a lane is prepared, fills slots, and drains its counters, as far as it can without
// waiting and without keeping others waiting.
struct stint {
    struct lane *lane;
    bool begun;
};

static void start_stint(struct lane *lane);

static void step(struct lane *lane)
{
    if (lane->slot)
        fill_slot(lane);
    else if (lane->prepared)
        drain(lane);
    else
        prepare(lane);
}

// Finds what the lane does next. True if it goes on in the same job; where others come first it gets a new
// one.
static bool end_step(struct lane *lane)
{
    struct loader *loader = lane->loader;
    monitor_enter(&loader->monitor);
    const bool more = !cancel_requested(&loader->cancel) && !lane->ended && employ(lane);
    const bool here =
        more && !jobs_should_yield(loader->request.jobs, JOB_COMPUTES, loader->request.priority);
    lane->busy = here;
    loader->active -= !here;
    if (more && !here)
        start_stint(lane);
    loader_dispatch(loader);
    if (loader->active == 0)
        loader_wake(loader);
    monitor_notify(&loader->monitor);
    monitor_leave(&loader->monitor);
    return here;
}

static void run_stint(void *work, struct cancel *cancel)
{
    (void)cancel; // the loader has one for all its jobs
    struct stint *stint = work;
    struct lane *lane = stint->lane;
    stint->begun = true;
    do {
        if (!cancel_requested(&lane->loader->cancel))
            step(lane);
        if (lane->ended || cancel_requested(&lane->loader->cancel))
            loader_close_file(lane->loader);
    } while (end_step(lane));
}

static void discard_stint(void *work)
{
    struct stint *stint = work;
    struct loader *loader = stint->lane->loader;
    if (!stint->begun) // withdrawn, after a cancel
        end_step(stint->lane);
    free(stint);
    loader_release(loader);
}

static void start_stint(struct lane *lane)
{
    struct loader *loader = lane->loader;
    struct stint *stint = must_alloc(sizeof *stint);
    stint->lane = lane;
    lane->busy = true;
    loader->active++;
    loader->references++;
    const struct job_request request = {.kind = JOB_COMPUTES,
                                        .priority = loader->request.priority,
                                        .owner = loader,
                                        .run = run_stint,
                                        .discard = discard_stint,
                                        .work = stint};
    jobs_start(loader->request.jobs, &request);
}

void loader_dispatch(struct loader *loader)
{
    for (int i = 0; i < loader->lane_count && !cancel_requested(&loader->cancel); i++) {
        struct lane *lane = &loader->lanes[i];
        if (!lane->busy && !lane->ended && employ(lane))
            start_stint(lane);
    }
}
