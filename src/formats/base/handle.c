// SPDX-License-Identifier: MIT
// The base of handles.
#include "formats/base/handle.h"

#include <stdlib.h>

enum status image_file_begin(struct image_file *file, const struct reader *reader,
                             const struct open_request *request, struct error *error)
{
    *file = (struct image_file){
        .reader = reader, .path = must_copy(request->path), .frames = 1, .cancel = request->cancel};
    if (!request->blob)
        return blob_open(request->path, &file->blob, error);
    file->blob = blob_share(request->blob);
    return STATUS_OK;
}

void image_file_begin_copy(struct image_file *copy, const struct image_file *source)
{
    *copy = (struct image_file){.reader = source->reader,
                                .path = must_copy(source->path),
                                .blob = blob_share(source->blob),
                                .frames = source->frames};
}

void image_file_end(struct image_file *file)
{
    blob_release(&file->blob);
    free(file->path);
    file->path = NULL;
}

enum status image_file_read(const struct image_file *file, int64_t offset, void *buffer, size_t count,
                            struct error *error)
{
    if (cancel_requested(file->cancel))
        return error_set(error, STATUS_CANCELLED, "%s: reading was cancelled", file->path);
    return blob_read(file->blob, offset, buffer, count, error);
}
