// SPDX-License-Identifier: MIT
// Which parts of the panels look different from the last repaint, so that only these are drawn again.
//
// A layer looks after one rectangle of the window, in cells of 8 x 8 framebuffer pixels: of each it knows
// by a hash what was drawn there. All coordinates are framebuffer pixels of the window, (0, 0) upper left.
#ifndef FOVEA_UI_BASE_GUI_LAYER_H
#define FOVEA_UI_BASE_GUI_LAYER_H

#include "ui/base/imgui_bridge.h"

struct gui_layer;
enum { GUI_MAX_CHANGES = 64 };

struct gui_layer *gui_layer_create(void);
void gui_layer_destroy(struct gui_layer **layer);

// Compares what gui_frame_end left within `place` with what it was at the last call: rectangles that hold all
// differences. Another `place`, and everything after gui_layer_forget, is one difference. What is in a
// texture does not count: a texture whose content changes must get other coordinates or another name.
size_t gui_layer_changes(struct gui_layer *layer, struct gui_rect place,
                         struct gui_rect changes[GUI_MAX_CHANGES]);
void gui_layer_forget(struct gui_layer *layer);

// Draws what gui_frame_end left within the parts, which do not overlap, into the bound framebuffer, which
// shows `whole` of the window. Changes GL state and restores it.
void gui_render_parts(struct gui_rect whole, const struct gui_rect *parts, size_t count);

#endif
