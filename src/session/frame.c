// SPDX-License-Identifier: MIT
// What belongs to one shown frame.
#include "session/frame.h"

#include "base/size.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS_BYTES = 1 << 20 }; // about what histogram, sample and tables take

void frame_take_statistics(struct frame *frame, struct taps_result *taps)
{
    histogram_destroy(&frame->histogram);
    free(frame->sample.values);
    frame->statistics = taps->statistics;
    frame->histogram = taps->histogram;
    frame->sample = taps->sample;
    frame->statistics_known = frame->histogram != NULL;
    frame->serial++;
    free(taps->sample_slots);
    *taps = (struct taps_result){0};
}

void frame_clear(struct frame *frame)
{
    picture_destroy(&frame->picture);
    frame_mask_clear(&frame->mask);
    histogram_destroy(&frame->histogram);
    free(frame->sample.values);
    frame->sample = (struct limits_sample){0};
    frame->statistics = (struct statistics){0};
    frame->statistics_known = false;
    frame->serial++;
    frame->info = (struct frame_info){0};
    detector_info_clear(&frame->detector);
    frame_look_away(frame, NULL);
    frame->note[0] = '\0';
}

struct frame *frame_create(uint64_t number, struct jobs *jobs)
{
    struct frame *frame = must_alloc(sizeof *frame);
    *frame = (struct frame){.holders = 1, .serial = number << 32, .inquiry = inquiry_create(jobs)};
    detector_info_clear(&frame->detector);
    return frame;
}

struct frame *frame_share(struct frame *frame)
{
    frame->holders++;
    return frame;
}

void frame_destroy(struct frame **address)
{
    struct frame *frame = *address;
    *address = NULL;
    region_loader_destroy(&frame->regions);
    inquiry_destroy(&frame->inquiry);
    handle_release(&frame->file);
    frame_clear(frame);
    frame_mask_finish(&frame->mask);
    if (frame->coming.loader)
        loader_abandon(&frame->coming.loader);
    free(frame);
}

bool frame_key_is(const struct frame_key *key, const struct frame_key *other)
{
    return key->document == other->document && key->position.item == other->position.item &&
           key->position.frame == other->position.frame && key->reduce == other->reduce &&
           key->choice.ignored == other->choice.ignored &&
           key->choice.has_saturation == other->choice.has_saturation &&
           (!key->choice.has_saturation || key->choice.saturation == other->choice.saturation);
}

void frame_look(struct frame *frame, const void *owner, struct picture_sight sight)
{
    struct frame_sights *sights = &frame->sights;
    size_t i = 0;
    while (i < sights->count && sights->owners[i] != owner)
        i++;
    if (i == LAYOUT_MAX_PANES)
        return;
    sights->owners[i] = owner;
    sights->at[i] = sight;
    sights->count += i == sights->count;
}

void frame_look_away(struct frame *frame, const void *owner)
{
    struct frame_sights *sights = &frame->sights;
    size_t kept = 0;
    for (size_t i = 0; i < sights->count; i++) {
        sights->owners[kept] = sights->owners[i];
        sights->at[kept] = sights->at[i];
        kept += owner && sights->owners[i] != owner;
    }
    sights->count = kept;
}

bool frame_is_current(const struct frame *frame)
{
    const struct mask_sheet *sheet = frame->mask.sheet;
    return !sheet || sheet->serial == frame->mask.counted;
}

int64_t frame_memory(const struct frame *frame)
{
    int64_t bytes = NUMBERS_BYTES + frame->coming.bytes;
    if (frame->picture)
        bytes += picture_bytes(frame->picture);
    if (frame->mask.classes)
        bytes += mask_memory_bytes(frame->mask.classes);
    if (frame->mask.seen)
        bytes += mask_memory_bytes(frame->mask.seen);
    return bytes;
}

void frame_describe(struct frame *frame, const struct frame_info *info)
{
    char need[32];
    if (frame->picture->cache_budget > 0)
        snprintf(frame->note, sizeof frame->note, "read in parts (%s)",
                 format_bytes(picture_cost(info, false), need, sizeof need));
    else if (sample_storage_type(info->type) != info->type && info->type != SAMPLE_F16)
        snprintf(frame->note, sizeof frame->note, "shown as float32");
    else
        snprintf(frame->note, sizeof frame->note, "%s", info->note);
}

// --- exact values ---

static bool grid_is(const struct frame *frame, struct rect rect, const struct frame_grid *grid)
{
    return grid->samples && grid->final && grid->serial == frame->picture->serial &&
           memcmp(&grid->rect, &rect, sizeof rect) == 0;
}

bool frame_fill_grid(struct frame *frame, struct rect rect, struct frame_grid *grid)
{
    if (grid_is(frame, rect, grid))
        return true;
    const bool same_type = frame->picture->storage == frame->info.type;
    const bool single = rect.width == 1 && rect.height == 1;
    grid->type = frame->info.type;
    grid->samples = must_resize(grid->samples, (size_t)(rect.width * rect.height) * 8);
    grid->exact = grid->final = same_type && picture_read(frame->picture, rect, grid->samples);
    if (!grid->exact) {
        const enum inquiry_answer answer =
            inquiry_samples(frame->inquiry, single ? INQUIRY_CURSOR : INQUIRY_VISIBLE, rect, grid->samples);
        grid->exact = answer == INQUIRY_KNOWN;
        grid->final = answer != INQUIRY_COMING;
    }
    bool known = grid->exact;
    if (!known && !same_type) {
        grid->type = frame->picture->storage;
        known = picture_read(frame->picture, rect, grid->samples);
    }
    grid->rect = rect;
    grid->serial = known ? frame->picture->serial : 0;
    return known;
}

const char *frame_grid_sample(const struct frame *frame, const struct frame_grid *grid, int64_t x, int64_t y)
{
    if (!grid->samples || grid->serial != frame->picture->serial || x < grid->rect.x || y < grid->rect.y ||
        x >= grid->rect.x + grid->rect.width || y >= grid->rect.y + grid->rect.height)
        return NULL;
    return (const char *)grid->samples + (size_t)((y - grid->rect.y) * grid->rect.width + x - grid->rect.x) *
                                             sample_traits(grid->type)->bytes;
}
