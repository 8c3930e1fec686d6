// SPDX-License-Identifier: MIT
// Reading of little- and big-endian integers from bytes, and swapping of whole arrays.
#ifndef FOVEA_BASE_BYTEORDER_H
#define FOVEA_BASE_BYTEORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Fovea runs on little-endian machines only; the build fails elsewhere rather than show wrong pixels.
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine is required");

static inline uint16_t load_u16le(const void *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint32_t load_u32le(const void *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint64_t load_u64le(const void *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint16_t load_u16be(const void *bytes)
{
    return __builtin_bswap16(load_u16le(bytes));
}

static inline uint32_t load_u32be(const void *bytes)
{
    return __builtin_bswap32(load_u32le(bytes));
}

static inline uint64_t load_u64be(const void *bytes)
{
    return __builtin_bswap64(load_u64le(bytes));
}

// In the order that a file tells of: `big` for the highest byte first.
static inline uint16_t load_u16(const void *bytes, bool big)
{
    return big ? load_u16be(bytes) : load_u16le(bytes);
}

static inline uint32_t load_u32(const void *bytes, bool big)
{
    return big ? load_u32be(bytes) : load_u32le(bytes);
}

// Reverses the bytes of each of `count` items of 1, 2, 4 or 8 bytes in place.
void swap_items(void *items, size_t count, size_t item_bytes);

#endif
