// SPDX-License-Identifier: MIT
// Positions in the series, and the pace of playing.
#include "session/playback.h"

#include "base/clock.h"
#include "base/size.h"
#include "session/pane_internal.h"

#include <math.h>

static const int64_t PATIENCE_NS = 2000000000;

static enum status need_image(const struct pane *pane, struct error *error)
{
    return pane->document->source ? STATUS_OK : error_set(error, STATUS_USAGE, "no image is open");
}

static void stop(struct pane *pane)
{
    pane_drop_opening(pane);
    pane->view.play.direction = 0;
    pane->course.waiting_count = 0;
}

// --- by hand ---

// Goes where steps have led.
static void arrive(struct pane *pane, int64_t steps, struct source_position position, int64_t moved)
{
    if (moved != 0) {
        pane->course.direction = steps < 0 ? -1 : 1;
        pane_go(pane, position);
    } else if (!pane_open_beside(pane, steps < 0 ? -1 : 1)) {
        common_say(pane->common, SEVERITY_INFO,
                   steps < 0 ? "This is the first frame" : "This is the last frame");
    }
}

static enum status no_such_frame(const struct pane *pane, int64_t number, struct error *error)
{
    bool exact = true;
    const int64_t total =
        source_frames_before(pane->document->source, source_count(pane->document->source), &exact);
    char last[56];
    return error_set(error, STATUS_USAGE, "the series has no frame # %lld, the last is %s", (long long)number,
                     format_frame(total - 1, total, last, sizeof last));
}

static void end_walk(void *context, struct source_position position, int64_t moved)
{
    struct pane *pane = context;
    struct course_walk *walk = &pane->course.walk;
    struct error error = {0};
    walk->job = NULL;
    if (walk->move == MOVE_BY_STEPS)
        arrive(pane, walk->steps, position, moved);
    else if (walk->move == MOVE_ANYWHERE || moved == walk->steps)
        pane_go(pane, position);
    else if (no_such_frame(pane, walk->steps, &error))
        common_fault(pane->common, pane->common, &error);
}

// `from` is where the steps begin.
static void start_walk(struct pane *pane, struct source_position from, int64_t steps, enum course_move move)
{
    walk_abandon(&pane->course.walk.job);
    const struct walk_request request = {.jobs = pane->common->jobs,
                                         .source = pane->document->source,
                                         .from = from,
                                         .steps = steps,
                                         .done = end_walk,
                                         .context = pane};
    pane->course.walk = (struct course_walk){walk_start(&request), steps, move, clock_now_ns()};
}

static void step_now(struct pane *pane, int64_t frames)
{
    pane_drop_opening(pane);
    int64_t moved = 0;
    struct source_position position = pane->position;
    if (!pane->common->paced)
        position = source_step(pane->document->source, position, frames, &moved);
    else if (!source_step_known(pane->document->source, &position, frames, &moved)) {
        start_walk(pane, position, frames, MOVE_BY_STEPS);
        return;
    }
    arrive(pane, frames, position, moved);
}

// Whether a step has to wait for the frame before it. One that takes very long is given up instead.
static bool must_wait(const struct pane *pane)
{
    if (!pane->common->paced)
        return false;
    if (pane->opening)
        return clock_now_ns() - opening_started_ns(pane->opening) < PATIENCE_NS;
    if (pane->course.walk.job)
        return clock_now_ns() - pane->course.walk.started_ns < PATIENCE_NS;
    if (pane->load.loader)
        return clock_now_ns() - pane->load.times.load_started < PATIENCE_NS;
    return pane->unseen || pane->course.waiting_count > 0;
}

enum status playback_step(struct pane *pane, int64_t frames, bool repeated, struct error *error)
{
    enum status status = need_image(pane, error);
    if (status)
        return status;
    pane->view.play.direction = 0;
    if (must_wait(pane)) {
        if (!repeated)
            course_add(&pane->course, frames);
        return STATUS_OK;
    }
    step_now(pane, frames);
    return STATUS_OK;
}

// --- to a place ---

// False if files have to be opened for it, and this is no place to wait for them.
static bool locate(struct pane *pane, int64_t number, struct source_position *position, int64_t *moved)
{
    struct source *source = pane->document->source;
    *position = (struct source_position){0, 0};
    if (pane->common->paced && number > 0)
        return source_frames(source, 0) > 0 && source_step_known(source, position, number, moved);
    *position = source_step(source, *position, number, moved);
    return true;
}

enum status playback_go(struct pane *pane, int64_t number, struct error *error)
{
    enum status status = need_image(pane, error);
    if (status)
        return status;
    if (number < 0)
        return no_such_frame(pane, number, error);
    struct source_position position;
    int64_t moved = 0;
    const bool known = locate(pane, number, &position, &moved);
    if (known && moved != number)
        return no_such_frame(pane, number, error);
    stop(pane);
    if (known)
        pane_go(pane, position);
    else
        start_walk(pane, position, number, MOVE_TO_NUMBER);
    return STATUS_OK;
}

enum status playback_go_to_end(struct pane *pane, bool last, struct error *error)
{
    enum status status = need_image(pane, error);
    if (status)
        return status;
    stop(pane);
    pane->course.direction = last ? -1 : 1; // where to look for an image if there is none
    pane_go(pane, last ? source_last(pane->document->source) : source_first(pane->document->source));
    return STATUS_OK;
}

enum status playback_go_to_item(struct pane *pane, int64_t item, struct error *error)
{
    enum status status = need_image(pane, error);
    if (status)
        return status;
    const size_t count = source_count(pane->document->source);
    if (item < 0 || (uint64_t)item >= count)
        return error_set(error, STATUS_USAGE, "there is no file %lld; the series has files 1 to %zu",
                         (long long)item + 1, count);
    stop(pane);
    pane_go(pane, (struct source_position){(size_t)item, 0});
    return STATUS_OK;
}

bool playback_place(const struct pane *pane, int64_t *number, int64_t *total, bool *exact)
{
    *number = *total = 0;
    *exact = true;
    if (!pane->document->source)
        return false;
    *total = source_frames_before(pane->document->source, source_count(pane->document->source), exact);
    bool before = true;
    const struct source_position position = pane->position;
    const int64_t frames = source_frames(pane->document->source, position.item);
    const int64_t frame = position.frame >= 0 ? position.frame : frames + position.frame;
    *number = source_frames_before(pane->document->source, position.item, &before) + int64_max(frame, 0);
    *total = int64_max(*total, *number + 1);
    return frame >= 0;
}

// --- slabs ---

enum status playback_slab(struct pane *pane, int mode, int64_t frames, struct error *error)
{
    enum status status = need_image(pane, error);
    if (status || (mode < 0 && !pane->document->plain))
        return status;
    int64_t number, total;
    bool exact;
    playback_place(pane, &number, &total, &exact);
    for (int i = 0; i < pane->course.waiting_count; i++)
        number = int64_clamp(number + pane->course.waiting[i], 0, exact ? total - 1 : INT32_MAX);
    number *= pane->document->plain ? pane->document->slab_frames : 1;
    struct source *plain = document_files(pane->document), *slabs = NULL;
    if (mode >= 0)
        status = source_create_slab(plain, (enum slab_mode)mode, frames, &slabs, error);
    if (status)
        return status;
    stop(pane);
    pane_give_up(pane);
    pane_limits_of_other_data(pane);
    if (pane->document->references > 1) { // the others go on as they are
        struct document *shared = pane->document;
        pane->document = document_fork(shared);
        document_release(&shared);
        plain = document_files(pane->document);
    }
    if (pane->document->plain)
        source_destroy(&pane->document->source);
    pane->document->source = slabs ? slabs : plain;
    pane->document->plain = slabs ? plain : NULL;
    pane->document->slab_frames = slabs ? frames : 0;
    struct source_position position = {0, slabs ? number / frames : 0};
    int64_t moved = 0;
    if (slabs || locate(pane, number, &position, &moved))
        pane_show(pane, position);
    else
        start_walk(pane, position, number, MOVE_ANYWHERE);
    return STATUS_OK;
}

// --- playing ---

static void play_step(struct pane *pane)
{
    struct view_play *play = &pane->view.play;
    struct source_position next;
    const bool any = course_next(pane->document->source, pane->position, play->loop, &play->direction, &next);
    if (!any)
        play->direction = 0;
    else
        pane->course.direction = play->direction;
    if (any)
        pane_go(pane, next);
}

bool playback_tick(struct pane *pane, int64_t now)
{
    struct course *course = &pane->course;
    if (!pane->document->source || pane_is_loading(pane))
        return false;
    int64_t frames;
    if (course_take(course, &frames)) {
        step_now(pane, frames);
        return true;
    }
    if (pane->view.play.direction == 0) {
        course->due_ns = 0;
        return false;
    }
    if (now < course->due_ns)
        return false;
    // What took too long is not caught up with: the pace goes on from here.
    const int64_t period = (int64_t)llround(1e9 / pane->view.play.rate);
    course->due_ns = int64_max(course->due_ns + period, now + period / 2);
    play_step(pane);
    return true;
}

int playback_wait_ms(const struct pane *pane, int64_t now)
{
    const struct course *course = &pane->course;
    if (!pane->document->source || pane_is_loading(pane))
        return -1;
    if (course->waiting_count > 0)
        return 0;
    if (pane->view.play.direction == 0)
        return -1;
    return (int)int64_clamp(int64_ceil_div(course->due_ns - now, 1000000), 0, 60000);
}
