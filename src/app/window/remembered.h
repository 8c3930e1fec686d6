// SPDX-License-Identifier: MIT
// What the window keeps from run to run: its size, its docks, and the interface's size and theme where the
// user chose them (view/settings.h, in the file "window" of base/state.h). Read and written by jobs.
#ifndef FOVEA_APP_REMEMBERED_H
#define FOVEA_APP_REMEMBERED_H

#include "app/window/window.h"
#include "base/job.h"
#include "view/settings.h"
#include "view/workspace.h"

// Of the main thread. `window`, `jobs` and `workspace` are borrowed until remembered_end.
struct remembered {
    struct jobs *jobs;
    struct window *window;
    struct workspace *workspace;
    // Of the command line, which holds for this run only, else of the settings.
    double scale_at_start;
    enum interface_theme theme_at_start;
    bool theme_given; // on the command line
    struct settings settings;
};

// Begins to read. What comes before the window is there it is opened with, else it follows. A scale that the
// workspace asks for already stays; so does its theme if it was given.
void remembered_begin(struct remembered *remembered, struct jobs *jobs, struct window *window,
                      struct workspace *workspace, bool theme_given);
// Opens the window as it is remembered, else 1280 x 800.
enum status remembered_open(struct remembered *remembered, const char *title, struct error *error);
// Begins to write how the window is now, if that is something else than before. It is done even where the
// program ends at once; what goes wrong is not worth a question then.
void remembered_end(struct remembered *remembered);

#endif
