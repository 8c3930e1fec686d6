// SPDX-License-Identifier: MIT
// One frame as it is shown: its description, its picture on the GPU, what is masked in it, statistics and
// histogram, and exact values.
#ifndef FOVEA_SESSION_FRAME_H
#define FOVEA_SESSION_FRAME_H

#include "image/detector.h"
#include "image/taps.h"
#include "render/picture.h"
#include "session/inquiry.h"
#include "session/masks/frame_mask.h"
#include "sources/loader.h"
#include "sources/region_loader.h"
#include "view/layout.h"

// Exact samples of a small rectangle of a frame, kept by a pane while it looks at them. All zero at first.
struct frame_grid {
    struct rect rect;
    uint64_t serial; // of the picture they belong to; 0 = nothing here
    enum sample_type type;
    bool exact; // false: rounded to float32, as on the GPU
    bool final; // nothing better is to come from the file
    void *samples;
};

// A frame that nobody shows yet, while it is read ahead.
struct frame_coming {
    struct loader *loader; // NULL: it is not
    struct mask_version left_out;
    int64_t bytes;     // that its bands take
    const void *owner; // who began it, and ends it if it is not wanted any more
};

// Where those that show a frame look at it, each known by its address.
struct frame_sights {
    const void *owners[LAYOUT_MAX_PANES];
    struct picture_sight at[LAYOUT_MAX_PANES];
    size_t count;
};

struct document;

// Which frame it is, and what its numbers and levels depend on besides the user's mask.
struct frame_key {
    const struct document *document; // never looked at; NULL: none
    struct source_position position; // its frame from 0
    enum reduce_mode reduce;
    struct class_choice choice;
};

bool frame_key_is(const struct frame_key *key, const struct frame_key *other);

// Without a picture nothing is shown. Panes that show the same frame of the same document share it. They get
// it from session/frame_cache, which gives it back, too.
struct frame {
    int holders; // panes that show it, or are about to; without any it is only kept
    struct frame_key key;
    // All of it is there, as the file of `identity` has it: it may be shown again without being read.
    bool whole;
    struct file_identity identity;
    struct frame_coming coming; // then there is no picture
    bool passing; // it is shown while a series is played: no other frame goes in order to keep it
    struct picture *picture;
    struct frame_info info;        // of the picture
    struct detector_info detector; // what the file says of it
    struct frame_mask mask;        // of the picture
    struct handle *file;           // of the shown item, or NULL
    struct inquiry *inquiry;       // about this frame
    struct statistics statistics;  // valid once complete
    bool statistics_known;
    struct histogram *histogram;
    struct limits_sample sample;
    uint64_t serial;               // another number whenever statistics and histogram are others
    struct region_loader *regions; // fills the tile cache of pictures over the memory budget; NULL otherwise
    struct frame_sights sights;    // for which it fills it
    char note[160];                // "shown as float32", "streamed ..."
};

// What is taken over from a load that ended.
void frame_take_statistics(struct frame *frame, struct taps_result *taps);
// Nothing is shown any more: the numbers go with the picture they are of. The open file stays.
void frame_clear(struct frame *frame);
// An empty frame with one holder. `number` is another one for each frame of a session, so that no two have
// the same serial; `jobs` must outlive it.
struct frame *frame_create(uint64_t number, struct jobs *jobs);
void frame_destroy(struct frame **address); // sets *address to NULL
// One more holder of the same frame.
struct frame *frame_share(struct frame *frame);

// `owner`, one of those that show the frame, looks at that part of it from now on. The tiles that are kept of
// a picture over the memory budget are those in all sights.
void frame_look(struct frame *frame, const void *owner, struct picture_sight sight);
// It looks elsewhere. NULL: all do.
void frame_look_away(struct frame *frame, const void *owner);

// Whether its numbers and levels leave out what the user masks now.
bool frame_is_current(const struct frame *frame);
// The memory of what there is of it, on the device and off.
int64_t frame_memory(const struct frame *frame);

// The description of what is said of the frame beside its name: `note`.
void frame_describe(struct frame *frame, const struct frame_info *info);

// Reads the samples of a small rectangle, in the file's own type, into the grid: from the GPU where that has
// them exactly, else from the file. As long as the file has not answered they are rounded (or false is
// returned), and grid.final is false. False also if they cannot be had.
bool frame_fill_grid(struct frame *frame, struct rect rect, struct frame_grid *grid);
// A sample of the grid; NULL where the grid does not hold it.
const char *frame_grid_sample(const struct frame *frame, const struct frame_grid *grid, int64_t x, int64_t y);

#endif
