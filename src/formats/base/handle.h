// SPDX-License-Identifier: MIT
// What the handles of all readers begin and end with: the name and the bytes of the file.
//
// Thread-safety: one thread at a time for each handle; any number of them at once.
#ifndef FOVEA_FORMATS_HANDLE_H
#define FOVEA_FORMATS_HANDLE_H

#include "formats/base/blob.h"
#include "formats/base/reader.h"

// Sets the base of a handle that `reader` makes for the request: a file of one frame so far. The bytes are
// those of the request, or of the file of its path; if that cannot be opened, what is set is to be ended as
// well.
enum status image_file_begin(struct image_file *file, const struct reader *reader,
                             const struct open_request *request, struct error *error);
// The same for a copy of a handle: the same file and bytes, whatever `copy` held before.
void image_file_begin_copy(struct image_file *copy, const struct image_file *source);
// Gives back what the base holds, not the handle itself. One that is all zero is fine.
void image_file_end(struct image_file *file);

// Makes a zeroed handle of `handle_bytes`, which begins with its base, for a format without parts: a selector
// is STATUS_UNSUPPORTED. Nothing is to be closed where that fails.
enum status image_file_create(const struct open_request *request, const struct reader *reader,
                              size_t handle_bytes, struct image_file **made, struct error *error);

// Reads what a reader's handle needs to be used: the rest of opening.
typedef enum status image_file_content(struct image_file *file, const struct open_request *request,
                                       struct error *error);
// Has `content` read into the handle `made` and gives it out; if that fails, the reader closes it.
enum status image_file_complete(struct image_file *made, const struct open_request *request,
                                image_file_content *content, struct image_file **out, struct error *error);

// True where so little of a frame is there that it is refused, and not shown in part: nothing, or less than
// 1/1024 of the `needed` bytes or samples.
bool image_file_hopeless(int64_t there, int64_t needed);

// STATUS_UNSUPPORTED, with the sentence that the file's `what` ("compression") of that value is not read.
enum status image_file_refuse(const struct image_file *file, const char *what, const char *value,
                              struct error *error);

// Reads as blob_read does, from the bytes of the handle: STATUS_CANCELLED when its call is cancelled.
enum status image_file_read(const struct image_file *file, int64_t offset, void *buffer, size_t count,
                            struct error *error);

#endif
