// SPDX-License-Identifier: MIT
// Drawing of all panes that are shown. Their heads are the panels'.
#include "session/desk.h"

enum { CROSS = 9 };

static const unsigned char LINE[4] = {58, 62, 67, 255}, TEXT_DIM[3] = {132, 137, 143},
                           CROSS_LIGHT[4] = {255, 255, 255, 255}, CROSS_DARK[4] = {0, 0, 0, 160};

static void rect_over(struct overlay *overlay, struct rect rect, const unsigned char rgba[4])
{
    overlay_rect(overlay, (float)rect.x, (float)rect.y, (float)rect.width, (float)rect.height, rgba);
}

static void draw_empty(const struct desk *desk, int index)
{
    static const char words[] = "Drop an image here";
    struct overlay *overlay = desk->common.overlay;
    const struct rect picture = desk->pictures[index];
    const float width = overlay_text_width(overlay, words, desk->scale);
    if (width > (float)picture.width)
        return;
    overlay_text(overlay, words, (float)picture.x + ((float)picture.width - width) / 2,
                 (float)picture.y + ((float)picture.height - overlay_line_height(overlay, desk->scale)) / 2,
                 desk->scale, TEXT_DIM, false);
}

// The gaps are what neither head nor picture covers: the plate under all of them.
static void draw_frames(const struct desk *desk)
{
    struct overlay *overlay = desk->common.overlay;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        const struct rect place = desk->places[i];
        if (!desk->panes[i] || place.width <= 0)
            continue;
        if (pane_is_empty(desk->panes[i]))
            draw_empty(desk, i);
        if (place.x > desk->whole.x)
            rect_over(overlay, (struct rect){place.x - 1, place.y, 1, place.height}, LINE);
        if (place.y > desk->whole.y)
            rect_over(overlay, (struct rect){place.x, place.y - 1, place.width, 1}, LINE);
    }
}

// The pixel that the mouse is on in another pane.
static void draw_twin(const struct desk *desk, const struct pane *pane)
{
    const struct desk_pointer *pointer = &desk->pointer;
    const struct camera *camera = &pane->view.camera;
    double x, y;
    if (!desk->common.workspace.links.pointer || !pointer->pane || pointer->pane == pane ||
        !pane->frame->picture)
        return;
    camera_to_screen(camera, (double)pointer->x + 0.5, (double)pointer->y + 0.5, &x, &y);
    for (int pass = 0; pass < 2; pass++) {
        const unsigned char *rgba = pass ? CROSS_LIGHT : CROSS_DARK;
        const float width = (pass ? 1.0F : 3.0F) * desk->scale, reach = CROSS * desk->scale;
        overlay_line(desk->common.overlay, (float)x - reach, (float)y, (float)x + reach, (float)y, width,
                     rgba);
        overlay_line(desk->common.overlay, (float)x, (float)y - reach, (float)x, (float)y + reach, width,
                     rgba);
    }
    overlay_flush(desk->common.overlay, camera->viewport_width, camera->viewport_height);
}

// Whether a pane is as it was when it was drawn last: its cache has it.
static bool is_same(const struct pane *pane)
{
    const struct scene scene = pane_scene(pane);
    return !pane_is_loading(pane) && render_view_is_same(pane->render_view, &scene);
}

enum status desk_draw(struct desk *desk, struct target *target, int width, int height, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 0; !status && i < LAYOUT_MAX_PANES; i++) {
        const struct rect picture = desk->pictures[i];
        struct pane *pane = desk->panes[i];
        if (!pane || picture.width <= 0 || picture.height <= 0)
            continue;
        status = pane_draw(pane, target, width, height, (int)picture.x, (int)picture.y, is_same(pane),
                           desk->scale, error);
        if (!status)
            draw_twin(desk, pane);
    }
    if (status)
        return status;
    target_viewport(desk->common.gpu, height, 0, 0, width, height);
    draw_frames(desk);
    overlay_flush(desk->common.overlay, width, height);
    return STATUS_OK;
}
