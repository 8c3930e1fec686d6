// SPDX-License-Identifier: MIT
// Finding fonts: the embedded one first, the system's through fontconfig for characters it lacks.
#ifndef FOVEA_RENDER_FONT_H
#define FOVEA_RENDER_FONT_H

#include "base/text.h"

#include <stddef.h>

// The embedded DejaVu Sans (TrueType), for the whole run of the program.
const unsigned char *font_embedded(size_t *bytes);
// True if the embedded font has the character.
bool font_embedded_has(uint32_t code);
// A system font file that has the character (fontconfig is started on the first call, which costs some 10
// ms): `path` (size bytes) and the face index in a collection. False if there is none.
bool font_find(uint32_t code, char *path, size_t size, int *face_index);

#endif
