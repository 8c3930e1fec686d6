// SPDX-License-Identifier: MIT
// What the handles of all readers begin and end with: the name and the bytes of the file.
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

// Reads as blob_read does, from the bytes of the handle: STATUS_CANCELLED when its call is cancelled.
enum status image_file_read(const struct image_file *file, int64_t offset, void *buffer, size_t count,
                            struct error *error);

#endif
