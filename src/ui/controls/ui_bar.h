// SPDX-License-Identifier: MIT
// Inside the ui layer: a bar that is filled with controls from both ends. Lengths are framebuffer pixels.
#ifndef FOVEA_UI_CONTROLS_UI_BAR_H
#define FOVEA_UI_CONTROLS_UI_BAR_H

#include "ui/base/imgui_bridge.h"

struct ui_bar {
    float left, right; // what is free
    float y, height;   // of its controls
};

// All of `place` but `margin` at either end, with controls of the usual height in the middle of its own.
struct ui_bar ui_bar(struct gui_rect place, float margin);
// Takes a place at the left or the right end, and leaves a gap behind it.
struct gui_rect ui_bar_left(struct ui_bar *bar, float width, float gap);
struct gui_rect ui_bar_right(struct ui_bar *bar, float width, float gap);
// The same for words.
void ui_bar_label_left(struct ui_bar *bar, uint32_t colour, const char *text, float gap);
void ui_bar_label_right(struct ui_bar *bar, uint32_t colour, const char *text, float gap);
// The next field or list stands in the middle of the place, as wide as it is.
void ui_bar_field(struct gui_rect place);

#endif
