// SPDX-License-Identifier: MIT
// The table of everything that can be done to a mask: what the commands "mask.NAME" of the window and the
// options "--NAME" of `fovea mask` run.
//
// Shapes are drawn at once into the open edit (image/edit/mask_edit.h); the caller opens and closes it, so
// that an operation is one step of undo, or may be tried and abandoned (a preview). What concerns the whole
// mask takes time, and more where it reads the image: it only looks at the mask and finds what is to change,
// so that it can be a job (sources/masks/mask_work) while the user draws on.
//
// Thread-safety: any thread, one at a time for each mask and each operation.
#ifndef FOVEA_SOURCES_MASK_OPERATION_H
#define FOVEA_SOURCES_MASK_OPERATION_H

#include "base/progress.h"
#include "formats/base/reader.h"
#include "image/edit/mask_change.h"
#include "image/edit/mask_rule.h"
#include "sources/source.h"

enum { MASK_OPERATION_ARGUMENTS = 4096 };

// What operations act on. Everything is borrowed.
struct mask_context {
    const struct mask *mask;      // as it is when the operation begins
    uint8_t bits;                 // the layers that it changes
    bool unmask;                  // shapes and selections by value take away instead of adding
    struct mask_history *history; // MASK_AT_ONCE: with an open edit of these layers of the mask
    struct rect *changed;         // MASK_AT_ONCE: the rectangle that may have changed; may be NULL
    struct mask_change *change;   // others: what is found
    struct image_file *file;      // for what depends on pixels; NULL: that fails with a sentence
    int64_t frame;
    struct source *source; // the whole series, for what compares frames; NULL = the frames of `file`
    const struct sentinels *sentinels;    // which values mark pixels; NULL = as the file says
    const struct detector_info *detector; // beam centre where a centre is left out; NULL = unknown
    struct cancel *cancel;                // may be NULL
    struct progress *progress;            // may be NULL
    // Who helps to walk over the pixels; NULL = nobody. See struct scan_request.
    struct jobs *jobs;
    struct handle *handle;
    const void *owner;
};

enum mask_operation_kind {
    MASK_AT_ONCE, // quick: changes the open edit
    MASK_WHOLE,   // looks at the whole mask
    MASK_PIXELS,  // reads the image
};

struct mask_operation {
    const char *name; // "above", "circle", "grow": also of the command (mask.above) and option (--above)
    const char *help; // one sentence
    const char *done; // for people: "Grown by {1} px" (mask_operation_done); NULL: one sees what was done
    // `numbers` are the arguments that were given, choices as their index from 0; their number and kinds are
    // as the list in mask_operation_list.h says.
    enum status (*run)(const struct mask_context *context, const double *numbers, size_t count,
                       struct error *error);
    enum mask_operation_kind kind;
};

extern const struct mask_operation mask_operations[];               // ends with a NULL name
const struct mask_operation *mask_operation_find(const char *name); // NULL if there is none

// operation->done with the numbers in its places; for operations that have it.
void mask_operation_done(const struct mask_operation *operation, const double *numbers, size_t count,
                         char *text, size_t size);

// Runs any operation and makes its change in the open edit of context->history: for those who wait.
// context->change is not used; *context->changed is told of all of them.
enum status mask_operation_perform(const struct mask_operation *operation, const struct mask_context *context,
                                   const double *numbers, size_t count, struct error *error);

// The pixels that a rule selects, as a new bitmap: for operations and for the preview of a limit. Pixels with
// marks or damage are left out, and so are those of the mask's layers other than context->bits.
enum status mask_select(const struct mask_context *context, const struct mask_rule *rule,
                        struct bitmap **selected, struct error *error);

#endif
