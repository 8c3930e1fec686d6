// SPDX-License-Identifier: MIT
// The editors of all panes of a desk, one each: which of their masks have edits that no file holds.
#ifndef FOVEA_SESSION_EDITORS_H
#define FOVEA_SESSION_EDITORS_H

#include "session/desk.h"
#include "session/edit/editor.h"

struct editors {
    struct editor *of[LAYOUT_MAX_PANES]; // by the desk's numbers; NULL where there is no pane
    struct editor *active;               // of the active pane
    uint64_t *edits;                     // how many edits were kept, taken back or made again, in all panes
};

// Makes those that are missing, and takes note of the active one. Zero-initialise first.
void editors_follow(struct editors *editors, struct desk *desk);
// Ends the editing of a pane that is about to be closed.
void editors_drop(struct editors *editors, const struct desk *desk, const struct pane *pane);
void editors_finish(struct editors *editors);

// The masks with edits that no file holds, each once; at most `max` are put into `unsaved`. Returns how many
// there are.
size_t editors_unsaved(const struct editors *editors, struct editor_unsaved *unsaved, size_t max);
bool editors_have_unsaved(const struct editors *editors);
// The first pane, from 0, of which the shown mask has such edits; -1 if none has.
int editors_unsaved_pane(const struct editors *editors);
// No edit is open, and nothing is being drawn.
bool editors_at_rest(const struct editors *editors);

#endif
