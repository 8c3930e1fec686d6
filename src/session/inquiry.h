// SPDX-License-Identifier: MIT
// What the shown frame is asked besides its picture: its header, its detector, the exact samples of a few
// pixels that the GPU holds rounded. All of it is read from the file by jobs.
//
// A question is asked by looking for its answer: the first look starts a job, later ones find out whether the
// answer has come. Of each kind the latest question counts; what another one asked before is given up. When
// another frame is shown everything is forgotten, and jobs that hang free themselves whenever they end.
#ifndef FOVEA_SESSION_INQUIRY_H
#define FOVEA_SESSION_INQUIRY_H

#include "sources/handle.h"

// Opaque. Thread-safety: the consumer of the jobs.
struct inquiry;

// `jobs` must outlive it.
struct inquiry *inquiry_create(struct jobs *jobs);
void inquiry_destroy(struct inquiry **inquiry); // sets *inquiry to NULL; NULL is fine

// From now on the questions are about this frame of `file`, which is shared; `info` is copied. NULL: there is
// nothing to ask, and no answer.
void inquiry_turn_to(struct inquiry *inquiry, struct handle *file, int64_t frame,
                     const struct frame_info *info);

// What the file says of the frame: first the detector's lines, then the header's.
struct inquiry_header {
    const char *text;      // "key\tvalue\n" lines; borrowed until the next call for another frame
    size_t detector_bytes; // of the text, at its beginning
    uint64_t serial;       // another number for every text
};
// False until the answer has come; *header is then empty.
bool inquiry_header(struct inquiry *inquiry, struct inquiry_header *header);

// The pixels under the mouse, or a part of the frame that a pane shows: of those several may be asked about
// at the same time.
enum inquiry_place { INQUIRY_CURSOR, INQUIRY_VISIBLE };
enum inquiry_answer {
    INQUIRY_COMING,
    INQUIRY_KNOWN,
    INQUIRY_UNKNOWN, // the file does not answer this: it cannot be read at random, or not there
};
// The samples of `rect` (inside the frame) in the frame's own type, row by row, into `samples`; untouched
// unless they are known.
enum inquiry_answer inquiry_samples(struct inquiry *inquiry, enum inquiry_place place, struct rect rect,
                                    void *samples);

// True once after answers have come: something is to be drawn again.
bool inquiry_has_news(struct inquiry *inquiry);
// Waits for the answers to all that was asked: for those without an event loop. Ends early once `cancel`
// (may be NULL) is requested.
void inquiry_wait(struct inquiry *inquiry, struct cancel *cancel);

#endif
