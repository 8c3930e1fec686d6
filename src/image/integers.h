// SPDX-License-Identifier: MIT
// Runs of 32- and 64-bit integers, taken as what they are: most counts fit into 16 bits and are then only
// counted; for the others the extremes and sums of 32-bit integers need no doubles.
//
// A signed integer is passed by its bits; `is_signed` says how they are meant. All functions are pure loops
// over `count` samples aligned to their type, best for some hundred at a time. Any thread.
#ifndef FOVEA_IMAGE_INTEGERS_H
#define FOVEA_IMAGE_INTEGERS_H

#include "image/statistics.h"

// Copies the samples without a mask bit to `kept` (room for `count`), in their order; returns how many.
size_t integers_sift_8(const uint8_t *samples, const uint8_t *classes, size_t count, uint8_t *kept);
size_t integers_sift_16(const uint16_t *samples, const uint8_t *classes, size_t count, uint16_t *kept);
size_t integers_sift_32(const uint32_t *samples, const uint8_t *classes, size_t count, uint32_t *kept);
size_t integers_sift_64(const uint64_t *samples, const uint8_t *classes, size_t count, uint64_t *kept);

// 64-bit integers as 32-bit ones of the same signedness. False, with anything in `narrow`, if one of them
// does not fit.
bool integers_narrow(const uint64_t *samples, size_t count, bool is_signed, uint32_t *narrow);

// 32-bit integers as 16-bit ones of the same signedness. Returns how many fit; `small` holds them only if all
// do.
size_t integers_pack(const uint32_t *samples, size_t count, bool is_signed, uint16_t *small);
// Parts those that fit into 16 bits (`small`) from those that do not (`large`); both have room for `count`.
// Returns how many fit.
size_t integers_part(const uint32_t *samples, size_t count, bool is_signed, uint16_t *small, uint32_t *large);

// The statistics of 32-bit integers, of which there is at least one and at most 1024. Minimum and maximum are
// exact, and so are the sums, but for squares where the integers span 2^26 or more.
struct statistics integers_statistics(const uint32_t *samples, size_t count, bool is_signed);

#endif
