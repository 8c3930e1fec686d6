// SPDX-License-Identifier: MIT
// Which rows the panel for files has: folders, images, series with their members, or recent names.
#include "ui/ui_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ui_files_free(struct ui_files *files)
{
    free(files->rows);
    free(files->open);
    free(files->folder);
    *files = (struct ui_files){0};
}

static void add_row(struct ui_files *files, size_t entry, size_t member)
{
    if (files->count == files->capacity) {
        files->capacity = files->capacity ? 2 * files->capacity : 256;
        files->rows = must_resize(files->rows, files->capacity * sizeof *files->rows);
    }
    files->rows[files->count++] = (struct ui_files_row){entry, member};
}

// A series is listed when its name matches; else those of its members that do.
static void add_series(struct ui_files *files, const struct folder *folder, size_t entry)
{
    const struct folder_entry *series = &folder->entries[entry];
    const bool matches = ui_matches(series->name, files->filter);
    if (matches)
        add_row(files, entry, 0);
    if (matches && !files->open[entry])
        return;
    for (size_t i = 0; i < series->members; i++) {
        if (matches || ui_matches(folder->members[series->first_member + i].name, files->filter))
            add_row(files, entry, i + 1);
    }
}

static void add_folder(struct ui_files *files, const struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        const struct folder_entry *entry = &folder->entries[i];
        if (entry->kind == FOLDER_OTHER && !files->show_other)
            continue;
        if (entry->members > 0)
            add_series(files, folder, i);
        else if (ui_matches(entry->name, files->filter))
            add_row(files, i, 0);
    }
}

// After going up, the folder that one came from is selected.
static size_t row_to_select(const struct ui_files *files, const struct folder *folder)
{
    const size_t length = strlen(folder->path);
    if (!files->folder || strncmp(files->folder, folder->path, length) != 0)
        return 0;
    const char *name = files->folder + length + (files->folder[length] == '/');
    for (size_t row = 0; row < files->count; row++) {
        if (strcmp(folder->entries[files->rows[row].entry].name, name) == 0)
            return row;
    }
    return 0;
}

static void take_folder(struct ui_files *files, const struct folder *folder)
{
    // The same folder read again keeps the selection.
    if (!files->folder || strcmp(files->folder, folder->path) != 0)
        ui_list_select(&files->list, row_to_select(files, folder));
    free(files->folder);
    files->folder = must_copy(folder->path);
}

bool ui_files_update(struct ui_files *files, const struct ui_browsing *browsing, bool recent)
{
    const bool new_folder = files->folder_serial != browsing->folder_serial;
    if (files->valid && !new_folder && files->recent == recent &&
        files->recent_serial == browsing->recent_serial && strcmp(files->filter, files->list.filter) == 0)
        return false;
    const struct folder *folder = browsing->folder;
    if (files->recent != recent)
        ui_list_select(&files->list, 0);
    files->valid = true;
    files->recent = recent;
    files->folder_serial = browsing->folder_serial;
    files->recent_serial = browsing->recent_serial;
    snprintf(files->filter, sizeof files->filter, "%s", files->list.filter);
    files->count = 0;
    if (folder && new_folder) {
        files->open = must_resize(files->open, folder->count + 1);
        memset(files->open, 0, folder->count + 1);
    }
    if (recent) {
        for (size_t i = 0; browsing->recent && i < browsing->recent->count; i++) {
            if (ui_matches(browsing->recent->names[i], files->filter))
                add_row(files, i, 0);
        }
    } else if (folder) {
        add_folder(files, folder);
    }
    ui_list_limit(&files->list, files->count);
    if (folder && new_folder && !recent)
        take_folder(files, folder);
    return true;
}

const struct folder_entry *ui_files_entry(const struct folder *folder, struct ui_files_row row)
{
    const struct folder_entry *entry = &folder->entries[row.entry];
    return row.member ? &folder->members[entry->first_member + row.member - 1] : entry;
}

void ui_files_toggle(struct ui_files *files, const struct folder *folder, size_t row, bool open)
{
    const size_t entry = files->rows[row].entry;
    if (folder->entries[entry].members == 0)
        return;
    files->open[entry] = open;
    files->valid = false;
    // Closing it from one of its members goes to the series itself.
    for (size_t i = 0; !open && i <= row; i++) {
        if (files->rows[i].entry == entry) {
            ui_list_select(&files->list, i);
            break;
        }
    }
}
