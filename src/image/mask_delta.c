// SPDX-License-Identifier: MIT
// Packing of block differences.
//
// An entry is: block index (8 bytes), length of the data (4), form (1), data. Form RUNS: pairs of a run
// length minus 1 (2 bytes) and the byte. Form BITS: the byte, then one bit a pixel. Form BYTES: all. All
// little-endian, in memory only.
#include "image/mask_delta.h"

#include "base/text.h"
#include "image/mask.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = MASK_BLOCK * MASK_BLOCK,
    HEAD_BYTES = 13,
    RUN_BYTES = 3,
    BIT_BYTES = 1 + BLOCK_BYTES / 8
};
enum form { FORM_RUNS, FORM_BITS, FORM_BYTES };

static uint8_t *reserve(struct mask_delta *delta, size_t count)
{
    if (delta->capacity - delta->count < count) {
        delta->capacity = delta->capacity + delta->capacity / 2 + count + 64;
        delta->bytes = must_resize(delta->bytes, delta->capacity);
    }
    delta->count += count;
    return delta->bytes + delta->count - count;
}

// The number of runs, and the only value besides 0 (0 if there are several).
static size_t count_runs(const uint8_t *pixels, uint8_t *only)
{
    size_t runs = 1;
    uint8_t all = 0, same = 0xFF;
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        runs += i > 0 && pixels[i] != pixels[i - 1];
        all |= pixels[i];
        same &= pixels[i] ? pixels[i] : 0xFF;
    }
    *only = all == same ? all : 0;
    return runs;
}

static void put_runs(uint8_t *out, const uint8_t *pixels)
{
    for (size_t begin = 0, end; begin < BLOCK_BYTES; begin = end, out += RUN_BYTES) {
        for (end = begin + 1; end < BLOCK_BYTES && pixels[end] == pixels[begin];)
            end++;
        const uint16_t length = (uint16_t)(end - begin - 1);
        memcpy(out, &length, sizeof length);
        out[2] = pixels[begin];
    }
}

static void put_bits(uint8_t *out, const uint8_t *pixels, uint8_t value)
{
    *out++ = value;
    for (size_t i = 0; i < BLOCK_BYTES; i += 8) {
        unsigned eight = 0;
        for (size_t k = 0; k < 8; k++)
            eight |= (unsigned)(pixels[i + k] != 0) << k;
        *out++ = (uint8_t)eight;
    }
}

void mask_delta_add(struct mask_delta *delta, int64_t block, const uint8_t *old, const uint8_t *new)
{
    uint8_t pixels[BLOCK_BYTES], any = 0, only;
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        any |= pixels[i] = (uint8_t)((old ? old[i] : 0) ^ (new ? new[i] : 0));
    if (!any)
        return;
    const size_t runs = count_runs(pixels, &only);
    const enum form form = only && runs * RUN_BYTES > BIT_BYTES ? FORM_BITS
                           : runs * RUN_BYTES > BLOCK_BYTES     ? FORM_BYTES
                                                                : FORM_RUNS;
    const size_t sizes[] = {runs * RUN_BYTES, BIT_BYTES, BLOCK_BYTES};
    const uint32_t size = (uint32_t)sizes[form];
    uint8_t *out = reserve(delta, HEAD_BYTES + size);
    memcpy(out, &block, sizeof block);
    memcpy(out + 8, &size, sizeof size);
    out[12] = (uint8_t)form;
    out += HEAD_BYTES;
    if (form == FORM_RUNS)
        put_runs(out, pixels);
    else if (form == FORM_BITS)
        put_bits(out, pixels, only);
    else
        memcpy(out, pixels, BLOCK_BYTES);
}

bool mask_delta_is_empty(const struct mask_delta *delta)
{
    return delta->count == 0;
}

void mask_delta_trim(struct mask_delta *delta)
{
    if (delta->capacity == delta->count || delta->count == 0)
        return;
    delta->bytes = must_resize(delta->bytes, delta->count);
    delta->capacity = delta->count;
}

int64_t mask_delta_memory(const struct mask_delta *delta)
{
    return (int64_t)delta->capacity;
}

void mask_delta_free(struct mask_delta *delta)
{
    free(delta->bytes);
    *delta = (struct mask_delta){0};
}

static bool check_data(const uint8_t *data, size_t size, uint8_t form)
{
    size_t pixels = 0;
    if (form != FORM_RUNS)
        return size == (form == FORM_BITS ? (size_t)BIT_BYTES : form == FORM_BYTES ? (size_t)BLOCK_BYTES : 0);
    for (size_t at = 0; at + RUN_BYTES <= size; at += RUN_BYTES) {
        uint16_t length;
        memcpy(&length, data + at, sizeof length);
        pixels += length + 1u;
    }
    return size % RUN_BYTES == 0 && pixels == BLOCK_BYTES;
}

bool mask_delta_check(const struct mask_delta *delta, int64_t blocks)
{
    int64_t last = -1;
    for (size_t at = 0; at < delta->count;) {
        int64_t block;
        uint32_t size;
        if (delta->count - at < HEAD_BYTES)
            return false;
        memcpy(&block, delta->bytes + at, sizeof block);
        memcpy(&size, delta->bytes + at + 8, sizeof size);
        if (block <= last || block >= blocks || size == 0 || size > delta->count - at - HEAD_BYTES ||
            !check_data(delta->bytes + at + HEAD_BYTES, size, delta->bytes[at + 12]))
            return false;
        last = block;
        at += HEAD_BYTES + size;
    }
    return true;
}

bool mask_delta_next(struct mask_delta_walk *walk, int64_t *block)
{
    if (walk->at >= walk->delta->count)
        return false;
    const uint8_t *entry = walk->delta->bytes + walk->at;
    uint32_t size;
    memcpy(block, entry, sizeof *block);
    memcpy(&size, entry + 8, sizeof size);
    walk->data = walk->at;
    walk->at += HEAD_BYTES + size;
    return true;
}

static void apply_runs(const uint8_t *data, uint8_t *pixels)
{
    for (size_t at = 0; at < BLOCK_BYTES; data += RUN_BYTES) {
        uint16_t length;
        memcpy(&length, data, sizeof length);
        for (size_t end = at + length + 1u; at < end; at++)
            pixels[at] ^= data[2];
    }
}

void mask_delta_apply(const struct mask_delta_walk *walk, uint8_t *pixels)
{
    const uint8_t *entry = walk->delta->bytes + walk->data, *data = entry + HEAD_BYTES;
    if (entry[12] == FORM_RUNS) {
        apply_runs(data, pixels);
        return;
    }
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        pixels[i] ^= entry[12] == FORM_BYTES ? data[i] : data[1 + i / 8] >> (i % 8) & 1 ? data[0] : 0;
}
