// SPDX-License-Identifier: MIT
// Inside the ui layer: the colour bars in strips of their own beside the images, whose ends are the limits.
#ifndef FOVEA_UI_PANELS_UI_GUTTER_H
#define FOVEA_UI_PANELS_UI_GUTTER_H

#include "gpu/texture.h"

struct ui;
struct ui_gutters;

// Of ui->model->gutters.
void ui_gutters(struct ui *ui);
// Their ground, before anything is drawn on it.
void ui_gutters_clear(const struct ui_gutters *gutters, struct gpu *gpu, int window_height);

#endif
