// SPDX-License-Identifier: MIT
// Which rows the panel for files shows: those that were found in the folder, or recent names.
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ui_files_free(struct ui_files *files)
{
    free(files->found);
    free(files->folder);
    folder_wish_free(&files->wish);
    *files = (struct ui_files){0};
}

// The few recent names are looked through at once.
static void find_recent(struct ui_files *files, const struct recent *recent)
{
    files->found_count = 0;
    files->found = must_resize(files->found, (recent ? recent->count + 1 : 1) * sizeof *files->found);
    for (size_t i = 0; recent && i < recent->count; i++) {
        if (text_has_words(recent->names[i], files->list.filter))
            files->found[files->found_count++] = (struct folder_row){.entry = i};
    }
}

// After going up, the folder that one came from is selected; the same folder read again keeps the selection.
static void take_folder(struct ui_files *files, const struct ui_browsing *browsing)
{
    if (!files->folder || strcmp(files->folder, browsing->folder->path) != 0)
        ui_list_select(&files->list, browsing->rows->home);
    free(files->folder);
    files->folder = must_copy(browsing->folder->path);
}

// Shows the rows that there are, and asks for those that are wanted.
static void take_rows(struct ui_files *files, const struct ui_browsing *browsing, bool recent)
{
    const struct folder_rows *rows = recent ? NULL : browsing->rows;
    snprintf(files->wish.words, sizeof files->wish.words, "%s", files->list.filter);
    files->awaits_rows = rows && !folder_wish_equal(&rows->wish, &files->wish);
    if (files->awaits_rows)
        browsing->find_rows(browsing->find_rows_context, &files->wish);
    if (recent)
        find_recent(files, browsing->recent);
    files->rows = recent ? files->found : rows ? rows->items : NULL;
    files->count = recent ? files->found_count : rows ? rows->count : 0;
    ui_list_limit(&files->list, files->count);
}

bool ui_files_update(struct ui_files *files, const struct ui_browsing *browsing, bool recent)
{
    const bool new_folder = files->folder_serial != browsing->folder_serial,
               other_names = !files->valid || new_folder || files->recent != recent ||
                             files->recent_serial != browsing->recent_serial;
    if (files->recent != recent)
        ui_list_select(&files->list, 0);
    files->valid = true;
    files->recent = recent;
    files->folder_serial = browsing->folder_serial;
    files->recent_serial = browsing->recent_serial;
    if (new_folder)
        files->wish.open_count = 0;
    take_rows(files, browsing, recent);
    if (browsing->folder && new_folder && !recent)
        take_folder(files, browsing);
    return other_names;
}

void ui_files_toggle(struct ui_files *files, const struct folder *folder, size_t row, bool open)
{
    const size_t entry = files->rows[row].entry;
    if (folder->entries[entry].members == 0)
        return;
    files->awaits_rows |= folder_wish_is_open(&files->wish, entry) != open;
    folder_wish_toggle(&files->wish, entry, open);
    // Closing it from one of its members goes to the series itself.
    while (!open && row > 0 && files->rows[row - 1].entry == entry)
        row--;
    if (!open)
        ui_list_select(&files->list, row);
}
