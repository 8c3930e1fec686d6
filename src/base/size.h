// SPDX-License-Identifier: MIT
// Checked arithmetic for sizes that come from files.
#ifndef FOVEA_BASE_SIZE_H
#define FOVEA_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Each returns false on overflow and leaves *result alone.
static inline bool size_multiply(size_t a, size_t b, size_t *result)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *result = product;
    return true;
}

static inline bool size_add(size_t a, size_t b, size_t *result)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *result = sum;
    return true;
}

// width * height * bytes_per_item for non-negative 64-bit dimensions.
static inline bool size_of_plane(int64_t width, int64_t height, size_t item_bytes, size_t *result)
{
    size_t product;
    if (width < 0 || height < 0)
        return false;
    return size_multiply((size_t)width, (size_t)height, &product) &&
           size_multiply(product, item_bytes, result);
}

static inline int64_t int64_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t int64_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline int64_t int64_clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

// The number of blocks of `block` (above 0) items that hold `count` items: the quotient rounded up, also
// below zero.
static inline int64_t int64_ceil_div(int64_t count, int64_t block)
{
    return count / block + (count % block > 0);
}

static inline int64_t int64_round_up(int64_t count, int64_t block)
{
    return int64_ceil_div(count, block) * block;
}

#endif
