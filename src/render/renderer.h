// SPDX-License-Identifier: MIT
// Draws pictures as views ask: the image pass. A change of contrast re-bakes one small table and sets
// uniforms; no pixel of the image is touched.
//
// One renderer serves everything that is drawn on a device: it has the programs, which are compiled at first
// use, and the tints of masks. What belongs to one place where pictures are shown is its render_view.
#ifndef FOVEA_RENDER_RENDERER_H
#define FOVEA_RENDER_RENDERER_H

#include "render/render_view.h"

// Opaque. Thread-safety: the thread of the GL context.
struct renderer;

enum status renderer_create(struct gpu *gpu, struct renderer **renderer, struct error *error);
// The render views that it has drawn may live on.
void renderer_destroy(struct renderer **renderer);

// Draws the scene into the rectangle (x, y from the upper left) of the bound target, of the camera's viewport
// size. Everything in the rectangle is overwritten.
enum status renderer_draw(struct renderer *renderer, struct render_view *render_view,
                          const struct scene *scene, int target_height, int x, int y, struct error *error);

// As renderer_draw, for frames in which only panels or the cursor changed: the scene is drawn once into a
// texture of the viewport's size, and shown from there while it stays the same. `target` is what is bound
// (NULL = window).
enum status renderer_draw_cached(struct renderer *renderer, struct render_view *render_view,
                                 const struct scene *scene, struct target *target, int target_width,
                                 int target_height, int x, int y, struct error *error);

// Copies a texture of the viewport's size into the viewport, texel for pixel.
enum status renderer_copy(struct renderer *renderer, struct texture *texture, struct error *error);

// --- The benchmarks' yardstick: ready-made colours, the least that any viewer must draw ---

// A texture of the image's size with some colours, filled by bands of one buffer.
enum status renderer_make_yardstick(struct gpu *gpu, int width, int height, struct texture **rgba,
                                    struct error *error);
// Draws such a texture with the camera.
enum status renderer_draw_yardstick(struct renderer *renderer, struct texture *rgba, const struct view *view,
                                    int target_height, int x, int y, struct error *error);

#endif
