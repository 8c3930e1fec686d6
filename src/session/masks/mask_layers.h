// SPDX-License-Identifier: MIT
// Layers of a mask that come from elsewhere and take the place of the user's: in the form in which they are
// put into a sheet quickly, made by a job.
#ifndef FOVEA_SESSION_MASK_LAYERS_H
#define FOVEA_SESSION_MASK_LAYERS_H

#include "image/edit/mask_change.h"

// Zero-initialise; mask_layers_free when done.
struct mask_layers {
    int64_t width, height;
    uint8_t bits;                            // the layers that are replaced
    struct mask_change of[MASK_LAYER_COUNT]; // what is masked then, and what is not
};

// Those in `bits` of `mask`. On any thread.
enum status mask_layers_of(const struct mask *mask, uint8_t bits, struct mask_layers *layers,
                           struct error *error);
void mask_layers_free(struct mask_layers *layers);

#endif
