// SPDX-License-Identifier: MIT
// Unpacking of a range of a file from its beginning to its end, in constant memory.
#ifndef FOVEA_FORMATS_UNPACK_H
#define FOVEA_FORMATS_UNPACK_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

enum unpack_method {
    UNPACK_STORED,  // as it is
    UNPACK_DEFLATE, // RFC 1951 without a header, as in ZIP
    UNPACK_GZIP,    // RFC 1952, several members in a row too, or zlib's own header (RFC 1950)
    UNPACK_BZIP2,   // several streams in a row too
};

// The most bytes that `stored` bytes can become; a larger claim is a lie. INT64_MAX if that overflows.
int64_t unpack_limit(enum unpack_method method, int64_t stored);

// Opaque. Thread-safety: one thread at a time.
struct unpacker;

// Unpacks the `bytes` bytes from `offset` on of `fd`, which is only borrowed, as is `path`, for sentences.
struct unpacker *unpacker_create(int fd, const char *path, int64_t offset, int64_t bytes,
                                 enum unpack_method method);
void unpacker_destroy(struct unpacker *unpacker); // NULL is fine
// Begins anew.
void unpacker_rewind(struct unpacker *unpacker);

// Unpacks the next `count` bytes, or, with `out` NULL, skips them. Where the data end or are damaged *got is
// less, and stays 0 then; unpacker_fault tells why. A failure is STATUS_IO or STATUS_NO_MEMORY.
enum status unpacker_read(struct unpacker *unpacker, void *out, size_t count, size_t *got,
                          struct error *error);
// "end after 1234 bytes" or "are damaged after 1234 bytes"; borrowed, valid until the next call.
const char *unpacker_fault(struct unpacker *unpacker);

#endif
