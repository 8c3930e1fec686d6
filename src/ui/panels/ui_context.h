// SPDX-License-Identifier: MIT
// Inside the ui layer: the menu of a pixel of the image.
#ifndef FOVEA_UI_PANELS_UI_CONTEXT_H
#define FOVEA_UI_PANELS_UI_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

struct ui;

// The pixel that was under the mouse when the menu was opened.
struct ui_context {
    int64_t x, y;
    char value[48]; // exact text; "" while it is not known
};

void ui_context(struct ui *ui);

#endif
