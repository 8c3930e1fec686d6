// SPDX-License-Identifier: MIT
// Commands about panes: several images side by side.
#include "commands/actions.h"

enum { RIGHT, BELOW };
enum { ASK, FORCE };

ACTION(action_pane_new)
{
    const char *names[COMMAND_MAX_ARGS];
    if (!command_panes(host)->add)
        return action_not_possible(error);
    for (size_t i = 0; i < args->count; i++)
        names[i] = args->values[i].text;
    host->panels_changed = true;
    return command_panes(host)->add(host->app, names, args->count, error);
}

ACTION(action_pane_split)
{
    if (!command_panes(host)->split)
        return action_not_possible(error);
    host->panels_changed = true;
    return command_panes(host)->split(host->app, action_choice(args, 0, RIGHT) == BELOW, error);
}

ACTION(action_pane_close)
{
    if (!command_panes(host)->close)
        return action_not_possible(error);
    host->panels_changed = true;
    return command_panes(host)->close(host->app, action_choice(args, 0, ASK) == FORCE, error);
}

ACTION(action_pane_go)
{
    if (!command_panes(host)->go)
        return action_not_possible(error);
    return command_panes(host)->go(host->app, (int)args->values[0].number, error);
}

static enum status step(struct command_host *host, int steps, struct error *error)
{
    if (!command_panes(host)->step)
        return action_not_possible(error);
    command_panes(host)->step(host->app, steps);
    return STATUS_OK;
}

ACTION(action_pane_next)
{
    (void)args;
    return step(host, 1, error);
}

ACTION(action_pane_previous)
{
    (void)args;
    return step(host, -1, error);
}

ACTION(action_pane_back)
{
    (void)args;
    return step(host, 0, error);
}

ACTION(action_pane_swap)
{
    if (!command_panes(host)->swap)
        return action_not_possible(error);
    return command_panes(host)->swap(host->app, (int)args->values[0].number, error);
}

ACTION(action_pane_grid)
{
    if (!command_panes(host)->grid)
        return action_not_possible(error);
    host->panels_changed = true;
    return command_panes(host)->grid(host->app, args->values[0].grid.columns, args->values[0].grid.rows,
                                     error);
}

ACTION(action_pane_alone)
{
    (void)error;
    action_set_flag(&host->workspace->alone, args, 0);
    return STATUS_OK;
}

TICK(tick_pane_alone)
{
    (void)args;
    return host->workspace->alone;
}

ACTION(action_pane_blink)
{
    enum { SLOWLY = 1 };
    if (!command_panes(host)->blink)
        return action_not_possible(error);
    return command_panes(host)->blink(host->app, action_number(args, 0, SLOWLY), error);
}

static bool *link_of(struct view_links *links, int which)
{
    bool *const all[] = {&links->view, &links->contrast, &links->frame, &links->pointer};
    return all[which];
}

ACTION(action_pane_link)
{
    (void)error;
    action_set_flag(link_of(&host->workspace->links, args->values[0].choice), args, 1);
    return STATUS_OK;
}

TICK(tick_pane_link)
{
    return args->count && *link_of(&host->workspace->links, args->values[0].choice);
}
