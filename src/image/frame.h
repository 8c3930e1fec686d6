// SPDX-License-Identifier: MIT
// The description of one frame of pixels, and rectangles of pixels.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_IMAGE_FRAME_H
#define FOVEA_IMAGE_FRAME_H

#include "image/value_map.h"

// A rectangle in image pixels: columns [x, x + width), rows [y, y + height). Row 0 is the first row of the
// file.
struct rect {
    int64_t x, y, width, height;
};

// Stored values that mark a pixel instead of measuring it. They are found in the samples as they are in the
// file, before any conversion, and become bits of the mask (image/mask.h). All false: every value counts.
struct sentinels {
    // Unsigned types: the largest value of the type -> MASK_GAP ("no data"), the one below it -> MASK_BAD, as
    // counting detectors write them. Where the counter has fewer bits than the type (`depth`, else 0), the
    // two largest values of the counter mean the same: 65535 and 65534 of a 16-bit image kept as u32.
    bool max_is_no_data;
    int depth;
    bool negative_marks; // signed integers: -1 -> MASK_GAP, -2 -> MASK_BAD (Pilatus and its kin)
    bool has_saturation; // a value above `saturation` that is no other mark -> MASK_SATURATED
    double saturation;   // the saturation value or the count-rate cutoff, whichever is lower
    uint8_t ignored;     // bits of classes that the user wants to count; 0 from readers
};

// What the user wants of the classes of pixels, whatever the file says. All zero: as the file says.
struct class_choice {
    uint8_t ignored;     // bits (image/mask.h) of layers whose pixels shall count
    bool has_saturation; // `saturation` replaces the file's
    double saturation;
};

// The frame, or the same picture with fewer pixels as the file keeps it besides, for who looks from afar. How
// it was reduced is the file's business: gaps and marks may be averaged in.
struct frame_level {
    int64_t width, height; // at least 1
    double factor; // pixels of level 0 along each axis that one of its pixels stands for; 1 for level 0
};

enum { FRAME_LEVELS_MAX = 16 };

// What is known of a frame from its header, before any pixel is decoded.
struct frame_info {
    int64_t width, height; // columns, rows; at least 1
    enum sample_type type;

    // The natural unit of decoding, in pixels: a TIFF strip or tile, a compressed FITS tile. Requests aligned
    // to it are cheapest. At least 1 x 1; for plain rows use width x 1.
    int64_t chunk_width, chunk_height;
    // What the file keeps of the frame, from the largest to the smallest: level 0 is the frame itself, and
    // decode_request.level asks for another. Readers of files without levels leave all of it 0; what
    // image_file_info gives has level 0 in any case.
    int level_count;
    struct frame_level levels[FRAME_LEVELS_MAX];
    // True when decoding is only cheap from the first row to the last with one handle (one compressed stream
    // for the whole frame); the loader then decodes one band after the other.
    bool sequential;
    struct sentinels sentinels;
    // How samples of 64 bits are stored as float32. The identity from readers; found by who loads the frame.
    struct value_map map;
    // By the format's convention row 0 is shown at the bottom (FITS); the user may always turn it over.
    bool rows_upward;
    // The file says that its smallest value is white (TIFF MINISWHITE, PBM). The samples stay as they are
    // stored; what is turned over is the colour map (display_is_reversed).
    bool low_is_white;

    char format[32];      // "TIFF", "BigTIFF", "FITS", "NPY", "simulated"
    char compression[32]; // "none", "LZW", "deflate", "Rice", ...
    char note[128];       // what is shown of more than there is: "luminance of 3 channels"; "" if nothing
    // Other files that the samples of the frame are in, valid UTF-8 in one line: "/data/run_000001.h5 and 3
    // more".
    // "" where there is none.
    char samples_in[256];
    // What the file says of the samples, valid UTF-8 in one line; "" where it says nothing.
    char unit[32];  // as it is written there: "adu", "counts/s", "MJy/sr"
    char title[72]; // the name of this part of the file: an HDF5 dataset's path, a FITS extension's name
};

// Puts the user's choice into the description of a frame, for taps and loaders. NULL changes nothing.
void frame_info_choose(struct frame_info *info, const struct class_choice *choice);

// Bytes of all samples of the frame; false on overflow.
bool frame_bytes(const struct frame_info *info, size_t *bytes);

// The part of `rect` inside a width x height image; an empty result has width or height 0.
struct rect rect_clip(struct rect rect, int64_t width, int64_t height);
// The smallest rectangle that holds both; an empty one adds nothing.
struct rect rect_join(struct rect a, struct rect b);

#endif
