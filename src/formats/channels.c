// SPDX-License-Identifier: MIT
// The luminance of RGB, exact for integers, and the choice of a channel.
#include "formats/channels.h"

#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PICK_BLOCK = 256 }; // pixels whose channels are separated at a time

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

void channels_luminance(enum sample_type type, const void *const rgb[3], int64_t count, void *out)
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

enum status channels_choose(const char *path, unsigned channels, bool rgb, int requested,
                            struct channel_choice *choice, struct error *error)
{
    if (requested != CHANNEL_AUTO && (unsigned)requested >= channels)
        return error_set(error, STATUS_UNSUPPORTED, "%s: there is no channel %d, each pixel has %u", path,
                         requested, channels);
    choice->channels = channels;
    choice->channel = requested != CHANNEL_AUTO ? requested : rgb && channels >= 3 ? CHANNEL_LUMINANCE : 0;
    return STATUS_OK;
}

void channels_note(const struct channel_choice *choice, char *note, size_t size)
{
    note[0] = '\0';
    if (choice->channel == CHANNEL_LUMINANCE)
        snprintf(note, size, "luminance 0.2126 R + 0.7152 G + 0.0722 B of %u channels", choice->channels);
    else if (choice->channels > 1)
        snprintf(note, size, "channel %d of %u", choice->channel, choice->channels);
}

#define PICK(name, word)                                                                                     \
    static void name(const uint8_t *samples, size_t step, size_t count, uint8_t *out)                        \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            word sample;                                                                                     \
            memcpy(&sample, samples + i * step, sizeof sample);                                              \
            memcpy(out + i * sizeof sample, &sample, sizeof sample);                                         \
        }                                                                                                    \
    }
PICK(pick_8, uint8_t)
PICK(pick_16, uint16_t)
PICK(pick_32, uint32_t)
PICK(pick_64, uint64_t)
#undef PICK

// Every `channels`-th item from `samples` on.
static void pick_items(const uint8_t *samples, size_t item, size_t channels, int64_t count, uint8_t *out)
{
    void (*const pick)(const uint8_t *, size_t, size_t, uint8_t *) = item == 1   ? pick_8
                                                                     : item == 2 ? pick_16
                                                                     : item == 4 ? pick_32
                                                                                 : pick_64;
    pick(samples, channels * item, (size_t)count, out);
}

void channels_pick(enum sample_type type, const struct channel_choice *choice, const void *samples,
                   int64_t count, void *out)
{
    const size_t item = sample_traits(type)->bytes;
    const uint8_t *from = samples;
    if (choice->channel != CHANNEL_LUMINANCE) {
        pick_items(from + (size_t)choice->channel * item, item, choice->channels, count, out);
        return;
    }
    for (int64_t done = 0; done < count; done += PICK_BLOCK) {
        uint64_t planes[3][PICK_BLOCK];
        const void *const rgb[3] = {planes[0], planes[1], planes[2]};
        const int64_t block = int64_min(PICK_BLOCK, count - done);
        const uint8_t *at = from + (size_t)done * choice->channels * item;
        for (size_t i = 0; i < 3; i++)
            pick_items(at + i * item, item, choice->channels, block, (uint8_t *)planes[i]);
        channels_luminance(type, rgb, block, (uint8_t *)out + (size_t)done * item);
    }
}
