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
    bool outline;  // the border of the masked area, one screen pixel wide, instead of the area
    bool hatch;    // stripes on the masked area instead of the whole area; with `outline` both
    float opacity; // 0 to 1
    uint8_t rgb[3];
};

struct display {
    char colormap[48];
    bool reversed;     // as the user chose
    bool low_is_white; // of the shown frame, by its file (image/frame.h)
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

// True if the lowest value has the colour map's last colour: the user's choice, turned over for frames whose
// lowest value is white, so that with "gray" a picture looks as its file means it. The one place that knows.
bool display_is_reversed(const struct display *display);

// The parts of a masked area that have tints of their own.
enum mask_part {
    MASK_PART_AREA,   // between the stripes: layers that are neither hatched nor outlined
    MASK_PART_STRIPE, // on a stripe: hatched layers too
    MASK_PART_BORDER, // outlined layers, drawn over the others
    MASK_PART_COUNT
};

// The tint of a mask byte as it goes to the GPU: all visible layers of `bits` that are drawn in that part,
// laid over each other with the lowest layer on top. rgba[0..2] is the colour times the opacity rgba[3], all
// 0 to 1: what is shown is shown * (1 - rgba[3]) + rgb. All 0 when there is none.
void display_mask_tint(const struct display *display, uint8_t bits, enum mask_part part, float rgba[4]);

// Stripes go up to the right: screen pixel (column, row) of the viewport is on one if (column - row) modulo
// the period is less than the width.
enum { HATCH_PERIOD = 8, HATCH_WIDTH = 3 };

#endif
