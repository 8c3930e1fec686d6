// SPDX-License-Identifier: MIT
// Reading ahead: the frame that will be wanted next is decoded into memory while the program has nothing else
// to do, so that the step to it needs to bring it to the GPU only.
#include "session/pane_internal.h"

#include "base/size.h"

enum { PLAYING_BYTES = 12 << 20 };

// What the bands of a frame like the shown one take, with its reduced levels and its mask.
static int64_t frame_cost(const struct pane *pane)
{
    const int64_t pixels = pane->frame->info.width * pane->frame->info.height;
    const int64_t sample = (int64_t)sample_traits(sample_storage_type(pane->frame->info.type))->bytes;
    return pixels * (sample + 3) + (1 << 20);
}

// Whether the pane rests, and a next frame is likely to be wanted.
static bool may_begin(const struct pane *pane)
{
    return pane->read_ahead && !pane->load.loader && !pane->recount.loader && pane->document->source &&
           pane->frame->picture && pane->frame->picture->cache_budget == 0 && // else it is read in parts
           (!pane->common->workspace.masking.on ||
            pane->view.play.direction); // the hand that draws comes first
}

void pane_read_ahead(struct pane *pane)
{
    struct frame_cache *frames = pane->common->frames;
    int direction = pane->view.play.direction ? pane->view.play.direction : pane->course.direction;
    struct source_position next;
    if (!may_begin(pane) || frame_cache_coming_of(frames, pane) ||
        !course_next(pane->document->source, pane->position, pane->view.play.loop, &direction, &next))
        return;
    const struct frame_key key = pane_key_at(pane, next);
    const int64_t cost = frame_cost(pane);
    if (frame_cache_knows(frames, &key) || cost > frame_cache_ahead(frames))
        return;
    struct mask_version left_out;
    struct loader_request request = pane_request(pane, next, &left_out);
    request.priority = JOB_WANTED;
    request.quiet = true;
    request.file = spares_file(&pane->spares, next.item);
    spares_drop_file(&pane->spares);
    request.handle = next.item == pane->position.item ? pane->frame->file : NULL;
    // Playing leaves the processors no rest: there, bands go to the textures while they are in cache.
    request.ahead_bytes = pane->view.play.direction ? PLAYING_BYTES : cost;
    request.buffers = spares_buffers(&pane->spares);
    frame_cache_expect(
        frames, &key,
        (struct frame_coming){loader_start(&request), left_out, int64_min(cost, request.ahead_bytes), pane});
}

struct loader *pane_take_ahead(struct pane *pane, const struct frame *found, size_t shown_item)
{
    struct frame_coming coming = frame_cache_take_coming(pane->common->frames, found);
    if (coming.loader && loader_has_failed(coming.loader))
        spares_end(&pane->spares, pane->position.item, &coming.loader);
    pane_drop_ahead(pane);
    if (!coming.loader)
        return NULL;
    pane->load.left_out = coming.left_out;
    spares_drop_file(&pane->spares);
    if (pane->frame->holders == 1)
        spares_take_file(&pane->spares, shown_item, &pane->frame->file);
    loader_want(coming.loader);
    return coming.loader;
}

void pane_drop_ahead(struct pane *pane)
{
    struct frame_cache *frames = pane->common->frames;
    const struct frame *frame = frame_cache_coming_of(frames, pane);
    const size_t item = frame ? frame->key.position.item : 0;
    struct frame_coming coming = frame_cache_take_coming(frames, frame);
    if (coming.loader)
        spares_end(&pane->spares, item, &coming.loader);
}
