// SPDX-License-Identifier: MIT
// Commands that move through the series of frames.
#include "commands/actions.h"

static enum status step(struct command_host *host, double frames, struct error *error)
{
    return command_series(host)->step ? command_series(host)->step(host->app, (int64_t)frames, error)
                                      : action_not_possible(error);
}

ACTION(action_frame_next)
{
    return step(host, action_number(args, 0, 1), error);
}

ACTION(action_frame_previous)
{
    return step(host, -action_number(args, 0, 1), error);
}

ACTION(action_frame_step)
{
    return step(host, args->values[0].number, error);
}

static enum status go_to_end(struct command_host *host, bool last, struct error *error)
{
    return command_series(host)->go_to_end ? command_series(host)->go_to_end(host->app, last, error)
                                           : action_not_possible(error);
}

ACTION(action_frame_first)
{
    (void)args;
    return go_to_end(host, false, error);
}

ACTION(action_frame_last)
{
    (void)args;
    return go_to_end(host, true, error);
}

ACTION(action_frame_go)
{
    if (!command_series(host)->go_to_frame)
        return action_not_possible(error);
    return command_series(host)->go_to_frame(host->app, (int64_t)args->values[0].number, error);
}

ACTION(action_frame_enter)
{
    (void)args;
    (void)error;
    struct view_panels *panels = action_panels(host);
    panels->frames = true;
    panels->frame_entry = true;
    return STATUS_OK;
}

ACTION(action_series_go)
{
    if (!command_series(host)->go_to_item)
        return action_not_possible(error);
    return command_series(host)->go_to_item(host->app, (int64_t)args->values[0].number - 1, error);
}

ACTION(action_file_open_series)
{
    if (!command_files(host)->open_series)
        return action_not_possible(error);
    return command_files(host)->open_series(host->app, args->count ? args->values[0].text : NULL, error);
}

// --- playing ---

enum play_choice { PLAY_FORWARD, PLAY_BACK, PLAY_STOP, PLAY_TOGGLE };

ACTION(action_frame_play)
{
    struct view_play *play = &host->view->play;
    const int choice = action_choice(args, 0, PLAY_TOGGLE);
    if (!command_series(host)->step)
        return action_not_possible(error);
    if (choice == PLAY_TOGGLE)
        play->direction = !play->direction;
    else
        play->direction = choice == PLAY_FORWARD ? 1 : choice == PLAY_BACK ? -1 : 0;
    return STATUS_OK;
}

TICK(tick_frame_play)
{
    const int direction = host->view->play.direction;
    const int choice = action_choice(args, 0, PLAY_TOGGLE);
    return choice == PLAY_STOP ? false : choice == PLAY_BACK ? direction < 0 : direction > 0;
}

ACTION(action_frame_rate)
{
    (void)error;
    host->view->play.rate = args->values[0].number;
    return STATUS_OK;
}

TICK(tick_frame_rate)
{
    return args->count && host->view->play.rate == args->values[0].number;
}

enum loop_choice { LOOP_ON, LOOP_OFF, LOOP_BOUNCE, LOOP_TOGGLE };

ACTION(action_frame_loop)
{
    (void)error;
    enum play_loop *loop = &host->view->play.loop;
    const int choice = action_choice(args, 0, LOOP_TOGGLE);
    if (choice == LOOP_TOGGLE)
        *loop = *loop == PLAY_ONCE ? PLAY_AGAIN : PLAY_ONCE;
    else
        *loop = choice == LOOP_ON ? PLAY_AGAIN : choice == LOOP_BOUNCE ? PLAY_BOUNCE : PLAY_ONCE;
    return STATUS_OK;
}

TICK(tick_frame_loop)
{
    const enum play_loop loop = host->view->play.loop;
    const int choice = action_choice(args, 0, LOOP_TOGGLE);
    return choice == LOOP_OFF      ? loop == PLAY_ONCE
           : choice == LOOP_BOUNCE ? loop == PLAY_BOUNCE
                                   : loop == PLAY_AGAIN;
}

// --- slabs ---

ACTION(action_series_slab)
{
    enum { CHOICE_OFF = 3 }; // "sum|max|mean|off": the first three are enum slab_mode
    if (!command_series(host)->slab)
        return action_not_possible(error);
    const int choice = args->values[0].choice;
    if (choice != CHOICE_OFF && args->count < 2)
        return error_set(error, STATUS_USAGE,
                         "how many frames of a slab? for example \"series.slab sum 10\"");
    return choice == CHOICE_OFF
               ? command_series(host)->slab(host->app, -1, 1, error)
               : command_series(host)->slab(host->app, choice, (int64_t)args->values[1].number, error);
}
