// SPDX-License-Identifier: MIT
// The colour bar beside an image as a control: what its ends and the bar do to the contrast limits when they
// are dragged. Pure arithmetic.
#ifndef FOVEA_VIEW_GUTTER_H
#define FOVEA_VIEW_GUTTER_H

#include "view/transfer.h"

enum gutter_part { GUTTER_NOTHING, GUTTER_LOW, GUTTER_HIGH, GUTTER_BAR };

// The limits after `part` was dragged by `up`, a share of the bar's height, from where it was with `start`.
// An end follows the mouse along the scale, beyond the bar as if that were mirrored there; the bar moves
// both, keeping their distance. What is moved is round to what `pixels`, the bar's height, can tell apart.
// False if the limits would cross, or nothing would change.
bool gutter_drag(const struct limits *start, const struct transfer *transfer, enum gutter_part part,
                 double up, int pixels, struct limits *moved);

// The limits `steps` of the wheel nearer to each other (positive) or farther apart, about their middle. False
// if they cannot be.
bool gutter_zoom(const struct limits *limits, double steps, int pixels, struct limits *moved);

#endif
