// SPDX-License-Identifier: MIT
// The renderer around the image pass: the cached picture and when it is stale, partly loaded pictures, frames
// in the same textures, smooth magnification, memory.
#include "support/render_fixture.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 97, HEIGHT = 71 };

static struct test_image *plain_image(enum sample_type type, uint64_t seed)
{
    struct test_image *image = test_image_create(type, WIDTH, HEIGHT);
    test_image_fill(image, seed, true);
    test_image_mark_layers(image, seed);
    return image;
}

// --- the cached picture ---

static void draw_cached(struct render_fixture *f, const struct scene *scene, unsigned char *rgb)
{
    struct error error = {0};
    const int width = scene->view->camera.viewport_width, height = scene->view->camera.viewport_height;
    target_bind(f->gpu, f->target, FIXTURE_SIDE, FIXTURE_SIDE);
    target_clear(f->gpu, (const unsigned char[]){1, 2, 3});
    assert_int_equal(renderer_draw_cached(f->renderer, f->render_view, scene, f->target, FIXTURE_SIDE,
                                          FIXTURE_SIDE, 40, 30, &error),
                     STATUS_OK);
    assert_true(render_view_is_same(f->render_view, scene));
    target_read_rgb(f->gpu, FIXTURE_SIDE, 40, 30, width, height, rgb);
    unsigned char beside[3];
    target_read_rgb(f->gpu, FIXTURE_SIDE, 39, 30, 1, 1, beside);
    assert_memory_equal(beside, ((const unsigned char[]){1, 2, 3}), 3);
}

// The cached picture, drawn twice, is the one drawn directly, pixel for pixel, and that is right.
static void check_cached(struct render_fixture *f, const struct test_image *image, const struct scene *scene,
                         const char *what)
{
    const size_t bytes =
        3 * (size_t)scene->view->camera.viewport_width * (size_t)scene->view->camera.viewport_height;
    unsigned char *first = must_alloc(bytes), *second = must_alloc(bytes);
    draw_cached(f, scene, first);
    draw_cached(f, scene, second);
    fixture_check(f, image, scene, what);
    if (memcmp(first, f->rgb, bytes) != 0 || memcmp(second, f->rgb, bytes) != 0)
        fail_msg("%s: the cached picture is another one", what);
    free(first);
    free(second);
}

static void test_cached(void **state)
{
    struct render_fixture *f = *state;
    struct test_image *image = plain_image(SAMPLE_F32, 1);
    struct loaded loaded = {0};
    struct error error = {0};
    fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
    struct view view = fixture_view(image, 130, 90);
    struct scene scene = fixture_scene(f, &loaded, &view);
    check_cached(f, image, &scene, "first");
    contrast_set_limits(&view.contrast, 5, 800);
    assert_false(render_view_is_same(f->render_view, &scene));
    check_cached(f, image, &scene, "another contrast");
    camera_zoom_at(&view.camera, 1.7, 20, 20);
    assert_false(render_view_is_same(f->render_view, &scene));
    check_cached(f, image, &scene, "another zoom");
    view.play.rate++;
    assert_true(render_view_is_same(f->render_view, &scene));
    view.display.mask[MASK_USER].opacity = 1;
    assert_false(render_view_is_same(f->render_view, &scene));
    check_cached(f, image, &scene, "another tint");
    camera_set_viewport(&view.camera, 70, 111);
    check_cached(f, image, &scene, "another viewport");
    scene.colormap = colormap_find(&f->maps, "turbo");
    assert_false(render_view_is_same(f->render_view, &scene));
    check_cached(f, image, &scene, "another colour map");
    mask_write(loaded.mask, (struct rect){0, 0, WIDTH, HEIGHT}, image->classes, WIDTH, 0xff);
    memcpy(image->mask, image->classes, WIDTH * HEIGHT);
    assert_int_equal(picture_take_mask(loaded.picture, loaded.mask,
                                       (struct rect){0, 0, loaded.picture->info.width, HEIGHT}, &error),
                     STATUS_OK);
    assert_false(render_view_is_same(f->render_view, &scene));
    check_cached(f, image, &scene, "another mask");
    render_view_drop_cache(f->render_view);
    check_cached(f, image, &scene, "after the cache was dropped");
    scene.picture = NULL;
    assert_false(render_view_is_same(f->render_view, &scene));
    loaded_free(&loaded);
    render_view_drop_cache(f->render_view);
    test_image_destroy(&image);
}

// A direct draw of another scene between two cached ones.
static void test_cached_and_direct(void **state)
{
    struct render_fixture *f = *state;
    struct test_image *image = plain_image(SAMPLE_U16, 2);
    struct loaded loaded = {0};
    fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
    struct view one = fixture_view(image, 100, 80), other = one;
    contrast_set_limits(&other.contrast, 100, 300);
    const struct scene first = fixture_scene(f, &loaded, &one), second = fixture_scene(f, &loaded, &other);
    unsigned char *rgb = must_alloc(3 * 100 * 80);
    for (int i = 0; i < 3; i++) {
        check_cached(f, image, &first, "first");
        fixture_check(f, image, &second, "second");
        fixture_check(f, image, &first, "first again");
        draw_cached(f, &first, rgb);
        assert_memory_equal(rgb, f->rgb, 3 * 100 * 80);
    }
    free(rgb);
    loaded_free(&loaded);
    render_view_drop_cache(f->render_view);
    test_image_destroy(&image);
}

// Two places that show pictures in turn by one renderer: each keeps its own tables, drawing and cache.
static void test_two_render_views(void **state)
{
    struct render_fixture *f = *state;
    struct render_view *const first_view = f->render_view, *second_view = render_view_create();
    struct test_image *images[2] = {plain_image(SAMPLE_F32, 11), plain_image(SAMPLE_U16, 12)};
    struct loaded loaded[2] = {{0}};
    struct view views[2];
    struct scene scenes[2];
    for (int i = 0; i < 2; i++) {
        fixture_load(f, images[i], REDUCE_MEAN, 0, &loaded[i]);
        views[i] = fixture_view(images[i], 100, 80);
        scenes[i] = fixture_scene(f, &loaded[i], &views[i]);
    }
    views[1].display.mask[MASK_USER].opacity = 1; // tints are the renderer's
    contrast_set_limits(&views[1].contrast, 100, 300);
    unsigned char *rgb = must_alloc(3 * 100 * 80);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 2; i++) {
            f->render_view = i ? second_view : first_view;
            assert_int_equal(render_view_is_same(f->render_view, &scenes[i]), round > 0);
            check_cached(f, images[i], &scenes[i], i ? "second" : "first");
            assert_false(render_view_is_same(i ? first_view : second_view, &scenes[i]));
        }
    }
    render_view_destroy(&second_view);
    f->render_view = first_view; // is not disturbed by that
    draw_cached(f, &scenes[0], rgb);
    fixture_check(f, images[0], &scenes[0], "first at last");
    assert_memory_equal(rgb, f->rgb, 3 * 100 * 80);
    free(rgb);
    for (int i = 0; i < 2; i++) {
        loaded_free(&loaded[i]);
        test_image_destroy(&images[i]);
    }
    render_view_drop_cache(f->render_view);
}

// A colour map read again from its file keeps its place in memory.
static void test_colormap_reload(void **state)
{
    struct render_fixture *f = *state;
    static const enum sample_type types[] = {SAMPLE_U8, SAMPLE_F32};
    for (int t = 0; t < 2; t++) {
        struct test_image *image = plain_image(types[t], 3);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, 100, 80);
        struct colormap own = *colormap_find(&f->maps, "gray");
        struct scene scene = fixture_scene(f, &loaded, &view);
        scene.colormap = &own;
        check_cached(f, image, &scene, "as it was");
        for (int i = 0; i < COLORMAP_ENTRIES; i++)
            memcpy(own.rgb[i], (const uint8_t[]){(uint8_t)(255 - i), 0, (uint8_t)i}, 3);
        assert_false(render_view_is_same(f->render_view, &scene));
        check_cached(f, image, &scene, "read again");
        loaded_free(&loaded);
        render_view_drop_cache(f->render_view);
        test_image_destroy(&image);
    }
}

// Another picture is another scene even where it took the memory, and the number of bands, of the one before.
static void test_picture_in_same_memory(void **state)
{
    struct render_fixture *f = *state;
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct test_image *image = plain_image(SAMPLE_U8, seed);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, 100, 80);
        struct scene scene = fixture_scene(f, &loaded, &view);
        scene.histogram = NULL;
        scene.histogram_serial = 0;
        assert_false(render_view_is_same(f->render_view, &scene));
        check_cached(f, image, &scene, "one of several pictures");
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
    render_view_drop_cache(f->render_view);
}

// --- parts ---

// Asserts that loaded rows are as the reference has them and all else is background.
static void check_partial(struct render_fixture *f, const struct test_image *image, const struct scene *scene,
                          const char *what)
{
    fixture_draw(f, scene);
    const size_t count = fixture_expect(f, image, scene);
    for (size_t i = 0; i < count; i++) {
        struct reference_pixel *pixel = &f->expected[i];
        const int level = camera_level(&scene->view->camera, reduce_level_count(image->width, image->height));
        if (pixel->inside && picture_is_loaded(scene->picture, pixel->y << level))
            continue;
        for (int c = 0; c < 3; c++)
            pixel->rgb[c] = scene->view->display.background[c];
    }
    fixture_compare(f, scene, what);
}

static void check_partial_views(struct render_fixture *f, const struct test_image *image,
                                const struct loaded *loaded, const char *what)
{
    // Four levels: the reference reads every pixel of a texel, and the coarser ones are drawn alike.
    for (int level = 0; level < 5; level++) {
        struct view view = fixture_view(image, 60, 300);
        camera_set_zoom(&view.camera, ldexp(1, -level));
        for (int outline = 0; outline < 2; outline++) {
            view.display.mask[MASK_BAD].outline = outline;
            const struct scene scene = fixture_scene(f, loaded, &view);
            check_partial(f, image, &scene, what);
        }
    }
}

// Rows that are not loaded show the background, in a new picture and in one that shows the next frame.
static void test_partly_loaded(void **state)
{
    struct render_fixture *f = *state;
    struct test_image *image = test_image_create(SAMPLE_U16, 51, 2147);
    test_image_fill(image, 3, false);
    for (int64_t y = 5; y < 2147; y += 29)
        test_image_mark(image, (struct rect){y % 40, y, 3, 2}, MASK_BIT(MASK_BAD));
    struct error error = {0};
    struct mask *mask = NULL;
    assert_int_equal(mask_create(51, 2147, &mask, &error), STATUS_OK);
    mask_write(mask, (struct rect){0, 0, 51, 2147}, image->mask, 51, 0xff);
    const struct frame_info info = test_image_info(image);
    struct loaded loaded = {0};
    assert_int_equal(picture_create(f->gpu, &info, 0, &loaded.picture, &error), STATUS_OK);
    const int64_t bands = (2147 + REDUCE_BAND_ROWS - 1) / REDUCE_BAND_ROWS;
    for (int frame = 0; frame < 2; frame++) {
        picture_restart(loaded.picture, &info, REDUCE_MEAN);
        check_partial_views(f, image, &loaded, frame ? "nothing of the second frame" : "nothing");
        for (int64_t step = 0; step < bands; step++) {
            const int64_t y =
                step * 5 % bands * REDUCE_BAND_ROWS; // 5 and the number of bands have no common divisor
            const int64_t rows = y + REDUCE_BAND_ROWS > 2147 ? 2147 - y : REDUCE_BAND_ROWS;
            fixture_take_rows(image, loaded.picture, mask, y, rows, REDUCE_MEAN);
            if (step % 7 == 0)
                check_partial_views(f, image, &loaded, frame ? "part of the second frame" : "part");
        }
        assert_true(picture_is_complete(loaded.picture));
        check_partial_views(f, image, &loaded, "all");
    }
    mask_destroy(&mask);
    loaded_free(&loaded);
    test_image_destroy(&image);
}

static void test_nothing(void **state)
{
    struct render_fixture *f = *state;
    struct view view = view_default();
    camera_set_viewport(&view.camera, 50, 40);
    memcpy(view.display.background, (const uint8_t[]){11, 22, 33}, 3);
    const struct scene scene = {.view = &view, .colormap = &f->maps.maps[0]};
    fixture_draw(f, &scene);
    for (int i = 0; i < 50 * 40; i++)
        assert_memory_equal(f->rgb + 3 * i, view.display.background, 3);
}

// --- smooth ---

static double smooth_value(const struct test_image *image, double x, double y)
{
    const double left = floor(x - 0.5), top = floor(y - 0.5), right_share = x - 0.5 - left,
                 lower_share = y - 0.5 - top;
    double sum = 0;
    for (int j = 0; j < 2; j++) {
        for (int i = 0; i < 2; i++) {
            const double column = fmin(fmax(left + i, 0), (double)image->width - 1);
            const double row = fmin(fmax(top + j, 0), (double)image->height - 1);
            const double weight = (i ? right_share : 1 - right_share) * (j ? lower_share : 1 - lower_share);
            sum += weight * image->values[(int64_t)row * image->width + (int64_t)column];
        }
    }
    return sum;
}

// The drawn colour must be one between those of the values just below and above the interpolated one.
static void check_smooth(struct render_fixture *f, const struct test_image *image, const struct scene *scene)
{
    const struct camera *camera = &scene->view->camera;
    const bool rounds = sample_storage_type(image->type) != SAMPLE_F32;
    fixture_draw(f, scene);
    fixture_expect(f, image, scene);
    for (int i = 0; i < camera->viewport_width * camera->viewport_height; i++) {
        if (!f->expected[i].inside || f->expected[i].margin < FIXTURE_MARGIN)
            continue;
        double x, y, low[3], high[3];
        camera_to_image(camera, i % camera->viewport_width + 0.5, i / camera->viewport_width + 0.5, &x, &y);
        double value = smooth_value(image, x, y);
        const double slack = 0.02 + fabs(value) * 1e-4;
        reference_colour(&f->reference, rounds ? floor(value + 0.5 - slack) : value - slack, !rounds, low);
        reference_colour(&f->reference, rounds ? floor(value + 0.5 + slack) : value + slack, !rounds, high);
        for (int c = 0; c < 3; c++)
            if (f->rgb[3 * i + c] < fmin(low[c], high[c]) - 1 ||
                f->rgb[3 * i + c] > fmax(low[c], high[c]) + 1)
                fail_msg("%s zoom %g: pixel %d is %d, should be %.2f to %.2f (%g)",
                         sample_traits(image->type)->name, camera->zoom, i, f->rgb[3 * i + c], low[c],
                         high[c], value);
    }
}

static void test_smooth(void **state)
{
    struct render_fixture *f = *state;
    static const enum sample_type types[] = {SAMPLE_U8,  SAMPLE_I8,  SAMPLE_U16,
                                             SAMPLE_I16, SAMPLE_F32, SAMPLE_F64};
    static const double zooms[] = {1.3, 3.7, 8, 29};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        struct test_image *image = test_image_create(types[t], WIDTH, HEIGHT);
        for (int64_t i = 0; i < WIDTH * HEIGHT; i++)
            test_image_set(image, i % WIDTH, i / WIDTH, (double)(i * 7919 % 251) - 60);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        for (size_t z = 0; z < 4; z++) {
            struct view view = fixture_view(image, 140, 110);
            camera_set_zoom(&view.camera, zooms[z]);
            camera_rotate(&view.camera, (int)z);
            contrast_set_limits(&view.contrast, -70, 200);
            view.display.smooth = true;
            const struct scene scene = fixture_scene(f, &loaded, &view);
            check_smooth(f, image, &scene);
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

// Not magnified, or of a type that is not interpolated: the same as crisp.
static void test_smooth_is_crisp(void **state)
{
    struct render_fixture *f = *state;
    static const enum sample_type types[] = {SAMPLE_U8, SAMPLE_F32, SAMPLE_U32, SAMPLE_I32};
    for (size_t t = 0; t < 4; t++) {
        struct test_image *image = plain_image(types[t], 21);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, 120, 90);
        camera_set_zoom(&view.camera, t < 2 ? 1 : 4);
        view.display.smooth = true;
        const struct scene scene = fixture_scene(f, &loaded, &view);
        fixture_check(f, image, &scene, "smooth");
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

// --- precision ---

// The far end of a long image, at zooms up to the highest: the whole viewport is drawn, edges between pixels
// are right to a screen pixel, and no pixel has a colour that is not near.
static void test_far_end(void **state)
{
    struct render_fixture *f = *state;
    static const double zooms[] = {1, 1.37, 7.3, 37.7, 64, 113.13, 200.3, 256};
    struct test_image *image = test_image_create(SAMPLE_U8, 16001, 45);
    test_image_fill(image, 5, false);
    for (int turned = 0; turned < 4; turned++) {
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        for (size_t z = 0; z < 8 * 9; z++) {
            struct view view = fixture_view(image, 301, 200);
            camera_set_zoom(&view.camera, zooms[z / 9]);
            camera_rotate(&view.camera, turned);
            camera_look_at(&view.camera, 15990.2 - 0.37 * (double)(z % 9), 22.5 + 0.11 * (double)(z % 9));
            contrast_set_limits(&view.contrast, -40, 250);
            memcpy(view.display.background, (const uint8_t[]){0, 255, 0}, 3);
            const struct scene scene = fixture_scene(f, &loaded, &view);
            fixture_draw(f, &scene);
            fixture_expect(f, image, &scene);
            for (int i = 0; i < 301 * 200; i++) {
                bool same = true;
                for (int c = 0; c < 3; c++)
                    same = same && fabs(f->rgb[3 * i + c] - f->expected[i].rgb[c]) <= 1;
                if (same)
                    continue;
                if (f->expected[i].margin * view.camera.zoom > 0.51 &&
                    f->expected[i].margin > 2 * FIXTURE_MARGIN)
                    fail_msg("zoom %g turned %d: pixel %d, %d is %d %d %d, should be %g (margin %g)",
                             view.camera.zoom, turned, i % 301, i / 301, f->rgb[3 * i], f->rgb[3 * i + 1],
                             f->rgb[3 * i + 2], f->expected[i].rgb[0], f->expected[i].margin);
                if (f->expected[i].inside && f->rgb[3 * i] != f->rgb[3 * i + 1] && f->expected[i].x > 0 &&
                    f->expected[i].x < 16000 && f->expected[i].y > 0 && f->expected[i].y < 44)
                    fail_msg("zoom %g: pixel %d, %d is not drawn", view.camera.zoom, i % 301, i / 301);
            }
        }
        loaded_free(&loaded);
    }
    test_image_destroy(&image);
}

// --- memory ---

static void test_memory(void **state)
{
    struct render_fixture *f = *state;
    const int64_t before = gpu_texture_bytes(f->gpu);
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        struct test_image *image = test_image_create((enum sample_type)type, 1203, 777);
        const struct frame_info info = test_image_info(image);
        for (int masked = 0; masked < 2; masked++) {
            if (masked)
                test_image_mark(image, (struct rect){0, 0, 1203, 777}, MASK_BIT(MASK_GAP));
            for (int side = 0; side <= 300; side += 300) {
                struct loaded loaded = {0};
                gpu_limit_texture_side(f->gpu, side);
                fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
                assert_int_equal(gpu_texture_bytes(f->gpu) - before, picture_cost(&info, masked));
                fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
                assert_int_equal(gpu_texture_bytes(f->gpu) - before, picture_cost(&info, masked));
                loaded_free(&loaded);
                assert_int_equal(gpu_texture_bytes(f->gpu), before);
            }
        }
        test_image_destroy(&image);
    }
    gpu_limit_texture_side(f->gpu, 0);
}

static void test_cost_overflow(void **state)
{
    (void)state;
    const struct frame_info info = {.width = INT64_MAX / 3, .height = INT64_MAX / 5, .type = SAMPLE_F64};
    assert_true(picture_cost(&info, true) >= INT64_MAX / 4);
}

// Uploads through pixel buffers give the same picture.
static void test_pixel_buffers(void **state)
{
    struct render_fixture *f = *state;
    gpu_use_pixel_buffers(f->gpu, true);
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        struct test_image *image = plain_image((enum sample_type)type, 8);
        struct loaded loaded = {0};
        gpu_limit_texture_side(f->gpu, type % 2 ? 64 : 0);
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, 110, 80);
        camera_set_zoom(&view.camera, 1);
        const struct scene scene = fixture_scene(f, &loaded, &view);
        fixture_check(f, image, &scene, "pixel buffers");
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
    gpu_limit_texture_side(f->gpu, 0);
    gpu_use_pixel_buffers(f->gpu, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cached),
        cmocka_unit_test(test_cached_and_direct),
        cmocka_unit_test(test_two_render_views),
        cmocka_unit_test(test_colormap_reload),
        cmocka_unit_test(test_picture_in_same_memory),
        cmocka_unit_test(test_partly_loaded),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_smooth),
        cmocka_unit_test(test_smooth_is_crisp),
        cmocka_unit_test(test_far_end),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cost_overflow),
        cmocka_unit_test(test_pixel_buffers),
    };
    return cmocka_run_group_tests_name("renderer", tests, render_fixture_setup, render_fixture_teardown);
}
