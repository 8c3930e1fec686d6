// SPDX-License-Identifier: MIT
// Single regions against the same area of the whole frame's levels; wishes that change; errors.
#include "sources/region_loader.h"

#include "base/size.h"
#include "fake_reader.h"
#include "image/taps.h"
#include "sources/loader.h"
#include "support/pool.h"
#include "support/testdata.h"

#include <stdio.h>

enum { HANG_SECONDS = 250, LEVELS = REDUCE_MAX_LEVELS };

// All levels of a frame, by one pass of the taps.
struct whole {
    struct frame_info info;
    uint8_t *pixels, *classes;
    struct taps *taps;
};

static struct whole whole_make_chosen(struct image_file *file, enum reduce_mode reduce,
                                      const struct class_choice *choice)
{
    struct whole whole = {0};
    struct error error = {0};
    assert_int_equal(image_file_info(file, 0, &whole.info, &error), STATUS_OK);
    frame_info_choose(&whole.info, choice);
    const struct frame_info *info = &whole.info;
    const size_t count = (size_t)(info->width * info->height), bytes = sample_traits(info->type)->bytes;
    whole.pixels = must_alloc(count * bytes);
    whole.classes = must_alloc(count);
    const struct decode_request request = {.rect = {0, 0, info->width, info->height},
                                           .pixels = whole.pixels,
                                           .stride = (size_t)info->width * bytes,
                                           .classes = whole.classes,
                                           .ignored_classes = whole.info.sentinels.ignored};
    struct decode_report report = {0};
    assert_int_equal(image_file_decode(file, &request, &report, &error), STATUS_OK);
    assert_int_equal(taps_create(info, info->height, LEVELS, reduce, &whole.taps, &error), STATUS_OK);
    const struct band band = {0, info->height, info->width, info->type, whole.pixels, request.stride};
    bool classed = false;
    taps_band(whole.taps, &band, whole.classes, &classed);
    return whole;
}

static struct whole whole_make(struct image_file *file, enum reduce_mode reduce)
{
    return whole_make_chosen(file, reduce, NULL);
}

static void whole_free(struct whole *whole)
{
    taps_destroy(&whole->taps);
    free(whole->pixels);
    free(whole->classes);
}

static void check_plain(const struct whole *whole, const struct region_result *result)
{
    const struct rect rect = result->region.rect;
    const enum sample_type type = whole->info.type;
    const bool converts = sample_storage_type(type) != type;
    const size_t bytes = sample_traits(type)->bytes;
    float *floats = must_alloc((size_t)rect.width * sizeof *floats);
    for (int64_t y = 0; y < rect.height; y++) {
        const uint8_t *from = whole->pixels + (size_t)((rect.y + y) * whole->info.width + rect.x) * bytes;
        const size_t width = (size_t)rect.width, at = (size_t)(y * rect.width);
        if (converts)
            sample_row_to_float(type, from, width, floats);
        const size_t item = converts ? sizeof *floats : bytes;
        assert_memory_equal((uint8_t *)result->samples + at * item,
                            converts ? (void *)floats : (const void *)from, width * item);
    }
    free(floats);
}

static void check_result(const struct whole *whole, const struct region_result *result)
{
    const struct rect rect = result->region.rect;
    if (result->status)
        fail_msg("%s", result->error.text);
    if (result->region.level == 0) {
        check_plain(whole, result);
        return;
    }
    int64_t rows;
    const float *level = reducer_level(taps_reducer(whole->taps), result->region.level, &rows);
    const int64_t width = reduce_side(whole->info.width, result->region.level);
    for (int64_t y = 0; y < rect.height; y++)
        assert_memory_equal((float *)result->samples + y * rect.width, level + (rect.y + y) * width + rect.x,
                            (size_t)rect.width * sizeof *level);
}

static struct region_loader *create_chosen(struct fake_plan *plan, enum reduce_mode reduce,
                                           const struct class_choice *choice)
{
    struct image_file *file = fake_open(plan);
    struct frame_info info;
    assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
    frame_info_choose(&info, choice);
    struct handle *handle = handle_create(file);
    struct region_loader *loader = region_loader_create(test_jobs(), handle, 0, &info, reduce);
    handle_release(&handle);
    return loader;
}

static struct region_loader *create(struct fake_plan *plan, enum reduce_mode reduce)
{
    return create_chosen(plan, reduce, NULL);
}

// Takes all that is wanted; returns their number.
static int take_all(struct region_loader *loader, const struct whole *whole)
{
    int taken = 0;
    while (region_loader_busy(loader)) {
        struct region_result result;
        if (!region_loader_take(loader, 1000, &result))
            continue;
        taken++;
        if (whole)
            check_result(whole, &result);
        free(result.samples);
    }
    return taken;
}

// The four quarters of a level and its last pixel.
static size_t regions_of(const struct frame_info *info, int level, struct region regions[5])
{
    const int64_t width = reduce_side(info->width, level), height = reduce_side(info->height, level);
    const int64_t left = width > 1 ? width / 3 + 1 : width, top = height > 1 ? height / 2 : height;
    const struct rect rects[5] = {{0, 0, left, top},
                                  {left, 0, width - left, top},
                                  {0, top, left, height - top},
                                  {left, top, width - left, height - top},
                                  {width - 1, height - 1, 1, 1}};
    size_t count = 0;
    for (int i = 0; i < 5; i++) {
        if (rects[i].width > 0 && rects[i].height > 0)
            regions[count++] = (struct region){level, i, rects[i]};
    }
    return count;
}

static void check_plan_chosen(struct fake_plan plan, enum reduce_mode reduce,
                              const struct class_choice *choice)
{
    struct image_file *file = fake_open(&plan);
    struct whole whole = whole_make_chosen(file, reduce, choice);
    image_file_close(&file);
    struct region_loader *loader = create_chosen(&plan, reduce, choice);
    for (int level = 0; level <= LEVELS; level++) {
        struct region regions[5];
        const size_t count = regions_of(&whole.info, level, regions);
        region_loader_want(loader, regions, count);
        assert_int_equal(take_all(loader, &whole), count);
    }
    region_loader_destroy(&loader);
    assert_null(loader);
    wait_for_handles(&plan);
    whole_free(&whole);
}

static void check_plan(struct fake_plan plan, enum reduce_mode reduce)
{
    check_plan_chosen(plan, reduce, NULL);
}

static void regions_follow_the_choice_of_classes(void **state)
{
    (void)state;
    static const enum sample_type types[] = {SAMPLE_U16, SAMPLE_I32, SAMPLE_F32, SAMPLE_U64};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        const struct fake_plan plan = {.width = 515, .height = 300, .type = types[t], .no_data_is_max = true};
        const struct class_choice choices[] = {
            {MASK_BIT(MASK_GAP), false, 0}, {MASK_CLASS_BITS, true, 100}, {0, true, 1000}};
        for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
            check_plan_chosen(plan, REDUCE_MEAN, &choices[i]);
    }
}

static void regions_are_parts_of_the_levels(void **state)
{
    (void)state;
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        check_plan((struct fake_plan){.width = 1301, .height = 517, .type = type}, REDUCE_MEAN);
        check_plan((struct fake_plan){.width = 515, .height = 700, .type = type, .no_data_is_max = true},
                   type % 2 ? REDUCE_MAX : REDUCE_MEAN);
    }
    check_plan((struct fake_plan){.width = 1, .height = 1, .type = SAMPLE_F32}, REDUCE_MAX);
    check_plan((struct fake_plan){.width = 4000, .height = 3, .type = SAMPLE_I16}, REDUCE_MEAN);
    check_plan(
        (struct fake_plan){.width = 300, .height = 900, .type = SAMPLE_U16, .lose_from = 100, .lose_to = 300},
        REDUCE_MEAN);
}

static void the_first_wanted_comes_first(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 512, .height = 512, .type = SAMPLE_U16};
    struct region_loader *loader = create(&plan, REDUCE_MEAN);
    struct region regions[80];
    for (int i = 0; i < 80; i++)
        regions[i] = (struct region){0, 79 - i, {i, i, 8, 8}};
    regions[1].tag = regions[0].tag; // a wish said twice is one
    region_loader_want(loader, regions, 80);
    int last = 80, taken = 0;
    while (region_loader_busy(loader)) {
        struct region_result result;
        if (!region_loader_take(loader, 1000, &result))
            continue;
        assert_true(result.region.tag < last);
        last = result.region.tag;
        taken++;
        free(result.samples);
    }
    assert_int_equal(taken, 64);
    region_loader_destroy(&loader);
    wait_for_handles(&plan);
}

// A wish for what is no longer wanted ends at once, even if it never would; the new ones are met.
static void wishes_are_replaced_while_decoding(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 600, .height = 600, .type = SAMPLE_F32, .block_from = 300};
    struct image_file *file = fake_open(&plan);
    struct region_loader *loader = create(&plan, REDUCE_MEAN);
    plan.block_from = 0;
    struct whole whole = whole_make(file, REDUCE_MEAN);
    plan.block_from = 300;
    image_file_close(&file);
    const struct region lower = {0, 1, {0, 300, 600, 300}}, upper = {0, 2, {0, 0, 600, 300}};
    for (int round = 0; round < 20; round++) {
        const int begun = atomic_load(&plan.decodes);
        region_loader_want(loader, &lower, 1);
        while (round % 2 && atomic_load(&plan.decodes) == begun)
            usleep(100);
        assert_true(region_loader_busy(loader));
        struct region_result result;
        assert_false(region_loader_take(loader, round % 2 ? 5 : 0, &result));
        region_loader_want(loader, &upper, 1);
        assert_int_equal(take_all(loader, &whole), 1);
        region_loader_want(loader, NULL, 0);
        assert_int_equal(take_all(loader, &whole), 0);
    }
    region_loader_destroy(&loader);
    wait_for_handles(&plan);
    whole_free(&whole);
}

static void destroyed_at_any_moment(void **state)
{
    (void)state;
    region_loader_destroy(&(struct region_loader *){NULL});
    for (int round = 0; round < 40; round++) {
        struct fake_plan plan = {
            .width = 900, .height = 900, .type = SAMPLE_F64, .block_from = round % 4 == 0 ? 400 : 0};
        struct region_loader *loader = create(&plan, REDUCE_MAX);
        struct region regions[8];
        for (int i = 0; i < 8; i++)
            regions[i] = (struct region){i % 3, i, {0, 0, 200, 200}};
        region_loader_want(loader, regions, 8);
        usleep((useconds_t)(fake_hash(round, 3) % 4000));
        struct region_result result;
        if (round % 3 == 0 && region_loader_take(loader, 1, &result))
            free(result.samples);
        region_loader_destroy(&loader);
        wait_for_handles(&plan);
    }
}

static void nobody_waits_for_nothing(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 100, .height = 100, .type = SAMPLE_U8};
    struct region_loader *loader = create(&plan, REDUCE_MEAN);
    struct region_result result;
    assert_false(region_loader_take(loader, 1000000, &result));
    assert_false(region_loader_busy(loader));
    region_loader_destroy(&loader);
    wait_for_handles(&plan);
}

static enum status status_of(struct fake_plan *plan, struct region region)
{
    struct region_loader *loader = create(plan, REDUCE_MEAN);
    region_loader_want(loader, &region, 1);
    struct region_result result;
    assert_true(region_loader_take(loader, 60000, &result));
    assert_int_equal(result.status != STATUS_OK, result.samples == NULL);
    assert_int_equal(result.status != STATUS_OK, result.error.text[0] != '\0');
    free(result.samples);
    region_loader_destroy(&loader);
    wait_for_handles(plan);
    return result.status;
}

static void failures_are_told(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 1000,
                             .height = 1000,
                             .type = SAMPLE_F16,
                             .fail_from = 500,
                             .fail_to = 501,
                             .fail_status = STATUS_IO};
    assert_int_equal(status_of(&plan, (struct region){0, 0, {0, 0, 9, 500}}), STATUS_OK);
    assert_int_equal(status_of(&plan, (struct region){0, 0, {0, 0, 9, 501}}), STATUS_IO);
    assert_int_equal(status_of(&plan, (struct region){2, 0, {0, 0, 9, 125}}), STATUS_OK);
    assert_int_equal(status_of(&plan, (struct region){2, 0, {0, 0, 9, 126}}), STATUS_IO);
    static const struct region outside[] = {
        {0, 0, {0, 0, 1001, 1}}, {1, 0, {0, 0, 501, 1}},       {2, 0, {249, 249, 1, 2}},
        {0, 0, {-1, 0, 1, 1}},   {0, 0, {0, 0, 0, 1}},         {8, 0, {0, 0, 1, 1}},
        {-1, 0, {0, 0, 1, 1}},   {3, 0, {INT64_MAX, 0, 1, 1}}, {3, 0, {0, 1, 1, INT64_MAX}}};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        assert_int_equal(status_of(&plan, outside[i]), STATUS_USAGE);
    struct fake_plan broken = {.width = 10, .height = 10, .fail_clone = true};
    assert_int_equal(status_of(&broken, (struct region){0, 0, {0, 0, 9, 9}}), STATUS_IO);
    wait_for_handles(&plan);
}

// A region that cannot be read is told once and not tried again, however often it is wanted; others are.
static void failures_are_not_repeated(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 1000,
                             .height = 1000,
                             .type = SAMPLE_U16,
                             .fail_from = 500,
                             .fail_to = 501,
                             .fail_status = STATUS_BROKEN};
    struct region_loader *loader = create(&plan, REDUCE_MEAN);
    const struct region regions[] = {
        {0, 7, {0, 400, 100, 200}}, {1, 7, {0, 0, 100, 100}}, {0, 8, {100, 0, 100, 100}}};
    struct region_result result;
    region_loader_want(loader, regions, 1);
    assert_true(region_loader_take(loader, 60000, &result));
    assert_int_equal(result.status, STATUS_BROKEN);
    const int begun = atomic_load(&plan.decodes);
    for (int round = 0; round < 5; round++) {
        region_loader_want(loader, regions, 1);
        assert_false(region_loader_busy(loader));
        assert_false(region_loader_take(loader, 0, &result));
    }
    assert_int_equal(atomic_load(&plan.decodes), begun);
    region_loader_want(loader, regions, 3);
    for (int i = 1; i < 3; i++) { // what is of another level or has another tag
        assert_true(region_loader_take(loader, 60000, &result));
        assert_int_equal(result.status, STATUS_OK);
        assert_memory_equal(&result.region.rect, &regions[i].rect, sizeof regions[i].rect);
        free(result.samples);
    }
    assert_false(region_loader_busy(loader));
    region_loader_give_up(loader, &regions[2]);
    region_loader_want(loader, &regions[2], 1);
    assert_false(region_loader_busy(loader));
    region_loader_destroy(&loader);
    wait_for_handles(&plan);
}

int main(void)
{
    alarm(HANG_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_are_parts_of_the_levels),
        cmocka_unit_test(regions_follow_the_choice_of_classes),
        cmocka_unit_test(the_first_wanted_comes_first),
        cmocka_unit_test(wishes_are_replaced_while_decoding),
        cmocka_unit_test(destroyed_at_any_moment),
        cmocka_unit_test(nobody_waits_for_nothing),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(failures_are_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
