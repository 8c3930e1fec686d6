// SPDX-License-Identifier: MIT
// How a page of a TIFF file is laid out: its samples, and the strips or tiles that they are stored in.
//
// Thread-safety: plain data, which belongs to the handle.
#ifndef FOVEA_FORMATS_TIFF_LAYOUT_H
#define FOVEA_FORMATS_TIFF_LAYOUT_H

#include "formats/base/channels.h"
#include "image/sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How the pixels of a page are got at.
enum tiff_way {
    TIFF_WAY_RAW,      // uncompressed: plain reads of the file
    TIFF_WAY_CHUNK,    // strips or tiles decoded whole by libtiff and kept for the next request
    TIFF_WAY_SCANLINE, // one long compressed strip: decoded row by row, in order
    TIFF_WAY_RGBA,     // YCbCr: libtiff makes 8-bit RGB of each strip or tile
};

// The strips or tiles of a page. A plane is one sample of a page whose samples are stored apart.
struct tiff_chunks {
    bool tiled;
    int64_t width, height;
    int64_t across, down; // of one plane
    size_t row_bytes;     // one row of a chunk
    size_t bytes;
    uint64_t shift; // of all offsets: the frames before this one of a stack in one directory
    const uint64_t *offsets, *counts; // of every chunk; libtiff's, until another page is read
};

struct tiff_layout {
    int64_t width, height;
    enum sample_type type; // of the samples handed out
    enum tiff_way way;
    unsigned bits;    // per sample, as libtiff hands it out
    unsigned samples; // per pixel, as libtiff hands it out
    bool is_float, is_signed;
    bool complex; // two samples, of `component`, are the parts of one number, of which `type` has what is
                  // chosen
    enum sample_type component;
    struct channel_choice choice; // of complex numbers
    bool separate;                // samples in planes of their own
    bool swapped;                 // TIFF_WAY_RAW: the file's byte order is not the machine's
    bool reverse_bits;            // TIFF_WAY_RAW: the first pixel is in the lowest bit
    bool luminance;               // of samples 0, 1 and 2; else `channel` alone
    unsigned channel;             // of complex numbers: the first part
    uint16_t compression, photometric;
    struct tiff_chunks chunks;
};

#endif
