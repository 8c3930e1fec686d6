// SPDX-License-Identifier: MIT
// Streaming decompression of files that are packed as a whole: gzip, bzip2, xz, zstd and compress(1).
//
// Formats: RFC 1952 (gzip), the bzip2 manual, xz-file-format.txt, RFC 8878 (zstd), compress(1) of 4.3BSD
// (LZW, Welch 1984). Several streams in one file are one after the other; zeros and anything unknown behind
// the last are left out.
#ifndef FOVEA_FORMATS_WRAPPED_STREAM_H
#define FOVEA_FORMATS_WRAPPED_STREAM_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct wrapped_stream;
struct wrapped_method; // constant

enum { WRAPPED_MAGIC_BYTES = 10 }; // of a file's beginning tell the method

// The method by which the file beginning with `head` is packed, or NULL.
const struct wrapped_method *wrapped_method_find(const uint8_t *head, size_t count);
// For people: "gzip", "bzip2", "xz", "zstd", "compress".
const char *wrapped_method_name(const struct wrapped_method *method);
// The program that unpacks it: "gunzip".
const char *wrapped_method_program(const struct wrapped_method *method);

// The endings of names of packed files, without dot, NULL-terminated; for dialogs, never for opening.
extern const char *const wrapped_extensions[];

// Unpacks the `bytes` bytes of the file `fd`, which stays the caller's; `path` is for sentences, borrowed.
// One thread at a time.
enum status wrapped_stream_create(const char *path, int fd, int64_t bytes,
                                  const struct wrapped_method *method, struct wrapped_stream **stream,
                                  struct error *error);
// Fills `out`; *made is less than `size` only at the end, also where the rest is damaged
// (wrapped_stream_loss). A failure (STATUS_IO, STATUS_NO_MEMORY) is a sentence.
enum status wrapped_stream_read(struct wrapped_stream *stream, uint8_t *out, size_t size, size_t *made,
                                struct error *error);
// A clause that tells why unpacking ended before the end ("the gzip data end too early, after 512 bytes"), or
// NULL. Valid as long as the stream.
const char *wrapped_stream_loss(const struct wrapped_stream *stream);
void wrapped_stream_destroy(struct wrapped_stream **stream); // sets *stream to NULL; NULL is fine

#endif
