// SPDX-License-Identifier: MIT
// A small reproducible generator of random numbers for the tests of this folder.
#ifndef FOVEA_TESTS_IMAGE_RANDOM_H
#define FOVEA_TESTS_IMAGE_RANDOM_H

#include <stdint.h>

// splitmix64; any seed is good.
static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

// 0 to limit - 1.
static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
    return random_bits(state) % limit;
}

// Uniform in [0, 1).
static inline double random_unit(uint64_t *state)
{
    return (double)(random_bits(state) >> 11) * 0x1p-53;
}

#endif
