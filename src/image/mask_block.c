// SPDX-License-Identifier: MIT
// Copy on write: a block with one reference belongs to its mask alone.
#include "image/mask_block.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct mask_block *mask_block_share(struct mask_block *block)
{
    // The caller's own reference keeps it alive, so that nothing has to be ordered here.
    if (block)
        atomic_fetch_add_explicit(&block->references, 1, memory_order_relaxed);
    return block;
}

void mask_block_release(struct mask_block **block)
{
    // What others read of it comes before it is freed, or written by the one who is left.
    if (*block && atomic_fetch_sub_explicit(&(*block)->references, 1, memory_order_acq_rel) == 1)
        free(*block);
    *block = NULL;
}

static struct mask_block *create_block(void)
{
    struct mask_block *block = must_alloc(sizeof *block);
    atomic_init(&block->references, 1);
    atomic_init(&block->bits, -1);
    return block;
}

uint8_t *mask_block_write(struct mask_block **block)
{
    if (!*block) {
        *block = create_block();
    } else if (atomic_load_explicit(&(*block)->references, memory_order_acquire) > 1) {
        struct mask_block *copy = create_block();
        memcpy(copy->bytes, (*block)->bytes, MASK_BLOCK_BYTES);
        mask_block_release(block);
        *block = copy;
    }
    atomic_store_explicit(&(*block)->bits, -1, memory_order_relaxed);
    return (*block)->bytes;
}

uint8_t mask_bytes_or(const uint8_t *bytes, int64_t count)
{
    uint64_t words = 0, word;
    int64_t at = 0;
    for (; at + (int64_t)sizeof word <= count; at += (int64_t)sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        words |= word;
    }
    for (; at < count; at++)
        words |= bytes[at];
    words |= words >> 32;
    words |= words >> 16;
    return (uint8_t)(words | words >> 8);
}

uint8_t mask_block_bits(struct mask_block *block)
{
    if (!block)
        return 0;
    // Whoever holds a reference finds the same.
    int bits = atomic_load_explicit(&block->bits, memory_order_relaxed);
    if (bits < 0) {
        bits = mask_bytes_or(block->bytes, MASK_BLOCK_BYTES);
        atomic_store_explicit(&block->bits, bits, memory_order_relaxed);
    }
    return (uint8_t)bits;
}

void mask_block_drop_empty(struct mask_block **block)
{
    if (!mask_block_bits(*block))
        mask_block_release(block);
}
