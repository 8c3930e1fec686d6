// SPDX-License-Identifier: MIT
// Opening, checking and decoding of files of plain samples.
#include "formats/base/plain_file.h"

#include "base/size.h"
#include "formats/base/handle.h"
#include "formats/base/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plain_file *plain_file_of(struct image_file *file)
{
    return (struct plain_file *)file; // the base is the first member
}

void plain_file_close(struct image_file *base)
{
    struct plain_file *file = plain_file_of(base);
    image_file_end(&file->base);
    free(file);
}

enum status plain_file_open(const struct open_request *request, const struct reader *reader,
                            size_t handle_bytes, struct plain_file **out, struct error *error)
{
    struct image_file *made;
    const enum status status = image_file_create(request, reader, handle_bytes, &made, error);
    if (status != STATUS_OK)
        return status;
    struct plain_file *file = plain_file_of(made);
    file->handle_bytes = handle_bytes;
    file->bytes = blob_size(made->blob);
    *out = file;
    return STATUS_OK;
}

enum status plain_file_open_with(const struct open_request *request, const struct reader *reader,
                                 size_t handle_bytes, image_file_content *content, struct image_file **out,
                                 struct error *error)
{
    struct plain_file *file;
    const enum status status = plain_file_open(request, reader, handle_bytes, &file, error);
    if (status != STATUS_OK)
        return status;
    return image_file_complete(&file->base, request, content, out, error);
}

enum status plain_file_header(const struct plain_file *file, int64_t offset, void *buffer, size_t count,
                              struct error *error)
{
    if (offset < 0 || offset > file->bytes || (int64_t)count > file->bytes - offset)
        return error_set(error, STATUS_BROKEN, "%s: ends within its header", file->base.path);
    return image_file_read(&file->base, offset, buffer, count, error);
}

// The bytes of a frame from its first sample to its last; false if a size overflows.
static bool frame_extent(const struct plain_layout *layout, int64_t *extent)
{
    int64_t rows;
    int64_t item = (int64_t)sample_traits(layout->type)->bytes;
    return !__builtin_mul_overflow(layout->height - 1, layout->row_bytes, &rows) &&
           !__builtin_add_overflow(rows, layout->width * item, extent);
}

// Fills in what was left 0 and refuses what cannot be.
static enum status complete_layout(struct plain_layout *layout, const char *path, int64_t *extent,
                                   struct error *error)
{
    size_t row, frame;
    size_t item = sample_traits(layout->type)->bytes;
    if (layout->width < 1 || layout->height < 1 || layout->frames < 1)
        return error_set(error, STATUS_BROKEN,
                         "%s: the header tells of %lld x %lld pixels in %lld frames, which is no image", path,
                         (long long)layout->width, (long long)layout->height, (long long)layout->frames);
    if (!size_of_plane(layout->width, 1, item, &row) || row > INT64_MAX / 4)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", path);
    if (layout->row_bytes == 0)
        layout->row_bytes = (int64_t)row;
    if (!size_of_plane(layout->height, layout->row_bytes, 1, &frame) || frame > INT64_MAX / 4 ||
        layout->row_bytes < (int64_t)row || !frame_extent(layout, extent))
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", path);
    if (layout->frame_bytes == 0)
        layout->frame_bytes = (int64_t)frame;
    return STATUS_OK;
}

enum status plain_file_set_layout(struct plain_file *file, const struct plain_layout *given,
                                  struct error *error)
{
    struct plain_layout layout = *given;
    int64_t extent = 0;
    enum status status = complete_layout(&layout, file->base.path, &extent, error);
    if (status != STATUS_OK)
        return status;
    int64_t room = layout.offset < 0 ? 0 : int64_max(file->bytes - layout.offset, 0);
    int64_t there = int64_min(room, extent);
    if (there < (int64_t)sample_traits(layout.type)->bytes || image_file_hopeless(there, extent)) {
        char claimed[32], found[32];
        return error_set(
            error, STATUS_BROKEN,
            "%s: a frame of %lld x %lld samples of type %s needs %s from byte %lld on, but there are only %s of data in the file",
            file->base.path, (long long)layout.width, (long long)layout.height,
            sample_traits(layout.type)->name, format_bytes(extent, claimed, sizeof claimed),
            (long long)layout.offset, format_bytes(room, found, sizeof found));
    }
    file->claimed_frames = layout.frames;
    file->layout = layout;
    file->base.frames = int64_min(layout.frames, int64_ceil_div(room, layout.frame_bytes));
    return STATUS_OK;
}

enum status plain_file_info(struct image_file *base, int64_t frame, struct frame_info *info,
                            struct error *error)
{
    (void)frame, (void)error;
    const struct plain_file *file = plain_file_of(base);
    const struct plain_layout *layout = &file->layout;
    *info = (struct frame_info){.width = layout->width,
                                .height = layout->height,
                                .type = layout->type,
                                .chunk_width = layout->width,
                                .chunk_height = 1,
                                .sentinels = layout->sentinels,
                                .rows_upward = layout->rows_upward,
                                .low_is_white = layout->low_is_white};
    snprintf(info->format, sizeof info->format, "%s", layout->format);
    snprintf(info->compression, sizeof info->compression, "none");
    plain_tell_short(info, base->frames, file->claimed_frames);
    return STATUS_OK;
}

// Rows whose distance is no multiple of the sample's size: each is a frame of its own.
static enum status decode_odd_rows(const struct plain_file *file, struct plain_samples from,
                                   const struct decode_request *request, struct decode_report *report,
                                   struct error *error)
{
    const struct plain_layout *layout = &file->layout;
    const int64_t item = (int64_t)sample_traits(layout->type)->bytes, frame_offset = from.offset;
    enum status status = STATUS_OK;
    for (int64_t row = 0; row < request->rect.height && status == STATUS_OK; row++) {
        struct decode_request one = *request;
        one.rect.y = 0;
        one.rect.height = 1;
        one.pixels = (uint8_t *)request->pixels + (size_t)row * request->stride;
        one.classes = request->classes + row * request->rect.width;
        from.offset = frame_offset + (request->rect.y + row) * layout->row_bytes;
        from.present = int64_max(file->bytes - from.offset, 0) / item;
        status = plain_decode(&from, 0, layout->width, layout->width, &one, report, error);
    }
    return status;
}

enum status plain_file_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    const struct plain_file *file = plain_file_of(base);
    const struct plain_layout *layout = &file->layout;
    const int64_t item = (int64_t)sample_traits(layout->type)->bytes;
    struct plain_samples from = {.path = base->path,
                                 .blob = base->blob,
                                 .offset = layout->offset + request->frame * layout->frame_bytes,
                                 .type = layout->type,
                                 .swapped = layout->swapped};
    if (layout->row_bytes % item != 0)
        return decode_odd_rows(file, from, request, report, error);
    from.present = int64_max(file->bytes - from.offset, 0) / item;
    return plain_decode(&from, 0, layout->row_bytes / item, layout->row_bytes / item, request, report, error);
}

enum status plain_file_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    (void)error;
    const struct plain_file *source = plain_file_of(base);
    struct plain_file *file = must_alloc(source->handle_bytes);
    memcpy(file, source, source->handle_bytes);
    image_file_begin_copy(&file->base, base);
    *out = &file->base;
    return STATUS_OK;
}
