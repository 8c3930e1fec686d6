// SPDX-License-Identifier: MIT
// Icon and name of each tool.
#include "ui/panels/ui_tools.h"

static const struct ui_tool tools[TOOL_COUNT] = {
    [TOOL_NONE] = {UI_ICON_PAN, "Pan"},
    [TOOL_RECTANGLE] = {UI_ICON_RECT, "Rectangle"},
    [TOOL_CIRCLE] = {UI_ICON_CIRCLE, "Circle"},
    [TOOL_ELLIPSE] = {UI_ICON_ELLIPSE, "Ellipse"},
    [TOOL_POLYGON] = {UI_ICON_POLYGON, "Polygon"},
    [TOOL_PENCIL] = {UI_ICON_PENCIL, "Pencil", .width = true},
    [TOOL_LINE] = {UI_ICON_LINE, "Line", .width = true},
    [TOOL_POINT] = {UI_ICON_PIXEL, "Pixels"},
    [TOOL_RING] = {UI_ICON_ANNULUS, "Ring"},
    [TOOL_FLOOD] = {UI_ICON_FLOOD, "Flood", .tolerance = true},
};

const struct ui_tool *ui_tool(enum tool_kind kind)
{
    return &tools[kind];
}
