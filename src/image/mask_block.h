// SPDX-License-Identifier: MIT
// The blocks of masks: 64 x 64 bytes that several masks may share until one of them writes.
//
// A block is counted by reference. Who holds a reference may read it on any thread. It is written only by who
// holds the only one (mask_block_write): everybody else sees it as it was.
#ifndef FOVEA_IMAGE_MASK_BLOCK_H
#define FOVEA_IMAGE_MASK_BLOCK_H

#include <stdatomic.h>
#include <stdint.h>

enum { MASK_BLOCK = 64, MASK_BLOCK_BYTES = MASK_BLOCK * MASK_BLOCK };

struct mask_block {
    atomic_int references;
    atomic_int bits; // as mask_block_bits found them, since they were written last; -1: it has to look
    uint8_t bytes[MASK_BLOCK_BYTES]; // rows of MASK_BLOCK bytes
};

// One more reference to the same block. NULL stands for zeros and gives NULL.
struct mask_block *mask_block_share(struct mask_block *block);
// Gives a reference back and sets *block to NULL; NULL is fine.
void mask_block_release(struct mask_block **block);

// The bytes for writing: a block is made (all zero) where there is none, and one that others hold too is
// replaced by a copy of its own.
uint8_t *mask_block_write(struct mask_block **block);
// All bits that occur in the block; 0 for NULL. Looks at the bytes only if they were written since the last
// call: who writes gets their address from mask_block_write anew after it.
uint8_t mask_block_bits(struct mask_block *block);
// Gives the reference back if no bit is set.
void mask_block_drop_empty(struct mask_block **block);

// All bits that occur in `count` bytes.
uint8_t mask_bytes_or(const uint8_t *bytes, int64_t count);

#endif
