// SPDX-License-Identifier: MIT
// Writing of a pixel mask in the formats that analysis programs read.
//
// The file is written beside its place, made durable and renamed, so that an interrupted save leaves an old
// file whole. Rows are in the image's order: row 0 of the image is the first row of the file, in every
// format, as pyFAI and silx expect.
//
// Thread-safety: any thread; a mask that is written must not change meanwhile.
#ifndef FOVEA_FORMATS_MASK_WRITER_H
#define FOVEA_FORMATS_MASK_WRITER_H

#include "base/cancel.h"
#include "image/mask.h"

struct mask_save {
    const char *path;   // the format follows from the name, or from `format`
    const char *format; // "npy", "edf", "tif", "fits", "h5", "msk", "png", "cbf"; NULL = by the extension
    uint8_t bits;       // the layers that count as masked; 0 = all
    bool inverted;      // 1 = valid instead of 1 = masked
    bool layers; // the mask byte itself (all eight layers) instead of 0 and 1; "npy", "tif", "edf", "h5",
                 // "fits", "png" only; in "h5" beside the bits of NXmx, in bits 16 to 23
    // "h5" only: where the dataset stands (default "/entry/instrument/detector/pixel_mask", u32, with the
    // bits of NXmx: gap 0, bad 1, hot 4, all others 8). An existing file keeps everything else and gets the
    // dataset replaced, on a copy that takes its place.
    const char *dataset;
    struct cancel *cancel; // may be NULL; borrowed for the call
};

// A row per format: name, extensions, what for people.
struct mask_format {
    const char *name;
    const char *const *extensions; // NULL-terminated
    const char *description;
};
extern const struct mask_format mask_formats[]; // ends with a NULL name
// By name or extension of the path; NULL if there is none.
const struct mask_format *mask_format_find(const char *path, const char *name);

// STATUS_USAGE for an unknown format (the sentence lists all), STATUS_IO when it cannot be written,
// STATUS_CANCELLED soon after that is requested: an old file is then as it was.
enum status mask_save(const struct mask *mask, const struct mask_save *how, struct error *error);

#endif
