// SPDX-License-Identifier: MIT
// Where frames come from: the names the user gave, in order, each a file or a specification ("sim:...").
//
// A source is a list of items; each item opens as an image_file (the reader contract) and has one or more
// frames. Stepping runs through the frames of an item and then goes on to the next item. Items are opened
// when they are needed, so a list of thousands of files costs nothing at the start.
#ifndef FOVEA_SOURCES_SOURCE_H
#define FOVEA_SOURCES_SOURCE_H

#include "base/file.h"
#include "formats/base/reader.h"
#include "sources/series.h"
#include "sources/slab_mode.h"

// Thread-safety: one thread at a time, but source_open, source_identify, source_name and source_destroy may
// run on any.
// Opaque.
struct source;

// Takes `count` names (copied) as they are; nothing is opened yet. At least one.
enum status source_create(const char *const *names, size_t count, int channel, struct source **source,
                          struct error *error);
// Takes an expanded series.
enum status source_create_series(const struct series *series, int channel, struct source **source,
                                 struct error *error);
// A source of one item whose frames are the sum, maximum or mean of every `count` consecutive frames of
// `inner`, which is shared (source_share).
enum status source_create_slab(const struct source *inner, enum slab_mode mode, int64_t count,
                               struct source **source, struct error *error);

// One more owner of the same source, such as a job that will open an item: it gives that back by
// source_destroy, on any thread. NULL is fine.
struct source *source_share(const struct source *source);
// Gives it back, and frees it after the last owner has. Sets *source to NULL; NULL is fine.
void source_destroy(struct source **source);

size_t source_count(const struct source *source);
// The name of item `index` as the user gave it; borrowed for the source's life.
const char *source_name(const struct source *source, size_t index);

// A place in the source.
struct source_position {
    size_t item;
    int64_t frame; // of that item, from 0; negative: counted from the end, -1 is the last
};

// Opens an item on its own handle, which the caller closes: by the reader table, or by a scheme ("sim:",
// "raw:").
enum status source_open(const struct source *source, size_t item, struct cancel *cancel,
                        struct image_file **file, struct error *error);

// What an item's file is now, by asking the file system; what never changes (a simulation) has an identity
// too. Of a file that refers to others only itself is looked at. All 0 where there is no single file, as of
// slabs.
struct file_identity source_identify(const struct source *source, size_t item);

// The position `steps` (negative: back) from `position`, clamped at both ends. Opens items as needed to know
// their number of frames (remembered), at most 64 of them, or 8 if all of these have the same number; those
// that are left are taken to have as many as the one opened last. An item that cannot be opened counts as one
// frame, so that stepping onto it shows its error. The item where the steps end is not opened: there the
// frame may be -1. `moved` tells how many steps were really made (signed).
struct source_position source_step(struct source *source, struct source_position position, int64_t steps,
                                   int64_t *moved);
// The same for those who must not wait: opens nothing. The item of *position, where its number of frames is
// not known, counts as one that cannot be opened. False, and nothing is changed, if other items would have to
// be opened.
bool source_step_known(struct source *source, struct source_position *position, int64_t steps,
                       int64_t *moved);
// A source of the same items of its own, for steps on another thread; what it learnt there of the numbers of
// frames is given back by source_learn.
struct source *source_fork(const struct source *source);
void source_learn(struct source *source, const struct source *fork);
// Tells the source the number of frames of an item that was opened elsewhere.
void source_set_frames(struct source *source, size_t item, int64_t frames);
// The item's number of frames, or 0 while unknown.
int64_t source_frames(const struct source *source, size_t item);

// The first and the last place, as far as items are not passed over.
struct source_position source_first(const struct source *source);
struct source_position source_last(const struct source *source);

// Leaves an item out from now on: it was found beside images and is none.
void source_pass_over(struct source *source, size_t item);
// Whether the item was found in a folder or by a pattern and not named.
bool source_was_found(const struct source *source, size_t item);

// The frames of all items before `item`, or all of the source with item == source_count(). Items that were
// not opened count as one frame; *exact is set false if there are any.
int64_t source_frames_before(const struct source *source, size_t item, bool *exact);

// Opens a single name without a source: a file or a scheme. `cancel` may be NULL.
enum status source_open_name(const char *name, int channel, struct cancel *cancel, struct image_file **file,
                             struct error *error);
// The same of a request whose `path` is the name.
enum status source_open_request(const struct open_request *request, struct image_file **file,
                                struct error *error);

#endif
