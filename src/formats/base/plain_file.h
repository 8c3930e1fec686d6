// SPDX-License-Identifier: MIT
// The handle of readers whose formats are a header and then plain samples in frames of one size.
//
// Such a reader reads its header, fills a struct plain_layout and takes frame_info, decode, clone and close
// from here.
//
// Thread-safety: one thread at a time for each handle; any number of them at once.
#ifndef FOVEA_FORMATS_PLAIN_FILE_H
#define FOVEA_FORMATS_PLAIN_FILE_H

#include "formats/base/handle.h"

// Where the samples are and what they mean. Rows may be padded, frames may have bytes between them.
struct plain_layout {
    const char *format; // static text for frame_info.format
    int64_t width, height;
    int64_t frames;
    enum sample_type type;
    bool swapped;        // samples in the other byte order
    int64_t offset;      // bytes before the first sample of the file
    int64_t row_bytes;   // from row to row; 0: rows follow each other
    int64_t frame_bytes; // from frame to frame; 0: frames follow each other
    bool rows_upward;
    bool low_is_white;
    struct sentinels sentinels;
};

// The base of the handles of such readers, which may add members that can be copied and need no freeing.
struct plain_file {
    struct image_file base;
    size_t handle_bytes; // of the whole handle
    int64_t bytes;       // of base.blob
    struct plain_layout layout;
    int64_t claimed_frames; // by the header; base.frames counts those that begin within the file
};

// The handle as what it is; valid for handles of plain_file_open.
struct plain_file *plain_file_of(struct image_file *file);

// Opens `path` for `reader`, without reading anything, as a zeroed handle of `handle_bytes` (at least
// sizeof(struct plain_file)) bytes. A selector is refused: such formats have no parts. The caller closes the
// handle by plain_file_close.
enum status plain_file_open(const struct open_request *request, const struct reader *reader,
                            size_t handle_bytes, struct plain_file **out, struct error *error);

// The whole `open` of a reader: opens, has `content` read the header and set the layout, and has the reader
// close the handle again if that fails.
enum status plain_file_open_with(const struct open_request *request, const struct reader *reader,
                                 size_t handle_bytes, image_file_content *content, struct image_file **out,
                                 struct error *error);

// Reads exactly `count` bytes of the header at `offset`; a file that ends before is STATUS_BROKEN.
enum status plain_file_header(const struct plain_file *file, int64_t offset, void *buffer, size_t count,
                              struct error *error);

// Checks the layout against the file and takes it over. A size below 1 or one that cannot be, an overflow,
// and a file of which the first frame has next to nothing, are refused with a sentence. Frames that the file
// no longer begins are left out of base.frames; frame_info.note tells of them.
enum status plain_file_set_layout(struct plain_file *file, const struct plain_layout *given,
                                  struct error *error);

// Members of struct reader.
enum status plain_file_info(struct image_file *base, int64_t frame, struct frame_info *info,
                            struct error *error);
enum status plain_file_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error);
enum status plain_file_clone(struct image_file *base, struct image_file **out, struct error *error);
void plain_file_close(struct image_file *base);

#endif
