// SPDX-License-Identifier: MIT
// Binary headers as tables: what stands where, of which type, and what it is called. Five formats of
// detectors are no more than that.
//
// All functions are pure; a table is constant data.
#ifndef FOVEA_FORMATS_HEADER_TABLE_H
#define FOVEA_FORMATS_HEADER_TABLE_H

#include "base/text.h"
#include "image/sample.h"

// The kind of an item that is no number; the others are of enum sample_type.
enum { HEADER_TEXT = SAMPLE_COUNT };

struct header_item {
    const char *name;
    uint32_t offset;  // in bytes from the header's beginning
    uint16_t kind;    // enum sample_type, or HEADER_TEXT
    uint16_t count;   // bytes of a text; numbers that follow each other, 0 standing for 1
    uint32_t divisor; // of numbers that are stored as multiples, 0 and 1: they are as they stand
    const char *unit; // appended behind a blank; NULL: none
};

// The header's bytes. What lies behind them is not there.
struct header_block {
    const uint8_t *bytes; // borrowed
    size_t count;
    bool big; // its numbers have the highest byte first
};

// The number at `offset` as a double; NAN where the header ends before its end.
double header_block_number(const struct header_block *block, size_t offset, enum sample_type type);

// Appends "name\tvalue unit\n" for each item of the table that lies within the header: numbers exactly as
// sample_format writes them, or divided with 10 digits, and texts by header_line.
void header_block_append(const struct header_block *block, const struct header_item *items, size_t count,
                         struct text *out);

// Appends "key\tvalue\n" where the value is `count` bytes of a header: one line of valid UTF-8, without
// blanks at its ends and cut at a NUL. Nothing is appended for an empty value.
void header_line(struct text *out, const char *key, const void *value, size_t count);

#endif
