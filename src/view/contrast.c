// SPDX-License-Identifier: MIT
// Contrast limits set by hand and by dragging.
#include "view/contrast.h"

#include <math.h>

// Half the width that equal limits around `value` are given: half a count, or less near zero so that small
// numbers keep their meaning, and never so little that the limits are equal as float32.
static double least_half_width(double value)
{
    double size = fabs(value);
    if (size == 0.0)
        return 0.5;
    return fmax(fmin(0.5, size / 2.0), size * 1e-6);
}

struct contrast contrast_default(void)
{
    return (struct contrast){
        .limits = {0.0, 1.0},
        .rule = limits_rule_default(),
        .automatic = true,
        .transfer = transfer_default(),
    };
}

bool contrast_set_limits(struct contrast *contrast, double low, double high)
{
    if (!isfinite(low) || !isfinite(high))
        return false;
    if (low > high) {
        double swapped = low;
        low = high;
        high = swapped;
    }
    double half = least_half_width(low);
    if (low == high) {
        low -= half;
        high += half;
    }
    contrast->limits = (struct limits){low, high};
    contrast->automatic = false;
    return true;
}

bool contrast_set_low(struct contrast *contrast, double low)
{
    if (!isfinite(low))
        return false;
    double high = contrast->limits.high;
    return contrast_set_limits(contrast, low, low < high ? high : low + 2.0 * least_half_width(low));
}

bool contrast_set_high(struct contrast *contrast, double high)
{
    if (!isfinite(high))
        return false;
    double low = contrast->limits.low;
    return contrast_set_limits(contrast, low < high ? low : high - 2.0 * least_half_width(high), high);
}

void contrast_drag(struct contrast *contrast, const struct limits *start, double dx, double dy)
{
    // Halves first, so that limits near the end of the double range do not overflow.
    double half = start->high / 2.0 - start->low / 2.0;
    double center = start->low + half - dx * 2.0 * half;
    double new_half = fmax(half * exp2(4.0 * dy), fabs(center) * 1e-6);
    contrast_set_limits(contrast, center - new_half, center + new_half);
}
