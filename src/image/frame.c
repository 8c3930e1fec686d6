// SPDX-License-Identifier: MIT
// Sizes of frames and clipping of rectangles.
#include "image/frame.h"

#include "base/size.h"

void frame_info_choose(struct frame_info *info, const struct class_choice *choice)
{
    if (!choice)
        return;
    info->sentinels.ignored = choice->ignored;
    if (choice->has_saturation) {
        info->sentinels.has_saturation = true;
        info->sentinels.saturation = choice->saturation;
    }
}

bool frame_bytes(const struct frame_info *info, size_t *bytes)
{
    return size_of_plane(info->width, info->height, sample_traits(info->type)->bytes, bytes);
}

// Clips the span [*start, *start + *length) to [0, limit); sums that overflow count as "to the end".
static void span_clip(int64_t *start, int64_t *length, int64_t limit)
{
    int64_t end;
    if (__builtin_add_overflow(*start, *length, &end))
        end = *length > 0 ? INT64_MAX : INT64_MIN;
    int64_t first = int64_clamp(*start, 0, limit);
    int64_t last = int64_clamp(end, 0, limit);
    *start = first;
    *length = last > first ? last - first : 0;
}

struct rect rect_clip(struct rect rect, int64_t width, int64_t height)
{
    span_clip(&rect.x, &rect.width, width);
    span_clip(&rect.y, &rect.height, height);
    return rect;
}

struct rect rect_join(struct rect a, struct rect b)
{
    if (a.width <= 0 || a.height <= 0)
        return b;
    if (b.width <= 0 || b.height <= 0)
        return a;
    const int64_t x = int64_min(a.x, b.x), y = int64_min(a.y, b.y);
    return (struct rect){x, y, int64_max(a.x + a.width, b.x + b.width) - x,
                         int64_max(a.y + a.height, b.y + b.height) - y};
}
