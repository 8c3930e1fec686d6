// SPDX-License-Identifier: MIT
// Inside the ui layer: the texture of all fonts and icons, which grows by the characters that texts need.
//
// Letters are Inter's; what it lacks comes from DejaVu Sans or a font of the system.
#ifndef FOVEA_UI_BASE_UI_FONTS_H
#define FOVEA_UI_BASE_UI_FONTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UI_MAX_FACES = 8, UI_MAX_EXTRA_GLYPHS = 3000, UI_KNOWN_BYTES = 0x10000 / 8 };

// A font file in memory, and the characters taken from it beyond those that are always there.
struct ui_face {
    char path[512]; // "" = an embedded one
    int face;
    const void *data;
    size_t bytes;
    uint16_t *codes; // ascending once built
    size_t count, capacity;
};

// Zero-initialise.
struct ui_fonts {
    struct ui_face faces[UI_MAX_FACES]; // Inter, DejaVu Sans, then the system's
    size_t count;
    size_t extra;                  // characters beyond those that are always there
    uint8_t known[UI_KNOWN_BYTES]; // a bit per code point that was looked at
    bool stale;                    // something was added since the texture was made
    bool large;                    // UI_B28 is there
};

// Notes the characters of a text; cheap for those seen before.
void ui_fonts_need(struct ui_fonts *fonts, const char *utf8);
// Whether the font of the start page is wanted, from the next ui_fonts_update on.
void ui_fonts_want_large(struct ui_fonts *fonts, bool large);
// Makes the texture again if anything was added or `always`; true if it did. GL.
bool ui_fonts_update(struct ui_fonts *fonts, float scale, bool always);
void ui_fonts_finish(struct ui_fonts *fonts);

#endif
