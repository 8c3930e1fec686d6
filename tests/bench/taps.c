// SPDX-License-Identifier: MIT
// Times the taps on one thread over a full detector frame of each common sample type. Not a test.
#include "image/taps.h"
#include "base/clock.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 4148, HEIGHT = 4362, BAND_ROWS = 128, ROUNDS = 7 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// A value like a detector's: a smooth background, noise and a few strong spots.
static double pixel_value(uint64_t *state, int64_t x, int64_t y)
{
    double dx = (double)(x - WIDTH / 2), dy = (double)(y - HEIGHT / 2);
    uint64_t random = next_random(state);
    double noise = (double)(random & 0xFFFF) + (double)(random >> 16 & 0xFFFF) - 65536;
    double mean = 3 + 200 * exp(-(dx * dx + dy * dy) / 1e6);
    return random >> 54 == 0 ? 5000 : mean + sqrt(mean) * noise / 27000;
}

static void store(enum sample_type type, unsigned char *at, double value)
{
    double count = value > 0 ? floor(value) : 0;
    if (type == SAMPLE_U8)
        *at = (uint8_t)(count > 255 ? 255 : count);
    else if (type == SAMPLE_U16)
        memcpy(at, &(uint16_t){(uint16_t)count}, 2);
    else if (type == SAMPLE_U32)
        memcpy(at, &(uint32_t){(uint32_t)count}, 4);
    else if (type == SAMPLE_F32)
        memcpy(at, &(float){(float)value}, 4);
    else
        memcpy(at, &value, 8);
}

static double once(const struct frame_info *info, const unsigned char *pixels, uint8_t *classes, int levels)
{
    struct taps *taps = NULL;
    if (taps_create(info, BAND_ROWS, levels, REDUCE_MEAN, &taps, NULL) != STATUS_OK)
        abort();
    size_t stride = (size_t)info->width * sample_traits(info->type)->bytes;
    int64_t start = clock_now_ns();
    for (int64_t y = 0; y < info->height; y += BAND_ROWS) {
        int64_t rows = info->height - y < BAND_ROWS ? info->height - y : BAND_ROWS;
        struct band band = {y, rows, info->width, info->type, pixels + (size_t)y * stride, stride};
        bool any = false;
        taps_band(taps, &band, classes + y * info->width, &any);
    }
    struct taps_result result = {0};
    taps_drain(taps, &result);
    double elapsed = (double)(clock_now_ns() - start) * 1e-6;
    taps_result_free(&result);
    taps_destroy(&taps);
    return elapsed;
}

static void measure(enum sample_type type, const char *what, double nan_share, bool gaps, bool blank,
                    int levels)
{
    struct frame_info info = {
        .width = WIDTH, .height = HEIGHT, .type = type, .sentinels.max_is_no_data = gaps};
    const struct sample_traits *traits = sample_traits(type);
    size_t count = (size_t)WIDTH * HEIGHT;
    unsigned char *pixels = must_alloc(count * traits->bytes);
    uint8_t *classes = must_alloc(count);
    uint64_t state = 88172645463325252U;
    for (size_t i = 0; i < count && !blank; i++) {
        int64_t x = (int64_t)(i % WIDTH), y = (int64_t)(i / WIDTH);
        bool nan = nan_share > 0 && (double)(next_random(&state) >> 11) * 0x1p-53 < nan_share;
        store(type, pixels + i * traits->bytes, nan ? (double)NAN : pixel_value(&state, x, y));
        classes[i] = gaps && (x % 1030 < 10 || y % 514 < 30) ? MASK_BIT(MASK_GAP) : 0;
    }
    double best = once(&info, pixels, classes, levels);
    for (int round = 1; round < ROUNDS; round++)
        best = fmin(best, once(&info, pixels, classes, levels));
    printf("%-4s %-28s %7.1f ms %8.0f MB/s %6.2f ns/px\n", traits->name, what, best,
           (double)count * (double)traits->bytes / best * 1e-3, best * 1e6 / (double)count);
    free(pixels);
    free(classes);
}

int main(void)
{
    int levels = reduce_level_count(WIDTH, HEIGHT);
    measure(SAMPLE_F32, "clean", 0, false, false, levels);
    measure(SAMPLE_F32, "clean, no pyramid", 0, false, false, 0);
    measure(SAMPLE_F32, "module gaps masked", 0, true, false, levels);
    measure(SAMPLE_F32, "1 % NaN", 0.01, false, false, levels);
    measure(SAMPLE_F32, "all zero", 0, false, true, levels);
    measure(SAMPLE_U16, "clean", 0, false, false, levels);
    measure(SAMPLE_U16, "gaps masked, max = no data", 0, true, false, levels);
    measure(SAMPLE_U16, "all zero", 0, false, true, levels);
    measure(SAMPLE_U8, "clean", 0, false, false, levels);
    measure(SAMPLE_U32, "clean", 0, false, false, levels);
    measure(SAMPLE_F64, "clean", 0, false, false, levels);
    return 0;
}
