// SPDX-License-Identifier: MIT
// What the parts of the CBF reader share: the open file and its texts.
//
// Thread-safety: one thread at a time for each handle, as for all readers.
#ifndef FOVEA_FORMATS_CBF_INTERNAL_H
#define FOVEA_FORMATS_CBF_INTERNAL_H

#include "formats/base/reader.h"
#include "formats/cbf/cbf_section.h"

enum { CBF_MAX_HEADER = 1 << 20 }; // bytes of text before a section that are looked at

struct cbf_marks;
struct cbf_stream;

struct cbf_file {
    struct image_file base;
    int64_t file_bytes; // of base.blob
    struct cbf_section *sections;
    int64_t section_count;
    struct cbf_marks *marks;   // shared with the clones
    struct cbf_stream *stream; // of this handle
};

// The section of a frame.
const struct cbf_section *cbf_section_of(const struct cbf_file *file, int64_t frame);

// Reads at most `limit` bytes of the file as text that ends at its first NUL. The caller frees *text.
enum status cbf_read_text(const struct cbf_file *file, int64_t offset, int64_t limit, char **text,
                          struct error *error);
// The text before a section. The caller frees *text.
enum status cbf_section_text(const struct cbf_file *file, const struct cbf_section *section, char **text,
                             struct error *error);
// The MIME header of a section, without what follows. The caller frees *text.
enum status cbf_section_mime(const struct cbf_file *file, const struct cbf_section *section, char **text,
                             struct error *error);
// The value of a key in a MIME header, without quotes; false if it is not there or too long.
bool cbf_mime_value(const char *mime, const char *key, char *out, size_t size);

// Reads the MIME header at section->mime_offset. When the data can be stepped over, section->data_offset and
// bytes are set, also if it is not supported. text_offset and text_bytes must be set.
enum status cbf_section_read(const struct cbf_file *file, struct cbf_section *section, struct error *error);

// Sets what the text before the section tells: block, detector and saturation, on top of those of the section
// before (NULL for the first).
enum status cbf_section_learn(const struct cbf_file *file, const struct cbf_section *before,
                              struct cbf_section *section, struct error *error);

// The reader's functions of these names.
enum status cbf_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error);
enum status cbf_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                         struct error *error);
enum status cbf_verify(struct image_file *base, int64_t frame, bool *known, struct error *error);

#endif
