// SPDX-License-Identifier: MIT
// The tools at the left: of the mode, then what undoes, and at the foot files and help.
#include "ui/panels/ui_internal.h"

#include <stdio.h>

// A tool, which a command takes up, or what a command does.
struct row {
    enum tool_kind tool;
    bool masking; // in mask mode only
    bool rule;    // a line before it
    enum ui_icon icon;
    const char *name, *command; // NULL: of the tool
};

static const struct row tools[] = {
    {.tool = TOOL_NONE},
    {.tool = TOOL_RECTANGLE, .masking = true, .rule = true},
    {.tool = TOOL_CIRCLE, .masking = true},
    {.tool = TOOL_ELLIPSE, .masking = true},
    {.tool = TOOL_POLYGON, .masking = true},
    {.tool = TOOL_LINE, .masking = true},
    {.tool = TOOL_PENCIL, .masking = true},
    {.tool = TOOL_POINT, .masking = true},
    {.tool = TOOL_RING, .masking = true},
    {.tool = TOOL_FLOOD, .masking = true},
    {.icon = UI_ICON_UNDO, .name = "Undo", .command = "mask.undo", .masking = true, .rule = true},
    {.icon = UI_ICON_REDO, .name = "Redo", .command = "mask.redo", .masking = true},
};
enum { TOOLS = sizeof tools / sizeof *tools, FOOT = 2 };

static const struct row foot[FOOT] = {
    {.icon = UI_ICON_FOLDER, .name = "Files", .command = "panel.files"},
    {.icon = UI_ICON_HELP, .name = "Help", .command = "panel.help"},
};

// Layout pixels: of a line with its room; of a button that is short of room.
static const float RULE = 9, LEAST = 24;

static void draw_tool(struct ui *ui, enum tool_kind kind, struct gui_rect place)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    const struct ui_tool *tool = ui_tool(kind);
    char command[40];
    struct ui_icon_button button = {.id = tool->name, .icon = tool->icon, .size = 20};
    // Outside of mask mode the picture is moved, and nothing else is there to be chosen.
    const bool alone = kind == TOOL_NONE && !masking->on;
    snprintf(command, sizeof command, "mask.tool %s", tool_name(kind));
    button.look = alone || (masking->on && masking->tool == kind) ? UI_BUTTON_CHOSEN : UI_BUTTON_PLAIN;
    button.disabled = !alone && !command_is_enabled(ui->host, command);
    if (ui_icon_button(&button, place) && !alone)
        ui_run(ui, "%s", command);
    ui_tip(ui, tool->name, alone ? "" : command, tool_hint(kind));
}

static void draw_row(struct ui *ui, const struct row *row, struct gui_rect place)
{
    if (!row->command)
        draw_tool(ui, row->tool, place);
    else
        ui_command_button(ui, (struct ui_icon_button){.id = row->name, .icon = row->icon, .size = 20}, place,
                          row->name, row->command, true);
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
        draw_row(ui, &tools[i], (struct gui_rect){x, y, width, height});
        y += height + gap;
    }
    y = place.y + place.height - margin - FOOT * (height + gap) + gap;
    for (int i = 0; i < FOOT; i++) {
        draw_row(ui, &foot[i], (struct gui_rect){x, y, width, height});
        y += height + gap;
    }
    gui_window_end();
}
