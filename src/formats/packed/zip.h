// SPDX-License-Identifier: MIT
// The directory of a ZIP archive: where its members lie and how they are packed.
//
// Format: PKWARE's APPNOTE.TXT (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), with ZIP64.
//
// Thread-safety: one thread at a time for each directory; once it is read any number may look into it.
#ifndef FOVEA_FORMATS_ZIP_H
#define FOVEA_FORMATS_ZIP_H

#include "base/status.h"
#include "formats/base/blob.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ZIP_STORED = 0,
    ZIP_DEFLATED = 8,
    ZIP_MAX_MEMBERS = 100 * 1000,
};

struct zip_member {
    char *name; // as in the archive: bytes, NUL-terminated; owned
    int method; // ZIP_STORED, ZIP_DEFLATED or another one
    bool encrypted;
    int64_t header_offset;    // of the local header
    int64_t packed, unpacked; // bytes, as the directory claims; packed is within the file
};

struct zip_directory {
    struct zip_member *members; // in the order of the directory
    size_t count;
};

// Reads the directory of the archive of `bytes` bytes. Members that lie outside of the file, or that together
// have more packed bytes than it (they overlap), make it STATUS_BROKEN. The caller frees it by zip_free.
enum status zip_read(const struct blob *blob, struct zip_directory *directory, struct error *error);
void zip_free(struct zip_directory *directory);

// Finds where the packed bytes of a member begin, behind its local header.
enum status zip_member_offset(const struct blob *blob, const struct zip_member *member, int64_t *offset,
                              struct error *error);

#endif
