// SPDX-License-Identifier: MIT
// Glyphs rasterised on demand into one coverage texture, for all sizes and all fonts in use.
#ifndef FOVEA_RENDER_GLYPHS_H
#define FOVEA_RENDER_GLYPHS_H

#include "gpu/texture.h"

#include <stdbool.h>
#include <stdint.h>

enum { GLYPH_MIN_SIZE = 4, GLYPH_MAX_SIZE = 160 }; // pixels per em

// Where a glyph lies in the texture and how it is set: its upper left corner goes to (pen + left, baseline -
// top). All in pixels. width is 0 for blanks.
struct glyph {
    int16_t u, v, width, height;
    int16_t left, top, advance;
};

// The cache. Opaque. Use on the thread of the GL context.
struct glyphs;

// Opens the embedded font. `gpu` is borrowed for the life of the cache. Fails when FreeType does
// (STATUS_UNSUPPORTED).
enum status glyphs_create(struct gpu *gpu, struct glyphs **result, struct error *error);
void glyphs_destroy(struct glyphs **address);

// The glyph of a code point at a size in whole pixels per em (clamped to the limits above), rasterised if
// need be: from the embedded font, else a system font, else a replacement box. Characters that act
// (utf8_acts) are blanks. False if the texture is full; then the glyph is blank but has its advance.
bool glyphs_find(struct glyphs *glyphs, uint32_t code, int size, struct glyph *glyph);

// The coverage texture with all glyphs found so far; places found before stay valid. NULL if the device
// refuses. Borrowed until the next call.
struct texture *glyphs_texture(struct glyphs *glyphs);

// To be called when nothing that was found is needed any more: forgets all glyphs when the texture is so full
// that the next batch might not find room.
void glyphs_batch_done(struct glyphs *glyphs);

#endif
