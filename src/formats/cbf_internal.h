// SPDX-License-Identifier: MIT
// What the parts of the CBF reader share: the open file, its sections, and its texts.
#ifndef FOVEA_FORMATS_CBF_INTERNAL_H
#define FOVEA_FORMATS_CBF_INTERNAL_H

#include "formats/reader.h"

enum { CBF_MAX_HEADER = 1 << 20 }; // bytes of text before the first section that are looked at

struct cbf_section {
    int64_t mime_offset; // behind the boundary
    int64_t data_offset; // behind the marker
    int64_t bytes;       // as the header says
    int64_t present;     // of these in the file
    int64_t width, height;
    enum sample_type type;
    bool compressed;
    bool swapped;
    bool bad; // not readable; reading its header again tells why
};

// Where the decoding of a compressed section stands.
struct cbf_stream {
    int64_t frame;    // -1: none
    int64_t position; // pixels decoded
    int64_t taken;    // bytes of the section that were read into the buffer
    uint32_t value;
    size_t start, end; // the bytes in the buffer that are not decoded yet
    bool ended;        // there are no further values
    struct error loss; // why, when the file was cut while it was open
};

struct cbf_file {
    struct image_file base;
    int fd;
    int64_t file_bytes;
    int64_t header_bytes; // text before the first section
    bool detector;        // -1 and -2 mark pixels without value
    struct cbf_section *sections;
    struct cbf_stream stream;
    uint8_t *buffer;   // BLOCK_BYTES, for the stream
    uint32_t *scratch; // BATCH_PIXELS
};

// The line at *at without its end, in *line and *length; *at moves behind it. False at the end of the text.
bool cbf_next_line(const char **at, const char **line, size_t *length);
// True if the line begins with the word, in any case.
bool cbf_begins_with(const char *line, size_t length, const char *word);
// Takes characters of `unwanted` off both ends.
void cbf_trim(const char **text, size_t *length, const char *unwanted);
// Reads at most `limit` bytes of the file as text that ends at its first NUL. The caller frees *text.
enum status cbf_read_text(const struct cbf_file *file, int64_t offset, int64_t limit, char **text,
                          struct error *error);

// Reads the header of the section whose boundary ends at `offset`. When its data can be stepped over,
// section->data_offset and bytes are set, also if it is not supported.
enum status cbf_section_read(const struct cbf_file *file, int64_t offset, struct cbf_section *section,
                             struct error *error);

// The reader's metadata function: items of the CIF part, lines of header_contents, and the MIME header.
enum status cbf_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error);

#endif
