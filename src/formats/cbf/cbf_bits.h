// SPDX-License-Identifier: MIT
// Bits of a byte stream, least significant first.
//
// Thread-safety: one thread at a time for each stream of bits.
#ifndef FOVEA_FORMATS_CBF_BITS_H
#define FOVEA_FORMATS_CBF_BITS_H

#include "base/byteorder.h"

// The bits from `bit` on; at least 57 of them are the stream's. Reads 8 bytes.
static inline uint64_t bits_peek(const uint8_t *bytes, uint64_t bit)
{
    return load_u64le(bytes + (bit >> 3)) >> (bit & 7);
}

// The next `count` bits (at most 64), without a sign; *bit moves.
static inline uint64_t bits_take(const uint8_t *bytes, uint64_t *bit, unsigned count)
{
    uint64_t value;
    if (count <= 57) {
        value = bits_peek(bytes, *bit) & (((uint64_t)1 << count) - 1);
    } else {
        value = bits_peek(bytes, *bit) & 0xFFFFFFFF;
        value |= (bits_peek(bytes, *bit + 32) & (((uint64_t)1 << (count - 32)) - 1)) << 32;
    }
    *bit += count;
    return value;
}

// `value`, a number of `count` bits (1 to 64) in two's complement, with its sign in all 64.
static inline uint64_t bits_sign(uint64_t value, unsigned count)
{
    const uint64_t sign = (uint64_t)1 << (count - 1);
    return (value ^ sign) - sign;
}

#endif
