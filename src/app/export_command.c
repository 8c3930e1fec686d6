// SPDX-License-Identifier: MIT
// `fovea export`: loads without a window, sets the view up, and writes the picture.
#include "app/export_command.h"

#include "app/cli.h"
#include "app/export.h"
#include "app/host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct export_options {
    const char *output;
    int64_t width, height; // 0 = from the image and the zoom
    struct view_options view;
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
    if (parse_size(value, &options->width, &options->height))
        return STATUS_OK;
    return error_set(error, STATUS_USAGE, "\"%s\" is not a size like 1920x1080", value);
}

static const struct option export_table[] = {
    {"--output", "-o", "OUT.png", "The PNG file to write.", set_output, NULL},
    {"--size", NULL, "WxH", "Size of the picture in pixels; default: the image's own size times the zoom.",
     set_size, NULL},
    {0},
};

// The size asked for, or that of the image at the zoom asked for, as far as the device can draw it.
static enum status choose_size(const struct viewer *viewer, const struct export_options *options, int *width,
                               int *height, struct error *error)
{
    const struct view_options *view_options = &options->view;
    const int limit = gpu_max_texture_side(viewer->gpu);
    double w = (double)options->width, h = (double)options->height;
    if (options->width == 0) {
        const double zoom = view_options->has_zoom && !view_options->zoom_fit ? view_options->zoom : 1;
        const bool turned = view_options->quarter_turns & 1;
        w = fmax(1, ceil((double)(turned ? viewer->info.height : viewer->info.width) * zoom));
        h = fmax(1, ceil((double)(turned ? viewer->info.width : viewer->info.height) * zoom));
        const double shrink = fmin(1, fmin(limit / w, limit / h));
        w = fmax(1, floor(w * shrink));
        h = fmax(1, floor(h * shrink));
    }
    if (w > limit || h > limit)
        return error_set(error, STATUS_USAGE, "--size %.0fx%.0f: this machine draws at most %d x %d pixels",
                         w, h, limit, limit);
    *width = (int)w;
    *height = (int)h;
    return STATUS_OK;
}

// The view on the loaded image, as the options and then the commands have it.
static enum status set_view(struct viewer *viewer, const struct export_options *options, int width,
                            int height, struct error *error)
{
    camera_set_viewport(&viewer->view.camera, width, height);
    camera_fit(&viewer->view.camera);
    options_apply_camera(&options->view, &viewer->view.camera);
    struct host host;
    host_init(&host, viewer);
    enum status status = host_run_options(&host, &options->view, error);
    if (!status)
        status = viewer_load_all(viewer, error); // what the commands asked for, and the visible tiles
    host_finish(&host);
    return status;
}

static enum status load_and_write(struct viewer *viewer, struct headless **headless,
                                  const struct export_options *options, const char *name, struct error *error)
{
    int width = 0, height = 0;
    enum status status = viewer_configure(viewer, &options->view, error);
    viewer->view.panels.colour_bar = false; // only with --decorate or by a command
    if (!status)
        status = viewer_open(viewer, &name, 1, options->view.siblings, options->view.frame, error);
    if (!status)
        status = headless_create(headless, error);
    if (!status)
        status = viewer_attach(viewer, error);
    if (!status)
        status = viewer_load_all(viewer, error);
    if (!status)
        status = choose_size(viewer, options, &width, &height, error);
    if (!status)
        status = set_view(viewer, options, width, height, error);
    if (!status)
        status = export_picture(viewer, options->output, width, height, options->view.decorate, 1, error);
    return status;
}

static enum status run_export(void *context, const char *const *names, size_t count, struct error *error)
{
    (void)count;
    const struct export_options *options = context;
    if (!options->output)
        return error_set(error, STATUS_USAGE, "export needs -o OUT.png");
    struct viewer *viewer = must_alloc(sizeof *viewer);
    struct headless *headless = NULL;
    viewer_create(viewer, NULL, NULL);
    enum status status = load_and_write(viewer, &headless, options, names[0], error);
    if (!status && viewer->message.status)
        fprintf(stderr, "fovea: warning: %s\n", viewer->message.text);
    viewer_finish(viewer);
    headless_destroy(&headless);
    free(viewer);
    return status;
}

int export_main(int argc, char **argv)
{
    struct export_options options = {.view = view_options_default()};
    const struct option_group groups[] = {
        {"Export options", export_table, &options}, {"View options", view_option_table, &options.view}, {0}};
    const struct cli cli = {.usage = "fovea export [OPTIONS] -o OUT.png SOURCE",
                            .groups = groups,
                            .min_sources = 1,
                            .max_sources = 1,
                            .run = run_export,
                            .context = &options};
    return cli_run(&cli, argc, argv);
}
