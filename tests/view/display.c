// SPDX-License-Identifier: MIT
// Mask tints and defaults, and the reference renderer on pictures that can be checked by hand.
#include "support/reference_render.h"
#include "support/testdata.h"
#include "view/view.h"
#include "view/workspace.h"

#include <math.h>
#include <string.h>

// The tint of one layer alone, or of none (-1).
static void expect_tint(const struct display *display, uint8_t bits, enum mask_part part, int layer)
{
    float tint[4];
    display_mask_tint(display, bits, part, tint);
    const float opacity = layer < 0 ? 0 : display->mask[layer].opacity;
    for (int i = 0; i < 3; i++)
        assert_float_equal(tint[i], layer < 0 ? 0 : opacity * (float)display->mask[layer].rgb[i] / 255, 1e-6);
    assert_float_equal(tint[3], opacity, 1e-6);
}

static void test_tint_of_single_layers(void **state)
{
    (void)state;
    struct display display = display_default();
    expect_tint(&display, 0, MASK_PART_AREA, -1);
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        expect_tint(&display, MASK_BIT(layer), MASK_PART_AREA, layer);
        expect_tint(&display, MASK_BIT(layer), MASK_PART_STRIPE, layer);
        expect_tint(&display, MASK_BIT(layer), MASK_PART_BORDER, -1);
    }
    display.mask[MASK_USER].visible = false;
    display.mask[MASK_FILE].outline = true;
    display.mask[MASK_HOT].hatch = true;
    display.mask[MASK_BAD].outline = display.mask[MASK_BAD].hatch = true;
    expect_tint(&display, MASK_BIT(MASK_USER) | MASK_BIT(MASK_FILE), MASK_PART_AREA, -1);
    expect_tint(&display, MASK_BIT(MASK_USER) | MASK_BIT(MASK_FILE), MASK_PART_BORDER, MASK_FILE);
    expect_tint(&display, MASK_BIT(MASK_HOT), MASK_PART_AREA, -1);
    expect_tint(&display, MASK_BIT(MASK_HOT), MASK_PART_STRIPE, MASK_HOT);
    expect_tint(&display, MASK_BIT(MASK_HOT), MASK_PART_BORDER, -1);
    expect_tint(&display, MASK_BIT(MASK_BAD), MASK_PART_AREA, -1);
    expect_tint(&display, MASK_BIT(MASK_BAD), MASK_PART_STRIPE, MASK_BAD);
    expect_tint(&display, MASK_BIT(MASK_BAD), MASK_PART_BORDER, MASK_BAD);
    display.mask_visible = false;
    expect_tint(&display, 0xff, MASK_PART_STRIPE, -1);
}

// Red at one half over green at one half over opaque blue.
static void test_layers_lie_over_each_other(void **state)
{
    (void)state;
    struct display display = display_default();
    static const uint8_t rgb[3][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}};
    static const enum mask_layer layers[3] = {MASK_USER, MASK_GAP, MASK_USER_3};
    static const float opacities[3] = {0.5f, 0.5f, 1};
    for (int i = 0; i < 3; i++) {
        memcpy(display.mask[layers[i]].rgb, rgb[i], 3);
        display.mask[layers[i]].opacity = opacities[i];
    }
    static const struct {
        uint8_t bits;
        float rgba[4];
    } cases[] = {
        {MASK_BIT(MASK_USER) | MASK_BIT(MASK_GAP), {0.5f, 0.25f, 0, 0.75f}},
        {MASK_BIT(MASK_USER) | MASK_BIT(MASK_GAP) | MASK_BIT(MASK_USER_3), {0.5f, 0.25f, 0.25f, 1}},
        {MASK_BIT(MASK_GAP) | MASK_BIT(MASK_USER_3), {0, 0.5f, 0.5f, 1}},
        {MASK_BIT(MASK_USER) | MASK_BIT(MASK_USER_3), {0.5f, 0, 0.5f, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float tint[4];
        display_mask_tint(&display, cases[i].bits, MASK_PART_AREA, tint);
        for (int c = 0; c < 4; c++)
            assert_float_equal(tint[c], cases[i].rgba[c], 1e-6);
    }
}

static void test_opacity(void **state)
{
    (void)state;
    struct display display = display_default();
    static const struct {
        float opacity, shown;
    } cases[] = {{0, 0}, {1, 1}, {2, 1}, {-1, 0}, {NAN, 0}, {0.6f, 0.6f}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float tint[4];
        display.mask[MASK_USER].opacity = cases[i].opacity;
        display_mask_tint(&display, MASK_BIT(MASK_USER), MASK_PART_AREA, tint);
        assert_float_equal(tint[3], cases[i].shown, 1e-6);
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
    assert_true(view.camera.fit && workspace_default().panels.interface);
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
    picture.display.mask[MASK_FILE] =
        (struct mask_style){.visible = true, .outline = true, .opacity = 1, .rgb = {200, 100, 50}};
    picture.display.mask[MASK_USER] =
        (struct mask_style){.visible = true, .opacity = 0.2f, .rgb = {100, 0, 0}};
    reference_render(&picture.scene, pixels);
    for (int i = 0; i < 25; i++) {
        double wanted = mask[i] == 2 && i != 12 ? 200 : mask[i] == 1 ? 20 : 0;
        assert_true(fabs(pixels[i].rgb[0] - wanted) < 1e-6);
    }
}

// A hatched layer over an opaque one: stripes of three in eight columns, one column further in each row.
static void test_reference_stripes(void **state)
{
    (void)state;
    static const double values[32] = {0};
    uint8_t mask[32];
    struct reference_pixel pixels[32];
    struct camera camera = camera_for(16, 2, 16, 2, 1.0);
    struct picture picture = {.image = {16, 2, values, mask}};
    memset(mask, MASK_BIT(MASK_USER) | MASK_BIT(MASK_GAP), sizeof mask);
    make_scene(&picture, &camera);
    picture.display.mask[MASK_USER] =
        (struct mask_style){.visible = true, .hatch = true, .opacity = 0.5f, .rgb = {200, 0, 0}};
    picture.display.mask[MASK_GAP] = (struct mask_style){.visible = true, .opacity = 1, .rgb = {20, 0, 0}};
    reference_render(&picture.scene, pixels);
    static const char *const rows[2] = {"###.....###.....", ".###.....###...."};
    for (int i = 0; i < 32; i++)
        assert_true(fabs(pixels[i].rgb[0] - (rows[i / 16][i % 16] == '#' ? 110 : 20)) < 1e-6);
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
        cmocka_unit_test(test_tint_of_single_layers),
        cmocka_unit_test(test_layers_lie_over_each_other),
        cmocka_unit_test(test_opacity),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_reference_geometry),
        cmocka_unit_test(test_reference_mask),
        cmocka_unit_test(test_reference_stripes),
        cmocka_unit_test(test_reference_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
