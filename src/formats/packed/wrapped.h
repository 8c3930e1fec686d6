// SPDX-License-Identifier: MIT
// Files that are packed as a whole (x.cbf.bz2): unpacked once into memory or an unnamed temporary file, and
// read from there by the reader of what is inside.
//
// The inner reader gets what was unpacked as a blob, under the user's path, which stands in its sentences and
// beside which it looks for other files. Clones share what was unpacked. What comes before a damaged or
// missing part is kept: the inner reader decides whether it shows that, and the loss is told in the note of
// the frame and with the lost pixels.
//
// Thread-safety: as for all readers, one thread at a time for each handle; what was unpacked is shared and
// does not change.
#ifndef FOVEA_FORMATS_WRAPPED_H
#define FOVEA_FORMATS_WRAPPED_H

#include "formats/base/reader.h"
#include "formats/packed/unpack.h"

// How much may come out of a packed file. No method of packing makes an image smaller than 1/1100 but those
// that can make nearly nothing of an empty one (bzip2 72 MB of zeros into 113 bytes), so the ratio counts
// only for what is large.
struct wrapped_limits {
    int64_t always;       // bytes that every file may give
    int64_t ratio;        // beyond, this many bytes for each stored one
    int64_t memory_bytes; // more than this is moved to a temporary file
};

// 1 GiB always, 1100 times the stored bytes, and in memory the least of 1 GiB and a fifth of what is free.
struct wrapped_limits wrapped_limits_default(void);

// The endings of names of packed files, without dot, NULL-terminated; for dialogs, never for opening.
extern const char *const wrapped_extensions[];

// Unpacks request->blob, which is packed by `method` and must be given, and opens what is inside. Only its
// beginning is unpacked when no reader knows it. STATUS_NOT_MINE: nothing inside that can be read;
// STATUS_TOO_LARGE: more comes out than the limits or the room in TMPDIR (default /var/tmp) allow.
enum status wrapped_open(const struct open_request *request, enum unpack_method method,
                         const struct wrapped_limits *limits, struct image_file **out, struct error *error);

#endif
