// SPDX-License-Identifier: MIT
// A second loader with buffers for a whole frame.
#include "session/ahead.h"

#include "base/clock.h"
#include "base/size.h"
#include "session/pane_internal.h"

enum { PLAYING_BYTES = 12 << 20 };

static const double MEMORY_SHARE = 0.125; // of what is free

// What the bands of a frame like the shown one take, with its reduced levels and its mask.
static int64_t frame_cost(const struct pane *pane)
{
    const int64_t pixels = pane->frame->info.width * pane->frame->info.height;
    const int64_t sample = (int64_t)sample_traits(sample_storage_type(pane->frame->info.type))->bytes;
    return pixels * (sample + 3) + (1 << 20);
}

static int64_t memory_left(const struct pane *pane)
{
    if (pane->common->frames->memory_limit > 0)
        return pane->common->frames->memory_limit - gpu_texture_bytes(pane->common->gpu);
    const int64_t available = machine_available_bytes();
    return available == INT64_MAX ? available : (int64_t)((double)available * MEMORY_SHARE);
}

struct image_file *ahead_spare(struct pane *pane, size_t item)
{
    struct ahead *ahead = &pane->ahead;
    if (!ahead->file || ahead->file_item != item)
        return NULL;
    struct image_file *file = handle_take(ahead->file);
    handle_let_go(&ahead->file, pane->common->jobs);
    return file;
}

// The open file that was kept, if it is of the item.
static struct image_file *prepare_file(struct pane *pane, size_t item)
{
    struct image_file *file = ahead_spare(pane, item);
    handle_let_go(&pane->ahead.file, pane->common->jobs);
    return file;
}

static bool is_there(const struct pane *pane, struct source_position position)
{
    struct frame_key key = pane_key(pane);
    key.position = position;
    return frame_cache_find(pane->common->frames, &key) != NULL;
}

void ahead_begin(struct pane *pane)
{
    struct ahead *ahead = &pane->ahead;
    if (!ahead->on || ahead->loader || pane->loader || pane->recount.loader || !pane->document->source ||
        !pane->frame->picture ||
        (pane->common->workspace.masking.on && !pane->view.play.direction)) // the hand that draws comes first
        return;
    // Images over the memory budget are read in parts.
    const int64_t cost = frame_cost(pane);
    if (pane->frame->picture->cache_budget > 0 || cost > memory_left(pane) ||
        !playback_next(pane, &ahead->position) || is_there(pane, ahead->position))
        return;
    struct loader_request request = {
        .jobs = pane->common->jobs,
        .priority = JOB_WANTED,
        .quiet = true,
        .source = pane->document->source,
        .item = ahead->position.item,
        .channel = pane->document->channel,
        .file = prepare_file(pane, ahead->position.item),
        .handle = ahead->position.item == pane->position.item ? pane->frame->file : NULL,
        .frame = ahead->position.frame,
        .reduce = pane->view.display.reduce,
        .choice = pane->view.display.classes,
        // Playing leaves the processors no rest: there, bands go to the textures while they are in cache.
        .ahead_bytes = pane->view.play.direction ? PLAYING_BYTES : cost,
        .buffers = ahead->buffers,
    };
    ahead->left_out = pane_ask_masks(pane, &request);
    ahead->buffers = NULL;
    ahead->loader = loader_start(&request);
}

struct loader *ahead_take(struct pane *pane, size_t shown_item)
{
    struct ahead *ahead = &pane->ahead;
    struct loader *loader = ahead->loader;
    if (!loader || ahead->position.item != pane->position.item ||
        ahead->position.frame != pane->position.frame || loader_has_failed(loader)) {
        ahead_drop(pane, false);
        return NULL;
    }
    ahead->loader = NULL;
    pane->left_out = ahead->left_out;
    handle_let_go(&ahead->file, pane->common->jobs);
    if (pane->frame->holders == 1) {
        ahead->file = pane->frame->file;
        ahead->file_item = shown_item;
        pane->frame->file = NULL;
    }
    loader_want(loader);
    return loader;
}

void ahead_keep(struct pane *pane, size_t item, struct loader_outcome *outcome)
{
    struct ahead *ahead = &pane->ahead;
    if (ahead->on && outcome->buffers) {
        loader_buffers_destroy(&ahead->buffers);
        ahead->buffers = outcome->buffers;
        outcome->buffers = NULL;
    }
    if (ahead->file)
        handle_close_later(&outcome->file, pane->common->jobs);
    if (!outcome->file)
        return;
    ahead->file = handle_create(outcome->file);
    ahead->file_item = item;
    outcome->file = NULL;
}

void ahead_drop(struct pane *pane, bool all)
{
    struct ahead *ahead = &pane->ahead;
    struct loader_outcome outcome;
    if (ahead->loader && loader_try_finish(&ahead->loader, &outcome)) {
        ahead_keep(pane, ahead->position.item, &outcome);
        loader_outcome_free(&outcome);
    } else if (ahead->loader) {
        left_loads_add(&pane->left, (struct left_load){ahead->loader, ahead->position.item, 0});
        ahead->loader = NULL;
    }
    if (all) {
        handle_let_go(&ahead->file, pane->common->jobs);
        loader_buffers_destroy(&ahead->buffers);
    }
}
