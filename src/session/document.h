// SPDX-License-Identifier: MIT
// What is opened: a source of frames with its series, the user's masks, and what was found out about its
// files.
#ifndef FOVEA_SESSION_DOCUMENT_H
#define FOVEA_SESSION_DOCUMENT_H

#include "session/masks/mask_book.h"
#include "sources/slab_mode.h"
#include "sources/source.h"

// Without a source nothing is open. Several panes may show the same one.
struct document {
    int references;
    struct source *source;
    struct source *plain; // the series itself where `source` is slabs of it, else NULL
    int64_t slab_frames;  // of each slab, or 0
    int channel;
    int64_t passed_over; // files found that are no images, since the last image
    char passed_name[160];
    struct mask_book *masks; // the user's layers; never NULL
    char *mask_path;         // of the mask file, read with the first frame of each size; owned, or NULL
};

// What to open.
struct document_request {
    const char *const *names;
    size_t count;
    bool siblings; // the whole series of a file (series_expand)
    int beside;    // not 0: its folder, beginning with the image so many after it: 1, -1 (its last frame)
    int64_t frame; // to begin with, counted from the first named file
    int channel;   // of several samples per pixel, or CHANNEL_AUTO
    enum slab_mode slab; // where slab_frames is above 0: then `frame` is one of slabs
    int64_t slab_frames;
};

// A document without a source.
struct document *document_create(int channel);
// One more owner of the same document.
struct document *document_share(struct document *document);
// Gives it back, and frees it after the last owner has. Sets *address to NULL; NULL is fine.
void document_release(struct document **address);
// The files themselves, where `source` is slabs of them; NULL if nothing is open.
struct source *document_files(const struct document *document);
// The same files with the same masks, of which `document`'s owner can show slabs without the others.
struct document *document_fork(const struct document *document);
// Moves the user's masks of what was open before into a new document, for frames of the same sizes.
void document_take_masks(struct document *document, struct document *old);

// The document that the request stands for, and the place in it to begin with.
enum status document_open(const struct document_request *request, struct document **document,
                          struct source_position *position, struct error *error);

#endif
