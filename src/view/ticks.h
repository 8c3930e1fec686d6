// SPDX-License-Identifier: MIT
// Round values along a scale of colours, with labels that do not collide: pure arithmetic.
#ifndef FOVEA_VIEW_TICKS_H
#define FOVEA_VIEW_TICKS_H

#include "image/histogram.h"
#include "view/transfer.h"

struct tick {
    double value;
    double position; // t in [0, 1] along the colours
    char label[32];  // "" for a minor tick
};

enum { TICKS_MAX = 192 };

// What is asked for. All borrowed for the call.
struct tick_scale {
    struct limits limits; // low < high, both finite
    struct transfer transfer;
    const struct histogram *histogram; // for equalize; NULL = linear instead
    double gap;                        // the least distance of two labels, as a share of the scale; above 0
};

// Finds the ticks in ascending order of value, at most TICKS_MAX, and returns how many. Labelled ticks are at
// least `gap` apart. Linear scales get equal steps of 1, 2 or 5 times a power of ten; log scales get decades,
// with minor ticks at the multiples between them; the others the roundest values that fit. Thread-safety:
// pure.
size_t ticks_find(const struct tick_scale *scale, struct tick ticks[TICKS_MAX]);

// The position t of a value on the scale, clamped to [0, 1].
double tick_position(const struct tick_scale *scale, double value);

// 1, 2 or 5 times a power of ten: the smallest such that steps of it cut [low, high] into at most `most` (>=
// 1) parts.
double tick_step(double low, double high, int most);

// `value` with just the digits that tell it from its neighbours at `step`: plain ("0.25", "1000000.5") or,
// from 1e5 on and below 1e-4, as "1.5e6" when that is shorter. `size` of 32 suffices. Returns `buffer`.
char *tick_format(double value, double step, char *buffer, size_t size);

#endif
