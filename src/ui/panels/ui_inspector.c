// SPDX-License-Identifier: MIT
// The tabs of the inspector, and the rail.
#include "ui/panels/ui_internal.h"

static const float TITLE = 34, RAIL_ITEM = 50; // layout lengths
static const struct tab {
    const char *label, *command;
    void (*build)(struct ui *ui, struct gui_rect place);
} tabs[TAB_COUNT] = {
    [TAB_CONTRAST] = {"Contrast", "panel.contrast", ui_contrast_panel},
    [TAB_MASK] = {"Mask", "panel.mask", ui_mask_panel},
    [TAB_HEADER] = {"Header", "panel.metadata", ui_metadata},
    [TAB_CONTENTS] = {"Contents", "panel.contents", ui_contents},
};

static void draw_title(struct ui *ui, const struct tab *tab, struct gui_rect place)
{
    const float padding = ui_px(ui, 12);
    gui_window_begin("##inspector", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    gui_draw_rect((struct gui_rect){place.x, place.y, 1, place.height}, gui_tone(UI_LINE));
    gui_draw_text(place.x + padding, place.y + (float)(int)((place.height - gui_line_height()) / 2),
                  gui_tone(UI_TEXT), tab->label);
    gui_window_end();
}

void ui_inspector(struct ui *ui, struct gui_rect place)
{
    const int number = panels_tab(&ui->host->workspace->panels);
    if (number < 0)
        return;
    const struct tab *tab = &tabs[number];
    const float title = ui_px(ui, TITLE);
    draw_title(ui, tab, (struct gui_rect){place.x, place.y, place.width, title});
    tab->build(ui, (struct gui_rect){place.x + 1, place.y + title, place.width - 1, place.height - title});
}

static void draw_item(struct ui *ui, const struct tab *tab, bool open, float width)
{
    struct gui_mouse_area area;
    gui_canvas(tab->label, width, ui_px(ui, RAIL_ITEM), &area);
    if (area.hovered)
        gui_draw_rect(area.place, gui_tone(UI_HOVER));
    if (open)
        gui_draw_rect((struct gui_rect){area.place.x, area.place.y, ui_px(ui, 3), area.place.height},
                      gui_tone(UI_ACCENT));
    const float x = area.place.x + (float)(int)((width - gui_text_width(tab->label)) / 2);
    gui_draw_text(x, area.place.y + (float)(int)((area.place.height - gui_line_height()) / 2),
                  open ? gui_tone(UI_TEXT) : gui_tone(UI_TEXT2), tab->label);
    if (area.pressed)
        ui_run(ui, "%s", tab->command);
}

void ui_rail(struct ui *ui, struct gui_rect place)
{
    const int open = panels_tab(&ui->host->workspace->panels);
    gui_window_begin("##rail", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    for (int i = 0; i < TAB_COUNT; i++)
        draw_item(ui, &tabs[i], i == open, place.width);
    gui_window_end();
}
