// SPDX-License-Identifier: MIT
// The operations of the table, each against a plain walk over the pixels of a small image made by a formula.
#include "sources/masks/mask_operation.h"

#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 150, HEIGHT = 130, FRAMES = 3 };

// --- an image of int32: a ramp, a plateau, two hot pixels, gaps of -1, a dead pixel among noise that changes
// ---

static int32_t value_at(int64_t x, int64_t y, int64_t frame)
{
    if ((x >= 60 && x < 64) || (y >= 100 && y < 103))
        return -1;
    if (x == 20 && y == 20)
        return 5000;
    if (x == 90 && y == 40)
        return 4000;
    if (x >= 100 && x < 120 && y >= 10 && y < 30)
        return 77; // a plateau that never changes
    const uint32_t noise = (uint32_t)(x * 7 + y * 13 + frame * 29) * 2654435761u >> 29;
    return (int32_t)(x + noise);
}

static enum status image_info(struct image_file *file, int64_t frame, struct frame_info *info,
                              struct error *error)
{
    (void)file, (void)frame, (void)error;
    *info = (struct frame_info){
        .width = WIDTH, .height = HEIGHT, .type = SAMPLE_I32, .chunk_width = WIDTH, .chunk_height = 1};
    return STATUS_OK;
}

static enum status image_decode(struct image_file *file, const struct decode_request *request,
                                struct decode_report *report, struct error *error)
{
    (void)file, (void)report, (void)error;
    for (int64_t y = 0; y < request->rect.height; y++) {
        for (int64_t x = 0; x < request->rect.width; x++) {
            const int32_t value = value_at(request->rect.x + x, request->rect.y + y, request->frame);
            memcpy((char *)request->pixels + (size_t)y * request->stride + (size_t)x * sizeof value, &value,
                   sizeof value);
        }
    }
    return STATUS_OK;
}

static enum status image_clone(struct image_file *file, struct image_file **copy, struct error *error);

static void image_close(struct image_file *file)
{
    free(file->path);
    free(file);
}

static const struct reader image_reader = {.name = "formula",
                                           .frame_info = image_info,
                                           .decode = image_decode,
                                           .clone = image_clone,
                                           .close = image_close};

static struct image_file *image_open(int64_t frames)
{
    struct image_file *file = must_alloc(sizeof *file);
    *file = (struct image_file){.reader = &image_reader, .path = must_copy("formula"), .frames = frames};
    return file;
}

static enum status image_clone(struct image_file *file, struct image_file **copy, struct error *error)
{
    (void)error;
    *copy = image_open(file->frames);
    return STATUS_OK;
}

// --- a mask with its history ---

struct bench {
    struct mask *mask;
    struct mask_history *history;
    struct image_file *file;
    struct detector_info detector;
    struct mask_context context;
};

static void setup(struct bench *bench)
{
    *bench = (struct bench){.history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES),
                            .file = image_open(FRAMES)};
    assert_int_equal(mask_create(WIDTH, HEIGHT, &bench->mask, NULL), STATUS_OK);
    detector_info_clear(&bench->detector);
    bench->context = (struct mask_context){.history = bench->history,
                                           .mask = bench->mask,
                                           .bits = MASK_BIT(MASK_USER),
                                           .file = bench->file,
                                           .detector = &bench->detector};
}

static void teardown(struct bench *bench)
{
    mask_history_destroy(&bench->history);
    mask_destroy(&bench->mask);
    image_file_close(&bench->file);
}

static enum status run(struct bench *bench, const char *name, const double *numbers, size_t count,
                       struct error *error)
{
    const struct mask_operation *operation = mask_operation_find(name);
    assert_non_null(operation);
    uint8_t *before = malloc((size_t)WIDTH * HEIGHT), *after = malloc((size_t)WIDTH * HEIGHT);
    const struct rect all = {0, 0, WIDTH, HEIGHT};
    mask_read(bench->mask, all, before, WIDTH);
    mask_edit_begin(bench->history, bench->mask, bench->context.bits, name);
    struct rect changed = {0};
    bench->context.changed = &changed;
    const enum status status = mask_operation_perform(operation, &bench->context, numbers, count, error);
    mask_edit_commit(bench->history);
    mask_read(bench->mask, all, after, WIDTH);
    for (int64_t i = 0; i < (int64_t)WIDTH * HEIGHT; i++) {
        const int64_t x = i % WIDTH, y = i / WIDTH;
        if (before[i] != after[i])
            assert_true(x >= changed.x && x < changed.x + changed.width && y >= changed.y &&
                        y < changed.y + changed.height);
    }
    free(before);
    free(after);
    return status;
}

#define RUN(bench, name, ...)                                                                                \
    do {                                                                                                     \
        const double numbers_[] = {0, ##__VA_ARGS__};                                                        \
        struct error error_ = {0};                                                                           \
        if (run(bench, name, numbers_ + 1, sizeof numbers_ / sizeof numbers_[0] - 1, &error_))               \
            fail_msg("%s: %s", name, error_.text);                                                           \
    } while (0)

// Compares the user's layer with a predicate.
#define EXPECT(bench, predicate)                                                                             \
    for (int64_t y = 0; y < HEIGHT; y++)                                                                     \
        for (int64_t x = 0; x < WIDTH; x++) {                                                                \
            const int32_t v = value_at(x, y, 0);                                                             \
            (void)v;                                                                                         \
            if (((mask_at((bench)->mask, x, y) & MASK_BIT(MASK_USER)) != 0) != (predicate))                  \
                fail_msg("line %d: pixel %lld, %lld", __LINE__, (long long)x, (long long)y);                 \
        }

static void by_value(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    RUN(&bench, "above", 140);
    EXPECT(&bench, v > 140);
    RUN(&bench, "clear");
    EXPECT(&bench, false);
    RUN(&bench, "below", 10);
    EXPECT(&bench, v < 10);
    RUN(&bench, "clear");
    RUN(&bench, "between", 30, 50);
    EXPECT(&bench, v >= 30 && v <= 50);
    bench.context.unmask = true;
    RUN(&bench, "equal", 40);
    EXPECT(&bench, v >= 30 && v <= 50 && v != 40);
    bench.context.unmask = false;
    RUN(&bench, "clear");
    RUN(&bench, "outside", 10, 140);
    EXPECT(&bench, v < 10 || v > 140);
    RUN(&bench, "clear");
    RUN(&bench, "not-finite");
    EXPECT(&bench, false);
    teardown(&bench);
}

// Marked values are not selected, and neither is what another layer masks.
static void marks_are_left_out(void **state)
{
    (void)state;
    struct bench bench;
    const struct sentinels sentinels = {.negative_marks = true};
    setup(&bench);
    bench.context.sentinels = &sentinels;
    mask_edit_begin(bench.history, bench.mask, MASK_BIT(MASK_FILE), "file");
    const struct shape_point corners[] = {{0, 0}, {3, HEIGHT}};
    mask_edit_shape(bench.history, &(struct shape){.kind = SHAPE_RECTANGLE, .points = corners, .count = 2},
                    true, NULL, NULL);
    mask_edit_commit(bench.history);
    RUN(&bench, "below", 20);
    EXPECT(&bench, v < 20 && v != -1 && x >= 3);
    RUN(&bench, "clear");
    RUN(&bench, "marks");
    EXPECT(&bench, v == -1);
    teardown(&bench);
}

static void hot_dead_and_gaps(void **state)
{
    (void)state;
    struct bench bench;
    const struct sentinels sentinels = {.negative_marks = true};
    setup(&bench);
    bench.context.sentinels = &sentinels; // beside a gap that counts, all is hot
    RUN(&bench, "hot", 8, 5);
    EXPECT(&bench, v == 5000 || v == 4000);
    bench.context.sentinels = NULL;
    RUN(&bench, "clear");
    RUN(&bench, "gaps");
    EXPECT(&bench, (x >= 60 && x < 64) || (y >= 100 && y < 103));
    RUN(&bench, "clear");
    RUN(&bench, "dead");
    EXPECT(&bench, value_at(x, y, 0) == value_at(x, y, 1) && value_at(x, y, 0) == value_at(x, y, 2));
    RUN(&bench, "clear");
    RUN(&bench, "dead", 2);
    EXPECT(&bench, value_at(x, y, 0) == value_at(x, y, 1));
    teardown(&bench);
}

// Over several files, one of them with two frames.
static void dead_over_a_series(void **state)
{
    (void)state;
    struct bench bench;
    char *names[2];
    setup(&bench);
    int64_t next = 0;
    for (int file = 0; file < 2; file++) {
        char name[32];
        snprintf(name, sizeof name, "series_%d.raw", file);
        const char *path = temporary_path(name);
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        for (int frame = 0; frame < 1 + file; frame++, next++)
            for (int64_t i = 0; i < (int64_t)WIDTH * HEIGHT; i++)
                fwrite(&(int32_t){value_at(i % WIDTH, i / WIDTH, next)}, sizeof(int32_t), 1, out);
        assert_int_equal(fclose(out), 0);
        struct text source_name = {0};
        text_printf(&source_name, "raw:%s?width=%d&height=%d&type=i32", path, WIDTH, HEIGHT);
        names[file] = source_name.data;
    }
    struct error error = {0};
    assert_int_equal(
        source_create((const char *const *)names, 2, CHANNEL_AUTO, &bench.context.source, &error), STATUS_OK);
    RUN(&bench, "dead");
    EXPECT(&bench, value_at(x, y, 0) == value_at(x, y, 1) && value_at(x, y, 0) == value_at(x, y, 2));
    RUN(&bench, "clear");
    RUN(&bench, "dead", 2);
    EXPECT(&bench, value_at(x, y, 0) == value_at(x, y, 1));
    source_destroy(&bench.context.source);
    teardown(&bench);
    free(names[0]);
    free(names[1]);
}

static void flood(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    RUN(&bench, "flood", 105, 15);
    // The plateau, and no more than what touches it with the same value by chance.
    int64_t inside = 0;
    for (int64_t y = 0; y < HEIGHT; y++) {
        for (int64_t x = 0; x < WIDTH; x++) {
            if (!mask_at(bench.mask, x, y))
                continue;
            assert_int_equal(value_at(x, y, 0), 77);
            assert_true(x >= 98 && x <= 121 && y >= 8 && y <= 31);
            inside += x >= 100 && x < 120 && y >= 10 && y < 30;
        }
    }
    assert_int_equal(inside, 400);
    teardown(&bench);
}

static void shapes(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    RUN(&bench, "rectangle", 10, 20, 30, 5);
    EXPECT(&bench, x >= 10 && x < 40 && y >= 20 && y < 25);
    bench.context.unmask = true;
    RUN(&bench, "point", 15, 22);
    EXPECT(&bench, x >= 10 && x < 40 && y >= 20 && y < 25 && !(x == 15 && y == 22));
    bench.context.unmask = false;
    RUN(&bench, "clear");
    RUN(&bench, "circle", 50, 60, 20.3);
    EXPECT(&bench, hypot((double)x + 0.5 - 50, (double)y + 0.5 - 60) <= 20.3);
    RUN(&bench, "clear");
    RUN(&bench, "polygon", 10, 10, 60, 10, 60, 40, 10, 40);
    EXPECT(&bench, x >= 10 && x < 60 && y >= 10 && y < 40);
    RUN(&bench, "clear");
    bench.detector.beam_x = 70;
    bench.detector.beam_y = 65;
    RUN(&bench, "ring", 10, 30);
    EXPECT(&bench, hypot((double)x + 0.5 - 70, (double)y + 0.5 - 65) >= 10 &&
                       hypot((double)x + 0.5 - 70, (double)y + 0.5 - 65) <= 30);
    RUN(&bench, "clear");
    RUN(&bench, "sector", 70, 65, 0, 300, 90, 180);
    EXPECT(&bench, x < 70); // from straight down over left to straight up
    RUN(&bench, "clear");
    RUN(&bench, "line", 5.5, 7.5, 25.5, 7.5, 3);
    EXPECT(&bench, (y == 7 && x >= 4 && x <= 26) || ((y == 6 || y == 8) && x >= 4 && x <= 26));
    teardown(&bench);
}

// Many steps are told of one after the other, and can be ended between them.
static void growing_is_told_and_ends(void **state)
{
    (void)state;
    struct bench bench;
    struct progress progress = {0};
    struct cancel cancel = {0};
    setup(&bench);
    bench.context.progress = &progress;
    bench.context.cancel = &cancel;
    RUN(&bench, "point", 70, 60);
    RUN(&bench, "grow", 27, 1);
    EXPECT(&bench, x >= 70 - 27 && x <= 70 + 27 && y >= 60 - 27 && y <= 60 + 27);
    assert_true(progress_share(&progress) == 1);
    RUN(&bench, "shrink", 17, 1);
    EXPECT(&bench, x >= 70 - 10 && x <= 70 + 10 && y >= 60 - 10 && y <= 60 + 10);
    RUN(&bench, "clear");
    RUN(&bench, "point", 70, 60);
    RUN(&bench, "grow", 20, 0); // a diamond
    EXPECT(&bench, labs(x - 70) + labs(y - 60) <= 20);
    cancel_request(&cancel);
    const double numbers[] = {9, 1};
    assert_int_equal(run(&bench, "grow", numbers, 2, NULL), STATUS_CANCELLED);
    EXPECT(&bench, labs(x - 70) + labs(y - 60) <= 20);
    teardown(&bench);
}

static void whole_layer(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    RUN(&bench, "rectangle", 20, 30, 10, 10);
    RUN(&bench, "grow", 2, 1);
    EXPECT(&bench, x >= 18 && x < 32 && y >= 28 && y < 42);
    RUN(&bench, "shrink", 3, 1);
    EXPECT(&bench, x >= 21 && x < 29 && y >= 31 && y < 39);
    RUN(&bench, "invert");
    EXPECT(&bench, !(x >= 21 && x < 29 && y >= 31 && y < 39));
    RUN(&bench, "fill-holes");
    EXPECT(&bench, true);
    RUN(&bench, "clear");
    RUN(&bench, "rectangle", 0, 0, 10, 4);
    RUN(&bench, "point", 80, 80);
    RUN(&bench, "remove-specks", 2);
    EXPECT(&bench, x < 10 && y < 4);
    RUN(&bench, "flip", 0);
    EXPECT(&bench, x >= WIDTH - 10 && y < 4);
    RUN(&bench, "flip", 1);
    EXPECT(&bench, x >= WIDTH - 10 && y >= HEIGHT - 4);
    RUN(&bench, "rotate", 2);
    EXPECT(&bench, x < 10 && y < 4);
    RUN(&bench, "mirror", 0);
    EXPECT(&bench, (x < 10 || x >= WIDTH - 10) && y < 4);
    RUN(&bench, "all");
    EXPECT(&bench, true);
    RUN(&bench, "clear");
    RUN(&bench, "border", 3);
    EXPECT(&bench, x < 3 || y < 3 || x >= WIDTH - 3 || y >= HEIGHT - 3);
    teardown(&bench);
}

static void layers(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.context.bits = MASK_BIT(MASK_HOT);
    RUN(&bench, "rectangle", 0, 0, 50, 50);
    bench.context.bits = MASK_BIT(MASK_USER);
    RUN(&bench, "rectangle", 30, 30, 50, 50);
    RUN(&bench, "xor", MASK_HOT);
    EXPECT(&bench, (x < 50 && y < 50) != (x >= 30 && x < 80 && y >= 30 && y < 80));
    RUN(&bench, "and", MASK_HOT);
    EXPECT(&bench, x < 50 && y < 50 && !(x >= 30 && y >= 30));
    RUN(&bench, "or", MASK_HOT);
    EXPECT(&bench, x < 50 && y < 50);
    RUN(&bench, "minus", MASK_HOT);
    EXPECT(&bench, false);
    RUN(&bench, "copy", MASK_HOT);
    EXPECT(&bench, x < 50 && y < 50);
    assert_int_equal(mask_count(bench.mask, MASK_BIT(MASK_HOT)), 2500);
    teardown(&bench);
}

static void refuse(struct bench *bench, const char *name, const double *numbers, size_t count,
                   const char *part)
{
    struct error error = {0};
    assert_int_not_equal(run(bench, name, numbers, count, &error), STATUS_OK);
    if (!strstr(error.text, part))
        fail_msg("%s: \"%s\" does not say \"%s\"", name, error.text, part);
    assert_int_equal(mask_count(bench->mask, 0xFF), 0);
}

static void what_cannot_be_done_says_why(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    refuse(&bench, "rotate", (double[]){0}, 1, "square");
    refuse(&bench, "ring", (double[]){5, 10}, 2, "beam centre");
    refuse(&bench, "polygon", (double[]){5, 10, 3}, 3, "pairs");
    refuse(&bench, "polygon", (double[]){5, 10, 3, 4}, 4, "at least 3");
    refuse(&bench, "flood", (double[]){WIDTH, 10}, 2, "outside");
    refuse(&bench, "hot", (double[]){5, 4}, 2, "odd");
    bench.file->frames = 1;
    refuse(&bench, "dead", NULL, 0, "has one");
    struct image_file *file = bench.file;
    bench.context.file = NULL;
    refuse(&bench, "above", (double[]){1}, 1, "none is open");
    bench.context.file = file;
    teardown(&bench);
}

static void what_was_done_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double numbers[2];
        size_t count;
        const char *told;
    } cases[] = {
        {"grow", {0}, 0, "Grown by 1 px"},
        {"grow", {3, 1}, 2, "Grown by 3 px"},
        {"between", {-1, 2.5}, 2, "Between -1 and 2.5"},
        {"invert", {0}, 0, "Inverted"},
        {"remove-specks", {4}, 1, "Specks below 4 px removed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        mask_operation_done(mask_operation_find(cases[i].name), cases[i].numbers, cases[i].count, text,
                            sizeof text);
        assert_string_equal(text, cases[i].told);
    }
    // Every operation that looks at more than a shape says what it did.
    for (const struct mask_operation *operation = mask_operations; operation->name; operation++)
        assert_true(operation->done || operation->kind == MASK_AT_ONCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_value),
        cmocka_unit_test(marks_are_left_out),
        cmocka_unit_test(hot_dead_and_gaps),
        cmocka_unit_test(dead_over_a_series),
        cmocka_unit_test(flood),
        cmocka_unit_test(shapes),
        cmocka_unit_test(whole_layer),
        cmocka_unit_test(growing_is_told_and_ends),
        cmocka_unit_test(layers),
        cmocka_unit_test(what_cannot_be_done_says_why),
        cmocka_unit_test(what_was_done_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
