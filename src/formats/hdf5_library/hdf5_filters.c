// SPDX-License-Identifier: MIT
// The chunk decoder as filters of libhdf5, for what is left to H5Dread: no plugin need be installed for it,
// and none reads a damaged chunk.
#include "formats/hdf5_library/hdf5_filters.h"

#include "base/byteorder.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/packed/bitshuffle.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { BITSHUFFLE_CODEC_AT = 4 };
enum { BLOSC_SIZE_AT = 4, BLOSC_SIZE_END = 8 };
// Chunks of HDF5 are shorter than 4 GiB.
static const size_t most_bytes = UINT32_MAX;

// Bytes that the chunk says it decodes to; 0 where it does not.
static size_t decoded_bytes(const struct hdf5_filter *filter, const uint8_t *stored, size_t count)
{
    uint64_t bytes = 0;
    switch (filter->id) {
    case HDF5_FILTER_ZSTD:
        bytes = ZSTD_getFrameContentSize(stored, count); // the values that mean "unknown" are huge
        break;
    case HDF5_FILTER_BLOSC:
        bytes = count < BLOSC_SIZE_END ? 0 : load_u32le(stored + BLOSC_SIZE_AT);
        break;
    case HDF5_FILTER_BITSHUFFLE:
        if (filter->count <= BITSHUFFLE_CODEC_AT ||
            filter->parameters[BITSHUFFLE_CODEC_AT] == BITSHUFFLE_PLAIN) {
            bytes = count;
            break;
        }
        bytes = count < 8 ? 0 : load_u64be(stored);
        break;
    case HDF5_FILTER_LZ4:
        bytes = count < 8 ? 0 : load_u64be(stored);
        break;
    default: // LZF and bzip2 do not tell
        break;
    }
    return bytes > most_bytes ? 0 : (size_t)bytes;
}

// Decodes into memory of libhdf5, which grows until all is in it where the size is not known. NULL on
// failure.
static uint8_t *decode(const struct hdf5_filter *filter, const uint8_t *stored, size_t count, size_t *made)
{
    const size_t told = decoded_bytes(filter, stored, count);
    size_t room = told > 0 ? told : count < most_bytes / 4 ? 4 * count + 4096 : most_bytes;
    for (;;) {
        struct hdf5_scratch scratch = {0};
        uint8_t *out = H5allocate_memory(room, false);
        if (!out)
            return NULL;
        const enum status status = hdf5_filter_undo(filter, stored, count, out, room, made, &scratch);
        hdf5_scratch_free(&scratch);
        if (status == STATUS_OK)
            return out;
        H5free_memory(out);
        if (told > 0 || *made < room || room == most_bytes)
            return NULL;
        room = room < most_bytes / 2 ? 2 * room : most_bytes;
    }
}

static size_t undo(unsigned id, unsigned flags, size_t values_count, const unsigned *values, size_t count,
                   size_t *capacity, void **buffer)
{
    struct hdf5_filter filter = {.id = id, .count = values_count};
    if (!(flags & H5Z_FLAG_REVERSE) || values_count > HDF5_FILTER_PARAMETERS)
        return 0;
    for (size_t i = 0; i < values_count; i++)
        filter.parameters[i] = values[i];
    size_t made = 0;
    uint8_t *out = decode(&filter, *buffer, count, &made);
    if (!out)
        return 0;
    H5free_memory(*buffer);
    *buffer = out;
    *capacity = made;
    return made;
}

#define UNDO(name, number)                                                                                   \
    static size_t name(unsigned flags, size_t values_count, const unsigned values[], size_t count,           \
                       size_t *capacity, void **buffer)                                                      \
    {                                                                                                        \
        return undo(number, flags, values_count, values, count, capacity, buffer);                           \
    }
UNDO(undo_bzip2, HDF5_FILTER_BZIP2)
UNDO(undo_lzf, HDF5_FILTER_LZF)
UNDO(undo_blosc, HDF5_FILTER_BLOSC)
UNDO(undo_lz4, HDF5_FILTER_LZ4)
UNDO(undo_bitshuffle, HDF5_FILTER_BITSHUFFLE)
UNDO(undo_zstd, HDF5_FILTER_ZSTD)
#undef UNDO

void hdf5_filters_register(void)
{
    static const H5Z_class2_t filters[] = {
        {H5Z_CLASS_T_VERS, HDF5_FILTER_BZIP2, 0, 1, "bzip2", NULL, NULL, undo_bzip2},
        {H5Z_CLASS_T_VERS, HDF5_FILTER_LZF, 0, 1, "LZF", NULL, NULL, undo_lzf},
        {H5Z_CLASS_T_VERS, HDF5_FILTER_BLOSC, 0, 1, "Blosc", NULL, NULL, undo_blosc},
        {H5Z_CLASS_T_VERS, HDF5_FILTER_LZ4, 0, 1, "LZ4", NULL, NULL, undo_lz4},
        {H5Z_CLASS_T_VERS, HDF5_FILTER_BITSHUFFLE, 0, 1, "bitshuffle", NULL, NULL, undo_bitshuffle},
        {H5Z_CLASS_T_VERS, HDF5_FILTER_ZSTD, 0, 1, "zstd", NULL, NULL, undo_zstd},
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        H5Zregister(&filters[i]);
}

// --- Filters that are not there ---

// The name that the file itself gives the filter; "" where it gives none.
static void stored_name(hid_t dataset, unsigned number, char *name, size_t size)
{
    hid_t properties = H5Dget_create_plist(dataset);
    unsigned flags, config;
    size_t values = 0;
    name[0] = '\0';
    if (H5Pget_filter_by_id2(properties, (H5Z_filter_t)number, &flags, &values, NULL, size, name, &config) <
        0)
        H5Eclear2(H5E_DEFAULT);
    name[size - 1] = '\0';
    H5Pclose(properties);
}

static bool is_missing(const struct hdf5_filter *filter)
{
    const struct hdf5_pipeline alone = {.filters[0] = *filter, .count = 1, .sample_bytes = 1};
    return !hdf5_chunk_supported(&alone) && H5Zfilter_avail((H5Z_filter_t)filter->id) <= 0;
}

enum status hdf5_filters_check(hid_t dataset, const struct hdf5_dataset *facts, bool plugins,
                               struct error *error)
{
    const struct hdf5_pipeline *pipeline = &facts->pipeline;
    size_t at = 0;
    while (at < pipeline->count && !is_missing(&pipeline->filters[at]))
        at++;
    H5Eclear2(H5E_DEFAULT);
    if (at == pipeline->count)
        return STATUS_OK;
    const unsigned number = pipeline->filters[at].id;
    const struct hdf5_filter_entry *entry = hdf5_filter_find(number);
    char own[64];
    struct text help = {0};
    stored_name(dataset, number, own, sizeof own);
    const char *name = entry ? entry->name : own;
    if (!plugins)
        text_append(&help, "plugins are used with --hdf5-plugins only; ");
    if (entry && entry->package)
        text_printf(&help, "the Debian package %s brings it", entry->package);
    else
        text_append(&help,
                    "no Debian package has it; h5repack -f NONE unpacks the file where it is installed");
    error_set(
        error, STATUS_UNSUPPORTED,
        "%s: the samples of %s are packed by the HDF5 filter %u%s%s%s, for which no plugin is loaded: %s",
        facts->path, facts->name, number, name[0] ? " (" : "", name, name[0] ? ")" : "", text_string(&help));
    text_free(&help);
    return STATUS_UNSUPPORTED;
}
