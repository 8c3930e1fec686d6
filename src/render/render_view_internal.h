// SPDX-License-Identifier: MIT
// Inside the render layer: what the renderer keeps in a render_view.
#ifndef FOVEA_RENDER_RENDER_VIEW_INTERNAL_H
#define FOVEA_RENDER_RENDER_VIEW_INTERNAL_H

#include "render/render_view.h"

// The colours for one class of pixels, on the CPU and on the GPU, with what they were baked from.
struct baked {
    struct colour_table *table;
    struct table *texels;
    bool valid;
    struct contrast contrast;
    struct display display;
    struct colormap colormap; // a copy: one that is read again from its file keeps its address
    uint64_t histogram_serial;
};

// A copy of all that decides the drawn pixels.
struct scene_key {
    struct view view;
    struct colormap colormap;
    uint64_t picture_serial, histogram_serial;
};

struct render_view {
    struct baked direct; // level 0 of 8- and 16-bit images
    struct baked keyed;  // level 0 of 32-bit types
    // Float levels of integer images; shares nothing with keyed, so that zooming does not re-bake.
    struct baked levels;
    const struct baked *shown; // the one of level 0 of the picture drawn last
    struct scene_key drawn;
    bool drawn_valid, cache_valid;
    struct target *cache;
};

// The colours for a level of the scene's picture, baked anew if anything they depend on has changed.
// Borrowed.
enum status render_view_bake(struct render_view *render_view, struct gpu *gpu, const struct scene *scene,
                             int level, const struct baked **baked, struct error *error);
// The scene is drawn now: a cache of another one is no longer valid.
void render_view_remember(struct render_view *render_view, const struct scene *scene);
// Makes the cache if there is none of that size.
enum status render_view_size_cache(struct render_view *render_view, struct gpu *gpu, int width, int height,
                                   struct error *error);

#endif
