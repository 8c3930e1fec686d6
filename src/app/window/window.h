// SPDX-License-Identifier: MIT
// An SDL window with an OpenGL 3.3 core context.
#ifndef FOVEA_APP_WINDOW_H
#define FOVEA_APP_WINDOW_H

#include "gpu/gpu.h"

#include <SDL.h>
#include <stdbool.h>

struct window {
    SDL_Window *handle;
    SDL_GLContext context;
    SDL_atomic_t wake_event; // type of the event that window_wake pushes; 0 while there is no window
    SDL_atomic_t wake_pending;
};

// True if there is a display to open a window on (X11 or Wayland).
bool window_has_display(void);

// Zero-initialise `window` before anything may call window_wake. Opens a window of width x height layout
// pixels; no depth, stencil or multisampling; swap interval 0 on software renderers (set by window_pace once
// that is known). STATUS_NO_GL if it cannot be had.
enum status window_open(struct window *window, const char *title, int width, int height, struct error *error);
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
// The drawable size in pixels, and pixels per layout pixel.
void window_size(const struct window *window, int *width, int *height, float *scale);

#endif
