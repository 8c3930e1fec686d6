// SPDX-License-Identifier: MIT
// Sums, maxima and means of frames against a plain loop over single pixels, for every sample type, with marks
// and without.
#include "sources/slab_sums.h"
#include "sources/source.h"

#include "base/text.h"
#include "image/mask.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIXELS = 331, FRAMES = 7 };

static uint64_t random_next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 11 ^ *state << 32;
}

// --- the arithmetic ---

struct case_data {
    enum sample_type type;
    struct sentinels sentinels;
    uint8_t samples[FRAMES][PIXELS * 8];
    uint8_t classes[FRAMES][PIXELS];
};

static void fill(struct case_data *data, enum sample_type type, uint64_t seed, bool marks)
{
    *data = (struct case_data){.type = type};
    const struct sample_traits *traits = sample_traits(type);
    if (marks)
        data->sentinels = (struct sentinels){.max_is_no_data = !traits->is_float && !traits->is_signed,
                                             .negative_marks = !traits->is_float && traits->is_signed,
                                             .has_saturation = true,
                                             .saturation = traits->bytes == 1 ? 100 : 20000};
    for (int f = 0; f < FRAMES; f++) {
        for (size_t i = 0; i < PIXELS; i++) {
            uint64_t bits = random_next(&seed);
            if (bits % 5 == 0)
                bits = UINT64_MAX; // the maximum, -1, or a NaN
            else if (bits % 11 == 0)
                bits = UINT64_MAX - 1;
            else if (type == SAMPLE_F64) // so that sums stay finite and the order does not matter
                memcpy(&bits, &(double){(double)(bits % 100000)}, 8);
            else if (type == SAMPLE_F32)
                memcpy(&bits, &(float){(float)(bits % 100000)}, 4);
            else if (type == SAMPLE_F16)
                bits &= 0x3fff;
            else if (traits->bytes == 8)
                bits &= 0xffffffffffff;
            if (i % 17 == 3) // marked in all frames
                bits = UINT64_MAX;
            memcpy(data->samples[f] + i * traits->bytes, &bits, traits->bytes);
            if (marks && random_next(&seed) % 7 == 0)
                data->classes[f][i] = (uint8_t)(1u << (MASK_GAP + random_next(&seed) % 4));
        }
    }
}

// One sample's marks by its value, as the header of the sentinels says.
static uint8_t marks_of(const struct case_data *data, int f, size_t i)
{
    const struct sample_traits *traits = sample_traits(data->type);
    const uint8_t *at = data->samples[f] + i * traits->bytes;
    uint8_t marks = data->classes[f][i];
    const double value = sample_value(data->type, at);
    uint8_t others = 0xff; // than the lowest byte
    for (size_t b = 1; b < traits->bytes; b++)
        others &= at[b];
    bool mark = false;
    if (data->sentinels.max_is_no_data && others == 0xff && at[0] >= 0xfe) {
        marks |= at[0] == 0xff ? MASK_BIT(MASK_GAP) : MASK_BIT(MASK_BAD);
        mark = true;
    }
    if (data->sentinels.negative_marks && (value == -1 || value == -2)) {
        marks |= value == -1 ? MASK_BIT(MASK_GAP) : MASK_BIT(MASK_BAD);
        mark = true;
    }
    if (!mark && data->sentinels.has_saturation && value > data->sentinels.saturation)
        marks |= MASK_BIT(MASK_SATURATED);
    return marks;
}

struct wanted {
    uint8_t marks;
    int counted;
    int64_t integer;
    double real;
    uint8_t highest_bytes[8];
};

// 64-bit integers are more than a double can tell apart.
static bool is_higher(enum sample_type type, const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;
    if (type != SAMPLE_U64 && type != SAMPLE_I64)
        return sample_value(type, a) > sample_value(type, b);
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    return type == SAMPLE_U64 ? x > y : (int64_t)x > (int64_t)y;
}

static struct wanted reference(const struct case_data *data, size_t i)
{
    struct wanted wanted = {.counted = 0};
    const struct sample_traits *traits = sample_traits(data->type);
    uint8_t marks = 0;
    for (int f = 0; f < FRAMES; f++) {
        const uint8_t *at = data->samples[f] + i * traits->bytes;
        const double value = sample_value(data->type, at);
        const uint8_t of_sample = marks_of(data, f, i);
        marks |= of_sample;
        if ((of_sample & ~MASK_BIT(MASK_SATURATED)) || isnan(value))
            continue;
        wanted.counted++;
        wanted.real += value;
        wanted.integer += traits->is_float || traits->bytes == 8 ? 0 : (int64_t)value;
        if (wanted.counted == 1 || is_higher(data->type, at, wanted.highest_bytes))
            memcpy(wanted.highest_bytes, at, traits->bytes);
    }
    wanted.marks = wanted.counted ? marks & MASK_BIT(MASK_SATURATED) : marks;
    return wanted;
}

static void check_pixel(const struct case_data *data, enum slab_mode mode, size_t i, const uint8_t *at,
                        uint8_t marks)
{
    const struct wanted wanted = reference(data, i);
    const enum sample_type out = slab_type(mode, FRAMES, data->type);
    const double got = sample_value(out, at);
    assert_int_equal(marks, wanted.marks);
    if (wanted.counted == 0) {
        if (sample_traits(out)->is_float)
            assert_true(isnan(got));
        else
            assert_true(got == 0);
    } else if (mode == SLAB_MAX) {
        assert_memory_equal(at, wanted.highest_bytes, sample_traits(out)->bytes);
    } else if (mode == SLAB_SUM && !sample_traits(out)->is_float) {
        char text[32], number[32];
        snprintf(number, sizeof number, "%lld", (long long)wanted.integer);
        assert_string_equal(sample_format(out, at, text, sizeof text), number);
    } else {
        const double mean = mode == SLAB_MEAN ? wanted.real / wanted.counted : wanted.real;
        assert_true(got == (out == SAMPLE_F32 ? (double)(float)mean : mean));
    }
}

static void check_case(struct slab_sums *sums, const struct case_data *data, enum slab_mode mode)
{
    enum { WIDTH = PIXELS, STRIDE = PIXELS * 8 + 24 };
    static uint8_t out[STRIDE], classes[PIXELS];
    assert_int_equal(slab_sums_begin(sums, mode, FRAMES, data->type, PIXELS, "x", NULL), STATUS_OK);
    assert_int_equal(sums->out, slab_type(mode, FRAMES, data->type));
    for (int f = 0; f < FRAMES; f++) {
        memcpy(slab_sums_classes(sums), data->classes[f], PIXELS);
        memcpy(sums->samples, data->samples[f], PIXELS * sums->sample_bytes);
        slab_sums_add(sums, &data->sentinels);
    }
    memset(classes, 0, sizeof classes);
    memset(out, 0x5a, sizeof out);
    slab_sums_write(sums, WIDTH, 1, out, STRIDE, classes);
    const size_t bytes = sample_traits(sums->out)->bytes;
    for (size_t i = 0; i < PIXELS; i++)
        check_pixel(data, mode, i, out + i * bytes, classes[i]);
    for (size_t i = PIXELS * bytes; i < STRIDE; i++)
        assert_int_equal(out[i], 0x5a);
}

static void all_types_and_modes(void **state)
{
    (void)state;
    static struct case_data data;
    struct slab_sums sums = {0};
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        for (int mode = 0; mode < SLAB_MODE_COUNT; mode++) {
            for (int marks = 0; marks < 2; marks++) {
                fill(&data, (enum sample_type)type, (uint64_t)(type * 10 + mode), marks);
                check_case(&sums, &data, (enum slab_mode)mode);
            }
        }
    }
    slab_sums_free(&sums);
}

static void types_hold_the_sums(void **state)
{
    (void)state;
    assert_int_equal(slab_type(SLAB_SUM, 65537, SAMPLE_U16), SAMPLE_U32);
    assert_int_equal(slab_type(SLAB_SUM, 65538, SAMPLE_U16), SAMPLE_U64);
    assert_int_equal(slab_type(SLAB_SUM, 65535, SAMPLE_I16), SAMPLE_I32);
    assert_int_equal(slab_type(SLAB_SUM, 65536, SAMPLE_I16), SAMPLE_I64);
    assert_int_equal(slab_type(SLAB_SUM, 1, SAMPLE_U32), SAMPLE_U64);
    assert_int_equal(slab_type(SLAB_SUM, 2, SAMPLE_F32), SAMPLE_F64);
    assert_int_equal(slab_type(SLAB_MAX, 2, SAMPLE_F16), SAMPLE_F16);
    assert_int_equal(slab_type(SLAB_MEAN, 2, SAMPLE_U16), SAMPLE_F32);
    assert_int_equal(slab_type(SLAB_MEAN, 2, SAMPLE_I32), SAMPLE_F64);
}

// --- the reader ---

enum { WIDTH = 96, HEIGHT = 80 };

static void decode(struct image_file *file, int64_t frame, struct rect rect, void *pixels, uint8_t *classes)
{
    struct frame_info info;
    struct error error = {0};
    assert_int_equal(image_file_info(file, frame, &info, &error), STATUS_OK);
    memset(classes, 0, (size_t)(rect.width * rect.height));
    const struct decode_request request = {.frame = frame,
                                           .rect = rect,
                                           .pixels = pixels,
                                           .stride = (size_t)rect.width * sample_traits(info.type)->bytes,
                                           .classes = classes};
    struct decode_report report = {0};
    if (image_file_decode(file, &request, &report, &error))
        fail_msg("%s", error.text);
}

// Slab `slab` of N frames against the frames themselves, in rectangles.
static void check_sum(struct image_file *slabs, struct image_file *plain, int64_t count, int64_t slab)
{
    static uint32_t sum[WIDTH * HEIGHT];
    static uint16_t frame[WIDTH * HEIGHT];
    static uint8_t classes[WIDTH * HEIGHT], marks[WIDTH * HEIGHT], all[WIDTH * HEIGHT];
    static uint32_t wanted[WIDTH * HEIGHT];
    const struct rect rects[] = {{0, 0, WIDTH, HEIGHT}, {5, 7, 33, 21}, {WIDTH - 1, HEIGHT - 1, 1, 1}};
    for (size_t r = 0; r < sizeof rects / sizeof rects[0]; r++) {
        const struct rect rect = rects[r];
        const size_t pixels = (size_t)(rect.width * rect.height);
        memset(wanted, 0, sizeof wanted);
        memset(all, 0, sizeof all);
        memset(marks, 0xff, sizeof marks);
        for (int64_t f = slab * count; f < (slab + 1) * count && f < plain->frames; f++) {
            decode(plain, f, rect, frame, classes);
            for (size_t i = 0; i < pixels; i++) {
                wanted[i] += classes[i] ? 0 : frame[i];
                all[i] |= classes[i];
                marks[i] = classes[i] ? marks[i] : 0;
            }
        }
        decode(slabs, slab, rect, sum, classes);
        for (size_t i = 0; i < pixels; i++) {
            assert_int_equal(sum[i], wanted[i]);
            assert_int_equal(classes[i], marks[i] ? all[i] : 0);
        }
    }
}

static void slabs_of_a_file(void **state)
{
    (void)state;
    struct image_file *slabs = NULL, *plain = NULL, *copy = NULL;
    assert_int_equal(source_open_name("sum:4:sim:96x80,type=u16,frames=10", CHANNEL_AUTO, NULL, &slabs, NULL),
                     STATUS_OK);
    assert_int_equal(source_open_name("sim:96x80,type=u16,frames=10", CHANNEL_AUTO, NULL, &plain, NULL),
                     STATUS_OK);
    assert_int_equal(slabs->frames, 3);
    struct frame_info info;
    assert_int_equal(image_file_info(slabs, 2, &info, NULL), STATUS_OK);
    assert_int_equal(info.type, SAMPLE_U32);
    assert_non_null(strstr(info.note, "8 to 9"));
    assert_int_equal(image_file_clone(slabs, &copy, NULL), STATUS_OK);
    for (int64_t slab = 0; slab < 3; slab++)
        check_sum(slab % 2 ? copy : slabs, plain, 4, slab);
    image_file_close(&slabs);
    check_sum(copy, plain, 4, 1);
    struct text text = {0};
    assert_int_equal(image_file_metadata(copy, 1, NULL, &text, NULL), STATUS_OK);
    assert_non_null(strstr(text_string(&text), "slab\tsum of frames 4 to 7"));
    text_free(&text);
    image_file_close(&copy);
    image_file_close(&plain);
}

// A u16 array in a file that NumPy wrote so.
static void write_npy(const char *path, int width, int height, uint16_t value)
{
    char header[119];
    const int length =
        snprintf(header, sizeof header, "{'descr': '<u2', 'fortran_order': False, 'shape': (%d, %d), }",
                 height, width);
    memset(header + length, ' ', sizeof header - (size_t)length);
    header[117] = '\n';
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, file);
    fwrite(header, 1, 118, file);
    for (int i = 0; i < width * height; i++)
        fwrite(&value, 2, 1, file);
    fclose(file);
}

static void open_slabs(const char *const *names, size_t count, enum slab_mode mode, int64_t frames,
                       struct source **inner, struct image_file **file)
{
    struct source *source = NULL;
    struct error error = {0};
    assert_int_equal(source_create(names, count, CHANNEL_AUTO, inner, NULL), STATUS_OK);
    assert_int_equal(source_create_slab(*inner, mode, frames, &source, NULL), STATUS_OK);
    assert_int_equal(source_count(source), 1);
    if (source_open(source, 0, NULL, file, &error))
        fail_msg("%s", error.text);
    source_destroy(&source);
}

static double first_pixel(struct image_file *file, int64_t frame)
{
    struct frame_info info;
    uint8_t sample[8], class;
    assert_int_equal(image_file_info(file, frame, &info, NULL), STATUS_OK);
    decode(file, frame, (struct rect){0, 0, 1, 1}, sample, &class);
    return class ? -1 : sample_value(info.type, sample);
}

static void slabs_of_files(void **state)
{
    (void)state;
    enum { FILES = 5 };
    char paths[FILES][512];
    const char *names[FILES];
    for (int i = 0; i < FILES; i++) {
        char name[32];
        snprintf(name, sizeof name, "s_%d.npy", i);
        snprintf(paths[i], sizeof paths[i], "%s", temporary_path(name));
        write_npy(paths[i], 6, 4, (uint16_t)(10 * (i + 1)));
        names[i] = paths[i];
    }
    struct source *inner = NULL;
    struct image_file *file = NULL;
    open_slabs(names, FILES, SLAB_MEAN, 2, &inner, &file);
    assert_int_equal(file->frames, 3);
    assert_true(first_pixel(file, 0) == 15);
    assert_true(first_pixel(file, 1) == 35);
    assert_true(first_pixel(file, 2) == 50);
    image_file_close(&file);
    source_destroy(&inner);
    open_slabs(names, FILES, SLAB_MAX, 100, &inner, &file);
    assert_int_equal(file->frames, 1);
    assert_true(first_pixel(file, 0) == 50);
    image_file_close(&file);
    source_destroy(&inner);
    // By a pattern.
    char pattern[600];
    snprintf(pattern, sizeof pattern, "sum:2:%.500s", paths[0]);
    memcpy(strstr(pattern, "s_0.npy"), "s_?.npy", 7);
    assert_int_equal(source_open_name(pattern, CHANNEL_AUTO, NULL, &file, NULL), STATUS_OK);
    assert_true(first_pixel(file, 0) == 30);
    image_file_close(&file);
    // Another size, a file that is gone: a sentence for that slab, the others stay.
    write_npy(paths[3], 5, 4, 1);
    unlink(paths[4]);
    open_slabs(names, FILES, SLAB_SUM, 2, &inner, &file);
    assert_true(first_pixel(file, 0) == 30);
    for (int64_t slab = 1; slab < 3; slab++) {
        uint32_t pixel;
        uint8_t class = 0;
        struct error error = {0};
        const struct decode_request request = {
            .frame = slab, .rect = {0, 0, 1, 1}, .pixels = &pixel, .stride = 4, .classes = &class};
        assert_int_not_equal(image_file_decode(file, &request, NULL, &error), STATUS_OK);
        assert_non_null(strstr(error.text, slab == 1 ? "s_3.npy" : "s_4.npy"));
    }
    image_file_close(&file);
    source_destroy(&inner);
}

static void wrong_specifications(void **state)
{
    (void)state;
    static const char *const wrong[] = {"sum:",
                                        "sum:5",
                                        "sum:0:sim:",
                                        "sum:-1:sim:",
                                        "sum:x:sim:",
                                        "max:1e3:sim:",
                                        "mean:1000001:sim:",
                                        "sum:5:",
                                        "sum:1:sum:1:sum:1:sum:1:sum:1:sum:1:sum:1:sum:1:sum:1:sim:"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct image_file *file = NULL;
        struct error error = {0};
        assert_int_equal(source_open_name(wrong[i], CHANNEL_AUTO, NULL, &file, &error), STATUS_USAGE);
        assert_null(file);
        assert_true(error.text[0]);
    }
    struct image_file *file = NULL;
    struct error error = {0};
    assert_int_equal(source_open_name("sum:5:/nonexistent/x.tif", CHANNEL_AUTO, NULL, &file, &error),
                     STATUS_IO);
    assert_non_null(strstr(error.text, "x.tif"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_types_and_modes),  cmocka_unit_test(types_hold_the_sums),
        cmocka_unit_test(slabs_of_a_file),      cmocka_unit_test(slabs_of_files),
        cmocka_unit_test(wrong_specifications),
    };
    return cmocka_run_group_tests_name("sources.slab", tests, NULL, NULL);
}
