// SPDX-License-Identifier: MIT
// One bit a pixel: the form in which whole-image mask operations work, 64 pixels at a time.
//
// Operations that need a second plane take it from the caller or allocate one of the same size: at most 3
// planes of width x height / 8 bytes live at once. Rows run over up to two threads where the image is large.
#ifndef FOVEA_IMAGE_BITMAP_H
#define FOVEA_IMAGE_BITMAP_H

#include "base/status.h"
#include "image/frame.h"

// Bit x % 64 of words[y * stride + x / 64] is pixel (x, y); bits beyond the width are 0 always.
struct bitmap {
    int64_t width, height;
    int64_t stride; // words a row
    uint64_t *words;
};

enum status bitmap_create(int64_t width, int64_t height, struct bitmap **bitmap, struct error *error);
enum status bitmap_copy(const struct bitmap *bitmap, struct bitmap **copy, struct error *error);
void bitmap_destroy(struct bitmap **bitmap);

bool bitmap_at(const struct bitmap *bitmap, int64_t x, int64_t y);                  // false outside
void bitmap_set_span(struct bitmap *bitmap, int64_t y, int64_t begin, int64_t end); // inside the bitmap
// Sets the pixels of row y whose byte is not zero; `bytes` has as many as the bitmap is wide.
void bitmap_or_bytes(struct bitmap *bitmap, int64_t y, const uint8_t *bytes);
// 64 bytes as a word: bit i is set where (bytes[i] & bits) is not zero.
uint64_t bitmap_pack(const uint8_t bytes[64], uint8_t bits);
int64_t bitmap_count(const struct bitmap *bitmap);
// The smallest rectangle that holds all set pixels; empty if there is none.
struct rect bitmap_bounds(const struct bitmap *bitmap);

enum bitmap_combination { BITMAP_REPLACE, BITMAP_OR, BITMAP_AND, BITMAP_XOR, BITMAP_MINUS };
// target = target OP other; both of one size.
void bitmap_combine(struct bitmap *target, const struct bitmap *other, enum bitmap_combination how);
void bitmap_invert(struct bitmap *bitmap);

enum bitmap_neighbours { NEIGHBOURS_4 = 4, NEIGHBOURS_8 = 8 };
// Dilation and erosion, `steps` times with the 3 x 3 cross (4) or square (8). Outside the image nothing is
// set when growing and everything is set when shrinking, so that the border of the image erodes nothing
// (scipy.ndimage with border_value 0 and 1).
enum status bitmap_grow(struct bitmap *bitmap, enum bitmap_neighbours neighbours, int64_t steps,
                        struct error *error);
enum status bitmap_shrink(struct bitmap *bitmap, enum bitmap_neighbours neighbours, int64_t steps,
                          struct error *error);
// Sets every pixel that is not connected (4-neighbours) to the border of the image through unset pixels.
enum status bitmap_fill_holes(struct bitmap *bitmap, struct error *error);
// Clears connected regions of fewer than `smallest` pixels.
enum status bitmap_remove_specks(struct bitmap *bitmap, enum bitmap_neighbours neighbours, int64_t smallest,
                                 struct error *error);
// Keeps only the connected region that holds (x, y), which is inside the bitmap; nothing if that pixel is not
// set.
enum status bitmap_keep_region(struct bitmap *bitmap, int64_t x, int64_t y, enum bitmap_neighbours neighbours,
                               struct error *error);
// Sets the outer `pixels` rows and columns.
void bitmap_border(struct bitmap *bitmap, int64_t pixels);
// Mirrors in place.
void bitmap_flip_horizontal(struct bitmap *bitmap);
void bitmap_flip_vertical(struct bitmap *bitmap);
// A new bitmap turned by `quarters` * 90 degrees clockwise (row 0 above); width and height change places for
// odd ones.
enum status bitmap_turn(const struct bitmap *bitmap, int quarters, struct bitmap **turned,
                        struct error *error);
// Adds the image of the set pixels mirrored at the vertical line x = axis_x and/or the horizontal line y =
// axis_y (continuous coordinates, taken to the nearest half pixel; NAN = no such mirror), or, with both, also
// turned by 180 degrees about the point. What falls outside is left out.
enum status bitmap_mirror_copy(struct bitmap *bitmap, double axis_x, double axis_y, struct error *error);

#endif
