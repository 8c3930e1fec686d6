// SPDX-License-Identifier: MIT
// Tests of the taps over whole images of every type, against one slow walk over the same pixels.
#include "image/taps.h"

#include "base/size.h"
#include "image/generator.h"
#include "image/random.h"
#include "image/sentinel.h"
#include "support/testdata.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct image {
    struct frame_info info;
    unsigned char *pixels;
    size_t stride;
    uint8_t *classes; // as the reader knows them
};

static int64_t pixel_count(const struct image *image)
{
    return image->info.width * image->info.height;
}

static const unsigned char *pixel_at(const struct image *image, int64_t i)
{
    const struct frame_info *info = &image->info;
    return image->pixels + (size_t)(i / info->width) * image->stride +
           (size_t)(i % info->width) * sample_traits(info->type)->bytes;
}

// Random samples of a type: small numbers mostly, sometimes any pattern at all, so NaN, Inf and extremes
// occur.
static void fill_sample(enum sample_type type, unsigned char *at, uint64_t *seed)
{
    size_t bytes = sample_traits(type)->bytes;
    uint64_t bits = random_bits(seed), dice = random_below(seed, 400);
    double value = random_unit(seed) * 1000 - 100;
    if (dice == 0) {
        bits = UINT64_MAX; // the maximum of unsigned types, NaN
    } else if (dice == 1 && sample_traits(type)->is_float) {
        bits = type == SAMPLE_F16 ? 0x7C00 : type == SAMPLE_F32 ? 0xFF800000 : 0x7FF0000000000000;
    } else if (type == SAMPLE_F32) {
        memcpy(at, &(float){(float)value}, 4);
        return;
    } else if (type == SAMPLE_F64) {
        memcpy(at, &value, 8);
        return;
    } else if (type == SAMPLE_F16) {
        bits = (bits & 0x83FF) | (10 + bits % 12) << 10;
    } else if (bytes > 2) {
        bits = dice < 20 ? bits >> 40 : bits % 4000;
    }
    memcpy(at, &bits, bytes);
}

static struct image make_marked(int64_t width, int64_t height, enum sample_type type,
                                struct sentinels sentinels, bool masked, size_t padding, uint64_t seed)
{
    struct image image = {.info = {.width = width, .height = height, .type = type, .sentinels = sentinels}};
    size_t bytes = sample_traits(type)->bytes;
    image.stride = (size_t)width * bytes + padding;
    image.pixels = malloc(image.stride * (size_t)height);
    image.classes = calloc(1, (size_t)pixel_count(&image));
    for (int64_t i = 0; i < pixel_count(&image); i++) {
        fill_sample(type, image.pixels + (pixel_at(&image, i) - image.pixels), &seed);
        bool gap = (i % width) / 40 % 5 == 2 || random_below(&seed, 100) == 0;
        if (masked && gap)
            image.classes[i] = (uint8_t)(1 + random_below(&seed, 255));
    }
    return image;
}

static struct image make(int64_t width, int64_t height, enum sample_type type, bool no_data, bool masked,
                         size_t padding, uint64_t seed)
{
    const struct sentinels sentinels = {.max_is_no_data = no_data};
    return make_marked(width, height, type, sentinels, masked, padding, seed);
}

static void image_free(struct image *image)
{
    free(image->pixels);
    free(image->classes);
}

struct reference {
    uint8_t *classes; // with the gaps marked
    double *values;   // of the pixels that count
    size_t valid;
    int64_t nan, inf, masked;
    bool any;
    double *sample; // of the regular sample
    size_t sample_count;
};

// The sample above the saturation value? 64-bit integers are compared without rounding them to double.
static bool is_saturated(enum sample_type type, const unsigned char *at, double saturation)
{
    uint64_t bits = 0;
    memcpy(&bits, at, sample_traits(type)->bytes);
    if (type == SAMPLE_U64)
        return (long double)bits > (long double)saturation;
    if (type == SAMPLE_I64)
        return (long double)(int64_t)bits > (long double)saturation;
    return sample_value(type, at) > saturation;
}

// Whether an unsigned sample is `below` less than the largest of its type, or of a counter of so many bits.
static bool is_mark(const struct frame_info *info, const unsigned char *at, uint64_t below)
{
    const size_t bytes = sample_traits(info->type)->bytes;
    const int depth = info->sentinels.depth;
    uint64_t value = 0, largest = UINT64_MAX >> (64 - 8 * bytes);
    memcpy(&value, at, bytes);
    if (value == largest - below)
        return true;
    return depth > 1 && depth < (int)(8 * bytes) && value == (UINT64_C(1) << depth) - 1 - below;
}

// One pixel by the words of struct sentinels. The layers' numbers: 2 gap, 3 bad, 5 saturated.
static uint8_t marks_of(const struct frame_info *info, const unsigned char *at)
{
    const struct sentinels *sentinels = &info->sentinels;
    const struct sample_traits *traits = sample_traits(info->type);
    const double value = sample_value(info->type, at);
    uint8_t bits = 0;
    const bool counts = !traits->is_float && !traits->is_signed && sentinels->max_is_no_data;
    if (counts && is_mark(info, at, 0))
        bits = 4;
    else if (counts && is_mark(info, at, 1))
        bits = 8;
    else if (!traits->is_float && traits->is_signed && sentinels->negative_marks && value == -1)
        bits = 4;
    else if (!traits->is_float && traits->is_signed && sentinels->negative_marks && value == -2)
        bits = 8;
    else if (sentinels->has_saturation && is_saturated(info->type, at, sentinels->saturation))
        bits = 32;
    return bits & (uint8_t)~sentinels->ignored;
}

static struct reference slow(const struct image *image)
{
    int64_t count = pixel_count(image);
    struct reference all = {.classes = malloc((size_t)count),
                            .values = malloc((size_t)count * sizeof(double)),
                            .sample = malloc(1000 * sizeof(double))};
    int64_t step = count / 1000 > 1 ? count / 1000 : 1;
    for (int64_t i = 0; i < count; i++) {
        double value = sample_value(image->info.type, pixel_at(image, i));
        uint8_t marks = marks_of(&image->info, pixel_at(image, i));
        all.classes[i] = image->classes[i] | marks;
        all.any = all.any || marks;
        bool counts = all.classes[i] == 0 && isfinite(value);
        all.masked += all.classes[i] != 0;
        all.nan += all.classes[i] == 0 && isnan(value);
        all.inf += all.classes[i] == 0 && isinf(value);
        if (counts)
            all.values[all.valid++] = value;
        if (counts && i % step == 0 && i / step < 1000)
            all.sample[all.sample_count++] = value;
    }
    return all;
}

static void reference_free(struct reference *all)
{
    free(all->classes);
    free(all->values);
    free(all->sample);
}

static void assert_statistics(const struct statistics *found, const struct reference *expected)
{
    long double sum = 0, squares = 0;
    double min = HUGE_VAL, max = -HUGE_VAL;
    for (size_t i = 0; i < expected->valid; i++) {
        sum += (long double)expected->values[i];
        min = fmin(min, expected->values[i]);
        max = fmax(max, expected->values[i]);
    }
    long double mean = sum / (long double)expected->valid;
    for (size_t i = 0; i < expected->valid; i++)
        squares += ((long double)expected->values[i] - mean) * ((long double)expected->values[i] - mean);
    double deviation = (double)sqrtl(squares / (long double)expected->valid);
    assert_int_equal(found->valid, expected->valid);
    assert_int_equal(found->nan, expected->nan);
    assert_int_equal(found->inf, expected->inf);
    assert_int_equal(found->masked, expected->masked);
    if (expected->valid == 0)
        return;
    assert_true(found->min == min && found->max == max);
    assert_true(fabs(found->mean - (double)mean) <= 1e-12 * (fabs((double)mean) + deviation));
    assert_true(fabs(statistics_deviation(found) - deviation) <= 1e-11 * deviation);
}

// The histogram is that of histogram_add over the valid values, which has tests of its own.
static void assert_histogram(const struct histogram *found, enum sample_type type,
                             const struct reference *all)
{
    struct histogram *expected = histogram_create(type);
    histogram_add(expected, all->values, NULL, all->valid);
    assert_int_equal(histogram_total(found), all->valid);
    size_t at[2] = {0};
    double low[2], high[2];
    uint64_t count[2];
    while (histogram_next(expected, &at[0], &low[0], &high[0], &count[0])) {
        assert_true(histogram_next(found, &at[1], &low[1], &high[1], &count[1]));
        assert_true(low[0] == low[1] && high[0] == high[1] && count[0] == count[1]);
    }
    assert_false(histogram_next(found, &at[1], &low[1], &high[1], &count[1]));
    histogram_destroy(&expected);
}

static void assert_result(const struct taps_result *result, const struct image *image,
                          const struct reference *all)
{
    assert_statistics(&result->statistics, all);
    assert_histogram(result->histogram, image->info.type, all);
    assert_int_equal(result->sample.count, all->sample_count);
    for (size_t i = 0; i < all->sample_count; i++)
        assert_true(result->sample.values[i] == all->sample[i]);
}

// The reduced levels are those of a reducer fed with plain rows; the reducer has tests of its own.
static void assert_levels(const struct reducer *found, const struct image *image, const struct reference *all,
                          int64_t y, int64_t rows, int levels)
{
    int64_t width = image->info.width;
    struct reducer *expected = NULL;
    float *row = malloc((size_t)width * sizeof *row);
    uint8_t *valid = malloc((size_t)width);
    assert_int_equal(reducer_create(width, rows, levels, REDUCE_MEAN, &expected, NULL), STATUS_OK);
    reducer_begin(expected, NULL);
    for (int64_t i = y * width; i < (y + rows) * width; i++) {
        sample_row_to_float(image->info.type, pixel_at(image, i), 1, &row[i % width]);
        double value = sample_value(image->info.type, pixel_at(image, i));
        valid[i % width] = all->classes[i] == 0 && isfinite(value);
        if (i % width == width - 1)
            reducer_row(expected, row, valid);
    }
    reducer_end(expected);
    for (int level = 1; level <= levels; level++) {
        int64_t found_rows, expected_rows;
        const float *a = reducer_level(found, level, &found_rows);
        const float *b = reducer_level(expected, level, &expected_rows);
        assert_int_equal(found_rows, expected_rows);
        for (int64_t i = 0; i < found_rows * reduce_side(width, level); i++)
            assert_true(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
    }
    reducer_destroy(&expected);
    free(row);
    free(valid);
}

enum { WORKERS = 3, BAND = 128, LEVELS = 3 };

// Gives the bands to several taps in a disorder, drains them now and then, and compares all there is.
static void check_image(const struct image *image, uint64_t seed)
{
    struct reference all = slow(image);
    struct taps *taps[WORKERS] = {NULL};
    struct taps_result result = {0};
    int64_t bands = int64_ceil_div(image->info.height, BAND);
    bool any = false;
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(taps_create(&image->info, BAND, LEVELS, REDUCE_MEAN, &taps[i], NULL), STATUS_OK);
    for (int64_t b = bands - 1; b >= 0; b--) {
        int64_t y = b * BAND, rows = int64_min(BAND, image->info.height - y);
        struct band band = {y,
                            rows,
                            image->info.width,
                            image->info.type,
                            pixel_at(image, y * image->info.width),
                            image->stride};
        struct taps *worker = taps[random_below(&seed, WORKERS)];
        uint8_t *classes = image->classes + y * image->info.width;
        band.unmarked = !mask_bytes_or(classes, rows * image->info.width);
        taps_band(worker, &band, classes, &any);
        assert_memory_equal(classes, all.classes + y * image->info.width, (size_t)(rows * image->info.width));
        assert_levels(taps_reducer(worker), image, &all, y, rows, LEVELS);
        if (random_below(&seed, 2))
            taps_drain(worker, &result);
    }
    for (int i = 0; i < WORKERS; i++) {
        taps_drain(taps[i], &result);
        taps_destroy(&taps[i]);
    }
    assert_int_equal(any, all.any);
    assert_result(&result, image, &all);
    taps_result_free(&result);
    assert_null(result.histogram);
    reference_free(&all);
}

static void test_all_types(void **state)
{
    (void)state;
    skip_without_threads();
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        for (int variant = 0; variant < 4; variant++) {
            // An odd padding also puts samples at addresses that are not aligned to them.
            struct image image = make(1100 + type, 400 + variant, (enum sample_type)type, variant & 1,
                                      variant & 2, (size_t)variant, 100 + (uint64_t)(10 * type + variant));
            check_image(&image, 7 + (uint64_t)variant);
            image_free(&image);
        }
    }
}

// A place and a value of any type: for samples that lie at the edges of the marks.
static void put_value(struct image *image, int64_t i, int64_t value)
{
    unsigned char *at = image->pixels + (pixel_at(image, i) - image->pixels);
    const enum sample_type type = image->info.type;
    if (type == SAMPLE_F32)
        memcpy(at, &(float){(float)value}, 4);
    else if (type == SAMPLE_F64)
        memcpy(at, &(double){(double)value}, 8);
    else if (type != SAMPLE_F16)
        memcpy(at, &value, sample_traits(type)->bytes);
}

// Every set of marks on every type, each row with other values about the edges, or with none of them.
static void test_marks_of_all_types(void **state)
{
    (void)state;
    skip_without_threads();
    static const double saturations[] = {
        100,    99.5,   127,  254, 255,  32766.25, 65534, 1048500, 2147483646.0, 4294967294.0, 1e15,
        9.2e18, 1.8e19, 1e30, -1,  -1.5, -2,       -3,    -1e30,   (double)NAN,  HUGE_VAL};
    for (int n = 0; n < 8 * SAMPLE_COUNT; n++) {
        for (size_t s = 0; s < sizeof saturations / sizeof *saturations; s++) {
            const double saturation = saturations[s];
            static const int depths[] = {0, 8, 12, 16, 32, 64};
            const struct sentinels sentinels = {.max_is_no_data = n & 1,
                                                .depth = depths[s % 6],
                                                .negative_marks = n & 2,
                                                .has_saturation = n & 4,
                                                .saturation = saturation,
                                                .ignored = s % 3 == 1 ? (uint8_t)(1 << n % 6) : 0};
            struct image image = make_marked(83, 40, n / 8, sentinels, s & 1, s % 2, 500 + s);
            const int64_t middle = fabs(saturation) < 9e18 ? (int64_t)saturation : 3;
            for (int64_t y = 0; y < 40; y += 2) {
                for (int k = -3; k <= 3; k++) {
                    put_value(&image, y * 83 + 10 + k, middle + k);
                    put_value(&image, y * 83 + 40 + k, k);
                    put_value(&image, y * 83 + 50 + k, 65535 + k);
                    put_value(&image, y * 83 + 60 + k, 4095 + k);
                }
            }
            check_image(&image, s);
            image_free(&image);
        }
    }
}

// Integers on both sides of every limit that decides by which way they are taken, alone and together: the
// stretches of a row are all zero, of few bits, of all edges, of large values, of any.
static int64_t edge_sample(uint64_t kind, uint64_t *seed)
{
    static const int64_t edges[] = {
        0,          -1,         32767,      32768,      -32768,      -32769,      65535,
        65536,      16777217,   16777219,   67108864,   2147483583,  2147483647,  2147483648,
        4294967167, 4294967168, 4294967295, 4294967296, -2147483648, -2147483649, INT64_C(9007199254740993),
        INT64_MAX,  INT64_MIN};
    switch (kind) {
    case 0:
        return 0;
    case 1:
        return (int64_t)random_below(seed, 300);
    case 2:
        return edges[random_below(seed, sizeof edges / sizeof *edges)];
    case 3:
        return (int64_t)(1000000000 + random_below(seed, 1 << 27));
    default:
        return (int64_t)random_bits(seed);
    }
}

static void test_integers_at_their_edges(void **state)
{
    (void)state;
    uint64_t seed = 600;
    for (int n = 0; n < 4 * SAMPLE_COUNT; n++) {
        const enum sample_type type = (enum sample_type)(n / 4);
        if (sample_traits(type)->is_float)
            continue;
        const struct sentinels sentinels = {.max_is_no_data = n & 1, .negative_marks = n & 1};
        struct image image = make_marked(1500, 140, type, sentinels, n & 2, (size_t)n % 2, 700 + (uint64_t)n);
        for (int64_t i = 0; i < pixel_count(&image); i++)
            put_value(&image, i, edge_sample((uint64_t)(i / 1500 + i % 1500 / 500) % 5, &seed));
        check_image(&image, 9 + (uint64_t)n);
        image_free(&image);
    }
}

// Nearly all of them are counts below 16, as those of a photon counter are; the others are anything. Narrow
// and short images have runs of every length.
static void test_low_integers(void **state)
{
    (void)state;
    uint64_t seed = 800;
    for (int n = 0; n < 8 * SAMPLE_COUNT; n++) {
        const enum sample_type type = (enum sample_type)(n / 8);
        if (sample_traits(type)->is_float)
            continue;
        const struct sentinels sentinels = {.max_is_no_data = n & 1, .negative_marks = n & 1};
        const int64_t width = n & 4 ? 1 + (int64_t)random_below(&seed, 130) : 1500 + n;
        struct image image =
            make_marked(width, 140, type, sentinels, n & 2, (size_t)n % 2, 900 + (uint64_t)n);
        for (int64_t i = 0; i < pixel_count(&image); i++) {
            const int64_t high = i / width % 3 == 0 ? 2 : 64; // about half of every third row
            if (random_below(&seed, (uint64_t)high) > 0)
                put_value(&image, i, (int64_t)random_below(&seed, 1 + (uint64_t)i / 1500 % 17));
        }
        check_image(&image, 10 + (uint64_t)n);
        image_free(&image);
    }
}

// An image of 16 bits that is kept as u32 has the marks of both.
static void test_marks_of_a_narrower_counter(void **state)
{
    (void)state;
    static const uint32_t samples[] = {0, 65533, 65534, 65535, 65536, 4294967293, 4294967294, 4294967295};
    static const uint8_t all[] = {0, 0, 8, 4, 0, 0, 8, 4}, limited[] = {0, 32, 8, 4, 32, 32, 8, 4};
    uint8_t classes[8] = {0};
    struct sentinels sentinels = {.max_is_no_data = true, .depth = 16};
    struct sentinel_marks marks = sentinel_prepare(&sentinels, SAMPLE_U32);
    assert_true(sentinel_find(&marks, samples, 8, classes));
    assert_memory_equal(classes, all, 8);
    sentinels.has_saturation = true;
    sentinels.saturation = 65000;
    marks = sentinel_prepare(&sentinels, SAMPLE_U32);
    memset(classes, 0, sizeof classes);
    assert_true(sentinel_find(&marks, samples, 8, classes));
    assert_memory_equal(classes, limited, 8);
    // All of them can be made to count.
    sentinels = (struct sentinels){.max_is_no_data = true, .depth = 16, .ignored = MASK_CHOICE_BITS};
    marks = sentinel_prepare(&sentinels, SAMPLE_U32);
    assert_false(sentinel_find(&marks, samples, 8, classes));
}

// Whether small numbers can be marks at all.
static void test_spared_numbers(void **state)
{
    (void)state;
    static const struct {
        struct sentinels sentinels;
        enum sample_type type;
        int64_t spared; // from 0 to below this one none is a mark
    } cases[] = {
        {{0}, SAMPLE_U32, INT64_MAX},
        {{.max_is_no_data = true}, SAMPLE_U8, 254},
        {{.max_is_no_data = true, .depth = 4}, SAMPLE_U16, 14},
        {{.has_saturation = true, .saturation = 9.5}, SAMPLE_U32, 10},
        {{.has_saturation = true, .saturation = 9.5}, SAMPLE_I16, 10},
        {{.has_saturation = true, .saturation = -3}, SAMPLE_U8, 0},
        {{.negative_marks = true}, SAMPLE_I32, INT32_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sentinel_marks marks = sentinel_prepare(&cases[i].sentinels, cases[i].type);
        assert_true(sentinel_spares(&marks, cases[i].spared));
        assert_int_equal(sentinel_spares(&marks, cases[i].spared < INT64_MAX ? cases[i].spared + 1 : 1),
                         cases[i].spared == INT64_MAX);
    }
}

static void test_kinds_are_named(void **state)
{
    (void)state;
    const struct frame_info u16 = {.type = SAMPLE_U16, .sentinels.max_is_no_data = true};
    const struct frame_info u8 = {.type = SAMPLE_U8};
    static const struct {
        uint8_t bits;
        double value;
        const char *kind;
    } cases[] = {
        {0, 65535, ""},          {4, 65535, "no data"},   {4, 65534, "gap"},
        {8, 0, "bad pixel"},     {16, 7, "hot pixel"},    {32, 60000, "saturated"},
        {2, 5, "masked (file)"}, {1, 5, "masked (user)"}, {2 + 4, 65535, "masked (file), no data"},
    };
    char buffer[128];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sentinel_describe(&u16, cases[i].bits, cases[i].value, buffer, sizeof buffer);
        assert_string_equal(buffer, cases[i].kind);
    }
    const struct frame_info counter = {.type = SAMPLE_U32,
                                       .sentinels = {.max_is_no_data = true, .depth = 16}};
    sentinel_describe(&counter, 4, 65535, buffer, sizeof buffer);
    assert_string_equal(buffer, "no data");
    sentinel_describe(&u8, 4, 255, buffer, sizeof buffer); // a gap by other means
    assert_string_equal(buffer, "gap");
    char small[6];
    sentinel_describe(&u16, 255, 1, small, sizeof small);
    assert_string_equal(small, "maske");
}

static void test_small_images(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = {{1, 1}, {1, 5}, {31, 1}, {999, 1}, {1000, 1}, {1001, 1}, {40, 50}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct image image = make(sizes[i][0], sizes[i][1], SAMPLE_F32, false, false, 0, 200 + i);
        check_image(&image, i);
        image_free(&image);
    }
}

static void test_nothing_counts(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_U16, SAMPLE_F32, SAMPLE_F64};
    for (int t = 0; t < 3; t++) {
        struct image image = make(300, 130, types[t], true, false, 0, 300);
        memset(image.pixels, 0xFF, image.stride * 130); // no data, NaN
        check_image(&image, 1);
        image_free(&image);
    }
}

static void test_huge_doubles(void **state)
{
    (void)state;
    const double values[4] = {1e308, 1.5e308, 1.7e308, -1e308};
    struct frame_info info = {.width = 4, .height = 1, .type = SAMPLE_F64};
    struct taps *taps = NULL;
    struct taps_result result = {0};
    assert_int_equal(taps_create(&info, 128, 0, REDUCE_MEAN, &taps, NULL), STATUS_OK);
    assert_null(taps_reducer(taps));
    struct band band = {0, 1, 4, SAMPLE_F64, values, sizeof values};
    uint8_t classes[4] = {0};
    bool any = false;
    taps_band(taps, &band, classes, &any);
    taps_drain(taps, &result);
    assert_int_equal(result.statistics.valid, 4);
    assert_int_equal(histogram_total(result.histogram), 4);
    assert_true(fabs(result.statistics.mean / 1e308 - 0.8) < 1e-12);
    assert_true(result.statistics.min == -1e308 && result.statistics.max == 1.7e308);
    assert_false(any);
    taps_result_free(&result);
    taps_destroy(&taps);
}

// In the pyramid, which is float32, doubles beyond that range do not count, masked pixels in the row or not.
static void test_pyramid_of_huge_doubles(void **state)
{
    (void)state;
    for (int masked = 0; masked < 2; masked++) {
        const double values[6] = {1, 1e300, 3, 4, -1e300, 9};
        struct frame_info info = {.width = 6, .height = 1, .type = SAMPLE_F64};
        struct band band = {0, 1, 6, SAMPLE_F64, values, sizeof values};
        uint8_t classes[6] = {0, 0, 0, 0, 0, (uint8_t)masked};
        struct taps *taps = NULL;
        bool any = false;
        int64_t rows;
        assert_int_equal(taps_create(&info, BAND, 1, REDUCE_MEAN, &taps, NULL), STATUS_OK);
        taps_band(taps, &band, classes, &any);
        const float *level = reducer_level(taps_reducer(taps), 1, &rows);
        assert_int_equal(rows, 1);
        assert_true(level[0] == 1 && level[1] == 3.5F);
        assert_true(masked ? isinf(level[2]) : level[2] == 9); // nothing counts: the first pixel, as float32
        taps_destroy(&taps);
    }
}

// astropy 5.2.1: ZScaleInterval().get_limits(image) of the image described in generator.h.
static void test_zscale_of_image(void **state)
{
    (void)state;
    static float pixels[GENERATOR_HEIGHT * GENERATOR_WIDTH];
    static uint8_t classes[GENERATOR_HEIGHT * GENERATOR_WIDTH];
    uint32_t seed = 99;
    for (int64_t i = 0; i < GENERATOR_WIDTH * GENERATOR_HEIGHT; i++)
        pixels[i] = (float)generator_pixel(&seed, i % GENERATOR_WIDTH);
    struct frame_info info = {.width = GENERATOR_WIDTH, .height = GENERATOR_HEIGHT, .type = SAMPLE_F32};
    struct taps *taps = NULL;
    struct taps_result result = {0};
    bool any = false;
    assert_int_equal(taps_create(&info, BAND, 0, REDUCE_MEAN, &taps, NULL), STATUS_OK);
    for (int64_t y = 0; y < GENERATOR_HEIGHT; y += BAND) {
        struct band band = {
            y,          int64_min(BAND, GENERATOR_HEIGHT - y), GENERATOR_WIDTH,
            SAMPLE_F32, pixels + y * GENERATOR_WIDTH,          GENERATOR_WIDTH * sizeof(float)};
        taps_band(taps, &band, classes, &any);
    }
    taps_drain(taps, &result);
    struct limits found = limits_zscale(result.sample.values, result.sample.count, 0.25);
    assert_int_equal(result.sample.count, 1000);
    assert_true(fabs(found.low - 9.875) < 1e-6 && fabs(found.high - 527.1164754303579) < 1e-6);
    taps_result_free(&result);
    taps_destroy(&taps);
}

static void test_impossible_frame(void **state)
{
    (void)state;
    struct frame_info info = {.width = (int64_t)1 << 40, .height = (int64_t)1 << 40, .type = SAMPLE_U8};
    struct taps *taps = NULL;
    struct error error = {0};
    assert_int_equal(taps_create(&info, 128, 2, REDUCE_MEAN, &taps, &error), STATUS_TOO_LARGE);
    info.width = 0;
    assert_int_equal(taps_create(&info, 128, 2, REDUCE_MEAN, &taps, &error), STATUS_TOO_LARGE);
    assert_null(taps);
    assert_true(strlen(error.text) > 0);
}

struct worker {
    const struct image *image;
    struct taps *taps;
    int64_t first;
    bool any;
};

// Every second band.
static void *work(void *argument)
{
    struct worker *worker = argument;
    const struct image *image = worker->image;
    for (int64_t y = worker->first * BAND; y < image->info.height; y += 2 * BAND) {
        struct band band = {y,
                            int64_min(BAND, image->info.height - y),
                            image->info.width,
                            image->info.type,
                            pixel_at(image, y * image->info.width),
                            image->stride};
        taps_band(worker->taps, &band, image->classes + y * image->info.width, &worker->any);
    }
    return NULL;
}

static void test_two_threads(void **state)
{
    (void)state;
    struct image image = make(700, 700, SAMPLE_U16, true, true, 0, 400);
    struct reference all = slow(&image);
    struct worker workers[2];
    pthread_t threads[2];
    struct taps_result result = {0};
    for (int i = 0; i < 2; i++) {
        workers[i] = (struct worker){.image = &image, .first = i};
        assert_int_equal(taps_create(&image.info, BAND, LEVELS, REDUCE_MAX, &workers[i].taps, NULL),
                         STATUS_OK);
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        taps_drain(workers[i].taps, &result);
        taps_destroy(&workers[i].taps);
    }
    assert_result(&result, &image, &all);
    taps_result_free(&result);
    reference_free(&all);
    image_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_types),
        cmocka_unit_test(test_marks_of_all_types),
        cmocka_unit_test(test_integers_at_their_edges),
        cmocka_unit_test(test_low_integers),
        cmocka_unit_test(test_marks_of_a_narrower_counter),
        cmocka_unit_test(test_spared_numbers),
        cmocka_unit_test(test_kinds_are_named),
        cmocka_unit_test(test_small_images),
        cmocka_unit_test(test_nothing_counts),
        cmocka_unit_test(test_huge_doubles),
        cmocka_unit_test(test_pyramid_of_huge_doubles),
        cmocka_unit_test(test_zscale_of_image),
        cmocka_unit_test(test_impossible_frame),
        cmocka_unit_test(test_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
