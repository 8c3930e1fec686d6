// SPDX-License-Identifier: MIT
// Edits of a mask with undo: every edit is a step with a name that can be taken back and made again.
//
// A step remembers the 64 x 64 blocks that it touched as they were and as they are (image/edit/mask_step.h);
// packed, which is done little by little, only their differences. Steps beyond the memory bound are
// forgotten, oldest first. All functions are for the thread that owns the mask.
#ifndef FOVEA_IMAGE_MASK_EDIT_H
#define FOVEA_IMAGE_MASK_EDIT_H

#include "image/edit/bitmap.h"
#include "image/edit/mask_step.h"
#include "image/edit/shape.h"

struct mask_history;

enum { MASK_HISTORY_DEFAULT_BYTES = 64 * 1000 * 1000 };

// For masks of any size, one after the other; `bound_bytes` limits the memory of all steps.
struct mask_history *mask_history_create(int64_t bound_bytes);
void mask_history_destroy(struct mask_history **history);
// Forgets all steps (another mask took the place of this one).
void mask_history_clear(struct mask_history *history);
int64_t mask_history_memory(const struct mask_history *history);
// Packs up to `blocks` blocks of steps that are not packed yet, so that they take less memory. True if there
// are more. What is not packed by the time that the bound is reached is packed then.
bool mask_history_pack(struct mask_history *history, size_t blocks);

// The steps: [0, done) can be taken back, [done, count) can be made again.
size_t mask_history_count(const struct mask_history *history);
size_t mask_history_done(const struct mask_history *history);
const char *mask_history_name(const struct mask_history *history, size_t step);
// Grows by one with every commit, undo and redo: what tells unsaved edits.
uint64_t mask_history_serial(const struct mask_history *history);

// --- one edit ---

// Opens an edit of the layers in `bits`. Only one edit is open at a time. Bits not in `bits` are never
// changed.
void mask_edit_begin(struct mask_history *history, struct mask *mask, uint8_t bits, const char *name);

// These change the mask at once (so that a stroke shows while it is drawn) and report in *changed, if not
// NULL, the rectangle that may have changed. `set` false takes the bits away.
void mask_edit_span(struct mask_history *history, int64_t y, struct span span, bool set);
enum status mask_edit_shape(struct mask_history *history, const struct shape *shape, bool set,
                            struct rect *changed, struct error *error);
// Combines the layers in `bits` with `bitmap` (of the mask's size) pixel by pixel.
enum status mask_edit_bitmap(struct mask_history *history, const struct bitmap *bitmap,
                             enum bitmap_combination how, struct rect *changed, struct error *error);
// Clears the layers in `bits`, or sets them everywhere: blocks that have no other bits are replaced without
// being looked at.
void mask_edit_clear(struct mask_history *history, struct rect *changed);
void mask_edit_fill(struct mask_history *history, struct rect *changed);

// What was found from a snapshot of the mask: the pixels that are set and those that are taken away (NULL:
// none), and, if not NULL, that snapshot before and after it.
struct mask_merge {
    const struct bitmap *added, *removed;
    const struct mask *before, *after;
};
// Makes that change in the mask as it is now: blocks that are as they were are replaced by those of `after`,
// in others pixel by pixel.
enum status mask_edit_merge(struct mask_history *history, const struct mask_merge *merge,
                            struct error *error);

// Closes the edit as one step; steps that could be made again are forgotten. An edit that changed nothing
// leaves no step and returns false.
bool mask_edit_commit(struct mask_history *history);
// Closes the edit and takes all its changes back. *changed is what has to be shown again.
void mask_edit_abandon(struct mask_history *history, struct rect *changed);
bool mask_edit_is_open(const struct mask_history *history);

// --- undo ---

// False if there is no such step. *changed is the rectangle that may have changed.
bool mask_undo(struct mask_history *history, struct mask *mask, struct rect *changed);
bool mask_redo(struct mask_history *history, struct mask *mask, struct rect *changed);

// --- between mask and bitmap ---

// The pixels with any of `bits` set, as a new bitmap.
enum status mask_to_bitmap(const struct mask *mask, uint8_t bits, struct bitmap **bitmap,
                           struct error *error);

#endif
