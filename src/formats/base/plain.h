// SPDX-License-Identifier: MIT
// Decoding of samples that lie uncompressed in a file, row after row: what many formats come down to.
#ifndef FOVEA_FORMATS_PLAIN_H
#define FOVEA_FORMATS_PLAIN_H

#include "formats/base/reader.h"

// Where the samples are. Borrowed for the call. Thread-safety: all functions here may run on several threads.
struct plain_samples {
    const char *path; // for sentences
    const struct blob *blob;
    int64_t offset;  // of its bytes before sample 0
    int64_t present; // samples from there that the file really holds
    enum sample_type type;
    bool swapped;          // in the other byte order
    const uint8_t *memory; // not NULL: the samples lie here, and blob and offset do not count
};

// Reads `count` samples from index `first` as far as they are present, in the machine's byte order; *there
// tells how many.
enum status plain_read(const struct plain_samples *from, int64_t first, int64_t count, void *out,
                       int64_t *there, struct error *error);

// Fills `count` samples that the file does not hold with 0 or NaN, marks them MASK_BAD and counts them in
// `report`.
void plain_lose(const struct plain_samples *from, void *out, uint8_t *classes, int64_t count,
                struct decode_report *report);

// Decodes the request's rectangle of a frame `width` samples wide whose first sample has index `first`, with
// `row_step` samples from row to row. What is not present is lost.
enum status plain_decode(const struct plain_samples *from, int64_t first, int64_t row_step, int64_t width,
                         const struct decode_request *request, struct decode_report *report,
                         struct error *error);

// Writes into info->note that the file ends early, if it begins only `frames` of those that its header
// claims.
void plain_tell_short(struct frame_info *info, int64_t frames, int64_t claimed);

#endif
