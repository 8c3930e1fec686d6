// SPDX-License-Identifier: MIT
// Selection, keys and rows of lists.
#include "ui/controls/ui_list.h"

#include <stdio.h>
#include <string.h>

static const char field_label[] = "##filter", dots[] = "\xE2\x80\xA6";

// --- selection ---

void ui_list_limit(struct ui_list *list, size_t count)
{
    const size_t last = count ? count - 1 : 0;
    list->count = count;
    list->selected = list->selected < last ? list->selected : last;
    list->anchor = list->anchor < last ? list->anchor : last;
}

void ui_list_select(struct ui_list *list, size_t row)
{
    list->selected = list->anchor = row;
    list->reveal = true;
    ui_list_limit(list, list->count);
}

void ui_list_move(struct ui_list *list, int64_t rows, bool extend)
{
    const int64_t last = list->count ? (int64_t)list->count - 1 : 0;
    int64_t row = (int64_t)list->selected;
    // Clamped first, so that the sum cannot overflow.
    rows = rows > last ? last : rows < -last ? -last : rows;
    row += rows;
    row = row > last ? last : row < 0 ? 0 : row;
    list->selected = (size_t)row;
    if (!extend)
        list->anchor = list->selected;
    list->reveal = true;
}

void ui_list_range(const struct ui_list *list, size_t *first, size_t *end)
{
    *first = list->selected < list->anchor ? list->selected : list->anchor;
    *end = list->count ? (list->selected > list->anchor ? list->selected : list->anchor) + 1 : 0;
}

// --- field and keys ---

bool ui_list_field(struct ui_list *list, const char *hint, float width, bool focus)
{
    const bool had = gui_field_active(field_label);
    list->was_empty = list->filter[0] == '\0';
    gui_next_width(width);
    const bool changed =
        gui_search(field_label, hint, list->filter, sizeof list->filter, focus || list->refocus);
    list->refocus = false;
    list->keyboard = had || gui_item_active();
    if (changed)
        ui_list_select(list, 0);
    return changed;
}

bool ui_list_keys(struct ui_list *list, size_t count)
{
    const int64_t page = list->page > 1 ? (int64_t)list->page - 1 : 1;
    const struct {
        enum gui_key key;
        int64_t rows;
    } moves[] = {{GUI_KEY_UP, -1},          {GUI_KEY_DOWN, 1},          {GUI_KEY_PAGE_UP, -page},
                 {GUI_KEY_PAGE_DOWN, page}, {GUI_KEY_HOME, -INT64_MAX}, {GUI_KEY_END, INT64_MAX}};
    bool moved = false;
    ui_list_limit(list, count);
    for (size_t i = 0; list->keyboard && i < sizeof moves / sizeof moves[0]; i++) {
        if (gui_key_pressed(moves[i].key)) {
            ui_list_move(list, moves[i].rows, gui_shift_down());
            moved = true;
        }
    }
    return moved;
}

// --- rows ---

struct rows {
    struct ui_list *list;
    float height;
    ui_list_draw *draw;
    void *context;
    size_t first, end; // selected
    enum ui_list_event event;
};

static void click_row(struct rows *rows, size_t row)
{
    struct ui_list *list = rows->list;
    list->selected = row;
    if (!gui_shift_down())
        list->anchor = row;
    list->refocus = true;
    rows->event = gui_double_clicked() ? UI_LIST_DOUBLE_CLICKED : UI_LIST_CLICKED;
}

static void draw_row(void *context, size_t row)
{
    struct rows *rows = context;
    const bool selected = row >= rows->first && row < rows->end;
    gui_id_begin((int)row);
    struct gui_rect place = gui_here();
    place.width = gui_room();
    place.height = rows->height;
    if (gui_selectable_high("##row", selected, rows->height))
        click_row(rows, row);
    rows->draw(rows->context, row, place, selected);
    gui_id_end();
}

enum ui_list_event ui_list_rows(struct ui_list *list, float row_height, float below, ui_list_draw *draw,
                                void *context)
{
    struct rows rows = {list, row_height, draw, context, 0, 0, UI_LIST_NOTHING};
    ui_list_range(list, &rows.first, &rows.end);
    gui_child_begin("##rows", 0, below > 0 ? -below : 0);
    list->page = (size_t)(gui_room_below() / row_height);
    if (list->reveal)
        gui_scroll_to((float)list->selected * row_height, (float)(list->selected + 1) * row_height);
    list->reveal = false;
    gui_rows(list->count, row_height, draw_row, &rows);
    gui_child_end();
    return rows.event;
}

// --- texts ---

// The number of bytes at most `most` that end with a whole character.
static size_t whole_characters(const char *text, size_t most)
{
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return most;
}

// Writes `keep` bytes of the text, the larger part of them from its end, with dots in between.
static void cut_middle(const char *text, size_t keep, char *cut, size_t size)
{
    const size_t head = whole_characters(text, keep * 2 / 5);
    size_t tail = strlen(text) - (keep - keep * 2 / 5);
    while (((unsigned char)text[tail] & 0xC0) == 0x80)
        tail++;
    snprintf(cut, size, "%.*s%s%s", (int)head, text, dots, text + tail);
}

float ui_draw_cut(struct gui_rect place, uint32_t colour, const char *text)
{
    char cut[512];
    const size_t length = strlen(text);
    const float width = gui_text_width(text);
    if (width <= place.width) {
        gui_draw_text(place.x, place.y, colour, text);
        return width;
    }
    size_t least = 0, most = length < sizeof cut - 8 ? length : sizeof cut - 8;
    while (least < most) {
        const size_t keep = (least + most + 1) / 2;
        cut_middle(text, keep, cut, sizeof cut);
        if (gui_text_width(cut) <= place.width)
            least = keep;
        else
            most = keep - 1;
    }
    cut_middle(text, least, cut, sizeof cut);
    gui_draw_text(place.x, place.y, colour, cut);
    return gui_text_width(cut);
}
