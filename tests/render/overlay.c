// SPDX-License-Identifier: MIT
// What is written over the picture, drawn into a target and compared with plain computations: blended
// rectangles, text against FreeType's own bitmaps, pixel values inside their pixels, the colour bar's colours
// and ticks.
#include "support/testdata.h"

#include "gpu/texture.h"
#include "render/font.h"
#include "render/glyphs.h"
#include "render/overlay.h"

#include <ft2build.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include FT_FREETYPE_H

enum { WIDTH = 400, HEIGHT = 300, TEXT_SIZE = 13 };

struct fixture {
    struct headless *headless;
    struct gpu *gpu;
    struct target *target;
    struct overlay *overlay;
    unsigned char pixels[HEIGHT][WIDTH][3];
};

static void clear_to(struct fixture *fixture, unsigned char r, unsigned char g, unsigned char b)
{
    target_bind(fixture->gpu, fixture->target, WIDTH, HEIGHT);
    target_clear(fixture->gpu, (const unsigned char[]){r, g, b});
}

static void flush_and_read(struct fixture *fixture)
{
    overlay_flush(fixture->overlay, WIDTH, HEIGHT);
    target_read_rgb(fixture->gpu, HEIGHT, 0, 0, WIDTH, HEIGHT, &fixture->pixels[0][0][0]);
    assert_true(gpu_no_errors(fixture->gpu, "test"));
}

// -- rectangles

static void expect_blended(const unsigned char below[3], const unsigned char over[4], unsigned char result[3])
{
    for (int i = 0; i < 3; i++)
        result[i] = (unsigned char)lround((over[i] * (double)over[3] + below[i] * (255.0 - over[3])) / 255.0);
}

static void assert_near_colour(const unsigned char *got, const unsigned char *expected)
{
    for (int i = 0; i < 3; i++)
        assert_in_range(got[i] + 1, expected[i], expected[i] + 2);
}

static void test_rectangles(void **state)
{
    struct fixture *f = *state;
    static const unsigned char below[3] = {40, 90, 200};
    static const unsigned char opaque[4] = {250, 3, 128, 255}, thin[4] = {255, 255, 0, 77};
    unsigned char mixed[3], twice[3];
    clear_to(f, below[0], below[1], below[2]);
    overlay_rect(f->overlay, 10, 20, 30, 5, opaque);
    overlay_rect(f->overlay, 100, 50, 40, 40, thin);
    overlay_rect(f->overlay, 120, 50, 40, 40, thin);
    flush_and_read(f);
    expect_blended(below, thin, mixed);
    expect_blended(mixed, thin, twice);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            const bool one = x >= 100 && x < 140 && y >= 50 && y < 90;
            const bool two = x >= 120 && x < 160 && y >= 50 && y < 90;
            if (x >= 10 && x < 40 && y >= 20 && y < 25)
                assert_memory_equal(f->pixels[y][x], opaque, 3);
            else if (one || two)
                assert_near_colour(f->pixels[y][x], one && two ? twice : mixed);
            else
                assert_memory_equal(f->pixels[y][x], below, 3);
        }
    }
    // What was drawn is forgotten.
    clear_to(f, 1, 2, 3);
    flush_and_read(f);
    assert_memory_equal(f->pixels[22][20], ((const unsigned char[]){1, 2, 3}), 3);
}

// -- text

// Coverage of white text on black, from FreeType alone.
static void render_reference(const char *text, int x, int baseline, int size, double coverage[HEIGHT][WIDTH])
{
    size_t bytes;
    const unsigned char *data = font_embedded(&bytes);
    FT_Library library;
    FT_Face face;
    assert_int_equal(FT_Init_FreeType(&library), 0);
    assert_int_equal(FT_New_Memory_Face(library, data, (FT_Long)bytes, 0, &face), 0);
    assert_int_equal(FT_Set_Pixel_Sizes(face, 0, (FT_UInt)size), 0);
    for (; *text; text++) {
        assert_int_equal(FT_Load_Char(face, (FT_ULong)*text, FT_LOAD_RENDER), 0);
        const FT_Bitmap *bitmap = &face->glyph->bitmap;
        for (int row = 0; row < (int)bitmap->rows; row++) {
            for (int column = 0; column < (int)bitmap->width; column++) {
                double *at = &coverage[baseline - face->glyph->bitmap_top + row]
                                      [x + face->glyph->bitmap_left + column];
                const double amount = bitmap->buffer[row * bitmap->pitch + column] / 255.0;
                *at = *at * (1 - amount) + amount;
            }
        }
        x += (int)((face->glyph->advance.x + 32) >> 6);
    }
    FT_Done_FreeType(library);
}

static void assert_text_as_reference(struct fixture *f, const char *text, int x, int baseline)
{
    double(*coverage)[WIDTH] = calloc(HEIGHT, sizeof *coverage);
    int covered = 0;
    render_reference(text, x, baseline, TEXT_SIZE, coverage);
    for (int row = 0; row < HEIGHT; row++) {
        for (int column = 0; column < WIDTH; column++) {
            assert_true(fabs(f->pixels[row][column][0] - 255 * coverage[row][column]) <= 1.5);
            covered += coverage[row][column] > 0;
        }
    }
    assert_true(covered > 100);
    free(coverage);
}

static const unsigned char white[3] = {255, 255, 255};
static const char sentence[] = "Fovea 0.5, 1.25e-7 (jqW)";

static void test_text(void **state)
{
    struct fixture *f = *state;
    clear_to(f, 0, 0, 0);
    overlay_text(f->overlay, sentence, 10, 20, 1, white, false);
    flush_and_read(f);
    assert_text_as_reference(f, sentence, 10, 33);
}

// The advance of the whole line, from FreeType.
static void test_text_width(void **state)
{
    struct fixture *f = *state;
    size_t bytes;
    const unsigned char *data = font_embedded(&bytes);
    FT_Library library;
    FT_Face face;
    int width = 0;
    FT_Init_FreeType(&library);
    FT_New_Memory_Face(library, data, (FT_Long)bytes, 0, &face);
    FT_Set_Pixel_Sizes(face, 0, 2 * TEXT_SIZE);
    for (const char *c = sentence; *c; c++) {
        FT_Load_Char(face, (FT_ULong)*c, FT_LOAD_DEFAULT);
        width += (int)((face->glyph->advance.x + 32) >> 6);
    }
    FT_Done_FreeType(library);
    assert_float_equal(overlay_text_width(f->overlay, sentence, 2), width, 0);
    assert_true(overlay_line_height(f->overlay, 2) >= 2 * TEXT_SIZE * 1.164f);
    assert_float_equal(overlay_text_width(f->overlay, "", 1), 0, 0);
}

static void test_text_plate(void **state)
{
    struct fixture *f = *state;
    clear_to(f, 200, 200, 200);
    overlay_text(f->overlay, "ppp", 50, 50, 1, white, true);
    flush_and_read(f);
    const int width = (int)overlay_text_width(f->overlay, "ppp", 1);
    const int height = (int)overlay_line_height(f->overlay, 1);
    assert_true(f->pixels[51][48][0] < 100);
    assert_true(f->pixels[50 + height - 1][50 + width + 1][0] < 100);
    assert_int_equal(f->pixels[45][48][0], 200);
    assert_int_equal(f->pixels[51][40][0], 200);
}

// More and larger glyphs than the texture holds at first, in the same batch and in later ones, must not spoil
// others.
static void test_glyph_texture_growth(void **state)
{
    struct fixture *f = *state;
    char all[96];
    for (int i = 0; i < 95; i++)
        all[i] = (char)(' ' + i);
    all[95] = '\0';
    for (int round = 0; round < 12; round++) {
        clear_to(f, 0, 0, 0);
        overlay_text(f->overlay, sentence, 10, 20, 1, white, false);
        overlay_text(f->overlay, all, 0, HEIGHT + 100, 2 + (float)round / 2, white,
                     false); // below the target
        flush_and_read(f);
        assert_text_as_reference(f, sentence, 10, 33);
    }
}

// Rendered at (100, 100); true if both texts look the same.
static bool same_look(struct fixture *f, const char *one, const char *other)
{
    unsigned char(*first)[WIDTH][3] = malloc(sizeof f->pixels);
    clear_to(f, 0, 0, 0);
    overlay_text(f->overlay, one, 100, 100, 1, white, false);
    flush_and_read(f);
    memcpy(first, f->pixels, sizeof f->pixels);
    clear_to(f, 0, 0, 0);
    overlay_text(f->overlay, other, 100, 100, 1, white, false);
    flush_and_read(f);
    const bool same = memcmp(first, f->pixels, sizeof f->pixels) == 0;
    free(first);
    return same;
}

static void test_characters_of_no_font(void **state)
{
    struct fixture *f = *state;
    char path[1024];
    int index;
    assert_true(font_embedded_has('A') && font_embedded_has(0xc5) && font_embedded_has(0x3b1));
    assert_false(font_embedded_has(0x4e2d));
    // U+0378 and U+0379 are not assigned: the same box for both, and something.
    if (font_find(0x378, path, sizeof path, &index))
        return;
    assert_true(same_look(f, "\xcd\xb8", "\xcd\xb9"));
    assert_false(same_look(f, "\xcd\xb8", " "));
    // Control characters and broken UTF-8 do no harm.
    assert_true(same_look(f, "\t\n", "  "));
    assert_true(same_look(f, "\xff", "\xef\xbf\xbd"));
}

static void test_chinese(void **state)
{
    struct fixture *f = *state;
    char path[1024];
    int index;
    if (!font_find(0x4e2d, path, sizeof path, &index)) {
        print_message("no font with Chinese characters here\n");
        skip();
    }
    assert_false(font_find(0x4e2d, path, 4, &index)); // no room for the path
    assert_false(same_look(f, "\xe4\xb8\xad", "\xcd\xb8"));
    assert_false(same_look(f, "\xe4\xb8\xad", "\xe6\x96\x87"));
    assert_false(same_look(f, "\xe4\xb8\xad", " "));
}

// -- pixel values

struct one_pixel {
    int64_t x, y;
    const char *text;
    unsigned char rgb[3];
};

static bool one_text(void *context, int64_t x, int64_t y, char *text, size_t size)
{
    const struct one_pixel *one = context;
    snprintf(text, size, "%s", one->text);
    return x == one->x && y == one->y;
}

static void one_colour(void *context, int64_t x, int64_t y, unsigned char rgb[3])
{
    const struct one_pixel *one = context;
    assert_true(x == one->x && y == one->y);
    memcpy(rgb, one->rgb, 3);
}

// Draws the value of one pixel on its own colour and counts what changed in its square; nothing may change
// outside.
static int changed_in_square(struct fixture *f, struct view *view, const struct one_pixel *one,
                             unsigned char *ink)
{
    const struct pixel_text_source source = {(void *)(uintptr_t)one, one_text, one_colour};
    double x0, y0, x1, y1;
    int changed = 0;
    camera_to_screen(&view->camera, (double)one->x, (double)one->y, &x0, &y0);
    camera_to_screen(&view->camera, (double)one->x + 1, (double)one->y + 1, &x1, &y1);
    clear_to(f, one->rgb[0], one->rgb[1], one->rgb[2]);
    overlay_pixel_values(f->overlay, view, &source, 1);
    flush_and_read(f);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            if (memcmp(f->pixels[y][x], one->rgb, 3) == 0)
                continue;
            changed++;
            assert_true(x + 0.5 > fmin(x0, x1) && x + 0.5 < fmax(x0, x1));
            assert_true(y + 0.5 > fmin(y0, y1) && y + 0.5 < fmax(y0, y1));
            if (abs(f->pixels[y][x][1] - one->rgb[1]) > abs(*ink - one->rgb[1]))
                *ink = f->pixels[y][x][1];
        }
    }
    return changed;
}

static struct view magnified(double zoom)
{
    struct view view = view_default();
    camera_set_viewport(&view.camera, WIDTH, HEIGHT);
    camera_set_image(&view.camera, 10, 8);
    camera_set_zoom(&view.camera, zoom);
    return view;
}

static void test_pixel_values(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"0",
                                        "7",
                                        "65535",
                                        "-128",
                                        "4294967295",
                                        "nan",
                                        "-inf",
                                        "0.25",
                                        "1000.5",
                                        "0.123456789",
                                        "-1.2345678901234e-12",
                                        "1e+300",
                                        "-9223372036854775808"};
    static const double zooms[] = {24, 29.5, 48, 100};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t j = 0; j < sizeof zooms / sizeof *zooms; j++) {
            for (int turns = 0; turns < 4; turns++) {
                struct view view = magnified(zooms[j]);
                camera_rotate(&view.camera, turns);
                struct one_pixel one = {5, 3, texts[i], {20, 10, 60}};
                unsigned char ink = one.rgb[1];
                assert_true(changed_in_square(f, &view, &one, &ink) >= 5);
                assert_true(ink > 128); // white on dark
                memcpy(one.rgb, (const unsigned char[]){250, 220, 40}, 3);
                ink = one.rgb[1];
                assert_true(changed_in_square(f, &view, &one, &ink) >= 5);
                assert_true(ink < 100); // black on light
            }
        }
    }
    const struct view view = magnified(CAMERA_VALUES_ZOOM - 0.5);
    const struct one_pixel one = {5, 3, "7", {0, 0, 0}};
    unsigned char ink = 0;
    assert_int_equal(changed_in_square(f, (struct view *)(uintptr_t)&view, &one, &ink), 0);
}

// -- colour bar

static struct colormap test_map(void)
{
    struct colormap map = {.name = "test"};
    for (int i = 0; i < COLORMAP_ENTRIES; i++) {
        map.rgb[i][0] = (uint8_t)i;
        map.rgb[i][1] = (uint8_t)(255 - i);
        map.rgb[i][2] = (uint8_t)(i / 2);
    }
    return map;
}

struct bar {
    int x, top, height;
};

// The bar lies where a column begins with the map's last colour; its end is where the first colour is.
static struct bar find_bar(struct fixture *f, const uint8_t *top_colour, const uint8_t *bottom_colour)
{
    struct bar bar = {-1, 0, 0};
    for (int x = 0; x < WIDTH && bar.x < 0; x++) {
        for (int y = 0; y < HEIGHT && bar.x < 0; y++) {
            if (memcmp(f->pixels[y][x], top_colour, 3) == 0)
                bar = (struct bar){x, y, 0};
        }
    }
    assert_true(bar.x >= 0);
    for (int y = bar.top; y < HEIGHT; y++) {
        if (memcmp(f->pixels[y][bar.x], bottom_colour, 3) == 0)
            bar.height = y - bar.top + 1;
    }
    assert_true(bar.height > 150);
    return bar;
}

static void check_gradient(struct fixture *f, const struct colormap *map, bool reversed)
{
    const uint8_t *last = map->rgb[reversed ? 0 : 255], *first = map->rgb[reversed ? 255 : 0];
    const struct bar bar = find_bar(f, last, first);
    for (int row = 0; row < bar.height; row++) {
        double t = 1 - (double)row / (bar.height - 1);
        t = reversed ? 1 - t : t;
        const int entry = (int)fmin(floor(t * 255), 254);
        for (int channel = 0; channel < 3; channel++) {
            const double low = map->rgb[entry][channel], high = map->rgb[entry + 1][channel];
            const double expected = low + (high - low) * (t * 255 - entry);
            assert_true(fabs(f->pixels[bar.top + row][bar.x + 3][channel] - expected) <= 0.5 + 1e-6);
        }
    }
}

static void draw_bar(struct fixture *f, const struct view *view, const struct colormap *map)
{
    clear_to(f, 120, 120, 120);
    overlay_colour_bar(f->overlay, &(struct colour_bar){.view = view, .colormap = map}, 0, 0, WIDTH, HEIGHT,
                       1);
    flush_and_read(f);
}

// The rows right of the bar where a major tick is: five pixels of ink in a row.
static size_t tick_rows(struct fixture *f, const struct bar *bar, int rows[], size_t most)
{
    int right = bar->x;
    size_t count = 0;
    while (memcmp(f->pixels[bar->top][right], f->pixels[bar->top][bar->x], 3) == 0)
        right++;
    for (int y = 0; y < HEIGHT && count < most; y++) {
        if (f->pixels[y][right][0] > 200 && f->pixels[y][right + 4][0] > 200)
            rows[count++] = y;
    }
    return count;
}

static void test_colour_bar(void **state)
{
    struct fixture *f = *state;
    const struct colormap map = test_map();
    struct view view = view_default();
    view.contrast.limits = (struct limits){0, 100};
    draw_bar(f, &view, &map);
    check_gradient(f, &map, false);
    // Ticks are at round values: with 0 and 100 at the ends they are evenly spaced from end to end.
    struct bar bar = find_bar(f, map.rgb[255], map.rgb[0]);
    int rows[64];
    const size_t count = tick_rows(f, &bar, rows, 64);
    assert_true(count >= 5);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(rows[i], bar.top + lround((double)i / (double)(count - 1) * (bar.height - 1)));
    view.display.reversed = true;
    draw_bar(f, &view, &map);
    check_gradient(f, &map, true);
}

static void test_colour_bar_logarithmic(void **state)
{
    struct fixture *f = *state;
    const struct colormap map = test_map();
    struct view view = view_default();
    view.contrast.limits = (struct limits){1, 1e4};
    view.contrast.transfer.kind = TRANSFER_LOG;
    draw_bar(f, &view, &map);
    check_gradient(f, &map, false);
    const struct bar bar = find_bar(f, map.rgb[255], map.rgb[0]);
    int rows[64];
    assert_int_equal(tick_rows(f, &bar, rows, 64), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(rows[i], bar.top + lround(i / 4.0 * (bar.height - 1)));
}

static bool has_colour(struct fixture *f, int y0, int y1, const uint8_t rgb[3])
{
    for (int y = y0; y < y1; y++) {
        for (int x = 0; x < WIDTH; x++) {
            if (memcmp(f->pixels[y][x], rgb, 3) == 0)
                return true;
        }
    }
    return false;
}

static void test_colour_bar_caps(void **state)
{
    struct fixture *f = *state;
    const struct colormap map = test_map();
    struct view view = view_default();
    static const struct special_colour over = {true, {255, 0, 255}}, under = {true, {0, 0, 255}};
    draw_bar(f, &view, &map);
    assert_false(has_colour(f, 0, HEIGHT, over.rgb) || has_colour(f, 0, HEIGHT, under.rgb));
    view.display.special[SPECIAL_OVER] = over;
    view.display.special[SPECIAL_UNDER] = under;
    draw_bar(f, &view, &map);
    const struct bar bar = find_bar(f, map.rgb[255], map.rgb[0]);
    assert_true(has_colour(f, 0, bar.top, over.rgb));
    assert_true(has_colour(f, bar.top + bar.height, HEIGHT, under.rgb));
    assert_false(has_colour(f, bar.top, HEIGHT, over.rgb));
}

// Too little room: nothing is drawn rather than something cut.
static void test_colour_bar_without_room(void **state)
{
    struct fixture *f = *state;
    const struct colormap map = test_map();
    const struct view view = view_default();
    const struct colour_bar bar = {.view = &view, .colormap = &map};
    clear_to(f, 9, 9, 9);
    overlay_colour_bar(f->overlay, &bar, 0, 0, 30, HEIGHT, 1);
    overlay_colour_bar(f->overlay, &bar, 0, 0, WIDTH, 40, 1);
    overlay_colour_bar(f->overlay, &bar, 0, 0, 0, 0, 1);
    flush_and_read(f);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++)
            assert_int_equal(f->pixels[y][x][0], 9);
    }
}

int main(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct error error = {0};
    if (headless_create(&f->headless, &error) != STATUS_OK || gpu_create(&f->gpu, &error) != STATUS_OK) {
        printf("skipped: %s\n", error.text);
        headless_destroy(&f->headless);
        free(f);
        return 77;
    }
    if (target_create(f->gpu, TEXTURE_RGBA8, WIDTH, HEIGHT, &f->target, &error) != STATUS_OK ||
        overlay_create(f->gpu, &f->overlay, &error) != STATUS_OK) {
        printf("%s\n", error.text);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_rectangles, f),
        cmocka_unit_test_prestate(test_text, f),
        cmocka_unit_test_prestate(test_text_width, f),
        cmocka_unit_test_prestate(test_text_plate, f),
        cmocka_unit_test_prestate(test_glyph_texture_growth, f),
        cmocka_unit_test_prestate(test_characters_of_no_font, f),
        cmocka_unit_test_prestate(test_chinese, f),
        cmocka_unit_test_prestate(test_pixel_values, f),
        cmocka_unit_test_prestate(test_colour_bar, f),
        cmocka_unit_test_prestate(test_colour_bar_logarithmic, f),
        cmocka_unit_test_prestate(test_colour_bar_caps, f),
        cmocka_unit_test_prestate(test_colour_bar_without_room, f),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    overlay_destroy(&f->overlay);
    target_destroy(&f->target);
    gpu_destroy(&f->gpu);
    headless_destroy(&f->headless);
    free(f);
    return failed;
}
