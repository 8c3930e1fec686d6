// SPDX-License-Identifier: MIT
// A slow renderer in plain C and float64, against which tables, shaders and exported pictures are checked.
//
// It is written from the definitions in the headers (camera.h, transfer.h, display.h, reduce.h) and shares no
// code with the program, only its plain structs. It draws crisp pixels (display.smooth is ignored).
#ifndef FOVEA_TESTS_REFERENCE_RENDER_H
#define FOVEA_TESTS_REFERENCE_RENDER_H

#include "view/colormap.h"
#include "view/contrast.h"
#include "view/display.h"

#include <stdbool.h>
#include <stdint.h>

// An image with its mask. Both row-major without padding, row 0 first.
struct reference_image {
    int64_t width, height;
    const double *values; // the samples; NaN and Inf as they are. Float images: values that float32 holds
    const uint8_t *mask;  // bits of mask layers; NULL = no pixel is masked
};

// What equalisation needs of the counts. A GPU test passes histogram_cumulative as `share`.
struct reference_shares {
    double (*share)(const void *context,
                    double value); // of all counted pixels: those with values <= value, 0 to 1
    const void *context;
    double below_low; // the share of those below the low limit (below its bin, where bins are wider than a
                      // value)
};

struct reference_scene {
    const struct reference_image *image; // not used by reference_colour
    double matrix[6];                    // image -> screen, as camera_matrix gives it
    int viewport_width, viewport_height;
    int level;         // which level is drawn: 0 or a reduced one, by display.reduce
    bool float_pixels; // level 0 is kept as float32, so limits are rounded to float32 first (levels above 0
                       // always)
    const struct contrast *contrast;
    const struct display *display;
    const struct colormap *colormap;       // not reversed
    const struct reference_shares *shares; // for TRANSFER_EQUALIZE; NULL = linear
};

// One pixel of the screen.
struct reference_pixel {
    double rgb[3]; // 0 to 255, not rounded
    bool inside;   // it shows the image, not the background
    uint8_t bits;  // of the mask there
    double value;  // of the level's pixel
    int64_t x, y;  // the level's pixel
    // The distance, in pixels of the level and at most 0.5, of the sampled point from the nearest edge
    // between pixels. Where it is tiny a renderer with float32 coordinates may rightly take the neighbour.
    // With outlines it is the least of the point's own and its four neighbours'.
    double margin;
};

// The position on the colour map, t in [0, 1], of a value between the limits; by the formulas of transfer.h.
double reference_transfer(const struct transfer *transfer, double low, double high, double value,
                          const struct reference_shares *shares);

// The colour of a value without mask, not rounded. `float_pixels` says how its texture holds it.
void reference_colour(const struct reference_scene *scene, double value, bool float_pixels, double rgb[3]);

// Renders the viewport: viewport_width * viewport_height pixels, row-major, the upper row first.
//
// Each pixel's centre is taken back to the image. Its level pixel's value is coloured; then the mask is mixed
// in: each visible layer with a bit there that is neither outlined nor hatched, from the highest to the
// lowest, colour * (1 - a) + tint * a with its opacity a. A hatched layer is among them where (column - row)
// of the screen's pixel, modulo 8, is less than 3. A level's mask pixel has all the bits of the pixels it
// covers. A visible outlined layer has its border where the layer's bit is set but is not set one screen
// pixel to the right, left, below or above (taken inside the image); borders are mixed in after all else, the
// lowest layer's last.
void reference_render(const struct reference_scene *scene, struct reference_pixel *pixels);

// The value of one pixel of a reduced level (or of level 0), by definition.
double reference_level_value(const struct reference_image *image, enum reduce_mode mode, int level, int64_t x,
                             int64_t y);

#endif
