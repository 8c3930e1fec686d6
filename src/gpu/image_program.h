// SPDX-License-Identifier: MIT
// Drawing of textures of raw samples through the colour table: the programs behind the picture.
#ifndef FOVEA_GPU_IMAGE_PROGRAM_H
#define FOVEA_GPU_IMAGE_PROGRAM_H

#include "gpu/texture.h"

// How a texture's samples turn into an index of the colour table (see image.frag.glsl).
enum image_class {
    IMAGE_DIRECT_UNSIGNED, // R8UI, R16UI
    IMAGE_DIRECT_SIGNED,   // R8I, R16I
    IMAGE_KEYED_UNSIGNED,  // R32UI
    IMAGE_KEYED_SIGNED,    // R32I
    IMAGE_KEYED_FLOAT,     // R32F, keys between the limits above 0
    IMAGE_YARDSTICK,       // RGBA8 shown as it is, for the benchmark
    IMAGE_SCALED_FLOAT,    // R32F times `scale`, keys of any sign
    IMAGE_CLAMPED_FLOAT,   // R32F as IMAGE_KEYED_FLOAT, base above 0; outside the limits the colours at their
                           // ends
    IMAGE_CLASS_COUNT
};

// Pattern: with stripes and borders.
enum image_mask_use { IMAGE_MASK_NONE, IMAGE_MASK_TINT, IMAGE_MASK_PATTERN, IMAGE_MASK_USE_COUNT };

enum { IMAGE_TINTS = 3 * 256 };

// A rectangle of texels, edges x0 < x1, y0 < y1.
struct image_rect {
    float x0, y0, x1, y1;
};

// One draw call. All pointers are borrowed.
struct image_draw {
    enum image_class image_class;
    enum image_mask_use mask_use;
    bool smooth;            // interpolate between pixels (direct and float classes)
    struct texture *pixels; // RGBA8 for the yardstick
    struct texture *mask;   // R8UI of the same size; NULL without mask
    struct table *colours;
    // IMAGE_TINTS texels, colours times opacity: for each of the 256 mask bytes the tint between stripes,
    // then on stripes, then on borders; NULL without mask.
    struct table *tints;
    float offset, low, high; // of the colour table
    float scale;             // IMAGE_SCALED_FLOAT
    int base, shift, entries, bias, low_int, high_int;
    float clip_from_texel[6]; // columns: x axis, y axis, origin
    // The viewport in the whole drawing, of which it may be a part, in pixels: half its size (2), its upper
    // left corner (2). Stripes are where (right - down) modulo 8 < 3.
    float viewport[4];
    // The texel at the centre of the drawing's upper left pixel (2), and how many texels further that of the
    // next pixel is, along the texture's rows and columns (2).
    float texel_grid[4];
    bool turned; // the texture's rows run down the screen
    const struct image_rect *rects;
    size_t rect_count;
};

// The compiled variants; each is compiled at its first use.
struct image_programs;

enum status image_programs_create(struct gpu *gpu, struct image_programs **programs, struct error *error);
void image_programs_destroy(struct image_programs **programs);

// Draws into the bound target. Fails only if a variant cannot be compiled.
enum status image_programs_draw(struct image_programs *programs, const struct image_draw *draw,
                                struct error *error);

// Copies a texture over the whole bound target, texel for pixel.
enum status image_programs_copy(struct image_programs *programs, struct texture *picture,
                                struct error *error);

#endif
