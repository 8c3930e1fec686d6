// SPDX-License-Identifier: MIT
// Counting of sample values in one pass, whatever their range.
//
// Types of up to 16 bits have one bin per value (exact). All others are counted by the top 20 bits of the
// order-preserving pattern of their float32 value (2048 bins per octave, relative width 1/2048 or less).
#ifndef FOVEA_IMAGE_HISTOGRAM_H
#define FOVEA_IMAGE_HISTOGRAM_H

#include "image/value_map.h"

// Opaque. Thread-safety: one thread at a time per histogram.
struct histogram;

// Aborts when out of memory (at most 4 MB, of which only the touched pages become resident).
struct histogram *histogram_create(enum sample_type type);
// For values that are stored by a map: counted and binned as they are stored (histogram_count_doubles takes
// them so), while all results and arguments of the other functions are true values.
struct histogram *histogram_create_mapped(enum sample_type type, const struct value_map *map);
void histogram_destroy(struct histogram **histogram);
struct histogram *histogram_copy(const struct histogram *histogram);
enum sample_type histogram_type(const struct histogram *histogram);

// Counts `count` values; valid may be NULL (all count) or holds a byte per value, nonzero = count it. The
// values are those of the histogram's sample type as doubles; NaN and Inf are never counted.
void histogram_add(struct histogram *histogram, const double *values, const uint8_t *valid, size_t count);

// The same for values that all count, for callers that have sifted them and know their extremes. Floats are
// for histograms of f16 and f32, doubles for those of all types but the integers of up to 16 bits.
void histogram_count_floats(struct histogram *histogram, const float *values, size_t count, double min,
                            double max);
void histogram_count_doubles(struct histogram *histogram, const double *values, size_t count, double min,
                             double max);
// The same for integers of up to 16 bits in their own type, aligned to it.
void histogram_count_small(struct histogram *histogram, const void *samples, size_t count);
// Counts a small value of such a type `count` times.
void histogram_count_value(struct histogram *histogram, uint8_t value, uint32_t count);
// The same for 32-bit integers, by their bits, for histograms of all wider integers of that signedness.
void histogram_count_integers(struct histogram *histogram, const uint32_t *samples, size_t count, double min,
                              double max);

// Adds the counts of `other`, of the same sample type, or of integers of up to 16 bits to wider ones without
// a map.
void histogram_merge(struct histogram *histogram, const struct histogram *other);
// Forgets what was counted; its memory stays for what comes.
void histogram_clear(struct histogram *histogram);

int64_t histogram_total(const struct histogram *histogram);

// The value below which `percent` (0 to 100) of the counted values lie. Linear interpolation between the two
// nearest ranks as numpy's default for integer types; interpolated inside the bin for the others, never
// outside the extremes that were counted. NaN when nothing was counted.
double histogram_percentile(const struct histogram *histogram, double percent);

// The extremes as they are stored, exactly, of a histogram that is mapped and not empty.
const struct value_map *histogram_map(const struct histogram *histogram);
void histogram_stored_extremes(const struct histogram *histogram, double *min, double *max);

// The share (0 to 1) of counted values v with v <= value, resolved to whole bins: the value's own bin counts
// in full. Used for histogram equalisation.
double histogram_cumulative(const struct histogram *histogram, double value);

// Sums the counts into `bins` equal steps of [low, high] for drawing, or of log(value) when `logarithmic`
// (then low > 0). Values outside are left out. A source bin that straddles steps is shared in proportion.
void histogram_rebin(const struct histogram *histogram, double low, double high, bool logarithmic,
                     double *counts, size_t bins);

// Iteration for table baking: the bins in ascending order of value that have counts. *index starts at 0;
// returns false at the end. [*low, *high] are the bin's edges (equal for exact integer bins).
bool histogram_next(const struct histogram *histogram, size_t *index, double *low, double *high,
                    uint64_t *count);

// The same with the edges as they are stored, which true values in doubles may be too coarse for.
bool histogram_next_stored(const struct histogram *histogram, size_t *index, double *low, double *high,
                           uint64_t *count);

// Whether nothing but whole numbers was counted, as far as the bins tell: floats that hold counts. Bins of
// one value and wider hold a whole number in any case. False for an empty histogram.
bool histogram_holds_integers(const struct histogram *histogram);

#endif
