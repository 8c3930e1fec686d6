// SPDX-License-Identifier: MIT
// An SDL window with an OpenGL 3.3 core context.
#ifndef FOVEA_APP_WINDOW_H
#define FOVEA_APP_WINDOW_H

#include "gpu/gpu.h"
#include "view/interface_scale.h"

#include <SDL.h>
#include <stdbool.h>

struct window {
    SDL_Window *handle;
    SDL_GLContext context;
    SDL_atomic_t wake_event; // type of the event that window_wake pushes; 0 while there is no window
    SDL_atomic_t wake_pending;
    struct scale_hints hints; // of the desktop, without `drawable`
    double asked_scale;       // of the interface, by the user; 0: FOVEA_SCALE, else the hints
};

// True if there is a display to open a window on (X11 or Wayland).
bool window_has_display(void);

// Zero-initialise `window` before anything may call window_wake. Starts the window system, which takes a
// while. STATUS_NO_GL if it cannot be had.
enum status window_start(struct window *window, struct error *error);
// Opens a window of width x height of the system's own units, no depth, stencil or multisampling; swap
// interval 0 on software renderers (set by window_pace once that is known). STATUS_NO_GL if it cannot be had.
enum status window_open(struct window *window, const char *title, int width, int height, struct error *error);
// Makes a size no larger than the largest screen.
void window_limit(int *width, int *height);
// Another size, or the whole screen, once it is open.
void window_place(const struct window *window, int width, int height, bool maximized);
bool window_is_maximized(const struct window *window);
void window_close(struct window *window);
// Tells the window manager only if it is another one.
void window_set_title(const struct window *window, const char *title);
// Waits for the vertical blank only on hardware.
void window_pace(bool software);

// Whether the window, as long as its size stays, has after each swap the pixels that it had before. It is
// tried, by a swap, where it may be so: Mesa's software renderers copy their only buffer to an X server.
// Others change buffers, or keep nothing.
bool window_keeps_pixels(const struct window *window, struct gpu *gpu);

// Wakes the event loop from any thread: context is a struct window. Wakes that are not yet handled are not
// repeated.
void window_wake(void *context);
// The drawable size in pixels, and pixels per layout pixel of the interface.
void window_size(const struct window *window, int *width, int *height, float *scale);

#endif
