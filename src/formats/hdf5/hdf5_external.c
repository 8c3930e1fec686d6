// SPDX-License-Identifier: MIT
// Slots read one after the other, and the search for them behind virtual datasets. Where libhdf5 looks for
// source files: H5F_prefix_open_file of its version 1.10.
#include "formats/hdf5/hdf5_external.h"

#include "base/byteorder.h"
#include "base/companion.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/hdf5/hdf5_open.h"
#include "formats/hdf5/hdf5_target.h"
#include "formats/hdf5/hdf5_virtual.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SLOTS = 100 * 1000, MAX_DEPTH = 5, MAX_MAPPINGS = 100 * 1000, MAX_BLOCKS = 10 * 1000 };

// --- The files of a dataset ---

void hdf5_slots_free(struct hdf5_dataset *dataset)
{
    for (size_t i = 0; i < dataset->slot_count; i++)
        free(dataset->slots[i].path);
    free(dataset->slots);
    dataset->slots = NULL;
    dataset->slot_count = 0;
}

// A file that is missing has no bytes; *lack is why.
static enum status slot_measure(const struct hdf5_dataset *dataset, const char *name, struct hdf5_slot *slot,
                                struct error *lack, struct error *error)
{
    struct error reason = {0};
    struct blob *blob;
    enum status status = companion_find(dataset->path, name, &slot->path, &reason);
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

static bool slot_read(hid_t properties, unsigned index, int64_t begin, char name[PATH_MAX],
                      struct hdf5_slot *slot)
{
    off_t offset = 0;
    hsize_t bytes = 0;
    if (H5Pget_external(properties, index, PATH_MAX, name, &offset, &bytes) < 0 || offset < 0 ||
        strnlen(name, PATH_MAX) == PATH_MAX)
        return false;
    const hsize_t most = (hsize_t)(INT64_MAX - begin); // the last one may have no end
    *slot =
        (struct hdf5_slot){.offset = offset, .begin = begin, .bytes = (int64_t)(bytes < most ? bytes : most)};
    return true;
}

enum status hdf5_external_read(hid_t properties, struct hdf5_dataset *dataset, struct error *error)
{
    const int count = H5Pget_external_count(properties);
    char name[PATH_MAX];
    struct error lack = {0};
    int64_t begin = 0, present = 0;
    if (count > MAX_SLOTS || H5Pget_layout(properties) != H5D_CONTIGUOUS || !dataset->type.exact)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the samples of %s are in other files in a way that is not read", dataset->path,
                         dataset->name);
    dataset->slots = must_alloc((size_t)count * sizeof *dataset->slots);
    for (int i = 0; i < count; i++) {
        struct hdf5_slot *slot = &dataset->slots[i];
        if (!slot_read(properties, (unsigned)i, begin, name, slot))
            return error_set(error, STATUS_BROKEN, "%s: the list of files with the samples of %s is damaged",
                             dataset->path, dataset->name);
        dataset->slot_count++;
        const enum status status = slot_measure(dataset, name, slot, &lack, error);
        if (status != STATUS_OK)
            return status;
        begin += slot->bytes;
        present += slot->present;
    }
    dataset->storage = HDF5_STORED_EXTERNAL;
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

// --- What libhdf5 may read ---

// The part of a dataset that is to be read; `start` NULL: all of it. What is wrong goes to `error`.
struct inspection {
    const hsize_t *start, *count;
    int depth;
    struct error *error;
};

static enum status inspect(hid_t dataset, const struct inspection *how);

// The path of the dataset's file; "" where it is too long.
static void path_of(hid_t dataset, char path[PATH_MAX])
{
    const hid_t file = H5Iget_file_id(dataset);
    const ssize_t length = H5Fget_name(file, path, PATH_MAX);
    if (length < 0 || length >= PATH_MAX)
        path[0] = '\0';
    H5Fclose(file);
}

// A dataset of another file or the same.
static enum status source_inspect(hid_t file, const char *name, const struct inspection *how)
{
    const struct inspection deeper = {.depth = how->depth + 1, .error = how->error};
    const hid_t source = H5Oopen(file, name, H5P_DEFAULT);
    if (source < 0)
        return STATUS_OK; // libhdf5 will not find it either
    const enum status status = H5Iget_type(source) == H5I_DATASET ? inspect(source, &deeper) : STATUS_OK;
    H5Oclose(source);
    return status;
}

// Wherever libhdf5 might find a source file; *there tells whether there is any.
static enum status sources_inspect(hid_t dataset, const char *file, const char *name,
                                   const struct inspection *how, bool *there)
{
    const hid_t own = H5Iget_file_id(dataset);
    char path[PATH_MAX];
    enum status status = STATUS_OK;
    path_of(dataset, path);
    *there = false;
    if (strcmp(file, ".") == 0) {
        *there = H5Lexists(own, name, H5P_DEFAULT) > 0;
        status = source_inspect(own, name, how);
    } else if (path[0]) {
        char *linked = realpath(path, NULL);
        const char *bare = file[0] == '/' ? path_name(file) : file;
        char *const places[] = {must_copy(file), path_sibling(path, bare), must_copy(bare),
                                linked ? path_sibling(linked, bare) : must_copy(bare)};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            hid_t opened;
            if (status == STATUS_OK && hdf5_file_open(places[i], &opened, NULL) == STATUS_OK) {
                *there = true;
                status = source_inspect(opened, name, how);
                H5Fclose(opened);
            }
            free(places[i]);
        }
        free(linked);
    }
    H5Fclose(own);
    return status;
}

// All blocks of a mapping, which end where the first is missing.
static enum status blocks_inspect(hid_t dataset, const char *file, const char *name,
                                  const struct inspection *how)
{
    const bool many = strstr(file, "%b") || strstr(name, "%b");
    enum status status = STATUS_OK;
    bool there = true;
    for (int i = 0; status == STATUS_OK && there && i < (many ? MAX_BLOCKS : 1); i++) {
        char *one_file = hdf5_source_name(file, i), *one_name = hdf5_source_name(name, i);
        status = sources_inspect(dataset, one_file, one_name, how, &there);
        free(one_file);
        free(one_name);
    }
    if (status == STATUS_OK && many && there) {
        char path[PATH_MAX];
        path_of(dataset, path);
        status = error_set(how->error, STATUS_UNSUPPORTED, "%s: %s stands for more than %d files", path, file,
                           MAX_BLOCKS);
    }
    return status;
}

// Whether what the mapping gives may be in the box.
static bool mapping_meets(hid_t properties, size_t index, int rank, const struct inspection *how)
{
    hsize_t low[H5S_MAX_RANK], high[H5S_MAX_RANK];
    const hid_t space = H5Pget_virtual_vspace(properties, index);
    bool meets = true;
    if (how->start && space >= 0 && H5Sget_simple_extent_ndims(space) == rank &&
        H5Sget_select_bounds(space, low, high) >= 0)
        for (int axis = 0; axis < rank; axis++)
            meets =
                meets && low[axis] < how->start[axis] + how->count[axis] && high[axis] >= how->start[axis];
    if (space >= 0)
        H5Sclose(space);
    return meets;
}

static enum status mappings_inspect(hid_t dataset, hid_t properties, const struct inspection *how)
{
    size_t mappings = 0;
    const hid_t space = H5Dget_space(dataset);
    const int rank = H5Sget_simple_extent_ndims(space);
    H5Sclose(space);
    if (H5Pget_virtual_count(properties, &mappings) < 0 || mappings > MAX_MAPPINGS ||
        how->depth >= MAX_DEPTH) {
        char path[PATH_MAX];
        path_of(dataset, path);
        return error_set(how->error, STATUS_UNSUPPORTED, "%s: has a virtual dataset of too many sources",
                         path);
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < mappings; i++) {
        if (!mapping_meets(properties, i, rank, how))
            continue;
        char *file = hdf5_source_pattern(H5Pget_virtual_filename, properties, i);
        char *name = hdf5_source_pattern(H5Pget_virtual_dsetname, properties, i);
        status = file && name ? blocks_inspect(dataset, file, name, how)
                              : error_set(how->error, STATUS_UNSUPPORTED,
                                          "a virtual dataset has a source whose name cannot be read");
        free(file);
        free(name);
    }
    return status;
}

// Says which file that is not HDF5 the dataset names first.
static enum status refuse_external(hid_t dataset, hid_t properties, struct error *error)
{
    char path[PATH_MAX], name[PATH_MAX], *found = NULL;
    struct hdf5_slot slot;
    path_of(dataset, path);
    if (!slot_read(properties, 0, 0, name, &slot))
        return error_set(error, STATUS_UNSUPPORTED, "%s: has samples in other files", path);
    const enum status status = companion_find(path, name, &found, error);
    free(found);
    if (status == STATUS_UNSUPPORTED)
        return status;
    return error_set(error, STATUS_UNSUPPORTED,
                     "%s: it has samples in %s, which is not HDF5 and is read only where it is an image",
                     path, name);
}

// libhdf5 takes a packed chunk as a whole, and what one filter makes beside what the next one takes.
static enum status chunk_inspect(hid_t dataset, hid_t properties, const struct inspection *how)
{
    enum { COPIES = 3 };
    hsize_t chunk[H5S_MAX_RANK];
    const int rank = H5Pget_chunk(properties, H5S_MAX_RANK, chunk);
    if (H5Pget_nfilters(properties) <= 0)
        return STATUS_OK;
    const hid_t type = H5Dget_type(dataset);
    size_t bytes = H5Tget_size(type);
    bool sane = size_multiply(bytes, COPIES, &bytes);
    H5Tclose(type);
    for (int axis = 0; axis < rank; axis++)
        sane = sane && chunk[axis] <= SIZE_MAX && size_multiply(bytes, (size_t)chunk[axis], &bytes);
    char path[PATH_MAX];
    path_of(dataset, path);
    return memory_check(path, "a chunk of a dataset", sane && bytes < INT64_MAX ? (int64_t)bytes : INT64_MAX,
                        how->error);
}

static enum status inspect(hid_t dataset, const struct inspection *how)
{
    const hid_t properties = H5Dget_create_plist(dataset);
    enum status status = STATUS_OK;
    if (properties < 0)
        status = error_set(how->error, STATUS_BROKEN, "a dataset has no properties");
    else if (H5Pget_external_count(properties) > 0)
        status = refuse_external(dataset, properties, how->error);
    else if (H5Pget_layout(properties) == H5D_VIRTUAL)
        status = mappings_inspect(dataset, properties, how);
    else if (H5Pget_layout(properties) == H5D_CHUNKED)
        status = chunk_inspect(dataset, properties, how);
    if (properties >= 0)
        H5Pclose(properties);
    H5Eclear2(H5E_DEFAULT);
    return status;
}

enum status hdf5_library_check(hid_t dataset, const hsize_t *start, const hsize_t *count, struct error *error)
{
    const struct inspection how = {.start = start, .count = count, .error = error};
    return inspect(dataset, &how);
}
