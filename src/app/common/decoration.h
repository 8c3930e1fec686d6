// SPDX-License-Identifier: MIT
// What an exported picture has around the data: title, colour bar and a scale, in margins of their own.
#ifndef FOVEA_APP_DECORATION_H
#define FOVEA_APP_DECORATION_H

#include "session/desk.h"

// All in pixels of the picture. Zero: no decoration, the picture is the data's area.
struct decoration {
    int top, right, bottom; // the margins; there is none at the left
    int least_width;        // of the whole picture, that the title needs
    int least_height;       // of the area between title and scale, that the colour bar needs
    char title[512];        // cut to what fits
};

// What the shown image needs beside an area of `height` pixels for the data, at a text scale.
struct decoration decoration_of(struct pane *pane, int height, float scale);

// Adds it to the pane's overlay, for a picture of width x height with the data's area at `area`. The view's
// camera is that of the area.
void decoration_draw(struct pane *pane, const struct decoration *decoration, int width, int height,
                     struct rect area, float scale);

#endif
