// SPDX-License-Identifier: MIT
// HDF5 and NeXus files: EIGER masters with their data files, NXmx, LImA, areaDetector, virtual datasets, and
// any dataset of two or more dimensions.
//
// Format: HDF5 File Format Specification (The HDF Group), read by libhdf5; NeXus (nexusformat.org). The
// parts: hdf5_layout.c decides what is shown, hdf5_nexus.c reads what the file says about it, hdf5_frame.c
// and hdf5_stored.c decode.
#include "formats/hdf5_frame.h"
#include "formats/hdf5_nexus.h"
#include "formats/readers_list.h"

#include "base/file.h"
#include "base/size.h"

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
struct hdf5_series {
    atomic_int users;
    hid_t file;
    struct hdf5_layout layout;
    struct hdf5_nexus *nexus;
    struct hdf5_pool *pool;
    struct hdf5_cache *cache;
};

struct hdf5_file {
    struct image_file base; // first
    struct hdf5_series *series;
    struct hdf5_worker worker;
};

static struct hdf5_file *hdf5_file_of(struct image_file *file)
{
    return (struct hdf5_file *)file; // the base is the first member
}

// --- Opening ---

static const uint8_t signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

// The signature stands at the beginning, or behind a user block of 512, 1024, 2048, ... bytes.
static int hdf5_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    for (size_t at = 0; at + sizeof signature <= count; at = at ? 2 * at : 512)
        if (memcmp(head + at, signature, sizeof signature) == 0)
            return at ? 60 : 95; // another format may have one of its own in front
    return 0;
}

static void series_release(struct hdf5_series *series)
{
    if (atomic_fetch_sub(&series->users, 1) != 1)
        return;
    hdf5_quiet();
    hdf5_nexus_drop(&series->nexus);
    hdf5_cache_destroy(series->cache);
    hdf5_pool_destroy(series->pool);
    hdf5_layout_free(&series->layout);
    if (series->file >= 0)
        H5Fclose(series->file);
    free(series);
}

static void hdf5_close(struct image_file *base)
{
    struct hdf5_file *file = hdf5_file_of(base);
    hdf5_worker_free(&file->worker);
    series_release(file->series);
    free(file->base.path);
    free(file);
}

static struct hdf5_file *file_create(const char *path, struct hdf5_series *series)
{
    struct hdf5_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){.reader = &hdf5_reader, .path = must_copy(path)};
    file->base.frames = series->layout.frames;
    file->series = series;
    file->worker = (struct hdf5_worker){.pool = series->pool, .cache = series->cache};
    return file;
}

// The rows and columns of the image, and its type, from the first part that is there.
static enum status read_nexus(struct hdf5_series *series, struct error *error)
{
    const struct hdf5_layout *layout = &series->layout;
    const struct hdf5_axis *rows = &layout->axes[layout->row_axis];
    const struct hdf5_axis *columns = &layout->axes[layout->column_axis];
    // A part of the image, or a cut through it, has no pixel mask.
    const int64_t width = layout->whole ? columns->count : 0, height = layout->whole ? rows->count : 0;
    return hdf5_nexus_read(series->file, layout->shown, width, height, layout->type, &series->nexus, error);
}

static enum status series_open(struct hdf5_series *series, const struct open_request *request,
                               struct error *error)
{
    enum status status = hdf5_file_open(request->path, &series->file, error);
    if (status == STATUS_OK)
        status = hdf5_layout_choose(series->file, request->path, request->selector, request->channel,
                                    series->pool, &series->layout, error);
    if (status == STATUS_OK && series->layout.frames < 1)
        status = error_set(error, STATUS_BROKEN, "%s: has no frames", request->path);
    return status == STATUS_OK ? read_nexus(series, error) : status;
}

static enum status hdf5_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    hdf5_quiet();
    struct hdf5_series *series = must_alloc(sizeof *series);
    atomic_init(&series->users, 1);
    series->file = H5I_INVALID_HID;
    series->pool = hdf5_pool_create();
    series->cache = hdf5_cache_create();
    enum status status = series_open(series, request, error);
    if (status != STATUS_OK) {
        series_release(series);
        return status;
    }
    *out = &file_create(request->path, series)->base;
    return STATUS_OK;
}

static enum status hdf5_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    (void)error;
    struct hdf5_series *series = hdf5_file_of(base)->series;
    atomic_fetch_add(&series->users, 1);
    *out = &file_create(base->path, series)->base;
    return STATUS_OK;
}

// --- Frames ---

// Opens the dataset of the frame; it is given back to the pool. `at` is the frame's first sample.
static enum status frame_take(struct hdf5_file *file, int64_t frame, struct hdf5_dataset **dataset,
                              int64_t at[H5S_MAX_RANK], struct error *error)
{
    struct hdf5_series *series = file->series;
    const struct hdf5_part *part = hdf5_layout_find(&series->layout, frame, at);
    struct hdf5_dataset *found;
    hdf5_quiet();
    if (!hdf5_path_exists(part->path))
        return error_set(error, STATUS_IO, "%s: frame %lld is in %s, which is missing", file->base.path,
                         (long long)frame, part->path);
    enum status status = hdf5_pool_take(series->pool, part->path, part->name, &found, error);
    if (status != STATUS_OK)
        return status;
    bool fits = found->rank == series->layout.rank && found->type.type == series->layout.type;
    for (int axis = 0; fits && axis < found->rank; axis++) {
        const struct hdf5_axis *from = &series->layout.axes[axis];
        const int64_t count = from->role == HDF5_ROWS || from->role == HDF5_COLUMNS ? from->count : 1;
        fits = at[axis] <= found->dims[axis] - count;
    }
    if (!fits) {
        hdf5_pool_give(series->pool, found);
        return error_set(error, STATUS_BROKEN, "%s: has no frame %lld of the series, or one of another kind",
                         part->path, (long long)frame);
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
    char claimed[32], found[32];
    const bool plain = dataset->storage == HDF5_STORED_PLAIN && dataset->offset >= 0;
    const int64_t there =
        plain ? int64_max(dataset->file_bytes - dataset->offset, 0) : hdf5_dataset_stored(dataset);
    const bool good = plain ? there >= (int64_t)item : there >= (int64_t)(bytes / MAX_RATIO);
    if (good || (!plain && bytes <= UNCHECKED_BYTES) || dataset->storage == HDF5_STORED_VIRTUAL)
        return STATUS_OK;
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
    const int64_t rows = dataset->chunk[layout->row_axis], columns = dataset->chunk[layout->column_axis];
    info->chunk_width = int64_clamp(columns, 1, info->width);
    if (rows <= TALL)
        info->chunk_height = int64_clamp(rows, 1, info->height);
}

static enum status hdf5_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                   struct error *error)
{
    struct hdf5_file *file = hdf5_file_of(base);
    const struct hdf5_layout *layout = &file->series->layout;
    struct hdf5_dataset *dataset;
    int64_t at[H5S_MAX_RANK];
    enum status status = frame_take(file, frame, &dataset, at, error);
    if (status != STATUS_OK)
        return status;
    *info = (struct frame_info){.width = layout->axes[layout->column_axis].count,
                                .height = layout->axes[layout->row_axis].count,
                                .type = dataset->type.type,
                                .sentinels = hdf5_nexus_sentinels(file->series->nexus)};
    set_chunk(layout, dataset, info);
    snprintf(info->format, sizeof info->format, "HDF5");
    hdf5_chunk_describe(&dataset->pipeline, info->compression, sizeof info->compression);
    struct text note = {0}, missing = {0};
    text_append(&note, text_string(&layout->note));
    const size_t count = hdf5_virtual_missing(dataset, &missing);
    if (count == 1)
        text_printf(&note, ", %s is missing", path_name(text_string(&missing)));
    else if (count > 1)
        text_printf(&note, ", %zu source files are missing, the first is %s", count,
                    path_name(text_string(&missing)));
    snprintf(info->note, sizeof info->note, "%s", text_string(&note));
    text_free(&note);
    text_free(&missing);
    status = check_plausible(dataset, info, error);
    hdf5_pool_give(file->series->pool, dataset);
    return status;
}

static enum status hdf5_decode(struct image_file *base, const struct decode_request *request,
                               struct decode_report *report, struct error *error)
{
    struct hdf5_file *file = hdf5_file_of(base);
    const struct hdf5_layout *layout = &file->series->layout;
    struct hdf5_dataset *dataset;
    struct hdf5_region region = {.row_axis = layout->row_axis,
                                 .column_axis = layout->column_axis,
                                 .width = request->rect.width,
                                 .height = request->rect.height};
    enum status status = frame_take(file, request->frame, &dataset, region.at, error);
    if (status != STATUS_OK)
        return status;
    region.dataset = dataset;
    region.at[layout->row_axis] += request->rect.y;
    region.at[layout->column_axis] += request->rect.x;
    const struct hdf5_target target = {.pixels = request->pixels,
                                       .stride = request->stride,
                                       .classes = request->classes,
                                       .class_stride = (size_t)request->rect.width,
                                       .cancel = request->cancel,
                                       .report = report};
    status = hdf5_region_decode(&file->worker, &region, &target, error);
    hdf5_pool_give(file->series->pool, dataset);
    if (status != STATUS_OK)
        return status;
    if (report->lost_pixels == request->rect.width * request->rect.height) {
        if (error)
            *error = report->first_loss;
        return report->first_loss.status ? report->first_loss.status : STATUS_BROKEN;
    }
    if (layout->whole &&
        hdf5_nexus_classes(file->series->nexus, request->frame, request->rect, request->classes))
        report->any_class = true;
    return STATUS_OK;
}

// --- What else the file tells ---

static enum status hdf5_metadata(struct image_file *base, int64_t frame, struct text *out,
                                 struct error *error)
{
    (void)error;
    const struct hdf5_series *series = hdf5_file_of(base)->series;
    hdf5_quiet();
    hdf5_nexus_metadata(series->file, series->layout.shown, frame, series->layout.frames, out);
    return STATUS_OK;
}

static enum status hdf5_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                 struct error *error)
{
    (void)frame;
    (void)error;
    *info = *hdf5_nexus_detector(hdf5_file_of(base)->series->nexus);
    return STATUS_OK;
}

static enum status hdf5_contents_of(struct image_file *base, struct text *out, struct error *error)
{
    (void)error;
    hdf5_quiet();
    hdf5_contents(hdf5_file_of(base)->series->file, out);
    return STATUS_OK;
}

static const char *const hdf5_extensions[] = {"h5", "hdf5", "nxs", "nx5", "hdf", "cxi", "he5", NULL};

const struct reader hdf5_reader = {
    .name = "hdf5",
    .description = "HDF5, NeXus",
    .extensions = hdf5_extensions,
    .probe = hdf5_probe,
    .open = hdf5_open,
    .frame_info = hdf5_frame_info,
    .decode = hdf5_decode,
    .clone = hdf5_clone,
    .metadata = hdf5_metadata,
    .detector = hdf5_detector,
    .contents = hdf5_contents_of,
    .close = hdf5_close,
};
