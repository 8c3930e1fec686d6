// SPDX-License-Identifier: MIT
// Inside the ui layer: the command palette.
#ifndef FOVEA_UI_PANELS_UI_PALETTE_H
#define FOVEA_UI_PANELS_UI_PALETTE_H

struct ui;
struct ui_palette;

void ui_palette(struct ui *ui);
void ui_palette_free(struct ui_palette *palette);

#endif
