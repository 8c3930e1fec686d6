// SPDX-License-Identifier: MIT
// Finding fonts: the embedded one first, the system's through fontconfig for characters it lacks.
#include "render/font.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include <stdio.h>
#include <string.h>
#include FT_FREETYPE_H

extern const unsigned char embedded_DejaVuSans_ttf[];
extern const unsigned char embedded_DejaVuSans_ttf_end[];

const unsigned char *font_embedded(size_t *bytes)
{
    *bytes = (size_t)(embedded_DejaVuSans_ttf_end - embedded_DejaVuSans_ttf);
    return embedded_DejaVuSans_ttf;
}

bool font_embedded_has(uint32_t code)
{
    if (code >= 0x20 && code < 0x7f) // most text; spare the font its opening
        return true;
    size_t bytes;
    const unsigned char *data = font_embedded(&bytes);
    FT_Library library;
    FT_Face face;
    bool has = false;
    if (FT_Init_FreeType(&library) != 0)
        return false;
    if (FT_New_Memory_Face(library, data, (FT_Long)bytes, 0, &face) == 0)
        has = FT_Get_Char_Index(face, code) != 0;
    FT_Done_FreeType(library); // closes the face as well
    return has;
}

// A pattern that asks for an upright, scalable, one-colour sans serif face with the character.
static FcPattern *pattern_for(uint32_t code)
{
    FcPattern *pattern = FcPatternCreate();
    FcCharSet *characters = FcCharSetCreate();
    FcCharSetAddChar(characters, code);
    FcPatternAddCharSet(pattern, FC_CHARSET, characters);
    FcCharSetDestroy(characters);
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)"sans-serif");
    FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
    FcPatternAddBool(pattern, FC_COLOR, FcFalse);
    FcConfigSubstitute(NULL, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    return pattern;
}

// fontconfig answers with the nearest font even if that lacks the character.
static bool matches(const FcPattern *font, uint32_t code)
{
    FcCharSet *characters;
    FcBool colour = FcFalse;
    if (FcPatternGetBool(font, FC_COLOR, 0, &colour) == FcResultMatch && colour)
        return false;
    return FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) == FcResultMatch &&
           FcCharSetHasChar(characters, code);
}

bool font_find(uint32_t code, char *path, size_t size, int *face_index)
{
    FcPattern *pattern = pattern_for(code);
    FcResult result;
    FcPattern *font = FcFontMatch(NULL, pattern, &result);
    FcPatternDestroy(pattern);
    if (!font)
        return false;
    FcChar8 *file;
    int index = 0;
    bool found = matches(font, code) && FcPatternGetString(font, FC_FILE, 0, &file) == FcResultMatch &&
                 strlen((const char *)file) < size;
    if (found) {
        FcPatternGetInteger(font, FC_INDEX, 0, &index);
        snprintf(path, size, "%s", (const char *)file);
        *face_index = index;
    }
    FcPatternDestroy(font);
    return found;
}
