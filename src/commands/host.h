// SPDX-License-Identifier: MIT
// What commands act on: the view, the workspace, and the program around them.
#ifndef FOVEA_COMMANDS_HOST_H
#define FOVEA_COMMANDS_HOST_H

#include "base/status.h"
#include "base/text.h"
#include "view/view.h"
#include "view/workspace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Panes. Those that number them count from 1, in the order of reading.
struct command_panes_ops {
    // A new pane beside the active one, which becomes the active one; without names it is empty.
    enum status (*add)(void *app, const char *const *names, size_t count, struct error *error);
    // A new pane at the right of the active one, or below it, that shows the same.
    enum status (*split)(void *app, bool below, struct error *error);
    // Closes the active pane; with `force` also if its mask has unsaved edits.
    enum status (*close)(void *app, bool force, struct error *error);
    // Makes another pane the active one: by its number; the one so many further on, or, with 0, the one
    // before.
    enum status (*go)(void *app, int number, struct error *error);
    void (*step)(void *app, int steps);
    // The active pane changes places with another.
    enum status (*swap)(void *app, int number, struct error *error);
    enum status (*grid)(void *app, int columns, int rows, struct error *error);
    // Shows the panes in turn, each for so long; 0 ends it.
    enum status (*blink)(void *app, double seconds, struct error *error);
};

// Files: what is opened, and what is written.
struct command_files_ops {
    // Replaces the list of images by these names and shows the first.
    enum status (*open)(void *app, const char *const *names, size_t count, struct error *error);
    // Reads the shown frame again from its file.
    enum status (*reload)(void *app, struct error *error);
    // Replaces the list of images by all files numbered like `name`, or like the shown one if it is NULL.
    enum status (*open_series)(void *app, const char *name, struct error *error);
    // Shows a folder in the panel for files; a relative path starts from the one that is shown.
    enum status (*show_folder)(void *app, const char *path, struct error *error);
    // Writes the picture to a PNG file: the data alone, or with `decorate` colour bar, title and scale beside
    // it. `size` is "shown", "1:1" or "WxH".
    enum status (*export_picture)(void *app, const char *path, bool decorate, const char *size, bool all,
                                  struct error *error);
    // Adds the colour map of a file to host->colormaps, and shows the image by it.
    enum status (*load_colormap)(void *app, const char *path, struct error *error);
};

// Steps through the frames of what is open.
struct command_series_ops {
    // Steps by frames (negative: back), over the ends of files; clamped at both ends of the list.
    enum status (*step)(void *app, int64_t frames, struct error *error);
    // Goes to a frame (from 0) of the whole series; out of range is STATUS_USAGE.
    enum status (*go_to_frame)(void *app, int64_t frame, struct error *error);
    // Goes to the first frame of the first file, or the last of the last.
    enum status (*go_to_end)(void *app, bool last, struct error *error);
    // Goes to the first frame of a file (from 0) of the list; out of range is STATUS_USAGE.
    enum status (*go_to_item)(void *app, int64_t item, struct error *error);
    // Shows the sum, maximum or mean (enum slab_mode) of every `frames` frames, or with -1 the frames again.
    enum status (*slab)(void *app, int mode, int64_t frames, struct error *error);
};

// The mask of what is open.
struct command_mask_ops {
    // Loads the mask layer MASK_FILE from a file, or clears it. `values`: 0 nonzero is masked, 1 nonzero is
    // valid, 2 the file tells all layers, which are replaced.
    enum status (*load)(void *app, const char *path, int values, struct error *error);
    enum status (*unload)(void *app, struct error *error);
    // Combines the layer that is edited with a mask file: `how` is 0 replace, 1 add, 2 take away.
    enum status (*combine)(void *app, const char *path, int how, struct error *error);
    // Writes the mask; `bits` the layers (0 = all); `values` as of load.
    enum status (*save)(void *app, const char *path, uint8_t bits, int values, struct error *error);
    // Runs an operation of sources/masks/mask_operation.h as one step of undo, or as a preview that the next
    // operation, `end` or any other edit replaces.
    enum status (*operate)(void *app, const char *name, const double *numbers, size_t count, bool preview,
                           struct error *error);
    // Steps back and forth through the edits of the mask; false if there is no such step.
    bool (*undo)(void *app);
    bool (*redo)(void *app);
    // Ends what is being drawn or previewed: keeps it, or takes it back. False if there was nothing.
    bool (*end)(void *app, bool keep);
    // Takes the last point of the polygon in progress back.
    bool (*last_point)(void *app);
    // Reads the frame again, so that statistics and limits leave out what is masked now.
    enum status (*apply)(void *app, struct error *error);
    // The tool or the layer that is edited is another one: what was being drawn is abandoned.
    void (*tool_changed)(void *app);
    // Takes over, or removes, the unsaved mask edits that earlier sessions left.
    enum status (*recover)(void *app, bool discard, struct error *error);
};

// The image that is shown, where a change of the view is not enough.
struct command_image_ops {
    // Sets the limits by view->contrast.rule and .visible_only, now or as soon as the data are there.
    enum status (*apply_auto_limits)(void *app, struct error *error);
    // view->display.reduce has changed: the pyramid must be made again.
    enum status (*reduce_changed)(void *app, struct error *error);
    // view->display.classes has changed: the frame must be read again.
    enum status (*classes_changed)(void *app, struct error *error);
    // The image pixel under the mouse and its value; false if there is none.
    bool (*cursor)(void *app, int64_t *x, int64_t *y, double *value);
    // Where in the viewport a zoom by a key keeps the image: under the mouse, if that is over the image.
    // False: in the middle, as of all that is no key.
    bool (*zoom_place)(void *app, double *x, double *y);
};

// The user and the window.
struct command_window_ops {
    // Stops what is going on (loading); false if there was nothing to stop.
    bool (*cancel)(void *app);
    // Shows a sentence to the user.
    void (*message)(void *app, const char *text, bool is_error);
    void (*set_fullscreen)(void *app, bool on);
    // Ends the program: 0 asks first if there are unsaved mask edits, 1 does not, 2 saves them before.
    enum status (*quit)(void *app, int how, struct error *error);
    // Puts a text on the clipboard.
    void (*copy)(void *app, const char *text);
    // Closes the question that is shown, without an answer.
    void (*close_question)(void *app);
};

// What the program around the commands must provide, by what it is about. Any group and any function may be
// NULL: the command then fails with "not possible here". `app` is command_host.app. All are called on the
// thread that called command_run.
struct command_host_ops {
    const struct command_files_ops *files;
    const struct command_series_ops *series;
    const struct command_mask_ops *mask;
    const struct command_image_ops *image;
    const struct command_window_ops *window;
    const struct command_panes_ops *panes;
    // Has the following calls act on a pane (from 1), and command_host.view be its view, until it is called
    // again; 0 is the active one. STATUS_USAGE if there is no such pane. NULL: there is one pane.
    enum status (*select_target)(void *app, int pane, struct error *error);
    // Whether all that commands have begun is done: the frames asked for are there. NULL: always.
    bool (*is_complete)(void *app);
};

struct command_result;

// What commands act on. Borrowed; the app keeps it for its life.
struct command_host {
    struct view *view;
    struct workspace *workspace;
    struct colormap_list *colormaps;
    const struct command_host_ops *ops;
    void *app;
    bool panels_changed; // set by commands that open, close or move panels; cleared by whoever draws them
    struct command_result *result; // where answers go; NULL: to the user, as ops->message
    struct text pending;           // command lines that wait; see command_continue
};

// Frees what the commands layer owns of it.
void command_host_finish(struct command_host *host);

// --- What the host offers: the group, or one without any function ---

const struct command_files_ops *command_files(const struct command_host *host);
const struct command_series_ops *command_series(const struct command_host *host);
const struct command_mask_ops *command_mask(const struct command_host *host);
const struct command_image_ops *command_image(const struct command_host *host);
const struct command_window_ops *command_window(const struct command_host *host);
const struct command_panes_ops *command_panes(const struct command_host *host);
// Tells the user, where there is one.
void command_say(const struct command_host *host, const char *text, bool is_error);

// --- Command lines that wait ---

// Adds a line behind what is pending.
void command_run_later(struct command_host *host, const char *line);
bool command_is_pending(const struct command_host *host);
// Gives up what is pending; false if nothing is.
bool command_drop(struct command_host *host);

#endif
