// SPDX-License-Identifier: MIT
// The command table: the one list from which keys, menus, palette, help, manual page and `--command` are
// made.
//
// A command line is "noun.verb argument argument ..."; several are separated by ';' or a line end. Words are
// separated by blanks; a word in double quotes may hold blanks, ';' and the escapes \" \\ \n. '#' at the
// start of a command makes the rest of the line a comment. "2:noun.verb" is for pane 2, counted from 1;
// without a number a command is for the active pane. Everything the user can do goes through command_run().
//
// Some commands begin what takes time: a frame is read, a file is opened. The command behind one of them on
// the same line finds it done: until then the rest of the line is pending, and whoever runs the loop calls
// command_continue. Nothing ever waits in here.
#ifndef FOVEA_COMMANDS_COMMAND_H
#define FOVEA_COMMANDS_COMMAND_H

#include "base/status.h"
#include "base/text.h"
#include "view/view.h"
#include "view/workspace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What commands about panes need; those that number panes count from 1, in the order of reading.
struct command_pane_ops {
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

// What the program around the commands must provide. Any may be NULL: the command then fails with "not
// possible here". `app` is command_host.app. All are called on the thread that called command_run.
struct command_host_ops {
    // Replaces the list of images by these names and shows the first.
    enum status (*open)(void *app, const char *const *names, size_t count, struct error *error);
    // Reads the shown frame again from its file.
    enum status (*reload)(void *app, struct error *error);
    // Steps by frames (negative: back), over the ends of files; clamped at both ends of the list.
    enum status (*step)(void *app, int64_t frames, struct error *error);
    // Replaces the list of images by all files numbered like `name`, or like the shown one if it is NULL.
    enum status (*open_series)(void *app, const char *name, struct error *error);
    // Goes to a frame (from 0) of the whole series; out of range is STATUS_USAGE.
    enum status (*go_to_frame)(void *app, int64_t frame, struct error *error);
    // Goes to the first frame of the first file, or the last of the last.
    enum status (*go_to_end)(void *app, bool last, struct error *error);
    // Shows a folder in the panel for files; a relative path starts from the one that is shown.
    enum status (*show_folder)(void *app, const char *path, struct error *error);
    // Goes to the first frame of a file (from 0) of the list; out of range is STATUS_USAGE.
    enum status (*go_to_item)(void *app, int64_t item, struct error *error);
    // Shows the sum, maximum or mean (enum slab_mode) of every `frames` frames, or with -1 the frames again.
    enum status (*slab)(void *app, int mode, int64_t frames, struct error *error);
    // Loads the mask layer MASK_FILE from a file, or clears it. `values`: 0 nonzero is masked, 1 nonzero is
    // valid, 2 the file tells all layers, which are replaced.
    enum status (*load_mask)(void *app, const char *path, int values, struct error *error);
    enum status (*clear_mask)(void *app, struct error *error);
    // Combines the layer that is edited with a mask file: `how` is 0 replace, 1 add, 2 take away.
    enum status (*combine_mask)(void *app, const char *path, int how, struct error *error);
    // Writes the mask; `bits` the layers (0 = all); `values` as of load_mask.
    enum status (*save_mask)(void *app, const char *path, uint8_t bits, int values, struct error *error);
    // Runs an operation of sources/mask_operation.h as one step of undo, or as a preview that the next
    // operation, edit_end or any other edit replaces.
    enum status (*mask_operation)(void *app, const char *name, const double *numbers, size_t count,
                                  bool preview, struct error *error);
    // Steps back and forth through the edits of the mask; false if there is no such step.
    bool (*mask_undo)(void *app);
    bool (*mask_redo)(void *app);
    // Ends what is being drawn or previewed: keeps it, or takes it back. False if there was nothing.
    bool (*mask_end)(void *app, bool keep);
    // Takes the last point of the polygon in progress back.
    bool (*mask_last_point)(void *app);
    // Reads the frame again, so that statistics and limits leave out what is masked now.
    enum status (*mask_apply)(void *app, struct error *error);
    // The tool or the layer that is edited is another one: what was being drawn is abandoned.
    void (*mask_tool_changed)(void *app);
    // Writes the picture to a PNG file: the data alone, or with `decorate` colour bar, title and scale beside
    // it. `size` is "shown", "1:1" or "WxH".
    enum status (*export_picture)(void *app, const char *path, bool decorate, const char *size, bool all,
                                  struct error *error);
    // Adds the colour map of a file to host->colormaps, and shows the image by it.
    enum status (*load_colormap)(void *app, const char *path, struct error *error);
    // Stops what is going on (loading); false if there was nothing to stop.
    bool (*cancel)(void *app);
    // Sets the limits by view->contrast.rule and .visible_only, now or as soon as the data are there.
    enum status (*apply_auto_limits)(void *app, struct error *error);
    // view->display.reduce has changed: the pyramid must be made again.
    enum status (*reduce_changed)(void *app, struct error *error);
    // view->display.classes has changed: the frame must be read again.
    enum status (*classes_changed)(void *app, struct error *error);
    // The image pixel under the mouse and its value; false if there is none.
    bool (*cursor)(void *app, int64_t *x, int64_t *y, double *value);
    // Shows a sentence to the user.
    void (*message)(void *app, const char *text, bool is_error);
    void (*set_fullscreen)(void *app, bool on);
    // Ends the program: 0 asks first if there are unsaved mask edits, 1 does not, 2 saves them before.
    enum status (*quit)(void *app, int how, struct error *error);
    // Takes over, or removes, the unsaved mask edits that earlier sessions left.
    enum status (*mask_recover)(void *app, bool discard, struct error *error);
    // Closes the question that is shown, without an answer.
    void (*close_question)(void *app);
    const struct command_pane_ops *panes;
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

// --- The table ---

// The kinds of arguments, as written in command.args ("NAME:KIND"; in brackets when it may be left out; "..."
// after the last one when it may be repeated).
enum argument_kind {
    ARGUMENT_NUMBER,   // "number" or "number(0..1)"
    ARGUMENT_INTEGER,  // "integer" or "integer(1..10)"
    ARGUMENT_CHOICE,   // "on|off|toggle"
    ARGUMENT_COLOUR,   // "colour": "#rrggbb", "#rgb" or a name
    ARGUMENT_TEXT,     // "text"
    ARGUMENT_FILE,     // "file"
    ARGUMENT_COLORMAP, // "colormap": the name of a known map
    ARGUMENT_SCALE     // "scale": "log", "power:0.5"
};

// One argument, checked against its kind.
struct command_value {
    enum argument_kind kind;
    const char *text; // as written
    double number;    // ARGUMENT_NUMBER, ARGUMENT_INTEGER
    int choice;       // ARGUMENT_CHOICE: index in the list of choices
    uint8_t rgb[3];   // ARGUMENT_COLOUR
};

enum { COMMAND_MAX_ARGS = 512 };

// The arguments that were given; those left out at the end are not counted.
struct command_args {
    size_t count;
    struct command_value values[COMMAND_MAX_ARGS];
};

// An entry of the menu bar: where it stands, and with which arguments it runs its command. A '|' before the
// last part of the path draws a line above. A last part of "*" stands for one entry for each choice of the
// command's first argument, "*" in `arguments` for that choice.
struct command_menu {
    const char *path;      // "Contrast/Automatic limits/Percentile"
    const char *arguments; // "percentile", or ""
};

// What a command acts on; a pane's number before the others is refused.
enum command_scope {
    ACTS_ON_DESK,     // what all panes share: panels, the tool in hand, the program
    ACTS_ON_DOCUMENT, // the files and the mask of what a pane shows; other panes may show the same
    ACTS_ON_PANE      // the view of one pane, and its place in the series
};

struct command {
    const char *name;                // "contrast.auto"
    const char *args;                // "[method:percentile|minmax|zscale|sigma] [a:number] [b:number]"
    const char *help;                // one sentence
    const struct command_menu *menu; // ends with a NULL path; NULL = in no menu
    enum command_scope acts_on;
    bool takes_time; // what it begins is done when ops->is_complete
    enum status (*run)(struct command_host *host, const struct command_args *args, struct error *error);
    // Optional: whether the state that `args` would set is the one that holds now (a tick in the menu).
    bool (*checked)(const struct command_host *host, const struct command_args *args);
    // Optional: whether the command can do anything now (else its menu entry is gray).
    bool (*enabled)(const struct command_host *host);
};

// All commands from index 0 on, in the order of menus and help; NULL behind the last.
const struct command *command_at(size_t index);

// The command of that name, or NULL.
const struct command *command_find(const char *name);

// --- Running ---

// Runs all commands of `line` in turn and stops at the first that fails. The sentence names the command, and
// the argument if that is at fault (STATUS_USAGE). An empty line is fine. Behind a command that takes time
// the rest becomes pending, behind what is pending already.
enum status command_run(struct command_host *host, const char *line, struct error *error);
// Adds a line behind what is pending.
void command_run_later(struct command_host *host, const char *line);
// Goes on with what is pending, if what it waits for is done. A failure drops the rest.
enum status command_continue(struct command_host *host, struct error *error);
bool command_is_pending(const struct command_host *host);
// Gives up what is pending; false if nothing is.
bool command_drop(struct command_host *host);
// Checks names and arguments without running anything. `host` gives the names of colour maps; NULL leaves
// them unchecked.
enum status command_check(const struct command_host *host, const char *line, struct error *error);
// Whether the single command in `line` is in force (a tick) and can be used.
bool command_is_checked(const struct command_host *host, const char *line);
bool command_is_enabled(const struct command_host *host, const char *line);

// Appends `word` to a command line, quoted if it needs to be.
void command_append_word(struct text *line, const char *word);

// --- For menus, palette and help ---

// The choices of an argument of `command` (the first is index 0), one after the other: writes the name of
// choice `n` to `name` and returns true, or false when there is no such choice. `host` gives the colour maps.
bool command_choice(const struct command_host *host, const struct command *command, size_t argument, size_t n,
                    char *name, size_t size);
// Appends the arguments for people: "[percentile|minmax|zscale|sigma] [a] [b]".
void command_describe_args(const struct command *command, struct text *out);

enum manual_format { MANUAL_PLAIN, MANUAL_TROFF };

// Appends the list of all commands with their arguments and help, then all default keys and mouse gestures:
// as the sections COMMANDS, KEYS and MOUSE of a manual page, or as plain text.
void command_write_manual(struct text *out, enum manual_format format);

// What the mouse does, for help and manual. Ends with a NULL gesture.
struct mouse_gesture {
    const char *gesture, *help;
};
extern const struct mouse_gesture mouse_gestures[];

#endif
