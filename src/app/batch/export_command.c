// SPDX-License-Identifier: MIT
// `fovea export`: loads without a window, sets the view up, and writes the picture.
#include "app/batch/export_command.h"

#include "app/common/cli.h"
#include "app/common/export.h"
#include "app/host/host_commands.h"
#include "base/output.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THUMBNAIL = 4096 };

struct export_options {
    const char *output;
    struct export_size size; // EXPORT_SHOWN: from the image and the zoom
    int thumbnail;           // the longer side has at most so many pixels; 0: no thumbnail
    struct view_options view;
    struct task *task;
};

static enum status set_output(void *target, const char *value, struct error *error)
{
    (void)error;
    ((struct export_options *)target)->output = value;
    return STATUS_OK;
}

static enum status set_size(void *target, const char *value, struct error *error)
{
    struct export_options *options = target;
    if (export_size_parse(value, &options->size) && options->size.kind != EXPORT_SHOWN)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE, "\"%s\" is not 1:1 or a size like 1920x1080", value);
}

static enum status set_thumbnail(void *target, const char *value, struct error *error)
{
    int64_t side;
    if (!parse_int64(value, &side) || side < 1 || side > MAX_THUMBNAIL)
        return error_set(error, STATUS_USAGE, "\"%s\" is not a number of pixels from 1 to %d", value,
                         MAX_THUMBNAIL);
    ((struct export_options *)target)->thumbnail = (int)side;
    return STATUS_OK;
}

static const struct option export_table[] = {
    {"--output", "-o", "OUT.png", "The PNG file to write.", set_output, NULL},
    {"--size", NULL, "WxH|1:1",
     "Size of the picture in pixels; default: the image's own size (1:1) times the zoom, and the margins of --decorate.",
     set_size, NULL},
    {"--thumbnail", NULL, "SIDE",
     "A picture of the whole image, made smaller until no side has more than SIDE pixels, as file managers want it.",
     set_thumbnail, NULL},
    {0},
};

// The zoom that the size of the picture follows, where no size was asked for. `longest` is the image's longer
// side.
static double zoom_of(const struct export_options *options, double longest)
{
    if (options->thumbnail)
        return fmin(1, options->thumbnail / longest);
    const struct camera_options *camera = &options->view.camera;
    return camera->has_zoom && !camera->zoom_fit && options->size.kind == EXPORT_SHOWN ? camera->zoom : 1;
}

// A viewport that shows the whole image at the zoom asked for.
static enum status show_whole(struct pane *pane, const struct export_options *options, struct error *error)
{
    struct camera *camera = &pane->view.camera;
    const bool turned = camera->quarter_turns & 1;
    const double across = (double)(turned ? pane->frame->info.height : pane->frame->info.width);
    const double down = (double)(turned ? pane->frame->info.width : pane->frame->info.height);
    const double zoom = zoom_of(options, fmax(across, down));
    // A product such as 3 * (1. / 3) is not to make a pixel more.
    const double width = fmax(1, ceil(across * zoom - 1e-6)), height = fmax(1, ceil(down * zoom - 1e-6));
    if (width > INT32_MAX || height > INT32_MAX)
        return error_set(
            error, STATUS_TOO_LARGE,
            "%s: %.0f x %.0f pixels at a zoom of %g are %.0f x %.0f, more than PNG can hold, %d a side",
            pane_shown_name(pane), across, down, zoom, width, height, INT32_MAX);
    camera_set_viewport(camera, (int)width, (int)height);
    camera_fit(camera);
    return STATUS_OK;
}

static struct export_request request_of(const struct export_options *options)
{
    return (struct export_request){.path = options->output,
                                   .size = options->size,
                                   .decorate = options->view.decorate,
                                   .scale = options->view.scale_ui > 0 ? (float)options->view.scale_ui : 1,
                                   .task = options->task};
}

// The view of a pane on its loaded image, as the options have it.
static enum status set_view(struct pane *pane, const struct export_options *options, struct error *error)
{
    const struct export_request request = request_of(options);
    enum status status = show_whole(pane, options, error);
    if (!status && options->size.kind == EXPORT_SIZE && options->view.grid.columns == 0) {
        const struct camera whole = pane->view.camera;
        status = export_set_camera(pane, &request, &whole, error);
    }
    if (!status)
        options_apply_camera(&options->view.camera, &pane->view.camera);
    return status;
}

static enum status set_views(struct desk *desk, const struct export_options *options, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 0; !status && i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i] && desk->panes[i]->frame->picture)
            status = set_view(desk->panes[i], options, error);
    }
    return status;
}

static enum status run_commands(struct desk *desk, const struct export_options *options, struct error *error)
{
    struct host host;
    host_init(&host, desk, &host_ops);
    enum status status = host_run_options(&host, &options->view, error);
    if (!status)
        status = desk_load_all(desk, error); // what the commands asked for
    host_finish(&host);
    return status;
}

static enum status load_and_write(struct desk *desk, struct headless **headless,
                                  const struct export_options *options, const char *const *names,
                                  size_t count, struct error *error)
{
    const struct export_request request = request_of(options);
    enum status status = desk_configure(desk, &options->view, error);
    desk->common.cancel = task_cancel(options->task);
    if (!status)
        status = desk_open(desk, names, count, error);
    if (!status)
        status = headless_create(headless, error);
    if (!status)
        status = common_attach(&desk->common, error);
    if (!status)
        status = desk_load_all(desk, error);
    if (!status)
        status = set_views(desk, options, error);
    if (!status)
        status = run_commands(desk, options, error);
    if (status)
        return status;
    return desk_count(desk) > 1 ? export_write_all(desk, &request, error)
                                : export_write(desk->active, &request, error);
}

static enum status run_export(void *context, const char *const *names, size_t count, struct error *error)
{
    const struct export_options *options = context;
    if (!options->output)
        return error_set(error, STATUS_USAGE, "export needs -o OUT.png");
    if (options->thumbnail && options->size.kind != EXPORT_SHOWN)
        return error_set(error, STATUS_USAGE,
                         "--thumbnail and --size are two sizes of one picture: leave one out");
    if (count > 1 && options->view.grid.columns == 0)
        return error_set(error, STATUS_USAGE,
                         "one image is needed, %zu were given; --grid COLUMNSxROWS shows several", count);
    struct desk *desk = desk_create(NULL, NULL);
    struct headless *headless = NULL;
    enum status status = load_and_write(desk, &headless, options, names, count, error);
    const struct message *fault = messages_fault(&desk->common.messages);
    if (!status && fault)
        output_sentence("warning: %s", message_text(fault));
    desk_destroy(&desk);
    headless_destroy(&headless);
    return status;
}

int export_main(int argc, char **argv)
{
    struct export_options options = {.view = view_options_default()};
    const struct option_group groups[] = {
        {"Export options", export_table, &options}, {"View options", view_option_table, &options.view}, {0}};
    const struct cli cli = {.usage = "fovea export [OPTIONS] -o OUT.png SOURCE...",
                            .groups = groups,
                            .min_sources = 1,
                            .max_sources = LAYOUT_MAX_PANES,
                            .run = run_export,
                            .context = &options,
                            .task_name = "export",
                            .task = &options.task};
    return cli_run(&cli, argc, argv);
}
