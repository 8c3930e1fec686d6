// SPDX-License-Identifier: MIT
// The union is kept, block by block, as its parts change.
#include "session/masks/frame_mask.h"

static struct rect whole(const struct mask *mask)
{
    return (struct rect){0, 0, mask->width, mask->height};
}

static void unite(struct frame_mask *masked, struct rect rect)
{
    const uint8_t owned = masked->sheet->owned;
    const struct mask_pair both = {.a = masked->sheet->mask,
                                   .a_bits = mask_user_bits(owned, masked->ignored),
                                   .b = masked->classes,
                                   .b_bits = MASK_CLASS_BITS & (uint8_t)~owned};
    mask_unite(masked->seen, &both, rect);
    masked->uncounted = rect_join(masked->uncounted, rect);
}

void frame_mask_update(struct frame_mask *masked, struct rect rect)
{
    if (!masked->seen)
        return;
    unite(masked, rect);
    masked->unreduced = rect_join(masked->unreduced, rect);
}

static void update_all(struct frame_mask *masked)
{
    if (!masked->seen)
        return;
    frame_mask_update(masked, whole(masked->seen));
    masked->sheet_serial = masked->sheet->serial;
}

struct rect frame_mask_catch_up(struct frame_mask *masked)
{
    const struct mask_sheet *sheet = masked->sheet;
    if (!sheet || !masked->seen || masked->sheet_serial == sheet->serial)
        return (struct rect){0};
    const struct rect rect = masked->sheet_serial + 1 == sheet->serial ? sheet->changed : whole(masked->seen);
    frame_mask_update(masked, rect);
    masked->sheet_serial = sheet->serial;
    return rect;
}

void frame_mask_edited(struct frame_mask *masked, struct rect rect)
{
    if (!masked->sheet || rect.width <= 0 || rect.height <= 0)
        return;
    frame_mask_catch_up(masked);
    mask_sheet_changed(masked->sheet, rect);
    frame_mask_update(masked, rect);
    masked->sheet_serial = masked->sheet->serial;
}

bool frame_mask_own(struct frame_mask *masked, uint8_t owned, bool loading)
{
    struct mask_sheet *sheet = masked->sheet;
    owned &= MASK_CHOICE_BITS;
    if (!sheet || sheet->owned == owned)
        return false;
    const uint8_t begun = mask_sheet_own(sheet, owned, masked->classes);
    masked->arriving = loading ? (masked->arriving | begun) & owned : 0;
    update_all(masked);
    return true;
}

static void open_sheet(struct frame_mask *masked, struct mask_sheet *sheet)
{
    mask_sheet_open(sheet);
    mask_sheet_close(&masked->sheet);
    masked->sheet = sheet;
}

enum status frame_mask_begin(struct frame_mask *masked, struct mask_book *book, const struct frame_info *info,
                             const struct mask *file_layer, uint8_t owned, struct mask_version left_out,
                             struct error *error)
{
    struct mask_sheet *sheet = NULL;
    enum status status = mask_book_sheet(book, info->width, info->height, &sheet, error);
    frame_mask_clear(masked);
    if (!status)
        status = mask_create(info->width, info->height, &masked->classes, error);
    if (!status)
        status = mask_create(info->width, info->height, &masked->seen, error);
    if (status) {
        frame_mask_clear(masked);
        return status;
    }
    open_sheet(masked, sheet);
    // A sheet that was never written masks nothing, as the load took it to be.
    const bool is_current = left_out.sheet == sheet ? left_out.serial == sheet->serial : sheet->serial == 0;
    masked->counted = left_out.sheet == sheet ? left_out.serial : 0;
    if (file_layer && !(owned & MASK_BIT(MASK_FILE))) {
        mask_take(sheet->mask, file_layer, MASK_BIT(MASK_FILE));
        sheet->has_file = true;
        mask_sheet_changed(sheet, whole(sheet->mask));
        if (is_current) // the load left it out too
            masked->counted = sheet->serial;
    }
    frame_mask_own(masked, owned, true);
    update_all(masked);
    if (masked->counted == sheet->serial)
        masked->unreduced = (struct rect){0};
    return STATUS_OK;
}

void frame_mask_take_rows(struct frame_mask *masked, const struct mask *classes, int64_t y, int64_t rows)
{
    if (!masked->seen)
        return;
    mask_share_rows(masked->classes, classes, y, rows);
    const struct rect band = {0, y, masked->seen->width, rows};
    if (masked->arriving) {
        mask_add_rows(masked->sheet->mask, classes, y, rows, masked->arriving);
        frame_mask_edited(masked, band);
    } else {
        unite(masked, band);
    }
}

void frame_mask_end(struct frame_mask *masked)
{
    masked->arriving = 0;
}

void frame_mask_clear(struct frame_mask *masked)
{
    mask_destroy(&masked->classes);
    mask_destroy(&masked->seen);
    masked->arriving = 0;
    masked->unreduced = masked->unshown = masked->uncounted = (struct rect){0};
}

void frame_mask_finish(struct frame_mask *masked)
{
    frame_mask_clear(masked);
    mask_sheet_close(&masked->sheet);
}
