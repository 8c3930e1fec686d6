// SPDX-License-Identifier: MIT
// Inside the render layer: what the files of the picture share.
#ifndef FOVEA_RENDER_PICTURE_INTERNAL_H
#define FOVEA_RENDER_PICTURE_INTERNAL_H

#include "render/picture.h"

// --- picture.c ---

// The rectangle of a tile in texels of its level.
struct rect picture_tile_rect(const struct picture_level *level, int tile);
// The image pixels that the texels of a request cover.
struct rect picture_request_pixels(const struct picture *picture, const struct picture_request *request);
// Drops the longest unused tiles of the cache until `bytes` more fit.
void picture_make_room(struct picture *picture, int64_t bytes);

// --- picture_mask.c ---

// The mask of a tile of the cache that was just filled.
enum status picture_put_mask(struct picture *picture, const struct picture_request *request,
                             const struct mask *mask, struct error *error);

#endif
