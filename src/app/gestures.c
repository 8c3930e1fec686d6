// SPDX-License-Identifier: MIT
// Right-drag changes contrast, middle- and left-drag pan, the wheel zooms at the cursor. In mask mode the
// left button draws, and Ctrl with the wheel sets the width of the brush.
#include "app/gestures.h"

#include <math.h>

static const double WHEEL_FACTOR = 1.25;

// Takes note of where the mouse is, in pixels of the picture's area. True if it is on another pixel now.
static bool place_mouse(struct host *host, double x, double y)
{
    host->mouse_on_picture = true;
    host->mouse_x = x + host->area_x;
    host->mouse_y = y + host->area_y;
    return host_find_pixel(host);
}

void gestures_note_key(struct gestures *gestures, const SDL_Event *event)
{
    if (event->type != SDL_KEYDOWN && event->type != SDL_KEYUP)
        return;
    const SDL_Keycode code = event->key.keysym.sym;
    const bool down = event->type == SDL_KEYDOWN;
    if (code == SDLK_LCTRL || code == SDLK_RCTRL)
        gestures->ctrl = down;
    if (code == SDLK_LSHIFT || code == SDLK_RSHIFT)
        gestures->shift = down;
}

static bool begin(struct gestures *gestures, struct host *host, const SDL_MouseButtonEvent *button, double x,
                  double y)
{
    const struct pane *pane = host->desk->active;
    if (gestures->drag == DRAG_TOOL && button->button == SDL_BUTTON_MIDDLE) {
        gestures->panning = true;
        gestures->last_x = x;
        gestures->last_y = y;
    }
    if (gestures->drag != DRAG_NONE)
        return false;
    if (button->button == SDL_BUTTON_LEFT && editor_takes_mouse(host->editor)) {
        gestures->drag = DRAG_TOOL;
        gestures->button = button->button;
        return editor_press(host->editor, x, y, gestures->ctrl, gestures->shift, button->clicks >= 2);
    }
    gestures->drag = button->button == SDL_BUTTON_RIGHT ? DRAG_CONTRAST : DRAG_PAN;
    gestures->button = button->button;
    gestures->start_x = gestures->last_x = x;
    gestures->start_y = gestures->last_y = y;
    gestures->start_limits = pane->view.contrast.limits;
    return false;
}

static bool move(struct gestures *gestures, struct host *host, double x, double y)
{
    struct pane *pane = host->desk->active;
    const struct camera *camera = &pane->view.camera;
    bool drawn = false;
    if (gestures->drag == DRAG_PAN || gestures->panning)
        camera_pan(&pane->view.camera, x - gestures->last_x, y - gestures->last_y);
    if ((gestures->drag == DRAG_TOOL || gestures->drag == DRAG_NONE) && editor_takes_mouse(host->editor))
        drawn = editor_move(host->editor, x, y, gestures->shift);
    if (gestures->drag == DRAG_CONTRAST)
        contrast_drag(&pane->view.contrast, &gestures->start_limits,
                      (x - gestures->start_x) / camera->viewport_width,
                      (y - gestures->start_y) / camera->viewport_height);
    gestures->last_x = x;
    gestures->last_y = y;
    return drawn || gestures->panning || gestures->drag == DRAG_PAN || gestures->drag == DRAG_CONTRAST;
}

static bool end(struct gestures *gestures, struct host *host, const SDL_MouseButtonEvent *button, double x,
                double y)
{
    if (button->button == SDL_BUTTON_MIDDLE)
        gestures->panning = false;
    if (button->button != gestures->button)
        return false;
    const bool drawn = gestures->drag == DRAG_TOOL && editor_release(host->editor, x, y);
    gestures->drag = DRAG_NONE;
    gestures->panning = false;
    return drawn;
}

bool gestures_event(struct gestures *gestures, struct host *host, const SDL_Event *event, int area_x,
                    int area_y, double density)
{
    struct pane *pane = host->desk->active;
    host->area_x = area_x;
    host->area_y = area_y;
    if (event->type == SDL_MOUSEMOTION) {
        const double x = event->motion.x * density - area_x, y = event->motion.y * density - area_y;
        const bool moved = move(gestures, host, x, y);
        return place_mouse(host, x, y) || moved;
    }
    if (event->type == SDL_MOUSEBUTTONDOWN) {
        return begin(gestures, host, &event->button, event->button.x * density - area_x,
                     event->button.y * density - area_y);
    }
    if (event->type == SDL_MOUSEBUTTONUP)
        return end(gestures, host, &event->button, event->button.x * density - area_x,
                   event->button.y * density - area_y);
    if (event->type == SDL_MOUSEWHEEL && event->wheel.y != 0) {
        const double x = event->wheel.mouseX * density - area_x, y = event->wheel.mouseY * density - area_y;
        const double notches = event->wheel.preciseY != 0 ? (double)event->wheel.preciseY : event->wheel.y;
        if (pane->common->workspace.masking.on && gestures->ctrl) {
            host_run(host, notches > 0 ? "mask.brush larger" : "mask.brush smaller");
            return true;
        }
        camera_zoom_at(&pane->view.camera, pow(WHEEL_FACTOR, notches), x, y);
        if (editor_takes_mouse(host->editor)) // where the zoom has an end the point under the mouse may move
            editor_move(host->editor, x, y, gestures->shift);
        place_mouse(host, x, y);
        return true;
    }
    return false;
}
