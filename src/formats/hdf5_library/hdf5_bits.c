// SPDX-License-Identifier: MIT
// Planes read in bands of rows, or chunk by chunk with the decoder of hdf5_chunk.h.
#include "formats/hdf5_library/hdf5_bits.h"

#include "base/size.h"
#include "formats/hdf5_library/hdf5_dataset_open.h"
#include "formats/hdf5_library/hdf5_inspect.h"
#include "formats/hdf5_library/hdf5_value.h"

#include <stdlib.h>
#include <string.h>

enum {
    BAND_PIXELS = 1 << 20,
    MAX_CHUNKS = 1 << 20,
    MAX_CHUNK_BYTES = 1 << 30,
};

struct plane {
    hid_t dataset;
    struct hdf5_field field;
    hsize_t at[H5S_MAX_RANK]; // coordinates of its first sample
    int64_t width, height;
    bool is_signed;
    hdf5_bits_take *take;
    void *context;
};

static bool plane_open(hid_t dataset, int64_t index, struct plane *plane)
{
    *plane = (struct plane){.dataset = dataset};
    if (!hdf5_field_open(dataset, &plane->field))
        return false;
    struct hdf5_field *field = &plane->field;
    if (field->rank < 2 || field->count < 1 || hdf5_library_check(dataset, NULL, NULL, NULL) != STATUS_OK ||
        (field->kind != H5T_INTEGER && field->kind != H5T_ENUM)) {
        hdf5_field_close(field);
        return false;
    }
    plane->width = (int64_t)field->dims[field->rank - 1];
    plane->height = (int64_t)field->dims[field->rank - 2];
    plane->is_signed = field->kind == H5T_ENUM || H5Tget_sign(field->type) != H5T_SGN_NONE;
    hsize_t rest = (hsize_t)index;
    for (int i = field->rank - 3; i >= 0; i--) {
        plane->at[i] = rest % field->dims[i];
        rest /= field->dims[i];
    }
    return true;
}

static enum status refuse_memory(const struct plane *plane, struct error *error)
{
    return error_set(error, STATUS_NO_MEMORY, "no memory for rows of %lld pixels of a mask",
                     (long long)plane->width);
}

// --- By libhdf5 ---

// Reads rows [y, y + rows). Signed samples are read as signed ones, for else -1 became 0.
static bool band_read(const struct plane *plane, int64_t y, int64_t rows, uint32_t *bits)
{
    int rank = plane->field.rank;
    hsize_t start[H5S_MAX_RANK], extent[H5S_MAX_RANK], count = (hsize_t)rows * (hsize_t)plane->width;
    for (int i = 0; i < rank; i++) {
        start[i] = plane->at[i];
        extent[i] = 1;
    }
    start[rank - 2] = (hsize_t)y;
    extent[rank - 2] = (hsize_t)rows;
    extent[rank - 1] = (hsize_t)plane->width;
    hid_t memory = H5Screate_simple(1, &count, NULL);
    bool done = H5Sselect_hyperslab(plane->field.space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
                H5Dread(plane->dataset, plane->is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32, memory,
                        plane->field.space, H5P_DEFAULT, bits) >= 0;
    H5Sclose(memory);
    return done;
}

static enum status bands_read(const struct plane *plane, struct error *error)
{
    int64_t rows = int64_clamp(BAND_PIXELS / plane->width, 1, plane->height);
    enum status status = STATUS_OK;
    size_t bytes;
    uint32_t *bits = size_of_plane(plane->width, rows, sizeof *bits, &bytes) ? malloc(bytes) : NULL;
    if (!bits)
        return refuse_memory(plane, error);
    for (int64_t y = 0; status == STATUS_OK && y < plane->height; y += rows) {
        rows = int64_min(rows, plane->height - y);
        if (!band_read(plane, y, rows, bits))
            break;
        for (int64_t i = 0; status == STATUS_OK && i < rows; i++)
            status = plane->take(plane->context, bits + i * plane->width, 0, y + i, plane->width);
    }
    free(bits);
    return status;
}

// --- By the decoder of hdf5_chunk.h ---

bool hdf5_pipeline_of(hid_t dataset, struct hdf5_pipeline *pipeline)
{
    *pipeline = (struct hdf5_pipeline){0};
    hid_t list = H5Dget_create_plist(dataset);
    hid_t type = H5Dget_type(dataset);
    int count = H5Pget_nfilters(list);
    bool fits = count <= HDF5_CHUNK_FILTERS;
    for (int i = 0; i < count && i < HDF5_CHUNK_FILTERS; i++) {
        struct hdf5_filter *filter = &pipeline->filters[i];
        unsigned flags, config;
        filter->count = HDF5_FILTER_PARAMETERS;
        H5Z_filter_t id =
            H5Pget_filter2(list, (unsigned)i, &flags, &filter->count, filter->parameters, 0, NULL, &config);
        filter->id = id > 0 ? (unsigned)id : 0;
        fits = fits && id > 0 && filter->count <= HDF5_FILTER_PARAMETERS;
        filter->count = filter->count < HDF5_FILTER_PARAMETERS ? filter->count : HDF5_FILTER_PARAMETERS;
        pipeline->count++;
    }
    pipeline->sample_bytes = H5Tget_size(type);
    pipeline->big_endian = H5Tget_order(type) == H5T_ORDER_BE;
    H5Tclose(type);
    H5Pclose(list);
    return fits;
}

// The chunks of a plane and the memory for one.
struct chunks {
    const struct plane *plane;
    struct hdf5_pipeline pipeline;
    struct hdf5_scratch scratch;
    hsize_t dims[H5S_MAX_RANK];
    uint8_t *samples, *stored;
    uint32_t *row;
    size_t bytes, stored_capacity;
    hsize_t file_bytes;
};

static uint32_t sample_bits(const uint8_t *sample, size_t bytes, bool is_signed)
{
    uint64_t bits = 0;
    memcpy(&bits, sample, bytes);
    bool negative = is_signed && bytes < sizeof bits && bits >> (8 * bytes - 1);
    return (uint32_t)(negative ? bits | UINT64_MAX << 8 * bytes : bits);
}

// True if some row of the plane is in the chunk that begins at `offset`; *skip is the first sample of it.
static bool chunk_has_plane(const struct chunks *chunks, const hsize_t *offset, size_t *skip)
{
    const struct plane *plane = chunks->plane;
    *skip = 0;
    for (int i = 0; i < plane->field.rank; i++) {
        hsize_t at = i < plane->field.rank - 2 ? plane->at[i] : offset[i];
        if (at < offset[i] || at - offset[i] >= chunks->dims[i])
            return false;
        *skip = *skip * chunks->dims[i] + (size_t)(at - offset[i]);
    }
    return true;
}

static enum status chunk_take(struct chunks *chunks, const hsize_t *offset, size_t skip)
{
    const struct plane *plane = chunks->plane;
    int rank = plane->field.rank;
    size_t sample = chunks->pipeline.sample_bytes, pitch = (size_t)chunks->dims[rank - 1];
    int64_t x = (int64_t)offset[rank - 1], y = (int64_t)offset[rank - 2];
    int64_t width = int64_min((int64_t)pitch, plane->width - x);
    int64_t height = int64_min((int64_t)chunks->dims[rank - 2], plane->height - y);
    enum status status = STATUS_OK;
    for (int64_t j = 0; status == STATUS_OK && j < height; j++) {
        const uint8_t *in = chunks->samples + (skip + (size_t)j * pitch) * sample;
        const uint32_t *bits = chunks->row;
        if (sample == sizeof *bits)
            bits = (const uint32_t *)(const void *)in; // malloc has aligned the chunk
        for (int64_t i = 0; bits == chunks->row && i < width; i++)
            chunks->row[i] = sample_bits(in + (size_t)i * sample, sample, plane->is_signed);
        status = plane->take(plane->context, bits, x, y + j, width);
    }
    return status;
}

static bool stored_reserve(struct chunks *chunks, hsize_t bytes)
{
    if (bytes == 0 || bytes > chunks->file_bytes)
        return false;
    if (bytes <= chunks->stored_capacity)
        return true;
    free(chunks->stored);
    chunks->stored = malloc((size_t)bytes);
    chunks->stored_capacity = chunks->stored ? (size_t)bytes : 0;
    return chunks->stored != NULL;
}

static enum status chunk_read(struct chunks *chunks, hsize_t index)
{
    const struct plane *plane = chunks->plane;
    hsize_t offset[H5S_MAX_RANK], bytes;
    haddr_t address;
    unsigned mask;
    uint32_t skipped = 0;
    size_t skip;
    if (H5Dget_chunk_info(plane->dataset, plane->field.space, index, offset, &mask, &address, &bytes) < 0 ||
        !chunk_has_plane(chunks, offset, &skip) || !stored_reserve(chunks, bytes) ||
        H5Dread_chunk(plane->dataset, H5P_DEFAULT, offset, &skipped, chunks->stored) < 0 ||
        hdf5_chunk_decode(&chunks->pipeline, skipped, chunks->stored, (size_t)bytes, chunks->samples,
                          chunks->bytes, &chunks->scratch, NULL) != STATUS_OK)
        return STATUS_OK;
    return chunk_take(chunks, offset, skip);
}

static bool chunks_open(const struct plane *plane, struct chunks *chunks)
{
    *chunks = (struct chunks){.plane = plane};
    hid_t list = H5Dget_create_plist(plane->dataset);
    bool chunked = H5Pget_layout(list) == H5D_CHUNKED &&
                   H5Pget_chunk(list, H5S_MAX_RANK, chunks->dims) == plane->field.rank;
    H5Pclose(list);
    if (!chunked || !hdf5_chunks_told(plane->dataset) ||
        !hdf5_pipeline_of(plane->dataset, &chunks->pipeline) ||
        chunks->pipeline.sample_bytes > sizeof(uint64_t) || !hdf5_chunk_supported(&chunks->pipeline))
        return false;
    chunks->bytes = chunks->pipeline.sample_bytes;
    for (int i = 0; i < plane->field.rank; i++)
        if (!size_multiply(chunks->bytes, (size_t)chunks->dims[i], &chunks->bytes) ||
            chunks->bytes > MAX_CHUNK_BYTES)
            return false;
    hid_t file = H5Iget_file_id(plane->dataset);
    bool known = H5Fget_filesize(file, &chunks->file_bytes) >= 0;
    H5Fclose(file);
    return known;
}

static enum status chunks_read(struct chunks *chunks, struct error *error)
{
    const struct plane *plane = chunks->plane;
    hsize_t count = 0;
    if (H5Dget_num_chunks(plane->dataset, plane->field.space, &count) < 0 || count > MAX_CHUNKS)
        return STATUS_OK;
    enum status status = STATUS_OK;
    chunks->samples = malloc(chunks->bytes);
    chunks->row = malloc((size_t)chunks->dims[plane->field.rank - 1] * sizeof *chunks->row);
    if (!chunks->samples || !chunks->row)
        status = refuse_memory(plane, error);
    for (hsize_t i = 0; status == STATUS_OK && i < count; i++)
        status = chunk_read(chunks, i);
    free(chunks->samples);
    free(chunks->stored);
    free(chunks->row);
    hdf5_scratch_free(&chunks->scratch);
    return status;
}

enum status hdf5_bits_read(hid_t dataset, int64_t plane_index, hdf5_bits_take *take, void *context,
                           struct error *error)
{
    struct plane plane;
    struct chunks chunks;
    if (!plane_open(dataset, plane_index, &plane))
        return STATUS_OK;
    plane.take = take;
    plane.context = context;
    // Our decoders are the faster ones, and libhdf5 may lack a filter.
    enum status status = chunks_open(&plane, &chunks) && chunks.pipeline.count > 0
                             ? chunks_read(&chunks, error)
                             : bands_read(&plane, error);
    hdf5_field_close(&plane.field);
    return status;
}
