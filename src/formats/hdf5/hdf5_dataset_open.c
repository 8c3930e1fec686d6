// SPDX-License-Identifier: MIT
// Opening of datasets: their shape, and how their samples are stored.
#include "formats/hdf5/hdf5_dataset_open.h"

#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/hdf5/hdf5_external.h"
#include "formats/hdf5/hdf5_open.h"
#include "formats/hdf5/hdf5_value.h"
#include "formats/hdf5/hdf5_virtual.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// Looking a chunk up by its address walks through all chunks of the dataset: about 0.3 us for each
// (libhdf5 1.10.8). More than this many steps for a frame are not worth what it saves.
enum { MAX_LOOKUP_STEPS = 20000 };

enum { COUNTED_BYTES = 1 << 30 }; // of datasets whose stored bytes are counted

// --- Storage ---

static bool read_shape(struct hdf5_dataset *dataset)
{
    hid_t space = H5Dget_space(dataset->id);
    hsize_t dims[H5S_MAX_RANK];
    const bool simple = H5Sget_simple_extent_type(space) == H5S_SIMPLE;
    dataset->rank = simple ? H5Sget_simple_extent_dims(space, dims, NULL) : 0;
    H5Sclose(space);
    size_t elements = 1;
    for (int axis = 0; axis < dataset->rank; axis++) {
        if (dims[axis] > INT64_MAX || !size_multiply(elements, dims[axis] ? dims[axis] : 1, &elements))
            return false;
        dataset->dims[axis] = (int64_t)dims[axis];
    }
    return elements <= INT64_MAX / 8;
}

static void read_filters(hid_t properties, struct hdf5_dataset *dataset)
{
    struct hdf5_pipeline *pipeline = &dataset->pipeline;
    const int count = H5Pget_nfilters(properties);
    for (int i = 0; i < count && pipeline->count < HDF5_CHUNK_FILTERS; i++) {
        struct hdf5_filter *filter = &pipeline->filters[pipeline->count++];
        unsigned flags, config;
        size_t values = HDF5_FILTER_PARAMETERS;
        H5Z_filter_t id =
            H5Pget_filter2(properties, (unsigned)i, &flags, &values, filter->parameters, 0, NULL, &config);
        filter->id = id < 0 ? 0 : (unsigned)id;
        filter->count = values;
    }
}

static int64_t chunk_total(const struct hdf5_dataset *dataset)
{
    int64_t total = 1;
    for (int axis = 0; axis < dataset->rank; axis++)
        if (__builtin_mul_overflow(total, int64_ceil_div(dataset->dims[axis], dataset->chunk[axis]), &total))
            return INT64_MAX;
    return total;
}

// True where looking up the chunks of a frame by their addresses is quick.
static bool lookup_is_quick(const struct hdf5_dataset *dataset)
{
    const int last = dataset->rank - 1;
    int64_t in_frame = 1, steps;
    for (int axis = int64_max(last - 1, 0) > 0 ? last - 1 : 0; axis <= last; axis++)
        if (__builtin_mul_overflow(in_frame, int64_ceil_div(dataset->dims[axis], dataset->chunk[axis]),
                                   &in_frame))
            return false;
    return !__builtin_mul_overflow(in_frame, chunk_total(dataset), &steps) && steps <= MAX_LOOKUP_STEPS;
}

bool hdf5_chunks_told(hid_t dataset)
{
    H5D_chunk_index_t index = H5D_CHUNK_IDX_BTREE;
    if (H5Dget_chunk_index_type(dataset, &index) < 0)
        return false;
    if (index != H5D_CHUNK_IDX_EARRAY)
        return true;
    hsize_t dims[H5S_MAX_RANK], longest[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(dataset);
    const int rank = H5Sget_simple_extent_dims(space, dims, longest);
    H5Sclose(space);
    return rank > 0 && longest[0] == H5S_UNLIMITED;
}

static bool has_user_block(hid_t id)
{
    hid_t file = H5Iget_file_id(id), properties = H5Fget_create_plist(file);
    hsize_t bytes = 0;
    H5Pget_userblock(properties, &bytes);
    H5Pclose(properties);
    H5Fclose(file);
    return bytes > 0;
}

// Counting walks through all chunks, so it is done once.
static int64_t count_stored(const struct hdf5_dataset *dataset, size_t item)
{
    size_t bytes = item;
    for (int axis = 0; axis < dataset->rank; axis++)
        bytes *= (size_t)dataset->dims[axis];
    const hsize_t stored = bytes > COUNTED_BYTES ? H5Dget_storage_size(dataset->id) : INT64_MAX;
    return stored > INT64_MAX ? INT64_MAX : (int64_t)stored;
}

static void read_chunked(hid_t properties, struct hdf5_dataset *dataset)
{
    hsize_t chunk[H5S_MAX_RANK];
    unsigned options = 0;
    if (H5Pget_chunk(properties, H5S_MAX_RANK, chunk) != dataset->rank)
        return;
    size_t bytes = sample_traits(dataset->type.type)->bytes;
    for (int axis = 0; axis < dataset->rank; axis++) {
        if (chunk[axis] < 1 || chunk[axis] > UINT32_MAX || !size_multiply(bytes, chunk[axis], &bytes))
            return;
        dataset->chunk[axis] = (int64_t)chunk[axis];
    }
    dataset->chunk_bytes = bytes;
    dataset->stored = count_stored(dataset, sample_traits(dataset->type.type)->bytes);
    dataset->bare_edges =
        H5Pget_chunk_opts(properties, &options) >= 0 && (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
    // libhdf5 1.10.8 leaves the user block out of a chunk's address.
    dataset->addressed = dataset->blob && lookup_is_quick(dataset) && hdf5_chunks_told(dataset->id) &&
                         !has_user_block(dataset->id);
    const bool known = H5Pget_nfilters(properties) <= HDF5_CHUNK_FILTERS && bytes <= UINT32_MAX &&
                       hdf5_chunk_supported(&dataset->pipeline);
    dataset->storage = dataset->type.exact && known ? HDF5_STORED_CHUNKS : HDF5_STORED_OTHER;
    dataset->cached = true;
}

static enum status read_storage(struct hdf5_dataset *dataset, struct error *error)
{
    hid_t properties = H5Dget_create_plist(dataset->id);
    H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
    if (!dataset->type.complex && H5Pfill_value_defined(properties, &fill) >= 0 &&
        fill != H5D_FILL_VALUE_UNDEFINED &&
        H5Pget_fill_value(properties, dataset->type.memory, dataset->fill) < 0)
        memset(dataset->fill, 0, sizeof dataset->fill);
    dataset->storage = HDF5_STORED_OTHER;
    dataset->stored = INT64_MAX;
    dataset->pipeline = (struct hdf5_pipeline){.sample_bytes = sample_traits(dataset->type.type)->bytes,
                                               .big_endian = dataset->type.swapped};
    enum status status = STATUS_OK;
    const bool elsewhere = H5Pget_external_count(properties) > 0;
    switch (elsewhere ? H5D_LAYOUT_ERROR : H5Pget_layout(properties)) {
    case H5D_CONTIGUOUS:
        if (dataset->type.exact && dataset->blob) {
            const haddr_t offset = H5Dget_offset(dataset->id);
            dataset->offset = offset == HADDR_UNDEF || offset > INT64_MAX ? -1 : (int64_t)offset;
            dataset->storage = HDF5_STORED_PLAIN;
        }
        break;
    case H5D_CHUNKED:
        read_filters(properties, dataset);
        read_chunked(properties, dataset);
        break;
    case H5D_VIRTUAL:
        dataset->cached = true;
        hdf5_virtual_read(properties, dataset);
        break;
    default:
        if (elsewhere)
            status = hdf5_external_read(properties, dataset, error);
        break;
    }
    // An open list of the properties of a virtual dataset crashes libhdf5 1.10.8 when the process ends.
    H5Pclose(properties);
    return status;
}

// The descriptor that libhdf5 reads the file by, duplicated: it is of the same file whatever the name now
// stands for.
static void read_file(struct hdf5_dataset *dataset, const char *path)
{
    hid_t file = H5Iget_file_id(dataset->id);
    char name[4096];
    const ssize_t length = H5Fget_name(file, name, sizeof name);
    dataset->path = must_copy(length > 0 && length < (ssize_t)sizeof name ? name : path);
    void *handle = NULL;
    struct stat info;
    const int fd = H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle
                       ? fcntl(*(const int *)handle, F_DUPFD_CLOEXEC, 3)
                       : -1;
    if (fd >= 0) {
        dataset->file_bytes = fstat(fd, &info) == 0 ? info.st_size : 0;
        dataset->blob = blob_of_descriptor(dataset->path, fd, dataset->file_bytes);
    }
    H5Fclose(file);
}

static enum status dataset_read(struct hdf5_dataset *dataset, const char *path, struct error *error)
{
    struct error clause = {0};
    read_file(dataset, path);
    hid_t datatype = H5Dget_type(dataset->id);
    enum status status = hdf5_type_of(datatype, &dataset->type, &clause);
    H5Tclose(datatype);
    if (status != STATUS_OK)
        return error_set(error, status, "%s: %s %s", dataset->path, dataset->name, clause.text);
    if (!read_shape(dataset))
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of %s overflows", dataset->path,
                         dataset->name);
    return read_storage(dataset, error);
}

enum status hdf5_dataset_open(hid_t file, const char *path, const char *name, struct hdf5_dataset **out,
                              struct error *error)
{
    struct text what = {0};
    text_printf(&what, "cannot open %s", name);
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    enum status status = STATUS_OK;
    if (object < 0)
        status = hdf5_explain(path, text_string(&what), STATUS_BROKEN, error);
    else if (H5Iget_type(object) != H5I_DATASET)
        status = error_set(error, STATUS_UNSUPPORTED, "%s: %s is no dataset", path, name);
    text_free(&what);
    if (status != STATUS_OK) {
        if (object >= 0)
            H5Oclose(object);
        return status;
    }
    struct hdf5_dataset *dataset = must_alloc(sizeof *dataset);
    *dataset = (struct hdf5_dataset){
        .id = object, .opened = must_copy(path), .name = must_copy(name), .type.memory = H5I_INVALID_HID};
    status = dataset_read(dataset, path, error);
    hdf5_attribute_string(object, "units", dataset->unit, sizeof dataset->unit);
    if (status == STATUS_OK)
        *out = dataset;
    else
        hdf5_dataset_close(dataset);
    return status;
}

void hdf5_dataset_close(struct hdf5_dataset *dataset)
{
    if (!dataset)
        return;
    hdf5_quiet();
    if (dataset->type.memory >= 0)
        H5Tclose(dataset->type.memory);
    H5Oclose(dataset->id);
    blob_release(&dataset->blob);
    hdf5_mappings_free(&dataset->mappings);
    hdf5_slots_free(dataset);
    free(dataset->path);
    free(dataset->opened);
    free(dataset->name);
    free(dataset);
}
