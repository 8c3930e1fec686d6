// SPDX-License-Identifier: MIT
// Inside the ui layer: the list of all messages, and the bell that opens it.
#ifndef FOVEA_UI_PANELS_UI_MESSAGES_H
#define FOVEA_UI_PANELS_UI_MESSAGES_H

#include "ui/base/imgui_bridge.h"

struct ui;

// The list, while workspace.panels.messages is set. Looking at it sees all messages.
void ui_message_list(struct ui *ui);
// The bell with the number of messages that were not seen, its right end at `right` of the current window's
// line; returns its left end. A click opens the list.
float ui_bell(struct ui *ui, float right);
// The time of day of a message, "14:02:31".
void ui_message_time(int64_t time_s, char *text, size_t size);

#endif
