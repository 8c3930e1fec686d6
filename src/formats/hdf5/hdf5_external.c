// SPDX-License-Identifier: MIT
// Slots read one after the other.
#include "formats/hdf5/hdf5_external.h"

#include "base/byteorder.h"
#include "base/companion.h"
#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/hdf5/hdf5_target.h"

#include <stdlib.h>
#include <string.h>

// --- The files of a dataset ---

// A file that is missing has no bytes; *lack is why.
static enum status slot_measure(const struct hdf5_dataset *dataset, struct hdf5_slot *slot,
                                struct error *lack, struct error *error)
{
    struct error reason = {0};
    struct blob *blob;
    enum status status = companion_find(dataset->path, slot->name, &slot->path, &reason);
    if (status == STATUS_OK)
        status = blob_open(slot->path, &blob, &reason);
    if (status == STATUS_OK) {
        slot->present = int64_clamp(blob_size(blob) - slot->offset, 0, slot->bytes);
        blob_release(&blob);
        return STATUS_OK;
    }
    if (!lack->status)
        *lack = reason;
    if (status == STATUS_UNSUPPORTED && error)
        *error = reason;
    return status == STATUS_UNSUPPORTED ? status : STATUS_OK;
}

enum status hdf5_slots_find(struct hdf5_dataset *dataset, struct error *error)
{
    struct error lack = {0};
    int64_t present = 0;
    if (dataset->storage != HDF5_STORED_EXTERNAL)
        return STATUS_OK;
    for (size_t i = 0; i < dataset->slot_count; i++) {
        const enum status status = slot_measure(dataset, &dataset->slots[i], &lack, error);
        if (status != STATUS_OK)
            return status;
        if (__builtin_add_overflow(present, dataset->slots[i].present, &present))
            present = INT64_MAX;
    }
    dataset->stored = present;
    if (present == 0 && lack.status && error)
        *error = lack;
    return present == 0 && lack.status ? lack.status : STATUS_OK;
}

// --- Samples ---

// The file that was read last stays open.
struct external {
    const struct hdf5_dataset *dataset;
    size_t slot;
    struct blob *blob; // of the slot; NULL while none is open
};

static void slot_leave(struct external *external)
{
    blob_release(&external->blob);
}

static bool slot_enter(struct external *external, int64_t at)
{
    const struct hdf5_dataset *dataset = external->dataset;
    size_t slot = external->slot;
    while (slot > 0 && dataset->slots[slot].begin > at)
        slot--;
    while (slot + 1 < dataset->slot_count && dataset->slots[slot + 1].begin <= at)
        slot++;
    if (slot != external->slot)
        slot_leave(external);
    external->slot = slot;
    const struct hdf5_slot *found = &dataset->slots[slot];
    if (!external->blob && found->present > 0)
        (void)blob_open(found->path, &external->blob, NULL);
    return external->blob;
}

// Reads `count` samples that follow each other, of which the first has the byte `at`; what is missing is
// lost.
static void run_read(struct external *external, int64_t at, int64_t count, const struct hdf5_target *target)
{
    const struct hdf5_dataset *dataset = external->dataset;
    const size_t item = sample_traits(dataset->type.type)->bytes;
    const int64_t end = at + count * (int64_t)item;
    for (int64_t from = at, to; from < end; from = to) {
        const bool open = slot_enter(external, from);
        const struct hdf5_slot *slot = &dataset->slots[external->slot];
        const int64_t within = from - slot->begin, left = int64_max(slot->present - within, 0);
        struct error reason = {0};
        to = end - from <= slot->bytes - within ? end : slot->begin + slot->bytes;
        if (open && left > 0) {
            to = int64_min(to, from + left);
            if (blob_read(external->blob, slot->offset + within, target->pixels + (from - at),
                          (size_t)(to - from), &reason) == STATUS_OK)
                continue;
        } else {
            error_set(&reason, STATUS_BROKEN, "%s: a file with samples of %s ends before them or is missing",
                      dataset->path, dataset->name);
            to = to > from ? to : end; // behind the last slot
        }
        const int64_t first = (from - at) / (int64_t)item;
        const int64_t lost = int64_ceil_div(to - at, (int64_t)item) - first;
        const struct hdf5_target part = hdf5_target_part(target, first, 0, item);
        hdf5_target_lose(&part, dataset->type.type, lost, 1, &reason);
        if (dataset->type.swapped) // as all of the row will be
            swap_items(part.pixels, (size_t)lost, item);
    }
}

// Samples from one index of the axis to the next.
static int64_t axis_step(const struct hdf5_dataset *dataset, int axis)
{
    int64_t step = 1;
    for (int i = axis + 1; axis >= 0 && i < dataset->rank; i++)
        step *= dataset->dims[i];
    return step;
}

enum status hdf5_external_decode(const struct hdf5_region *region, const struct hdf5_target *target)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const size_t item = sample_traits(dataset->type.type)->bytes;
    const int64_t row_step = axis_step(dataset, region->row_axis);
    const int64_t column_step = axis_step(dataset, region->column_axis);
    const int64_t run = column_step == 1 ? region->width : 1;
    struct external external = {.dataset = dataset};
    enum status status = STATUS_OK;
    int64_t first = 0;
    for (int axis = 0; axis < dataset->rank; axis++)
        first += region->at[axis] * axis_step(dataset, axis);
    for (int64_t y = 0; y < region->height && status == STATUS_OK; y++) {
        for (int64_t x = 0; x < region->width; x += run) {
            const struct hdf5_target part = hdf5_target_part(target, x, y, item);
            run_read(&external, (first + y * row_step + x * column_step) * (int64_t)item, run, &part);
        }
        if (dataset->type.swapped)
            swap_items(target->pixels + (size_t)y * target->stride, (size_t)region->width, item);
        status = cancel_requested(target->cancel) ? STATUS_CANCELLED : STATUS_OK;
    }
    slot_leave(&external);
    return status;
}
