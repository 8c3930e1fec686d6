// SPDX-License-Identifier: MIT
// The help window: keys in groups, mouse gestures and all commands, from the tables.
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

// Keys are grouped by the noun of their command.
static const struct {
    const char *title;
    const char *nouns; // separated by blanks
} groups[] = {
    {"Files and frames", "file folder frame mask.load mask.unload app"},
    {"Contrast", "contrast panel.contrast"},
    {"Colours and mask", "colormap special mask"},
    {"View", "view"},
    {"Windows", "panel"},
};
enum { GROUPS = sizeof groups / sizeof groups[0] };

// Whether a command line begins with one of the nouns.
static bool has_noun(const char *line, const char *nouns)
{
    while (*nouns) {
        size_t length = strcspn(nouns, " ");
        if (strncmp(line, nouns, length) == 0 &&
            (line[length] == '.' || line[length] == ' ' || !line[length]))
            return true;
        nouns += length;
        nouns += strspn(nouns, " ");
    }
    return false;
}

static size_t group_of(const char *line)
{
    for (size_t i = 0; i < GROUPS; i++) {
        if (has_noun(line, groups[i].nouns))
            return i;
    }
    return GROUPS - 1;
}

// All keys of a command line, "F, R, 0"; empty unless `first` is the first binding of that line.
static void keys_of(const struct bindings *bindings, size_t first, char *names, size_t size)
{
    const char *line = bindings->items[first].command;
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < bindings->count && used < size; i++) {
        char name[64];
        if (strcmp(bindings->items[i].command, line) != 0)
            continue;
        if (i < first) {
            names[0] = '\0';
            return;
        }
        key_format(bindings->items[i].key, name, sizeof name);
        used += (size_t)snprintf(names + used, size - used, "%s%s", used ? ", " : "", name);
    }
}

// The command's sentence; with arguments the menu's words for them, else the line itself.
static void describe_line(const char *line, char *text, size_t size)
{
    char name[64];
    size_t length = strcspn(line, " ;");
    snprintf(name, sizeof name, "%.*s", (int)length, line);
    const struct command *command = command_find(name);
    text[0] = '\0';
    if (!command)
        return;
    const char *arguments = line + length + strspn(line + length, " ");
    if (!*arguments) {
        snprintf(text, size, "%.*s", (int)strcspn(command->help, ".;"), command->help);
        return;
    }
    for (const struct command_menu *menu = command->menu; menu && menu->path; menu++) {
        if (strcmp(menu->arguments, arguments) != 0 || strcmp(arguments, "*") == 0)
            continue;
        const char *slash = strrchr(menu->path, '/');
        const char *leaf = slash ? slash + 1 : menu->path;
        // Leaves such as "4" mean something only in their menu.
        if (strlen(leaf) > 3) {
            snprintf(text, size, "%s", leaf + (*leaf == '|'));
            return;
        }
    }
    snprintf(text, size, "%s", line);
}

static void draw_entry(const struct ui *ui, const char *keys, const char *meaning, const char *line)
{
    gui_text_coloured(gui_tone(UI_TEXT), keys);
    gui_same_line_at(ui_px(ui, 170));
    gui_text_wrapped(meaning);
    gui_tooltip(line);
}

static void draw_group(struct ui *ui, size_t group)
{
    const struct bindings *bindings = ui->model->bindings;
    bool titled = false;
    for (size_t i = 0; i < bindings->count; i++) {
        char keys[128], meaning[160], all[400];
        const char *line = bindings->items[i].command;
        if (group_of(line) != group)
            continue;
        keys_of(bindings, i, keys, sizeof keys);
        describe_line(line, meaning, sizeof meaning);
        snprintf(all, sizeof all, "%s %s %s", keys, meaning, line);
        if (!keys[0] || !text_has_words(all, ui->help.filter))
            continue;
        if (!titled)
            gui_heading(groups[group].title);
        titled = true;
        draw_entry(ui, keys, meaning, line);
    }
    if (titled)
        gui_space(ui_px(ui, 4));
}

static void draw_mouse(struct ui *ui)
{
    bool titled = false;
    for (const struct mouse_gesture *gesture = mouse_gestures; gesture->gesture; gesture++) {
        char all[240];
        snprintf(all, sizeof all, "%s %s", gesture->gesture, gesture->help);
        if (!text_has_words(all, ui->help.filter))
            continue;
        if (!titled)
            gui_heading("Mouse");
        titled = true;
        draw_entry(ui, gesture->gesture, gesture->help, gesture->help);
    }
    if (titled)
        gui_space(ui_px(ui, 4));
}

static void draw_commands(struct ui *ui)
{
    bool titled = false;
    for (size_t i = 0; command_at(i); i++) {
        struct text line = {0};
        text_printf(&line, "%s ", command_at(i)->name);
        command_describe_args(command_at(i), &line);
        if (text_has_words(text_string(&line), ui->help.filter) ||
            text_has_words(command_at(i)->help, ui->help.filter)) {
            if (!titled)
                gui_heading("Commands");
            titled = true;
            gui_text_coloured(gui_tone(UI_TEXT), text_string(&line));
            gui_text_wrapped(command_at(i)->help);
        }
        text_free(&line);
    }
}

void ui_help(struct ui *ui)
{
    bool open = true;
    ui_window_begin(ui, "Keys and mouse", 620, 600, &open);
    gui_next_width(-1);
    ui_search(ui, "##filter", "Search", ui->help.filter, sizeof ui->help.filter,
              ui->host->workspace->panels.find);
    gui_child_begin("##help", 0, 0);
    draw_mouse(ui);
    for (size_t i = 0; i < GROUPS; i++)
        draw_group(ui, i);
    draw_commands(ui);
    gui_child_end();
    ui_window_end(ui);
    if (!open)
        ui_run(ui, "panel.help off");
}
