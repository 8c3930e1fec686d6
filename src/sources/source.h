// SPDX-License-Identifier: MIT
// Where frames come from: the names the user gave, in order, each a file or a "sim:" or "raw:" specification.
//
// A source is a list of items; each item opens as an image_file (the reader contract) and has one or more
// frames. Stepping runs through the frames of an item and then goes on to the next item. Items are opened
// when they are needed, so a list of thousands of files costs nothing at the start.
#ifndef FOVEA_SOURCES_SOURCE_H
#define FOVEA_SOURCES_SOURCE_H

#include "formats/reader.h"

// Thread-safety: one thread at a time. Opaque.
struct source;

// Takes `count` names (copied); nothing is opened yet. At least one.
enum status source_create(const char *const *names, size_t count, int channel, struct source **source,
                          struct error *error);
void source_destroy(struct source **source);

size_t source_count(const struct source *source);
// The name of item `index` as the user gave it; borrowed for the source's life.
const char *source_name(const struct source *source, size_t index);

// A place in the source.
struct source_position {
    size_t item;
    int64_t frame; // of that item, from 0
};

// Opens an item on its own handle, which the caller closes: by the reader table, or by a scheme ("sim:",
// "raw:").
enum status source_open(const struct source *source, size_t item, struct image_file **file,
                        struct error *error);

// The position `steps` (negative: back) from `position`, clamped at both ends. Opens items as needed to know
// their number of frames (remembered); an item that cannot be opened counts as one frame, so that stepping
// onto it shows its error. `moved` tells how many steps were really made (signed).
struct source_position source_step(struct source *source, struct source_position position, int64_t steps,
                                   int64_t *moved);
// Tells the source the number of frames of an item that was opened elsewhere.
void source_set_frames(struct source *source, size_t item, int64_t frames);
// The item's number of frames, or 0 while unknown.
int64_t source_frames(const struct source *source, size_t item);

// Opens a single name without a source: a file or a scheme.
enum status source_open_name(const char *name, int channel, struct image_file **file, struct error *error);

#endif
