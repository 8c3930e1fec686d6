// SPDX-License-Identifier: MIT
// Inside the ui layer: the panels around the pictures, kept as pictures of their own.
//
// Each dock - a bar, a panel, the head of a pane - is a rectangle with a ground of one colour, which is
// cleared (a rectangle of that size that is drawn costs milliseconds on software renderers), and what the
// panels draw on it. Of that only the parts that have changed are drawn again. A window that keeps its pixels
// from repaint to repaint is where they stand; else each dock has a texture, and copying that into the window
// costs a fraction of drawing it.
#ifndef FOVEA_UI_BASE_UI_DOCKS_H
#define FOVEA_UI_BASE_UI_DOCKS_H

#include "render/renderer.h"

enum { UI_MAX_DOCKS = 48, UI_MAX_PICTURES = 16 };

struct ui_dock {
    struct rect place; // empty: it is not there
    uint32_t ground;   // 0xRRGGBBAA
};

// What stands where in a window. A dock is known by its number from one time to the next; docks and pictures
// do not overlap.
struct ui_scene {
    struct ui_dock docks[UI_MAX_DOCKS];
    struct rect panes; // all pictures lie within
    struct rect pictures[UI_MAX_PICTURES];
    size_t picture_count;
    struct ui_dock drawer; // lies over the panes; drawn anew each time
};

struct ui_docks;

struct ui_docks *ui_docks_create(void);
void ui_docks_destroy(struct ui_docks **docks);

// Whether the window that is drawn into has after a swap the pixels that it had before; false at first.
void ui_docks_window_keeps(struct ui_docks *docks, bool keeps);
// All is drawn anew: the content of a texture that the panels use, or of the window, is another one.
void ui_docks_forget(struct ui_docks *docks);
// Draws what gui_frame_end left over a window of that size, which is bound and has the pictures in it
// already. STATUS_NO_MEMORY if there is none for the textures.
enum status ui_docks_draw(struct ui_docks *docks, struct gpu *gpu, struct renderer *renderer,
                          const struct ui_scene *scene, int width, int height, struct error *error);

#endif
