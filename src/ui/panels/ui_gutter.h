// SPDX-License-Identifier: MIT
// Inside the ui layer: the colour bars in strips of their own beside the images, whose ends are the limits.
#ifndef FOVEA_UI_PANELS_UI_GUTTER_H
#define FOVEA_UI_PANELS_UI_GUTTER_H

#include "gpu/texture.h"
#include "ui/base/imgui_bridge.h"
#include "view/gutter.h"
#include "view/layout.h"

struct ui;

struct ui_gutters {
    struct gui_rect places[LAYOUT_MAX_PANES]; // of the last frame
    size_t count;
    float width, scale; // that the labels need, framebuffer pixels; and the scale that it is for
    // What the mouse holds, of the gutter of that pane, and how it was.
    enum gutter_part dragged;
    int pane;
    float from_y;
    struct limits start;
    // The limit that is being typed, of the gutter of `typing_pane`.
    enum gutter_part typing;
    int typing_pane;
    int focus_frames; // until its field has the keyboard
    char typed[40];
};

// Of ui->model->gutters.
void ui_gutters(struct ui *ui);
// Their ground, before anything is drawn on it.
void ui_gutters_clear(const struct ui_gutters *gutters, struct gpu *gpu, int window_height);

#endif
