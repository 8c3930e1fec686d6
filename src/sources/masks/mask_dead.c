// SPDX-License-Identifier: MIT
// Dead pixels: those that have the same value in all frames of a series.
//
// The image is cut into parts of which two fit one byte a pixel each; for each part all frames are read once.
#include "base/size.h"
#include "image/sentinel.h"
#include "sources/masks/mask_operation_internal.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_PART_BYTES = 1 << 20 };

// The frames of the series one after the other: of the context's source, or of its file.
struct frame_walk {
    const struct mask_context *context;
    struct image_file *opened; // the item of the source, closed by the walk
    size_t item;
    int64_t frame, left;
};

// The next frame; *file is NULL at the end.
static enum status walk_next(struct frame_walk *walk, struct image_file **file, struct error *error)
{
    const struct mask_context *context = walk->context;
    *file = NULL;
    if (walk->left-- == 0)
        return STATUS_OK;
    if (!context->source) {
        *file = ++walk->frame < context->file->frames ? context->file : NULL;
        return STATUS_OK;
    }
    if (walk->opened && ++walk->frame < walk->opened->frames) {
        *file = walk->opened;
        return STATUS_OK;
    }
    image_file_close(&walk->opened);
    if (walk->item == source_count(context->source))
        return STATUS_OK;
    const enum status status =
        source_open(context->source, walk->item++, context->cancel, &walk->opened, error);
    walk->frame = 0;
    *file = walk->opened;
    return status;
}

// Rows [y, y + rows) of all frames: the first, the present one, and which pixels have not changed so far.
struct part {
    const struct frame_info *info;
    const struct sentinel_marks *sentinels;
    int64_t y, rows;
    uint8_t *first, *now, *classes, *same;
};

static enum status read_part(const struct part *part, struct image_file *file, int64_t frame, uint8_t *pixels,
                             struct cancel *cancel, struct error *error)
{
    const struct frame_info *info = part->info;
    const size_t row_bytes = (size_t)info->width * sample_traits(info->type)->bytes;
    struct frame_info found;
    struct decode_report report = {0};
    char number[56];
    enum status status = image_file_info(file, frame, &found, error);
    if (status != STATUS_OK)
        return status;
    if (found.width != info->width || found.height != info->height || found.type != info->type)
        return error_set(error, STATUS_MISMATCH, "%s: frame %s is of another size or type than the shown one",
                         file->path, format_frame(frame, file->frames, number, sizeof number));
    const struct decode_request request = {.frame = frame,
                                           .rect = {0, part->y, info->width, part->rows},
                                           .pixels = pixels,
                                           .stride = row_bytes,
                                           .classes = part->classes,
                                           .cancel = cancel};
    memset(part->classes, 0, (size_t)(info->width * part->rows));
    return image_file_decode(file, &request, &report, error);
}

// A pixel that is marked in any frame is no dead one: it is left to its mark.
static void compare(const struct part *part, bool first)
{
    const size_t item = sample_traits(part->info->type)->bytes, width = (size_t)part->info->width;
    const uint8_t *pixels = first ? part->first : part->now;
    for (int64_t row = 0; row < part->rows && part->sentinels->any; row++)
        sentinel_find(part->sentinels, pixels + (size_t)row * width * item, width,
                      part->classes + (size_t)row * width);
    for (size_t i = 0; i < width * (size_t)part->rows; i++) {
        const bool equal = first || memcmp(part->first + i * item, pixels + i * item, item) == 0;
        part->same[i] = (first || part->same[i]) && equal && !part->classes[i];
    }
}

static enum status search_part(const struct mask_context *context, const struct part *part, int64_t frames,
                               int64_t *seen, struct error *error)
{
    struct frame_walk walk = {.context = context, .frame = -1, .left = frames};
    struct image_file *file = NULL;
    enum status status = walk_next(&walk, &file, error);
    for (*seen = 0; file && status == STATUS_OK; ++*seen) {
        const bool first = *seen == 0;
        status = read_part(part, file, walk.frame, first ? part->first : part->now, context->cancel, error);
        if (status == STATUS_OK) {
            compare(part, first);
            status = walk_next(&walk, &file, error);
        }
    }
    image_file_close(&walk.opened);
    return status;
}

static enum status search_all(const struct mask_context *context, struct part *part, int64_t frames,
                              struct bitmap *dead, struct error *error)
{
    const int64_t height = part->info->height, most = part->rows;
    enum status status = STATUS_OK;
    int64_t seen = 2;
    for (; part->y < height && status == STATUS_OK && seen > 1; part->y += part->rows) {
        part->rows = int64_min(most, height - part->y);
        status = search_part(context, part, frames, &seen, error);
        progress_set(context->progress, (double)(part->y + part->rows) / (double)height);
        for (int64_t row = 0; row < part->rows && status == STATUS_OK; row++)
            bitmap_or_bytes(dead, part->y + row, part->same + row * part->info->width);
    }
    if (status == STATUS_OK && seen < 2)
        return error_set(error, STATUS_USAGE, "dead pixels are found by comparing frames, and \"%s\" has one",
                         context->file->path);
    return status;
}

MASK_RUN(mask_run_dead)
{
    struct frame_info info = {0};
    enum status status = mask_operation_pixels(context, &info, error);
    if (status != STATUS_OK)
        return status;
    const struct sentinel_marks sentinels =
        sentinel_prepare(context->sentinels ? context->sentinels : &info.sentinels, info.type);
    const int64_t row_bytes = info.width * (int64_t)sample_traits(info.type)->bytes;
    const int64_t part_bytes = int64_max(LEAST_PART_BYTES, info.width * info.height);
    struct part part = {.info = &info, .sentinels = &sentinels};
    part.rows = int64_clamp(part_bytes / row_bytes, 1, info.height);
    const size_t pixels = (size_t)(part.rows * info.width), bytes = (size_t)(part.rows * row_bytes);
    struct bitmap *dead = NULL;
    part.first = malloc(bytes);
    part.now = malloc(bytes);
    part.classes = malloc(pixels);
    part.same = calloc(pixels, 1);
    if (!part.first || !part.now || !part.classes || !part.same)
        status = error_set(error, STATUS_NO_MEMORY, "no memory to compare frames");
    if (status == STATUS_OK)
        status = bitmap_create(info.width, info.height, &dead, error);
    if (status == STATUS_OK)
        status = search_all(context, &part, count > 0 ? (int64_t)numbers[0] : INT64_MAX, dead, error);
    if (status == STATUS_OK)
        status = mask_operation_select(context, dead, error);
    bitmap_destroy(&dead);
    free(part.first);
    free(part.now);
    free(part.classes);
    free(part.same);
    return status;
}
