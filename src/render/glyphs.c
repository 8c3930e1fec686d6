// SPDX-License-Identifier: MIT
// Glyphs rasterised on demand into one coverage texture, packed in shelves from the top down.
#include "render/glyphs.h"

#include "base/output.h"
#include "base/text.h"
#include "render/font.h"

#include <ft2build.h>
#include <stdlib.h>
#include <string.h>
#include FT_FREETYPE_H

enum {
    FIRST_SIDE = 256,
    LAST_SIDE = 1024,
    MAX_SHELVES = 256,
    MAX_FACES = 9, // the embedded one and eight of the system's
    FIRST_SLOTS = 256,
    SHELF_STEP = 4, // shelf heights are multiples of this so that sizes share them
};

struct shelf {
    int y, height, used; // used: columns taken from the left
};

struct slot {
    uint64_t key; // 0 = free
    struct glyph glyph;
};

struct face {
    FT_Face face;
    char *path; // NULL for the embedded font
    int index;
    int size; // pixels per em that it is set to
};

struct glyphs {
    struct gpu *gpu;
    FT_Library library;
    struct face faces[MAX_FACES];
    int face_count;

    unsigned char *pixels; // side x side, what the texture holds or will hold
    int side;
    struct shelf shelves[MAX_SHELVES];
    int shelf_count;
    int dirty_from, dirty_to; // rows to upload
    struct texture *texture;

    struct slot *slots; // open addressing, a power of two, at most half full
    size_t slot_count, slots_used;
};

static uint64_t key_of(uint32_t code, int size)
{
    return (uint64_t)code << 16 | (uint64_t)size; // size > 0, so never 0
}

static struct slot *slot_for(const struct glyphs *glyphs, uint64_t key)
{
    const uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 32) & (glyphs->slot_count - 1);
    while (glyphs->slots[i].key != 0 && glyphs->slots[i].key != key)
        i = (i + 1) & (glyphs->slot_count - 1);
    return &glyphs->slots[i];
}

static void slots_grow(struct glyphs *glyphs)
{
    struct slot *old = glyphs->slots;
    const size_t count = glyphs->slot_count;
    glyphs->slot_count = count ? count * 2 : FIRST_SLOTS;
    glyphs->slots = must_alloc(glyphs->slot_count * sizeof *glyphs->slots);
    for (size_t i = 0; i < count; i++) {
        if (old[i].key != 0)
            *slot_for(glyphs, old[i].key) = old[i];
    }
    free(old);
}

static void remember(struct glyphs *glyphs, uint64_t key, const struct glyph *glyph)
{
    if (2 * (glyphs->slots_used + 1) > glyphs->slot_count)
        slots_grow(glyphs);
    *slot_for(glyphs, key) = (struct slot){.key = key, .glyph = *glyph};
    glyphs->slots_used++;
}

static void forget_all(struct glyphs *glyphs)
{
    memset(glyphs->slots, 0, glyphs->slot_count * sizeof *glyphs->slots);
    glyphs->slots_used = 0;
    glyphs->shelf_count = 0;
    glyphs->dirty_from = glyphs->dirty_to = 0;
}

enum status glyphs_create(struct gpu *gpu, struct glyphs **result, struct error *error)
{
    size_t bytes;
    const unsigned char *data = font_embedded(&bytes);
    struct glyphs *glyphs = must_alloc(sizeof *glyphs);
    glyphs->gpu = gpu;
    if (FT_Init_FreeType(&glyphs->library) != 0) {
        free(glyphs);
        return error_set(error, STATUS_UNSUPPORTED, "FreeType could not be started, so there is no text");
    }
    if (FT_New_Memory_Face(glyphs->library, data, (FT_Long)bytes, 0, &glyphs->faces[0].face) != 0) {
        FT_Done_FreeType(glyphs->library);
        free(glyphs);
        return error_set(error, STATUS_UNSUPPORTED, "the built-in font cannot be read, so there is no text");
    }
    glyphs->face_count = 1;
    glyphs->side = FIRST_SIDE;
    glyphs->pixels = must_alloc((size_t)FIRST_SIDE * FIRST_SIDE);
    slots_grow(glyphs);
    *result = glyphs;
    return STATUS_OK;
}

void glyphs_destroy(struct glyphs **address)
{
    struct glyphs *glyphs = *address;
    if (!glyphs)
        return;
    texture_destroy(&glyphs->texture);
    FT_Done_FreeType(glyphs->library); // closes all faces
    for (int i = 0; i < glyphs->face_count; i++)
        free(glyphs->faces[i].path);
    free(glyphs->slots);
    free(glyphs->pixels);
    free(glyphs);
    *address = NULL;
}

// -- fonts

// The open face of that file, opened now if there is room; NULL if it cannot be.
static struct face *face_open(struct glyphs *glyphs, const char *path, int index)
{
    for (int i = 1; i < glyphs->face_count; i++) {
        if (glyphs->faces[i].index == index && strcmp(glyphs->faces[i].path, path) == 0)
            return &glyphs->faces[i];
    }
    if (glyphs->face_count == MAX_FACES)
        return NULL;
    struct face *face = &glyphs->faces[glyphs->face_count];
    if (FT_New_Face(glyphs->library, path, index, &face->face) != 0)
        return NULL;
    face->path = must_copy(path);
    face->index = index;
    face->size = 0;
    glyphs->face_count++;
    return face;
}

// The face that has the character, and its glyph index; the embedded font's replacement box (glyph 0) when
// none has.
static struct face *face_for(struct glyphs *glyphs, uint32_t code, FT_UInt *index)
{
    for (int i = 0; i < glyphs->face_count; i++) {
        *index = FT_Get_Char_Index(glyphs->faces[i].face, code);
        if (*index != 0)
            return &glyphs->faces[i];
    }
    char path[1024];
    int face_index;
    struct face *face = NULL;
    if (font_find(code, path, sizeof path, &face_index))
        face = face_open(glyphs, path, face_index);
    *index = face ? FT_Get_Char_Index(face->face, code) : 0;
    return *index != 0 ? face : &glyphs->faces[0];
}

// Renders into the face's glyph slot; false if the font cannot do it in plain coverage.
static bool rasterise(struct face *face, FT_UInt index, int size)
{
    if (face->size != size && FT_Set_Pixel_Sizes(face->face, 0, (FT_UInt)size) != 0)
        return false;
    face->size = size;
    return FT_Load_Glyph(face->face, index, FT_LOAD_RENDER) == 0 &&
           face->face->glyph->bitmap.pixel_mode == FT_PIXEL_MODE_GRAY;
}

// -- packing

// Takes `width` x `height` texels from a shelf that fits well, else from a new one.
static bool place_in_shelves(struct glyphs *glyphs, int width, int height, struct glyph *glyph)
{
    const int rounded = (height + SHELF_STEP - 1) / SHELF_STEP * SHELF_STEP;
    struct shelf *found = NULL;
    int bottom = 0;
    for (int i = 0; i < glyphs->shelf_count; i++) {
        struct shelf *shelf = &glyphs->shelves[i];
        if (!found && shelf->height == rounded && shelf->used + width <= glyphs->side)
            found = shelf;
        bottom = shelf->y + shelf->height;
    }
    if (!found) {
        if (glyphs->shelf_count == MAX_SHELVES || bottom + rounded > glyphs->side || width > glyphs->side)
            return false;
        found = &glyphs->shelves[glyphs->shelf_count++];
        *found = (struct shelf){.y = bottom, .height = rounded};
    }
    glyph->u = (int16_t)found->used;
    glyph->v = (int16_t)found->y;
    found->used += width;
    return true;
}

// Doubles the side; what is there keeps its place.
static bool grow(struct glyphs *glyphs)
{
    const int side = glyphs->side * 2;
    if (side > LAST_SIDE || side > gpu_max_texture_side(glyphs->gpu))
        return false;
    unsigned char *pixels = must_alloc((size_t)side * (size_t)side);
    for (int row = 0; row < glyphs->side; row++)
        memcpy(pixels + (size_t)row * (size_t)side, glyphs->pixels + (size_t)row * (size_t)glyphs->side,
               (size_t)glyphs->side);
    free(glyphs->pixels);
    glyphs->pixels = pixels;
    glyphs->side = side;
    return true;
}

static bool place(struct glyphs *glyphs, int width, int height, struct glyph *glyph)
{
    while (!place_in_shelves(glyphs, width, height, glyph)) {
        if (!grow(glyphs))
            return false;
    }
    return true;
}

static void copy_bitmap(struct glyphs *glyphs, const FT_Bitmap *bitmap, const struct glyph *glyph)
{
    for (int row = 0; row < glyph->height; row++)
        memcpy(glyphs->pixels + (size_t)(glyph->v + row) * (size_t)glyphs->side + glyph->u,
               bitmap->buffer + (ptrdiff_t)row * bitmap->pitch, (size_t)glyph->width);
    if (glyphs->dirty_from == glyphs->dirty_to) {
        glyphs->dirty_from = glyph->v;
        glyphs->dirty_to = glyph->v + glyph->height;
        return;
    }
    if (glyph->v < glyphs->dirty_from)
        glyphs->dirty_from = glyph->v;
    if (glyph->v + glyph->height > glyphs->dirty_to)
        glyphs->dirty_to = glyph->v + glyph->height;
}

// Fills in a glyph from the rasterised slot of a face; false if the texture has no room.
static bool store(struct glyphs *glyphs, const FT_GlyphSlotRec *rendered, struct glyph *glyph)
{
    const FT_Bitmap *bitmap = &rendered->bitmap;
    const int width = (int)bitmap->width, height = (int)bitmap->rows;
    *glyph = (struct glyph){.advance = (int16_t)((rendered->advance.x + 32) >> 6)};
    if (width == 0 || height == 0)
        return true;
    if (width > LAST_SIDE || height > LAST_SIDE || !place(glyphs, width, height, glyph))
        return false;
    glyph->width = (int16_t)width;
    glyph->height = (int16_t)height;
    glyph->left = (int16_t)rendered->bitmap_left;
    glyph->top = (int16_t)rendered->bitmap_top;
    copy_bitmap(glyphs, bitmap, glyph);
    return true;
}

// -- the cache

bool glyphs_find(struct glyphs *glyphs, uint32_t code, int size, struct glyph *glyph)
{
    if (utf8_acts(code))
        code = ' ';
    size = size < GLYPH_MIN_SIZE ? GLYPH_MIN_SIZE : size > GLYPH_MAX_SIZE ? GLYPH_MAX_SIZE : size;
    const uint64_t key = key_of(code, size);
    const struct slot *slot = slot_for(glyphs, key);
    if (slot->key == key) {
        *glyph = slot->glyph;
        return true;
    }
    FT_UInt index;
    struct face *face = face_for(glyphs, code, &index);
    if (!rasterise(face, index, size)) {
        face = &glyphs->faces[0];
        if (!rasterise(face, 0, size)) {
            *glyph = (struct glyph){0};
            return false;
        }
    }
    const bool stored = store(glyphs, face->face->glyph, glyph);
    if (stored)
        remember(glyphs, key, glyph);
    return stored;
}

// Makes the texture as large as the pixels are.
static bool texture_fit(struct glyphs *glyphs)
{
    if (glyphs->texture && texture_width(glyphs->texture) == glyphs->side)
        return true;
    struct error error = {0};
    texture_destroy(&glyphs->texture);
    if (texture_create(glyphs->gpu, TEXTURE_R8, glyphs->side, glyphs->side, "glyphs", &glyphs->texture,
                       &error) != STATUS_OK) {
        output_sentence("text: %s", error.text);
        return false;
    }
    glyphs->dirty_from = 0;
    glyphs->dirty_to = glyphs->side;
    return true;
}

struct texture *glyphs_texture(struct glyphs *glyphs)
{
    if (!texture_fit(glyphs))
        return NULL;
    if (glyphs->dirty_from < glyphs->dirty_to) {
        const size_t side = (size_t)glyphs->side;
        texture_upload(glyphs->texture, 0, glyphs->dirty_from, glyphs->side,
                       glyphs->dirty_to - glyphs->dirty_from,
                       glyphs->pixels + (size_t)glyphs->dirty_from * side, side);
    }
    glyphs->dirty_from = glyphs->dirty_to = 0;
    return glyphs->texture;
}

void glyphs_batch_done(struct glyphs *glyphs)
{
    if (glyphs->shelf_count == 0 || glyphs->side < LAST_SIDE)
        return;
    const struct shelf *last = &glyphs->shelves[glyphs->shelf_count - 1];
    if (last->y + last->height > LAST_SIDE / 2)
        forget_all(glyphs);
}
