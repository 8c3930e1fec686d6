// SPDX-License-Identifier: MIT
// Conversion of samples by way of a number that holds each of them.
#include "formats/hdf5/hdf5_convert.h"

#include <math.h>
#include <string.h>

__extension__ typedef __int128 wide;

// A sample: exact in one of the two.
struct number {
    bool real;
    wide whole;
    double value;
};

static uint64_t load(const uint8_t *at, size_t bytes)
{
    uint64_t bits = 0;
    memcpy(&bits, at, bytes); // little-endian
    return bits;
}

static struct number load_number(enum sample_type type, const uint8_t *at)
{
    const struct sample_traits *traits = sample_traits(type);
    if (traits->is_float)
        return (struct number){.real = true, .value = sample_value(type, at)};
    const uint64_t bits = load(at, traits->bytes);
    const unsigned unused = 64 - 8 * (unsigned)traits->bytes;
    return (struct number){.whole =
                               traits->is_signed ? (wide)((int64_t)(bits << unused) >> unused) : (wide)bits};
}

// The integer of the type that is nearest, fractions cut off.
static uint64_t whole_of(const struct number *number, const struct sample_traits *traits)
{
    const unsigned bits = 8 * (unsigned)traits->bytes;
    const wide one = 1, high = (one << (traits->is_signed ? bits - 1 : bits)) - 1;
    const wide low = traits->is_signed ? -high - 1 : 0;
    wide whole = number->whole;
    if (number->real) {
        if (isnan(number->value))
            return 0;
        whole = number->value <= (double)low    ? low
                : number->value >= (double)high ? high
                                                : (wide)number->value;
    }
    return (uint64_t)(whole < low ? low : whole > high ? high : whole);
}

static void store_number(enum sample_type type, const struct number *number, uint8_t *at)
{
    const struct sample_traits *traits = sample_traits(type);
    if (type == SAMPLE_F64) {
        const double value = number->real ? number->value : (double)number->whole;
        memcpy(at, &value, sizeof value);
    } else if (type == SAMPLE_F32) {
        const float value = number->real ? (float)number->value : (float)number->whole;
        memcpy(at, &value, sizeof value);
    } else {
        const uint64_t bits = whole_of(number, traits);
        memcpy(at, &bits, traits->bytes);
    }
}

bool hdf5_convert(enum sample_type from, enum sample_type to, void *samples, size_t count)
{
    const size_t from_bytes = sample_traits(from)->bytes, bytes = sample_traits(to)->bytes;
    uint8_t *all = samples;
    if (from == SAMPLE_F16 || to == SAMPLE_F16)
        return false;
    // Those that grow are converted from the last one on, so that none is overwritten before.
    for (size_t i = 0; i < count; i++) {
        const size_t at = bytes > from_bytes ? count - 1 - i : i;
        const struct number number = load_number(from, all + at * from_bytes);
        store_number(to, &number, all + at * bytes);
    }
    return true;
}
