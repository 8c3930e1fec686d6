// SPDX-License-Identifier: MIT
// Unpacking of a range of a file from its beginning to its end, in constant memory.
//
// Formats: RFC 1950 to 1952 (deflate, zlib, gzip), the bzip2 manual, xz-file-format.txt, RFC 8878 (zstd),
// compress(1) of 4.3BSD (LZW, Welch 1984).
#ifndef FOVEA_FORMATS_UNPACK_H
#define FOVEA_FORMATS_UNPACK_H

#include "base/cancel.h"
#include "base/status.h"
#include "formats/base/blob.h"
#include "formats/packed/unpack_method.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The method by which a whole file that begins with `head` is packed, or UNPACK_STORED.
enum unpack_method unpack_method_find(const uint8_t *head, size_t count);
// For people: "gzip", "bzip2", "xz", "zstd", "compress"; and the program that unpacks it, "gunzip". NULL for
// UNPACK_STORED and UNPACK_DEFLATE.
const char *unpack_method_name(enum unpack_method method);
const char *unpack_method_program(enum unpack_method method);

// The most bytes that `stored` bytes can become; a larger claim is a lie. INT64_MAX if that overflows or no
// bound is known.
int64_t unpack_limit(enum unpack_method method, int64_t stored);

// Opaque. Thread-safety: one thread at a time.
struct unpacker;

// Unpacks the `bytes` bytes from `offset` on of the blob, which is borrowed.
struct unpacker *unpacker_create(const struct blob *blob, int64_t offset, int64_t bytes,
                                 enum unpack_method method);
// From now on reading returns STATUS_CANCELLED when `cancel`, which is borrowed, is requested.
void unpacker_heed(struct unpacker *unpacker, struct cancel *cancel);
void unpacker_destroy(struct unpacker *unpacker); // NULL is fine
// Begins anew.
void unpacker_rewind(struct unpacker *unpacker);

// Unpacks the next `count` bytes, or, with `out` NULL, skips them. Where the data end or are damaged *got is
// less, and stays 0 then; unpacker_fault tells why. A failure is STATUS_IO or STATUS_NO_MEMORY.
enum status unpacker_read(struct unpacker *unpacker, void *out, size_t count, size_t *got,
                          struct error *error);
// "end after 1234 bytes" or "are damaged after 1234 bytes"; borrowed, valid until the next call.
const char *unpacker_fault(struct unpacker *unpacker);
// True if all was unpacked and neither damage nor a missing end was found.
bool unpacker_complete(const struct unpacker *unpacker);

#endif
