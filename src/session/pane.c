// SPDX-License-Identifier: MIT
// What a pane shows: opening, moving on, and taking what loaders have ready.
#include "session/pane_internal.h"

#include "base/clock.h"
#include "base/size.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REGIONS = 48, WAIT_MS = 50, PACKED_BLOCKS = 32, SLICE_MS = 10 };
enum { SHOWN_AT_ONCE = 1 << 20 }; // pixels of the mask

// --- life ---

struct pane *pane_create(struct common *common)
{
    struct pane *pane = must_alloc(sizeof *pane);
    memset(pane, 0, sizeof *pane); // whole bytes, because parts of the view are compared with memcmp
    const struct view view = view_default();
    memcpy(&pane->view, &view, sizeof view);
    pane->common = common;
    pane->document = document_create(CHANNEL_AUTO);
    pane->frame = frame_cache_new(common->frames);
    pane->render_view = render_view_create();
    pane->spares.jobs = common->jobs;
    pane_update_colormap(pane);
    return pane;
}

// With its last pane a document goes, and what was kept of it.
static void leave_document(struct pane *pane)
{
    if (pane->document->references == 1)
        frame_cache_forget(pane->common->frames, pane->document);
    document_release(&pane->document);
}

void pane_destroy(struct pane **address)
{
    struct pane *pane = *address;
    if (!pane)
        return;
    pane_give_up(pane);
    file_works_abandon(pane->common->works, pane);
    frame_look_away(pane->frame, pane);
    frame_cache_release(pane->common->frames, &pane->frame); // has a sheet of the document's masks open
    render_view_destroy(&pane->render_view);
    free(pane->grid.samples);
    free(pane->limits.of);
    leave_document(pane);
    free(pane);
    *address = NULL;
}

enum status pane_configure(struct pane *pane, const struct view_options *options, struct error *error)
{
    pane->options = options;
    pane->document->channel = options->source.channel;
    pane->read_ahead = pane->spares.keep_buffers = options->source.prefetch > 0;
    pane->document->mask_path =
        options->source.mask && !options->source.no_mask ? must_copy(options->source.mask) : NULL;
    enum status status = options_apply(options, &pane->view, &pane->common->colormaps, error);
    pane_update_colormap(pane);
    return status;
}

void pane_update_colormap(struct pane *pane)
{
    const struct colormap *map = colormap_find(&pane->common->colormaps, pane->view.display.colormap);
    pane->colormap = map ? map : &pane->common->colormaps.maps[0];
}

void pane_take_looks(struct pane *pane, const struct pane *other)
{
    pane->view.contrast = other->view.contrast;
    pane->view.contrast.automatic = true;
    memcpy(&pane->view.display, &other->view.display, sizeof pane->view.display);
    pane->view.overlays = other->view.overlays;
    pane->view.play.rate = other->view.play.rate;
    pane->view.play.loop = other->view.play.loop;
    pane->document->channel = other->document->channel;
    pane->read_ahead = pane->spares.keep_buffers = other->read_ahead;
    pane_update_colormap(pane);
}

// --- the mask ---

uint8_t pane_unlocked_layers(const struct pane *pane)
{
    return MASK_CHOICE_BITS & (uint8_t)~pane->common->workspace.masking.locked;
}

static void upload_mask(struct pane *pane, struct rect rect)
{
    const struct frame *frame = pane->frame;
    struct error error = {0};
    if (picture_take_mask(frame->picture, frame->mask.seen, rect, &error))
        common_fault(pane->common, pane, &error);
}

// Some rows of what the picture does not show yet of the mask, for about `work_ms`. True if there were any.
static bool show_rows(struct pane *pane, int work_ms)
{
    struct rect *left = &pane->frame->mask.unshown;
    const int64_t until = clock_now_ns() + int64_min(work_ms, SLICE_MS) * 1000000;
    if (left->height <= 0)
        return false;
    do {
        const int64_t rows = int64_min(MASK_BLOCK - left->y % MASK_BLOCK, left->height);
        upload_mask(pane, (struct rect){left->x, left->y, left->width, rows});
        left->y += rows;
        left->height -= rows;
    } while (left->height > 0 && clock_now_ns() < until);
    jobs_wake(pane->common->jobs); // for the rest, of which nobody tells
    return true;
}

// The mask was changed within `rect`. A large part of it is shown little by little where an event loop runs.
static void show_mask(struct pane *pane, struct rect rect)
{
    struct frame *frame = pane->frame;
    if (!frame->picture || !frame->mask.seen || rect.width <= 0)
        return;
    if (pane->common->paced && rect.width * rect.height > SHOWN_AT_ONCE)
        frame->mask.unshown = rect_join(frame->mask.unshown, rect);
    else
        upload_mask(pane, rect);
}

// Steps of the history are made small, a few blocks at a time, between events.
static void pack_history(const struct pane *pane)
{
    const struct mask_sheet *sheet = pane->frame->mask.sheet;
    if (sheet && mask_history_pack(sheet->history, PACKED_BLOCKS))
        jobs_wake(pane->common->jobs);
}

// What is read ahead leaves out what was masked before; but while playing it would never get further.
static void drop_outdated(struct pane *pane)
{
    if (!pane->view.play.direction)
        pane_drop_ahead(pane);
}

void pane_mask_changed(struct pane *pane, struct rect rect)
{
    drop_outdated(pane);
    frame_mask_edited(&pane->frame->mask, rect);
    show_mask(pane, rect);
}

void pane_follow_locks(struct pane *pane)
{
    struct frame *frame = pane->frame;
    if (!frame_mask_own(&frame->mask, pane_unlocked_layers(pane), pane->load.loader && pane->load.known))
        return;
    pane_drop_ahead(pane);
    show_mask(pane, (struct rect){0, 0, frame->info.width, frame->info.height});
}

bool pane_follow_masks(struct pane *pane)
{
    const struct rect rect = frame_mask_catch_up(&pane->frame->mask);
    if (rect.width <= 0)
        return false;
    drop_outdated(pane);
    show_mask(pane, rect);
    return true;
}

// --- what is shown ---

// Gives up what is being loaded of the shown series.
static bool stop_loading(struct pane *pane)
{
    const bool busy = course_stop(&pane->course) || pane->limits.visible;
    pane_drop_limits(pane);
    if (!pane->load.loader)
        return busy;
    pane_load_stop(pane);
    return true;
}

void pane_own_frame(struct pane *pane)
{
    frame_look_away(pane->frame, pane);
    if (pane->frame->holders > 1)
        frame_cache_turn(pane->common->frames, &pane->frame, NULL);
    pane->frame->whole = false;
}

void pane_drop_picture(struct pane *pane)
{
    frame_look_away(pane->frame, pane);
    frame_cache_turn(pane->common->frames, &pane->frame, NULL);
    frame_clear(pane->frame);
}

void pane_give_up(struct pane *pane)
{
    pane_cancel(pane);
    recount_drop(&pane->recount, pane->frame);
    pane_drop_ahead(pane);
    spares_drop(&pane->spares);
    left_loads_abandon(&pane->spares.left);
    pane_own_frame(pane);
    pane_load_leave(pane);
    handle_let_go(&pane->frame->file, pane->common->jobs);
}

// What was said of the image that was shown is over, and so is what was wrong with earlier commands.
static void settle_messages(struct pane *pane)
{
    messages_settle(&pane->common->messages, pane);
    messages_settle(&pane->common->messages, pane->common);
}

void pane_show(struct pane *pane, struct source_position position)
{
    pane->opened++;
    pane->position = position;
    settle_messages(pane);
    pane_load_start(pane, position.item, true);
}

// The document is there: it takes the place of the other one.
static void take_opened(struct pane *pane, struct document *opened, struct source_position position,
                        const struct opening_request *request)
{
    const bool another = pane->document->source != NULL && !request->same_data;
    pane_give_up(pane);
    if (pane->document->references == 1)
        document_take_masks(opened, pane->document);
    else
        frame_mask_finish(&pane->frame->mask); // they stay with those who show the document
    leave_document(pane);
    pane->document = opened;
    // Limits set by hand are of the data they were set for, unless the user keeps them.
    pane->view.contrast.automatic |= another && !pane->view.contrast.keep;
    if (another)
        pane_limits_of_other_data(pane);
    pane->course.direction = request->what.beside < 0 ? -1 : 1;
    pane->course.due_ns = 0;
    pane_show(pane, position);
}

static void end_opening(void *context, const struct opening_request *request, struct document *document,
                        struct source_position position, const struct error *error)
{
    struct pane *pane = context;
    pane->opening = NULL;
    if (document) {
        take_opened(pane, document, position, request);
        return;
    }
    if (request->what.beside) { // there is none: what is shown stays
        common_say(pane->common, SEVERITY_INFO, "%s", error->text);
        return;
    }
    pane->open_error = *error;
    common_fail(pane->common, error);
}

static enum status open_now(struct pane *pane, const struct opening_request *request, struct error *error)
{
    struct document *opened = NULL;
    struct source_position position;
    const enum status status = document_open(&request->what, &opened, &position, error);
    if (!status)
        take_opened(pane, opened, position, request);
    return status;
}

static enum status begin_opening(struct pane *pane, const struct document_request *what, bool same_data,
                                 struct error *error)
{
    // Slabs that the command line asked for are of what it names, not of what is opened later.
    const struct view_options *options = pane->document->source ? NULL : pane->options;
    struct opening_request request = {.jobs = pane->common->jobs,
                                      .what = *what,
                                      .same_data = same_data,
                                      .done = end_opening,
                                      .context = pane};
    request.what.channel = pane->document->channel;
    if (options) {
        request.what.slab = options->source.slab;
        request.what.slab_frames = options->source.slab_frames;
    }
    opening_abandon(&pane->opening);
    pane->open_error = (struct error){0};
    pane->course.waiting_count = 0;
    if (!pane->common->paced)
        return open_now(pane, &request, error);
    pane->opening = opening_start(&request);
    return STATUS_OK;
}

enum status pane_open(struct pane *pane, const char *const *names, size_t count, bool siblings, int64_t frame,
                      struct error *error)
{
    const struct document_request what = {
        .names = names, .count = count, .siblings = siblings, .frame = frame};
    return begin_opening(pane, &what, false, error);
}

enum status pane_open_siblings(struct pane *pane, struct error *error)
{
    const struct source *files = document_files(pane->document);
    char *name = must_copy(source_name(files, pane->document->plain ? 0 : pane->position.item));
    const char *const names[] = {name};
    const struct document_request what = {.names = names, .count = 1, .siblings = true};
    const enum status status = begin_opening(pane, &what, true, error);
    free(name);
    return status;
}

bool pane_open_beside(struct pane *pane, int step)
{
    const struct source *source = pane->document->source;
    if (!pane->common->paced || pane->document->plain || source_count(source) != 1 ||
        source_was_found(source, 0))
        return false;
    const char *const names[] = {source_name(source, 0)};
    const struct document_request what = {.names = names, .count = 1, .beside = step};
    return begin_opening(pane, &what, true, NULL) == STATUS_OK;
}

bool pane_drop_opening(struct pane *pane)
{
    const bool any = pane->opening != NULL;
    opening_abandon(&pane->opening);
    return any;
}

bool pane_is_empty(const struct pane *pane)
{
    return !pane->document->source && !pane->opening;
}

struct frame_key pane_key_at(const struct pane *pane, struct source_position position)
{
    const struct display *display = &pane->view.display;
    if (position.frame < 0 && pane->document->source)
        position.frame += source_frames(pane->document->source, position.item);
    return (struct frame_key){pane->document, position, display->reduce, display->classes};
}

// Whether the frame that another pane shows is what this one would load.
static bool can_share(const struct pane *pane, const struct pane *other)
{
    const struct frame *frame = other->frame;
    const struct frame_key key = pane_key_at(pane, other->position);
    return !other->load.loader && frame->picture && picture_is_complete(frame->picture) &&
           frame_key_is(&frame->key, &key);
}

// Another frame, or other numbers of it: limits that follow are made anew.
static bool renew_limits(struct pane *pane)
{
    return pane_limits_follow(pane) && pane_auto_limits(pane, NULL) == STATUS_OK;
}

void pane_take_frame(struct pane *pane, struct frame *frame)
{
    pane_drop_limits(pane);
    frame_look_away(pane->frame, pane);
    frame_cache_leave(pane->common->frames, &pane->frame);
    pane->frame = frame;
    frame->passing = pane->view.play.direction != 0;
    pane->position = frame->key.position;
    pane->unseen = true;
    pane->load.status = STATUS_OK;
    pane->load.error = (struct error){0};
    pane_meet_frame(pane, &frame->info);
    renew_limits(pane);
}

bool pane_share(struct pane *pane, const struct pane *other)
{
    if (!can_share(pane, other))
        return false;
    stop_loading(pane);
    recount_drop(&pane->recount, pane->frame);
    pane->load.number++;
    pane_take_frame(pane, frame_share(other->frame));
    return true;
}

void pane_open_same(struct pane *pane, const struct pane *other)
{
    if (pane == other || !other->document->source)
        return;
    pane_give_up(pane);
    frame_clear(pane->frame);
    frame_mask_finish(&pane->frame->mask);
    leave_document(pane);
    pane->document = document_share(other->document);
    if (other->view.contrast.automatic && other->limits.of) { // they hold here too
        free(pane->limits.of);
        pane->limits.of = must_copy(other->limits.of);
        pane->limits.frame = other->limits.frame;
    }
    pane->view.contrast = other->view.contrast; // the same data: limits set by hand hold
    pane->course = (struct course){.direction = other->course.direction};
    pane->opened++;
    if (!pane_share(pane, other))
        pane_show(pane, other->position);
}

void pane_go(struct pane *pane, struct source_position position)
{
    const size_t shown_item = pane->position.item;
    stop_loading(pane);
    pane->position = position;
    settle_messages(pane);
    pane_load_start(pane, shown_item, false);
}

void pane_reload(struct pane *pane)
{
    if (!pane->document->source)
        return;
    stop_loading(pane);
    pane_load_start(pane, pane->position.item, true);
}

void pane_load_mask(struct pane *pane, const char *path)
{
    char *copy = path ? must_copy(path) : NULL;
    stop_loading(pane);
    free(pane->document->mask_path);
    pane->document->mask_path = copy;
    mask_book_forget_file(pane->document->masks, !path);
    pane_reload(pane);
}

bool pane_is_loading(const struct pane *pane)
{
    return pane->opening || pane->load.loader || pane->course.walk.job || pane->limits.visible ||
           pane->frame->mask.unshown.height > 0;
}

bool pane_cancel(struct pane *pane)
{
    const bool opening = pane_drop_opening(pane);
    return stop_loading(pane) || opening;
}

bool pane_leave(struct pane *pane)
{
    const bool opening = pane_drop_opening(pane);
    pane_cancel(pane);
    const bool counting = pane->recount.loader != NULL;
    recount_drop(&pane->recount, pane->frame);
    pane_drop_ahead(pane);
    spares_drop(&pane->spares);
    pane_load_collect(pane);
    return !counting && !opening && pane->spares.left.count == 0;
}

// --- numbers that follow the mask ---

int pane_recount_wait_ms(const struct pane *pane, int64_t now)
{
    // While playing, the next frame comes before it would be done.
    return pane->load.loader || pane->view.play.direction ? -1 : recount_wait_ms(pane->frame, now);
}

bool pane_recount(struct pane *pane, int64_t now)
{
    if (pane_recount_wait_ms(pane, now) != 0)
        return false;
    struct mask_version left_out;
    struct loader_request request = pane_request(pane, pane->frame->key.position, &left_out);
    request.priority = JOB_WANTED;
    recount_begin(&pane->recount, pane->frame, &request, left_out);
    return true;
}

// What was counted again is shown. True if anything changed.
static bool pump_recount(struct pane *pane)
{
    struct taps_result taps;
    const bool changed = recount_take(&pane->recount, pane->frame, pane->common->jobs, SLICE_MS);
    if (!recount_end(&pane->recount, pane->frame, pane->common->jobs, &taps))
        return changed;
    pane_take_numbers(pane, &taps);
    return true;
}

// --- files that are no images ---

// Goes on to the next image instead of a file that is none, in the direction of the last move or else back.
// False if there is none at all.
static bool pass_over(struct pane *pane)
{
    int64_t moved = 0;
    snprintf(pane->document->passed_name, sizeof pane->document->passed_name, "%s", pane_shown_name(pane));
    source_pass_over(pane->document->source, pane->position.item);
    pane->document->passed_over++;
    struct source_position next = {pane->position.item, 0};
    source_step_known(pane->document->source, &next, pane->course.direction, &moved);
    if (moved == 0)
        source_step_known(pane->document->source, &next, -pane->course.direction, &moved);
    if (moved == 0) {
        pane_drop_picture(pane);
        return false;
    }
    pane_go(pane, next);
    return true;
}

static void tell_passed_over(struct pane *pane)
{
    const bool fault = messages_fault(&pane->common->messages) != NULL;
    if (pane->document->passed_over == 1 && !fault)
        common_say(pane->common, SEVERITY_INFO, "%s is no image and was passed over",
                   pane->document->passed_name);
    else if (pane->document->passed_over > 1 && !fault)
        common_say(pane->common, SEVERITY_INFO, "%lld files that are no images were passed over, the last %s",
                   (long long)pane->document->passed_over, pane->document->passed_name);
    pane->document->passed_over = 0;
}

// --- pumping ---

static bool pump_regions(struct pane *pane, int wait_ms)
{
    struct frame *frame = pane->frame;
    const int level = camera_level(&pane->view.camera, frame->picture->level_count - 1);
    struct picture_request requests[MAX_REGIONS];
    struct region regions[MAX_REGIONS];
    frame_look(frame, pane, (struct picture_sight){level, camera_visible(&pane->view.camera)});
    const size_t count =
        picture_missing(frame->picture, frame->sights.at, frame->sights.count, requests, MAX_REGIONS);
    for (size_t i = 0; i < count; i++)
        regions[i] = (struct region){requests[i].level, requests[i].tile, requests[i].rect};
    region_loader_want(frame->regions, regions, count);
    bool changed = false;
    struct region_result result;
    while (region_loader_take(frame->regions, changed ? 0 : wait_ms, &result)) {
        const struct picture_request request = {result.region.level, result.region.tag, result.region.rect};
        struct error error = result.error;
        enum status status = result.status;
        if (!status)
            status = picture_put(frame->picture, &request, result.samples, frame->mask.seen, &error);
        if (status) { // until the frame is loaded again
            region_loader_give_up(frame->regions, &result.region);
            common_fault(pane->common, pane, &error);
        }
        free(result.samples);
        changed = true;
    }
    return changed;
}

// A frame that is shared was counted again by another pane: automatic limits follow.
static bool follow_statistics(struct pane *pane)
{
    const bool changed = pane->limits.seen_serial != pane->frame->serial;
    pane->limits.seen_serial = pane->frame->serial;
    return changed && pane->frame->holders > 1 && pane->frame->statistics_known && renew_limits(pane);
}

bool pane_pump(struct pane *pane, int wait_ms, int work_ms)
{
    if (pane->opening || pane->limits.visible)
        jobs_wait(pane->common->jobs, wait_ms);
    jobs_drain(pane->common->jobs);
    pane_follow_locks(pane);
    const bool masked = pane_follow_masks(pane), counted = pump_recount(pane);
    const bool shown = show_rows(pane, work_ms), collected = pane_load_collect(pane) || masked || shown;
    pack_history(pane);
    const bool news = inquiry_has_news(pane->frame->inquiry) || collected;
    if (!pane->load.loader) {
        const bool limited = follow_statistics(pane);
        return (pane->frame->regions && pane->frame->picture && pump_regions(pane, wait_ms)) || news ||
               counted || limited;
    }
    struct frame_info info;
    if (!pane->load.known && pane->common->gpu && loader_info(pane->load.loader, &info)) {
        struct error error = {0};
        if (pane_load_prepare(pane, &info, &error)) {
            pane_cancel(pane);
            pane_drop_picture(pane);
            pane_tell_refused(pane, &error);
            pane->load.error = error;
            pane->load.status = error.status;
            return true;
        }
        pane->load.known = true;
    }
    bool changed = false;
    if (pane->load.known)
        changed = pane_load_take(pane, wait_ms, work_ms);
    else if (wait_ms > 0)
        loader_wait(pane->load.loader, wait_ms);
    if (pane->load.hold && clock_now_ns() > pane->load.hold_until_ns)
        pane->load.hold = false;
    if (loader_done(pane->load.loader) && (pane->load.known || !loader_info(pane->load.loader, &info))) {
        pane_load_end(pane);
        if (!pane_is_no_image(pane))
            tell_passed_over(pane);
        else
            return !pass_over(pane);
        return true;
    }
    return changed && !pane->load.hold;
}

enum status pane_load_all(struct pane *pane, struct error *error)
{
    while ((pane->opening || pane->load.loader || pane->limits.visible) &&
           !cancel_requested(pane->common->cancel))
        pane_pump(pane, 100, 1000);
    if (cancel_requested(pane->common->cancel)) {
        pane_cancel(pane);
        return error_set(error, STATUS_CANCELLED, "loading was stopped");
    }
    if (pane->open_error.status) {
        if (error)
            *error = pane->open_error;
        return pane->open_error.status;
    }
    if (pane->load.error.status && error)
        *error = pane->load.error;
    if (pane->load.error.status)
        return pane->load.error.status;
    while (pane->frame->regions && !cancel_requested(pane->common->cancel) &&
           (pane_pump(pane, 100, 1000) || region_loader_busy(pane->frame->regions)))
        continue;
    return cancel_requested(pane->common->cancel) ? error_set(error, STATUS_CANCELLED, "loading was stopped")
                                                  : STATUS_OK;
}
