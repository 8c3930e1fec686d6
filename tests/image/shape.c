// SPDX-License-Identifier: MIT
// Every pixel of every kind of shape against its definition, applied to each pixel centre on its own.
#include "image/edit/shape.h"

#include "base/text.h"
#include "image/random.h"
#include "support/testdata.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 83, HEIGHT = 61, MAX_POINTS = 24, ROUNDS = 400 };

// --- the definitions once more, pixel by pixel ---

static bool inside_polygon(const struct shape *shape, double x, double y)
{
    bool inside = false;
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_point a = shape->points[i], b = shape->points[(i + 1) % shape->count];
        if ((a.y <= y) == (b.y <= y)) // both at or above the ray, or both below
            continue;
        if (x < a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y))
            inside = !inside;
    }
    return inside;
}

static double distance_to_segment(struct shape_point a, struct shape_point b, double x, double y)
{
    const double length = hypot(b.x - a.x, b.y - a.y);
    if (length == 0)
        return hypot(x - a.x, y - a.y);
    const double ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
    const double along = (x - a.x) * ux + (y - a.y) * uy;
    if (along < 0)
        return hypot(x - a.x, y - a.y);
    if (along > length)
        return hypot(x - b.x, y - b.y);
    return fabs((x - a.x) * uy - (y - a.y) * ux);
}

// How far a pixel centre is from being decided the other way: tiny values are ties of rounding. *inside is
// the answer.
static double judge_stroke(const struct shape *shape, double x, double y, bool *inside)
{
    double nearest = INFINITY;
    bool vertex = false;
    for (size_t i = 0; i < shape->count; i++) {
        const size_t next = i + 1 < shape->count ? i + 1 : i;
        nearest = fmin(nearest, distance_to_segment(shape->points[i], shape->points[next], x, y));
        vertex |= floor(shape->points[i].x) == floor(x) && floor(shape->points[i].y) == floor(y);
    }
    *inside = vertex || nearest <= shape->width / 2;
    return vertex ? 1 : fabs(nearest - shape->width / 2);
}

static double judge_ellipse(const struct shape *shape, double x, double y, bool *inside)
{
    const double dx = x - shape->points[0].x, dy = y - shape->points[0].y;
    const double u = dx * cos(-shape->angle) - dy * sin(-shape->angle);
    const double v = dx * sin(-shape->angle) + dy * cos(-shape->angle);
    const double sum = pow(u / shape->radius_x, 2) + pow(v / shape->radius_y, 2);
    *inside = sum <= 1;
    return fabs(sum - 1);
}

static double judge_sector(const struct shape *shape, double x, double y, bool *inside)
{
    const double dx = x - shape->points[0].x, dy = y - shape->points[0].y, r = hypot(dx, dy);
    double turned = atan2(dy, dx) - shape->angle;
    while (turned < 0)
        turned += 2 * M_PI;
    while (turned >= 2 * M_PI)
        turned -= 2 * M_PI;
    const bool full = shape->sweep >= 2 * M_PI;
    *inside = r >= shape->radius_inner && r <= shape->radius_outer && (full || turned < shape->sweep);
    const double radial = fmin(fabs(r - shape->radius_inner), fabs(r - shape->radius_outer));
    const double angular = full ? 1 : fmin(fmin(turned, 2 * M_PI - turned), fabs(turned - shape->sweep));
    return fmin(radial, angular);
}

static double judge(const struct shape *shape, double x, double y, bool *inside)
{
    const struct shape_point *p = shape->points;
    switch (shape->kind) {
    case SHAPE_POINT:
        *inside = floor(p[0].x) == floor(x) && floor(p[0].y) == floor(y);
        return 1;
    case SHAPE_RECTANGLE:
        *inside = x >= fmin(p[0].x, p[1].x) && x < fmax(p[0].x, p[1].x) && y >= fmin(p[0].y, p[1].y) &&
                  y < fmax(p[0].y, p[1].y);
        return 1;
    case SHAPE_POLYGON:
        *inside = inside_polygon(shape, x, y);
        return 1;
    case SHAPE_ELLIPSE:
        return judge_ellipse(shape, x, y, inside);
    case SHAPE_STROKE:
        return judge_stroke(shape, x, y, inside);
    default:
        return judge_sector(shape, x, y, inside);
    }
}

// --- comparison ---

static void check_row(const struct shape *shape, const struct span *spans, size_t count, int64_t y)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(spans[i].begin >= 0 && spans[i].begin < spans[i].end && spans[i].end <= WIDTH);
        assert_true(i == 0 || spans[i - 1].end < spans[i].begin);
    }
    for (int64_t x = 0; x < WIDTH; x++) {
        bool expected, found = false;
        const double margin = judge(shape, (double)x + 0.5, (double)y + 0.5, &expected);
        for (size_t i = 0; i < count; i++)
            found |= x >= spans[i].begin && x < spans[i].end;
        if (found != expected && margin > 1e-9)
            fail_msg("%s: pixel %lld, %lld is %s", shape_kind_name(shape->kind), (long long)x, (long long)y,
                     found ? "in and should not be" : "missing");
    }
}

static void check_shape(const struct shape *shape)
{
    struct shape_filler *filler = NULL;
    struct error error = {0};
    assert_int_equal(shape_filler_create(shape, WIDTH, HEIGHT, &filler, &error), STATUS_OK);
    struct span spans[2 * MAX_POINTS + 2];
    for (int64_t y = 0; y < HEIGHT; y++) {
        const size_t count = shape_filler_row(filler, y, spans, 2 * MAX_POINTS + 2);
        assert_true(count <= 2 * shape->count + 2);
        check_row(shape, spans, count, y);
    }
    shape_filler_destroy(&filler);
    assert_null(filler);
}

// Numbers from well outside of the image on one side to well outside on the other; some on a half or whole
// pixel.
static double random_place(uint64_t *state, double size)
{
    const double value = (random_unit(state) * 1.8 - 0.4) * size;
    const uint64_t kind = random_below(state, 4);
    return kind == 0 ? floor(value) : kind == 1 ? floor(value) + 0.5 : value;
}

static void random_shapes_of(enum shape_kind kind, size_t least, size_t most)
{
    uint64_t state = 77 + kind;
    for (int round = 0; round < ROUNDS; round++) {
        struct shape_point points[MAX_POINTS];
        struct shape shape = {.kind = kind, .points = points};
        shape.count = least + random_below(&state, most - least + 1);
        for (size_t i = 0; i < shape.count; i++)
            points[i] = (struct shape_point){random_place(&state, WIDTH), random_place(&state, HEIGHT)};
        shape.radius_x = random_unit(&state) * 50;
        shape.radius_y = random_unit(&state) * 40;
        shape.angle = (random_unit(&state) - 0.5) * 20;
        shape.width = random_below(&state, 3) ? random_unit(&state) * 12 : 1;
        shape.radius_inner = random_unit(&state) * 30;
        shape.radius_outer = random_unit(&state) * 60;
        shape.sweep = random_unit(&state) * 8;
        check_shape(&shape);
    }
}

static void every_kind_is_as_defined(void **state)
{
    (void)state;
    random_shapes_of(SHAPE_POINT, 1, 1);
    random_shapes_of(SHAPE_RECTANGLE, 2, 2);
    random_shapes_of(SHAPE_ELLIPSE, 1, 1);
    random_shapes_of(SHAPE_POLYGON, 3, MAX_POINTS);
    random_shapes_of(SHAPE_STROKE, 1, MAX_POINTS);
    random_shapes_of(SHAPE_SECTOR, 1, 1);
}

static int64_t count_pixels(const struct shape *shape, int64_t width, int64_t height)
{
    struct shape_filler *filler = NULL;
    struct error error = {0};
    assert_int_equal(shape_filler_create(shape, width, height, &filler, &error), STATUS_OK);
    int64_t pixels = 0;
    for (int64_t y = 0; y < height; y++) {
        struct span spans[64];
        const size_t count = shape_filler_row(filler, y, spans, 64);
        for (size_t i = 0; i < count; i++)
            pixels += spans[i].end - spans[i].begin;
    }
    shape_filler_destroy(&filler);
    return pixels;
}

// Counts that can be said beforehand.
static void known_counts(void **state)
{
    (void)state;
    const struct shape_point square[] = {{10, 10}, {14, 10}, {14, 13}, {10, 13}};
    assert_int_equal(
        count_pixels(&(struct shape){.kind = SHAPE_POLYGON, .points = square, .count = 4}, 50, 50), 12);
    assert_int_equal(count_pixels(&(struct shape){.kind = SHAPE_RECTANGLE,
                                                  .points = (struct shape_point[]){{14, 13}, {10, 10}},
                                                  .count = 2},
                                  50, 50),
                     12);
    // Radius 1 about a pixel's centre: it and its four neighbours.
    assert_int_equal(count_pixels(&(struct shape){.kind = SHAPE_ELLIPSE,
                                                  .points = (struct shape_point[]){{5.5, 5.5}},
                                                  .count = 1,
                                                  .radius_x = 1,
                                                  .radius_y = 1},
                                  50, 50),
                     5);
    // A diagonal line of width 1 from centre to centre: at least one pixel in each column, connected by
    // corners.
    assert_int_equal(count_pixels(&(struct shape){.kind = SHAPE_STROKE,
                                                  .points = (struct shape_point[]){{5.5, 5.5}, {14.5, 14.5}},
                                                  .count = 2,
                                                  .width = 1},
                                  50, 50),
                     10);
    // Two triangles that share an edge cover their square once.
    const struct shape_point lower[] = {{3, 3}, {30, 30}, {3, 30}}, upper[] = {{3, 3}, {30, 3}, {30, 30}};
    assert_int_equal(
        count_pixels(&(struct shape){.kind = SHAPE_POLYGON, .points = lower, .count = 3}, 50, 50) +
            count_pixels(&(struct shape){.kind = SHAPE_POLYGON, .points = upper, .count = 3}, 50, 50),
        27 * 27);
}

static void a_shape_outside_holds_nothing(void **state)
{
    (void)state;
    const struct shape_point far[] = {{-1e11, 5}, {-1e11 + 10, 9}, {-1e11, 20}};
    for (int kind = 0; kind < SHAPE_KIND_COUNT; kind++) {
        const struct shape shape = {.kind = (enum shape_kind)kind,
                                    .points = far,
                                    .count = 3,
                                    .radius_x = 10,
                                    .radius_y = 10,
                                    .radius_outer = 10,
                                    .sweep = 7,
                                    .width = 5};
        assert_int_equal(count_pixels(&shape, WIDTH, HEIGHT), 0);
    }
}

static void bad_numbers_are_refused(void **state)
{
    (void)state;
    const struct shape_point points[] = {{0, 0}, {NAN, 3}, {5, 5}};
    const struct shape_point good[] = {{0, 0}, {2, 3}, {5, 5}};
    const struct shape bad[] = {
        {.kind = SHAPE_POLYGON, .points = points, .count = 3},
        {.kind = SHAPE_POLYGON, .points = good, .count = 2},
        {.kind = SHAPE_RECTANGLE, .points = good, .count = 1},
        {.kind = SHAPE_ELLIPSE, .points = good, .count = 1, .radius_x = -1, .radius_y = 1},
        {.kind = SHAPE_STROKE, .points = good, .count = 2, .width = INFINITY},
        {.kind = SHAPE_SECTOR, .points = good, .count = 1, .radius_outer = 5, .sweep = -1},
        {.kind = SHAPE_POINT, .points = good, .count = 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        struct shape_filler *filler = NULL;
        assert_int_equal(shape_filler_create(&bad[i], WIDTH, HEIGHT, &filler, &error), STATUS_USAGE);
        assert_true(error.text[0] != '\0');
        assert_null(filler);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_as_defined),
        cmocka_unit_test(known_counts),
        cmocka_unit_test(a_shape_outside_holds_nothing),
        cmocka_unit_test(bad_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
