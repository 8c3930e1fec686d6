// SPDX-License-Identifier: MIT
// SDL set-up: as little of it as a viewer needs.
#include "app/window/window.h"

#include "base/text.h"
#include "gpu/texture.h"

#include <SDL_syswm.h>
#include <dlfcn.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool window_has_display(void)
{
    const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return (x11 && *x11) || (wayland && *wayland);
}

static enum status fail(struct window *window, const char *what, struct error *error)
{
    enum status status = error_set(error, STATUS_NO_GL, "%s: %s", what, SDL_GetError());
    window_close(window);
    return status;
}

// The library takes SIGTERM and SIGINT as an event. A terminal that closes ends the program in the same way.
static void take_as_termination(int number)
{
    (void)number;
    kill(getpid(), SIGTERM);
}

static void end_on_hangup(void)
{
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_DFL)
        sigaction(SIGHUP, &(struct sigaction){.sa_handler = take_as_termination}, NULL);
}

// Over a network display (`ssh -X`) the server refuses GLX with errors for which Xlib's own handler ends the
// program. Here they are passed over: what was refused is missing afterwards, and that is told.
typedef int (*x_error_handler)(void *display, void *event);

static int pass_over_error(void *display, void *event)
{
    (void)display;
    (void)event;
    return 0;
}

// Puts a handler in the place of Xlib's, which the library loads by itself; returns the one before. NULL:
// none.
static x_error_handler exchange_error_handler(x_error_handler handler)
{
    void *xlib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (!xlib)
        return NULL;
    x_error_handler (*exchange)(x_error_handler);
    *(void **)&exchange = dlsym(xlib, "XSetErrorHandler");
    const x_error_handler before = exchange ? exchange(handler) : NULL;
    dlclose(xlib);
    return before;
}

static void create_with_context(struct window *window, const char *title, int width, int height)
{
    const x_error_handler before = exchange_error_handler(pass_over_error);
    window->handle = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width, height,
                                      SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (window->handle)
        window->context = SDL_GL_CreateContext(window->handle);
    if (before)
        exchange_error_handler(before);
}

// The X resource Xft.dpi, by which desktops tell how large texts are to be; 0 if there is none.
static double resource_dpi(SDL_Window *window)
{
    double dpi = 0;
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    void *xlib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (!xlib)
        return 0;
    char *(*get)(Display * display, const char *program, const char *option);
    *(void **)&get = dlsym(xlib, "XGetDefault");
    if (get && SDL_GetWindowWMInfo(window, &info) && info.subsystem == SDL_SYSWM_X11 &&
        !parse_double(get(info.info.x11.display, "Xft", "dpi"), &dpi))
        dpi = 0;
    dlclose(xlib);
    return dpi;
}

static double environment_scale(const char *name)
{
    double scale;
    const char *value = getenv(name);
    return value && parse_double(value, &scale) && scale > 0 ? scale : 0;
}

static void find_hints(struct window *window)
{
    window->hints.dpi = resource_dpi(window->handle);
    window->hints.toolkits = fmax(environment_scale("GDK_SCALE"), environment_scale("QT_SCALE_FACTOR"));
}

void window_limit(int *width, int *height)
{
    SDL_Rect most = {0};
    for (int i = 0; i < SDL_GetNumVideoDisplays(); i++) {
        SDL_Rect screen;
        if (SDL_GetDisplayUsableBounds(i, &screen) == 0 && screen.w * screen.h > most.w * most.h)
            most = screen;
    }
    *width = most.w > 0 && *width > most.w ? most.w : *width;
    *height = most.h > 0 && *height > most.h ? most.h : *height;
}

static const char no_display[] = "there is no display; `fovea export` writes a picture without one";

enum status window_start(struct window *window, struct error *error)
{
    if (!window_has_display() && !getenv("SDL_VIDEODRIVER"))
        return error_set(error, STATUS_NO_GL, "%s", no_display);
    // Without Wayland's variable its library only complains on stderr.
    const char *wayland = getenv("WAYLAND_DISPLAY");
    if (!wayland || !*wayland)
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_VIDEO_HIGHDPI_DISABLED, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    SDL_SetHint(SDL_HINT_QUIT_ON_LAST_WINDOW_CLOSE, "0"); // so that SDL_QUIT means a signal
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return fail(window, "no window can be opened", error);
    end_on_hangup();
    const char *driver = SDL_GetCurrentVideoDriver();
    if (driver && (strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0)) {
        window_close(window);
        return error_set(error, STATUS_NO_GL, "%s", no_display);
    }
    return STATUS_OK;
}

enum status window_open(struct window *window, const char *title, int width, int height, struct error *error)
{
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE,
                        0); // SDL's default is 16 bits, which cost time and memory in software
    SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
    SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
    create_with_context(window, title, width, height);
    if (!window->context)
        return fail(window,
                    "this display has no OpenGL 3.3; over `ssh -X` use VNC instead, copy the file to where "
                    "you sit, or write a picture with `fovea export`",
                    error);
    SDL_SetWindowMinimumSize(window->handle, 320, 240);
    find_hints(window);
    SDL_AtomicSet(&window->wake_event, (int)SDL_RegisterEvents(1));
    return STATUS_OK;
}

void window_place(const struct window *window, int width, int height, bool maximized)
{
    if (width > 0 && height > 0) {
        window_limit(&width, &height);
        SDL_SetWindowSize(window->handle, width, height);
    }
    if (maximized)
        SDL_MaximizeWindow(window->handle);
}

bool window_is_maximized(const struct window *window)
{
    return SDL_GetWindowFlags(window->handle) & (SDL_WINDOW_MAXIMIZED | SDL_WINDOW_FULLSCREEN_DESKTOP);
}

void window_close(struct window *window)
{
    if (window->context)
        SDL_GL_DeleteContext(window->context);
    if (window->handle)
        SDL_DestroyWindow(window->handle);
    SDL_Quit();
    window->handle = NULL;
    window->context = NULL;
}

void window_set_title(const struct window *window, const char *title)
{
    if (strcmp(SDL_GetWindowTitle(window->handle), title) != 0)
        SDL_SetWindowTitle(window->handle, title);
}

void window_pace(bool software)
{
    SDL_GL_SetSwapInterval(software ? 0 : 1);
}

bool window_keeps_pixels(const struct window *window, struct gpu *gpu)
{
    static const unsigned char odd[3] = {0x35, 0xc6, 0x5b};
    unsigned char before[3], after[3];
    int width, height;
    float scale;
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!gpu_is_software(gpu) || !driver || strcmp(driver, "x11") != 0)
        return false;
    window_size(window, &width, &height, &scale);
    target_bind(gpu, NULL, width, height);
    target_clip(gpu, height, 0, 0, 1, 1);
    target_clear(gpu, odd);
    target_clip(gpu, height, 0, 0, 0, 0);
    target_read_rgb(gpu, height, 0, 0, 1, 1, before);
    SDL_GL_SwapWindow(window->handle);
    target_read_rgb(gpu, height, 0, 0, 1, 1, after);
    return memcmp(before, odd, sizeof odd) == 0 && memcmp(before, after, sizeof after) == 0;
}

void window_wake(void *context)
{
    struct window *window = context;
    // Before the window exists there is no loop to wake; the loop looks for results before it first waits.
    const int type = SDL_AtomicGet(&window->wake_event);
    if (type && SDL_AtomicCAS(&window->wake_pending, 0, 1)) {
        SDL_Event event = {.type = (Uint32)type};
        SDL_PushEvent(&event);
    }
}

void window_size(const struct window *window, int *width, int *height, float *scale)
{
    int layout_width = 1, layout_height = 1;
    SDL_GetWindowSize(window->handle, &layout_width, &layout_height);
    SDL_GL_GetDrawableSize(window->handle, width, height);
    struct scale_hints hints = window->hints;
    hints.drawable = (double)*width / (layout_width > 0 ? layout_width : 1);
    const double asked = window->asked_scale > 0 ? window->asked_scale : environment_scale("FOVEA_SCALE");
    *scale = (float)interface_scale(asked, &hints);
    if (*width < 1)
        *width = 1;
    if (*height < 1)
        *height = 1;
}
