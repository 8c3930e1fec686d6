// SPDX-License-Identifier: MIT
// What lies around the picture: in the window, or in textures and on their way into it.
#include "ui/base/ui_docks.h"

#include "base/text.h"
#include "ui/base/gui_layer.h"

#include <stdlib.h>

enum { ABOVE, BELOW, LEFT, RIGHT, DOCKS };

struct dock {
    struct gui_layer *layer;
    struct target *target; // of the size of its place; NULL while that is empty, and in windows that keep
    struct rect place;     // where it was drawn last
};

struct ui_docks {
    struct dock docks[DOCKS];
    int width, height; // of the window that was drawn last
    bool window_keeps;
};

struct ui_docks *ui_docks_create(void)
{
    struct ui_docks *docks = must_alloc(sizeof *docks);
    for (int i = 0; i < DOCKS; i++)
        docks->docks[i].layer = gui_layer_create();
    return docks;
}

void ui_docks_destroy(struct ui_docks **docks)
{
    if (!*docks)
        return;
    for (int i = 0; i < DOCKS; i++) {
        gui_layer_destroy(&(*docks)->docks[i].layer);
        target_destroy(&(*docks)->docks[i].target);
    }
    free(*docks);
    *docks = NULL;
}

void ui_docks_window_keeps(struct ui_docks *docks, bool keeps)
{
    docks->window_keeps = keeps;
    for (int i = 0; i < DOCKS; i++)
        target_destroy(&docks->docks[i].target);
    ui_docks_forget(docks);
}

void ui_docks_forget(struct ui_docks *docks)
{
    for (int i = 0; i < DOCKS; i++)
        gui_layer_forget(docks->docks[i].layer);
}

static struct gui_rect gui_rect_of(struct rect rect)
{
    return (struct gui_rect){(float)rect.x, (float)rect.y, (float)rect.width, (float)rect.height};
}

static void place_docks(struct rect places[DOCKS], struct rect picture, int width, int height)
{
    const int64_t right = picture.x + picture.width, bottom = picture.y + picture.height;
    places[ABOVE] = (struct rect){0, 0, width, picture.y};
    places[BELOW] = (struct rect){0, bottom, width, height - bottom};
    places[LEFT] = (struct rect){0, picture.y, picture.x, picture.height};
    places[RIGHT] = (struct rect){right, picture.y, width - right, picture.height};
}

static bool is_empty(struct rect place)
{
    return place.width <= 0 || place.height <= 0;
}

static bool is_same(struct rect a, struct rect b)
{
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

// What is cleared shows where there is no panel, as for a moment while panels come and go.
static void clear(struct gpu *gpu)
{
    static const unsigned char behind[3] = {0x1d, 0x1f, 0x21};
    target_clear(gpu, behind);
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
    const enum status status = target_create(gpu, TEXTURE_BGRA8, width, height, &dock->target, error);
    if (status)
        return status;
    target_bind(gpu, dock->target, width, height);
    clear(gpu);
    return STATUS_OK;
}

// Draws what has changed into the target. The panels of a dock have no holes, so that nothing of what was
// there before shines through.
static void update(struct dock *dock, struct gpu *gpu, struct rect place)
{
    struct gui_rect changes[GUI_MAX_CHANGES];
    const struct gui_rect whole = gui_rect_of(place);
    const size_t count = gui_layer_changes(dock->layer, whole, changes);
    if (count == 0)
        return;
    target_bind(gpu, dock->target, (int)place.width, (int)place.height);
    gui_render_parts(whole, changes, count);
}

static enum status draw_by_targets(struct ui_docks *docks, struct gpu *gpu, struct renderer *renderer,
                                   const struct rect places[DOCKS], struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < DOCKS && !status; i++) {
        status = fit_target(&docks->docks[i], gpu, places[i], error);
        if (docks->docks[i].target)
            update(&docks->docks[i], gpu, places[i]);
    }
    target_bind(gpu, NULL, docks->width, docks->height);
    for (int i = 0; i < DOCKS && !status; i++) {
        const struct rect place = places[i];
        if (!docks->docks[i].target)
            continue;
        target_viewport(gpu, docks->height, (int)place.x, (int)place.y, (int)place.width, (int)place.height);
        status = renderer_copy(renderer, target_texture(docks->docks[i].target), error);
    }
    return status;
}

// Draws what has changed straight into the window.
static void draw_in_place(const struct ui_docks *docks, struct dock *dock, struct gpu *gpu, struct rect place)
{
    struct gui_rect changes[GUI_MAX_CHANGES];
    if (!is_same(dock->place, place)) {
        gui_layer_forget(dock->layer);
        dock->place = place;
        if (is_empty(place))
            return;
        target_clip(gpu, docks->height, (int)place.x, (int)place.y, (int)place.width, (int)place.height);
        clear(gpu);
        target_clip(gpu, docks->height, 0, 0, 0, 0);
    }
    if (is_empty(place))
        return;
    const size_t count = gui_layer_changes(dock->layer, gui_rect_of(place), changes);
    if (count > 0)
        gui_render_parts((struct gui_rect){0, 0, (float)docks->width, (float)docks->height}, changes, count);
}

// A window of another size has none of its pixels any more.
static void note_size(struct ui_docks *docks, int width, int height)
{
    if (docks->width != width || docks->height != height) {
        for (int i = 0; i < DOCKS; i++)
            docks->docks[i].place = (struct rect){0};
    }
    docks->width = width;
    docks->height = height;
}

enum status ui_docks_draw(struct ui_docks *docks, struct gpu *gpu, struct renderer *renderer,
                          struct rect picture, int width, int height, struct error *error)
{
    struct rect places[DOCKS];
    enum status status = STATUS_OK;
    place_docks(places, picture, width, height);
    note_size(docks, width, height);
    for (int i = 0; i < DOCKS && docks->window_keeps; i++)
        draw_in_place(docks, &docks->docks[i], gpu, places[i]);
    if (!docks->window_keeps)
        status = draw_by_targets(docks, gpu, renderer, places, error);
    target_viewport(gpu, height, 0, 0, width, height);
    // Panels that float over the picture are drawn as they are.
    const struct gui_rect over = gui_rect_of(picture);
    gui_render_parts((struct gui_rect){0, 0, (float)width, (float)height}, &over, 1);
    return status;
}
