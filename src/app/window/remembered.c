// SPDX-License-Identifier: MIT
// The settings and the window they are of.
#include "app/window/remembered.h"

#include "base/state.h"

#include <stdlib.h>

enum { MAX_BYTES = 64 << 10, WIDTH = 1280, HEIGHT = 800 };

static const char FILE_NAME[] = "window";

struct work {
    struct settings settings;
    struct remembered *remembered;
};

// --- jobs ---

static void read_settings(void *context, struct cancel *cancel)
{
    (void)cancel;
    struct work *work = context;
    char *content = state_read(FILE_NAME, MAX_BYTES);
    work->settings = settings_read(content ? content : "");
    free(content);
}

static void take_settings(void *context)
{
    const struct work *work = context;
    struct remembered *remembered = work->remembered;
    const struct settings *settings = &work->settings;
    remembered->settings = *settings;
    struct workspace *workspace = remembered->workspace;
    if (workspace->scale.asked <= 0)
        workspace->scale.asked = remembered->scale_at_start = settings->scale;
    if (!remembered->theme_given)
        workspace->theme = remembered->theme_at_start = settings->theme;
    panels_set_docks(&workspace->panels, &settings->docks);
    if (remembered->window->handle)
        window_place(remembered->window, settings->width, settings->height, settings->maximized);
}

static void write_settings(void *context, struct cancel *cancel)
{
    (void)cancel;
    const struct work *work = context;
    struct text content = {0};
    settings_write(&work->settings, &content);
    (void)state_write(FILE_NAME, text_string(&content), content.length, NULL);
    text_free(&content);
}

// --- the window ---

void remembered_begin(struct remembered *remembered, struct jobs *jobs, struct window *window,
                      struct workspace *workspace, bool theme_given)
{
    *remembered = (struct remembered){.jobs = jobs,
                                      .window = window,
                                      .workspace = workspace,
                                      .scale_at_start = workspace->scale.asked,
                                      .theme_at_start = workspace->theme,
                                      .theme_given = theme_given,
                                      .settings = settings_default()};
    struct work *work = must_alloc(sizeof *work);
    work->remembered = remembered;
    jobs_start(jobs, &(struct job_request){.kind = JOB_WAITS,
                                           .priority = JOB_VISIBLE,
                                           .owner = remembered,
                                           .run = read_settings,
                                           .finish = take_settings,
                                           .discard = free,
                                           .work = work});
}

enum status remembered_open(struct remembered *remembered, const char *title, struct error *error)
{
    enum status status = window_start(remembered->window, error);
    if (status)
        return status;
    jobs_drain(remembered->jobs);
    int width = remembered->settings.width, height = remembered->settings.height;
    if (width < 1) {
        width = WIDTH;
        height = HEIGHT;
    }
    window_limit(&width, &height);
    status = window_open(remembered->window, title, width, height, error);
    if (!status)
        window_place(remembered->window, 0, 0, remembered->settings.maximized);
    return status;
}

static bool equal(const struct settings *a, const struct settings *b)
{
    return a->scale == b->scale && a->theme == b->theme && a->width == b->width && a->height == b->height &&
           a->maximized == b->maximized && view_docks_equal(&a->docks, &b->docks);
}

void remembered_end(struct remembered *remembered)
{
    struct settings now = remembered->settings;
    now.maximized = window_is_maximized(remembered->window);
    if (!now.maximized)
        SDL_GetWindowSize(remembered->window->handle, &now.width, &now.height);
    const struct workspace *workspace = remembered->workspace;
    if (workspace->scale.asked != remembered->scale_at_start)
        now.scale = workspace->scale.asked;
    if (workspace->theme != remembered->theme_at_start)
        now.theme = workspace->theme;
    now.docks = panels_docks(&workspace->panels);
    jobs_abandon(remembered->jobs, remembered);
    struct settings usual = settings_default();
    usual.width = WIDTH;
    usual.height = HEIGHT;
    if (equal(&now, &remembered->settings) || (remembered->settings.width == 0 && equal(&now, &usual)))
        return;
    struct work *work = must_alloc(sizeof *work);
    work->settings = now;
    jobs_start(remembered->jobs, &(struct job_request){.kind = JOB_WAITS,
                                                       .priority = JOB_VISIBLE,
                                                       .must_end = true,
                                                       .run = write_settings,
                                                       .discard = free,
                                                       .work = work});
}
