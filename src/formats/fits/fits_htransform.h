// SPDX-License-Identifier: MIT
// The H-transform, inverted: coefficients of HCompress to pixels.
//
// R. L. White, M. Postman, M. G. Lattanzi, "Compression of the Guide Star Digitised Schmidt Plates" (1992);
// R. L. White, "High-performance compression of astronomical images" (1992). Of each 2 x 2 pixels the
// transform keeps the sum and the differences in x, in y and across, and does the same with the sums.
// All functions are pure and thread-safe.
#ifndef FOVEA_FORMATS_FITS_HTRANSFORM_H
#define FOVEA_FORMATS_FITS_HTRANSFORM_H

#include <stdint.h>

// Larger coefficients are no image's: a level doubles them at most, so that these are 32-bit pixels in sides
// of a million. Within them no arithmetic of the inversion overflows.
#define FITS_HCOMPRESS_MAX_COEFFICIENT (INT64_C(1) << 52)
#define FITS_HCOMPRESS_MAX_SUM         (INT64_C(1) << 54)

// The least power of two that is not below the side: that of the level that is one number. The levels below
// it have half of that span, a quarter, and so on to 1; their sides are the image's divided by it, rounded
// up.
int64_t fits_hcompress_span(int64_t side);

// Inverts `coefficients`, rows x columns of them, which are overwritten: the sum in the first place, then the
// quadrants of the levels: sums of a level upper left, differences of columns to its right, of rows below, of
// both across. `smooth`: the scale that coefficients were divided by and times which they are given, for
// differences that their neighbours make likely, within half of it; 0 leaves them alone. `room` holds 8 bytes
// a pixel, of which the first halves are then 32-bit pixels.
void fits_hcompress_invert(int64_t *coefficients, int64_t rows, int64_t columns, int64_t smooth, void *room);

#endif
