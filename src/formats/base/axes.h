// SPDX-License-Identifier: MIT
// Which axes of an array are the rows and columns of the image, and which step through frames: one rule for
// HDF5, NumPy, TIFF and NRRD.
//
// Axes are counted as HDF5 and NumPy write a shape, the last one running fastest. The rule, in this order:
//  1. A slice, if one is given: an entry for each axis, "3" (fixed), ":" or "2:5" (a range), "*" (steps
//     through frames); what is left out is ":". The last two ranges are rows and columns, others count
//     frames.
//  2. What the file tells of its axes (enum axes_told).
//  3. A last axis of length 1 is left out where it follows an axis longer than 1: (H, W, 1).
//  4. A last axis of 3 or 4 behind two axes longer than AXES_PICTURE_SIDE is of colours: (H, W, 3).
//  5. The last two of the axes left are rows and columns.
// All axes before them count frames, the last of those fastest. Of colours the luminance is shown, or one of
// them (formats/base/channels.h).
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_AXES_H
#define FOVEA_FORMATS_AXES_H

#include <stdbool.h>
#include <stdint.h>

enum { AXES_MAX = 32, AXES_NONE = -1, AXES_PICTURE_SIDE = 8 };

enum axis_role { AXIS_FIXED, AXIS_FRAMES, AXIS_ROWS, AXIS_COLUMNS, AXIS_COLOURS };

struct axis {
    enum axis_role role;
    int64_t start, count; // AXIS_FIXED: count is 1
};

struct axes {
    int rank;
    struct axis axis[AXES_MAX];
    int rows, columns, colours; // indices, or AXES_NONE: an array of one axis has no rows
};

// What a file tells. AXES_IMAGE leaves out steps 3 and 4, AXES_NUMBERS step 4: the samples are no colours.
enum axes_told {
    AXES_UNTOLD,
    AXES_IMAGE,
    AXES_NUMBERS,
    AXES_COLOURS_LAST,   // (..., rows, columns, colours)
    AXES_COLOURS_MIDDLE, // (..., rows, colours, columns)
    AXES_COLOURS_FIRST,  // (..., colours, rows, columns)
    AXES_FRAMES_LAST,    // (..., rows, columns, frames)
};

// Steps 2 to 5. Told what an array of that rank cannot be, it is as if nothing had been told. `rank` is at
// most AXES_MAX; lengths are at least 1.
void axes_choose(const int64_t *dims, int rank, enum axes_told told, struct axes *axes);
// Step 1, for what stands between the brackets. False where that does not select an image.
bool axes_slice(const int64_t *dims, int rank, const char *slice, struct axes *axes);
// The product of the lengths of all axes of frames but the first `skipped` axes; false if it overflows.
bool axes_frames(const struct axes *axes, int skipped, int64_t *frames);
// The coordinates of the first sample of a frame. With `endless` the first axis takes all that the others
// leave, whatever its length.
void axes_first(const struct axes *axes, int64_t frame, bool endless, int64_t *at);
// Rows, columns and colours (if any) follow each other from there on to the end but for axes of length 1, and
// rows and columns are whole.
bool axes_are_plain(const struct axes *axes, const int64_t *dims);
int64_t axes_width(const struct axes *axes);
int64_t axes_height(const struct axes *axes);

// Cuts the slice off "NAME[SLICE]" and returns it; NULL, with `text` as it was, where there is none.
char *slice_cut(char *text);

#endif
