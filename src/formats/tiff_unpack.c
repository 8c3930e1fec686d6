// SPDX-License-Identifier: MIT
// Conversion of TIFF rows: odd depths to whole types, one sample out of several, luminance of RGB.
#include "base/byteorder.h"
#include "formats/tiff_internal.h"

#include <math.h>

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

// Weights in ten-thousandths, so that integers are exact.
enum { WEIGHT_R = 2126, WEIGHT_G = 7152, WEIGHT_B = 722, WEIGHT_ALL = 10000 };

// Division that rounds to nearest, halves up, for negative sums too.
static int64_t rounded_share(int64_t sum)
{
    int64_t shifted = sum + WEIGHT_ALL / 2;
    int64_t quotient = shifted / WEIGHT_ALL;
    return quotient - (shifted % WEIGHT_ALL < 0);
}

__extension__ typedef __int128 wide;

static wide rounded_share_wide(wide sum)
{
    wide shifted = sum + WEIGHT_ALL / 2;
    return shifted / WEIGHT_ALL - (shifted % WEIGHT_ALL < 0);
}

#define LUMINANCE_LOOP(ctype, sum_type, share)                                                               \
    for (int64_t i = 0; i < count; i++) {                                                                    \
        ctype r, g, b;                                                                                       \
        memcpy(&r, (const ctype *)rgb[0] + i, sizeof r);                                                     \
        memcpy(&g, (const ctype *)rgb[1] + i, sizeof g);                                                     \
        memcpy(&b, (const ctype *)rgb[2] + i, sizeof b);                                                     \
        ctype y = (ctype)share((sum_type)r * WEIGHT_R + (sum_type)g * WEIGHT_G + (sum_type)b * WEIGHT_B);    \
        memcpy((uint8_t *)out + (size_t)i * sizeof y, &y, sizeof y);                                         \
    }

// The nearest binary16 of a double, ties to even.
static uint16_t double_to_half(double value)
{
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    double size = fabs(value);
    if (isnan(value))
        return 0x7E00;
    if (size >= 65520)
        return sign | 0x7C00;
    if (size < 0x1p-14) // also a carry into the smallest normal number is right
        return sign | (uint16_t)nearbyint(size * 0x1p24);
    int exponent;
    double fraction = frexp(size, &exponent); // 0.5 <= fraction < 1
    unsigned mantissa = (unsigned)nearbyint(fraction * 2048);
    return (uint16_t)(sign | (((unsigned)(exponent + 14) << 10) + mantissa - 1024));
}

static double weighted(double r, double g, double b)
{
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

static void luminance_float(enum sample_type type, const void *const rgb[3], int64_t count, uint8_t *out)
{
    size_t bytes = sample_traits(type)->bytes;
    for (size_t i = 0; i < (size_t)count; i++) {
        double y = weighted(sample_value(type, (const uint8_t *)rgb[0] + i * bytes),
                            sample_value(type, (const uint8_t *)rgb[1] + i * bytes),
                            sample_value(type, (const uint8_t *)rgb[2] + i * bytes));
        float single = (float)y;
        uint16_t half = double_to_half(y);
        const void *result = type == SAMPLE_F64   ? (const void *)&y
                             : type == SAMPLE_F32 ? (const void *)&single
                                                  : &half;
        memcpy(out + i * bytes, result, bytes);
    }
}

void tiff_luminance(enum sample_type type, const void *const rgb[3], int64_t count, void *out)
{
    switch (type) {
    case SAMPLE_U8:
        LUMINANCE_LOOP(uint8_t, int64_t, rounded_share)
        break;
    case SAMPLE_I8:
        LUMINANCE_LOOP(int8_t, int64_t, rounded_share)
        break;
    case SAMPLE_U16:
        LUMINANCE_LOOP(uint16_t, int64_t, rounded_share)
        break;
    case SAMPLE_I16:
        LUMINANCE_LOOP(int16_t, int64_t, rounded_share)
        break;
    case SAMPLE_U32:
        LUMINANCE_LOOP(uint32_t, int64_t, rounded_share)
        break;
    case SAMPLE_I32:
        LUMINANCE_LOOP(int32_t, int64_t, rounded_share)
        break;
    case SAMPLE_U64:
        LUMINANCE_LOOP(uint64_t, wide, rounded_share_wide)
        break;
    case SAMPLE_I64:
        LUMINANCE_LOOP(int64_t, wide, rounded_share_wide)
        break;
    default:
        luminance_float(type, rgb, count, out);
        break;
    }
}
#undef LUMINANCE_LOOP

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
