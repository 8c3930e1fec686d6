// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as packed differences of a mask, and as two states of a block whose difference
// is packed: it must lead from one to the other and back.
#include "fuzz_bytes.h"
#include "image/edit/mask_delta.h"
#include "image/mask.h"

#include <stdbool.h>

enum { BLOCK_BYTES = MASK_BLOCK * MASK_BLOCK, BLOCKS = 1 << 20 };

static uint8_t *new_block(const uint8_t *data, size_t size)
{
    uint8_t *block = calloc(BLOCK_BYTES, 1);
    if (!block)
        abort();
    // Short inputs are repeated, so that runs and sparse blocks both occur.
    for (size_t i = 0; size > 0 && i < BLOCK_BYTES; i++)
        block[i] = data[i % size];
    return block;
}

static void check_walk(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + (size == 0)), *pixels = new_block(NULL, 0);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    const struct mask_delta delta = {copy, size, size};
    if (mask_delta_check(&delta, BLOCKS)) {
        struct mask_delta_walk walk = {.delta = &delta};
        int64_t last = -1;
        for (int64_t block; mask_delta_next(&walk, &block); last = block) {
            if (block <= last || block >= BLOCKS)
                abort();
            mask_delta_apply(&walk, pixels);
        }
    }
    free(copy);
    free(pixels);
}

static void check_there_and_back(const uint8_t *data, size_t size)
{
    uint8_t *old = new_block(data, size / 2), *new = new_block(data + size / 2, size - size / 2);
    uint8_t *pixels = malloc(BLOCK_BYTES);
    if (!pixels)
        abort();
    struct mask_delta delta = {0};
    mask_delta_add(&delta, 7, old, new);
    if (!mask_delta_check(&delta, 8))
        abort();
    if (mask_delta_is_empty(&delta) != (memcmp(old, new, BLOCK_BYTES) == 0))
        abort();
    struct mask_delta_walk walk = {.delta = &delta};
    for (int64_t block; mask_delta_next(&walk, &block);) {
        memcpy(pixels, old, BLOCK_BYTES);
        mask_delta_apply(&walk, pixels);
        if (block != 7 || memcmp(pixels, new, BLOCK_BYTES) != 0)
            abort();
        mask_delta_apply(&walk, pixels);
        if (memcmp(pixels, old, BLOCK_BYTES) != 0)
            abort();
    }
    mask_delta_free(&delta);
    free(old);
    free(new);
    free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_walk(data, size);
    check_there_and_back(data, size);
    return 0;
}
