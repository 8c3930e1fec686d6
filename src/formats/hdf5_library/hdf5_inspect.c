// SPDX-License-Identifier: MIT
// The files of raw bytes that a dataset names, and the search for them behind virtual datasets. Where libhdf5
// looks for source files: H5F_prefix_open_file of its version 1.10.
#include "formats/hdf5_library/hdf5_inspect.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_library/hdf5_virtual.h"
#include "formats/hdf5_library/hdf5_wish.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 5, MAX_BLOCKS = 10 * 1000 };

// --- The files of a dataset ---

// The name of a file and the part of it that a dataset names.
static bool slot_read(hid_t properties, unsigned index, struct hdf5_slot *slot)
{
    char name[PATH_MAX];
    off_t offset = 0;
    hsize_t bytes = 0;
    if (H5Pget_external(properties, index, PATH_MAX, name, &offset, &bytes) < 0 || offset < 0 ||
        strnlen(name, PATH_MAX) == PATH_MAX)
        return false;
    const hsize_t most = INT64_MAX; // the last one may have no end
    *slot = (struct hdf5_slot){
        .name = must_copy(name), .offset = offset, .bytes = (int64_t)(bytes < most ? bytes : most)};
    return true;
}

enum status hdf5_slots_read(hid_t properties, struct hdf5_dataset *dataset, struct error *error)
{
    const int count = H5Pget_external_count(properties);
    if (count < 1 || count > HDF5_MAX_SLOTS || H5Pget_layout(properties) != H5D_CONTIGUOUS ||
        !dataset->type.exact)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the samples of %s are in other files in a way that is not read", dataset->path,
                         dataset->name);
    dataset->slots = must_alloc((size_t)count * sizeof *dataset->slots);
    for (int i = 0; i < count; i++) {
        if (!slot_read(properties, (unsigned)i, &dataset->slots[i]))
            return error_set(error, STATUS_BROKEN, "%s: the list of files with the samples of %s is damaged",
                             dataset->path, dataset->name);
        dataset->slot_count++;
    }
    dataset->storage = HDF5_STORED_EXTERNAL;
    return STATUS_OK;
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
        const char *bare = file[0] == '/' ? path_name(file) : file;
        // The viewer looks beside what a link leads to as well.
        char *const places[] = {must_copy(file), path_sibling(path, bare), must_copy(bare)};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            hid_t opened;
            if (status == STATUS_OK && hdf5_file_open(places[i], &opened, NULL) == STATUS_OK) {
                *there = true;
                status = source_inspect(opened, name, how);
                H5Fclose(opened);
            }
            free(places[i]);
        }
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
    if (H5Pget_virtual_count(properties, &mappings) < 0 || mappings > HDF5_MAX_MAPPINGS ||
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
    char path[PATH_MAX];
    struct hdf5_slot slot;
    path_of(dataset, path);
    if (!slot_read(properties, 0, &slot))
        return error_set(error, STATUS_UNSUPPORTED, "%s: has samples in other files", path);
    enum status status = hdf5_wish_companion(path, slot.name, error);
    if (status != STATUS_UNSUPPORTED)
        status =
            error_set(error, STATUS_UNSUPPORTED,
                      "%s: it has samples in %s, which is not HDF5 and is read only where it is an image",
                      path, slot.name);
    free(slot.name);
    return status;
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
