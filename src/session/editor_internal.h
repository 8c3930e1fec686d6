// SPDX-License-Identifier: MIT
// Inside the mask editor: its state, and what its parts share.
#ifndef FOVEA_SESSION_EDITOR_INTERNAL_H
#define FOVEA_SESSION_EDITOR_INTERNAL_H

#include "session/editor.h"

enum { OUTLINE_MAX = 4096, CLOSE_SCREEN_PIXELS = 8 };

// What open edit there is.
enum open_edit { OPEN_NONE, OPEN_STROKE, OPEN_PREVIEW };

struct editor {
    struct pane *pane;
    struct tool tool;
    enum open_edit open;
    struct mask_sheet *sheet;     // of the open edit, as of `opened` and `loads`: see editor_follow
    uint64_t opened, loads;       // of the pane, as last seen
    uint8_t edited;               // the layer of the open edit
    struct mask_history *nothing; // the history while there is no mask
    struct mask_counts counts;
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
// Closes the open edit. Returns what has to be shown again: a preview or stroke that is taken back.
struct rect editor_end_edit(struct editor *editor, bool keep);
// The same, and shows it.
void editor_close(struct editor *editor, bool keep);
// The mask has changed within the rectangle.
void editor_show(struct editor *editor, struct rect rect);
// The layers of a sheet that are the user's: those for drawing, and those of the data that are unlocked.
uint8_t editor_user_layers(const struct mask_sheet *sheet);

#endif
