// SPDX-License-Identifier: MIT
// Commands that change contrast and colour map.
#include "commands/actions.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static enum status apply_rule(struct command_host *host, struct error *error)
{
    host->view->contrast.automatic = true;
    if (!command_image(host)->apply_auto_limits)
        return STATUS_OK;
    return command_image(host)->apply_auto_limits(host->app, error);
}

static enum status set_percentiles(struct limits_rule *rule, const struct command_args *args,
                                   struct error *error)
{
    double low = rule->low_percent, high = rule->high_percent;
    if (args->count > 1) {
        low = args->values[1].number;
        high = args->count > 2 ? args->values[2].number : 100 - low;
    }
    if (low < 0 || high > 100 || low >= high)
        return error_set(error, STATUS_USAGE, "percentiles must be from 0 to 100, the lower one first");
    rule->low_percent = low;
    rule->high_percent = high;
    return STATUS_OK;
}

// The rule that method and numbers ask for; a number that was left out stays as it was.
static enum status set_rule(struct limits_rule *rule, const struct command_args *args, struct error *error)
{
    rule->method = (enum limits_method)args->values[0].choice;
    if (rule->method == LIMITS_PERCENTILE)
        return set_percentiles(rule, args, error);
    if (args->count > (rule->method == LIMITS_MINMAX ? 1 : 2))
        return error_set(error, STATUS_USAGE, "%s takes %s", limits_method_name(rule->method),
                         rule->method == LIMITS_MINMAX ? "no number" : "one number");
    if (args->count < 2)
        return STATUS_OK;
    double number = args->values[1].number;
    if (number <= 0 || number > 1000)
        return error_set(error, STATUS_USAGE, "the number of %s must be above 0 and at most 1000",
                         limits_method_name(rule->method));
    *(rule->method == LIMITS_ZSCALE ? &rule->zscale_contrast : &rule->sigmas) = number;
    return STATUS_OK;
}

ACTION(action_contrast_auto)
{
    struct limits_rule rule = host->view->contrast.rule;
    if (args->count > 0) {
        enum status status = set_rule(&rule, args, error);
        if (status)
            return status;
    }
    host->view->contrast.rule = rule;
    return apply_rule(host, error);
}

TICK(tick_contrast_auto)
{
    const struct contrast *contrast = &host->view->contrast;
    if (!args->count || !contrast->automatic || (int)contrast->rule.method != args->values[0].choice)
        return false;
    return args->count < 3 || (contrast->rule.low_percent == args->values[1].number &&
                               contrast->rule.high_percent == args->values[2].number);
}

ACTION(action_contrast_limits)
{
    double low = args->values[0].number, high = args->values[1].number;
    if (!contrast_set_limits(&host->view->contrast, low, high))
        return error_set(error, STATUS_USAGE, "the limits must be finite numbers");
    return STATUS_OK;
}

static enum status set_low(struct command_host *host, double value, struct error *error)
{
    if (!contrast_set_low(&host->view->contrast, value))
        return error_set(error, STATUS_USAGE, "the value is not a finite number");
    return STATUS_OK;
}

static enum status set_high(struct command_host *host, double value, struct error *error)
{
    if (!contrast_set_high(&host->view->contrast, value))
        return error_set(error, STATUS_USAGE, "the value is not a finite number");
    return STATUS_OK;
}

ACTION(action_contrast_low)
{
    return set_low(host, args->values[0].number, error);
}

ACTION(action_contrast_high)
{
    return set_high(host, args->values[0].number, error);
}

// The value under the mouse.
static enum status value_here(struct command_host *host, double *value, struct error *error)
{
    int64_t x, y;
    if (!command_image(host)->cursor || !command_image(host)->cursor(host->app, &x, &y, value))
        return error_set(error, STATUS_USAGE, "the mouse is not over a pixel of the image");
    return STATUS_OK;
}

ACTION(action_contrast_low_here)
{
    (void)args;
    double value;
    enum status status = value_here(host, &value, error);
    return status ? status : set_low(host, value, error);
}

ACTION(action_contrast_high_here)
{
    (void)args;
    double value;
    enum status status = value_here(host, &value, error);
    return status ? status : set_high(host, value, error);
}

ACTION(action_contrast_visible)
{
    action_set_flag(&host->view->contrast.visible_only, args, 0);
    return apply_rule(host, error);
}

TICK(tick_contrast_visible)
{
    (void)args;
    return host->view->contrast.visible_only;
}

// From now on: the limits of the shown frame, or those that were held for it.
ACTION(action_contrast_follow)
{
    struct contrast *contrast = &host->view->contrast;
    action_set_flag(&contrast->follow, args, 0);
    return contrast->follow ? apply_rule(host, error) : STATUS_OK;
}

TICK(tick_contrast_follow)
{
    (void)args;
    return host->view->contrast.follow;
}

ACTION(action_contrast_keep)
{
    (void)error;
    action_set_flag(&host->view->contrast.keep, args, 0);
    return STATUS_OK;
}

TICK(tick_contrast_keep)
{
    (void)args;
    return host->view->contrast.keep;
}

// The next scale in their list, or the one before.
static enum transfer_kind neighbour(enum transfer_kind kind, bool forward)
{
    return (enum transfer_kind)(((int)kind + (forward ? 1 : TRANSFER_COUNT - 1)) % TRANSFER_COUNT);
}

ACTION(action_contrast_scale)
{
    (void)error;
    enum { WORD_NEXT, WORD_PREVIOUS };
    enum { MODE_SET, MODE_TOGGLE };
    struct transfer *transfer = &host->view->contrast.transfer;
    const struct argument_value *wanted = &args->values[0];
    if (wanted->choice >= 0) {
        transfer->kind = neighbour(transfer->kind, wanted->choice == WORD_NEXT);
        return STATUS_OK;
    }
    const bool back =
        action_choice(args, 1, MODE_SET) == MODE_TOGGLE && transfer->kind == wanted->scale.transfer.kind;
    // Without a parameter the one set before stays.
    if (wanted->scale.has_parameter)
        *transfer = wanted->scale.transfer;
    transfer->kind = back ? TRANSFER_LINEAR : wanted->scale.transfer.kind;
    return STATUS_OK;
}

TICK(tick_contrast_scale)
{
    return args->count && args->values[0].choice < 0 &&
           args->values[0].scale.transfer.kind == host->view->contrast.transfer.kind;
}

ACTION(action_contrast_gamma)
{
    (void)error;
    struct transfer *transfer = &host->view->contrast.transfer;
    transfer->gamma = args->values[0].number;
    transfer->kind = TRANSFER_POWER;
    return STATUS_OK;
}

static void set_colormap(struct command_host *host, const struct colormap *map)
{
    memcpy(host->view->display.colormap, map->name, sizeof map->name);
}

ACTION(action_colormap_set)
{
    if (!args->values[0].colormap)
        return action_not_possible(error);
    set_colormap(host, args->values[0].colormap);
    host->view->display.reversed = action_choice(args, 1, host->view->display.reversed) == 1;
    return STATUS_OK;
}

TICK(tick_colormap_set)
{
    return args->count && strcasecmp(host->view->display.colormap, args->values[0].text) == 0;
}

static enum status step_colormap(struct command_host *host, bool forward, struct error *error)
{
    const struct colormap_list *list = host->colormaps;
    if (!list || list->count == 0)
        return action_not_possible(error);
    size_t at = 0;
    while (at + 1 < list->count && strcasecmp(list->maps[at].name, host->view->display.colormap) != 0)
        at++;
    at = (at + (forward ? 1 : list->count - 1)) % list->count;
    set_colormap(host, &list->maps[at]);
    char sentence[80];
    snprintf(sentence, sizeof sentence, "Colour map %s", list->maps[at].name);
    command_say(host, sentence, false);
    return STATUS_OK;
}

ACTION(action_colormap_next)
{
    (void)args;
    return step_colormap(host, true, error);
}

ACTION(action_colormap_previous)
{
    (void)args;
    return step_colormap(host, false, error);
}

ACTION(action_colormap_reverse)
{
    (void)error;
    action_set_flag(&host->view->display.reversed, args, 0);
    return STATUS_OK;
}

TICK(tick_colormap_reverse)
{
    (void)args;
    return host->view->display.reversed;
}
