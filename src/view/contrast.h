// SPDX-License-Identifier: MIT
// The contrast of the picture: limits, how they are found, and the transfer function between them.
#ifndef FOVEA_VIEW_CONTRAST_H
#define FOVEA_VIEW_CONTRAST_H

#include "image/limits.h"
#include "view/transfer.h"

struct contrast {
    struct limits limits;
    struct limits_rule rule; // of the last automatic setting, used again for the next data set
    bool automatic;          // false once limits were set by hand
    bool visible_only;       // automatic limits from what is in view, not the whole image
    bool follow;             // new automatic limits for every frame, else they hold within a data set
    bool keep;               // keep the limits for other data sets too
    struct transfer transfer;
};

struct contrast contrast_default(void);

// Sets limits by hand (swapped if reversed, widened if equal); clears automatic. Non-finite values are
// refused: false.
bool contrast_set_limits(struct contrast *contrast, double low, double high);
bool contrast_set_low(struct contrast *contrast, double low);   // keeps high; pushes it up if needed
bool contrast_set_high(struct contrast *contrast, double high); // keeps low; pushes it down if needed

// A drag as in DS9, from the limits at the drag's start: dx and dy as fractions of the viewport (right and
// down positive). Horizontal moves the centre by dx * width of the interval (dragging right brightens: limits
// go down), vertical changes the width by the factor 4^(dy * 2) (dragging down widens). Clears automatic.
void contrast_drag(struct contrast *contrast, const struct limits *start, double dx, double dy);

#endif
