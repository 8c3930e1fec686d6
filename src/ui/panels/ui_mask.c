// SPDX-License-Identifier: MIT
// The panel of the mask at the right: tools, typed shapes, layers, and files. Its other parts are in
// ui_mask_edit.c.
#include "ui/panels/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const layer_labels[MASK_LAYER_COUNT] = {"Drawn", "File",      "Gaps",    "Bad",
                                                           "Hot",   "Saturated", "Drawn 2", "Drawn 3"};

const char *ui_mask_layer_label(enum mask_layer layer)
{
    return layer_labels[layer];
}

void ui_mask_init(struct ui_mask_panel *panel)
{
    static const char *const numbers[UI_MASK_NUMBERS] = {"1", "10", "1", "5", "5", "100"};
    for (int i = 0; i < UI_MASK_NUMBERS; i++)
        snprintf(panel->numbers[i], sizeof panel->numbers[i], "%s", numbers[i] ? numbers[i] : "");
    panel->other = MASK_FILE;
}

bool ui_mask_button(struct ui *ui, const char *label, bool on, float width, const char *command)
{
    struct key key;
    const bool pressed = gui_toggle_button(label, on, width);
    if (command && bindings_key_for(ui->model->bindings, command, &key)) {
        char name[64], tip[96];
        key_format(key, name, sizeof name);
        snprintf(tip, sizeof tip, "Key %s", name);
        gui_tooltip(tip);
    }
    if (pressed && command)
        ui_run(ui, "%s", command);
    return pressed;
}

// --- Tools ---

static const struct {
    enum tool_kind tool;
    const char *label;
} tools[] = {
    {TOOL_RECTANGLE, "Box"}, {TOOL_CIRCLE, "Circle"}, {TOOL_ELLIPSE, "Ellipse"}, {TOOL_POLYGON, "Poly"},
    {TOOL_PENCIL, "Pencil"}, {TOOL_LINE, "Line"},     {TOOL_POINT, "Pixel"},     {TOOL_RING, "Ring"},
    {TOOL_FLOOD, "Flood"},   {TOOL_NONE, "Move"},
};

static void draw_tools(struct ui *ui)
{
    enum { COLUMNS = 5, COUNT = sizeof tools / sizeof tools[0] };
    const struct view_masking *masking = &ui->host->workspace->masking;
    const float gap = ui_px(ui, 6), width = (float)(int)((gui_room() - (COLUMNS - 1) * gap) / COLUMNS);
    for (int i = 0; i < COUNT; i++) {
        char command[40];
        if (i % COLUMNS)
            gui_same_line();
        snprintf(command, sizeof command, "mask.tool %s", tool_name(tools[i].tool));
        ui_mask_button(ui, tools[i].label, masking->on && masking->tool == tools[i].tool, width, command);
    }
}

static void draw_mode(struct ui *ui, float label)
{
    const bool unmask = ui->host->workspace->masking.unmask;
    gui_align();
    gui_text_dim("Draws");
    gui_same_line_at(label);
    const float width = (float)(int)((gui_room() - ui_px(ui, 6)) / 2);
    if (gui_toggle_button("masked", !unmask, width))
        ui_run(ui, "mask.draw_as mask");
    gui_tooltip("X changes it; Ctrl does the opposite for one shape");
    gui_same_line();
    if (gui_toggle_button("unmasked", unmask, width))
        ui_run(ui, "mask.draw_as unmask");
    gui_tooltip("X changes it; Ctrl does the opposite for one shape");
}

static void draw_width(struct ui *ui, float label)
{
    enum { WIDEST = 200 };
    struct ui_mask_panel *panel = &ui->mask;
    const double width = ui->host->workspace->masking.width;
    double moved = width < WIDEST ? width : WIDEST;
    const double before = moved;
    gui_align();
    gui_text_dim("Width");
    gui_same_line_at(label);
    ui_number(ui, "##width", panel->width, sizeof panel->width, width, ui_px(ui, 52), "mask.brush");
    gui_same_line();
    gui_next_width(-1);
    if (gui_slider("##widthslider", &moved, 1, WIDEST, "") && round(moved) != before)
        ui_run(ui, "mask.brush %.0f", moved);
    gui_tooltip("[ and ], or Ctrl+wheel");
}

static void draw_neighbours(struct ui *ui)
{
    const bool corners = ui->host->workspace->masking.corners;
    if (gui_toggle_button("4", !corners, ui_px(ui, 26)))
        ui_run(ui, "mask.neighbours 4");
    gui_tooltip("Pixels with a common edge are neighbours");
    gui_same_line();
    if (gui_toggle_button("8", corners, ui_px(ui, 26)))
        ui_run(ui, "mask.neighbours 8");
    gui_tooltip("Those with a common corner too");
}

static void draw_tolerance(struct ui *ui, float label)
{
    struct ui_mask_panel *panel = &ui->mask;
    gui_align();
    gui_text_dim("Within");
    gui_same_line_at(label);
    ui_number(ui, "##tolerance", panel->tolerance, sizeof panel->tolerance,
              ui->host->workspace->masking.tolerance, ui_px(ui, 74), "mask.tolerance");
    gui_tooltip("How far values may differ from that of the first pixel");
    gui_same_line();
    gui_text_dim("of neighbours");
    gui_same_line();
    draw_neighbours(ui);
}

static void draw_centre(struct ui *ui, float label)
{
    struct ui_mask_panel *panel = &ui->mask;
    const struct view_masking *masking = &ui->host->workspace->masking;
    const struct ui_mask_model *model = &ui->model->mask;
    const bool known = masking->has_centre || model->has_beam;
    const struct shape_point centre = masking->has_centre ? masking->centre : model->beam;
    char command[96], other[32];
    gui_align();
    gui_text_dim("Centre");
    gui_same_line_at(label);
    const float field = ui_px(ui, 62);
    // Both numbers are one argument list: the other one goes along.
    gui_next_width(field);
    double typed = 0;
    const double x = known ? round(centre.x * 100) / 100 : 0, y = known ? round(centre.y * 100) / 100 : 0;
    if (ui_field("##centrex", panel->centre_x, sizeof panel->centre_x, x) &&
        parse_double(panel->centre_x, &typed) && typed != x)
        ui_run(ui, "mask.centre %s %s", panel->centre_x, format_double(y, other, sizeof other));
    gui_same_line();
    snprintf(command, sizeof command, "mask.centre %s", format_double(x, other, sizeof other));
    ui_number(ui, "##centrey", panel->centre_y, sizeof panel->centre_y, y, field, command);
    gui_same_line();
    gui_disabled_begin(!masking->has_centre);
    if (gui_button(model->has_beam ? "Of file" : "None", -1))
        ui_run(ui, "mask.centre");
    gui_tooltip(model->has_beam ? "The beam centre that the file gives"
                                : "Rings are drawn about the point where the drag begins");
    gui_disabled_end();
}

// --- Typed shapes ---

static const struct {
    enum tool_kind tool;
    const char *command;
    const char *fields[UI_SHAPE_NUMBERS]; // what the numbers are, in the command's order
    size_t least;                         // so many must be given
} typed_shapes[] = {
    {TOOL_RECTANGLE, "mask.rectangle", {"x", "y", "width", "height"}, 4},
    {TOOL_CIRCLE, "mask.circle", {"x", "y", "radius"}, 3},
    {TOOL_ELLIPSE, "mask.ellipse", {"x", "y", "radius x", "radius y", "angle"}, 4},
    {TOOL_LINE, "mask.line", {"x 1", "y 1", "x 2", "y 2", "width"}, 4},
    {TOOL_POINT, "mask.point", {"x", "y"}, 2},
    {TOOL_RING, "mask.sector", {"x", "y", "inner", "outer", "start", "sweep"}, 4},
    {TOOL_FLOOD, "mask.flood", {"x", "y"}, 2},
};

static void run_typed(struct ui *ui, size_t index)
{
    struct text line = {0};
    double number;
    size_t given = 0;
    text_append(&line, typed_shapes[index].command);
    for (; given < UI_SHAPE_NUMBERS && typed_shapes[index].fields[given]; given++) {
        if (!parse_double(ui->mask.shape[given], &number))
            break;
        text_append(&line, " ");
        command_append_word(&line, ui->mask.shape[given]);
    }
    const struct view_masking *masking = &ui->host->workspace->masking;
    if (typed_shapes[index].tool == TOOL_FLOOD)
        text_printf(&line, " %.17g %d", masking->tolerance, masking->corners ? 8 : 4);
    if (given >= typed_shapes[index].least)
        ui_run(ui, "%s", text_string(&line));
    text_free(&line);
}

static void draw_typed_polygon(struct ui *ui)
{
    struct ui_mask_panel *panel = &ui->mask;
    gui_next_width(gui_room() - ui_px(ui, 66));
    gui_search("##points", "x y x y x y ...", panel->points, sizeof panel->points, false);
    gui_same_line();
    if (gui_button("Apply", -1) && *panel->points) {
        for (char *at = panel->points; *at; at++)
            *at = strchr(",;\"#", *at) ? ' ' : *at;
        ui_run(ui, "mask.polygon %s", panel->points);
    }
}

// Two numbers a line, then the button.
static void draw_typed(struct ui *ui)
{
    const enum tool_kind tool = ui->host->workspace->masking.tool;
    const float half = (float)(int)((gui_room() + ui_px(ui, 6)) / 2), margin = ui_px(ui, 9),
                label = ui_px(ui, 54);
    if (tool == TOOL_POLYGON)
        draw_typed_polygon(ui);
    for (size_t i = 0; i < sizeof typed_shapes / sizeof typed_shapes[0]; i++) {
        if (typed_shapes[i].tool != tool)
            continue;
        size_t count = 0;
        for (; count < UI_SHAPE_NUMBERS && typed_shapes[i].fields[count]; count++) {
            const float left = margin + (count % 2 ? half : 0);
            gui_id_begin((int)count);
            if (count % 2)
                gui_same_line_at(left);
            gui_align();
            gui_text_dim(typed_shapes[i].fields[count]);
            gui_same_line_at(left + label);
            gui_next_width(half - label - ui_px(ui, 6));
            gui_input("##number", ui->mask.shape[count], sizeof ui->mask.shape[count]);
            gui_id_end();
        }
        if (count % 2)
            gui_same_line_at(margin + half + label);
        if (gui_button("Apply", -1))
            run_typed(ui, i);
    }
}

// What is drawn now, or what can be done.
static void draw_hint(struct ui *ui)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    const struct ui_mask_model *model = &ui->model->mask;
    if (*model->shape)
        gui_text(model->shape);
    else if (model->previewing)
        gui_text("Enter keeps what is shown, Escape does not");
    else if (!masking->on)
        gui_text_dim("M begins to draw");
    else
        gui_text_wrapped_coloured(gui_tone(UI_TEXT2), tool_hint(masking->tool));
}

static void draw_drawing(struct ui *ui)
{
    const enum tool_kind tool = ui->host->workspace->masking.tool;
    const float label = ui_px(ui, 9) + gui_text_width("Centre") + ui_px(ui, 8);
    draw_tools(ui);
    draw_mode(ui, label);
    if (ui_tool(tool)->width)
        draw_width(ui, label);
    if (ui_tool(tool)->tolerance)
        draw_tolerance(ui, label);
    if (tool == TOOL_RING)
        draw_centre(ui, label);
    draw_typed(ui);
    draw_hint(ui);
}

// --- Layers ---

static void draw_right(float right, float y, uint32_t colour, const char *text)
{
    gui_draw_text(right - gui_text_width(text), y, colour, text);
}

// Name, number and share of masked pixels over the rest of the line.
static void draw_layer_name(struct ui *ui, int layer, float width)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    const struct ui_mask_model *model = &ui->model->mask;
    const struct gui_rect here = gui_here();
    const float height = gui_frame_height(), y = here.y + (float)(int)((height - gui_line_height()) / 2);
    const bool locked = masking->locked & MASK_BIT(layer);
    char text[48];
    if (gui_selectable_high("##name", (int)masking->layer == layer, height))
        ui_run(ui, "mask.edit_layer %s", mask_layer_word((enum mask_layer)layer));
    gui_tooltip(locked ? "Locked" : "Edits go to the layer that is chosen here");
    gui_draw_text(here.x + ui_px(ui, 4), y, locked ? gui_tone(UI_TEXT2) : gui_tone(UI_TEXT),
                  layer_labels[layer]);
    if (!model->counts)
        return;
    const int64_t count = model->counts->layers[layer];
    const float right = here.x + width - ui_px(ui, 4);
    snprintf(text, sizeof text, "%lld", (long long)count);
    draw_right(right - ui_px(ui, 62), y, count ? gui_tone(UI_TEXT) : gui_tone(UI_TEXT2), count ? text : "-");
    const double share = 100 * (double)count / (double)(model->pixels ? model->pixels : 1);
    snprintf(text, sizeof text, share < 0.01 ? "< 0.01 %%" : "%.2f %%", share);
    if (count)
        draw_right(right, y, gui_tone(UI_TEXT2), text);
}

static void draw_layer(struct ui *ui, int layer)
{
    struct mask_style style = ui->host->view->display.mask[layer];
    char command[64], colour[8];
    gui_id_begin(layer);
    if (gui_colour("##colour", style.rgb))
        ui_run(ui, "mask.colour %s %s", ui_colour_text(style.rgb, colour),
               mask_layer_word((enum mask_layer)layer));
    gui_same_line();
    snprintf(command, sizeof command, "mask.show_layer %s", mask_layer_word((enum mask_layer)layer));
    ui_check(ui, "##visible", command);
    gui_tooltip("Shown");
    gui_same_line();
    draw_layer_name(ui, layer, gui_room());
    gui_id_end();
}

static void draw_style(struct ui *ui, const struct mask_style *style, const char *word)
{
    static const char *const names[4] = {"Filled", "Border only", "Stripes", "Stripes and border"};
    const int shown = style->outline + 2 * style->hatch;
    gui_next_width(-1);
    if (!gui_combo_begin("##style", names[shown]))
        return;
    for (int i = 0; i < 4; i++)
        if (gui_selectable(names[i], i == shown))
            ui_run(ui, "mask.outline %s %s; mask.hatch %s %s", i & 1 ? "on" : "off", word,
                   i & 2 ? "on" : "off", word);
    gui_combo_end();
}

// What can be set of the edited layer.
static void draw_chosen_layer(struct ui *ui)
{
    const enum mask_layer layer = ui->host->workspace->masking.layer;
    const struct mask_style *style = &ui->host->view->display.mask[layer];
    const char *word = mask_layer_word(layer);
    const float half = ui_px(ui, 130);
    double opacity = (double)style->opacity, moved = opacity;
    char command[64], text[32];
    gui_next_width(half - ui_px(ui, 15));
    snprintf(text, sizeof text, "opacity %.2f", opacity);
    if (gui_slider("##opacity", &moved, 0, 1, text) && round(moved * 100) != round(opacity * 100))
        ui_run(ui, "mask.opacity %.2f %s", moved, word);
    gui_same_line_at(half);
    draw_style(ui, style, word);
    snprintf(command, sizeof command, "mask.lock %s", word);
    ui_check(ui, "Locked", command);
    gui_same_line_at(half);
    snprintf(command, sizeof command, "mask.leave_out %s", word);
    ui_check(ui, "Left out of statistics", command);
}

static void draw_total(struct ui *ui)
{
    const struct ui_mask_model *model = &ui->model->mask;
    char text[96];
    if (!model->counts || model->pixels == 0) {
        gui_text_dim(ui->model->loading ? "Loading ..." : "No image");
        return;
    }
    snprintf(text, sizeof text, "%lld pixels masked, %.4g %%", (long long)model->counts->any,
             100 * (double)model->counts->any / (double)model->pixels);
    gui_text_dim(text);
}

static void draw_layers(struct ui *ui)
{
    static const enum mask_layer order[MASK_LAYER_COUNT] = {
        MASK_USER, MASK_USER_2, MASK_USER_3, MASK_FILE, MASK_GAP, MASK_BAD, MASK_HOT, MASK_SATURATED};
    for (int i = 0; i < MASK_LAYER_COUNT; i++)
        draw_layer(ui, (int)order[i]);
    draw_total(ui);
    draw_chosen_layer(ui);
    if (gui_button("Leave masked pixels out of statistics now", -1))
        ui_run(ui, "mask.apply");
    gui_tooltip("Reads the frame again");
}

// --- All ---

static void draw_files(struct ui *ui)
{
    const float gap = ui_px(ui, 6), width = (float)(int)((gui_room() - gap) / 2);
    ui_mask_button(ui, "Load...", false, width, "mask.load");
    gui_same_line();
    ui_mask_button(ui, ui->model->mask.unsaved ? "Save... *" : "Save...", false, width, "mask.save");
}

void ui_mask_panel(struct ui *ui, struct gui_rect place)
{
    gui_window_begin("##mask", place, GUI_FIXED | GUI_ON_GROUND, NULL);
    const float button = gui_text_width("Draw") + ui_px(ui, 12), room = gui_room();
    gui_space(0);
    gui_same_line_at(ui_px(ui, 9) + room - button);
    ui_mask_button(ui, "Draw", ui->host->workspace->masking.on, button, "mask.draw");
    ui_histogram(ui, gui_room(), ui_px(ui, 56));
    draw_drawing(ui);
    draw_files(ui);
    if (gui_section("Layers", true))
        draw_layers(ui);
    if (gui_section("By value", true))
        ui_mask_by_value(ui);
    if (gui_section("Operations", true))
        ui_mask_operations(ui);
    if (gui_section("History", true))
        ui_mask_history(ui);
    gui_window_end();
}
