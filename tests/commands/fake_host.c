// SPDX-License-Identifier: MIT
// A command host that writes down what it is asked for.
#include "commands/fake_host.h"

#include "support/testdata.h"

#include <string.h>

static struct fake_host *of(void *app)
{
    return app;
}

static enum status fake_open(void *app, const char *const *names, size_t count, struct error *error)
{
    text_append(&of(app)->calls, "open");
    for (size_t i = 0; i < count; i++)
        text_printf(&of(app)->calls, " [%s]", names[i]);
    text_append(&of(app)->calls, ";");
    if (count && strcmp(names[0], "missing.tif") == 0)
        return error_set(error, STATUS_IO, "missing.tif: no such file");
    return STATUS_OK;
}

static enum status fake_step(void *app, int64_t frames, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "step %lld;", (long long)frames);
    return STATUS_OK;
}

static enum status fake_go_to_frame(void *app, int64_t frame, struct error *error)
{
    text_printf(&of(app)->calls, "frame %lld;", (long long)frame);
    return frame < 10 ? STATUS_OK : error_set(error, STATUS_USAGE, "there are 10 frames");
}

static enum status fake_go_to_end(void *app, bool last, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "end %d;", last);
    return STATUS_OK;
}

static enum status fake_show_folder(void *app, const char *path, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "folder %s;", path);
    return STATUS_OK;
}

static enum status fake_export(void *app, const char *path, bool decorate, const char *size, bool all,
                               struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "export %s %d %s%s;", path, decorate, size, all ? " all" : "");
    return STATUS_OK;
}

static bool fake_cancel(void *app)
{
    text_append(&of(app)->calls, "cancel;");
    return of(app)->busy;
}

static enum status fake_auto(void *app, struct error *error)
{
    (void)error;
    text_append(&of(app)->calls, "auto;");
    return STATUS_OK;
}

static enum status fake_reduce(void *app, struct error *error)
{
    (void)error;
    text_append(&of(app)->calls, "reduce;");
    return STATUS_OK;
}

static enum status fake_classes(void *app, struct error *error)
{
    (void)error;
    text_append(&of(app)->calls, "classes;");
    return STATUS_OK;
}

static bool fake_cursor(void *app, int64_t *x, int64_t *y, double *value)
{
    *x = 3;
    *y = 4;
    *value = of(app)->cursor_value;
    return of(app)->has_cursor;
}

static void fake_fullscreen(void *app, bool on)
{
    text_printf(&of(app)->calls, "fullscreen %d;", on);
}

static enum status fake_pane_add(void *app, const char *const *names, size_t count, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "add %zu %s;", count, count ? names[0] : "");
    return STATUS_OK;
}

static enum status fake_pane_split(void *app, bool below, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "split %s;", below ? "below" : "right");
    return STATUS_OK;
}

static enum status fake_pane_close(void *app, bool force, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "close %d;", force);
    return STATUS_OK;
}

static enum status fake_pane_go(void *app, int number, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "pane %d;", number);
    return STATUS_OK;
}

static void fake_pane_step(void *app, int steps)
{
    text_printf(&of(app)->calls, "pane %+d;", steps);
}

static enum status fake_pane_swap(void *app, int number, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "swap %d;", number);
    return STATUS_OK;
}

static enum status fake_pane_grid(void *app, int columns, int rows, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "grid %d %d;", columns, rows);
    return STATUS_OK;
}

static enum status fake_pane_blink(void *app, double seconds, struct error *error)
{
    (void)error;
    text_printf(&of(app)->calls, "blink %g;", seconds);
    return STATUS_OK;
}

static const struct command_panes_ops fake_pane_ops = {
    .add = fake_pane_add,
    .split = fake_pane_split,
    .close = fake_pane_close,
    .go = fake_pane_go,
    .step = fake_pane_step,
    .swap = fake_pane_swap,
    .grid = fake_pane_grid,
    .blink = fake_pane_blink,
};

static bool fake_is_complete(void *app)
{
    return !of(app)->incomplete;
}

static enum status fake_select(void *app, int pane, struct error *error)
{
    text_printf(&of(app)->calls, "target %d;", pane);
    return pane <= of(app)->panes ? STATUS_OK : error_set(error, STATUS_USAGE, "there is no pane %d", pane);
}

static void fake_message(void *app, const char *text, bool is_error)
{
    text_printf(&of(app)->calls, "say %s%s;", is_error ? "error " : "", text);
}

static void fake_copy(void *app, const char *text)
{
    text_printf(&of(app)->calls, "copy %s;", text);
}

static const struct command_files_ops fake_files_ops = {
    .open = fake_open,
    .show_folder = fake_show_folder,
    .export_picture = fake_export,
};

static const struct command_series_ops fake_series_ops = {
    .step = fake_step,
    .go_to_frame = fake_go_to_frame,
    .go_to_end = fake_go_to_end,
};

static const struct command_image_ops fake_image_ops = {
    .apply_auto_limits = fake_auto,
    .reduce_changed = fake_reduce,
    .classes_changed = fake_classes,
    .cursor = fake_cursor,
};

static const struct command_window_ops fake_window_ops = {
    .cancel = fake_cancel,
    .set_fullscreen = fake_fullscreen,
};

static const struct command_window_ops telling_window_ops = {
    .message = fake_message,
    .copy = fake_copy,
    .cancel = fake_cancel,
    .set_fullscreen = fake_fullscreen,
};

static const struct command_host_ops fake_ops = {
    .files = &fake_files_ops,
    .series = &fake_series_ops,
    .image = &fake_image_ops,
    .window = &fake_window_ops,
    .panes = &fake_pane_ops,
    .is_complete = fake_is_complete,
};

void fake_host_init(struct fake_host *fake)
{
    *fake = (struct fake_host){.view = view_default(), .workspace = workspace_default()};
    colormap_list_init(&fake->colormaps);
    camera_set_viewport(&fake->view.camera, 500, 400);
    camera_set_image(&fake->view.camera, 1000, 800);
    fake->ops = fake_ops;
    fake->host = (struct command_host){.view = &fake->view,
                                       .workspace = &fake->workspace,
                                       .colormaps = &fake->colormaps,
                                       .ops = &fake->ops,
                                       .app = fake};
}

void fake_host_split(struct fake_host *fake, int panes)
{
    fake->panes = panes;
    fake->ops.select_target = fake_select;
    fake->ops.window = &telling_window_ops;
}

void fake_host_finish(struct fake_host *fake)
{
    colormap_list_finish(&fake->colormaps);
    text_free(&fake->calls);
    command_host_finish(&fake->host);
}

void fake_host_run(struct fake_host *fake, const char *line)
{
    struct error error = {0};
    text_clear(&fake->calls);
    if (command_run(&fake->host, line, &error))
        fail_msg("%s: %s", line, error.text);
}

void fake_host_refuses(struct fake_host *fake, const char *line, enum status status, const char *sentence)
{
    struct error error = {0};
    assert_int_equal(command_run(&fake->host, line, &error), status);
    assert_string_equal(error.text, sentence);
}
