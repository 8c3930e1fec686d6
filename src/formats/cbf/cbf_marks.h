// SPDX-License-Identifier: MIT
// Places within a compressed section from which decoding can begin, shared by all handles of a file.
//
// A compressed section can only be decoded from its first value on. Whoever decodes leaves marks every few
// rows; later requests, also those of other threads, begin at the last one before what they want. Only the
// section that was decoded last has marks, some hundred at most.
#ifndef FOVEA_FORMATS_CBF_MARKS_H
#define FOVEA_FORMATS_CBF_MARKS_H

#include "formats/cbf/cbf_coding.h"

// Thread-safety: all functions may be called from any thread at once.
struct cbf_marks;

// One reference; must be given back by cbf_marks_drop.
struct cbf_marks *cbf_marks_create(void);
struct cbf_marks *cbf_marks_share(struct cbf_marks *marks);
void cbf_marks_drop(struct cbf_marks *marks); // NULL is fine

// A place: the index of the value that comes next, the bit in the section's data, and the decoder there.
struct cbf_mark {
    int64_t position;
    int64_t bit;
    struct cbf_coder coder; // `row` and `codes` are those of the handle, or NULL
};

// Begins to keep marks of another section, whose rows are `width` values wide. Returns the number of values
// from mark to mark: a multiple of the width.
int64_t cbf_marks_choose(struct cbf_marks *marks, int64_t section, int64_t width, int64_t rows);

// Leaves a mark at a multiple of that number. With coder.row its `width` values are copied. Nothing happens
// when another section is marked by now, or there is no memory.
void cbf_marks_note(struct cbf_marks *marks, int64_t section, const struct cbf_mark *mark);

// The last mark at or before `position` and behind `after`; false if there is none. Where *mark->coder.row is
// not NULL on entry, it is filled with the values of the row; coder.row and coder.codes stay as they are.
bool cbf_marks_find(struct cbf_marks *marks, int64_t section, int64_t position, int64_t after,
                    struct cbf_mark *mark);

#endif
