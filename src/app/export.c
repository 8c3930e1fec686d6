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
    enum status status = png_writer_create(path, width, height, 3, &writer, error);
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
