// SPDX-License-Identifier: MIT
// The stored numbers of a FITS image as samples: signedness by BZERO, scaling, BLANK.
//
// The FITS standard 4.0, sections 4.4.2.5 and 5.2, defines BSCALE, BZERO and BLANK. A scaled image is
// computed in float32 for BITPIX 8 and 16 and in float64 for 32 and 64, in the order multiply, round, add,
// round; images of floats keep their type. This is what astropy does, so values agree with it bit by bit.
// Integers that are not scaled keep their type even when there is a BLANK: their blank pixels are marked
// MASK_GAP and keep the stored value, so that nothing is rounded and the memory is not doubled; the valid
// pixels are the same either way.
#include "formats/fits/fits_internal.h"

#include "image/mask.h"

#include <math.h>
#include <string.h>

struct stored_type {
    int bitpix;
    size_t bytes;
    enum sample_type as_stored, flipped, scaled;
    double flip_zero; // the BZERO that turns the signedness
};

static const struct stored_type stored_types[] = {
    {8, 1, SAMPLE_U8, SAMPLE_I8, SAMPLE_F32, -128.0},    {16, 2, SAMPLE_I16, SAMPLE_U16, SAMPLE_F32, 0x1p15},
    {32, 4, SAMPLE_I32, SAMPLE_U32, SAMPLE_F64, 0x1p31}, {64, 8, SAMPLE_I64, SAMPLE_U64, SAMPLE_F64, 0x1p63},
    {-32, 4, SAMPLE_F32, SAMPLE_F32, SAMPLE_F32, NAN},   {-64, 8, SAMPLE_F64, SAMPLE_F64, SAMPLE_F64, NAN},
};

bool fits_layout_complete(struct fits_layout *layout)
{
    for (size_t i = 0; i < sizeof stored_types / sizeof *stored_types; i++) {
        const struct stored_type *stored = &stored_types[i];
        if (stored->bitpix != layout->bitpix)
            continue;
        layout->raw_bytes = stored->bytes;
        layout->type = stored->scaled;
        layout->conversion = FITS_SCALED;
        if (layout->bscale == 1.0 && layout->bzero == 0.0) {
            layout->type = stored->as_stored;
            layout->conversion = FITS_AS_STORED;
        } else if (layout->bscale == 1.0 && layout->bzero == stored->flip_zero) {
            layout->type = stored->flipped;
            layout->conversion = FITS_FLIP_SIGN;
        }
        layout->bytes = sample_traits(layout->type)->bytes;
        layout->has_blank = layout->has_blank && layout->bitpix > 0;
        return true;
    }
    return false;
}

static int64_t stored_integer(int bitpix, const uint8_t *at)
{
    int16_t i16;
    int32_t i32;
    int64_t i64;
    switch (bitpix) {
    case 8:
        return *at;
    case 16:
        memcpy(&i16, at, sizeof i16);
        return i16;
    case 32:
        memcpy(&i32, at, sizeof i32);
        return i32;
    default:
        memcpy(&i64, at, sizeof i64);
        return i64;
    }
}

// Marks the blank pixels; the stored numbers must not have been converted yet.
static bool mark_blank(const struct fits_layout *layout, const uint8_t *raw, size_t count, uint8_t *classes)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (stored_integer(layout->bitpix, raw + i * layout->raw_bytes) != layout->blank)
            continue;
        classes[i] |= MASK_BIT(MASK_GAP);
        any = true;
    }
    return any;
}

// Adding or subtracting half the range is turning the top bit.
static void flip_sign(uint8_t *samples, size_t count, size_t bytes)
{
    uint64_t pattern = UINT64_C(1) << (8 * bytes - 1);
    for (size_t width = bytes; width < sizeof pattern; width *= 2)
        pattern |= pattern << (8 * width);
    size_t total = count * bytes, at = 0;
    for (; at + sizeof pattern <= total; at += sizeof pattern) {
        uint64_t word;
        memcpy(&word, samples + at, sizeof word);
        word ^= pattern;
        memcpy(samples + at, &word, sizeof word);
    }
    for (at += bytes - 1; at < total; at += bytes)
        samples[at] ^= 0x80;
}

static void scale_to_float(const struct fits_layout *layout, const uint8_t *raw, float *out, size_t count)
{
    float scale = (float)layout->bscale, zero = (float)layout->bzero;
    if (layout->bitpix == 8) {
        for (size_t i = 0; i < count; i++)
            out[i] = raw[i];
    } else if (layout->bitpix == 16) {
        sample_row_to_float(SAMPLE_I16, raw, count, out);
    } else if ((const void *)raw != out) {
        memcpy(out, raw, count * sizeof *out);
    }
    // Two passes: a fused multiply-add would round once only.
    for (size_t i = 0; i < count; i++)
        out[i] *= scale;
    for (size_t i = 0; i < count; i++)
        out[i] += zero;
}

static void scale_to_double(const struct fits_layout *layout, const uint8_t *raw, double *out, size_t count)
{
    if (layout->bitpix == 32) {
        sample_row_to_double(SAMPLE_I32, raw, count, out);
    } else if (layout->bitpix == 64) {
        for (size_t i = 0; i < count; i++) {
            int64_t value;
            memcpy(&value, raw + i * sizeof value, sizeof value);
            out[i] = (double)value;
        }
    } else if ((const void *)raw != out) {
        memcpy(out, raw, count * sizeof *out);
    }
    for (size_t i = 0; i < count; i++)
        out[i] *= layout->bscale;
    for (size_t i = 0; i < count; i++)
        out[i] += layout->bzero;
}

static void convert_scaled(const struct fits_layout *layout, const uint8_t *raw, void *out, size_t count)
{
    bool single = layout->type == SAMPLE_F32;
    // In blocks through a small buffer, because the memory of both ends may be the same.
    enum { BLOCK = 512 };
    uint64_t stored[BLOCK];
    union {
        float f32[BLOCK];
        double f64[BLOCK];
    } block;
    for (size_t at = 0; at < count; at += BLOCK) {
        size_t n = count - at < BLOCK ? count - at : BLOCK;
        memcpy(stored, raw + at * layout->raw_bytes, n * layout->raw_bytes);
        if (single)
            scale_to_float(layout, (const uint8_t *)stored, block.f32, n);
        else
            scale_to_double(layout, (const uint8_t *)stored, block.f64, n);
        for (size_t i = 0; layout->has_blank && i < n; i++) {
            if (stored_integer(layout->bitpix, (const uint8_t *)stored + i * layout->raw_bytes) !=
                layout->blank)
                continue;
            if (single)
                block.f32[i] = NAN;
            else
                block.f64[i] = NAN;
        }
        memcpy((uint8_t *)out + at * layout->bytes, &block, n * layout->bytes);
    }
}

bool fits_convert(const struct fits_layout *layout, const void *raw, void *out, size_t count,
                  uint8_t *classes)
{
    if (layout->conversion == FITS_SCALED) {
        convert_scaled(layout, raw, out, count);
        return false;
    }
    bool any = layout->has_blank && mark_blank(layout, raw, count, classes);
    if (raw != out)
        memcpy(out, raw, count * layout->bytes);
    if (layout->conversion == FITS_FLIP_SIGN)
        flip_sign(out, count, layout->bytes);
    return any;
}
