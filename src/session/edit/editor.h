// SPDX-License-Identifier: MIT
// The mask editor of a pane: the tool in hand, and the edit in progress. What is edited are the user's
// layers, which are the document's (session/masks/mask_book.h); a load of a frame has a snapshot of them and
// stops nobody.
//
// A stroke goes on while frames of the same size and series come and go. All functions are for the thread of
// the pane.
#ifndef FOVEA_SESSION_EDITOR_H
#define FOVEA_SESSION_EDITOR_H

#include "image/edit/mask_edit.h"
#include "image/mask_counts.h"
#include "session/masks/mask_layers.h"
#include "session/pane.h"

struct editor;

// `pane` outlives the editor.
struct editor *editor_create(struct pane *pane);
void editor_destroy(struct editor **address);

// --- the mouse, in screen pixels of the picture's area ---

// True if the editor takes the left button now (mask mode with a tool, and an image).
bool editor_takes_mouse(const struct editor *editor);
// Each returns true if something is to be drawn again.
bool editor_press(struct editor *editor, double x, double y, bool ctrl, bool shift, bool twice);
bool editor_move(struct editor *editor, double x, double y, bool shift);
bool editor_release(struct editor *editor, double x, double y);

// --- commands ---

// Runs an operation as one step, or as a preview that stays open until editor_end. What looks at the whole
// image is done later, by a job, where an event loop runs (common_pace): see editor_pump.
enum status editor_run(struct editor *editor, const char *name, const double *numbers, size_t count,
                       bool preview, struct error *error);
// Merges what operations have found, and goes on with those that wait. True if something is to be drawn.
bool editor_pump(struct editor *editor);
bool editor_is_working(const struct editor *editor);
// The name of the operation that has been running for some time, with the share that is done, or NULL.
const char *editor_working(const struct editor *editor, double *share);
// Gives up what is running and what waits for it. False if nothing does.
bool editor_stop(struct editor *editor);
// Combines the edited layer with a mask file, as editor_run does an operation; `how`: BITMAP_REPLACE,
// BITMAP_OR or BITMAP_MINUS.
enum status editor_combine(struct editor *editor, const char *path, enum bitmap_combination how,
                           struct error *error);
bool editor_undo(struct editor *editor);
bool editor_redo(struct editor *editor);
// Ends the shape in progress (a polygon is closed) or the preview: kept or taken back. False if there was
// none.
bool editor_end(struct editor *editor, bool keep);
bool editor_last_point(struct editor *editor);
// Another tool or layer: the shape in progress is abandoned.
void editor_tool_changed(struct editor *editor);
// Saves the mask as it is after the operations that are running, if any; where an event loop runs it is
// written later (session/edit/mask_saving.h). `values`: 0 writes 1 where pixels are masked, 1 where they
// are valid, 2 the bits of all layers.
enum status editor_save(struct editor *editor, const char *path, uint8_t bits, int values,
                        struct error *error);

// --- for panels, recovery and the question on closing ---

const struct mask_history *editor_history(const struct editor *editor);
// A mask with edits that no file holds. Borrowed until the next call that is not const.
struct editor_unsaved {
    const struct mask *mask;
    uint8_t layers;   // that are the user's
    const char *name; // of the image
};
// Fills up to `max` of them, that of the shown image first; returns how many there are.
size_t editor_unsaved(const struct editor *editor, struct editor_unsaved *unsaved, size_t max);
// No shape is being drawn, and no preview is open.
bool editor_at_rest(const struct editor *editor);
// Takes over layers that come from elsewhere, of the image `name`: into the shown mask as steps that can be
// taken back (for people: `step`), if the size is the same, else to wait for an image of its size.
enum status editor_take_layers(struct editor *editor, const struct mask_layers *layers, const char *name,
                               const char *step, struct error *error);
// Replaces all layers by those that a file tells (mask_file_load_layers), as steps that can be taken back.
enum status editor_load_layers(struct editor *editor, const char *path, struct error *error);
// Saves the mask again as it was saved last: STATUS_USAGE if it never was, or if there are edits of layers
// that would not be in that file.
enum status editor_save_again(struct editor *editor, struct error *error);
// The shown mask has edits that no file holds.
bool editor_shown_is_unsaved(const struct editor *editor);
// There are edits that no mask file holds, of the shown image or of one of another size.
bool editor_has_unsaved(const struct editor *editor);
// The shape in progress for people, or "".
void editor_describe(struct editor *editor, char *text, size_t size);
bool editor_is_drawing(const struct editor *editor);
bool editor_is_previewing(const struct editor *editor);
// The masked pixels of each layer, or NULL while there is no mask. Costs what was edited since the last call.
const struct mask_counts *editor_counts(struct editor *editor);
// The beam centre that the shown file gives; false if it gives none.
bool editor_beam(const struct editor *editor, struct shape_point *centre);

// Adds the outline of the shape in progress, or, with `brush`, of the brush under the mouse, to the overlay;
// the caller flushes.
void editor_draw(struct editor *editor, struct overlay *overlay, bool brush, float scale);

#endif
