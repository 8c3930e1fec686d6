// SPDX-License-Identifier: MIT
// Positioned reads straight into the caller's rows.
#include "formats/base/plain.h"

#include "base/byteorder.h"
#include "base/size.h"
#include "formats/base/blob.h"
#include "image/mask.h"

#include <stdio.h>
#include <string.h>

// Rows that follow each other without padding are read and swapped together, in pieces that stay in cache.
enum { BATCH_BYTES = 256 * 1024 };

enum status plain_read(const struct plain_samples *from, int64_t first, int64_t count, void *out,
                       int64_t *there, struct error *error)
{
    const size_t item = sample_traits(from->type)->bytes;
    *there = int64_clamp(from->present - first, 0, count);
    enum status status = STATUS_OK;
    if (*there > 0 && from->memory)
        memcpy(out, from->memory + (size_t)first * item, (size_t)*there * item);
    else if (*there > 0)
        status =
            blob_read(from->blob, from->offset + first * (int64_t)item, out, (size_t)*there * item, error);
    if (status == STATUS_OK && from->swapped)
        swap_items(out, (size_t)*there, item);
    return status;
}

void plain_lose(const struct plain_samples *from, void *out, uint8_t *classes, int64_t count,
                struct decode_report *report)
{
    static const uint64_t nan[SAMPLE_COUNT] = {
        [SAMPLE_F16] = 0x7E00, [SAMPLE_F32] = 0x7FC00000, [SAMPLE_F64] = 0x7FF8000000000000};
    const size_t item = sample_traits(from->type)->bytes;
    if (count <= 0)
        return;
    for (int64_t i = 0; i < count; i++) {
        memcpy((uint8_t *)out + (size_t)i * item, &nan[from->type], item);
        classes[i] |= MASK_BIT(MASK_BAD);
    }
    if (!report->first_loss.text[0])
        error_set(&report->first_loss, STATUS_BROKEN, "%s: the file ends after %lld samples", from->path,
                  (long long)from->present);
    report->lost_pixels += count;
    report->any_class = true;
}

enum status plain_decode(const struct plain_samples *from, int64_t first, int64_t row_step, int64_t width,
                         const struct decode_request *request, struct decode_report *report,
                         struct error *error)
{
    const size_t item = sample_traits(from->type)->bytes;
    const struct rect rect = request->rect;
    const bool joined = rect.width == width && request->stride == (size_t)rect.width * item;
    const int64_t rows = joined ? int64_max(BATCH_BYTES / (rect.width * (int64_t)item), 1) : 1;
    for (int64_t row = 0; row < rect.height; row += rows) {
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        const int64_t count = int64_min(rows, rect.height - row) * rect.width;
        int64_t there;
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)row * request->stride;
        enum status status =
            plain_read(from, first + (rect.y + row) * row_step + rect.x, count, pixels, &there, error);
        if (status != STATUS_OK)
            return status;
        plain_lose(from, pixels + (size_t)there * item, request->classes + row * rect.width + there,
                   count - there, report);
    }
    return STATUS_OK;
}

void plain_tell_short(struct frame_info *info, int64_t frames, int64_t claimed)
{
    char number[56];
    if (claimed > frames)
        snprintf(info->note, sizeof info->note, "the file ends within or before frame %s",
                 format_frame(frames, claimed, number, sizeof number));
}
