// SPDX-License-Identifier: MIT
// A load of the shown frame of which only numbers and levels are taken.
#include "session/recount.h"

#include "base/clock.h"
#include "base/size.h"
#include "session/pane_internal.h"

enum { NS_PER_MS = 1000000 };
static const int64_t REST_NS = INT64_C(300) * NS_PER_MS;

// The picture is there, and what was counted is not what counts now.
static bool is_wanted(const struct pane *pane)
{
    const struct frame *frame = pane->frame;
    const struct mask_sheet *sheet = frame->mask.sheet;
    return frame->picture && frame->file && sheet && sheet->serial != frame->mask.counted && !pane->loader &&
           !frame->mask.counting && !pane->view.play.direction && frame->picture->cache_budget == 0 &&
           picture_is_complete(frame->picture);
}

int recount_wait_ms(const struct pane *pane, int64_t now)
{
    if (!is_wanted(pane))
        return -1;
    const int64_t left = pane->frame->mask.sheet->changed_ns + REST_NS - now;
    return left <= 0 ? 0 : (int)int64_min(int64_ceil_div(left, NS_PER_MS), REST_NS / NS_PER_MS);
}

bool recount_tick(struct pane *pane, int64_t now)
{
    struct recount *recount = &pane->recount;
    if (recount_wait_ms(pane, now) != 0)
        return false;
    struct loader_request request = {.jobs = pane->common->jobs,
                                     .priority = JOB_WANTED,
                                     .source = pane->document->source,
                                     .item = pane->frame->key.position.item,
                                     .channel = pane->document->channel,
                                     .frame = pane->frame->key.position.frame,
                                     .reduce = pane->view.display.reduce,
                                     .choice = pane->view.display.classes,
                                     .buffers = recount->buffers};
    recount->buffers = NULL;
    request.handle = pane->frame->file;
    recount->serial = pane_ask_masks(pane, &request).serial;
    recount->loader = loader_start(&request);
    pane->frame->mask.counting = true;
    return true;
}

static void finish(struct pane *pane)
{
    struct recount *recount = &pane->recount;
    struct loader_outcome outcome;
    loader_finish(&recount->loader, &outcome);
    // A failure is no news: the frame is shown, and a reload tells what is wrong with its file.
    pane->frame->mask.counted = recount->serial;
    pane->frame->mask.counting = false;
    if (outcome.status == STATUS_OK)
        pane_take_numbers(pane, &outcome.taps);
    recount->buffers = outcome.buffers;
    outcome.buffers = NULL;
    handle_close_later(&outcome.file, pane->common->jobs);
    loader_outcome_free(&outcome);
}

bool recount_pump(struct pane *pane)
{
    struct recount *recount = &pane->recount;
    struct loaded_band band;
    struct frame_info info;
    bool changed = false;
    if (!recount->loader)
        return false;
    const bool fits = loader_info(recount->loader, &info) && picture_fits(pane->frame->picture, &info);
    while (loader_take(recount->loader, 0, &band)) {
        if (fits && picture_take_levels(pane->frame->picture, &band, NULL) == STATUS_OK)
            changed = true;
        loader_give_back(recount->loader, &band);
    }
    if (!loader_done(recount->loader))
        return changed;
    finish(pane);
    return true;
}

void recount_drop(struct pane *pane)
{
    struct recount *recount = &pane->recount;
    if (recount->loader) {
        loader_abandon(&recount->loader);
        pane->frame->mask.counting = false;
    }
    loader_buffers_destroy(&recount->buffers);
}
