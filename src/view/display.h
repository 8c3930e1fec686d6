// SPDX-License-Identifier: MIT
// What the picture looks like besides its contrast: colour map, special colours, mask layers, orientation of
// rows.
#ifndef FOVEA_VIEW_DISPLAY_H
#define FOVEA_VIEW_DISPLAY_H

#include "image/mask.h"
#include "image/reduce.h"

#include <stdbool.h>
#include <stdint.h>

// Values that have no place on the colour map.
enum special_value { SPECIAL_UNDER, SPECIAL_OVER, SPECIAL_INF, SPECIAL_NAN, SPECIAL_COUNT };
const char *special_value_name(enum special_value special); // "under", "over", "inf", "nan"

// Off: under and over take the first and last colour of the map; inf, of either sign because the colour table
// has one entry for both, is shown as over, NaN as the colour map's first colour.
struct special_colour {
    bool on;
    uint8_t rgb[3];
};

struct mask_style {
    bool visible;
    bool outline;  // only the border of the masked area, one screen pixel wide
    float opacity; // 0 to 1
    uint8_t rgb[3];
};

struct display {
    char colormap[48];
    bool reversed;
    struct special_colour special[SPECIAL_COUNT];
    bool mask_visible; // all layers at once
    struct mask_style mask[MASK_LAYER_COUNT];
    struct class_choice classes; // which classes count all the same; takes a new load
    enum reduce_mode reduce;
    bool smooth; // magnified pixels are interpolated instead of crisp
    uint8_t background[3];
};

// viridis, NaN and Inf on, under and over off, mask layers in distinct tints at 0.6 (gaps opaque), mean,
// crisp, dark gray.
struct display display_default(void);

// The tint of a mask byte as it goes to the GPU: the colour and opacity (0-255) of the lowest visible layer
// whose bit is set (not outline-only layers, unless `outline`), {0,0,0,0} when there is none.
void display_mask_tint(const struct display *display, uint8_t bits, bool outline, uint8_t rgba[4]);

#endif
