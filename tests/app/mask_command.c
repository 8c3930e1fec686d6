// SPDX-License-Identifier: MIT
// `fovea mask`: every operation against a slow reference, the order of steps, mask files, and what is
// refused.
#include "support/pixels.h"
#include "support/program.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 80, WIDTH = 70, HEIGHT = 50 };

struct grid {
    int width, height;
    uint8_t at[SIDE][SIDE];
};

// --- running ---

static struct grid load_npy(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s was not written", path);
    unsigned char start[10];
    char header[1024] = "";
    assert_int_equal(fread(start, 1, 10, file), 10);
    const size_t length = start[8] + 256u * start[9];
    assert_in_range(length, 1, sizeof header - 1);
    assert_int_equal(fread(header, 1, length, file), length);
    struct grid grid = {0};
    const char *shape = strstr(header, "'shape': (");
    assert_non_null(shape);
    assert_non_null(strstr(header, "'|u1'"));
    assert_int_equal(sscanf(shape, "'shape': (%d, %d)", &grid.height, &grid.width), 2);
    for (int y = 0; y < grid.height; y++)
        assert_int_equal(fread(grid.at[y], 1, (size_t)grid.width, file), grid.width);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    return grid;
}

static struct grid run_mask(const char *arguments, const char *image)
{
    const char *output = temporary_path("out.npy");
    remove(output);
    struct run run = program_run("", "mask %s -o '%s' '%s'", arguments, output, image);
    if (run.exit_code != 0 || run.errors[0])
        fail_msg("%s: exit code %d: %s", arguments, run.exit_code, run.errors);
    struct grid grid = load_npy(output);
    int masked = 0, told = -1;
    for (int i = 0; i < grid.width * grid.height; i++)
        masked += grid.at[i / grid.width][i % grid.width] != 0;
    const char *words = strstr(run.output, ".npy: ");
    assert_non_null(words);
    assert_int_equal(sscanf(words, ".npy: %d of", &told), 1);
    if (!strstr(arguments, "--inverted"))
        assert_int_equal(told, masked);
    run_free(&run);
    return grid;
}

static void check_grid(const char *what, const struct grid *got, const struct grid *wanted)
{
    assert_int_equal(got->width, wanted->width);
    assert_int_equal(got->height, wanted->height);
    for (int y = 0; y < wanted->height; y++)
        for (int x = 0; x < wanted->width; x++)
            if (got->at[y][x] != wanted->at[y][x])
                fail_msg("%s: (%d, %d) is %d instead of %d", what, x, y, got->at[y][x], wanted->at[y][x]);
}

// --- images ---

static const char *save(const char *name, const char *type, int width, int height,
                        double (*value)(int x, int y))
{
    struct image image = image_create(width, height);
    for (int i = 0; i < width * height; i++)
        image.values[i] = value(i % width, i / width);
    const char *path = temporary_path(name);
    image_save_npy(&image, type, path);
    image_free(&image);
    return path;
}

static double pattern(int x, int y)
{
    return (3 * x + 17 * y + 5 * (x / 7) * (y / 5)) % 256;
}

static double steps(int x, int y)
{
    return 10 * ((x / 9 + y / 8) % 4) + (x + y) % 3;
}

static bool is_spike(int x, int y)
{
    return (x == 0 && y == 0) || (x == 33 && y == 20) || (x == 34 && y == 20) || (x == 69 && y == 49);
}

static double spikes(int x, int y)
{
    return is_spike(x, y) ? 400 : 100 + (x * 7 + y * 3) % 11;
}

static double with_gaps(int x, int y)
{
    return (x >= 30 && x < 34) || (y >= 20 && y < 22) ? 0 : 1 + pattern(x, y);
}

static double not_finite(int x, int y)
{
    return x % 10 == 3 ? NAN : y == 7 ? INFINITY : y == 8 ? -INFINITY : x;
}

// --- references: `grid` holds the base mask and gets what is wanted ---

// The base of most tests: "--rectangle 10,5,20,15 --ellipse 50,30,9.5,9.5".
#define BASE "--rectangle 10,5,20,15 --ellipse 50,30,9.5,9.5 "

#define EACH(grid, x, y)                                                                                     \
    for (int y = 0; y < (grid)->height; y++)                                                                 \
        for (int x = 0; x < (grid)->width; x++)

static bool in_circle(int x, int y, double cx, double cy, double radius)
{
    return hypot(x + 0.5 - cx, y + 0.5 - cy) <= radius;
}

static struct grid base_grid(int width, int height)
{
    struct grid grid = {.width = width, .height = height};
    EACH(&grid, x, y)
    {
        const double u = (x + 0.5 - 50) / 9.5, v = (y + 0.5 - 30) / 9.5;
        grid.at[y][x] = (x >= 10 && x < 30 && y >= 5 && y < 20) || u * u + v * v <= 1;
    }
    return grid;
}

// A test of pixels that adds to the base.
#define ADDS(name, condition)                                                                                \
    static void name(struct grid *grid)                                                                      \
    {                                                                                                        \
        EACH(grid, x, y) grid->at[y][x] |= (condition);                                                      \
    }

static bool in_sector(int x, int y)
{
    const double dx = x + 0.5 - 30.25, dy = y + 0.5 - 20, r = hypot(dx, dy);
    double angle = atan2(dy, dx) * 180 / 3.14159265358979323846 - 100;
    while (angle < 0)
        angle += 360;
    return r >= 4 && r <= 15 && angle < 300;
}

static bool in_turned_ellipse(int x, int y)
{
    const double c = cos(0.52359877559829887), s = sin(0.52359877559829887);
    const double dx = x + 0.5 - 30, dy = y + 0.5 - 25;
    const double u = (dx * c + dy * s) / 20.1, v = (dy * c - dx * s) / 6.3;
    return u * u + v * v <= 1;
}

static bool in_triangle(int x, int y) // (1, 1), (60, 10.5), (20, 47)
{
    static const double px[] = {1, 60, 20}, py[] = {1, 10.5, 47};
    bool in = false;
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3;
        if ((y + 0.5 >= fmin(py[i], py[j])) && (y + 0.5 < fmax(py[i], py[j])))
            in ^= x + 0.5 < px[i] + (y + 0.5 - py[i]) * (px[j] - px[i]) / (py[j] - py[i]);
    }
    return in;
}

static bool near_line(int x, int y, double x1, double y1, double x2, double y2, double width)
{
    const double dx = x2 - x1, dy = y2 - y1, cx = x + 0.5 - x1, cy = y + 0.5 - y1;
    double t = (cx * dx + cy * dy) / (dx * dx + dy * dy);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(cx - t * dx, cy - t * dy) <= width / 2;
}

ADDS(ref_point, x == 68 && y == 49)
ADDS(ref_rectangle, x >= 60 && y < 3)
ADDS(ref_circle, in_circle(x, y, -3, 40, 12.3))
ADDS(ref_ellipse, in_turned_ellipse(x, y))
ADDS(ref_polygon, in_triangle(x, y))
ADDS(ref_line, near_line(x, y, 2.5, 3.5, 60.25, 44, 5.5))
ADDS(ref_pencil, near_line(x, y, 1, 40, 20, 45, 4.2) || near_line(x, y, 20, 45, 66, 1, 4.2))
ADDS(ref_sector, in_sector(x, y))
ADDS(ref_disc, in_circle(x, y, 30.25, 20, 8))
ADDS(ref_below, pattern(x, y) < 30.5)
ADDS(ref_above, pattern(x, y) > 200)
ADDS(ref_between, pattern(x, y) >= 100 && pattern(x, y) <= 120)
ADDS(ref_outside, pattern(x, y) < 20 || pattern(x, y) > 230)
ADDS(ref_equal, pattern(x, y) == 77)
ADDS(ref_border, x < 4 || y < 4 || x >= WIDTH - 4 || y >= HEIGHT - 4)
ADDS(ref_all, true)
ADDS(ref_gaps, with_gaps(x, y) == 0)
ADDS(ref_not_finite, !isfinite(not_finite(x, y)))
ADDS(ref_hot, is_spike(x, y))
ADDS(ref_nothing, false)

static void ref_unmask(struct grid *grid)
{
    EACH(grid, x, y) grid->at[y][x] &= pattern(x, y) <= 100;
}

static void ref_invert(struct grid *grid)
{
    EACH(grid, x, y) grid->at[y][x] ^= 1;
}

static void ref_clear(struct grid *grid)
{
    memset(grid->at, 0, sizeof grid->at);
}

static uint8_t at_or(const struct grid *grid, int x, int y, uint8_t other)
{
    return x >= 0 && y >= 0 && x < grid->width && y < grid->height ? grid->at[y][x] : other;
}

// Sets what has a neighbour of `value`; outside there is none.
static void spread(struct grid *grid, uint8_t value, bool corners)
{
    const struct grid old = *grid;
    EACH(grid, x, y)
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if ((corners || dx == 0 || dy == 0) && at_or(&old, x + dx, y + dy, !value) == value)
                grid->at[y][x] = value;
}

static void ref_grow(struct grid *grid)
{
    spread(grid, 1, false);
}

static void ref_grow_3(struct grid *grid)
{
    for (int i = 0; i < 3; i++)
        spread(grid, 1, true);
}

static void ref_shrink_2(struct grid *grid)
{
    spread(grid, 0, false);
    spread(grid, 0, false);
}

// Labels the pixels connected to (x, y) that `wanted` holds of.
static int flood(const struct grid *wanted, struct grid *reached, int x, int y, bool corners)
{
    if (!at_or(wanted, x, y, 0) || reached->at[y][x])
        return 0;
    int count = 1;
    reached->at[y][x] = 1;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (corners || dx == 0 || dy == 0)
                count +=
                    at_or(wanted, x + dx, y + dy, 0) ? flood(wanted, reached, x + dx, y + dy, corners) : 0;
    return count;
}

static void ref_fill_holes(struct grid *grid) // of the base with a ring drawn into it
{
    struct grid open = {grid->width, grid->height, {{0}}}, outside = open;
    EACH(grid, x, y) grid->at[y][x] |= in_circle(x, y, 20, 35, 9) && !in_circle(x, y, 20, 35, 6);
    EACH(grid, x, y) open.at[y][x] = !grid->at[y][x];
    EACH(grid, x, y)
    if (x == 0 || y == 0 || x == grid->width - 1 || y == grid->height - 1)
        flood(&open, &outside, x, y, false);
    EACH(grid, x, y) grid->at[y][x] = !outside.at[y][x];
}

static void ref_remove_specks(struct grid *grid) // of the pixels above 200
{
    struct grid old = *grid;
    EACH(grid, x, y) old.at[y][x] = pattern(x, y) > 200;
    EACH(grid, x, y)
    {
        struct grid reached = {grid->width, grid->height, {{0}}};
        grid->at[y][x] = old.at[y][x] && flood(&old, &reached, x, y, true) >= 6;
    }
}

static void ref_flood(struct grid *grid)
{
    struct grid similar = {grid->width, grid->height, {{0}}}, reached = similar;
    EACH(grid, x, y) similar.at[y][x] = fabs(steps(x, y) - steps(40, 25)) <= 2;
    flood(&similar, &reached, 40, 25, false);
    EACH(grid, x, y) grid->at[y][x] |= reached.at[y][x];
}

static void ref_flood_corners(struct grid *grid)
{
    struct grid similar = {grid->width, grid->height, {{0}}}, reached = similar;
    EACH(grid, x, y) similar.at[y][x] = steps(x, y) == steps(40, 25);
    flood(&similar, &reached, 40, 25, true);
    EACH(grid, x, y) grid->at[y][x] |= reached.at[y][x];
}

#define MOVES(name, from_x, from_y, keep)                                                                    \
    static void name(struct grid *grid)                                                                      \
    {                                                                                                        \
        const struct grid old = *grid;                                                                       \
        const int w = grid->width, h = grid->height;                                                         \
        (void)w, (void)h;                                                                                    \
        EACH(grid, x, y) grid->at[y][x] = at_or(&old, from_x, from_y, 0) | ((keep) && old.at[y][x]);         \
    }
MOVES(ref_flip_horizontal, w - 1 - x, y, false)
MOVES(ref_flip_vertical, x, h - 1 - y, false)
MOVES(ref_half, w - 1 - x, h - 1 - y, false)
MOVES(ref_right, y, w - 1 - x, false) // what comes to (x, y) was in column y, in row w - 1 - x
MOVES(ref_left, h - 1 - y, x, false)
MOVES(ref_mirror, w - 1 - x, y, true)
MOVES(ref_mirror_at, 2 * 25 - 1 - x, y, true)

// --- the tests ---

struct check {
    const char *arguments;
    void (*reference)(struct grid *grid);
};

static void run_checks(const char *image, const struct check *checks, size_t count, int width, int height)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", image);
    for (size_t i = 0; i < count; i++) {
        char arguments[600];
        snprintf(arguments, sizeof arguments, BASE "%s", checks[i].arguments);
        struct grid wanted = base_grid(width, height), got = run_mask(arguments, copy);
        checks[i].reference(&wanted);
        check_grid(checks[i].arguments, &got, &wanted);
    }
}

#define RUN_CHECKS(image, checks) run_checks(image, checks, sizeof(checks) / sizeof *(checks), WIDTH, HEIGHT)

static void test_shapes(void **state)
{
    (void)state;
    static const struct check checks[] = {
        {"--point 68,49", ref_point},
        {"--rectangle 60,-5,100,8", ref_rectangle},
        {"--circle -3,40,12.3", ref_circle},
        {"--ellipse 30,25,20.1,6.3,30", ref_ellipse},
        {"--polygon 1,1,60,10.5,20,47", ref_polygon},
        {"--line 2.5,3.5,60.25,44,5.5", ref_line},
        {"--pencil 4.2,1,40,20,45,66,1", ref_pencil},
        {"--sector 30.25,20,4,15,100,300", ref_sector},
        {"--sector 30.25,20,0,8", ref_disc},
        {"--border 4", ref_border},
        {"--point 500,49", ref_nothing},
        {"--border 0", ref_nothing},
    };
    RUN_CHECKS(save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern), checks);
}

static void test_values(void **state)
{
    (void)state;
    static const struct check by_pattern[] = {
        {"--below 30.5", ref_below},
        {"--above 200", ref_above},
        {"--between 100,120", ref_between},
        {"--outside 20,230", ref_outside},
        {"--equal 77", ref_equal},
        {"--equal 77.5", ref_nothing},
        {"--saturation 200 --marks", ref_above},
        {"--ignore saturated --saturation 200 --marks", ref_nothing},
        {"--unmask --above 100", ref_unmask},
        {"--unmask --above 100 --mask --above 1e9", ref_unmask},
    };
    RUN_CHECKS(save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern), by_pattern);
    RUN_CHECKS(save("pattern.npy", "<f4", WIDTH, HEIGHT, pattern), by_pattern);
    static const struct check of_steps[] = {{"--flood 40,25,2", ref_flood},
                                            {"--flood 40,25,0,8", ref_flood_corners}};
    RUN_CHECKS(save("steps.npy", "<u2", WIDTH, HEIGHT, steps), of_steps);
    static const struct check of_gaps[] = {{"--gaps", ref_gaps}};
    RUN_CHECKS(save("gaps.npy", "<u2", WIDTH, HEIGHT, with_gaps), of_gaps);
    static const struct check of_spikes[] = {
        {"--hot", ref_hot}, {"--hot 6,7", ref_hot}, {"--hot 40", ref_nothing}};
    RUN_CHECKS(save("spikes.npy", "<u2", WIDTH, HEIGHT, spikes), of_spikes);
    static const struct check of_floats[] = {{"--not-finite", ref_not_finite}};
    RUN_CHECKS(save("floats.npy", "<f4", WIDTH, HEIGHT, not_finite), of_floats);
}

// What the data mark is no selection by value: it is masked already.
static void test_marked_pixels_are_left_out(void **state)
{
    (void)state;
    const char *image = save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern);
    struct grid got = run_mask("--saturation 200 --above 150", image);
    EACH(&got, x, y) assert_int_equal(got.at[y][x], pattern(x, y) > 150 && pattern(x, y) <= 200);
    got = run_mask("--saturation 200 --ignore saturated --above 150", image);
    EACH(&got, x, y) assert_int_equal(got.at[y][x], pattern(x, y) > 150);
}

static void test_whole_layer(void **state)
{
    (void)state;
    static const struct check checks[] = {
        {"--invert", ref_invert},
        {"--clear", ref_clear},
        {"--all", ref_all},
        {"--grow", ref_grow},
        {"--grow 3,8", ref_grow_3},
        {"--grow 0", ref_nothing},
        {"--shrink 2", ref_shrink_2},
        {"--circle 20,35,9 --unmask --circle 20,35,6 --mask --fill-holes", ref_fill_holes},
        {"--clear --above 200 --remove-specks 6,8", ref_remove_specks},
        {"--flip horizontal", ref_flip_horizontal},
        {"--flip vertical", ref_flip_vertical},
        {"--rotate half", ref_half},
        {"--mirror horizontal", ref_mirror},
        {"--mirror horizontal,25", ref_mirror_at},
    };
    RUN_CHECKS(save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern), checks);
    static const struct check square[] = {{"--rotate right", ref_right}, {"--rotate left", ref_left}};
    run_checks(save("square.npy", "<u2", 61, 61, pattern), square, 2, 61, 61);
}

static void test_layers(void **state)
{
    (void)state;
    static const struct check checks[] = {
        {"--layer hot --circle 30.25,20,8 --layer user --or hot --only-layer", ref_disc},
        {"--layer user2 --copy user --layer user3 --copy user2 --only-layer", ref_nothing},
        {"--layer bad --all --layer user --xor bad --only-layer", ref_invert},
        {"--layer 'user 3' --circle 30.25,20,8 --clear --layer user --and user3 --only-layer", ref_clear},
        {"--layer gap --all --layer user --minus gap --only-layer", ref_clear},
        {"--layer saturated --circle 30.25,20,8", ref_disc}, // all layers count
    };
    const char *image = save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern);
    RUN_CHECKS(image, checks);
    image = save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern);
    struct grid got = run_mask("--point 1,1 --layer hot --point 1,1 --point 2,1 --all-layers", image);
    struct grid wanted = {.width = WIDTH, .height = HEIGHT};
    wanted.at[1][1] = 1 | 16;
    wanted.at[1][2] = 16;
    check_grid("--all-layers", &got, &wanted);
    got = run_mask("--point 1,1 --inverted", image);
    EACH(&got, x, y) assert_int_equal(got.at[y][x], !(x == 1 && y == 1));
}

static void test_beam_centre(void **state)
{
    (void)state;
    char header[512];
    const char *path = temporary_path("image.edf");
    memset(header, ' ', sizeof header);
    const int length =
        snprintf(header, sizeof header,
                 "{\nByteOrder = LowByteFirst ;\nDataType = UnsignedByte ;\nDim_1 = %d ;\nDim_2 = %d ;\n"
                 "Center_1 = 30.25 ;\nCenter_2 = 20 ;\n",
                 WIDTH, HEIGHT);
    header[length] = ' ';
    memcpy(header + sizeof header - 2, "}\n", 2);
    FILE *file = fopen(path, "wb");
    fwrite(header, 1, sizeof header, file);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        fputc(i % 251, file);
    fclose(file);
    static const struct check checks[] = {{"--ring 4,15,100,300", ref_sector}, {"--ring 0,8", ref_disc}};
    RUN_CHECKS(path, checks);
    const char *plain = save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern);
    struct run run = program_run("", "mask --ring 4,15 -o '%s' '%s'", temporary_path("no.npy"), plain);
    assert_int_equal(run.exit_code, 2);
    run_check_sentence(&run, (const char *[]){"--ring", "beam centre"}, 2);
    run_free(&run);
}

static void test_dead(void **state)
{
    (void)state;
    struct image pages[3];
    for (int i = 0; i < 3; i++) {
        pages[i] = image_create(WIDTH, HEIGHT);
        for (int j = 0; j < WIDTH * HEIGHT; j++) {
            const int x = j % WIDTH, y = j / WIDTH;
            pages[i].values[j] = 1 + (x % 10 == 4 ? 60 : x % 10 == 5 && i < 2 ? 9 : (x + y + 7 * i) % 200);
        }
    }
    const char *path = temporary_path("series.tif");
    images_save_tiff(pages, 3, path);
    struct grid got = run_mask("--dead", path);
    EACH(&got, x, y) assert_int_equal(got.at[y][x], x % 10 == 4);
    got = run_mask("--dead 2", path);
    EACH(&got, x, y) assert_int_equal(got.at[y][x], x % 10 == 4 || x % 10 == 5);
    // The values of another frame.
    got = run_mask("--frame 1 --above 150", path);
    EACH(&got, x, y) assert_int_equal(got.at[y][x], pages[1].values[y * WIDTH + x] > 150);
    for (int i = 0; i < 3; i++)
        image_free(&pages[i]);
    struct run run = program_run("", "mask --dead -o '%s' '%s'", temporary_path("no.npy"),
                                 save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern));
    assert_int_equal(run.exit_code, 2);
    run_check_sentence(&run, (const char *[]){"--dead", "frames"}, 2);
    run_free(&run);
}

// --- mask files ---

static double mask_value(int x, int y)
{
    return (x * y) % 5 == 2;
}

static void test_mask_files(void **state)
{
    (void)state;
    char image[512], mask[512], arguments[1600];
    snprintf(image, sizeof image, "%s", save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern));
    snprintf(mask, sizeof mask, "%s", save("old.npy", "|u1", WIDTH, HEIGHT, mask_value));
    const struct grid base = base_grid(WIDTH, HEIGHT);
    static const char *const options[] = {"--from", "--add", "--remove"};
    for (int i = 0; i < 3; i++) {
        snprintf(arguments, sizeof arguments, BASE "%s '%s'", options[i], mask);
        struct grid got = run_mask(arguments, image);
        EACH(&got, x, y)
        {
            const bool old = mask_value(x, y) > 0, drawn = base.at[y][x];
            assert_int_equal(got.at[y][x], i == 0 ? old : i == 1 ? old || drawn : drawn && !old);
        }
    }
    snprintf(arguments, sizeof arguments, "--from 'valid:%s'", mask);
    struct grid valid = run_mask(arguments, image);
    EACH(&valid, x, y) assert_int_equal(valid.at[y][x], mask_value(x, y) == 0);
    // Order counts, and a written mask is one that can be read, in every format.
    static const char *const formats[] = {"npy", "edf", "tif", "fits", "h5", "msk", "png", "cbf"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s.%s", temporary_path("written"), formats[i]);
        struct run run =
            program_run("", "mask --from '%s' --invert --point 0,0 -o '%s' '%s'", mask, path, image);
        assert_int_equal(run.exit_code, 0);
        run_free(&run);
        snprintf(arguments, sizeof arguments, "--add '%s' --unmask --point 0,0 --invert", path);
        struct grid got = run_mask(arguments, image);
        EACH(&got, x, y) assert_int_equal(got.at[y][x], (x == 0 && y == 0) || mask_value(x, y) > 0);
    }
}

static void test_dataset(void **state)
{
    (void)state;
    char image[512], path[512], arguments[1600];
    snprintf(image, sizeof image, "%s", save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern));
    snprintf(path, sizeof path, "%s", temporary_path("two.h5"));
    for (int i = 0; i < 2; i++) {
        struct run run =
            program_run("", "mask --point %d,0 --dataset /masks/m%d -o '%s' '%s'", i, i, path, image);
        assert_int_equal(run.exit_code, 0);
        run_free(&run);
    }
    for (int i = 0; i < 2; i++) {
        snprintf(arguments, sizeof arguments, "--from '%s::/masks/m%d'", path, i);
        struct grid got = run_mask(arguments, image);
        EACH(&got, x, y) assert_int_equal(got.at[y][x], x == i && y == 0);
    }
}

static void test_layers_from(void **state)
{
    (void)state;
    char image[512], path[512], arguments[1600];
    snprintf(image, sizeof image, "%s", save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern));
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s.%s", temporary_path("layers"), i ? "h5" : "edf");
        struct run run = program_run(
            "",
            "mask --point 1,1 --layer hot --point 1,1 --layer user3 --point 2,1 --all-layers -o '%s' '%s'",
            path, image);
        assert_int_equal(run.exit_code, 0);
        run_free(&run);
        snprintf(arguments, sizeof arguments, "--layer gap --all --layers-from '%s' --all-layers", path);
        struct grid got = run_mask(arguments, image), wanted = {.width = WIDTH, .height = HEIGHT};
        wanted.at[1][1] = 1 | 16;
        wanted.at[1][2] = 128;
        check_grid("--layers-from", &got, &wanted);
        // The same by commands.
        const char *again = temporary_path("again.npy");
        run = program_run(
            "", "export --command 'mask.all; mask.load %s layers; mask.save %s all layers' -o '%s' '%s'",
            path, again, temporary_path("picture.png"), image);
        if (run.exit_code != 0)
            fail_msg("%s", run.errors);
        run_free(&run);
        got = load_npy(again);
        check_grid("mask.load FILE layers", &got, &wanted);
    }
}

// The example of the manual, on a smaller detector.
static void test_order(void **state)
{
    (void)state;
    const char *image = save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern);
    struct grid wanted = {.width = WIDTH, .height = HEIGHT};
    struct grid got = run_mask("--above 220 --circle 40,20,12 --grow 2 --invert", image);
    EACH(&wanted, x, y) wanted.at[y][x] = pattern(x, y) > 220 || in_circle(x, y, 40, 20, 12);
    ref_grow(&wanted);
    ref_grow(&wanted);
    ref_invert(&wanted);
    check_grid("in this order", &got, &wanted);
    got = run_mask("--grow 2 --invert --unmask --above 220 --circle 40,20,12", image);
    EACH(&wanted, x, y) wanted.at[y][x] = !(pattern(x, y) > 220 || in_circle(x, y, 40, 20, 12));
    check_grid("in another order", &got, &wanted);
}

// --- what is refused ---

static void test_refused(void **state)
{
    (void)state;
    char image[512], small[512];
    snprintf(image, sizeof image, "%s", save("pattern.npy", "<u2", WIDTH, HEIGHT, pattern));
    snprintf(small, sizeof small, "%s", save("small.npy", "|u1", 69, 51, mask_value));
    static const struct {
        const char *arguments;
        int exit_code;
        const char *words[3];
    } refused[] = {
        {"--above", 2, {"--above", "value", ""}},
        {"--above five", 2, {"--above", "five", "number"}},
        {"--above 5,6", 2, {"--above", "6", "too many"}},
        {"--circle 1,2", 2, {"--circle", "radius", "missing"}},
        {"--circle 1,,2", 2, {"--circle", "", ""}},
        {"--circle 1,2,-3", 2, {"--circle", "", ""}},
        {"--circle nan,2,3", 2, {"--circle", "", ""}},
        {"--point 1.5,2", 2, {"--point", "1.5", ""}},
        {"--grow -1", 2, {"--grow", "-1", ""}},
        {"--grow 1,5", 2, {"--grow", "4", "8"}},
        {"--hot 5,4", 2, {"--hot", "window", ""}},
        {"--polygon 1,2,3", 2, {"--polygon", "y", ""}},
        {"--polygon 1,2,3,4", 2, {"--polygon", "", ""}},
        {"--flip sideways", 2, {"--flip", "horizontal", "vertical"}},
        {"--rotate left", 2, {"--rotate", "70 x 50", "square"}},
        {"--invert=1", 2, {"--invert", "takes no value", ""}},
        {"--layer nine", 2, {"--layer", "nine", ""}},
        {"--flood 100,100", 2, {"--flood", "", ""}},
        {"--frame x", 2, {"--frame", "x", ""}},
        {"--frame 3", 2, {"3", "", ""}},
        {"--ignore water", 2, {"--ignore", "water", ""}},
        {"--saturation much", 2, {"--saturation", "much", ""}},
        {"--sharpen 3", 2, {"--sharpen", "", ""}},
        {"--all-layers --inverted", 2, {"layers", "inverted", ""}},
        {"--from /no/such.npy", 1, {"/no/such.npy", "No such file", ""}},
        {"--format gif", 2, {"npy", "cbf", ""}},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const char *output = temporary_path("refused.npy");
        struct run run = program_run("", "mask %s -o '%s' '%s'", refused[i].arguments, output, image);
        if (run.exit_code != refused[i].exit_code || access(output, F_OK) == 0)
            fail_msg("%s: exit code %d: %s", refused[i].arguments, run.exit_code, run.errors);
        run_check_sentence(&run, refused[i].words, 3);
        assert_string_equal(run.output, "");
        run_free(&run);
    }
    struct run run = program_run("", "mask --from '%s' -o '%s' '%s'", small, temporary_path("no.npy"), image);
    assert_int_equal(run.exit_code, 1);
    run_check_sentence(&run, (const char *[]){small, "69 x 51", "70 x 50"}, 3);
    run_free(&run);
    run = program_run("", "mask --above 5 '%s'", image);
    assert_int_equal(run.exit_code, 2);
    run_check_sentence(&run, (const char *[]){"-o FILE"}, 1);
    run_free(&run);
    run = program_run("", "mask --above 5 -o '%s' '%s' '%s'", temporary_path("no.npy"), image, image);
    assert_int_equal(run.exit_code, 2);
    run_free(&run);
}

static void test_help(void **state)
{
    (void)state;
    static const char *const words[] = {"Usage: fovea mask",
                                        "--above VALUE",
                                        "--circle X,Y,RADIUS",
                                        "--grow [PIXELS[,NEIGHBOURS]]",
                                        "--from MASK",
                                        "--saturation",
                                        "--output",
                                        "msk",
                                        "\n\nOperations"};
    struct run run = program_run("", "mask --help");
    assert_int_equal(run.exit_code, 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(run.output, words[i]))
            fail_msg("nothing about %s", words[i]);
    assert_null(strstr(run.output, "\n\n\n"));
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_marked_pixels_are_left_out),
        cmocka_unit_test(test_whole_layer),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_beam_centre),
        cmocka_unit_test(test_dead),
        cmocka_unit_test(test_mask_files),
        cmocka_unit_test(test_dataset),
        cmocka_unit_test(test_layers_from),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
