// SPDX-License-Identifier: MIT
// Putting numbers into the bytes of files that tests compose by hand.
#ifndef FOVEA_TESTS_BYTES_H
#define FOVEA_TESTS_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Stores the lowest `count` (1 to 8) bytes of `value` at `at`, the lowest first or, if `big`, last.
static inline void put_bytes(void *at, uint64_t value, size_t count, int big)
{
    for (size_t i = 0; i < count; i++)
        ((uint8_t *)at)[big ? count - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

static inline void put_u16(void *at, unsigned value)
{
    put_bytes(at, value, 2, 0);
}

static inline void put_u32(void *at, uint32_t value)
{
    put_bytes(at, value, 4, 0);
}

static inline void put_f32(void *at, float value, int big)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_bytes(at, bits, 4, big);
}

#endif
