// SPDX-License-Identifier: MIT
// Inside the mask editor: its state, and what its parts share.
#ifndef FOVEA_SESSION_EDITOR_INTERNAL_H
#define FOVEA_SESSION_EDITOR_INTERNAL_H

#include "session/editor.h"

enum { MAX_STASH = 8, OUTLINE_MAX = 4096, CLOSE_SCREEN_PIXELS = 8 };

// The layers that are the user's whatever is locked.
#define USER_LAYERS ((uint8_t)(MASK_BIT(MASK_USER) | MASK_BIT(MASK_USER_2) | MASK_BIT(MASK_USER_3)))

// What open edit there is.
enum open_edit { OPEN_NONE, OPEN_STROKE, OPEN_PREVIEW };

// The mask of an image of another size, with its history.
struct stashed {
    struct mask *mask;
    struct mask_history *history;
    uint8_t layers;         // that were the user's
    uint8_t touched, dirty; // as of the editor
    char *name;             // of the image; owned
};

struct editor {
    struct pane *pane;
    struct mask_history *history;
    int64_t width, height; // of the mask that the history is of
    struct tool tool;
    enum open_edit open;
    uint64_t serial, edits;
    uint8_t edited;         // the layer of the open edit
    uint8_t touched, dirty; // layers that were edited, and those with edits that no file holds
    char *name;             // of the image that the mask was last of; owned
    char *saved_path;       // of the last save, with how; owned
    uint8_t saved_bits;
    int saved_values;
    struct stashed *stash;
    size_t stash_count;
    struct detector_info detector;
    uint64_t detector_serial;
    struct mask_counts counts;
    struct rect uncounted; // what was changed since
};

// STATUS_USAGE while there is no mask to edit, or while the edited layer is locked.
enum status editor_need_mask(const struct editor *editor, struct error *error);
enum status editor_need_layer(const struct editor *editor, struct error *error);
// Opens an edit of the edited layer. Returns what the preview that gives way had changed: to be shown
// together with the new edit.
struct rect editor_begin(struct editor *editor, enum open_edit kind, const char *name);
// Closes the open edit. Returns what has to be shown again: a preview or stroke that is taken back.
struct rect editor_end_edit(struct editor *editor, bool keep);
// The same, and shows it.
void editor_close(struct editor *editor, bool keep);
// The mask has changed within the rectangle.
void editor_show(struct editor *editor, struct rect rect);
// The smallest rectangle that holds both; an empty one adds nothing.
struct rect editor_rect_both(struct rect a, struct rect b);
// The layers that are the user's: those for drawing, and those of the data that are unlocked.
uint8_t editor_user_layers(const struct editor *editor);
// Puts a mask aside, for which the oldest without unsaved edits is given up if there are many.
void editor_add_stashed(struct editor *editor, struct stashed stashed);

#endif
