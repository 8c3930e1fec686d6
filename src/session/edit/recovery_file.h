// SPDX-License-Identifier: MIT
// The file in which a session keeps its unsaved mask edits, and those that sessions left behind.
//
// The file PID-START.mask in $XDG_STATE_HOME/fovea/recovery (or below ~/.local/state) is: the 8 bytes
// "FOVEAREC"; version 1 (u32); number of masks (u32); PID (i64) and start of its process in clock ticks after
// boot (i64); seconds since 1970 (i64); the machine's name (text); then for each mask its width and height
// (i64), layers (u8), the name of the image (text), and the layers packed: a count (i64) and bytes as of
// mask_delta; at the end the FNV-1a of all before (u64). A text is a length (u32) and bytes. Numbers are
// little-endian.
#ifndef FOVEA_SESSION_RECOVERY_FILE_H
#define FOVEA_SESSION_RECOVERY_FILE_H

#include "base/status.h"
#include "image/edit/mask_delta.h"
#include "image/mask.h"

struct recovery_item {
    char *name; // of the image; owned
    int64_t width, height;
    uint8_t layers;           // that were the user's
    struct mask_delta packed; // from an empty mask
};

// Zero-initialise; recovery_record_free when done.
struct recovery_record {
    char *path;           // of the file; owned, NULL when it was not read from one
    int64_t pid, started; // of the session
    int64_t time;         // seconds since 1970
    char host[65];
    struct recovery_item *items;
    size_t count;
};
void recovery_record_free(struct recovery_record *record);

// Writes the folder's path; false if no home is known.
bool recovery_folder(char *path, size_t size);
// Fills what tells this session.
void recovery_record_sign(struct recovery_record *record);
// Fills the same of a record that this session, as told by the other, writes now.
void recovery_record_name(struct recovery_record *record, const struct recovery_record *session);
// The path of this session's file in `folder`.
void recovery_file_path(const char *folder, const struct recovery_record *record, char *path, size_t size);

// Packs the layers of the blocks [*block, ...) of a mask into an item, for about `budget_ns`; moves *block
// and returns true when the last one is done. The mask's size and the item's are the same.
bool recovery_item_pack(struct recovery_item *item, const struct mask *mask, int64_t *block,
                        int64_t budget_ns);
// A new mask with the item's layers.
enum status recovery_item_mask(const struct recovery_item *item, struct mask **mask, struct error *error);

// Writes a file in one step, durable; makes its folder.
enum status recovery_file_write(const char *path, const struct recovery_record *record, struct error *error);
// STATUS_BROKEN for a file that is damaged or of another version.
enum status recovery_file_read(const char *path, struct recovery_record *record, struct error *error);

// The records of sessions of this machine that no longer run, the newest first; what cannot be read is left
// out. Removes drafts that such sessions left half written. The caller frees each and the array.
size_t recovery_file_find(const char *folder, struct recovery_record **records);

#endif
