// SPDX-License-Identifier: MIT
// Inside the ui layer: the panels around the picture, kept as pictures of their own.
//
// The window without the picture's area is cut into docks: above, below, left and right of it. Of what is
// shown there only the parts that have changed are drawn again. A window that keeps its pixels from repaint
// to repaint is where they stand; else each dock has a texture, and copying that into the window costs a
// fraction of drawing it.
#ifndef FOVEA_UI_BASE_UI_DOCKS_H
#define FOVEA_UI_BASE_UI_DOCKS_H

#include "render/renderer.h"

struct ui_docks;

struct ui_docks *ui_docks_create(void);
void ui_docks_destroy(struct ui_docks **docks);

// Whether the window that is drawn into has after a swap the pixels that it had before; false at first.
void ui_docks_window_keeps(struct ui_docks *docks, bool keeps);
// All is drawn anew: the content of a texture that the panels use, or of the window, is another one.
void ui_docks_forget(struct ui_docks *docks);
// Draws what gui_frame_end left over a window of that size, which is bound and has `picture` in it already.
// STATUS_NO_MEMORY if there is none for the textures.
enum status ui_docks_draw(struct ui_docks *docks, struct gpu *gpu, struct renderer *renderer,
                          struct rect picture, int width, int height, struct error *error);

#endif
