// SPDX-License-Identifier: MIT
// Text at exact places and sizes, and gradients, for the files that draw the overlay.
#ifndef FOVEA_RENDER_OVERLAY_INTERNAL_H
#define FOVEA_RENDER_OVERLAY_INTERNAL_H

#include "render/overlay.h"

// The size in whole pixels per em of `points` at a text scale.
int overlay_text_size(float points, float scale);
// The width in pixels of `bytes` bytes of UTF-8.
int overlay_measure(struct overlay *overlay, const char *text, size_t bytes, int size);
// Adds the text with the pen starting at x on the baseline.
void overlay_write(struct overlay *overlay, const char *text, size_t bytes, int x, int baseline, int size,
                   const unsigned char rgb[3]);

// A rectangle whose rows of pixels, from the top, have these colours.
void overlay_rows(struct overlay *overlay, int x, int y, int width, const unsigned char (*rgb)[3],
                  size_t rows);

#endif
