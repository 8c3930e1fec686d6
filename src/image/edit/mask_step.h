// SPDX-License-Identifier: MIT
// One step of the history of a mask: what an edit changed, so that it can be taken back and made again.
//
// At first a step holds the blocks that were replaced, and those that came in their place: making it costs
// nothing but references, and so does taking it back as long as the mask has these blocks. Packed it holds
// the differences (XOR), which take a small part of that memory.
//
// Thread-safety: one thread at a time for each step and its mask.
#ifndef FOVEA_IMAGE_MASK_STEP_H
#define FOVEA_IMAGE_MASK_STEP_H

#include "image/edit/mask_delta.h"
#include "image/mask.h"

enum { MASK_STEP_NAME = 48 };

struct mask_swap {
    int64_t index; // of the block in the mask
    struct mask_block *old, *new;
};

// Zero-initialise; mask_step_free when done.
struct mask_step {
    char name[MASK_STEP_NAME];
    struct mask_swap *swaps; // NULL once it is packed
    size_t count, capacity;
    size_t packed; // swaps whose differences are in `delta` already
    struct mask_delta delta;
};

// Adds a block that was replaced. Takes over a reference to each.
void mask_step_add(struct mask_step *step, int64_t index, struct mask_block *old, struct mask_block *new);
bool mask_step_is_empty(const struct mask_step *step);
// Packs up to `blocks` more blocks. True if that was not all.
bool mask_step_pack(struct mask_step *step, size_t blocks);
// Takes the step back, or makes it again. *changed is the rectangle that may have changed.
void mask_step_apply(const struct mask_step *step, struct mask *mask, bool again, struct rect *changed);
// The bytes that it holds, at most.
int64_t mask_step_memory(const struct mask_step *step);
void mask_step_free(struct mask_step *step);

// The image rectangle of a block.
struct rect mask_block_rect(const struct mask *mask, int64_t index);

#endif
