// SPDX-License-Identifier: MIT
// The window with what the file says of itself: the detector, then the header; searchable, and copied value
// by value, line by line or as a whole.
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

enum { MAX_SHOWN_BYTES = 4000 }; // of one long value

void ui_metadata_free(struct ui_metadata *metadata)
{
    ui_lines_free(&metadata->lines);
    text_free(&metadata->copied);
}

static const char *line_at(const struct ui *ui, size_t row)
{
    return ui->model->header.text + ui->metadata.lines.starts[row];
}

static float key_column(const struct ui *ui)
{
    return ui_px(ui, 124);
}

static void draw_line(void *context, size_t row, struct gui_rect place, bool selected)
{
    struct ui *ui = context;
    (void)selected;
    const char *line = line_at(ui, row);
    const bool detector = (size_t)(line - ui->model->header.text) < ui->model->header.detector_bytes;
    struct text part = {0};
    size_t bytes;
    const char *field = ui_line_field(line, 0, &bytes);
    text_append_bytes(&part, field, bytes);
    // Long keys, as those of HDF5, may take more than their column when the value is short.
    const float indent = ui_px(ui, 4), gap = ui_px(ui, 14), column = key_column(ui);
    const float most = place.width * 0.62f, key = gui_text_width(text_string(&part)) + gap;
    const float value_at = key < column ? column : key < most ? key : most;
    const float y = place.y + ui_px(ui, 2);
    ui_draw_cut((struct gui_rect){place.x + indent, y, value_at - gap, place.height},
                detector ? gui_tone(UI_ACCENT) : gui_tone(UI_TEXT2), text_string(&part));
    text_clear(&part);
    field = ui_line_field(line, 1, &bytes);
    text_append_bytes(&part, field, bytes < MAX_SHOWN_BYTES ? bytes : MAX_SHOWN_BYTES);
    gui_draw_text(place.x + indent + value_at, y, gui_tone(UI_TEXT), text_string(&part));
    text_free(&part);
    if (ui->model->header.detector_bytes > 0 && row + 1 < ui->metadata.lines.count && detector &&
        (size_t)(line_at(ui, row + 1) - ui->model->header.text) >= ui->model->header.detector_bytes)
        gui_draw_rect((struct gui_rect){place.x, place.y + place.height - 1, place.width, 1},
                      gui_tone(UI_LINE));
}

// --- copying ---

static void say_copied(struct ui_metadata *state, const char *what, size_t bytes)
{
    text_clear(&state->copied);
    text_append(&state->copied, "Copied: ");
    text_append_bytes(&state->copied, what, bytes < 200 ? bytes : 200);
}

// Copies the selected lines, or only their values, one a line.
static void copy_selected(struct ui *ui, bool values)
{
    struct ui_metadata *state = &ui->metadata;
    struct text out = {0};
    size_t first, end;
    ui_list_range(&state->list, &first, &end);
    for (size_t row = first; row < end; row++) {
        const char *line = line_at(ui, row);
        size_t bytes = strcspn(line, "\n");
        if (values)
            line = ui_line_field(line, 1, &bytes);
        if (row > first)
            text_append(&out, "\n");
        text_append_bytes(&out, line, bytes);
    }
    gui_clipboard_set(text_string(&out));
    say_copied(state, text_string(&out), out.length);
    text_free(&out);
}

static void handle_keys(struct ui *ui)
{
    struct ui_list *list = &ui->metadata.list;
    ui_list_keys(list, ui->metadata.lines.count);
    if (!list->keyboard)
        return;
    if (gui_key_pressed(GUI_KEY_ENTER)) {
        list->refocus = true;
        if (list->count)
            copy_selected(ui, true);
    } else if (gui_ctrl_down() && gui_key_pressed(GUI_KEY_C) && list->count && !gui_field_has_selection()) {
        copy_selected(ui, false);
    }
}

// --- the window ---

// The selected value where it is too long for its row: wrapped, below the list.
struct detail {
    struct text text;
    float height;
};

static void find_detail(struct ui *ui, struct detail *detail)
{
    const struct ui_metadata *state = &ui->metadata;
    size_t bytes;
    if (state->lines.count == 0)
        return;
    const char *value = ui_line_field(line_at(ui, state->list.selected), 1, &bytes);
    text_append_bytes(&detail->text, value, bytes < MAX_SHOWN_BYTES ? bytes : MAX_SHOWN_BYTES);
    const float room = gui_room(), width = gui_text_width(text_string(&detail->text));
    if (width <= room - key_column(ui) - ui_px(ui, 18)) {
        text_clear(&detail->text);
        return;
    }
    if (bytes > MAX_SHOWN_BYTES)
        text_printf(&detail->text, " ... (%zu more; copying gives all)", bytes - MAX_SHOWN_BYTES);
    const float lines = (float)(int)(width / (room > 1 ? room : 1)) + 2, most = gui_room_below() * 0.4f;
    detail->height = lines * gui_line_height() + ui_px(ui, 8);
    detail->height = detail->height < most ? detail->height : most;
}

static void draw_footer(struct ui *ui)
{
    const struct ui_metadata *state = &ui->metadata;
    char count[64];
    if (state->lines.count < state->lines.total)
        snprintf(count, sizeof count, "%zu of %zu lines", state->lines.count, state->lines.total);
    else
        snprintf(count, sizeof count, "%zu lines", state->lines.total);
    const char *hint = state->copied.length ? text_string(&state->copied)
                                            : "Enter or a click copies the value, Ctrl+C the line";
    struct gui_rect here = gui_here();
    const float room = gui_room(), width = gui_text_width(count);
    here.width = room - width - ui_px(ui, 16);
    ui_draw_cut(here, gui_tone(UI_TEXT2), hint);
    gui_draw_text(here.x + room - width, here.y, gui_tone(UI_TEXT2), count);
    gui_space(gui_line_height());
}

static void draw_lines(struct ui *ui)
{
    struct ui_metadata *state = &ui->metadata;
    const float footer = gui_line_height() + ui_px(ui, 8);
    struct detail detail = {0};
    find_detail(ui, &detail);
    if (state->lines.count == 0) {
        gui_child_begin("##rows", 0, -footer);
        gui_text_dim(ui->model->header.coming ? "Reading the header ..."
                     : state->lines.total     ? "Nothing matches."
                                              : "This file says nothing of itself.");
        gui_child_end();
    } else if (ui_list_rows(&state->list, gui_line_height() + ui_px(ui, 4), footer + detail.height, draw_line,
                            ui) == UI_LIST_CLICKED) {
        copy_selected(ui, true);
    }
    if (detail.text.length) {
        gui_child_begin("##detail", 0, detail.height - ui_px(ui, 5));
        gui_separator();
        gui_text_wrapped(text_string(&detail.text));
        gui_child_end();
    }
    text_free(&detail.text);
    draw_footer(ui);
}

void ui_metadata(struct ui *ui, struct gui_rect place)
{
    struct ui_metadata *state = &ui->metadata;
    const struct ui_model *model = ui->model;
    const bool appeared = !state->was_open;
    state->was_open = true;
    if (appeared || state->serial != model->header.serial)
        text_clear(&state->copied);
    state->serial = model->header.serial;
    gui_window_begin("##header", place, GUI_FIXED | GUI_NO_SCROLL | GUI_ON_GROUND, NULL);
    ui_filter(ui, &state->list, "Search keys and values", -ui_px(ui, 84),
              appeared || ui->host->workspace->panels.find);
    gui_same_line();
    if (gui_button("Copy all", ui_px(ui, 76)) && model->header.text) {
        gui_clipboard_set(model->header.text);
        say_copied(state, "all lines", 9);
    }
    ui_lines_update(&state->lines, model->header.text ? model->header.text : "", model->header.serial,
                    state->list.filter);
    handle_keys(ui);
    draw_lines(ui);
    gui_window_end();
}
