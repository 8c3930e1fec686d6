// SPDX-License-Identifier: MIT
// The steps of a load into the pane's picture.
#include "session/pane_internal.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/size.h"
#include "base/text.h"
#include "commands/view_options.h"

#include <stdio.h>
#include <string.h>

enum { HOLD_MS = 200, LIMITS_EVERY_MS = 60 };

static const double WARNING_SHARE = 0.5; // of the free memory, from which the user is warned

const char *pane_shown_name(const struct pane *pane)
{
    const struct source *source = pane->document->source;
    return source ? source_name(source, pane->position.item) : NULL;
}

const char *pane_coming_name(const struct pane *pane)
{
    return pane->opening ? opening_name(pane->opening) : pane_shown_name(pane);
}

// The open file of the item to be loaded, if there is one that nobody else needs.
static struct image_file *open_file(struct pane *pane, bool same_item)
{
    struct frame *frame = pane->frame;
    struct image_file *file = NULL;
    if (frame->holders == 1) {
        file = same_item && frame->file ? handle_take(frame->file) : NULL;
        handle_let_go(&frame->file, pane->common->jobs);
    }
    return file ? file : spares_file(&pane->spares, pane->position.item);
}

// Which of the user's layers a load leaves out: all that there are now.
static struct mask_version ask_masks(const struct pane *pane, struct loader_request *request)
{
    const struct mask_sheet *sheet = pane->frame->mask.sheet;
    request->mask_path = pane->document->mask_path;
    if (!sheet || mask_snapshot(sheet->mask, &request->user, NULL))
        return (struct mask_version){0};
    request->owned_layers = sheet->owned;
    request->mask_has_file = sheet->has_file;
    return (struct mask_version){sheet, sheet->serial};
}

struct loader_request pane_request(const struct pane *pane, struct source_position position,
                                   struct mask_version *left_out)
{
    struct loader_request request = {
        .jobs = pane->common->jobs,
        .source = pane->document->source,
        .item = position.item,
        .channel = pane->document->channel,
        .frame = position.frame,
        .detector = true,
        .reduce = pane->view.display.reduce,
        .choice = pane->view.display.classes,
    };
    *left_out = ask_masks(pane, &request);
    return request;
}

// Loads anew, unless `pane->load.kept` is still what there is to load.
static struct loader *start_fresh(struct pane *pane, bool same_item)
{
    struct loader_request request = pane_request(pane, pane->position, &pane->load.left_out);
    request.file = open_file(pane, same_item);
    request.handle = same_item ? pane->frame->file : NULL;
    if (pane->load.kept)
        request.refused = pane->load.kept->identity;
    return loader_start(&request);
}

void pane_load_leave(struct pane *pane)
{
    if (pane->frame->holders > 1)
        return;
    region_loader_destroy(&pane->frame->regions);
    inquiry_turn_to(pane->frame->inquiry, NULL, 0, NULL);
}

// What the shown frame's numbers and pixels are of is another file, mask or reduction.
static void forget_all(struct pane *pane)
{
    frame_cache_forget(pane->common->frames, pane->document);
    pane_drop_ahead(pane);
    spares_drop(&pane->spares);
    left_loads_abandon(&pane->spares.left); // their files are as they were
}

// For a moment the old picture stays, rather than parts of the new one.
static void hold(struct pane *pane)
{
    pane->load.hold = true;
    pane->load.hold_until_ns = clock_now_ns() + (int64_t)HOLD_MS * 1000000;
}

void pane_load_start(struct pane *pane, size_t shown_item, bool again)
{
    struct pane_load *load = &pane->load;
    load->number++;
    recount_drop(&pane->recount, pane->frame);
    pane_drop_limits(pane);
    if (again)
        forget_all(pane);
    const struct frame_key key = pane_key_at(pane, pane->position);
    struct frame *found = frame_cache_find(pane->common->frames, &key);
    load->kept = found && found->whole ? frame_share(found) : NULL;
    pane_load_leave(pane);
    load->known = load->hold = false;
    pane->unseen = true;
    load->times = (struct pane_times){.load_started = clock_now_ns()};
    load->loader = pane_take_ahead(pane, found, shown_item);
    if (load->loader) { // it may be done since long ago
        jobs_wake(pane->common->jobs);
        return;
    }
    if (load->kept)
        hold(pane);
    load->loader = start_fresh(pane, !again && shown_item == pane->position.item);
}

// --- while loading ---

static void note_memory(struct pane *pane, const struct frame_info *info, int64_t budget)
{
    const int64_t cost = picture_cost(info, false);
    char need[32], have[32];
    format_bytes(cost, need, sizeof need);
    format_bytes(budget, have, sizeof have);
    if (budget > 0 && cost > budget)
        common_say(pane->common, SEVERITY_INFO,
                   "the image needs %s, %s may be used: it is shown reduced and read in parts when magnified",
                   need, have);
    else if (pane->common->frames->memory_limit == 0 &&
             (double)cost > WARNING_SHARE * (double)machine_available_bytes())
        common_say(pane->common, SEVERITY_INFO,
                   "the image takes %s, more than half of this machine's free memory", need);
}

// The user's layers over images of this size are opened; the classes come in with the bands.
static enum status prepare_masks(struct pane *pane, const struct frame_info *info, struct error *error)
{
    struct frame_mask *mask = &pane->frame->mask;
    mask->ignored = pane->view.display.classes.ignored;
    // Unsaved edits of images of this size that come back are not hidden.
    const struct mask_sheet *sheet = mask_book_find(pane->document->masks, info->width, info->height);
    if (sheet && sheet != mask->sheet)
        pane->common->workspace.masking.locked &= (uint8_t)~sheet->dirty;
    const enum status status =
        frame_mask_begin(mask, pane->document->masks, info, loader_file_layer(pane->load.loader),
                         pane_unlocked_layers(pane), pane->load.left_out, error);
    if (!status)
        mask_sheet_rename(mask->sheet, pane_shown_name(pane));
    return status;
}

void pane_meet_frame(struct pane *pane, const struct frame_info *info)
{
    struct camera *camera = &pane->view.camera;
    pane->view.display.low_is_white = info->low_is_white;
    camera->native_lower = info->rows_upward;
    if (!camera->origin_chosen)
        camera->origin_lower = camera->native_lower;
    if (camera->image_width != info->width || camera->image_height != info->height || !pane->first_shown) {
        camera_set_image(camera, info->width, info->height);
        if (!pane->first_shown && pane->options)
            options_apply_camera(&pane->options->camera, camera);
        else
            camera_fit(camera);
    }
    pane->first_shown = true;
}

// A picture for the frame: in the same textures where they fit.
static enum status prepare_picture(struct pane *pane, const struct frame_info *info, struct error *error)
{
    struct frame_cache *frames = pane->common->frames;
    const struct picture *shown = pane->frame->picture;
    const bool fits = shown && picture_fits(shown, info);
    pane->load.hold = false;
    if (fits && picture_is_complete(shown) && pane->first_shown)
        hold(pane);
    if (!fits)
        render_view_drop_cache(pane->render_view);
    frame_look_away(pane->frame, pane);
    frame_cache_turn(frames, &pane->frame, info);
    if (pane->frame->picture && picture_fits(pane->frame->picture, info)) {
        picture_restart(pane->frame->picture, info, pane->view.display.reduce);
        return STATUS_OK;
    }
    picture_destroy(&pane->frame->picture);
    const int64_t room = frame_cache_room(frames, pane->frame, picture_cost(info, false));
    note_memory(pane, info, room);
    enum status status = picture_create(pane->common->gpu, info, room, &pane->frame->picture, error);
    frame_cache_settle(frames);
    return status;
}

enum status pane_load_prepare(struct pane *pane, const struct frame_info *info, struct error *error)
{
    if (pane->load.kept) { // its file is another one by now
        pane->load.kept->whole = false;
        pane_let_kept_go(pane);
    }
    enum status status = prepare_picture(pane, info, error);
    if (!status)
        status = prepare_masks(pane, info, error);
    if (status)
        return status;
    frame_describe(pane->frame, info);
    pane_meet_frame(pane, info);
    pane->frame->key = pane_key_at(pane, pane->position);
    pane->frame->info = *info;
    loader_detector(pane->load.loader, &pane->frame->detector);
    pane->frame->statistics_known = false;
    pane->load.times.header_known = clock_now_ns();
    return STATUS_OK;
}

// Limits from the bands so far, now and then, until the whole is known.
static void update_limits_while_loading(struct pane *pane)
{
    const int64_t now = clock_now_ns();
    if (pane->load.hold || !pane_limits_follow(pane) ||
        now - pane->limits.updated_ns < (int64_t)LIMITS_EVERY_MS * 1000000)
        return;
    struct limits limits;
    if (loader_limits(pane->load.loader, &pane->view.contrast.rule, &limits)) {
        pane->view.contrast.limits = limits;
        pane->limits.updated_ns = now;
    }
}

static void take_band(struct pane *pane, struct loaded_band *band)
{
    struct frame *frame = pane->frame;
    struct error error = {0};
    frame_mask_take_rows(&frame->mask, loader_classes(pane->load.loader), band->y, band->rows);
    // What was drawn since the load began is shown too.
    band->any_mask =
        mask_any(frame->mask.seen, (struct rect){0, band->y, frame->info.width, band->rows}, 0xff);
    if (picture_take_band(frame->picture, band, frame->mask.seen, &error))
        common_fault(pane->common, pane, &error);
}

bool pane_load_take(struct pane *pane, int wait_ms, int work_ms)
{
    bool changed = false;
    int64_t until = INT64_MAX;
    struct loaded_band band;
    while (loader_take(pane->load.loader, changed ? work_ms : wait_ms, &band)) {
        if (!changed)
            until = clock_now_ns() + (int64_t)work_ms * 1000000;
        take_band(pane, &band);
        loader_give_back(pane->load.loader, &band);
        if (!pane->load.times.first_band)
            pane->load.times.first_band = clock_now_ns();
        changed = true;
        if (clock_now_ns() > until) {
            jobs_wake(pane->common->jobs); // there may be more, of which nobody tells again
            break;
        }
    }
    if (changed)
        update_limits_while_loading(pane);
    return changed;
}

// --- after loading ---

// About what the pane shows, or was to show; the toast goes when that is another image.
static void tell_of_image(struct pane *pane, enum severity severity, const char *sentence, const char *format,
                          ...) __attribute__((format(printf, 4, 5)));
static void tell_of_image(struct pane *pane, enum severity severity, const char *sentence, const char *format,
                          ...)
{
    struct text detail = {0};
    va_list args;
    va_start(args, format);
    text_vprintf(&detail, format, args);
    va_end(args);
    common_tell(pane->common, &(struct notice){severity, sentence, text_string(&detail), .topic = pane});
    text_free(&detail);
}

void pane_tell_refused(struct pane *pane, const struct error *error)
{
    const char *name = pane_shown_name(pane), *title = path_title(name);
    struct text sentence = {0};
    text_append(&sentence, "Cannot show ");
    text_safe(&sentence, title, strlen(title));
    // The sentence of an error that no file is named in.
    const bool named = strstr(error->text, title) != NULL;
    tell_of_image(pane, SEVERITY_ALARM, text_string(&sentence), "%s%s%s", named ? "" : name,
                  named ? "" : ": ", error->text);
    text_free(&sentence);
}

static void tell_of_mask(struct pane *pane, const struct error *error)
{
    const struct notice notice = {.severity = SEVERITY_WARN,
                                  .sentence = error->status == STATUS_MISMATCH ? "The mask has another size"
                                                                               : "The mask cannot be used",
                                  .detail = error->text,
                                  .action = "Choose\xE2\x80\xA6",
                                  .command = "mask.load",
                                  .topic = pane};
    common_tell(pane->common, &notice);
}

static void report_outcome(struct pane *pane, const struct loader_outcome *outcome)
{
    if (outcome->status == STATUS_CANCELLED)
        tell_of_image(pane, SEVERITY_INFO, "Loading was stopped", "%s: the part read so far is shown",
                      pane_shown_name(pane));
    else if (outcome->status)
        pane_tell_refused(pane, &outcome->error);
    else if (outcome->mask_error.status)
        tell_of_mask(pane, &outcome->mask_error);
    else if (outcome->lost_pixels > 0)
        tell_of_image(pane, SEVERITY_WARN, "A part of the image is damaged",
                      "%s (%lld pixels are lost and marked as bad; the rest is shown)", outcome->loss.text,
                      (long long)outcome->lost_pixels);
    pane->load.error = outcome->status ? outcome->error : outcome->mask_error;
}

static void start_regions(struct pane *pane)
{
    if (!pane->frame->picture || pane->frame->picture->cache_budget == 0 || !pane->frame->file)
        return;
    pane->frame->regions = region_loader_create(pane->common->jobs, pane->frame->file, pane->position.frame,
                                                &pane->frame->info, pane->view.display.reduce);
}

bool pane_is_no_image(const struct pane *pane)
{
    return pane->load.status == STATUS_NOT_MINE &&
           source_was_found(pane->document->source, pane->position.item);
}

static void limits_of_loaded(struct pane *pane)
{
    struct error error = {0};
    if (pane_auto_limits(pane, &error))
        common_fault(pane->common, pane, &error);
}

void pane_take_numbers(struct pane *pane, struct taps_result *taps)
{
    if (taps->histogram)
        frame_take_statistics(pane->frame, taps);
    if (pane_limits_follow(pane))
        limits_of_loaded(pane);
}

static void take_file(struct pane *pane, struct loader_outcome *outcome)
{
    if (outcome->file) {
        source_set_frames(pane->document->source, pane->position.item, outcome->file->frames);
        pane->position.frame = outcome->frame;
    } else if (outcome->status != STATUS_CANCELLED) {
        pane->position.frame = int64_max(pane->position.frame, 0); // nobody knows which the last would be
    }
    if (!outcome->file || !pane->load.known)
        return;
    handle_let_go(&pane->frame->file, pane->common->jobs);
    pane->frame->file = handle_create(outcome->file);
    outcome->file = NULL;
}

// All of a frame is there, as its file has it: later it can be shown without being read.
static void make_whole(struct pane *pane, const struct loader_outcome *outcome)
{
    struct frame *frame = pane->frame;
    frame->key.position = pane->position;
    frame->identity = outcome->identity;
    frame->passing = pane->view.play.direction != 0;
    frame->whole = outcome->status == STATUS_OK && outcome->lost_pixels == 0 && !outcome->mask_error.status &&
                   outcome->identity.number && frame->picture->cache_budget == 0;
}

// The picture and the numbers that a load leaves.
static void take_picture(struct pane *pane, struct loader_outcome *outcome)
{
    const bool new_limits = pane_limits_follow(pane);
    if (outcome->taps.histogram)
        frame_take_statistics(pane->frame, &outcome->taps);
    if (outcome->status == STATUS_OK && new_limits)
        limits_of_loaded(pane);
    make_whole(pane, outcome);
    inquiry_turn_to(pane->frame->inquiry, pane->frame->file, pane->position.frame, &pane->frame->info);
    start_regions(pane);
}

// Shows how a load has ended, and frees the outcome.
static void take_outcome(struct pane *pane, struct loader_outcome *outcome)
{
    pane->load.status = outcome->status;
    report_outcome(pane, outcome);
    take_file(pane, outcome);
    frame_mask_end(&pane->frame->mask);
    const bool shown =
        pane->load.known && (outcome->status == STATUS_OK || outcome->status == STATUS_CANCELLED);
    if (shown)
        take_picture(pane, outcome);
    else if (outcome->status != STATUS_CANCELLED && !pane_is_no_image(pane))
        pane_drop_picture(pane);
    pane->limits.pending = false;
    pane->load.hold = false;
    pane->load.times.complete = clock_now_ns();
    spares_take(&pane->spares, pane->position.item, outcome);
    loader_outcome_free(outcome);
    // At rest the shown frame is drawn first; but playing has no rest.
    if (shown && pane->view.play.direction)
        pane_read_ahead(pane);
}

// The file is as it was when the frame that is kept was read from it: that is shown.
static void take_kept(struct pane *pane, struct loader_outcome *outcome)
{
    struct frame *frame = pane->load.kept;
    pane->load.kept = NULL;
    if (frame->holders == 1 && !frame->file) {
        frame->file = outcome->file ? handle_create(outcome->file)
                                    : handle_create_later(pane->document->source, pane->position.item);
        outcome->file = NULL;
        inquiry_turn_to(frame->inquiry, frame->file, frame->key.position.frame, &frame->info);
    }
    pane_take_frame(pane, frame);
    pane->limits.pending = pane->load.hold = false;
    pane->load.times.header_known = pane->load.times.first_band = pane->load.times.complete = clock_now_ns();
    spares_take(&pane->spares, pane->position.item, outcome);
    loader_outcome_free(outcome);
    if (pane->view.play.direction)
        pane_read_ahead(pane);
}

void pane_let_kept_go(struct pane *pane)
{
    if (pane->load.kept)
        frame_cache_release(pane->common->frames, &pane->load.kept);
}

void pane_load_end(struct pane *pane)
{
    struct loader_outcome outcome;
    loader_finish(&pane->load.loader, &outcome);
    if (outcome.unchanged) {
        take_kept(pane, &outcome);
        return;
    }
    if (pane->load.kept)
        pane->load.kept->whole = false;
    pane_let_kept_go(pane);
    take_outcome(pane, &outcome);
}

void pane_load_stop(struct pane *pane)
{
    struct loader_outcome outcome = {
        .status = STATUS_CANCELLED,
        .error = {.status = STATUS_CANCELLED, .text = "loading was cancelled"},
    };
    if (!loader_try_finish(&pane->load.loader, &outcome)) {
        left_loads_add(&pane->spares.left,
                       (struct left_load){pane->load.loader, pane->position.item, pane->load.number});
        pane->load.loader = NULL;
    }
    if (outcome.unchanged)
        outcome.status = STATUS_CANCELLED;
    pane_let_kept_go(pane);
    take_outcome(pane, &outcome);
}

// The shown frame's load has come to its end after it was given up: what it counted is of what is shown.
static void take_late(struct pane *pane, struct loader_outcome *outcome)
{
    take_file(pane, outcome);
    if (pane->load.known && pane->frame->picture && outcome->taps.histogram)
        frame_take_statistics(pane->frame, &outcome->taps);
    if (!pane->load.known)
        return;
    inquiry_turn_to(pane->frame->inquiry, pane->frame->file, pane->position.frame, &pane->frame->info);
    start_regions(pane);
}

bool pane_load_collect(struct pane *pane)
{
    struct left_load load;
    struct loader_outcome outcome;
    bool shown = false;
    while (left_loads_take(&pane->spares.left, &load, &outcome)) {
        if (load.number == pane->load.number && !pane->load.loader && !pane->frame->file) {
            take_late(pane, &outcome);
            shown = true;
        }
        spares_take(&pane->spares, load.item, &outcome);
        loader_outcome_free(&outcome);
    }
    return shown;
}
