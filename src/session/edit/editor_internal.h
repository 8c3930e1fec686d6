// SPDX-License-Identifier: MIT
// Inside the mask editor: its state, and what its parts share.
#ifndef FOVEA_SESSION_EDITOR_INTERNAL_H
#define FOVEA_SESSION_EDITOR_INTERNAL_H

#include "session/edit/editor.h"
#include "sources/masks/mask_work.h"

enum { OUTLINE_MAX = 4096, CLOSE_SCREEN_PIXELS = 8 };

// What open edit there is.
enum open_edit { OPEN_NONE, OPEN_STROKE, OPEN_PREVIEW };

// What was asked for: an operation, a mask file to be combined with a layer, or the mask to be saved.
enum errand_kind { ERRAND_OPERATION, ERRAND_COMBINE, ERRAND_SAVE };

struct editor_errand {
    enum errand_kind kind;
    const struct mask_operation *operation;
    double *numbers; // owned
    size_t count;
    char *path; // to read, or to save; owned
    enum bitmap_combination how;
    int values;   // as editor_save takes them
    uint8_t bits; // the layer that was edited then, or those to save
    bool unmask, preview;
};

// Errands in their order; the first is being run or merged. See editor_work.c.
struct editor_work {
    struct editor_errand *errands;
    size_t count;
    struct mask_work *running;      // finds what the first one changes; NULL when that is found
    const struct mask_sheet *sheet; // that it looks at
    bool found;                     // what is to be merged:
    struct mask_change change;
    struct error error;   // why nothing was found
    struct error failure; // of the last one that ended
    int64_t started_ns;   // of what runs
    struct rect stale;    // of a preview that was taken back and is still on the screen
    char told[128];       // what the last one did, for people: "Grown by 1 px: +148"; "" = nothing to tell
};

struct editor {
    struct pane *pane;
    struct tool tool;
    enum open_edit open;
    struct mask_sheet *sheet;     // of the open edit, as of `opened` and `loads`: see editor_follow
    uint64_t opened, loads;       // of the pane, as last seen
    uint8_t edited;               // the layer of the open edit
    struct mask_history *nothing; // the history while there is no mask
    struct mask_counts counts;
    struct editor_work work;
};

// Ends what the frames that came in meanwhile leave no place for: a stroke and a shape where images of
// another size or another series are shown, a preview where another frame is. To be called before anything
// else is done with the mask. Returns the mask's sheet, or NULL while there is none.
struct mask_sheet *editor_follow(struct editor *editor);
// STATUS_USAGE while there is no mask to edit, or while the edited layer is locked.
enum status editor_need_mask(struct editor *editor, struct error *error);
enum status editor_need_layer(struct editor *editor, struct error *error);
// Opens an edit of the edited layer. Returns what the preview that gives way had changed: to be shown
// together with the new edit.
struct rect editor_begin(struct editor *editor, enum open_edit kind, const char *name);
// The same of other layers.
struct rect editor_begin_layers(struct editor *editor, enum open_edit kind, const char *name, uint8_t bits);
// Closes the open edit. Returns what has to be shown again: a preview or stroke that is taken back.
struct rect editor_end_edit(struct editor *editor, bool keep);
// The same, and shows it.
void editor_close(struct editor *editor, bool keep);
// The mask has changed within the rectangle.
void editor_show(struct editor *editor, struct rect rect);
// The layers of a sheet that are the user's: those for drawing, and those of the data that are unlocked.
uint8_t editor_user_layers(const struct mask_sheet *sheet);

// Previews that have not come yet are kept when they come, or given up. False if there is none.
bool editor_end_previews(struct editor *editor, bool keep);
// Adds an errand behind those that there are, and begins it if there is none. `errand` is copied, with
// `numbers` and `path`. Where no event loop goes on with it, it is done when this returns, with its failure.
enum status editor_send(struct editor *editor, const struct editor_errand *errand, struct error *error);
// Tells what the last errand did, and, if the mask has changed, how to take that back.
void editor_tell_done(struct editor *editor, bool changed);
// Gives all errands up and frees them.
void editor_work_finish(struct editor *editor);

#endif
