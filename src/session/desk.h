// SPDX-License-Identifier: MIT
// Everything the user works on: the panes, how they stand, which of them is active, how they are linked, and
// what they have in common. All functions are for the main thread.
//
// Panes have numbers for people, from 1 in the order of reading.
#ifndef FOVEA_SESSION_DESK_H
#define FOVEA_SESSION_DESK_H

#include "session/playback.h"
#include "view/layout.h"

// The pixel under the mouse, of any pane; the panes that are linked to it show the same.
struct desk_pointer {
    struct pane *pane; // NULL: nowhere
    int64_t x, y;
};

struct desk {
    struct common common;
    const struct view_options *options;   // of the command line; may be NULL
    struct pane *panes[LAYOUT_MAX_PANES]; // by the layout's numbers; NULL: none
    struct layout layout;
    struct pane *active; // never NULL; others that are linked follow it
    struct pane *before; // the active one before it, or NULL
    struct desk_pointer pointer;
    int64_t blink_ns; // between two panes that are shown in turn; 0: none are
    int64_t blink_due_ns;
    // Called before a pane is closed, for who keeps something of it; may be NULL.
    void (*closing)(void *context, const struct pane *pane);
    void *closing_context;
    // As laid out last, in drawable pixels of the window from its upper left corner.
    struct rect whole;
    // A place is a head, and below it a picture with the gutter at its right.
    struct rect places[LAYOUT_MAX_PANES], heads[LAYOUT_MAX_PANES], pictures[LAYOUT_MAX_PANES],
        gutters[LAYOUT_MAX_PANES];
    float scale;
    int64_t gutter; // how wide gutters are to be, in these pixels
};

// A desk with one empty pane. `wake` may be NULL; see jobs_create.
struct desk *desk_create(void (*wake)(void *context), void *wake_context);
void desk_destroy(struct desk **address);

// Takes over the options of the command line, before anything is opened. They are borrowed for the desk's
// life.
enum status desk_configure(struct desk *desk, const struct view_options *options, struct error *error);

// Opens the names in the active pane, or, with --grid, each in a pane of its own.
enum status desk_open(struct desk *desk, const char *const *names, size_t count, struct error *error);

// Waits up to `wait_ms` until the names have been looked up, and returns what is wrong with them.
enum status desk_settle(struct desk *desk, int wait_ms, struct error *error);

// --- panes ---

int desk_count(const struct desk *desk);
// The number of a pane, and the pane of a number; NULL if there is none.
int desk_number(const struct desk *desk, const struct pane *pane);
struct pane *desk_pane(const struct desk *desk, int number);

// An empty pane that shows what it will show as `beside` does, and gets half of its place. NULL, with the
// sentence, if there are LAYOUT_MAX_PANES.
struct pane *desk_add(struct desk *desk, struct pane *beside, enum layout_axis axis, struct error *error);
// STATUS_USAGE for the last one.
enum status desk_close(struct desk *desk, struct pane *pane, struct error *error);
void desk_swap(struct desk *desk, struct pane *pane, struct pane *other);
// Puts the panes into columns and rows, in their order. Empty panes are added or closed as needed;
// STATUS_USAGE if there are more images than places.
enum status desk_grid(struct desk *desk, int columns, int rows, struct error *error);

void desk_activate(struct desk *desk, struct pane *pane);
// After the list of colour maps was changed: see pane_update_colormap.
void desk_update_colormaps(struct desk *desk);
// The pane that is `steps` further on, round and round.
struct pane *desk_neighbour(const struct desk *desk, int steps);

// --- where they are ---

// Lays the panes out in a rectangle of the window, or of a picture, of which each pane that is shown has a
// part: all of them, or the active one if workspace.alone. `scale` is that of the text.
void desk_lay_out(struct desk *desk, struct rect whole, float scale);
bool desk_is_shown(const struct desk *desk, const struct pane *pane);
// Where its image is; empty where it is not shown.
struct rect desk_picture(const struct desk *desk, const struct pane *pane);
// The pane at a point, with its head; NULL if there is none. *head: the point is on its head.
struct pane *desk_pane_at(const struct desk *desk, double x, double y, bool *head);
// The gap between panes at a point, for desk_move_gap; -1 if there is none.
int desk_gap_at(const struct desk *desk, double x, double y);
void desk_move_gap(struct desk *desk, int gap, double x, double y);

// --- what happens ---

// The panes that are linked to the active one take over what it shows. True if one of them changed.
bool desk_follow(struct desk *desk);
// As pane_pump without waiting, for all panes.
bool desk_pump(struct desk *desk, int work_ms);
bool desk_is_loading(const struct desk *desk);
// Gives up loading in all panes: see pane_leave.
bool desk_leave(struct desk *desk);
// Loading, or reading tiles of images over the memory budget.
bool desk_is_busy(const struct desk *desk);
// A pane that is loaded anew keeps its old picture, and nothing shall be drawn yet.
bool desk_holds(const struct desk *desk);
// All shown panes have been on the screen.
void desk_seen(struct desk *desk);
// Playing, steps that wait, blinking, as far as they are due at `now`: true if something was begun. When
// nothing more is, the frames after the shown ones are read ahead.
bool desk_tick(struct desk *desk, int64_t now);
// The time until something is due, in ms; -1: nothing is.
int desk_wait_ms(const struct desk *desk, int64_t now);
// Shows panes in turn, each for so long, or no more (0).
void desk_blink(struct desk *desk, int64_t period_ns);
// Waits until all panes are loaded; the first failure.
enum status desk_load_all(struct desk *desk, struct error *error);

// --- drawing ---

// Draws all shown panes into the bound target (NULL: the window), and the lines between them. Panes
// that are as they were when they were drawn last come from their caches.
enum status desk_draw(struct desk *desk, struct target *target, int width, int height, struct error *error);

#endif
