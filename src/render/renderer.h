// SPDX-License-Identifier: MIT
// Draws a picture as a view asks: the image pass. A change of contrast re-bakes one small table and sets
// uniforms; no pixel of the image is touched.
#ifndef FOVEA_RENDER_RENDERER_H
#define FOVEA_RENDER_RENDERER_H

#include "render/picture.h"
#include "view/view.h"

// Opaque. Thread-safety: the thread of the GL context.
struct renderer;

enum status renderer_create(struct gpu *gpu, struct renderer **renderer, struct error *error);
void renderer_destroy(struct renderer **renderer);

// What is to be drawn. All borrowed.
struct scene {
    struct picture *picture; // NULL: background only
    const struct view *view; // its camera's viewport is the area drawn into
    const struct colormap *colormap;
    const struct histogram *histogram; // for equalize; may be NULL
    uint64_t histogram_serial;         // changes with the histogram's content
    // The camera of a larger drawing of which the view's is a part that begins at (part_x, part_y): every
    // pixel is that of the whole. NULL: it is the whole.
    const struct camera *whole;
    int part_x, part_y;
};

// Draws the scene into the rectangle (x, y from the upper left) of the bound target, of the camera's viewport
// size. Everything in the rectangle is overwritten.
enum status renderer_draw(struct renderer *renderer, const struct scene *scene, int target_height, int x,
                          int y, struct error *error);

// As renderer_draw, for frames in which only panels or the cursor changed: the scene is drawn once into a
// texture of the viewport's size, and shown from there while it stays the same. `target` is what is bound
// (NULL = window).
enum status renderer_draw_cached(struct renderer *renderer, const struct scene *scene, struct target *target,
                                 int target_width, int target_height, int x, int y, struct error *error);
// True if the scene is the one drawn last.
bool renderer_is_same(const struct renderer *renderer, const struct scene *scene);
// Frees the cached picture.
void renderer_drop_cache(struct renderer *renderer);

// The colour in which value `value` at level 0 is shown (without mask), from the table that was baked last.
void renderer_colour_of(const struct renderer *renderer, double value, unsigned char rgb[3]);

// Draws a ready-made RGBA texture of the image's size with the camera, as the benchmark's yardstick.
enum status renderer_draw_yardstick(struct renderer *renderer, struct texture *rgba, const struct view *view,
                                    int target_height, int x, int y, struct error *error);

#endif
