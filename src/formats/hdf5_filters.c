// SPDX-License-Identifier: MIT
// The chunk decoder as filters of libhdf5, for what is left to H5Dread: no plugin need be installed for it,
// and none reads a damaged chunk.
#include "formats/hdf5_internal.h"

#include "base/byteorder.h"

#include <string.h>
#include <zstd.h>

enum { FILTER_LZ4 = 32004, FILTER_BITSHUFFLE = 32008, FILTER_ZSTD = 32015 };
enum { BITSHUFFLE_PLAIN = 0, BITSHUFFLE_CODEC_AT = 4 };

// Bytes that the chunk says it decodes to; 0 where it does not.
static size_t decoded_bytes(const struct hdf5_filter *filter, const uint8_t *stored, size_t count)
{
    const bool plain =
        filter->id == FILTER_BITSHUFFLE &&
        (filter->count <= BITSHUFFLE_CODEC_AT || filter->parameters[BITSHUFFLE_CODEC_AT] == BITSHUFFLE_PLAIN);
    uint64_t bytes = count;
    if (filter->id == FILTER_ZSTD)
        bytes = ZSTD_getFrameContentSize(stored, count); // the values that mean "unknown" are huge
    else if (!plain)
        bytes = count < 8 ? 0 : load_u64be(stored);
    return bytes > UINT32_MAX ? 0 : (size_t)bytes;
}

static size_t undo(unsigned id, unsigned flags, size_t values_count, const unsigned *values, size_t count,
                   size_t *capacity, void **buffer)
{
    struct hdf5_pipeline pipeline = {.count = 1, .sample_bytes = 1};
    struct hdf5_filter *filter = &pipeline.filters[0];
    if (!(flags & H5Z_FLAG_REVERSE) || values_count > HDF5_CHUNK_PARAMETERS)
        return 0;
    filter->id = id;
    filter->count = values_count;
    for (size_t i = 0; i < values_count; i++)
        filter->parameters[i] = values[i];
    const size_t bytes = decoded_bytes(filter, *buffer, count);
    uint8_t *out = bytes > 0 ? H5allocate_memory(bytes, false) : NULL;
    if (!out)
        return 0;
    struct hdf5_scratch scratch = {0};
    enum status status = hdf5_chunk_decode(&pipeline, 0, *buffer, count, out, bytes, &scratch, NULL);
    hdf5_scratch_free(&scratch);
    if (status != STATUS_OK) {
        H5free_memory(out);
        return 0;
    }
    H5free_memory(*buffer);
    *buffer = out;
    *capacity = bytes;
    return bytes;
}

static size_t undo_lz4(unsigned flags, size_t values_count, const unsigned values[], size_t count,
                       size_t *capacity, void **buffer)
{
    return undo(FILTER_LZ4, flags, values_count, values, count, capacity, buffer);
}

static size_t undo_bitshuffle(unsigned flags, size_t values_count, const unsigned values[], size_t count,
                              size_t *capacity, void **buffer)
{
    return undo(FILTER_BITSHUFFLE, flags, values_count, values, count, capacity, buffer);
}

static size_t undo_zstd(unsigned flags, size_t values_count, const unsigned values[], size_t count,
                        size_t *capacity, void **buffer)
{
    return undo(FILTER_ZSTD, flags, values_count, values, count, capacity, buffer);
}

void hdf5_filters_register(void)
{
    static const H5Z_class2_t filters[] = {
        {H5Z_CLASS_T_VERS, FILTER_LZ4, 0, 1, "LZ4", NULL, NULL, undo_lz4},
        {H5Z_CLASS_T_VERS, FILTER_BITSHUFFLE, 0, 1, "bitshuffle", NULL, NULL, undo_bitshuffle},
        {H5Z_CLASS_T_VERS, FILTER_ZSTD, 0, 1, "zstd", NULL, NULL, undo_zstd},
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        H5Zregister(&filters[i]);
}
