// SPDX-License-Identifier: MIT
// Inside the ui layer: what each panel keeps from frame to frame. Zero to begin with, but where ui_create or
// an init says otherwise.
#ifndef FOVEA_UI_PANELS_UI_STATE_H
#define FOVEA_UI_PANELS_UI_STATE_H

#include "commands/find/completion.h"
#include "commands/find/finder.h"
#include "sources/browser.h"
#include "ui/controls/ui_list.h"
#include "ui/panels/ui_histogram_state.h"
#include "view/gutter.h"
#include "view/layout.h"
#include "view/workspace.h"

struct ui_contrast_panel {
    struct ui_histogram histogram;
    char low[40], high[40], gamma[40], percent_low[40], percent_high[40], sigmas[40], zscale[40];
};

enum { UI_SHAPE_NUMBERS = 6, UI_MASK_NUMBERS = 8 };

struct ui_mask_panel {
    char width[24], tolerance[24], centre_x[24], centre_y[24];
    char shape[UI_SHAPE_NUMBERS][24];  // typed numbers of a shape
    char points[400];                  // typed points of a polygon
    char numbers[UI_MASK_NUMBERS][24]; // of operations
    enum mask_layer other;             // that is combined with the edited one
    int rule;                          // by value
    char low[40], high[40];
    bool preview_due;   // a limit was moved and what it masks is not shown yet
    int64_t preview_ns; // when the last preview was asked for; 0 = it has been shown
    int64_t rest_until_ns;
    size_t shown_steps; // of the history, in the last frame
};

struct ui_help {
    char filter[64];
};

struct ui_metadata {
    struct ui_list list;
    struct ui_lines lines;
    struct text copied; // what was put on the clipboard, for people
    uint64_t serial;    // of the text that `copied` is about
    bool was_open;
};

struct ui_contents {
    struct ui_list list;
    struct ui_lines lines;
    bool was_open;
};

struct ui_files {
    struct ui_list list;
    const struct folder_row *rows; // that are shown: of the folder, or `found`; of recent names, too
    size_t count;
    struct folder_wish wish;  // what shall be shown of the folder
    bool awaits_rows;         // what is shown is something else, for a moment
    bool on_arrow;            // the mouse is over the arrow that lists the members of a series
    struct folder_row *found; // of the recent names
    size_t found_count;
    // What the rows were found for.
    bool valid, recent;
    uint64_t folder_serial, recent_serial;
    char *folder; // path of the listing shown last
};

struct ui_frames_bar {
    char number[32], rate[40];
    int64_t wanted, asked; // by the slider; asked -1 = nothing
    bool wanted_set;
};

struct ui_dialog {
    enum view_dialog shown; // which one was open in the last frame
    char path[2048];        // the field: a folder, then a part of a name
    char folder[2048];      // that is listed, or asked for
    bool unread;            // it is to be asked for at the end of this frame
    bool awaits_rows;       // there is no list yet, or it is not for what has been typed
    bool enter_due;         // the selected row is taken once they are there
    struct folder_wish wish;
    // Of this frame; NULL while the folder is read, and if it cannot be.
    const struct folder *listed;
    const struct folder_rows *rows;
    uint64_t folder_serial; // of the folder whose characters are in the fonts
    int selected;           // among the rows; -1 = none
    bool decorate;
    int export_size;       // one of its list
    char export_typed[24]; // for the one that is typed
    int mask_use;          // what to do with a mask file: one of its list
    int mask_layer;        // to be saved: 0 = all, else 1 + layer
    int mask_inverted;     // 1: pixels that count are 1
    bool refocus;          // give the keyboard back to the field
    bool select_name;      // the proposed name is to be selected when the field has the keyboard
    struct text answer;    // the command that answers it, to be run at the end of the frame; empty = none
    // What it asked for is under way: which dialog that was, and how much had failed before.
    bool works;
    enum view_dialog answered;
    uint64_t failures;
};

// The pixel that was under the mouse when the menu was opened.
struct ui_context {
    int64_t x, y;
    char value[48]; // exact text; "" while it is not known
};

// The colour bars beside the images.
struct ui_gutters {
    struct gui_rect places[LAYOUT_MAX_PANES]; // of the last frame
    size_t count;
    float width, scale; // that the labels need, framebuffer pixels; and the scale that it is for
    // What the mouse holds, of the gutter of that pane, and how it was.
    enum gutter_part dragged;
    int pane;
    float from_y;
    struct limits start;
    // The limit that is being typed, of the gutter of `typing_pane`.
    enum gutter_part typing;
    int typing_pane;
    int focus_frames; // until its field has the keyboard
    char typed[40];
};

struct ui_palette {
    char typed[256];
    struct text searched;   // what `finder` was asked for
    struct finder finder;   // what is found, while no arguments are typed
    struct text recent;     // command lines that were run from here, the last one first
    struct completion at;   // the argument that is typed, if `at.command`
    int selected;           // row; -1: none, of choices of an argument
    bool chosen;            // by the user, not the first because it is the first
    bool was_open, refocus; // `refocus`: the field shows what was put into it
};

// What the toolbar is typing.
struct ui_toolbar {
    char width[24], tolerance[24];
};

#endif
