// SPDX-License-Identifier: MIT
// Inside the ui layer: the newest messages over the picture, and how far what goes on has come.
#ifndef FOVEA_UI_PANELS_UI_TOAST_H
#define FOVEA_UI_PANELS_UI_TOAST_H

#include "ui/base/imgui_bridge.h"

struct ui;

// In the lower left corner of the picture: the newest on top, jobs below them.
void ui_toasts(struct ui *ui, struct gui_rect picture);

#endif
