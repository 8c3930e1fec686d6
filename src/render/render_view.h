// SPDX-License-Identifier: MIT
// What one place where pictures are shown keeps from drawing to drawing: the colour tables baked last, what
// was drawn last, and that drawing as a texture. Every pane has one, and so has whatever else is drawn in
// turn with it.
#ifndef FOVEA_RENDER_RENDER_VIEW_H
#define FOVEA_RENDER_RENDER_VIEW_H

#include "render/picture.h"
#include "view/view.h"

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

// Opaque. Thread-safety: the thread of the GL context. A few hundred bytes until it is drawn with first; then
// the tables of the kinds of samples that were drawn (about 0.5 MB each), and the cache if it is used.
struct render_view;

struct render_view *render_view_create(void);
// Before its device; after or before the renderer.
void render_view_destroy(struct render_view **render_view);

// True if the scene is the one drawn last.
bool render_view_is_same(const struct render_view *render_view, const struct scene *scene);
// Frees the cached drawing.
void render_view_drop_cache(struct render_view *render_view);
// The colour in which value `value` at level 0 is shown (without mask), by the table that was baked last;
// black before anything was drawn.
void render_view_colour_of(const struct render_view *render_view, double value, unsigned char rgb[3]);

#endif
