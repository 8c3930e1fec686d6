// SPDX-License-Identifier: MIT
// Inside the ui layer: a list of rows with a filter above it, worked by the keyboard as well as by the mouse.
//
// While the filter's field has the keyboard, the arrows, Page and Home/End keys move the selection, so that
// one can type and choose without leaving the field. Order of calls in one frame: ui_list_field (draws the
// field) -> the panel finds its rows -> ui_list_keys -> ui_list_rows.
#ifndef FOVEA_UI_CONTROLS_UI_LIST_H
#define FOVEA_UI_CONTROLS_UI_LIST_H

#include "ui/base/imgui_bridge.h"
#include "ui/controls/ui_lines.h"

// Zero-initialise.
struct ui_list {
    char filter[UI_FILTER_BYTES];
    size_t count;            // rows, of the last frame
    size_t selected, anchor; // the row chosen, and where a range of rows began; below count unless that is 0
    size_t page;             // rows that are visible at once
    bool keyboard;           // the field has the keyboard, or had it when the key of this frame came
    bool was_empty;          // the filter was empty when the key of this frame came
    bool reveal;             // the selected row shall be scrolled to
    bool refocus;            // the field shall get the keyboard
};

// Sets the number of rows; the selection stays among them.
void ui_list_limit(struct ui_list *list, size_t count);
// Moves the selection by so many rows, clamped; `extend` keeps the other end of the range where it is.
void ui_list_move(struct ui_list *list, int64_t rows, bool extend);
// Selects one row.
void ui_list_select(struct ui_list *list, size_t row);
// The range of selected rows: first and one past the last.
void ui_list_range(const struct ui_list *list, size_t *first, size_t *end);

// Draws the filter's field, `width` as for gui_next_width. True when the filter changed.
bool ui_list_field(struct ui_list *list, const char *hint, float width, bool focus);
// Moves the selection by the keys that went down, if they are the list's. True if it moved.
bool ui_list_keys(struct ui_list *list, size_t count);

// Draws a row in the room that it has; `context` is that of ui_list_rows.
typedef void ui_list_draw(void *context, size_t row, struct gui_rect place, bool selected);

// What the mouse did to the rows.
enum ui_list_event { UI_LIST_NOTHING, UI_LIST_CLICKED, UI_LIST_DOUBLE_CLICKED };

// Draws the rows in what is left of the window, `below` framebuffer pixels excepted; `list->selected` is the
// row of the event.
enum ui_list_event ui_list_rows(struct ui_list *list, float row_height, float below, ui_list_draw *draw,
                                void *context);

// Draws `text` at the place, cut to its width with "..." in the middle, so that numbers and endings of names
// stay readable. Returns the width it took.
float ui_draw_cut(struct gui_rect place, uint32_t colour, const char *text);

#endif
