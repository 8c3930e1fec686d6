// SPDX-License-Identifier: MIT
// Planes of classes by frame.
#include "formats/hdf5/hdf5_mask.h"

#include "formats/hdf5/hdf5_link.h"

#include <stdlib.h>

static void planes_free(struct hdf5_planes *planes, bool apart)
{
    for (int64_t i = 0; i < planes->count && apart; i++)
        if (i == 0 || planes->planes[i] != planes->planes[i - 1])
            free((uint8_t *)(uintptr_t)planes->planes[i]);
    free(planes->planes);
}

void hdf5_mask_free(struct hdf5_mask *mask)
{
    const bool apart = !mask->memory;
    planes_free(&mask->cycle, apart);
    planes_free(&mask->images, apart);
    if (apart)
        free((uint8_t *)(uintptr_t)mask->shared);
    hdf5_memory_unmap(mask->memory, mask->memory_bytes);
    *mask = (struct hdf5_mask){0};
}

static bool plane_or(const struct hdf5_mask *mask, const uint8_t *plane, struct rect rect, uint8_t *classes)
{
    uint8_t any = 0;
    if (!plane)
        return false;
    for (int64_t y = 0; y < rect.height; y++) {
        const uint8_t *in = plane + (rect.y + y) * mask->width + rect.x;
        uint8_t *out = classes + y * rect.width;
        for (int64_t x = 0; x < rect.width; x++) {
            out[x] |= in[x];
            any |= in[x];
        }
    }
    return any != 0;
}

// The plane of a set that belongs to the frame, if there is one.
static bool plane_of_frame_or(const struct hdf5_mask *mask, const struct hdf5_planes *set, int64_t frame,
                              struct rect rect, uint8_t *classes)
{
    if (frame < 0 || set->count == 0)
        return false;
    const int64_t plane = set->each ? frame / set->each : frame % set->count;
    return plane < set->count && plane_or(mask, set->planes[plane], rect, classes);
}

bool hdf5_mask_classes(const struct hdf5_mask *mask, int64_t frame, struct rect rect, uint8_t *classes)
{
    struct rect inside = rect_clip(rect, mask->width, mask->height);
    if (inside.width != rect.width || inside.height != rect.height)
        return false;
    bool any = plane_or(mask, mask->shared, rect, classes);
    any = plane_of_frame_or(mask, &mask->cycle, frame, rect, classes) || any;
    return plane_of_frame_or(mask, &mask->images, frame, rect, classes) || any;
}
