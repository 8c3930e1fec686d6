// SPDX-License-Identifier: MIT
// Rectangles of virtual datasets, mapping by mapping.
#include "base/file.h"
#include "base/size.h"
#include "formats/hdf5/hdf5_convert.h"
#include "formats/hdf5/hdf5_files.h"
#include "formats/hdf5/hdf5_frame.h"
#include "formats/hdf5/hdf5_mapping.h"
#include "image/mask.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 5 }; // of virtual datasets made of virtual datasets

// --- Who supplies a pixel ---

enum { MAX_LACKS = 8, SUPPLIED = 255 };

// A byte per pixel of the region: 0 where there is no mapping, SUPPLIED, or the number of what it lacks.
struct supply {
    uint8_t *pixels;
    size_t stride;
    struct error lacks[MAX_LACKS]; // numbered from 1; the last one stands for all that follow
    const struct error *too_short; // the first of them that says so of a source
    uint8_t count;
};

static void supply_mark(const struct supply *supply, struct rect rect, uint8_t mark)
{
    for (int64_t y = 0; y < rect.height && rect.width > 0; y++) {
        uint8_t *row = supply->pixels + (size_t)(rect.y + y) * supply->stride + (size_t)rect.x;
        if (mark == SUPPLIED)
            memset(row, SUPPLIED, (size_t)rect.width);
        for (int64_t x = 0; mark != SUPPLIED && x < rect.width; x++)
            row[x] = row[x] ? row[x] : mark;
    }
}

// Loses what nobody supplies.
static void supply_settle(const struct supply *supply, const struct hdf5_region *region,
                          const struct hdf5_target *target)
{
    const enum sample_type type = region->dataset->type.type;
    const size_t item = sample_traits(type)->bytes;
    for (int64_t y = 0; y < region->height && supply->count > 0; y++) {
        const uint8_t *row = supply->pixels + (size_t)y * supply->stride;
        for (int64_t x = 0, end; x < region->width; x = end) {
            for (end = x + 1; end < region->width && row[end] == row[x];)
                end++;
            if (row[x] == 0 || row[x] == SUPPLIED)
                continue;
            const struct hdf5_target part = hdf5_target_part(target, x, y, item);
            hdf5_target_lose(&part, type, end - x, 1, &supply->lacks[row[x] - 1]);
        }
    }
}

static bool is_whole_axis(const struct hdf5_region *region, int axis, int64_t length)
{
    return axis < 0 || length == region->dataset->dims[axis];
}

// Whether nobody supplies any pixel of a whole frame, not even the fill value.
static bool frame_is_absent(const struct supply *supply, const struct hdf5_region *region)
{
    const size_t pixels = supply->stride * (size_t)region->height;
    if (!is_whole_axis(region, region->row_axis, region->height) ||
        !is_whole_axis(region, region->column_axis, region->width))
        return false;
    for (size_t i = 0; i < pixels; i++) {
        if (supply->pixels[i] == 0 || supply->pixels[i] == SUPPLIED)
            return false;
    }
    return true;
}

// Takes back what was lost of pixels that were supplied before and are decoded once more.
static void supply_renew(const struct supply *supply, struct rect rect, const struct hdf5_target *target)
{
    struct decode_report *report = target->report;
    for (int64_t y = 0; y < rect.height && report->lost_pixels > 0; y++) {
        const uint8_t *row = supply->pixels + (size_t)(rect.y + y) * supply->stride + (size_t)rect.x;
        uint8_t *classes = target->classes + (size_t)(rect.y + y) * target->class_stride + (size_t)rect.x;
        for (int64_t x = 0; x < rect.width; x++) {
            if (row[x] != SUPPLIED || !(classes[x] & MASK_BIT(MASK_BAD)))
                continue;
            classes[x] &= (uint8_t)~MASK_BIT(MASK_BAD);
            report->lost_pixels--;
        }
    }
    if (report->lost_pixels == 0)
        report->first_loss = (struct error){0};
}

// --- Runs of indices ---

// Indices of one axis that follow each other in the virtual dataset and in the source.
struct run {
    int64_t at, count, source;
};

// The next run from `position` on and before `end`. An axis of the source may be absent (NULL).
static bool next_run(const struct hdf5_steps *to, const struct hdf5_steps *from, int64_t position,
                     int64_t end, struct run *run)
{
    const int64_t behind = int64_max(position - to->start, 0);
    int64_t number = to->stride > 0 ? behind / to->stride : to->count;
    int64_t within = to->stride > 0 ? behind % to->stride : 0;
    if (within >= to->block) {
        number++;
        within = 0;
    }
    if (number >= to->count)
        return false;
    run->at = to->start + number * to->stride + within;
    if (run->at >= end)
        return false;
    run->count = int64_min(to->block - within, end - run->at);
    run->source = 0;
    if (from) {
        const int64_t index = number * to->block + within;
        run->source = from->start + index / from->block * from->stride + index % from->block;
        run->count = int64_min(run->count, from->block - index % from->block);
    }
    return true;
}

// --- One mapping ---

// What is there of a mapping.
enum presence {
    ABSENT,   // nothing
    SOMEHOW,  // all, but only libhdf5 knows which sample is where
    IN_BOXES, // what lies within the source
};

// A mapping applied to a region.
struct mapped {
    struct hdf5_decoder *decoder;
    const struct hdf5_region *region;
    const struct hdf5_target *target;
    struct supply *supply;
    struct hdf5_mapping mapping;       // a copy; names and boxes are the dataset's
    const struct hdf5_dataset *source; // while it is in use
    struct hdf5_region from;           // of the source; rows, columns and sizes change
    enum presence presence;
    uint8_t lack;     // the mark of pixels without a source; 0: none was there yet
    bool *by_library; // set where libhdf5 must read the whole region; then nothing more is decoded here
    int depth;
};

// The first index of the region on an axis, and how many it has.
static int64_t region_first(const struct hdf5_region *region, int axis)
{
    return axis >= 0 ? region->at[axis] : 0;
}

static int64_t region_length(const struct hdf5_region *region, int axis)
{
    return axis == region->row_axis ? region->height : axis == region->column_axis ? region->width : 1;
}

// Notes what a mapping lacks, for those of its pixels that nobody else supplies.
static void note_lack(struct mapped *mapped, const struct error *reason)
{
    struct supply *supply = mapped->supply;
    if (supply->count < MAX_LACKS)
        supply->lacks[supply->count++] = *reason;
    mapped->lack = supply->count;
}

static void note_short(struct mapped *mapped)
{
    const struct hdf5_dataset *dataset = mapped->region->dataset;
    struct error reason;
    error_set(&reason, STATUS_IO, "%s: %s takes more of %s in %s than is there", dataset->path, dataset->name,
              mapped->mapping.name, path_name(mapped->source->path));
    note_lack(mapped, &reason);
    if (!mapped->supply->too_short && !mapped->mapping.grows)
        mapped->supply->too_short = &mapped->supply->lacks[mapped->lack - 1];
}

// Marks a part of width x height pixels, of which the first there_width of the first there_height rows have a
// source.
static void mark_part(struct mapped *mapped, const struct rect *part, int64_t there_width,
                      int64_t there_height)
{
    const struct rect there = {part->x, part->y, there_width, there_height};
    const struct rect right = {part->x + there_width, part->y, part->width - there_width, there_height};
    const struct rect below = {part->x, part->y + there_height, part->width, part->height - there_height};
    supply_renew(mapped->supply, there, mapped->target);
    supply_mark(mapped->supply, there, SUPPLIED);
    if (there_width == part->width && there_height == part->height)
        return;
    if (mapped->lack == 0)
        note_short(mapped);
    supply_mark(mapped->supply, right, mapped->lack);
    supply_mark(mapped->supply, below, mapped->lack);
}

// Fills what was lost with what stands for lost samples of the virtual dataset's type.
static void refill_lost(struct mapped *mapped, const struct hdf5_target *part)
{
    const enum sample_type type = mapped->region->dataset->type.type;
    for (int64_t y = 0; y < mapped->from.height && part->report->lost_pixels > 0; y++) {
        const uint8_t *classes = part->classes + (size_t)y * part->class_stride;
        for (int64_t x = 0; x < mapped->from.width; x++) {
            const struct hdf5_target pixel = hdf5_target_part(part, x, y, sample_traits(type)->bytes);
            if (classes[x] & MASK_BIT(MASK_BAD))
                hdf5_target_lose(&pixel, type, 1, 1, &part->report->first_loss);
        }
    }
}

// Decodes the part of the source that `from` is set to into samples of its own type, and converts them as
// libhdf5 would.
static enum status decode_converted(struct mapped *mapped, const struct hdf5_target *part,
                                    struct error *error)
{
    const struct hdf5_type *from = &mapped->source->type, *to = &mapped->region->dataset->type;
    const size_t from_item = sample_traits(from->type)->bytes, item = sample_traits(to->type)->bytes;
    const int64_t width = mapped->from.width, height = mapped->from.height;
    size_t pixels, bytes;
    uint8_t *room = NULL;
    if (size_of_plane(width, height, 1, &pixels) &&
        size_multiply(pixels, from_item > item ? from_item : item, &bytes))
        room = malloc(bytes);
    if (!room)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for %s", mapped->source->path,
                         mapped->source->name);
    struct hdf5_target own = *part;
    own.pixels = room;
    own.stride = (size_t)width * from_item;
    enum status status =
        hdf5_region_decode_within(mapped->decoder, &mapped->from, &own, mapped->depth + 1, error);
    if (status == STATUS_OK && !hdf5_convert(from->type, to->type, room, pixels)) {
        *mapped->by_library = true;
    } else if (status == STATUS_OK) {
        for (int64_t y = 0; y < height; y++)
            memcpy(part->pixels + (size_t)y * part->stride, room + (size_t)(y * width) * item,
                   (size_t)width * item);
        refill_lost(mapped, part);
    }
    free(room);
    return status;
}

static enum status decode_part(struct mapped *mapped, const struct hdf5_target *part, struct error *error)
{
    if (mapped->presence != IN_BOXES || *mapped->by_library)
        return STATUS_OK;
    if (mapped->source->type.type != mapped->region->dataset->type.type)
        return decode_converted(mapped, part, error);
    return hdf5_region_decode_within(mapped->decoder, &mapped->from, part, mapped->depth + 1, error);
}

static const struct hdf5_steps *source_steps(const struct mapped *mapped, int axis)
{
    const int from = axis >= 0 ? mapped->mapping.source_axis[axis] : HDF5_NO_AXIS;
    return mapped->presence == IN_BOXES && from >= 0 ? &mapped->mapping.source_steps[from] : NULL;
}

// True where the mapping's steps have something of the region.
static bool steps_meet(const struct hdf5_mapping *mapping, const struct hdf5_region *region)
{
    for (int axis = 0; axis < region->dataset->rank; axis++) {
        struct run run;
        if (!next_run(&mapping->virtual_steps[axis], NULL, region->at[axis],
                      region->at[axis] + region_length(region, axis), &run))
            return false;
    }
    return true;
}

// Finds the source's axes, and its index for every one that is neither of rows nor of columns.
static void map_axes(struct mapped *mapped)
{
    const struct hdf5_mapping *mapping = &mapped->mapping;
    const struct hdf5_region *region = mapped->region;
    const int rows = region->row_axis, columns = region->column_axis;
    mapped->from.dataset = mapped->source;
    mapped->from.row_axis = rows >= 0 ? mapping->source_axis[rows] : HDF5_NO_AXIS;
    mapped->from.column_axis = columns >= 0 ? mapping->source_axis[columns] : HDF5_NO_AXIS;
    for (int axis = 0; axis < mapping->source_rank; axis++)
        mapped->from.at[axis] = mapping->source_steps[axis].start;
    for (int axis = 0; axis < region->dataset->rank; axis++) {
        struct run run;
        if (mapping->source_axis[axis] >= 0 &&
            next_run(&mapping->virtual_steps[axis], source_steps(mapped, axis), region->at[axis], INT64_MAX,
                     &run))
            mapped->from.at[mapping->source_axis[axis]] = run.source;
    }
}

// How much of a run the source has.
static int64_t run_there(const struct mapped *mapped, int axis, const struct run *run)
{
    if (mapped->presence == ABSENT)
        return 0;
    return mapped->presence == SOMEHOW || axis < 0
               ? run->count
               : int64_clamp(mapped->source->dims[axis] - run->source, 0, run->count);
}

static bool fixed_inside(const struct mapped *mapped)
{
    for (int axis = 0; mapped->presence == IN_BOXES && axis < mapped->source->rank; axis++)
        if (mapped->from.at[axis] >= mapped->source->dims[axis])
            return false;
    return true;
}

static const struct hdf5_steps one_step = {0, 1, 1, 1};

// Decodes one run of rows, run of columns by run of columns.
static enum status map_columns(struct mapped *mapped, const struct run *rows, struct error *error)
{
    const struct hdf5_region *region = mapped->region;
    const int axis = region->column_axis, source = mapped->from.column_axis;
    const struct hdf5_steps *to = axis >= 0 ? &mapped->mapping.virtual_steps[axis] : &one_step;
    const int64_t first = region_first(region, axis), end = first + region->width;
    const size_t item = sample_traits(region->dataset->type.type)->bytes;
    struct run run;
    enum status status = STATUS_OK;
    for (int64_t at = first; status == STATUS_OK; at = run.at + run.count) {
        if (!next_run(to, source_steps(mapped, axis), at, end, &run))
            break;
        if (source >= 0)
            mapped->from.at[source] = run.source;
        mapped->from.width = run_there(mapped, source, &run);
        mapped->from.height = run_there(mapped, mapped->from.row_axis, rows);
        if (mapped->from.width < 1 || !fixed_inside(mapped))
            mapped->from.height = 0;
        const struct rect rect = {run.at - first, rows->at - region_first(region, region->row_axis),
                                  run.count, rows->count};
        mark_part(mapped, &rect, mapped->from.width, mapped->from.height);
        const struct hdf5_target part = hdf5_target_part(mapped->target, rect.x, rect.y, item);
        if (mapped->from.height > 0)
            status = decode_part(mapped, &part, error);
    }
    return status;
}

static enum status map_rows(struct mapped *mapped, struct error *error)
{
    const struct hdf5_region *region = mapped->region;
    const int axis = region->row_axis, source = mapped->from.row_axis;
    const struct hdf5_steps *to = axis >= 0 ? &mapped->mapping.virtual_steps[axis] : &one_step;
    const int64_t first = region_first(region, axis), end = first + region->height;
    struct run run;
    enum status status = STATUS_OK;
    for (int64_t at = first; status == STATUS_OK; at = run.at + run.count) {
        if (!next_run(to, source_steps(mapped, axis), at, end, &run))
            break;
        if (source >= 0)
            mapped->from.at[source] = run.source;
        status = map_columns(mapped, &run, error);
    }
    return status;
}

// --- Mappings by boxes ---

// The part of a box within the region; false where there is none.
static bool box_clip(const int64_t *box, const struct hdf5_region *region, struct rect *part)
{
    const int rank = region->dataset->rank;
    *part = (struct rect){0, 0, 1, 1};
    for (int axis = 0; axis < rank; axis++) {
        const int64_t start = region->at[axis], length = region_length(region, axis);
        const int64_t first = int64_max(box[axis] - start, 0);
        const int64_t count = int64_min(box[rank + axis] + 1 - start, length) - first;
        if (count < 1)
            return false;
        if (axis == region->row_axis) {
            part->y = first;
            part->height = count;
        } else if (axis == region->column_axis) {
            part->x = first;
            part->width = count;
        }
    }
    return true;
}

static bool boxes_meet(const struct hdf5_mapping *mapping, const struct hdf5_region *region)
{
    struct rect part;
    for (size_t i = 0; i < mapping->box_count; i++)
        if (box_clip(&mapping->boxes[i * 2 * (size_t)region->dataset->rank], region, &part))
            return true;
    return false;
}

static void map_boxes(struct mapped *mapped)
{
    const struct hdf5_mapping *mapping = &mapped->mapping;
    const bool there = mapped->presence != ABSENT;
    for (size_t i = 0; i < mapping->box_count; i++) {
        const int64_t *box = &mapping->boxes[i * 2 * (size_t)mapped->region->dataset->rank];
        struct rect part;
        if (box_clip(box, mapped->region, &part))
            mark_part(mapped, &part, there ? part.width : 0, there ? part.height : 0);
    }
}

// --- Sources ---

// Notes what `taken` says of a source that cannot be opened.
static void note_missing(struct mapped *mapped, const char *path, const struct error *taken)
{
    const struct hdf5_dataset *dataset = mapped->region->dataset;
    struct error reason;
    if (hdf5_path_exists(path))
        error_set(&reason, STATUS_IO, "%s: a source of %s is missing: %s", dataset->path, dataset->name,
                  taken->text);
    else if (dataset->mappings.missing > 1)
        error_set(&reason, STATUS_IO, "%s: a source of %s, %s, is missing, one of %zu files that are",
                  dataset->path, dataset->name, path, dataset->mappings.missing);
    else
        error_set(&reason, STATUS_IO, "%s: a source of %s, %s, is missing", dataset->path, dataset->name,
                  path);
    note_lack(mapped, &reason);
}

// Finds out what is there of the open source.
static void complete(struct mapped *mapped)
{
    const struct hdf5_dataset *dataset = mapped->region->dataset;
    if (!hdf5_mapping_complete(&mapped->mapping, dataset->rank, mapped->source)) {
        note_short(mapped);
        return;
    }
    mapped->presence = mapped->mapping.paired ? IN_BOXES : SOMEHOW;
    if (!mapped->mapping.paired || mapped->source->type.complex)
        *mapped->by_library = true;
}

// Opens the source; NULL where there is none.
static void source_take(struct mapped *mapped)
{
    const struct hdf5_mapping *mapping = &mapped->mapping;
    const struct hdf5_dataset *dataset = mapped->region->dataset;
    char *path = mapping->file ? hdf5_resolve(dataset->path, mapping->file) : must_copy(dataset->path);
    struct error taken = {0};
    const enum status status = hdf5_pool_take(mapped->decoder->pool, path, mapping->name,
                                              mapped->target->cancel, &mapped->source, &taken);
    if (status == STATUS_OK) {
        complete(mapped);
    } else if (status == STATUS_UNSUPPORTED) { // libhdf5 may know what to do with it
        mapped->presence = SOMEHOW;
        *mapped->by_library = true;
    } else {
        note_missing(mapped, path, &taken);
    }
    free(path);
}

static enum status map_source(struct mapped *mapped, struct error *error)
{
    enum status status = STATUS_OK;
    mapped->from.row_axis = mapped->from.column_axis = HDF5_NO_AXIS;
    source_take(mapped);
    if (mapped->presence == IN_BOXES)
        map_axes(mapped);
    if (mapped->mapping.boxes)
        map_boxes(mapped);
    else
        status = map_rows(mapped, error);
    if (mapped->source)
        hdf5_pool_give(mapped->decoder->pool, mapped->source);
    return status;
}

// --- The region ---

static enum status map_all(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                           const struct hdf5_target *target, int depth, struct supply *supply,
                           struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    // The fill value of complex samples is not one sample.
    bool by_library = dataset->type.complex || dataset->mappings.apart;
    enum status status = STATUS_OK;
    if (!by_library)
        hdf5_target_fill(target, dataset->fill, sample_traits(dataset->type.type)->bytes, region->width,
                         region->height);
    for (size_t i = 0; i < dataset->mappings.count && status == STATUS_OK; i++) {
        const struct hdf5_mapping *mapping = &dataset->mappings.items[i];
        if (mapping->boxes ? !boxes_meet(mapping, region) : !steps_meet(mapping, region))
            continue;
        struct mapped mapped = {.decoder = decoder,
                                .region = region,
                                .target = target,
                                .supply = supply,
                                .mapping = *mapping,
                                .by_library = &by_library,
                                .depth = depth};
        status = map_source(&mapped, error);
        if (cancel_requested(target->cancel)) // a source may be missing for that alone
            status = STATUS_CANCELLED;
    }
    if (status != STATUS_OK || !by_library)
        return status;
    supply_renew(supply, (struct rect){0, 0, region->width, region->height}, target);
    return hdf5_region_read(decoder, region, target, error);
}

enum status hdf5_mapped_decode(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                               const struct hdf5_target *target, int depth, struct error *error)
{
    if (depth >= MAX_DEPTH)
        return hdf5_region_read(decoder, region, target, error);
    struct supply *supply = must_alloc(sizeof *supply);
    size_t bytes;
    supply->stride = (size_t)region->width;
    if (size_of_plane(region->width, region->height, 1, &bytes))
        supply->pixels = calloc(1, bytes);
    enum status status = supply->pixels ? map_all(decoder, region, target, depth, supply, error)
                                        : error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for %s",
                                                    region->dataset->path, region->dataset->name);
    // A frame that the sources do not reach was never there: it is refused, as by libhdf5.
    if (status == STATUS_OK && supply->too_short && frame_is_absent(supply, region))
        status = error_set(error, STATUS_BROKEN, "%s", supply->too_short->text);
    if (status == STATUS_OK)
        supply_settle(supply, region, target);
    free(supply->pixels);
    free(supply);
    return status;
}
