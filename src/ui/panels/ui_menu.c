// SPDX-License-Identifier: MIT
// The menu bar, from the menu paths of the command table.
#include "commands/find/entry.h"
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

// Whether `path` lies under `prefix` ("Contrast/"); *rest is what follows.
static bool under(const char *path, const char *prefix, const char **rest)
{
    size_t length = strlen(prefix);
    if (strncmp(path, prefix, length) != 0)
        return false;
    *rest = path + length;
    return true;
}

// A walk over the menu entries of all commands, in the order of the table.
struct walk {
    size_t command;
    size_t entry;
};

static bool next_entry(struct walk *walk, const struct command **command, const struct command_menu **menu)
{
    for (; command_at(walk->command); walk->command++, walk->entry = 0) {
        const struct command_menu *entries = command_at(walk->command)->menu;
        if (!entries || !entries[walk->entry].path)
            continue;
        *command = command_at(walk->command);
        *menu = &entries[walk->entry++];
        return true;
    }
    return false;
}

// The submenus of a level that have been drawn: each is where its first entry is. Those beyond the room would
// be there once more.
struct titles {
    const char *names[64]; // borrowed from paths, which go on behind them
    size_t count;
};

// Adds the title at the beginning of a path; false if it is there already.
static bool add_title(struct titles *titles, const char *path, size_t length)
{
    for (size_t i = 0; i < titles->count; i++) {
        if (strncmp(titles->names[i], path, length + 1) == 0)
            return false;
    }
    if (titles->count < sizeof titles->names / sizeof *titles->names)
        titles->names[titles->count++] = path;
    return true;
}

static void draw_item(struct ui *ui, const char *label, const char *line)
{
    struct key key;
    char key_name[64] = "";
    if (bindings_key_in(ui->model->bindings, line, ui->host->workspace->masking.on, &key))
        key_format(key, key_name, sizeof key_name);
    if (gui_menu_item(label, key_name, command_is_checked(ui->host, line),
                      command_is_enabled(ui->host, line)))
        ui_run(ui, "%s", line);
}

// One entry for each choice of the first argument.
static void draw_choices(struct ui *ui, const struct command *command)
{
    char choice[64];
    struct text line = {0};
    for (size_t n = 0; command_choice(ui->host, command, 0, n, choice, sizeof choice); n++) {
        text_clear(&line);
        text_append(&line, command->name);
        command_append_word(&line, choice);
        draw_item(ui, choice, text_string(&line));
    }
    text_free(&line);
}

static void draw_leaf(struct ui *ui, const struct command *command, const struct command_menu *menu,
                      const char *label)
{
    char line[256];
    if (strcmp(label, "*") == 0) {
        draw_choices(ui, command);
        return;
    }
    snprintf(line, sizeof line, "%s%s%s", command->name, menu->arguments[0] ? " " : "", menu->arguments);
    draw_item(ui, label, line);
}

static void draw_level(struct ui *ui, const char *prefix)
{
    struct walk walk = {0};
    struct titles titles = {.count = 0};
    const struct command *command;
    const struct command_menu *menu;
    const char *rest;
    while (next_entry(&walk, &command, &menu)) {
        if (!under(menu->path, prefix, &rest))
            continue;
        bool line = *rest == '|';
        rest += line;
        size_t length = strcspn(rest, "/");
        if (rest[length] && !add_title(&titles, rest, length))
            continue;
        if (line)
            gui_separator();
        if (!rest[length]) {
            draw_leaf(ui, command, menu, rest);
            continue;
        }
        char title[64], inner[160];
        snprintf(title, sizeof title, "%.*s", (int)length, rest);
        if (gui_menu_begin(title)) {
            snprintf(inner, sizeof inner, "%s%s%s/", prefix, line ? "|" : "", title);
            draw_level(ui, inner);
            gui_menu_end();
        }
    }
}

void ui_menu_bar(struct ui *ui, struct gui_rect place)
{
    if (!gui_menu_bar_begin(place.height))
        return;
    char prefix[32];
    for (const char *const *title = command_menus; *title; title++) {
        if (!gui_menu_begin(*title))
            continue;
        snprintf(prefix, sizeof prefix, "%s/", *title);
        draw_level(ui, prefix);
        gui_menu_end();
    }
    gui_menu_bar_end();
}
