// SPDX-License-Identifier: MIT
// The window with the file's header: searchable, and copied line by line or as a whole.
#include "ui/ui_internal.h"

#include <stdlib.h>
#include <string.h>

void ui_metadata_free(struct ui_metadata *metadata)
{
    free(metadata->lines);
    metadata->lines = NULL;
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static void add_line(struct ui_metadata *state, size_t offset)
{
    if (state->count == state->capacity) {
        state->capacity = state->capacity ? 2 * state->capacity : 256;
        state->lines = must_resize(state->lines, state->capacity * sizeof *state->lines);
    }
    state->lines[state->count++] = offset;
}

// Finds the lines that match the filter; only when text or filter changed.
static void update_lines(struct ui_metadata *state, const char *text)
{
    uint32_t hash = hash_text(hash_text(2166136261u, state->filter), text);
    state->text = text;
    if (hash == state->hash && state->length == strlen(text))
        return;
    state->hash = hash;
    state->length = strlen(text);
    state->count = 0;
    struct text line = {0};
    for (size_t at = 0; at < state->length;) {
        size_t length = strcspn(text + at, "\n");
        text_clear(&line);
        text_append_bytes(&line, text + at, length);
        if (ui_matches(text_string(&line), state->filter))
            add_line(state, at);
        at += length + 1;
    }
    text_free(&line);
}

static void draw_line(void *context, size_t index)
{
    struct ui *ui = context;
    const char *line = ui->metadata.text + ui->metadata.lines[index];
    size_t length = strcspn(line, "\n"), key_length = strcspn(line, "\t\n");
    struct text key = {0}, value = {0}, whole = {0};
    text_append_bytes(&key, line, key_length);
    if (key_length < length)
        text_append_bytes(&value, line + key_length + 1, length - key_length - 1);
    text_append_bytes(&whole, line, length);
    gui_id_begin((int)index);
    struct gui_rect here = gui_here();
    if (gui_selectable("##line", false))
        gui_clipboard_set(text_string(&whole));
    if (gui_text_width(text_string(&value)) > gui_room() - ui_px(ui, 180))
        gui_tooltip(text_string(&value));
    gui_draw_text(here.x, here.y, 0x9fb6ceff, text_string(&key));
    float key_width = gui_text_width(text_string(&key)) + ui_px(ui, 12), column = ui_px(ui, 170);
    gui_draw_text(here.x + (key_width > column ? key_width : column), here.y, 0xd6d8daff,
                  text_string(&value));
    gui_id_end();
    text_free(&key);
    text_free(&value);
    text_free(&whole);
}

void ui_metadata(struct ui *ui)
{
    struct ui_metadata *state = &ui->metadata;
    const char *text = ui->model->metadata ? ui->model->metadata : "";
    bool open = true;
    update_lines(state, text);
    ui_window_begin(ui, "Header", 560, 440, &open);
    gui_next_width(-ui_px(ui, 84));
    gui_search("##filter", "Search", state->filter, sizeof state->filter, false);
    gui_same_line();
    if (gui_button("Copy all", ui_px(ui, 76)))
        gui_clipboard_set(text);
    gui_child_begin("##lines", 0, 0);
    if (state->count == 0)
        gui_text_dim(*text ? "Nothing matches." : "This file has no header texts.");
    gui_rows(state->count, draw_line, ui);
    gui_child_end();
    ui_window_end(ui);
    if (!open)
        ui_run(ui, "panel.metadata off");
}
