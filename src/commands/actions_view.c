// SPDX-License-Identifier: MIT
// Commands that change which part of the image is seen, and which way up.
#include "commands/actions.h"

#include "view/interface_scale.h"

#include <math.h>

// What the zoom steps to: whole multiples, at which pixels are even squares, and their inverses.
static const double zoom_steps[] = {1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256};
enum { ZOOM_STEPS = sizeof zoom_steps / sizeof zoom_steps[0] };

// A page of panning leaves a tenth of what was seen in view.
static const double page_share = 0.9;

// The next step above `zoom` >= 1.
static double step_above(double zoom)
{
    for (int i = 0; i < ZOOM_STEPS; i++) {
        if (zoom_steps[i] > zoom * 1.0001)
            return zoom_steps[i];
    }
    return CAMERA_MAX_ZOOM;
}

// The next step below `zoom` > 1.
static double step_below(double zoom)
{
    for (int i = ZOOM_STEPS - 1; i > 0; i--) {
        if (zoom_steps[i] < zoom * 0.9999)
            return zoom_steps[i];
    }
    return 1;
}

static double zoom_stepped(double zoom, bool in)
{
    // Below 1 the steps are the inverses; beyond the table's end a fixed ratio.
    if (zoom * 256 < 1)
        return in ? zoom * 1.5 : zoom / 1.5;
    if (in)
        return zoom * 1.0001 >= 1 ? step_above(zoom) : 1 / step_below(1 / zoom);
    return zoom <= 1.0001 ? 1 / step_above(1 / zoom) : step_below(zoom);
}

// Zooms about the mouse where a key asks for it, else about the middle.
static void set_zoom(struct command_host *host, double zoom)
{
    struct camera *camera = &host->view->camera;
    double x, y;
    if (command_image(host)->zoom_place && command_image(host)->zoom_place(host->app, &x, &y))
        camera_zoom_at(camera, zoom / camera->zoom, x, y);
    else
        camera_set_zoom(camera, zoom);
}

ACTION(action_view_fit)
{
    (void)args;
    (void)error;
    camera_fit(&host->view->camera);
    return STATUS_OK;
}

TICK(tick_view_fit)
{
    (void)args;
    return host->view->camera.fit;
}

ACTION(action_view_fill)
{
    (void)args;
    (void)error;
    camera_fill(&host->view->camera);
    return STATUS_OK;
}

ACTION(action_view_actual)
{
    (void)args;
    (void)error;
    set_zoom(host, 1);
    return STATUS_OK;
}

TICK(tick_view_actual)
{
    (void)args;
    return fabs(host->view->camera.zoom - 1) < 1e-9;
}

ACTION(action_view_zoom_in)
{
    (void)args;
    (void)error;
    set_zoom(host, zoom_stepped(host->view->camera.zoom, true));
    return STATUS_OK;
}

ACTION(action_view_zoom_out)
{
    (void)args;
    (void)error;
    set_zoom(host, zoom_stepped(host->view->camera.zoom, false));
    return STATUS_OK;
}

ACTION(action_view_zoom)
{
    (void)error;
    enum { ZOOM_IN, ZOOM_OUT, ZOOM_FIT };
    struct camera *camera = &host->view->camera;
    const int word = args->values[0].choice;
    if (word == ZOOM_FIT)
        camera_fit(camera);
    else if (word == ZOOM_IN || word == ZOOM_OUT)
        set_zoom(host, zoom_stepped(camera->zoom, word == ZOOM_IN));
    else
        set_zoom(host, args->values[0].number);
    return STATUS_OK;
}

ACTION(action_view_pan)
{
    (void)error;
    struct camera *camera = &host->view->camera;
    // A step that is too small to be seen would look like a dead key.
    double pixel = camera->zoom > 1 ? camera->zoom : 1;
    camera_pan(camera, -args->values[0].number * pixel, -args->values[1].number * pixel);
    return STATUS_OK;
}

ACTION(action_view_pan_page)
{
    (void)error;
    struct camera *camera = &host->view->camera;
    camera_pan(camera, -args->values[0].number * page_share * camera->viewport_width,
               -args->values[1].number * page_share * camera->viewport_height);
    return STATUS_OK;
}

ACTION(action_view_center)
{
    (void)error;
    camera_look_at(&host->view->camera, args->values[0].number, args->values[1].number);
    return STATUS_OK;
}

ACTION(action_view_rotate)
{
    (void)error;
    camera_rotate(&host->view->camera, args->values[0].choice == 0 ? 3 : 1);
    return STATUS_OK;
}

ACTION(action_view_flip)
{
    (void)error;
    camera_flip(&host->view->camera, args->values[0].choice == 0);
    return STATUS_OK;
}

ACTION(action_view_origin)
{
    (void)error;
    enum { ORIGIN_UPPER, ORIGIN_LOWER, ORIGIN_TOGGLE };
    struct camera *camera = &host->view->camera;
    const int choice = action_choice(args, 0, ORIGIN_TOGGLE);
    camera->origin_chosen = true;
    camera->origin_lower = choice == ORIGIN_TOGGLE ? !camera->origin_lower : choice == ORIGIN_LOWER;
    return STATUS_OK;
}

TICK(tick_view_origin)
{
    return args->count && host->view->camera.origin_lower == (args->values[0].choice == 1);
}

ACTION(action_view_upright)
{
    (void)args;
    (void)error;
    camera_upright(&host->view->camera);
    return STATUS_OK;
}

ACTION(action_view_reduce)
{
    enum { CHOICE_MEAN, CHOICE_MAX, CHOICE_TOGGLE };
    struct display *display = &host->view->display;
    const int choice = action_choice(args, 0, CHOICE_TOGGLE);
    bool max = choice == CHOICE_TOGGLE ? display->reduce == REDUCE_MEAN : choice == CHOICE_MAX;
    enum reduce_mode mode = max ? REDUCE_MAX : REDUCE_MEAN;
    if (mode == display->reduce)
        return STATUS_OK;
    display->reduce = mode;
    return command_image(host)->reduce_changed ? command_image(host)->reduce_changed(host->app, error)
                                               : STATUS_OK;
}

TICK(tick_view_reduce)
{
    return args->count && (host->view->display.reduce == REDUCE_MAX) == (args->values[0].choice == 1);
}

ACTION(action_view_smooth)
{
    (void)error;
    action_set_flag(&host->view->display.smooth, args, 0);
    return STATUS_OK;
}

TICK(tick_view_smooth)
{
    (void)args;
    return host->view->display.smooth;
}

// The words of its argument.
enum { SCALE_AUTO, SCALE_LARGER, SCALE_SMALLER };

ACTION(action_interface_scale)
{
    (void)error;
    struct view_scale *scale = &host->workspace->scale;
    const struct argument_value *wanted = &args->values[0];
    if (wanted->choice == SCALE_AUTO)
        scale->asked = 0;
    else if (wanted->choice >= 0)
        scale->asked = interface_scale_step(scale->now, wanted->choice == SCALE_LARGER ? 1 : -1);
    else
        scale->asked = interface_scale(wanted->number, &(struct scale_hints){0});
    host->panels_changed = true;
    return STATUS_OK;
}

TICK(tick_interface_scale)
{
    const double asked = host->workspace->scale.asked;
    if (args->count == 0)
        return false;
    return args->values[0].choice == SCALE_AUTO
               ? asked <= 0
               : args->values[0].choice < 0 && asked == args->values[0].number;
}

ACTION(action_interface_theme)
{
    (void)error;
    enum interface_theme *theme = &host->workspace->theme;
    const int choice = action_choice(args, 0, THEME_COUNT);
    *theme = choice < THEME_COUNT   ? (enum interface_theme)choice
             : *theme == THEME_DARK ? THEME_LIGHT
                                    : THEME_DARK;
    host->panels_changed = true;
    return STATUS_OK;
}

TICK(tick_interface_theme)
{
    return args->count > 0 && args->values[0].choice == (int)host->workspace->theme;
}

ACTION(action_view_fullscreen)
{
    if (!command_window(host)->set_fullscreen)
        return action_not_possible(error);
    action_set_flag(&action_panels(host)->fullscreen, args, 0);
    command_window(host)->set_fullscreen(host->app, host->workspace->panels.fullscreen);
    return STATUS_OK;
}

// A switch of a field of the view, which needs no other layout of the panels.
#define OVERLAY_SWITCH(field)                                                                                \
    ACTION(action_view_##field)                                                                              \
    {                                                                                                        \
        (void)error;                                                                                         \
        action_set_flag(&host->view->overlays.field, args, 0);                                               \
        return STATUS_OK;                                                                                    \
    }                                                                                                        \
    TICK(tick_view_##field)                                                                                  \
    {                                                                                                        \
        (void)args;                                                                                          \
        return host->view->overlays.field;                                                                   \
    }

OVERLAY_SWITCH(colour_bar)
OVERLAY_SWITCH(pixel_values)
#undef OVERLAY_SWITCH

ACTION(action_view_interface)
{
    (void)error;
    action_set_flag(&action_panels(host)->interface, args, 0);
    return STATUS_OK;
}

TICK(tick_view_interface)
{
    (void)args;
    return host->workspace->panels.interface;
}

TICK(tick_view_fullscreen)
{
    (void)args;
    return host->workspace->panels.fullscreen;
}
