// SPDX-License-Identifier: MIT
// Packing of block differences.
//
// An entry is: block index (8 bytes), length of the data (4), form (1), data. Form RUNS: pairs of a run
// length minus 1 (2 bytes) and the byte. Form BITS: the byte, then one bit a pixel. Form BYTES: all. All
// little-endian, in memory only.
#include "image/edit/mask_delta.h"

#include "base/text.h"
#include "image/clones.h"
#include "image/edit/bitmap.h"
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

// The number of runs, and the only value besides 0 (0 if there are several). Counted in parts so small that a
// byte holds each sum, as many at once as the processor compares.
IMAGE_CLONES static size_t count_runs(const uint8_t *pixels, uint8_t *only)
{
    enum { PART = 128 };
    uint8_t all = 0, other = 0;
    size_t changes = 0;
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        all |= pixels[i];
    for (size_t part = 0; part < BLOCK_BYTES; part += PART) {
        uint8_t sum = 0;
        for (size_t i = part + (part == 0); i < part + PART; i++)
            sum = (uint8_t)(sum + (pixels[i] != pixels[i - 1]));
        for (size_t i = part; i < part + PART; i++)
            other |= (uint8_t)((pixels[i] != 0) & (pixels[i] != all));
        changes += sum;
    }
    *only = other ? 0 : all;
    return changes + 1;
}

// The end of the run that begins at `begin`, eight bytes at a time.
static size_t run_end(const uint8_t *pixels, size_t begin)
{
    const uint64_t same = pixels[begin] * 0x0101010101010101u;
    size_t end = begin + 1;
    while (end < BLOCK_BYTES && end % sizeof same && pixels[end] == pixels[begin])
        end++;
    if (end % sizeof same)
        return end;
    for (uint64_t eight; end < BLOCK_BYTES; end += sizeof eight) {
        memcpy(&eight, pixels + end, sizeof eight);
        if (eight != same)
            return end + (size_t)__builtin_ctzll(eight ^ same) / 8;
    }
    return end;
}

static void put_runs(uint8_t *out, const uint8_t *pixels)
{
    for (size_t begin = 0, end; begin < BLOCK_BYTES; begin = end, out += RUN_BYTES) {
        end = run_end(pixels, begin);
        const uint16_t length = (uint16_t)(end - begin - 1);
        memcpy(out, &length, sizeof length);
        out[2] = pixels[begin];
    }
}

static void put_bits(uint8_t *out, const uint8_t *pixels, uint8_t value)
{
    *out++ = value;
    for (size_t i = 0; i < BLOCK_BYTES; i += MASK_BLOCK, out += MASK_BLOCK / 8) {
        const uint64_t row = bitmap_pack(pixels + i, 0xFF);
        memcpy(out, &row, sizeof row);
    }
}

// The differences of two blocks; false if there are none.
IMAGE_CLONES static bool differences(const uint8_t *old, const uint8_t *new, uint8_t *pixels)
{
    uint8_t any = 0;
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        any |= pixels[i] = old[i] ^ new[i];
    return any != 0;
}

void mask_delta_add(struct mask_delta *delta, int64_t block, const uint8_t *old, const uint8_t *new)
{
    static const uint8_t zeros[BLOCK_BYTES];
    uint8_t pixels[BLOCK_BYTES], only;
    if (!differences(old ? old : zeros, new ? new : zeros, pixels))
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
        const size_t end = at + length + 1u;
        if (data[2])
            for (size_t i = at; i < end; i++)
                pixels[i] ^= data[2];
        at = end;
    }
}

// Eight bits become eight bytes: spread by a multiplication, one bit kept in each byte.
static void apply_bits(const uint8_t *data, uint8_t *pixels)
{
    const uint8_t value = *data++;
    for (size_t i = 0; i < BLOCK_BYTES / 8; i++) {
        uint64_t eight;
        const uint64_t spread = (data[i] * 0x0101010101010101u) & 0x8040201008040201u;
        const uint64_t ones = (spread + 0x7F7F7F7F7F7F7F7Fu) >> 7 & 0x0101010101010101u;
        memcpy(&eight, pixels + 8 * i, sizeof eight);
        eight ^= (ones | (spread >> 7 & 0x0101010101010101u)) * value;
        memcpy(pixels + 8 * i, &eight, sizeof eight);
    }
}

void mask_delta_apply(const struct mask_delta_walk *walk, uint8_t *pixels)
{
    const uint8_t *entry = walk->delta->bytes + walk->data, *data = entry + HEAD_BYTES;
    if (entry[12] == FORM_RUNS) {
        apply_runs(data, pixels);
        return;
    }
    if (entry[12] == FORM_BITS)
        apply_bits(data, pixels);
    else
        for (size_t i = 0; i < BLOCK_BYTES; i++)
            pixels[i] ^= data[i];
}
