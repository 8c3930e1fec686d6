// SPDX-License-Identifier: MIT
// Shapes from presses and moves.
#include "view/tool.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;
static const double LEAST_STEP = 0.25; // pixels between points of a freehand line

enum { OUTLINE_POINTS = 96 };

static const char *const names[] = {"none",   "rectangle", "circle", "ellipse", "polygon",
                                    "pencil", "line",      "point",  "ring",    "flood"};
_Static_assert(sizeof names / sizeof names[0] == TOOL_COUNT, "a name for each tool");

const char *tool_name(enum tool_kind kind)
{
    return names[kind];
}

const char *tool_hint(enum tool_kind kind)
{
    static const char *const hints[] = {
        [TOOL_NONE] = "Drag moves the picture",
        [TOOL_RECTANGLE] = "Drag from corner to corner; Shift: from the centre, Ctrl: the opposite",
        [TOOL_CIRCLE] = "Drag from corner to corner; Shift: from the centre, Ctrl: the opposite",
        [TOOL_ELLIPSE] = "Drag from corner to corner; Shift: from the centre, Ctrl: the opposite",
        [TOOL_POLYGON] = "Click adds a point, Enter closes, Backspace takes one back; Ctrl: the opposite",
        [TOOL_PENCIL] = "Drag paints, [ and ] set the width; Ctrl: the opposite",
        [TOOL_LINE] = "Drag from end to end; Shift: steps of 45\xC2\xB0, Ctrl: the opposite",
        [TOOL_POINT] = "Click or drag marks single pixels; Ctrl: the opposite",
        [TOOL_RING] =
            "Drag from one radius and angle to the others; Shift: the full ring, Ctrl: the opposite",
        [TOOL_FLOOD] = "Click marks connected pixels of like values; Ctrl: the opposite",
    };
    _Static_assert(sizeof hints / sizeof hints[0] == TOOL_COUNT, "a hint for each tool");
    return hints[kind];
}

bool tool_by_name(const char *name, enum tool_kind *kind)
{
    for (int i = 0; i < TOOL_COUNT; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *kind = (enum tool_kind)i;
        return true;
    }
    return false;
}

void tool_reset(struct tool *tool)
{
    tool->active = false;
    tool->count = 0;
}

void tool_finish(struct tool *tool)
{
    free(tool->points);
    *tool = (struct tool){0};
}

void tool_choose(struct tool *tool, enum tool_kind kind)
{
    tool_reset(tool);
    tool->kind = kind;
}

bool tool_unmasks(const struct tool *tool)
{
    return tool->unmask != tool->opposite;
}

static double width_of(const struct tool *tool)
{
    return fmin(fmax(tool->width, TOOL_MIN_WIDTH), TOOL_MAX_WIDTH);
}

static void add_point(struct tool *tool, struct shape_point point)
{
    if (tool->count == tool->capacity) {
        tool->capacity = tool->capacity ? 2 * tool->capacity : 64;
        tool->points = must_resize(tool->points, tool->capacity * sizeof *tool->points);
    }
    tool->points[tool->count++] = point;
}

static double distance(struct shape_point a, struct shape_point b)
{
    return hypot(a.x - b.x, a.y - b.y);
}

static struct shape_point pixel_centre(struct shape_point point)
{
    return (struct shape_point){floor(point.x) + 0.5, floor(point.y) + 0.5};
}

static bool is_brush(const struct tool *tool)
{
    return tool->kind == TOOL_PENCIL || tool->kind == TOOL_POINT;
}

// A brush of an odd width draws through the centres of pixels, so that a line one pixel wide has no corners.
static struct shape_point brush_point(const struct tool *tool, struct shape_point at)
{
    const bool odd = fmod(floor(width_of(tool)), 2) == 1;
    return tool->kind == TOOL_POINT || odd ? pixel_centre(at) : at;
}

// --- events ---

enum tool_result tool_press(struct tool *tool, struct shape_point at, bool ctrl, bool shift, double near)
{
    if (tool->kind == TOOL_NONE)
        return TOOL_NOTHING;
    tool->cursor = at;
    tool->constrain = shift;
    if (!tool->active) {
        tool->active = true;
        tool->count = 0;
        tool->opposite = ctrl;
    }
    if (tool->kind == TOOL_POLYGON) {
        if (tool->count >= 3 && distance(at, tool->points[0]) <= near)
            return TOOL_COMMIT;
        add_point(tool, at);
        return TOOL_PREVIEW;
    }
    tool->count = 0;
    add_point(tool, is_brush(tool) ? brush_point(tool, at) : at);
    return is_brush(tool) ? TOOL_PAINT : tool->kind == TOOL_FLOOD ? TOOL_COMMIT : TOOL_PREVIEW;
}

enum tool_result tool_move(struct tool *tool, struct shape_point at, bool shift)
{
    tool->cursor = at;
    if (tool->kind == TOOL_NONE)
        return TOOL_NOTHING;
    if (!tool->active)
        return TOOL_PREVIEW; // the brush follows the mouse
    tool->constrain = shift;
    if (!is_brush(tool))
        return TOOL_PREVIEW;
    const struct shape_point next = brush_point(tool, at);
    if (distance(next, tool->points[tool->count - 1]) < LEAST_STEP)
        return TOOL_PREVIEW;
    add_point(tool, next);
    return TOOL_PAINT;
}

enum tool_result tool_release(struct tool *tool, struct shape_point at)
{
    tool->cursor = at;
    if (!tool->active || tool->kind == TOOL_POLYGON)
        return TOOL_NOTHING;
    struct shape shape;
    if (is_brush(tool) || tool_shape(tool, &shape))
        return TOOL_COMMIT;
    tool_reset(tool); // a click without a drag
    return TOOL_PREVIEW;
}

enum tool_result tool_enter(struct tool *tool)
{
    if (!tool->active || tool->kind != TOOL_POLYGON)
        return TOOL_NOTHING;
    if (tool->count >= 3)
        return TOOL_COMMIT;
    tool_reset(tool);
    return TOOL_PREVIEW;
}

enum tool_result tool_double_click(struct tool *tool)
{
    if (!tool->active || tool->kind != TOOL_POLYGON)
        return TOOL_NOTHING;
    // The second press of the double click has put the same point twice.
    if (tool->count >= 2 && distance(tool->points[tool->count - 1], tool->points[tool->count - 2]) < 1)
        tool->count--;
    return tool_enter(tool);
}

enum tool_result tool_backspace(struct tool *tool)
{
    if (!tool->active || tool->kind != TOOL_POLYGON)
        return TOOL_NOTHING;
    if (--tool->count == 0)
        tool_reset(tool);
    return TOOL_PREVIEW;
}

enum tool_result tool_escape(struct tool *tool)
{
    if (!tool->active)
        return TOOL_NOTHING;
    tool_reset(tool);
    return TOOL_CANCEL;
}

// --- shapes ---

// Where the rectangle, or that around the shape, has a corner; the other is where the mouse is. With Shift
// the drag began in the middle.
static struct shape_point near_corner(struct shape_point start, struct shape_point end, bool from_centre)
{
    return from_centre ? (struct shape_point){2 * start.x - end.x, 2 * start.y - end.y} : start;
}

// The end of a line: in steps of 45 degrees with Shift.
static struct shape_point line_end(const struct tool *tool)
{
    const struct shape_point a = tool->points[0], b = tool->cursor;
    if (!tool->constrain)
        return b;
    const double step = PI / 4, angle = round(atan2(b.y - a.y, b.x - a.x) / step) * step;
    const double length = (b.x - a.x) * cos(angle) + (b.y - a.y) * sin(angle);
    return (struct shape_point){a.x + length * cos(angle), a.y + length * sin(angle)};
}

// Two points after those of the user's: room for the shape's own.
static struct shape_point *spare_points(struct tool *tool)
{
    const size_t count = tool->count;
    add_point(tool, (struct shape_point){0, 0});
    add_point(tool, (struct shape_point){0, 0});
    tool->count = count;
    return tool->points + count;
}

// Rectangles are drawn around whole pixels: those of both corners belong to it.
static bool rectangle_shape(struct tool *tool, struct shape *shape)
{
    const struct shape_point start = {floor(tool->points[0].x), floor(tool->points[0].y)};
    const struct shape_point b = {floor(tool->cursor.x), floor(tool->cursor.y)};
    const struct shape_point a = near_corner(start, b, tool->constrain);
    struct shape_point *corners = spare_points(tool);
    corners[0] = (struct shape_point){fmin(a.x, b.x), fmin(a.y, b.y)};
    corners[1] = (struct shape_point){fmax(a.x, b.x) + 1, fmax(a.y, b.y) + 1};
    *shape = (struct shape){.kind = SHAPE_RECTANGLE, .points = corners, .count = 2};
    return true;
}

// An ellipse about a point, which is put behind those of the user.
static bool ellipse_about(struct tool *tool, struct shape *shape, struct shape_point middle, double radius_x,
                          double radius_y)
{
    struct shape_point *centre = spare_points(tool);
    *centre = middle;
    *shape = (struct shape){
        .kind = SHAPE_ELLIPSE, .points = centre, .count = 1, .radius_x = radius_x, .radius_y = radius_y};
    return radius_x > 0.5 && radius_y > 0.5;
}

// In the square from the corner where the drag began, as large as the longer side of the drag; with Shift
// about that point, through the mouse.
static bool circle_shape(struct tool *tool, struct shape *shape)
{
    const struct shape_point a = tool->points[0], b = tool->cursor;
    if (tool->constrain)
        return ellipse_about(tool, shape, a, distance(a, b), distance(a, b));
    const double radius = fmax(fabs(b.x - a.x), fabs(b.y - a.y)) / 2;
    const struct shape_point middle = {a.x + copysign(radius, b.x - a.x), a.y + copysign(radius, b.y - a.y)};
    return ellipse_about(tool, shape, middle, radius, radius);
}

static bool ellipse_shape(struct tool *tool, struct shape *shape)
{
    const struct shape_point b = tool->cursor, a = near_corner(tool->points[0], b, tool->constrain);
    const struct shape_point middle = {(a.x + b.x) / 2, (a.y + b.y) / 2};
    return ellipse_about(tool, shape, middle, fabs(b.x - a.x) / 2, fabs(b.y - a.y) / 2);
}

static bool line_shape(struct tool *tool, struct shape *shape)
{
    const struct shape_point end = line_end(tool);
    struct shape_point *points = spare_points(tool);
    points[0] = brush_point(tool, tool->points[0]);
    points[1] = brush_point(tool, end);
    *shape = (struct shape){.kind = SHAPE_STROKE, .points = points, .count = 2, .width = width_of(tool)};
    return true;
}

// A ring from the radius and angle of the press to those of the mouse, the short way round.
static bool ring_shape(struct tool *tool, struct shape *shape)
{
    const struct shape_point a = tool->points[0], b = tool->cursor;
    struct shape_point *centre = spare_points(tool);
    *centre = tool->has_centre ? tool->centre : a;
    const double from = distance(*centre, a), to = distance(*centre, b);
    const double start = atan2(a.y - centre->y, a.x - centre->x),
                 end = atan2(b.y - centre->y, b.x - centre->x);
    double sweep = end - start;
    sweep -= 2 * PI * round(sweep / (2 * PI));
    const bool full = tool->constrain || !tool->has_centre;
    *shape = (struct shape){.kind = SHAPE_SECTOR,
                            .points = centre,
                            .count = 1,
                            .radius_inner = tool->has_centre ? fmin(from, to) : 0,
                            .radius_outer = fmax(from, to),
                            .angle = sweep < 0 ? end : start,
                            .sweep = full ? 2 * PI : fabs(sweep)};
    return shape->radius_outer - shape->radius_inner > 0.25 && shape->sweep > 0;
}

bool tool_shape(struct tool *tool, struct shape *shape)
{
    if (!tool->active || tool->count == 0)
        return false;
    switch (tool->kind) {
    case TOOL_RECTANGLE:
        return rectangle_shape(tool, shape);
    case TOOL_CIRCLE:
        return circle_shape(tool, shape);
    case TOOL_ELLIPSE:
        return ellipse_shape(tool, shape);
    case TOOL_LINE:
        return line_shape(tool, shape);
    case TOOL_RING:
        return ring_shape(tool, shape);
    case TOOL_POLYGON:
        *shape = (struct shape){.kind = SHAPE_POLYGON, .points = tool->points, .count = tool->count};
        return tool->count >= 3;
    case TOOL_PENCIL:
        *shape = (struct shape){
            .kind = SHAPE_STROKE, .points = tool->points, .count = tool->count, .width = width_of(tool)};
        return true;
    default:
        *shape = (struct shape){.kind = SHAPE_POINT, .points = tool->points, .count = 1};
        return tool->kind != TOOL_NONE;
    }
}

bool tool_paint_shape(struct tool *tool, struct shape *shape)
{
    if (!tool->active || tool->count == 0 || !is_brush(tool))
        return false;
    const size_t pieces = tool->count > 1 ? 2 : 1;
    *shape = (struct shape){.kind = SHAPE_STROKE,
                            .points = tool->points + tool->count - pieces,
                            .count = pieces,
                            .width = tool->kind == TOOL_POINT ? 1 : width_of(tool)};
    return true;
}

// --- outline and words ---

static size_t ellipse_outline(struct shape_point centre, double rx, double ry, struct shape_point *points,
                              size_t max)
{
    const size_t count = max < OUTLINE_POINTS ? max : OUTLINE_POINTS;
    for (size_t i = 0; i < count; i++) {
        const double angle = 2 * PI * (double)i / (double)count;
        points[i] = (struct shape_point){centre.x + rx * cos(angle), centre.y + ry * sin(angle)};
    }
    return count;
}

// Along the outer arc and back along the inner one.
static size_t sector_outline(const struct shape *shape, struct shape_point *points, size_t max)
{
    const size_t most = (size_t)2 * OUTLINE_POINTS, half = (max < most ? max : most) / 2;
    for (size_t i = 0; i < half; i++) {
        const double share = half > 1 ? (double)i / (double)(half - 1) : 0;
        const double angle = shape->angle + shape->sweep * share;
        const struct shape_point c = shape->points[0];
        points[i] = (struct shape_point){c.x + shape->radius_outer * cos(angle),
                                         c.y + shape->radius_outer * sin(angle)};
        points[2 * half - 1 - i] = (struct shape_point){c.x + shape->radius_inner * cos(angle),
                                                        c.y + shape->radius_inner * sin(angle)};
    }
    return 2 * half;
}

static size_t rectangle_outline(struct shape_point a, struct shape_point b, struct shape_point *points,
                                size_t max)
{
    if (max < 4)
        return 0;
    points[0] = a;
    points[1] = (struct shape_point){b.x, a.y};
    points[2] = b;
    points[3] = (struct shape_point){a.x, b.y};
    return 4;
}

// A capsule around a straight line.
static size_t line_outline(const struct shape *shape, struct shape_point *points, size_t max)
{
    const struct shape_point a = shape->points[0], b = shape->points[1];
    const double angle = atan2(b.y - a.y, b.x - a.x), radius = shape->width / 2;
    const size_t half = (max < OUTLINE_POINTS ? max : OUTLINE_POINTS) / 2;
    for (size_t i = 0; i < half; i++) {
        const double turn = angle + PI / 2 + PI * (double)i / (double)(half > 1 ? half - 1 : 1);
        points[i] = (struct shape_point){a.x + radius * cos(turn), a.y + radius * sin(turn)};
        points[half + i] = (struct shape_point){b.x - radius * cos(turn), b.y - radius * sin(turn)};
    }
    return 2 * half;
}

// The brush under the mouse: its disc, or the pixel.
static size_t brush_outline(const struct tool *tool, struct shape_point *points, size_t max)
{
    if (tool->kind == TOOL_POINT || (tool->kind == TOOL_PENCIL && width_of(tool) <= 1)) {
        const struct shape_point pixel = {floor(tool->cursor.x), floor(tool->cursor.y)};
        return rectangle_outline(pixel, (struct shape_point){pixel.x + 1, pixel.y + 1}, points, max);
    }
    if (tool->kind == TOOL_PENCIL || tool->kind == TOOL_LINE)
        return ellipse_outline(brush_point(tool, tool->cursor), width_of(tool) / 2, width_of(tool) / 2,
                               points, max);
    return 0;
}

static size_t polygon_outline(const struct tool *tool, struct shape_point *points, size_t max)
{
    size_t count = 0;
    for (; count < tool->count && count + 1 < max; count++)
        points[count] = tool->points[count];
    if (count < max)
        points[count++] = tool->cursor;
    return count;
}

size_t tool_outline(struct tool *tool, struct shape_point *points, size_t max, bool *closed)
{
    struct shape shape;
    *closed = true;
    if (!tool->active || is_brush(tool))
        return brush_outline(tool, points, max);
    if (tool->kind == TOOL_POLYGON)
        return polygon_outline(tool, points, max);
    if (!tool_shape(tool, &shape))
        return 0;
    switch (shape.kind) {
    case SHAPE_RECTANGLE:
        return rectangle_outline(shape.points[0], shape.points[1], points, max);
    case SHAPE_ELLIPSE:
        return ellipse_outline(shape.points[0], shape.radius_x, shape.radius_y, points, max);
    case SHAPE_SECTOR:
        return sector_outline(&shape, points, max);
    case SHAPE_STROKE:
        return line_outline(&shape, points, max);
    default:
        return 0;
    }
}

void tool_describe(struct tool *tool, char *text, size_t size)
{
    struct shape shape;
    text[0] = '\0';
    if (!tool->active || !tool_shape(tool, &shape))
        return;
    const struct shape_point *p = shape.points;
    const char *verb = tool_unmasks(tool) ? "unmask " : "";
    switch (shape.kind) {
    case SHAPE_RECTANGLE:
        snprintf(text, size, "%srectangle %.0f x %.0f at %.0f, %.0f", verb, p[1].x - p[0].x, p[1].y - p[0].y,
                 p[0].x, p[0].y);
        break;
    case SHAPE_ELLIPSE:
        if (tool->kind == TOOL_CIRCLE)
            snprintf(text, size, "%scircle of radius %.1f about %.1f, %.1f", verb, shape.radius_x, p[0].x,
                     p[0].y);
        else
            snprintf(text, size, "%sellipse %.1f x %.1f about %.1f, %.1f", verb, 2 * shape.radius_x,
                     2 * shape.radius_y, p[0].x, p[0].y);
        break;
    case SHAPE_SECTOR:
        snprintf(text, size, "%sring from %.1f to %.1f, %.1f deg, about %.1f, %.1f", verb, shape.radius_inner,
                 shape.radius_outer, shape.sweep * 180 / PI, p[0].x, p[0].y);
        break;
    case SHAPE_POLYGON:
        snprintf(text, size, "%spolygon of %zu points", verb, shape.count);
        break;
    case SHAPE_STROKE:
        snprintf(text, size, "%s%s of width %.0f, %zu points", verb, tool_name(tool->kind), shape.width,
                 shape.count);
        break;
    default:
        break;
    }
}
