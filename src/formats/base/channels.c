// SPDX-License-Identifier: MIT
// The luminance of RGB, exact for integers, parts of complex numbers, and the choice of a channel.
#include "formats/base/channels.h"

#include "base/size.h"
#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

// Rounds a value to a sample of a floating type.
static void store_float(enum sample_type type, double value, uint8_t *out)
{
    const float single = (float)value;
    const uint16_t half = double_to_half(value);
    const void *result = type == SAMPLE_F64   ? (const void *)&value
                         : type == SAMPLE_F32 ? (const void *)&single
                                              : &half;
    memcpy(out, result, sample_traits(type)->bytes);
}

static double weighted(double r, double g, double b)
{
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

static void luminance_float(enum sample_type type, const void *const rgb[3], int64_t count, uint8_t *out)
{
    size_t bytes = sample_traits(type)->bytes;
    for (size_t i = 0; i < (size_t)count; i++) {
        const double y = weighted(sample_value(type, (const uint8_t *)rgb[0] + i * bytes),
                                  sample_value(type, (const uint8_t *)rgb[1] + i * bytes),
                                  sample_value(type, (const uint8_t *)rgb[2] + i * bytes));
        store_float(type, y, out + i * bytes);
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

// Amplitude or phase of `count` complex numbers whose parts are in two rows of a floating type.
static void complex_part(enum sample_type type, int channel, const void *const parts[2], int64_t count,
                         uint8_t *out)
{
    const size_t bytes = sample_traits(type)->bytes;
    for (size_t i = 0; i < (size_t)count; i++) {
        const double real = sample_value(type, (const uint8_t *)parts[0] + i * bytes);
        const double imaginary = sample_value(type, (const uint8_t *)parts[1] + i * bytes);
        store_float(type, channel == CHANNEL_PHASE ? atan2(imaginary, real) : hypot(real, imaginary),
                    out + i * bytes);
    }
}

// How many channels, from the first on, a sample is made of; 0 for one that is taken as it is.
static unsigned joined_count(const struct channel_choice *choice)
{
    return choice->channel >= 0 ? 0 : choice->channel == CHANNEL_LUMINANCE ? 3 : 2;
}

static void channels_join(enum sample_type type, const struct channel_choice *choice,
                          const void *const rows[CHANNELS_JOINED], int64_t count, void *out)
{
    if (choice->channel == CHANNEL_LUMINANCE)
        channels_luminance(type, rows, count, out);
    else
        complex_part(type, choice->channel, rows, count, out);
}

enum status channels_choose(const char *path, unsigned channels, bool rgb, int requested,
                            struct channel_choice *choice, struct error *error)
{
    if (requested != CHANNEL_AUTO && (unsigned)requested >= channels)
        return error_set(error, STATUS_UNSUPPORTED, "%s: there is no channel %d, each pixel has %u", path,
                         requested, channels);
    *choice = (struct channel_choice){.channels = channels};
    choice->channel = requested != CHANNEL_AUTO ? requested : rgb && channels >= 3 ? CHANNEL_LUMINANCE : 0;
    return STATUS_OK;
}

// The channels of complex numbers, in the order of their numbers.
static const struct {
    const char *suffix, *note;
    int channel;
} parts[] = {
    {"#amplitude", "amplitude of complex numbers", CHANNEL_AMPLITUDE},
    {"#phase", "phase of complex numbers, in radians", CHANNEL_PHASE},
    {"#real", "real part of complex numbers", 0},
    {"#imag", "imaginary part of complex numbers", 1},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

enum status channels_choose_complex(const char *path, int requested, struct channel_choice *choice,
                                    struct error *error)
{
    if (requested >= PARTS)
        return error_set(
            error, STATUS_UNSUPPORTED,
            "%s: complex numbers have the channels 0 (amplitude), 1 (phase), 2 (real) and 3 (imaginary part), not %d",
            path, requested);
    *choice = (struct channel_choice){
        .channels = 2, .channel = parts[requested > 0 ? requested : 0].channel, .complex = true};
    return STATUS_OK;
}

int channels_part_named(const char *words)
{
    for (int i = 0; i < PARTS; i++)
        if (strcmp(words, parts[i].suffix) == 0)
            return i;
    return CHANNEL_AUTO;
}

int channels_cut_part(char *selector)
{
    char *mark = strrchr(selector, '#');
    const int part = mark ? channels_part_named(mark) : CHANNEL_AUTO;
    if (part != CHANNEL_AUTO)
        *mark = '\0';
    return part;
}

void channels_note(const struct channel_choice *choice, char *note, size_t size)
{
    note[0] = '\0';
    for (int i = 0; choice->complex && i < PARTS; i++)
        if (parts[i].channel == choice->channel)
            snprintf(note, size, "%s", parts[i].note);
    if (choice->complex)
        return;
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
    const unsigned joined = joined_count(choice);
    if (joined == 0) {
        pick_items(from + (size_t)choice->channel * item, item, choice->channels, count, out);
        return;
    }
    for (int64_t done = 0; done < count; done += PICK_BLOCK) {
        uint64_t planes[CHANNELS_JOINED][PICK_BLOCK];
        const void *const rows[CHANNELS_JOINED] = {planes[0], planes[1], planes[2]};
        const int64_t block = int64_min(PICK_BLOCK, count - done);
        const uint8_t *at = from + (size_t)done * choice->channels * item;
        for (size_t i = 0; i < joined; i++)
            pick_items(at + i * item, item, choice->channels, block, (uint8_t *)planes[i]);
        channels_join(type, choice, rows, block, (uint8_t *)out + (size_t)done * item);
    }
}

// --- Channels that lie apart ---

struct joining {
    enum sample_type type;
    const struct channel_choice *choice;
    channel_decode *decode;
    void *context;
    uint8_t *rows[CHANNELS_JOINED]; // as many as fit
};

// Fills lost pixels as every reader does, and returns how many they are.
static int64_t lose_pixels(enum sample_type type, uint8_t *pixels, const uint8_t *classes, int64_t count)
{
    const size_t item = sample_traits(type)->bytes;
    int64_t lost = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!(classes[i] & MASK_BIT(MASK_BAD)))
            continue;
        lost++;
        if (sample_traits(type)->is_float)
            store_float(type, (double)NAN, pixels + (size_t)i * item);
        else
            memset(pixels + (size_t)i * item, 0, item);
    }
    return lost;
}

// Decodes and joins `part`, whose channels fit the rows.
static enum status join_part(struct joining *joining, const struct decode_request *part,
                             struct decode_report *report, struct error *error)
{
    const size_t row = (size_t)part->rect.width * sample_traits(joining->type)->bytes;
    struct decode_report lost = {0};
    for (unsigned i = 0; i < joined_count(joining->choice); i++) {
        struct decode_request request = *part;
        request.pixels = joining->rows[i];
        request.stride = row;
        enum status status = joining->decode(joining->context, i, &request, &lost, error);
        if (status != STATUS_OK)
            return status;
    }
    for (int64_t y = 0; y < part->rect.height; y++) {
        const size_t at = (size_t)y * row;
        const void *const rows[CHANNELS_JOINED] = {joining->rows[0] + at, joining->rows[1] + at,
                                                   joining->rows[2] + at};
        uint8_t *out = (uint8_t *)part->pixels + (size_t)y * part->stride;
        channels_join(joining->type, joining->choice, rows, part->rect.width, out);
        if (lost.lost_pixels > 0)
            report->lost_pixels +=
                lose_pixels(joining->type, out, part->classes + y * part->rect.width, part->rect.width);
    }
    if (!report->first_loss.text[0])
        report->first_loss = lost.first_loss;
    report->any_class = report->any_class || lost.any_class;
    return STATUS_OK;
}

enum status channels_decode(enum sample_type type, const struct channel_choice *choice,
                            channel_decode *decode, void *context, const struct decode_request *request,
                            struct decode_report *report, struct error *error)
{
    enum { PART_BYTES = 4 << 20 };
    if (joined_count(choice) == 0)
        return decode(context, (unsigned)choice->channel, request, report, error);
    struct joining joining = {.type = type, .choice = choice, .decode = decode, .context = context};
    const struct rect rect = request->rect;
    const size_t row = (size_t)rect.width * sample_traits(type)->bytes;
    const int64_t rows = int64_clamp((int64_t)(PART_BYTES / row), 1, rect.height);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < CHANNELS_JOINED; i++) {
        joining.rows[i] = malloc((size_t)rows * row);
        if (!joining.rows[i])
            status = error_set(error, STATUS_NO_MEMORY, "no memory to join the channels of %lld pixels",
                               (long long)(rows * rect.width));
    }
    for (int64_t y = 0; status == STATUS_OK && y < rect.height; y += rows) {
        struct decode_request part = *request;
        part.rect.y += y;
        part.rect.height = int64_min(rows, rect.height - y);
        part.pixels = (uint8_t *)request->pixels + (size_t)y * request->stride;
        part.classes += y * rect.width;
        status = join_part(&joining, &part, report, error);
    }
    for (size_t i = 0; i < CHANNELS_JOINED; i++)
        free(joining.rows[i]);
    return status;
}
