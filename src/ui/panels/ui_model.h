// SPDX-License-Identifier: MIT
// What the panels show: filled by the app before each repaint, borrowed for it. Plain data.
#ifndef FOVEA_UI_PANELS_UI_MODEL_H
#define FOVEA_UI_PANELS_UI_MODEL_H

#include "commands/bindings.h"
#include "image/edit/mask_edit.h"
#include "image/frame.h"
#include "image/histogram.h"
#include "image/mask_counts.h"
#include "image/statistics.h"
#include "sources/browser.h"
#include "ui/base/imgui_bridge.h"
#include "view/layout.h"
#include "view/messages.h"
#include "view/view.h"

// What is under the mouse.
struct ui_cursor {
    bool valid;
    int64_t x, y;
    const char *value; // exact text; "" while unknown
    const char *kind;  // "gap", "masked (file)", "under", "saturated" ... or ""
};

// A small picture: a part of a GL texture, from (u, v) by (u_size, v_size), with row 0 at the bottom.
struct ui_thumbnail {
    unsigned texture;
    float u, v, u_size, v_size;
    float width, height; // framebuffer pixels
    const char *refusal; // why there is none and none will be, or NULL; constant text
};

// The folder that the dialog for file names lists. What is asked for comes some time later.
struct ui_dialog_folder {
    const struct folder *folder;    // NULL while it is read, and if it cannot be
    const struct folder_rows *rows; // of the folder, for the wish that they hold; NULL if that is
    const char *error;              // why it cannot be read; NULL = not known
    uint64_t serial;                // another number whenever the folder is another
    // Reads a folder, "" for the current one, with these rows. What was given before stays until the next
    // frame.
    void (*read)(void *context, const char *path, const struct folder_wish *wish);
    // Finds other rows of it.
    void (*find_rows)(void *context, const struct folder_wish *wish);
    void *context;
};

// What the panels for files and contents show. Serials are other numbers whenever what they stand for is
// another.
struct ui_browsing {
    const struct folder *folder; // NULL while none is known
    uint64_t folder_serial;
    const struct folder_rows
        *rows; // of the folder, for the wish that they hold; NULL while there is no folder
    // Asks for other rows of the folder, which come some time later.
    void (*find_rows)(void *context, const struct folder_wish *wish);
    void *find_rows_context;
    bool reading;             // a folder is being read
    const char *folder_error; // why the one wanted last could not be; NULL = it could
    const struct recent *recent;
    uint64_t recent_serial;
    const struct browser_contents *contents; // of the shown file; NULL while not known
    uint64_t contents_serial;
    struct ui_dialog_folder dialog;
    // The picture of a file in at most so many framebuffer pixels; false while there is none, with the reason
    // where one is known. Being asked makes it wanted. NULL = no pictures.
    bool (*thumbnail)(void *context, const char *path, int width, int height, struct ui_thumbnail *thumbnail);
    void *thumbnail_context;
};

// A question that must be answered before anything else: a window in front of all, with a button for each
// choice. Its keys are the app's to handle (the panels see no key meanwhile).
enum { UI_MAX_CHOICES = 4 };
struct ui_choice {
    const char *label;
    const char *key;     // for people: "S", "Esc"
    const char *command; // that the button runs
};
struct ui_question {
    const char *title, *text;
    struct ui_choice choices[UI_MAX_CHOICES];
    size_t count;
};

// What the mask's panel and the status line show of it.
struct ui_mask_model {
    const struct mask_history *history; // NULL = no mask can be edited here
    const struct mask_counts *counts;   // NULL while not known, or the panel is closed
    int64_t pixels;                     // of the image
    int64_t memory_bytes;               // of mask and history
    bool drawing, previewing, unsaved;
    bool has_beam; // the file gives the beam centre
    struct shape_point beam;
    const char *shape; // size and position of what is being drawn, or ""
};

// Where in the series the shown frame is.
struct ui_place {
    size_t item, item_count;    // in the list of files, from 0
    int64_t frame, frame_count; // of the file, from 0
    int64_t number, total;      // of the whole series, from 0; number -1 = not known yet
    bool total_exact;           // false: `total` counts files that were not opened yet as one frame
};

// What is known of the pixels of the frame.
struct ui_figures {
    const struct statistics *statistics; // NULL while not known
    const struct histogram *histogram;   // NULL while not known
    uint64_t serial;                     // another number whenever the histogram's content is another
};

// What goes on beside loading the shown frame.
struct ui_work {
    const char *name;  // the operation over the whole mask, or the file work, that is running; NULL = none
    bool unfinished;   // what a command has begun is not done, save that the image is being loaded
    uint64_t failures; // how often what a command had begun failed
    double share;      // of it that is done; 0 = cannot be told
};

// The header of the file: lines "key\tvalue\n". Only needed while workspace.panels.metadata is set.
struct ui_header {
    const char *text;      // NULL = none
    bool coming;           // it is being read
    size_t detector_bytes; // so many of it describe the detector, whatever the words of the file
    uint64_t serial;       // another number whenever the text is another
};

// The colour bar beside the image of a pane.
struct ui_gutter {
    int pane; // its number for commands, from 1
    struct gui_rect place;
    const struct view *view;
    const struct colormap *colormap;   // NULL: none can be shown
    const struct histogram *histogram; // NULL while not known
    const char *unit;                  // or ""
};

// A pane that is shown.
struct ui_pane {
    struct rect head, picture; // framebuffer pixels of the window
    int number;                // from 1; its letter is that of the alphabet
    bool active, series, linked;
    bool unsaved; // its mask has edits that are in no file
    bool loading;
    double progress;
    const char *name;     // without folders; NULL: it is empty
    const char *detector; // NULL: not known
    char size[64];        // "2463 x 2527"
    const char *type;     // "i32", or ""
};
struct ui_panes {
    struct ui_pane rows[LAYOUT_MAX_PANES];
    size_t count; // that are shown
    size_t total; // that there are
};

// What the panels show. Filled by the app before each ui_frame; all pointers are borrowed for that call.
struct ui_model {
    const struct bindings *bindings;
    const struct frame_info *info; // NULL while no image is open
    const char *name;              // file name for people; NULL = none
    struct ui_place place;
    struct ui_figures figures;
    bool loading;
    int64_t loading_ns; // for how long; INT64_MAX: nobody knows
    double progress;    // 0 to 1
    bool has_mask;
    struct ui_cursor cursor;
    int64_t texture_bytes; // 0 = unknown
    struct ui_work work;
    const char *note;          // "shown as float32", "luminance of 3 channels"; NULL or "" = nothing
    struct messages *messages; // the panels close toasts, and see the list
    struct ui_gutter gutters[LAYOUT_MAX_PANES];
    size_t gutter_count;
    struct ui_header header;
    struct ui_browsing browsing;
    const struct ui_question *question; // NULL = none
    struct ui_mask_model mask;
    struct ui_panes panes;
    double beam_x, beam_y, energy_ev; // by the file; NaN: it does not say
};

// Of the panes there are, shown or not.
size_t ui_pane_count(const struct ui_model *model);

#endif
