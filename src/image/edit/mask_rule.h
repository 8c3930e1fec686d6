// SPDX-License-Identifier: MIT
// Masking by value: which pixels of a frame a rule selects.
#ifndef FOVEA_IMAGE_MASK_RULE_H
#define FOVEA_IMAGE_MASK_RULE_H

#include "image/edit/bitmap.h"
#include "image/mask.h"
#include "image/taps.h"

enum mask_rule_kind {
    MASK_RULE_BELOW,      // value < low
    MASK_RULE_ABOVE,      // value > high
    MASK_RULE_BETWEEN,    // low <= value <= high
    MASK_RULE_OUTSIDE,    // value < low or value > high (the contrast limits)
    MASK_RULE_EQUAL,      // value == low, compared exactly in the sample type
    MASK_RULE_NOT_FINITE, // NaN or infinite
    // value > median + sigmas * deviation, both over the window x window pixels around it (itself among
    // them), those that are masked, not finite or outside the image left out. The deviation is 1.4826 times
    // the median of the absolute differences from the median; for integer types at least sqrt(max(median,
    // 1)), as counts have. The median of an even number of values is the upper one of the middle two. Fewer
    // than 4 values select nothing.
    MASK_RULE_HOT,
    MASK_RULE_COUNT
};

// NaN satisfies no rule but NOT_FINITE. Comparisons are exact: limits that the sample type cannot hold are
// treated as the real numbers they are.
struct mask_rule {
    enum mask_rule_kind kind;
    double low, high;
    double sigmas; // MASK_RULE_HOT
    int window;    // MASK_RULE_HOT: odd, 3 to 31
};

const char *mask_rule_name(enum mask_rule_kind kind);
enum status mask_rule_check(const struct mask_rule *rule, struct error *error);
// Rows above and below a row that the rule looks at: 0, or window / 2 for MASK_RULE_HOT.
int64_t mask_rule_halo(const struct mask_rule *rule);

// Sets in `selected` (of the image's size) the pixels of rows [y, y + rows) that the rule selects. `band`
// holds at least these rows and their halo as far as the image reaches. `masked` (band.rows x band.width
// bytes, no padding, for the rows of the band; NULL = nothing) marks pixels that are left out: they are never
// selected. False, with nothing selected, if there is no memory. Thread-safety: distinct rows may be done
// from several threads.
bool mask_rule_band(const struct mask_rule *rule, const struct band *band, int64_t image_height, int64_t y,
                    int64_t rows, const uint8_t *masked, struct bitmap *selected);

#endif
