// SPDX-License-Identifier: MIT
// The table of sample types and the conversion of samples to numbers and text.
#include "image/sample.h"

#include "base/text.h"
#include "image/clones.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sample_traits traits_table[SAMPLE_COUNT] = {
    [SAMPLE_U8] = {"u8", 1, false, false, 0, UINT8_MAX},
    [SAMPLE_I8] = {"i8", 1, false, true, INT8_MIN, INT8_MAX},
    [SAMPLE_U16] = {"u16", 2, false, false, 0, UINT16_MAX},
    [SAMPLE_I16] = {"i16", 2, false, true, INT16_MIN, INT16_MAX},
    [SAMPLE_U32] = {"u32", 4, false, false, 0, UINT32_MAX},
    [SAMPLE_I32] = {"i32", 4, false, true, INT32_MIN, INT32_MAX},
    [SAMPLE_U64] = {"u64", 8, false, false, 0, 0x1p64},
    [SAMPLE_I64] = {"i64", 8, false, true, -0x1p63, 0x1p63},
    [SAMPLE_F16] = {"f16", 2, true, true, -65504, 65504},
    [SAMPLE_F32] = {"f32", 4, true, true, -FLT_MAX, FLT_MAX},
    [SAMPLE_F64] = {"f64", 8, true, true, -DBL_MAX, DBL_MAX},
};

const struct sample_traits *sample_traits(enum sample_type type)
{
    return &traits_table[type];
}

enum sample_type sample_storage_type(enum sample_type type)
{
    switch (type) {
    case SAMPLE_F16:
    case SAMPLE_F64:
    case SAMPLE_U64:
    case SAMPLE_I64:
        return SAMPLE_F32;
    default:
        return type;
    }
}

bool sample_type_by_name(const char *name, enum sample_type *type)
{
    for (int i = 0; name && i < SAMPLE_COUNT; i++) {
        if (strcmp(name, traits_table[i].name) == 0) {
            *type = (enum sample_type)i;
            return true;
        }
    }
    return false;
}

float sample_half_to_float(uint16_t half)
{
    // Shifted into place, exponent and mantissa are those of the value times 2^-112; the product is exact,
    // also for subnormal halves. The largest exponent means Inf and NaN and is set in full.
    uint32_t bits = (uint32_t)(half & 0x7FFF) << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    value *= 0x1p112F;
    memcpy(&bits, &value, sizeof bits);
    bits |= (half & 0x7C00) == 0x7C00 ? 0x7F800000U : 0;
    bits |= (uint32_t)(half & 0x8000) << 16;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Samples may lie at any address, so each is copied out; the compiler makes plain vector loads of it.
#define ROW_CONVERTERS(name, stored, convert)                                                                \
    IMAGE_CLONES static void name##_to_double(const unsigned char *samples, size_t count, double *out)       \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            stored value;                                                                                    \
            memcpy(&value, samples + i * sizeof value, sizeof value);                                        \
            out[i] = (double)convert(value);                                                                 \
        }                                                                                                    \
    }                                                                                                        \
    IMAGE_CLONES static void name##_to_float(const unsigned char *samples, size_t count, float *out)         \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            stored value;                                                                                    \
            memcpy(&value, samples + i * sizeof value, sizeof value);                                        \
            out[i] = (float)convert(value);                                                                  \
        }                                                                                                    \
    }

ROW_CONVERTERS(u8, uint8_t, )
ROW_CONVERTERS(i8, int8_t, )
ROW_CONVERTERS(u16, uint16_t, )
ROW_CONVERTERS(i16, int16_t, )
ROW_CONVERTERS(u32_any, uint32_t, )
ROW_CONVERTERS(i32, int32_t, )
ROW_CONVERTERS(u64, uint64_t, )
ROW_CONVERTERS(i64, int64_t, )
ROW_CONVERTERS(f16, uint16_t, sample_half_to_float)
ROW_CONVERTERS(f32, float, )
ROW_CONVERTERS(f64, double, )
#undef ROW_CONVERTERS

IMAGE_CLONES static uint32_t all_bits(const unsigned char *samples, size_t count)
{
    uint32_t all = 0, value;
    for (size_t i = 0; i < count; i++) {
        memcpy(&value, samples + i * sizeof value, sizeof value);
        all |= value;
    }
    return all;
}

// Processors convert signed integers by one instruction and unsigned ones by many; they are the same below
// 2^31, which the counts between two gaps are.
static void u32_to_float(const unsigned char *samples, size_t count, float *out)
{
    enum { STEP = 128 };
    for (size_t at = 0; at < count; at += STEP, samples += STEP * sizeof(uint32_t)) {
        const size_t now = count - at < STEP ? count - at : STEP;
        if (all_bits(samples, now) > INT32_MAX)
            u32_any_to_float(samples, now, out + at);
        else
            i32_to_float(samples, now, out + at);
    }
}

static const struct {
    void (*to_double)(const unsigned char *samples, size_t count, double *out);
    void (*to_float)(const unsigned char *samples, size_t count, float *out);
} converters[SAMPLE_COUNT] = {
    [SAMPLE_U8] = {u8_to_double, u8_to_float},        [SAMPLE_I8] = {i8_to_double, i8_to_float},
    [SAMPLE_U16] = {u16_to_double, u16_to_float},     [SAMPLE_I16] = {i16_to_double, i16_to_float},
    [SAMPLE_U32] = {u32_any_to_double, u32_to_float}, [SAMPLE_I32] = {i32_to_double, i32_to_float},
    [SAMPLE_U64] = {u64_to_double, u64_to_float},     [SAMPLE_I64] = {i64_to_double, i64_to_float},
    [SAMPLE_F16] = {f16_to_double, f16_to_float},     [SAMPLE_F32] = {f32_to_double, f32_to_float},
    [SAMPLE_F64] = {f64_to_double, f64_to_float},
};

void sample_row_to_double(enum sample_type type, const void *samples, size_t count, double *out)
{
    converters[type].to_double(samples, count, out);
}

void sample_row_to_float(enum sample_type type, const void *samples, size_t count, float *out)
{
    converters[type].to_float(samples, count, out);
}

double sample_value(enum sample_type type, const void *at)
{
    double value;
    converters[type].to_double(at, 1, &value);
    return value;
}

static char *float_format(float value, char *buffer, size_t size)
{
    // Up to 2^24 the digits of an integer are exact and easier to read than "1e+05".
    if (value == floorf(value) && fabsf(value) <= 0x1p24F) {
        snprintf(buffer, size, "%.0f", (double)value);
        return buffer;
    }
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(buffer, size, "%.*g", digits, (double)value);
        if (strtof(buffer, NULL) == value)
            break;
    }
    return buffer;
}

// The integers of every width as one of the two widest.
static char *integer_format(enum sample_type type, const void *at, char *buffer, size_t size)
{
    const struct sample_traits *traits = sample_traits(type);
    uint64_t bits = 0;
    memcpy(&bits, at, traits->bytes);
    unsigned spare = 64 - 8 * (unsigned)traits->bytes;
    if (traits->is_signed)
        snprintf(buffer, size, "%" PRId64, (int64_t)(bits << spare) >> spare);
    else
        snprintf(buffer, size, "%" PRIu64, bits);
    return buffer;
}

char *sample_format(enum sample_type type, const void *at, char *buffer, size_t size)
{
    if (!sample_traits(type)->is_float)
        return integer_format(type, at, buffer, size);
    double value = sample_value(type, at);
    if (!isfinite(value)) {
        snprintf(buffer, size, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return buffer;
    }
    if (type == SAMPLE_F32)
        return float_format((float)value, buffer, size);
    // What few digits tell a half from its neighbours are not its value: 0.7490234375 is not 0.749.
    return format_double(value, buffer, size);
}
