// SPDX-License-Identifier: MIT
// What is seen of the loaded image: values of pixels, and drawing of picture and overlays.
#include "session/pane.h"

#include "base/file.h"
#include "base/size.h"
#include "image/sentinel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- values ---

// Fills the frame's grid, and waits for the file where no event loop draws again what it answers later.
static bool fill_grid(struct pane *pane, struct rect rect)
{
    const bool known = frame_fill_grid(pane->frame, rect, &pane->grid);
    if (pane->grid.final || pane->common->paced)
        return known;
    inquiry_wait(pane->frame->inquiry, pane->common->cancel);
    return frame_fill_grid(pane->frame, rect, &pane->grid);
}

bool pane_value(struct pane *pane, int64_t x, int64_t y, char *text, size_t size, double *value)
{
    if (!pane->frame->picture || x < 0 || y < 0 || x >= pane->frame->info.width ||
        y >= pane->frame->info.height || !picture_is_loaded(pane->frame->picture, y))
        return false;
    const struct frame_grid *grid = &pane->grid;
    const char *sample = frame_grid_sample(pane->frame, grid, x, y);
    const bool single = grid->rect.width == 1 && grid->rect.height == 1;
    if ((!sample || (single && !grid->final)) && fill_grid(pane, (struct rect){x, y, 1, 1}))
        sample = frame_grid_sample(pane->frame, grid, x, y);
    if (!sample)
        return false;
    *value = sample_value(pane->grid.type, sample);
    char exact[32];
    snprintf(text, size, "%s%s", pane->grid.exact ? "" : "~",
             sample_format(pane->grid.type, sample, exact, sizeof exact));
    return true;
}

const char *pane_pixel_kind(const struct pane *pane, int64_t x, int64_t y, double value, char *buffer,
                            size_t size)
{
    const struct limits *limits = &pane->view.contrast.limits;
    const uint8_t bits = pane->frame->mask.seen ? mask_at(pane->frame->mask.seen, x, y) : 0;
    sentinel_describe(&pane->frame->info, bits, value, buffer, size);
    if (buffer[0])
        return buffer;
    if (isfinite(value))
        snprintf(buffer, size, "%s", value < limits->low ? "under" : value > limits->high ? "over" : "");
    else
        snprintf(buffer, size, "%s", isnan(value) ? "not a number" : "infinite");
    return buffer;
}

// --- drawing ---

struct scene pane_scene(const struct pane *pane)
{
    return (struct scene){.picture = pane->frame->picture,
                          .view = &pane->view,
                          .colormap = pane->colormap,
                          .histogram = pane->frame->histogram,
                          .histogram_serial = pane->frame->serial};
}

static bool pixel_text(void *context, int64_t x, int64_t y, char *text, size_t size)
{
    double value;
    return pane_value(context, x, y, text, size, &value);
}

static void pixel_colour(void *context, int64_t x, int64_t y, unsigned char rgb[3])
{
    struct pane *pane = context;
    char text[32];
    double value = 0;
    pane_value(pane, x, y, text, sizeof text, &value);
    render_view_colour_of(pane->render_view, value, rgb);
    const uint8_t bits =
        pane->frame->mask.seen && pane->view.display.mask_visible ? mask_at(pane->frame->mask.seen, x, y) : 0;
    float tint[4];
    display_mask_tint(&pane->view.display, bits, MASK_PART_AREA, tint);
    for (int i = 0; i < 3; i++)
        rgb[i] = (unsigned char)((float)rgb[i] * (1 - tint[3]) + tint[i] * 255);
}

static struct pixel_text_source pixel_texts(struct pane *pane)
{
    return (struct pixel_text_source){pane, pixel_text, pixel_colour};
}

static bool has_values(const struct pane *pane)
{
    return pane->view.overlays.pixel_values && pane->view.camera.zoom >= CAMERA_VALUES_ZOOM &&
           pane->frame->picture && picture_is_complete(pane->frame->picture);
}

struct colour_bar pane_colour_bar(const struct pane *pane)
{
    return (struct colour_bar){.view = &pane->view,
                               .colormap = pane->colormap,
                               .histogram = pane->frame->histogram,
                               .unit = pane->frame->info.unit};
}

static void draw_overlays(struct pane *pane, float scale)
{
    const struct view *view = &pane->view;
    const struct camera *camera = &view->camera;
    if (has_values(pane)) {
        const struct rect visible = camera_visible(camera);
        const struct pixel_text_source source = pixel_texts(pane);
        if (visible.width > 0 && visible.height > 0 && fill_grid(pane, visible))
            overlay_pixel_values(pane->common->overlay, view, &source, scale);
    }
    if (view->overlays.colour_bar && !pane->common->bars_beside && pane->frame->picture) {
        const struct colour_bar bar = pane_colour_bar(pane);
        overlay_colour_bar(pane->common->overlay, &bar, 0, 0, camera->viewport_width, camera->viewport_height,
                           scale);
    }
}

enum status pane_draw(struct pane *pane, struct target *target, int target_width, int target_height, int x,
                      int y, bool cached, float scale, struct error *error)
{
    const struct scene scene = pane_scene(pane);
    enum status status =
        cached ? renderer_draw_cached(pane->common->renderer, pane->render_view, &scene, target, target_width,
                                      target_height, x, y, error)
               : renderer_draw(pane->common->renderer, pane->render_view, &scene, target_height, x, y, error);
    if (status)
        return status;
    draw_overlays(pane, scale);
    overlay_flush(pane->common->overlay, pane->view.camera.viewport_width, pane->view.camera.viewport_height);
    return STATUS_OK;
}

void pane_append_title(const struct pane *pane, struct text *title)
{
    if (pane_is_empty(pane))
        return;
    const char *name = path_title(pane_coming_name(pane));
    text_safe(title, name, strlen(name));
    if (!pane->opening)
        pane_append_frame(pane, title);
}

void pane_append_frame(const struct pane *pane, struct text *title)
{
    const int64_t frames = source_frames(pane->document->source, pane->position.item);
    char number[56];
    if (frames > 1)
        text_printf(title, "  %s", format_frame(pane->position.frame, frames, number, sizeof number));
}

// --- drawings in parts ---

static struct camera part_camera(const struct pane *pane, struct rect part)
{
    return camera_part(&pane->view.camera, (int)part.x, (int)part.y, (int)part.width, (int)part.height);
}

int64_t pane_part_need(const struct pane *pane, struct rect part)
{
    const struct camera camera = part_camera(pane, part);
    const int level = camera_level(&camera, pane->frame->picture->level_count - 1);
    return picture_cache_need(pane->frame->picture, level, camera_visible(&camera));
}

// Waits for the tiles that a part needs.
static enum status load_part(struct pane *pane, const struct camera *camera, struct error *error)
{
    struct camera whole;
    struct picture_request missing;
    memcpy(&whole, &pane->view.camera, sizeof whole);
    memcpy(&pane->view.camera, camera, sizeof *camera);
    frame_look_away(pane->frame, NULL); // the part may take all of the cache
    enum status status = pane_load_all(pane, error);
    memcpy(&pane->view.camera, &whole, sizeof whole);
    if (status || !pane->frame->picture)
        return status;
    const struct picture_sight sight = {camera_level(camera, pane->frame->picture->level_count - 1),
                                        camera_visible(camera)};
    if (picture_missing(pane->frame->picture, &sight, 1, &missing, 1) == 0)
        return STATUS_OK;
    const struct message *fault = messages_fault(&pane->common->messages);
    return error_set(error, STATUS_BROKEN, "%s",
                     fault ? message_text(fault) : "a part of the image cannot be read");
}

enum status pane_measure_part(struct pane *pane, struct rect part, struct overlay_widest *widest,
                              struct error *error)
{
    const struct camera camera = part_camera(pane, part);
    const struct rect visible = camera_visible(&camera);
    const struct pixel_text_source source = pixel_texts(pane);
    if (!has_values(pane) || visible.width <= 0)
        return STATUS_OK;
    enum status status = load_part(pane, &camera, error);
    if (!status && fill_grid(pane, visible))
        overlay_widest_values(widest, &pane->view, visible, &source);
    return status;
}

enum status pane_draw_part(struct pane *pane, struct rect part, int target_height, int x, int y,
                           const struct overlay_widest *widest, float scale, struct error *error)
{
    const struct camera camera = part_camera(pane, part);
    const struct rect visible = camera_visible(&camera);
    enum status status = load_part(pane, &camera, error);
    if (status)
        return status;
    struct view view;
    memcpy(&view, &pane->view, sizeof view);
    memcpy(&view.camera, &camera, sizeof camera);
    struct scene scene = pane_scene(pane);
    scene.view = &view;
    scene.whole = &pane->view.camera;
    scene.part_x = (int)part.x;
    scene.part_y = (int)part.y;
    status = renderer_draw(pane->common->renderer, pane->render_view, &scene, target_height, x, y, error);
    if (status || !has_values(pane) || visible.width <= 0 || !fill_grid(pane, visible))
        return status;
    const struct pixel_text_source source = pixel_texts(pane);
    overlay_part_values(pane->common->overlay, &pane->view, visible, &source, widest, scale);
    overlay_flush_part(pane->common->overlay, (int)part.x, (int)part.y, (int)part.width, (int)part.height);
    return STATUS_OK;
}
