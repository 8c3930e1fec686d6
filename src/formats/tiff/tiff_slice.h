// SPDX-License-Identifier: MIT
// Slices of a TIFF file as an array of pages, rows, columns and samples, by the rule of formats/base/axes.h.
//
// The axes are those of NumPy's tifffile: (pages, rows, columns, samples), or (pages, samples, rows, columns)
// where samples are stored in planes of their own; a single page or sample is no axis.
//
// Thread-safety: one thread at a time for each handle, as for all readers.
#ifndef FOVEA_FORMATS_TIFF_SLICE_H
#define FOVEA_FORMATS_TIFF_SLICE_H

#include "formats/base/axes.h"
#include "formats/base/reader.h"

enum tiff_axis { TIFF_PAGES, TIFF_ROWS, TIFF_COLUMNS, TIFF_SAMPLES, TIFF_AXES };

// What is sliced: pages that are all alike.
struct tiff_array {
    int64_t pages, width, height;
    int64_t samples; // of a pixel
    bool separate;   // in planes of their own
};

// How a slice takes the axes.
struct tiff_slice {
    bool given; // else each page is a frame
    int rank;
    enum tiff_axis kinds[TIFF_AXES]; // of each axis
    struct axes axes;
};

// Takes the words between the brackets; *frames is how many frames they make. STATUS_USAGE with a sentence
// about `path` for what selects no image.
enum status tiff_slice_choose(const struct tiff_array *array, const char *words, const char *path,
                              struct tiff_slice *slice, int64_t *frames, struct error *error);

// Where a frame begins along each kind of axis.
struct tiff_place {
    int64_t at[TIFF_AXES]; // by enum tiff_axis
};
struct tiff_place tiff_slice_place(const struct tiff_slice *slice, int64_t frame);

// Changes the description of a page into that of the slice, if there is one.
void tiff_slice_describe(const struct tiff_slice *slice, struct frame_info *info);

#endif
