// SPDX-License-Identifier: MIT
// The table of mask operations: shapes, whole-mask operations and combinations of layers. Those that look at
// pixels are in mask_select.c.
#include "sources/masks/mask_operation.h"

#include "base/size.h"
#include "base/text.h"
#include "sources/masks/mask_operation_internal.h"
#include "sources/masks/mask_operation_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double DEGREE = 0.017453292519943295769;

// The argument, or what stands for one that was left out.
static double number_or(const double *numbers, size_t count, size_t index, double other)
{
    return index < count ? numbers[index] : other;
}

static enum bitmap_neighbours neighbours_of(const double *numbers, size_t count, size_t index)
{
    return index < count && numbers[index] > 0 ? NEIGHBOURS_8 : NEIGHBOURS_4;
}

// --- shapes ---

static enum status draw(const struct mask_context *context, const struct shape *shape, struct error *error)
{
    return mask_edit_shape(context->history, shape, !context->unmask, context->changed, error);
}

MASK_RUN(mask_run_point)
{
    (void)count;
    const struct shape_point point = {numbers[0] + 0.5, numbers[1] + 0.5};
    return draw(context, &(struct shape){.kind = SHAPE_POINT, .points = &point, .count = 1}, error);
}

MASK_RUN(mask_run_rectangle)
{
    (void)count;
    const struct shape_point corners[] = {{numbers[0], numbers[1]},
                                          {numbers[0] + numbers[2], numbers[1] + numbers[3]}};
    return draw(context, &(struct shape){.kind = SHAPE_RECTANGLE, .points = corners, .count = 2}, error);
}

MASK_RUN(mask_run_circle)
{
    (void)count;
    const struct shape_point centre = {numbers[0], numbers[1]};
    const struct shape shape = {
        .kind = SHAPE_ELLIPSE, .points = &centre, .count = 1, .radius_x = numbers[2], .radius_y = numbers[2]};
    return draw(context, &shape, error);
}

MASK_RUN(mask_run_ellipse)
{
    const struct shape_point centre = {numbers[0], numbers[1]};
    const struct shape shape = {.kind = SHAPE_ELLIPSE,
                                .points = &centre,
                                .count = 1,
                                .radius_x = numbers[2],
                                .radius_y = numbers[3],
                                .angle = number_or(numbers, count, 4, 0) * DEGREE};
    return draw(context, &shape, error);
}

// Points from numbers[first] on, in pairs.
static enum status draw_points(const struct mask_context *context, enum shape_kind kind, double width,
                               const double *numbers, size_t count, struct error *error)
{
    if (count % 2)
        return error_set(error, STATUS_USAGE, "points are pairs of numbers x y, and the last has no y");
    struct shape_point *points = must_alloc((count / 2 + 1) * sizeof *points);
    for (size_t i = 0; i < count / 2; i++)
        points[i] = (struct shape_point){numbers[2 * i], numbers[2 * i + 1]};
    const enum status status = draw(
        context, &(struct shape){.kind = kind, .points = points, .count = count / 2, .width = width}, error);
    free(points);
    return status;
}

MASK_RUN(mask_run_polygon)
{
    return draw_points(context, SHAPE_POLYGON, 0, numbers, count, error);
}

MASK_RUN(mask_run_line)
{
    return draw_points(context, SHAPE_STROKE, number_or(numbers, count, 4, 1), numbers, 4, error);
}

MASK_RUN(mask_run_pencil)
{
    return draw_points(context, SHAPE_STROKE, numbers[0], numbers + 1, count - 1, error);
}

static struct shape sector_shape(const struct shape_point *centre, const double radii[2], double start,
                                 double sweep)
{
    return (struct shape){.kind = SHAPE_SECTOR,
                          .points = centre,
                          .count = 1,
                          .radius_inner = radii[0],
                          .radius_outer = radii[1],
                          .angle = start * DEGREE,
                          .sweep = sweep * DEGREE};
}

MASK_RUN(mask_run_sector)
{
    const struct shape_point centre = {numbers[0], numbers[1]};
    const struct shape shape = sector_shape(&centre, numbers + 2, number_or(numbers, count, 4, 0),
                                            number_or(numbers, count, 5, 360));
    return draw(context, &shape, error);
}

static void fill_shape(struct bitmap *bitmap, const struct shape_filler *filler, const struct shape *shape)
{
    const size_t max = 2 * shape->count + 2;
    struct span *spans = must_alloc(max * sizeof *spans);
    for (int64_t y = 0; y < bitmap->height; y++) {
        const size_t count = shape_filler_row(filler, y, spans, max);
        for (size_t i = 0; i < count && i < max; i++)
            bitmap_set_span(bitmap, y, spans[i].begin, spans[i].end);
    }
    free(spans);
}

// The result is a shape, for one that depends on what the file says.
static enum status select_shape(const struct mask_context *context, const struct shape *shape,
                                struct error *error)
{
    const int64_t width = context->mask->width, height = context->mask->height;
    struct bitmap *selected = NULL;
    struct shape_filler *filler = NULL;
    enum status status = shape_filler_create(shape, width, height, &filler, error);
    if (status == STATUS_OK)
        status = bitmap_create(width, height, &selected, error);
    if (status == STATUS_OK) {
        fill_shape(selected, filler, shape);
        status = mask_operation_select(context, selected, error);
    }
    bitmap_destroy(&selected);
    shape_filler_destroy(&filler);
    return status;
}

MASK_RUN(mask_run_ring)
{
    const struct detector_info *detector = context->detector;
    if (!detector || isnan(detector->beam_x) || isnan(detector->beam_y))
        return error_set(error, STATUS_USAGE,
                         "the beam centre is not known from the file; give a centre with sector");
    const struct shape_point centre = {detector->beam_x, detector->beam_y};
    const struct shape shape =
        sector_shape(&centre, numbers, number_or(numbers, count, 2, 0), number_or(numbers, count, 3, 360));
    return select_shape(context, &shape, error);
}

// --- the whole layer ---

// The result is what `change` makes of the layer as a bitmap.
static enum status change_layer(const struct mask_context *context,
                                enum status (*change)(struct bitmap *bitmap, const double *numbers,
                                                      size_t count, struct error *error),
                                const double *numbers, size_t count, struct error *error)
{
    struct bitmap *bitmap = NULL;
    enum status status = mask_to_bitmap(context->mask, context->bits, &bitmap, error);
    if (status == STATUS_OK)
        status = change(bitmap, numbers, count, error);
    if (status == STATUS_OK)
        status = mask_operation_combine(context, bitmap, BITMAP_REPLACE, error);
    bitmap_destroy(&bitmap);
    return status;
}

#define CHANGE(name)                                                                                         \
    static enum status change_##name(struct bitmap *bitmap, const double *numbers, size_t count,             \
                                     struct error *error);                                                   \
    MASK_RUN(mask_run_##name)                                                                                \
    {                                                                                                        \
        return change_layer(context, change_##name, numbers, count, error);                                  \
    }                                                                                                        \
    static enum status change_##name(struct bitmap *bitmap, const double *numbers, size_t count,             \
                                     struct error *error)

CHANGE(invert)
{
    (void)numbers, (void)count, (void)error;
    bitmap_invert(bitmap);
    return STATUS_OK;
}

CHANGE(fill_holes)
{
    (void)numbers, (void)count;
    return bitmap_fill_holes(bitmap, error);
}

CHANGE(remove_specks)
{
    return bitmap_remove_specks(bitmap, neighbours_of(numbers, count, 1), (int64_t)numbers[0], error);
}

CHANGE(flip)
{
    (void)count, (void)error;
    if (numbers[0] > 0)
        bitmap_flip_vertical(bitmap);
    else
        bitmap_flip_horizontal(bitmap);
    return STATUS_OK;
}

CHANGE(rotate)
{
    (void)count;
    static const int quarters[] = {3, 1, 2}; // left, right, half
    const int turn = quarters[(int)numbers[0]];
    if (turn != 2 && bitmap->width != bitmap->height)
        return error_set(
            error, STATUS_USAGE,
            "a mask of %lld x %lld pixels can only be turned by a half; a quarter needs a square one",
            (long long)bitmap->width, (long long)bitmap->height);
    struct bitmap *turned = NULL;
    const enum status status = bitmap_turn(bitmap, turn, &turned, error);
    if (status == STATUS_OK)
        bitmap_combine(bitmap, turned, BITMAP_REPLACE);
    bitmap_destroy(&turned);
    return status;
}

// --- growing and shrinking ---

typedef enum status bitmap_steps(struct bitmap *bitmap, enum bitmap_neighbours neighbours, int64_t steps,
                                 struct error *error);

// A few steps at a time, as often as it takes: that is the same, and it can be told how far it has come.
static enum status make_steps(const struct mask_context *context, struct bitmap *bitmap, bitmap_steps *make,
                              const double *numbers, size_t count, struct error *error)
{
    enum { AT_ONCE = 8 };
    const int64_t wanted = (int64_t)number_or(numbers, count, 0, 1);
    const int64_t steps = int64_min(wanted, bitmap->width + bitmap->height); // then nothing changes any more
    enum status status = STATUS_OK;
    for (int64_t done = 0; done < steps && !status; done += AT_ONCE) {
        if (cancel_requested(context->cancel))
            return error_set(error, STATUS_CANCELLED, "stopped");
        progress_set(context->progress, (double)done / (double)steps);
        status = make(bitmap, neighbours_of(numbers, count, 1), int64_min(AT_ONCE, steps - done), error);
    }
    progress_set(context->progress, 1);
    return status;
}

static enum status run_steps(const struct mask_context *context, bitmap_steps *make, const double *numbers,
                             size_t count, struct error *error)
{
    struct bitmap *bitmap = NULL;
    enum status status = mask_to_bitmap(context->mask, context->bits, &bitmap, error);
    if (status == STATUS_OK)
        status = make_steps(context, bitmap, make, numbers, count, error);
    if (status == STATUS_OK)
        status = mask_operation_combine(context, bitmap, BITMAP_REPLACE, error);
    bitmap_destroy(&bitmap);
    return status;
}

MASK_RUN(mask_run_grow)
{
    return run_steps(context, bitmap_grow, numbers, count, error);
}

MASK_RUN(mask_run_shrink)
{
    return run_steps(context, bitmap_shrink, numbers, count, error);
}

// --- all of the layer ---

MASK_RUN(mask_run_clear)
{
    (void)numbers, (void)count, (void)error;
    mask_edit_clear(context->history, context->changed);
    return STATUS_OK;
}

MASK_RUN(mask_run_all)
{
    (void)numbers, (void)count, (void)error;
    mask_edit_fill(context->history, context->changed);
    return STATUS_OK;
}

MASK_RUN(mask_run_border)
{
    (void)count;
    struct bitmap *border = NULL;
    enum status status = bitmap_create(context->mask->width, context->mask->height, &border, error);
    if (status == STATUS_OK) {
        bitmap_border(border, (int64_t)numbers[0]);
        status = mask_operation_select(context, border, error);
    }
    bitmap_destroy(&border);
    return status;
}

// Mirrors at the beam centre, or at the middle of the image where it is not known.
MASK_RUN(mask_run_mirror)
{
    const struct detector_info *detector = context->detector;
    const bool known = detector && !isnan(detector->beam_x) && !isnan(detector->beam_y);
    const double x =
        number_or(numbers, count, 1, known ? detector->beam_x : (double)context->mask->width / 2);
    const double y =
        number_or(numbers, count, 2, known ? detector->beam_y : (double)context->mask->height / 2);
    const int axis = (int)numbers[0]; // horizontal, vertical, both
    struct bitmap *bitmap = NULL;
    enum status status = mask_to_bitmap(context->mask, context->bits, &bitmap, error);
    if (status == STATUS_OK)
        status = bitmap_mirror_copy(bitmap, axis == 1 ? NAN : x, axis == 0 ? NAN : y, error);
    if (status == STATUS_OK)
        status = mask_operation_combine(context, bitmap, BITMAP_REPLACE, error);
    bitmap_destroy(&bitmap);
    return status;
}

// --- layers ---

static enum status combine_layer(const struct mask_context *context, enum bitmap_combination how,
                                 double layer, struct error *error)
{
    struct bitmap *other = NULL;
    enum status status = mask_to_bitmap(context->mask, MASK_BIT((int)layer), &other, error);
    if (status == STATUS_OK)
        status = mask_operation_combine(context, other, how, error);
    bitmap_destroy(&other);
    return status;
}

#define COMBINE(name, how)                                                                                   \
    MASK_RUN(name)                                                                                           \
    {                                                                                                        \
        (void)count;                                                                                         \
        return combine_layer(context, how, numbers[0], error);                                               \
    }
COMBINE(mask_run_or, BITMAP_OR)
COMBINE(mask_run_and, BITMAP_AND)
COMBINE(mask_run_xor, BITMAP_XOR)
COMBINE(mask_run_minus, BITMAP_MINUS)
COMBINE(mask_run_copy, BITMAP_REPLACE)

// --- selections ---

enum status mask_operation_combine(const struct mask_context *context, const struct bitmap *bitmap,
                                   enum bitmap_combination how, struct error *error)
{
    return mask_change_find(context->mask, context->bits, bitmap, how, context->change, error);
}

enum status mask_operation_select(const struct mask_context *context, const struct bitmap *selected,
                                  struct error *error)
{
    return mask_operation_combine(context, selected, context->unmask ? BITMAP_MINUS : BITMAP_OR, error);
}

enum status mask_operation_perform(const struct mask_operation *operation, const struct mask_context *context,
                                   const double *numbers, size_t count, struct error *error)
{
    struct mask_context own = *context;
    struct mask_change change = {0};
    own.change = &change;
    enum status status = operation->run(&own, numbers, count, error);
    if (!status && operation->kind != MASK_AT_ONCE)
        status = mask_change_apply(&change, context->history, context->changed, error);
    mask_change_free(&change);
    return status;
}

#define MASK_OPERATION_MENU(path) NULL
#define ROW(identifier, name, arguments, help, done, menu, kind)                                             \
    {name, help, done, mask_run_##identifier, kind},
const struct mask_operation mask_operations[] = {MASK_OPERATION_LIST(ROW){0}};
#undef ROW

void mask_operation_done(const struct mask_operation *operation, const double *numbers, size_t count,
                         char *text, size_t size)
{
    struct text out = {0};
    size_t place = 0;
    for (const char *at = operation->done; *at;) {
        const size_t plain = strcspn(at, "{");
        text_append_bytes(&out, at, plain);
        at += plain;
        if (!*at)
            break;
        const size_t length = strcspn(at, "}");
        char number[32];
        if (place < count)
            text_append(&out, format_double(numbers[place], number, sizeof number));
        else
            text_append_bytes(&out, at + 1, length - 1);
        place++;
        at += length + 1;
    }
    snprintf(text, size, "%s", text_string(&out));
    text_free(&out);
}

const struct mask_operation *mask_operation_find(const char *name)
{
    for (const struct mask_operation *operation = mask_operations; operation->name; operation++)
        if (strcmp(operation->name, name) == 0)
            return operation;
    return NULL;
}
