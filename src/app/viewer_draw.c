// SPDX-License-Identifier: MIT
// What is seen of the loaded image: values of pixels, and drawing of picture and overlays.
#include "app/viewer.h"

#include "base/size.h"
#include "image/sentinel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- values ---

// Reads the samples of a small rectangle in the file's own type into the viewer's grid, from the GPU where
// that has them exactly, else from the source.
static bool fill_grid(struct viewer *viewer, struct rect rect)
{
    struct viewer_grid *grid = &viewer->grid;
    if (grid->serial == viewer->picture->serial && grid->samples &&
        memcmp(&grid->rect, &rect, sizeof rect) == 0)
        return true;
    const bool exact = viewer->picture->storage == viewer->info.type;
    grid->type = viewer->info.type;
    grid->exact = true;
    grid->samples = must_resize(grid->samples, (size_t)(rect.width * rect.height) * 8);
    bool known = exact && picture_read(viewer->picture, rect, grid->samples);
    if (!known && viewer->file && !viewer->info.sequential) {
        uint8_t *classes = must_alloc((size_t)(rect.width * rect.height));
        const struct decode_request request = {.frame = viewer->position.frame,
                                               .rect = rect,
                                               .pixels = grid->samples,
                                               .stride = (size_t)rect.width *
                                                         sample_traits(viewer->info.type)->bytes,
                                               .classes = classes};
        struct decode_report report = {0};
        known = image_file_decode(viewer->file, &request, &report, NULL) == STATUS_OK;
        free(classes);
    }
    if (!known && !exact) { // as shown: rounded to float32
        grid->type = viewer->picture->storage;
        grid->exact = false;
        known = picture_read(viewer->picture, rect, grid->samples);
    }
    grid->rect = rect;
    grid->serial = known ? viewer->picture->serial : 0;
    return known;
}

static const char *grid_sample(const struct viewer_grid *grid, int64_t x, int64_t y)
{
    return (const char *)grid->samples + (size_t)((y - grid->rect.y) * grid->rect.width + x - grid->rect.x) *
                                             sample_traits(grid->type)->bytes;
}

static bool grid_holds(const struct viewer *viewer, int64_t x, int64_t y)
{
    const struct viewer_grid *grid = &viewer->grid;
    return grid->samples && grid->serial == viewer->picture->serial && x >= grid->rect.x &&
           y >= grid->rect.y && x < grid->rect.x + grid->rect.width && y < grid->rect.y + grid->rect.height;
}

bool viewer_value(struct viewer *viewer, int64_t x, int64_t y, char *text, size_t size, double *value)
{
    if (!viewer->picture || x < 0 || y < 0 || x >= viewer->info.width || y >= viewer->info.height ||
        !picture_is_loaded(viewer->picture, y))
        return false;
    if (!grid_holds(viewer, x, y) && !fill_grid(viewer, (struct rect){x, y, 1, 1}))
        return false;
    const char *sample = grid_sample(&viewer->grid, x, y);
    *value = sample_value(viewer->grid.type, sample);
    char exact[32];
    snprintf(text, size, "%s%s", viewer->grid.exact ? "" : "~",
             sample_format(viewer->grid.type, sample, exact, sizeof exact));
    return true;
}

const char *viewer_pixel_kind(const struct viewer *viewer, int64_t x, int64_t y, double value, char *buffer,
                              size_t size)
{
    const struct limits *limits = &viewer->view.contrast.limits;
    const uint8_t bits = viewer->mask ? mask_at(viewer->mask, x, y) : 0;
    sentinel_describe(&viewer->info, bits, value, buffer, size);
    if (buffer[0])
        return buffer;
    if (isfinite(value))
        snprintf(buffer, size, "%s", value < limits->low ? "under" : value > limits->high ? "over" : "");
    else
        snprintf(buffer, size, "%s", isnan(value) ? "not a number" : "infinite");
    return buffer;
}

// --- drawing ---

struct scene viewer_scene(const struct viewer *viewer)
{
    return (struct scene){.picture = viewer->picture,
                          .view = &viewer->view,
                          .colormap = viewer->colormap,
                          .histogram = viewer->histogram,
                          .histogram_serial = viewer->histogram_serial};
}

static bool pixel_text(void *context, int64_t x, int64_t y, char *text, size_t size)
{
    double value;
    return viewer_value(context, x, y, text, size, &value);
}

static void pixel_colour(void *context, int64_t x, int64_t y, unsigned char rgb[3])
{
    struct viewer *viewer = context;
    char text[32];
    double value = 0;
    viewer_value(viewer, x, y, text, sizeof text, &value);
    renderer_colour_of(viewer->renderer, value, rgb);
    const uint8_t bits = viewer->mask && viewer->view.display.mask_visible ? mask_at(viewer->mask, x, y) : 0;
    float tint[4];
    display_mask_tint(&viewer->view.display, bits, MASK_PART_AREA, tint);
    for (int i = 0; i < 3; i++)
        rgb[i] = (unsigned char)((float)rgb[i] * (1 - tint[3]) + tint[i] * 255);
}

static void draw_overlays(struct viewer *viewer, float scale)
{
    const struct view *view = &viewer->view;
    const struct camera *camera = &view->camera;
    if (view->panels.pixel_values && camera->zoom >= CAMERA_VALUES_ZOOM && viewer->picture &&
        picture_is_complete(viewer->picture)) {
        const struct rect visible = camera_visible(camera);
        const struct pixel_text_source source = {viewer, pixel_text, pixel_colour};
        if (visible.width > 0 && visible.height > 0 && fill_grid(viewer, visible))
            overlay_pixel_values(viewer->overlay, view, &source, scale);
    }
    if (view->panels.colour_bar && viewer->picture)
        overlay_colour_bar(viewer->overlay, view, viewer->colormap, viewer->histogram, 0, 0,
                           camera->viewport_width, camera->viewport_height, scale);
}

enum status viewer_draw(struct viewer *viewer, struct target *target, int target_width, int target_height,
                        int x, int y, bool cached, float scale, struct error *error)
{
    const struct scene scene = viewer_scene(viewer);
    enum status status = cached ? renderer_draw_cached(viewer->renderer, &scene, target, target_width,
                                                       target_height, x, y, error)
                                : renderer_draw(viewer->renderer, &scene, target_height, x, y, error);
    if (status)
        return status;
    draw_overlays(viewer, scale);
    overlay_flush(viewer->overlay, viewer->view.camera.viewport_width, viewer->view.camera.viewport_height);
    return STATUS_OK;
}
