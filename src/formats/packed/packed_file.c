// SPDX-License-Identifier: MIT
// The choice between plain reads, plain reads of several channels and rows in sequence.
#include "formats/packed/packed_file.h"

#include "base/cancel.h"
#include "base/size.h"
#include "formats/base/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = 64 * 1024, // of interleaved samples that are read at a time
};

struct packed_file *packed_file_of(struct image_file *file)
{
    return (struct packed_file *)file; // the base is the first member
}

void packed_file_close(struct image_file *base)
{
    sample_stream_destroy(packed_file_of(base)->stream);
    free(packed_file_of(base)->scratch);
    plain_file_close(base);
}

// What a copy of the handle does not own.
static void packed_file_forget(struct packed_file *file)
{
    file->stream = NULL;
    file->scratch = NULL;
}

enum status packed_file_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    enum status status = plain_file_clone(base, out, error);
    if (status == STATUS_OK)
        packed_file_forget(packed_file_of(*out));
    return status;
}

// --- Checks ---

static enum status set_plain(struct packed_file *file, const struct plain_layout *layout, struct error *error)
{
    // The channels of a pixel count as samples of a wider row.
    struct plain_layout wide = *layout;
    wide.offset = file->storage.offset + file->storage.skip;
    wide.swapped = file->storage.swapped;
    if (__builtin_mul_overflow(layout->width, (int64_t)file->storage.channels.channels, &wide.width))
        wide.width = INT64_MAX;
    enum status status = plain_file_set_layout(&file->plain, &wide, error);
    file->plain.layout.width = layout->width;
    return status;
}

static enum status set_sequence(struct packed_file *file, const struct plain_layout *layout,
                                struct error *error)
{
    const char *path = file->plain.base.path;
    const int64_t limit = sample_storage_limit(&file->storage, layout->type);
    const bool text = file->storage.coding != CODING_BINARY;
    int64_t samples;
    if (layout->width < 1 || layout->height < 1 || layout->frames < 1)
        return error_set(error, STATUS_BROKEN,
                         "%s: the header tells of %lld x %lld pixels in %lld frames, which is no image", path,
                         (long long)layout->width, (long long)layout->height, (long long)layout->frames);
    if (__builtin_mul_overflow(layout->width, layout->height, &samples) ||
        __builtin_mul_overflow(samples, (int64_t)file->storage.channels.channels, &samples) ||
        samples > INT64_MAX / 8)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", path);
    if (text ? image_file_hopeless(limit, samples) : limit < samples)
        return error_set(error, STATUS_BROKEN,
                         "%s: a frame of %lld x %lld samples cannot be in the %lld bytes of data in the file",
                         path, (long long)layout->width, (long long)layout->height,
                         (long long)file->storage.bytes);
    file->plain.layout = *layout;
    file->plain.claimed_frames = layout->frames;
    file->plain.base.frames = int64_min(layout->frames, int64_max(limit / samples, 1));
    return STATUS_OK;
}

enum status packed_file_set(struct packed_file *file, const struct plain_layout *layout,
                            const struct sample_storage *storage, struct error *error)
{
    file->storage = *storage;
    const int64_t room = int64_max(file->plain.bytes - storage->offset, 0);
    if (storage->bytes == 0 || storage->bytes > room)
        file->storage.bytes = room;
    file->sequential = storage->method != UNPACK_STORED || storage->coding != CODING_BINARY;
    return file->sequential ? set_sequence(file, layout, error) : set_plain(file, layout, error);
}

enum status packed_file_arrange(struct packed_file *file, const struct axes *axes, const int64_t *steps,
                                struct error *error)
{
    struct plain_file *plain = &file->plain;
    if (file->sequential)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: no slice is read of samples that are packed or text; unpack them first",
                         plain->base.path);
    if (!axes_frames(axes, 0, &plain->base.frames))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of its frames overflows", plain->base.path);
    plain->claimed_frames = plain->base.frames;
    plain->layout.width = axes_width(axes);
    plain->layout.height = axes_height(axes);
    plain->layout.frames = plain->base.frames;
    file->arranged = true;
    file->axes = *axes;
    memcpy(file->steps, steps, (size_t)axes->rank * sizeof *steps);
    return STATUS_OK;
}

// --- Pixels ---

enum status packed_file_info(struct image_file *base, int64_t frame, struct frame_info *info,
                             struct error *error)
{
    const struct packed_file *file = packed_file_of(base);
    enum status status = plain_file_info(base, frame, info, error);
    info->sequential = file->sequential;
    if (file->compression)
        snprintf(info->compression, sizeof info->compression, "%s", file->compression);
    if (info->note[0])
        return status;
    channels_note(&file->storage.channels, info->note, sizeof info->note);
    if (!info->note[0] && file->note)
        snprintf(info->note, sizeof info->note, "%s", file->note);
    return status;
}

// One row of several channels, in blocks.
static enum status decode_pixels(const struct packed_file *file, const struct plain_samples *from,
                                 int64_t first, int64_t count, uint8_t *pixels, uint8_t *classes,
                                 struct decode_report *report, struct error *error)
{
    const int64_t channels = file->storage.channels.channels;
    const size_t item = sample_traits(from->type)->bytes;
    const int64_t block = BLOCK_BYTES / ((int64_t)item * channels);
    uint64_t samples[BLOCK_BYTES / 8];
    for (int64_t done = 0; done < count; done += block) {
        const int64_t wanted = int64_min(block, count - done);
        int64_t there;
        enum status status =
            plain_read(from, (first + done) * channels, wanted * channels, samples, &there, error);
        if (status != STATUS_OK)
            return status;
        there /= channels;
        channels_pick(from->type, &file->storage.channels, samples, there, pixels + (size_t)done * item);
        plain_lose(from, pixels + (size_t)(done + there) * item, classes + done + there, wanted - there,
                   report);
    }
    return STATUS_OK;
}

static enum status decode_channels(const struct packed_file *file, const struct decode_request *request,
                                   struct decode_report *report, struct error *error)
{
    const struct plain_layout *layout = &file->plain.layout;
    const int64_t item = (int64_t)sample_traits(layout->type)->bytes;
    struct plain_samples from = {.path = file->plain.base.path,
                                 .blob = file->plain.base.blob,
                                 .offset = layout->offset + request->frame * layout->frame_bytes,
                                 .type = layout->type,
                                 .swapped = layout->swapped};
    from.present = int64_max(file->plain.bytes - from.offset, 0) / item;
    enum status status = STATUS_OK;
    for (int64_t row = 0; row < request->rect.height && status == STATUS_OK; row++) {
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        status =
            decode_pixels(file, &from, (request->rect.y + row) * layout->width + request->rect.x,
                          request->rect.width, (uint8_t *)request->pixels + (size_t)row * request->stride,
                          request->classes + row * request->rect.width, report, error);
    }
    return status;
}

static enum status decode_arranged(struct packed_file *file, const struct decode_request *request,
                                   struct decode_report *report, struct error *error)
{
    const struct plain_layout *layout = &file->plain.layout;
    const struct strided place = strided_place(&file->axes, file->steps, request->frame);
    const struct plain_samples from = {.path = file->plain.base.path,
                                       .blob = file->plain.base.blob,
                                       .offset = layout->offset,
                                       .present = int64_max(file->plain.bytes - layout->offset, 0) /
                                                  (int64_t)sample_traits(layout->type)->bytes,
                                       .type = layout->type,
                                       .swapped = layout->swapped};
    return strided_decode(&from, &place, &file->scratch, request, report, error);
}

enum status packed_file_decode(struct image_file *base, const struct decode_request *request,
                               struct decode_report *report, struct error *error)
{
    struct packed_file *file = packed_file_of(base);
    const struct plain_layout *layout = &file->plain.layout;
    if (file->arranged)
        return decode_arranged(file, request, report, error);
    if (!file->sequential && file->storage.channels.channels > 1)
        return decode_channels(file, request, report, error);
    if (!file->sequential)
        return plain_file_decode(base, request, report, error);
    if (!file->stream)
        file->stream = sample_stream_create(file->plain.base.blob, base->path, &file->storage, layout->width,
                                            layout->type);
    return rows_decode(sample_stream_rows(file->stream), request->frame * layout->height, request, report,
                       error);
}
