// SPDX-License-Identifier: MIT
// Each layer as what it sets and what it clears.
#include "session/masks/mask_layers.h"

static enum status take_layer(const struct mask *mask, uint8_t bit, struct mask_change *change,
                              struct error *error)
{
    enum status status = mask_to_bitmap(mask, bit, &change->added, error);
    if (!status)
        status = bitmap_copy(change->added, &change->removed, error);
    if (status)
        return status;
    bitmap_invert(change->removed);
    change->bounds = (struct rect){0, 0, mask->width, mask->height};
    return STATUS_OK;
}

enum status mask_layers_of(const struct mask *mask, uint8_t bits, struct mask_layers *layers,
                           struct error *error)
{
    enum status status = STATUS_OK;
    layers->width = mask->width;
    layers->height = mask->height;
    layers->bits = bits;
    for (int layer = 0; layer < MASK_LAYER_COUNT && !status; layer++) {
        if (bits & MASK_BIT(layer))
            status = take_layer(mask, MASK_BIT(layer), &layers->of[layer], error);
    }
    return status;
}

void mask_layers_free(struct mask_layers *layers)
{
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        mask_change_free(&layers->of[layer]);
    *layers = (struct mask_layers){0};
}
