// SPDX-License-Identifier: MIT
// Blocks as references, then as differences.
#include "image/edit/mask_step.h"

#include "base/text.h"

#include <stdlib.h>

struct rect mask_block_rect(const struct mask *mask, int64_t index)
{
    const struct rect rect = {index % mask->blocks_x * MASK_BLOCK, index / mask->blocks_x * MASK_BLOCK,
                              MASK_BLOCK, MASK_BLOCK};
    return rect_clip(rect, mask->width, mask->height);
}

void mask_step_add(struct mask_step *step, int64_t index, struct mask_block *old, struct mask_block *new)
{
    if (step->count == step->capacity) {
        step->capacity = step->capacity ? 2 * step->capacity : 16;
        step->swaps = must_resize(step->swaps, step->capacity * sizeof *step->swaps);
    }
    step->swaps[step->count++] = (struct mask_swap){index, old, new};
}

bool mask_step_is_empty(const struct mask_step *step)
{
    return step->count == 0 && mask_delta_is_empty(&step->delta);
}

static void free_swaps(struct mask_step *step)
{
    for (size_t i = 0; i < step->count; i++) {
        mask_block_release(&step->swaps[i].old);
        mask_block_release(&step->swaps[i].new);
    }
    free(step->swaps);
    step->swaps = NULL;
    step->count = step->capacity = step->packed = 0;
}

static const uint8_t *bytes_of(const struct mask_block *block)
{
    return block ? block->bytes : NULL;
}

bool mask_step_pack(struct mask_step *step, size_t blocks)
{
    for (; step->packed < step->count && blocks > 0; step->packed++, blocks--) {
        const struct mask_swap *swap = &step->swaps[step->packed];
        mask_delta_add(&step->delta, swap->index, bytes_of(swap->old), bytes_of(swap->new));
    }
    if (step->packed < step->count)
        return true;
    free_swaps(step);
    mask_delta_trim(&step->delta);
    return false;
}

// The block is another one by now: what the step did to it is undone bit by bit.
static void apply_differences(struct mask_block **block, const struct mask_swap *swap)
{
    uint8_t *bytes = mask_block_write(block);
    for (size_t i = 0; i < MASK_BLOCK_BYTES; i++)
        bytes[i] ^= (swap->old ? swap->old->bytes[i] : 0) ^ (swap->new ? swap->new->bytes[i] : 0);
    mask_block_drop_empty(block);
}

static void apply_swap(struct mask_block **block, const struct mask_swap *swap, bool again)
{
    const struct mask_block *from = again ? swap->old : swap->new;
    if (*block != from) {
        apply_differences(block, swap);
        return;
    }
    mask_block_release(block);
    *block = mask_block_share(again ? swap->new : swap->old);
}

static void apply_packed(const struct mask_step *step, struct mask *mask, struct rect *changed)
{
    struct mask_delta_walk walk = {.delta = &step->delta};
    for (int64_t block; mask_delta_next(&walk, &block);) {
        if (block >= mask->blocks_x * mask->blocks_y)
            break; // the history of another mask
        struct mask_block **changing = &mask->blocks[block];
        mask_delta_apply(&walk, mask_block_write(changing));
        mask_block_drop_empty(changing);
        *changed = rect_join(*changed, mask_block_rect(mask, block));
    }
}

void mask_step_apply(const struct mask_step *step, struct mask *mask, bool again, struct rect *changed)
{
    *changed = (struct rect){0};
    if (!step->swaps) {
        apply_packed(step, mask, changed);
        return;
    }
    for (size_t i = 0; i < step->count; i++) {
        const struct mask_swap *swap = &step->swaps[i];
        if (swap->index >= mask->blocks_x * mask->blocks_y)
            break; // the history of another mask
        apply_swap(&mask->blocks[swap->index], swap, again);
        *changed = rect_join(*changed, mask_block_rect(mask, swap->index));
    }
}

int64_t mask_step_memory(const struct mask_step *step)
{
    return (int64_t)step->count * MASK_BLOCK_BYTES + mask_delta_memory(&step->delta);
}

void mask_step_free(struct mask_step *step)
{
    if (step->swaps)
        free_swaps(step);
    mask_delta_free(&step->delta);
}
