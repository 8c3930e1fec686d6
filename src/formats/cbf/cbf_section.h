// SPDX-License-Identifier: MIT
// A binary section of a CBF file: where its bytes are and how they become samples.
//
// Thread-safety: plain data, which belongs to the handle and does not change once the file is open.
#ifndef FOVEA_FORMATS_CBF_SECTION_H
#define FOVEA_FORMATS_CBF_SECTION_H

#include "formats/cbf/cbf_coding.h"
#include "image/sample.h"

#include <stdbool.h>
#include <stdint.h>

struct cbf_section {
    int64_t text_offset; // where the text before it begins: behind the section before
    int64_t text_bytes;
    int64_t mime_offset; // behind the boundary
    int64_t data_offset; // behind the marker
    int64_t bytes;       // as the header says
    int64_t present;     // of these in the file
    int64_t width, height, depth;
    int64_t first_frame; // of `depth` frames
    enum sample_type type;
    enum cbf_coding coding;
    bool neighbours;   // packed: predictions are means of neighbours
    bool uncorrelated; // and those of a plane know nothing of the plane before
    bool swapped;
    bool bad; // not readable; reading its header again tells why

    // From the texts so far.
    int64_t block;         // "data_" words
    int64_t panel, panels; // sections of the same block: which, from 1, and how many
    bool detector;         // the type's maximum, or -1 and -2, mark pixels without value
    double saturation;     // NAN: not told
};

#endif
