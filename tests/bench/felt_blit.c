// SPDX-License-Identifier: MIT
// The yardstick of bench_felt: a window that presents ready-made colours of an image's size, fetched by
// texel, and moves them with the mouse while a button is held. The least that any viewer must do. Not a test.
//
// bench_felt_blit WIDTHxHEIGHT
#include "render/renderer.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 1280, HEIGHT = 800 };

static void must(enum status status, const struct error *error)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", error->text);
    exit(1);
}

static SDL_Window *open_window(void)
{
    SDL_Init(SDL_INIT_VIDEO);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
    SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
    SDL_Window *window = SDL_CreateWindow("blit", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_OPENGL);
    if (!window || !SDL_GL_CreateContext(window)) {
        fprintf(stderr, "no window: %s\n", SDL_GetError());
        exit(1);
    }
    SDL_GL_SetSwapInterval(0);
    return window;
}

// Takes all events that are there; true if something is to be drawn.
static bool take_events(SDL_Event *event, struct camera *camera)
{
    bool moved = false;
    do {
        if (event->type == SDL_QUIT)
            exit(0);
        if (event->type == SDL_MOUSEMOTION && event->motion.state)
            camera_pan(camera, event->motion.xrel, event->motion.yrel);
        moved |= event->type == SDL_WINDOWEVENT || (event->type == SDL_MOUSEMOTION && event->motion.state);
    } while (SDL_PollEvent(event));
    return moved;
}

int main(int argc, char **argv)
{
    int width, height;
    if (argc != 2 || sscanf(argv[1], "%dx%d", &width, &height) != 2)
        return 2;
    struct error error = {0};
    struct gpu *gpu;
    struct renderer *renderer;
    struct texture *rgba;
    SDL_Window *window = open_window();
    must(gpu_create(&gpu, &error), &error);
    must(renderer_create(gpu, &renderer, &error), &error);
    must(renderer_make_yardstick(gpu, width, height, &rgba, &error), &error);
    struct view view = view_default();
    camera_set_viewport(&view.camera, WIDTH, HEIGHT);
    camera_set_image(&view.camera, width, height);
    camera_fit(&view.camera);
    SDL_Event event;
    while (SDL_WaitEvent(&event)) {
        if (!take_events(&event, &view.camera))
            continue;
        target_bind(gpu, NULL, WIDTH, HEIGHT);
        must(renderer_draw_yardstick(renderer, rgba, &view, HEIGHT, 0, 0, &error), &error);
        SDL_GL_SwapWindow(window);
    }
    return 0;
}
