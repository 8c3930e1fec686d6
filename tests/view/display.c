// SPDX-License-Identifier: MIT
// Mask tints and defaults, and the reference renderer on pictures that can be checked by hand.
#include "support/reference_render.h"
#include "support/testdata.h"
#include "view/view.h"

#include <math.h>
#include <string.h>

static void expect_tint(const struct display *display, uint8_t bits, bool outline, int layer)
{
    uint8_t tint[4];
    display_mask_tint(display, bits, outline, tint);
    if (layer < 0) {
        assert_memory_equal(tint, ((uint8_t[4]){0, 0, 0, 0}), 4);
        return;
    }
    assert_memory_equal(tint, display->mask[layer].rgb, 3);
    assert_int_equal(tint[3], (int)(display->mask[layer].opacity * 255.0f + 0.5f));
}

static void test_tint_of_the_lowest_layer(void **state)
{
    (void)state;
    struct display display = display_default();
    expect_tint(&display, 0, false, -1);
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        expect_tint(&display, MASK_BIT(layer), false, layer);
        expect_tint(&display, (uint8_t)(0xff << layer), false, layer);
    }
    display.mask[MASK_USER].visible = false;
    display.mask[MASK_FILE].outline = true;
    expect_tint(&display, 0xff, false, MASK_GAP);
    expect_tint(&display, 0xff, true, MASK_FILE);
    expect_tint(&display, MASK_BIT(MASK_USER) | MASK_BIT(MASK_FILE), false, -1);
    display.mask_visible = false;
    expect_tint(&display, 0xff, true, -1);
}

static void test_opacity(void **state)
{
    (void)state;
    struct display display = display_default();
    static const struct {
        float opacity;
        int byte;
    } cases[] = {{0, 0}, {1, 255}, {2, 255}, {-1, 0}, {NAN, 0}, {0.6f, 153}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t tint[4];
        display.mask[MASK_USER].opacity = cases[i].opacity;
        display_mask_tint(&display, MASK_BIT(MASK_USER), false, tint);
        assert_int_equal(tint[3], cases[i].byte);
    }
}

static void test_defaults(void **state)
{
    (void)state;
    struct view view = view_default();
    const struct display *display = &view.display;
    assert_string_equal(display->colormap, "viridis");
    assert_true(display->special[SPECIAL_NAN].on && display->special[SPECIAL_INF].on);
    assert_false(display->special[SPECIAL_UNDER].on || display->special[SPECIAL_OVER].on);
    assert_string_equal(special_value_name(SPECIAL_UNDER), "under");
    assert_string_equal(special_value_name(SPECIAL_NAN), "nan");
    assert_true(view.camera.fit && view.panels.interface);
    for (int a = 0; a < MASK_LAYER_COUNT; a++)
        for (int b = 0; b < a; b++)
            assert_memory_not_equal(display->mask[a].rgb, display->mask[b].rgb, 3);
}

// -- the reference renderer

struct picture {
    struct reference_image image;
    struct contrast contrast;
    struct display display;
    struct colormap gray;
    struct reference_scene scene;
};

static void make_scene(struct picture *picture, const struct camera *camera)
{
    picture->contrast = contrast_default();
    picture->contrast.limits = (struct limits){0, 255};
    picture->display = display_default();
    for (int i = 0; i < 256; i++)
        memset(picture->gray.rgb[i], i, 3);
    picture->scene = (struct reference_scene){
        .image = &picture->image,
        .viewport_width = camera->viewport_width,
        .viewport_height = camera->viewport_height,
        .contrast = &picture->contrast,
        .display = &picture->display,
        .colormap = &picture->gray,
    };
    camera_matrix(camera, picture->scene.matrix);
}

static struct camera camera_for(int width, int height, int image_width, int image_height, double zoom)
{
    struct camera camera = camera_default();
    camera_set_viewport(&camera, width, height);
    camera_set_image(&camera, image_width, image_height);
    camera_set_zoom(&camera, zoom);
    return camera;
}

static void test_reference_geometry(void **state)
{
    (void)state;
    static const double values[] = {10, 20, 30, 40, 50, 60};
    struct reference_pixel pixels[8 * 6];
    struct camera camera = camera_for(8, 6, 3, 2, 2.0);
    struct picture picture = {.image = {3, 2, values, NULL}};
    make_scene(&picture, &camera);
    reference_render(&picture.scene, pixels);
    for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 8; x++) {
            bool inside = x >= 1 && x < 7 && y >= 1 && y < 5;
            const struct reference_pixel *pixel = &pixels[y * 8 + x];
            assert_true(pixel->inside == inside);
            double wanted = inside ? values[(y - 1) / 2 * 3 + (x - 1) / 2] : 40;
            assert_true(fabs(pixel->rgb[1] - wanted) < 1e-9);
            assert_true(fabs(pixel->margin - 0.25) < 1e-9);
        }
    }
}

static void test_reference_mask(void **state)
{
    (void)state;
    static const double values[25] = {0};
    static const uint8_t mask[25] = {0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 2, 2,
                                     2, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 1};
    struct reference_pixel pixels[25];
    struct camera camera = camera_for(5, 5, 5, 5, 1.0);
    struct picture picture = {.image = {5, 5, values, mask}};
    make_scene(&picture, &camera);
    picture.display.mask[MASK_FILE] = (struct mask_style){true, true, 1.0f, {200, 100, 50}};
    picture.display.mask[MASK_USER] = (struct mask_style){true, false, 0.2f, {100, 0, 0}};
    reference_render(&picture.scene, pixels);
    for (int i = 0; i < 25; i++) {
        double wanted = mask[i] == 2 && i != 12 ? 200 : mask[i] == 1 ? 20 : 0;
        assert_true(fabs(pixels[i].rgb[0] - wanted) < 1e-9);
    }
}

static void test_reference_levels(void **state)
{
    (void)state;
    static const double values[] = {1, 2, 3, 4, 5, 1000, INFINITY, NAN, 9};
    static const uint8_t mask[] = {0, 0, 0, 0, 0, 1, 0, 0, 0};
    const struct reference_image image = {3, 3, values, mask};
    assert_true(reference_level_value(&image, REDUCE_MEAN, 1, 0, 0) == 3.0);
    assert_true(reference_level_value(&image, REDUCE_MAX, 1, 0, 0) == 5.0);
    assert_true(reference_level_value(&image, REDUCE_MEAN, 1, 1, 0) == 3.0); // 1000 is masked
    assert_true(isinf(reference_level_value(&image, REDUCE_MEAN, 1, 0, 1)));
    assert_true(reference_level_value(&image, REDUCE_MEAN, 2, 0, 0) == 4.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tint_of_the_lowest_layer),
        cmocka_unit_test(test_opacity),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_reference_geometry),
        cmocka_unit_test(test_reference_mask),
        cmocka_unit_test(test_reference_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
