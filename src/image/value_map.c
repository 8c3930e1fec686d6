// SPDX-License-Identifier: MIT
// Choosing the map from samples, and going both ways.
#include "image/value_map.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOKED_AT = 4096,
    CLOSE = 12,       // a spread below 2^-12 of the distance from zero leaves float32 too few steps
    DOUBLE_BITS = 12, // the lowest bits of a 64-bit integer, which a double may not hold
    LARGEST = 100,    // powers of two between which float32 has room for outliers of both kinds
    SMALLEST = -60
};

bool value_map_is_identity(const struct value_map *map)
{
    return map->origin == 0 && map->exponent == 0;
}

bool value_map_same(const struct value_map *a, const struct value_map *b)
{
    return a->origin == b->origin && a->exponent == b->exponent;
}

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// What counts of the samples, in ascending order; returns how many.
static size_t collect(enum sample_type type, const void *samples, const uint8_t *classes, size_t count,
                      double *values)
{
    const size_t bytes = sample_traits(type)->bytes, step = count / LOOKED_AT + 1;
    size_t kept = 0;
    for (size_t i = 0; i < count; i += step) {
        const double value = sample_value(type, (const unsigned char *)samples + i * bytes);
        if (isfinite(value) && value != 0 && !(classes && classes[i]))
            values[kept++] = value;
    }
    qsort(values, kept, sizeof *values, compare_doubles);
    return kept;
}

static bool is_wide(enum sample_type type)
{
    return sample_traits(type)->bytes == 8;
}

// An integer that is a double exactly.
static struct value_map integer_origin(enum sample_type type, double value)
{
    const double limit = sample_traits(type)->is_signed ? 0x1p63 : 0x1p64;
    uint64_t bits;
    if (value >= limit)
        value = nextafter(limit, 0);
    bits = sample_traits(type)->is_signed ? (uint64_t)(int64_t)value : (uint64_t)value;
    bits &= ~((UINT64_C(1) << DOUBLE_BITS) - 1);
    return (struct value_map){.origin = sample_traits(type)->is_signed ? (double)(int64_t)bits : (double)bits,
                              .whole = (int64_t)bits};
}

struct value_map value_map_choose(enum sample_type type, const void *samples, const uint8_t *classes,
                                  size_t count)
{
    struct value_map map = {0};
    if (!is_wide(type) || count == 0)
        return map;
    double *values = malloc((LOOKED_AT + 1) * sizeof *values);
    const size_t kept = values ? collect(type, samples, classes, count, values) : 0;
    if (kept > 0) {
        const double median = values[kept / 2], spread = values[kept - 1 - kept / 10] - values[kept / 10];
        const bool is_float = sample_traits(type)->is_float;
        if ((is_float || fabs(median) >= 0x1p24) && spread < ldexp(fabs(median), -CLOSE))
            map = is_float ? (struct value_map){.origin = median} : integer_origin(type, median);
        // Of nearly all: outliers are clamped, and must not press the others together.
        const double first = values[kept / 10] / 2 - map.origin / 2,
                     last = values[kept - 1 - kept / 10] / 2 - map.origin / 2;
        const double largest = fmax(fabs(first), fabs(last));
        const int power = largest > 0 ? ilogb(largest) + 1 : 0;
        if (is_float && (power > LARGEST || power < SMALLEST))
            map.exponent = power;
    }
    free(values);
    return map;
}

// --- there and back ---

double value_map_stored(const struct value_map *map, double value)
{
    if (map->exponent == 0)
        return value - map->origin;
    // Scaled first: the difference of two large doubles may overflow.
    const int power = (int)-map->exponent;
    return ldexp(value, power) - ldexp(map->origin, power);
}

double value_map_true(const struct value_map *map, double stored)
{
    return ldexp(stored, (int)map->exponent) + map->origin;
}

static double difference(uint64_t a, uint64_t b, bool less)
{
    return less ? -(double)(b - a) : (double)(a - b);
}

static double stored_integer(const struct value_map *map, enum sample_type type, const unsigned char *at)
{
    const uint64_t origin = (uint64_t)map->whole;
    uint64_t bits;
    memcpy(&bits, at, sizeof bits);
    const bool less = type == SAMPLE_I64 ? (int64_t)bits < (int64_t)origin : bits < origin;
    return difference(bits, origin, less);
}

void value_map_row_to_double(const struct value_map *map, enum sample_type type, const void *samples,
                             size_t count, double *out)
{
    if (!is_wide(type) || value_map_is_identity(map)) {
        sample_row_to_double(type, samples, count, out);
        return;
    }
    const unsigned char *at = samples;
    for (size_t i = 0; i < count; i++, at += 8)
        out[i] = type == SAMPLE_F64 ? value_map_stored(map, sample_value(type, at))
                                    : stored_integer(map, type, at);
}

// Float32 has room for outliers; what is beyond even so is still a number and no infinity.
static float within_float(double value)
{
    if (isfinite(value))
        value = value > (double)FLT_MAX    ? (double)FLT_MAX
                : value < -(double)FLT_MAX ? -(double)FLT_MAX
                                           : value;
    return (float)value;
}

void value_map_row_to_float(const struct value_map *map, enum sample_type type, const void *samples,
                            size_t count, float *out)
{
    if (!is_wide(type) || value_map_is_identity(map)) {
        sample_row_to_float(type, samples, count, out);
        return;
    }
    enum { RUN = 256 };
    double run[RUN];
    for (size_t at = 0; at < count; at += RUN) {
        const size_t part = count - at < RUN ? count - at : RUN;
        value_map_row_to_double(map, type, (const unsigned char *)samples + 8 * at, part, run);
        for (size_t i = 0; i < part; i++)
            out[at + i] = within_float(run[i]);
    }
}
