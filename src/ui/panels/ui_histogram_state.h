// SPDX-License-Identifier: MIT
// Inside the ui layer: what the histogram keeps from frame to frame.
#ifndef FOVEA_UI_PANELS_UI_HISTOGRAM_STATE_H
#define FOVEA_UI_PANELS_UI_HISTOGRAM_STATE_H

#include "image/histogram.h"
#include "image/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UI_MAX_BINS = 1024 };

// The values from the left end of the histogram to its right end.
struct histogram_axis {
    bool logarithmic;
    double low, high;
};

// Where most values of a histogram are.
struct histogram_bulk {
    const struct histogram *source; // of which it was found, and which state of that
    uint64_t serial;
    bool any; // there are values
    double low, least, high;
};

// The bars: the counts of a histogram along an axis, kept until one of the two changes.
struct histogram_bars {
    const struct histogram *source; // what they were counted for
    uint64_t serial;
    struct histogram_axis axis;
    size_t wanted, count;
    double first, step; // bar i covers first + i * step ... of the value, or of its logarithm
    double counts[UI_MAX_BINS];
    double peak;
};

// What is being dragged.
struct histogram_drag {
    enum { DRAG_NONE, DRAG_LOW, DRAG_HIGH, DRAG_BOTH } what;
    double at; // axis position of the mouse at the start
    struct limits limits;
};

struct ui_histogram {
    struct histogram_axis axis;
    bool own_axis; // set by the wheel; else it follows data and limits
    bool waits;    // it is not where it will be once the mouse lets go of the picture
    struct histogram_bulk bulk;
    bool whole; // floats that are whole numbers, in the histogram of this serial
    uint64_t looked_at;
    struct histogram_bars bars;
    struct histogram_drag drag;
};

#endif
