// SPDX-License-Identifier: MIT
// Which axis of a source is which of a virtual dataset.
#include "formats/hdf5/hdf5_mapping.h"

#include "base/size.h"
#include "formats/hdf5/hdf5_files.h"

#include <stdlib.h>
#include <string.h>

int64_t hdf5_steps_total(const struct hdf5_steps *steps)
{
    return steps->count * steps->block;
}

bool hdf5_steps_sane(const struct hdf5_steps *steps)
{
    int64_t reach, total;
    return steps->start >= 0 && steps->stride >= 0 && steps->count >= 0 && steps->block >= 0 &&
           !__builtin_mul_overflow(steps->stride, steps->count, &reach) &&
           !__builtin_mul_overflow(steps->block, steps->count, &total) && steps->start <= INT64_MAX / 4 &&
           steps->stride <= INT64_MAX / 4 && steps->block <= INT64_MAX / 4 && reach <= INT64_MAX / 4 &&
           total <= INT64_MAX / 4;
}

bool hdf5_mapping_pair(struct hdf5_mapping *mapping, int rank, int endless, int source_endless)
{
    int from = 0;
    for (int axis = 0; axis < rank; axis++) {
        mapping->source_axis[axis] = HDF5_NO_AXIS;
        const int64_t total = hdf5_steps_total(&mapping->virtual_steps[axis]);
        if (total == 1 && axis != endless)
            continue;
        while (from < mapping->source_rank && from != source_endless &&
               hdf5_steps_total(&mapping->source_steps[from]) == 1)
            from++;
        if (from == mapping->source_rank || (axis == endless) != (from == source_endless) ||
            (axis != endless && hdf5_steps_total(&mapping->source_steps[from]) != total))
            return false;
        mapping->source_axis[axis] = from++;
    }
    while (from < mapping->source_rank && from != source_endless &&
           hdf5_steps_total(&mapping->source_steps[from]) == 1)
        from++;
    return from == mapping->source_rank;
}

static int64_t multiply(int64_t a, int64_t b)
{
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

// The elements that a mapping takes; INT64_MAX where they cannot be counted.
static int64_t mapped_elements(const struct hdf5_mapping *mapping, int rank)
{
    int64_t all = mapping->boxes ? 0 : 1;
    for (int axis = 0; axis < rank && !mapping->boxes; axis++)
        all = multiply(all, hdf5_steps_total(&mapping->virtual_steps[axis]));
    for (size_t i = 0; mapping->boxes && i < mapping->box_count; i++) {
        const int64_t *first = &mapping->boxes[i * 2 * (size_t)rank], *last = first + rank;
        int64_t elements = 1;
        for (int axis = 0; axis < rank; axis++)
            elements = multiply(elements, last[axis] - first[axis] + 1);
        if (__builtin_add_overflow(all, elements, &all))
            return INT64_MAX;
    }
    return all;
}

bool hdf5_mapping_complete(struct hdf5_mapping *mapping, int rank, const struct hdf5_dataset *source)
{
    if (!mapping->source_whole)
        return mapping->source_rank == source->rank;
    mapping->source_rank = source->rank;
    mapping->paired = source->rank >= 1 && source->rank <= HDF5_MAPPED_RANK && !mapping->boxes;
    int64_t elements = 1;
    for (int axis = 0; axis < source->rank; axis++) {
        int64_t length = source->dims[axis];
        elements = multiply(elements, length);
        // A source that is still being written is shorter than it will be.
        if (source->rank == rank && mapping->paired)
            length = int64_max(length, hdf5_steps_total(&mapping->virtual_steps[axis]));
        if (mapping->paired)
            mapping->source_steps[axis] = (struct hdf5_steps){0, length, 1, length};
    }
    mapping->paired = mapping->paired && hdf5_mapping_pair(mapping, rank, HDF5_NO_AXIS, HDF5_NO_AXIS);
    return mapping->paired || elements >= mapped_elements(mapping, rank);
}

bool hdf5_mapping_sound(const struct hdf5_mapping *mapping, int rank)
{
    for (int axis = 0; axis < rank && mapping->paired; axis++) {
        const int from = mapping->source_axis[axis];
        const int64_t total = hdf5_steps_total(&mapping->virtual_steps[axis]);
        if (from < 0 || total == 0)
            continue;
        const struct hdf5_steps *steps = &mapping->source_steps[from];
        int64_t reach;
        if (steps->block < 1 || __builtin_mul_overflow(total / steps->block + 1, steps->stride, &reach) ||
            reach > INT64_MAX / 4)
            return false;
    }
    return true;
}

void hdf5_mappings_find_missing(struct hdf5_mappings *mappings, const char *path)
{
    const char *last = NULL;
    for (size_t i = 0; i < mappings->count; i++) {
        const char *name = mappings->items[i].file;
        if (!name || (last && strcmp(last, name) == 0))
            continue;
        last = name;
        char *file = hdf5_resolve(path, name);
        if (!hdf5_path_exists(file) && mappings->missing++ == 0)
            mappings->first_missing = file;
        else
            free(file);
    }
}
