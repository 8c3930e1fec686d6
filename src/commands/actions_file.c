// SPDX-License-Identifier: MIT
// Commands about files, frames, masks from files, the program itself and its panels.
#include "commands/actions.h"

enum flag_choice { FLAG_ON, FLAG_OFF, FLAG_TOGGLE };

double action_number(const struct command_args *args, size_t index, double otherwise)
{
    return args->count > index ? args->values[index].number : otherwise;
}

int action_choice(const struct command_args *args, size_t index, int otherwise)
{
    return args->count > index ? args->values[index].choice : otherwise;
}

void action_set_flag(bool *flag, const struct command_args *args, size_t index)
{
    const int choice = action_choice(args, index, FLAG_TOGGLE);
    *flag = choice == FLAG_TOGGLE ? !*flag : choice == FLAG_ON;
}

struct view_panels *action_panels(struct command_host *host)
{
    host->panels_changed = true;
    return &host->workspace->panels;
}

enum status action_not_possible(struct error *error)
{
    return error_set(error, STATUS_USAGE, "not possible here");
}

// Opens the dialog that asks for the file name that was left out, or closes it if it is open.
static enum status ask_for_file(struct command_host *host, enum view_dialog dialog)
{
    struct view_panels *panels = action_panels(host);
    panels->dialog = panels->dialog == dialog ? DIALOG_NONE : dialog;
    return STATUS_OK;
}

ACTION(action_file_open)
{
    const char *names[COMMAND_MAX_ARGS];
    if (!command_files(host)->open)
        return action_not_possible(error);
    if (args->count == 0)
        return ask_for_file(host, DIALOG_OPEN);
    for (size_t i = 0; i < args->count; i++)
        names[i] = args->values[i].text;
    return command_files(host)->open(host->app, names, args->count, error);
}

ACTION(action_file_reload)
{
    (void)args;
    return command_files(host)->reload ? command_files(host)->reload(host->app, error)
                                       : action_not_possible(error);
}

ACTION(action_file_export)
{
    if (!command_files(host)->export_picture)
        return action_not_possible(error);
    if (args->count == 0)
        return ask_for_file(host, DIALOG_EXPORT);
    const bool decorate = action_choice(args, 1, 0) == 1;
    const char *size = args->count > 2 ? args->values[2].text : "shown";
    const bool all = action_choice(args, 3, 0) == 1;
    return command_files(host)->export_picture(host->app, args->values[0].text, decorate, size, all, error);
}

ACTION(action_app_quit)
{
    const int how = 1 + action_choice(args, 0, -1);
    return command_window(host)->quit ? command_window(host)->quit(host->app, how, error)
                                      : action_not_possible(error);
}

ACTION(action_app_back)
{
    (void)args;
    if (!command_window(host)->close_question)
        return action_not_possible(error);
    command_window(host)->close_question(host->app);
    return STATUS_OK;
}

// Closes the windows that lie over the picture; false if there was none.
static bool close_windows(struct view_panels *panels)
{
    const bool drawer = panels->compact && panels_tab(panels) >= 0;
    const bool any =
        panels->help || panels->messages || panels->palette || drawer || panels->dialog != DIALOG_NONE;
    panels->help = panels->messages = panels->palette = false;
    panels->inspector.drawer &= !drawer;
    panels->dialog = DIALOG_NONE;
    return any;
}

ACTION(action_app_cancel)
{
    (void)args;
    (void)error;
    struct view_panels *panels = action_panels(host);
    const bool dropped = command_drop(host);
    if (close_windows(panels))
        return STATUS_OK;
    if ((command_window(host)->cancel && command_window(host)->cancel(host->app)) || dropped)
        return STATUS_OK;
    if (panels->fullscreen) {
        panels->fullscreen = false;
        if (command_window(host)->set_fullscreen)
            command_window(host)->set_fullscreen(host->app, false);
    }
    return STATUS_OK;
}

ACTION(action_mask_load)
{
    if (!command_mask(host)->load)
        return action_not_possible(error);
    if (args->count == 0)
        return ask_for_file(host, DIALOG_MASK);
    return command_mask(host)->load(host->app, args->values[0].text, action_choice(args, 1, 0), error);
}

ACTION(action_mask_clear)
{
    (void)args;
    return command_mask(host)->unload ? command_mask(host)->unload(host->app, error)
                                      : action_not_possible(error);
}

ACTION(action_colormap_load)
{
    if (args->count == 0)
        return ask_for_file(host, DIALOG_COLORMAP);
    if (!command_files(host)->load_colormap)
        return action_not_possible(error);
    return command_files(host)->load_colormap(host->app, args->values[0].text, error);
}

#define PANEL_SWITCH(field)                                                                                  \
    ACTION(action_panel_##field)                                                                             \
    {                                                                                                        \
        (void)error;                                                                                         \
        action_set_flag(&action_panels(host)->field, args, 0);                                               \
        return STATUS_OK;                                                                                    \
    }                                                                                                        \
    TICK(tick_panel_##field)                                                                                 \
    {                                                                                                        \
        (void)args;                                                                                          \
        return host->workspace->panels.field;                                                                \
    }

PANEL_SWITCH(help)
PANEL_SWITCH(messages)
PANEL_SWITCH(palette)
PANEL_SWITCH(thumbnails)
PANEL_SWITCH(frames)
#undef PANEL_SWITCH

// A tab of the inspector: the switch opens the inspector there, or closes it if it shows that.
#define TAB_SWITCH(name, tab)                                                                                \
    ACTION(action_panel_##name)                                                                              \
    {                                                                                                        \
        (void)error;                                                                                         \
        switch_tab(action_panels(host), tab, args);                                                          \
        return STATUS_OK;                                                                                    \
    }                                                                                                        \
    TICK(tick_panel_##name)                                                                                  \
    {                                                                                                        \
        (void)args;                                                                                          \
        return panels_tab(&host->workspace->panels) == (tab);                                                \
    }

static void switch_tab(struct view_panels *panels, enum view_tab tab, const struct command_args *args)
{
    const bool before = panels_tab(panels) == (int)tab;
    bool shown = before;
    action_set_flag(&shown, args, 0);
    if (shown)
        panels_show_tab(panels, tab);
    else if (before)
        panels_close_inspector(panels);
}

TAB_SWITCH(contrast, TAB_CONTRAST)
TAB_SWITCH(mask, TAB_MASK)
TAB_SWITCH(metadata, TAB_HEADER)
TAB_SWITCH(contents, TAB_CONTENTS)
#undef TAB_SWITCH

// The panel for files is one panel with two lists, each with a switch of its own.
static void switch_files(struct view_panels *panels, bool recent, const struct command_args *args)
{
    bool shown = panels->files && panels->files_recent == recent;
    const bool before = shown;
    action_set_flag(&shown, args, 0);
    if (shown) {
        panels->files = panels->find = panels->interface = true;
        panels->files_recent = recent;
    } else if (before) {
        panels->files = false;
    }
}

ACTION(action_panel_files)
{
    (void)error;
    switch_files(action_panels(host), false, args);
    return STATUS_OK;
}

TICK(tick_panel_files)
{
    (void)args;
    return host->workspace->panels.files && !host->workspace->panels.files_recent;
}

ACTION(action_panel_recent)
{
    (void)error;
    switch_files(action_panels(host), true, args);
    return STATUS_OK;
}

TICK(tick_panel_recent)
{
    (void)args;
    return host->workspace->panels.files && host->workspace->panels.files_recent;
}

ACTION(action_panel_files_width)
{
    (void)error;
    action_panels(host)->files_width = (int)args->values[0].number;
    return STATUS_OK;
}

ACTION(action_panel_inspector_width)
{
    (void)error;
    action_panels(host)->inspector.width = (int)args->values[0].number;
    return STATUS_OK;
}

ACTION(action_folder_go)
{
    if (!command_files(host)->show_folder)
        return action_not_possible(error);
    return command_files(host)->show_folder(host->app, args->values[0].text, error);
}

ACTION(action_panel_find)
{
    (void)args;
    (void)error;
    struct view_panels *panels = action_panels(host);
    const int tab = panels_tab(panels);
    if (!panels->help && tab != TAB_HEADER && tab != TAB_CONTENTS && !panels->palette && !panels->files &&
        panels->dialog == DIALOG_NONE)
        panels_show_tab(panels, TAB_HEADER);
    panels->find = true;
    return STATUS_OK;
}

ACTION(action_panel_context)
{
    (void)args;
    (void)error;
    action_panels(host)->context = true;
    return STATUS_OK;
}
