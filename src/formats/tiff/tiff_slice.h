// SPDX-License-Identifier: MIT
// Slices of a TIFF file as an array: which page and which samples a frame is made of.
#ifndef FOVEA_FORMATS_TIFF_SLICE_H
#define FOVEA_FORMATS_TIFF_SLICE_H

#include "formats/base/axes.h"
#include "formats/base/reader.h"

struct tiff_file;

// The axes of a file as an array, and how a slice takes them.
enum tiff_axis { TIFF_PAGES, TIFF_ROWS, TIFF_COLUMNS, TIFF_SAMPLES, TIFF_AXES };

struct tiff_slice {
    bool given;
    int rank;
    enum tiff_axis kinds[TIFF_AXES]; // of each axis
    struct axes axes;
    int64_t width, height; // of every page
    enum sample_type type;
    unsigned samples;
};

// Takes what stands between the brackets; the pages are known.
enum status tiff_slice_choose(struct tiff_file *file, const char *words, struct error *error);

// Loads the page on which a frame begins, and that page's number.
enum status tiff_frame_load(struct tiff_file *file, int64_t frame, struct error *error);
int64_t tiff_frame_page(const struct tiff_file *file, int64_t frame);

// Changes the description of a page into that of the slice, if there is one.
void tiff_slice_describe(const struct tiff_file *file, struct frame_info *info);

// Member of struct reader.
enum status tiff_decode(struct image_file *base, const struct decode_request *request,
                        struct decode_report *report, struct error *error);

#endif
