// SPDX-License-Identifier: MIT
// The dialog that asks for a file name: a field for the path and a list of what is there. The list comes from
// jobs (struct ui_dialog_folder); a path can be typed and entered without it.
#include "base/file.h"
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *title, *button, *command;
} dialogs[] = {
    [DIALOG_OPEN] = {"Open an image", "Open", "file.open"},
    [DIALOG_MASK] = {"Load a mask", "Load", "mask.load"},
    [DIALOG_EXPORT] = {"Export the picture as PNG", "Export", "file.export"},
    [DIALOG_COLORMAP] = {"Load a colour map", "Load", "colormap.load"},
    [DIALOG_SAVE_MASK] = {"Save the mask", "Save", "mask.save"},
};

// Whether the dialog asks for the name of a file that is written.
static bool writes(enum view_dialog kind)
{
    return kind == DIALOG_EXPORT || kind == DIALOG_SAVE_MASK;
}

void ui_dialog_free(struct ui_dialog *dialog)
{
    text_free(&dialog->answer);
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

// Has the field's folder listed when it is not the listed one.
static void follow_field(struct ui_dialog *dialog, bool always)
{
    char folder[sizeof dialog->folder];
    const char *path = field_path(dialog);
    snprintf(folder, sizeof folder, "%.*s", (int)(typed_name(dialog) - path), path);
    if (!always && strcmp(folder, dialog->folder) == 0)
        return;
    snprintf(dialog->folder, sizeof dialog->folder, "%s", folder);
    dialog->unread = true;
    dialog->listed = NULL;
    dialog->rows = NULL;
    dialog->selected = -1;
    dialog->enter_due = false;
}

// Takes the rows that there are, and asks for others if these are not for what has been typed.
static void take_rows(struct ui *ui, bool filter)
{
    struct ui_dialog *dialog = &ui->dialog;
    const struct ui_dialog_folder *model = &ui->model->browsing.dialog;
    dialog->wish = (struct folder_wish){.others = true, .single = true};
    if (filter)
        snprintf(dialog->wish.words, sizeof dialog->wish.words, "%s", typed_name(dialog));
    dialog->listed = dialog->unread ? NULL : model->folder;
    dialog->rows = dialog->unread ? NULL : model->rows;
    const bool known = dialog->rows && folder_wish_equal(&dialog->rows->wish, &dialog->wish);
    if (dialog->rows && !known)
        model->find_rows(model->context, &dialog->wish);
    dialog->awaits_rows = dialog->unread || !(known || model->error);
    if (dialog->listed && dialog->folder_serial != model->serial) {
        dialog->folder_serial = model->serial;
        ui_need_text(ui, dialog->listed->signs);
    }
}

// The panels of this frame are built: what they showed is not needed any more.
static void read_unread(struct ui *ui)
{
    struct ui_dialog *dialog = &ui->dialog;
    const struct ui_dialog_folder *model = &ui->model->browsing.dialog;
    if (dialog->unread)
        model->read(model->context, dialog->folder, &dialog->wish);
    dialog->unread = false;
}

static size_t row_count(const struct ui_dialog *dialog)
{
    return dialog->rows ? dialog->rows->count : 0;
}

static const struct folder_entry *entry_at(const struct ui_dialog *dialog, size_t row)
{
    return folder_row_entry(dialog->listed, dialog->rows->items[row]);
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
    follow_field(dialog, false);
}

// Puts the entry of a row into the field; a folder is entered. True if it is none.
static bool take_entry(struct ui *ui, size_t row)
{
    struct ui_dialog *dialog = &ui->dialog;
    const struct folder_entry *entry = entry_at(dialog, row);
    const bool folder = entry->kind == FOLDER_FOLDER;
    const size_t length = (size_t)(typed_name(dialog) - dialog->path);
    snprintf(dialog->path + length, sizeof dialog->path - length, "%s%s", entry->name, folder ? "/" : "");
    renew_field(dialog);
    if (folder)
        follow_field(dialog, false);
    return !folder;
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

// Whether a folder of that name is listed, or always there.
static bool is_folder(const struct ui_dialog *dialog, const char *name)
{
    const struct folder *listed = dialog->listed;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return true;
    // Folders come first.
    for (size_t i = 0; listed && i < listed->count && listed->entries[i].kind == FOLDER_FOLDER; i++)
        if (strcmp(listed->entries[i].name, name) == 0)
            return true;
    return false;
}

static void accept_path(struct ui *ui, enum view_dialog kind)
{
    struct ui_dialog *dialog = &ui->dialog;
    const bool named = *typed_name(dialog) != '\0';
    if (named && !is_folder(dialog, typed_name(dialog))) {
        text_clear(&dialog->answer);
        append_command(dialog, kind, &dialog->answer, field_path(dialog));
        return;
    }
    if (named)
        end_with_slash(dialog);
    renew_field(dialog);
    follow_field(dialog, true);
}

void ui_dialog_run(struct ui *ui)
{
    struct ui_dialog *dialog = &ui->dialog;
    if (dialog->answer.length == 0)
        return;
    dialog->answered = ui->host->workspace->panels.dialog;
    dialog->failures = ui->model->work.failures;
    struct text line = dialog->answer;
    dialog->answer = (struct text){0};
    dialog->works = ui_run_now(ui, text_string(&line));
    if (!dialog->works)
        renew_field(dialog);
    text_free(&line);
}

// The dialog goes when what it asked for is done; where that failed, what was typed can be mended.
static void follow_answer(struct ui *ui)
{
    struct ui_dialog *dialog = &ui->dialog;
    if (!dialog->works || ui->model->work.unfinished)
        return;
    dialog->works = false;
    if (dialog->failures != ui->model->work.failures)
        renew_field(dialog);
    else if (ui->host->workspace->panels.dialog == dialog->answered)
        close_dialog(ui);
}

// The name of the image with that of its frame.
static void propose_picture(const struct ui *ui, char *name, size_t size)
{
    const struct ui_model *model = ui->model;
    path_propose(model->name ? model->name : "picture",
                 model->place.frame_count > 1 ? model->place.frame : -1, ".png", name, size);
}

// Begins in the folder of the image, where its name tells one.
static void begin_beside_image(struct ui *ui)
{
    struct ui_dialog *dialog = &ui->dialog;
    const char *name = ui->model->name, *file = name ? path_name(name) : NULL;
    if (name && name[0] == '/' && file > name)
        snprintf(dialog->path, sizeof dialog->path, "%.*s", (int)(file - name), name);
}

// The name that is proposed is selected up to its ending, to be typed over.
static void select_name(struct ui_dialog *dialog, const char *label)
{
    if (!dialog->select_name || !gui_field_active(label))
        return;
    const char *name = typed_name(dialog), *dot = strrchr(name, '.');
    gui_field_select(dialog->path, (size_t)(name - dialog->path),
                     (size_t)((dot && dot > name ? dot : name + strlen(name)) - dialog->path));
    dialog->select_name = false;
}

static void start_dialog(struct ui *ui, enum view_dialog kind)
{
    struct ui_dialog *dialog = &ui->dialog;
    // The folder of the last time stays; a name does not.
    *typed_name(dialog) = '\0';
    memmove(dialog->path, field_path(dialog), strlen(field_path(dialog)) + 1);
    if (writes(kind))
        begin_beside_image(ui);
    if (!dialog->path[0] && getcwd(dialog->path, sizeof dialog->path - 1))
        end_with_slash(dialog);
    dialog->select_name = writes(kind);
    const size_t length = strlen(dialog->path);
    if (kind == DIALOG_EXPORT)
        propose_picture(ui, dialog->path + length, sizeof dialog->path - length);
    if (kind == DIALOG_SAVE_MASK)
        snprintf(dialog->path + length, sizeof dialog->path - length, "mask.npy");
    follow_field(dialog, true);
}

// --- the list ---

// What the mouse did to the rows of one frame.
struct clicks {
    struct ui *ui;
    float height;
    bool clicked, doubled;
};

static void draw_row(void *context, size_t row)
{
    struct clicks *clicks = context;
    struct ui_dialog *dialog = &clicks->ui->dialog;
    const struct folder_entry *entry = entry_at(dialog, row);
    struct gui_rect place = gui_here();
    char name[512];
    place.width = gui_room();
    place.y += (float)(int)((clicks->height - gui_line_height()) / 2);
    gui_id_begin((int)row);
    if (gui_selectable_high("##row", (int)row == dialog->selected, clicks->height)) {
        dialog->selected = (int)row;
        clicks->clicked = true;
        clicks->doubled = gui_double_clicked();
    }
    snprintf(name, sizeof name, "%s%s", entry->name, entry->kind == FOLDER_FOLDER ? "/" : "");
    ui_draw_cut(place, gui_tone(UI_TEXT), name);
    gui_id_end();
}

// Why there are no rows.
static const char *nothing(const struct ui *ui)
{
    const struct ui_dialog *dialog = &ui->dialog;
    const char *error = ui->model->browsing.dialog.error;
    if (dialog->unread || (!dialog->listed && !error))
        return "Reading the folder ... A path can be typed meanwhile.";
    if (error)
        return error;
    return dialog->listed->count ? "No name here has these letters." : "The folder is empty.";
}

// A click selects, which filters nothing away: only where the names are not filtered by the field does it
// take the name. A double click opens.
static void click_row(struct ui *ui, enum view_dialog kind, bool doubled)
{
    struct ui_dialog *dialog = &ui->dialog;
    const size_t row = (size_t)dialog->selected;
    const bool file = entry_at(dialog, row)->kind != FOLDER_FOLDER;
    if (doubled) {
        if (take_entry(ui, row))
            accept_path(ui, kind);
    } else if (file && writes(kind)) {
        take_entry(ui, row);
    } else {
        renew_field(dialog); // it keeps the keyboard
    }
}

static void draw_entries(struct ui *ui, enum view_dialog kind, bool moved)
{
    struct ui_dialog *dialog = &ui->dialog;
    struct clicks clicks = {.ui = ui, .height = gui_line_height() + ui_px(ui, 4)};
    const size_t count = row_count(dialog);
    gui_child_begin("##entries", 0, gui_room_below() - gui_frame_height() - ui_px(ui, 10));
    if (moved && dialog->selected >= 0)
        gui_scroll_to((float)dialog->selected * clicks.height, (float)(dialog->selected + 1) * clicks.height);
    if (count > 0)
        gui_rows(count, clicks.height, draw_row, &clicks);
    else
        gui_text_dim(nothing(ui));
    gui_child_end();
    // After the rows, because a folder that is entered replaces them.
    if (clicks.clicked)
        click_row(ui, kind, clicks.doubled);
}

// Takes the selected row, or what has been typed.
static void enter(struct ui *ui, enum view_dialog kind)
{
    struct ui_dialog *dialog = &ui->dialog;
    if (dialog->selected < 0 || take_entry(ui, (size_t)dialog->selected))
        accept_path(ui, kind);
}

// Moves the selection by the keys; true if it moved. Rows that are not there yet can be counted already.
static bool move_selection(struct ui_dialog *dialog)
{
    const bool unknown = !dialog->rows && dialog->awaits_rows;
    const int last = unknown ? FOLDER_MAX_ENTRIES : (int)row_count(dialog) - 1, before = dialog->selected;
    const int rows = gui_key_pressed(GUI_KEY_DOWN) - gui_key_pressed(GUI_KEY_UP) +
                     10 * (gui_key_pressed(GUI_KEY_PAGE_DOWN) - gui_key_pressed(GUI_KEY_PAGE_UP));
    int row = before + rows;
    if (row < -1) // from the first row one step goes back to the field
        row = 0;
    dialog->selected = row < last ? row : last;
    return dialog->selected != before;
}

// Keys of the list; true if the selection moved.
static bool handle_keys(struct ui *ui, enum view_dialog kind)
{
    struct ui_dialog *dialog = &ui->dialog;
    const bool moved = move_selection(dialog);
    if (gui_key_pressed(GUI_KEY_ESCAPE))
        close_dialog(ui);
    dialog->enter_due |= gui_key_pressed(GUI_KEY_ENTER);
    // A row is meant of those for what has been typed.
    if (dialog->enter_due && !(dialog->awaits_rows && dialog->selected >= 0)) {
        dialog->enter_due = false;
        enter(ui, kind);
    }
    return moved;
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
    follow_answer(ui);
    enum view_dialog kind = ui->host->workspace->panels.dialog;
    bool appeared = kind != DIALOG_NONE && kind != dialog->shown, open = true;
    dialog->shown = kind;
    if (kind == DIALOG_NONE)
        return;
    if (appeared)
        start_dialog(ui, kind);
    // A name to be written need not match what is there.
    bool filter = !writes(kind);
    ui_window_begin(ui, dialogs[kind].title, 600, 420, &open);
    if (gui_button("Up", ui_px(ui, 40)))
        go_up(ui);
    gui_same_line();
    gui_next_width(-1);
    bool focus = appeared || dialog->refocus;
    dialog->refocus = false;
    if (ui_search(ui, "##path", "Path", dialog->path, sizeof dialog->path, focus))
        dialog->selected = -1;
    select_name(dialog, "##path");
    follow_field(dialog, false);
    take_rows(ui, filter);
    bool moved = handle_keys(ui, kind);
    draw_entries(ui, kind, moved);
    if (gui_button(dialogs[kind].button, ui_px(ui, 90)))
        enter(ui, kind);
    gui_same_line();
    if (gui_button("Cancel", ui_px(ui, 90)))
        close_dialog(ui);
    draw_choices(ui, kind);
    ui_window_end(ui);
    if (!open)
        close_dialog(ui);
    read_unread(ui);
}
