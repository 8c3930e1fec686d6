// SPDX-License-Identifier: MIT
// Places in a bar, from both ends.
#include "ui/controls/ui_bar.h"

struct ui_bar ui_bar(struct gui_rect place, float margin)
{
    const float height = gui_px(UI_CONTROL);
    return (struct ui_bar){place.x + margin, place.x + place.width - margin,
                           place.y + (float)(int)((place.height - height) / 2), height};
}

struct gui_rect ui_bar_left(struct ui_bar *bar, float width, float gap)
{
    const struct gui_rect place = {bar->left, bar->y, width, bar->height};
    bar->left += width + gap;
    return place;
}

struct gui_rect ui_bar_right(struct ui_bar *bar, float width, float gap)
{
    bar->right -= width;
    const struct gui_rect place = {bar->right, bar->y, width, bar->height};
    bar->right -= gap;
    return place;
}

void ui_bar_label_left(struct ui_bar *bar, uint32_t colour, const char *text, float gap)
{
    gui_draw_label(ui_bar_left(bar, gui_text_width(text), gap), GUI_LEFT, colour, text);
}

void ui_bar_label_right(struct ui_bar *bar, uint32_t colour, const char *text, float gap)
{
    gui_draw_label(ui_bar_right(bar, gui_text_width(text), gap), GUI_LEFT, colour, text);
}

void ui_bar_field(struct gui_rect place)
{
    gui_move_to(place.x, place.y + (float)(int)((place.height - gui_frame_height()) / 2));
    gui_next_width(place.width);
}
