// SPDX-License-Identifier: MIT
// Level 1 of the pyramid straight from integers: the means of 2 x 2 samples of two rows.
//
// They are what the same means in float32 are, to the last bit, since all sums are exact there too; samples
// that are too large for that are refused. All functions are pure loops over samples that may lie at any
// address, best for some hundred at a time. Any thread.
#ifndef FOVEA_IMAGE_PAIRS_H
#define FOVEA_IMAGE_PAIRS_H

#include "image/sample.h"

enum { PAIRS_MOST_SAMPLES = 256 }; // of a run whose samples do not all count

// Two runs of samples, one below the other.
struct row_pair {
    enum sample_type type;
    const void *upper, *lower;
    const uint8_t *upper_valid, *lower_valid; // a byte per sample, 1 = counts, else 0; both NULL: all count
};

// Whether there are means for samples of the type: integers of up to 32 bits.
bool pairs_take(enum sample_type type);

// The means of `cells` times 2 x 2 samples that all count. False, with anything in `means`, if one of them is
// as large as 2^22.
bool pairs_mean(const struct row_pair *pair, size_t cells, float *means);

// The means of those that count. `shares` (0 to 1) tells which part of a cell that is; one without any has
// its upper left sample. False, with anything in both, if one that counts is as large as 2^22.
bool pairs_mean_of_valid(const struct row_pair *pair, size_t cells, float *means, float *shares);

#endif
