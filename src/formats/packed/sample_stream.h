// SPDX-License-Identifier: MIT
// Samples that lie in one run in a file, packed or as text, as rows in sequence.
//
// Thread-safety: one thread at a time for each stream; any number of them at once.
#ifndef FOVEA_FORMATS_SAMPLE_STREAM_H
#define FOVEA_FORMATS_SAMPLE_STREAM_H

#include "formats/base/blob.h"
#include "formats/base/channels.h"
#include "formats/base/rows.h"
#include "formats/packed/unpack.h"

enum sample_coding {
    CODING_BINARY,
    CODING_TEXT,   // decimal numbers between blanks or commas; "#" begins a comment to the end of the line
    CODING_HEX,    // two hexadecimal digits a byte, blanks anywhere
    CODING_BITS,   // a bit a sample, the highest first, rows padded to whole bytes; one channel, SAMPLE_U8
    CODING_DIGITS, // samples of one digit, 0 or 1, with or without blanks; SAMPLE_U8
};

// How the samples are stored.
struct sample_storage {
    int64_t offset, bytes; // the range of the file
    enum unpack_method method;
    int64_t skip; // unpacked bytes before the first sample
    enum sample_coding coding;
    bool swapped; // CODING_BINARY and CODING_HEX: in the other byte order
    struct channel_choice channels;
};

// Rows of `width` pixels of one sample each. The base is for rows_decode. Opaque beyond that.
struct sample_stream;

// The most samples that the stored bytes can hold; a header that claims more lies.
int64_t sample_storage_limit(const struct sample_storage *storage, enum sample_type type);

// `blob` and `path`, for sentences, are borrowed. A width of more samples than the storage can hold must have
// been refused.
struct sample_stream *sample_stream_create(const struct blob *blob, const char *path,
                                           const struct sample_storage *storage, int64_t width,
                                           enum sample_type type);
struct rows *sample_stream_rows(struct sample_stream *stream);
// All `count` unpacked bytes behind `skip` at once, as far as there are any (*got). Use it before or instead
// of the rows.
enum status sample_stream_bytes(struct sample_stream *stream, void *out, size_t count, size_t *got,
                                struct error *error);
void sample_stream_destroy(struct sample_stream *stream); // NULL is fine

#endif
