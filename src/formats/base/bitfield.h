// SPDX-License-Identifier: MIT
// Rows of pixels compressed as CrysAlis does: "AGI_BITFIELD" in Esperanto files, "TY6" in Rigaku Oxford ones.
//
// Format: as the fabio and dxtbx libraries describe it (https://github.com/silx-kit/fabio,
// https://github.com/cctbx/dxtbx). The first pixel, and those that fill no block of 16, are a byte: the
// difference from the pixel before plus 127, or 254 or 255 before a difference of 16 or 32 bits. A block of
// 16 begins with a byte that tells how many bits the differences of its first and second 8 pixels have (0 to
// 8), followed by these bits, the lowest first; differences of 8 bits may be 254 or 255 as above, and what
// they stand for follows the block.
//
// Thread-safety: one thread at a time for each stream; any number of them at once.
#ifndef FOVEA_FORMATS_BITFIELD_H
#define FOVEA_FORMATS_BITFIELD_H

#include "formats/base/row_file.h"

enum { BITFIELD_MOST_PIXELS_PER_BYTE = 16 };

// Decodes a row from the stream and returns how many of its pixels are there before the stream ends or makes
// no sense.
int64_t bitfield_row(struct byte_stream *stream, int32_t *row, int64_t width);

// The same for row `row` of an image at `data` in the file: the number of bytes of all rows (32 bits), the
// rows, and a table of where each begins behind that number. `stream` is used for it.
int64_t bitfield_image_row(const struct row_file *file, struct byte_stream *stream, int64_t data, int64_t row,
                           int32_t *out);

// The difference that a byte of a stream stands for: itself less 127, or for 254 and 255 the next 16 or 32
// bits of `further`. False if there are not so many.
static inline bool bitfield_difference(struct byte_stream *further, int byte, uint32_t *difference)
{
    enum { ZERO = 127, SHORT_ESCAPE = 254 };
    int16_t narrow;
    *difference = (uint32_t)byte - ZERO;
    if (byte < SHORT_ESCAPE)
        return true;
    if (byte > SHORT_ESCAPE)
        return byte_stream_take(further, difference, sizeof *difference);
    if (!byte_stream_take(further, &narrow, sizeof narrow))
        return false;
    *difference = (uint32_t)narrow;
    return true;
}

#endif
