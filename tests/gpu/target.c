// SPDX-License-Identifier: MIT
// Targets: orientation of what is drawn and read, viewport and clip in rows from the top, copies, tables read
// by the image programs; contexts without a window.
#include "support/testdata.h"

#include "base/text.h"
#include "gpu/image_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 40, HEIGHT = 30 };

struct fixture {
    struct headless *headless;
    struct gpu *gpu;
    struct image_programs *programs;
    struct target *target;
    unsigned char rgb[HEIGHT][WIDTH][3];
};

static int setup(void **state)
{
    struct fixture *f = must_alloc(sizeof *f);
    struct error error = {0};
    if (headless_create(&f->headless, &error)) {
        fprintf(stderr, "skipped: %s\n", error.text);
        exit(77);
    }
    assert_int_equal(gpu_create(&f->gpu, &error), STATUS_OK);
    assert_int_equal(image_programs_create(f->gpu, &f->programs, &error), STATUS_OK);
    assert_int_equal(target_create(f->gpu, TEXTURE_RGBA8, WIDTH, HEIGHT, &f->target, &error), STATUS_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    image_programs_destroy(&f->programs);
    target_destroy(&f->target);
    const int64_t left = gpu_texture_bytes(f->gpu);
    gpu_destroy(&f->gpu);
    headless_destroy(&f->headless);
    free(f);
    return left == 0 ? 0 : -1;
}

static const unsigned char black[3] = {0, 0, 0}, red[3] = {255, 0, 0}, mixed[3] = {12, 200, 99};

static void start(struct fixture *f)
{
    target_bind(f->gpu, f->target, WIDTH, HEIGHT);
    target_clear(f->gpu, black);
}

static void read_all(struct fixture *f)
{
    target_read_rgb(f->gpu, HEIGHT, 0, 0, WIDTH, HEIGHT, &f->rgb[0][0][0]);
    assert_true(gpu_no_errors(f->gpu, "test"));
}

static void expect_rect(const struct fixture *f, int x0, int y0, int width, int height,
                        const unsigned char inside[3])
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            assert_memory_equal(f->rgb[y][x],
                                x >= x0 && x < x0 + width && y >= y0 && y < y0 + height ? inside : black, 3);
}

// --- tests ---

static void test_clear_and_clip(void **state)
{
    struct fixture *f = *state;
    start(f);
    target_clear(f->gpu, mixed);
    read_all(f);
    expect_rect(f, 0, 0, WIDTH, HEIGHT, mixed);
    start(f);
    target_clip(f->gpu, HEIGHT, 3, 5, 10, 7);
    target_clear(f->gpu, red);
    target_clip(f->gpu, HEIGHT, 0, 0, 0, 0);
    read_all(f);
    expect_rect(f, 3, 5, 10, 7, red);
    target_clear(f->gpu, mixed); // the clip is lifted
    read_all(f);
    expect_rect(f, 0, 0, WIDTH, HEIGHT, mixed);
    // Binding lifts a clip too.
    target_clip(f->gpu, HEIGHT, 0, 0, 1, 1);
    start(f);
    read_all(f);
    expect_rect(f, 0, 0, 0, 0, red);
}

static void test_read_parts(void **state)
{
    struct fixture *f = *state;
    start(f);
    target_clip(f->gpu, HEIGHT, 7, 2, 1, 1);
    target_clear(f->gpu, red);
    target_clip(f->gpu, HEIGHT, 0, 0, 0, 0);
    unsigned char part[4][3][3];
    target_read_rgb(f->gpu, HEIGHT, 6, 1, 3, 4, &part[0][0][0]);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 3; x++)
            assert_memory_equal(part[y][x], x == 1 && y == 1 ? red : black, 3);
}

// Texel (x, y) of a texture: red = x, green = y, so that a turned or mirrored picture shows.
static struct texture *numbered(struct gpu *gpu, enum texture_format format, int width, int height)
{
    struct texture *texture = NULL;
    struct error error = {0};
    unsigned char *texels = must_alloc((size_t)(width * height) * 4);
    for (int i = 0; i < width * height; i++) {
        const unsigned char red_first[4] = {(unsigned char)(i % width), (unsigned char)(i / width), 7, 255};
        const unsigned char blue_first[4] = {7, red_first[1], red_first[0], 255};
        memcpy(texels + 4 * i, format == TEXTURE_BGRA8 ? blue_first : red_first, 4);
    }
    assert_int_equal(texture_create(gpu, format, width, height, "numbered", &texture, &error), STATUS_OK);
    texture_upload(texture, 0, 0, width, height, texels, (size_t)width);
    free(texels);
    return texture;
}

// A rectangle of texels drawn by a transform that puts texel (0, 0) in the viewport's upper left corner.
static void test_draw_orientation(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct texture *texture = numbered(f->gpu, TEXTURE_RGBA8, WIDTH, HEIGHT);
    const struct image_rect rect = {2, 3, 20, 17};
    struct image_draw draw = {
        .image_class = IMAGE_YARDSTICK, .pixels = texture, .rects = &rect, .rect_count = 1};
    const float transform[6] = {2.0f / 25, 0, 0, -2.0f / 20, -1, 1}; // a viewport of 25 x 20
    memcpy(draw.clip_from_texel, transform, sizeof transform);
    start(f);
    target_viewport(f->gpu, HEIGHT, 9, 4, 25, 20);
    assert_int_equal(image_programs_draw(f->programs, &draw, &error), STATUS_OK);
    read_all(f);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            const int u = x - 9, v = y - 4;
            const unsigned char texel[3] = {(unsigned char)u, (unsigned char)v, 7};
            assert_memory_equal(f->rgb[y][x], u >= 2 && u < 20 && v >= 3 && v < 17 ? texel : black, 3);
        }
    }
    texture_destroy(&texture);
}

// A copy of a drawn target has its orientation.
static void test_copy(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    static const enum texture_format formats[] = {TEXTURE_RGBA8, TEXTURE_BGRA8};
    for (int i = 0; i < 2; i++) {
        struct target *other = NULL;
        assert_int_equal(target_create(f->gpu, formats[i], 20, 10, &other, &error), STATUS_OK);
        assert_int_equal(texture_width(target_texture(other)), 20);
        assert_int_equal(texture_height(target_texture(other)), 10);
        target_bind(f->gpu, other, 20, 10);
        target_clear(f->gpu, mixed);
        target_clip(f->gpu, 10, 0, 0, 4, 3);
        target_clear(f->gpu, red);
        unsigned char first[3];
        target_read_rgb(f->gpu, 10, 0, 0, 1, 1, first);
        assert_memory_equal(first, red, 3);
        start(f);
        target_viewport(f->gpu, HEIGHT, 5, 6, 20, 10);
        assert_int_equal(image_programs_copy(f->programs, target_texture(other), &error), STATUS_OK);
        read_all(f);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                const int u = x - 5, v = y - 6;
                const bool inside = u >= 0 && u < 20 && v >= 0 && v < 10;
                assert_memory_equal(f->rgb[y][x], !inside ? black : u < 4 && v < 3 ? red : mixed, 3);
            }
        }
        target_destroy(&other);
    }
}

// Byte texels shown through a table of colours, updated in whole and in part.
static void test_table_update(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct texture *texture = NULL;
    struct table *table = NULL;
    uint8_t texels[HEIGHT][WIDTH], rgba[256][4];
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            texels[y][x] = (uint8_t)(x * 6 + y);
    assert_int_equal(texture_create(f->gpu, TEXTURE_R8UI, WIDTH, HEIGHT, "bytes", &texture, &error),
                     STATUS_OK);
    texture_upload(texture, 0, 0, WIDTH, HEIGHT, texels, WIDTH);
    const int64_t before = gpu_texture_bytes(f->gpu);
    assert_int_equal(table_create(f->gpu, TABLE_RGBA8, 256, "table", &table, &error), STATUS_OK);
    assert_int_equal(gpu_texture_bytes(f->gpu) - before, 256 * 4);
    const struct image_rect rect = {0, 0, WIDTH, HEIGHT};
    struct image_draw draw = {.image_class = IMAGE_DIRECT_UNSIGNED,
                              .pixels = texture,
                              .colours = table,
                              .viewport = {WIDTH / 2.0f, HEIGHT / 2.0f, 0, 0},
                              .texel_grid = {0.5f, 0.5f, 1, 1},
                              .rects = &rect,
                              .rect_count = 1};
    const float transform[6] = {2.0f / WIDTH, 0, 0, -2.0f / HEIGHT, -1, 1};
    memcpy(draw.clip_from_texel, transform, sizeof transform);
    for (int round = 0; round < 3; round++) {
        const int count = round == 2 ? 100 : 256; // the last time only the first entries
        for (int i = 0; i < count; i++) {
            const uint8_t colour[4] = {(uint8_t)(i ^ (round * 85)), (uint8_t)(255 - i),
                                       (uint8_t)(round * 100), 255};
            memcpy(rgba[i], colour, 4);
        }
        table_update(table, rgba, (size_t)count);
        start(f);
        assert_int_equal(image_programs_draw(f->programs, &draw, &error), STATUS_OK);
        read_all(f);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                assert_memory_equal(f->rgb[y][x], rgba[texels[y][x]], 3);
    }
    draw.rect_count = 0;
    assert_int_equal(image_programs_draw(f->programs, &draw, &error), STATUS_OK);
    table_destroy(&table);
    assert_null(table);
    texture_destroy(&texture);
}

// Reading a texture leaves the bound target alone.
static void test_read_keeps_target(void **state)
{
    struct fixture *f = *state;
    struct texture *texture = numbered(f->gpu, TEXTURE_BGRA8, 5, 4);
    unsigned char texels[5 * 4 * 4];
    start(f);
    texture_read(texture, 0, 0, 5, 4, texels);
    assert_int_equal(texels[4 * 7 + 2], 2); // texel (2, 1)
    assert_int_equal(texels[4 * 7 + 1], 1);
    target_clear(f->gpu, mixed);
    read_all(f);
    expect_rect(f, 0, 0, WIDTH, HEIGHT, mixed);
    texture_destroy(&texture);
}

static void test_context(void **state)
{
    struct fixture *f = *state;
    assert_true(strlen(gpu_renderer(f->gpu)) > 0);
    gpu_finish(f->gpu);
    assert_true(gpu_no_errors(f->gpu, "test"));
}

// Contexts can be made and given up again and again.
static void test_contexts_in_turn(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct headless *headless = NULL;
        struct gpu *gpu = NULL;
        struct target *target = NULL;
        struct error error = {0};
        unsigned char rgb[3];
        assert_int_equal(headless_create(&headless, &error), STATUS_OK);
        assert_int_equal(gpu_create(&gpu, &error), STATUS_OK);
        assert_int_equal(target_create(gpu, TEXTURE_RGBA8, 8, 8, &target, &error), STATUS_OK);
        target_bind(gpu, target, 8, 8);
        target_clear(gpu, mixed);
        target_read_rgb(gpu, 8, 3, 3, 1, 1, rgb);
        assert_memory_equal(rgb, mixed, 3);
        target_destroy(&target);
        assert_int_equal(gpu_texture_bytes(gpu), 0);
        gpu_destroy(&gpu);
        headless_destroy(&headless);
        assert_null(gpu);
        assert_null(headless);
        gpu_destroy(&gpu);
        headless_destroy(&headless);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_and_clip),   cmocka_unit_test(test_read_parts),
        cmocka_unit_test(test_draw_orientation), cmocka_unit_test(test_copy),
        cmocka_unit_test(test_table_update),     cmocka_unit_test(test_read_keeps_target),
        cmocka_unit_test(test_context),
    };
    const struct CMUnitTest contexts[] = {cmocka_unit_test(test_contexts_in_turn)};
    int failed = cmocka_run_group_tests_name("target", tests, setup, teardown);
    return failed + cmocka_run_group_tests_name("contexts", contexts, NULL, NULL);
}
