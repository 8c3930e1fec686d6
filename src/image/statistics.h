// SPDX-License-Identifier: MIT
// Minimum, maximum, mean and deviation of the pixels that count, and the number of those that do not.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_IMAGE_STATISTICS_H
#define FOVEA_IMAGE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Zero-initialise. Population deviation (divided by N). mean and m2 are merged by Chan's formula, so large
// offsets do not spoil the deviation.
struct statistics {
    double min, max; // of the valid pixels; meaningless while valid == 0
    double mean;
    double m2;     // sum of squared differences from the mean
    int64_t valid; // pixels that are finite and not masked
    int64_t nan, inf;
    int64_t masked; // pixels with any mask bit, whatever their value; never counted in the others
};

// Adds `count` values. `mask` may be NULL; else a nonzero byte marks a masked pixel. On return, when `valid`
// is not NULL, valid[i] is 1 for each pixel that counted and 0 for the others. Returns the number that
// counted.
size_t statistics_add(struct statistics *statistics, const double *values, const uint8_t *mask, size_t count,
                      uint8_t *valid);
void statistics_merge(struct statistics *statistics, const struct statistics *other);
double statistics_deviation(const struct statistics *statistics);

// The two steps of statistics_add, for callers that go on with the values that count. Best for some hundred
// to some thousand values at a time, which stay in the first cache between the passes.
//
// The statistics of values that all count. Returns false and leaves *of alone if there is none or if one of
// them is NaN or Inf (or, for doubles, if their sum overflows).
bool statistics_of_floats(const float *values, size_t count, struct statistics *of);
bool statistics_of_doubles(const double *values, size_t count, struct statistics *of);
// Counts what does not count (masked, NaN, Inf) in `statistics`, and copies the other values to `kept` (room
// for `count`) in their order. `mask` may be NULL. Fills valid[] as statistics_add does. Returns the number
// of kept values.
size_t statistics_sift_floats(struct statistics *statistics, const float *values, const uint8_t *mask,
                              size_t count, uint8_t *valid, float *kept);
size_t statistics_sift_doubles(struct statistics *statistics, const double *values, const uint8_t *mask,
                               size_t count, uint8_t *valid, double *kept);

#endif
