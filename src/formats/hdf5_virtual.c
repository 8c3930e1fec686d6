// SPDX-License-Identifier: MIT
// Virtual datasets: which box of which source each part of them is.
//
// Format: HDF5 RFC "Virtual Dataset" and the reference of H5Pset_virtual. A mapping takes the i-th element of
// a selection in the virtual dataset from the i-th element of a selection in the source. Where both
// selections are regular and their axes of more than one index agree in number, that is a mapping axis by
// axis.
#include "formats/hdf5_internal.h"

#include "base/size.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MAPPINGS = 100 * 1000 };

// What is selected of a dataspace, axis by axis; false where it is not regular or has no end. `dims` are the
// extents where all is selected.
static bool read_steps(hid_t space, const int64_t *dims, int *rank, struct hdf5_steps *steps)
{
    hsize_t start[H5S_MAX_RANK], stride[H5S_MAX_RANK], count[H5S_MAX_RANK], block[H5S_MAX_RANK];
    *rank = H5Sget_simple_extent_ndims(space);
    if (*rank < 1 || *rank > HDF5_MAPPED_RANK)
        return false;
    if (dims && H5Sget_select_type(space) == H5S_SEL_ALL) {
        for (int axis = 0; axis < *rank; axis++)
            steps[axis] = (struct hdf5_steps){0, dims[axis], 1, dims[axis]};
        return true;
    }
    if (H5Sget_select_type(space) != H5S_SEL_HYPERSLABS || H5Sis_regular_hyperslab(space) <= 0 ||
        H5Sget_regular_hyperslab(space, start, stride, count, block) < 0)
        return false;
    for (int axis = 0; axis < *rank; axis++) {
        int64_t total;
        if (start[axis] > INT64_MAX / 4 || stride[axis] > INT64_MAX / 4 || count[axis] > INT64_MAX / 4 ||
            block[axis] > INT64_MAX / 4 || stride[axis] < 1 || block[axis] < 1 ||
            __builtin_mul_overflow((int64_t)stride[axis], (int64_t)count[axis], &total) ||
            __builtin_mul_overflow((int64_t)block[axis], (int64_t)count[axis], &total))
            return false;
        steps[axis] = (struct hdf5_steps){(int64_t)start[axis], (int64_t)stride[axis], (int64_t)count[axis],
                                          (int64_t)block[axis]};
        // One block, however it was put together.
        if (count[axis] == 1 || stride[axis] == block[axis])
            steps[axis] = (struct hdf5_steps){steps[axis].start, total, 1, total};
    }
    return true;
}

static int64_t steps_total(const struct hdf5_steps *steps)
{
    return steps->count * steps->block;
}

// Pairs the axes of more than one index, in order.
static bool pair_axes(struct hdf5_mapping *mapping, int rank)
{
    int from = 0;
    for (int axis = 0; axis < rank; axis++) {
        mapping->source_axis[axis] = HDF5_NO_AXIS;
        const int64_t total = steps_total(&mapping->virtual_steps[axis]);
        if (total == 1)
            continue;
        while (from < mapping->source_rank && steps_total(&mapping->source_steps[from]) == 1)
            from++;
        if (from == mapping->source_rank || steps_total(&mapping->source_steps[from]) != total)
            return false;
        mapping->source_axis[axis] = from++;
    }
    while (from < mapping->source_rank && steps_total(&mapping->source_steps[from]) == 1)
        from++;
    return from == mapping->source_rank;
}

typedef ssize_t name_getter(hid_t properties, size_t index, char *name, size_t size);

static char *read_name(name_getter *get, hid_t properties, size_t index)
{
    const ssize_t length = get(properties, index, NULL, 0);
    if (length < 0 || length > 65536)
        return NULL;
    char *name = must_alloc((size_t)length + 1);
    get(properties, index, name, (size_t)length + 1);
    return name;
}

// A name that stands for many: "%b" is the number of the block.
static bool is_pattern(const char *name)
{
    return strchr(name, '%') != NULL;
}

static bool read_mapping(hid_t properties, size_t index, const struct hdf5_dataset *dataset,
                         struct hdf5_mapping *mapping)
{
    char *file = read_name(H5Pget_virtual_filename, properties, index);
    mapping->name = read_name(H5Pget_virtual_dsetname, properties, index);
    if (!file || !mapping->name || is_pattern(file) || is_pattern(mapping->name)) {
        free(file);
        return false;
    }
    mapping->file = strcmp(file, ".") == 0 ? NULL : hdf5_resolve(dataset->path, file);
    free(file);
    hid_t to = H5Pget_virtual_vspace(properties, index), from = H5Pget_virtual_srcspace(properties, index);
    int rank = 0;
    const bool good = to >= 0 && from >= 0 && read_steps(to, dataset->dims, &rank, mapping->virtual_steps) &&
                      rank == dataset->rank;
    mapping->source_whole = good && H5Sget_select_type(from) == H5S_SEL_ALL;
    const bool paired = good && !mapping->source_whole &&
                        read_steps(from, NULL, &mapping->source_rank, mapping->source_steps) &&
                        pair_axes(mapping, rank);
    if (to >= 0)
        H5Sclose(to);
    if (from >= 0)
        H5Sclose(from);
    return mapping->source_whole || paired;
}

bool hdf5_mapping_complete(struct hdf5_mapping *mapping, int rank, const struct hdf5_dataset *source)
{
    if (!mapping->source_whole)
        return mapping->source_rank == source->rank;
    if (source->rank < 1 || source->rank > HDF5_MAPPED_RANK)
        return false;
    mapping->source_rank = source->rank;
    for (int axis = 0; axis < source->rank; axis++) {
        int64_t length = source->dims[axis];
        // A source that is still being written is shorter than it will be.
        if (source->rank == rank)
            length = int64_max(length, steps_total(&mapping->virtual_steps[axis]));
        mapping->source_steps[axis] = (struct hdf5_steps){0, length, 1, length};
    }
    return pair_axes(mapping, rank);
}

static void find_missing(struct hdf5_dataset *dataset)
{
    const char *last = NULL;
    for (size_t i = 0; i < dataset->mapping_count; i++) {
        const char *file = dataset->mappings[i].file;
        if (!file || (last && strcmp(last, file) == 0))
            continue;
        last = file;
        if (!hdf5_path_exists(file) && dataset->missing++ == 0)
            dataset->first_missing = must_copy(file);
    }
}

void hdf5_virtual_read(hid_t properties, struct hdf5_dataset *dataset)
{
    size_t count = 0;
    if (H5Pget_virtual_count(properties, &count) < 0 || count > MAX_MAPPINGS)
        return;
    bool good = dataset->rank >= 1;
    dataset->mappings = must_alloc((count + 1) * sizeof *dataset->mappings);
    while (good && dataset->mapping_count < count) {
        const size_t index = dataset->mapping_count++;
        good = read_mapping(properties, index, dataset, &dataset->mappings[index]);
    }
    find_missing(dataset);
    if (good)
        dataset->storage = HDF5_STORED_VIRTUAL;
    else
        hdf5_mappings_free(dataset);
}

void hdf5_mappings_free(struct hdf5_dataset *dataset)
{
    for (size_t i = 0; i < dataset->mapping_count; i++) {
        free(dataset->mappings[i].file);
        free(dataset->mappings[i].name);
    }
    free(dataset->mappings);
    dataset->mappings = NULL;
    dataset->mapping_count = 0;
}
