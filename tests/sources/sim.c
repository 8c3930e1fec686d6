// SPDX-License-Identifier: MIT
// The simulated detector: any rectangle is part of the same picture, the noise is Poisson, the marks are
// right.
#include "sources/sim.h"

#include "image/mask.h"
#include "sources/source.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A decoded rectangle.
struct piece {
    struct rect rect;
    enum sample_type type;
    size_t bytes; // of a sample
    uint8_t *samples, *classes;
    bool any_class;
};

static struct image_file *open_sim(const char *spec)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (source_open_name(spec, CHANNEL_AUTO, NULL, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return file;
}

static struct frame_info info_of(struct image_file *file)
{
    struct frame_info info;
    assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
    return info;
}

static struct piece decode(struct image_file *file, int64_t frame, struct rect rect)
{
    enum sample_type type = info_of(file).type;
    struct piece piece = {.rect = rect, .type = type, .bytes = sample_traits(type)->bytes};
    size_t count = (size_t)(rect.width * rect.height);
    piece.samples = malloc(count * piece.bytes);
    piece.classes = calloc(count, 1);
    memset(piece.samples, 0xA5, count * piece.bytes);
    struct decode_request request = {
        .frame = frame,
        .rect = rect,
        .pixels = piece.samples,
        .stride = (size_t)rect.width * piece.bytes,
        .classes = piece.classes,
    };
    struct decode_report report = {0};
    assert_int_equal(image_file_decode(file, &request, &report, NULL), STATUS_OK);
    assert_int_equal(report.lost_pixels, 0);
    piece.any_class = report.any_class;
    return piece;
}

static struct piece decode_whole(struct image_file *file, int64_t frame)
{
    struct frame_info info = info_of(file);
    return decode(file, frame, (struct rect){0, 0, info.width, info.height});
}

static void piece_free(struct piece *piece)
{
    free(piece->samples);
    free(piece->classes);
}

static size_t piece_index(const struct piece *piece, int64_t x, int64_t y)
{
    return (size_t)((y - piece->rect.y) * piece->rect.width + (x - piece->rect.x));
}

static double piece_value(const struct piece *piece, int64_t x, int64_t y)
{
    return sample_value(piece->type, piece->samples + piece_index(piece, x, y) * piece->bytes);
}

static uint8_t piece_class(const struct piece *piece, int64_t x, int64_t y)
{
    return piece->classes[piece_index(piece, x, y)];
}

static void assert_part_of(const struct piece *part, const struct piece *whole)
{
    for (int64_t y = part->rect.y; y < part->rect.y + part->rect.height; y++) {
        size_t in_whole = piece_index(whole, part->rect.x, y), in_part = piece_index(part, part->rect.x, y);
        assert_memory_equal(part->samples + in_part * part->bytes, whole->samples + in_whole * part->bytes,
                            (size_t)part->rect.width * part->bytes);
        assert_memory_equal(part->classes + in_part, whole->classes + in_whole, (size_t)part->rect.width);
    }
}

static void check_rectangles(const char *spec)
{
    static const struct rect rects[] = {
        {0, 0, 1, 1},      {2599, 699, 1, 1},  {0, 0, 2600, 1},    {0, 350, 2600, 7}, {1023, 10, 2, 300},
        {1024, 0, 1, 700}, {700, 80, 900, 90}, {255, 255, 514, 9}, {2047, 3, 5, 5},   {17, 600, 2500, 100},
    };
    struct image_file *file = open_sim(spec), *other = NULL;
    assert_int_equal(image_file_clone(file, &other, NULL), STATUS_OK);
    struct piece whole = decode_whole(file, 3);
    for (size_t i = 0; i < sizeof rects / sizeof rects[0]; i++) {
        // The clone changes frames in between: no state may leak from one decode to the next.
        struct piece elsewhere = decode(other, 5, rects[i]);
        struct piece part = decode(i % 2 ? file : other, 3, rects[i]);
        assert_part_of(&part, &whole);
        piece_free(&part);
        piece_free(&elsewhere);
    }
    image_file_close(&file);
    // The clone lives on without the original.
    struct piece again = decode_whole(other, 3);
    assert_part_of(&again, &whole);
    piece_free(&again);
    piece_free(&whole);
    image_file_close(&other);
}

static void rectangles_are_parts_of_the_whole(void **state)
{
    (void)state;
    check_rectangles("sim:2600x700");
    check_rectangles("sim:2600x700,type=f32,seed=-5");
    check_rectangles("sim:2600x700,type=u8,mask=no");
}

static void rows_keep_to_the_stride(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:300x40");
    struct piece whole = decode_whole(file, 0);
    enum { STRIDE = 29 }; // odd, so that samples are not aligned
    uint8_t buffer[STRIDE * 40], classes[10 * 40] = {0};
    memset(buffer, 0xC3, sizeof buffer);
    struct decode_request request = {
        .rect = {120, 0, 10, 40}, .pixels = buffer, .stride = STRIDE, .classes = classes};
    struct decode_report report = {0};
    assert_int_equal(image_file_decode(file, &request, &report, NULL), STATUS_OK);
    for (int y = 0; y < 40; y++) {
        assert_memory_equal(buffer + y * STRIDE, whole.samples + piece_index(&whole, 120, y) * 2, 20);
        for (int i = 20; i < STRIDE; i++)
            assert_int_equal(buffer[y * STRIDE + i], 0xC3);
    }
    piece_free(&whole);
    image_file_close(&file);
}

// The share of pixels that differ between two frames.
static double share_different(const char *spec_a, int64_t frame_a, const char *spec_b, int64_t frame_b)
{
    struct image_file *a = open_sim(spec_a), *b = open_sim(spec_b);
    struct piece left = decode_whole(a, frame_a), right = decode_whole(b, frame_b);
    size_t count = (size_t)(left.rect.width * left.rect.height), different = 0;
    for (size_t i = 0; i < count; i++)
        different += memcmp(left.samples + i * left.bytes, right.samples + i * left.bytes, left.bytes) != 0;
    piece_free(&left);
    piece_free(&right);
    image_file_close(&a);
    image_file_close(&b);
    return (double)different / (double)count;
}

static void seed_and_frame_decide_the_pixels(void **state)
{
    (void)state;
    assert_true(share_different("sim:512x512", 2, "sim:512x512,seed=1,type=u16", 2) == 0);
    // Gaps are alike in all; about a tenth of other pixels agree by chance.
    assert_true(share_different("sim:512x512,seed=1", 2, "sim:512x512,seed=2", 2) > 0.5);
    assert_true(share_different("sim:512x512,seed=1", 2, "sim:512x512,seed=1", 3) > 0.5);
}

// The modules of an EIGER2 16M: 4 x 8 of 1028 x 512 pixels, 12 and 38 pixels apart (DECTRIS, EIGER2 X/XE 16M
// technical specifications), which is the size at which the simulation is not scaled.
static void gaps_are_those_of_the_real_detector(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:");
    struct frame_info info = info_of(file);
    assert_int_equal(info.width, 4148);
    assert_int_equal(info.height, 4362);
    assert_int_equal(info.type, SAMPLE_U16);
    assert_int_equal(info.chunk_width, 4148);
    assert_int_equal(info.chunk_height, 1);
    assert_true(info.sentinels.max_is_no_data);
    assert_int_equal(file->frames, 10);
    struct piece whole = decode_whole(file, 0);
    assert_true(whole.any_class);
    size_t dead = 0, hot = 0;
    for (int64_t y = 0; y < 4362; y++) {
        for (int64_t x = 0; x < 4148; x++) {
            bool gap = x % 1040 >= 1028 || y % 550 >= 512;
            uint8_t class = piece_class(&whole, x, y);
            double value = piece_value(&whole, x, y);
            if (gap != (class == MASK_BIT(MASK_GAP)) || gap != (value == 65535))
                fail_msg("x %d y %d: class %d value %g", (int)x, (int)y, class, value);
            if (class == MASK_BIT(MASK_BAD) && value != 0)
                fail_msg("a dead pixel counts");
            dead += class == MASK_BIT(MASK_BAD);
            hot += class == MASK_BIT(MASK_HOT) && value >= 4000;
            if (class && class != MASK_BIT(MASK_GAP) && class != MASK_BIT(MASK_BAD) &&
                class != MASK_BIT(MASK_HOT))
                fail_msg("unknown class %d", class);
        }
    }
    assert_true(dead > 500 && dead < 1500);
    assert_true(hot > 150 && hot < 700);
    piece_free(&whole);
    image_file_close(&file);
}

static void defects_stay_where_they_are(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:900x900,frames=100");
    struct piece first = decode_whole(file, 0), last = decode_whole(file, 99);
    assert_memory_equal(first.classes, last.classes, 900 * 900);
    piece_free(&first);
    piece_free(&last);
    image_file_close(&file);
}

static void unmarked_pixels_keep_their_values(void **state)
{
    (void)state;
    struct image_file *marked = open_sim("sim:900x900"), *plain = open_sim("sim:900x900,mask=no");
    struct piece with = decode_whole(marked, 1), without = decode_whole(plain, 1);
    assert_false(info_of(plain).sentinels.max_is_no_data);
    assert_true(with.any_class);
    assert_false(without.any_class);
    assert_memory_equal(with.samples, without.samples, 900 * 900 * 2);
    for (size_t i = 0; i < 900 * 900; i++)
        assert_int_equal(without.classes[i], 0);
    piece_free(&with);
    piece_free(&without);
    image_file_close(&marked);
    image_file_close(&plain);
}

// What a count is in each type.
static double expected_value(enum sample_type type, double count)
{
    const struct sample_traits *traits = sample_traits(type);
    if (traits->is_float)
        return fmin(0.75 * count, traits->max);
    bool max_is_gap = type == SAMPLE_U8 || type == SAMPLE_U16;
    return fmin(count, max_is_gap ? traits->max - 1 : traits->max);
}

static double expected_gap(enum sample_type type)
{
    const struct sample_traits *traits = sample_traits(type);
    return traits->is_float ? (double)NAN : traits->is_signed ? -1 : type == SAMPLE_U8 ? 0 : traits->max;
}

static void check_type_against(const struct piece *reference, enum sample_type type)
{
    char spec[64];
    snprintf(spec, sizeof spec, "sim:640x480,type=%s", sample_traits(type)->name);
    struct image_file *file = open_sim(spec);
    struct piece piece = decode_whole(file, 4);
    assert_int_equal(piece.type, type);
    assert_memory_equal(piece.classes, reference->classes, 640 * 480);
    for (int64_t y = 0; y < 480; y++) {
        for (int64_t x = 0; x < 640; x++) {
            double value = piece_value(&piece, x, y);
            double expected = expected_value(type, piece_value(reference, x, y));
            uint8_t class = piece_class(&piece, x, y);
            if (class == MASK_BIT(MASK_GAP))
                expected = expected_gap(type);
            else if (class == MASK_BIT(MASK_BAD))
                expected = sample_traits(type)->is_float || !sample_traits(type)->is_signed ? 0 : -2;
            // Binary16 holds 11 significant bits.
            double tolerance = type == SAMPLE_F16 ? fabs(expected) / 2048 : 0;
            if (isnan(expected) != isnan(value) || fabs(value - expected) > tolerance)
                fail_msg("%s: x %d y %d: %g instead of %g", spec, (int)x, (int)y, value, expected);
        }
    }
    piece_free(&piece);
    image_file_close(&file);
}

static void types_agree(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:640x480,type=u32");
    struct piece reference = decode_whole(file, 4);
    for (int type = 0; type < SAMPLE_COUNT; type++)
        check_type_against(&reference, (enum sample_type)type);
    piece_free(&reference);
    image_file_close(&file);
}

// True if nothing within two pixels is a gap or a defect, or a spot in one of the frames: the sums of the 5 x
// 5 pixels then differ by more than five deviations.
static bool is_flat(const struct piece *a, const struct piece *b, int64_t x, int64_t y)
{
    double left = 0, right = 0;
    for (int64_t v = y - 2; v <= y + 2; v++) {
        for (int64_t u = x - 2; u <= x + 2; u++) {
            if (piece_class(a, u, v))
                return false;
            left += piece_value(a, u, v);
            right += piece_value(b, u, v);
        }
    }
    return fabs(left - right) <= 5 * sqrt(left + right);
}

// For two independent Poisson counts of the same expectation E (a - b)^2 = E (a + b), wherever in the
// picture.
static void check_variance(struct image_file *file, struct rect rect)
{
    double squares = 0, sum = 0;
    int64_t count = 0;
    for (int64_t frame = 0; frame < 6; frame += 2) {
        struct piece a = decode(file, frame, rect), b = decode(file, frame + 1, rect);
        for (int64_t y = rect.y + 2; y < rect.y + rect.height - 2; y++) {
            for (int64_t x = rect.x + 2; x < rect.x + rect.width - 2; x++) {
                if (!is_flat(&a, &b, x, y))
                    continue;
                double left = piece_value(&a, x, y), right = piece_value(&b, x, y);
                squares += (left - right) * (left - right);
                sum += left + right;
                count++;
            }
        }
        piece_free(&a);
        piece_free(&b);
    }
    assert_true(count > 100000);
    // The ratio's deviation is about sqrt((2 + 1 / (2 lambda)) / count); five of them, and 0.2 % for the
    // tables.
    double lambda = sum / (2 * (double)count);
    double bound = 5 * sqrt((2 + 0.5 / lambda) / (double)count) + 0.002;
    if (fabs(squares / sum - 1) > bound)
        fail_msg("variance / mean is %.4f at a mean of %.2f (+- %.4f)", squares / sum, lambda, bound);
}

static void noise_has_the_variance_of_poisson(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:");
    check_variance(file, (struct rect){3600, 2250, 400, 450}); // few counts: from the tables
    check_variance(file, (struct rect){2100, 2250, 400, 450}); // around 10 to 40: both ways of drawing
    check_variance(file, (struct rect){50, 1200, 900, 350});   // rings and background
    image_file_close(&file);
}

// Counts in a place where the expectation is the same everywhere are compared with the Poisson probabilities
// by the chi-square statistic.
static void noise_has_the_distribution_of_poisson(void **state)
{
    (void)state;
    enum { SIDE = 100, FRAMES = 20, BINS = 11 };
    struct image_file *file = open_sim("sim:16000x16000,frames=40");
    double counts[BINS] = {0}, total = 0, sum = 0;
    for (int64_t frame = 0; frame < 2 * FRAMES; frame += 2) {
        struct rect rect = {16000 - SIDE, 0, SIDE, SIDE};
        struct piece a = decode(file, frame, rect), b = decode(file, frame + 1, rect);
        for (int64_t y = 2; y < SIDE - 2; y++) {
            for (int64_t x = rect.x + 2; x < rect.x + SIDE - 2; x++) {
                if (!is_flat(&a, &b, x, y))
                    continue;
                double value = piece_value(&a, x, y);
                counts[(int)fmin(value, BINS - 1)]++;
                total++;
                sum += value;
            }
        }
        piece_free(&a);
        piece_free(&b);
    }
    image_file_close(&file);
    double lambda = sum / total, term = exp(-lambda), rest = 1, chi = 0;
    assert_true(total > 100000 && lambda > 1 && lambda < 4);
    for (int k = 0; k < BINS; k++) {
        double expected = total * (k + 1 < BINS ? term : rest);
        chi += (counts[k] - expected) * (counts[k] - expected) / expected;
        rest -= term;
        term *= lambda / (k + 1);
    }
    // 9 degrees of freedom: P(chi^2 > 40) is 1e-5.
    if (chi > 40)
        fail_msg("chi-square %.1f at lambda %.3f", chi, lambda);
}

// Mean of the unmarked pixels in a thin annulus, in pixels from the beam centre.
static double annulus_mean(const struct piece *piece, double inner, double outer)
{
    double sum = 0, count = 0, cx = 0.4875 * 2048, cy = 0.513 * 2048;
    for (int64_t y = 0; y < 2048; y++) {
        for (int64_t x = 0; x < 2048; x++) {
            double radius = hypot((double)x - cx, (double)y - cy);
            if (radius < inner || radius >= outer || piece_class(piece, x, y))
                continue;
            sum += piece_value(piece, x, y);
            count++;
        }
    }
    return sum / count;
}

// Bragg's law at 1 angstrom for the (100) and (110) planes of LaB6, at the distance that the metadata tell.
static void rings_are_where_bragg_puts_them(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:2048x2048,type=u32");
    struct piece piece = decode_whole(file, 0);
    double distance = 1024 / 0.818;
    double ring1 = distance * tan(2 * asin(1 / (2 * 4.1569)));
    double ring2 = distance * tan(2 * asin(sqrt(2) / (2 * 4.1569)));
    double between = annulus_mean(&piece, (ring1 + ring2) / 2 - 2, (ring1 + ring2) / 2 + 2);
    assert_true(annulus_mean(&piece, ring1 - 1, ring1 + 1) > 3 * between);
    assert_true(annulus_mean(&piece, ring2 - 1, ring2 + 1) > 3 * between);
    assert_true(annulus_mean(&piece, 0, 20) < 1); // the beam stop
    assert_true(annulus_mean(&piece, 60, 70) > between);
    piece_free(&piece);
    image_file_close(&file);
}

static void huge_images_decode_in_parts(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int64_t side;
    } cases[] = {
        {"sim:65536x65536", 65536}, {"sim:1000000x1000000,type=f64", 1000000}, {"sim:3000000000x1", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct image_file *file = open_sim(cases[i].spec);
        struct frame_info info = info_of(file);
        struct rect rect = {info.width - 40, info.height > 40 ? info.height - 40 : 0, 40,
                            info.height > 40 ? 40 : info.height};
        struct piece corner = decode(file, 9, rect);
        rect = (struct rect){rect.x + 7, rect.y, 20, 1};
        struct piece part = decode(file, 9, rect);
        assert_part_of(&part, &corner);
        piece_free(&part);
        piece_free(&corner);
        image_file_close(&file);
    }
}

static void small_images_of_every_type_decode(void **state)
{
    (void)state;
    static const char *const sizes[] = {"1x1", "1x7", "7x1", "2x2", "33x17", "64x64"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int type = 0; type < SAMPLE_COUNT; type++) {
            char spec[64];
            snprintf(spec, sizeof spec, "sim:%s,type=%s", sizes[i],
                     sample_traits((enum sample_type)type)->name);
            struct image_file *file = open_sim(spec);
            struct piece piece = decode_whole(file, 0);
            piece_free(&piece);
            image_file_close(&file);
        }
    }
}

static void bad_specifications_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        enum status status;
        const char *part;
    } cases[] = {
        {"sim:12x", STATUS_USAGE, "size"},
        {"sim:x12", STATUS_USAGE, "size"},
        {"sim:0x5", STATUS_USAGE, "size"},
        {"sim:-3x5", STATUS_USAGE, "size"},
        {"sim:hello", STATUS_USAGE, "size"},
        {"sim:8x8,9x9", STATUS_USAGE, "KEY=VALUE"},
        {"sim:8x8,", STATUS_USAGE, "KEY=VALUE"},
        {"sim:8x8,type=u12", STATUS_USAGE, "type"},
        {"sim:type=", STATUS_USAGE, "type"},
        {"sim:8x8,seed=abc", STATUS_USAGE, "seed"},
        {"sim:8x8,frames=0", STATUS_USAGE, "frames"},
        {"sim:8x8,frames=-1", STATUS_USAGE, "frames"},
        {"sim:8x8,mask=maybe", STATUS_USAGE, "mask"},
        {"sim:8x8,colour=red", STATUS_USAGE, "unknown"},
        {"sim:4294967296x4294967296", STATUS_TOO_LARGE, "4294967296 x 4294967296"},
        {"sim:9223372036854775807x2", STATUS_TOO_LARGE, "9223372036854775807"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct image_file *file = NULL;
        struct error error = {0};
        assert_int_equal(source_open_name(cases[i].spec, CHANNEL_AUTO, NULL, &file, &error), cases[i].status);
        assert_int_equal(error.status, cases[i].status);
        assert_null(file);
        assert_ptr_equal(strstr(error.text, cases[i].spec), error.text);
        assert_non_null(strstr(error.text + strlen(cases[i].spec), cases[i].part));
    }
}

static void keys_come_in_any_order(void **state)
{
    (void)state;
    static const char *const specs[] = {"sim:,frames=3,type=i32", "sim:type=i32,frames=3",
                                        "sim:4148x4362,type=i32,frames=3"};
    for (size_t i = 0; i < 3; i++) {
        struct image_file *file = open_sim(specs[i]);
        assert_int_equal(file->frames, 3);
        assert_int_equal(info_of(file).type, SAMPLE_I32);
        assert_int_equal(info_of(file).width, 4148);
        assert_string_equal(file->path, specs[i]);
        image_file_close(&file);
    }
}

static void metadata_are_lines_of_utf8(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:100x100,seed=42");
    struct text text = {0};
    assert_int_equal(image_file_metadata(file, 7, NULL, &text, NULL), STATUS_OK);
    const char *string = text_string(&text);
    assert_true(utf8_valid(string, strlen(string)));
    assert_non_null(strstr(string, "Sample\t模拟样品"));
    assert_non_null(strstr(string, "Seed\t42\n"));
    for (const char *line = string; *line; line = strchr(line, '\n') + 1)
        assert_true(strchr(line, '\t') && strchr(line, '\t') < strchr(line, '\n'));
    text_free(&text);
    image_file_close(&file);
}

static void a_cancelled_decode_says_so(void **state)
{
    (void)state;
    struct image_file *file = open_sim("sim:100x100");
    uint8_t pixels[100 * 100 * 2], classes[100 * 100] = {0};
    struct cancel cancel = {0};
    cancel_request(&cancel);
    struct decode_request request = {
        .rect = {0, 0, 100, 100}, .pixels = pixels, .stride = 200, .classes = classes, .cancel = &cancel};
    struct decode_report report = {0};
    assert_int_equal(image_file_decode(file, &request, &report, NULL), STATUS_CANCELLED);
    image_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rectangles_are_parts_of_the_whole),
        cmocka_unit_test(rows_keep_to_the_stride),
        cmocka_unit_test(seed_and_frame_decide_the_pixels),
        cmocka_unit_test(gaps_are_those_of_the_real_detector),
        cmocka_unit_test(defects_stay_where_they_are),
        cmocka_unit_test(unmarked_pixels_keep_their_values),
        cmocka_unit_test(types_agree),
        cmocka_unit_test(noise_has_the_variance_of_poisson),
        cmocka_unit_test(noise_has_the_distribution_of_poisson),
        cmocka_unit_test(rings_are_where_bragg_puts_them),
        cmocka_unit_test(huge_images_decode_in_parts),
        cmocka_unit_test(small_images_of_every_type_decode),
        cmocka_unit_test(bad_specifications_are_named),
        cmocka_unit_test(keys_come_in_any_order),
        cmocka_unit_test(metadata_are_lines_of_utf8),
        cmocka_unit_test(a_cancelled_decode_says_so),
    };
    return cmocka_run_group_tests_name("sources.sim", tests, NULL, NULL);
}
