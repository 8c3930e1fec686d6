// SPDX-License-Identifier: MIT
// The command palette: type a part of a command, Enter runs it.
#include "ui/panels/ui_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SHOWN = 400 };

// A line of the palette: a command without arguments, or a menu entry with its preset ones.
struct row {
    const struct command *command;
    const struct command_menu *menu; // NULL for the bare command
    char choice[48];                 // of a menu entry that stands for all choices
    int score;
};

// "Contrast: Scale: log" from "Contrast/|Scale/*".
static void menu_title(const struct row *row, char *title, size_t size)
{
    size_t used = 0;
    for (const char *at = row->menu->path; *at && used + 4 < size; at++) {
        if (*at == '|' || *at == '*')
            continue;
        if (*at == '/') {
            title[used++] = ':';
            title[used++] = ' ';
        } else {
            title[used++] = *at;
        }
    }
    snprintf(title + used, size - used, "%s", row->choice);
}

static void row_line(const struct row *row, char *line, size_t size)
{
    const char *arguments = row->menu ? row->menu->arguments : "";
    struct text text = {0};
    text_append(&text, row->command->name);
    if (row->choice[0])
        command_append_word(&text, row->choice);
    else if (*arguments)
        text_printf(&text, " %s", arguments);
    snprintf(line, size, "%s", text_string(&text));
    text_free(&text);
}

// How well all characters of `filter` are found in order in `text`: -1 = not; more for runs and word
// beginnings.
static int fuzzy_score(const char *text, const char *filter)
{
    int score = strcasestr(text, filter) ? 100 : 0, run = 0;
    char before = ' ';
    for (; *text && *filter; before = *text++) {
        while (*filter == ' ')
            filter++;
        if (tolower((unsigned char)*text) != tolower((unsigned char)*filter)) {
            run = 0;
            continue;
        }
        run++;
        score += run * 2 + (isalnum((unsigned char)before) ? 0 : 6);
        filter++;
    }
    while (*filter == ' ')
        filter++;
    return *filter ? -1 : score;
}

static int row_score(const struct row *row, const char *filter)
{
    char text[320], title[160] = "";
    row_line(row, text, sizeof text);
    if (row->menu)
        menu_title(row, title, sizeof title);
    int by_line = fuzzy_score(text, filter), by_title = fuzzy_score(title, filter);
    // A hit in the sentence of help counts, but less than any in the name.
    int by_help = text_has_words(row->command->help, filter) ? 1 : -1;
    int best = by_line > by_title ? by_line : by_title;
    return best > by_help ? best : by_help;
}

// Whether a command can run without any argument.
static bool stands_alone(const struct command *command)
{
    return command_check(NULL, command->name, NULL) == STATUS_OK;
}

static void add_row(struct row *rows, size_t *count, struct row row, const char *filter)
{
    row.score = *filter ? row_score(&row, filter) : 0;
    if (row.score < 0 || *count == MAX_SHOWN)
        return;
    // Insertion keeps rows of equal score in the order of the table.
    size_t at = *count;
    while (at > 0 && rows[at - 1].score < row.score) {
        rows[at] = rows[at - 1];
        at--;
    }
    rows[at] = row;
    ++*count;
}

static void add_choices(const struct ui *ui, struct row *rows, size_t *count, struct row row)
{
    for (size_t n = 0; command_choice(ui->host, row.command, 0, n, row.choice, sizeof row.choice); n++)
        add_row(rows, count, row, ui->palette.filter);
}

static size_t collect_rows(const struct ui *ui, struct row *rows)
{
    const char *filter = ui->palette.filter;
    size_t count = 0;
    for (size_t i = 0; command_at(i); i++) {
        const struct command_menu *menu = command_at(i)->menu;
        bool bare = false;
        for (; menu && menu->path; menu++) {
            struct row row = {.command = command_at(i), .menu = menu};
            bare |= !*menu->arguments;
            if (strcmp(menu->arguments, "*") == 0)
                add_choices(ui, rows, &count, row);
            else
                add_row(rows, &count, row, filter);
        }
        if (!bare && stands_alone(command_at(i)))
            add_row(rows, &count, (struct row){.command = command_at(i)}, filter);
    }
    return count;
}

static void draw_row(struct ui *ui, const struct row *row, bool selected, bool *clicked)
{
    char line[320], title[160] = "", label[400], key_name[64];
    struct key key;
    row_line(row, line, sizeof line);
    snprintf(label, sizeof label, "##%s", line);
    struct gui_rect here = gui_here();
    float room = gui_room();
    *clicked = gui_selectable(label, selected);
    gui_tooltip(row->command->help);
    gui_draw_text(here.x, here.y, 0xd6d8daff, line);
    if (row->menu)
        menu_title(row, title, sizeof title);
    gui_draw_text(here.x + ui_px(ui, 210), here.y, 0x84898fff, title);
    if (bindings_key_for(ui->model->bindings, line, &key)) {
        key_format(key, key_name, sizeof key_name);
        gui_draw_text(here.x + room - gui_text_width(key_name), here.y, 0x8ab4e0ff, key_name);
    }
}

// Moves the selection by the keys; true if it moved.
static bool move_selection(int *selected, int count)
{
    static const struct {
        enum gui_key key;
        int step;
    } moves[] = {{GUI_KEY_UP, -1}, {GUI_KEY_DOWN, 1}, {GUI_KEY_PAGE_UP, -10}, {GUI_KEY_PAGE_DOWN, 10}};
    bool moved = false;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (gui_key_pressed(moves[i].key)) {
            *selected += moves[i].step;
            moved = true;
        }
    }
    *selected = *selected >= count ? count - 1 : *selected;
    *selected = *selected < 0 ? 0 : *selected;
    return moved;
}

// What was typed, when it is a command with arguments ("contrast.limits 3 77").
static bool typed_is_command(const struct ui *ui)
{
    return strchr(ui->palette.filter, ' ') && command_check(ui->host, ui->palette.filter, NULL) == STATUS_OK;
}

static void run_line(struct ui *ui, const char *line)
{
    // Closed first, so that a command that opens the palette again would win.
    ui_run(ui, "panel.palette off\n%s", line);
}

static void draw_rows(struct ui *ui, const struct row *rows, size_t count, bool moved)
{
    char line[320];
    gui_child_begin("##rows", 0, 0);
    for (size_t i = 0; i < count; i++) {
        bool clicked, selected = (int)i == ui->palette.selected;
        draw_row(ui, &rows[i], selected, &clicked);
        if (selected && moved)
            gui_scroll_here();
        if (!clicked)
            continue;
        row_line(&rows[i], line, sizeof line);
        run_line(ui, line);
    }
    if (count == 0 && !typed_is_command(ui))
        gui_text_dim("No command has these letters.");
    gui_child_end();
}

static void handle_keys(struct ui *ui, const struct row *rows, size_t count)
{
    char line[320];
    if (gui_key_pressed(GUI_KEY_ESCAPE)) {
        ui_run(ui, "panel.palette off");
    } else if (gui_key_pressed(GUI_KEY_ENTER)) {
        if (typed_is_command(ui)) {
            run_line(ui, ui->palette.filter);
        } else if (count > 0) {
            row_line(&rows[ui->palette.selected], line, sizeof line);
            run_line(ui, line);
        }
    }
}

void ui_palette(struct ui *ui)
{
    struct ui_palette *state = &ui->palette;
    bool open = ui->host->workspace->panels.palette, appeared = open && !state->was_open;
    state->was_open = open;
    if (!open)
        return;
    if (appeared) {
        state->filter[0] = '\0';
        state->selected = 0;
    }
    struct row rows[MAX_SHOWN];
    ui_window_begin(ui, "Command palette", 620, 380, &open);
    gui_next_width(-1);
    if (ui_search(ui, "##filter", "Part of a command, or a command with its arguments", state->filter,
                  sizeof state->filter, appeared))
        state->selected = 0;
    size_t count = collect_rows(ui, rows);
    bool moved = move_selection(&state->selected, (int)count);
    draw_rows(ui, rows, count, moved);
    handle_keys(ui, rows, count);
    ui_window_end(ui);
    if (!open)
        ui_run(ui, "panel.palette off");
}
