// SPDX-License-Identifier: MIT
// Virtual datasets: which box of which source each part of them is.
//
// Format: HDF5 RFC "Virtual Dataset" and the reference of H5Pset_virtual. A mapping takes the i-th element of
// a selection in the virtual dataset from the i-th element of a selection in the source. Where both
// selections are regular and their axes of more than one index agree in number, that is a mapping axis by
// axis. A selection without end in the virtual dataset goes with one without end in the source, or each of
// its blocks with a source of its own, whose name has the block's number for "%b".
#include "formats/hdf5_library/hdf5_virtual.h"

#include "base/size.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_mapping.h"
#include "formats/hdf5_library/hdf5_open.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 64 << 10 };

// --- Selections ---

// A selection, axis by axis.
struct selection {
    int rank;
    int endless; // the axis without end, or HDF5_NO_AXIS
    struct hdf5_steps *steps;
};

// True for what is so small that sums of a few cannot overflow.
static bool is_sane(hsize_t number)
{
    return number <= INT64_MAX / 4;
}

// False where the steps reach too far.
static bool set_steps(hsize_t start, hsize_t stride, hsize_t count, hsize_t block, struct hdf5_steps *steps)
{
    hsize_t reach, total;
    if (!is_sane(start) || !is_sane(stride) || !is_sane(count) || !is_sane(block) || stride < 1 ||
        block < 1 || __builtin_mul_overflow(stride, count, &reach) ||
        __builtin_mul_overflow(block, count, &total) || !is_sane(reach) || !is_sane(total))
        return false;
    *steps = (struct hdf5_steps){(int64_t)start, (int64_t)stride, (int64_t)count, (int64_t)block};
    return true;
}

// Makes one block of blocks that touch each other.
static void join_blocks(struct hdf5_steps *steps)
{
    const int64_t total = hdf5_steps_total(steps);
    if (steps->count == 1 || steps->stride == steps->block)
        *steps = (struct hdf5_steps){steps->start, total, 1, total};
}

// Gives an axis without end as many blocks as hold `total` indices.
static bool cut_steps(hsize_t start, hsize_t stride, hsize_t block, int64_t total, struct hdf5_steps *steps)
{
    if (block != H5S_UNLIMITED)
        return set_steps(start, stride, (hsize_t)int64_ceil_div(total, (int64_t)block), block, steps);
    const hsize_t length = (hsize_t)int64_max(total, 1);
    return set_steps(start, length, 1, length, steps);
}

// The indices that an axis without end has within a dataset of that length.
static int64_t total_within(int64_t length, hsize_t start, hsize_t stride, hsize_t block)
{
    const int64_t there = int64_max(length - (int64_t)start, 0);
    return block == H5S_UNLIMITED ? there : int64_ceil_div(there, (int64_t)stride) * (int64_t)block;
}

// Reads what is selected; false where it is not regular. An axis without end gets as many indices as the
// extents `dims` have room for, or `total` where there are none (NULL).
static bool read_selection(hid_t space, const int64_t *dims, int64_t total, struct selection *selection)
{
    hsize_t start[H5S_MAX_RANK], stride[H5S_MAX_RANK], count[H5S_MAX_RANK], block[H5S_MAX_RANK];
    const int rank = selection->rank = H5Sget_simple_extent_ndims(space);
    selection->endless = HDF5_NO_AXIS;
    if (rank < 1 || rank > HDF5_MAPPED_RANK)
        return false;
    if (dims && H5Sget_select_type(space) == H5S_SEL_ALL) {
        for (int axis = 0; axis < rank; axis++)
            selection->steps[axis] = (struct hdf5_steps){0, dims[axis], 1, dims[axis]};
        return true;
    }
    if (H5Sget_select_type(space) != H5S_SEL_HYPERSLABS || H5Sis_regular_hyperslab(space) <= 0 ||
        H5Sget_regular_hyperslab(space, start, stride, count, block) < 0)
        return false;
    for (int axis = 0; axis < rank; axis++) {
        const bool endless = count[axis] == H5S_UNLIMITED || block[axis] == H5S_UNLIMITED;
        if (!endless) {
            if (!set_steps(start[axis], stride[axis], count[axis], block[axis], &selection->steps[axis]))
                return false;
            join_blocks(&selection->steps[axis]);
            continue;
        }
        const bool one_block = block[axis] == H5S_UNLIMITED;
        if (!is_sane(start[axis]) || !is_sane(stride[axis]) || stride[axis] < 1 || block[axis] < 1 ||
            selection->endless >= 0 || (!one_block && block[axis] > stride[axis]))
            return false;
        selection->endless = axis;
        const int64_t most = dims ? total_within(dims[axis], start[axis], stride[axis], block[axis]) : total;
        if (!cut_steps(start[axis], stride[axis], block[axis], most, &selection->steps[axis]))
            return false;
    }
    return true;
}

// Reads a selection that is not regular as boxes.
static bool read_boxes(hid_t space, int rank, struct hdf5_mapping *mapping)
{
    if (H5Sget_select_type(space) != H5S_SEL_HYPERSLABS || H5Sget_simple_extent_ndims(space) != rank)
        return false;
    const hssize_t count = H5Sget_select_hyper_nblocks(space);
    if (count < 1 || count > HDF5_MAX_BOXES)
        return false;
    const size_t numbers = (size_t)count * 2 * (size_t)rank;
    hsize_t *corners = must_alloc(numbers * sizeof *corners);
    bool good = H5Sget_select_hyper_blocklist(space, 0, (hsize_t)count, corners) >= 0;
    for (size_t i = 0; i < numbers && good; i++)
        good = is_sane(corners[i]);
    if (good) {
        mapping->boxes = must_alloc(numbers * sizeof *mapping->boxes);
        for (size_t i = 0; i < numbers; i++)
            mapping->boxes[i] = (int64_t)corners[i];
        mapping->box_count = (size_t)count;
    }
    free(corners);
    return good;
}

// --- Names ---

char *hdf5_source_pattern(ssize_t (*get)(hid_t properties, size_t index, char *name, size_t size),
                          hid_t properties, size_t index)
{
    const ssize_t length = get(properties, index, NULL, 0);
    if (length < 0 || length > MAX_NAME)
        return NULL;
    char *name = must_alloc((size_t)length + 1);
    get(properties, index, name, (size_t)length + 1);
    return name;
}

char *hdf5_source_name(const char *pattern, int64_t number)
{
    struct text name = {0};
    text_append(&name, "");
    for (const char *at = pattern; *at; at++) {
        if (at[0] == '%' && at[1] == 'b')
            text_printf(&name, "%" PRId64, number);
        else
            text_append_bytes(&name, at, 1);
        at += at[0] == '%' && (at[1] == 'b' || at[1] == '%');
    }
    return name.data;
}

// --- All mappings ---

// A mapping as it is written in the file.
struct entry {
    char *file, *name; // patterns
    struct hdf5_mapping mapping;
    struct selection to, from;
};

static bool read_spaces(hid_t to, hid_t from, const struct hdf5_dataset *dataset, struct entry *entry)
{
    struct hdf5_mapping *mapping = &entry->mapping;
    entry->to.steps = mapping->virtual_steps;
    entry->from.steps = mapping->source_steps;
    entry->to.endless = entry->from.endless = HDF5_NO_AXIS;
    if (to < 0 || from < 0)
        return false;
    mapping->source_whole = H5Sget_select_type(from) == H5S_SEL_ALL;
    if (!read_selection(to, dataset->dims, 0, &entry->to) || entry->to.rank != dataset->rank) {
        entry->to.endless = HDF5_NO_AXIS;
        return read_boxes(to, dataset->rank, mapping);
    }
    const int endless = entry->to.endless;
    const int64_t total = endless >= 0 ? hdf5_steps_total(&mapping->virtual_steps[endless]) : 0;
    mapping->grows = endless >= 0;
    const bool regular = !mapping->source_whole && read_selection(from, NULL, total, &entry->from);
    mapping->source_rank = H5Sget_simple_extent_ndims(from);
    // Blocks with a source each are paired one by one.
    const bool numbered = endless >= 0 && entry->from.endless < 0;
    mapping->paired =
        regular && !numbered && hdf5_mapping_pair(mapping, dataset->rank, endless, entry->from.endless);
    return true;
}

static struct hdf5_mapping *mapping_add(struct hdf5_mappings *mappings)
{
    if (mappings->count == HDF5_MAX_MAPPINGS)
        return NULL;
    if ((mappings->count & (mappings->count + 1)) == 0)
        mappings->items = must_resize(mappings->items, (mappings->count + 1) * 2 * sizeof *mappings->items);
    return &mappings->items[mappings->count++];
}

// Adds one mapping, or where the blocks of the virtual dataset's axis without end have a source each, one for
// each of them.
static bool add_mappings(struct hdf5_mappings *mappings, int rank, const struct entry *entry)
{
    const bool numbered = entry->to.endless >= 0 && entry->from.endless < 0;
    const struct hdf5_steps *all = numbered ? &entry->mapping.virtual_steps[entry->to.endless] : NULL;
    const int64_t count = all ? all->count : 1;
    for (int64_t i = 0; i < count; i++) {
        struct hdf5_mapping *mapping = mapping_add(mappings);
        if (!mapping)
            return false;
        *mapping = entry->mapping;
        mapping->file = strcmp(entry->file, ".") == 0 ? NULL : hdf5_source_name(entry->file, i);
        mapping->name = hdf5_source_name(entry->name, i);
        if (all) {
            const int64_t start = all->start + i * all->stride;
            mapping->virtual_steps[entry->to.endless] = (struct hdf5_steps){start, all->block, 1, all->block};
            mapping->paired =
                !mapping->source_whole && hdf5_mapping_pair(mapping, rank, HDF5_NO_AXIS, HDF5_NO_AXIS);
        }
        mappings->apart |= !mapping->paired && (!mapping->source_whole || mapping->boxes);
    }
    return true;
}

static bool read_entry(hid_t properties, size_t index, struct hdf5_dataset *dataset)
{
    struct entry entry = {.file = hdf5_source_pattern(H5Pget_virtual_filename, properties, index),
                          .name = hdf5_source_pattern(H5Pget_virtual_dsetname, properties, index)};
    hid_t to = H5Pget_virtual_vspace(properties, index), from = H5Pget_virtual_srcspace(properties, index);
    const bool good = entry.file && entry.name && read_spaces(to, from, dataset, &entry) &&
                      add_mappings(&dataset->mappings, dataset->rank, &entry);
    if (!good)
        free(entry.mapping.boxes);
    if (to >= 0)
        H5Sclose(to);
    if (from >= 0)
        H5Sclose(from);
    free(entry.file);
    free(entry.name);
    return good;
}

// Where they are too many or odd libhdf5 alone knows them.
static void mappings_drop(struct hdf5_mappings *mappings)
{
    for (size_t i = 0; i < mappings->count; i++) {
        free(mappings->items[i].file);
        free(mappings->items[i].name);
        free(mappings->items[i].boxes);
    }
    free(mappings->items);
    *mappings = (struct hdf5_mappings){0};
}

void hdf5_virtual_read(hid_t properties, struct hdf5_dataset *dataset)
{
    size_t count = 0;
    if (H5Pget_virtual_count(properties, &count) < 0 || count > HDF5_MAX_MAPPINGS)
        return;
    bool good = dataset->rank >= 1;
    for (size_t i = 0; i < count && good; i++)
        good = read_entry(properties, i, dataset);
    if (good)
        dataset->storage = HDF5_STORED_VIRTUAL;
    else
        mappings_drop(&dataset->mappings);
}
