// SPDX-License-Identifier: MIT
// Conversion of TIFF rows: odd depths to whole types, one sample out of several.
#include "base/byteorder.h"
#include "formats/tiff/tiff_internal.h"

// Picks every step-th item of `bytes` bytes.
static void pick_items(const uint8_t *from, size_t step_bytes, size_t bytes, int64_t count, uint8_t *out)
{
    if (step_bytes == bytes) {
        memcpy(out, from, (size_t)count * bytes);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        switch (bytes) { // constant sizes become single moves
        case 1:
            *out = *from;
            break;
        case 2:
            memcpy(out, from, 2);
            break;
        case 4:
            memcpy(out, from, 4);
            break;
        default:
            memcpy(out, from, 8);
            break;
        }
        from += step_bytes;
        out += bytes;
    }
}

// `bits` bits from bit `at`, the highest bit of each byte first.
static uint64_t bits_at(const uint8_t *row, uint64_t at, unsigned bits)
{
    const uint8_t *byte = row + at / 8;
    unsigned skip = (unsigned)(at % 8);
    uint64_t value = *byte++ & (0xFFu >> skip);
    unsigned have = 8 - skip;
    if (have >= bits)
        return value >> (have - bits);
    for (; have + 8 <= bits; have += 8)
        value = value << 8 | *byte++;
    unsigned rest = bits - have;
    return rest ? value << rest | *byte >> (8 - rest) : value;
}

static uint64_t sign_extend(uint64_t value, unsigned bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1);
    return (value ^ sign) - sign;
}

// The 24-bit float of Adobe's DNG and TIFF notes: 1 sign, 7 exponent (bias 63) and 16 mantissa bits.
static uint32_t float24_to_float32_bits(uint32_t bits)
{
    uint32_t sign = bits >> 23 << 31;
    uint32_t exponent = bits >> 16 & 0x7F;
    uint32_t mantissa = bits & 0xFFFF;
    if (exponent == 0x7F)
        return sign | 0x7F800000u | mantissa << 7;
    if (exponent == 0 && mantissa == 0)
        return sign;
    if (exponent == 0) {
        exponent = 1;
        for (; !(mantissa & 0x10000); mantissa <<= 1)
            exponent--; // below zero it wraps; the bias added below brings it back
        mantissa &= 0xFFFF;
    }
    return sign | (exponent + 64) << 23 | mantissa << 7;
}

static uint64_t sample_at(const struct tiff_span *span, uint64_t index)
{
    if (span->bits == 24) {
        const uint8_t *at = span->row + 3 * index;
        return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16;
    }
    return bits_at(span->row, index * span->bits, span->bits);
}

// The lowest bytes of each value are the sample: this program runs on little-endian machines only.
static void unpack_odd(const struct tiff_span *span, size_t bytes, bool is_float, bool is_signed,
                       uint8_t *out)
{
    uint64_t index = (uint64_t)span->first * span->step + span->offset;
    for (int64_t i = 0; i < span->count; i++, index += span->step, out += bytes) {
        uint64_t value = sample_at(span, index);
        if (is_float)
            value = float24_to_float32_bits((uint32_t)value);
        else if (is_signed)
            value = sign_extend(value, span->bits);
        memcpy(out, &value, bytes);
    }
}

static void unpack_bit(const struct tiff_span *span, uint8_t *out)
{
    for (int64_t i = 0; i < span->count; i++) {
        int64_t at = span->first + i;
        out[i] = span->row[at >> 3] >> (7 - (at & 7)) & 1;
    }
}

void tiff_unpack(const struct tiff_span *span, enum sample_type type, bool is_float, bool is_signed,
                 void *out)
{
    size_t bytes = sample_traits(type)->bytes;
    if (span->bits == 8 * bytes) {
        const uint8_t *from = span->row + ((uint64_t)span->first * span->step + span->offset) * bytes;
        pick_items(from, span->step * bytes, bytes, span->count, out);
    } else if (span->bits == 1 && span->step == 1 && !is_signed) {
        unpack_bit(span, out);
    } else {
        unpack_odd(span, bytes, is_float, is_signed, out);
    }
}

void tiff_swap(uint8_t *row, size_t row_bytes, unsigned bits)
{
    if (bits == 24) {
        for (size_t i = 0; i + 3 <= row_bytes; i += 3) {
            uint8_t first = row[i];
            row[i] = row[i + 2];
            row[i + 2] = first;
        }
    } else if (bits == 16 || bits == 32 || bits == 64) {
        swap_items(row, row_bytes / (bits / 8), bits / 8);
    }
}
