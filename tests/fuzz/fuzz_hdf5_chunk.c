// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as an HDF5 chunk; the first six choose the filters, the samples and the size.
#include "formats/packed/hdf5_chunk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHOICES = 6 };

static const struct hdf5_filter ways[][3] = {
    {{32008, {0, 4, 4, 0, 2}, 5}},
    {{32008, {0, 4, 2, 64, 3}, 5}},
    {{32008, {0, 4, 8, 16, 0}, 5}},
    {{1, {6}, 1}},
    {{2, {4}, 1}, {1, {6}, 1}, {3, {0}, 0}},
    {{307, {9}, 1}},
    {{32004, {0}, 1}},
    {{32015, {3}, 1}},
    {{2, {3}, 1}},
    {{3, {0}, 0}, {2, {8}, 1}, {32004, {0}, 1}},
    {{32008, {0, 4, 3, 0, 2}, 5}, {1, {6}, 1}},
};

// A part decoded alone must be that part of the whole, and fail where the whole fails because of it.
static void check_parts(const struct hdf5_pipeline *pipeline, const uint8_t *stored, size_t stored_count,
                        const uint8_t *whole, size_t count, struct hdf5_scratch *scratch)
{
    size_t block;
    if (!hdf5_chunk_divisible(pipeline, stored, stored_count, &block))
        abort();
    size_t begin = count / 2 / block * block;
    uint8_t *part = malloc(count - begin + 1);
    struct bitshuffle_places places;
    const struct hdf5_packed packed = {pipeline, stored, stored_count, count, &places};
    hdf5_chunk_find_places(&packed, &places);
    if (!part || hdf5_chunk_decode_part(&packed, begin, count, part, scratch, NULL) != STATUS_OK)
        abort();
    if (memcmp(part, whole + begin, count - begin) != 0)
        abort();
    free(part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CHOICES)
        return 0;
    struct hdf5_pipeline pipeline = {.sample_bytes = (size_t)1 << (data[1] & 3), .big_endian = data[1] & 4};
    const struct hdf5_filter *filters = ways[data[0] % (sizeof ways / sizeof ways[0])];
    while (pipeline.count < 3 && filters[pipeline.count].id) {
        pipeline.filters[pipeline.count] = filters[pipeline.count];
        pipeline.count++;
    }
    size_t count = (data[2] | (size_t)data[3] << 8) + (data[4] & 15 ? 0 : 1000000);
    unsigned skipped = data[5] & 7;
    uint8_t *stored = malloc(size), *out = malloc(count + 1);
    if (!stored || !out)
        abort();
    size_t stored_count = size - CHOICES;
    stored = realloc(stored, stored_count + (stored_count == 0));
    memcpy(stored, data + CHOICES, stored_count);
    struct hdf5_scratch scratch = {0};
    enum status status =
        hdf5_chunk_decode(&pipeline, skipped, stored, stored_count, out, count, &scratch, NULL);
    if (status != STATUS_OK && status != STATUS_BROKEN)
        abort();
    if (status == STATUS_OK && pipeline.count == 1 && filters[0].id == 32008 && !(skipped & 1))
        check_parts(&pipeline, stored, stored_count, out, count, &scratch);
    hdf5_scratch_free(&scratch);
    free(stored);
    free(out);
    return 0;
}
