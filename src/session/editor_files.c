// SPDX-License-Identifier: MIT
// Masks from files and into files, and edits that no file holds.
#include "session/editor_internal.h"

#include "base/text.h"
#include "formats/writers/mask_file.h"
#include "formats/writers/mask_writer.h"

#include <stdlib.h>

// --- files ---

enum status editor_combine(struct editor *editor, const char *path, enum bitmap_combination how,
                           struct error *error)
{
    struct bitmap *bitmap = NULL;
    struct rect changed = {0};
    enum status status = editor_need_layer(editor, error);
    if (!status)
        status = mask_file_bitmap(path, editor->sheet->mask->width, editor->sheet->mask->height, NULL,
                                  &bitmap, error);
    if (!status) {
        const struct rect before = editor_begin(editor, OPEN_STROKE, "mask file");
        status = mask_edit_bitmap(editor->sheet->history, bitmap, how, &changed, error);
        changed = rect_join(changed, editor_end_edit(editor, !status));
        editor_show(editor, rect_join(before, changed));
    }
    bitmap_destroy(&bitmap);
    return status;
}

enum status editor_save(struct editor *editor, const char *path, uint8_t bits, int values,
                        struct error *error)
{
    enum status status = editor_need_mask(editor, error);
    if (status)
        return status;
    editor_end(editor, true);
    return editor_save_later(editor, path, bits, values) ? STATUS_OK
                                                         : editor_save_now(editor, path, bits, values, error);
}

enum status editor_save_now(struct editor *editor, const char *path, uint8_t bits, int values,
                            struct error *error)
{
    const struct mask_save how = {.path = path, .bits = bits, .inverted = values == 1, .layers = values == 2};
    const enum status status = mask_save(editor->pane->frame->mask.seen, &how, error);
    if (status)
        return status;
    struct mask_sheet *sheet = editor->sheet;
    sheet->dirty &= bits ? (uint8_t)~bits : 0;
    char *copy = must_copy(path); // it may be the one that is freed
    free(sheet->saved_path);
    sheet->saved_path = copy;
    sheet->saved_bits = bits;
    sheet->saved_values = values;
    common_say(editor->pane->common, false, "%s: the mask is saved", copy);
    return STATUS_OK;
}

bool editor_has_unsaved(const struct editor *editor)
{
    return editor_unsaved(editor, NULL, 0) > 0;
}

static void add_unsaved(const struct mask_sheet *sheet, struct editor_unsaved *unsaved, size_t max,
                        size_t *count)
{
    if (!sheet || !sheet->dirty)
        return;
    if (*count < max)
        unsaved[*count] = (struct editor_unsaved){sheet->mask, editor_user_layers(sheet), sheet->name};
    ++*count;
}

size_t editor_unsaved(const struct editor *editor, struct editor_unsaved *unsaved, size_t max)
{
    const struct mask_book *book = editor->pane->document->masks;
    const struct mask_sheet *shown = editor->pane->frame->mask.sheet;
    size_t count = 0;
    add_unsaved(shown, unsaved, max, &count);
    for (size_t i = 0; i < mask_book_count(book); i++)
        if (mask_book_at(book, i) != shown)
            add_unsaved(mask_book_at(book, i), unsaved, max, &count);
    return count;
}

// Puts one layer of another mask into a sheet, as a step.
static enum status recover_layer(struct mask_sheet *sheet, const struct mask *mask, enum mask_layer layer,
                                 struct rect *changed, struct error *error)
{
    struct bitmap *bitmap = NULL;
    const uint8_t bit = MASK_BIT(layer);
    if (!mask_count(mask, bit) && !mask_count(sheet->mask, bit))
        return STATUS_OK;
    enum status status = mask_to_bitmap(mask, bit, &bitmap, error);
    if (!status) {
        mask_edit_begin(sheet->history, sheet->mask, bit, "restored");
        status = mask_edit_bitmap(sheet->history, bitmap, BITMAP_REPLACE, changed, error);
        if (status)
            mask_edit_abandon(sheet->history, NULL);
        else
            mask_edit_commit(sheet->history);
    }
    bitmap_destroy(&bitmap);
    return status;
}

// The layers are the user's from now on: with what the shown frame has of them, if the sheet is the shown
// one.
static void take_over(struct editor *editor, struct mask_sheet *sheet, uint8_t layers)
{
    editor->pane->common->workspace.masking.locked &= (uint8_t)~layers;
    if (sheet == editor->pane->frame->mask.sheet)
        pane_follow_locks(editor->pane);
    sheet->owned |= layers & MASK_CHOICE_BITS;
    sheet->touched |= layers;
    sheet->dirty |= layers;
    editor->pane->common->edits++;
}

enum status editor_recover(struct editor *editor, struct mask **mask, uint8_t layers, const char *name,
                           struct error *error)
{
    struct mask_sheet *sheet = NULL;
    struct rect changed = {0};
    editor_end(editor, true);
    enum status status =
        mask_book_sheet(editor->pane->document->masks, (*mask)->width, (*mask)->height, &sheet, error);
    if (!status)
        take_over(editor, sheet, layers);
    for (int layer = 0; layer < MASK_LAYER_COUNT && !status; layer++)
        if (layers & MASK_BIT(layer))
            status = recover_layer(sheet, *mask, (enum mask_layer)layer, &changed, error);
    if (status)
        return status;
    mask_destroy(mask);
    if (!sheet->name[0])
        mask_sheet_rename(sheet, name);
    if (sheet == editor->pane->frame->mask.sheet)
        editor_show(editor, changed);
    return STATUS_OK;
}

enum status editor_load_layers(struct editor *editor, const char *path, struct error *error)
{
    struct mask *mask = NULL;
    enum status status = editor_need_mask(editor, error);
    if (!status)
        status = mask_create(editor->sheet->mask->width, editor->sheet->mask->height, &mask, error);
    if (!status)
        status = mask_file_load_layers(path, NULL, mask, error);
    if (!status)
        status = editor_recover(editor, &mask, 0xFF, path, error);
    mask_destroy(&mask);
    return status;
}

enum status editor_save_again(struct editor *editor, struct error *error)
{
    const struct mask_sheet *sheet = editor_follow(editor);
    if (!sheet || !sheet->saved_path || (sheet->saved_bits && sheet->dirty & ~sheet->saved_bits))
        return error_set(error, STATUS_USAGE, "a name is needed to save the mask");
    return editor_save(editor, sheet->saved_path, sheet->saved_bits, sheet->saved_values, error);
}

bool editor_shown_is_unsaved(const struct editor *editor)
{
    const struct mask_sheet *sheet = editor->pane->frame->mask.sheet;
    return sheet && sheet->dirty;
}
