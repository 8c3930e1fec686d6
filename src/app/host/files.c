// SPDX-License-Identifier: MIT
// Requests to the browser, and its last results.
#include "app/host/files.h"

#include "app/host/dialog_folder.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

struct files {
    struct desk *desk;
    struct browser *browser;
    struct dialog_folder *dialog;
    struct folder *folder;
    struct folder_rows *rows; // of the folder
    struct folder_wish wish;  // what was asked for last
    bool reading;
    struct error *folder_error;
    struct recent *recent;
    bool recent_asked;
    struct browser_contents *contents;
    char *contents_asked; // the name that contents were asked for last
    uint64_t folder_serial, recent_serial, contents_serial;
    char *opened;           // to be remembered when it is shown
    uint64_t opened_before; // how often something was opened in the pane before that
};

struct files *files_create(struct desk *desk)
{
    struct files *files = must_alloc(sizeof *files);
    files->desk = desk;
    files->browser = browser_create(desk->common.jobs);
    files->dialog = dialog_folder_create(desk->common.jobs);
    return files;
}

static void drop_contents(struct files *files)
{
    struct browser_results old = {.contents = files->contents};
    browser_results_free(&old);
    files->contents = NULL;
    files->contents_serial++;
}

void files_destroy(struct files **files)
{
    struct files *old = *files;
    if (!old)
        return;
    dialog_folder_destroy(&old->dialog);
    browser_destroy(&old->browser);
    struct browser_results kept = {old->folder, old->folder_error, old->rows, old->contents, old->recent};
    browser_results_free(&kept);
    folder_wish_free(&old->wish);
    free(old->contents_asked);
    free(old->opened);
    free(old);
    *files = NULL;
}

void files_opened(struct files *files, const char *const *names, size_t count)
{
    free(files->opened);
    files->opened = recent_name_of(names, count);
    files->opened_before = files->desk->active->opened;
}

// --- the folder ---

// The folder of a name, which may be one: absolute. Owned by the caller.
static char *folder_of(const char *name)
{
    char *path = recent_name(name);
    path[path_selector(path) - path] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    return path;
}

static void read_folder(struct files *files, const char *path)
{
    free(files->folder_error);
    files->folder_error = NULL;
    files->reading = true;
    // The words of the filter stay; series that are open are those of the folder before.
    struct folder_wish wish = files->wish;
    wish.open_count = 0;
    browser_read_folder(files->browser, path, &wish, files->folder ? files->folder->path : NULL);
}

// Called by the panel.
static void find_rows(void *context, const struct folder_wish *wish)
{
    struct files *files = context;
    if (!files->folder || folder_wish_equal(&files->wish, wish))
        return;
    folder_wish_set(&files->wish, wish);
    browser_find_rows(files->browser, files->folder, wish);
}

enum status files_show_folder(struct files *files, const char *path, struct error *error)
{
    if (!*path)
        return error_set(error, STATUS_USAGE, "a folder without a name cannot be shown");
    struct text whole = {0};
    if (path[0] != '/' && files->folder)
        text_printf(&whole, "%s/", files->folder->path);
    text_append(&whole, path);
    read_folder(files, text_string(&whole));
    text_free(&whole);
    return STATUS_OK;
}

// The first folder is that of the image, or where the program was started.
static void read_first_folder(struct files *files)
{
    const struct pane *pane = files->desk->active;
    const char *name = pane_shown_name(pane);
    // Schemes such as "sim:" have no place.
    char *path = folder_of(name ? name : "./");
    read_folder(files, path[0] == '/' ? path : ".");
    free(path);
}

// --- requests and results ---

// Whether `name` is another part of the file whose contents are known.
static bool is_same_file(const struct browser_contents *contents, const char *name)
{
    const size_t length = contents && contents->path ? strlen(contents->path) : 0;
    return length > 0 && strncmp(name, contents->path, length) == 0 &&
           (name[length] == '\0' || name[length] == '[' || strncmp(name + length, "::", 2) == 0);
}

static void ask(struct files *files)
{
    const struct pane *pane = files->desk->active;
    const struct view_panels *panels = &pane->common->workspace.panels;
    if (panels->files && !files->folder && !files->reading && !files->folder_error)
        read_first_folder(files);
    if (panels->files && panels->files_recent && !files->recent_asked) {
        files->recent_asked = true;
        browser_read_recent(files->browser);
    }
    const char *name = pane_shown_name(pane);
    if (panels_tab(panels) != TAB_CONTENTS || !name ||
        (files->contents_asked && strcmp(files->contents_asked, name) == 0))
        return;
    free(files->contents_asked);
    files->contents_asked = must_copy(name);
    if (is_same_file(files->contents, name))
        return;
    drop_contents(files);
    browser_read_contents(files->browser, name, pane->document->channel);
}

static void remember(struct files *files)
{
    const struct pane *pane = files->desk->active;
    if (!files->opened || pane_is_loading(pane))
        return;
    if (pane->opened != files->opened_before && pane->frame->picture && pane->load.status == STATUS_OK)
        browser_remember(files->browser, files->opened);
    free(files->opened);
    files->opened = NULL;
}

static void take_folder(struct files *files, struct browser_results *results)
{
    files->reading = false;
    free(files->folder_error);
    files->folder_error = results->folder_error;
    results->folder_error = NULL;
    // One that cannot be read leaves the other on the screen, with the reason as a message.
    if (files->folder_error && files->folder) {
        common_fault(&files->desk->common, files, files->folder_error);
        return;
    }
    folder_destroy(&files->folder);
    files->folder = results->folder;
    results->folder = NULL;
    files->folder_serial++;
    // What was asked for meanwhile was of the folder before.
    folder_wish_free(&files->wish);
    if (results->rows)
        folder_wish_copy(&files->wish, &results->rows->wish);
}

static void take_rows(struct files *files, struct browser_results *results)
{
    struct browser_results old = {.rows = files->rows};
    browser_results_free(&old);
    files->rows = results->rows;
    results->rows = NULL;
}

bool files_update(struct files *files)
{
    struct browser_results results = {0};
    const bool open = files->desk->common.workspace.panels.dialog != DIALOG_NONE;
    const bool listed = dialog_folder_update(files->dialog, open);
    remember(files);
    ask(files);
    if (!browser_take(files->browser, &results))
        return listed;
    if (results.folder || results.folder_error)
        take_folder(files, &results);
    if (results.rows)
        take_rows(files, &results);
    if (results.recent) {
        struct browser_results old = {.recent = files->recent};
        browser_results_free(&old);
        files->recent = results.recent;
        files->recent_serial++;
        results.recent = NULL;
    }
    // What was asked for an image that is not shown any more is of no use.
    if (results.contents && files->contents_asked &&
        strcmp(results.contents->name, files->contents_asked) == 0) {
        drop_contents(files);
        files->contents = results.contents;
        results.contents = NULL;
    }
    browser_results_free(&results);
    return true;
}

void files_fill(struct files *files, struct ui_browsing *browsing)
{
    *browsing = (struct ui_browsing){
        .folder = files->folder,
        .folder_serial = files->folder_serial,
        .rows = files->folder ? files->rows : NULL,
        .find_rows = find_rows,
        .find_rows_context = files,
        .reading = files->reading,
        .folder_error = files->folder_error ? files->folder_error->text : NULL,
        .recent = files->recent,
        .recent_serial = files->recent_serial,
        .contents = files->contents,
        .contents_serial = files->contents_serial,
    };
    dialog_folder_fill(files->dialog, &browsing->dialog);
}
