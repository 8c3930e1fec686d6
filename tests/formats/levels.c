// SPDX-License-Identifier: MIT
// Levels of a frame in the contract: a reader that has two, what is asked of it, and what is never handed on.
#include "support/reader_checks.h"

#include "formats/base/handle.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 8, HEIGHT = 6 };

// What the reader tells of its levels; set by each test.
struct telling {
    int count;
    struct frame_level levels[FRAME_LEVELS_MAX];
};

struct two_levels {
    struct image_file base;
    struct telling telling;
    int calls; // of decode
};

static enum status two_info(struct image_file *base, int64_t frame, struct frame_info *info,
                            struct error *error)
{
    (void)frame, (void)error;
    const struct telling *telling = &((struct two_levels *)base)->telling;
    *info = (struct frame_info){.width = WIDTH,
                                .height = HEIGHT,
                                .type = SAMPLE_U16,
                                .chunk_width = WIDTH,
                                .chunk_height = 1,
                                .level_count = telling->count};
    memcpy(info->levels, telling->levels, sizeof info->levels);
    return STATUS_OK;
}

// Pixels are 1000 x level + 10 y + x.
static enum status two_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    (void)report, (void)error;
    ((struct two_levels *)base)->calls++;
    for (int64_t y = 0; y < request->rect.height; y++)
        for (int64_t x = 0; x < request->rect.width; x++)
            ((uint16_t *)((char *)request->pixels + (size_t)y * request->stride))[x] =
                (uint16_t)(1000 * request->level + 10 * (request->rect.y + y) + request->rect.x + x);
    return STATUS_OK;
}

static const struct reader two_reader = {.name = "two", .frame_info = two_info, .decode = two_decode};

static struct two_levels make(int count)
{
    static char path[] = "two.levels";
    return (struct two_levels){
        .base = {.reader = &two_reader, .path = path, .frames = 1},
        .telling = {count, {[1] = {4, 3, 2}}}, // level 0 is known from the frame
    };
}

static enum status decode(struct two_levels *file, int level, struct rect rect, uint16_t *pixels,
                          struct error *error)
{
    uint8_t classes[WIDTH * HEIGHT] = {0};
    const struct decode_request request = {.level = level,
                                           .rect = rect,
                                           .pixels = pixels,
                                           .stride = (size_t)WIDTH * sizeof *pixels,
                                           .classes = classes};
    return image_file_decode(&file->base, &request, NULL, error);
}

static void test_levels_are_told_and_decoded(void **state)
{
    (void)state;
    struct two_levels file = make(2);
    const struct frame_info info = info_of(&file.base, 0);
    uint16_t pixels[WIDTH * HEIGHT];
    assert_int_equal(info.level_count, 2);
    assert_true(info.levels[0].width == WIDTH && info.levels[0].height == HEIGHT &&
                info.levels[0].factor == 1);
    assert_true(info.levels[1].width == 4 && info.levels[1].height == 3 && info.levels[1].factor == 2);
    assert_int_equal(decode(&file, 0, (struct rect){7, 5, 1, 1}, pixels, NULL), STATUS_OK);
    assert_int_equal(pixels[0], 57);
    assert_int_equal(decode(&file, 1, (struct rect){1, 1, 3, 2}, pixels, NULL), STATUS_OK);
    assert_int_equal(pixels[0], 1011);
    assert_int_equal(pixels[WIDTH + 2], 1023);
}

// What is not there is refused in words before the reader sees it.
static void test_what_is_not_there_is_refused(void **state)
{
    (void)state;
    struct two_levels file = make(2);
    struct error error = {0};
    uint16_t pixels[WIDTH * HEIGHT];
    assert_int_equal(decode(&file, 2, (struct rect){0, 0, 1, 1}, pixels, &error), STATUS_USAGE);
    assert_string_equal(error.text, "two.levels: there is no level # 2 of frame # 0, the last is # 1");
    assert_int_equal(decode(&file, -1, (struct rect){0, 0, 1, 1}, pixels, &error), STATUS_USAGE);
    assert_int_equal(decode(&file, 1, (struct rect){3, 2, 2, 1}, pixels, &error), STATUS_USAGE);
    assert_non_null(strstr(error.text, "not within 4x3 pixels"));
    assert_int_equal(file.calls, 0);
    file = make(0); // a reader that knows of no levels
    assert_int_equal(info_of(&file.base, 0).level_count, 1);
    assert_int_equal(decode(&file, 1, (struct rect){0, 0, 1, 1}, pixels, &error), STATUS_USAGE);
    assert_non_null(strstr(error.text, "the last is # 0"));
}

// Levels come from files: those that make no sense are not handed on, nor are those behind them.
static void test_levels_without_sense(void **state)
{
    (void)state;
    static const struct {
        int count, good;
        struct frame_level second, third;
    } cases[] = {
        {3, 3, {4, 3, 2}, {2, 2, 4}},    {3, 2, {4, 3, 2}, {4, 3, 2}},   {3, 1, {9, 3, 2}, {2, 2, 4}},
        {3, 1, {4, 7, 2}, {2, 2, 4}},    {3, 2, {4, 3, 2}, {0, 1, 4}},   {3, 2, {4, 3, 2}, {-2, 1, 4}},
        {3, 1, {4, 3, 0.5}, {2, 2, 4}},  {3, 3, {8, 3, 1.5}, {4, 3, 2}}, {-5, 1, {4, 3, 2}, {2, 2, 4}},
        {1000, 3, {4, 3, 2}, {2, 2, 4}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct two_levels file = make(cases[i].count);
        file.telling.levels[1] = cases[i].second;
        file.telling.levels[2] = cases[i].third;
        assert_int_equal(info_of(&file.base, 0).level_count, cases[i].good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_are_told_and_decoded),
        cmocka_unit_test(test_what_is_not_there_is_refused),
        cmocka_unit_test(test_levels_without_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
