// SPDX-License-Identifier: MIT
// What is masked in a shown frame: the user's layers over images of its size, and the classes that came with
// it, united.
//
// The classes come in with the bands of the frame and do not change afterwards, though the load that found
// them be cancelled. The union shares the blocks of both, so that it costs memory only where both have bits.
// All functions are for the main thread.
#ifndef FOVEA_SESSION_FRAME_MASK_H
#define FOVEA_SESSION_FRAME_MASK_H

#include "session/masks/mask_book.h"

// A sheet at a moment. Without a sheet: nothing was masked.
struct mask_version {
    const struct mask_sheet *sheet; // never looked at
    uint64_t serial;
};

// Zero-initialise; frame_mask_finish when done.
struct frame_mask {
    struct mask_sheet *sheet; // of the user; NULL before the first frame
    struct mask *classes;     // of the frame (MASK_CLASS_BITS), as far as it is there; NULL without one
    struct mask *seen;        // both: what is shown and saved; NULL without a frame
    uint8_t ignored;          // classes that count all the same: the layer of the mask file may be one
    uint8_t arriving;         // classes that become the user's as they come in
    uint64_t sheet_serial;    // of the sheet as it is in `seen`
    uint64_t counted;         // the serial of the sheet that the frame's statistics leave out
    bool counting;            // statistics are being made again (session/recount.h)
    // Where `seen` was changed:
    struct rect unreduced; // by the user, since what the reduced levels leave out
    struct rect unshown;   // and the picture does not show it yet
    struct rect uncounted; // for who counts its pixels and empties it
};

// A frame of that size begins to come in: its sheet is opened, with the layer of the mask file if one was
// read with the frame (NULL: none), and `owned` layers of the data and the file are the user's.
//
// `left_out` is what the load had a snapshot of.
enum status frame_mask_begin(struct frame_mask *masked, struct mask_book *book, const struct frame_info *info,
                             const struct mask *file_layer, uint8_t owned, struct mask_version left_out,
                             struct error *error);
// Takes the classes of rows that came in; they are whole rows of blocks, or the last ones.
void frame_mask_take_rows(struct frame_mask *masked, const struct mask *classes, int64_t y, int64_t rows);
// The frame is there: nothing more comes in.
void frame_mask_end(struct frame_mask *masked);
// There is no frame any more; the sheet stays open.
void frame_mask_clear(struct frame_mask *masked);
void frame_mask_finish(struct frame_mask *masked);

// The user changed the sheet within `rect`, in this frame: others that show it are told by its serial.
void frame_mask_edited(struct frame_mask *masked, struct rect rect);
// The user's layers were changed within `rect`, of which the others know.
void frame_mask_update(struct frame_mask *masked, struct rect rect);
// What of the sheet was changed by others since, and is not in `seen` yet: it is taken in. Empty: nothing
// was.
struct rect frame_mask_catch_up(struct frame_mask *masked);
// Other layers of the data and the file are the user's. True if anything changed: then all is united again.
// `loading`: more classes come in.
bool frame_mask_own(struct frame_mask *masked, uint8_t owned, bool loading);

#endif
