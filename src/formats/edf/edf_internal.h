// SPDX-License-Identifier: MIT
// What the two parts of the EDF reader share: the text of headers (edf_header.c) and all else (edf.c).
#ifndef FOVEA_FORMATS_EDF_INTERNAL_H
#define FOVEA_FORMATS_EDF_INTERNAL_H

#include "formats/base/reader.h"

struct edf_table;  // edf.c
struct edf_packed; // edf_packed.h

enum {
    EDF_MAX_HEADER = 1024 * 1024,
    EDF_MAX_WHITESPACE = 512, // bytes between two blocks
    EDF_FIELD_TEXT = 256,
    EDF_MISSING = -1,
};

struct edf_file {
    struct image_file base;
    int64_t bytes; // of base.blob
    struct edf_table *table;
    struct edf_packed *packed; // of this handle; NULL until a packed block is decoded
};

// A piece of a header; borrowed from it.
struct edf_span {
    const char *at;
    size_t count;
};

// What a header says that matters for finding the samples. Numbers are EDF_MISSING and texts empty if not
// said.
struct edf_fields {
    int64_t dim[3], images, size, binary_size, header_size, blob_position, blob_size;
    char type[EDF_FIELD_TEXT], order[EDF_FIELD_TEXT], compression[EDF_FIELD_TEXT], blob[EDF_FIELD_TEXT],
        version[EDF_FIELD_TEXT];
    bool counting;       // it names a detector that marks pixels by -1 and -2
    const char *damaged; // the key whose value makes no sense, or NULL
};

// A header as it stands in the file.
struct edf_header {
    char *bytes;  // owned
    size_t count; // up to the newline behind the closing brace
    size_t brace; // where the opening one is
};

// Fields of which nothing is said.
extern const struct edf_fields edf_no_fields;

// struct reader's function: how much the bytes look like the beginning of a header.
int edf_probe(const uint8_t *head, size_t count, const char *path);

// The number of white-space characters at the beginning.
size_t edf_skip_space(const char *text, size_t count);

// What stands between the braces; borrowed.
struct edf_span edf_header_entries(const struct edf_header *header);

// Takes the next "key = value ;" off `rest`; false at the end.
bool edf_entry_next(struct edf_span *rest, struct edf_span *key, struct edf_span *value);

// Loads and parses the header that begins at `offset`, perhaps behind white space. *fields holds the defaults
// before. STATUS_NOT_MINE: none is there. header->bytes is to be freed in any case. Thread-safety: as the
// file's.
enum status edf_header_read(const struct edf_file *file, int64_t offset, struct edf_header *header,
                            struct edf_fields *fields, struct error *error);

// --- edf_detector.c ---

// What headers say of the detector; begin with detector_info_clear and no offset.
struct edf_detector {
    struct detector_info info; // with the centre in the coordinates of the header
    double offset[2];          // of the first pixel's corner in them
};

// Sets what the header tells and leaves the rest as it is: that of a general header, say.
void edf_header_detector(const struct edf_header *header, struct edf_detector *detector);
// The same with the centre counted from the first pixel's corner.
struct detector_info edf_detector_info(const struct edf_detector *detector);

#endif
