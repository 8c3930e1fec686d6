// SPDX-License-Identifier: MIT
// Inside the ui layer: the font texture, which grows by the characters that texts need.
#ifndef FOVEA_UI_BASE_UI_FONTS_H
#define FOVEA_UI_BASE_UI_FONTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UI_MAX_FONTS = 8, UI_MAX_EXTRA_GLYPHS = 3000, UI_KNOWN_BYTES = 0x10000 / 8 };

// A mapped font file and the extra characters taken from it.
struct ui_font {
    char path[512]; // "" = the embedded font
    int face;
    const void *data;
    size_t bytes;
    uint16_t *codes; // ascending once built
    size_t count, capacity;
};

// Zero-initialise.
struct ui_fonts {
    struct ui_font fonts[UI_MAX_FONTS]; // the first is the embedded one
    size_t count;
    size_t extra;                  // glyphs beyond the base set
    uint8_t known[UI_KNOWN_BYTES]; // a bit per code point that was looked at
    bool stale;                    // glyphs were added since the texture was made
};

// Notes the characters of a text; cheap for those seen before.
void ui_fonts_need(struct ui_fonts *fonts, const char *utf8);
// Makes the texture again if anything was added or `always`; true if it did. GL.
bool ui_fonts_update(struct ui_fonts *fonts, float pixels, bool always);
void ui_fonts_finish(struct ui_fonts *fonts);

#endif
