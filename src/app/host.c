// SPDX-License-Identifier: MIT
// The callbacks of the command table.
#include "app/host.h"

#include "app/host_files.h"
#include "base/clock.h"
#include "base/output.h"

#include <stdio.h>
#include <stdlib.h>

static struct pane *pane_of(void *app)
{
    return ((struct host *)app)->desk->active;
}

static struct editor *editor_of(void *app)
{
    return ((struct host *)app)->editors.active;
}

enum status host_need_image(const struct host *host, struct error *error)
{
    return host->desk->active->document->source ? STATUS_OK
                                                : error_set(error, STATUS_USAGE, "no image is open");
}

static enum status do_open(void *app, const char *const *names, size_t count, struct error *error)
{
    enum status status = pane_open(pane_of(app), names, count, false, 0, error);
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
        pane_reload(pane_of(app));
    return status;
}

static enum status do_open_series(void *app, const char *name, struct error *error)
{
    if (name)
        return pane_open(pane_of(app), &name, 1, true, 0, error);
    const enum status status = host_need_image(app, error);
    return status ? status : pane_open_siblings(pane_of(app), error);
}

static enum status do_step(void *app, int64_t frames, struct error *error)
{
    struct host *host = app;
    return playback_step(host->desk->active, frames, host->key_repeats, error);
}

static enum status do_go_to_frame(void *app, int64_t frame, struct error *error)
{
    return playback_go(pane_of(app), frame, error);
}

static enum status do_go_to_end(void *app, bool last, struct error *error)
{
    return playback_go_to_end(pane_of(app), last, error);
}

static enum status do_go_to_item(void *app, int64_t item, struct error *error)
{
    return playback_go_to_item(pane_of(app), item, error);
}

static enum status do_slab(void *app, int mode, int64_t frames, struct error *error)
{
    return playback_slab(pane_of(app), mode, frames, error);
}

// Gives up what is read from and written to files beside images.
static bool give_up_files(struct host *host)
{
    struct common *common = &host->desk->common;
    double share;
    const char *label = file_works_label(common->works, 0, &share);
    if (!label)
        return false;
    common_say(common, false, "%s was stopped", label);
    return file_works_give_up(common->works);
}

static bool do_cancel(void *app)
{
    struct pane *pane = pane_of(app);
    struct editor *editor = editor_of(app);
    if (editor_end(editor, false) || editor_stop(editor) || give_up_files(app))
        return true;
    const bool told = pane->common->message.text[0] != '\0';
    pane->common->message = (struct error){0};
    if (pane_cancel(pane) || told)
        return true;
    if (!pane->common->workspace.masking.on)
        return false;
    pane->common->workspace.masking.on = pane->common->workspace.panels.mask = false;
    ((struct host *)app)->commands.panels_changed = true;
    return true;
}

static enum status do_auto_limits(void *app, struct error *error)
{
    return pane_auto_limits(pane_of(app), error);
}

static enum status do_load_again(void *app, struct error *error)
{
    (void)error;
    pane_reload(pane_of(app));
    return STATUS_OK;
}

static enum status do_mask_operation(void *app, const char *name, const double *numbers, size_t count,
                                     bool preview, struct error *error)
{
    return editor_run(editor_of(app), name, numbers, count, preview, error);
}

static bool do_mask_undo(void *app)
{
    return editor_undo(editor_of(app));
}

static bool do_mask_redo(void *app)
{
    return editor_redo(editor_of(app));
}

static bool do_mask_end(void *app, bool keep)
{
    return editor_end(editor_of(app), keep);
}

static bool do_mask_last_point(void *app)
{
    return editor_last_point(editor_of(app));
}

static void do_mask_tool_changed(void *app)
{
    editor_tool_changed(editor_of(app));
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

static void do_message(void *app, const char *text, bool is_error)
{
    common_say(&((struct host *)app)->desk->common, is_error, "%s", text);
}

static void do_fullscreen(void *app, bool on)
{
    ((struct host *)app)->fullscreen = on;
}

bool host_find_pixel(struct host *host)
{
    struct desk *desk = host->desk;
    struct desk_pointer found = {0};
    bool head = false;
    struct pane *pane =
        host->mouse_on_picture ? desk_pane_at(desk, host->mouse_x, host->mouse_y, &head) : NULL;
    if (pane && !head && pane->frame->picture) {
        const struct rect picture = desk_picture(desk, pane);
        if (camera_pixel_at(&pane->view.camera, host->mouse_x - (double)picture.x,
                            host->mouse_y - (double)picture.y, &found.x, &found.y))
            found.pane = pane;
    }
    const bool changed = found.pane != desk->pointer.pane ||
                         (found.pane && (found.x != desk->pointer.x || found.y != desk->pointer.y));
    desk->pointer = found;
    return changed;
}

struct recovery *host_recovery(struct host *host)
{
    if (!host->recovery)
        host->recovery = recovery_create(&host->editors, &host->desk->common, host->files == NULL);
    return host->recovery;
}

// Has all edits that no file holds written to the session's recovery file.
static enum status keep_edits(struct host *host, struct error *error)
{
    editor_end(host->editors.active, true);
    if (!host->files || !editors_have_unsaved(&host->editors))
        return STATUS_OK;
    return recovery_keep(host_recovery(host), HOST_PATIENCE_NS, error);
}

// The question is about a mask that is seen.
static void show_unsaved(struct host *host)
{
    const int index = editors_unsaved_pane(&host->editors);
    if (!editor_shown_is_unsaved(host->editors.active) && index >= 0)
        host_activate(host, host->desk->panes[index]);
}

void host_leave_after_save(struct host *host)
{
    host->question = HOST_ASKS_WAIT;
    host->question_seen = false;
    host->leave_failed = host->desk->common.failed;
}

void host_quit(struct host *host)
{
    const bool told = host->question == HOST_ASKS_CLOSE, waits = host->question == HOST_ASKS_WAIT;
    struct error error = {0};
    host->quit_after_save = false;
    editor_end(host->editors.active, true);
    if (host->files && !waits && file_works_writing(host->desk->common.works))
        host_leave_after_save(host);
    else if (host->files && !told && !waits && editors_have_unsaved(&host->editors)) {
        show_unsaved(host);
        host->question_seen = false;
        host->question = HOST_ASKS_CLOSE;
    } else if (keep_edits(host, &error)) {
        common_say(&host->desk->common, true, "%s; save or discard them", error.text);
    } else {
        host->quit = true;
    }
}

void host_leave(struct host *host)
{
    struct error error = {0};
    if (keep_edits(host, &error))
        output_sentence("%s", error.text);
    host->quit = true;
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

// The window was to be closed as soon as something is written, and it is, or cannot be.
static void leave_when_written(struct host *host)
{
    if (host->question != HOST_ASKS_WAIT || host_is_working(host))
        return;
    host->question = HOST_ASKS_NOTHING;
    if (host->leave_failed == host->desk->common.failed)
        host_quit(host);
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
            (pane->playback.waiting_count > 0 || (host->files && pane->unseen && desk_is_shown(desk, pane))))
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
};

static const struct command_window_ops window_ops = {
    .message = do_message,
    .cancel = do_cancel,
    .set_fullscreen = do_fullscreen,
    .quit = do_quit,
    .close_question = do_close_question,
};

static const struct command_host_ops host_ops = {
    .files = &files_ops,
    .series = &series_ops,
    .mask = &mask_ops,
    .image = &image_ops,
    .window = &window_ops,
    .panes = &host_pane_ops,
    .select_target = do_select_target,
    .is_complete = do_is_complete,
};

// The editing of a pane ends before the pane does.
static void drop_editor(void *context, const struct pane *pane)
{
    struct host *host = context;
    editors_drop(&host->editors, host->desk, pane);
}

void host_panes_changed(struct host *host)
{
    editors_follow(&host->editors, host->desk);
    host->commands.view = &host->desk->active->view;
}

bool host_pump(struct host *host)
{
    bool changed = false;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++)
        changed |= host->editors.of[i] && editor_pump(host->editors.of[i]);
    const bool worked = host->works;
    host->works = file_works_busy(host->desk->common.works);
    leave_when_written(host);
    return changed || worked; // how far it has come, and what became of it
}

bool host_is_working(const struct host *host)
{
    bool working = false;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++)
        working |= host->editors.of[i] && editor_is_working(host->editors.of[i]);
    return working || file_works_busy(host->desk->common.works);
}

const char *host_working(const struct host *host, double *share)
{
    const char *operation = editor_working(host->editors.active, share);
    return operation ? operation : file_works_label(host->desk->common.works, HOST_QUIET_MS, share);
}

void host_activate(struct host *host, struct pane *pane)
{
    if (pane == host->desk->active)
        return;
    editor_end(host->editors.active, true);
    desk_activate(host->desk, pane);
    host_panes_changed(host);
}

void host_init(struct host *host, struct desk *desk)
{
    *host = (struct host){.desk = desk};
    host->commands = (struct command_host){.workspace = &desk->common.workspace,
                                           .colormaps = &desk->common.colormaps,
                                           .ops = &host_ops,
                                           .app = host};
    desk->closing = drop_editor;
    desk->closing_context = host;
    host_panes_changed(host);
}

void host_finish(struct host *host)
{
    recovery_destroy(&host->recovery, host->discard);
    command_host_finish(&host->commands);
    command_result_free(&host->answers);
    editors_finish(&host->editors);
    host->desk->closing = NULL;
}

static enum status run_line(struct host *host, const char *line, struct error *error)
{
    enum status status = command_run(&host->commands, line, error);
    pane_update_colormap(host->desk->active);
    return status;
}

enum status host_run(struct host *host, const char *line)
{
    struct error error = {0};
    // What was said about the last command is over; a failure stays until Escape or another image.
    if (host->desk->common.message.status == STATUS_OK)
        host->desk->common.message = (struct error){0};
    enum status status = run_line(host, line, &error);
    if (status)
        common_say(&host->desk->common, true, "%s", error.text);
    return status;
}

// What commands of the options answered; those that are pending answer later.
static void print_answers(struct host *host)
{
    if (!host->commands.result)
        return;
    if (host->answers.text.length)
        output_lines(stdout, text_string(&host->answers.text));
    text_clear(&host->answers.text);
    if (!command_is_pending(&host->commands))
        host->commands.result = NULL;
}

enum status host_run_options(struct host *host, const struct view_options *options, struct error *error)
{
    struct command_host *queue = &host->commands;
    enum status status = STATUS_OK;
    queue->result = &host->answers;
    for (size_t i = 0; !status && i < options->commands.count; i++) {
        if (command_is_pending(queue))
            command_run_later(queue, options->commands.lines[i]);
        else
            status = run_line(host, options->commands.lines[i], error);
        while (!status && !host->files && command_is_pending(queue)) { // without a window
            status = desk_load_all(host->desk, error);
            if (!status)
                status = command_continue(queue, error);
            pane_update_colormap(host->desk->active);
        }
    }
    print_answers(host);
    return status;
}

bool host_continue(struct host *host)
{
    struct command_host *queue = &host->commands;
    const bool failed = host->failed != host->desk->common.failed; // which has been told
    host->failed = host->desk->common.failed;
    if (failed && command_drop(queue)) {
        print_answers(host);
        return true;
    }
    if (!command_is_pending(queue) || !do_is_complete(host))
        return false;
    struct error error = {0};
    if (host->desk->active->frame->load_error.status) // which has been told
        command_drop(queue);
    else if (command_continue(queue, &error))
        common_say(&host->desk->common, true, "%s", error.text);
    pane_update_colormap(host->desk->active);
    print_answers(host);
    return true;
}
