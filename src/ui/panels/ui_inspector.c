// SPDX-License-Identifier: MIT
// The tabs of the inspector, and the rail.
#include "ui/panels/ui_inspector.h"

#include "ui/panels/ui_internal.h"

#include <math.h>

static const struct tab {
    enum ui_icon icon;
    const char *label, *command;
    void (*build)(struct ui *ui, struct gui_rect place);
} tabs[TAB_COUNT] = {
    [TAB_CONTRAST] = {UI_ICON_TUNE, "Contrast", "panel.contrast", ui_contrast_panel},
    [TAB_MASK] = {UI_ICON_MASK, "Mask", "panel.mask", ui_mask_panel},
    [TAB_HEADER] = {UI_ICON_HEADER, "Header", "panel.metadata", ui_metadata},
    [TAB_CONTENTS] = {UI_ICON_CONTENTS, "Contents", "panel.contents", ui_contents},
};

static void draw_title(struct ui *ui, const struct tab *tab, struct gui_rect place)
{
    const float padding = ui_px(ui, UI_PAD), side = ui_px(ui, UI_ROW);
    gui_window_begin("##inspector", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    gui_font_push(UI_B13);
    gui_draw_label(
        (struct gui_rect){place.x + padding, place.y, place.width - 2 * padding - side, place.height},
        GUI_LEFT, gui_tone(UI_TEXT), tab->label);
    gui_font_pop();
    const struct ui_icon_button close = {.id = "##close", .icon = UI_ICON_RIGHT, .size = 16};
    if (ui_icon_button(&close,
                       (struct gui_rect){place.x + place.width - side - ui_px(ui, UI_GAP),
                                         place.y + (float)(int)((place.height - side) / 2), side, side}))
        ui_run(ui, "%s off", tab->command);
    ui_tip(ui, "Close", tab->command, NULL);
    gui_window_end();
}

// The left edge, by which the inspector is made wider; a double click makes it as wide as usual.
static void draw_edge(struct ui *ui, struct gui_rect place)
{
    struct gui_mouse_area area;
    const float grip = ui_px(ui, UI_SPLITTER);
    gui_window_begin("##inspector edge", (struct gui_rect){place.x, place.y, grip, place.height},
                     GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    gui_canvas("##edge", grip, place.height, &area);
    gui_draw_rect((struct gui_rect){place.x, place.y, gui_hairline(), place.height},
                  gui_tone(area.hovered || area.held ? UI_ACCENT : UI_LINE));
    if (area.hovered || area.held)
        gui_cursor(GUI_CURSOR_EW);
    const float wanted = (place.x + place.width - area.place.x - area.x) / ui->scale;
    if (area.double_clicked)
        ui_run(ui, "panel.inspector_width 0");
    else if (area.dragged)
        ui_run(ui, "panel.inspector_width %d",
               (int)fminf(fmaxf(wanted, SHELL_INSPECTOR_LEAST), SHELL_INSPECTOR_MOST));
    gui_window_end();
}

void ui_inspector(struct ui *ui, struct gui_rect place)
{
    const int number = panels_tab(&ui->host->workspace->panels);
    if (number < 0)
        return;
    const struct tab *tab = &tabs[number];
    const float title = ui_px(ui, UI_TITLE), edge = ui_px(ui, UI_SPLITTER);
    draw_edge(ui, place);
    place.x += edge;
    place.width -= edge;
    draw_title(ui, tab, (struct gui_rect){place.x, place.y, place.width, title});
    tab->build(ui, (struct gui_rect){place.x, place.y + title, place.width, place.height - title});
}

// Whether all labels find room below their icons; in another language they may not, and tooltips say them.
static bool is_labelled(const struct ui *ui, float width)
{
    bool fits = width >= ui_px(ui, UI_RAIL);
    gui_font_push(UI_R11);
    for (int i = 0; i < TAB_COUNT; i++)
        fits = fits && gui_text_width(tabs[i].label) <= width;
    gui_font_pop();
    return fits;
}

static void draw_item(struct ui *ui, const struct tab *tab, bool open, bool labelled, struct gui_rect place)
{
    struct gui_mouse_area area;
    const float icon = ui_px(ui, 20);
    gui_move_to(place.x, place.y);
    gui_canvas(tab->label, place.width, place.height, &area);
    const uint32_t colour = gui_tone(open || area.hovered ? UI_TEXT : UI_TEXT2);
    if (area.hovered || area.held)
        gui_draw_rect(place, gui_tone(area.held ? UI_PRESS : UI_HOVER));
    if (open)
        gui_draw_rect((struct gui_rect){place.x, place.y, ui_px(ui, 3), place.height}, gui_tone(UI_ACCENT));
    const float top = labelled ? ui_px(ui, 7) : (float)(int)((place.height - icon) / 2);
    ui_icon_draw(tab->icon, place.x + (float)(int)((place.width - icon) / 2), place.y + top, 20, colour);
    if (labelled) {
        gui_font_push(UI_R11);
        gui_draw_label(
            (struct gui_rect){place.x, place.y + top + icon, place.width, place.height - top - icon},
            GUI_MIDDLE, colour, tab->label);
        gui_font_pop();
    }
    if (area.focused)
        gui_draw_frame(place, gui_tone(UI_FOCUS), ui_px(ui, UI_RADIUS), 2 * gui_hairline());
    if (area.clicked)
        ui_run(ui, "%s", tab->command);
    ui_tip(ui, tab->label, tab->command, NULL);
}

void ui_rail(struct ui *ui, struct gui_rect place)
{
    const int open = panels_tab(&ui->host->workspace->panels);
    gui_window_begin("##rail", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    const float height = ui_px(ui, UI_RAIL_ITEM);
    const bool labelled = is_labelled(ui, place.width);
    for (int i = 0; i < TAB_COUNT; i++)
        draw_item(
            ui, &tabs[i], i == open, labelled,
            (struct gui_rect){place.x, place.y + ui_px(ui, 4) + (float)i * height, place.width, height});
    gui_window_end();
}
