// SPDX-License-Identifier: MIT
// Commands that answer what is there. Each has a last argument text|json.
#include "commands/actions.h"
#include "commands/result.h"

// The answer, begun in the form that the argument at `index` asks for.
static struct command_result *begin(struct command_host *host, const struct command_args *args, size_t index)
{
    enum { FORM_TEXT, FORM_JSON };
    result_begin(host->result, action_choice(args, index, FORM_TEXT) == FORM_JSON);
    return host->result;
}

ACTION(action_app_version)
{
    (void)error;
    struct command_result *result = begin(host, args, 0);
    result_text(result, "name", "fovea");
    result_text(result, "version", FOVEA_VERSION);
    result_end(result);
    return STATUS_OK;
}

ACTION(action_view_state)
{
    (void)error;
    const struct view *view = host->view;
    const struct camera *camera = &view->camera;
    struct command_result *result = begin(host, args, 0);
    result_number(result, "width", (double)camera->image_width);
    result_number(result, "height", (double)camera->image_height);
    result_number(result, "x", camera->center_x);
    result_number(result, "y", camera->center_y);
    result_number(result, "zoom", camera->zoom);
    result_number(result, "rotation", 90 * (double)camera->quarter_turns);
    result_text(result, "origin", camera->origin_lower ? "lower" : "upper");
    result_number(result, "low", view->contrast.limits.low);
    result_number(result, "high", view->contrast.limits.high);
    result_text(result, "limits",
                view->contrast.automatic ? limits_method_name(view->contrast.rule.method) : "set by hand");
    result_text(result, "scale", transfer_name(view->contrast.transfer.kind));
    result_text(result, "colormap", view->display.colormap);
    result_end(result);
    return STATUS_OK;
}

ACTION(action_cursor_value)
{
    int64_t x, y;
    double value;
    if (!command_image(host)->cursor)
        return action_not_possible(error);
    if (!command_image(host)->cursor(host->app, &x, &y, &value))
        return error_set(error, STATUS_USAGE, "there is no pixel under the mouse");
    struct command_result *result = begin(host, args, 0);
    result_number(result, "x", (double)x);
    result_number(result, "y", (double)y);
    result_number(result, "value", value);
    result_end(result);
    return STATUS_OK;
}

static enum status copy(const struct command_host *host, const char *text, struct error *error)
{
    struct text told = {0};
    if (!command_window(host)->copy)
        return action_not_possible(error);
    command_window(host)->copy(host->app, text);
    text_printf(&told, "Copied: %s", text);
    command_say(host, text_string(&told), false);
    text_free(&told);
    return STATUS_OK;
}

ACTION(action_clipboard_copy)
{
    return copy(host, args->values[0].text, error);
}

ACTION(action_cursor_copy)
{
    enum { COPY_VALUE, COPY_POSITION };
    int64_t x, y;
    double value;
    char number[32];
    struct text text = {0};
    if (!command_image(host)->cursor)
        return action_not_possible(error);
    if (!command_image(host)->cursor(host->app, &x, &y, &value))
        return error_set(error, STATUS_USAGE, "there is no pixel under the mouse");
    if (args->values[0].choice == COPY_POSITION)
        text_printf(&text, "%lld, %lld", (long long)x, (long long)y);
    else
        text_append(&text, format_double(value, number, sizeof number));
    const enum status status = copy(host, text_string(&text), error);
    text_free(&text);
    return status;
}
