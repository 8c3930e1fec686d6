// SPDX-License-Identifier: MIT
// Differences between two states of a mask, packed block by block.
//
// Per block the XOR of both states is stored, in the shortest of three forms: as it is, runs of equal bytes,
// or, where only one value occurs, one bit a pixel. XOR is its own inverse: the same delta leads back and
// forth.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_IMAGE_MASK_DELTA_H
#define FOVEA_IMAGE_MASK_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Zero-initialise; mask_delta_free when done.
struct mask_delta {
    uint8_t *bytes;
    size_t count, capacity;
};

// Adds the difference of a block of MASK_BLOCK x MASK_BLOCK bytes, if there is any. NULL stands for zeros.
// Blocks may be added in any order, each once.
void mask_delta_add(struct mask_delta *delta, int64_t block, const uint8_t *old, const uint8_t *new);
bool mask_delta_is_empty(const struct mask_delta *delta);
void mask_delta_trim(struct mask_delta *delta); // gives unused memory back
int64_t mask_delta_memory(const struct mask_delta *delta);
void mask_delta_free(struct mask_delta *delta);

// True if the bytes are a delta of blocks [0, blocks), each at most once and in ascending order, such as one
// that was kept in a file: only then may it be walked over.
bool mask_delta_check(const struct mask_delta *delta, int64_t blocks);

// A walk over the blocks of a delta. Set `delta`, all else zero.
struct mask_delta_walk {
    const struct mask_delta *delta;
    size_t at;   // the next block's entry
    size_t data; // the present block's data
};
// The next block's index; false at the end.
bool mask_delta_next(struct mask_delta_walk *walk, int64_t *block);
// Applies the present block's difference to its pixels.
void mask_delta_apply(const struct mask_delta_walk *walk, uint8_t *pixels);

#endif
