// SPDX-License-Identifier: MIT
// The mask tool in the user's hand: the shape that is being drawn, from presses, moves and keys. Pure state.
//
// All positions are continuous image coordinates (pixel (i, j) covers [i, i + 1) x [j, j + 1)), so that
// zooming and panning while drawing never disturb a shape. The caller draws the outline and, when told so,
// puts the shape into the mask.
#ifndef FOVEA_VIEW_TOOL_H
#define FOVEA_VIEW_TOOL_H

#include "image/edit/shape.h"

enum tool_kind {
    TOOL_NONE, // the left button pans
    // These are drawn alike: from corner to corner of the rectangle around them, with Shift from the centre.
    TOOL_RECTANGLE,
    TOOL_CIRCLE,
    TOOL_ELLIPSE,
    TOOL_POLYGON, // clicks; a double click, Enter or a click on the first point closes
    TOOL_PENCIL,  // freehand, painted while it is drawn
    TOOL_LINE,
    TOOL_POINT, // one pixel; dragging paints single pixels
    TOOL_RING,  // an arc about the centre: first drag gives both radii and both angles (with Shift the full
                // ring)
    TOOL_FLOOD, // a click selects connected similar pixels
    TOOL_COUNT
};

// The tools as commands name them, in their order.
#define TOOL_WORDS "none|rectangle|circle|ellipse|polygon|pencil|line|point|ring|flood"
const char *tool_name(enum tool_kind kind); // "none", "rectangle", "circle", ...
bool tool_by_name(const char *name, enum tool_kind *kind);
// How it is used, for people: what drags and clicks do, and Shift and Ctrl.
const char *tool_hint(enum tool_kind kind);

#define TOOL_MIN_WIDTH 1.0
#define TOOL_MAX_WIDTH 1000.0

// Zero-initialise; tool_finish when done. Read any member, change only those above the line directly.
struct tool {
    enum tool_kind kind;
    double width;     // of pencil and line, image pixels; TOOL_MIN_WIDTH to TOOL_MAX_WIDTH, 0 = 1
    double tolerance; // of the flood, in values
    bool unmask;      // what is drawn is taken away
    bool has_centre;  // of rings; else the point of the press
    struct shape_point centre;
    // --- the shape in progress ---
    bool active;
    bool opposite;  // Ctrl was held: unmask is the other way round for this shape
    bool constrain; // Shift: shapes from their centre, lines in steps of 45 degrees, full rings
    struct shape_point *points;
    size_t count, capacity;
    struct shape_point cursor; // where the mouse is
};

void tool_finish(struct tool *tool);
// Takes another tool up; a shape in progress is abandoned.
void tool_choose(struct tool *tool, enum tool_kind kind);

// What the caller is to do.
enum tool_result {
    TOOL_NOTHING,
    TOOL_PREVIEW, // draw the outline again
    TOOL_PAINT,  // put tool_paint_shape into the open edit at once (pencil and point), opening one if need be
    TOOL_COMMIT, // the shape is complete: put tool_shape into the mask as one step (pencil and point: close
                 // the edit that was painted), then call tool_reset
    TOOL_CANCEL, // the shape was abandoned: take back what was painted
};

// The left button. `near` is how many image pixels are close enough to the first point of a polygon to close
// it.
enum tool_result tool_press(struct tool *tool, struct shape_point at, bool ctrl, bool shift, double near);
enum tool_result tool_move(struct tool *tool, struct shape_point at, bool shift);
enum tool_result tool_release(struct tool *tool, struct shape_point at);
enum tool_result tool_double_click(struct tool *tool);
enum tool_result tool_enter(struct tool *tool);     // closes a polygon
enum tool_result tool_backspace(struct tool *tool); // takes the last point of a polygon back
enum tool_result tool_escape(struct tool *tool);
void tool_reset(struct tool *tool);

// True if the shape takes away.
bool tool_unmasks(const struct tool *tool);
// The whole shape as it stands; false if there is none yet or it holds nothing. `points` needs no freeing and
// is valid until the tool changes; TOOL_FLOOD gives a SHAPE_POINT at the pixel.
bool tool_shape(struct tool *tool, struct shape *shape);
// The piece that the last press or move added to a pencil or point.
bool tool_paint_shape(struct tool *tool, struct shape *shape);

// The outline of what is drawn, or of the brush under the cursor when nothing is: closed or open lines in
// image coordinates, points at most `max`. *closed tells whether the last is joined to the first. 0 =
// nothing.
size_t tool_outline(struct tool *tool, struct shape_point *points, size_t max, bool *closed);
// Size and position for people: "rectangle 120 x 45 at 1200, 310". "" when nothing is being drawn.
void tool_describe(struct tool *tool, char *text, size_t size);

#endif
