// SPDX-License-Identifier: MIT
// Decoding of rectangles where rows can only be had one after another, from the first to the last.
//
// Thread-safety: one thread at a time for each sequence; any number of them at once.
#ifndef FOVEA_FORMATS_ROWS_H
#define FOVEA_FORMATS_ROWS_H

#include "formats/base/reader.h"

// Rows of samples in sequence, those of all frames. The base of what produces them.
struct rows {
    const char *path; // for sentences; borrowed
    int64_t width;    // samples in a row
    enum sample_type type;
    // Begins anew with row 0.
    enum status (*rewind)(struct rows *rows, struct error *error);
    // Writes the next row in the machine's byte order. *there is less than the width where the data end or
    // are damaged: then it is 0 for all rows to come, and `fault` tells why.
    enum status (*next)(struct rows *rows, void *row, int64_t *there, struct error *error);
    char fault[128]; // "its data end after 1234 bytes"

    int64_t position; // the row that `next` gives; rows_decode keeps it. Begins as 0, after rewind
    uint8_t *scratch; // one row, made by rows_decode; freed by rows_finish
};

// Decodes the request's rectangle of the frame whose first row is `first_row` of the sequence. Going back
// rewinds, so bands from the first to the last are cheap and others are not.
enum status rows_decode(struct rows *rows, int64_t first_row, const struct decode_request *request,
                        struct decode_report *report, struct error *error);
void rows_finish(struct rows *rows);

#endif
