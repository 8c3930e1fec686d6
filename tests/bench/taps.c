// SPDX-License-Identifier: MIT
// Times the taps on one thread over a full detector frame of each sample type. Not a test.
#include "image/taps.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

// The nearest half that is not larger, for values from 2^-14 to below 65536, and 0 for those below.
static uint16_t half_of(double value)
{
    int exponent;
    const double mantissa = frexp(value, &exponent);
    if (!(value >= 0x1p-14))
        return isnan(value) ? 0x7E00 : 0;
    return (uint16_t)((uint32_t)(exponent + 14) << 10 | ((uint32_t)(mantissa * 2048) & 0x3FF));
}

// `base` is added to 64-bit integers: values far from zero are counted by another way (image/value_map.h).
static void store(enum sample_type type, unsigned char *at, double value, int64_t base)
{
    const struct sample_traits *traits = sample_traits(type);
    if (type == SAMPLE_F16) {
        memcpy(at, &(uint16_t){half_of(value)}, 2);
    } else if (type == SAMPLE_F32) {
        memcpy(at, &(float){(float)value}, 4);
    } else if (type == SAMPLE_F64) {
        memcpy(at, &value, 8);
    } else {
        const double limit = fmin(traits->max, 1e9);
        const int64_t count = (int64_t)(value > limit ? limit : value > 0 ? value : 0) + base;
        memcpy(at, &count, traits->bytes);
    }
}

static double once(const struct frame_info *info, const unsigned char *pixels, uint8_t *classes,
                   bool unmarked, int levels)
{
    struct taps *taps = NULL;
    if (taps_create(info, BAND_ROWS, levels, REDUCE_MEAN, &taps, NULL) != STATUS_OK)
        abort();
    size_t stride = (size_t)info->width * sample_traits(info->type)->bytes;
    const clock_t start = clock(); // the processor's time: other programs may run as well
    for (int64_t y = 0; y < info->height; y += BAND_ROWS) {
        int64_t rows = info->height - y < BAND_ROWS ? info->height - y : BAND_ROWS;
        struct band band = {.y = y,
                            .rows = rows,
                            .width = info->width,
                            .type = info->type,
                            .pixels = pixels + (size_t)y * stride,
                            .stride = stride,
                            .unmarked = unmarked};
        bool any = false;
        taps_band(taps, &band, classes + y * info->width, &any);
    }
    struct taps_result result = {0};
    taps_drain(taps, &result);
    double elapsed = (double)(clock() - start) * 1000 / CLOCKS_PER_SEC;
    taps_result_free(&result);
    taps_destroy(&taps);
    return elapsed;
}

enum content { CLEAN, GAPS, MARKS, SOME_NAN, BLANK, FAR };

static const char *const contents[] = {
    [CLEAN] = "clean",      [GAPS] = "module gaps masked", [MARKS] = "module gaps marked",
    [SOME_NAN] = "1 % NaN", [BLANK] = "all zero",          [FAR] = "1e18 and more",
};

// All that is repeated for each row of the table.
struct frame {
    struct frame_info info;
    unsigned char *pixels;
    uint8_t *classes;
};

static struct frame frame_make(enum sample_type type, enum content content)
{
    const size_t bytes = sample_traits(type)->bytes, count = (size_t)WIDTH * HEIGHT;
    struct frame frame = {.info = {.width = WIDTH, .height = HEIGHT, .type = type}};
    const bool marked = content == GAPS || content == MARKS;
    frame.info.sentinels = (struct sentinels){.max_is_no_data = marked, .negative_marks = marked};
    frame.pixels = must_alloc(count * bytes);
    frame.classes = must_alloc(count);
    uint64_t state = 88172645463325252U;
    for (size_t i = 0; i < count && content != BLANK; i++) {
        const int64_t x = (int64_t)(i % WIDTH), y = (int64_t)(i / WIDTH);
        const bool nan = content == SOME_NAN && next_random(&state) % 100 == 0;
        store(type, frame.pixels + i * bytes, nan ? (double)NAN : pixel_value(&state, x, y),
              content == FAR ? INT64_C(1000000000000000000) : 0);
        const bool gap = x % 1030 < 10 || y % 514 < 30;
        if (content == MARKS && gap)
            memset(frame.pixels + i * bytes, 0xff, bytes); // the largest unsigned number, or -1
        frame.classes[i] = content == GAPS && gap ? MASK_BIT(MASK_GAP) : 0;
    }
    frame.info.map = value_map_choose(type, frame.pixels, NULL, count);
    return frame;
}

static void measure(enum sample_type type, enum content content, int levels)
{
    const struct sample_traits *traits = sample_traits(type);
    const double count = (double)WIDTH * HEIGHT;
    struct frame frame = frame_make(type, content);
    double best = HUGE_VAL;
    for (int round = 0; round < ROUNDS; round++) {
        best = fmin(best, once(&frame.info, frame.pixels, frame.classes, content != GAPS, levels));
        if (content == MARKS)
            memset(frame.classes, 0, (size_t)WIDTH * HEIGHT);
    }
    printf("%-4s %-20s %-10s %7.1f ms %8.0f MB/s %6.2f ns/px\n", traits->name, contents[content],
           levels ? "" : "no pyramid", best, count * (double)traits->bytes / best * 1e-3, best * 1e6 / count);
    free(frame.pixels);
    free(frame.classes);
}

// Usage: bench_taps [TYPE]
int main(int argc, char **argv)
{
    const int levels = reduce_level_count(WIDTH, HEIGHT);
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        const struct sample_traits *traits = sample_traits((enum sample_type)type);
        if (argc > 1 && strcmp(argv[1], traits->name) != 0)
            continue;
        measure((enum sample_type)type, CLEAN, levels);
        measure((enum sample_type)type, CLEAN, 0);
        measure((enum sample_type)type, GAPS, levels);
        if (!traits->is_float)
            measure((enum sample_type)type, MARKS, levels);
        measure((enum sample_type)type, BLANK, levels);
        if (traits->is_float)
            measure((enum sample_type)type, SOME_NAN, levels);
        else if (traits->bytes == 8)
            measure((enum sample_type)type, FAR, levels);
    }
    return 0;
}
