// SPDX-License-Identifier: MIT
// Pictures for the tests of the renderer: arrays in memory that go through the real loader onto the GPU, and
// the comparison of what is drawn with the float64 reference renderer.
#ifndef FOVEA_TESTS_RENDER_FIXTURE_H
#define FOVEA_TESTS_RENDER_FIXTURE_H

#include "support/reference_render.h"
#include "support/testdata.h"

#include "render/renderer.h"
#include "sources/loader.h"

enum { FIXTURE_SIDE = 320 }; // of the target
#define FIXTURE_MARGIN 1e-3  // nearer to an edge between pixels the neighbour's colour is right too

// --- images ---

// An image in memory, row-major without padding.
struct test_image {
    enum sample_type type;
    int64_t width, height;
    char *samples;
    double *values; // what the textures hold: the samples, rounded to float32 where those are kept as float32
    uint8_t *classes; // bits that the reader reports
    uint8_t *mask;    // bits of the finished mask: classes and what test_image_mark added
    int64_t chunk_height;
    bool any_class;
};

// All samples 0, no bits.
struct test_image *test_image_create(enum sample_type type, int64_t width, int64_t height);
void test_image_destroy(struct test_image **image);
// Sets a pixel to `value`, rounded and clamped to what the type holds (NaN and Inf stay in float types).
void test_image_set(struct test_image *image, int64_t x, int64_t y, double value);
// Random values: most between -60 and 4000, some from the whole range of the type, its extremes; with
// `specials` also NaN, Inf and signed zeros where there are such.
void test_image_fill(struct test_image *image, uint64_t seed, bool specials);
// Adds bits within a rectangle: those of the classes are reported by the reader, the others are in the mask
// already.
void test_image_mark(struct test_image *image, struct rect rect, uint8_t bits);
// A few rectangles of every layer, overlapping, with single pixels and the image's corners among them.
void test_image_mark_layers(struct test_image *image, uint64_t seed);
// An open handle as the readers give it. `image` is borrowed for its life and must not change meanwhile.
struct image_file *test_image_open(const struct test_image *image);
struct frame_info test_image_info(const struct test_image *image);
// The mask with the bits that do not come from the reader; NULL if there are none.
struct mask *test_image_mask(const struct test_image *image);

// --- drawing ---

// What histogram equalisation works with: all values that count, and which of them are told apart.
struct share_bins {
    double *values; // ascending; not masked, neither NaN nor Inf
    size_t count;
    int shift; // -1: integers are told apart; else the number of lower key bits that are not
};

struct render_fixture {
    struct headless *headless;
    struct gpu *gpu;
    struct renderer *renderer;
    struct render_view *render_view;
    struct target *target;
    struct colormap_list maps;
    unsigned char rgb[FIXTURE_SIDE * FIXTURE_SIDE * 3]; // of the viewport last drawn
    // The reference of the last fixture_expect.
    struct reference_pixel *expected;
    struct reference_scene reference;
    struct reference_image pixels;
    struct reference_shares shares;
    struct share_bins bins;
};

// cmocka setup and teardown of a group; *state is the fixture. Teardown asserts that no texture is left.
int render_fixture_setup(void **state);
int render_fixture_teardown(void **state);

// What a load gave.
struct loaded {
    struct picture *picture;
    struct mask *mask;
    struct histogram *histogram;
    struct limits limits; // by the default rule
};

// Loads the image by the loader into a new picture, or into loaded->picture when that is set.
void fixture_load(struct render_fixture *fixture, const struct test_image *image, enum reduce_mode reduce,
                  int64_t budget, struct loaded *loaded);
// Puts rows [y, y + rows) of the image into the picture without a loader, levels by brute force. y is a
// multiple of REDUCE_BAND_ROWS.
void fixture_take_rows(const struct test_image *image, struct picture *picture, const struct mask *mask,
                       int64_t y, int64_t rows, enum reduce_mode reduce);
void loaded_free(struct loaded *loaded);

// A view of the image: fit, gray, the image's values from 0 to 3000 between the limits.
struct view fixture_view(const struct test_image *image, int width, int height);
// A scene of a loaded picture by the view, with the colour map that the view names.
struct scene fixture_scene(const struct render_fixture *fixture, const struct loaded *loaded,
                           const struct view *view);

// Draws into fixture->rgb, at a place inside the target that is not its corner. Asserts that nothing around
// it was touched.
void fixture_draw(struct render_fixture *fixture, const struct scene *scene);
// Renders the scene by the reference into fixture->expected; returns the number of pixels.
size_t fixture_expect(struct render_fixture *fixture, const struct test_image *image,
                      const struct scene *scene);

// What a comparison found.
struct comparison {
    int compared; // pixels that were judged
    int excused;  // pixels next to an edge that have another colour
};

// Asserts that fixture->rgb is fixture->expected, no channel off by more than 1; a pixel within
// FIXTURE_MARGIN of an edge may have the colour of a pixel next to it. `what` names the case.
struct comparison fixture_compare(struct render_fixture *fixture, const struct scene *scene,
                                  const char *what);
// fixture_draw, fixture_expect and fixture_compare.
struct comparison fixture_check(struct render_fixture *fixture, const struct test_image *image,
                                const struct scene *scene, const char *what);

#endif
