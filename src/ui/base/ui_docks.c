// SPDX-License-Identifier: MIT
// What lies around the pictures: in the window, or in textures and on their way into it.
#include "ui/base/ui_docks.h"

#include "base/text.h"
#include "ui/base/gui_layer.h"

#include <stdlib.h>

struct dock {
    struct gui_layer *layer;
    struct target *target; // of the size of its place; NULL while that is empty, and in windows that keep
    struct rect place;     // where it was drawn last,
    uint32_t ground;       // on that
};

struct ui_docks {
    struct dock docks[UI_MAX_DOCKS];
    int width, height; // of the window that was drawn last
    bool window_keeps;
};

struct ui_docks *ui_docks_create(void)
{
    struct ui_docks *docks = must_alloc(sizeof *docks);
    for (int i = 0; i < UI_MAX_DOCKS; i++)
        docks->docks[i].layer = gui_layer_create();
    return docks;
}

void ui_docks_destroy(struct ui_docks **docks)
{
    if (!*docks)
        return;
    for (int i = 0; i < UI_MAX_DOCKS; i++) {
        gui_layer_destroy(&(*docks)->docks[i].layer);
        target_destroy(&(*docks)->docks[i].target);
    }
    free(*docks);
    *docks = NULL;
}

void ui_docks_window_keeps(struct ui_docks *docks, bool keeps)
{
    docks->window_keeps = keeps;
    for (int i = 0; i < UI_MAX_DOCKS; i++)
        target_destroy(&docks->docks[i].target);
    ui_docks_forget(docks);
}

void ui_docks_forget(struct ui_docks *docks)
{
    for (int i = 0; i < UI_MAX_DOCKS; i++)
        gui_layer_forget(docks->docks[i].layer);
}

static struct gui_rect gui_rect_of(struct rect rect)
{
    return (struct gui_rect){(float)rect.x, (float)rect.y, (float)rect.width, (float)rect.height};
}

static bool is_empty(struct rect place)
{
    return place.width <= 0 || place.height <= 0;
}

static bool is_same(struct rect a, struct rect b)
{
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

static void clear(struct gpu *gpu, uint32_t ground)
{
    const unsigned char rgb[3] = {(unsigned char)(ground >> 24), (unsigned char)(ground >> 16),
                                  (unsigned char)(ground >> 8)};
    target_clear(gpu, rgb);
}

// Lays the ground under parts of a window or target that is `height` high and begins at `origin`.
static void clear_parts(struct gpu *gpu, uint32_t ground, const struct gui_rect *parts, size_t count,
                        struct rect origin, int height)
{
    for (size_t i = 0; i < count; i++) {
        target_clip(gpu, height, (int)parts[i].x - (int)origin.x, (int)parts[i].y - (int)origin.y,
                    (int)parts[i].width, (int)parts[i].height);
        clear(gpu, ground);
    }
    target_clip(gpu, height, 0, 0, 0, 0);
}

// On another ground, all is drawn anew.
static void note_ground(struct dock *dock, uint32_t ground)
{
    if (dock->ground != ground)
        gui_layer_forget(dock->layer);
    dock->ground = ground;
}

// Makes the target fit its place.
static enum status fit_target(struct dock *dock, struct gpu *gpu, struct rect place, struct error *error)
{
    const struct texture *texture = dock->target ? target_texture(dock->target) : NULL;
    if (texture && texture_width(texture) == place.width && texture_height(texture) == place.height)
        return STATUS_OK;
    target_destroy(&dock->target);
    gui_layer_forget(dock->layer);
    if (is_empty(place))
        return STATUS_OK;
    const int width = (int)place.width, height = (int)place.height;
    return target_create(gpu, TEXTURE_BGRA8, width, height, &dock->target, error);
}

// Draws what has changed into the target.
static void update(struct dock *dock, struct gpu *gpu, struct rect place)
{
    struct gui_rect changes[GUI_MAX_CHANGES];
    const struct gui_rect whole = gui_rect_of(place);
    const size_t count = gui_layer_changes(dock->layer, whole, changes);
    if (count == 0)
        return;
    target_bind(gpu, dock->target, (int)place.width, (int)place.height);
    clear_parts(gpu, dock->ground, changes, count, place, (int)place.height);
    gui_render_parts(whole, changes, count);
}

static enum status draw_by_targets(struct ui_docks *docks, struct gpu *gpu, struct renderer *renderer,
                                   const struct ui_scene *scene, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < UI_MAX_DOCKS && !status; i++) {
        struct dock *dock = &docks->docks[i];
        note_ground(dock, scene->docks[i].ground);
        status = fit_target(dock, gpu, scene->docks[i].place, error);
        if (dock->target)
            update(dock, gpu, scene->docks[i].place);
    }
    target_bind(gpu, NULL, docks->width, docks->height);
    for (int i = 0; i < UI_MAX_DOCKS && !status; i++) {
        const struct rect place = scene->docks[i].place;
        if (!docks->docks[i].target)
            continue;
        target_viewport(gpu, docks->height, (int)place.x, (int)place.y, (int)place.width, (int)place.height);
        status = renderer_copy(renderer, target_texture(docks->docks[i].target), error);
    }
    return status;
}

// Draws what has changed straight into the window.
static void draw_in_place(const struct ui_docks *docks, struct dock *dock, struct gpu *gpu,
                          const struct ui_dock *wanted)
{
    struct gui_rect changes[GUI_MAX_CHANGES];
    note_ground(dock, wanted->ground);
    if (!is_same(dock->place, wanted->place))
        gui_layer_forget(dock->layer);
    dock->place = wanted->place;
    if (is_empty(wanted->place))
        return;
    const size_t count = gui_layer_changes(dock->layer, gui_rect_of(wanted->place), changes);
    clear_parts(gpu, wanted->ground, changes, count, (struct rect){0}, docks->height);
    if (count > 0)
        gui_render_parts((struct gui_rect){0, 0, (float)docks->width, (float)docks->height}, changes, count);
}

// A window of another size has none of its pixels any more.
static void note_size(struct ui_docks *docks, int width, int height)
{
    if (docks->width != width || docks->height != height) {
        for (int i = 0; i < UI_MAX_DOCKS; i++)
            docks->docks[i].place = (struct rect){0};
    }
    docks->width = width;
    docks->height = height;
}

// What lies over the pictures is drawn as it is, every time.
static void draw_over(const struct ui_docks *docks, struct gpu *gpu, const struct ui_scene *scene)
{
    struct gui_rect over[UI_MAX_PICTURES + 1];
    size_t count = 0;
    for (size_t i = 0; i < scene->picture_count; i++)
        over[count++] = gui_rect_of(scene->pictures[i]);
    if (!is_empty(scene->drawer.place)) {
        const struct gui_rect drawer = gui_rect_of(scene->drawer.place);
        clear_parts(gpu, scene->drawer.ground, &drawer, 1, (struct rect){0}, docks->height);
        over[0] = gui_rect_of(scene->panes); // the drawer may cover heads
        count = 1;
    }
    gui_render_parts((struct gui_rect){0, 0, (float)docks->width, (float)docks->height}, over, count);
}

enum status ui_docks_draw(struct ui_docks *docks, struct gpu *gpu, struct renderer *renderer,
                          const struct ui_scene *scene, int width, int height, struct error *error)
{
    enum status status = STATUS_OK;
    note_size(docks, width, height);
    for (int i = 0; i < UI_MAX_DOCKS && docks->window_keeps; i++)
        draw_in_place(docks, &docks->docks[i], gpu, &scene->docks[i]);
    if (!docks->window_keeps)
        status = draw_by_targets(docks, gpu, renderer, scene, error);
    target_viewport(gpu, height, 0, 0, width, height);
    draw_over(docks, gpu, scene);
    return status;
}
