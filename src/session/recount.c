// SPDX-License-Identifier: MIT
// A load of the shown frame of which only numbers and levels are taken.
#include "session/recount.h"

#include "base/clock.h"
#include "base/size.h"

enum { NS_PER_MS = 1000000 };
static const int64_t REST_NS = INT64_C(300) * NS_PER_MS;

// The picture is there, and what was counted is not what counts now.
static bool is_wanted(const struct frame *frame)
{
    return frame->picture && frame->file && !frame_is_current(frame) && !frame->mask.counting &&
           frame->picture->cache_budget == 0 && picture_is_complete(frame->picture);
}

int recount_wait_ms(const struct frame *frame, int64_t now)
{
    if (!is_wanted(frame))
        return -1;
    const int64_t left = frame->mask.sheet->changed_ns + REST_NS - now;
    return left <= 0 ? 0 : (int)int64_min(int64_ceil_div(left, NS_PER_MS), REST_NS / NS_PER_MS);
}

void recount_begin(struct recount *recount, struct frame *frame, struct loader_request *request,
                   struct mask_version left_out)
{
    request->handle = frame->file;
    request->buffers = recount->buffers;
    recount->buffers = NULL;
    recount->serial = left_out.serial;
    recount->edited = frame->mask.unreduced;
    frame->mask.unreduced = (struct rect){0};
    recount->loader = loader_start(request);
    frame->mask.counting = true;
}

static bool is_edited(const struct recount *recount, const struct loaded_band *band)
{
    const struct rect *edited = &recount->edited;
    return band->y < edited->y + edited->height && edited->y < band->y + band->rows;
}

bool recount_take(struct recount *recount, struct frame *frame, struct jobs *jobs, int work_ms)
{
    struct loaded_band band;
    struct frame_info info;
    bool changed = false;
    if (!recount->loader)
        return false;
    const int64_t until = clock_now_ns() + (int64_t)work_ms * NS_PER_MS;
    const bool fits = loader_info(recount->loader, &info) && picture_fits(frame->picture, &info);
    while (loader_take(recount->loader, 0, &band)) {
        if (fits && is_edited(recount, &band) &&
            picture_take_levels(frame->picture, &band, NULL) == STATUS_OK)
            changed = true;
        loader_give_back(recount->loader, &band);
        if (clock_now_ns() > until) {
            jobs_wake(jobs); // there may be more, of which nobody tells again
            break;
        }
    }
    return changed;
}

bool recount_end(struct recount *recount, struct frame *frame, struct jobs *jobs, struct taps_result *taps)
{
    struct loader_outcome outcome;
    if (!recount->loader || !loader_done(recount->loader))
        return false;
    loader_finish(&recount->loader, &outcome);
    // A failure is no news: the frame is shown, and a reload tells what is wrong with its file.
    frame->mask.counted = recount->serial;
    frame->mask.counting = false;
    *taps = outcome.status == STATUS_OK ? outcome.taps : (struct taps_result){0};
    if (outcome.status == STATUS_OK)
        outcome.taps = (struct taps_result){0};
    recount->buffers = outcome.buffers;
    outcome.buffers = NULL;
    handle_close_later(&outcome.file, jobs);
    loader_outcome_free(&outcome);
    return true;
}

void recount_drop(struct recount *recount, struct frame *frame)
{
    if (recount->loader) {
        loader_abandon(&recount->loader);
        frame->mask.counting = false;
        frame->mask.unreduced = rect_join(frame->mask.unreduced, recount->edited);
    }
    loader_buffers_destroy(&recount->buffers);
}
