// SPDX-License-Identifier: MIT
// Loading into the picture, automatic limits, and drawing.
#include "session/viewer.h"

#include "base/clock.h"
#include "base/size.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOLD_MS = 200, LIMITS_EVERY_MS = 60, MAX_REGIONS = 48 };
enum { END_MS = 2000 }; // for what is being written when the program ends

// Share of the free memory that textures may take before an image is streamed, and from which the user is
// warned.
static const double BUDGET_SHARE = 0.75, WARNING_SHARE = 0.5;
// However much is free, an image beyond this is streamed: a viewer shall not push everything else out of
// memory.
static const int64_t MAX_BUDGET = (int64_t)4 << 30;

// --- life ---

void viewer_create(struct viewer *viewer, void (*wake)(void *context), void *wake_context)
{
    memset(viewer, 0, sizeof *viewer); // whole bytes, because parts of the view are compared with memcmp
    const struct view view = view_default();
    memcpy(&viewer->view, &view, sizeof view);
    viewer->workspace = workspace_default();
    colormap_list_init(&viewer->colormaps);
    viewer->channel = CHANNEL_AUTO;
    viewer->jobs = jobs_create(0, wake, wake_context);
    viewer_update_colormap(viewer);
}

void viewer_finish(struct viewer *viewer)
{
    viewer_give_up(viewer);
    picture_destroy(&viewer->picture);
    renderer_destroy(&viewer->renderer);
    overlay_destroy(&viewer->overlay);
    gpu_destroy(&viewer->gpu);
    mask_destroy(&viewer->mask);
    histogram_destroy(&viewer->histogram);
    free(viewer->sample.values);
    source_destroy(&viewer->source);
    source_destroy(&viewer->plain);
    colormap_list_finish(&viewer->colormaps);
    free(viewer->mask_path);
    free(viewer->grid.samples);
    jobs_destroy(&viewer->jobs, END_MS);
}

void viewer_say(struct viewer *viewer, bool is_error, const char *format, ...)
{
    viewer->message.status = is_error ? STATUS_BROKEN : STATUS_OK;
    viewer->said++;
    va_list args;
    va_start(args, format);
    vsnprintf(viewer->message.text, sizeof viewer->message.text, format, args);
    va_end(args);
}

void viewer_update_colormap(struct viewer *viewer)
{
    const struct colormap *map = colormap_find(&viewer->colormaps, viewer->view.display.colormap);
    viewer->colormap = map ? map : &viewer->colormaps.maps[0];
}

enum status viewer_attach(struct viewer *viewer, struct error *error)
{
    enum status status = gpu_create(&viewer->gpu, error);
    if (!status)
        status = renderer_create(viewer->gpu, &viewer->renderer, error);
    if (!status)
        status = overlay_create(viewer->gpu, &viewer->overlay, error);
    return status;
}

enum status viewer_configure(struct viewer *viewer, const struct view_options *options, struct error *error)
{
    viewer->first_options = options;
    viewer->channel = options->channel;
    viewer->memory_limit = options->memory_bytes;
    viewer->ahead.on = options->prefetch > 0;
    viewer->mask_path = options->mask && !options->no_mask ? must_copy(options->mask) : NULL;
    enum status status = options_apply(options, &viewer->view, &viewer->colormaps, error);
    viewer_update_colormap(viewer);
    return status;
}

// --- starting to load ---

static void end_loader(struct viewer *viewer);

static const char *shown_name(const struct viewer *viewer)
{
    return source_name(viewer->source, viewer->position.item);
}

uint8_t viewer_owned_layers(const struct viewer *viewer)
{
    return MASK_CHOICE_BITS & (uint8_t)~viewer->workspace.masking.locked;
}

void viewer_mask_changed(struct viewer *viewer, struct rect rect)
{
    struct error error = {0};
    ahead_drop(viewer, false); // it has the mask of before
    if (!viewer->picture || !viewer->mask || rect.width <= 0)
        return;
    if (picture_take_mask(viewer->picture, viewer->mask, rect, &error))
        viewer_say(viewer, true, "%s", error.text);
}

static struct loader *start_fresh(struct viewer *viewer, bool same_item)
{
    if (!same_item)
        image_file_close(&viewer->file);
    const struct loader_request request = {
        .jobs = viewer->jobs,
        .source = viewer->source,
        .item = viewer->position.item,
        .channel = viewer->channel,
        .file = viewer->file,
        .frame = viewer->position.frame,
        .reduce = viewer->view.display.reduce,
        .choice = viewer->view.display.classes,
        .mask = viewer->mask,
        .owned_layers = viewer_owned_layers(viewer),
        .mask_path = viewer->mask_path,
        // The file layer stays in the mask from frame to frame; a frame of another size tries it again.
        .mask_has_file = viewer->mask_has_file,
    };
    viewer->file = NULL;
    viewer->mask = NULL;
    return loader_start(&request);
}

static void start_loader(struct viewer *viewer, size_t shown_item, bool again)
{
    if (viewer->mask_leaves)
        viewer->mask_leaves(viewer->mask_context);
    region_loader_destroy(&viewer->regions);
    if (again)
        ahead_drop(viewer, true);
    viewer->loading_known = false;
    viewer->hold = false;
    viewer->unseen = true;
    viewer->times = (struct viewer_times){.load_started = clock_now_ns()};
    viewer->loader = ahead_take(viewer, shown_item);
    if (viewer->loader) // it may be done since long ago
        jobs_wake(viewer->jobs);
    if (!viewer->loader)
        viewer->loader = start_fresh(viewer, !again && shown_item == viewer->position.item);
}

void viewer_give_up(struct viewer *viewer)
{
    viewer_cancel(viewer);
    ahead_drop(viewer, true);
    region_loader_destroy(&viewer->regions);
    image_file_close(&viewer->file);
}

void viewer_show(struct viewer *viewer, struct source_position position)
{
    viewer->position = position;
    viewer->message = (struct error){0};
    start_loader(viewer, position.item, true);
}

// The source of the names, and the place of frame `frame` in it.
static enum status open_source(const struct viewer *viewer, const char *const *names, size_t count,
                               bool siblings, int64_t frame, struct source **source,
                               struct source_position *position, struct error *error)
{
    struct series series = {0};
    enum status status = series_expand(names, count, siblings, &series, error);
    if (!status)
        status = source_create_series(&series, viewer->channel, source, error);
    *position = (struct source_position){series.start, frame};
    series_free(&series);
    // The frames of a single file are counted by the loader, which opens it.
    if (status || frame == 0 || source_count(*source) == 1)
        return status;
    int64_t moved;
    position->frame = 0;
    *position = source_step(*source, *position, frame, &moved);
    if (moved == frame)
        return STATUS_OK;
    source_destroy(source);
    char last[56];
    return error_set(error, STATUS_USAGE, "from %s on there is no frame # %lld, the last is %s", names[0],
                     (long long)frame, format_frame(moved, moved + 1, last, sizeof last));
}

enum status viewer_open(struct viewer *viewer, const char *const *names, size_t count, bool siblings,
                        int64_t frame, struct error *error)
{
    struct source *source = NULL, *slabs = NULL;
    struct source_position position;
    // Slabs that the command line asked for are of what it names, not of what is opened later.
    const struct view_options *options = viewer->source ? NULL : viewer->first_options;
    const bool slab = options && options->slab_frames > 0;
    enum status status =
        open_source(viewer, names, count, siblings, slab ? 0 : frame, &source, &position, error);
    if (!status && slab)
        status = source_create_slab(source, options->slab, options->slab_frames, &slabs, error);
    if (status) {
        source_destroy(&source);
        return status;
    }
    if (slab)
        position = (struct source_position){0, frame};
    const bool another = viewer->source != NULL;
    viewer_give_up(viewer);
    source_destroy(&viewer->source);
    source_destroy(&viewer->plain);
    viewer->source = slabs ? slabs : source;
    viewer->plain = slabs ? source : NULL;
    viewer->slab_frames = slabs ? options->slab_frames : 0;
    // Limits set by hand are of the data they were set for, unless the user keeps them.
    viewer->view.contrast.automatic |= another && !viewer->view.contrast.keep;
    viewer->direction = 1;
    viewer->playback = (struct playback){.due_ns = 0};
    viewer_show(viewer, position);
    return STATUS_OK;
}

void viewer_go(struct viewer *viewer, struct source_position position)
{
    const size_t shown_item = viewer->position.item;
    viewer_cancel(viewer);
    viewer->position = position;
    viewer->message = (struct error){0};
    start_loader(viewer, shown_item, false);
}

void viewer_reload(struct viewer *viewer)
{
    if (!viewer->source)
        return;
    viewer_cancel(viewer);
    start_loader(viewer, viewer->position.item, true);
}

void viewer_load_mask(struct viewer *viewer, const char *path)
{
    char *copy = path ? must_copy(path) : NULL;
    viewer_cancel(viewer);
    free(viewer->mask_path);
    viewer->mask_path = copy;
    viewer->mask_has_file = false;
    if (!path && viewer->mask)
        mask_clear(viewer->mask, MASK_BIT(MASK_FILE));
    viewer_reload(viewer);
}

bool viewer_is_loading(const struct viewer *viewer)
{
    return viewer->loader != NULL;
}

bool viewer_cancel(struct viewer *viewer)
{
    if (!viewer->loader)
        return false;
    loader_cancel(viewer->loader);
    end_loader(viewer);
    return true;
}

bool viewer_stop(struct viewer *viewer, int64_t budget_ns)
{
    if (!viewer->loader)
        return true;
    const struct timespec pause = {0, 2000000};
    const int64_t until = clock_now_ns() + budget_ns;
    loader_cancel(viewer->loader);
    while (!loader_done(viewer->loader)) {
        if (clock_now_ns() > until)
            return false;
        nanosleep(&pause, NULL);
    }
    viewer_cancel(viewer);
    return true;
}

// --- while loading ---

int64_t viewer_texture_budget(const struct viewer *viewer)
{
    if (viewer->memory_limit > 0)
        return viewer->memory_limit;
    const int64_t available = machine_available_bytes();
    return available == INT64_MAX ? MAX_BUDGET
                                  : int64_min(MAX_BUDGET, (int64_t)((double)available * BUDGET_SHARE));
}

static void note_memory(struct viewer *viewer, const struct frame_info *info, int64_t budget)
{
    const int64_t cost = picture_cost(info, false);
    char need[32], have[32];
    format_bytes(cost, need, sizeof need);
    format_bytes(budget, have, sizeof have);
    if (budget > 0 && cost > budget)
        viewer_say(viewer, false,
                   "the image needs %s, %s may be used: it is shown reduced and read in parts when magnified",
                   need, have);
    else if (viewer->memory_limit == 0 && (double)cost > WARNING_SHARE * (double)machine_available_bytes())
        viewer_say(viewer, false, "the image takes %s, more than half of this machine's free memory", need);
}

// What is said of the frame beside its name, whether or not the textures are new.
static void note_frame(struct viewer *viewer, const struct frame_info *info)
{
    char need[32];
    if (viewer->picture->cache_budget > 0)
        snprintf(viewer->note, sizeof viewer->note, "read in parts (%s)",
                 format_bytes(picture_cost(info, false), need, sizeof need));
    else if (loader_storage_type(info->type) != info->type && info->type != SAMPLE_F16)
        snprintf(viewer->note, sizeof viewer->note, "shown as float32");
    else
        snprintf(viewer->note, sizeof viewer->note, "%s", info->note);
}

// The header is known: textures for the new frame, taken over from the old one where they fit.
static enum status prepare_picture(struct viewer *viewer, const struct frame_info *info, struct error *error)
{
    enum status status = STATUS_OK;
    if (viewer->picture && picture_fits(viewer->picture, info)) {
        viewer->hold = picture_is_complete(viewer->picture) && viewer->first_shown;
        viewer->hold_until_ns = clock_now_ns() + (int64_t)HOLD_MS * 1000000;
        picture_restart(viewer->picture, info, viewer->view.display.reduce);
    } else {
        picture_destroy(&viewer->picture);
        renderer_drop_cache(viewer->renderer);
        const int64_t budget = viewer_texture_budget(viewer);
        note_memory(viewer, info, budget);
        status = picture_create(viewer->gpu, info, budget, &viewer->picture, error);
    }
    if (status)
        return status;
    note_frame(viewer, info);
    viewer->view.display.low_is_white = info->low_is_white;
    if (!viewer->view.camera.origin_chosen)
        viewer->view.camera.origin_lower = info->rows_upward;
    if (viewer->info.width != info->width || viewer->info.height != info->height || !viewer->first_shown) {
        camera_set_image(&viewer->view.camera, info->width, info->height);
        if (!viewer->first_shown && viewer->first_options)
            options_apply_camera(viewer->first_options, &viewer->view.camera);
        else
            camera_fit(&viewer->view.camera);
    }
    viewer->first_shown = true;
    viewer->info = *info;
    viewer->statistics_known = false;
    viewer->times.header_known = clock_now_ns();
    return STATUS_OK;
}

static bool wants_new_limits(const struct viewer *viewer)
{
    const struct contrast *contrast = &viewer->view.contrast;
    return contrast->automatic && (!contrast->keep || viewer->auto_pending || !viewer->histogram);
}

// Limits from the bands so far, now and then, until the whole is known.
static void update_limits_while_loading(struct viewer *viewer)
{
    const int64_t now = clock_now_ns();
    if (viewer->hold || !wants_new_limits(viewer) ||
        now - viewer->limits_updated_ns < (int64_t)LIMITS_EVERY_MS * 1000000)
        return;
    struct limits limits;
    if (loader_limits(viewer->loader, &viewer->view.contrast.rule, &limits)) {
        viewer->view.contrast.limits = limits;
        viewer->limits_updated_ns = now;
    }
}

static bool take_bands(struct viewer *viewer, int wait_ms, int work_ms)
{
    bool changed = false;
    int64_t until = INT64_MAX;
    struct loader_band band;
    while (loader_take(viewer->loader, changed ? work_ms : wait_ms, &band)) {
        if (!changed)
            until = clock_now_ns() + (int64_t)work_ms * 1000000;
        struct error error = {0};
        if (picture_take_band(viewer->picture, &band, loader_mask(viewer->loader), &error))
            viewer_say(viewer, true, "%s", error.text);
        loader_give_back(viewer->loader, &band);
        if (!viewer->times.first_band)
            viewer->times.first_band = clock_now_ns();
        changed = true;
        if (clock_now_ns() > until) {
            jobs_wake(viewer->jobs); // there may be more, of which nobody tells again
            break;
        }
    }
    if (changed)
        update_limits_while_loading(viewer);
    return changed;
}

// --- after loading ---

static void take_statistics(struct viewer *viewer, struct taps_result *taps)
{
    histogram_destroy(&viewer->histogram);
    free(viewer->sample.values);
    viewer->statistics = taps->statistics;
    viewer->histogram = taps->histogram;
    viewer->sample = taps->sample;
    viewer->statistics_known = viewer->histogram != NULL;
    viewer->histogram_serial++;
    free(taps->sample_slots);
    *taps = (struct taps_result){0};
}

static void report_outcome(struct viewer *viewer, const struct loader_outcome *outcome)
{
    if (outcome->status == STATUS_CANCELLED)
        viewer_say(viewer, false, "%s: loading was stopped; the part read so far is shown",
                   shown_name(viewer));
    else if (outcome->status)
        viewer_say(viewer, true, "%s", outcome->error.text);
    else if (outcome->mask_error.status)
        viewer_say(viewer, true, "%s", outcome->mask_error.text);
    else if (outcome->lost_pixels > 0)
        viewer_say(viewer, true, "%s (%lld pixels are lost and marked as bad; the rest is shown)",
                   outcome->loss.text, (long long)outcome->lost_pixels);
    viewer->load_error = outcome->status ? outcome->error : outcome->mask_error;
}

static void start_regions(struct viewer *viewer)
{
    if (!viewer->picture || viewer->picture->cache_budget == 0 || !viewer->file)
        return;
    struct error error = {0};
    if (region_loader_create(viewer->jobs, viewer->file, viewer->position.frame, viewer->view.display.reduce,
                             &viewer->view.display.classes, &viewer->info.map, &viewer->regions, &error))
        viewer_say(viewer, true, "%s", error.text);
}

// Nothing is shown any more: the numbers go with the picture they are of.
static void clear_picture(struct viewer *viewer)
{
    picture_destroy(&viewer->picture);
    histogram_destroy(&viewer->histogram);
    free(viewer->sample.values);
    viewer->sample = (struct limits_sample){0};
    viewer->statistics = (struct statistics){0};
    viewer->statistics_known = false;
    viewer->histogram_serial++;
    viewer->info = (struct frame_info){0};
    viewer->note[0] = '\0';
}

// Whether the file was found beside images and is none.
static bool is_no_image(const struct viewer *viewer)
{
    return viewer->load_status == STATUS_NOT_MINE && source_was_found(viewer->source, viewer->position.item);
}

// Goes on to the next image instead of a file that is none, in the direction of the last move or else back.
// False if there is none at all.
static bool pass_over(struct viewer *viewer)
{
    int64_t moved = 0;
    snprintf(viewer->passed_name, sizeof viewer->passed_name, "%s", shown_name(viewer));
    source_pass_over(viewer->source, viewer->position.item);
    viewer->passed_over++;
    struct source_position next = source_step(
        viewer->source, (struct source_position){viewer->position.item, 0}, viewer->direction, &moved);
    if (moved == 0)
        next = source_step(viewer->source, (struct source_position){viewer->position.item, 0},
                           -viewer->direction, &moved);
    if (moved == 0) {
        clear_picture(viewer);
        return false;
    }
    viewer_go(viewer, next);
    return true;
}

static void tell_passed_over(struct viewer *viewer)
{
    if (viewer->passed_over == 1 && !viewer->message.status)
        viewer_say(viewer, false, "%s is no image and was passed over", viewer->passed_name);
    else if (viewer->passed_over > 1 && !viewer->message.status)
        viewer_say(viewer, false, "%lld files that are no images were passed over, the last %s",
                   (long long)viewer->passed_over, viewer->passed_name);
    viewer->passed_over = 0;
}

static void limits_of_loaded(struct viewer *viewer)
{
    struct error error = {0};
    if (viewer_auto_limits(viewer, &error))
        viewer_say(viewer, true, "%s", error.text);
}

// Takes over what the loader leaves. A frame that could not be read at all leaves no picture: the old one
// under the new name would be a lie.
static void end_loader(struct viewer *viewer)
{
    const bool new_limits = wants_new_limits(viewer);
    struct loader_outcome outcome;
    loader_finish(&viewer->loader, &outcome);
    viewer->load_status = outcome.status;
    report_outcome(viewer, &outcome);
    viewer->mask = outcome.mask;
    viewer->file = outcome.file;
    outcome.mask = NULL;
    outcome.file = NULL;
    viewer->mask_has_file = outcome.mask_has_file;
    if (viewer->mask_returns)
        viewer->mask_returns(viewer->mask_context, &outcome.old_mask);
    if (viewer->file) {
        source_set_frames(viewer->source, viewer->position.item, viewer->file->frames);
        viewer->position.frame = outcome.frame;
    } else if (outcome.status != STATUS_CANCELLED) {
        viewer->position.frame = int64_max(viewer->position.frame, 0); // nobody knows which the last would be
    }
    const bool shown =
        viewer->loading_known && (outcome.status == STATUS_OK || outcome.status == STATUS_CANCELLED);
    if (!shown && outcome.status != STATUS_CANCELLED && !is_no_image(viewer))
        clear_picture(viewer);
    if (shown && outcome.taps.histogram)
        take_statistics(viewer, &outcome.taps);
    if (shown && outcome.status == STATUS_OK && new_limits)
        limits_of_loaded(viewer);
    viewer->auto_pending = false;
    viewer->hold = false;
    viewer->times.complete = clock_now_ns();
    ahead_keep_buffers(viewer, &outcome);
    loader_outcome_free(&outcome);
    if (shown)
        start_regions(viewer);
    // At rest the shown frame is drawn first; but playing has no rest.
    if (shown && viewer->view.play.direction)
        ahead_begin(viewer);
}

// --- tiles of images over the memory budget ---

static bool pump_regions(struct viewer *viewer, int wait_ms)
{
    const int level = camera_level(&viewer->view.camera, viewer->picture->level_count - 1);
    struct picture_request requests[MAX_REGIONS];
    struct region regions[MAX_REGIONS];
    const size_t count =
        picture_missing(viewer->picture, level, camera_visible(&viewer->view.camera), requests, MAX_REGIONS);
    for (size_t i = 0; i < count; i++)
        regions[i] = (struct region){requests[i].level, requests[i].tile, requests[i].rect};
    region_loader_want(viewer->regions, regions, count);
    bool changed = false;
    struct region_result result;
    while (region_loader_take(viewer->regions, changed ? 0 : wait_ms, &result)) {
        const struct picture_request request = {result.region.level, result.region.tag, result.region.rect};
        struct error error = result.error;
        enum status status = result.status;
        if (!status)
            status = picture_put(viewer->picture, &request, result.samples, viewer->mask, &error);
        if (status)
            viewer_say(viewer, true, "%s", error.text);
        free(result.samples);
        changed = true;
    }
    return changed;
}

// --- pumping ---

bool viewer_pump(struct viewer *viewer, int wait_ms, int work_ms)
{
    jobs_drain(viewer->jobs);
    if (!viewer->loader)
        return viewer->regions && viewer->picture ? pump_regions(viewer, wait_ms) : false;
    struct frame_info info;
    if (!viewer->loading_known && viewer->gpu && loader_info(viewer->loader, &info)) {
        struct error error = {0};
        if (prepare_picture(viewer, &info, &error)) {
            viewer_cancel(viewer);
            clear_picture(viewer);
            viewer_say(viewer, true, "%s: %s", shown_name(viewer), error.text);
            viewer->load_error = error;
            viewer->load_status = error.status;
            return true;
        }
        viewer->loading_known = true;
    }
    bool changed = false;
    if (viewer->loading_known)
        changed = take_bands(viewer, wait_ms, work_ms);
    else if (wait_ms > 0)
        loader_wait(viewer->loader, wait_ms);
    if (viewer->hold && clock_now_ns() > viewer->hold_until_ns)
        viewer->hold = false;
    if (loader_done(viewer->loader) && (viewer->loading_known || !loader_info(viewer->loader, &info))) {
        end_loader(viewer);
        if (!is_no_image(viewer))
            tell_passed_over(viewer);
        else
            return !pass_over(viewer);
        return true;
    }
    return changed && !viewer->hold;
}

enum status viewer_load_all(struct viewer *viewer, struct error *error)
{
    while (viewer->loader && !cancel_requested(viewer->cancel))
        viewer_pump(viewer, 100, 1000);
    if (cancel_requested(viewer->cancel)) {
        viewer_cancel(viewer);
        return error_set(error, STATUS_CANCELLED, "loading was stopped");
    }
    if (viewer->load_error.status && error)
        *error = viewer->load_error;
    if (viewer->load_error.status)
        return viewer->load_error.status;
    while (viewer->regions && !cancel_requested(viewer->cancel) &&
           (viewer_pump(viewer, 100, 1000) || region_loader_busy(viewer->regions)))
        continue;
    return cancel_requested(viewer->cancel) ? error_set(error, STATUS_CANCELLED, "loading was stopped")
                                            : STATUS_OK;
}

// --- automatic limits ---

// Runs the taps over the visible pixels, read back in bands.
static enum status tap_visible(struct viewer *viewer, struct rect visible, struct taps_result *result,
                               struct error *error)
{
    struct frame_info part = viewer->info;
    part.width = visible.width;
    part.height = visible.height;
    part.type = viewer->picture->storage;
    part.sentinels = (struct sentinels){0};
    const size_t pixels = (size_t)visible.width * REDUCE_BAND_ROWS;
    const size_t bytes = sample_traits(part.type)->bytes;
    struct taps *taps = NULL;
    enum status status = taps_create(&part, REDUCE_BAND_ROWS, 0, REDUCE_MEAN, &taps, error);
    if (status)
        return status;
    void *samples = malloc(pixels * bytes);
    uint8_t *classes = malloc(pixels);
    if (!samples || !classes)
        status = error_set(error, STATUS_NO_MEMORY, "not enough memory to look at the visible pixels");
    for (int64_t y = 0; !status && y < visible.height; y += REDUCE_BAND_ROWS) {
        const struct rect rows = {visible.x, visible.y + y, visible.width,
                                  int64_min(REDUCE_BAND_ROWS, visible.height - y)};
        if (!picture_read(viewer->picture, rows, samples)) {
            status = error_set(error, STATUS_UNSUPPORTED,
                               "the visible pixels are not all in memory: magnify first");
            break;
        }
        memset(classes, 0, pixels);
        if (viewer->mask)
            mask_read(viewer->mask, rows, classes, (size_t)rows.width);
        const struct band band = {y, rows.height, rows.width, part.type, samples, (size_t)rows.width * bytes};
        bool any;
        taps_band(taps, &band, classes, &any);
    }
    if (!status)
        taps_drain(taps, result);
    taps_destroy(&taps);
    free(samples);
    free(classes);
    return status;
}

enum status viewer_auto_limits(struct viewer *viewer, struct error *error)
{
    struct contrast *contrast = &viewer->view.contrast;
    contrast->automatic = true;
    if (!viewer->histogram || !viewer->picture || (viewer->loader && !viewer->statistics_known)) {
        viewer->auto_pending = true; // done when the load ends
        return STATUS_OK;
    }
    const struct rect visible = camera_visible(&viewer->view.camera);
    const bool all = visible.width == viewer->info.width && visible.height == viewer->info.height;
    if (!contrast->visible_only || all || visible.width == 0) {
        contrast->limits =
            limits_compute(&contrast->rule, viewer->histogram, &viewer->statistics, &viewer->sample);
        return STATUS_OK;
    }
    struct taps_result result = {0};
    enum status status = tap_visible(viewer, visible, &result, error);
    if (!status)
        contrast->limits = taps_limits(&result, &contrast->rule);
    taps_result_free(&result);
    return status;
}
