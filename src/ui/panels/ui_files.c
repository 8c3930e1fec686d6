// SPDX-License-Identifier: MIT
// The panel for files at the left side: a folder with its series, or what was opened last; typing filters,
// the arrows choose, Enter opens.
#include "ui/panels/ui_internal.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

// --- what rows say ---

static const struct folder_entry *entry_at(const struct ui *ui, size_t row)
{
    return folder_row_entry(ui->model->browsing.folder, ui->files.rows[row]);
}

// The time of day for what is younger than 20 hours, else the day.
static void format_time(int64_t seconds, char *text, size_t size)
{
    const time_t when = (time_t)seconds;
    const int64_t age = (int64_t)time(NULL) - seconds;
    struct tm local;
    text[0] = '\0';
    if (localtime_r(&when, &local))
        strftime(text, size, age >= 0 && age < 72000 ? "%H:%M" : "%Y-%m-%d", &local);
}

// "1 to 1800, 4.2 GB" or "17.4 MB, 2026-01-31".
static void describe(const struct folder_entry *entry, char *text, size_t size)
{
    char bytes[32], day[32];
    format_bytes(entry->bytes, bytes, sizeof bytes);
    format_time(entry->modified, day, sizeof day);
    const int64_t span = entry->last - entry->first + 1;
    if (entry->kind == FOLDER_FOLDER)
        snprintf(text, size, "%s", day);
    else if (entry->members > 0 && (int64_t)entry->members == span)
        snprintf(text, size, "%lld to %lld, %s", (long long)entry->first, (long long)entry->last, bytes);
    else if (entry->members > 0)
        snprintf(text, size, "%zu of %lld to %lld, %s", entry->members, (long long)entry->first,
                 (long long)entry->last, bytes);
    else
        snprintf(text, size, "%s, %s", bytes, day);
}

// The path of a row, which opens it. Of a series' template the members are asked for by `picture`.
static void row_path(const struct ui *ui, size_t row, bool picture, struct text *path)
{
    const struct ui_browsing *browsing = &ui->model->browsing;
    const struct folder_row *at = &ui->files.rows[row];
    if (ui->files.recent) {
        text_append(path, browsing->recent->names[at->entry]);
        return;
    }
    const struct folder *folder = browsing->folder;
    const struct folder_entry *entry = entry_at(ui, row);
    if (picture && entry->members > 0)
        entry = &folder->members[entry->first_member];
    text_printf(path, "%s/%s", strcmp(folder->path, "/") == 0 ? "" : folder->path, entry->name);
}

// --- icons ---

static void draw_folder(struct ui *ui, struct gui_rect place)
{
    const float unit = place.height / 10, x = place.x, y = place.y;
    (void)ui;
    gui_draw_rect((struct gui_rect){x, y + unit, 5 * unit, 2 * unit}, gui_tone(UI_WARN));
    gui_draw_rect((struct gui_rect){x, y + 2.5f * unit, 12 * unit, 6.5f * unit}, gui_tone(UI_WARN));
}

static void draw_papers(struct ui *ui, struct gui_rect place, bool several)
{
    const float unit = place.height / 10, x = place.x + unit, y = place.y;
    (void)ui;
    if (several)
        gui_draw_rect((struct gui_rect){x + 3 * unit, y, 8 * unit, 7 * unit}, gui_tone(UI_HOVER));
    gui_draw_rect((struct gui_rect){x, y + 2 * unit, 9 * unit, 7.5f * unit}, gui_tone(UI_EDGE));
}

static void draw_icon(struct ui *ui, struct gui_rect place, const struct folder_entry *entry)
{
    if (entry && entry->kind == FOLDER_FOLDER)
        draw_folder(ui, place);
    else
        draw_papers(ui, place, entry && entry->members > 0);
}

// The small picture of a row, in the middle of the place; false if there is none, with the reason where one
// is known.
static bool draw_picture(struct ui *ui, struct gui_rect place, size_t row, const char **refusal)
{
    const struct ui_browsing *browsing = &ui->model->browsing;
    struct ui_thumbnail picture = {0};
    struct text path = {0};
    row_path(ui, row, true, &path);
    const bool known =
        browsing->thumbnail && browsing->thumbnail(browsing->thumbnail_context, text_string(&path),
                                                   (int)place.width, (int)place.height, &picture);
    text_free(&path);
    *refusal = picture.refusal;
    if (!known)
        return false;
    // As large as it is, so that its pixels are those of the screen.
    gui_draw_texture((struct gui_rect){(float)(int)(place.x + (place.width - picture.width) / 2),
                                       (float)(int)(place.y + (place.height - picture.height) / 2),
                                       picture.width, picture.height},
                     picture.texture, picture.u, picture.v, picture.u_size, picture.v_size);
    return true;
}

// --- rows ---

static bool has_pictures(const struct ui *ui)
{
    return ui->host->workspace->panels.thumbnails;
}

static float row_height(const struct ui *ui)
{
    return has_pictures(ui) ? 2 * gui_line_height() + ui_px(ui, 18) : gui_line_height() + ui_px(ui, 5);
}

// The arrow by which the members of a series are listed.
static void draw_arrow(struct ui *ui, struct gui_rect place, bool open)
{
    ui->files.on_arrow |= gui_hovers(place);
    gui_draw_text(place.x, place.y + (float)(int)((place.height - gui_line_height()) / 2), gui_tone(UI_TEXT2),
                  open ? "\xE2\x96\xBE" : "\xE2\x96\xB8");
}

static bool is_shown(const struct ui *ui, size_t row)
{
    struct text path = {0};
    row_path(ui, row, false, &path);
    const bool same = ui->model->name && strcmp(text_string(&path), ui->model->name) == 0;
    text_free(&path);
    return same;
}

struct row_texts {
    const char *name;
    char detail[300];
    bool dim;
};

static void find_texts(const struct ui *ui, size_t row, struct row_texts *texts)
{
    texts->dim = false;
    if (!ui->files.recent) {
        const struct folder_entry *entry = entry_at(ui, row);
        texts->name = entry->name;
        texts->dim = entry->kind == FOLDER_OTHER;
        describe(entry, texts->detail, sizeof texts->detail);
        return;
    }
    const char *name = ui->model->browsing.recent->names[ui->files.rows[row].entry];
    texts->name = path_title(name);
    snprintf(texts->detail, sizeof texts->detail, "%.*s", (int)(texts->name - name), name);
}

// `refusal`: why there is no small picture, or NULL.
static void draw_texts(struct ui *ui, struct gui_rect place, size_t row, const char *refusal)
{
    struct row_texts texts;
    find_texts(ui, row, &texts);
    const size_t length = strlen(texts.detail);
    if (refusal)
        snprintf(texts.detail + length, sizeof texts.detail - length, ", %s", refusal);
    const uint32_t colour = is_shown(ui, row) ? gui_tone(UI_ACCENT)
                            : texts.dim       ? gui_tone(UI_TEXT2)
                                              : gui_tone(UI_TEXT);
    const float gap = ui_px(ui, 8);
    if (has_pictures(ui)) {
        const float y = place.y + (float)(int)((place.height - 2 * gui_line_height() - ui_px(ui, 2)) / 2);
        ui_draw_cut((struct gui_rect){place.x, y, place.width, 0}, colour, texts.name);
        ui_draw_cut((struct gui_rect){place.x, y + gui_line_height() + ui_px(ui, 2), place.width, 0},
                    gui_tone(UI_TEXT2), texts.detail);
        return;
    }
    // The details at the right, as far as the name leaves them room.
    const float y = place.y + ui_px(ui, 2), name = gui_text_width(texts.name);
    const float most = name < place.width ? name : place.width, room = place.width - most - gap;
    ui_draw_cut((struct gui_rect){place.x, y, most, 0}, colour, texts.name);
    char *comma = strrchr(texts.detail, ',');
    const char *detail = texts.detail;
    if (!ui->files.recent && gui_text_width(detail) > room && comma) {
        *comma = '\0'; // at least the first of the two
    }
    const float width = gui_text_width(detail);
    if (width <= room)
        gui_draw_text(place.x + place.width - width, y, gui_tone(UI_TEXT2), detail);
}

static void draw_row(void *context, size_t row, struct gui_rect place, bool selected)
{
    struct ui *ui = context;
    (void)selected;
    const struct ui_files *files = &ui->files;
    const struct folder_entry *entry = files->recent ? NULL : entry_at(ui, row);
    const bool pictures = has_pictures(ui);
    const float arrow = ui_px(ui, 13), right = place.x + place.width - ui_px(ui, 4);
    if (entry && entry->members > 0)
        draw_arrow(ui, (struct gui_rect){place.x, place.y, arrow, place.height},
                   folder_wish_is_open(&files->wish, files->rows[row].entry));
    place.x += arrow + (files->rows[row].member ? ui_px(ui, 10) : 0);
    const float margin = ui_px(ui, 3), height = place.height - 2 * margin;
    struct gui_rect icon = {place.x, place.y + margin, pictures ? height * 4 / 3 : height * 1.2f, height};
    const bool image = !entry || entry->kind == FOLDER_IMAGE;
    const char *refusal = NULL;
    if (!pictures || !image || !draw_picture(ui, icon, row, &refusal)) {
        struct gui_rect small = icon;
        if (pictures) {
            small.height = height * 0.55f;
            small.x += (icon.width - small.height * 1.2f) / 2;
            small.y += (height - small.height) / 2;
        }
        draw_icon(ui, small, entry);
    }
    place.x = icon.x + icon.width + ui_px(ui, 7);
    place.width = right - place.x;
    draw_texts(ui, place, row, refusal);
}

// --- actions ---

static void run_word(struct ui *ui, const char *command, const char *word)
{
    struct text line = {0};
    command_append_word(&line, command);
    command_append_word(&line, word);
    ui_run(ui, "%s", text_string(&line));
    text_free(&line);
}

static void open_selected(struct ui *ui)
{
    struct ui_files *files = &ui->files;
    if (files->count == 0)
        return;
    struct text path = {0};
    row_path(ui, files->list.selected, false, &path);
    const bool folder = !files->recent && entry_at(ui, files->list.selected)->kind == FOLDER_FOLDER;
    if (folder)
        files->list.filter[0] = '\0';
    run_word(ui, folder ? "folder.go" : "file.open", text_string(&path));
    text_free(&path);
}

static void toggle_selected(struct ui *ui, bool open)
{
    struct ui_files *files = &ui->files;
    if (!files->recent && files->count > 0)
        ui_files_toggle(files, ui->model->browsing.folder, files->list.selected, open);
}

static void handle_keys(struct ui *ui)
{
    struct ui_list *list = &ui->files.list;
    ui_list_keys(list, ui->files.count);
    list->anchor = list->selected; // one row at a time
    if (!list->keyboard)
        return;
    if (gui_key_pressed(GUI_KEY_ENTER)) {
        list->refocus = true;
        open_selected(ui);
    } else if (gui_key_pressed(GUI_KEY_BACKSPACE) && list->was_empty && !ui->files.recent) {
        run_word(ui, "folder.go", "..");
    } else if (gui_key_pressed(GUI_KEY_RIGHT)) {
        toggle_selected(ui, true);
    } else if (gui_key_pressed(GUI_KEY_LEFT)) {
        toggle_selected(ui, false);
    }
}

// --- the panel ---

static void draw_head(struct ui *ui)
{
    const struct ui_browsing *browsing = &ui->model->browsing;
    const bool recent = ui->files.recent;
    if (gui_toggle_button("Folder", !recent, 0) && recent)
        ui_run(ui, "panel.files on");
    gui_same_line();
    if (gui_toggle_button("Recent", recent, 0) && !recent)
        ui_run(ui, "panel.recent on");
    const float up = ui_px(ui, 34), close = ui_px(ui, 22), gap = ui_px(ui, 6);
    gui_same_line_at(gui_room() + ui_px(ui, 9) - up - close - gap);
    gui_disabled_begin(recent || !browsing->folder);
    if (gui_button("Up", up))
        run_word(ui, "folder.go", "..");
    gui_disabled_end();
    gui_same_line();
    if (gui_button("\xC3\x97", close))
        ui_run(ui, recent ? "panel.recent off" : "panel.files off");
    gui_tooltip("Close (Ctrl+B)");
}

static void draw_path(struct ui *ui)
{
    const struct ui_browsing *browsing = &ui->model->browsing;
    const char *path = ui->files.recent    ? "Opened last"
                       : browsing->folder  ? browsing->folder->path
                       : browsing->reading ? "Reading the folder..."
                                           : "";
    struct gui_rect here = gui_here();
    here.width = gui_room();
    here.height = gui_line_height();
    ui_draw_cut(here, gui_tone(UI_TEXT2), path);
    gui_space(gui_line_height());
    if (!ui->files.recent && gui_hovers(here))
        gui_tooltip_now(path);
}

static const char *nothing(const struct ui *ui)
{
    const struct ui_browsing *browsing = &ui->model->browsing;
    if (ui->files.list.filter[0])
        return "Nothing here has these letters.";
    if (ui->files.recent)
        return browsing->recent ? "Nothing has been opened yet." : "";
    if (browsing->folder_error)
        return browsing->folder_error;
    if (!browsing->folder)
        return "";
    return browsing->folder->others ? "No image and no folder is here." : "The folder is empty.";
}

static void draw_footer(struct ui *ui)
{
    struct ui_files *files = &ui->files;
    const struct folder *folder = ui->model->browsing.folder;
    char text[80];
    gui_align();
    if (files->recent)
        snprintf(text, sizeof text, "%zu %s", files->count, files->count == 1 ? "name" : "names");
    else
        snprintf(text, sizeof text, "%zu %s%s", files->count, files->count == 1 ? "entry" : "entries",
                 ui->model->browsing.reading ? ", reading..."
                 : folder && folder->cut     ? ", cut"
                                             : "");
    gui_text_dim(text);
    if (files->recent || !folder || folder->others == 0)
        return;
    snprintf(text, sizeof text, "%zu other%s", folder->others, folder->others == 1 ? "" : "s");
    const float width = gui_text_width(text) + gui_frame_height() + ui_px(ui, 6);
    gui_same_line_at(gui_room() + ui_px(ui, 9) - width);
    if (gui_checkbox(text, files->wish.others))
        files->wish.others = !files->wish.others;
    gui_tooltip("Files that are no images by their names");
}

static void draw_list(struct ui *ui)
{
    struct ui_files *files = &ui->files;
    const float footer = gui_frame_height() + ui_px(ui, 6);
    enum ui_list_event event = UI_LIST_NOTHING;
    files->on_arrow = false;
    if (files->count == 0) {
        gui_child_begin("##rows", 0, -footer);
        gui_text_wrapped_coloured(gui_tone(UI_TEXT2), nothing(ui));
        gui_child_end();
    } else {
        event = ui_list_rows(&files->list, row_height(ui), footer, draw_row, ui);
    }
    if (event != UI_LIST_NOTHING && files->on_arrow)
        toggle_selected(ui, !folder_wish_is_open(&files->wish, files->rows[files->list.selected].entry));
    else if (event == UI_LIST_DOUBLE_CLICKED)
        open_selected(ui);
    draw_footer(ui);
}

// The right edge, by which the panel is made wider.
static void draw_edge(struct ui *ui, struct gui_rect place)
{
    struct gui_mouse_area area;
    const float width = ui_px(ui, 5);
    gui_window_begin("##files_edge",
                     (struct gui_rect){place.x + place.width - width, place.y, width, place.height},
                     GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    gui_canvas("##edge", width, place.height, &area);
    gui_draw_rect((struct gui_rect){area.place.x + width - 1, place.y, 1, place.height},
                  area.hovered || area.held ? gui_tone(UI_ACCENT) : gui_tone(UI_LINE));
    if (area.hovered || area.held)
        gui_cursor(GUI_CURSOR_EW);
    if (area.held) {
        const float wanted = (area.place.x + area.x - place.x) / ui->scale;
        const int limited = wanted < SHELL_BROWSER_LEAST  ? SHELL_BROWSER_LEAST
                            : wanted > SHELL_BROWSER_MOST ? SHELL_BROWSER_MOST
                                                          : (int)wanted;
        if (limited != ui->host->workspace->panels.files_width)
            ui_run(ui, "panel.files_width %d", limited);
    }
    gui_window_end();
}

// The field looks at a filter that was changed from outside only when it gets the keyboard anew.
static void clear_filter(struct ui_files *files)
{
    if (files->list.filter[0])
        gui_release_text();
    files->list.filter[0] = '\0';
    files->list.refocus = true;
}

// Whether the panel is the one that a search is meant for.
static bool is_searched(const struct view_panels *panels)
{
    const int tab = panels_tab(panels);
    return panels->find && tab != TAB_HEADER && tab != TAB_CONTENTS && !panels->help;
}

void ui_files(struct ui *ui, struct gui_rect place)
{
    struct ui_files *files = &ui->files;
    const struct view_panels *panels = &ui->host->workspace->panels;
    const struct ui_browsing *browsing = &ui->model->browsing;
    gui_window_begin("##files", (struct gui_rect){place.x, place.y, place.width - ui_px(ui, 5), place.height},
                     GUI_FIXED | GUI_NO_SCROLL | GUI_ON_GROUND, NULL);
    if (files->valid && files->recent != panels->files_recent)
        clear_filter(files);
    draw_head(ui);
    draw_path(ui);
    ui_filter(ui, &files->list, panels->files_recent ? "Filter" : "Filter by name", -1, is_searched(panels));
    if (ui_files_update(files, browsing, panels->files_recent)) {
        for (size_t i = 0; browsing->recent && i < browsing->recent->count; i++)
            ui_need_text(ui, browsing->recent->names[i]);
        ui_need_text(ui, browsing->folder ? browsing->folder->signs : NULL);
        ui_need_text(ui, "\xE2\x96\xBE\xE2\x96\xB8");
    }
    handle_keys(ui);
    draw_list(ui);
    gui_window_end();
    draw_edge(ui, place);
}
