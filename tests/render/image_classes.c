// SPDX-License-Identifier: MIT
// Every sample type through every transfer function and colour map, with special colours on and off, at all
// kinds of limits: drawn at 1:1 and compared with the float64 reference.
#include "support/render_fixture.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 83, HEIGHT = 41 };

static const enum sample_type all_types[] = {SAMPLE_U8,  SAMPLE_I8,  SAMPLE_U16, SAMPLE_I16,
                                             SAMPLE_U32, SAMPLE_I32, SAMPLE_U64, SAMPLE_I64,
                                             SAMPLE_F16, SAMPLE_F32, SAMPLE_F64};
enum { TYPE_COUNT = sizeof all_types / sizeof all_types[0] };

// Names the case of a failure.
static const char *describe(const struct scene *scene, enum sample_type type)
{
    static char text[160];
    const struct contrast *contrast = &scene->view->contrast;
    snprintf(text, sizeof text, "%s %s %s%s limits %.9g:%.9g", sample_traits(type)->name,
             transfer_name(contrast->transfer.kind), scene->colormap->name,
             scene->view->display.reversed ? " reversed" : "", contrast->limits.low, contrast->limits.high);
    return text;
}

static void switch_specials(struct display *display, unsigned on)
{
    for (int i = 0; i < SPECIAL_COUNT; i++)
        display->special[i].on = on >> i & 1;
}

static void check(struct render_fixture *f, const struct test_image *image, const struct loaded *loaded,
                  const struct view *view)
{
    const struct scene scene = fixture_scene(f, loaded, view);
    const struct comparison result = fixture_check(f, image, &scene, describe(&scene, image->type));
    assert_int_equal(result.compared, WIDTH * HEIGHT); // at 1:1 no pixel lies on an edge
}

static struct view one_to_one(const struct test_image *image)
{
    struct view view = fixture_view(image, WIDTH, HEIGHT);
    camera_set_zoom(&view.camera, 1);
    return view;
}

// --- tests ---

static void test_types_and_transfers(void **state)
{
    struct render_fixture *f = *state;
    unsigned turn = 0;
    for (size_t t = 0; t < TYPE_COUNT; t++) {
        struct test_image *image = test_image_create(all_types[t], WIDTH, HEIGHT);
        test_image_fill(image, 11 + t, true);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        for (int kind = 0; kind < TRANSFER_COUNT; kind++) {
            for (int round = 0; round < 4; round++, turn++) {
                struct view view = one_to_one(image);
                view.contrast.transfer.kind = (enum transfer_kind)kind;
                view.display.reversed = turn % 2;
                switch_specials(&view.display, round == 0 ? 0 : round == 1 ? 15 : turn * 7);
                contrast_set_limits(&view.contrast, round % 2 ? 10.5 : -20, round < 2 ? 900.25 : 110);
                snprintf(view.display.colormap, sizeof view.display.colormap, "%s",
                         f->maps.maps[turn % f->maps.count].name);
                check(f, image, &loaded, &view);
            }
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

static void test_colour_maps(void **state)
{
    struct render_fixture *f = *state;
    static const enum sample_type types[] = {SAMPLE_F32, SAMPLE_U16};
    for (size_t t = 0; t < 2; t++) {
        struct test_image *image = test_image_create(types[t], WIDTH, HEIGHT);
        test_image_fill(image, 5, true);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        assert_true(f->maps.count >= 12);
        for (size_t map = 0; map < f->maps.count; map++) {
            for (int kind = 0; kind < TRANSFER_COUNT; kind++) {
                struct view view = one_to_one(image);
                view.contrast.transfer.kind = (enum transfer_kind)kind;
                view.display.reversed = (map + (size_t)kind) % 2;
                snprintf(view.display.colormap, sizeof view.display.colormap, "%s", f->maps.maps[map].name);
                check(f, image, &loaded, &view);
            }
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

static void test_transfer_parameters(void **state)
{
    struct render_fixture *f = *state;
    static const char *const transfers[] = {"power:0.2",    "power:0.5",  "power:20",
                                            "asinh:0.0001", "asinh:0.01", "asinh:1",
                                            "asinh:10",     "power:3.33", "power:1"};
    static const double lows[] = {0, -7, 1, 0.001};
    struct test_image *image = test_image_create(SAMPLE_F32, WIDTH, HEIGHT);
    test_image_fill(image, 6, false);
    struct loaded loaded = {0};
    fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++) {
        for (size_t k = 0; k < 4; k++) {
            struct view view = one_to_one(image);
            assert_true(transfer_parse(transfers[i], &view.contrast.transfer));
            contrast_set_limits(&view.contrast, lows[k], 2500.5);
            check(f, image, &loaded, &view);
        }
    }
    loaded_free(&loaded);
    test_image_destroy(&image);
}

// Limits outside the data, far out, reversed by the setter, equal, next to each other, at the type's
// extremes.
static void test_limits(void **state)
{
    struct render_fixture *f = *state;
    for (size_t t = 0; t < TYPE_COUNT; t++) {
        const struct sample_traits *traits = sample_traits(all_types[t]);
        const double limits[][2] = {
            {4e9, 5e9},       {-9e9, -8e9},     {900, 100},       {17, 17},       {0, 0},
            {-1e38, 1e38},    {-1e30, 1e-30},   {12, 12.25},      {12.25, 12.75}, {traits->min, traits->max},
            {0, traits->max}, {-1e-300, 1e300}, {100, 100.00001}, {-0.5, 0.5},    {254.5, 300},
            {1e-30, 3e-30}};
        struct test_image *image = test_image_create(all_types[t], WIDTH, HEIGHT);
        test_image_fill(image, 31 + t, true);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
            struct view view = one_to_one(image);
            contrast_set_limits(&view.contrast, limits[i][0], limits[i][1]);
            static const enum transfer_kind kinds[] = {TRANSFER_LINEAR, TRANSFER_LOG, TRANSFER_SQRT};
            view.contrast.transfer.kind = kinds[i % 3];
            switch_specials(&view.display, 15);
            check(f, image, &loaded, &view);
            view.contrast.transfer.kind = kinds[(i + 1) % 3];
            switch_specials(&view.display, 0);
            check(f, image, &loaded, &view);
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

static void test_constant_images(void **state)
{
    struct render_fixture *f = *state;
    static const double values[] = {0, 7, 255, NAN, INFINITY};
    for (size_t t = 0; t < TYPE_COUNT; t++) {
        for (size_t i = 0; i < 5; i++) {
            struct test_image *image = test_image_create(all_types[t], WIDTH, HEIGHT);
            for (int64_t at = 0; at < WIDTH * HEIGHT; at++)
                test_image_set(image, at % WIDTH, at / WIDTH, values[i]);
            struct loaded loaded = {0};
            fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
            for (int kind = 0; kind < TRANSFER_COUNT; kind++) {
                struct view view = one_to_one(image);
                view.contrast.transfer.kind = (enum transfer_kind)kind;
                view.contrast.limits = loaded.limits;
                check(f, image, &loaded, &view);
            }
            loaded_free(&loaded);
            test_image_destroy(&image);
        }
    }
}

// Images of one pixel, row or column, and of odd sizes, in viewports larger and smaller than they are.
static void test_sizes(void **state)
{
    struct render_fixture *f = *state;
    static const int64_t sizes[][2] = {{1, 1}, {1, 77}, {77, 1}, {3, 5}, {129, 127}, {1, 300}, {255, 257}};
    static const enum sample_type types[] = {SAMPLE_U8, SAMPLE_U16, SAMPLE_F32};
    static const double zooms[] = {0, 1, 3.7, 32, 0.37};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t t = 0; t < 3; t++) {
            struct test_image *image = test_image_create(types[t], sizes[i][0], sizes[i][1]);
            test_image_fill(image, i, true);
            struct loaded loaded = {0};
            fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
            for (size_t z = 0; z < 5; z++) {
                struct view view = fixture_view(image, 107, 93);
                if (zooms[z] > 0)
                    camera_set_zoom(&view.camera, zooms[z]);
                // In float32 the mean of the largest positive and negative values leaves nothing of the
                // others.
                if (types[t] == SAMPLE_F32 && camera_level(&view.camera, REDUCE_MAX_LEVELS) > 0)
                    continue;
                const struct scene scene = fixture_scene(f, &loaded, &view);
                const struct comparison result = fixture_check(f, image, &scene, "size");
                assert_true(result.excused < 107 * 93 / 20);
            }
            loaded_free(&loaded);
            test_image_destroy(&image);
        }
    }
}

// The colour given for a value is the one drawn, also after a picture of another class.
static void test_colour_of(void **state)
{
    struct render_fixture *f = *state;
    for (size_t t = 0; t < TYPE_COUNT; t++) {
        struct test_image *image = test_image_create(all_types[t], WIDTH, HEIGHT);
        test_image_fill(image, 3, true);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = one_to_one(image);
        contrast_set_limits(&view.contrast, -10, 100 + (double)t);
        switch_specials(&view.display, 15);
        check(f, image, &loaded, &view);
        for (int at = 0; at < WIDTH * HEIGHT; at++) {
            unsigned char rgb[3];
            render_view_colour_of(f->render_view, image->values[at], rgb);
            assert_memory_equal(rgb, f->rgb + 3 * at, 3);
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_and_transfers), cmocka_unit_test(test_colour_maps),
        cmocka_unit_test(test_transfer_parameters), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_constant_images),     cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_colour_of),
    };
    return cmocka_run_group_tests_name("image classes", tests, render_fixture_setup, render_fixture_teardown);
}
