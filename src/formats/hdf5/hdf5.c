// SPDX-License-Identifier: MIT
// HDF5 and NeXus files: EIGER masters with their data files, NXmx, LImA, areaDetector, virtual datasets, and
// any dataset of two or more dimensions.
//
// Format: HDF5 File Format Specification (The HDF Group), read by libhdf5 in a process of its own
// (formats/hdf5_worker), which is asked for facts; NeXus (nexusformat.org). The parts here: hdf5_client.c
// asks, hdf5_facts.c judges the answers, hdf5_pool.c keeps them, hdf5_frame.c and hdf5_stored.c decode.
#include "formats/hdf5/hdf5_reader.h"

#include "base/file.h"
#include "base/size.h"
#include "formats/base/readers_list.h"
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5/hdf5_files.h"
#include "formats/hdf5/hdf5_frame.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    // A frame larger than this must be stored in at least 1/MAX_RATIO of its size.
    UNCHECKED_BYTES = 1 << 30,
    MAX_RATIO = 100 * 1000,
};

// What all handles on a file share. The layout and what is known of the detector are constant.
struct hdf5_shared {
    atomic_int users;
    int64_t number; // by which workers know it
    struct hdf5_layout layout;
    struct hdf5_nexus *nexus;
    struct hdf5_pool *pool;
    struct hdf5_cache *cache;
};

struct hdf5_file {
    struct image_file base; // first
    struct hdf5_shared *shared;
    struct hdf5_decoder decoder;
};

static struct hdf5_file *hdf5_file_of(struct image_file *file)
{
    return (struct hdf5_file *)file; // the base is the first member
}

// --- Opening ---

void reader_plugins_allow(void)
{
    setenv(HDF5_PLUGINS_VARIABLE, "1", 1);
    hdf5_client_end_idle(); // which were started without
}

static int hdf5_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    const int64_t at = hdf5_signature_find(head, count);
    return at < 0 ? 0 : at > 0 ? 60 : 95; // another format may have its own signature in front
}

static bool hdf5_recognise(const struct blob *blob)
{
    return hdf5_signature_locate(blob) >= 0;
}

static void shared_release(struct hdf5_shared *shared)
{
    if (atomic_fetch_sub(&shared->users, 1) != 1)
        return;
    hdf5_nexus_drop(&shared->nexus);
    hdf5_cache_destroy(shared->cache);
    hdf5_pool_destroy(shared->pool);
    hdf5_client_leave(shared->number);
    hdf5_layout_free(&shared->layout);
    free(shared);
}

static void hdf5_close(struct image_file *base)
{
    struct hdf5_file *file = hdf5_file_of(base);
    hdf5_worker_free(&file->decoder);
    shared_release(file->shared);
    free(file->base.path);
    free(file);
}

static struct hdf5_file *file_create(const char *path, struct hdf5_shared *shared)
{
    struct hdf5_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){.reader = &hdf5_reader, .path = must_copy(path)};
    file->base.frames = shared->layout.frames;
    file->shared = shared;
    file->decoder = (struct hdf5_decoder){.pool = shared->pool, .cache = shared->cache};
    return file;
}

// The first part that is there, which came with the answer, is put with the others.
static enum status add_first(struct hdf5_shared *shared, struct message_in *facts, const char *path,
                             struct error *error)
{
    struct hdf5_dataset *dataset = hdf5_dataset_get(facts);
    return dataset ? hdf5_pool_add(shared->pool, dataset, error)
                   : hdf5_pool_distrust(shared->pool, path, error);
}

static enum status shared_learn(struct hdf5_shared *shared, struct hdf5_answer *answer, const char *path,
                                struct error *error)
{
    if (!hdf5_layout_get(&answer->facts, &shared->layout))
        return hdf5_pool_distrust(shared->pool, path, error);
    const struct axes *axes = &shared->layout.axes;
    shared->nexus = hdf5_nexus_get(&answer->facts, answer->fd, axes_width(axes), axes_height(axes));
    return shared->nexus ? add_first(shared, &answer->facts, path, error)
                         : hdf5_pool_distrust(shared->pool, path, error);
}

static struct hdf5_shared *shared_create(const struct open_request *request, const struct hdf5_asker *asker)
{
    struct hdf5_shared *shared = must_alloc(sizeof *shared);
    atomic_init(&shared->users, 1);
    shared->number = hdf5_client_number();
    const struct hdf5_asker worker = {
        .ask = hdf5_client_ask, .distrust = hdf5_client_end, .context = &shared->number};
    shared->pool = hdf5_pool_create(asker ? asker : &worker, request->path, request->blob);
    shared->cache = hdf5_cache_create();
    return shared;
}

enum status hdf5_open_asking(const struct open_request *request, const struct hdf5_asker *asker,
                             struct image_file **out, struct error *error)
{
    struct hdf5_shared *shared = shared_create(request, asker);
    const struct hdf5_question question = {.task = HDF5_TASK_OPEN,
                                           .path = request->path,
                                           .name = request->selector,
                                           .channel = request->channel,
                                           .cancel = request->cancel};
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    enum status status = hdf5_pool_ask(shared->pool, &question, &answer, error);
    if (status == STATUS_OK)
        status = shared_learn(shared, &answer, request->path, error);
    hdf5_answer_free(&answer);
    if (status != STATUS_OK) {
        shared_release(shared);
        return status;
    }
    *out = &file_create(request->path, shared)->base;
    return STATUS_OK;
}

static enum status hdf5_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return hdf5_open_asking(request, NULL, out, error);
}

static enum status hdf5_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    (void)error;
    struct hdf5_shared *shared = hdf5_file_of(base)->shared;
    atomic_fetch_add(&shared->users, 1);
    *out = &file_create(base->path, shared)->base;
    return STATUS_OK;
}

// --- Frames ---

// Opens the dataset of the frame; it is given back to the pool. `at` is the frame's first sample.
static enum status frame_take(struct hdf5_file *file, int64_t frame, struct cancel *cancel,
                              const struct hdf5_dataset **dataset, int64_t at[HDF5_RANK], struct error *error)
{
    struct hdf5_shared *shared = file->shared;
    const struct hdf5_part *part = hdf5_layout_find(&shared->layout, frame, at);
    const struct hdf5_dataset *found;
    char number[56];
    format_frame(frame, file->base.frames, number, sizeof number);
    enum status status = hdf5_pool_take(shared->pool, part->path, part->name, cancel, &found, error);
    if (status != STATUS_OK)
        return hdf5_path_exists(part->path)
                   ? status
                   : error_set(error, STATUS_IO, "%s: frame %s is in %s, which is missing", file->base.path,
                               number, part->path);
    const struct axes *axes = &shared->layout.axes;
    bool fits = found->rank == axes->rank && found->type.type == shared->layout.type &&
                found->type.complex == shared->layout.channels.complex;
    for (int i = 0; fits && i < found->rank; i++) {
        const struct axis *from = &axes->axis[i];
        const int64_t count = from->role == AXIS_FIXED || from->role == AXIS_FRAMES ? 1 : from->count;
        fits = at[i] <= found->dims[i] - count;
    }
    if (!fits) {
        hdf5_pool_give(shared->pool, found);
        return error_set(error, STATUS_BROKEN, "%s: has no frame %s of the series, or one of another kind",
                         part->path, number);
    }
    *dataset = found;
    return STATUS_OK;
}

// Refuses what cannot be in the file.
static enum status check_plausible(const struct hdf5_dataset *dataset, const struct frame_info *info,
                                   struct error *error)
{
    size_t bytes;
    const size_t item = sample_traits(info->type)->bytes;
    if (!size_of_plane(info->width, info->height, item, &bytes) || bytes > INT64_MAX / 2)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of %s overflows", dataset->path,
                         dataset->name);
    const bool elsewhere = dataset->storage == HDF5_STORED_EXTERNAL;
    const bool plain = (dataset->storage == HDF5_STORED_PLAIN && dataset->offset >= 0) || elsewhere;
    if (dataset->storage == HDF5_STORED_VIRTUAL || (!plain && bytes <= UNCHECKED_BYTES))
        return STATUS_OK;
    const int64_t there =
        plain && !elsewhere ? int64_max(dataset->file_bytes - dataset->offset, 0) : dataset->stored;
    if (there >= (plain ? (int64_t)item : (int64_t)(bytes / MAX_RATIO)))
        return STATUS_OK;
    char claimed[32], found[32];
    return error_set(
        error, STATUS_BROKEN, "%s: %s claims %lld x %lld samples (%s), but only %s of it are there",
        dataset->path, dataset->name, (long long)info->width, (long long)info->height,
        format_bytes((int64_t)bytes, claimed, sizeof claimed), format_bytes(there, found, sizeof found));
}

// The natural unit of decoding. Chunks that span the image and decode in blocks, or are shared by the cache,
// are offered row by row, so that threads take bands of their own.
static void set_chunk(const struct hdf5_layout *layout, const struct hdf5_dataset *dataset,
                      struct frame_info *info)
{
    enum { TALL = 256 };
    info->chunk_width = info->width;
    info->chunk_height = 1;
    if (dataset->storage != HDF5_STORED_CHUNKS)
        return;
    const int64_t rows = dataset->chunk[layout->axes.rows], columns = dataset->chunk[layout->axes.columns];
    info->chunk_width = int64_clamp(columns, 1, info->width);
    if (rows <= TALL)
        info->chunk_height = int64_clamp(rows, 1, info->height);
}

// The other files that samples of the dataset are in.
static void name_files(const struct hdf5_dataset *dataset, const char *path, struct frame_info *info)
{
    const char *first = strcmp(dataset->path, path) != 0 ? dataset->path : NULL, *last = first;
    size_t more = 0;
    for (size_t i = 0; i < dataset->mappings.count + dataset->slot_count; i++) {
        const char *file = i < dataset->mappings.count ? dataset->mappings.items[i].file
                                                       : dataset->slots[i - dataset->mappings.count].path;
        if (!file || (last && strcmp(last, file) == 0))
            continue;
        more += first != NULL;
        last = file;
        first = first ? first : file;
    }
    struct text text = {0};
    text_append(&text, first ? first : "");
    if (more > 0)
        text_printf(&text, " and %zu more", more);
    utf8_line(info->samples_in, sizeof info->samples_in, text_string(&text));
    text_free(&text);
}

static enum status hdf5_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                   struct error *error)
{
    struct hdf5_file *file = hdf5_file_of(base);
    const struct hdf5_layout *layout = &file->shared->layout;
    const struct hdf5_dataset *dataset;
    int64_t at[HDF5_RANK];
    enum status status = frame_take(file, frame, base->cancel, &dataset, at, error);
    if (status != STATUS_OK)
        return status;
    *info = (struct frame_info){.width = axes_width(&layout->axes),
                                .height = axes_height(&layout->axes),
                                .type = dataset->type.type,
                                .sentinels = hdf5_nexus_sentinels(file->shared->nexus)};
    set_chunk(layout, dataset, info);
    snprintf(info->format, sizeof info->format, "HDF5");
    hdf5_chunk_describe(&dataset->pipeline, info->compression, sizeof info->compression);
    snprintf(info->unit, sizeof info->unit, "%s", dataset->unit);
    utf8_line(info->title, sizeof info->title, dataset->name);
    struct text note = {0};
    text_append(&note, text_string(&layout->note));
    if (dataset->mappings.missing == 1)
        text_printf(&note, ", %s is missing", path_name(dataset->mappings.first_missing));
    else if (dataset->mappings.missing > 1)
        text_printf(&note, ", %zu source files are missing, the first is %s", dataset->mappings.missing,
                    path_name(dataset->mappings.first_missing));
    snprintf(info->note, sizeof info->note, "%s", text_string(&note));
    text_free(&note);
    name_files(dataset, base->path, info);
    status = check_plausible(dataset, info, error);
    if (status == STATUS_OK)
        status = hdf5_chunk_check(dataset, error);
    hdf5_pool_give(file->shared->pool, dataset);
    return status;
}

// A dataset with the place of a frame in it.
struct placed_frame {
    struct hdf5_file *file;
    const struct hdf5_dataset *dataset;
    int64_t at[HDF5_RANK];
};

static enum status decode_channel(void *context, unsigned channel, const struct decode_request *request,
                                  struct decode_report *report, struct error *error)
{
    const struct placed_frame *frame = context;
    const struct hdf5_layout *layout = &frame->file->shared->layout;
    const struct axes *axes = &layout->axes;
    struct hdf5_region region = {.dataset = frame->dataset,
                                 .row_axis = axes->rows,
                                 .column_axis = axes->columns,
                                 .width = request->rect.width,
                                 .height = request->rect.height,
                                 .part = layout->channels};
    memcpy(region.at, frame->at, sizeof region.at);
    region.at[axes->rows] += request->rect.y;
    region.at[axes->columns] += request->rect.x;
    if (axes->colours >= 0)
        region.at[axes->colours] += channel;
    const struct hdf5_target target = {.pixels = request->pixels,
                                       .stride = request->stride,
                                       .classes = request->classes,
                                       .class_stride = (size_t)request->rect.width,
                                       .cancel = request->cancel,
                                       .report = report};
    return hdf5_region_decode(&frame->file->decoder, &region, &target, error);
}

// Where the frame is among all of the dataset, for its mask: a selector may have left some out.
static int64_t mask_frame(const struct hdf5_layout *layout, int64_t frame, const struct placed_frame *place)
{
    if (layout->count > 1)
        return frame;
    int64_t index = 0;
    for (int axis = 0; axis < layout->axes.rows; axis++)
        index = index * place->dataset->dims[axis] + place->at[axis];
    return index;
}

static enum status hdf5_decode(struct image_file *base, const struct decode_request *request,
                               struct decode_report *report, struct error *error)
{
    struct hdf5_file *file = hdf5_file_of(base);
    const struct hdf5_layout *layout = &file->shared->layout;
    struct placed_frame frame = {.file = file};
    const struct hdf5_dataset *dataset;
    enum status status = frame_take(file, request->frame, request->cancel, &dataset, frame.at, error);
    if (status != STATUS_OK)
        return status;
    frame.dataset = dataset;
    // The parts of complex numbers are not apart: what is read is joined where it is read.
    status = layout->channels.complex ? decode_channel(&frame, 0, request, report, error)
                                      : channels_decode(layout->type, &layout->channels, decode_channel,
                                                        &frame, request, report, error);
    const int64_t masked = mask_frame(layout, request->frame, &frame);
    // A virtual frame is shown without any source as well, for what it is: lost.
    const bool composed = dataset->storage == HDF5_STORED_VIRTUAL;
    hdf5_pool_give(file->shared->pool, dataset);
    if (status != STATUS_OK)
        return status;
    if (!composed && report->lost_pixels == request->rect.width * request->rect.height) {
        if (error)
            *error = report->first_loss;
        return report->first_loss.status ? report->first_loss.status : STATUS_BROKEN;
    }
    if (layout->whole && hdf5_nexus_classes(file->shared->nexus, masked, request->rect, request->classes))
        report->any_class = true;
    return STATUS_OK;
}

// --- What else the file tells ---

// Appends what the worker tells.
static enum status text_ask(struct image_file *base, const struct hdf5_question *question, struct text *out,
                            struct error *error)
{
    struct hdf5_pool *pool = hdf5_file_of(base)->shared->pool;
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    enum status status = hdf5_pool_ask(pool, question, &answer, error);
    if (status == STATUS_OK) {
        char *told = message_get_name(&answer.facts);
        if (answer.facts.bad)
            status = hdf5_pool_distrust(pool, base->path, error);
        else
            utf8_append(out, told, strlen(told));
        free(told);
    }
    hdf5_answer_free(&answer);
    return status;
}

static enum status hdf5_metadata(struct image_file *base, int64_t frame, struct text *out,
                                 struct error *error)
{
    const struct hdf5_layout *layout = &hdf5_file_of(base)->shared->layout;
    const struct hdf5_question question = {.task = HDF5_TASK_METADATA,
                                           .path = base->path,
                                           .name = layout->shown,
                                           .frame = frame,
                                           .frames = layout->frames,
                                           .cancel = base->cancel};
    return text_ask(base, &question, out, error);
}

static enum status hdf5_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                 struct error *error)
{
    (void)frame;
    (void)error;
    *info = *hdf5_nexus_detector(hdf5_file_of(base)->shared->nexus);
    return STATUS_OK;
}

static enum status hdf5_contents_of(struct image_file *base, struct text *out, struct error *error)
{
    const struct hdf5_question question = {
        .task = HDF5_TASK_CONTENTS, .path = base->path, .cancel = base->cancel};
    return text_ask(base, &question, out, error);
}

static const char *const hdf5_extensions[] = {"h5", "hdf5", "nxs", "nx5", "hdf", "cxi", "he5", "emd", NULL};

const struct reader hdf5_reader = {
    .name = "hdf5",
    .grows_in_place = true,
    .description = "HDF5, NeXus",
    .extensions = hdf5_extensions,
    .media = {.types = "application/x-hdf5;application/x-hdf;", .magic = "\\211HDF\\r\\n\\032\\n"},
    .probe = hdf5_probe,
    .recognise = hdf5_recognise,
    .open = hdf5_open,
    .frame_info = hdf5_frame_info,
    .decode = hdf5_decode,
    .clone = hdf5_clone,
    .metadata = hdf5_metadata,
    .detector = hdf5_detector,
    .contents = hdf5_contents_of,
    .close = hdf5_close,
};
