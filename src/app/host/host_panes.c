// SPDX-License-Identifier: MIT
// The callbacks of the commands about panes.
#include "app/host/host.h"

#include <stdlib.h>

static struct desk *desk_of(void *app)
{
    return ((struct host *)app)->desk;
}

// A new pane beside the active one, with its editor, which becomes the active one.
static enum status add_pane(struct host *host, enum layout_axis axis, struct error *error)
{
    struct pane *added = desk_add(host->desk, host->desk->active, axis, error);
    if (!added)
        return STATUS_USAGE;
    host_activate(host, added);
    return STATUS_OK;
}

static enum status do_add(void *app, const char *const *names, size_t count, struct error *error)
{
    enum status status = add_pane(app, LAYOUT_SIDE_BY_SIDE, error);
    if (!status && count > 0)
        status = command_files(&((struct host *)app)->commands)->open(app, names, count, error);
    return status;
}

static enum status do_split(void *app, bool below, struct error *error)
{
    struct pane *shown = desk_of(app)->active;
    enum status status = add_pane(app, below ? LAYOUT_STACKED : LAYOUT_SIDE_BY_SIDE, error);
    if (!status && shown->document->source)
        pane_open_same(desk_of(app)->active, shown);
    return status;
}

static enum status do_close(void *app, bool force, struct error *error)
{
    struct host *host = app;
    struct desk *desk = host->desk;
    struct pane *pane = desk->active;
    if (desk_count(desk) > 1 && !force && editor_has_unsaved(host->editors.active))
        return error_set(error, STATUS_USAGE,
                         "the mask of this pane has unsaved edits: save them (mask.save), or close it with "
                         "\"pane.close force\"");
    enum status status = desk_close(desk, pane, error);
    host_panes_changed(host);
    return status;
}

static enum status find(struct desk *desk, int number, struct pane **pane, struct error *error)
{
    *pane = desk_pane(desk, number);
    return *pane ? STATUS_OK
                 : error_set(error, STATUS_USAGE, "there is no pane %d, the last is %d", number,
                             desk_count(desk));
}

static enum status do_go(void *app, int number, struct error *error)
{
    struct pane *pane;
    enum status status = find(desk_of(app), number, &pane, error);
    if (!status)
        host_activate(app, pane);
    return status;
}

static void do_step(void *app, int steps)
{
    struct desk *desk = desk_of(app);
    if (steps == 0 && desk->before)
        host_activate(app, desk->before);
    else
        host_activate(app, desk_neighbour(desk, steps ? steps : 1));
}

static enum status do_swap(void *app, int number, struct error *error)
{
    struct desk *desk = desk_of(app);
    struct pane *other;
    enum status status = find(desk, number, &other, error);
    if (!status)
        desk_swap(desk, desk->active, other);
    return status;
}

static enum status do_grid(void *app, int columns, int rows, struct error *error)
{
    enum status status = desk_grid(desk_of(app), columns, rows, error);
    host_panes_changed(app);
    return status;
}

static enum status do_blink(void *app, double seconds, struct error *error)
{
    struct desk *desk = desk_of(app);
    if (seconds > 0 && desk_count(desk) < 2)
        return error_set(error, STATUS_USAGE, "there is one pane only: nothing to blink with");
    desk_blink(desk, (int64_t)(seconds * 1e9));
    return STATUS_OK;
}

const struct command_panes_ops host_pane_ops = {
    .add = do_add,
    .split = do_split,
    .close = do_close,
    .go = do_go,
    .step = do_step,
    .swap = do_swap,
    .grid = do_grid,
    .blink = do_blink,
};
