// SPDX-License-Identifier: MIT
// The compressed data blocks of EDF files: gzip, zlib, bzip2 and byte offset.
//
// Format: the key Compression of "ESRF data format", as fabio reads it (https://github.com/silx-kit/fabio):
// the block's Size bytes are one packed stream of the samples.
//
// Thread-safety: any number of threads, each with its own output; a blob may be shared.
#ifndef FOVEA_FORMATS_EDF_PACKED_H
#define FOVEA_FORMATS_EDF_PACKED_H

#include "formats/base/reader.h"

enum edf_coding { EDF_PLAIN, EDF_GZIP, EDF_ZLIB, EDF_BZIP2, EDF_BYTE_OFFSET, EDF_CODING_COUNT };

// The coding that the header names, in any case and also as a part of a longer word; false if it is none.
bool edf_coding_named(const char *name, enum edf_coding *coding);
// For frame_info.compression.
const char *edf_coding_name(enum edf_coding coding);

// Where a block's packed samples are.
struct edf_packed_block {
    enum edf_coding coding;
    int64_t offset, bytes;
    int64_t width, rows; // of all its frames
    enum sample_type type;
    bool swapped; // not for byte offset
};

// The most bytes of samples that `stored` bytes can hold.
int64_t edf_packed_limit(enum edf_coding coding, enum sample_type type, int64_t stored);

// What unpacks the block in use; one per handle. Opaque. NULL at first.
struct edf_packed;

// Decodes the request's rectangle of the frame whose first row is `first_row` of the block. `file`, whose
// bytes they are, must stay as long as *packed.
enum status edf_packed_decode(struct edf_packed **packed, const struct image_file *file,
                              const struct edf_packed_block *block, int64_t first_row,
                              const struct decode_request *request, struct decode_report *report,
                              struct error *error);
void edf_packed_destroy(struct edf_packed **packed);

#endif
