// SPDX-License-Identifier: MIT
// Mask layers over the picture: tints, opacities, overlaps, outlines, stripes, in all orientations and zooms,
// and changes of the mask after loading.
#include "support/render_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 151, HEIGHT = 109 };

// A picture with every layer; `dense` has most of its blocks masked, which are then drawn in one pass.
static struct test_image *masked_image(enum sample_type type, bool dense)
{
    struct test_image *image = test_image_create(type, WIDTH, HEIGHT);
    test_image_fill(image, 77, false);
    if (dense) {
        for (uint64_t seed = 0; seed < 6; seed++)
            test_image_mark_layers(image, 900 + seed);
    } else {
        test_image_mark(image, (struct rect){20, 20, 9, 1}, MASK_BIT(MASK_GAP));
        test_image_mark(image, (struct rect){24, 18, 1, 7}, MASK_BIT(MASK_USER));
        test_image_mark(image, (struct rect){140, 90, 5, 5}, MASK_BIT(MASK_BAD) | MASK_BIT(MASK_USER_3));
    }
    return image;
}

struct style {
    const char *name;
    uint8_t visible, outline;
    float opacity;
    bool mask_visible;
    uint8_t hatch;
};

static const struct style styles[] = {
    {"default", 0xff, 0, 0.6f, true, 0},
    {"off", 0xff, 0xff, 0.6f, false, 0},
    {"opaque", 0xff, 0, 1, true, 0},
    {"clear", 0xff, 0, 0, true, 0},
    {"faint", 0xff, 0, 0.07f, true, 0},
    {"outlines", 0xff, 0xff, 1, true, 0},
    {"some outlines", 0xff, 0x55, 0.5f, true, 0},
    {"other outlines", 0xff, 0xaa, 0.8f, true, 0},
    {"hidden", 0, 0, 0.6f, true, 0},
    {"hidden outlines", 0xf0, 0x0f, 0.6f, true, 0},
    {"one outline", 0x01, 0x01, 0.85f, true, 0},
    {"user", 0x01, 0, 0.85f, true, 0},
    {"file", 0x02, 0, 0.85f, true, 0},
    {"gap", 0x04, 0, 0.85f, true, 0},
    {"bad", 0x08, 0, 0.85f, true, 0},
    {"hot", 0x10, 0, 0.85f, true, 0},
    {"saturated", 0x20, 0, 0.85f, true, 0},
    {"user 2", 0x40, 0, 0.85f, true, 0},
    {"user 3", 0x80, 0, 0.85f, true, 0},
    {"gap outline", 0x0c, 0x04, 0.4f, true, 0},
    {"hatched", 0xff, 0, 0.7f, true, 0xff},
    {"some hatched", 0xff, 0x0f, 0.45f, true, 0x3c},
    {"hidden hatched", 0x0f, 0x01, 1, true, 0xf0},
};
enum { STYLE_COUNT = sizeof styles / sizeof styles[0] };

static void apply_style(const struct style *style, struct display *display)
{
    display->mask_visible = style->mask_visible;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        display->mask[layer].visible = style->visible >> layer & 1;
        display->mask[layer].outline = style->outline >> layer & 1;
        display->mask[layer].hatch = style->hatch >> layer & 1;
        display->mask[layer].opacity = style->opacity;
    }
}

static const char *case_name(const struct style *style, const struct camera *camera)
{
    static char text[160];
    snprintf(text, sizeof text, "%s, zoom %g, turns %d%s%s%s", style->name, camera->zoom,
             camera->quarter_turns, camera->flip_x ? ", flip x" : "", camera->flip_y ? ", flip y" : "",
             camera->origin_lower ? ", origin lower" : "");
    return text;
}

static void check(struct render_fixture *f, const struct test_image *image, const struct loaded *loaded,
                  const struct view *view, const struct style *style)
{
    const struct scene scene = fixture_scene(f, loaded, view);
    const struct comparison result = fixture_check(f, image, &scene, case_name(style, &view->camera));
    assert_true(result.excused < (result.compared + result.excused) / 20);
}

// --- tests ---

static void test_styles(void **state)
{
    struct render_fixture *f = *state;
    static const enum sample_type types[] = {SAMPLE_F32, SAMPLE_U16, SAMPLE_I32};
    static const double zooms[] = {1, 3.7, 12, 0.73};
    for (int kind = 0; kind < 6; kind++) {
        struct test_image *image = masked_image(types[kind % 3], kind >= 3);
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        for (int i = 0; i < STYLE_COUNT; i++) {
            for (size_t z = 0; z < 4; z++) {
                struct view view = fixture_view(image, WIDTH + 6, HEIGHT + 4);
                camera_set_zoom(&view.camera, zooms[z]);
                apply_style(&styles[i], &view.display);
                check(f, image, &loaded, &view, &styles[i]);
            }
        }
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
}

static void orient(struct camera *camera, int orientation)
{
    camera_rotate(camera, orientation & 3);
    camera->flip_x = orientation & 4;
    camera->flip_y = orientation & 8;
    camera->origin_lower = orientation & 16;
}

static void test_orientations(void **state)
{
    struct render_fixture *f = *state;
    static const double zooms[] = {0, 1, 3.7, 32};
    struct test_image *image = masked_image(SAMPLE_F32, true);
    struct loaded loaded = {0};
    fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
    for (int orientation = 0; orientation < 32; orientation++) {
        for (size_t z = 0; z < 4; z++) {
            const struct style *style = &styles[z % 2 ? 0 : 6];
            struct view view = fixture_view(image, 120, 87);
            orient(&view.camera, orientation);
            if (zooms[z] > 0) {
                camera_set_zoom(&view.camera, zooms[z]);
                camera_look_at(&view.camera, 22.3, 19.7);
            }
            apply_style(style, &view.display);
            check(f, image, &loaded, &view, style);
        }
    }
    loaded_free(&loaded);
    test_image_destroy(&image);
}

// Replaces all bits of the user's layers by those of a rectangle, in the mask and in the image's own copy.
static void edit(struct test_image *image, struct loaded *loaded, struct rect rect)
{
    const uint8_t bits =
        MASK_BIT(MASK_USER) | MASK_BIT(MASK_FILE) | MASK_BIT(MASK_USER_2) | MASK_BIT(MASK_USER_3);
    for (int64_t i = 0; i < image->width * image->height; i++)
        image->mask[i] &= (uint8_t)~bits;
    test_image_mark(image, rect, MASK_BIT(MASK_USER));
    mask_write(loaded->mask, (struct rect){0, 0, image->width, image->height}, image->mask,
               (size_t)image->width, bits);
}

static void test_edit(void **state)
{
    struct render_fixture *f = *state;
    static const struct rect strokes[] = {
        {10, 140, 30, 40}, {0, 0, 0, 0}, {60, 3, 1, 250}, {0, 0, 0, 0}, {0, 127, 200, 2}};
    struct error error = {0};
    struct test_image *image = test_image_create(SAMPLE_U16, 200, 260);
    test_image_fill(image, 4, false);
    for (int with_gap = 0; with_gap < 2; with_gap++) {
        if (with_gap)
            test_image_mark(image, (struct rect){0, 100, 200, 5}, MASK_BIT(MASK_GAP));
        struct loaded loaded = {0};
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, 206, 266);
        camera_set_zoom(&view.camera, 1);
        const struct scene scene = fixture_scene(f, &loaded, &view);
        for (size_t i = 0; i < sizeof strokes / sizeof strokes[0]; i++) {
            edit(image, &loaded, strokes[i]);
            assert_int_equal(picture_take_mask(loaded.picture, loaded.mask,
                                               (struct rect){0, 0, loaded.picture->info.width, 260}, &error),
                             STATUS_OK);
            fixture_check(f, image, &scene, "after an edit");
        }
        // Only the bands that changed.
        edit(image, &loaded, (struct rect){5, 130, 9, 9});
        assert_int_equal(picture_take_mask(loaded.picture, loaded.mask,
                                           (struct rect){0, 0, loaded.picture->info.width, 128}, &error),
                         STATUS_OK);
        assert_int_equal(picture_take_mask(loaded.picture, loaded.mask,
                                           (struct rect){0, 128, loaded.picture->info.width, 128}, &error),
                         STATUS_OK);
        fixture_check(f, image, &scene, "after an edit of two bands");
        // Only the rectangle that changed, seen at the levels whose texels have the bits of all their pixels;
        // opaque, because the pixels' own levels are those of before.
        view.display.mask[MASK_USER].opacity = 1;
        edit(image, &loaded, (struct rect){150, 131, 9, 9});
        assert_int_equal(
            picture_take_mask(loaded.picture, loaded.mask, (struct rect){5, 130, 154, 10}, &error),
            STATUS_OK);
        for (double zoom = 1; zoom > 0.2; zoom /= 2) {
            camera_set_zoom(&view.camera, zoom);
            fixture_check(f, image, &scene, "after an edit of a rectangle");
        }
        loaded_free(&loaded);
    }
    test_image_destroy(&image);
}

// A second frame in the same textures shows nothing of the first one's mask.
static void test_next_frame(void **state)
{
    struct render_fixture *f = *state;
    struct loaded loaded = {0};
    for (int frame = 0; frame < 4; frame++) {
        struct test_image *image = test_image_create(SAMPLE_F32, WIDTH, 300);
        test_image_fill(image, (uint64_t)frame, true);
        if (frame != 2)
            test_image_mark(image, (struct rect){20 * frame, 70 * frame, 30, 80}, MASK_BIT(frame + 2));
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, WIDTH, 300);
        const struct scene scene = fixture_scene(f, &loaded, &view);
        fixture_check(f, image, &scene, "a frame");
        test_image_destroy(&image);
    }
    loaded_free(&loaded);
}

// What stays the same from frame to frame is left in the textures, and only that: gaps that stay, one bit
// that moves within a block, an edit in between, a frame without a mask, and the gaps again.
static void test_gaps_that_stay(void **state)
{
    struct render_fixture *f = *state;
    struct loaded loaded = {0};
    for (int frame = 0; frame < 7; frame++) {
        struct error error = {0};
        struct test_image *image = test_image_create(SAMPLE_U32, WIDTH, 300);
        test_image_fill(image, (uint64_t)frame, true);
        if (frame != 4) {
            test_image_mark(image, (struct rect){70, 0, 5, 300}, MASK_BIT(MASK_GAP));
            test_image_mark(image, (struct rect){3 + frame / 2, 150, 1, 1}, MASK_BIT(MASK_BAD));
        }
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, WIDTH, 300);
        const struct scene scene = fixture_scene(f, &loaded, &view);
        fixture_check(f, image, &scene, "gaps that stay");
        if (frame == 2) {
            edit(image, &loaded, (struct rect){66, 200, 20, 20});
            assert_int_equal(
                picture_take_mask(loaded.picture, loaded.mask, (struct rect){66, 200, 20, 20}, &error),
                STATUS_OK);
            fixture_check(f, image, &scene, "an edit between frames");
        }
        test_image_destroy(&image);
    }
    loaded_free(&loaded);
}

// Mask textures of which only rows with bits were uploaded show none elsewhere, whatever used their memory
// before.
static void test_rows_without_bits(void **state)
{
    struct render_fixture *f = *state;
    for (int round = 0; round < 6; round++) {
        struct test_image *image = test_image_create(SAMPLE_U8, 300, 700);
        test_image_fill(image, 8, false);
        test_image_mark(image, round % 2 ? (struct rect){130, 300, 4, 4} : (struct rect){0, 0, 300, 700},
                        MASK_BIT(MASK_BAD));
        struct loaded loaded = {0};
        gpu_use_pixel_buffers(f->gpu, round >= 3);
        fixture_load(f, image, REDUCE_MEAN, 0, &loaded);
        struct view view = fixture_view(image, 150, 300);
        camera_set_zoom(&view.camera, 1);
        const struct scene scene = fixture_scene(f, &loaded, &view);
        fixture_check(f, image, &scene, "sparse mask");
        loaded_free(&loaded);
        test_image_destroy(&image);
    }
    gpu_use_pixel_buffers(f->gpu, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_styles),         cmocka_unit_test(test_orientations),
        cmocka_unit_test(test_edit),           cmocka_unit_test(test_next_frame),
        cmocka_unit_test(test_gaps_that_stay), cmocka_unit_test(test_rows_without_bits),
    };
    return cmocka_run_group_tests_name("mask", tests, render_fixture_setup, render_fixture_teardown);
}
