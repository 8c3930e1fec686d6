// SPDX-License-Identifier: MIT
// What commands act on when a desk stands behind them: the bridge from the command table to the program.
#ifndef FOVEA_APP_HOST_H
#define FOVEA_APP_HOST_H

#include "app/host/files.h"
#include "commands/command.h"
#include "commands/result.h"
#include "session/desk.h"
#include "session/edit/editors.h"
#include "session/edit/recovery.h"

// What the window asks; one thing at a time.
enum host_question { HOST_ASKS_NOTHING, HOST_ASKS_CLOSE, HOST_ASKS_WAIT, HOST_ASKS_RECOVERY };

enum { HOST_QUIET_MS = 200 }; // what takes less time is not told of

// Zero-initialise, then host_init. The window reads `quit` and `fullscreen`; without a window they are
// ignored.
struct host {
    struct desk *desk;
    struct editors editors; // of the masks
    struct files *files;    // of the window's panels; NULL without a window
    struct command_host commands;
    struct command_result answers; // of the --command lines, until they are printed
    // While a command runs that is for a pane by its number: that, and the pane that is active else.
    struct pane *target, *home;
    struct recovery *recovery; // of unsaved mask edits; NULL until it is needed
    enum host_question question;
    bool question_seen; // it has been on the screen
    // What has failed so far of what commands have begun (common.failed): as last seen, and when the window
    // was to be closed after what is being written.
    uint64_t failed, leave_failed;
    bool works;           // files were being read or written when host_pump last looked
    bool quit_after_save; // once the dialog for the mask's name, which is open, has been answered
    bool discard;         // unsaved edits are not wanted any more: the user said so
    bool quit;
    bool fullscreen;  // as wanted by the last command
    bool by_key;      // what runs now comes from a key
    bool key_repeats; // that is held down
    // Where the mouse is, in drawable pixels of the window; and the image pixel that is there, as found by
    // host_find_pixel, of the pane desk->pointer tells.
    bool mouse_on_picture;
    double mouse_x, mouse_y;
    // Puts a text on the clipboard; NULL without a window.
    void (*copy)(const char *text);
    // Puts the panes where the window has them by now, for commands that go by that; NULL without a window.
    void (*lay_out)(void *context);
    void *lay_out_context;
};

void host_init(struct host *host, struct desk *desk, const struct command_host_ops *ops);
// Before desk_destroy.
void host_finish(struct host *host);

// What commands act on, of the host that their callbacks are given as `app`.
struct pane *host_pane(void *app);
struct editor *host_editor(void *app);

// Makes a pane the active one, with what commands act on.
void host_activate(struct host *host, struct pane *pane);
// The panes of the desk may be others: each gets its editor.
void host_panes_changed(struct host *host);

extern const struct command_panes_ops host_pane_ops;
// STATUS_USAGE if the active pane shows nothing.
enum status host_need_image(const struct host *host, struct error *error);
// Goes on with what the editors have under way. True if something is to be drawn.
bool host_pump(struct host *host);
bool host_is_working(const struct host *host);
// What has been under way for some time, in the active pane's mask or in files, with the share that is done;
// NULL if nothing is.
const char *host_working(const struct host *host, double *share);

// How long leaving waits for the disk that takes the recovery file.
#define HOST_PATIENCE_NS (INT64_C(4) * 1000000000)

// Ends the session, or asks first if there are unsaved mask edits, or waits while something is being written:
// a second call, while that is asked, ends it and leaves them in the recovery file, from which the next
// session can restore them. If they cannot be written there, it says so and goes on asking.
void host_quit(struct host *host);
// Ends the session as soon as nothing is being written any more, unless that fails.
void host_leave_after_save(struct host *host);
// Ends the session without asking, as a signal does; unsaved mask edits stay in the recovery file.
void host_leave(struct host *host);
// Finds the pixel under the mouse anew, since it may be another after any change of camera, frame or layout.
// True if it is another one.
bool host_find_pixel(struct host *host);
struct recovery *host_recovery(struct host *host);

// Runs a command line; failures become the desk's message. Returns the status.
enum status host_run(struct host *host, const char *line);

// Goes on with commands that waited for a frame, if it is there: true if so. A failure becomes the desk's
// message.
bool host_continue(struct host *host);

// Runs the --command lines of the options once the image is loaded, and prints what they answer; the sentence
// of the first that fails. Without a window it waits for what they begin; else host_continue goes on.
enum status host_run_options(struct host *host, const struct view_options *options, struct error *error);

#endif
