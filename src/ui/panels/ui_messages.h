// SPDX-License-Identifier: MIT
// Inside the ui layer: the list of all messages, and the bell that opens it.
#ifndef FOVEA_UI_PANELS_UI_MESSAGES_H
#define FOVEA_UI_PANELS_UI_MESSAGES_H

#include "ui/base/imgui_bridge.h"

struct ui;

// The list, while workspace.panels.messages is set. Looking at it sees all messages.
void ui_message_list(struct ui *ui);
// The bell with the number of messages that were not seen, in a bar, its right end at `right`; returns its
// left end. A click opens the list.
float ui_bell(struct ui *ui, struct gui_rect bar, float right);

#endif
