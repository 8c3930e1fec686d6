// SPDX-License-Identifier: MIT
// The dialog that asks for a file name: a field for the path and a list of what is there.
#include "base/file.h"
#include "ui/ui_internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_ENTRIES = 20000 };

static const struct {
    const char *title, *button, *command;
} dialogs[] = {
    [DIALOG_OPEN] = {"Open an image", "Open", "file.open"},
    [DIALOG_MASK] = {"Load a mask", "Load", "mask.load"},
    [DIALOG_EXPORT] = {"Export the picture as PNG", "Export", "file.export"},
    [DIALOG_COLORMAP] = {"Load a colour map", "Load", "colormap.load"},
    [DIALOG_SAVE_MASK] = {"Save the mask", "Save", "mask.save"},
};

static void clear_entries(struct ui_dialog *dialog)
{
    for (size_t i = 0; i < dialog->count; i++)
        free(dialog->entries[i].name);
    dialog->count = 0;
}

void ui_dialog_free(struct ui_dialog *dialog)
{
    clear_entries(dialog);
    free(dialog->entries);
    text_free(&dialog->answer);
    dialog->entries = NULL;
    dialog->capacity = 0;
}

static void add_entry(struct ui_dialog *dialog, const char *name, bool is_directory)
{
    if (dialog->count == dialog->capacity) {
        dialog->capacity = dialog->capacity ? 2 * dialog->capacity : 128;
        dialog->entries = must_resize(dialog->entries, dialog->capacity * sizeof *dialog->entries);
    }
    dialog->entries[dialog->count++] = (struct ui_directory_entry){must_copy(name), is_directory};
}

// Folders first, then by name with numbers in their order.
static int compare_entries(const void *a, const void *b)
{
    const struct ui_directory_entry *first = a, *second = b;
    if (first->is_directory != second->is_directory)
        return first->is_directory ? -1 : 1;
    return text_compare_natural(first->name, second->name);
}

static bool entry_is_directory(const char *folder, const struct dirent *entry)
{
    char path[4096];
    struct stat status;
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    return length > 0 && (size_t)length < sizeof path && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void list_folder(struct ui *ui, const char *folder)
{
    struct ui_dialog *dialog = &ui->dialog;
    snprintf(dialog->folder, sizeof dialog->folder, "%s", folder);
    clear_entries(dialog);
    DIR *directory = opendir(*folder ? folder : ".");
    if (!directory)
        return;
    struct dirent *entry;
    while ((entry = readdir(directory)) && dialog->count < MAX_ENTRIES) {
        if (entry->d_name[0] == '.')
            continue;
        add_entry(dialog, entry->d_name, entry_is_directory(*folder ? folder : ".", entry));
        ui_need_text(ui, entry->d_name);
    }
    closedir(directory);
    if (dialog->count)
        qsort(dialog->entries, dialog->count, sizeof *dialog->entries, compare_entries);
}

// The path that the field means: a '/' after a '/' begins anew, so that a path can be typed over the folder.
static char *field_path(struct ui_dialog *dialog)
{
    char *start = dialog->path, *next;
    while ((next = strstr(start, "//")))
        start = next + 1;
    return start;
}

// The part of the field after the last '/': what has been typed of a name.
static char *typed_name(struct ui_dialog *dialog)
{
    char *slash = strrchr(dialog->path, '/');
    return slash ? slash + 1 : dialog->path;
}

// Lists the field's folder when it is not the listed one.
static void follow_field(struct ui *ui, bool always)
{
    struct ui_dialog *dialog = &ui->dialog;
    char folder[sizeof dialog->folder];
    const char *path = field_path(dialog);
    snprintf(folder, sizeof folder, "%.*s", (int)(typed_name(dialog) - path), path);
    if (always || strcmp(folder, dialog->folder) != 0) {
        list_folder(ui, folder);
        dialog->selected = -1;
    }
}

// Makes the field show what was put into it from outside, and keeps the keyboard there.
static void renew_field(struct ui_dialog *dialog)
{
    gui_release_text();
    dialog->refocus = true;
}

static void go_up(struct ui *ui)
{
    struct ui_dialog *dialog = &ui->dialog;
    if (typed_name(dialog) - field_path(dialog) <= 1)
        return;
    typed_name(dialog)[-1] = '\0';
    *typed_name(dialog) = '\0';
    renew_field(dialog);
    follow_field(ui, false);
}

// Puts an entry into the field; a folder is entered.
static void take_entry(struct ui *ui, const struct ui_directory_entry *entry)
{
    struct ui_dialog *dialog = &ui->dialog;
    size_t length = (size_t)(typed_name(dialog) - dialog->path);
    snprintf(dialog->path + length, sizeof dialog->path - length, "%s%s", entry->name,
             entry->is_directory ? "/" : "");
    renew_field(dialog);
    if (entry->is_directory)
        follow_field(ui, false);
}

static void close_dialog(struct ui *ui)
{
    ui->host->workspace->panels.dialog = DIALOG_NONE;
}

static void end_with_slash(struct ui_dialog *dialog)
{
    const size_t length = strlen(dialog->path);
    if (length && dialog->path[length - 1] != '/')
        snprintf(dialog->path + length, sizeof dialog->path - length, "/");
}

// What a mask file is for; with a word it is combined with the layer that is edited.
static const struct {
    const char *label, *word;
} mask_uses[] = {{"Becomes the layer of the file", NULL},
                 {"Replaces the edited layer", "replace"},
                 {"Is added to the edited layer", "add"},
                 {"Is taken away from the edited layer", "remove"}};

// What is exported, and how large.
static const struct {
    const char *label, *word; // NULL: what is typed
} export_sizes[] = {{"As shown", "shown"}, {"Whole, 1:1", "1:1"}, {"Width x height", NULL}};

static const char *export_size_word(const struct ui_dialog *dialog)
{
    const char *word = export_sizes[dialog->export_size].word;
    return word ? word : dialog->export_typed;
}

static void append_command(const struct ui_dialog *dialog, enum view_dialog kind, struct text *line,
                           const char *path)
{
    const char *use = kind == DIALOG_MASK ? mask_uses[dialog->mask_use].word : NULL;
    command_append_word(line, use ? "mask.combine" : dialogs[kind].command);
    command_append_word(line, path);
    if (use)
        command_append_word(line, use);
    if (kind == DIALOG_EXPORT) {
        command_append_word(line, dialog->decorate ? "decorated" : "plain");
        command_append_word(line, export_size_word(dialog));
    }
    if (kind == DIALOG_SAVE_MASK) {
        const int layer = dialog->mask_layer - 1;
        command_append_word(line, layer < 0 ? "all" : mask_layer_word((enum mask_layer)layer));
        command_append_word(line, dialog->mask_inverted ? "valid" : "masked");
    }
}

static void accept_path(struct ui *ui, enum view_dialog kind)
{
    struct ui_dialog *dialog = &ui->dialog;
    struct stat status;
    if (stat(field_path(dialog), &status) == 0 && S_ISDIR(status.st_mode)) {
        end_with_slash(dialog);
        renew_field(dialog);
        follow_field(ui, true);
        return;
    }
    if (!*typed_name(dialog))
        return;
    text_clear(&dialog->answer);
    append_command(dialog, kind, &dialog->answer, field_path(dialog));
}

void ui_dialog_run(struct ui *ui)
{
    struct ui_dialog *dialog = &ui->dialog;
    if (dialog->answer.length == 0)
        return;
    const enum view_dialog answered = ui->host->workspace->panels.dialog;
    struct text line = dialog->answer;
    dialog->answer = (struct text){0};
    if (!ui_run_now(ui, text_string(&line)))
        renew_field(dialog);
    else if (ui->host->workspace->panels.dialog == answered)
        close_dialog(ui);
    text_free(&line);
}

// The name of the image with that of its frame.
static void propose_picture(const struct ui *ui, char *name, size_t size)
{
    const struct ui_model *model = ui->model;
    path_propose(model->name ? model->name : "picture", model->frame_count > 1 ? model->frame : -1, ".png",
                 name, size);
}

static void start_dialog(struct ui *ui, enum view_dialog kind)
{
    struct ui_dialog *dialog = &ui->dialog;
    // The folder of the last time stays; a name does not.
    *typed_name(dialog) = '\0';
    memmove(dialog->path, field_path(dialog), strlen(field_path(dialog)) + 1);
    if (!dialog->path[0] && getcwd(dialog->path, sizeof dialog->path - 1))
        end_with_slash(dialog);
    const size_t length = strlen(dialog->path);
    if (kind == DIALOG_EXPORT)
        propose_picture(ui, dialog->path + length, sizeof dialog->path - length);
    if (kind == DIALOG_SAVE_MASK)
        snprintf(dialog->path + length, sizeof dialog->path - length, "mask.npy");
    follow_field(ui, true);
}

// Whether an entry is listed for what has been typed.
static bool is_listed(struct ui_dialog *dialog, const struct ui_directory_entry *entry, bool filter)
{
    return !filter || text_has_words(entry->name, typed_name(dialog));
}

static void draw_entries(struct ui *ui, enum view_dialog kind, bool filter, bool moved)
{
    struct ui_dialog *dialog = &ui->dialog;
    const struct ui_directory_entry *taken = NULL;
    bool doubled = false;
    int row = 0;
    gui_child_begin("##entries", 0, gui_room_below() - gui_frame_height() - ui_px(ui, 10));
    for (size_t i = 0; i < dialog->count; i++) {
        const struct ui_directory_entry *entry = &dialog->entries[i];
        char label[600];
        if (!is_listed(dialog, entry, filter))
            continue;
        snprintf(label, sizeof label, "%s%s##%zu", entry->name, entry->is_directory ? "/" : "", i);
        if (gui_selectable(label, row == dialog->selected)) {
            taken = entry;
            dialog->selected = row;
            doubled = gui_double_clicked();
        }
        if (row == dialog->selected && moved)
            gui_scroll_here();
        row++;
    }
    if (row == 0)
        gui_text_dim(dialog->count ? "No name here has these letters."
                                   : "The folder is empty or cannot be read.");
    gui_child_end();
    // After the loop, because a folder that is entered replaces the list.
    bool folder = taken && taken->is_directory;
    if (taken)
        take_entry(ui, taken);
    if (doubled && !folder)
        accept_path(ui, kind);
}

static const struct ui_directory_entry *selected_entry(struct ui_dialog *dialog, bool filter)
{
    int row = 0;
    for (size_t i = 0; i < dialog->count; i++) {
        if (is_listed(dialog, &dialog->entries[i], filter) && row++ == dialog->selected)
            return &dialog->entries[i];
    }
    return NULL;
}

static int listed_count(struct ui_dialog *dialog, bool filter)
{
    int count = 0;
    for (size_t i = 0; i < dialog->count; i++)
        count += is_listed(dialog, &dialog->entries[i], filter);
    return count;
}

// Keys of the list; true if the selection moved.
static bool handle_keys(struct ui *ui, enum view_dialog kind, bool filter)
{
    struct ui_dialog *dialog = &ui->dialog;
    int count = listed_count(dialog, filter), before = dialog->selected;
    dialog->selected += gui_key_pressed(GUI_KEY_DOWN) - gui_key_pressed(GUI_KEY_UP) +
                        10 * (gui_key_pressed(GUI_KEY_PAGE_DOWN) - gui_key_pressed(GUI_KEY_PAGE_UP));
    if (dialog->selected >= count)
        dialog->selected = count - 1;
    if (dialog->selected < 0)
        dialog->selected = before < 0 && dialog->selected < before ? 0
                           : dialog->selected < -1                 ? 0
                                                                   : dialog->selected;
    if (gui_key_pressed(GUI_KEY_ESCAPE)) {
        close_dialog(ui);
    } else if (gui_key_pressed(GUI_KEY_ENTER)) {
        const struct ui_directory_entry *entry = selected_entry(dialog, filter);
        bool folder = entry && entry->is_directory;
        if (entry)
            take_entry(ui, entry);
        if (!folder)
            accept_path(ui, kind);
    }
    return dialog->selected != before;
}

static void draw_mask_use(struct ui *ui)
{
    enum { COUNT = sizeof mask_uses / sizeof mask_uses[0] };
    struct ui_dialog *dialog = &ui->dialog;
    gui_next_width(-1);
    if (!gui_combo_begin("##use", mask_uses[dialog->mask_use].label))
        return;
    for (int i = 0; i < COUNT; i++)
        if (gui_selectable(mask_uses[i].label, i == dialog->mask_use))
            dialog->mask_use = i;
    gui_combo_end();
}

static const char *saved_layer_name(int index)
{
    return index ? ui_mask_layer_label((enum mask_layer)(index - 1)) : "All layers";
}

static void draw_mask_saving(struct ui *ui)
{
    static const char *const conventions[2] = {"1 = masked (pyFAI)", "1 = valid"};
    struct ui_dialog *dialog = &ui->dialog;
    gui_next_width(ui_px(ui, 130));
    if (gui_combo_begin("##layer", saved_layer_name(dialog->mask_layer))) {
        for (int i = 0; i <= MASK_LAYER_COUNT; i++)
            if (gui_selectable(saved_layer_name(i), i == dialog->mask_layer))
                dialog->mask_layer = i;
        gui_combo_end();
    }
    gui_same_line();
    gui_next_width(-1);
    if (gui_combo_begin("##values", conventions[dialog->mask_inverted])) {
        for (int i = 0; i < 2; i++)
            if (gui_selectable(conventions[i], i == dialog->mask_inverted))
                dialog->mask_inverted = i;
        gui_combo_end();
    }
}

static void draw_export_size(struct ui *ui)
{
    enum { COUNT = sizeof export_sizes / sizeof export_sizes[0] };
    struct ui_dialog *dialog = &ui->dialog;
    gui_next_width(ui_px(ui, 110));
    if (gui_combo_begin("##size", export_sizes[dialog->export_size].label)) {
        for (int i = 0; i < COUNT; i++)
            if (gui_selectable(export_sizes[i].label, i == dialog->export_size))
                dialog->export_size = i;
        gui_combo_end();
    }
    gui_same_line();
    if (!export_sizes[dialog->export_size].word) {
        gui_next_width(ui_px(ui, 90));
        gui_input("##typed", dialog->export_typed, sizeof dialog->export_typed);
        gui_same_line();
    }
    if (gui_checkbox("With bar and title", dialog->decorate))
        dialog->decorate = !dialog->decorate;
}

// What a dialog asks besides the name, right of its buttons.
static void draw_choices(struct ui *ui, enum view_dialog kind)
{
    if (kind == DIALOG_EXPORT || kind == DIALOG_MASK || kind == DIALOG_SAVE_MASK)
        gui_same_line();
    if (kind == DIALOG_EXPORT) {
        draw_export_size(ui);
    } else if (kind == DIALOG_MASK) {
        draw_mask_use(ui);
    } else if (kind == DIALOG_SAVE_MASK) {
        draw_mask_saving(ui);
    }
}

void ui_dialog(struct ui *ui)
{
    struct ui_dialog *dialog = &ui->dialog;
    enum view_dialog kind = ui->host->workspace->panels.dialog;
    bool appeared = kind != DIALOG_NONE && kind != dialog->shown, open = true;
    dialog->shown = kind;
    if (kind == DIALOG_NONE)
        return;
    if (appeared)
        start_dialog(ui, kind);
    // A name to be written need not match what is there.
    bool filter = kind != DIALOG_EXPORT && kind != DIALOG_SAVE_MASK;
    ui_window_begin(ui, dialogs[kind].title, 600, 420, &open);
    if (gui_button("Up", ui_px(ui, 40)))
        go_up(ui);
    gui_same_line();
    gui_next_width(-1);
    bool focus = appeared || dialog->refocus;
    dialog->refocus = false;
    if (ui_search(ui, "##path", "Path", dialog->path, sizeof dialog->path, focus))
        dialog->selected = -1;
    follow_field(ui, false);
    bool moved = handle_keys(ui, kind, filter);
    draw_entries(ui, kind, filter, moved);
    if (gui_button(dialogs[kind].button, ui_px(ui, 90)))
        accept_path(ui, kind);
    gui_same_line();
    if (gui_button("Cancel", ui_px(ui, 90)))
        close_dialog(ui);
    draw_choices(ui, kind);
    ui_window_end(ui);
    if (!open)
        close_dialog(ui);
}
