// SPDX-License-Identifier: MIT
// Reduced levels: their texels against a brute-force mean and maximum, and the picture drawn at each of them.
#include "support/render_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- texels ---

static void compare_tile(const struct test_image *image, const struct picture *picture, enum reduce_mode mode,
                         int level, int tile)
{
    const struct picture_level *at = &picture->levels[level];
    struct texture *texture = at->tiles[tile].pixels;
    const int width = texture_width(texture), height = texture_height(texture);
    const int64_t x0 = (int64_t)(tile % at->tiles_x) * at->tile_width,
                  y0 = (int64_t)(tile / at->tiles_x) * at->tile_height;
    const struct reference_image pixels = {image->width, image->height, image->values, image->mask};
    float *texels = malloc((size_t)width * (size_t)height * sizeof *texels);
    texture_read(texture, 0, 0, width, height, texels);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const double expected = reference_level_value(&pixels, mode, level, x0 + x, y0 + y);
            const double got = (double)texels[(size_t)y * (size_t)width + (size_t)x];
            const bool same = isnan(expected)
                                  ? isnan(got) != 0
                                  : got == expected || fabs(got - expected) <= 1e-4 + 1e-6 * fabs(expected);
            if (!same)
                fail_msg("%s level %d texel %lld, %lld is %.9g, should be %.9g",
                         sample_traits(image->type)->name, level, (long long)(x0 + x), (long long)(y0 + y),
                         got, expected);
        }
    }
    free(texels);
}

static void compare_levels(const struct test_image *image, const struct picture *picture,
                           enum reduce_mode mode)
{
    assert_int_equal(picture->level_count, 1 + reduce_level_count(image->width, image->height));
    for (int level = 1; level < picture->level_count; level++) {
        const struct picture_level *at = &picture->levels[level];
        assert_int_equal(at->width, reduce_side(image->width, level));
        assert_int_equal(at->height, reduce_side(image->height, level));
        for (int tile = 0; tile < at->tiles_x * at->tiles_y; tile++)
            compare_tile(image, picture, mode, level, tile);
    }
}

// Values whose sums in float32 do not lose more than the comparison allows, with NaN, Inf and masked areas.
static struct test_image *levelled_image(enum sample_type type, int64_t width, int64_t height, bool masked)
{
    struct test_image *image = test_image_create(type, width, height);
    uint64_t seed = 12345;
    for (int64_t y = 0; y < height; y++) {
        for (int64_t x = 0; x < width; x++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            const unsigned kind = sample_traits(type)->is_float ? (unsigned)(seed >> 40) % 64 : 64;
            const double value = (double)(seed >> 44) / 1000.0 + (double)(x + y) / 3;
            test_image_set(image, x, y,
                           kind == 0   ? NAN
                           : kind == 1 ? INFINITY
                           : kind == 2 ? -INFINITY
                                       : value);
        }
    }
    for (int64_t y = 30; y < 60 && sample_traits(type)->is_float; y++)
        for (int64_t x = 40; x < 80; x++)
            test_image_set(image, x, y, NAN);
    if (masked) {
        test_image_mark_layers(image, 5);
        test_image_mark(image, (struct rect){100, 10, 37, 70}, MASK_BIT(MASK_GAP));
        test_image_mark(image, (struct rect){0, 64, width, 5}, MASK_BIT(MASK_USER));
    }
    return image;
}

static void test_texels(void **state)
{
    struct render_fixture *f = *state;
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        struct test_image *image =
            levelled_image((enum sample_type)type, type % 2 ? 1061 : 523, 301, type % 3 != 0);
        struct loaded loaded = {0};
        for (int mode = REDUCE_MEAN; mode <= REDUCE_MAX; mode++) {
            fixture_load(f, image, (enum reduce_mode)mode, 0, &loaded);
            compare_levels(image, loaded.picture, (enum reduce_mode)mode);
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

// --- pictures ---

static void check_zooms(struct render_fixture *f, const struct test_image *image, const struct loaded *loaded,
                        enum reduce_mode mode, int width, int height)
{
    static const double zooms[] = {0, 0.9, 0.5, 0.37, 0.25, 0.11};
    for (size_t i = 0; i < TRANSFER_COUNT * sizeof zooms / sizeof zooms[0]; i++) {
        const size_t z = i / TRANSFER_COUNT;
        struct view view = fixture_view(image, width, height);
        if (zooms[z] > 0)
            camera_set_zoom(&view.camera, zooms[z]);
        view.display.reduce = mode;
        view.display.special[SPECIAL_UNDER].on = view.display.special[SPECIAL_OVER].on = z % 2;
        contrast_set_limits(&view.contrast, 0.123, z % 2 ? 700.77 : 1400.77);
        view.contrast.transfer.kind = (enum transfer_kind)(i % TRANSFER_COUNT);
        snprintf(view.display.colormap, sizeof view.display.colormap, "%s",
                 f->maps.maps[i % f->maps.count].name);
        char what[80];
        snprintf(what, sizeof what, "%s %lldx%lld zoom %g %s", sample_traits(image->type)->name,
                 (long long)image->width, (long long)image->height, view.camera.zoom,
                 mode == REDUCE_MAX ? "max" : "mean");
        const struct scene scene = fixture_scene(f, loaded, &view);
        const struct comparison result = fixture_check(f, image, &scene, what);
        assert_true(result.excused < (result.compared + result.excused) / 20);
    }
}

static void test_pictures(void **state)
{
    struct render_fixture *f = *state;
    static const enum sample_type types[] = {SAMPLE_U8,  SAMPLE_I16, SAMPLE_U16,
                                             SAMPLE_U32, SAMPLE_F32, SAMPLE_F64};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        struct test_image *image = levelled_image(types[t], t % 2 ? 1037 : 701, 517, t > 2);
        struct loaded loaded = {0};
        for (int mode = REDUCE_MEAN; mode <= REDUCE_MAX; mode++) {
            fixture_load(f, image, (enum reduce_mode)mode, 0, &loaded);
            check_zooms(f, image, &loaded, (enum reduce_mode)mode, 117, 61);
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

// All levels there can be, on images longer than one texture can be on most devices.
static void test_long_images(void **state)
{
    struct render_fixture *f = *state;
    static const int64_t sizes[][2] = {{33001, 21}, {13, 33001}};
    for (int i = 0; i < 2; i++) {
        struct test_image *image = test_image_create(SAMPLE_U16, sizes[i][0], sizes[i][1]);
        for (int64_t y = 0; y < image->height; y++)
            for (int64_t x = 0; x < image->width; x++)
                test_image_set(image, x, y, (double)((x * 37 + y * 91) % 1993 + (x + y) / 24));
        test_image_mark(image, (struct rect){sizes[i][0] / 2, sizes[i][1] / 2, 300, 300}, MASK_BIT(MASK_BAD));
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        assert_int_equal(loaded.picture->level_count, 1 + REDUCE_MAX_LEVELS);
        compare_levels(image, loaded.picture, REDUCE_MEAN);
        for (int level = 0; level <= REDUCE_MAX_LEVELS; level++) {
            struct view view = fixture_view(image, i ? 9 : 300, i ? 300 : 9);
            camera_set_zoom(&view.camera, ldexp(0.83, -level));
            const struct scene scene = fixture_scene(f, &loaded, &view);
            fixture_check(f, image, &scene, "a long image");
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texels),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_long_images),
    };
    return cmocka_run_group_tests_name("pyramid", tests, render_fixture_setup, render_fixture_teardown);
}
