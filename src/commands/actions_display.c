// SPDX-License-Identifier: MIT
// Commands that change how masked and special pixels look.
#include "commands/actions.h"

#include <string.h>

// The layers named by the argument at `index`: one, or all when it was left out.
static void layer_range(const struct command_args *args, size_t index, int *first, int *last)
{
    *first = action_choice(args, index, 0);
    *last = action_choice(args, index, MASK_LAYER_COUNT - 1);
}

ACTION(action_mask_visible)
{
    (void)error;
    action_set_flag(&host->view->display.mask_visible, args, 0);
    return STATUS_OK;
}

TICK(tick_mask_visible)
{
    (void)args;
    return host->view->display.mask_visible;
}

ACTION(action_mask_show_layer)
{
    (void)error;
    action_set_flag(&host->view->display.mask[args->values[0].choice].visible, args, 1);
    return STATUS_OK;
}

TICK(tick_mask_show_layer)
{
    return args->count && host->view->display.mask[args->values[0].choice].visible;
}

// The layers in the order of the choices in the command table.
ACTION(action_mask_leave_out)
{
    uint8_t *ignored = &host->view->display.classes.ignored;
    const uint8_t bit = MASK_BIT(args->values[0].choice), before = *ignored;
    bool used = !(before & bit);
    action_set_flag(&used, args, 1);
    *ignored = (uint8_t)(used ? before & ~bit : before | bit);
    if (*ignored == before || !command_image(host)->classes_changed)
        return STATUS_OK;
    return command_image(host)->classes_changed(host->app, error);
}

TICK(tick_mask_leave_out)
{
    return args->count && !(host->view->display.classes.ignored & MASK_BIT(args->values[0].choice));
}

// All layers follow the first, so that a toggle leaves them alike.
ACTION(action_mask_outline)
{
    (void)error;
    int first, last;
    layer_range(args, 1, &first, &last);
    bool outline = host->view->display.mask[first].outline;
    action_set_flag(&outline, args, 0);
    for (int layer = first; layer <= last; layer++)
        host->view->display.mask[layer].outline = outline;
    return STATUS_OK;
}

ACTION(action_mask_hatch)
{
    (void)error;
    int first, last;
    layer_range(args, 1, &first, &last);
    bool hatch = host->view->display.mask[first].hatch;
    action_set_flag(&hatch, args, 0);
    for (int layer = first; layer <= last; layer++)
        host->view->display.mask[layer].hatch = hatch;
    return STATUS_OK;
}

TICK(tick_mask_hatch)
{
    int first, last;
    layer_range(args, 1, &first, &last);
    return host->view->display.mask[first].hatch;
}

TICK(tick_mask_outline)
{
    int first, last;
    layer_range(args, 1, &first, &last);
    return host->view->display.mask[first].outline;
}

ACTION(action_mask_opacity)
{
    (void)error;
    int first, last;
    layer_range(args, 1, &first, &last);
    for (int layer = first; layer <= last; layer++)
        host->view->display.mask[layer].opacity = (float)args->values[0].number;
    return STATUS_OK;
}

ACTION(action_mask_colour)
{
    (void)error;
    int first, last;
    layer_range(args, 1, &first, &last);
    for (int layer = first; layer <= last; layer++)
        memcpy(host->view->display.mask[layer].rgb, args->values[0].rgb, 3);
    return STATUS_OK;
}

ACTION(action_special_colour)
{
    (void)error;
    struct special_colour *special = &host->view->display.special[args->values[0].choice];
    memcpy(special->rgb, args->values[1].rgb, 3);
    special->on = true;
    return STATUS_OK;
}

ACTION(action_special_show)
{
    (void)error;
    action_set_flag(&host->view->display.special[args->values[0].choice].on, args, 1);
    return STATUS_OK;
}

TICK(tick_special_show)
{
    return args->count && host->view->display.special[args->values[0].choice].on;
}
