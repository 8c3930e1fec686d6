// SPDX-License-Identifier: MIT
// Opening of datasets: their shape, and how their samples are stored.
#include "formats/hdf5_library/hdf5_dataset_open.h"

#include "base/size.h"
#include "formats/hdf5_library/hdf5_driver.h"
#include "formats/hdf5_library/hdf5_inspect.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_library/hdf5_type.h"
#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_library/hdf5_virtual.h"

#include <stdlib.h>
#include <string.h>

enum { COUNTED_BYTES = 1 << 30 }; // of datasets whose stored bytes are counted

// --- Storage ---

static bool read_shape(hid_t id, struct hdf5_dataset *dataset)
{
    hid_t space = H5Dget_space(id);
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

// Counting walks through all chunks, so it is done once.
static int64_t count_stored(hid_t id, const struct hdf5_dataset *dataset)
{
    size_t bytes = sample_traits(dataset->type.type)->bytes;
    for (int axis = 0; axis < dataset->rank; axis++)
        bytes *= (size_t)dataset->dims[axis];
    const hsize_t stored = bytes > COUNTED_BYTES ? H5Dget_storage_size(id) : INT64_MAX;
    return stored > INT64_MAX ? INT64_MAX : (int64_t)stored;
}

static void read_chunked(hid_t id, hid_t properties, struct hdf5_dataset *dataset)
{
    hsize_t chunk[H5S_MAX_RANK];
    unsigned options = 0;
    if (H5Pget_chunk(properties, H5S_MAX_RANK, chunk) != dataset->rank)
        return;
    for (int axis = 0; axis < dataset->rank; axis++)
        dataset->chunk[axis] = chunk[axis] > UINT32_MAX ? 0 : (int64_t)chunk[axis];
    if (!hdf5_chunk_measure(dataset)) {
        memset(dataset->chunk, 0, sizeof dataset->chunk);
        return;
    }
    dataset->stored = count_stored(id, dataset);
    dataset->bare_edges =
        H5Pget_chunk_opts(properties, &options) >= 0 && (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
    const bool known = H5Pget_nfilters(properties) <= HDF5_CHUNK_FILTERS &&
                       dataset->chunk_bytes <= UINT32_MAX && hdf5_chunk_supported(&dataset->pipeline);
    dataset->storage = dataset->type.exact && known ? HDF5_STORED_CHUNKS : HDF5_STORED_OTHER;
    dataset->cached = true;
}

static enum status read_storage(const struct hdf5_opened *opened, struct hdf5_dataset *dataset,
                                struct error *error)
{
    hid_t properties = H5Dget_create_plist(opened->id);
    H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
    if (!dataset->type.complex && H5Pfill_value_defined(properties, &fill) >= 0 &&
        fill != H5D_FILL_VALUE_UNDEFINED && H5Pget_fill_value(properties, opened->memory, dataset->fill) < 0)
        memset(dataset->fill, 0, sizeof dataset->fill);
    dataset->storage = HDF5_STORED_OTHER;
    dataset->stored = INT64_MAX;
    dataset->pipeline = (struct hdf5_pipeline){.sample_bytes = sample_traits(dataset->type.type)->bytes,
                                               .big_endian = dataset->type.swapped};
    enum status status = STATUS_OK;
    const bool elsewhere = H5Pget_external_count(properties) > 0;
    switch (elsewhere ? H5D_LAYOUT_ERROR : H5Pget_layout(properties)) {
    case H5D_CONTIGUOUS:
        if (dataset->type.exact) {
            const haddr_t offset = H5Dget_offset(opened->id);
            dataset->offset = offset == HADDR_UNDEF || offset > INT64_MAX / 4 ? -1 : (int64_t)offset;
            dataset->storage = HDF5_STORED_PLAIN;
        }
        break;
    case H5D_CHUNKED:
        read_filters(properties, dataset);
        read_chunked(opened->id, properties, dataset);
        break;
    case H5D_VIRTUAL:
        dataset->cached = true;
        hdf5_virtual_read(properties, dataset);
        break;
    default:
        if (elsewhere)
            status = hdf5_slots_read(properties, dataset, error);
        break;
    }
    // An open list of the properties of a virtual dataset crashes libhdf5 1.10.8 when the process ends.
    H5Pclose(properties);
    return status;
}

static void read_path(const struct hdf5_opened *opened, const char *path, struct hdf5_dataset *dataset)
{
    hid_t file = H5Iget_file_id(opened->id);
    char name[4096];
    const ssize_t length = H5Fget_name(file, name, sizeof name);
    dataset->path = must_copy(length > 0 && length < (ssize_t)sizeof name ? name : path);
    H5Fclose(file);
}

static enum status dataset_read(struct hdf5_opened *opened, const char *path, struct error *error)
{
    struct hdf5_dataset *dataset = opened->facts;
    struct hdf5_datatype type = {.memory = H5I_INVALID_HID};
    struct error clause = {0};
    read_path(opened, path, dataset);
    hid_t datatype = H5Dget_type(opened->id);
    enum status status = hdf5_type_of(datatype, &type, &clause);
    H5Tclose(datatype);
    if (status != STATUS_OK)
        return error_set(error, status, "%s: %s %s", dataset->path, dataset->name, clause.text);
    opened->memory = type.memory;
    dataset->type = (struct hdf5_type){
        .type = type.type, .complex = type.complex, .exact = type.exact, .swapped = type.swapped};
    if (!read_shape(opened->id, dataset))
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of %s overflows", dataset->path,
                         dataset->name);
    return read_storage(opened, dataset, error);
}

// "PATH: cannot open NAME ...", or why the object is none to be shown.
static enum status object_open(hid_t file, const char *path, const char *name, hid_t *object,
                               struct error *error)
{
    struct text what = {0};
    text_printf(&what, "cannot open %s", name);
    *object = H5Oopen(file, name, H5P_DEFAULT);
    enum status status = STATUS_OK;
    if (*object < 0)
        status = hdf5_explain(path, text_string(&what), STATUS_BROKEN, error);
    else if (H5Iget_type(*object) != H5I_DATASET)
        status = error_set(error, STATUS_UNSUPPORTED, "%s: %s is no dataset", path, name);
    text_free(&what);
    if (status != STATUS_OK && *object >= 0)
        H5Oclose(*object);
    return status;
}

enum status hdf5_dataset_open(hid_t file, const char *path, const char *name, struct hdf5_opened **out,
                              struct error *error)
{
    hid_t object;
    enum status status = object_open(file, path, name, &object, error);
    if (status != STATUS_OK)
        return status;
    struct hdf5_opened *opened = must_alloc(sizeof *opened);
    *opened = (struct hdf5_opened){
        .id = object, .memory = H5I_INVALID_HID, .facts = must_alloc(sizeof *opened->facts)};
    opened->facts->opened = must_copy(path);
    opened->facts->name = must_copy(name);
    status = dataset_read(opened, path, error);
    hdf5_attribute_string(object, "units", opened->facts->unit, sizeof opened->facts->unit);
    if (status == STATUS_OK)
        *out = opened;
    else
        hdf5_dataset_close(opened);
    return status;
}

void hdf5_dataset_close(struct hdf5_opened *opened)
{
    if (!opened)
        return;
    hdf5_quiet();
    if (opened->memory >= 0)
        H5Tclose(opened->memory);
    H5Oclose(opened->id);
    hdf5_dataset_free(opened->facts);
    free(opened);
}

// --- Chunks ---

static struct hdf5_handle *handle_of(hid_t id)
{
    void *handle = NULL;
    const hid_t file = H5Iget_file_id(id);
    const bool good = H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0;
    H5Fclose(file);
    return good ? handle : NULL;
}

// The chunk's first sample.
static void chunk_offset(const struct hdf5_dataset *dataset, int64_t index, hsize_t offset[H5S_MAX_RANK])
{
    for (int axis = dataset->rank - 1; axis >= 0; axis--) {
        const int64_t chunks = int64_max(int64_ceil_div(dataset->dims[axis], dataset->chunk[axis]), 1);
        offset[axis] = (hsize_t)(index % chunks) * (hsize_t)dataset->chunk[axis];
        index /= chunks;
    }
}

void hdf5_chunk_locate(const struct hdf5_opened *opened, int64_t index, struct hdf5_address *address)
{
    struct hdf5_handle *handle = handle_of(opened->id);
    hsize_t offset[H5S_MAX_RANK], bytes = 0;
    uint8_t untouched;
    *address = (struct hdf5_address){.kind = HDF5_ADDRESS_DAMAGED};
    chunk_offset(opened->facts, index, offset);
    if (!handle || H5Dget_chunk_storage_size(opened->id, offset, &bytes) < 0) {
        H5Eclear2(H5E_DEFAULT);
        return;
    }
    if (bytes == 0) {
        address->kind = HDF5_ADDRESS_ABSENT;
        return;
    }
    handle->count = 0;
    handle->tracing = true;
    const bool good = H5Dread_chunk(opened->id, H5P_DEFAULT, offset, &address->skipped, &untouched) >= 0;
    handle->tracing = false;
    H5Eclear2(H5E_DEFAULT);
    if (!good || handle->count < 1 || handle->count > UINT32_MAX || handle->at > INT64_MAX / 4)
        return;
    address->kind = HDF5_ADDRESS_STORED;
    address->at = handle->at;
    address->count = handle->count;
}
