// SPDX-License-Identifier: MIT
// Rectangles of datasets: plain samples, and all that only libhdf5 reads.
#include "formats/hdf5/hdf5_frame.h"

#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/base/plain.h"
#include "formats/hdf5/hdf5_external.h"
#include "formats/hdf5/hdf5_filters.h"
#include "formats/hdf5/hdf5_open.h"
#include "image/mask.h"

#include <stdlib.h>
#include <string.h>

enum {
    CACHED_PLANE_BYTES = 256 << 20, // larger planes are read by libhdf5 rectangle by rectangle
    PARTS = 2 - CHANNEL_PHASE,      // channels of complex samples, from CHANNEL_PHASE to 1
};

void hdf5_worker_free(struct hdf5_worker *worker)
{
    hdf5_scratch_free(&worker->scratch);
    free(worker->samples.bytes);
    free(worker->stored.bytes);
}

uint8_t *hdf5_room_reserve(struct hdf5_room *room, size_t count)
{
    if (count > room->capacity || !room->bytes) {
        free(room->bytes);
        room->bytes = malloc(count + 1);
        room->capacity = room->bytes ? count : 0;
    }
    return room->bytes;
}

// --- Plain samples ---

// The samples that one step along the axis passes.
static int64_t axis_step(const struct hdf5_dataset *dataset, int axis)
{
    int64_t step = 1;
    for (int i = axis + 1; axis >= 0 && i < dataset->rank; i++)
        step *= dataset->dims[i];
    return step;
}

static enum status plain_region(struct hdf5_worker *worker, const struct hdf5_region *region,
                                const struct hdf5_target *target, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const size_t item = sample_traits(dataset->type.type)->bytes;
    if (dataset->offset < 0) {
        hdf5_target_fill(target, dataset->fill, item, region->width, region->height);
        return STATUS_OK;
    }
    if (region->column_axis != dataset->rank - 1)
        return hdf5_region_read(worker, region, target, error);
    struct plain_samples from = {
        .path = dataset->path,
        .blob = dataset->blob,
        .offset = dataset->offset,
        .present = int64_max(dataset->file_bytes - dataset->offset, 0) / (int64_t)item,
        .type = dataset->type.type,
        .swapped = dataset->type.swapped,
    };
    int64_t first = 0;
    for (int axis = 0; axis < dataset->rank; axis++)
        first += region->at[axis] * axis_step(dataset, axis);
    const int64_t row_step = axis_step(dataset, region->row_axis);
    const bool together = target->class_stride == (size_t)region->width;
    const int64_t rows = together ? region->height : 1;
    enum status status = STATUS_OK;
    for (int64_t y = 0; y < region->height && status == STATUS_OK; y += rows) {
        struct hdf5_target part = hdf5_target_part(target, 0, y, item);
        struct decode_request request = {.rect = {0, 0, region->width, rows},
                                         .pixels = part.pixels,
                                         .stride = part.stride,
                                         .classes = part.classes,
                                         .cancel = target->cancel};
        status =
            plain_decode(&from, first + y * row_step, row_step, row_step, &request, target->report, error);
    }
    return status;
}

// --- H5Dread ---

// H5Dread of what is selected in `from`, as samples. Complex ones are read as pairs.
static bool samples_read(const struct hdf5_region *region, hid_t to, hid_t from, uint8_t *out)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const hid_t memory = dataset->type.memory;
    if (!dataset->type.complex)
        return H5Dread(dataset->id, memory, to, from, H5P_DEFAULT, out) >= 0;
    const int64_t count = region->width * region->height; // fits, as it did for `out`
    size_t bytes;
    uint8_t *pairs = size_multiply((size_t)count, H5Tget_size(memory), &bytes) ? malloc(bytes) : NULL;
    const bool good = pairs && H5Dread(dataset->id, memory, to, from, H5P_DEFAULT, pairs) >= 0;
    if (good)
        channels_pick(dataset->type.type, &region->part, pairs, count, out);
    free(pairs);
    return good;
}

// Reads the rectangle into samples without padding.
static enum status library_read(struct hdf5_worker *worker, const struct hdf5_region *region,
                                struct cancel *cancel, uint8_t *out, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    struct hdf5_question question = {.task = HDF5_TASK_READ,
                                     .width = region->width,
                                     .height = region->height,
                                     .row_axis = region->row_axis,
                                     .column_axis = region->column_axis,
                                     .path = dataset->opened,
                                     .name = dataset->name,
                                     .cancel = cancel};
    memcpy(question.at, region->at, sizeof region->at);
    enum status status = hdf5_chunk_check(dataset, error);
    if (status == STATUS_OK)
        status = hdf5_pool_ask(worker->pool, &question, NULL, error);
    if (status != STATUS_OK)
        return status;
    hsize_t start[H5S_MAX_RANK], count[H5S_MAX_RANK];
    for (int axis = 0; axis < dataset->rank; axis++) {
        start[axis] = (hsize_t)region->at[axis];
        count[axis] = axis == region->row_axis      ? (hsize_t)region->height
                      : axis == region->column_axis ? (hsize_t)region->width
                                                    : 1;
    }
    status = hdf5_library_check(dataset->id, start, count, error);
    if (status != STATUS_OK)
        return status;
    const hsize_t size[2] = {(hsize_t)region->height, (hsize_t)region->width};
    hid_t from = H5Dget_space(dataset->id), to = H5Screate_simple(2, size, NULL);
    const bool good = H5Sselect_hyperslab(from, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                      samples_read(region, to, from, out);
    // What libhdf5 says of a missing filter is about the folder of its plugins.
    if (!good)
        status = hdf5_explain(dataset->path, "cannot read samples", STATUS_BROKEN, error);
    if (!good && hdf5_filters_check(dataset, hdf5_plugins_allowed(), error) != STATUS_OK)
        status = STATUS_UNSUPPORTED;
    H5Sclose(from);
    H5Sclose(to);
    return status;
}

static void copy_rows(const struct hdf5_target *target, const uint8_t *from, size_t from_stride,
                      size_t row_bytes, int64_t height)
{
    for (int64_t y = 0; y < height; y++)
        memcpy(target->pixels + (size_t)y * target->stride, from + (size_t)y * from_stride, row_bytes);
}

// Reads the rectangle strip by strip, each a row of chunks high; those that fail are lost.
static enum status library_strips(struct hdf5_worker *worker, const struct hdf5_region *region,
                                  const struct hdf5_target *target, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const size_t item = sample_traits(dataset->type.type)->bytes, row = (size_t)region->width * item;
    const int64_t chunk =
        region->row_axis >= 0 && dataset->chunk[0] > 0 ? dataset->chunk[region->row_axis] : 64;
    struct hdf5_region strip = *region;
    for (int64_t y = 0; y < region->height; y += strip.height) {
        if (cancel_requested(target->cancel))
            return STATUS_CANCELLED;
        const int64_t at = region->row_axis >= 0 ? region->at[region->row_axis] + y : 0;
        if (region->row_axis >= 0)
            strip.at[region->row_axis] = at;
        strip.height = int64_min(chunk - at % chunk, region->height - y);
        uint8_t *room = hdf5_room_reserve(&worker->samples, row * (size_t)strip.height);
        if (!room)
            return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for %s", dataset->path,
                             dataset->name);
        struct error reason = {0};
        const struct hdf5_target part = hdf5_target_part(target, 0, y, item);
        const enum status status = library_read(worker, &strip, target->cancel, room, &reason);
        if (status == STATUS_UNSUPPORTED || status == STATUS_CANCELLED) {
            if (error)
                *error = reason;
            return status;
        }
        if (status == STATUS_OK)
            copy_rows(&part, room, row, row, strip.height);
        else
            hdf5_target_lose(&part, dataset->type.type, region->width, strip.height, &reason);
    }
    return STATUS_OK;
}

// A number for the plane of the region, and the part of complex samples, among all those of the dataset.
static uint64_t plane_index(const struct hdf5_region *region)
{
    const struct hdf5_dataset *dataset = region->dataset;
    uint64_t index = 0;
    for (int axis = 0; axis < dataset->rank; axis++)
        if (axis != region->row_axis && axis != region->column_axis)
            index = index * (uint64_t)dataset->dims[axis] + (uint64_t)region->at[axis];
    if (dataset->type.complex)
        index = index * PARTS + (uint64_t)(region->part.channel - CHANNEL_PHASE);
    return index * (H5S_MAX_RANK + 1) * (H5S_MAX_RANK + 1) +
           (uint64_t)(region->row_axis + 1) * (H5S_MAX_RANK + 1) + (uint64_t)(region->column_axis + 1);
}

static int64_t axis_length(const struct hdf5_dataset *dataset, int axis)
{
    return axis >= 0 ? dataset->dims[axis] : 1;
}

// Reads the whole plane that the region is in.
static enum status plane_make(struct hdf5_worker *worker, const struct hdf5_region *region,
                              struct cancel *cancel, struct hdf5_piece *piece, size_t bytes)
{
    const struct hdf5_dataset *dataset = region->dataset;
    struct hdf5_region plane = *region;
    plane.height = axis_length(dataset, region->row_axis);
    plane.width = axis_length(dataset, region->column_axis);
    if (region->row_axis >= 0)
        plane.at[region->row_axis] = 0;
    if (region->column_axis >= 0)
        plane.at[region->column_axis] = 0;
    if (!hdf5_cache_reserve(worker->cache, piece, bytes))
        return error_set(&piece->error, STATUS_NO_MEMORY, "%s: not enough memory for %s", dataset->path,
                         dataset->name);
    return library_read(worker, &plane, cancel, piece->bytes, &piece->error);
}

enum status hdf5_region_read(struct hdf5_worker *worker, const struct hdf5_region *region,
                             const struct hdf5_target *target, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const size_t item = sample_traits(dataset->type.type)->bytes;
    const int64_t width = axis_length(dataset, region->column_axis);
    size_t bytes;
    bool mine;
    if (!dataset->cached || !size_of_plane(width, axis_length(dataset, region->row_axis), item, &bytes) ||
        bytes > CACHED_PLANE_BYTES)
        return library_strips(worker, region, target, error);
    struct hdf5_piece *piece = hdf5_cache_take(worker->cache, dataset->serial, plane_index(region), &mine);
    if (!piece)
        return library_strips(worker, region, target, error);
    if (mine)
        hdf5_cache_ready(worker->cache, piece, plane_make(worker, region, target->cancel, piece, bytes));
    enum status status = piece->status;
    if (status == STATUS_OK) {
        const int64_t y = region->row_axis >= 0 ? region->at[region->row_axis] : 0;
        const int64_t x = region->column_axis >= 0 ? region->at[region->column_axis] : 0;
        copy_rows(target, piece->bytes + (size_t)(y * width + x) * item, (size_t)width * item,
                  (size_t)region->width * item, region->height);
    } else if (status == STATUS_UNSUPPORTED && error) {
        *error = piece->error;
    }
    hdf5_cache_give(worker->cache, piece);
    return status == STATUS_OK || status == STATUS_UNSUPPORTED
               ? status
               : library_strips(worker, region, target, error);
}

// --- Any storage ---

enum status hdf5_region_decode_within(struct hdf5_worker *worker, const struct hdf5_region *region,
                                      const struct hdf5_target *target, int depth, struct error *error)
{
    if (cancel_requested(target->cancel))
        return STATUS_CANCELLED;
    switch (region->dataset->storage) {
    case HDF5_STORED_PLAIN:
        return plain_region(worker, region, target, error);
    case HDF5_STORED_CHUNKS:
        return hdf5_chunks_decode(worker, region, target, error);
    case HDF5_STORED_VIRTUAL:
        return hdf5_mapped_decode(worker, region, target, depth, error);
    case HDF5_STORED_EXTERNAL:
        return hdf5_external_decode(region, target);
    default:
        return hdf5_region_read(worker, region, target, error);
    }
}

enum status hdf5_region_decode(struct hdf5_worker *worker, const struct hdf5_region *region,
                               const struct hdf5_target *target, struct error *error)
{
    hdf5_quiet();
    worker->scratch.cancel = target->cancel;
    const enum status status = hdf5_region_decode_within(worker, region, target, 0, error);
    worker->scratch.cancel = NULL;
    return status;
}
