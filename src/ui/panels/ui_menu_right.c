// SPDX-License-Identifier: MIT
// The right end of the menu bar: the search for commands, and how panes are laid out.
#include "ui/panels/ui_internal.h"

#include <string.h>

static const struct {
    enum ui_icon icon;
    const char *name, *command;
    size_t panes;
} layouts[] = {
    {UI_ICON_LAYOUT_1, "One pane", "pane.grid 1x1", 1},
    {UI_ICON_LAYOUT_1X2, "Two panes side by side", "pane.grid 2x1", 2},
    {UI_ICON_LAYOUT_2X2, "Four panes", "pane.grid 2x2", 4},
    {UI_ICON_LAYOUT_3X2, "Six panes", "pane.grid 3x2", 6},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static const float FIELD = 224, LAYOUT = 28, MENUS = 560; // layout pixels; MENUS: what the menus need

// The field that opens the palette, with the key that does the same.
static void draw_field(struct ui *ui, struct gui_rect place)
{
    struct gui_mouse_area area;
    const float icon = ui_px(ui, 16), margin = ui_px(ui, UI_GAP);
    struct key key;
    char name[64] = "";
    gui_move_to(place.x, place.y);
    gui_canvas("##find", place.width, place.height, &area);
    gui_draw_rounded(place, gui_tone(UI_FIELD), ui_px(ui, UI_RADIUS));
    gui_draw_frame(place, gui_tone(area.hovered ? UI_EDGE : UI_LINE), ui_px(ui, UI_RADIUS), gui_hairline());
    ui_icon_draw(UI_ICON_SEARCH, place.x + margin, place.y + (float)(int)((place.height - icon) / 2), 16,
                 gui_tone(UI_TEXT2));
    struct gui_rect text = {place.x + margin + icon + ui_px(ui, 6), place.y, 0, place.height};
    text.width = place.x + place.width - margin - text.x;
    const float used = gui_draw_label(text, GUI_LEFT, gui_tone(UI_TEXT2), "Find a command") + margin;
    if (bindings_key_for(ui->model->bindings, "panel.palette", &key)) {
        gui_font_push(UI_R11);
        key_format(key, name, sizeof name);
        if (gui_text_width(name) <= text.width - used)
            gui_draw_label(text, GUI_RIGHT, gui_tone(UI_TEXT2), name);
        gui_font_pop();
    }
    if (area.clicked)
        ui_run(ui, "panel.palette on");
}

// Panes that are laid out otherwise: the button is that of their number.
static void draw_layouts(struct ui *ui, struct gui_rect place)
{
    const float width = ui_px(ui, LAYOUT);
    for (int i = 0; i < LAYOUTS; i++) {
        struct ui_icon_button button = {.id = layouts[i].command, .icon = layouts[i].icon, .size = 16};
        button.look = ui_pane_count(ui->model) == layouts[i].panes ? UI_BUTTON_ON : UI_BUTTON_PLAIN;
        ui_command_button(ui, button,
                          (struct gui_rect){place.x + (float)i * width, place.y, width, place.height},
                          layouts[i].name, layouts[i].command, false);
    }
}

void ui_menu_right(struct ui *ui, struct gui_rect menu)
{
    const float margin = ui_px(ui, 3), height = menu.height - 2 * margin, gap = ui_px(ui, UI_GAP);
    const float layouts_width = LAYOUTS * ui_px(ui, LAYOUT), most = menu.width - ui_px(ui, MENUS);
    const bool field = most > layouts_width + ui_px(ui, FIELD) + 2 * gap;
    const float side = field ? ui_px(ui, FIELD) : ui_px(ui, LAYOUT);
    const bool layouts_fit = most > layouts_width + side + 2 * gap;
    const float width = side + gap + (layouts_fit ? layouts_width + gap : 0);
    struct gui_rect at = {menu.x + menu.width - width, menu.y + margin, side, height};
    gui_window_begin("##menu right", (struct gui_rect){at.x, menu.y, width, menu.height},
                     GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    if (field)
        draw_field(ui, at);
    else
        ui_command_button(ui, (struct ui_icon_button){.icon = UI_ICON_SEARCH, .size = 16}, at,
                          "Find a command", "panel.palette", false);
    at.x += side + gap;
    if (layouts_fit)
        draw_layouts(ui, at);
    gui_window_end();
}
