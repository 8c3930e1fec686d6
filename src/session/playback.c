// SPDX-License-Identifier: MIT
// Positions in the series, and the pace of playing.
#include "session/playback.h"

#include "base/clock.h"
#include "base/size.h"
#include "session/viewer.h"

#include <math.h>

static const int64_t PATIENCE_NS = 2000000000;

static enum status need_image(const struct viewer *viewer, struct error *error)
{
    return viewer->source ? STATUS_OK : error_set(error, STATUS_USAGE, "no image is open");
}

static void stop(struct viewer *viewer)
{
    viewer->view.play.direction = 0;
    viewer->playback.waiting_count = 0;
}

// --- by hand ---

static bool step_now(struct viewer *viewer, int64_t frames)
{
    int64_t moved = 0;
    const struct source_position position = source_step(viewer->source, viewer->position, frames, &moved);
    if (moved != 0) {
        viewer->direction = frames < 0 ? -1 : 1;
        viewer_go(viewer, position);
    }
    return moved != 0;
}

static void add_waiting(struct playback *playback, int64_t frames)
{
    if (playback->waiting_count < PLAYBACK_MAX_WAITING)
        playback->waiting[playback->waiting_count++] = frames;
    else
        playback->waiting[PLAYBACK_MAX_WAITING - 1] =
            int64_clamp(playback->waiting[PLAYBACK_MAX_WAITING - 1] + frames, -1000000000, 1000000000);
}

// Whether a step has to wait for the frame before it. One that takes very long is given up instead.
static bool must_wait(const struct viewer *viewer)
{
    if (!viewer->paced)
        return false;
    if (viewer->loader)
        return clock_now_ns() - viewer->times.load_started < PATIENCE_NS;
    return viewer->unseen || viewer->playback.waiting_count > 0;
}

enum status playback_step(struct viewer *viewer, int64_t frames, bool repeated, struct error *error)
{
    enum status status = need_image(viewer, error);
    if (status)
        return status;
    viewer->view.play.direction = 0;
    if (must_wait(viewer)) {
        if (!repeated)
            add_waiting(&viewer->playback, frames);
        return STATUS_OK;
    }
    if (!step_now(viewer, frames))
        viewer_say(viewer, false, frames < 0 ? "this is the first frame" : "this is the last frame");
    return STATUS_OK;
}

// --- to a place ---

static bool locate(struct viewer *viewer, int64_t number, struct source_position *position)
{
    int64_t moved = 0;
    const struct source_position start = {0, 0};
    *position = source_step(viewer->source, start, number, &moved);
    return moved == number;
}

enum status playback_go(struct viewer *viewer, int64_t number, struct error *error)
{
    enum status status = need_image(viewer, error);
    if (status)
        return status;
    struct source_position position;
    if (number < 0 || !locate(viewer, number, &position)) {
        bool exact = true;
        const int64_t total = source_frames_before(viewer->source, source_count(viewer->source), &exact);
        char last[56];
        return error_set(error, STATUS_USAGE, "the series has no frame # %lld, the last is %s",
                         (long long)number, format_frame(total - 1, total, last, sizeof last));
    }
    stop(viewer);
    viewer_go(viewer, position);
    return STATUS_OK;
}

enum status playback_go_to_end(struct viewer *viewer, bool last, struct error *error)
{
    enum status status = need_image(viewer, error);
    if (status)
        return status;
    stop(viewer);
    viewer->direction = last ? -1 : 1; // where to look for an image if there is none
    viewer_go(viewer, last ? source_last(viewer->source) : source_first(viewer->source));
    return STATUS_OK;
}

enum status playback_go_to_item(struct viewer *viewer, int64_t item, struct error *error)
{
    enum status status = need_image(viewer, error);
    if (status)
        return status;
    const size_t count = source_count(viewer->source);
    if (item < 0 || (uint64_t)item >= count)
        return error_set(error, STATUS_USAGE, "there is no file %lld; the series has files 1 to %zu",
                         (long long)item + 1, count);
    stop(viewer);
    viewer_go(viewer, (struct source_position){(size_t)item, 0});
    return STATUS_OK;
}

bool playback_place(const struct viewer *viewer, int64_t *number, int64_t *total, bool *exact)
{
    *number = *total = 0;
    *exact = true;
    if (!viewer->source)
        return false;
    *total = source_frames_before(viewer->source, source_count(viewer->source), exact);
    bool before = true;
    const struct source_position position = viewer->position;
    const int64_t frames = source_frames(viewer->source, position.item);
    const int64_t frame = position.frame >= 0 ? position.frame : frames + position.frame;
    *number = source_frames_before(viewer->source, position.item, &before) + int64_max(frame, 0);
    *total = int64_max(*total, *number + 1);
    return frame >= 0;
}

// --- slabs ---

enum status playback_slab(struct viewer *viewer, int mode, int64_t frames, struct error *error)
{
    enum status status = need_image(viewer, error);
    if (status || (mode < 0 && !viewer->plain))
        return status;
    int64_t number, total;
    bool exact;
    playback_place(viewer, &number, &total, &exact);
    for (int i = 0; i < viewer->playback.waiting_count; i++)
        number = int64_clamp(number + viewer->playback.waiting[i], 0, exact ? total - 1 : INT32_MAX);
    number *= viewer->plain ? viewer->slab_frames : 1;
    struct source *plain = viewer->plain ? viewer->plain : viewer->source, *slabs = NULL;
    if (mode >= 0)
        status = source_create_slab(plain, (enum slab_mode)mode, frames, &slabs, error);
    if (status)
        return status;
    stop(viewer);
    viewer_give_up(viewer);
    if (viewer->plain)
        source_destroy(&viewer->source);
    viewer->source = slabs ? slabs : plain;
    viewer->plain = slabs ? plain : NULL;
    viewer->slab_frames = slabs ? frames : 0;
    struct source_position position = {0, slabs ? number / frames : 0};
    if (!slabs)
        locate(viewer, number, &position);
    viewer_show(viewer, position);
    return STATUS_OK;
}

// --- playing ---

// Where playing leads in a direction, which it may turn round; false at the end.
static bool play_next(const struct viewer *viewer, int *direction, struct source_position *next)
{
    const enum play_loop loop = viewer->view.play.loop;
    int64_t moved = 0;
    *next = source_step(viewer->source, viewer->position, *direction, &moved);
    if (moved != 0 || loop == PLAY_ONCE)
        return moved != 0;
    if (loop == PLAY_BOUNCE) {
        *direction = -*direction;
        *next = source_step(viewer->source, viewer->position, *direction, &moved);
        return moved != 0;
    }
    *next = *direction > 0 ? source_first(viewer->source) : source_last(viewer->source);
    return next->item != viewer->position.item || next->frame != viewer->position.frame;
}

bool playback_next(const struct viewer *viewer, struct source_position *next)
{
    int direction = viewer->view.play.direction ? viewer->view.play.direction : viewer->direction;
    return viewer->source && play_next(viewer, &direction, next);
}

static void play_step(struct viewer *viewer)
{
    struct view_play *play = &viewer->view.play;
    struct source_position next;
    const bool any = play_next(viewer, &play->direction, &next);
    if (!any)
        play->direction = 0;
    else
        viewer->direction = play->direction;
    if (any)
        viewer_go(viewer, next);
}

bool playback_tick(struct viewer *viewer, int64_t now)
{
    struct playback *playback = &viewer->playback;
    if (!viewer->source || viewer_is_loading(viewer))
        return false;
    if (playback->waiting_count > 0) {
        const int64_t frames = playback->waiting[0];
        playback->waiting_count--;
        for (int i = 0; i < playback->waiting_count; i++)
            playback->waiting[i] = playback->waiting[i + 1];
        if (!step_now(viewer, frames))
            viewer_say(viewer, false, frames < 0 ? "this is the first frame" : "this is the last frame");
        return true;
    }
    if (viewer->view.play.direction == 0) {
        playback->due_ns = 0;
        return false;
    }
    if (now < playback->due_ns)
        return false;
    // What took too long is not caught up with: the pace goes on from here.
    const int64_t period = (int64_t)llround(1e9 / viewer->view.play.rate);
    playback->due_ns = int64_max(playback->due_ns + period, now + period / 2);
    play_step(viewer);
    return true;
}

int playback_wait_ms(const struct viewer *viewer, int64_t now)
{
    const struct playback *playback = &viewer->playback;
    if (!viewer->source || viewer_is_loading(viewer))
        return -1;
    if (playback->waiting_count > 0)
        return 0;
    if (viewer->view.play.direction == 0)
        return -1;
    return (int)int64_clamp(int64_ceil_div(playback->due_ns - now, 1000000), 0, 60000);
}
