// SPDX-License-Identifier: MIT
// The picture of a view as a PNG file.
#ifndef FOVEA_APP_EXPORT_H
#define FOVEA_APP_EXPORT_H

#include "app/viewer.h"

// Draws the viewer's view into a width x height picture and writes it. `decorate` adds title, colour bar and
// a scale of pixels. The view's camera keeps its viewport.
enum status export_picture(struct viewer *viewer, const char *path, int width, int height, bool decorate,
                           float scale, struct error *error);

#endif
