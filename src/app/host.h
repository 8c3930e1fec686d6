// SPDX-License-Identifier: MIT
// What commands act on when a viewer stands behind them: the bridge from the command table to the program.
#ifndef FOVEA_APP_HOST_H
#define FOVEA_APP_HOST_H

#include "app/editor.h"
#include "app/files.h"
#include "app/viewer.h"
#include "commands/command.h"

// Zero-initialise, then host_init. The window reads `quit` and `fullscreen`; without a window they are
// ignored.
struct host {
    struct viewer *viewer;
    struct editor *editor; // of the mask
    struct files *files;   // of the window's panels; NULL without a window
    struct command_host commands;
    bool quit;
    bool fullscreen;   // as wanted by the last command
    bool key_repeats;  // what runs now comes from a key that is held down
    bool cursor_valid; // the mouse is over the image pixel below
    int64_t cursor_x, cursor_y;
};

void host_init(struct host *host, struct viewer *viewer);
// Before viewer_finish.
void host_finish(struct host *host);

// Runs a command line; failures become the viewer's message. Returns the status.
enum status host_run(struct host *host, const char *line);

// Runs the --command lines of the options once the image is loaded; the sentence of the first that fails.
enum status host_run_options(struct host *host, const struct view_options *options, struct error *error);

#endif
