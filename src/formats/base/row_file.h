// SPDX-License-Identifier: MIT
// The handle of readers whose samples come out row by row: compressed formats, and those whose values are put
// together from several tables. Only the row in work is in memory.
//
// Thread-safety: one thread at a time for each handle, and for each stream; any number of them at once.
#ifndef FOVEA_FORMATS_ROW_FILE_H
#define FOVEA_FORMATS_ROW_FILE_H

#include "formats/base/handle.h"

// --- A part of a file as a stream of bytes ---

enum { BYTE_STREAM_BUFFER = 16 * 1024 };

// Zero-initialised it is empty.
struct byte_stream {
    const struct blob *blob; // borrowed
    int64_t next;            // where in the file the buffer goes on
    int64_t end;             // behind the last byte of the part
    size_t used, have;
    bool failed; // a read failed: the file was cut or cannot be read
    uint8_t buffer[BYTE_STREAM_BUFFER];
};

// Begins at `begin`, up to `end`.
void byte_stream_start(struct byte_stream *stream, const struct blob *blob, int64_t begin, int64_t end);
// Reads more into the empty buffer; false at the end or when that fails.
bool byte_stream_fill(struct byte_stream *stream);
// Copies the next `count` bytes, or as many as there are, and returns how many.
size_t byte_stream_some(struct byte_stream *stream, void *out, size_t count);
// Copies the next `count` bytes; false, with what there was taken, if there are fewer.
bool byte_stream_take(struct byte_stream *stream, void *out, size_t count);
// Passes over `count` bytes.
void byte_stream_skip(struct byte_stream *stream, int64_t count);

// The next byte, or -1 at the end.
static inline int byte_stream_next(struct byte_stream *stream)
{
    if (stream->used == stream->have && !byte_stream_fill(stream))
        return -1;
    return stream->buffer[stream->used++];
}

// The whole number, without a sign, behind the first `word` of the text from *at on and blanks; *at is then
// behind it. False, with *at where it was, without it.
bool text_take_number(const char **at, const char *word, int64_t *number);

// --- The handle ---

struct row_file;

// How rows are made.
struct row_coding {
    const char *compression; // for frame_info; static
    // Makes row `row`, or the nearest before it from which decoding can begin, the next one; returns it.
    int64_t (*seek)(struct row_file *file, int64_t row);
    // Decodes the next row into `out` (samples of layout.type) and returns how many samples from its first
    // are good; fewer than layout.width when the data end or make no sense, as then in all rows behind.
    // Single samples that are lost among good ones it marks by row_file_lose.
    int64_t (*next)(struct row_file *file, void *out);
    bool sequential; // seek is not cheap
    // Allocates what decoding needs, for a new handle or one just cloned, whose members are those of the
    // other handle: it sets every pointer that release frees, also when it fails. Both may be NULL.
    enum status (*prepare)(struct row_file *file, struct error *error);
    void (*release)(struct row_file *file);
};

struct row_layout {
    const char *format; // static text for frame_info.format
    int64_t width, height;
    enum sample_type type;
    struct sentinels sentinels;
};

// The base of the handles of such readers. What else they hold is copied to clones as it is: pointers must be
// set anew by prepare or point to shared, counted data.
struct row_file {
    struct image_file base;
    size_t handle_bytes; // of the whole handle
    int64_t bytes;       // of base.blob
    struct row_layout layout;
    const struct row_coding *coding;
    int64_t next; // the row that comes next
    void *row;    // one row; owned
    uint8_t *bad; // a byte per sample of the row, nonzero where it is lost; owned
    bool any_bad; // some are
};

// Marks sample `x` of the row in work as lost.
static inline void row_file_lose(struct row_file *file, int64_t x)
{
    file->bad[x] = 1;
    file->any_bad = true;
}

struct row_file *row_file_of(struct image_file *file);

// The whole `open` of a reader: a zeroed handle of `handle_bytes` (at least sizeof(struct row_file)), from
// which `content` reads the header to end with row_file_start; the reader closes it again if that fails. A
// selector is refused: such formats have no parts.
enum status row_file_open_with(const struct open_request *request, const struct reader *reader,
                               size_t handle_bytes, image_file_content *content, struct image_file **out,
                               struct error *error);

// Reads exactly `count` bytes at `offset`; a file that ends before is STATUS_BROKEN.
enum status row_file_read(const struct row_file *file, int64_t offset, void *buffer, size_t count,
                          struct error *error);

// Takes over the layout and the coding, and prepares decoding. `most_pixels` is how many pixels the stored
// bytes could make at the very most: a header that claims 1024 times more is STATUS_BROKEN.
enum status row_file_start(struct row_file *file, const struct row_layout *layout,
                           const struct row_coding *coding, int64_t most_pixels, struct error *error);

// Members of struct reader.
enum status row_file_info(struct image_file *base, int64_t frame, struct frame_info *info,
                          struct error *error);
enum status row_file_decode(struct image_file *base, const struct decode_request *request,
                            struct decode_report *report, struct error *error);
enum status row_file_clone(struct image_file *base, struct image_file **copy, struct error *error);
void row_file_close(struct image_file *base);

#endif
