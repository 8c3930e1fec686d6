// SPDX-License-Identifier: MIT
// Masking by value against comparisons of single samples.
#include "image/edit/mask_rule.h"

#include "image/random.h"
#include "support/testdata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 150, HEIGHT = 40, ROUNDS = 600 };

// -1, 0, 1 for the sample against a real number, exact for whole numbers of 64 bits too (long double has 64
// bits).
static int compare(enum sample_type type, const void *sample, double limit)
{
    long double value = sample_value(type, sample);
    if (type == SAMPLE_I64) {
        int64_t whole;
        memcpy(&whole, sample, sizeof whole);
        value = whole;
    } else if (type == SAMPLE_U64) {
        uint64_t whole;
        memcpy(&whole, sample, sizeof whole);
        value = whole;
    }
    return (value > (long double)limit) - (value < (long double)limit);
}

static bool selected(const struct mask_rule *rule, enum sample_type type, const void *sample)
{
    const double value = sample_value(type, sample);
    if (rule->kind == MASK_RULE_NOT_FINITE)
        return !isfinite(value);
    if (isnan(value))
        return false;
    const int low = compare(type, sample, rule->low), high = compare(type, sample, rule->high);
    switch (rule->kind) {
    case MASK_RULE_BELOW:
        return low < 0;
    case MASK_RULE_ABOVE:
        return high > 0;
    case MASK_RULE_BETWEEN:
        return low >= 0 && high <= 0;
    case MASK_RULE_OUTSIDE:
        return low < 0 || high > 0;
    default:
        return low == 0;
    }
}

static double random_limit(uint64_t *state, enum sample_type type, const uint8_t *samples)
{
    static const double odd[] = {0,         -1,         1,        0.5,       255,          255.5,    65535,
                                 -32768,    4294967295, 0x1p53,   0x1p60,    0x1p63,       0x1p64,   -0x1p63,
                                 1e300,     -1e300,     INFINITY, -INFINITY, 3.4028235e38, 0x1p-149, 65504,
                                 2147483647};
    const size_t bytes = sample_traits(type)->bytes;
    const uint64_t kind = random_below(state, 4);
    if (kind == 0)
        return odd[random_below(state, sizeof odd / sizeof odd[0])];
    const double value = sample_value(type, samples + random_below(state, WIDTH) * bytes);
    if (isnan(value))
        return 7;
    return kind == 1   ? value
           : kind == 2 ? nextafter(value, INFINITY)
                       : value + (random_unit(state) - 0.5) * 3;
}

// Any bit patterns, small numbers, and the ends of the type.
static void random_samples(uint64_t *state, enum sample_type type, uint8_t *out)
{
    const size_t bytes = sample_traits(type)->bytes;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
        const uint64_t kind = random_below(state, 5);
        uint64_t bits = kind == 0 ? UINT64_MAX : kind == 1 ? random_below(state, 5) : random_bits(state);
        if (kind == 2 && sample_traits(type)->is_signed)
            bits = (uint64_t)1 << (bytes * 8 - 1);
        memcpy(out + i * bytes, &bits, bytes);
    }
}

static void every_rule_for_every_type(void **unused)
{
    (void)unused;
    uint64_t state = 42;
    uint8_t *samples = malloc((size_t)WIDTH * HEIGHT * 8), *masked = malloc((size_t)WIDTH * HEIGHT);
    for (int round = 0; round < ROUNDS; round++) {
        const enum sample_type type = (enum sample_type)(round % SAMPLE_COUNT);
        const size_t bytes = sample_traits(type)->bytes;
        random_samples(&state, type, samples);
        for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
            masked[i] = random_below(&state, 9) == 0;
        const struct mask_rule rule = {.kind = (enum mask_rule_kind)random_below(&state, MASK_RULE_HOT),
                                       .low = random_limit(&state, type, samples),
                                       .high = random_limit(&state, type, samples)};
        const bool with_mask = random_below(&state, 2);
        struct bitmap *bitmap = NULL;
        assert_int_equal(bitmap_create(WIDTH, HEIGHT, &bitmap, NULL), STATUS_OK);
        const struct band band = {
            .y = 0, .rows = HEIGHT, .width = WIDTH, .type = type, .pixels = samples, .stride = WIDTH * bytes};
        mask_rule_band(&rule, &band, HEIGHT, 0, HEIGHT, with_mask ? masked : NULL, bitmap);
        for (int64_t i = 0; i < WIDTH * HEIGHT; i++) {
            const bool expected =
                !(with_mask && masked[i]) && selected(&rule, type, samples + (size_t)i * bytes);
            char text[32];
            if (bitmap_at(bitmap, i % WIDTH, i / WIDTH) != expected)
                fail_msg("%s %s (%.20g, %.20g): %s", sample_traits(type)->name, mask_rule_name(rule.kind),
                         rule.low, rule.high,
                         sample_format(type, samples + (size_t)i * bytes, text, sizeof text));
        }
        bitmap_destroy(&bitmap);
    }
    free(samples);
    free(masked);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool slow_hot(const struct mask_rule *rule, const double *image, bool counts, int64_t x, int64_t y)
{
    double values[31 * 31];
    size_t count = 0;
    const int64_t half = rule->window / 2;
    for (int64_t j = y - half; j <= y + half; j++)
        for (int64_t i = x - half; i <= x + half; i++)
            if (i >= 0 && j >= 0 && i < WIDTH && j < HEIGHT && !isnan(image[j * WIDTH + i]))
                values[count++] = image[j * WIDTH + i];
    const double value = image[y * WIDTH + x];
    if (isnan(value) || count < 4)
        return false;
    qsort(values, count, sizeof *values, compare_doubles);
    const double median = values[count / 2];
    for (size_t i = 0; i < count; i++)
        values[i] = fabs(values[i] - median);
    qsort(values, count, sizeof *values, compare_doubles);
    double deviation = 1.4826 * values[count / 2];
    if (counts)
        deviation = fmax(deviation, sqrt(fmax(median, 1)));
    return value > median + rule->sigmas * deviation;
}

static void hot_pixels(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    static const int windows[] = {3, 5, 7, 15};
    for (int round = 0; round < 16; round++) {
        const struct mask_rule rule = {
            .kind = MASK_RULE_HOT, .sigmas = 1 + random_unit(&state) * 6, .window = windows[round / 2 % 4]};
        const bool counts = round % 2;
        uint16_t *wholes = malloc(sizeof *wholes * WIDTH * HEIGHT);
        float *floats = malloc(sizeof *floats * WIDTH * HEIGHT);
        double *image = malloc(sizeof *image * WIDTH * HEIGHT);
        uint8_t *masked = malloc((size_t)WIDTH * HEIGHT);
        for (int64_t i = 0; i < WIDTH * HEIGHT; i++) {
            wholes[i] = (uint16_t)(random_below(&state, 12) + (random_below(&state, 60) == 0 ? 40 : 0));
            floats[i] = round % 4 < 2 && random_below(&state, 50) == 0
                            ? NAN
                            : (float)(random_unit(&state) * wholes[i]);
            masked[i] = round % 4 < 2 && random_below(&state, 20) == 0;
            image[i] = masked[i] ? NAN : counts ? wholes[i] : (double)floats[i];
        }
        struct bitmap *bitmap = NULL;
        assert_int_equal(bitmap_create(WIDTH, HEIGHT, &bitmap, NULL), STATUS_OK);
        // In two parts, as two bands give them, each with its halo.
        const int64_t halo = mask_rule_halo(&rule), cut = 17;
        for (int part = 0; part < 2; part++) {
            const int64_t y = part ? cut : 0, rows = part ? HEIGHT - cut : cut;
            const int64_t top = y - halo < 0 ? 0 : y - halo;
            const int64_t bottom = y + rows + halo > HEIGHT ? HEIGHT : y + rows + halo;
            const size_t item = counts ? 2 : 4;
            const struct band band = {.y = top,
                                      .rows = bottom - top,
                                      .width = WIDTH,
                                      .type = counts ? SAMPLE_U16 : SAMPLE_F32,
                                      .pixels = (const uint8_t *)(counts ? (void *)wholes : (void *)floats) +
                                                (size_t)(top * WIDTH) * item,
                                      .stride = WIDTH * item};
            mask_rule_band(&rule, &band, HEIGHT, y, rows, masked + top * WIDTH, bitmap);
        }
        int64_t found = 0;
        for (int64_t i = 0; i < WIDTH * HEIGHT; i++) {
            assert_int_equal(bitmap_at(bitmap, i % WIDTH, i / WIDTH),
                             slow_hot(&rule, image, counts, i % WIDTH, i / WIDTH));
            found += bitmap_at(bitmap, i % WIDTH, i / WIDTH);
        }
        assert_true(found > 0 && found < WIDTH * HEIGHT / 4);
        bitmap_destroy(&bitmap);
        free(wholes);
        free(floats);
        free(image);
        free(masked);
    }
}

static void bad_rules_are_refused(void **unused)
{
    (void)unused;
    const struct mask_rule bad[] = {{.kind = MASK_RULE_HOT, .sigmas = 3, .window = 4},
                                    {.kind = MASK_RULE_HOT, .sigmas = 3, .window = 33},
                                    {.kind = MASK_RULE_HOT, .sigmas = 0, .window = 5},
                                    {.kind = MASK_RULE_ABOVE, .high = NAN},
                                    {.kind = MASK_RULE_BETWEEN, .low = NAN, .high = 3}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        assert_int_equal(mask_rule_check(&bad[i], &error), STATUS_USAGE);
        assert_true(error.text[0]);
    }
    assert_int_equal(mask_rule_check(&(struct mask_rule){.kind = MASK_RULE_NOT_FINITE}, NULL), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_for_every_type),
        cmocka_unit_test(hot_pixels),
        cmocka_unit_test(bad_rules_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
