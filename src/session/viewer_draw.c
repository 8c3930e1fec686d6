// SPDX-License-Identifier: MIT
// What is seen of the loaded image: values of pixels, and drawing of picture and overlays.
#include "session/viewer.h"

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

static struct pixel_text_source pixel_texts(struct viewer *viewer)
{
    return (struct pixel_text_source){viewer, pixel_text, pixel_colour};
}

static bool has_values(const struct viewer *viewer)
{
    return viewer->view.overlays.pixel_values && viewer->view.camera.zoom >= CAMERA_VALUES_ZOOM &&
           viewer->picture && picture_is_complete(viewer->picture);
}

struct colour_bar viewer_colour_bar(const struct viewer *viewer)
{
    return (struct colour_bar){.view = &viewer->view,
                               .colormap = viewer->colormap,
                               .histogram = viewer->histogram,
                               .unit = viewer->info.unit};
}

static void draw_overlays(struct viewer *viewer, float scale)
{
    const struct view *view = &viewer->view;
    const struct camera *camera = &view->camera;
    if (has_values(viewer)) {
        const struct rect visible = camera_visible(camera);
        const struct pixel_text_source source = pixel_texts(viewer);
        if (visible.width > 0 && visible.height > 0 && fill_grid(viewer, visible))
            overlay_pixel_values(viewer->overlay, view, &source, scale);
    }
    if (view->overlays.colour_bar && viewer->picture) {
        const struct colour_bar bar = viewer_colour_bar(viewer);
        overlay_colour_bar(viewer->overlay, &bar, 0, 0, camera->viewport_width, camera->viewport_height,
                           scale);
    }
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

void viewer_append_frame(const struct viewer *viewer, struct text *title)
{
    const int64_t frames = source_frames(viewer->source, viewer->position.item);
    char number[56];
    if (frames > 1)
        text_printf(title, "  %s", format_frame(viewer->position.frame, frames, number, sizeof number));
}

// --- drawings in parts ---

static struct camera part_camera(const struct viewer *viewer, struct rect part)
{
    return camera_part(&viewer->view.camera, (int)part.x, (int)part.y, (int)part.width, (int)part.height);
}

int64_t viewer_part_need(const struct viewer *viewer, struct rect part)
{
    const struct camera camera = part_camera(viewer, part);
    const int level = camera_level(&camera, viewer->picture->level_count - 1);
    return picture_cache_need(viewer->picture, level, camera_visible(&camera));
}

// Waits for the tiles that a part needs.
static enum status load_part(struct viewer *viewer, const struct camera *camera, struct error *error)
{
    struct camera whole;
    struct picture_request missing;
    memcpy(&whole, &viewer->view.camera, sizeof whole);
    memcpy(&viewer->view.camera, camera, sizeof *camera);
    enum status status = viewer_load_all(viewer, error);
    memcpy(&viewer->view.camera, &whole, sizeof whole);
    if (status || !viewer->picture)
        return status;
    const int level = camera_level(camera, viewer->picture->level_count - 1);
    if (picture_missing(viewer->picture, level, camera_visible(camera), &missing, 1) == 0)
        return STATUS_OK;
    return error_set(error, viewer->message.status ? viewer->message.status : STATUS_BROKEN, "%s",
                     viewer->message.status ? viewer->message.text : "a part of the image cannot be read");
}

enum status viewer_measure_part(struct viewer *viewer, struct rect part, struct overlay_widest *widest,
                                struct error *error)
{
    const struct camera camera = part_camera(viewer, part);
    const struct rect visible = camera_visible(&camera);
    const struct pixel_text_source source = pixel_texts(viewer);
    if (!has_values(viewer) || visible.width <= 0)
        return STATUS_OK;
    enum status status = load_part(viewer, &camera, error);
    if (!status && fill_grid(viewer, visible))
        overlay_widest_values(widest, &viewer->view, visible, &source);
    return status;
}

enum status viewer_draw_part(struct viewer *viewer, struct rect part, int target_height, int x, int y,
                             const struct overlay_widest *widest, float scale, struct error *error)
{
    const struct camera camera = part_camera(viewer, part);
    const struct rect visible = camera_visible(&camera);
    enum status status = load_part(viewer, &camera, error);
    if (status)
        return status;
    struct view view;
    memcpy(&view, &viewer->view, sizeof view);
    memcpy(&view.camera, &camera, sizeof camera);
    struct scene scene = viewer_scene(viewer);
    scene.view = &view;
    scene.whole = &viewer->view.camera;
    scene.part_x = (int)part.x;
    scene.part_y = (int)part.y;
    status = renderer_draw(viewer->renderer, &scene, target_height, x, y, error);
    if (status || !has_values(viewer) || visible.width <= 0 || !fill_grid(viewer, visible))
        return status;
    const struct pixel_text_source source = pixel_texts(viewer);
    overlay_part_values(viewer->overlay, &viewer->view, visible, &source, widest, scale);
    overlay_flush_part(viewer->overlay, (int)part.x, (int)part.y, (int)part.width, (int)part.height);
    return STATUS_OK;
}
