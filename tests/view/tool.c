// SPDX-License-Identifier: MIT
// What presses, moves and keys make of each tool.
#include "view/tool.h"

#include "support/testdata.h"

#include <math.h>
#include <string.h>

static struct shape_point at(double x, double y)
{
    return (struct shape_point){x, y};
}

static void drag(struct tool *tool, struct shape_point from, struct shape_point to, bool ctrl, bool shift)
{
    assert_int_equal(tool_press(tool, from, ctrl, shift, 1), TOOL_PREVIEW);
    assert_int_equal(tool_move(tool, to, shift), TOOL_PREVIEW);
}

static void a_rectangle_holds_the_pixels_of_both_corners(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_RECTANGLE};
    struct shape shape;
    char text[100];
    drag(&tool, at(10.2, 20.9), at(3.5, 25.1), false, false);
    assert_true(tool_shape(&tool, &shape));
    assert_int_equal(shape.kind, SHAPE_RECTANGLE);
    assert_true(shape.points[0].x == 3 && shape.points[0].y == 20);
    assert_true(shape.points[1].x == 11 && shape.points[1].y == 26);
    tool_describe(&tool, text, sizeof text);
    assert_string_equal(text, "rectangle 8 x 6 at 3, 20");
    assert_int_equal(tool_release(&tool, at(3.5, 25.1)), TOOL_COMMIT);
    assert_false(tool_unmasks(&tool));
    tool_finish(&tool);
}

// The rectangle around what is drawn.
static void expect_around(struct tool *tool, double left, double top, double right, double bottom)
{
    struct shape shape;
    assert_true(tool_shape(tool, &shape));
    const struct shape_point *p = shape.points;
    const bool round = shape.kind == SHAPE_ELLIPSE;
    assert_float_equal(round ? p[0].x - shape.radius_x : p[0].x, left, 1e-12);
    assert_float_equal(round ? p[0].y - shape.radius_y : p[0].y, top, 1e-12);
    assert_float_equal(round ? p[0].x + shape.radius_x : p[1].x, right, 1e-12);
    assert_float_equal(round ? p[0].y + shape.radius_y : p[1].y, bottom, 1e-12);
}

static void shapes_are_drawn_from_corner_to_corner(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_ELLIPSE};
    drag(&tool, at(10, 30), at(4, 20), false, false);
    expect_around(&tool, 4, 20, 10, 30);
    // A circle is in the square of the drag's longer side, up and to the left as the drag went.
    tool_choose(&tool, TOOL_CIRCLE);
    drag(&tool, at(10, 30), at(4, 20), false, false);
    expect_around(&tool, 0, 20, 10, 30);
    drag(&tool, at(10, 30), at(18, 31), false, false);
    expect_around(&tool, 10, 30, 18, 38);
    tool_finish(&tool);
}

static void shift_draws_shapes_from_their_centre(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_RECTANGLE};
    drag(&tool, at(10.5, 10.5), at(13.2, 6.1), false, true);
    expect_around(&tool, 7, 6, 14, 15); // the pixel of the press is the middle one: 7 x 9 of them
    tool_choose(&tool, TOOL_ELLIPSE);
    drag(&tool, at(10, 10), at(13, 6), false, true);
    expect_around(&tool, 7, 6, 13, 14);
    tool_choose(&tool, TOOL_CIRCLE); // through the mouse
    drag(&tool, at(10, 10), at(13, 6), false, true);
    expect_around(&tool, 5, 5, 15, 15);
    // Shift counts as it is held, not as it was at the press.
    tool_move(&tool, at(13, 6), false);
    expect_around(&tool, 10, 6, 14, 10);
    tool_finish(&tool);
}

static void shift_makes_lines_of_steps_of_45_degrees(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_LINE};
    struct shape shape;
    drag(&tool, at(0.5, 0.5), at(10.5, 1.5), false, true);
    assert_true(tool_shape(&tool, &shape));
    assert_true(shape.points[1].y == 0.5 && shape.width == 1);
    tool_finish(&tool);
}

static void ctrl_does_the_opposite(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_CIRCLE};
    drag(&tool, at(5, 5), at(8, 9), true, false);
    assert_true(tool_unmasks(&tool));
    struct shape shape;
    assert_true(tool_shape(&tool, &shape) && shape.radius_x == 2 && shape.radius_y == 2);
    tool_release(&tool, at(8, 9));
    tool_reset(&tool);
    tool.unmask = true;
    drag(&tool, at(5, 5), at(8, 9), true, false);
    assert_false(tool_unmasks(&tool));
    tool_finish(&tool);
}

static void a_polygon_by_clicks(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_POLYGON};
    struct shape shape;
    struct shape_point outline[10];
    bool closed;
    assert_int_equal(tool_press(&tool, at(1, 1), false, false, 2), TOOL_PREVIEW);
    assert_int_equal(tool_release(&tool, at(1, 1)), TOOL_NOTHING);
    assert_false(tool_shape(&tool, &shape));
    tool_press(&tool, at(20, 1), false, false, 2);
    tool_press(&tool, at(20, 20), false, false, 2);
    tool_press(&tool, at(40, 40), false, false, 2);
    assert_int_equal(tool_backspace(&tool), TOOL_PREVIEW); // the last point goes
    tool_move(&tool, at(7, 9), false);
    assert_int_equal(tool_outline(&tool, outline, 10, &closed), 4);
    assert_true(outline[3].x == 7 && outline[3].y == 9);
    assert_int_equal(tool_press(&tool, at(2, 2), false, false, 2), TOOL_COMMIT); // on the first point
    assert_true(tool_shape(&tool, &shape));
    assert_int_equal(shape.count, 3);
    tool_reset(&tool);
    assert_int_equal(tool_enter(&tool), TOOL_NOTHING);
    tool_press(&tool, at(1, 1), false, false, 0.1);
    tool_press(&tool, at(20, 1), false, false, 0.1);
    tool_press(&tool, at(20, 20), false, false, 0.1);
    tool_press(&tool, at(20, 20), false, false, 0.1);
    assert_int_equal(tool_double_click(&tool), TOOL_COMMIT);
    assert_true(tool_shape(&tool, &shape) && shape.count == 3);
    tool_finish(&tool);
}

static void a_polygon_of_two_points_is_none(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_POLYGON};
    tool_press(&tool, at(1, 1), false, false, 2);
    tool_press(&tool, at(20, 1), false, false, 2);
    assert_int_equal(tool_enter(&tool), TOOL_PREVIEW);
    assert_false(tool.active);
    assert_int_equal(tool_backspace(&tool), TOOL_NOTHING);
    tool_finish(&tool);
}

static void the_pencil_paints_while_it_moves(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_PENCIL, .width = 5};
    struct shape shape;
    assert_int_equal(tool_press(&tool, at(10.9, 10.1), false, false, 1), TOOL_PAINT);
    assert_true(tool_paint_shape(&tool, &shape));
    assert_true(shape.count == 1 && shape.width == 5 && shape.points[0].x == 10.5 &&
                shape.points[0].y == 10.5);
    assert_int_equal(tool_move(&tool, at(10.7, 10.3), false), TOOL_PREVIEW); // the same pixel
    assert_int_equal(tool_move(&tool, at(14.7, 12.3), false), TOOL_PAINT);
    assert_true(tool_paint_shape(&tool, &shape));
    assert_true(shape.count == 2 && shape.points[0].x == 10.5 && shape.points[1].x == 14.5);
    assert_int_equal(tool_move(&tool, at(20, 12.3), false), TOOL_PAINT);
    assert_true(tool_paint_shape(&tool, &shape));
    assert_true(shape.count == 2 && shape.points[0].x == 14.5);
    assert_true(tool_shape(&tool, &shape));
    assert_int_equal(shape.count, 3);
    assert_int_equal(tool_release(&tool, at(20, 12)), TOOL_COMMIT);
    tool_finish(&tool);
}

static void a_ring_about_the_beam_centre(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_RING, .has_centre = true, .centre = {100, 100}};
    struct shape shape;
    drag(&tool, at(110, 100), at(100, 130), false, false);
    assert_true(tool_shape(&tool, &shape));
    assert_true(shape.radius_inner == 10 && shape.radius_outer == 30);
    assert_float_equal(shape.angle, 0, 1e-12);
    assert_float_equal(shape.sweep, M_PI / 2, 1e-12);
    // The short way round, also across the left side where the angle jumps.
    tool_reset(&tool);
    drag(&tool, at(80, 95), at(80, 105), false, false);
    assert_false(tool_shape(&tool, &shape)); // both radii are the same
    tool_move(&tool, at(70, 107), false);
    assert_true(tool_shape(&tool, &shape));
    assert_true(shape.sweep < M_PI / 2);
    tool_move(&tool, at(70, 107), true);
    assert_true(tool_shape(&tool, &shape));
    assert_float_equal(shape.sweep, 2 * M_PI, 1e-12);
    tool_finish(&tool);
}

static void escape_abandons_and_a_click_is_no_shape(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_CIRCLE};
    assert_int_equal(tool_escape(&tool), TOOL_NOTHING);
    drag(&tool, at(5, 5), at(9, 9), false, false);
    assert_int_equal(tool_escape(&tool), TOOL_CANCEL);
    assert_int_equal(tool_release(&tool, at(9, 9)), TOOL_NOTHING);
    tool_press(&tool, at(5, 5), false, false, 1);
    assert_int_equal(tool_release(&tool, at(5, 5)), TOOL_PREVIEW);
    assert_false(tool.active);
    tool_choose(&tool, TOOL_NONE);
    assert_int_equal(tool_press(&tool, at(5, 5), false, false, 1), TOOL_NOTHING);
    tool_finish(&tool);
}

static void the_brush_is_outlined_under_the_mouse(void **state)
{
    (void)state;
    struct tool tool = {.kind = TOOL_PENCIL, .width = 10};
    struct shape_point outline[200];
    bool closed;
    tool_move(&tool, at(50, 60), false);
    const size_t count = tool_outline(&tool, outline, 200, &closed);
    assert_true(count > 16 && closed);
    for (size_t i = 0; i < count; i++)
        assert_float_equal(hypot(outline[i].x - 50, outline[i].y - 60), 5, 1e-9);
    tool_choose(&tool, TOOL_POINT);
    assert_int_equal(tool_outline(&tool, outline, 200, &closed), 4);
    assert_true(outline[0].x == 50 && outline[2].x == 51 && outline[2].y == 61);
    tool_finish(&tool);
}

static void every_tool_has_a_name(void **state)
{
    (void)state;
    for (int kind = 0; kind < TOOL_COUNT; kind++) {
        enum tool_kind found = TOOL_NONE;
        assert_true(tool_by_name(tool_name((enum tool_kind)kind), &found));
        assert_int_equal(found, kind);
        assert_true(strlen(tool_hint((enum tool_kind)kind)) > 10);
    }
    enum tool_kind kept = TOOL_LINE;
    assert_false(tool_by_name("spoon", &kept));
    assert_int_equal(kept, TOOL_LINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rectangle_holds_the_pixels_of_both_corners),
        cmocka_unit_test(shapes_are_drawn_from_corner_to_corner),
        cmocka_unit_test(shift_draws_shapes_from_their_centre),
        cmocka_unit_test(shift_makes_lines_of_steps_of_45_degrees),
        cmocka_unit_test(ctrl_does_the_opposite),
        cmocka_unit_test(a_polygon_by_clicks),
        cmocka_unit_test(a_polygon_of_two_points_is_none),
        cmocka_unit_test(the_pencil_paints_while_it_moves),
        cmocka_unit_test(a_ring_about_the_beam_centre),
        cmocka_unit_test(escape_abandons_and_a_click_is_no_shape),
        cmocka_unit_test(the_brush_is_outlined_under_the_mouse),
        cmocka_unit_test(every_tool_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
