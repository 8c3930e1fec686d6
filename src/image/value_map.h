// SPDX-License-Identifier: MIT
// How values of 64 bits are kept as float32 without losing what tells them apart.
//
// A float32 has 24 bits: of time stamps about 1.7e18 it keeps steps of 1.4e11, of 1e300 nothing at all. So
// what is stored of a value v is (v - origin) * 2^-exponent, with the difference taken in 64 bits. Everything
// that people see - limits, statistics, histogram, the value under the mouse - is in true values; these
// functions go between the two. For values that float32 holds well the map is the identity (origin 0,
// exponent 0), and for types of up to 32 bits it always is.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_IMAGE_VALUE_MAP_H
#define FOVEA_IMAGE_VALUE_MAP_H

#include "image/sample.h"

// Zero-initialised: the identity. Compared with value_map_same.
struct value_map {
    double origin;    // exactly as `whole`, for integers
    int64_t whole;    // of u64: its bits
    int64_t exponent; // of floats only
};

bool value_map_is_identity(const struct value_map *map);
bool value_map_same(const struct value_map *a, const struct value_map *b);

// The map for a frame from `count` of its samples, at any address: the more places of the frame they are
// from, the better. Samples with a nonzero byte in `classes`, zeros, NaN and Inf do not count. Where nearly
// all others lie close together and far from zero, the origin is their median; where they are too large or
// too small for float32, the exponent is that of the largest of nearly all. Sorts a copy of at most 4096 of
// them.
struct value_map value_map_choose(enum sample_type type, const void *samples, const uint8_t *classes,
                                  size_t count);

// Samples as they are stored; where there is an origin or an exponent finite values stay finite. For types of
// up to 32 bits as sample_row_to_float.
void value_map_row_to_float(const struct value_map *map, enum sample_type type, const void *samples,
                            size_t count, float *out);
// The same before it is rounded to float32.
void value_map_row_to_double(const struct value_map *map, enum sample_type type, const void *samples,
                             size_t count, double *out);

double value_map_stored(const struct value_map *map, double value); // of a true value
double value_map_true(const struct value_map *map, double stored);

#endif
