// SPDX-License-Identifier: MIT
// The table of mask operations: shapes, whole-mask operations and combinations of layers. Those that look at
// pixels are in mask_select.c.
#include "sources/mask_operation.h"

#include "base/size.h"
#include "base/text.h"
#include "sources/mask_operation_internal.h"

#include <math.h>
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

static enum status draw(const struct mask_context *context, const struct shape *shape, struct rect *changed,
                        struct error *error)
{
    return mask_edit_shape(context->history, shape, !context->unmask, changed, error);
}

#define OPERATION(name)                                                                                      \
    static enum status name(const struct mask_context *context, const double *numbers, size_t count,         \
                            struct rect *changed, struct error *error)

OPERATION(run_point)
{
    (void)count;
    const struct shape_point point = {numbers[0] + 0.5, numbers[1] + 0.5};
    return draw(context, &(struct shape){.kind = SHAPE_POINT, .points = &point, .count = 1}, changed, error);
}

OPERATION(run_rectangle)
{
    (void)count;
    const struct shape_point corners[] = {{numbers[0], numbers[1]},
                                          {numbers[0] + numbers[2], numbers[1] + numbers[3]}};
    return draw(context, &(struct shape){.kind = SHAPE_RECTANGLE, .points = corners, .count = 2}, changed,
                error);
}

OPERATION(run_circle)
{
    (void)count;
    const struct shape_point centre = {numbers[0], numbers[1]};
    const struct shape shape = {
        .kind = SHAPE_ELLIPSE, .points = &centre, .count = 1, .radius_x = numbers[2], .radius_y = numbers[2]};
    return draw(context, &shape, changed, error);
}

OPERATION(run_ellipse)
{
    const struct shape_point centre = {numbers[0], numbers[1]};
    const struct shape shape = {.kind = SHAPE_ELLIPSE,
                                .points = &centre,
                                .count = 1,
                                .radius_x = numbers[2],
                                .radius_y = numbers[3],
                                .angle = number_or(numbers, count, 4, 0) * DEGREE};
    return draw(context, &shape, changed, error);
}

// Points from numbers[first] on, in pairs.
static enum status draw_points(const struct mask_context *context, enum shape_kind kind, double width,
                               const double *numbers, size_t count, struct rect *changed, struct error *error)
{
    if (count % 2)
        return error_set(error, STATUS_USAGE, "points are pairs of numbers x y, and the last has no y");
    struct shape_point *points = must_alloc((count / 2 + 1) * sizeof *points);
    for (size_t i = 0; i < count / 2; i++)
        points[i] = (struct shape_point){numbers[2 * i], numbers[2 * i + 1]};
    const enum status status =
        draw(context, &(struct shape){.kind = kind, .points = points, .count = count / 2, .width = width},
             changed, error);
    free(points);
    return status;
}

OPERATION(run_polygon)
{
    return draw_points(context, SHAPE_POLYGON, 0, numbers, count, changed, error);
}

OPERATION(run_line)
{
    return draw_points(context, SHAPE_STROKE, number_or(numbers, count, 4, 1), numbers, 4, changed, error);
}

OPERATION(run_pencil)
{
    return draw_points(context, SHAPE_STROKE, numbers[0], numbers + 1, count - 1, changed, error);
}

static enum status draw_sector(const struct mask_context *context, struct shape_point centre, double inner,
                               double outer, double start, double sweep, struct rect *changed,
                               struct error *error)
{
    const struct shape shape = {.kind = SHAPE_SECTOR,
                                .points = &centre,
                                .count = 1,
                                .radius_inner = inner,
                                .radius_outer = outer,
                                .angle = start * DEGREE,
                                .sweep = sweep * DEGREE};
    return draw(context, &shape, changed, error);
}

OPERATION(run_sector)
{
    return draw_sector(context, (struct shape_point){numbers[0], numbers[1]}, numbers[2], numbers[3],
                       number_or(numbers, count, 4, 0), number_or(numbers, count, 5, 360), changed, error);
}

OPERATION(run_ring)
{
    const struct detector_info *detector = context->detector;
    if (!detector || isnan(detector->beam_x) || isnan(detector->beam_y))
        return error_set(error, STATUS_USAGE,
                         "the beam centre is not known from the file; give a centre with sector");
    return draw_sector(context, (struct shape_point){detector->beam_x, detector->beam_y}, numbers[0],
                       numbers[1], number_or(numbers, count, 2, 0), number_or(numbers, count, 3, 360),
                       changed, error);
}

// --- the whole layer ---

// Runs `change` on the layer as a bitmap and writes it back.
static enum status change_layer(const struct mask_context *context,
                                enum status (*change)(struct bitmap *bitmap, const double *numbers,
                                                      size_t count, struct error *error),
                                const double *numbers, size_t count, struct rect *changed,
                                struct error *error)
{
    struct bitmap *bitmap = NULL;
    enum status status = mask_to_bitmap(context->mask, context->bits, &bitmap, error);
    if (status == STATUS_OK)
        status = change(bitmap, numbers, count, error);
    if (status == STATUS_OK)
        status = mask_edit_bitmap(context->history, bitmap, BITMAP_REPLACE, changed, error);
    bitmap_destroy(&bitmap);
    return status;
}

#define CHANGE(name)                                                                                         \
    static enum status change_##name(struct bitmap *bitmap, const double *numbers, size_t count,             \
                                     struct error *error);                                                   \
    OPERATION(run_##name)                                                                                    \
    {                                                                                                        \
        return change_layer(context, change_##name, numbers, count, changed, error);                         \
    }                                                                                                        \
    static enum status change_##name(struct bitmap *bitmap, const double *numbers, size_t count,             \
                                     struct error *error)

CHANGE(invert)
{
    (void)numbers, (void)count, (void)error;
    bitmap_invert(bitmap);
    return STATUS_OK;
}

CHANGE(grow)
{
    return bitmap_grow(bitmap, neighbours_of(numbers, count, 1), (int64_t)number_or(numbers, count, 0, 1),
                       error);
}

CHANGE(shrink)
{
    return bitmap_shrink(bitmap, neighbours_of(numbers, count, 1), (int64_t)number_or(numbers, count, 0, 1),
                         error);
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

OPERATION(run_clear)
{
    (void)numbers, (void)count, (void)error;
    mask_edit_clear(context->history, changed);
    return STATUS_OK;
}

OPERATION(run_all)
{
    (void)numbers, (void)count;
    const struct shape_point corners[] = {{0, 0},
                                          {(double)context->mask->width, (double)context->mask->height}};
    return mask_edit_shape(context->history,
                           &(struct shape){.kind = SHAPE_RECTANGLE, .points = corners, .count = 2}, true,
                           changed, error);
}

OPERATION(run_border)
{
    (void)count;
    struct bitmap *border = NULL;
    enum status status = bitmap_create(context->mask->width, context->mask->height, &border, error);
    if (status == STATUS_OK) {
        bitmap_border(border, (int64_t)numbers[0]);
        status = mask_operation_apply(context, border, changed, error);
    }
    bitmap_destroy(&border);
    return status;
}

// Mirrors at the beam centre, or at the middle of the image where it is not known.
OPERATION(run_mirror)
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
        status = mask_edit_bitmap(context->history, bitmap, BITMAP_REPLACE, changed, error);
    bitmap_destroy(&bitmap);
    return status;
}

// --- layers ---

static enum status combine_layer(const struct mask_context *context, enum bitmap_combination how,
                                 double layer, struct rect *changed, struct error *error)
{
    struct bitmap *other = NULL;
    enum status status = mask_to_bitmap(context->mask, MASK_BIT((int)layer), &other, error);
    if (status == STATUS_OK)
        status = mask_edit_bitmap(context->history, other, how, changed, error);
    bitmap_destroy(&other);
    return status;
}

#define COMBINE(name, how)                                                                                   \
    OPERATION(name)                                                                                          \
    {                                                                                                        \
        (void)count;                                                                                         \
        return combine_layer(context, how, numbers[0], changed, error);                                      \
    }
COMBINE(run_or, BITMAP_OR)
COMBINE(run_and, BITMAP_AND)
COMBINE(run_xor, BITMAP_XOR)
COMBINE(run_minus, BITMAP_MINUS)
COMBINE(run_copy, BITMAP_REPLACE)

// --- selections ---

enum status mask_operation_apply(const struct mask_context *context, const struct bitmap *selected,
                                 struct rect *changed, struct error *error)
{
    const struct rect bounds = bitmap_bounds(selected);
    const enum status status = mask_edit_bitmap(context->history, selected,
                                                context->unmask ? BITMAP_MINUS : BITMAP_OR, changed, error);
    if (changed)
        *changed = bounds;
    return status;
}

#define LAYERS     "user|file|gap|bad|hot|saturated|user2|user3"
#define NEIGHBOURS "[neighbours:4|8]"

const struct mask_operation mask_operations[] = {
    {"point", "x:integer y:integer", "One pixel.", run_point, false},
    {"rectangle", "x:number y:number width:number height:number",
     "The pixels whose centres are in the rectangle.", run_rectangle, false},
    {"circle", "x:number y:number radius:number", "The pixels whose centres are in the circle.", run_circle,
     false},
    {"ellipse", "x:number y:number radius_x:number radius_y:number [angle:number]",
     "An ellipse with half axes, turned by an angle in degrees from x towards y.", run_ellipse, false},
    {"polygon", "points:number...", "A polygon through the points x y x y ..., closed by itself.",
     run_polygon, false},
    {"line", "x1:number y1:number x2:number y2:number [width:number]", "A line of some width (1).", run_line,
     false},
    {"pencil", "width:number points:number...",
     "A freehand line of some width through the points x y x y ...", run_pencil, false},
    {"sector", "x:number y:number inner:number outer:number [start:number] [sweep:number]",
     "A ring about a point, or its part from an angle on over so many degrees, from x towards y.", run_sector,
     false},
    {"ring", "inner:number outer:number [start:number] [sweep:number]",
     "A ring, or a part of one, about the beam centre that the file gives; radii in pixels.", run_ring,
     false},
    {"flood", "x:integer y:integer [tolerance:number] " NEIGHBOURS,
     "The connected pixels whose values differ from this pixel's by no more than the tolerance (0).",
     mask_run_flood, true},
    {"below", "value:number", "The pixels below a value.", mask_run_below, true},
    {"above", "value:number", "The pixels above a value.", mask_run_above, true},
    {"between", "low:number high:number", "The pixels from one value to another, both included.",
     mask_run_between, true},
    {"outside", "low:number high:number", "The pixels below one value or above another.", mask_run_outside,
     true},
    {"equal", "value:number", "The pixels that have exactly this value.", mask_run_equal, true},
    {"not-finite", "", "NaN and infinite pixels.", mask_run_not_finite, true},
    {"hot", "[sigmas:number] [window:integer(3..31)]",
     "Pixels that many sigma (5) above the median of the window (5 x 5) around them.", mask_run_hot, true},
    {"dead", "[frames:integer]", "Pixels that never change over the frames of the file, or over so many.",
     mask_run_dead, true},
    {"gaps", "",
     "Module gaps found in the data: whole rows and columns of one value that is 0, -1 or the type's "
     "maximum.",
     mask_run_gaps, true},
    {"marks", "", "The pixels that the data mark: gaps, no data, bad, saturated, lost.", mask_run_marks,
     true},
    {"invert", "", "What is masked becomes unmasked and the other way round.", run_invert, false},
    {"clear", "", "Nothing is masked.", run_clear, false},
    {"all", "", "Everything is masked.", run_all, false},
    {"grow", "[pixels:integer(0..10000)] " NEIGHBOURS, "Grows masked areas by so many pixels (1).", run_grow,
     false},
    {"shrink", "[pixels:integer(0..10000)] " NEIGHBOURS, "Shrinks masked areas by so many pixels (1).",
     run_shrink, false},
    {"fill-holes", "", "Masks what is enclosed by masked pixels.", run_fill_holes, false},
    {"remove-specks", "smallest:integer " NEIGHBOURS, "Unmasks connected areas of fewer pixels.",
     run_remove_specks, false},
    {"border", "pixels:integer(0..1000000)", "The outer rows and columns.", run_border, false},
    {"flip", "direction:horizontal|vertical", "Mirrors the layer.", run_flip, false},
    {"rotate", "direction:left|right|half", "Turns the layer.", run_rotate, false},
    {"mirror", "axes:horizontal|vertical|both [x:number] [y:number]",
     "Adds the mirror image about the beam centre, the middle of the image, or a point.", run_mirror, false},
    {"or", "layer:" LAYERS, "Adds what is masked in another layer.", run_or, false},
    {"and", "layer:" LAYERS, "Keeps only what is masked in another layer too.", run_and, false},
    {"xor", "layer:" LAYERS, "Keeps what is masked in either this layer or the other, not in both.", run_xor,
     false},
    {"minus", "layer:" LAYERS, "Takes away what is masked in another layer.", run_minus, false},
    {"copy", "layer:" LAYERS, "Makes the layer the same as another.", run_copy, false},
    {0},
};

const struct mask_operation *mask_operation_find(const char *name)
{
    for (const struct mask_operation *operation = mask_operations; operation->name; operation++)
        if (strcmp(operation->name, name) == 0)
            return operation;
    return NULL;
}
