// SPDX-License-Identifier: MIT
// How many pixels of each layer are masked, kept for each block of a mask, so that after an edit only the
// blocks that it touched are counted again.
#ifndef FOVEA_IMAGE_MASK_COUNTS_H
#define FOVEA_IMAGE_MASK_COUNTS_H

#include "image/mask.h"

struct mask_counts {
    int64_t layers[MASK_LAYER_COUNT]; // pixels with that layer's bit
    int64_t any;                      // pixels with any bit
    // --- private ---
    int64_t width, height; // of the counted mask
    uint16_t (*blocks)[MASK_LAYER_COUNT + 1];
};

// Zero-initialise; mask_counts_free when done. Counts the blocks that `rect` touches again, all of them where
// the mask is of another size than before. `rect` may be empty or reach beyond the mask. Where there is no
// memory for it all counts stay 0. For one thread at a time.
void mask_counts_update(struct mask_counts *counts, const struct mask *mask, struct rect rect);
void mask_counts_free(struct mask_counts *counts);

#endif
