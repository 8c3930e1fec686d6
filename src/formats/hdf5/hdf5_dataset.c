// SPDX-License-Identifier: MIT
// One dataset of an HDF5 file: its type, its shape, and how its samples are stored.
#include "formats/hdf5/hdf5_internal.h"

#include "base/size.h"
#include "formats/hdf5/hdf5_value.h"
#include "formats/hdf5/hdf5_virtual.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Looking a chunk up by its address walks through all chunks of the dataset: about 0.3 us for each
// (libhdf5 1.10.8). More than this many steps for a frame are not worth what it saves.
enum { MAX_LOOKUP_STEPS = 20000 };

enum { COUNTED_BYTES = 1 << 30 }; // of datasets whose stored bytes are counted

// --- Types ---

static enum sample_type integer_type(size_t bytes, bool is_signed)
{
    static const enum sample_type types[2][4] = {{SAMPLE_U8, SAMPLE_U16, SAMPLE_U32, SAMPLE_U64},
                                                 {SAMPLE_I8, SAMPLE_I16, SAMPLE_I32, SAMPLE_I64}};
    return types[is_signed][bytes <= 1 ? 0 : bytes <= 2 ? 1 : bytes <= 4 ? 2 : 3];
}

// The type of libhdf5 for samples in memory. Borrowed.
static hid_t native_type(enum sample_type type)
{
    switch (type) {
    case SAMPLE_U8:
        return H5T_NATIVE_UINT8;
    case SAMPLE_I8:
        return H5T_NATIVE_INT8;
    case SAMPLE_U16:
        return H5T_NATIVE_UINT16;
    case SAMPLE_I16:
        return H5T_NATIVE_INT16;
    case SAMPLE_U32:
        return H5T_NATIVE_UINT32;
    case SAMPLE_I32:
        return H5T_NATIVE_INT32;
    case SAMPLE_U64:
        return H5T_NATIVE_UINT64;
    case SAMPLE_I64:
        return H5T_NATIVE_INT64;
    case SAMPLE_F32:
        return H5T_NATIVE_FLOAT;
    default:
        return H5T_NATIVE_DOUBLE;
    }
}

static enum status integer_of(hid_t datatype, struct hdf5_type *type, struct error *error)
{
    const size_t bytes = H5Tget_size(datatype);
    if (bytes < 1 || bytes > 8)
        return error_set(error, STATUS_UNSUPPORTED, "holds integers of %zu bytes", bytes);
    type->type = integer_type(bytes, H5Tget_sign(datatype) == H5T_SGN_2);
    type->exact = sample_traits(type->type)->bytes == bytes && H5Tget_precision(datatype) == 8 * bytes &&
                  H5Tget_offset(datatype) == 0;
    type->memory = H5Tcopy(native_type(type->type));
    return STATUS_OK;
}

// Bit fields are shown as the unsigned integers that their bits make.
static enum status bitfield_of(hid_t datatype, struct hdf5_type *type, struct error *error)
{
    const size_t bytes = H5Tget_size(datatype);
    if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
        return error_set(error, STATUS_UNSUPPORTED, "holds bit fields of %zu bytes", bytes);
    type->type = integer_type(bytes, false);
    type->exact = H5Tget_precision(datatype) == 8 * bytes;
    type->memory = H5Tcopy(bytes == 1   ? H5T_NATIVE_B8
                           : bytes == 2 ? H5T_NATIVE_B16
                           : bytes == 4 ? H5T_NATIVE_B32
                                        : H5T_NATIVE_B64);
    return STATUS_OK;
}

// True for the enumeration of FALSE and TRUE by which h5py stores booleans.
static bool is_boolean(hid_t datatype)
{
    if (H5Tget_nmembers(datatype) != 2)
        return false;
    char *first = H5Tget_member_name(datatype, 0);
    const bool found = first && (strcmp(first, "FALSE") == 0 || strcmp(first, "TRUE") == 0);
    H5free_memory(first);
    return found;
}

// Enumerations are shown by their values.
static enum status enumeration_of(hid_t datatype, struct hdf5_type *type, struct error *error)
{
    hid_t base = H5Tget_super(datatype);
    enum status status = integer_of(base, type, error);
    H5Tclose(base);
    if (status != STATUS_OK)
        return status;
    H5Tclose(type->memory);
    type->memory = H5Tget_native_type(datatype, H5T_DIR_ASCEND);
    const size_t bytes = type->memory >= 0 ? H5Tget_size(type->memory) : 0;
    if (bytes != sample_traits(type->type)->bytes) {
        H5Tclose(type->memory);
        type->memory = H5I_INVALID_HID;
        return error_set(error, STATUS_UNSUPPORTED, "holds an enumeration of an odd size");
    }
    if (bytes == 1 && is_boolean(datatype))
        type->type = SAMPLE_U8;
    return STATUS_OK;
}

static bool is_half(hid_t datatype)
{
    size_t sign, exponent, exponent_bits, fraction, fraction_bits;
    return H5Tget_size(datatype) == 2 && H5Tget_precision(datatype) == 16 && H5Tget_offset(datatype) == 0 &&
           H5Tget_fields(datatype, &sign, &exponent, &exponent_bits, &fraction, &fraction_bits) >= 0 &&
           sign == 15 && exponent == 10 && exponent_bits == 5 && fraction == 0 && fraction_bits == 10 &&
           H5Tget_ebias(datatype) == 15;
}

static enum status float_of(hid_t datatype, struct hdf5_type *type, struct error *error)
{
    const size_t bytes = H5Tget_size(datatype);
    if (bytes < 1 || bytes > 16)
        return error_set(error, STATUS_UNSUPPORTED, "holds floating-point numbers of %zu bytes", bytes);
    if (is_half(datatype)) {
        type->type = SAMPLE_F16;
        type->exact = true;
        type->memory = H5Tcopy(datatype);
        H5Tset_order(type->memory, H5T_ORDER_LE);
        return STATUS_OK;
    }
    const bool single = H5Tequal(datatype, H5T_IEEE_F32LE) > 0 || H5Tequal(datatype, H5T_IEEE_F32BE) > 0;
    const bool twice = H5Tequal(datatype, H5T_IEEE_F64LE) > 0 || H5Tequal(datatype, H5T_IEEE_F64BE) > 0;
    type->type = bytes <= 4 ? SAMPLE_F32 : SAMPLE_F64;
    type->exact = single || twice;
    type->memory = H5Tcopy(native_type(type->type));
    return STATUS_OK;
}

static enum status compound_of(hid_t datatype, struct hdf5_type *type, struct error *error)
{
    if (hdf5_complex_of(datatype, type))
        return STATUS_OK;
    struct text table = {0};
    hdf5_table_describe(datatype, &table);
    error_set(error, STATUS_UNSUPPORTED, "is %s; it is not an image", text_string(&table));
    text_free(&table);
    return STATUS_UNSUPPORTED;
}

enum status hdf5_type_of(hid_t datatype, struct hdf5_type *type, struct error *error)
{
    struct known_class {
        H5T_class_t class;
        enum status (*read)(hid_t, struct hdf5_type *, struct error *);
        const char *name; // of what is no sample
    };
    static const struct known_class classes[] = {
        {H5T_INTEGER, integer_of, NULL},
        {H5T_FLOAT, float_of, NULL},
        {H5T_ENUM, enumeration_of, NULL},
        {H5T_BITFIELD, bitfield_of, NULL},
        {H5T_STRING, NULL, "text"},
        {H5T_COMPOUND, compound_of, NULL},
        {H5T_REFERENCE, NULL, "references"},
        {H5T_OPAQUE, NULL, "opaque bytes"},
        {H5T_VLEN, NULL, "lists of varying length"},
        {H5T_ARRAY, NULL, "arrays in each element"},
        {H5T_TIME, NULL, "times"},
    };
    const H5T_class_t class = H5Tget_class(datatype);
    struct hdf5_type found = {.memory = H5I_INVALID_HID};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (classes[i].class != class)
            continue;
        if (!classes[i].read)
            return error_set(error, STATUS_UNSUPPORTED, "holds %s, not numbers", classes[i].name);
        enum status status = classes[i].read(datatype, &found, error);
        if (status != STATUS_OK)
            return status;
        if (found.complex) {
            *type = found;
            return STATUS_OK;
        }
        const H5T_order_t order = H5Tget_order(datatype);
        found.swapped = order == H5T_ORDER_BE && sample_traits(found.type)->bytes > 1;
        found.exact = found.exact && (order == H5T_ORDER_BE || order == H5T_ORDER_LE);
        *type = found;
        return STATUS_OK;
    }
    return error_set(error, STATUS_UNSUPPORTED, "holds elements of an unknown type");
}

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
        size_t values = HDF5_CHUNK_PARAMETERS;
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
    dataset->addressed = dataset->fd != HDF5_NO_FILE && lookup_is_quick(dataset) &&
                         hdf5_chunks_told(dataset->id) && !has_user_block(dataset->id);
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
        if (dataset->type.exact && dataset->fd != HDF5_NO_FILE) {
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
    dataset->fd = HDF5_NO_FILE;
    hid_t file = H5Iget_file_id(dataset->id);
    char name[4096];
    const ssize_t length = H5Fget_name(file, name, sizeof name);
    dataset->path = must_copy(length > 0 && length < (ssize_t)sizeof name ? name : path);
    void *handle = NULL;
    struct stat info;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle)
        dataset->fd = fcntl(*(const int *)handle, F_DUPFD_CLOEXEC, 3);
    if (dataset->fd >= 0 && fstat(dataset->fd, &info) == 0)
        dataset->file_bytes = info.st_size;
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
    *dataset = (struct hdf5_dataset){.id = object,
                                     .opened = must_copy(path),
                                     .name = must_copy(name),
                                     .fd = HDF5_NO_FILE,
                                     .type.memory = H5I_INVALID_HID};
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
    if (dataset->fd >= 0)
        close(dataset->fd);
    hdf5_mappings_free(dataset);
    hdf5_slots_free(dataset);
    free(dataset->first_missing);
    free(dataset->path);
    free(dataset->opened);
    free(dataset->name);
    free(dataset);
}
