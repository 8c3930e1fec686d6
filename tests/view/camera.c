// SPDX-License-Identifier: MIT
// Fit, zoom, pan, rotation and the pixel grid.
#include "view/camera.h"
#include "support/testdata.h"

#include <math.h>

#define NEAR(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static struct camera camera_of(int width, int height, int64_t image_width, int64_t image_height)
{
    struct camera camera = camera_default();
    camera_set_viewport(&camera, width, height);
    camera_set_image(&camera, image_width, image_height);
    return camera;
}

static void orient(struct camera *camera, int which)
{
    camera->quarter_turns = which & 3;
    camera->flip_x = which & 4;
    camera->flip_y = which & 8;
    camera->origin_lower = which & 16;
}

static void expect_screen(const struct camera *camera, double x, double y, double sx, double sy)
{
    double got_x, got_y;
    camera_to_screen(camera, x, y, &got_x, &got_y);
    NEAR(got_x, sx, 1e-9);
    NEAR(got_y, sy, 1e-9);
}

static void test_default(void **state)
{
    (void)state;
    struct camera camera = camera_default();
    assert_true(camera.fit);
    expect_screen(&camera, 0, 0, 0, 0);
    expect_screen(&camera, 1, 1, 1, 1);
}

static void test_round_trips(void **state)
{
    (void)state;
    static const double zooms[] = {0.013, 0.5, 1.0, 1.7, 3.0, 24.0, 256.0};
    for (int which = 0; which < 32; which++) {
        for (size_t z = 0; z < sizeof zooms / sizeof zooms[0]; z++) {
            struct camera camera = camera_of(801, 600, 4362, 4148);
            orient(&camera, which);
            camera_set_zoom(&camera, zooms[z]);
            camera_look_at(&camera, 1234.3, 2345.6);
            for (int i = 0; i < 20; i++) {
                double x = i * 217.3, y = 4000 - i * 191.7, sx, sy, back_x, back_y;
                camera_to_screen(&camera, x, y, &sx, &sy);
                camera_to_image(&camera, sx, sy, &back_x, &back_y);
                NEAR(back_x, x, 1e-8);
                NEAR(back_y, y, 1e-8);
            }
        }
    }
}

// A 2 x 1 image, pixel A at column 0 and B at column 1, and where they must be.
static void test_orientations(void **state)
{
    (void)state;
    struct camera camera = camera_of(10, 10, 2, 1);
    camera_set_zoom(&camera, 1.0);
    expect_screen(&camera, 0, 0, 4, 5); // (5 - 0.5 is rounded to whole pixels)
    camera = camera_of(10, 10, 4, 2);
    camera_set_zoom(&camera, 1.0);
    expect_screen(&camera, 0, 0, 3, 4);
    camera_rotate(&camera, 1); // clockwise: the upper left corner goes to the upper right
    expect_screen(&camera, 0, 0, 6, 3);
    expect_screen(&camera, 4, 0, 6, 7);
    camera_rotate(&camera, 1);
    expect_screen(&camera, 0, 0, 7, 6);
    camera_rotate(&camera, -3);
    assert_int_equal(camera.quarter_turns, 3);
    expect_screen(&camera, 0, 0, 4, 7);
    camera_rotate(&camera, 5);
    assert_int_equal(camera.quarter_turns, 0);
    camera.origin_lower = true; // row 0 at the bottom
    expect_screen(&camera, 0, 0, 3, 6);
    expect_screen(&camera, 4, 2, 7, 4);
}

static void test_flip_is_as_seen(void **state)
{
    (void)state;
    for (int which = 0; which < 32; which++) {
        for (int horizontal = 0; horizontal < 2; horizontal++) {
            struct camera camera = camera_of(101, 81, 40, 30);
            orient(&camera, which);
            camera_set_zoom(&camera, 1.5);
            double sx, sy;
            camera_to_screen(&camera, 7, 3, &sx, &sy);
            camera_flip(&camera, horizontal);
            expect_screen(&camera, 7, 3, horizontal ? 101 - sx : sx, horizontal ? sy : 81 - sy);
        }
    }
}

static void test_fit(void **state)
{
    (void)state;
    for (int which = 0; which < 32; which++) {
        struct camera camera = camera_default();
        orient(&camera, which);
        camera_set_viewport(&camera, 800, 500);
        camera_set_image(&camera, 4362, 4148);
        double sx, sy, tx, ty;
        camera_to_screen(&camera, 0, 0, &sx, &sy);
        camera_to_screen(&camera, 4362, 4148, &tx, &ty);
        NEAR(fabs(ty - sy), which & 1 ? 500 : 500, 1e-6);
        assert_true(fabs(tx - sx) <= 800);
        NEAR((sx + tx) / 2, 400, 1e-6);
        struct rect visible = camera_visible(&camera);
        assert_true(visible.width == 4362 && visible.height == 4148);
    }
    struct camera camera = camera_of(1000, 1000, 2, 2);
    assert_true(camera.zoom == CAMERA_MAX_ZOOM);
    camera = camera_of(100, 100, INT64_C(1) << 40, INT64_C(1) << 36);
    assert_true(camera.zoom == CAMERA_MIN_ZOOM);
}

// Spectra and strips: at least two screen pixels across, in the middle of the viewport.
static void test_fit_shows_thin_images(void **state)
{
    (void)state;
    static const struct {
        int64_t width, height;
        double zoom;
    } cases[] = {{1, 10000, 2},     {10000, 1, 2},    {10000, 3, 2.0 / 3}, {10000, 10, 0.2},
                 {2, 400000000, 1}, {10000, 30, 0.1}, {500, 5, 2},         {1, 1, CAMERA_MAX_ZOOM}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct camera camera = camera_of(1000, 800, cases[i].width, cases[i].height);
        assert_true(fabs(camera.zoom - cases[i].zoom) < 1e-12);
        assert_true(camera.fit && camera.center_x == (double)cases[i].width / 2);
    }
}

static void test_fit_follows_sizes(void **state)
{
    (void)state;
    struct camera camera = camera_of(100, 100, 200, 50);
    NEAR(camera.zoom, 0.5, 0);
    camera_rotate(&camera, 1);
    camera_set_viewport(&camera, 100, 400);
    NEAR(camera.zoom, 2.0, 0);
    camera_pan(&camera, 1, 0);
    assert_false(camera.fit);
    camera_set_viewport(&camera, 50, 50);
    NEAR(camera.zoom, 2.0, 0);
    camera_look_at(&camera, 190, 40);
    camera_set_image(&camera, 100, 30);
    NEAR(camera.center_x, 100, 0);
    NEAR(camera.center_y, 30, 0);
    camera_fit(&camera);
    assert_true(camera.fit);
    camera_set_viewport(&camera, 0, -3);
    assert_int_equal(camera.viewport_width, 1);
    assert_int_equal(camera.viewport_height, 1);
}

static void test_fill(void **state)
{
    (void)state;
    struct camera camera = camera_of(100, 100, 200, 50);
    camera_fill(&camera);
    NEAR(camera.zoom, 2.0, 0);
    assert_false(camera.fit);
}

static void test_zoom_keeps_the_point(void **state)
{
    (void)state;
    for (int which = 0; which < 32; which++) {
        struct camera camera = camera_of(640, 480, 1000, 800);
        orient(&camera, which);
        camera_fit(&camera);
        for (int i = 0; i < 40; i++) {
            double sx = 100 + 10 * i, sy = 400 - 7 * i, x, y, now_x, now_y;
            double factor = i % 3 == 0 ? 0.61 : 1.37;
            camera_to_image(&camera, sx, sy, &x, &y);
            camera_zoom_at(&camera, factor, sx, sy);
            camera_to_screen(&camera, x, y, &now_x, &now_y);
            bool rounded = camera.zoom >= 1.0 && camera.zoom == floor(camera.zoom);
            NEAR(now_x, sx, rounded ? 0.5 : 1e-6);
            NEAR(now_y, sy, rounded ? 0.5 : 1e-6);
            assert_false(camera.fit);
        }
    }
    struct camera camera = camera_of(640, 480, 1000, 800);
    camera_zoom_at(&camera, 1e9, 320, 240);
    assert_true(camera.zoom == CAMERA_MAX_ZOOM);
    camera_zoom_at(&camera, NAN, 320, 240);
    camera_zoom_at(&camera, -1, 320, 240);
    assert_true(camera.zoom == CAMERA_MAX_ZOOM);
    camera_set_zoom(&camera, 0.0);
    assert_true(camera.zoom == CAMERA_MIN_ZOOM);
}

static void test_pan(void **state)
{
    (void)state;
    for (int which = 0; which < 32; which++) {
        struct camera camera = camera_of(640, 480, 1000, 800);
        orient(&camera, which);
        camera_set_zoom(&camera, 1.25);
        double sx, sy;
        camera_to_screen(&camera, 500, 400, &sx, &sy);
        camera_pan(&camera, 12.5, -33);
        expect_screen(&camera, 500, 400, sx + 12.5, sy - 33);
        // However far it is moved, some of the picture stays in view.
        camera_pan(&camera, 1e9, 1e9);
        assert_true(camera_visible(&camera).width > 0);
        camera_pan(&camera, -1e9, -1e9);
        assert_true(camera_visible(&camera).height > 0);
    }
}

// At whole zooms the image's pixel edges are on the screen's.
static void test_pixel_grid(void **state)
{
    (void)state;
    for (int zoom = 1; zoom <= 8; zoom++) {
        struct camera camera = camera_of(641, 480, 1000, 801);
        camera_set_zoom(&camera, zoom);
        camera_look_at(&camera, 333.337, 271.11);
        double m[6];
        camera_matrix(&camera, m);
        for (int i = 0; i < 6; i++)
            NEAR(m[i], round(m[i]), 0);
    }
}

static void test_pixel_at(void **state)
{
    (void)state;
    struct camera camera = camera_of(100, 100, 10, 10);
    NEAR(camera.zoom, 10, 0);
    int64_t x, y;
    assert_true(camera_pixel_at(&camera, 0.5, 99.5, &x, &y));
    assert_int_equal(x, 0);
    assert_int_equal(y, 9);
    assert_true(camera_pixel_at(&camera, 30, 29.9, &x, &y));
    assert_int_equal(x, 3);
    assert_int_equal(y, 2);
    assert_false(camera_pixel_at(&camera, -0.1, 5, &x, &y));
    assert_false(camera_pixel_at(&camera, 5, 100, &x, &y));
}

// Against a test of every pixel.
static void test_visible(void **state)
{
    (void)state;
    for (int which = 0; which < 32; which++) {
        struct camera camera = camera_of(37, 23, 60, 50);
        orient(&camera, which);
        camera_set_zoom(&camera, 1.3);
        camera_look_at(&camera, 10.2, 44.9);
        struct rect visible = camera_visible(&camera);
        for (int64_t y = 0; y < 50; y++) {
            for (int64_t x = 0; x < 60; x++) {
                double ax, ay, bx, by;
                camera_to_screen(&camera, (double)x, (double)y, &ax, &ay);
                camera_to_screen(&camera, (double)x + 1, (double)y + 1, &bx, &by);
                bool seen = fmax(ax, bx) > 1e-9 && fmin(ax, bx) < 37 - 1e-9 && fmax(ay, by) > 1e-9 &&
                            fmin(ay, by) < 23 - 1e-9;
                bool told = x >= visible.x && x < visible.x + visible.width && y >= visible.y &&
                            y < visible.y + visible.height;
                assert_true(seen == told);
            }
        }
    }
    struct camera camera = camera_of(10, 10, 60, 50);
    camera_set_zoom(&camera, 1);
    camera_look_at(&camera, -100, 20);
    assert_int_equal(camera_visible(&camera).width, 0);
}

static void test_level(void **state)
{
    (void)state;
    static const struct {
        double zoom;
        int level;
    } cases[] = {{2, 0},      {1, 0},    {0.51, 0}, {0.5, 1},  {0.49, 1},
                 {0.2501, 1}, {0.25, 2}, {0.1, 3},  {0.001, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct camera camera = camera_of(10, 10, 4000, 4000);
        camera_set_zoom(&camera, cases[i].zoom);
        assert_int_equal(camera_level(&camera, 5), cases[i].level);
        assert_int_equal(camera_level(&camera, 0), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),      cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_orientations), cmocka_unit_test(test_flip_is_as_seen),
        cmocka_unit_test(test_fit),          cmocka_unit_test(test_fit_follows_sizes),
        cmocka_unit_test(test_fill),         cmocka_unit_test(test_zoom_keeps_the_point),
        cmocka_unit_test(test_pan),          cmocka_unit_test(test_pixel_grid),
        cmocka_unit_test(test_pixel_at),     cmocka_unit_test(test_visible),
        cmocka_unit_test(test_level),        cmocka_unit_test(test_fit_shows_thin_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
