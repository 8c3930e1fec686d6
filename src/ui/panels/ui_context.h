// SPDX-License-Identifier: MIT
// Inside the ui layer: the menu of a pixel of the image.
#ifndef FOVEA_UI_PANELS_UI_CONTEXT_H
#define FOVEA_UI_PANELS_UI_CONTEXT_H

struct ui;

void ui_context(struct ui *ui);

#endif
