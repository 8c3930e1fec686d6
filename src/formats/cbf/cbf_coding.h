// SPDX-License-Identifier: MIT
// The compressions of CBF that work in bits: packed, packed version 2, canonical and nibble offset.
//
// Formats: the manual of CBFlib (International Union of Crystallography; https://github.com/yayahjb/cbflib),
// "CCP4-style compression" after J. P. Abrahams, "canonical-code compression" after Moffat and others
// (International Journal of High Speed Electronics and Systems 8 (1997) 179), and the description of
// "nibble_offset" at the head of its source. In all of them the first bit is the least significant of the
// first byte, and a value is a difference added to a prediction, modulo 2^bits of an element.
#ifndef FOVEA_FORMATS_CBF_CODING_H
#define FOVEA_FORMATS_CBF_CODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cbf_coding {
    CBF_CODING_NONE,
    CBF_CODING_BYTE_OFFSET, // cbf_byte_offset.h
    CBF_CODING_PACKED,
    CBF_CODING_PACKED_2,
    CBF_CODING_CANONICAL,
    CBF_CODING_NIBBLE_OFFSET,
    CBF_CODING_COUNT
};

enum {
    CBF_CODING_HEADER_BYTES = 32, // before packed and canonical data: number, least, largest, reserved
    CBF_CODING_SLACK = 64,        // bytes behind those to decode that must be readable; no value takes more
    CBF_TABLE_MAX_BYTES = 2 + 32768 + 1 + 65,
};

// The codes of a canonical section.
struct cbf_codes;

// Where the decoding of a section stands. Plain data, save for `row` and `codes`.
struct cbf_coder {
    enum cbf_coding coding;
    unsigned element_bits; // 8, 16, 32 or 64
    // Packed: predictions are means of neighbours; the row of values before and up to the current one, and
    // the value above and to the left. NULL: predictions are the value before.
    uint32_t *row;
    int64_t width, column;
    bool later_row;
    uint32_t corner;
    // Of several planes: the values that fell out of the row, in a ring of `plane_size`, in which those of
    // the plane before are read until they are replaced. NULL: there is one plane.
    uint32_t *plane;
    int64_t plane_size, place; // the value's index in its plane
    bool later_plane;
    bool uncorrelated;             // but for its first value no plane is predicted from the one before
    const struct cbf_codes *codes; // canonical
    uint64_t value;
    unsigned left, bits;       // packed: differences left of a group, and bits of each
    unsigned mode, mode_after; // nibble offset: bits of the next difference, and of those behind it; 0 = none
    unsigned mode_before;      // and of those before a change of the mode
    bool broken;               // the data contradict themselves
};

// Decodes at most `count` values to `out` and returns how many. *bit is the place in `bytes`, and moves; a
// value whose first bit is at `end` or later is not begun. A value may reach beyond `end`: the caller gives
// as `end` the true end of the data and looks whether *bit went beyond, or a place CBF_CODING_SLACK bytes
// before. There must be CBF_CODING_SLACK readable bytes behind `end`. Any thread.
size_t cbf_coder_take(struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit, uint64_t end,
                      uint64_t *out, size_t count);

// Reads the table before canonical data; *used is its length. NULL if it contradicts itself or `size` is too
// little. The caller frees it with free().
struct cbf_codes *cbf_codes_read(const uint8_t *bytes, size_t size, size_t *used);
// The next symbol's difference: true, or false at the stop code and at what is no code (then *broken is set).
bool cbf_codes_next(const struct cbf_codes *codes, const uint8_t *bytes, uint64_t *bit, uint64_t *difference,
                    bool *broken);

#endif
