// SPDX-License-Identifier: MIT
// `fovea export`: every view option, by exact pixels of small synthetic images; the colours are worked out
// here.
#include "support/png_reader.h"
#include "support/program.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 44 };

#define GRAY "--colormap gray --range 0:255"

// --- running ---

// What `fovea export` makes of a file with these options; fails the test if it does not succeed silently.
static struct pixels export_file(const char *path, const char *options)
{
    const char *output = temporary_path("out.png");
    struct run run = program_run("", "export %s -o '%s' '%s'", options, output, path);
    struct pixels pixels;
    if (run.exit_code != 0 || run.output[0] || run.errors[0])
        fail_msg("export %s: exit code %d: %s%s", options, run.exit_code, run.output, run.errors);
    run_free(&run);
    assert_true(png_load(output, &pixels));
    remove(output);
    return pixels;
}

static void check_pixels(const char *path, const char *options, const struct pixels *wanted, int tolerance)
{
    char text[160];
    struct pixels got = export_file(path, options);
    const int differing = pixels_differ(&got, wanted, tolerance, text, sizeof text);
    pixels_free(&got);
    if (differing)
        fail_msg("export %s: %d pixels differ; the first %s", options, differing, text);
}

// The picture of `path` is that of `image` by `look` in a picture of that size.
static void check_look(const char *path, const char *options, const struct image *image,
                       const struct look *look, int width, int height, int tolerance)
{
    struct pixels wanted = pixels_paint(image, look, width, height);
    check_pixels(path, options, &wanted, tolerance);
    pixels_free(&wanted);
}

// At one screen pixel per image pixel.
static void check_plain(const char *path, const char *options, const struct image *image,
                        const struct look *look, int tolerance)
{
    struct look plain = *look;
    plain.zoom = 1;
    plain.center_x = image->width / 2.0;
    plain.center_y = image->height / 2.0;
    check_look(path, options, image, &plain, image->width, image->height, tolerance);
}

static const struct look gray = {0};

// The test pattern in a file.
static const char *save_pattern(struct image *image, const char *dtype)
{
    const char *path = temporary_path("pattern.npy");
    *image = image_pattern(WIDTH, HEIGHT);
    image_save_npy(image, dtype, path);
    return path;
}

// --- files ---

static void test_sample_types_and_formats(void **state)
{
    (void)state;
    static const char *const dtypes[] = {"|u1", "<u2", "<u4", "<u8", "<f4", "<f8"};
    struct image image;
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        const char *path = save_pattern(&image, dtypes[i]);
        check_plain(path, GRAY, &image, &gray, 0);
        image_free(&image);
    }
    image = image_pattern(WIDTH, HEIGHT);
    const char *path = temporary_path("pattern.tif");
    images_save_tiff(&image, 1, path);
    check_plain(path, GRAY, &image, &gray, 0);
    // FITS images stand on their first row unless the user wants otherwise.
    path = temporary_path("pattern.fits");
    image_save_fits(&image, path);
    struct image upside_down = image_mirrored(&image, false);
    check_plain(path, GRAY, &upside_down, &gray, 0);
    check_plain(path, GRAY " --origin upper", &image, &gray, 0);
    image_free(&upside_down);
    image_free(&image);
}

// --- several images in one picture ---

static void place(struct pixels *whole, const struct pixels *part, int x, int y)
{
    for (int row = 0; row < part->height; row++)
        memcpy(whole->rgb + 3 * ((size_t)(y + row) * (size_t)whole->width + (size_t)x),
               part->rgb + 3 * (size_t)row * (size_t)part->width, 3 * (size_t)part->width);
}

// A picture of 2 x 2 places with a pixel between them is that of single exports; the last place is empty.
static void check_grid(const char *const paths[3], const char *grid_options, const char *const options[3],
                       int across, int down)
{
    struct pixels wanted = {.width = 2 * across + 1, .height = 2 * down + 1};
    const size_t count = (size_t)wanted.width * (size_t)wanted.height;
    wanted.rgb = malloc(3 * count);
    assert_non_null(wanted.rgb);
    memset(wanted.rgb, 40, 3 * count); // the background
    for (int i = 0; i < 3; i++) {
        struct pixels single = export_file(paths[i], options[i]);
        assert_true(single.width <= across && single.height <= down);
        place(&wanted, &single, i % 2 * (across + 1) + (across - single.width) / 2,
              i / 2 * (down + 1) + (down - single.height) / 2);
        pixels_free(&single);
    }
    char names[2048];
    snprintf(names, sizeof names, "%s' '%s' '%s", paths[0], paths[1], paths[2]);
    check_pixels(names, grid_options, &wanted, 0);
    pixels_free(&wanted);
}

static void test_grid(void **state)
{
    (void)state;
    struct image image;
    char a[512], b[512], c[512];
    snprintf(a, sizeof a, "%s", save_pattern(&image, "|u1"));
    snprintf(b, sizeof b, "%s", temporary_path("right.npy"));
    struct image turned = image_turned_right(&image);
    image_save_npy(&turned, "<f4", b);
    snprintf(c, sizeof c, "%s", temporary_path("small.npy"));
    struct image small = image_constant(10, 7, 130);
    image_save_npy(&small, "<u2", c);
    const char *const paths[3] = {a, b, c};
    const char *const plain[3] = {GRAY, GRAY, GRAY};
    check_grid(paths, "--grid 2x2 " GRAY, plain, WIDTH, WIDTH); // 64 x 44 and 44 x 64
    const char *const sized[3] = {GRAY " --size 90x70", GRAY " --size 90x70", GRAY " --size 90x70"};
    check_grid(paths, "--grid 2x2 --size 181x141 " GRAY, sized, 90, 70);
    // What a command changes is that of the pane it is for.
    const char *const reversed[3] = {GRAY, GRAY " --reverse", GRAY};
    check_grid(paths, "--grid 2x2 " GRAY " --command 'pane.go 2; colormap.reverse'", reversed, WIDTH, WIDTH);
    const char *const decorated[3] = {GRAY " --decorate --size 300x260", GRAY " --decorate --size 300x260",
                                      GRAY " --decorate --size 300x260"};
    check_grid(paths, "--grid 2x2 --size 601x521 --decorate " GRAY, decorated, 300, 260);
    // The same by a command, of all panes, or pane by pane.
    char command[700], options[1000];
    const char *const all = temporary_path("all.png"), *const one = temporary_path("one.png");
    snprintf(command, sizeof command,
             "file.export %s plain 181x141 all; pane.go 2; file.export %s plain 90x70", all, one);
    snprintf(options, sizeof options, "--grid 2x2 --size 181x141 " GRAY " --command \"%s\"", command);
    check_grid(paths, options, sized, 90, 70);
    struct pixels by_option, by_command, alone = export_file(b, GRAY " --size 90x70");
    char names[2048];
    snprintf(names, sizeof names, "%s' '%s' '%s", a, b, c);
    by_option = export_file(names, "--grid 2x2 --size 181x141 " GRAY);
    assert_true(png_load(all, &by_command));
    assert_true(pixels_equal(&by_option, &by_command));
    pixels_free(&by_command);
    assert_true(png_load(one, &by_command));
    assert_true(pixels_equal(&alone, &by_command));
    pixels_free(&by_command);
    pixels_free(&by_option);
    pixels_free(&alone);
    image_free(&image);
    image_free(&turned);
    image_free(&small);
}

static void test_grid_is_refused(void **state)
{
    (void)state;
    struct image image;
    const char *path = save_pattern(&image, "|u1");
    image_free(&image);
    struct run run = program_run("", "export --grid 2x1 -o '%s' '%s' '%s' '%s'", temporary_path("grid.png"),
                                 path, path, path);
    assert_int_equal(run.exit_code, 2);
    assert_string_equal(run.errors, "fovea: 3 names are more than the 2 places of --grid 2x1\n");
    run_free(&run);
    run = program_run("", "export --grid 5x4 -o '%s' '%s'", temporary_path("grid.png"), path);
    assert_int_equal(run.exit_code, 2);
    assert_non_null(strstr(run.errors, "--grid: \"5x4\" is not COLUMNSxROWS, such as 2x2"));
    run_free(&run);
}

static void test_frames(void **state)
{
    (void)state;
    struct image pages[3];
    const char *path = temporary_path("pages.tif");
    for (int i = 0; i < 3; i++)
        pages[i] = image_constant(20, 10, 50 * (i + 1));
    images_save_tiff(pages, 3, path);
    check_plain(path, GRAY, &pages[0], &gray, 0);
    check_plain(path, GRAY " --frame 1", &pages[1], &gray, 0);
    check_plain(path, GRAY " --frame=2", &pages[2], &gray, 0);
    check_plain(path, GRAY " --command 'frame.next'", &pages[1], &gray, 0);
    for (int i = 0; i < 3; i++)
        image_free(&pages[i]);
}

static void test_names_in_any_script(void **state)
{
    (void)state;
    struct image image = image_pattern(WIDTH, HEIGHT);
    struct pixels pixels;
    const char *input = temporary_path("衍射图 №1 = ü%20.npy"), *output = temporary_path("снимок 图.png");
    image_save_npy(&image, "|u1", input);
    check_plain(input, GRAY, &image, &gray, 0);
    struct run run = program_run("LC_ALL=C", "export %s -o '%s' '%s'", GRAY, output, input);
    assert_int_equal(run.exit_code, 0);
    run_free(&run);
    assert_true(png_load(output, &pixels));
    pixels_free(&pixels);
    image_free(&image);
}

static void test_simulated_detector_is_deterministic(void **state)
{
    (void)state;
    const char *options = "--scale log --size 333x222";
    struct pixels first = export_file("sim:800x600,type=u16,seed=11,frames=2", options);
    struct pixels again = export_file("sim:800x600,type=u16,seed=11,frames=2", options);
    struct pixels other = export_file("sim:800x600,type=u16,seed=12,frames=2", options);
    assert_true(pixels_equal(&first, &again));
    assert_false(pixels_equal(&first, &other));
    assert_int_equal(first.width, 333);
    assert_int_equal(first.height, 222);
    pixels_free(&first);
    pixels_free(&again);
    pixels_free(&other);
}

// --- contrast ---

static void test_range_and_reverse(void **state)
{
    (void)state;
    static const char *const dtypes[] = {"|u1", "<u2", "<u4", "<f4"};
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        struct image image;
        const char *path = save_pattern(&image, dtypes[i]);
        struct look look = {.low = 50, .high = 150};
        check_plain(path, "--colormap gray --range 50:150", &image, &look, 1);
        look = (struct look){.low = -1000, .high = 300.5, .reversed = true};
        check_plain(path, "--colormap gray --range=-1000:300.5 --reverse", &image, &look, 1);
        image_free(&image);
    }
}

// Turns the one page of a file by images_save_tiff into one whose photometric interpretation is "white is 0":
// the fifth of its entries of 12 bytes, whose value is at byte 8.
static void make_min_is_white(const char *path)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 8 + 2 + 4 * 12 + 8, SEEK_SET), 0);
    assert_int_equal(fgetc(file), 1);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    fputc(0, file);
    fclose(file);
}

// `info` tells the values as they are stored.
static void check_stored_value(const char *path, int x, int y, const char *wanted)
{
    struct run run = program_run("", "info '%s' --pixel %d,%d", path, x, y);
    assert_int_equal(run.exit_code, 0);
    if (!strstr(run.output, wanted))
        fail_msg("info %s: no \"%s\" in %s", path, wanted, run.output);
    run_free(&run);
}

static void test_tiff_whose_0_is_white_is_no_negative(void **state)
{
    (void)state;
    struct image image = image_pattern(WIDTH, HEIGHT);
    const char *path = temporary_path("white.tif");
    const struct look reversed = {.reversed = true};
    char value[32];
    images_save_tiff(&image, 1, path);
    check_plain(path, GRAY, &image, &gray, 0);
    check_plain(path, GRAY " --reverse", &image, &reversed, 0);
    make_min_is_white(path);
    check_plain(path, GRAY, &image, &reversed, 0);
    check_plain(path, GRAY " --reverse", &image, &gray, 0);
    snprintf(value, sizeof value, "x 7, y 3: %d\n", (int)image.values[3 * WIDTH + 7]);
    check_stored_value(path, 7, 3, value);
    image_free(&image);
}

static void test_pbm_shows_1_as_black(void **state)
{
    (void)state;
    static const char *const texts[] = {"P1\n4 2\n1 0 0 1\n0 1 0 0\n", "P4\n4 2\n\x90\x40"};
    struct image image = image_create(4, 2);
    image.values[0] = image.values[3] = image.values[5] = 1;
    const struct look forward = {.high = 1}, reversed = {.high = 1, .reversed = true};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *path = temporary_path("bits.pbm");
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(texts[i], file);
        fclose(file);
        check_plain(path, "--colormap gray --range 0:1", &image, &reversed, 0);
        check_plain(path, "--colormap gray --range 0:1 --reverse", &image, &forward, 0);
        check_stored_value(path, 3, 0, "x 3, y 0: 1\n");
    }
    image_free(&image);
}

// The mean and the standard deviation of all values.
static void moments(const struct image *image, double *mean, double *deviation)
{
    const int count = image->width * image->height;
    double sum = 0, squares = 0;
    for (int i = 0; i < count; i++)
        sum += image->values[i];
    *mean = sum / count;
    for (int i = 0; i < count; i++)
        squares += (image->values[i] - *mean) * (image->values[i] - *mean);
    *deviation = sqrt(squares / count);
}

static void test_automatic_limits(void **state)
{
    (void)state;
    struct image image = image_pattern(WIDTH, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        image.values[i] = 300 + image.values[i];
    const char *path = temporary_path("shifted.npy");
    image_save_npy(&image, "<f4", path);
    struct look look = {.low = 300, .high = 555};
    check_plain(path, "--colormap gray --auto minmax", &image, &look, 1);
    check_plain(path, "--colormap gray --auto percentile:0:100", &image, &look, 1);
    check_plain(path, "--colormap gray --command 'contrast.auto minmax'", &image, &look, 1);
    double mean, deviation;
    moments(&image, &mean, &deviation);
    look = (struct look){.low = mean - 0.5 * deviation, .high = mean + 0.5 * deviation};
    check_plain(path, "--colormap gray --auto sigma:0.5", &image, &look, 1);
    image_free(&image);
}

// --- scales ---

static double scale_log(double x)
{
    return log(1 + 1000 * x) / log(1001); // limits from 0: as counts, at least three decades
}

static double scale_asinh(double x)
{
    return asinh(x / 0.1) / asinh(1 / 0.1);
}

static double scale_asinh_soft(double x)
{
    return asinh(x / 0.5) / asinh(1 / 0.5);
}

static double scale_power(double x)
{
    return x * x;
}

static double scale_power_half(double x)
{
    return pow(x, 0.5);
}

struct scale {
    double (*function)(double x);
};

static void colour_scaled(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    (void)x;
    (void)y;
    const struct scale *scale = look->context;
    memset(rgb, (int)(255 * scale->function(value / 255) + 0.5), 3);
}

static void test_scales(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct scale scale;
    } scales[] = {{"log", {scale_log}},     {"sqrt", {sqrt}},
                  {"asinh", {scale_asinh}}, {"asinh:0.5", {scale_asinh_soft}},
                  {"power", {scale_power}}, {"power:0.5", {scale_power_half}}};
    static const char *const dtypes[] = {"|u1", "<u4", "<f4"};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        for (size_t k = 0; k < sizeof dtypes / sizeof dtypes[0]; k++) {
            struct image image;
            char options[160];
            const char *path = save_pattern(&image, dtypes[k]);
            const struct look look = {.colour = colour_scaled, .context = &scales[i].scale};
            snprintf(options, sizeof options, GRAY " --scale %s", scales[i].name);
            check_plain(path, options, &image, &look, 1);
            image_free(&image);
        }
    }
}

// The share of pixels up to each value.
static void colour_equalized(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    (void)x;
    (void)y;
    const struct image *image = look->context;
    const int count = image->width * image->height;
    int below = 0;
    for (int i = 0; i < count; i++)
        below += image->values[i] <= value;
    memset(rgb, (int)(255.0 * below / count + 0.5), 3);
}

static void test_equalize(void **state)
{
    (void)state;
    struct image image = image_pattern(WIDTH, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        image.values[i] = floor(image.values[i] * image.values[i] / 255);
    const char *path = temporary_path("skewed.npy");
    image_save_npy(&image, "|u1", path);
    const struct look look = {.colour = colour_equalized, .context = &image};
    check_plain(path, GRAY " --scale equalize", &image, &look, 1);
    image_free(&image);
}

// --- colour maps ---

struct ramp {
    unsigned char first[3], last[3];
};

static void colour_ramp(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    const struct ramp *ramp = look->context;
    (void)x;
    (void)y;
    for (int i = 0; i < 3; i++)
        rgb[i] = (unsigned char)(ramp->first[i] + (ramp->last[i] - ramp->first[i]) * value / 255 + 0.5);
}

// The first and last colours are those that the maps' authors published (rounded to bytes).
static void test_colour_maps(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct ramp ramp;
    } maps[] = {{"viridis", {{68, 1, 84}, {253, 231, 37}}},
                {"magma", {{0, 0, 4}, {252, 253, 191}}},
                {"inferno", {{0, 0, 4}, {252, 255, 164}}},
                {"plasma", {{13, 8, 135}, {240, 249, 33}}},
                {"inverse-gray", {{255, 255, 255}, {0, 0, 0}}}};
    struct image image = image_create(2, 1);
    image.values[1] = 255;
    const char *path = temporary_path("two.npy");
    image_save_npy(&image, "<f4", path);
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        char options[80];
        const struct look look = {.colour = colour_ramp, .context = &maps[i].ramp};
        snprintf(options, sizeof options, "--range 0:255 --colormap %s", maps[i].name);
        check_plain(path, options, &image, &look, 1);
    }
    image_free(&image);
}

static void test_colour_map_from_a_file(void **state)
{
    (void)state;
    static const struct ramp ramp = {{255, 0, 20}, {0, 200, 255}};
    struct image image;
    char options[600];
    const char *path = save_pattern(&image, "|u1"), *map = temporary_path("own map.txt");
    FILE *file = fopen(map, "w");
    assert_non_null(file);
    fputs("# my own\n255 0 20\n0 200 255\n", file);
    fclose(file);
    snprintf(options, sizeof options, "--range 0:255 --colormap '%s'", map);
    const struct look look = {.colour = colour_ramp, .context = &ramp};
    check_plain(path, options, &image, &look, 1);
    image_free(&image);
}

// --- which part, which way up ---

static void test_zoom_center_and_size(void **state)
{
    (void)state;
    struct image image;
    const char *path = save_pattern(&image, "<u2");
    struct look look = look_fit(&image, WIDTH * 3, HEIGHT * 3);
    check_look(path, GRAY " --zoom 3", &image, &look, WIDTH * 3, HEIGHT * 3, 0);
    check_look(path, GRAY " --size 192x132", &image, &look, 192, 132, 0);
    check_look(path, GRAY " --zoom fit --size=192x132", &image, &look, 192, 132, 0);
    look = look_fit(&image, 301, 100);
    check_look(path, GRAY " --size 301x100", &image, &look, 301, 100, 0);
    look = (struct look){.zoom = 4, .center_x = 10, .center_y = 12};
    check_look(path, GRAY " --size 200x150 --zoom 4 --center 10,12", &image, &look, 200, 150, 0);
    look = (struct look){.zoom = 2.6, .center_x = 60.25, .center_y = -3};
    check_look(path, GRAY " --size 201x150 --zoom=2.6 --center=60.25,-3", &image, &look, 201, 150, 0);
    image_free(&image);
}

static void test_orientation(void **state)
{
    (void)state;
    struct image image;
    const char *path = save_pattern(&image, "|u1");
    struct image right = image_turned_right(&image), half = image_turned_right(&right);
    struct image left = image_turned_right(&half);
    struct image across = image_mirrored(&image, true), down = image_mirrored(&image, false);
    struct image right_across = image_mirrored(&right, true), right_of_lower = image_turned_right(&down);
    const struct {
        const char *options;
        const struct image *image;
    } cases[] = {{"--origin upper", &image},
                 {"--origin lower", &down},
                 {"--rotate 90", &right},
                 {"--rotate 180", &half},
                 {"--rotate 270", &left},
                 {"--rotate 0", &image},
                 {"--flip horizontal", &across},
                 {"--flip vertical", &down},
                 {"--flip horizontal --flip vertical", &half},
                 {"--flip vertical --origin lower", &image},
                 {"--rotate 90 --flip horizontal", &right_across},
                 {"--rotate 90 --origin lower", &right_of_lower},
                 {"--command 'view.flip horizontal; view.flip vertical'", &half}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char options[160];
        snprintf(options, sizeof options, GRAY " %s", cases[i].options);
        check_plain(path, options, cases[i].image, &gray, 0);
    }
    image_free(&image);
    image_free(&right);
    image_free(&half);
    image_free(&left);
    image_free(&across);
    image_free(&down);
    image_free(&right_across);
    image_free(&right_of_lower);
}

static void test_reduction(void **state)
{
    (void)state;
    static const char *const dtypes[] = {"|u1", "<u2", "<f4"};
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        struct image image = image_pattern(1200, 800);
        const char *path = temporary_path("large.npy");
        image_save_npy(&image, dtypes[i], path);
        struct image mean = image_halved(&image, false), max = image_halved(&image, true);
        struct image fourth = image_halved(&max, true);
        check_plain(path, GRAY " --zoom 0.5", &mean, &gray, 1);
        check_plain(path, GRAY " --zoom 0.5 --reduce mean", &mean, &gray, 1);
        check_plain(path, GRAY " --zoom 0.5 --reduce max", &max, &gray, 0);
        check_plain(path, GRAY " --zoom 0.25 --reduce max", &fourth, &gray, 0);
        check_plain(path, GRAY " --zoom 0.5 --command 'view.reduce max'", &max, &gray, 0);
        image_free(&image);
        image_free(&mean);
        image_free(&max);
        image_free(&fourth);
    }
}

// --- masks and values without a place on the map ---

struct tint {
    const struct image *mask;
    unsigned char rgb[3];
    double opacity;
};

static void colour_tinted(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    const struct tint *tint = look->context;
    look_gray(look, value, rgb);
    if (tint->mask->values[y * tint->mask->width + x] == 0)
        return;
    for (int i = 0; i < 3; i++)
        rgb[i] = (unsigned char)(rgb[i] * (1 - tint->opacity) + tint->rgb[i] * tint->opacity + 0.5);
}

static struct image make_mask(void)
{
    struct image mask = image_create(WIDTH, HEIGHT);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++)
            mask.values[y * WIDTH + x] = (x > 10 && x < 20 && y > 3) || (x == 50 && y == 7) ? 1 + x % 3 : 0;
    }
    return mask;
}

static void test_masks(void **state)
{
    (void)state;
    struct image image, mask = make_mask();
    char options[700];
    const char *path = save_pattern(&image, "<f4");
    const char *masks[] = {temporary_path("mask.npy"), temporary_path("mask.tif"),
                           temporary_path("mask.fits")};
    image_save_npy(&mask, "|u1", masks[0]);
    images_save_tiff(&mask, 1, masks[1]);
    image_save_fits(&mask, masks[2]);
    for (int i = 0; i < 3; i++) {
        const struct tint quarter = {&mask, {32, 64, 128}, 0.25}, full = {&mask, {255, 0, 0}, 1};
        struct look look = {.colour = colour_tinted, .context = &quarter};
        snprintf(options, sizeof options, GRAY " --mask '%s' --mask-color '#204080' --mask-opacity 0.25",
                 masks[i]);
        check_plain(path, options, &image, &look, 1);
        look.context = &full;
        snprintf(options, sizeof options, GRAY " --mask='%s' --mask-color=red --mask-opacity=1", masks[i]);
        check_plain(path, options, &image, &look, 0);
        snprintf(options, sizeof options, GRAY " --mask '%s' --no-mask", masks[i]);
        check_plain(path, options, &image, &gray, 0);
        snprintf(options, sizeof options, GRAY " --mask '%s' --mask-opacity 0", masks[i]);
        check_plain(path, options, &image, &gray, 0);
    }
    image_free(&image);
    image_free(&mask);
}

// Masked pixels count neither for the limits nor for reduced pixels, unless the user lets them.
static void test_masked_pixels_do_not_count(void **state)
{
    (void)state;
    struct image image = image_pattern(WIDTH, HEIGHT), mask = image_create(WIDTH, HEIGHT);
    char options[600];
    for (int i = 0; i < WIDTH * HEIGHT; i += 97) {
        mask.values[i] = 1;
        image.values[i] = 60000;
    }
    const char *path = temporary_path("image.npy"), *mask_path = temporary_path("mask.npy");
    image_save_npy(&image, "<u2", path);
    image_save_npy(&mask, "|u1", mask_path);
    static const struct {
        const char *options;
        double high;
    } cases[] = {
        {"", 255},
        {"--ignore file", 60000},
        {"--ignore gap,saturated", 255},
        {"--command 'mask.leave_out file off'", 60000},
        {"--command 'mask.leave_out file off; mask.leave_out file on'", 255},
        {"--ignore file --saturation 59999", 255},
        {"--ignore=file,saturated --saturation=59999", 60000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct look look = {.low = 0, .high = cases[i].high};
        snprintf(options, sizeof options, "--colormap gray --auto minmax --mask '%s' --mask-opacity 0 %s",
                 mask_path, cases[i].options);
        check_plain(path, options, &image, &look, 0);
    }
    image_free(&image);
    image_free(&mask);
}

static const struct special {
    unsigned char nan[3], inf[3], under[3], over[3];
} special_colours = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}};

static void colour_special(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    const struct special *special = look->context;
    (void)x;
    (void)y;
    if (isnan(value))
        memcpy(rgb, special->nan, 3);
    else if (isinf(value))
        memcpy(rgb, special->inf, 3);
    else if (value < look->low)
        memcpy(rgb, special->under, 3);
    else if (value > look->high)
        memcpy(rgb, special->over, 3);
    else
        look_gray(look, value, rgb);
}

static void test_special_values(void **state)
{
    (void)state;
    struct image image = image_pattern(WIDTH, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i += 5)
        image.values[i] = i % 3 == 0 ? (double)NAN : i % 3 == 1 ? (double)INFINITY : -(double)INFINITY;
    const char *path = temporary_path("special.npy");
    image_save_npy(&image, "<f4", path);
    struct look look = {.low = 20, .high = 200, .colour = colour_special, .context = &special_colours};
    check_plain(
        path,
        "--colormap gray --range 20:200 --nan-color red --inf-color '#00ff00' --under-color '#0000ff' --over-color '#ffff00'",
        &image, &look, 1);
    // Off: NaN takes the map's first colour, infinite values those beyond the limits.
    const struct special none = {{0, 0, 0}, {255, 255, 255}, {0, 0, 0}, {255, 255, 255}};
    look.context = &none;
    check_plain(path, "--colormap gray --range 20:200 --nan-color none --inf-color none", &image, &look, 1);
    // They do not count for automatic limits.
    look = (struct look){.low = 0, .high = 255, .colour = colour_special, .context = &special_colours};
    check_plain(path, "--colormap gray --auto minmax --nan-color red --inf-color '#00ff00'", &image, &look,
                1);
    image_free(&image);
}

// --- decoration and commands ---

// Whether the picture holds all of `data`, unchanged, with its upper left corner at (x, y).
static bool holds_at(const struct pixels *picture, const struct pixels *data, int x, int y)
{
    for (int row = 0; row < data->height; row++) {
        const size_t at = 3 * ((size_t)picture->width * (size_t)(y + row) + (size_t)x);
        if (memcmp(picture->rgb + at, data->rgb + 3 * (size_t)data->width * (size_t)row,
                   3 * (size_t)data->width) != 0)
            return false;
    }
    return true;
}

// Where it does; false if nowhere.
static bool find_data(const struct pixels *picture, const struct pixels *data, int *x, int *y)
{
    for (*y = 0; *y + data->height <= picture->height; (*y)++) {
        for (*x = 0; *x + data->width <= picture->width; (*x)++) {
            if (holds_at(picture, data, *x, *y))
                return true;
        }
    }
    return false;
}

static bool any_bright(const struct pixels *picture, int x0, int y0, int x1, int y1)
{
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            if (picture->rgb[3 * ((size_t)picture->width * (size_t)y + (size_t)x)] > 200)
                return true;
        }
    }
    return false;
}

// Title, colour bar and scale stand beside the data, of which every pixel stays, however small it is.
static void test_decoration(void **state)
{
    (void)state;
    static const int sizes[][2] = {{400, 300}, {20, 10}, {1, 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct image image = image_pattern(sizes[i][0], sizes[i][1]);
        const char *path = temporary_path("plain.npy");
        image_save_npy(&image, "<f4", path);
        struct pixels plain = export_file(path, GRAY), decorated = export_file(path, GRAY " --decorate");
        int x = 0, y = 0;
        assert_int_equal(plain.width, sizes[i][0]);
        assert_int_equal(plain.height, sizes[i][1]);
        if (sizes[i][0] > 1) {
            assert_true(find_data(&decorated, &plain, &x, &y));
            const int right = x + plain.width, bottom = y + plain.height;
            assert_true(any_bright(&decorated, 0, 0, decorated.width, y)); // the title
            assert_true(any_bright(&decorated, right, 40, decorated.width, decorated.height - 50)); // the bar
            assert_true(any_bright(&decorated, 0, bottom, decorated.width, decorated.height)); // the scale
        }
        pixels_free(&plain);
        pixels_free(&decorated);
        image_free(&image);
    }
}

// A size asked for is that of the whole picture; one without room for the data is refused with what it needs.
static void test_decoration_of_a_size(void **state)
{
    (void)state;
    struct image image = image_pattern(400, 300);
    const char *path = temporary_path("plain.npy"), *output = temporary_path("small.png");
    image_save_npy(&image, "<f4", path);
    struct pixels picture = export_file(path, GRAY " --decorate --size 500x400");
    assert_int_equal(picture.width, 500);
    assert_int_equal(picture.height, 400);
    pixels_free(&picture);
    struct run run = program_run("", "export --decorate --size 60x50 -o '%s' '%s'", output, path);
    assert_int_equal(run.exit_code, 2);
    assert_non_null(strstr(run.errors, "60 x 50"));
    assert_int_not_equal(access(output, F_OK), 0);
    run_free(&run);
    image_free(&image);
}

// --- size ---

static void test_one_to_one(void **state)
{
    (void)state;
    struct image image;
    const char *path = save_pattern(&image, "|u1");
    check_plain(path, GRAY " --size 1:1", &image, &gray, 0);
    image_free(&image);
}

static void check_thumbnail(int width, int height, int side, int wanted_width, int wanted_height)
{
    struct image image = image_pattern(width, height);
    const char *path = temporary_path("large.npy");
    char options[80];
    image_save_npy(&image, "|u1", path);
    snprintf(options, sizeof options, GRAY " --thumbnail %d", side);
    struct pixels picture = export_file(path, options);
    assert_int_equal(picture.width, wanted_width);
    assert_int_equal(picture.height, wanted_height);
    pixels_free(&picture);
    image_free(&image);
}

// The longer side is as long as was asked for; what is smaller stays as it is.
static void test_thumbnails(void **state)
{
    (void)state;
    check_thumbnail(300, 200, 128, 128, 86);
    check_thumbnail(200, 300, 128, 86, 128);
    check_thumbnail(900, 1, 30, 30, 1);
    check_thumbnail(64, 44, 64, 64, 44);
    check_thumbnail(64, 44, 256, 64, 44);
    for (int side = 1; side < 40; side++) // no side is a pixel too long by rounding
        check_thumbnail(47, 47, side, side, side);
    struct image image = image_pattern(1200, 800);
    const char *path = temporary_path("large.npy");
    image_save_npy(&image, "<f4", path);
    struct image half = image_halved(&image, false);
    check_plain(path, GRAY " --thumbnail 600", &half, &gray, 1);
    image_free(&half);
    image_free(&image);
    static const char *const wrong[] = {"--thumbnail 0", "--thumbnail 4097", "--thumbnail big",
                                        "--thumbnail 10 --size 20x20"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct run run = program_run("", "export %s -o '%s' sim:64x64", wrong[i], temporary_path("no.png"));
        assert_int_equal(run.exit_code, 2);
        assert_non_null(strstr(run.errors, "--thumbnail"));
        run_free(&run);
    }
}

// With little memory a picture is drawn in many strips; each pixel is that of the whole drawn at once.
static void test_strips_are_as_the_whole(void **state)
{
    (void)state;
    struct image image = image_create(700, 330), mask = image_create(700, 330);
    char options[700], little[760];
    for (int y = 0; y < image.height; y++) {
        for (int x = 0; x < image.width; x++) {
            const int i = y * image.width + x;
            image.values[i] = (x * 7919 + y * 104729) / 8 % 397;
            mask.values[i] = (x / 40 + y / 30) % 5 == 0 || (x % 9 == 0 && y % 7 == 0);
        }
    }
    const char *path = temporary_path("whole.npy"), *mask_path = temporary_path("whole_mask.npy");
    image_save_npy(&image, "<u2", path);
    image_save_npy(&mask, "|u1", mask_path);
    // At 1.5 the middles of screen pixels fall on the borders of image pixels.
    static const char *const ways[] = {
        "--zoom 3", "--zoom 1.5 --size 2000x1000",
        "--zoom 3 --command 'mask.outline on; mask.hatch on; view.flip horizontal'",
        "--zoom 60 --size 2000x1000", "--zoom 3 --decorate"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        snprintf(options, sizeof options, "--mask '%s' %s", mask_path, ways[i]);
        snprintf(little, sizeof little, "%s --memory 16M", options);
        struct pixels whole = export_file(path, options), strips = export_file(path, little);
        if (!pixels_equal(&whole, &strips))
            fail_msg("%s: strips are not as the whole", ways[i]);
        pixels_free(&whole);
        pixels_free(&strips);
    }
    image_free(&image);
    image_free(&mask);
}

// Larger than any texture, and beyond what libpng takes by itself: all of the picture, not a part of it.
static void test_long_pictures(void **state)
{
    (void)state;
    struct image image = image_create(40000, 2);
    for (int i = 0; i < image.width * image.height; i++)
        image.values[i] = i % 251;
    const char *path = temporary_path("long.npy"), *output = temporary_path("long.png");
    image_save_npy(&image, "|u1", path);
    check_plain(path, GRAY, &image, &gray, 0);
    image_free(&image);
    image = image_create(1100000, 1);
    image_save_npy(&image, "|u1", path);
    struct run done = program_run("", "export -o '%s' '%s'", output, path);
    assert_int_equal(done.exit_code, 0);
    run_free(&done);
    // The width in the header of the PNG file, big-endian behind signature, length and name of the chunk.
    unsigned char head[20];
    FILE *file = fopen(output, "rb");
    assert_non_null(file);
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    fclose(file);
    assert_int_equal(head[16] << 24 | head[17] << 16 | head[18] << 8 | head[19], 1100000);
    struct run run = program_run("", "export --zoom 250 -o '%s' sim:99999999x4", output);
    assert_int_equal(run.exit_code, 1);
    assert_non_null(strstr(run.errors, "24999999750 x 1000"));
    run_free(&run);
    image_free(&image);
}

// --- commands ---

// The data in view alone, in the size of the screen, at 1:1 or in a size.
static void test_export_command(void **state)
{
    (void)state;
    struct image image;
    const char *path = save_pattern(&image, "|u1"), *second = temporary_path("second.png");
    char options[500];
    static const struct {
        const char *view, *size;
        int width, height;
    } cases[] = {{"view.zoom 4; view.center 32 22", "", 256, 176},
                 {"view.fit", "shown", 300, 206},
                 {"view.zoom 4", "1:1", WIDTH, HEIGHT},
                 {"view.fit", "90x80", 90, 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels picture;
        snprintf(options, sizeof options, GRAY " --size 300x500 --command '%s; file.export \"%s\" plain %s'",
                 cases[i].view, second, cases[i].size);
        picture = export_file(path, options);
        pixels_free(&picture);
        assert_true(png_load(second, &picture));
        assert_int_equal(picture.width, cases[i].width);
        assert_int_equal(picture.height, cases[i].height);
        pixels_free(&picture);
        remove(second);
    }
    image_free(&image);
}

static void test_commands(void **state)
{
    (void)state;
    struct image image;
    const char *path = save_pattern(&image, "<f4");
    struct image mirrored = image_mirrored(&image, true);
    struct look look = {.low = 40, .high = 90, .reversed = true};
    check_plain(
        path,
        "--colormap viridis --command 'colormap.set gray reversed; contrast.limits 40 90' --command='view.flip horizontal'",
        &mirrored, &look, 1);
    look = (struct look){.zoom = 2, .center_x = 30, .center_y = 20};
    check_look(path, GRAY " --size 90x80 --command 'view.zoom 2; view.center 30 20'", &image, &look, 90, 80,
               0);
    image_free(&image);
    image_free(&mirrored);
}

static void assert_gray_file(const char *path, int level)
{
    struct pixels picture;
    assert_true(png_load(path, &picture));
    assert_int_equal(picture.width, 20);
    assert_int_equal(picture.rgb[0], level);
    pixels_free(&picture);
    remove(path);
}

// What stands behind a step finds its frame, and answers are printed.
static void test_commands_wait_and_answer(void **state)
{
    (void)state;
    struct image pages[3];
    const char *path = temporary_path("pages.tif"), *output = temporary_path("out.png");
    const char *a = temporary_path("a.png"), *b = temporary_path("b.png");
    for (int i = 0; i < 3; i++)
        pages[i] = image_constant(20, 10, 50 * (i + 1));
    images_save_tiff(pages, 3, path);
    struct run run = program_run("",
                                 "export " GRAY " --command 'frame.next; file.export \"%s\" plain 1:1; "
                                 "1:frame.next; 1:file.export \"%s\" plain 1:1; app.version json' "
                                 "--command 'frame.first; view.state' -o '%s' '%s'",
                                 a, b, output, path);
    assert_int_equal(run.exit_code, 0);
    assert_gray_file(a, 100);
    assert_gray_file(b, 150);
    assert_gray_file(output, 50);
    const char *version = "{\"name\":\"fovea\",\"version\":\"" FOVEA_VERSION "\"}\nwidth: 20\nheight: 10\n";
    assert_true(strncmp(run.output, version, strlen(version)) == 0);
    assert_non_null(strstr(run.output, "\nlow: 0\nhigh: 255\n"));
    run_free(&run);
    run = program_run("", "export --command '2:frame.next' -o '%s' '%s'", output, path);
    assert_int_equal(run.exit_code, 2);
    run_check_sentence(&run, (const char *const[]){"frame.next", "there is no pane 2"}, 2);
    run_free(&run);
    for (int i = 0; i < 3; i++)
        image_free(&pages[i]);
}

// Limits from what is in view of an image over the memory budget are those of the same image with all of it
// in memory: by a command, and for the next frame too.
static void test_visible_limits_over_the_budget(void **state)
{
    (void)state;
    static const char *const options[] = {
        "--size 100x100 --zoom 1 --command 'contrast.visible on'",
        "--size 100x100 --command 'contrast.visible on; view.zoom 1; frame.next'",
    };
    static const char source[] = "sim:4000x3000,type=u16,frames=2";
    char small[200];
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        struct pixels wanted = export_file(source, options[i]);
        snprintf(small, sizeof small, "--memory 16M %s", options[i]);
        check_pixels(source, small, &wanted, 0);
        pixels_free(&wanted);
    }
    struct pixels visible = export_file(source, options[0]);
    struct pixels all = export_file(source, "--size 100x100 --zoom 1");
    char text[160];
    assert_true(pixels_differ(&visible, &all, 0, text, sizeof text) > 0);
    pixels_free(&visible);
    pixels_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_types_and_formats),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_names_in_any_script),
        cmocka_unit_test(test_simulated_detector_is_deterministic),
        cmocka_unit_test(test_range_and_reverse),
        cmocka_unit_test(test_tiff_whose_0_is_white_is_no_negative),
        cmocka_unit_test(test_pbm_shows_1_as_black),
        cmocka_unit_test(test_automatic_limits),
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_equalize),
        cmocka_unit_test(test_colour_maps),
        cmocka_unit_test(test_colour_map_from_a_file),
        cmocka_unit_test(test_zoom_center_and_size),
        cmocka_unit_test(test_orientation),
        cmocka_unit_test(test_reduction),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_masked_pixels_do_not_count),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_decoration),
        cmocka_unit_test(test_decoration_of_a_size),
        cmocka_unit_test(test_one_to_one),
        cmocka_unit_test(test_thumbnails),
        cmocka_unit_test(test_strips_are_as_the_whole),
        cmocka_unit_test(test_long_pictures),
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_grid_is_refused),
        cmocka_unit_test(test_export_command),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_commands_wait_and_answer),
        cmocka_unit_test(test_visible_limits_over_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
