// SPDX-License-Identifier: MIT
// Drawing and mouse of buttons with an icon.
#include "ui/controls/ui_icon_button.h"

static const float PADDING = 8, LABEL_GAP = 6; // layout pixels

float ui_icon_button_width(const struct ui_icon_button *button)
{
    const float icon = button->icon != UI_ICON_NONE ? gui_px(button->size) : 0;
    const float gap = button->icon != UI_ICON_NONE && button->label ? gui_px(LABEL_GAP) : 0;
    return 2 * gui_px(PADDING) + icon + gap + (button->label ? gui_text_width(button->label) : 0);
}

static enum ui_colour tone_of(const struct ui_icon_button *button, bool hovered)
{
    if (button->disabled)
        return UI_TEXT3;
    if (button->look == UI_BUTTON_CHOSEN)
        return UI_ONFILL;
    if (button->look == UI_BUTTON_ON)
        return UI_ACCENT;
    return hovered ? UI_TEXT : UI_TEXT2;
}

static void draw_ground(const struct ui_icon_button *button, const struct gui_mouse_area *area)
{
    const bool active = !button->disabled && (area->hovered || area->held);
    enum ui_colour tone = area->held ? UI_PRESS : UI_HOVER;
    if (button->look == UI_BUTTON_CHOSEN)
        tone = !active ? UI_ACCENTFILL : area->held ? UI_ACCENTFILL_PRESS : UI_ACCENTFILL_HOVER;
    else if (button->look == UI_BUTTON_ON && !active)
        tone = UI_ACCENTSOFT;
    else if (!active)
        return;
    gui_draw_rounded(area->place, gui_tone(tone), gui_px(UI_RADIUS));
}

bool ui_icon_button(const struct ui_icon_button *button, struct gui_rect place)
{
    struct gui_mouse_area area;
    gui_move_to(place.x, place.y);
    gui_canvas(button->id, place.width, place.height, &area);
    draw_ground(button, &area);
    const uint32_t colour = gui_tone(tone_of(button, area.hovered));
    const float size = button->icon != UI_ICON_NONE ? gui_px(button->size) : 0;
    const float taken = ui_icon_button_width(button) - 2 * gui_px(PADDING);
    float x = place.x + (float)(int)((place.width - (button->label ? taken : size)) / 2);
    if (button->icon != UI_ICON_NONE) {
        ui_icon_draw(button->icon, x, place.y + (float)(int)((place.height - size) / 2), button->size,
                     colour);
        x += size + gui_px(LABEL_GAP);
    }
    if (button->label)
        gui_draw_label((struct gui_rect){x, place.y, place.x + place.width - x, place.height}, GUI_LEFT,
                       colour, button->label);
    if (area.focused)
        gui_draw_frame(place, gui_tone(UI_FOCUS), gui_px(UI_RADIUS), 2 * gui_hairline());
    return area.clicked && !button->disabled;
}
