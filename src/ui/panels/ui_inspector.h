// SPDX-License-Identifier: MIT
// Inside the ui layer: the inspector at the right, and the rail beside it that chooses what it shows.
//
// Another tab is one row of the table in ui_inspector.c, and one of enum view_tab.
#ifndef FOVEA_UI_PANELS_UI_INSPECTOR_H
#define FOVEA_UI_PANELS_UI_INSPECTOR_H

#include "ui/base/imgui_bridge.h"

struct ui;

// The title row, and below it the tab that is open.
void ui_inspector(struct ui *ui, struct gui_rect place);
void ui_rail(struct ui *ui, struct gui_rect place);

#endif
