// SPDX-License-Identifier: MIT
// What commands act on when a viewer stands behind them: the bridge from the command table to the program.
#ifndef FOVEA_APP_HOST_H
#define FOVEA_APP_HOST_H

#include "app/editor.h"
#include "app/files.h"
#include "app/recovery.h"
#include "app/viewer.h"
#include "commands/command.h"

// What the window asks; one thing at a time.
enum host_question { HOST_ASKS_NOTHING, HOST_ASKS_CLOSE, HOST_ASKS_RECOVERY };

// Zero-initialise, then host_init. The window reads `quit` and `fullscreen`; without a window they are
// ignored.
struct host {
    struct viewer *viewer;
    struct editor *editor; // of the mask
    struct files *files;   // of the window's panels; NULL without a window
    struct command_host commands;
    struct recovery *recovery; // of unsaved mask edits; NULL until it is needed
    enum host_question question;
    bool question_seen;   // it has been on the screen
    bool quit_after_save; // when the dialog for the mask's name has been answered
    bool discard;         // unsaved edits are not wanted any more
    bool quit;
    bool fullscreen;   // as wanted by the last command
    bool key_repeats;  // what runs now comes from a key that is held down
    bool cursor_valid; // the mouse is over the image pixel below
    int64_t cursor_x, cursor_y;
};

void host_init(struct host *host, struct viewer *viewer);
// Before viewer_finish.
void host_finish(struct host *host);

// Ends the session, or asks first if there are unsaved mask edits: a second call, after that was seen, ends
// it.
void host_quit(struct host *host);
struct recovery *host_recovery(struct host *host);

// Runs a command line; failures become the viewer's message. Returns the status.
enum status host_run(struct host *host, const char *line);

// Runs the --command lines of the options once the image is loaded; the sentence of the first that fails.
enum status host_run_options(struct host *host, const struct view_options *options, struct error *error);

#endif
