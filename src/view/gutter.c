// SPDX-License-Identifier: MIT
// Positions on the colour bar become limits.
#include "view/gutter.h"

#include "view/ticks.h"

#include <math.h>

static const double WHEEL_FACTOR = 0.9;

// The value at t on the scale; beyond the ends mirrored there, at most as far again.
static double value_at(const struct limits *limits, const struct transfer *transfer, double t)
{
    struct transfer used = *transfer;
    if (used.kind == TRANSFER_EQUALIZE)
        used.kind = TRANSFER_LINEAR;
    const struct transfer_curve curve = transfer_curve_for(&used, limits);
    const double range = limits->high - limits->low;
    if (t < 0)
        return limits->low - range * transfer_curve_invert(&curve, fmin(-t, 1));
    if (t > 1)
        return limits->high + range * (1 - transfer_curve_invert(&curve, fmax(2 - t, 0)));
    return limits->low + range * transfer_curve_invert(&curve, t);
}

static double rounded(const struct limits *limits, int pixels, double value)
{
    const double step = tick_step(limits->low, limits->high, pixels > 1 ? pixels : 1);
    return round(value / step) * step;
}

static bool is_valid(const struct limits *before, const struct limits *moved)
{
    return isfinite(moved->low) && isfinite(moved->high) && moved->low < moved->high &&
           (moved->low != before->low || moved->high != before->high);
}

bool gutter_drag(const struct limits *start, const struct transfer *transfer, enum gutter_part part,
                 double up, int pixels, struct limits *moved)
{
    const double shift = rounded(start, pixels, up * (start->high - start->low));
    *moved = *start;
    if (part == GUTTER_LOW)
        moved->low = rounded(start, pixels, value_at(start, transfer, up));
    else if (part == GUTTER_HIGH)
        moved->high = rounded(start, pixels, value_at(start, transfer, 1 + up));
    else if (part == GUTTER_BAR)
        *moved = (struct limits){start->low + shift, start->high + shift};
    return is_valid(start, moved);
}

bool gutter_zoom(const struct limits *limits, double steps, int pixels, struct limits *moved)
{
    const double half = limits->high / 2 - limits->low / 2, middle = limits->low + half;
    const double distance = half * pow(WHEEL_FACTOR, steps);
    moved->low = rounded(limits, pixels, middle - distance);
    moved->high = rounded(limits, pixels, middle + distance);
    return is_valid(limits, moved);
}
