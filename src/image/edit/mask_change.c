// SPDX-License-Identifier: MIT
// Differences of two bitmaps in both directions.
#include "image/edit/mask_change.h"

// *part = the pixels of `from` that are not in `other`; NULL if there is none. Counts them, and extends
// *bounds by them.
static enum status difference(const struct bitmap *from, const struct bitmap *other, struct bitmap **part,
                              int64_t *count, struct rect *bounds, struct error *error)
{
    const enum status status = bitmap_copy(from, part, error);
    if (status)
        return status;
    bitmap_combine(*part, other, BITMAP_MINUS);
    const struct rect found = bitmap_bounds(*part);
    *count = found.width ? bitmap_count(*part) : 0;
    if (found.width == 0)
        bitmap_destroy(part);
    *bounds = rect_join(*bounds, found);
    return STATUS_OK;
}

enum status mask_change_find(const struct mask *mask, uint8_t bits, const struct bitmap *bitmap,
                             enum bitmap_combination how, struct mask_change *change, struct error *error)
{
    struct bitmap *before = NULL, *after = NULL;
    enum status status = mask_to_bitmap(mask, bits, &before, error);
    if (!status)
        status = bitmap_copy(before, &after, error);
    if (!status) {
        bitmap_combine(after, bitmap, how);
        status = difference(after, before, &change->added, &change->added_count, &change->bounds, error);
    }
    if (!status)
        status = difference(before, after, &change->removed, &change->removed_count, &change->bounds, error);
    bitmap_destroy(&before);
    bitmap_destroy(&after);
    return status;
}

void mask_change_prepare(struct mask_change *change, const struct mask *mask, uint8_t bits)
{
    struct mask_history *history = mask_history_create(0);
    if ((change->added || change->removed) && mask_snapshot(mask, &change->before, NULL) == STATUS_OK &&
        mask_snapshot(mask, &change->after, NULL) == STATUS_OK) {
        const struct mask_merge merge = {.added = change->added, .removed = change->removed};
        mask_edit_begin(history, change->after, bits, "");
        mask_edit_merge(history, &merge, NULL); // they are of one size
        mask_edit_commit(history);
    }
    mask_history_destroy(&history);
}

enum status mask_change_apply(const struct mask_change *change, struct mask_history *history,
                              struct rect *changed, struct error *error)
{
    const struct mask_merge merge = {change->added, change->removed, change->before, change->after};
    if (changed)
        *changed = change->bounds;
    return mask_edit_merge(history, &merge, error);
}

void mask_change_free(struct mask_change *change)
{
    bitmap_destroy(&change->added);
    bitmap_destroy(&change->removed);
    mask_destroy(&change->before);
    mask_destroy(&change->after);
    *change = (struct mask_change){0};
}
