// SPDX-License-Identifier: MIT
// All frames of a session: those that panes show, and the ones that they showed last, which are kept so that
// going back to them, or to them in another pane, reads nothing again. All of them live in one memory budget.
//
// The budget is that of --memory, or else three quarters of what is free and at most 4 GB (base/memory.h).
// What is shown comes first. A picture that does not fit beside the others shown is stored by its coarser
// levels only, and all such pictures share what is left as caches of tiles; each gets an eighth of the
// budget, but not more than 32 MB, even where nothing is left. Of what the shown frames leave then, kept
// frames take
//   - with --memory: all but twice as much as the shown ones, which is for frames that are read ahead;
//   - else: an eighth of the budget, and at most 128 MB: too little for a frame means that none is kept.
// A frame that is read ahead (frame.coming) is in the list too, so that one look finds whatever there is of a
// frame, and panes of the same document take over what another one began. Its bands take what all the others
// leave, without --memory at most an eighth of what is free.
// Those that were shown longest ago go first. A frame that is shown never goes. What is played does not push
// out what is kept: of a series that is too long none would be left when it begins anew.
//
// A kept frame is found by what it is (struct frame_key), and only while the user's mask is the one that its
// numbers leave out. Whether its file is still the one that it was read from is for the caller to find out
// (loader_request.refused), because that may wait for a disk. All functions are for the main thread.
#ifndef FOVEA_SESSION_FRAME_CACHE_H
#define FOVEA_SESSION_FRAME_CACHE_H

#include "session/frame.h"

struct frame_cache {
    struct jobs *jobs;
    int64_t memory_limit;  // bytes, set by the user; 0: by the machine's free memory
    struct frame **frames; // kept ones in the order in which they were let go of
    size_t count;
    struct picture *spare; // of a frame that is gone, for the next one that comes; or NULL
    uint64_t made;         // frames so far
    int64_t budget;        // of all, as it was when a picture was made last
};

// `jobs` must outlive it.
struct frame_cache *frame_cache_create(struct jobs *jobs);
// With all frames; before the device.
void frame_cache_destroy(struct frame_cache **address);

// An empty frame with one holder.
struct frame *frame_cache_new(struct frame_cache *cache);
// One holder less. Without any, a whole frame is kept if there is room, else freed. Sets *address to NULL.
void frame_cache_release(struct frame_cache *cache, struct frame **address);
// The same where another frame comes into the place: if it is not kept, its picture is a spare one until the
// next frame comes anywhere, as far as there is room. Panes that follow each other thus use two in turn.
void frame_cache_leave(struct frame_cache *cache, struct frame **address);
// A whole frame, shown or kept, that is current, or else one that is read ahead; borrowed. NULL if there is
// none.
struct frame *frame_cache_find(const struct frame_cache *cache, const struct frame_key *key);
// The frames of a document are not found any more, and not kept: its source or its masks are others, or go.
void frame_cache_forget(struct frame_cache *cache, const struct document *document);

// --- reading ahead ---

// The bytes that the bands of one more frame may take.
int64_t frame_cache_ahead(struct frame_cache *cache);
// A frame begins to be read ahead. `coming` is taken over.
void frame_cache_expect(struct frame_cache *cache, const struct frame_key *key, struct frame_coming coming);
// The frame that an owner reads ahead, borrowed; or NULL.
struct frame *frame_cache_coming_of(const struct frame_cache *cache, const void *owner);
// Takes a frame that is read ahead out of the list, for whoever loads it now or ends it. Nothing if `frame`
// is another one, or NULL.
struct frame_coming frame_cache_take_coming(struct frame_cache *cache, const struct frame *frame);
// Whether a frame is there, is being loaded where it is shown, or read ahead.
bool frame_cache_knows(const struct frame_cache *cache, const struct frame_key *key);

// --- the next frame ---

// Another frame, described by `info`, comes into a place where *address is shown: that is given back for one
// to be loaded into. It is the same one where nobody else shows it and it is not kept; else an empty one of
// the same document, if possible with a picture that fits, of a frame that is kept no longer.
void frame_cache_turn(struct frame_cache *cache, struct frame **address, const struct frame_info *info);

// What a new picture may take where `frame` is shown, beside all others that are: what they leave, or half of
// that if the `bytes` that it needs are more, so that pictures that come later find room too.
int64_t frame_cache_room(struct frame_cache *cache, const struct frame *frame, int64_t bytes);
// A picture was made: drops kept frames that there is no room for, and shares out the memory for tiles.
void frame_cache_settle(struct frame_cache *cache);

// What kept frames take, and what they may.
int64_t frame_cache_kept(const struct frame_cache *cache);
int64_t frame_cache_most(const struct frame_cache *cache);

#endif
