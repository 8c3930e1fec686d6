// SPDX-License-Identifier: MIT
// The arithmetic of the interface's size.
#include "view/interface_scale.h"

#include <math.h>

#define QUARTER    0.25
#define DPI_OF_ONE 96.0

static double rounded(double scale)
{
    const double quarters = floor(scale / QUARTER + 0.5) * QUARTER;
    return fmin(fmax(quarters, INTERFACE_SCALE_LEAST), INTERFACE_SCALE_MOST); // NaN is the least
}

double interface_scale(double asked, const struct scale_hints *hints)
{
    if (asked > 0)
        return rounded(asked);
    return rounded(fmax(fmax(hints->drawable, hints->dpi / DPI_OF_ONE), hints->toolkits));
}

double interface_scale_step(double scale, int steps)
{
    return rounded(rounded(scale) + steps * QUARTER);
}
