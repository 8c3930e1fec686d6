// SPDX-License-Identifier: MIT
// The values of a compressed section from any place on, read from the file in blocks.
//
// Thread-safety: one thread at a time for each stream; any number of them at once.
#ifndef FOVEA_FORMATS_CBF_STREAM_H
#define FOVEA_FORMATS_CBF_STREAM_H

#include "base/cancel.h"
#include "base/status.h"
#include "formats/base/blob.h"
#include "formats/cbf/cbf_marks.h"
#include "formats/cbf/cbf_section.h"

// What is read: borrowed, and the same for the stream's life.
struct cbf_stream_source {
    const struct blob *blob;
    const struct cbf_section *sections;
    struct cbf_marks *marks;
};

// One per handle. Opaque.
struct cbf_stream;

struct cbf_stream *cbf_stream_create(const struct cbf_stream_source *source);
void cbf_stream_destroy(struct cbf_stream *stream); // NULL is fine

// Values that are wanted, in the order of the section.
struct cbf_values {
    int64_t section, first, count;
    void *out;             // samples of the section's type
    struct cancel *cancel; // may be NULL
};

// Decodes them. *there tells how many there are; it is less than their count where the data end or contradict
// themselves, which is no failure. STATUS_CANCELLED soon after that is requested, STATUS_IO and
// STATUS_NO_MEMORY are failures.
enum status cbf_stream_read(struct cbf_stream *stream, const struct cbf_values *wanted, int64_t *there,
                            struct error *error);

// Why the last reading ended early, in words; the number of values that could be read stands in it.
void cbf_stream_tell(const struct cbf_stream *stream, struct error *loss);

#endif
