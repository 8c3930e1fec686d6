// SPDX-License-Identifier: MIT
// How a frame is cut into bands of rows for decoding on several threads.
#ifndef FOVEA_SOURCES_BAND_PLAN_H
#define FOVEA_SOURCES_BAND_PLAN_H

#include "image/frame.h"

struct band_plan {
    int64_t rows;  // of a band, a multiple of REDUCE_BAND_ROWS; the last band may have fewer
    int64_t run;   // consecutive bands that one worker takes together
    int64_t count; // bands of the frame
};

// Bands of about 1 MB. No chunk of the file should be decoded twice: where chunks and bands do not go
// together, each worker takes a run of bands and finds their common chunks in the reader's cache; only those
// at both ends of a run are decoded by two workers. Chunks too large for that cache are put together to whole
// bands instead. The frame's bytes must not overflow (frame_bytes).
struct band_plan band_plan_for(const struct frame_info *info);

#endif
