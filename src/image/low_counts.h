// SPDX-License-Identifier: MIT
// Counts of the integers 0 to 15, which is what most pixels of a photon counter are: bytes that are compared
// with each of the sixteen values by vector code, at a third of the cost of a table of counters.
#ifndef FOVEA_IMAGE_LOW_COUNTS_H
#define FOVEA_IMAGE_LOW_COUNTS_H

#include "image/histogram.h"

enum { LOW_VALUES = 16, LOW_NONE = 255, LOW_VECTOR = 32, LOW_PART = 64 };

// Zero-initialise. One thread at a time.
struct low_counts {
    _Alignas(LOW_VECTOR) uint8_t lanes[LOW_VALUES][LOW_VECTOR]; // for each place of a vector
    unsigned vectors;                                           // added since all lanes were 0
};

// Writes a byte for each of `count` samples, at most 65535, of `bytes` bytes (1, 2, 4 or 8, aligned to them):
// its value if that is one of 0 to 15 and it has no mask bit, else LOW_NONE. `masked` may be NULL: none has.
// The samples are unsigned, or signed ones by their bits. Returns how many got their value.
size_t low_counts_pick(const void *samples, size_t bytes, const uint8_t *masked, size_t count, uint8_t *low);

// Writes the lowest byte of each of up to 32 * LOW_PART samples. Bit i of the result says whether those from
// i * LOW_PART on, up to LOW_PART of them, are all from 0 to 15, so that their bytes are all there is to
// know. Where neither of the first two parts is, the others are not looked at.
uint32_t low_counts_narrow(const void *samples, size_t bytes, size_t count, uint8_t *low);

// Counts bytes that either of them wrote. `histogram`, of a type of up to 16 bits, gets counts now and then,
// and with low_counts_flush all that are left.
void low_counts_add(struct low_counts *counts, const uint8_t *low, size_t count, struct histogram *histogram);
void low_counts_flush(struct low_counts *counts, struct histogram *histogram);

#endif
