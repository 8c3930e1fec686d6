// SPDX-License-Identifier: MIT
// Commands of the mask editor: tools, layers, undo, and one command for each mask operation.
#include "commands/actions.h"

#include "image/mask.h"

#include <math.h>

static const double BRUSH_STEP = 1.25;

static void tell_tool(struct command_host *host)
{
    if (command_mask(host)->tool_changed)
        command_mask(host)->tool_changed(host->app);
}

// The panel of the mask comes and goes with mask mode.
static void set_mode(struct command_host *host, bool on)
{
    if (on != host->workspace->masking.on)
        (on ? panels_enter_masking : panels_leave_masking)(action_panels(host));
    host->workspace->masking.on = on;
}

ACTION(action_mask_draw)
{
    (void)error;
    struct view_masking *masking = &host->workspace->masking;
    bool on = masking->on;
    action_set_flag(&on, args, 0);
    set_mode(host, on);
    if (masking->on && masking->tool == TOOL_NONE)
        masking->tool = TOOL_PENCIL;
    tell_tool(host);
    return STATUS_OK;
}

TICK(tick_mask_draw)
{
    (void)args;
    return host->workspace->masking.on;
}

ACTION(action_mask_tool)
{
    (void)error;
    host->workspace->masking.tool = (enum tool_kind)args->values[0].choice;
    set_mode(host, true);
    tell_tool(host);
    return STATUS_OK;
}

TICK(tick_mask_tool)
{
    return args->count && host->workspace->masking.on &&
           host->workspace->masking.tool == (enum tool_kind)args->values[0].choice;
}

ACTION(action_mask_brush)
{
    (void)error;
    enum { LARGER, SMALLER };
    double *width = &host->workspace->masking.width, wanted = *width;
    if (args->values[0].choice == LARGER)
        wanted = fmax(wanted * BRUSH_STEP, wanted + 1);
    else if (args->values[0].choice == SMALLER)
        wanted = fmin(wanted / BRUSH_STEP, wanted - 1);
    else
        wanted = args->values[0].number;
    *width = fmin(fmax(floor(wanted + 0.5), TOOL_MIN_WIDTH), TOOL_MAX_WIDTH);
    return STATUS_OK;
}

ACTION(action_mask_edit_layer)
{
    (void)error;
    host->workspace->masking.layer = (enum mask_layer)args->values[0].choice;
    tell_tool(host);
    return STATUS_OK;
}

TICK(tick_mask_edit_layer)
{
    return args->count && host->workspace->masking.layer == (enum mask_layer)args->values[0].choice;
}

ACTION(action_mask_lock)
{
    (void)error;
    uint8_t *locked = &host->workspace->masking.locked;
    const uint8_t bit = MASK_BIT(args->values[0].choice);
    bool lock = *locked & bit;
    action_set_flag(&lock, args, 1);
    *locked = (uint8_t)(lock ? *locked | bit : *locked & ~bit);
    return STATUS_OK;
}

TICK(tick_mask_lock)
{
    return args->count && (host->workspace->masking.locked & MASK_BIT(args->values[0].choice));
}

ACTION(action_mask_draw_as)
{
    (void)error;
    enum { MODE_MASK, MODE_UNMASK };
    bool *unmask = &host->workspace->masking.unmask;
    const int choice = args->values[0].choice;
    *unmask = choice == MODE_MASK ? false : choice == MODE_UNMASK ? true : !*unmask;
    return STATUS_OK;
}

TICK(tick_mask_draw_as)
{
    (void)args;
    return host->workspace->masking.unmask;
}

ACTION(action_mask_neighbours)
{
    (void)error;
    host->workspace->masking.corners = args->values[0].choice == 1;
    return STATUS_OK;
}

ACTION(action_mask_tolerance)
{
    (void)error;
    host->workspace->masking.tolerance = args->values[0].number;
    return STATUS_OK;
}

ACTION(action_mask_centre)
{
    struct view_masking *masking = &host->workspace->masking;
    if (args->count == 1)
        return error_set(error, STATUS_USAGE, "a centre is two numbers, x and y");
    masking->has_centre = args->count == 2;
    if (masking->has_centre)
        masking->centre = (struct shape_point){args->values[0].number, args->values[1].number};
    return STATUS_OK;
}

// --- steps ---

// As many steps as are wanted and there are; false if there is none.
static bool walk_steps(const struct command_host *host, bool (*step)(void *app),
                       const struct command_args *args)
{
    const int64_t wanted = (int64_t)action_number(args, 0, 1);
    int64_t done = 0;
    while (done < wanted && step(host->app))
        done++;
    return done > 0;
}

ACTION(action_mask_undo)
{
    if (!command_mask(host)->undo)
        return action_not_possible(error);
    return walk_steps(host, command_mask(host)->undo, args)
               ? STATUS_OK
               : error_set(error, STATUS_USAGE, "there is nothing to take back");
}

ACTION(action_mask_redo)
{
    if (!command_mask(host)->redo)
        return action_not_possible(error);
    return walk_steps(host, command_mask(host)->redo, args)
               ? STATUS_OK
               : error_set(error, STATUS_USAGE, "there is nothing to make again");
}

ACTION(action_mask_finish)
{
    (void)args;
    if (!command_mask(host)->end)
        return action_not_possible(error);
    command_mask(host)->end(host->app, true);
    return STATUS_OK;
}

ACTION(action_mask_last_point)
{
    (void)args;
    if (!command_mask(host)->last_point)
        return action_not_possible(error);
    command_mask(host)->last_point(host->app);
    return STATUS_OK;
}

ACTION(action_mask_apply)
{
    (void)args;
    return command_mask(host)->apply ? command_mask(host)->apply(host->app, error)
                                     : action_not_possible(error);
}

// --- files ---

ACTION(action_mask_add_file)
{
    if (!command_mask(host)->combine)
        return action_not_possible(error);
    return command_mask(host)->combine(host->app, args->values[0].text, args->values[1].choice, error);
}

ACTION(action_mask_save)
{
    struct view_panels *panels = action_panels(host);
    if (!command_mask(host)->save)
        return action_not_possible(error);
    if (args->count == 0) {
        panels->dialog = panels->dialog == DIALOG_SAVE_MASK ? DIALOG_NONE : DIALOG_SAVE_MASK;
        return STATUS_OK;
    }
    const int layer = action_choice(args, 1, 0); // 0 = all
    const int values = action_choice(args, 2, 0);
    return command_mask(host)->save(host->app, args->values[0].text, layer ? MASK_BIT(layer - 1) : 0, values,
                                    error);
}

ACTION(action_mask_restore)
{
    (void)args;
    return command_mask(host)->recover ? command_mask(host)->recover(host->app, false, error)
                                       : action_not_possible(error);
}

ACTION(action_mask_discard)
{
    (void)args;
    return command_mask(host)->recover ? command_mask(host)->recover(host->app, true, error)
                                       : action_not_possible(error);
}

// --- operations ---

static enum status run_operation(struct command_host *host, const char *name, const struct command_args *args,
                                 struct error *error)
{
    double numbers[COMMAND_MAX_ARGS];
    if (!command_mask(host)->operate)
        return action_not_possible(error);
    for (size_t i = 0; i < args->count; i++)
        numbers[i] =
            args->values[i].kind == ARGUMENT_CHOICE ? args->values[i].choice : args->values[i].number;
    return command_mask(host)->operate(host->app, name, numbers, args->count, false, error);
}

#define DEFINE_OPERATION(identifier, name, arguments, help, done, menu, pixels)                              \
    ACTION(action_mask_op_##identifier)                                                                      \
    {                                                                                                        \
        return run_operation(host, name, args, error);                                                       \
    }
MASK_OPERATION_LIST(DEFINE_OPERATION)
#undef DEFINE_OPERATION

ACTION(action_mask_preview)
{
    double numbers[COMMAND_MAX_ARGS];
    const char *name = args->values[0].text;
    if (!command_mask(host)->operate)
        return action_not_possible(error);
    for (size_t i = 1; i < args->count; i++)
        numbers[i - 1] = args->values[i].number;
    return command_mask(host)->operate(host->app, name, numbers, args->count - 1, true, error);
}

ACTION(action_mask_equal_here)
{
    (void)args;
    int64_t x, y;
    double value;
    if (!command_mask(host)->operate || !command_image(host)->cursor)
        return action_not_possible(error);
    if (!command_image(host)->cursor(host->app, &x, &y, &value))
        return error_set(error, STATUS_USAGE, "the mouse is not over a pixel of the image");
    return command_mask(host)->operate(host->app, "equal", &value, 1, false, error);
}

ACTION(action_mask_outside_limits)
{
    (void)args;
    const struct limits *limits = &host->view->contrast.limits;
    const double numbers[] = {limits->low, limits->high};
    if (!command_mask(host)->operate)
        return action_not_possible(error);
    return command_mask(host)->operate(host->app, "outside", numbers, 2, false, error);
}
