// SPDX-License-Identifier: MIT
// Inside the ui layer: the bars around the panes, which name and switch everything: menu bar, toolbar, tools,
// heads of panes.
#ifndef FOVEA_UI_PANELS_UI_SHELL_H
#define FOVEA_UI_PANELS_UI_SHELL_H

#include "ui/controls/ui_icon_button.h"

#include <stddef.h>

struct ui;

// A tooltip for the last item: name, key, one sentence (NULL: the command's own).
void ui_tip(struct ui *ui, const char *name, const char *command, const char *sentence);
// A button that runs a command when clicked, with that as tooltip. `look` is left to be set by whether the
// command is checked where `ticks`.
void ui_command_button(struct ui *ui, struct ui_icon_button button, struct gui_rect place, const char *name,
                       const char *command, bool ticks);

// The search for commands and the layouts, at the right of the menu bar.
void ui_menu_right(struct ui *ui, struct gui_rect menu);
void ui_toolbar(struct ui *ui, struct gui_rect place);
// The tools of the mode, a mode's being rows of a table.
void ui_strip(struct ui *ui, struct gui_rect place);
// All heads of panes that are shown.
void ui_heads(struct ui *ui);

#endif
