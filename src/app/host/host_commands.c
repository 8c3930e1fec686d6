// SPDX-License-Identifier: MIT
// The callbacks of the command table, but for those about panes (host_panes.c) and files (host_files.c).
#include "app/host/host_commands.h"

#include "app/host/host_files.h"

#include <stdlib.h>
#include <string.h>

static enum status do_open(void *app, const char *const *names, size_t count, struct error *error)
{
    enum status status = pane_open(host_pane(app), names, count, false, 0, error);
    struct files *files = ((struct host *)app)->files;
    if (!status && files)
        files_opened(files, names, count);
    return status;
}

static enum status do_show_folder(void *app, const char *path, struct error *error)
{
    struct files *files = ((struct host *)app)->files;
    if (!files)
        return error_set(error, STATUS_USAGE, "not possible here");
    return files_show_folder(files, path, error);
}

static enum status do_reload(void *app, struct error *error)
{
    enum status status = host_need_image(app, error);
    if (!status)
        pane_reload(host_pane(app));
    return status;
}

static enum status do_open_series(void *app, const char *name, struct error *error)
{
    if (name)
        return pane_open(host_pane(app), &name, 1, true, 0, error);
    const enum status status = host_need_image(app, error);
    return status ? status : pane_open_siblings(host_pane(app), error);
}

static enum status do_step(void *app, int64_t frames, struct error *error)
{
    struct host *host = app;
    return playback_step(host->desk->active, frames, host->key_repeats, error);
}

static enum status do_go_to_frame(void *app, int64_t frame, struct error *error)
{
    return playback_go(host_pane(app), frame, error);
}

static enum status do_go_to_end(void *app, bool last, struct error *error)
{
    return playback_go_to_end(host_pane(app), last, error);
}

static enum status do_go_to_item(void *app, int64_t item, struct error *error)
{
    return playback_go_to_item(host_pane(app), item, error);
}

static enum status do_slab(void *app, int mode, int64_t frames, struct error *error)
{
    return playback_slab(host_pane(app), mode, frames, error);
}

// Gives up what is read from and written to files beside images.
static bool give_up_files(struct host *host)
{
    struct common *common = &host->desk->common;
    double share;
    const char *label = file_works_label(common->works, 0, &share);
    if (!label)
        return false;
    common_say(common, SEVERITY_INFO, "%s was stopped", label);
    return file_works_give_up(common->works);
}

static bool do_cancel(void *app)
{
    struct pane *pane = host_pane(app);
    struct editor *editor = host_editor(app);
    if (editor_end(editor, false) || editor_stop(editor) || give_up_files(app))
        return true;
    const bool told = messages_fault(&pane->common->messages) != NULL; // others go by themselves
    messages_close_all(&pane->common->messages);
    if (pane_cancel(pane) || told)
        return true;
    if (!pane->common->workspace.masking.on)
        return false;
    pane->common->workspace.masking.on = false;
    panels_leave_masking(&pane->common->workspace.panels);
    ((struct host *)app)->commands.panels_changed = true;
    return true;
}

static enum status do_auto_limits(void *app, struct error *error)
{
    return pane_auto_limits(host_pane(app), error);
}

static enum status do_load_again(void *app, struct error *error)
{
    (void)error;
    pane_reload(host_pane(app));
    return STATUS_OK;
}

static enum status do_mask_operation(void *app, const char *name, const double *numbers, size_t count,
                                     bool preview, struct error *error)
{
    return editor_run(host_editor(app), name, numbers, count, preview, error);
}

static bool do_mask_undo(void *app)
{
    return editor_undo(host_editor(app));
}

static bool do_mask_redo(void *app)
{
    return editor_redo(host_editor(app));
}

static bool do_mask_end(void *app, bool keep)
{
    return editor_end(host_editor(app), keep);
}

static bool do_mask_last_point(void *app)
{
    return editor_last_point(host_editor(app));
}

static void do_mask_tool_changed(void *app)
{
    editor_tool_changed(host_editor(app));
}

static bool do_cursor(void *app, int64_t *x, int64_t *y, double *value)
{
    struct host *host = app;
    const struct desk_pointer *pointer = &host->desk->pointer;
    char text[40];
    host_find_pixel(host);
    if (!pointer->pane)
        return false;
    *x = pointer->x;
    *y = pointer->y;
    return pane_value(pointer->pane, *x, *y, text, sizeof text, value);
}

static bool do_zoom_place(void *app, double *x, double *y)
{
    struct host *host = app;
    host_find_pixel(host);
    if (!host->by_key || host->desk->pointer.pane != host_pane(app))
        return false;
    const struct rect picture = desk_picture(host->desk, host_pane(app));
    *x = host->mouse_x - (double)picture.x;
    *y = host->mouse_y - (double)picture.y;
    return true;
}

static void do_message(void *app, const char *text, bool is_error)
{
    struct common *common = &((struct host *)app)->desk->common;
    // The first line is the sentence; an answer of several lines has the others below it.
    const size_t first = strcspn(text, "\n");
    char *sentence = must_copy(text);
    sentence[first] = '\0';
    common_tell(common, &(struct notice){is_error ? SEVERITY_WARN : SEVERITY_INFO, sentence,
                                         text[first] ? text + first + 1 : "", .topic = common});
    free(sentence);
}

static void do_fullscreen(void *app, bool on)
{
    ((struct host *)app)->fullscreen = on;
}

// Saves the shown mask, or asks for its name, and then ends.
static enum status save_and_quit(struct host *host, struct error *error)
{
    host->question = HOST_ASKS_NOTHING;
    if (editor_shown_is_unsaved(host->editors.active) &&
        editor_save_again(host->editors.active, error) != STATUS_OK) {
        if (!host->files)
            return error->status;
        *error = (struct error){0};
        host->desk->common.workspace.panels.dialog = DIALOG_SAVE_MASK;
        host->commands.panels_changed = true;
        host->quit_after_save = true;
        return STATUS_OK;
    }
    host_leave_after_save(host);
    return STATUS_OK;
}

static enum status do_quit(void *app, int how, struct error *error)
{
    enum { HOW_ASK, HOW_FORCE, HOW_SAVE };
    struct host *host = app;
    if (how == HOW_SAVE)
        return save_and_quit(host, error);
    if (how == HOW_FORCE)
        host->quit = host->discard = true;
    else if (!host->key_repeats || host->question == HOST_ASKS_NOTHING)
        host_quit(host);
    return STATUS_OK;
}

static void do_copy(void *app, const char *text)
{
    const struct host *host = app;
    if (host->copy)
        host->copy(text);
}

static void do_close_question(void *app)
{
    ((struct host *)app)->question = HOST_ASKS_NOTHING;
}

// The pane becomes the active one for a command, and the one that was active before so again.
static enum status do_select_target(void *app, int number, struct error *error)
{
    struct host *host = app;
    struct desk *desk = host->desk;
    struct pane *pane = host->home;
    if (number) {
        pane = desk_pane(desk, number);
        if (!pane)
            return error_set(error, STATUS_USAGE, "there is no pane %d, only %d", number, desk_count(desk));
        host->home = desk->active;
        host->target = pane;
    } else {
        pane_update_colormap(desk->active);
        // The command may have closed one of them, or made another one active.
        const bool left = desk->active != host->target && desk_number(desk, host->target) > 0;
        host->home = host->target = NULL;
        if (left || desk_number(desk, pane) == 0)
            return STATUS_OK;
    }
    desk->active = pane;
    host_panes_changed(host);
    return STATUS_OK;
}

// What commands have begun is done when nothing is read, no step waits for the frame before it, and in a
// window the frame has been on the screen.
static bool do_is_complete(void *app)
{
    const struct host *host = app;
    const struct desk *desk = host->desk;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        const struct pane *pane = desk->panes[i];
        if (pane &&
            (pane->course.waiting_count > 0 || (host->files && pane->unseen && desk_is_shown(desk, pane))))
            return false;
    }
    return !desk_is_loading(desk) && !host_is_working(host);
}

static const struct command_files_ops files_ops = {
    .open = do_open,
    .reload = do_reload,
    .open_series = do_open_series,
    .show_folder = do_show_folder,
    .export_picture = host_export,
    .load_colormap = host_load_colormap,
};

static const struct command_series_ops series_ops = {
    .step = do_step,
    .go_to_frame = do_go_to_frame,
    .go_to_end = do_go_to_end,
    .go_to_item = do_go_to_item,
    .slab = do_slab,
};

static const struct command_mask_ops mask_ops = {
    .load = host_load_mask,
    .unload = host_clear_mask,
    .combine = host_combine_mask,
    .save = host_save_mask,
    .operate = do_mask_operation,
    .undo = do_mask_undo,
    .redo = do_mask_redo,
    .end = do_mask_end,
    .last_point = do_mask_last_point,
    .apply = do_load_again,
    .tool_changed = do_mask_tool_changed,
    .recover = host_mask_recover,
};

static const struct command_image_ops image_ops = {
    .apply_auto_limits = do_auto_limits,
    .reduce_changed = do_load_again,
    .classes_changed = do_load_again,
    .cursor = do_cursor,
    .zoom_place = do_zoom_place,
};

static const struct command_window_ops window_ops = {
    .message = do_message,
    .cancel = do_cancel,
    .set_fullscreen = do_fullscreen,
    .quit = do_quit,
    .copy = do_copy,
    .close_question = do_close_question,
};

const struct command_host_ops host_ops = {
    .files = &files_ops,
    .series = &series_ops,
    .mask = &mask_ops,
    .image = &image_ops,
    .window = &window_ops,
    .panes = &host_pane_ops,
    .select_target = do_select_target,
    .is_complete = do_is_complete,
};
