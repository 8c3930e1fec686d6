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

enum status image_file_create(const struct open_request *request, const struct reader *reader,
                              size_t handle_bytes, struct image_file **made, struct error *error)
{
    if (request->selector)
        return error_set(error, STATUS_UNSUPPORTED, "%s: a file of %s has no parts to select by \"%s\"",
                         request->path, reader->description, request->selector);
    struct image_file *file = must_alloc(handle_bytes);
    const enum status status = image_file_begin(file, reader, request, error);
    if (status == STATUS_OK) {
        *made = file;
        return STATUS_OK;
    }
    image_file_end(file);
    free(file);
    return status;
}

enum status image_file_complete(struct image_file *made, const struct open_request *request,
                                image_file_content *content, struct image_file **out, struct error *error)
{
    const enum status status = content(made, request, error);
    if (status == STATUS_OK)
        *out = made;
    else
        made->reader->close(made);
    return status;
}

bool image_file_hopeless(int64_t there, int64_t needed)
{
    enum { MAX_RATIO = 1024 };
    return there < 1 || there < needed / MAX_RATIO;
}

enum status image_file_refuse(const struct image_file *file, const char *what, const char *value,
                              struct error *error)
{
    return error_set(error, STATUS_UNSUPPORTED, "%s: its %s \"%s\" is not read", file->path, what, value);
}

enum status image_file_read(const struct image_file *file, int64_t offset, void *buffer, size_t count,
                            struct error *error)
{
    if (cancel_requested(file->cancel))
        return error_set(error, STATUS_CANCELLED, "%s: reading was cancelled", file->path);
    return blob_read(file->blob, offset, buffer, count, error);
}
