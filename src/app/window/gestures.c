// SPDX-License-Identifier: MIT
// Right-drag changes contrast, middle- and left-drag pan, the wheel zooms at the cursor. In mask mode the
// left button draws, and Ctrl with the wheel sets the width of the brush.
#include "app/window/gestures.h"

#include <math.h>

static const double WHEEL_FACTOR = 1.25, CLICK_REACH = 3;

// Takes note of where the mouse is, in pixels of the window. True if it is on another pixel of an image now.
static bool place_mouse(struct host *host, double x, double y)
{
    host->mouse_on_picture = true;
    host->mouse_x = x;
    host->mouse_y = y;
    return host_find_pixel(host);
}

// The point in a pane's picture.
static void in_picture(const struct host *host, const struct pane *pane, double *x, double *y)
{
    const struct rect picture = desk_picture(host->desk, pane);
    *x -= (double)picture.x;
    *y -= (double)picture.y;
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

// A press between panes or on a head; false if it is on an image.
static bool begin_outside(struct gestures *gestures, struct host *host, const SDL_MouseButtonEvent *button,
                          double x, double y)
{
    bool head = false;
    struct pane *pane = desk_pane_at(host->desk, x, y, &head);
    const int gap = button->button == SDL_BUTTON_LEFT ? desk_gap_at(host->desk, x, y) : -1;
    gestures->button = button->button;
    if (gap >= 0) {
        gestures->drag = DRAG_GAP;
        gestures->gap = gap;
        return true;
    }
    if (pane)
        host_activate(host, pane);
    if (!head)
        return !pane;
    gestures->drag = DRAG_HEAD;
    if (button->button == SDL_BUTTON_LEFT && button->clicks == 2)
        host_run(host, "pane.alone");
    return true;
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
    if (begin_outside(gestures, host, button, x, y))
        return true;
    const bool activated = pane != host->desk->active;
    pane = host->desk->active;
    gestures->button = button->button;
    gestures->start_x = gestures->last_x = x;
    gestures->start_y = gestures->last_y = y;
    if (button->button == SDL_BUTTON_LEFT && editor_takes_mouse(host->editors.active)) {
        gestures->drag = DRAG_TOOL;
        in_picture(host, pane, &x, &y);
        return editor_press(host->editors.active, x, y, gestures->ctrl, gestures->shift,
                            button->clicks >= 2) ||
               activated;
    }
    gestures->moved = false;
    gestures->drag = button->button == SDL_BUTTON_RIGHT ? DRAG_CONTRAST : DRAG_PAN;
    gestures->start_limits = pane->view.contrast.limits;
    return activated;
}

// In mask mode the tool follows the mouse over the active pane.
static bool move_tool(const struct gestures *gestures, struct host *host, double x, double y)
{
    if ((gestures->drag != DRAG_TOOL && gestures->drag != DRAG_NONE) ||
        !editor_takes_mouse(host->editors.active))
        return false;
    in_picture(host, host->desk->active, &x, &y);
    return editor_move(host->editors.active, x, y, gestures->shift);
}

// With the right button within CLICK_REACH of its press nothing is changed yet: it may be a click.
static bool move(struct gestures *gestures, struct host *host, double x, double y)
{
    struct pane *pane = host->desk->active;
    const struct camera *camera = &pane->view.camera;
    const bool drawn = move_tool(gestures, host, x, y);
    if (gestures->drag == DRAG_PAN || gestures->panning)
        camera_pan(&pane->view.camera, x - gestures->last_x, y - gestures->last_y);
    gestures->moved |= hypot(x - gestures->start_x, y - gestures->start_y) > CLICK_REACH;
    if (gestures->drag == DRAG_CONTRAST && gestures->moved)
        contrast_drag(&pane->view.contrast, &gestures->start_limits,
                      (x - gestures->start_x) / camera->viewport_width,
                      (y - gestures->start_y) / camera->viewport_height);
    if (gestures->drag == DRAG_GAP)
        desk_move_gap(host->desk, gestures->gap, x, y);
    gestures->last_x = x;
    gestures->last_y = y;
    return drawn || gestures->panning || gestures->drag == DRAG_PAN || gestures->drag == DRAG_CONTRAST ||
           gestures->drag == DRAG_GAP;
}

// A head that is let go over another pane changes places with it.
static bool drop_head(struct host *host, double x, double y)
{
    bool head = false;
    struct pane *other = desk_pane_at(host->desk, x, y, &head);
    if (!other || other == host->desk->active)
        return false;
    desk_swap(host->desk, host->desk->active, other);
    return true;
}

static bool end(struct gestures *gestures, struct host *host, const SDL_MouseButtonEvent *button, double x,
                double y)
{
    bool drawn = false;
    if (button->button == SDL_BUTTON_MIDDLE)
        gestures->panning = false;
    if (button->button != gestures->button)
        return false;
    if (gestures->drag == DRAG_HEAD)
        drawn = drop_head(host, x, y);
    if (gestures->drag == DRAG_TOOL) {
        in_picture(host, host->desk->active, &x, &y);
        drawn = editor_release(host->editors.active, x, y);
    }
    if (gestures->drag == DRAG_CONTRAST && !gestures->moved) {
        place_mouse(host, x, y);
        host_run(host, "panel.context");
        drawn = true;
    }
    gestures->drag = DRAG_NONE;
    gestures->panning = false;
    return drawn;
}

// The wheel acts on the image under the mouse.
static bool turn_wheel(const struct gestures *gestures, struct host *host, const SDL_MouseWheelEvent *wheel,
                       double x, double y)
{
    bool head = false;
    struct pane *pane = desk_pane_at(host->desk, x, y, &head);
    const double notches = wheel->preciseY != 0 ? (double)wheel->preciseY : wheel->y;
    if (!pane || head)
        return false;
    if (pane->common->workspace.links.view) // the others follow the active one
        host_activate(host, pane);
    if (pane->common->workspace.masking.on && gestures->ctrl) {
        host_run(host, notches > 0 ? "mask.brush larger" : "mask.brush smaller");
        return true;
    }
    double inner_x = x, inner_y = y;
    in_picture(host, pane, &inner_x, &inner_y);
    camera_zoom_at(&pane->view.camera, pow(WHEEL_FACTOR, notches), inner_x, inner_y);
    if (pane == host->desk->active) // where the zoom has an end the point under the mouse may move
        move_tool(gestures, host, x, y);
    place_mouse(host, x, y);
    return true;
}

bool gestures_event(struct gestures *gestures, struct host *host, const SDL_Event *event, double density)
{
    if (event->type == SDL_MOUSEMOTION) {
        const double x = event->motion.x * density, y = event->motion.y * density;
        const bool moved = move(gestures, host, x, y);
        return place_mouse(host, x, y) || moved;
    }
    if (event->type == SDL_MOUSEBUTTONDOWN)
        return begin(gestures, host, &event->button, event->button.x * density, event->button.y * density);
    if (event->type == SDL_MOUSEBUTTONUP)
        return end(gestures, host, &event->button, event->button.x * density, event->button.y * density);
    if (event->type == SDL_MOUSEWHEEL && event->wheel.y != 0)
        return turn_wheel(gestures, host, &event->wheel, event->wheel.mouseX * density,
                          event->wheel.mouseY * density);
    return false;
}
