// SPDX-License-Identifier: MIT
// Pictures larger than the budget: fine levels filled tile by tile through the region loader, dropped when
// long unused, drawn from the coarser level where they are missing.
#include "support/pool.h"
#include "support/render_fixture.h"

#include "base/text.h"
#include "sources/region_loader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1311, HEIGHT = 1177, SIDE = 128, MAX_REQUESTS = 64 };

static struct test_image *large_image(enum sample_type type)
{
    struct test_image *image = test_image_create(type, WIDTH, HEIGHT);
    for (int64_t y = 0; y < HEIGHT; y++)
        for (int64_t x = 0; x < WIDTH; x++)
            test_image_set(image, x, y, (double)((x * 37 + y * 91) % 1993 + (x + y) / 4));
    // Classes of the data only: the region loader makes its levels without the masks of the user and of
    // files.
    test_image_mark(image, (struct rect){100, 50, 31, 900}, MASK_BIT(MASK_GAP));
    test_image_mark(image, (struct rect){640, 600, 5, 3}, MASK_BIT(MASK_BAD));
    test_image_mark(image, (struct rect){1000, 1000, 300, 1}, MASK_BIT(MASK_HOT));
    return image;
}

// A picture of which not all levels fit, and the loader of its tiles.
struct streamed {
    struct test_image *image;
    struct loaded loaded;
    struct region_loader *regions;
};

static void streamed_open(struct render_fixture *f, enum sample_type type, int64_t budget, struct streamed *s)
{
    *s = (struct streamed){.image = large_image(type)};
    gpu_limit_texture_side(f->gpu, SIDE);
    fixture_load(f, s->image, REDUCE_MEAN, budget, &s->loaded);
    assert_false(s->loaded.picture->levels[0].stored);
    assert_true(s->loaded.picture->levels[s->loaded.picture->level_count - 1].stored);
    struct frame_info info;
    struct image_file *file = test_image_open(s->image);
    assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
    struct handle *handle = handle_create(file);
    s->regions = region_loader_create(test_jobs(), handle, 0, &info, REDUCE_MEAN);
    handle_release(&handle);
}

static void streamed_close(struct render_fixture *f, struct streamed *s)
{
    region_loader_destroy(&s->regions);
    loaded_free(&s->loaded);
    test_image_destroy(&s->image);
    gpu_limit_texture_side(f->gpu, 0);
}

static int64_t cached_bytes(const struct picture *picture)
{
    int64_t bytes = 0;
    for (int i = 0; i < picture->level_count; i++) {
        const struct picture_level *level = &picture->levels[i];
        for (int tile = 0; !level->stored && tile < level->tiles_x * level->tiles_y; tile++) {
            struct texture *pixels = level->tiles[tile].pixels, *mask = level->tiles[tile].mask;
            if (pixels)
                bytes += (int64_t)texture_width(pixels) * texture_height(pixels) *
                         (int64_t)pixel_class_bytes(level->pixel_class);
            if (mask)
                bytes += (int64_t)texture_width(mask) * texture_height(mask);
        }
    }
    return bytes;
}

static int drawn_level(const struct streamed *s, const struct view *view)
{
    return camera_level(&view->camera, s->loaded.picture->level_count - 1);
}

// Puts up to `most` of the tiles that the view misses; returns how many were missing.
static size_t fill(const struct streamed *s, const struct view *view, size_t most)
{
    struct picture_request requests[MAX_REQUESTS];
    struct region regions[MAX_REQUESTS];
    const struct picture_sight sight = {drawn_level(s, view), camera_visible(&view->camera)};
    const size_t missing = picture_missing(s->loaded.picture, &sight, 1, requests, MAX_REQUESTS);
    const size_t count = missing < most ? missing : most;
    for (size_t i = 0; i < count; i++)
        regions[i] = (struct region){requests[i].level, requests[i].tile, requests[i].rect};
    region_loader_want(s->regions, regions, count);
    for (size_t i = 0; i < count;) {
        struct region_result result;
        struct error error = {0};
        if (!region_loader_take(s->regions, 1000, &result))
            continue;
        assert_int_equal(result.status, STATUS_OK);
        const struct picture_request request = {result.region.level, result.region.tag, result.region.rect};
        assert_int_equal(picture_put(s->loaded.picture, &request, result.samples, s->loaded.mask, &error),
                         STATUS_OK);
        free(result.samples);
        assert_int_equal(s->loaded.picture->cache_bytes, cached_bytes(s->loaded.picture));
        assert_true(s->loaded.picture->cache_bytes <= s->loaded.picture->cache_budget);
        i++;
    }
    return missing;
}

static void fill_all(const struct streamed *s, const struct view *view)
{
    for (int round = 0; fill(s, view, MAX_REQUESTS) > 0; round++)
        assert_true(round < 20);
}

static void test_filled_is_whole(void **state)
{
    struct render_fixture *f = *state;
    static const enum sample_type types[] = {SAMPLE_F32, SAMPLE_U16, SAMPLE_F64, SAMPLE_I32};
    static const double zooms[] = {0, 0.47, 0.37, 1, 0.87, 3.7, 32};
    for (size_t t = 0; t < 4; t++) {
        struct streamed s;
        streamed_open(f, types[t], 4 << 20, &s);
        struct loaded whole = {0};
        gpu_limit_texture_side(f->gpu, 0);
        fixture_load(f, s.image, REDUCE_MEAN, 0, &whole);
        gpu_limit_texture_side(f->gpu, SIDE);
        for (size_t z = 0; z < sizeof zooms / sizeof zooms[0]; z++) {
            struct view view = fixture_view(s.image, 211, 173);
            if (zooms[z] > 0)
                camera_set_zoom(&view.camera, zooms[z]);
            camera_look_at(&view.camera, 640 + 90 * (double)(z % 3), 590.5);
            camera_rotate(&view.camera, (int)z);
            const struct scene scene = fixture_scene(f, &s.loaded, &view),
                               complete = fixture_scene(f, &whole, &view);
            fill_all(&s, &view);
            const struct comparison result = fixture_check(f, s.image, &scene, "filled");
            assert_true(result.excused < (result.compared + result.excused) / 20);
            unsigned char *rgb = must_alloc(3 * 211 * 173);
            memcpy(rgb, f->rgb, 3 * 211 * 173);
            fixture_draw(f, &complete);
            for (int i = 0; i < 3 * 211 * 173; i++)
                if (rgb[i] != f->rgb[i] && f->expected[i / 3].margin >= FIXTURE_MARGIN)
                    fail_msg("type %zu zoom %g: pixel %d is not that of the stored picture", t, zooms[z],
                             i / 3);
            free(rgb);
        }
        loaded_free(&whole);
        streamed_close(f, &s);
    }
}

// Holes show the finest level that is stored, filled tiles the fine one.
static void test_holes(void **state)
{
    struct render_fixture *f = *state;
    struct streamed s;
    streamed_open(f, SAMPLE_F32, 4 << 20, &s);
    const struct picture *picture = s.loaded.picture;
    int coarse = 1;
    while (!picture->levels[coarse].stored)
        coarse++;
    const struct reference_image pixels = {WIDTH, HEIGHT, s.image->values, s.image->mask};
    struct view view = fixture_view(s.image, 200, 160);
    camera_set_zoom(&view.camera, 1);
    camera_look_at(&view.camera, 700, 300); // without masked pixels
    const struct scene scene = fixture_scene(f, &s.loaded, &view);
    size_t missing;
    do {
        fixture_draw(f, &scene);
        fixture_expect(f, s.image, &scene);
        for (int i = 0; i < 200 * 160; i++) {
            struct reference_pixel *pixel = &f->expected[i];
            const int tile = (int)(pixel->y / SIDE * picture->levels[0].tiles_x + pixel->x / SIDE);
            if (picture->levels[0].tiles[tile].pixels)
                continue;
            pixel->value =
                reference_level_value(&pixels, REDUCE_MEAN, coarse, pixel->x >> coarse, pixel->y >> coarse);
            reference_colour(&f->reference, pixel->value, true, pixel->rgb);
        }
        fixture_compare(f, &scene, "with holes");
        missing = fill(&s, &view, 1);
    } while (missing > 0);
    streamed_close(f, &s);
}

// Moving about drops what was seen longest ago; what is in view stays.
static void test_eviction(void **state)
{
    struct render_fixture *f = *state;
    struct streamed s;
    streamed_open(f, SAMPLE_F32, 3 << 20, &s);
    for (int step = 0; step < 40; step++) {
        struct view view = fixture_view(s.image, 250, 250);
        camera_set_zoom(&view.camera, step % 5 == 4 ? 0.5 : 1);
        camera_look_at(&view.camera, 100 + 37 * step % 1100, 100 + 53 * step % 1000);
        const struct scene scene = fixture_scene(f, &s.loaded, &view);
        fixture_draw(f, &scene);
        fill_all(&s, &view);
        fixture_check(f, s.image, &scene, "after moving");
        assert_int_equal(fill(&s, &view, 0), 0);
    }
    streamed_close(f, &s);
}

// More in view than fits: the tiles in the middle are filled, no more are asked for, and nothing is decoded
// in turns.
static void test_view_beyond_budget(void **state)
{
    struct render_fixture *f = *state;
    struct streamed s;
    streamed_open(f, SAMPLE_F32, 1200 << 10, &s);
    struct view view = fixture_view(s.image, 320, 320);
    camera_set_zoom(&view.camera, 0.501);
    camera_look_at(&view.camera, 650, 580);
    const struct scene scene = fixture_scene(f, &s.loaded, &view);
    fixture_draw(f, &scene);
    fill_all(&s, &view);
    fixture_draw(f, &scene);
    assert_int_equal(fill(&s, &view, MAX_REQUESTS), 0);
    const struct picture_level *level = &s.loaded.picture->levels[0];
    assert_non_null(level->tiles[580 / SIDE * level->tiles_x + 650 / SIDE].pixels);
    streamed_close(f, &s);
}

static void test_missing_order(void **state)
{
    struct render_fixture *f = *state;
    struct streamed s;
    streamed_open(f, SAMPLE_F32, 8000000, &s);
    const struct picture_sight sight = {0, {200, 130, 600, 700}}, nothing = {0};
    const struct picture_sight whole = {s.loaded.picture->level_count - 1, sight.visible};
    struct picture_request all[256], few[5];
    const size_t count = picture_missing(s.loaded.picture, &sight, 1, all, 256);
    assert_int_equal(count, 6 * 6);
    double before = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i].level, 0);
        const double dx = (double)(all[i].rect.x / SIDE) - 3.5, dy = (double)(all[i].rect.y / SIDE) - 3.5;
        const double distance = dx * dx + dy * dy;
        assert_true(distance >= before);
        before = distance;
    }
    // Where only a few are taken they are the nearest ones.
    assert_int_equal(picture_missing(s.loaded.picture, &sight, 1, few, 5), 5);
    for (int i = 0; i < 5; i++) {
        const double dx = (double)(few[i].rect.x / SIDE) - 3.5, dy = (double)(few[i].rect.y / SIDE) - 3.5;
        assert_true(dx * dx + dy * dy <= (i < 4 ? 0.5 : 2.5));
    }
    assert_int_equal(picture_missing(s.loaded.picture, &whole, 1, all, 256), 0);
    assert_int_equal(picture_missing(s.loaded.picture, &nothing, 1, all, 256), 0);
    assert_int_equal(picture_missing(s.loaded.picture, NULL, 0, all, 256), 0);
    streamed_close(f, &s);
}

// Two sights want each tile once, whichever it is in, nearest first of both; levels are told apart.
static void test_missing_in_two_sights(void **state)
{
    struct render_fixture *f = *state;
    struct streamed s;
    streamed_open(f, SAMPLE_F32, 8000000, &s);
    const struct picture_sight sights[] = {{0, {0, 0, 3 * SIDE, SIDE}},
                                           {0, {2 * SIDE, 0, 3 * SIDE, SIDE}},
                                           {0, {2 * SIDE + 5, 3, 20, 20}},
                                           {s.loaded.picture->level_count - 1, {0, 0, 600, 600}}};
    struct picture_request all[256];
    assert_int_equal(picture_missing(s.loaded.picture, sights, 1, all, 256), 3);
    assert_int_equal(picture_missing(s.loaded.picture, sights, 4, all, 256), 5);
    static const int columns[] = {1, 3, 0, 2, 4}; // middle ones of both come first
    for (int i = 0; i < 5; i++) {
        assert_int_equal(all[i].tile, columns[i]);
        assert_int_equal(all[i].level, 0);
    }
    assert_int_equal(picture_missing(s.loaded.picture, sights, 2, all, 2), 2);
    assert_int_equal(all[1].tile, 3);
    streamed_close(f, &s);
}

// What is in sight is not dropped for what else is: where both do not fit the rest is not asked for.
static void test_sights_share_the_room(void **state)
{
    struct render_fixture *f = *state;
    struct streamed s;
    streamed_open(f, SAMPLE_F32, 8000000, &s);
    const int64_t room = (int64_t)SIDE * SIDE * 22; // five tiles: 4 bytes a pixel, 5 with a mask
    picture_limit_cache(s.loaded.picture, room);
    const struct picture_sight sights[] = {{0, {0, 0, 4 * SIDE, SIDE}}, {0, {0, 2 * SIDE, 4 * SIDE, SIDE}}};
    struct picture_request wanted[8];
    float *samples = calloc((size_t)room, 1);
    struct error error = {0};
    assert_int_equal(picture_missing(s.loaded.picture, sights, 1, wanted, 8), 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(picture_put(s.loaded.picture, &wanted[i], samples, NULL, &error), STATUS_OK);
    assert_int_equal(picture_missing(s.loaded.picture, sights, 2, wanted, 8), 1);
    assert_int_equal(picture_put(s.loaded.picture, &wanted[0], samples, NULL, &error), STATUS_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(picture_missing(s.loaded.picture, sights, 2, wanted, 8), 0);
    // The second alone: those of the first go for it.
    s.loaded.picture->draw_serial += 2;
    size_t count;
    while ((count = picture_missing(s.loaded.picture, &sights[1], 1, wanted, 8)) > 0)
        assert_int_equal(picture_put(s.loaded.picture, &wanted[0], samples, NULL, &error), STATUS_OK);
    for (int x = 0; x < 4; x++)
        assert_non_null(
            s.loaded.picture->levels[0].tiles[2 * s.loaded.picture->levels[0].tiles_x + x].pixels);
    assert_true(s.loaded.picture->cache_bytes <= room);
    free(samples);
    streamed_close(f, &s);
}

// The cache is empty after a restart, and a mask edited meanwhile is shown in the tiles that are there.
static void test_restart_and_mask(void **state)
{
    struct render_fixture *f = *state;
    struct error error = {0};
    struct streamed s;
    streamed_open(f, SAMPLE_U16, 4 << 20, &s);
    struct view view = fixture_view(s.image, 250, 200);
    camera_set_zoom(&view.camera, 1);
    const struct scene scene = fixture_scene(f, &s.loaded, &view);
    fill_all(&s, &view);
    fixture_check(f, s.image, &scene, "before the edit");
    test_image_mark(s.image, (struct rect){600, 500, 90, 41}, MASK_BIT(MASK_USER));
    mask_write(s.loaded.mask, (struct rect){0, 0, WIDTH, HEIGHT}, s.image->mask, WIDTH, MASK_BIT(MASK_USER));
    assert_int_equal(picture_take_mask(s.loaded.picture, s.loaded.mask,
                                       (struct rect){0, 0, s.loaded.picture->info.width, HEIGHT}, &error),
                     STATUS_OK);
    assert_int_equal(s.loaded.picture->cache_bytes, cached_bytes(s.loaded.picture));
    fixture_check(f, s.image, &scene, "after the edit");
    const struct frame_info info = test_image_info(s.image);
    picture_restart(s.loaded.picture, &info, REDUCE_MEAN);
    assert_int_equal(cached_bytes(s.loaded.picture), 0);
    fixture_load(f, s.image, REDUCE_MEAN, 0, &s.loaded);
    fill_all(&s, &view);
    const struct scene again = fixture_scene(f, &s.loaded, &view);
    fixture_check(f, s.image, &again, "the next frame");
    streamed_close(f, &s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filled_is_whole),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_view_beyond_budget),
        cmocka_unit_test(test_missing_order),
        cmocka_unit_test(test_restart_and_mask),
        cmocka_unit_test(test_missing_in_two_sights),
        cmocka_unit_test(test_sights_share_the_room),
    };
    return cmocka_run_group_tests_name("cache", tests, render_fixture_setup, render_fixture_teardown);
}
