// SPDX-License-Identifier: MIT
// Requests to a browser of its own, so that the panel for files goes on when the dialog's disk does not
// answer.
#include "app/host/dialog_folder.h"

#include <stdlib.h>

struct dialog_folder {
    struct jobs *jobs;
    struct browser *browser;
    struct browser_results found; // its folder with the rows, or why there is none
    struct folder_wish wish;      // what was asked for last
    bool reading;
    uint64_t serial;
};

struct dialog_folder *dialog_folder_create(struct jobs *jobs)
{
    struct dialog_folder *dialog = must_alloc(sizeof *dialog);
    dialog->jobs = jobs;
    dialog->browser = browser_create(jobs);
    return dialog;
}

void dialog_folder_destroy(struct dialog_folder **dialog)
{
    struct dialog_folder *old = *dialog;
    if (!old)
        return;
    browser_destroy(&old->browser);
    browser_results_free(&old->found);
    folder_wish_free(&old->wish);
    free(old);
    *dialog = NULL;
}

// --- called by the panel, which goes on reading what it was given ---

static void read_folder(void *context, const char *path, const struct folder_wish *wish)
{
    struct dialog_folder *dialog = context;
    folder_wish_set(&dialog->wish, wish);
    dialog->reading = true;
    browser_read_folder(dialog->browser, *path ? path : ".", wish, NULL);
}

static void find_rows(void *context, const struct folder_wish *wish)
{
    struct dialog_folder *dialog = context;
    if (dialog->reading || !dialog->found.folder || folder_wish_equal(&dialog->wish, wish))
        return;
    folder_wish_set(&dialog->wish, wish);
    browser_find_rows(dialog->browser, dialog->found.folder, wish);
}

// --- results ---

static void forget(struct dialog_folder *dialog)
{
    if (!dialog->reading && !dialog->found.folder && !dialog->found.folder_error)
        return;
    browser_destroy(&dialog->browser);
    dialog->browser = browser_create(dialog->jobs);
    browser_results_free(&dialog->found);
    dialog->reading = false;
}

static void take_rows(struct dialog_folder *dialog, struct browser_results *results)
{
    struct browser_results old = {.rows = dialog->found.rows};
    dialog->found.rows = results->rows;
    results->rows = NULL;
    browser_results_free(&old);
}

bool dialog_folder_update(struct dialog_folder *dialog, bool open)
{
    struct browser_results results = {0};
    if (!open)
        forget(dialog);
    if (!browser_take(dialog->browser, &results))
        return false;
    if (results.folder || results.folder_error) {
        browser_results_free(&dialog->found);
        dialog->found = results;
        dialog->reading = false;
        dialog->serial++;
        return true;
    }
    // Rows that come while another folder is read are of the folder before.
    if (results.rows && !dialog->reading)
        take_rows(dialog, &results);
    browser_results_free(&results);
    return true;
}

void dialog_folder_fill(struct dialog_folder *dialog, struct ui_dialog_folder *shown)
{
    const struct browser_results *found = &dialog->found;
    *shown = (struct ui_dialog_folder){
        .serial = dialog->serial, .read = read_folder, .find_rows = find_rows, .context = dialog};
    if (dialog->reading)
        return;
    shown->folder = found->rows ? found->folder : NULL;
    shown->rows = found->rows;
    shown->error = found->folder_error ? found->folder_error->text : NULL;
}
