// SPDX-License-Identifier: MIT
// Images cut into many textures look as in one texture: in all orientations, at all zooms, with masks.
#include "support/render_fixture.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void orient(struct camera *camera, int orientation)
{
    camera_rotate(camera, orientation & 3);
    camera->flip_x = orientation & 4;
    camera->flip_y = orientation & 8;
    camera->origin_lower = orientation & 16;
}

// The image in one texture and in tiles of at most `side`.
struct pair {
    struct loaded whole, tiled;
};

static void load_pair(struct render_fixture *f, const struct test_image *image, int side, struct pair *pair)
{
    *pair = (struct pair){0};
    fixture_load(f, image, REDUCE_MEAN, 0, &pair->whole);
    gpu_limit_texture_side(f->gpu, side);
    fixture_load(f, image, REDUCE_MEAN, 0, &pair->tiled);
    gpu_limit_texture_side(f->gpu, 0);
    assert_int_equal(pair->whole.picture->levels[0].tiles_x, 1);
    assert_true(pair->tiled.picture->levels[0].tiles_x * pair->tiled.picture->levels[0].tiles_y > 1);
    for (int level = 0; level < pair->tiled.picture->level_count; level++) {
        const struct picture_level *at = &pair->tiled.picture->levels[level];
        for (int tile = 0; tile < at->tiles_x * at->tiles_y; tile++) {
            assert_true(texture_width(at->tiles[tile].pixels) <= side);
            assert_true(texture_height(at->tiles[tile].pixels) <= side);
        }
    }
}

static void free_pair(struct pair *pair)
{
    loaded_free(&pair->whole);
    loaded_free(&pair->tiled);
}

// Draws the view of the tiled picture and compares it with the reference, then the one in one texture, which
// must be the same but for pixels next to an edge.
static void check_pair(struct render_fixture *f, const struct test_image *image, const struct pair *pair,
                       const struct view *view, const char *what)
{
    const struct scene tiled = fixture_scene(f, &pair->tiled, view);
    const struct comparison result = fixture_check(f, image, &tiled, what);
    assert_true(result.excused < (result.compared + result.excused) / 20);
    const size_t bytes = 3 * (size_t)view->camera.viewport_width * (size_t)view->camera.viewport_height;
    unsigned char *rgb = must_alloc(bytes);
    memcpy(rgb, f->rgb, bytes);
    const struct scene whole = fixture_scene(f, &pair->whole, view);
    fixture_draw(f, &whole);
    for (size_t i = 0; i < bytes; i++) {
        if (rgb[i] != f->rgb[i] && f->expected[i / 3].margin >= FIXTURE_MARGIN)
            fail_msg("%s: pixel %zu differs from that of one texture", what, i / 3);
    }
    free(rgb);
}

static void test_orientations(void **state)
{
    struct render_fixture *f = *state;
    static const double zooms[] = {0, 1, 3.7, 0.31, 32};
    static const int sides[] = {64, 100};
    struct test_image *image = test_image_create(SAMPLE_F32, 613, 331);
    test_image_fill(image, 1, false);
    for (int64_t i = 0; i < 613 * 331; i++) {
        if (fabs(image->values[i]) > 1e5) // of sums of which float32 keeps nothing
            test_image_set(image, i % 613, i / 613, 4000);
    }
    for (uint64_t seed = 0; seed < 9; seed++)
        test_image_mark_layers(image, seed);
    for (int s = 0; s < 2; s++) {
        struct pair pair;
        load_pair(f, image, sides[s], &pair);
        for (int orientation = 0; orientation < 32; orientation++) {
            for (size_t z = 0; z < 5; z++) {
                struct view view = fixture_view(image, 150, 107);
                orient(&view.camera, orientation);
                if (zooms[z] > 0)
                    camera_set_zoom(&view.camera, zooms[z]);
                camera_look_at(&view.camera, 601.4 / (z + 1), 200.3);
                char what[80];
                snprintf(what, sizeof what, "side %d, orientation %d, zoom %g", sides[s], orientation,
                         view.camera.zoom);
                check_pair(f, image, &pair, &view, what);
            }
        }
        free_pair(&pair);
    }
    test_image_destroy(&image);
}

static void test_types(void **state)
{
    struct render_fixture *f = *state;
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        struct test_image *image = test_image_create((enum sample_type)type, 203, 177);
        test_image_fill(image, 2, true);
        test_image_mark_layers(image, 3);
        struct pair pair;
        load_pair(f, image, type % 2 ? 64 : 37, &pair);
        for (int zoom = 1; zoom < 8; zoom += 3) {
            struct view view = fixture_view(image, 211, 183);
            camera_set_zoom(&view.camera, zoom);
            check_pair(f, image, &pair, &view, sample_traits((enum sample_type)type)->name);
        }
        free_pair(&pair);
        test_image_destroy(&image);
    }
}

// No background shows through between tiles at any zoom and place.
static void test_no_cracks(void **state)
{
    struct render_fixture *f = *state;
    struct test_image *image = test_image_create(SAMPLE_U8, 401, 389);
    for (int64_t i = 0; i < 401 * 389; i++)
        test_image_set(image, i % 401, i / 401, 100);
    struct pair pair;
    load_pair(f, image, 29, &pair);
    for (int i = 0; i < 400; i++) {
        struct view view = fixture_view(image, 160, 120);
        contrast_set_limits(&view.contrast, 0, 200);
        orient(&view.camera, i % 32);
        camera_set_zoom(&view.camera, 0.6 + 0.0173 * i);
        camera_look_at(&view.camera, 200.0 + 0.37 * (i % 17), 190.5 - 0.29 * (i % 13));
        memcpy(view.display.background, (const uint8_t[]){0, 255, 0}, 3);
        const struct scene scene = fixture_scene(f, &pair.tiled, &view);
        fixture_draw(f, &scene);
        for (int p = 0; p < 160 * 120; p++) {
            double x, y;
            camera_to_image(&view.camera, p % 160 + 0.5, p / 160 + 0.5, &x, &y);
            if (x < 0.01 || y < 0.01 || x > 400.99 || y > 388.99)
                continue;
            if (f->rgb[3 * p] < 127 || f->rgb[3 * p] > 128 || f->rgb[3 * p + 1] != f->rgb[3 * p])
                fail_msg("zoom %g: pixel %d, %d is %d %d %d", view.camera.zoom, p % 160, p / 160,
                         f->rgb[3 * p], f->rgb[3 * p + 1], f->rgb[3 * p + 2]);
        }
    }
    free_pair(&pair);
    test_image_destroy(&image);
}

// Outlines across tiles: at the borders of tiles, where a shader sees one texture only, a segment may be
// missing; everywhere else the lines are right, and nothing is drawn that should not be.
static void test_outlines(void **state)
{
    struct render_fixture *f = *state;
    struct test_image *image = test_image_create(SAMPLE_U16, 230, 190);
    test_image_fill(image, 9, false);
    test_image_mark(image, (struct rect){50, 20, 40, 90}, MASK_BIT(MASK_USER));  // across a border
    test_image_mark(image, (struct rect){128, 64, 64, 64}, MASK_BIT(MASK_BAD));  // a whole tile
    test_image_mark(image, (struct rect){10, 150, 200, 3}, MASK_BIT(MASK_FILE)); // across several
    struct pair pair;
    load_pair(f, image, 64, &pair);
    for (int zoom = 1; zoom <= 5; zoom++) {
        struct view view = fixture_view(image, 240, 200);
        camera_set_zoom(&view.camera, zoom);
        camera_look_at(&view.camera, 117, 91);
        for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
            view.display.mask[layer].outline = true;
        const struct scene scene = fixture_scene(f, &pair.tiled, &view);
        fixture_draw(f, &scene);
        fixture_expect(f, image, &scene);
        for (int p = 0; p < 240 * 200; p++) {
            double x, y;
            camera_to_image(&view.camera, p % 240 + 0.5, p / 240 + 0.5, &x, &y);
            const double to_x = fabs(remainder(x, 64)) * zoom, to_y = fabs(remainder(y, 64)) * zoom;
            bool same = true;
            for (int c = 0; c < 3; c++)
                same = same && fabs(f->rgb[3 * p + c] - f->expected[p].rgb[c]) <= 1;
            if (!same && to_x > 1 && to_y > 1)
                fail_msg("zoom %d: pixel %d, %d differs", zoom, p % 240, p / 240);
        }
    }
    free_pair(&pair);
    test_image_destroy(&image);
}

static void test_read_back(void **state)
{
    struct render_fixture *f = *state;
    static const struct rect rects[] = {{0, 0, 203, 177}, {5, 7, 20, 20},   {60, 0, 10, 177}, {0, 63, 203, 2},
                                        {64, 64, 64, 64}, {202, 176, 1, 1}, {63, 63, 2, 2}};
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        struct test_image *image = test_image_create((enum sample_type)type, 203, 177);
        test_image_fill(image, 2, true);
        const enum sample_type storage = sample_storage_type(image->type);
        const size_t bytes = sample_traits(storage)->bytes;
        struct pair pair;
        load_pair(f, image, 64, &pair);
        char *got = must_alloc(203 * 177 * bytes);
        for (size_t i = 0; i < 2 * sizeof rects / sizeof rects[0]; i++) {
            const struct rect rect = rects[i / 2];
            assert_true(picture_read(i % 2 ? pair.tiled.picture : pair.whole.picture, rect, got));
            for (int64_t k = 0; k < rect.width * rect.height; k++) {
                const double value = sample_value(storage, got + (size_t)k * bytes);
                const double expected =
                    image->values[(rect.y + k / rect.width) * 203 + rect.x + k % rect.width];
                assert_true(value == expected || (isnan(value) && isnan(expected)));
            }
        }
        free(got);
        free_pair(&pair);
        test_image_destroy(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orientations), cmocka_unit_test(test_types),
        cmocka_unit_test(test_no_cracks),    cmocka_unit_test(test_outlines),
        cmocka_unit_test(test_read_back),
    };
    return cmocka_run_group_tests_name("tiles", tests, render_fixture_setup, render_fixture_teardown);
}
