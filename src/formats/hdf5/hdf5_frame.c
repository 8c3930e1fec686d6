// SPDX-License-Identifier: MIT
// Rectangles of datasets: plain samples, and all that only libhdf5 reads, in its worker.
#include "formats/hdf5/hdf5_frame.h"

#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/base/plain.h"
#include "formats/hdf5/hdf5_external.h"
#include "image/mask.h"

#include <stdlib.h>
#include <string.h>

enum {
    CACHED_PLANE_BYTES = 256 << 20, // larger planes are read by the worker rectangle by rectangle
    PARTS = 2 - CHANNEL_PHASE,      // channels of complex samples, from CHANNEL_PHASE to 1
};

void hdf5_worker_free(struct hdf5_decoder *decoder)
{
    hdf5_scratch_free(&decoder->scratch);
    free(decoder->samples.bytes);
    free(decoder->stored.bytes);
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

static enum status plain_region(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                                const struct hdf5_target *target, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const size_t item = sample_traits(dataset->type.type)->bytes;
    if (dataset->offset < 0) {
        hdf5_target_fill(target, dataset->fill, item, region->width, region->height);
        return STATUS_OK;
    }
    if (region->column_axis != dataset->rank - 1)
        return hdf5_region_read(decoder, region, target, error);
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

// --- What the worker reads ---

// Reads the rectangle into samples without padding.
static enum status library_read(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                                struct cancel *cancel, uint8_t *out, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    struct hdf5_question question = {.task = HDF5_TASK_READ,
                                     .path = dataset->opened,
                                     .name = dataset->name,
                                     .cancel = cancel,
                                     .box = {.width = region->width,
                                             .height = region->height,
                                             .row_axis = region->row_axis,
                                             .column_axis = region->column_axis,
                                             .part = region->part}};
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    size_t bytes = 0;
    memcpy(question.box.at, region->at, (size_t)dataset->rank * sizeof *region->at);
    enum status status = hdf5_chunk_check(dataset, error);
    if (status == STATUS_OK &&
        !size_of_plane(region->width, region->height, sample_traits(dataset->type.type)->bytes, &bytes))
        status =
            error_set(error, STATUS_TOO_LARGE, "%s: the size of %s overflows", dataset->path, dataset->name);
    if (status == STATUS_OK)
        status = hdf5_pool_ask(decoder->pool, &question, &answer, error);
    const void *samples = status == STATUS_OK ? hdf5_memory_map(answer.fd, bytes) : NULL;
    if (samples)
        memcpy(out, samples, bytes);
    else if (status == STATUS_OK)
        status = hdf5_pool_distrust(decoder->pool, dataset->path, error);
    hdf5_memory_unmap(samples, bytes);
    hdf5_answer_free(&answer);
    return status;
}

static void copy_rows(const struct hdf5_target *target, const uint8_t *from, size_t from_stride,
                      size_t row_bytes, int64_t height)
{
    for (int64_t y = 0; y < height; y++)
        memcpy(target->pixels + (size_t)y * target->stride, from + (size_t)y * from_stride, row_bytes);
}

// Reads the rectangle strip by strip, each a row of chunks high; those that fail are lost.
static enum status library_strips(struct hdf5_decoder *decoder, const struct hdf5_region *region,
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
        uint8_t *room = hdf5_room_reserve(&decoder->samples, row * (size_t)strip.height);
        if (!room)
            return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for %s", dataset->path,
                             dataset->name);
        struct error reason = {0};
        const struct hdf5_target part = hdf5_target_part(target, 0, y, item);
        const enum status status = library_read(decoder, &strip, target->cancel, room, &reason);
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
    return index * (HDF5_RANK + 1) * (HDF5_RANK + 1) + (uint64_t)(region->row_axis + 1) * (HDF5_RANK + 1) +
           (uint64_t)(region->column_axis + 1);
}

static int64_t axis_length(const struct hdf5_dataset *dataset, int axis)
{
    return axis >= 0 ? dataset->dims[axis] : 1;
}

// Reads the whole plane that the region is in.
static enum status plane_make(struct hdf5_decoder *decoder, const struct hdf5_region *region,
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
    if (!hdf5_cache_reserve(decoder->cache, piece, bytes))
        return error_set(&piece->error, STATUS_NO_MEMORY, "%s: not enough memory for %s", dataset->path,
                         dataset->name);
    return library_read(decoder, &plane, cancel, piece->bytes, &piece->error);
}

enum status hdf5_region_read(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                             const struct hdf5_target *target, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const size_t item = sample_traits(dataset->type.type)->bytes;
    const int64_t width = axis_length(dataset, region->column_axis);
    size_t bytes = 0;
    bool mine;
    if (!dataset->cached || !size_of_plane(width, axis_length(dataset, region->row_axis), item, &bytes) ||
        bytes > CACHED_PLANE_BYTES)
        return library_strips(decoder, region, target, error);
    struct hdf5_piece *piece = hdf5_cache_take(decoder->cache, dataset->serial, plane_index(region), &mine);
    if (!piece)
        return library_strips(decoder, region, target, error);
    if (mine)
        hdf5_cache_ready(decoder->cache, piece, plane_make(decoder, region, target->cancel, piece, bytes));
    enum status status = piece->status;
    if (status == STATUS_OK) {
        const int64_t y = region->row_axis >= 0 ? region->at[region->row_axis] : 0;
        const int64_t x = region->column_axis >= 0 ? region->at[region->column_axis] : 0;
        copy_rows(target, piece->bytes + (size_t)(y * width + x) * item, (size_t)width * item,
                  (size_t)region->width * item, region->height);
    } else if (status == STATUS_UNSUPPORTED && error) {
        *error = piece->error;
    }
    hdf5_cache_give(decoder->cache, piece);
    return status == STATUS_OK || status == STATUS_UNSUPPORTED
               ? status
               : library_strips(decoder, region, target, error);
}

// --- Any storage ---

enum status hdf5_region_decode_within(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                                      const struct hdf5_target *target, int depth, struct error *error)
{
    if (cancel_requested(target->cancel))
        return STATUS_CANCELLED;
    switch (region->dataset->storage) {
    case HDF5_STORED_PLAIN:
        return plain_region(decoder, region, target, error);
    case HDF5_STORED_CHUNKS:
        return hdf5_chunks_decode(decoder, region, target, error);
    case HDF5_STORED_VIRTUAL:
        return hdf5_mapped_decode(decoder, region, target, depth, error);
    case HDF5_STORED_EXTERNAL:
        return hdf5_external_decode(region, target);
    default:
        return hdf5_region_read(decoder, region, target, error);
    }
}

enum status hdf5_region_decode(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                               const struct hdf5_target *target, struct error *error)
{
    decoder->scratch.cancel = target->cancel;
    const enum status status = hdf5_region_decode_within(decoder, region, target, 0, error);
    decoder->scratch.cancel = NULL;
    return status;
}
