// SPDX-License-Identifier: MIT
// The layers of the mask that are the user's, of one document: a sheet for each size that its images have.
//
// A sheet holds what was drawn, the layer of the mask file, and the layers of the data that the user
// unlocked, with the history of their edits. It is never lent: a job that needs it gets a snapshot
// (mask_snapshot), so that the user draws on while frames load. What a frame masks by itself (gaps, bad
// pixels) is the frame's; both are united where they are shown (mask_unite).
//
// All functions are for one thread.
#ifndef FOVEA_SESSION_MASK_BOOK_H
#define FOVEA_SESSION_MASK_BOOK_H

#include "image/edit/mask_edit.h"

// A sheet that is not open and has no unsaved edits may go when there are more than this.
enum { MASK_BOOK_SHEETS = 8 };

struct mask_sheet {
    struct mask *mask;
    struct mask_history *history;
    uint8_t owned;   // layers of the data and the file that are the user's: see mask_sheet_own
    uint8_t touched; // layers that were edited
    uint8_t dirty;   // layers with edits that no file holds
    uint64_t edits[MASK_LAYER_COUNT]; // how often each layer was edited
    bool has_file;                    // the layer of the document's mask file is in `mask`
    int open_count;                   // how many show it
    // Grows with every change of `mask`, of which the last was within `changed`: see mask_sheet_changed.
    uint64_t serial;
    struct rect changed;
    int64_t changed_ns;
    char *name; // of the image that was shown with it last, or ""; owned
    // Of the last save, with how; owned, or NULL.
    char *saved_path;
    uint8_t saved_bits;
    int saved_values;
};

struct mask_book;

struct mask_book *mask_book_create(void);
// One more owner of the same book.
struct mask_book *mask_book_share(struct mask_book *book);
// Gives it back, and frees it after the last owner has.
void mask_book_destroy(struct mask_book **book);

// The sheets, in the order in which they were made.
size_t mask_book_count(const struct mask_book *book);
struct mask_sheet *mask_book_at(const struct mask_book *book, size_t index);
// The sheet for images of that size, or NULL.
struct mask_sheet *mask_book_find(const struct mask_book *book, int64_t width, int64_t height);
// The same, made if there is none. It is valid as long as it is open, has unsaved edits, or none is made.
enum status mask_book_sheet(struct mask_book *book, int64_t width, int64_t height, struct mask_sheet **sheet,
                            struct error *error);
// The mask file is another one, or none (`gone`): its layer is no longer that of the sheets.
void mask_book_forget_file(struct mask_book *book, bool gone);

void mask_sheet_open(struct mask_sheet *sheet);
// Gives back what mask_sheet_open took, and sets *sheet to NULL; NULL is fine.
void mask_sheet_close(struct mask_sheet **sheet);
// The mask was changed within `rect`: other frames that show the sheet will see that its serial has grown.
void mask_sheet_changed(struct mask_sheet *sheet, struct rect rect);
// The user has edited these layers, and no file holds that.
void mask_sheet_edited(struct mask_sheet *sheet, uint8_t layers);
void mask_sheet_rename(struct mask_sheet *sheet, const char *name);

// Makes the layers of the data and the file in `layers` the user's, and no others. Those that become so begin
// with what `classes` (may be NULL) has of them now, but for layers with edits of the user, which come back
// as they were. Returns the layers that began so: of a frame that is still being loaded, their other rows are
// to be added when they come in.
uint8_t mask_sheet_own(struct mask_sheet *sheet, uint8_t layers, const struct mask *classes);

#endif
