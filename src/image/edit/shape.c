// SPDX-License-Identifier: MIT
// Which pixels of a row belong to a shape: the definitions as they stand in the header, and a way to apply
// them to whole rows without testing every pixel.
//
// For each row the places where membership can change are computed ("breaks"); pixels near a break are tested
// one by one by the definition itself, all others in runs by one test. So rounding in a break never decides.
#include "image/edit/shape.h"

#include "base/size.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKET_ROWS = 64, MAX_BREAKS = 8 };

static const double TWO_PI = 6.283185307179586476925;
// Coordinates are kept within what a double can tell apart to a fraction of a pixel.
static const double FARTHEST = 1e12;

// Edges of a polygon or segments of a stroke, from points[index] to the next, that reach into BUCKET_ROWS
// rows.
struct bucket {
    uint32_t *index;
    size_t count, capacity;
};

struct shape_filler {
    struct shape shape;
    struct shape_point *points; // owned copy
    struct rect bounds;         // clipped to the image
    struct bucket *buckets;     // polygon and stroke only; of the rows of `bounds`
    size_t bucket_count;
};

static const char *const kind_names[] = {"point", "rectangle", "ellipse", "polygon", "stroke", "sector"};
static const size_t kind_points[] = {1, 2, 1, 3, 1, 1};
_Static_assert(sizeof kind_names / sizeof kind_names[0] == SHAPE_KIND_COUNT, "a name for each kind");

const char *shape_kind_name(enum shape_kind kind)
{
    return kind_names[kind];
}

// --- checks and bounds ---

static bool number_is_good(double value, bool may_be_negative)
{
    return isfinite(value) && fabs(value) <= FARTHEST && (may_be_negative || value >= 0);
}

static bool numbers_are_good(const struct shape *shape)
{
    for (size_t i = 0; i < shape->count; i++)
        if (!number_is_good(shape->points[i].x, true) || !number_is_good(shape->points[i].y, true))
            return false;
    switch (shape->kind) {
    case SHAPE_ELLIPSE:
        return number_is_good(shape->radius_x, false) && number_is_good(shape->radius_y, false) &&
               number_is_good(shape->angle, true);
    case SHAPE_STROKE:
        return number_is_good(shape->width, false);
    case SHAPE_SECTOR:
        return number_is_good(shape->radius_inner, false) && number_is_good(shape->radius_outer, false) &&
               number_is_good(shape->angle, true) && number_is_good(shape->sweep, false);
    default:
        return true;
    }
}

enum status shape_check(const struct shape *shape, struct error *error)
{
    if (shape->count < kind_points[shape->kind])
        return error_set(error, STATUS_USAGE, "a %s needs at least %zu point%s", kind_names[shape->kind],
                         kind_points[shape->kind], kind_points[shape->kind] == 1 ? "" : "s");
    if (shape->count >= UINT32_MAX)
        return error_set(error, STATUS_TOO_LARGE, "a %s of so many points cannot be drawn",
                         kind_names[shape->kind]);
    if (!numbers_are_good(shape))
        return error_set(error, STATUS_USAGE,
                         "a number of the %s is not finite, beyond 1e12, or negative where it must not be",
                         kind_names[shape->kind]);
    return STATUS_OK;
}

struct box {
    double left, top, right, bottom;
};

static struct box box_of_points(const struct shape *shape, size_t count)
{
    struct box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++) {
        box.left = fmin(box.left, shape->points[i].x);
        box.right = fmax(box.right, shape->points[i].x);
        box.top = fmin(box.top, shape->points[i].y);
        box.bottom = fmax(box.bottom, shape->points[i].y);
    }
    return box;
}

static struct box box_grown(struct box box, double x, double y)
{
    return (struct box){box.left - x, box.top - y, box.right + x, box.bottom + y};
}

static struct box shape_box(const struct shape *shape)
{
    const bool all = shape->kind == SHAPE_POLYGON || shape->kind == SHAPE_STROKE;
    struct box box = box_of_points(shape, all ? shape->count : shape->kind == SHAPE_RECTANGLE ? 2 : 1);
    const double c = cos(shape->angle), s = sin(shape->angle);
    switch (shape->kind) {
    case SHAPE_ELLIPSE:
        return box_grown(box, hypot(shape->radius_x * c, shape->radius_y * s),
                         hypot(shape->radius_x * s, shape->radius_y * c));
    case SHAPE_STROKE:
        return box_grown(box, shape->width / 2 + 1, shape->width / 2 + 1);
    case SHAPE_SECTOR:
        return box_grown(box, shape->radius_outer, shape->radius_outer);
    default:
        return box;
    }
}

// A whole number in [0, limit] near a real one.
static int64_t clip_floor(double value, int64_t limit)
{
    return value <= 0 ? 0 : value >= (double)limit ? limit : (int64_t)floor(value);
}

struct rect shape_bounds(const struct shape *shape, int64_t width, int64_t height)
{
    const struct box box = shape_box(shape);
    const int64_t left = clip_floor(box.left - 1, width), top = clip_floor(box.top - 1, height);
    return (struct rect){left, top, clip_floor(box.right + 2, width) - left,
                         clip_floor(box.bottom + 2, height) - top};
}

// --- the definitions ---

static bool ellipse_holds(const struct shape *shape, double x, double y)
{
    const double c = cos(shape->angle), s = sin(shape->angle);
    const double dx = x - shape->points[0].x, dy = y - shape->points[0].y;
    const double u = (dx * c + dy * s) / shape->radius_x, v = (dy * c - dx * s) / shape->radius_y;
    return u * u + v * v <= 1; // false for a radius of 0: infinite or NaN
}

static bool sector_holds(const struct shape *shape, double x, double y)
{
    const double dx = x - shape->points[0].x, dy = y - shape->points[0].y;
    const double square = dx * dx + dy * dy;
    if (square < shape->radius_inner * shape->radius_inner ||
        square > shape->radius_outer * shape->radius_outer)
        return false;
    if (shape->sweep >= TWO_PI)
        return true;
    double turned = fmod(atan2(dy, dx) - shape->angle, TWO_PI);
    if (turned < 0)
        turned += TWO_PI;
    return turned < shape->sweep;
}

static bool segment_holds(struct shape_point a, struct shape_point b, double width, double x, double y)
{
    const double ex = b.x - a.x, ey = b.y - a.y;
    const double length = ex * ex + ey * ey;
    double along = length > 0 ? ((x - a.x) * ex + (y - a.y) * ey) / length : 0;
    along = fmin(fmax(along, 0), 1);
    const double dx = x - (a.x + along * ex), dy = y - (a.y + along * ey);
    return dx * dx + dy * dy <= width * width / 4;
}

// A predicate on the centres of a row: one of the definitions with its numbers.
struct test {
    const struct shape *shape;
    struct shape_point a, b; // of a segment
    double y;
};

static bool test_holds(const struct test *test, int64_t column)
{
    const double x = (double)column + 0.5;
    if (test->shape->kind == SHAPE_ELLIPSE)
        return ellipse_holds(test->shape, x, test->y);
    if (test->shape->kind == SHAPE_SECTOR)
        return sector_holds(test->shape, x, test->y);
    return segment_holds(test->a, test->b, test->shape->width, x, test->y);
}

// --- runs ---

struct span_list {
    struct span *spans;
    size_t count, max;
};

static void add_span(struct span_list *list, int64_t begin, int64_t end)
{
    if (begin >= end)
        return;
    struct span *last = list->count && list->count <= list->max ? &list->spans[list->count - 1] : NULL;
    if (last && last->end >= begin) {
        last->end = int64_max(last->end, end);
        return;
    }
    if (list->count < list->max)
        list->spans[list->count] = (struct span){begin, end};
    list->count++;
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The columns of [left, right) that pass the test, which changes only near the breaks.
static void add_tested(struct span_list *list, const struct test *test, double *breaks, size_t count,
                       int64_t left, int64_t right)
{
    qsort(breaks, count, sizeof *breaks, compare_numbers);
    int64_t at = left;
    for (size_t i = 0; i <= count && at < right; i++) {
        const int64_t near = i < count ? clip_floor(breaks[i] - 0.5, right) : right;
        const int64_t run_end = int64_max(at, int64_min(near - 1, right));
        const int64_t zone_end = int64_min(near + 3, right);
        if (i == count ? at < right && test_holds(test, at) : run_end > at && test_holds(test, at))
            add_span(list, at, i == count ? right : run_end);
        at = i == count ? right : run_end;
        for (; at < zone_end; at++)
            if (test_holds(test, at))
                add_span(list, at, at + 1);
    }
}

static size_t circle_breaks(double cx, double dy, double radius, double *breaks)
{
    const double square = radius * radius - dy * dy;
    if (square < 0)
        return 0;
    breaks[0] = cx - sqrt(square);
    breaks[1] = cx + sqrt(square);
    return 2;
}

static size_t ellipse_breaks(const struct shape *shape, double y, double *breaks)
{
    const double c = cos(shape->angle), s = sin(shape->angle), dy = y - shape->points[0].y;
    const double p = 1 / (shape->radius_x * shape->radius_x), q = 1 / (shape->radius_y * shape->radius_y);
    const double a = c * c * p + s * s * q, b = c * s * (p - q) * dy,
                 k = (s * s * p + c * c * q) * dy * dy - 1;
    const double root = b * b - a * k;
    if (!(a > 0) || !isfinite(a))
        return 0;
    const double half = root > 0 ? sqrt(root) / a : 0;
    breaks[0] = shape->points[0].x - b / a - half;
    breaks[1] = shape->points[0].x - b / a + half;
    return 2;
}

// Where the row crosses the ray from the centre at `angle`.
static size_t ray_break(const struct shape *shape, double y, double angle, double *breaks)
{
    const double dy = y - shape->points[0].y, across = dy * cos(angle) / sin(angle);
    if (!isfinite(across))
        return 0;
    *breaks = shape->points[0].x + across;
    return 1;
}

static size_t sector_breaks(const struct shape *shape, double y, double *breaks)
{
    const double cx = shape->points[0].x, dy = y - shape->points[0].y;
    size_t count = circle_breaks(cx, dy, shape->radius_outer, breaks);
    count += circle_breaks(cx, dy, shape->radius_inner, breaks + count);
    breaks[count++] = cx;
    count += ray_break(shape, y, shape->angle, breaks + count);
    return count + ray_break(shape, y, shape->angle + shape->sweep, breaks + count);
}

// The row's part of the capsule around a segment is one interval: from its discs at both ends and its band.
static size_t segment_breaks(struct shape_point a, struct shape_point b, double radius, double y,
                             double *breaks)
{
    size_t count = circle_breaks(a.x, y - a.y, radius, breaks);
    count += circle_breaks(b.x, y - b.y, radius, breaks + count);
    const double ex = b.x - a.x, ey = b.y - a.y, length = hypot(ex, ey);
    if (length > 0 && ey != 0) {
        const double middle = a.x + (y - a.y) * ex / ey, half = radius * length / fabs(ey);
        breaks[count++] = middle - half;
        breaks[count++] = middle + half;
    }
    return count;
}

// --- rows ---

// Columns of [left, right) of the real interval from <= x < to.
static void add_interval(struct span_list *list, double from, double to, int64_t left, int64_t right)
{
    add_span(list, int64_max(left, clip_floor(ceil(from - 0.5), right)),
             int64_min(right, clip_floor(ceil(to - 0.5), right)));
}

static void rectangle_row(const struct shape_filler *filler, double y, struct span_list *list)
{
    const struct box box = box_of_points(&filler->shape, 2);
    if (y >= box.top && y < box.bottom)
        add_interval(list, box.left, box.right, filler->bounds.x, filler->bounds.x + filler->bounds.width);
}

static void point_row(const struct shape_filler *filler, int64_t y, struct span_list *list)
{
    const struct shape_point point = filler->points[0];
    const double column = floor(point.x);
    if (floor(point.y) == (double)y && column >= (double)filler->bounds.x &&
        column < (double)(filler->bounds.x + filler->bounds.width))
        add_span(list, (int64_t)column, (int64_t)column + 1);
}

static const struct bucket *bucket_of(const struct shape_filler *filler, int64_t y)
{
    return &filler->buckets[(y - filler->bounds.y) / BUCKET_ROWS];
}

static void polygon_row(const struct shape_filler *filler, double y, const struct bucket *bucket,
                        struct span_list *list)
{
    double *crossings = must_alloc((bucket->count + 1) * sizeof *crossings);
    size_t count = 0;
    for (size_t i = 0; i < bucket->count; i++) {
        const struct shape_point a = filler->points[bucket->index[i]];
        const struct shape_point b = filler->points[(bucket->index[i] + 1) % filler->shape.count];
        if (fmin(a.y, b.y) <= y && y < fmax(a.y, b.y))
            crossings[count++] = a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y);
    }
    qsort(crossings, count, sizeof *crossings, compare_numbers);
    for (size_t i = 0; i + 1 < count; i += 2)
        add_interval(list, crossings[i], crossings[i + 1], filler->bounds.x,
                     filler->bounds.x + filler->bounds.width);
    free(crossings);
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static void segment_row(const struct shape_filler *filler, size_t index, double y, struct span_list *list)
{
    const size_t next = index + 1 < filler->shape.count ? index + 1 : index;
    const struct test test = {&filler->shape, filler->points[index], filler->points[next], y};
    const double radius = filler->shape.width / 2;
    double breaks[MAX_BREAKS];
    const size_t count = segment_breaks(test.a, test.b, radius, y, breaks);
    const double from = fmin(test.a.x, test.b.x) - radius, to = fmax(test.a.x, test.b.x) + radius;
    const int64_t right = filler->bounds.x + filler->bounds.width;
    const int64_t first = int64_max(filler->bounds.x, clip_floor(from - 1, right));
    const int64_t last = int64_min(right, clip_floor(to + 2, right));
    add_tested(list, &test, breaks, count, first, last);
}

// The pixel that holds a point, where it is in this row. The list is not in order yet: nothing may be merged.
static void push_vertex(const struct shape_filler *filler, struct shape_point point, double y,
                        struct span_list *list)
{
    const double column = floor(point.x);
    if (floor(point.y) == floor(y) && column >= (double)filler->bounds.x &&
        column < (double)(filler->bounds.x + filler->bounds.width))
        list->spans[list->count++] = (struct span){(int64_t)column, (int64_t)column + 1};
}

static void stroke_row(const struct shape_filler *filler, double y, const struct bucket *bucket,
                       struct span_list *list)
{
    // A segment gives at most one interval, which the tests near its breaks may find in pieces.
    const size_t max = bucket->count * (MAX_BREAKS * 4 + 2) + 1;
    struct span_list found = {.spans = must_alloc(max * sizeof(struct span)), .max = max};
    for (size_t i = 0; i < bucket->count; i++) {
        struct span_list one = {.spans = found.spans + found.count, .max = max - found.count};
        const size_t index = bucket->index[i];
        segment_row(filler, index, y, &one);
        found.count += one.count;
        push_vertex(filler, filler->points[index], y, &found);
        if (index + 1 < filler->shape.count)
            push_vertex(filler, filler->points[index + 1], y, &found);
    }
    qsort(found.spans, found.count, sizeof *found.spans, compare_spans);
    for (size_t i = 0; i < found.count; i++)
        add_span(list, found.spans[i].begin, found.spans[i].end);
    free(found.spans);
}

size_t shape_filler_row(const struct shape_filler *filler, int64_t y, struct span *spans, size_t max)
{
    struct span_list list = {.spans = spans, .max = max};
    const struct rect *bounds = &filler->bounds;
    if (y < bounds->y || y >= bounds->y + bounds->height || bounds->width <= 0)
        return 0;
    const struct test test = {.shape = &filler->shape, .y = (double)y + 0.5};
    double breaks[MAX_BREAKS];
    switch (filler->shape.kind) {
    case SHAPE_POINT:
        point_row(filler, y, &list);
        break;
    case SHAPE_RECTANGLE:
        rectangle_row(filler, test.y, &list);
        break;
    case SHAPE_POLYGON:
        polygon_row(filler, test.y, bucket_of(filler, y), &list);
        break;
    case SHAPE_STROKE:
        stroke_row(filler, test.y, bucket_of(filler, y), &list);
        break;
    default:
        add_tested(&list, &test, breaks,
                   filler->shape.kind == SHAPE_ELLIPSE ? ellipse_breaks(&filler->shape, test.y, breaks)
                                                       : sector_breaks(&filler->shape, test.y, breaks),
                   bounds->x, bounds->x + bounds->width);
        break;
    }
    return list.count;
}

// --- life ---

static void bucket_add(struct bucket *bucket, size_t index)
{
    if (bucket->count == bucket->capacity) {
        bucket->capacity = bucket->capacity ? 2 * bucket->capacity : 16;
        bucket->index = must_resize(bucket->index, bucket->capacity * sizeof *bucket->index);
    }
    bucket->index[bucket->count++] = (uint32_t)index;
}

// Puts every edge or segment into the buckets of the rows that it can reach.
static void fill_buckets(struct shape_filler *filler)
{
    const struct shape *shape = &filler->shape;
    const struct rect *bounds = &filler->bounds;
    const double reach = shape->kind == SHAPE_STROKE ? shape->width / 2 + 1 : 1;
    const size_t edges =
        shape->kind == SHAPE_STROKE ? (shape->count > 1 ? shape->count - 1 : 1) : shape->count;
    filler->bucket_count = (size_t)int64_ceil_div(bounds->height, BUCKET_ROWS);
    filler->buckets = must_alloc((filler->bucket_count + 1) * sizeof *filler->buckets);
    for (size_t i = 0; i < edges; i++) {
        const struct shape_point a = shape->points[i], b = shape->points[(i + 1) % shape->count];
        const double top = fmin(a.y, b.y) - reach - (double)bounds->y;
        const double bottom = fmax(a.y, b.y) + reach - (double)bounds->y;
        if (bottom < 0 || top >= (double)bounds->height)
            continue;
        const int64_t last = clip_floor(bottom, bounds->height - 1) / BUCKET_ROWS;
        for (int64_t at = clip_floor(top, bounds->height - 1) / BUCKET_ROWS; at <= last; at++)
            bucket_add(&filler->buckets[at], i);
    }
}

enum status shape_filler_create(const struct shape *shape, int64_t width, int64_t height,
                                struct shape_filler **filler, struct error *error)
{
    const enum status status = shape_check(shape, error);
    if (status != STATUS_OK)
        return status;
    struct shape_filler *made = must_alloc(sizeof *made);
    made->shape = *shape;
    made->points = calloc(shape->count, sizeof *made->points);
    if (!made->points) {
        free(made);
        return error_set(error, STATUS_NO_MEMORY, "no memory for a shape of %zu points", shape->count);
    }
    memcpy(made->points, shape->points, shape->count * sizeof *made->points);
    made->shape.points = made->points;
    made->bounds = shape_bounds(shape, width, height);
    if ((shape->kind == SHAPE_POLYGON || shape->kind == SHAPE_STROKE) && made->bounds.height > 0)
        fill_buckets(made);
    *filler = made;
    return STATUS_OK;
}

void shape_filler_destroy(struct shape_filler **filler)
{
    if (!*filler)
        return;
    for (size_t i = 0; i < (*filler)->bucket_count; i++)
        free((*filler)->buckets[i].index);
    free((*filler)->buckets);
    free((*filler)->points);
    free(*filler);
    *filler = NULL;
}
