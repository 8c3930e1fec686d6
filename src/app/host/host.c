// SPDX-License-Identifier: MIT
// The host: what is active, the pixel under the mouse, running of lines, and the ways to leave.
#include "app/host/host.h"

#include "base/output.h"

#include <stdio.h>

enum status host_need_image(const struct host *host, struct error *error)
{
    return host->desk->active->document->source ? STATUS_OK
                                                : error_set(error, STATUS_USAGE, "no image is open");
}

struct pane *host_pane(void *app)
{
    return ((struct host *)app)->desk->active;
}

struct editor *host_editor(void *app)
{
    return ((struct host *)app)->editors.active;
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
        host->recovery = recovery_create(&host->editors, &host->desk->common);
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
        common_say(&host->desk->common, SEVERITY_ALARM, "%s; save or discard them", error.text);
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

// The window was to be closed as soon as something is written, and it is, or cannot be.
static void leave_when_written(struct host *host)
{
    if (host->question != HOST_ASKS_WAIT || host_is_working(host))
        return;
    host->question = HOST_ASKS_NOTHING;
    if (host->leave_failed == host->desk->common.failed)
        host_quit(host);
}

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

void host_init(struct host *host, struct desk *desk, const struct command_host_ops *ops)
{
    *host = (struct host){.desk = desk};
    host->commands = (struct command_host){
        .workspace = &desk->common.workspace, .colormaps = &desk->common.colormaps, .ops = ops, .app = host};
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
    enum status status = run_line(host, line, &error);
    if (status)
        common_fault(&host->desk->common, &host->desk->common, &error);
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
    if (!command_is_pending(queue) || !queue->ops->is_complete(host))
        return false;
    struct error error = {0};
    if (host->desk->active->load.error.status) // which has been told
        command_drop(queue);
    else if (command_continue(queue, &error))
        common_fault(&host->desk->common, &host->desk->common, &error);
    pane_update_colormap(host->desk->active);
    print_answers(host);
    return true;
}
