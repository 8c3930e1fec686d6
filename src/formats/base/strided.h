// SPDX-License-Identifier: MIT
// Decoding of images whose samples do not follow each other in the file: columns, frames or channels run
// fastest.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_STRIDED_H
#define FOVEA_FORMATS_STRIDED_H

#include "formats/base/axes.h"
#include "formats/base/plain.h"

enum { STRIDED_SCRATCH_BYTES = 16 * 1024 * 8 }; // 16 columns of 1024 samples

// Where the samples of a frame are, counted in samples: at first + y * row_step + x * column_step. Steps are
// at least 1.
struct strided {
    int64_t first, row_step, column_step;
};

// The place of a frame of an array. `steps` has the samples from index to index of each axis.
struct strided strided_place(const struct axes *axes, const int64_t *steps, int64_t frame);

// Decodes a rectangle of the frame; what is not present is lost. *scratch, at first NULL, is memory of
// STRIDED_SCRATCH_BYTES for images stored by columns, which the caller frees in the end.
enum status strided_decode(const struct plain_samples *from, const struct strided *place, uint8_t **scratch,
                           const struct decode_request *request, struct decode_report *report,
                           struct error *error);

#endif
