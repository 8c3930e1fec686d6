// SPDX-License-Identifier: MIT
// The window with what the file holds: datasets, pages, extensions; Enter opens one.
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

// The fields of a line, see struct reader.
enum field { FIELD_SELECTOR, FIELD_SHAPE, FIELD_TYPE, FIELD_STORAGE, FIELD_NOTE, FIELD_COUNT };

void ui_contents_free(struct ui_contents *contents)
{
    ui_lines_free(&contents->lines);
}

static const char *line_at(const struct ui *ui, size_t row)
{
    return text_string(&ui->model->browsing.contents->text) + ui->contents.lines.starts[row];
}

static const char *take_field(const char *line, enum field field, char *text, size_t size)
{
    size_t bytes;
    const char *start = ui_line_field(line, field, &bytes);
    snprintf(text, size, "%.*s", (int)bytes, start);
    return text;
}

// Whether the name that is shown is "path::selector" or "path[selector]".
static bool is_shown(const struct ui *ui, const char *selector)
{
    const char *path = ui->model->browsing.contents->path, *name = ui->model->name;
    const size_t length = strlen(path), count = strlen(selector);
    if (!*selector || !name || strncmp(name, path, length) != 0)
        return false;
    name += length;
    if (name[0] == ':' && name[1] == ':')
        return strcmp(name + 2, selector) == 0;
    return name[0] == '[' && strncmp(name + 1, selector, count) == 0 && strcmp(name + 1 + count, "]") == 0;
}

// The places of the columns, as shares of the width.
static const float column_at[] = {0, 0.44f, 0.64f, 0.72f, 1};

static void draw_line(void *context, size_t row, struct gui_rect place, bool selected)
{
    struct ui *ui = context;
    (void)selected;
    char text[FIELD_COUNT][400];
    const char *line = line_at(ui, row);
    for (int i = 0; i < FIELD_COUNT; i++)
        take_field(line, (enum field)i, text[i], sizeof text[i]);
    const bool can_open = text[FIELD_SELECTOR][0] != '\0', shown = is_shown(ui, text[FIELD_SELECTOR]);
    const float indent = ui_px(ui, 4), gap = ui_px(ui, 10), y = place.y + ui_px(ui, 2);
    if (shown)
        gui_draw_rect((struct gui_rect){place.x, place.y, ui_px(ui, 3), place.height}, gui_tone(UI_ACCENT));
    // What cannot be opened says why in the place of its name.
    const char *name = can_open ? text[FIELD_SELECTOR] : text[FIELD_NOTE];
    const char *const columns[] = {name, text[FIELD_SHAPE], text[FIELD_TYPE], text[FIELD_STORAGE]};
    for (int i = 0; i < 4; i++) {
        const uint32_t colour = i > 0 || !can_open ? gui_tone(UI_TEXT2)
                                : shown            ? gui_tone(UI_ACCENT)
                                                   : gui_tone(UI_TEXT);
        const float x = place.x + indent + column_at[i] * place.width;
        const float room = (column_at[i + 1] - column_at[i]) * place.width - gap;
        const float used = ui_draw_cut((struct gui_rect){x, y, room, place.height}, colour, columns[i]);
        if (i == 0 && can_open && room - used > 3 * gap)
            ui_draw_cut((struct gui_rect){x + used + gap, y, room - used - gap, place.height},
                        gui_tone(UI_TEXT2), text[FIELD_NOTE]);
    }
    // The whole of what may have been cut.
    char whole[5 * 400 + 32];
    snprintf(whole, sizeof whole, "%s\n%s  %s\n%s%s%s", name, text[FIELD_SHAPE], text[FIELD_TYPE],
             text[FIELD_STORAGE], can_open && text[FIELD_NOTE][0] ? "\n" : "",
             can_open ? text[FIELD_NOTE] : "");
    gui_tooltip(whole);
}

static void open_selected(struct ui *ui)
{
    char selector[2048];
    const struct ui_contents *state = &ui->contents;
    if (state->lines.count == 0)
        return;
    take_field(line_at(ui, state->list.selected), FIELD_SELECTOR, selector, sizeof selector);
    if (!*selector)
        return;
    struct text name = {0}, line = {0};
    text_printf(&name, "%s::%s", ui->model->browsing.contents->path, selector);
    command_append_word(&line, "file.open");
    command_append_word(&line, text_string(&name));
    ui_run(ui, "%s", text_string(&line));
    text_free(&name);
    text_free(&line);
}

static void draw_titles(struct ui *ui, float width)
{
    static const char *const titles[] = {"Name", "Shape", "Type", "Stored as"};
    const struct gui_rect here = gui_here();
    for (int i = 0; i < 4; i++)
        gui_draw_text(here.x + ui_px(ui, 4) + column_at[i] * width, here.y, gui_tone(UI_TEXT2), titles[i]);
    gui_space(gui_line_height());
}

// What to say where there are no lines.
static const char *nothing(const struct ui *ui)
{
    const struct browser_contents *contents = ui->model->browsing.contents;
    if (!ui->model->name)
        return "No image is open.";
    if (!contents)
        return "Reading...";
    if (contents->error.status)
        return contents->error.text;
    return ui->contents.lines.total ? "Nothing matches."
                                    : "The file holds one image, or frames of one series.";
}

static void draw_lines(struct ui *ui)
{
    struct ui_contents *state = &ui->contents;
    const float footer = gui_line_height() + ui_px(ui, 8);
    if (state->lines.count == 0) {
        gui_child_begin("##rows", 0, -footer);
        gui_text_wrapped_coloured(gui_tone(UI_TEXT2), nothing(ui));
        gui_child_end();
    } else {
        draw_titles(ui, gui_room());
        if (ui_list_rows(&state->list, gui_line_height() + ui_px(ui, 4), footer, draw_line, ui) ==
            UI_LIST_DOUBLE_CLICKED)
            open_selected(ui);
    }
    char count[64];
    snprintf(count, sizeof count, "%zu of %zu", state->lines.count, state->lines.total);
    const struct gui_rect here = gui_here();
    gui_draw_text(here.x, here.y, gui_tone(UI_TEXT2), "Enter or a double click opens");
    gui_draw_text(here.x + gui_room() - gui_text_width(count), here.y, gui_tone(UI_TEXT2), count);
    gui_space(gui_line_height());
}

static void handle_keys(struct ui *ui)
{
    struct ui_list *list = &ui->contents.list;
    ui_list_keys(list, ui->contents.lines.count);
    list->anchor = list->selected; // one row at a time
    if (!list->keyboard)
        return;
    if (gui_key_pressed(GUI_KEY_ENTER)) {
        list->refocus = true;
        open_selected(ui);
    }
}

void ui_contents(struct ui *ui, struct gui_rect place)
{
    struct ui_contents *state = &ui->contents;
    const struct browser_contents *contents = ui->model->browsing.contents;
    const bool appeared = !state->was_open;
    state->was_open = true;
    gui_window_begin("##contents", place, GUI_FIXED | GUI_NO_SCROLL | GUI_ON_GROUND, NULL);
    ui_filter(ui, &state->list, "Search", -1, appeared || ui->host->workspace->panels.find);
    const char *text = contents ? text_string(&contents->text) : "";
    if (ui_lines_update(&state->lines, text, ui->model->browsing.contents_serial, state->list.filter))
        ui_need_text(ui, text);
    handle_keys(ui);
    draw_lines(ui);
    gui_window_end();
}
