// SPDX-License-Identifier: MIT
// Inside the ui layer: a button with an icon, as of tools, modes, tabs and the heads of panes.
#ifndef FOVEA_UI_CONTROLS_UI_ICON_BUTTON_H
#define FOVEA_UI_CONTROLS_UI_ICON_BUTTON_H

#include "ui/base/icons.h"
#include "ui/base/imgui_bridge.h"

enum ui_button_look {
    UI_BUTTON_PLAIN,
    UI_BUTTON_ON,    // a switch that is on
    UI_BUTTON_CHOSEN // the tool or mode in force
};

struct ui_icon_button {
    const char *id;
    enum ui_icon icon;
    const char *label; // at the right of the icon, or without one alone; NULL: none
    enum ui_button_look look;
    bool disabled;
    float size; // of the icon, layout pixels
};

// How wide it must be for its icon and label, framebuffer pixels.
float ui_icon_button_width(const struct ui_icon_button *button);
// Draws it into the rectangle; true when it was clicked or chosen by a key. gui_tooltip may follow.
bool ui_icon_button(const struct ui_icon_button *button, struct gui_rect place);

#endif
