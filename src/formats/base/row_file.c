// SPDX-License-Identifier: MIT
// Rows in order, and rectangles out of them.
#include "formats/base/row_file.h"

#include "base/size.h"
#include "formats/base/handle.h"
#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- Bytes ---

void byte_stream_start(struct byte_stream *stream, const struct blob *blob, int64_t begin, int64_t end)
{
    stream->blob = blob;
    stream->next = begin;
    stream->end = end;
    stream->used = stream->have = 0;
    stream->failed = false;
}

bool byte_stream_fill(struct byte_stream *stream)
{
    stream->used = stream->have = 0;
    const size_t count = (size_t)int64_clamp(stream->end - stream->next, 0, BYTE_STREAM_BUFFER);
    if (count == 0 || stream->failed)
        return false;
    if (blob_read(stream->blob, stream->next, stream->buffer, count, NULL) != STATUS_OK) {
        stream->failed = true;
        return false;
    }
    stream->next += (int64_t)count;
    stream->have = count;
    return true;
}

size_t byte_stream_some(struct byte_stream *stream, void *out, size_t count)
{
    size_t taken = 0;
    while (taken < count && (stream->used < stream->have || byte_stream_fill(stream))) {
        const size_t left = stream->have - stream->used, wanted = count - taken;
        const size_t part = left < wanted ? left : wanted;
        memcpy((uint8_t *)out + taken, stream->buffer + stream->used, part);
        stream->used += part;
        taken += part;
    }
    return taken;
}

bool byte_stream_take(struct byte_stream *stream, void *out, size_t count)
{
    return byte_stream_some(stream, out, count) == count;
}

void byte_stream_skip(struct byte_stream *stream, int64_t count)
{
    const int64_t left = (int64_t)(stream->have - stream->used);
    if (count <= left) {
        stream->used += (size_t)count;
        return;
    }
    stream->used = stream->have = 0;
    if (__builtin_add_overflow(stream->next, count - left, &stream->next))
        stream->next = stream->end;
}

bool text_take_number(const char **at, const char *word, int64_t *number)
{
    char digits[24];
    const char *found = strstr(*at, word);
    if (!found)
        return false;
    found += strlen(word);
    found += strspn(found, " ");
    const size_t count = strspn(found, "0123456789");
    if (count == 0 || count >= sizeof digits)
        return false;
    memcpy(digits, found, count);
    digits[count] = '\0';
    *at = found + count;
    return parse_int64(digits, number);
}

// --- The handle ---

struct row_file *row_file_of(struct image_file *file)
{
    return (struct row_file *)file; // the base is the first member
}

void row_file_close(struct image_file *base)
{
    struct row_file *file = row_file_of(base);
    if (file->coding && file->coding->release)
        file->coding->release(file);
    free(file->row);
    free(file->bad);
    image_file_end(&file->base);
    free(file);
}

enum status row_file_open_with(const struct open_request *request, const struct reader *reader,
                               size_t handle_bytes, image_file_content *content, struct image_file **out,
                               struct error *error)
{
    struct image_file *made;
    const enum status status = image_file_create(request, reader, handle_bytes, &made, error);
    if (status != STATUS_OK)
        return status;
    row_file_of(made)->handle_bytes = handle_bytes;
    row_file_of(made)->bytes = blob_size(made->blob);
    return image_file_complete(made, request, content, out, error);
}

enum status row_file_read(const struct row_file *file, int64_t offset, void *buffer, size_t count,
                          struct error *error)
{
    if (offset < 0 || offset > file->bytes || (int64_t)count > file->bytes - offset)
        return error_set(error, STATUS_BROKEN, "%s: ends within its header", file->base.path);
    return image_file_read(&file->base, offset, buffer, count, error);
}

// What the coding needs and the row buffer; decoding begins at the first row. The coding comes first, so that
// the handle owns what it points to whatever fails.
static enum status prepare(struct row_file *file, struct error *error)
{
    size_t bytes;
    file->row = NULL;
    file->bad = NULL;
    file->any_bad = false;
    file->next = INT64_MAX; // so that the first request seeks
    enum status status = file->coding->prepare ? file->coding->prepare(file, error) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (size_of_plane(file->layout.width, 1, sample_traits(file->layout.type)->bytes, &bytes))
        file->row = malloc(bytes);
    if (file->row)
        file->bad = calloc((size_t)file->layout.width, 1);
    if (!file->bad)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for a row of it", file->base.path);
    return STATUS_OK;
}

enum status row_file_start(struct row_file *file, const struct row_layout *layout,
                           const struct row_coding *coding, int64_t most_pixels, struct error *error)
{
    const char *path = file->base.path;
    const long long width = layout->width, height = layout->height;
    size_t pixels;
    if (width < 1 || height < 1)
        return error_set(error, STATUS_BROKEN,
                         "%s: the header tells of %lld x %lld pixels, which is no image", path, width,
                         height);
    if (!size_of_plane(width, height, 8, &pixels) || pixels > INT64_MAX / 4)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", path);
    pixels /= 8;
    if (image_file_hopeless(most_pixels, (int64_t)pixels))
        return error_set(error, STATUS_BROKEN,
                         "%s: the header claims %lld x %lld pixels, but its data can hold no more than %lld",
                         path, width, height, (long long)int64_max(most_pixels, 0));
    file->layout = *layout;
    file->coding = coding;
    return prepare(file, error);
}

enum status row_file_clone(struct image_file *base, struct image_file **copy, struct error *error)
{
    const struct row_file *source = row_file_of(base);
    struct row_file *file = must_alloc(source->handle_bytes);
    memcpy(file, source, source->handle_bytes);
    image_file_begin_copy(&file->base, base);
    enum status status = prepare(file, error);
    if (status != STATUS_OK) {
        row_file_close(&file->base);
        return status;
    }
    *copy = &file->base;
    return STATUS_OK;
}

enum status row_file_info(struct image_file *base, int64_t frame, struct frame_info *info,
                          struct error *error)
{
    (void)frame, (void)error;
    const struct row_file *file = row_file_of(base);
    *info = (struct frame_info){.width = file->layout.width,
                                .height = file->layout.height,
                                .type = file->layout.type,
                                .chunk_width = file->layout.width,
                                .chunk_height = 1,
                                .sequential = file->coding->sequential,
                                .sentinels = file->layout.sentinels};
    snprintf(info->format, sizeof info->format, "%s", file->layout.format);
    snprintf(info->compression, sizeof info->compression, "%s", file->coding->compression);
    return STATUS_OK;
}

// --- Rectangles ---

// Fills `count` samples that could not be had, with 0 or NaN, and marks them.
static void lose(const struct row_file *file, void *out, uint8_t *classes, int64_t count,
                 struct decode_report *report)
{
    static const uint64_t nan[SAMPLE_COUNT] = {
        [SAMPLE_F16] = 0x7E00, [SAMPLE_F32] = 0x7FC00000, [SAMPLE_F64] = 0x7FF8000000000000};
    const size_t item = sample_traits(file->layout.type)->bytes;
    if (count <= 0)
        return;
    for (int64_t i = 0; i < count; i++) {
        memcpy((uint8_t *)out + (size_t)i * item, &nan[file->layout.type], item);
        classes[i] |= MASK_BIT(MASK_BAD);
    }
    if (!report->first_loss.text[0])
        error_set(&report->first_loss, STATUS_BROKEN, "%s: its data end in row %lld of %lld", file->base.path,
                  (long long)file->next - 1, (long long)file->layout.height);
    report->lost_pixels += count;
    report->any_class = true;
}

// Decodes the next row into file->row and returns how many of its samples are there.
static int64_t next_row(struct row_file *file)
{
    if (file->any_bad)
        memset(file->bad, 0, (size_t)file->layout.width);
    file->any_bad = false;
    const int64_t good = file->coding->next(file, file->row);
    file->next++;
    return good;
}

// Makes `row` the next one.
static enum status go_to(struct row_file *file, int64_t row, struct cancel *cancel)
{
    if (file->next == row)
        return STATUS_OK;
    if (file->next > row || !file->coding->sequential)
        file->next = file->coding->seek(file, row);
    while (file->next < row) {
        if (cancel_requested(cancel))
            return STATUS_CANCELLED;
        (void)next_row(file);
    }
    return STATUS_OK;
}

enum status row_file_decode(struct image_file *base, const struct decode_request *request,
                            struct decode_report *report, struct error *error)
{
    (void)error;
    struct row_file *file = row_file_of(base);
    const struct rect rect = request->rect;
    const size_t item = sample_traits(file->layout.type)->bytes;
    for (int64_t y = 0; y < rect.height; y++) {
        uint8_t *out = (uint8_t *)request->pixels + (size_t)y * request->stride;
        uint8_t *classes = request->classes + y * rect.width;
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        enum status status = go_to(file, rect.y + y, request->cancel);
        if (status != STATUS_OK)
            return status;
        const int64_t good = int64_clamp(next_row(file) - rect.x, 0, rect.width);
        memcpy(out, (uint8_t *)file->row + (size_t)rect.x * item, (size_t)good * item);
        lose(file, out + (size_t)good * item, classes + good, rect.width - good, report);
        for (int64_t x = 0; x < good && file->any_bad; x++)
            lose(file, out + (size_t)x * item, classes + x, file->bad[rect.x + x] ? 1 : 0, report);
    }
    return STATUS_OK;
}
