// SPDX-License-Identifier: MIT
// The images and samples whose zscale limits were computed with astropy; the same formulas in Python gave
// those.
#ifndef FOVEA_TESTS_IMAGE_GENERATOR_H
#define FOVEA_TESTS_IMAGE_GENERATOR_H

#include <math.h>
#include <stdint.h>

// s = (s * 1103515245 + 12345) % 2**31; the number is s >> 8.
static inline uint32_t generator_next(uint32_t *seed)
{
    *seed = (*seed * 1103515245U + 12345U) & 0x7FFFFFFFU;
    return *seed >> 8;
}

// sum(next() % 1000 for _ in range(4)) / 16
static inline double generator_noise(uint32_t *seed)
{
    uint32_t sum = 0;
    for (int i = 0; i < 4; i++)
        sum += generator_next(seed) % 1000;
    return sum / 16.0;
}

enum { GENERATOR_WIDTH = 317, GENERATOR_HEIGHT = 211 };

// Pixel after pixel in row-major order from seed 99: next() % 1000 / 8, in one of 30 pixels 5000 more, and
// half the column. Every value is exact in float32.
static inline double generator_pixel(uint32_t *seed, int64_t x)
{
    double value = generator_next(seed) % 1000 / 8.0;
    value += generator_next(seed) % 30 == 0 ? 5000.0 : 0.0;
    return value + (double)x * 0.5;
}

#endif
