// SPDX-License-Identifier: MIT
// The reduced levels of the picture pyramid, made row by row while a band is in cache.
//
// Level l (1, 2, ...) has ceil(width / 2^l) x ceil(height / 2^l) pixels; each stands for the 2^l x 2^l
// level-0 pixels it covers (fewer at the right and lower edge). Its value is the mean, or the maximum, of the
// valid ones among them; where there is none, the first pixel in row-major order of the recursive 2 x 2
// children. Values are float32. Level 0 is the image itself and is not made here.
#ifndef FOVEA_IMAGE_REDUCE_H
#define FOVEA_IMAGE_REDUCE_H

#include "base/status.h"
#include "image/frame.h"
#include "image/pairs.h"

enum { REDUCE_MAX_LEVELS = 6 };
// Bands must start at a multiple of this many rows and, save the last of the image, have a multiple of it.
enum { REDUCE_BAND_ROWS = 1 << REDUCE_MAX_LEVELS };
enum { REDUCE_RUN = 256 }; // samples of a row that are looked at together

enum reduce_mode { REDUCE_MEAN, REDUCE_MAX };

// The number of levels above 0 worth keeping for an image: until both sides are at most 64, at most
// REDUCE_MAX_LEVELS.
int reduce_level_count(int64_t width, int64_t height);
// The size of a side at a level: ceil(side / 2^level).
int64_t reduce_side(int64_t side, int level);

// Reduces bands of up to `max_rows` rows of an image `width` pixels wide. Thread-safety: one thread per
// reducer.
struct reducer;
// The values of all levels of a band of `max_rows` rows; false if there is no such number.
bool reducer_values(int64_t width, int64_t max_rows, int levels, size_t *values);
enum status reducer_create(int64_t width, int64_t max_rows, int levels, enum reduce_mode mode,
                           struct reducer **reducer, struct error *error);
void reducer_destroy(struct reducer **reducer);
// Whether it is one for that: then it can be used in the place of a new one.
bool reducer_fits(const struct reducer *reducer, int64_t width, int64_t max_rows, int levels,
                  enum reduce_mode mode);

// Begins a band, adds its rows from first to last, and ends it (which completes odd rows at the image's end).
// `valid` has a byte per pixel, nonzero = counts (it must then be finite); NULL = all that are finite count.
// The levels go to `out`, one after the other, which has room for reducer_values() values; NULL: to memory of
// the reducer.
void reducer_begin(struct reducer *reducer, float *out);
void reducer_row(struct reducer *reducer, const float *values, const uint8_t *valid);
// The same for a row whose values are known to be finite and all count.
void reducer_whole_row(struct reducer *reducer, const float *values);
// The same for two rows at once where the reducer takes them so, in runs from left to right: samples of a
// type for which pairs_take(), at first that which `at` counts, a multiple of REDUCE_RUN, as `count` is save
// for the last; then reducer_pair_end. No single row may be waiting for its second. Runs of the same rows may
// be of different types, if the numbers are what they are.
bool reducer_takes_pairs(const struct reducer *reducer, enum sample_type type);
void reducer_pair(struct reducer *reducer, size_t at, const struct row_pair *pair, size_t count);
void reducer_pair_end(struct reducer *reducer);
void reducer_end(struct reducer *reducer);

// The rows of `level` that the ended band gave: borrowed, row-major without padding, in reducer_begin's `out`
// or valid until the next reducer_begin. *rows = ceil(band rows / 2^level).
const float *reducer_level(const struct reducer *reducer, int level, int64_t *rows);

#endif
