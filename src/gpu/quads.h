// SPDX-License-Identifier: MIT
// Coloured and glyph rectangles, lines and triangles over the picture, gathered and drawn in one call.
#ifndef FOVEA_GPU_QUADS_H
#define FOVEA_GPU_QUADS_H

#include "gpu/texture.h"

// A batch of rectangles. Opaque. Coordinates are screen pixels of the bound target, (0, 0) upper left, y
// down.
struct quads;

enum status quads_create(struct gpu *gpu, struct quads **result, struct error *error);
void quads_destroy(struct quads **address);

// Forgets what was gathered.
void quads_clear(struct quads *quads);
// A filled rectangle, colour with alpha (not premultiplied).
void quads_rect(struct quads *quads, float x, float y, float width, float height,
                const unsigned char rgba[4]);
// Filled with the opaque colours rgb[0] to rgb[rows - 1], one for each row of pixels from the top. y is a
// whole number.
void quads_rows(struct quads *quads, float x, float y, float width, const unsigned char (*rgb)[3],
                size_t rows);
// A straight line of that width between two points.
void quads_line(struct quads *quads, float x1, float y1, float x2, float y2, float width,
                const unsigned char rgba[4]);
// A part (u, v, width, height in texels) of the coverage texture (TEXTURE_R8) set by quads_glyphs, tinted.
void quads_glyph(struct quads *quads, float x, float y, float width, float height, float u, float v,
                 const unsigned char rgba[4]);
// The coverage texture that glyphs come from; borrowed until changed.
void quads_glyphs(struct quads *quads, struct texture *coverage);
// Draws everything gathered, blended over the viewport of the given size, in the order it was added. (x, y)
// is the screen pixel in its upper left corner: 0, 0 unless the viewport is a part of a larger drawing.
void quads_draw(struct quads *quads, int x, int y, int width, int height);

#endif
