// SPDX-License-Identifier: MIT
// One loop for each kind of sample looks whether there is any mark; only then a second one writes them. Both
// go over few samples at a time, since the gaps between modules are narrow.
#include "image/sentinel.h"

#include "image/clones.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEP = 128 };

static int64_t largest_signed(size_t bytes)
{
    return INT64_MAX >> (64 - 8 * bytes);
}

static uint64_t largest_unsigned(size_t bytes)
{
    return UINT64_MAX >> (64 - 8 * bytes);
}

// The largest value of the counter, or of the type.
static uint64_t largest_counted(const struct sentinels *sentinels, size_t bytes)
{
    const bool narrow = sentinels->depth > 1 && (size_t)sentinels->depth < 8 * bytes;
    return narrow ? (UINT64_C(1) << sentinels->depth) - 1 : largest_unsigned(bytes);
}

static void prepare_unsigned(struct sentinel_marks *marks, const struct sentinels *sentinels, size_t bytes)
{
    const uint64_t max = largest_unsigned(bytes);
    const double limit = floor(sentinels->saturation);
    // Of 64 bits the maximum is rounded up to 2^64, and the limit below that is at most 2^64 - 2048.
    const bool above = sentinels->has_saturation && limit < (double)max;
    marks->first_high = !above ? max : limit < 0 ? 0 : (uint64_t)limit + 1;
    marks->high_bits = above ? MASK_BIT(MASK_SATURATED) : 0;
    marks->max_mark = sentinels->max_is_no_data ? largest_counted(sentinels, bytes) : max;
    marks->gap_bits = sentinels->max_is_no_data ? MASK_BIT(MASK_GAP) : marks->high_bits;
    marks->bad_bits = sentinels->max_is_no_data          ? MASK_BIT(MASK_BAD)
                      : above && marks->first_high < max ? marks->high_bits
                                                         : 0;
}

static void prepare_signed(struct sentinel_marks *marks, const struct sentinels *sentinels, size_t bytes)
{
    const int64_t max = largest_signed(bytes), min = -max - 1;
    const double limit = floor(sentinels->saturation);
    const bool above = sentinels->has_saturation && limit < (double)max;
    marks->first_signed = !above ? max : limit < (double)min ? min : (int64_t)limit + 1;
    marks->high_bits = above ? MASK_BIT(MASK_SATURATED) : 0;
    marks->gap_bits = sentinels->negative_marks ? MASK_BIT(MASK_GAP) : limit < -1 ? marks->high_bits : 0;
    marks->bad_bits = sentinels->negative_marks ? MASK_BIT(MASK_BAD) : limit < -2 ? marks->high_bits : 0;
}

static void prepare_float(struct sentinel_marks *marks, const struct sentinels *sentinels)
{
    if (!sentinels->has_saturation || isnan(sentinels->saturation))
        return;
    marks->high_bits = MASK_BIT(MASK_SATURATED);
    marks->last_double = sentinels->saturation;
    // The largest float that is not above the limit: then the comparison of floats is exact.
    marks->last_float = (float)sentinels->saturation;
    if ((double)marks->last_float > sentinels->saturation)
        marks->last_float = nextafterf(marks->last_float, -HUGE_VALF);
}

struct sentinel_marks sentinel_prepare(const struct sentinels *sentinels, enum sample_type type)
{
    const struct sample_traits *traits = sample_traits(type);
    const uint8_t wanted = (uint8_t)~sentinels->ignored;
    struct sentinel_marks marks = {.type = type};
    if (traits->is_float)
        prepare_float(&marks, sentinels);
    else if (traits->is_signed)
        prepare_signed(&marks, sentinels, traits->bytes);
    else
        prepare_unsigned(&marks, sentinels, traits->bytes);
    marks.gap_bits &= wanted;
    marks.bad_bits &= wanted;
    marks.high_bits &= wanted;
    if (!marks.high_bits) // nothing but the marks themselves is looked for
        marks.first_high = UINT64_MAX;
    marks.first_unsigned = marks.first_high;
    if ((marks.gap_bits || marks.bad_bits) && marks.max_mark > 0 && marks.max_mark - 1 < marks.first_high)
        marks.first_unsigned = marks.max_mark - 1;
    marks.any = marks.gap_bits || marks.bad_bits || marks.high_bits;
    return marks;
}

#define FIND_UNSIGNED(name, stored)                                                                          \
    IMAGE_CLONES static bool name(const struct sentinel_marks *marks, const void *samples, size_t count,     \
                                  uint8_t *classes)                                                          \
    {                                                                                                        \
        const stored *values = samples, max = (stored)-1, mark = (stored)marks->max_mark;                    \
        const stored first = marks->first_unsigned > max ? max : (stored)marks->first_unsigned;              \
        const stored high = marks->first_high > max ? max : (stored)marks->first_high;                       \
        const uint8_t gap_bits = marks->gap_bits, bad_bits = marks->bad_bits, high_bits = marks->high_bits;  \
        stored any = 0;                                                                                      \
        for (size_t i = 0; i < count; i++)                                                                   \
            any |= (stored) - (values[i] >= first);                                                          \
        if (!any)                                                                                            \
            return false;                                                                                    \
        uint8_t found = 0;                                                                                   \
        for (size_t i = 0; i < count; i++) {                                                                 \
            uint8_t bits = values[i] >= high ? high_bits : 0;                                                \
            bits = values[i] == max || values[i] == mark ? gap_bits : bits;                                  \
            bits = values[i] == max - 1 || values[i] == mark - 1 ? bad_bits : bits;                          \
            classes[i] |= bits;                                                                              \
            found |= bits;                                                                                   \
        }                                                                                                    \
        return found != 0;                                                                                   \
    }
FIND_UNSIGNED(find_u8, uint8_t)
FIND_UNSIGNED(find_u16, uint16_t)
FIND_UNSIGNED(find_u32, uint32_t)
FIND_UNSIGNED(find_u64, uint64_t)
#undef FIND_UNSIGNED

// -1 and -2 are the two values whose sum with 2 is 0 or 1 without a sign.
#define FIND_SIGNED(name, stored, plain)                                                                     \
    IMAGE_CLONES static bool name(const struct sentinel_marks *marks, const void *samples, size_t count,     \
                                  uint8_t *classes)                                                          \
    {                                                                                                        \
        const stored *values = samples, first = (stored)marks->first_signed;                                 \
        const uint8_t gap_bits = marks->gap_bits, bad_bits = marks->bad_bits, high_bits = marks->high_bits;  \
        plain any = 0;                                                                                       \
        for (size_t i = 0; i < count; i++)                                                                   \
            any |= (plain)((plain) - (values[i] >= first) | (plain) - ((plain)((plain)values[i] + 2) < 2));  \
        if (!any)                                                                                            \
            return false;                                                                                    \
        uint8_t found = 0;                                                                                   \
        for (size_t i = 0; i < count; i++) {                                                                 \
            uint8_t bits = values[i] >= first ? high_bits : 0;                                               \
            bits = values[i] == -1 ? gap_bits : bits;                                                        \
            bits = values[i] == -2 ? bad_bits : bits;                                                        \
            classes[i] |= bits;                                                                              \
            found |= bits;                                                                                   \
        }                                                                                                    \
        return found != 0;                                                                                   \
    }
FIND_SIGNED(find_i8, int8_t, uint8_t)
FIND_SIGNED(find_i16, int16_t, uint16_t)
FIND_SIGNED(find_i32, int32_t, uint32_t)
FIND_SIGNED(find_i64, int64_t, uint64_t)
#undef FIND_SIGNED

// A NaN is above nothing.
#define FIND_FLOAT(name, stored, whole, field)                                                               \
    IMAGE_CLONES static bool name(const struct sentinel_marks *marks, const void *samples, size_t count,     \
                                  uint8_t *classes)                                                          \
    {                                                                                                        \
        const stored *values = samples, last = marks->field;                                                 \
        const uint8_t high_bits = marks->high_bits;                                                          \
        whole any = 0;                                                                                       \
        for (size_t i = 0; i < count; i++)                                                                   \
            any |= (whole) - (values[i] > last);                                                             \
        for (size_t i = 0; any && i < count; i++)                                                            \
            classes[i] |= values[i] > last ? high_bits : 0;                                                  \
        return any != 0;                                                                                     \
    }
FIND_FLOAT(find_f32, float, uint32_t, last_float)
FIND_FLOAT(find_f64, double, uint64_t, last_double)
#undef FIND_FLOAT

static bool find_f16(const struct sentinel_marks *marks, const void *samples, size_t count, uint8_t *classes)
{
    const uint16_t *halves = samples;
    float floats[STEP];
    sample_row_to_float(SAMPLE_F16, halves, count, floats);
    return find_f32(marks, floats, count, classes);
}

bool sentinel_find(const struct sentinel_marks *marks, const void *samples, size_t count, uint8_t *classes)
{
    typedef bool finder(const struct sentinel_marks *marks, const void *samples, size_t count,
                        uint8_t *classes);
    static finder *const finders[SAMPLE_COUNT] = {
        [SAMPLE_U8] = find_u8,   [SAMPLE_I8] = find_i8,   [SAMPLE_U16] = find_u16, [SAMPLE_I16] = find_i16,
        [SAMPLE_U32] = find_u32, [SAMPLE_I32] = find_i32, [SAMPLE_U64] = find_u64, [SAMPLE_I64] = find_i64,
        [SAMPLE_F16] = find_f16, [SAMPLE_F32] = find_f32, [SAMPLE_F64] = find_f64,
    };
    const size_t bytes = sample_traits(marks->type)->bytes;
    bool any = false;
    for (size_t at = 0; marks->any && at < count; at += STEP)
        any |= finders[marks->type](marks, (const unsigned char *)samples + at * bytes,
                                    count - at < STEP ? count - at : STEP, classes + at);
    return any;
}

bool sentinel_spares(const struct sentinel_marks *marks, int64_t end)
{
    return !marks->any || (sample_traits(marks->type)->is_signed ? marks->first_signed >= end
                                                                 : marks->first_unsigned >= (uint64_t)end);
}

void sentinel_describe(const struct frame_info *info, uint8_t bits, double value, char *buffer, size_t size)
{
    static const char *const kinds[MASK_LAYER_COUNT] = {
        [MASK_USER] = "masked (user)",     [MASK_FILE] = "masked (file)",     [MASK_GAP] = "gap",
        [MASK_BAD] = "bad pixel",          [MASK_HOT] = "hot pixel",          [MASK_SATURATED] = "saturated",
        [MASK_USER_2] = "masked (user 2)", [MASK_USER_3] = "masked (user 3)",
    };
    const struct sample_traits *traits = sample_traits(info->type);
    const bool no_data =
        info->sentinels.max_is_no_data && !traits->is_float && !traits->is_signed &&
        (value >= traits->max || value == (double)largest_counted(&info->sentinels, traits->bytes));
    size_t used = 0;
    buffer[0] = '\0';
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if (!(bits & MASK_BIT(layer)))
            continue;
        const char *kind = layer == MASK_GAP && no_data ? "no data" : kinds[layer];
        snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", kind);
        used = strlen(buffer);
    }
}
