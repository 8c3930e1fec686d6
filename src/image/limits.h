// SPDX-License-Identifier: MIT
// Automatic contrast limits from what the taps counted.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_IMAGE_LIMITS_H
#define FOVEA_IMAGE_LIMITS_H

#include "image/histogram.h"
#include "image/statistics.h"

// Contrast limits: `low` is shown as the first colour, `high` as the last; low < high always.
struct limits {
    double low, high;
    // What is added where a double cannot hold the extremes of 64-bit integers (2^60 + 1); else 0.
    double low_rest, high_rest;
};

enum limits_method { LIMITS_PERCENTILE, LIMITS_MINMAX, LIMITS_ZSCALE, LIMITS_SIGMA, LIMITS_METHOD_COUNT };

// A method with its parameters.
struct limits_rule {
    enum limits_method method;
    double low_percent, high_percent; // LIMITS_PERCENTILE; default 0.5 and 99.5
    double sigmas;                    // LIMITS_SIGMA: mean -+ sigmas * deviation; default 3
    double zscale_contrast;           // LIMITS_ZSCALE; default 0.25
};

// The defaults: percentile 0.5 to 99.5, 3 sigma, zscale contrast 0.25.
struct limits_rule limits_rule_default(void);
const char *limits_method_name(enum limits_method method); // "percentile", "minmax", "zscale", "sigma"
bool limits_method_by_name(const char *name, enum limits_method *method);
// "percentile:1:99", "minmax", "zscale:0.25", "sigma:3"; false if it is none of these.
bool limits_rule_parse(const char *text, struct limits_rule *rule);

// A regular sample of the valid pixels for zscale, in image order.
struct limits_sample {
    double *values;
    size_t count;
};

// Limits by the rule. Nothing counted gives {0, 1}. Where both percentiles are one value, as in sparse
// counts, `low` is that value and `high` the upper percentile of the values above it. An image of one value
// has it for `low`, so that it is dark. Limits of integers are at least 1 apart.
struct limits limits_compute(const struct limits_rule *rule, const struct histogram *histogram,
                             const struct statistics *statistics, const struct limits_sample *sample);

// IRAF/DS9 zscale (facts in astropy's ZScaleInterval): straight-line fit to the sorted sample with k-sigma
// clipping (krej 2.5, at most 5 iterations, rejected points grown by max(1, 1 %), at least max(5, n/2) good
// points), slope / contrast. The sample is not changed.
struct limits limits_zscale(const double *sample, size_t count, double contrast);

#endif
