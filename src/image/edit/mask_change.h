// SPDX-License-Identifier: MIT
// What an operation over a whole mask changes: the pixels that it adds to a layer and those that it takes
// away. It is found from a mask that stands still, and merged later into one that was drawn on meanwhile:
// pixels that the operation leaves alone keep what was drawn.
//
// Thread-safety: one thread at a time for each change.
#ifndef FOVEA_IMAGE_MASK_CHANGE_H
#define FOVEA_IMAGE_MASK_CHANGE_H

#include "image/edit/mask_edit.h"

// Zero-initialise; mask_change_free when done.
struct mask_change {
    struct bitmap *added, *removed;     // NULL: none
    int64_t added_count, removed_count; // their pixels, as mask_change_find counted them
    struct rect bounds;                 // of both
    struct mask *before, *after;        // see mask_change_prepare; NULL without
};

// What combining the layers in `bits` of `mask` with `bitmap`, of the same size, changes.
enum status mask_change_find(const struct mask *mask, uint8_t bits, const struct bitmap *bitmap,
                             enum bitmap_combination how, struct mask_change *change, struct error *error);
// Makes the change in a copy of `mask`, the one that it was found from: blocks that are still as they were
// when it is applied are then replaced and not looked at. Without memory for that they are.
void mask_change_prepare(struct mask_change *change, const struct mask *mask, uint8_t bits);
// Makes the change in the open edit. *changed (may be NULL) is the rectangle that may have changed.
enum status mask_change_apply(const struct mask_change *change, struct mask_history *history,
                              struct rect *changed, struct error *error);
void mask_change_free(struct mask_change *change);

#endif
