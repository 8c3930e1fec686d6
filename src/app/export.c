// SPDX-License-Identifier: MIT
// Off-screen drawing and writing in bands of rows.
#include "app/export.h"

#include "app/host.h"
#include "base/file.h"
#include "base/size.h"
#include "formats/png_writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_ROWS = 64, MARGIN = 8 };

// --- decoration ---

// A bar of a round number of image pixels in the lower left corner, with its length written over it.
static void add_scale_bar(struct viewer *viewer, int height, float scale)
{
    const double zoom = viewer->view.camera.zoom;
    const double target = 120.0 * scale / zoom;
    const double decade = pow(10, floor(log10(target)));
    const double length = decade * (target >= 5 * decade ? 5 : target >= 2 * decade ? 2 : 1);
    const unsigned char white[4] = {255, 255, 255, 255}, black[4] = {0, 0, 0, 160};
    char text[48];
    snprintf(text, sizeof text, "%g px", length);
    const float width = (float)(length * zoom), line = overlay_line_height(viewer->overlay, scale);
    const float text_width = overlay_text_width(viewer->overlay, text, scale);
    const float plate = fmaxf(width, text_width) + 2 * MARGIN * scale;
    const float bottom = (float)height - MARGIN * scale;
    const float top = bottom - line - 12 * scale;
    overlay_rect(viewer->overlay, MARGIN * scale, top, plate, bottom - top, black);
    overlay_text(viewer->overlay, text, 2 * MARGIN * scale, top + 2 * scale, scale, white, false);
    overlay_rect(viewer->overlay, 2 * MARGIN * scale, bottom - 7 * scale, width, 3 * scale, white);
}

static void add_title(struct viewer *viewer, float scale)
{
    static const unsigned char white[3] = {255, 255, 255};
    char title[512];
    const int64_t frames = viewer->file ? viewer->file->frames : 1;
    const char *name = path_name(source_name(viewer->source, viewer->position.item));
    if (frames > 1)
        snprintf(title, sizeof title, "%s  frame %lld of %lld", name, (long long)viewer->position.frame,
                 (long long)frames);
    else
        snprintf(title, sizeof title, "%s", name);
    overlay_text(viewer->overlay, title, MARGIN * scale, MARGIN * scale, scale, white, true);
}

// --- the picture ---

static enum status write_target(struct viewer *viewer, const char *path, int width, int height,
                                struct error *error)
{
    unsigned char *rows = malloc((size_t)width * 3 * READ_ROWS);
    if (!rows)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for a picture %d pixels wide", path,
                         width);
    struct png_writer *writer = NULL;
    enum status status = png_writer_create(path, width, height, &writer, error);
    for (int y = 0; !status && y < height; y += READ_ROWS) {
        const int count = height - y < READ_ROWS ? height - y : READ_ROWS;
        target_read_rgb(viewer->gpu, height, 0, y, width, count, rows);
        status = png_writer_rows(writer, rows, count, error);
    }
    if (writer) {
        enum status finished = png_writer_finish(&writer, error);
        status = status ? status : finished;
    }
    free(rows);
    return status;
}

enum status export_picture(struct viewer *viewer, const char *path, int width, int height, bool decorate,
                           float scale, struct error *error)
{
    struct target *target = NULL;
    enum status status = target_create(viewer->gpu, TEXTURE_RGBA8, width, height, &target, error);
    if (status)
        return status;
    const struct camera camera = viewer->view.camera;
    const bool colour_bar = viewer->view.panels.colour_bar;
    camera_set_viewport(&viewer->view.camera, width, height);
    viewer->view.panels.colour_bar = colour_bar || decorate;
    target_bind(viewer->gpu, target, width, height);
    if (decorate) {
        add_title(viewer, scale);
        add_scale_bar(viewer, height, scale);
    }
    status = viewer_draw(viewer, target, width, height, 0, 0, false, scale, error);
    if (!status)
        status = write_target(viewer, path, width, height, error);
    viewer->view.panels.colour_bar = colour_bar;
    memcpy(&viewer->view.camera, &camera, sizeof camera);
    target_bind(viewer->gpu, NULL, width, height);
    target_destroy(&target);
    return status;
}

// --- the subcommand ---

struct export_options {
    const char *output;
    int64_t width, height; // 0 = from the image and the zoom
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
static enum status choose_size(const struct viewer *viewer, const struct view_options *view_options,
                               const struct export_options *options, int *width, int *height,
                               struct error *error)
{
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

static enum status export_source(struct viewer *viewer, const struct view_options *view_options,
                                 const struct export_options *options, const char *name, struct error *error)
{
    enum status status = options_apply(view_options, &viewer->view, &viewer->colormaps, error);
    if (status) {
        viewer_finish(viewer);
        return status;
    }
    viewer->view.panels.colour_bar = false; // only with --decorate or by a command
    viewer_update_colormap(viewer);
    viewer->channel = view_options->channel;
    viewer->memory_limit = view_options->memory_bytes;
    viewer->origin_chosen = view_options->has_origin;
    viewer->mask_path = view_options->mask && !view_options->no_mask ? must_copy(view_options->mask) : NULL;
    status = viewer_open(viewer, &name, 1, view_options->frame, error);
    struct headless *headless = NULL;
    if (!status)
        status = headless_create(&headless, error);
    if (!status)
        status = viewer_attach(viewer, error);
    if (!status)
        status = viewer_load_all(viewer, error);
    int width = 0, height = 0;
    if (!status)
        status = choose_size(viewer, view_options, options, &width, &height, error);
    if (!status) {
        camera_set_viewport(&viewer->view.camera, width, height);
        camera_fit(&viewer->view.camera);
        options_apply_camera(view_options, &viewer->view.camera);
        struct host host;
        host_init(&host, viewer);
        status = host_run_options(&host, view_options, error);
    }
    if (!status)
        status = viewer_load_all(viewer, error); // what the commands asked for, and the visible tiles
    if (!status)
        status = export_picture(viewer, options->output, width, height, view_options->decorate, 1, error);
    if (!status && viewer->message.status)
        fprintf(stderr, "fovea: warning: %s\n", viewer->message.text);
    viewer_finish(viewer);
    headless_destroy(&headless);
    return status;
}

int export_main(int argc, char **argv)
{
    struct view_options view_options = view_options_default();
    struct export_options options = {0};
    const struct option_group groups[] = {
        {"Export options", export_table, &options}, {"View options", view_option_table, &view_options}, {0}};
    const char **names = must_alloc((size_t)(argc + 1) * sizeof *names);
    size_t count = 0;
    bool help = false;
    struct error error = {0};
    enum status status = options_parse(argc - 1, argv + 1, groups, names, &count, &help, &error);
    if (!status && help) {
        struct text text = {0};
        text_append(&text, "Usage: fovea export [OPTIONS] -o OUT.png SOURCE\n\n");
        options_write_help(groups, &text);
        fputs(text_string(&text), stdout);
        text_free(&text);
        free(names);
        return 0;
    }
    if (!status && count != 1)
        status = error_set(&error, STATUS_USAGE, "export takes one image, %zu were given", count);
    if (!status && !options.output)
        status = error_set(&error, STATUS_USAGE, "export needs -o OUT.png");
    if (!status) {
        struct viewer *viewer = must_alloc(sizeof *viewer);
        viewer_create(viewer, NULL, NULL);
        status = export_source(viewer, &view_options, &options, names[0], &error);
        free(viewer);
    }
    if (status)
        fprintf(stderr, "fovea: %s\n", error.text);
    free(names);
    return status_exit_code(status);
}
