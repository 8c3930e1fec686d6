// SPDX-License-Identifier: MIT
// Masks from files and into files, and edits that no file holds.
#include "session/edit/editor_internal.h"

#include "base/text.h"
#include "formats/writers/mask_file.h"

#include <stdlib.h>

// --- files ---

enum status editor_combine(struct editor *editor, const char *path, enum bitmap_combination how,
                           struct error *error)
{
    const enum status status = editor_need_layer(editor, error);
    const struct editor_errand errand = {.kind = ERRAND_COMBINE,
                                         .path = (char *)path,
                                         .how = how,
                                         .bits = MASK_BIT(editor->pane->common->workspace.masking.layer)};
    return status ? status : editor_send(editor, &errand, error);
}

enum status editor_save(struct editor *editor, const char *path, uint8_t bits, int values,
                        struct error *error)
{
    const enum status status = editor_need_mask(editor, error);
    if (status)
        return status;
    editor_end(editor, true);
    const struct editor_errand errand = {
        .kind = ERRAND_SAVE, .path = (char *)path, .bits = bits, .values = values};
    return editor_send(editor, &errand, error);
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

// Puts one layer into a sheet, as a step.
static enum status put_layer(struct mask_sheet *sheet, const struct mask_change *layer, uint8_t bit,
                             const char *step, struct error *error)
{
    mask_edit_begin(sheet->history, sheet->mask, bit, step);
    const enum status status = mask_change_apply(layer, sheet->history, NULL, error);
    if (status)
        mask_edit_abandon(sheet->history, NULL);
    else
        mask_edit_commit(sheet->history);
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
    mask_sheet_edited(sheet, layers);
    editor->pane->common->edits++;
}

enum status editor_take_layers(struct editor *editor, const struct mask_layers *layers, const char *name,
                               const char *step, struct error *error)
{
    struct mask_sheet *sheet = NULL;
    editor_end(editor, true);
    enum status status =
        mask_book_sheet(editor->pane->document->masks, layers->width, layers->height, &sheet, error);
    if (!status)
        take_over(editor, sheet, layers->bits);
    for (int layer = 0; layer < MASK_LAYER_COUNT && !status; layer++)
        if (layers->bits & MASK_BIT(layer))
            status = put_layer(sheet, &layers->of[layer], MASK_BIT(layer), step, error);
    if (status)
        return status;
    if (!sheet->name[0])
        mask_sheet_rename(sheet, name);
    if (sheet == editor->pane->frame->mask.sheet)
        editor_show(editor, (struct rect){0, 0, layers->width, layers->height});
    return STATUS_OK;
}

// --- all layers of a file ---

struct layers_file {
    struct editor *editor; // looked at by the consumer
    char *path;
    int64_t width, height;
    struct mask_layers layers;
};

static enum status read_layers(void *work, struct cancel *cancel, struct progress *progress,
                               struct error *error)
{
    (void)progress;
    struct layers_file *file = work;
    struct mask *mask = NULL;
    enum status status = mask_create(file->width, file->height, &mask, error);
    if (!status)
        status = mask_file_load_layers(file->path, cancel, mask, error);
    if (!status)
        status = mask_layers_of(mask, 0xFF, &file->layers, error);
    mask_destroy(&mask);
    return status;
}

static enum status take_layers(void *work, enum status status, struct error *error)
{
    struct layers_file *file = work;
    return status ? status : editor_take_layers(file->editor, &file->layers, file->path, "mask file", error);
}

static void discard_layers(void *work)
{
    struct layers_file *file = work;
    mask_layers_free(&file->layers);
    free(file->path);
    free(file);
}

enum status editor_load_layers(struct editor *editor, const char *path, struct error *error)
{
    const enum status status = editor_need_mask(editor, error);
    if (status)
        return status;
    struct layers_file *file = must_alloc(sizeof *file);
    *file = (struct layers_file){.editor = editor,
                                 .path = must_copy(path),
                                 .width = editor->sheet->mask->width,
                                 .height = editor->sheet->mask->height};
    const struct file_work_request request = {.owner = editor,
                                              .label = "mask.load",
                                              .run = read_layers,
                                              .finish = take_layers,
                                              .discard = discard_layers,
                                              .work = file};
    return file_work_start(editor->pane->common->works, &request, error);
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
