// SPDX-License-Identifier: MIT
// A reader whose frames are made of the frames of other readers.
#include "sources/slab.h"

#include "base/size.h"
#include "base/text.h"
#include "sources/series.h"
#include "sources/slab_sums.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_COUNTED = 64, // files that are opened for their number of frames
    // Open files of one slab handle. Where files are compressed streams each goes on from band to band; of
    // slabs of more frames than this, every band decodes each stream from its beginning.
    MAX_HANDLES = 256,
    FEW_HANDLES = 32, // of files that can be read anywhere, which several threads have open
};

// What all handles of a series of slabs share. Constant once it is open.
struct slab_plan {
    atomic_int users;
    enum slab_mode mode;
    int64_t slab; // frames of each
    int channel;
    slab_opener *open;
    size_t count;
    char **names;
    bool *found;
    int64_t *first;  // number of each item's first frame in the series; count + 1 entries
    bool sequential; // the files are one stream each
};

// An open file of the series.
struct slab_handle {
    struct image_file *file;
    size_t item;
    int64_t frame; // the stream's, where files are streams; else 0
    uint64_t used;
};

struct slab_file {
    struct image_file base;
    struct slab_plan *plan;
    struct slab_handle handles[MAX_HANDLES];
    uint64_t serial;
    struct slab_sums sums;
};

static struct slab_file *slab_of(struct image_file *base)
{
    return (struct slab_file *)base;
}

// --- the plan ---

static void plan_release(struct slab_plan *plan)
{
    if (!plan || atomic_fetch_sub(&plan->users, 1) > 1)
        return;
    for (size_t i = 0; i < plan->count; i++)
        free(plan->names[i]);
    free(plan->names);
    free(plan->found);
    free(plan->first);
    free(plan);
}

static struct slab_plan *plan_create(const struct slab_request *request)
{
    struct slab_plan *plan = must_alloc(sizeof *plan);
    plan->users = 1;
    plan->mode = request->mode;
    plan->slab = request->frames;
    plan->channel = request->channel;
    plan->open = request->open;
    plan->count = request->count;
    plan->names = must_alloc(plan->count * sizeof *plan->names);
    plan->found = must_alloc(plan->count * sizeof *plan->found);
    plan->first = must_alloc((plan->count + 1) * sizeof *plan->first);
    for (size_t i = 0; i < plan->count; i++) {
        plan->names[i] = must_copy(request->names[i]);
        plan->found[i] = request->found && request->found[i];
    }
    return plan;
}

static enum status open_item(const struct slab_plan *plan, size_t item, struct cancel *cancel,
                             struct image_file **file, struct error *error)
{
    const struct open_request request = {
        .path = plan->names[item], .channel = plan->channel, .cancel = cancel};
    return plan->open(&request, file, error);
}

// The frames of one file: none if it was found and is no image. A file that cannot be opened now counts as
// one frame, and says why when that is decoded.
static int64_t count_frames(struct slab_plan *plan, size_t item, struct cancel *cancel, enum status *status,
                            struct error *error)
{
    struct image_file *file = NULL;
    struct frame_info info;
    *status = open_item(plan, item, cancel, &file, error);
    if (*status)
        return *status == STATUS_NOT_MINE && plan->found[item] ? 0 : 1;
    const int64_t frames = file->frames;
    if (image_file_info_heeding(file, 0, cancel, &info, NULL) == STATUS_OK)
        plan->sequential |= info.sequential;
    image_file_close(&file);
    return frames;
}

// Numbers the frames; fails if not one file could be opened.
static enum status plan_count(struct slab_plan *plan, struct cancel *cancel, struct error *error)
{
    enum status failure = STATUS_OK;
    bool any = false;
    int64_t typical = 1;
    for (size_t i = 0; i < plan->count; i++) {
        int64_t frames = typical;
        if (cancel_requested(cancel))
            return error_set(error, STATUS_CANCELLED, "%s: opening was cancelled", plan->names[i]);
        if (plan->count <= MAX_COUNTED || !any) {
            enum status status;
            struct error why = {0};
            frames = count_frames(plan, i, cancel, &status, &why);
            any |= status == STATUS_OK;
            typical = status == STATUS_OK ? frames : typical;
            if (status && !failure) {
                failure = status;
                if (error)
                    *error = why;
            }
        }
        if (frames > INT64_MAX / 2 - plan->first[i])
            return error_set(error, STATUS_TOO_LARGE, "%s: has more frames than can be counted",
                             plan->names[i]);
        plan->first[i + 1] = plan->first[i] + frames;
    }
    return any ? STATUS_OK : failure;
}

// The item that holds frame `number` of the series.
static size_t plan_item(const struct slab_plan *plan, int64_t number)
{
    size_t low = 0, high = plan->count; // first[low] <= number < first[high]
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        *(plan->first[middle] <= number ? &low : &high) = middle;
    }
    return low;
}

// --- handles ---

static enum status check_frames(const struct slab_plan *plan, size_t item, const struct image_file *file,
                                struct error *error)
{
    const int64_t wanted = plan->first[item + 1] - plan->first[item];
    if (file->frames == wanted)
        return STATUS_OK;
    return error_set(
        error, STATUS_MISMATCH,
        "%s: has %lld frames where %lld were expected: the files of a slab must have as many as the first of them, and must not change",
        file->path, (long long)file->frames, (long long)wanted);
}

// The handle for a frame of an item, from those that are open or in the place of the one used longest ago.
static enum status take_handle(struct slab_file *file, size_t item, int64_t frame, struct cancel *cancel,
                               struct image_file **taken, struct error *error)
{
    const struct slab_plan *plan = file->plan;
    struct slab_handle *handle = &file->handles[0];
    const int64_t stream = plan->sequential ? frame : 0;
    for (int i = 0; i < (plan->sequential ? MAX_HANDLES : FEW_HANDLES); i++) {
        struct slab_handle *other = &file->handles[i];
        if (other->file && other->item == item && other->frame == stream) {
            handle = other;
            break;
        }
        if (other->used < handle->used)
            handle = other;
    }
    if (!handle->file || handle->item != item || handle->frame != stream) {
        image_file_close(&handle->file);
        handle->used = 0;
        enum status status = open_item(plan, item, cancel, &handle->file, error);
        if (!status)
            status = check_frames(plan, item, handle->file, error);
        if (status) {
            image_file_close(&handle->file);
            return status;
        }
    }
    handle->item = item;
    handle->frame = stream;
    handle->used = ++file->serial;
    *taken = handle->file;
    return STATUS_OK;
}

// The handle and the frame in it for frame `number` of the series. STATUS_NOT_MINE for a file that was found
// and is no image.
static enum status find_frame(struct slab_file *file, int64_t number, struct cancel *cancel,
                              struct image_file **inner, int64_t *frame, struct error *error)
{
    const size_t item = plan_item(file->plan, number);
    *frame = number - file->plan->first[item];
    enum status status = take_handle(file, item, *frame, cancel, inner, error);
    // Only what was merely found may be left out.
    if (status == STATUS_NOT_MINE && !file->plan->found[item])
        status = STATUS_BROKEN;
    return status;
}

static int64_t slab_begin(const struct slab_file *file, int64_t slab)
{
    return slab * file->plan->slab;
}

static int64_t slab_end(const struct slab_file *file, int64_t slab)
{
    return int64_min((slab + 1) * file->plan->slab, file->plan->first[file->plan->count]);
}

// The first frame of the slab that can be had, which stands for all in what is not pixels.
static enum status first_frame(struct slab_file *file, int64_t slab, struct cancel *cancel,
                               struct image_file **inner, int64_t *frame, struct error *error)
{
    enum status status = STATUS_NOT_MINE;
    for (int64_t i = slab_begin(file, slab); status == STATUS_NOT_MINE && i < slab_end(file, slab); i++)
        status = find_frame(file, i, cancel, inner, frame, error);
    return status;
}

// --- the reader ---

static enum status slab_frame_info(struct image_file *base, int64_t slab, struct frame_info *info,
                                   struct error *error)
{
    struct slab_file *file = slab_of(base);
    struct image_file *inner = NULL;
    int64_t frame;
    enum status status = first_frame(file, slab, base->cancel, &inner, &frame, error);
    if (!status)
        status = image_file_info_heeding(inner, frame, base->cancel, info, error);
    if (status)
        return status;
    const struct slab_plan *plan = file->plan;
    info->type = slab_type(plan->mode, plan->slab, info->type);
    info->sentinels = (struct sentinels){0};
    info->level_count = 0; // those of the single frames are no sums
    snprintf(info->note, sizeof info->note, "%s of frames %lld to %lld", slab_mode_name(plan->mode),
             (long long)slab_begin(file, slab), (long long)(slab_end(file, slab) - 1));
    return STATUS_OK;
}

// Adds the rectangle of one frame to the sums.
static enum status add_frame(struct slab_file *file, int64_t number, const struct decode_request *request,
                             const struct frame_info *wanted, struct decode_report *report,
                             struct error *error)
{
    struct image_file *inner = NULL;
    struct frame_info info;
    int64_t frame;
    enum status status = find_frame(file, number, request->cancel, &inner, &frame, error);
    if (!status)
        status = image_file_info_heeding(inner, frame, request->cancel, &info, error);
    if (status)
        return status;
    if (info.width != wanted->width || info.height != wanted->height || info.type != wanted->type)
        return error_set(error, STATUS_MISMATCH,
                         "%s: %lld x %lld %s does not fit the first frame of the slab, %lld x %lld %s",
                         inner->path, (long long)info.width, (long long)info.height,
                         sample_traits(info.type)->name, (long long)wanted->width, (long long)wanted->height,
                         sample_traits(wanted->type)->name);
    struct slab_sums *sums = &file->sums;
    const struct decode_request part = {.frame = frame,
                                        .rect = request->rect,
                                        .pixels = sums->samples,
                                        .stride = (size_t)request->rect.width * sums->sample_bytes,
                                        .classes = slab_sums_classes(sums),
                                        .cancel = request->cancel};
    struct decode_report lost = {0};
    status = image_file_decode(inner, &part, &lost, error);
    if (status)
        return status;
    if (lost.lost_pixels > 0 && report->lost_pixels == 0)
        report->first_loss = lost.first_loss;
    report->lost_pixels += lost.lost_pixels;
    slab_sums_add(sums, &info.sentinels);
    return STATUS_OK;
}

static enum status slab_decode(struct image_file *base, const struct decode_request *request,
                               struct decode_report *report, struct error *error)
{
    struct slab_file *file = slab_of(base);
    const struct slab_plan *plan = file->plan;
    struct image_file *inner = NULL;
    struct frame_info wanted;
    int64_t frame;
    enum status status = first_frame(file, request->frame, request->cancel, &inner, &frame, error);
    if (!status)
        status = image_file_info_heeding(inner, frame, request->cancel, &wanted, error);
    if (!status)
        status = slab_sums_begin(&file->sums, plan->mode, plan->slab, wanted.type,
                                 (size_t)(request->rect.width * request->rect.height), base->path, error);
    for (int64_t i = slab_begin(file, request->frame); !status && i < slab_end(file, request->frame); i++) {
        if (cancel_requested(request->cancel))
            return error_set(error, STATUS_CANCELLED, "%s: cancelled", base->path);
        status = add_frame(file, i, request, &wanted, report, error);
        if (status == STATUS_NOT_MINE)
            status = STATUS_OK;
    }
    if (status)
        return status;
    const struct rect rect = request->rect;
    report->any_class |= slab_sums_write(&file->sums, (size_t)rect.width, (size_t)rect.height,
                                         request->pixels, request->stride, request->classes);
    return STATUS_OK;
}

static enum status slab_clone(struct image_file *base, struct image_file **copy, struct error *error)
{
    (void)error;
    struct slab_file *file = slab_of(base), *made = must_alloc(sizeof *made);
    made->base =
        (struct image_file){.reader = base->reader, .path = must_copy(base->path), .frames = base->frames};
    made->plan = file->plan;
    atomic_fetch_add(&made->plan->users, 1);
    *copy = &made->base;
    return STATUS_OK;
}

static enum status slab_metadata(struct image_file *base, int64_t slab, struct text *out, struct error *error)
{
    struct slab_file *file = slab_of(base);
    struct image_file *inner = NULL;
    int64_t frame;
    enum status status = first_frame(file, slab, base->cancel, &inner, &frame, error);
    if (status)
        return status;
    text_printf(out, "slab\t%s of frames %lld to %lld; what follows is of the first\n",
                slab_mode_name(file->plan->mode), (long long)slab_begin(file, slab),
                (long long)(slab_end(file, slab) - 1));
    return image_file_metadata(inner, frame, base->cancel, out, error);
}

static enum status slab_detector(struct image_file *base, int64_t slab, struct detector_info *info,
                                 struct error *error)
{
    struct image_file *inner = NULL;
    int64_t frame;
    enum status status = first_frame(slab_of(base), slab, base->cancel, &inner, &frame, error);
    return status ? status : image_file_detector(inner, frame, base->cancel, info, error);
}

static void slab_close(struct image_file *base)
{
    struct slab_file *file = slab_of(base);
    for (int i = 0; i < MAX_HANDLES; i++)
        image_file_close(&file->handles[i].file);
    slab_sums_free(&file->sums);
    plan_release(file->plan);
    free(base->path);
    free(file);
}

static const char *const no_extensions[] = {NULL};

static const struct reader slab_reader = {
    .name = "slab",
    .description = "sum, maximum or mean of consecutive frames",
    .extensions = no_extensions,
    .frame_info = slab_frame_info,
    .decode = slab_decode,
    .clone = slab_clone,
    .metadata = slab_metadata,
    .detector = slab_detector,
    .close = slab_close,
};

// --- opening ---

static enum status open_plan(struct slab_plan *plan, const char *label, struct cancel *cancel,
                             struct image_file **file, struct error *error)
{
    enum status status = plan_count(plan, cancel, error);
    if (status) {
        plan_release(plan);
        return status;
    }
    struct slab_file *created = must_alloc(sizeof *created);
    created->base = (struct image_file){
        .reader = &slab_reader,
        .path = must_copy(label),
        .frames = int64_max(1, int64_ceil_div(plan->first[plan->count], plan->slab)),
    };
    created->plan = plan;
    *file = &created->base;
    return STATUS_OK;
}

enum status slab_open(const struct slab_request *request, struct image_file **file, struct error *error)
{
    if (request->count == 0 || request->frames < 1 || request->frames > SLAB_MAX_FRAMES)
        return error_set(error, STATUS_USAGE, "%s: a slab has 1 to %d frames of at least one file",
                         request->label, SLAB_MAX_FRAMES);
    return open_plan(plan_create(request), request->label, request->cancel, file, error);
}

// Takes "sum:10:" off the front.
static bool parse_specification(const char *path, enum slab_mode *mode, int64_t *frames, const char **name)
{
    const char *colon = strchr(path, ':');
    const char *second = colon ? strchr(colon + 1, ':') : NULL;
    char number[24];
    if (!second || !second[1] || second - colon > (ptrdiff_t)sizeof number)
        return false;
    memcpy(number, colon + 1, (size_t)(second - colon - 1));
    number[second - colon - 1] = '\0';
    *name = second + 1;
    for (int i = 0; i < SLAB_MODE_COUNT; i++) {
        const char *known = slab_mode_name((enum slab_mode)i);
        if (strlen(known) == (size_t)(colon - path) && memcmp(known, path, (size_t)(colon - path)) == 0) {
            *mode = (enum slab_mode)i;
            return parse_int64(number, frames) && *frames >= 1 && *frames <= SLAB_MAX_FRAMES;
        }
    }
    return false;
}

enum status slab_open_specification(const struct open_request *request, slab_opener *open,
                                    struct image_file **file, struct error *error)
{
    const char *path = request->path;
    struct slab_request slab = {
        .channel = request->channel, .label = path, .cancel = request->cancel, .open = open};
    const char *name;
    if (!parse_specification(path, &slab.mode, &slab.frames, &name))
        return error_set(error, STATUS_USAGE,
                         "%s: slabs are written sum:N:NAME, max:N:NAME or mean:N:NAME, with N from 1 to %d",
                         path, SLAB_MAX_FRAMES);
    // Each level of slabs of slabs has its own stack frame.
    int depth = 0;
    for (const char *at = path; *at; at++)
        depth += *at == ':';
    if (depth > 16 && strncmp(name, "raw:", 4) != 0)
        return error_set(error, STATUS_USAGE, "%.80s...: slabs of slabs of slabs go too deep", path);
    struct series series = {0};
    enum status status = series_expand(&name, 1, false, &series, error);
    slab.names = (const char **)series.names;
    slab.found = series.found;
    slab.count = series.count;
    if (!status)
        status = slab_open(&slab, file, error);
    series_free(&series);
    return status;
}
