// SPDX-License-Identifier: MIT
// Picking and comparing, in loops that the compiler turns into vector code.
#include "image/low_counts.h"

#include "image/clones.h"

#include <string.h>

enum { LANE_LIMIT = UINT8_MAX, HALF = LOW_VALUES / 2 };

#define PICK(name, stored)                                                                                   \
    IMAGE_CLONES static void name(const stored *restrict samples, size_t count, uint8_t *restrict low)       \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            low[i] = (uint8_t)(samples[i] < LOW_VALUES ? samples[i] : LOW_NONE);                             \
    }
PICK(pick_8, uint8_t)
PICK(pick_16, uint16_t)
PICK(pick_32, uint32_t)
PICK(pick_64, uint64_t)
#undef PICK

IMAGE_CLONES static void leave_out(const uint8_t *restrict masked, size_t count, uint8_t *restrict low)
{
    for (size_t i = 0; i < count; i++)
        low[i] |= masked[i] ? LOW_NONE : 0;
}

IMAGE_CLONES static uint16_t picked(const uint8_t *low, size_t count)
{
    uint16_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = (uint16_t)(sum + (low[i] != LOW_NONE));
    return sum;
}

size_t low_counts_pick(const void *samples, size_t bytes, const uint8_t *masked, size_t count, uint8_t *low)
{
    switch (bytes) {
    case 1:
        pick_8(samples, count, low);
        break;
    case 2:
        pick_16(samples, count, low);
        break;
    case 4:
        pick_32(samples, count, low);
        break;
    default:
        pick_64(samples, count, low);
    }
    if (masked)
        leave_out(masked, count, low);
    return picked(low, count);
}

#define NARROW(name, stored)                                                                                 \
    IMAGE_CLONES static bool name(const stored *restrict samples, size_t count, uint8_t *restrict low)       \
    {                                                                                                        \
        stored all = 0;                                                                                      \
        for (size_t i = 0; i < count; i++) {                                                                 \
            all |= samples[i];                                                                               \
            low[i] = (uint8_t)samples[i];                                                                    \
        }                                                                                                    \
        return all < LOW_VALUES;                                                                             \
    }
NARROW(narrow_8, uint8_t)
NARROW(narrow_16, uint16_t)
NARROW(narrow_32, uint32_t)
NARROW(narrow_64, uint64_t)
#undef NARROW

static bool narrow(const void *samples, size_t bytes, size_t count, uint8_t *low)
{
    switch (bytes) {
    case 1:
        return narrow_8(samples, count, low);
    case 2:
        return narrow_16(samples, count, low);
    case 4:
        return narrow_32(samples, count, low);
    default:
        return narrow_64(samples, count, low);
    }
}

uint32_t low_counts_narrow(const void *samples, size_t bytes, size_t count, uint8_t *low)
{
    uint32_t parts = 0, part = 0;
    for (size_t at = 0; at < count && (part < 2 || parts); at += LOW_PART, part++) {
        const size_t now = count - at < LOW_PART ? count - at : LOW_PART;
        parts |= (uint32_t)narrow((const unsigned char *)samples + at * bytes, bytes, now, low + at) << part;
    }
    return parts;
}

typedef uint8_t vector __attribute__((vector_size(LOW_VECTOR)));

// Whether any is one of the upper half of the values, or none.
IMAGE_CLONES static bool any_upper(const uint8_t *low, size_t count)
{
    uint8_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= low[i];
    return all >= HALF;
}

// A true comparison is -1. Eight counters at a time, so that they stay in registers.
IMAGE_CLONES static void compare(uint8_t lanes[LOW_VALUES][LOW_VECTOR], const uint8_t *low, size_t vectors)
{
    const size_t end = any_upper(low, vectors * LOW_VECTOR) ? LOW_VALUES : HALF;
    for (size_t first = 0; first < end; first += HALF) {
        vector counts[HALF];
        memcpy(counts, lanes[first], sizeof counts);
        for (size_t i = 0; i < vectors; i++) {
            vector values;
            memcpy(&values, low + i * LOW_VECTOR, sizeof values);
            values -= (uint8_t)first;
#pragma GCC unroll 8
            for (size_t k = 0; k < HALF; k++)
                counts[k] -= (vector)(values == (uint8_t)k);
        }
        memcpy(lanes[first], counts, sizeof counts);
    }
}

void low_counts_flush(struct low_counts *counts, struct histogram *histogram)
{
    for (size_t value = 0; value < LOW_VALUES; value++) {
        uint32_t sum = 0;
        for (size_t i = 0; i < LOW_VECTOR; i++)
            sum += counts->lanes[value][i];
        histogram_count_value(histogram, (uint8_t)value, sum);
    }
    *counts = (struct low_counts){0};
}

static void add_vectors(struct low_counts *counts, const uint8_t *low, size_t vectors,
                        struct histogram *histogram)
{
    while (vectors > 0) {
        const size_t room = LANE_LIMIT - counts->vectors, now = vectors < room ? vectors : room;
        compare(counts->lanes, low, now);
        counts->vectors += (unsigned)now;
        if (counts->vectors == LANE_LIMIT)
            low_counts_flush(counts, histogram);
        low += now * LOW_VECTOR;
        vectors -= now;
    }
}

void low_counts_add(struct low_counts *counts, const uint8_t *low, size_t count, struct histogram *histogram)
{
    const size_t whole = count / LOW_VECTOR, rest = count % LOW_VECTOR;
    add_vectors(counts, low, whole, histogram);
    if (rest == 0)
        return;
    uint8_t last[LOW_VECTOR];
    memset(last, LOW_NONE, sizeof last);
    memcpy(last, low + whole * LOW_VECTOR, rest);
    add_vectors(counts, last, 1, histogram);
}
