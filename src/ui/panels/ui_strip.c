// SPDX-License-Identifier: MIT
// The tools at the left: of the mode, then what undoes, and at the foot files and help.
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

struct tool_row {
    enum ui_icon icon;
    const char *name, *command, *sentence;
    bool masking; // in mask mode only
    bool rule;    // a line before it
};

static const struct tool_row tools[] = {
    {UI_ICON_PAN, "Pan", "mask.tool none", "Drags the picture; the right button changes the contrast.", false,
     false},
    {UI_ICON_RECT, "Rectangle", "mask.tool rectangle", "Drag from corner to corner; Shift makes squares.",
     true, true},
    {UI_ICON_CIRCLE, "Circle", "mask.tool circle", "Drag from the centre outwards.", true, false},
    {UI_ICON_ELLIPSE, "Ellipse", "mask.tool ellipse", "Drag from corner to corner; Shift makes circles.",
     true, false},
    {UI_ICON_POLYGON, "Polygon", "mask.tool polygon", "Click the corners; Enter or a double click closes.",
     true, false},
    {UI_ICON_LINE, "Line", "mask.tool line", "Drag from end to end, as wide as the width says.", true, false},
    {UI_ICON_PENCIL, "Pencil", "mask.tool pencil", "Paints where it is dragged, as wide as the width says.",
     true, false},
    {UI_ICON_PIXEL, "Pixels", "mask.tool point", "A click for one pixel; dragging for many.", true, false},
    {UI_ICON_ANNULUS, "Ring", "mask.tool ring", "Drag both radii and angles; Shift makes the full ring.",
     true, false},
    {UI_ICON_FLOOD, "Flood", "mask.tool flood", "A click takes all connected pixels of like values.", true,
     false},
    {UI_ICON_UNDO, "Undo", "mask.undo", NULL, true, true},
    {UI_ICON_REDO, "Redo", "mask.redo", NULL, true, false},
};
enum { TOOLS = sizeof tools / sizeof *tools, FOOT = 2 };

static const struct tool_row foot[FOOT] = {
    {UI_ICON_FOLDER, "Files", "panel.files", NULL, false, false},
    {UI_ICON_HELP, "Help", "panel.help", NULL, false, false},
};

static const float RULE = 9,
                   LEAST = 24; // layout pixels: of a line with its room; of a button that is short of room

static bool is_chosen(const struct ui *ui, const struct tool_row *tool)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    if (tool->icon == UI_ICON_PAN)
        return !masking->on || masking->tool == TOOL_NONE;
    return strncmp(tool->command, "mask.tool ", 10) == 0 && masking->on &&
           strcmp(tool->command + 10, tool_name(masking->tool)) == 0;
}

static void draw_tool(struct ui *ui, const struct tool_row *tool, struct gui_rect place)
{
    struct ui_icon_button button = {.id = tool->name, .icon = tool->icon, .size = 20};
    const bool pans = tool->icon == UI_ICON_PAN && !ui->host->workspace->masking.on;
    button.look = is_chosen(ui, tool)                           ? UI_BUTTON_CHOSEN
                  : command_is_checked(ui->host, tool->command) ? UI_BUTTON_ON
                                                                : UI_BUTTON_PLAIN;
    button.disabled = !pans && !command_is_enabled(ui->host, tool->command);
    if (ui_icon_button(&button, place) && !pans)
        ui_run(ui, "%s", tool->command);
    ui_tip(ui, tool->name, pans ? "" : tool->command, tool->sentence);
}

static void draw_rule(struct ui *ui, struct gui_rect place, float y)
{
    gui_draw_rect((struct gui_rect){place.x + ui_px(ui, 8), y + ui_px(ui, RULE / 2),
                                    place.width - ui_px(ui, 16), gui_hairline()},
                  gui_tone(UI_LINE));
}

// The height of a button: where there is little room all are lower, down to what can still be hit.
static float button_height(const struct ui *ui, float room)
{
    float rules = 0;
    int count = FOOT;
    for (int i = 0; i < TOOLS; i++) {
        const bool shown = !tools[i].masking || ui->host->workspace->masking.on;
        count += shown;
        rules += shown && tools[i].rule ? ui_px(ui, RULE) : 0;
    }
    const float fits = (float)(int)((room - rules) / (float)count) - ui_px(ui, 2);
    const float usual = ui_px(ui, UI_TOOL_HEIGHT), least = ui_px(ui, LEAST);
    return fits > usual ? usual : fits < least ? least : fits;
}

void ui_strip(struct ui *ui, struct gui_rect place)
{
    const float margin = ui_px(ui, 6), gap = ui_px(ui, 2);
    const float height = button_height(ui, place.height - 2 * margin);
    const float width = place.width < ui_px(ui, UI_STRIP) ? ui_px(ui, 30) : ui_px(ui, UI_TOOL_WIDTH);
    const float x = place.x + (float)(int)((place.width - width) / 2);
    float y = place.y + margin;
    gui_window_begin("##strip", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    for (int i = 0; i < TOOLS; i++) {
        if (tools[i].masking && !ui->host->workspace->masking.on)
            continue;
        if (tools[i].rule) {
            draw_rule(ui, place, y);
            y += ui_px(ui, RULE);
        }
        draw_tool(ui, &tools[i], (struct gui_rect){x, y, width, height});
        y += height + gap;
    }
    y = place.y + place.height - margin - FOOT * (height + gap) + gap;
    for (int i = 0; i < FOOT; i++) {
        draw_tool(ui, &foot[i], (struct gui_rect){x, y, width, height});
        y += height + gap;
    }
    gui_window_end();
}
