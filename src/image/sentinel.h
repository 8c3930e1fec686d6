// SPDX-License-Identifier: MIT
// Finding of the stored values that mark a pixel instead of measuring it (struct sentinels, image/frame.h).
#ifndef FOVEA_IMAGE_SENTINEL_H
#define FOVEA_IMAGE_SENTINEL_H

#include "image/frame.h"
#include "image/mask.h"

// The marks of one sample type as the loops want them. Made by sentinel_prepare; fields are for sentinel.c.
struct sentinel_marks {
    enum sample_type type;
    bool any; // there is anything to look for
    // What a value gets: `max_mark` and the largest of an unsigned type, or -1; one less; any above the limit
    // of saturation. Nothing below `first` gets anything.
    uint8_t gap_bits, bad_bits, high_bits;
    uint64_t first_unsigned, first_high, max_mark;
    int64_t first_signed;
    float last_float; // floats: above it
    double last_double;
};

// Marks for samples of `type`, without the classes in sentinels->ignored.
struct sentinel_marks sentinel_prepare(const struct sentinels *sentinels, enum sample_type type);

// Adds the bits of the marks found in `count` samples, which must be aligned to their type, to `classes`.
// Returns true if there is any mark. Any thread.
bool sentinel_find(const struct sentinel_marks *marks, const void *samples, size_t count, uint8_t *classes);

// Whether none of the integers from 0 to below `end` is a mark.
bool sentinel_spares(const struct sentinel_marks *marks, int64_t end);

// What the bits of the mask say of a pixel with that value, for people: "no data" (a gap whose value is
// one by which the type or the counter says so), "gap", "bad pixel", "hot pixel", "saturated", "masked
// (file)", "masked (user)", several with commas between; "" without any bit.
void sentinel_describe(const struct frame_info *info, uint8_t bits, double value, char *buffer, size_t size);

#endif
