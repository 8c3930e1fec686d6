// SPDX-License-Identifier: MIT
// Rows of a frame as a loader hands them over and a picture takes them: in the type in which they are stored
// for drawing, with their part of the reduced levels.
//
// Thread-safety: plain data; it belongs to whom it was handed over to.
#ifndef FOVEA_IMAGE_LOADED_BAND_H
#define FOVEA_IMAGE_LOADED_BAND_H

#include "image/reduce.h"

// All pointers are borrowed from whoever loaded the band. The first row and the number of rows are multiples
// of REDUCE_BAND_ROWS, save for the number in the last band of a frame.
struct loaded_band {
    int64_t y, rows;
    const void *pixels; // rows of the frame's width, of sample_storage_type(), without padding
    bool any_mask;      // the classes or the user's layers have bits within these rows
    int levels;         // reduced levels that follow
    const float *level[REDUCE_MAX_LEVELS + 1]; // [1 .. levels]: rows of reduce_side(width, l) values
    int64_t level_rows[REDUCE_MAX_LEVELS + 1];
    int slot; // of the loader, to which the band is given back
};

#endif
