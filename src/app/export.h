// SPDX-License-Identifier: MIT
// `fovea export`: the picture of a view as a PNG file, without any display.
#ifndef FOVEA_APP_EXPORT_H
#define FOVEA_APP_EXPORT_H

#include "app/viewer.h"

// Draws the viewer's view into a width x height picture and writes it. `decorate` adds title, colour bar and
// a scale of pixels. The view's camera keeps its viewport.
enum status export_picture(struct viewer *viewer, const char *path, int width, int height, bool decorate,
                           float scale, struct error *error);

// argv[0] is "export". Returns the exit code.
int export_main(int argc, char **argv);

#endif
