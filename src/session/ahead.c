// SPDX-License-Identifier: MIT
// A second loader with buffers for a whole frame.
#include "session/ahead.h"

#include "base/clock.h"
#include "base/size.h"
#include "session/viewer.h"

enum { PLAYING_BYTES = 12 << 20 };

static const double MEMORY_SHARE = 0.125; // of what is free

// The layers that do not come with a frame.
#define KEPT_LAYERS                                                                                          \
    ((uint8_t)(MASK_BIT(MASK_USER) | MASK_BIT(MASK_FILE) | MASK_BIT(MASK_USER_2) | MASK_BIT(MASK_USER_3)))

// What the bands of a frame like the shown one take, with its reduced levels and its mask.
static int64_t frame_cost(const struct viewer *viewer)
{
    const int64_t pixels = viewer->info.width * viewer->info.height;
    const int64_t sample = (int64_t)sample_traits(loader_storage_type(viewer->info.type))->bytes;
    return pixels * (sample + 3) + (1 << 20);
}

static int64_t memory_left(const struct viewer *viewer)
{
    if (viewer->memory_limit > 0)
        return viewer->memory_limit - gpu_texture_bytes(viewer->gpu);
    const int64_t available = machine_available_bytes();
    return available == INT64_MAX ? available : (int64_t)((double)available * MEMORY_SHARE);
}

// The mask for the frame, with the layers that stay.
static struct mask *prepare_mask(struct viewer *viewer)
{
    const struct mask *shown = viewer->mask;
    struct mask *mask = viewer->ahead.mask;
    viewer->ahead.mask = NULL;
    if (!shown)
        return mask;
    if (mask && (mask->width != shown->width || mask->height != shown->height))
        mask_destroy(&mask);
    if (!mask && mask_create(shown->width, shown->height, &mask, NULL))
        return NULL;
    mask_take(mask, shown, KEPT_LAYERS | viewer_owned_layers(viewer));
    return mask;
}

static struct image_file *prepare_file(struct viewer *viewer, size_t item)
{
    struct ahead *ahead = &viewer->ahead;
    struct image_file *file = NULL;
    if (ahead->file && ahead->file_item == item) {
        file = ahead->file;
        ahead->file = NULL;
    } else if (item == viewer->position.item && viewer->file) {
        image_file_clone(viewer->file, &file, NULL);
    }
    image_file_close(&ahead->file);
    return file;
}

void ahead_begin(struct viewer *viewer)
{
    struct ahead *ahead = &viewer->ahead;
    if (!ahead->on || ahead->loader || viewer->loader || !viewer->source || !viewer->picture ||
        (viewer->workspace.masking.on && !viewer->view.play.direction)) // the hand that draws comes first
        return;
    // Images over the memory budget are read in parts.
    const int64_t cost = frame_cost(viewer);
    if (viewer->picture->cache_budget > 0 || cost > memory_left(viewer) ||
        !playback_next(viewer, &ahead->position))
        return;
    const struct loader_request request = {
        .jobs = viewer->jobs,
        .priority = JOB_WANTED,
        .quiet = true,
        .source = viewer->source,
        .item = ahead->position.item,
        .channel = viewer->channel,
        .file = prepare_file(viewer, ahead->position.item),
        .frame = ahead->position.frame,
        .reduce = viewer->view.display.reduce,
        .choice = viewer->view.display.classes,
        .mask = prepare_mask(viewer),
        .owned_layers = viewer_owned_layers(viewer),
        .mask_path = viewer->mask_path,
        .mask_has_file = viewer->mask_has_file,
        // Playing leaves the processors no rest: there, bands go to the textures while they are in cache.
        .ahead_bytes = viewer->view.play.direction ? PLAYING_BYTES : cost,
        .buffers = ahead->buffers,
    };
    ahead->buffers = NULL;
    ahead->loader = loader_start(&request);
}

struct loader *ahead_take(struct viewer *viewer, size_t shown_item)
{
    struct ahead *ahead = &viewer->ahead;
    struct loader *loader = ahead->loader;
    if (!loader || ahead->position.item != viewer->position.item ||
        ahead->position.frame != viewer->position.frame || loader_has_failed(loader)) {
        ahead_drop(viewer, false);
        return NULL;
    }
    ahead->loader = NULL;
    mask_destroy(&ahead->mask);
    ahead->mask = viewer->mask;
    viewer->mask = NULL;
    image_file_close(&ahead->file);
    ahead->file = viewer->file;
    ahead->file_item = shown_item;
    viewer->file = NULL;
    loader_want(loader);
    return loader;
}

void ahead_keep_buffers(struct viewer *viewer, struct loader_outcome *outcome)
{
    if (!viewer->ahead.on)
        return;
    loader_buffers_destroy(&viewer->ahead.buffers);
    viewer->ahead.buffers = outcome->buffers;
    outcome->buffers = NULL;
}

void ahead_drop(struct viewer *viewer, bool all)
{
    struct ahead *ahead = &viewer->ahead;
    if (ahead->loader) {
        struct loader_outcome outcome;
        loader_finish(&ahead->loader, &outcome);
        if (!ahead->mask) {
            ahead->mask = outcome.mask;
            outcome.mask = NULL;
        }
        ahead_keep_buffers(viewer, &outcome);
        if (!ahead->file) {
            ahead->file = outcome.file;
            ahead->file_item = ahead->position.item;
            outcome.file = NULL;
        }
        loader_outcome_free(&outcome);
    }
    if (all) {
        mask_destroy(&ahead->mask);
        image_file_close(&ahead->file);
        loader_buffers_destroy(&ahead->buffers);
    }
}
