// SPDX-License-Identifier: MIT
// Loops over samples, one for each type, made by macros.
#include "sources/slab_sums.h"

#include "base/size.h"
#include "image/sentinel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Marks that leave a sample out; a saturated sample counts.
#define LEFT_OUT ((uint8_t)~MASK_BIT(MASK_SATURATED))

// Every type with its C type, without the half precision that C does not have.
#define FOR_INTEGERS(X)                                                                                      \
    X(SAMPLE_U8, u8, uint8_t)                                                                                \
    X(SAMPLE_I8, i8, int8_t)                                                                                 \
    X(SAMPLE_U16, u16, uint16_t)                                                                             \
    X(SAMPLE_I16, i16, int16_t)                                                                              \
    X(SAMPLE_U32, u32, uint32_t)                                                                             \
    X(SAMPLE_I32, i32, int32_t)
#define FOR_WIDE(X)                                                                                          \
    X(SAMPLE_U64, u64, uint64_t)                                                                             \
    X(SAMPLE_I64, i64, int64_t)

static bool fits_integers(enum sample_type type)
{
    return !sample_traits(type)->is_float && sample_traits(type)->bytes <= 4;
}

// --- buffers ---

void slab_sums_free(struct slab_sums *sums)
{
    free(sums->samples);
    free(sums->classes);
    free(sums->counted);
    free(sums->marks);
    free(sums->integers);
    free(sums->reals);
    free(sums->highest);
    memset(sums, 0, sizeof *sums);
}

// The buffer, which is made when its mode and type first need it; NULL where there is no memory.
static void *reserved(void *buffer, bool needed, size_t pixels, size_t bytes)
{
    size_t total;
    if (!needed || buffer || !size_multiply(pixels, bytes, &total))
        return buffer;
    return malloc(total);
}

enum status slab_sums_begin(struct slab_sums *sums, enum slab_mode mode, int64_t frames,
                            enum sample_type type, size_t pixels, const char *path, struct error *error)
{
    if (pixels > sums->capacity) {
        slab_sums_free(sums);
        sums->capacity = pixels;
    }
    sums->mode = mode;
    sums->type = type;
    sums->out = slab_type(mode, frames, type);
    sums->pixels = pixels;
    sums->sample_bytes = sample_traits(type)->bytes;
    const bool integers = mode != SLAB_MAX && fits_integers(type), reals = !fits_integers(type);
    const size_t room = sums->capacity;
    sums->samples = reserved(sums->samples, true, room, 8);
    sums->classes = reserved(sums->classes, true, room, 1);
    sums->counted = reserved(sums->counted, true, room, sizeof *sums->counted);
    sums->marks = reserved(sums->marks, true, room, 1);
    sums->integers = reserved(sums->integers, integers, room, sizeof *sums->integers);
    sums->reals = reserved(sums->reals, reals, 2 * room, sizeof *sums->reals);
    sums->highest = reserved(sums->highest, mode == SLAB_MAX, room, 8);
    if (!sums->samples || !sums->classes || !sums->counted || !sums->marks || (integers && !sums->integers) ||
        (reals && !sums->reals) || (mode == SLAB_MAX && !sums->highest)) {
        slab_sums_free(sums);
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for sums of %zu pixels", path,
                         pixels);
    }
    memset(sums->counted, 0, pixels * sizeof *sums->counted);
    memset(sums->marks, 0, pixels);
    if (integers)
        memset(sums->integers, 0, pixels * sizeof *sums->integers);
    else if (mode != SLAB_MAX)
        memset(sums->reals, 0, pixels * sizeof *sums->reals);
    return STATUS_OK;
}

uint8_t *slab_sums_classes(struct slab_sums *sums)
{
    memset(sums->classes, 0, sums->pixels);
    return sums->classes;
}

// --- marks ---

static void mark(struct slab_sums *sums, const struct sentinels *sentinels)
{
    const struct sentinel_marks marks = sentinel_prepare(sentinels, sums->type);
    if (marks.any)
        sentinel_find(&marks, sums->samples, sums->pixels, sums->classes);
    for (size_t i = 0; i < sums->pixels; i++)
        sums->marks[i] |= sums->classes[i];
}

// --- adding ---

#define ADD_INTEGERS(id, name, type)                                                                         \
    case id:                                                                                                 \
        for (size_t i = 0; i < sums->pixels; i++) {                                                          \
            const uint32_t counts = !(sums->classes[i] & LEFT_OUT);                                          \
            sums->integers[i] += counts ? (int64_t)((const type *)sums->samples)[i] : 0;                     \
            sums->counted[i] += counts;                                                                      \
        }                                                                                                    \
        break;

static void add_integers(struct slab_sums *sums)
{
    switch (sums->type) {
        FOR_INTEGERS(ADD_INTEGERS)
    default:
        break;
    }
}

static void add_reals(struct slab_sums *sums)
{
    double *row = sums->reals + sums->capacity;
    sample_row_to_double(sums->type, sums->samples, sums->pixels, row);
    for (size_t i = 0; i < sums->pixels; i++) {
        const bool counts = !(sums->classes[i] & LEFT_OUT) && !isnan(row[i]);
        sums->reals[i] += counts ? row[i] : 0;
        sums->counted[i] += counts;
    }
}

#define RAISE(id, name, type)                                                                                \
    case id:                                                                                                 \
        for (size_t i = 0; i < sums->pixels; i++) {                                                          \
            const type value = ((const type *)sums->samples)[i];                                             \
            type *highest = (type *)sums->highest + i;                                                       \
            const uint32_t counts = !(sums->classes[i] & LEFT_OUT);                                          \
            if (counts && (sums->counted[i] == 0 || value > *highest))                                       \
                *highest = value;                                                                            \
            sums->counted[i] += counts;                                                                      \
        }                                                                                                    \
        break;

// Floats by their value as double, which is exact, so that NaN and half precision are told apart.
static void raise_floats(struct slab_sums *sums)
{
    double *values = sums->reals, *row = sums->reals + sums->capacity;
    const size_t bytes = sums->sample_bytes;
    sample_row_to_double(sums->type, sums->samples, sums->pixels, row);
    for (size_t i = 0; i < sums->pixels; i++) {
        if ((sums->classes[i] & LEFT_OUT) || isnan(row[i]))
            continue;
        if (sums->counted[i]++ > 0 && row[i] <= values[i])
            continue;
        values[i] = row[i];
        memcpy((uint8_t *)sums->highest + i * bytes, (const uint8_t *)sums->samples + i * bytes, bytes);
    }
}

static void raise_highest(struct slab_sums *sums)
{
    switch (sums->type) {
        FOR_INTEGERS(RAISE)
        FOR_WIDE(RAISE)
    default:
        raise_floats(sums);
        break;
    }
}

void slab_sums_add(struct slab_sums *sums, const struct sentinels *sentinels)
{
    mark(sums, sentinels);
    if (sums->mode == SLAB_MAX)
        raise_highest(sums);
    else if (fits_integers(sums->type))
        add_integers(sums);
    else
        add_reals(sums);
}

// --- the result ---

#define PUT_INTEGERS(id, name, type)                                                                         \
    case id:                                                                                                 \
        for (size_t i = 0; i < count; i++) {                                                                 \
            const type value = (type)sums->integers[first + i];                                              \
            memcpy(row + i * sizeof value, &value, sizeof value);                                            \
        }                                                                                                    \
        break;

static void put_reals(const struct slab_sums *sums, size_t first, size_t count, uint8_t *row)
{
    const bool integers = fits_integers(sums->type), mean = sums->mode == SLAB_MEAN;
    for (size_t i = 0; i < count; i++) {
        const uint32_t counted = sums->counted[first + i];
        double value = integers ? (double)sums->integers[first + i] : sums->reals[first + i];
        value = counted == 0 ? (double)NAN : mean ? value / counted : value;
        const float narrow = (float)value;
        if (sums->out == SAMPLE_F32)
            memcpy(row + i * sizeof narrow, &narrow, sizeof narrow);
        else
            memcpy(row + i * sizeof value, &value, sizeof value);
    }
}

static void put_highest(const struct slab_sums *sums, size_t first, size_t count, uint8_t *row)
{
    const size_t bytes = sums->sample_bytes;
    // All ones is a NaN in every float type.
    const int nothing = sample_traits(sums->type)->is_float ? 0xFF : 0;
    memcpy(row, (const uint8_t *)sums->highest + first * bytes, count * bytes);
    for (size_t i = 0; i < count; i++) {
        if (sums->counted[first + i] == 0)
            memset(row + i * bytes, nothing, bytes);
    }
}

static void put_row(const struct slab_sums *sums, size_t first, size_t count, uint8_t *row)
{
    if (sums->mode == SLAB_MAX) {
        put_highest(sums, first, count, row);
        return;
    }
    switch (sums->out) {
        PUT_INTEGERS(SAMPLE_U32, u32, uint32_t)
        PUT_INTEGERS(SAMPLE_I32, i32, int32_t)
        PUT_INTEGERS(SAMPLE_U64, u64, uint64_t)
        PUT_INTEGERS(SAMPLE_I64, i64, int64_t)
    default:
        put_reals(sums, first, count, row);
        break;
    }
}

bool slab_sums_write(const struct slab_sums *sums, size_t width, size_t height, void *out, size_t stride,
                     uint8_t *classes)
{
    uint8_t any = 0;
    for (size_t y = 0; y < height; y++)
        put_row(sums, y * width, width, (uint8_t *)out + y * stride);
    for (size_t i = 0; i < width * height; i++) {
        classes[i] |= sums->counted[i] ? sums->marks[i] & MASK_BIT(MASK_SATURATED) : sums->marks[i];
        any |= classes[i];
    }
    return any != 0;
}
