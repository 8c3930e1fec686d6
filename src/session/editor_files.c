// SPDX-License-Identifier: MIT
// Masks from files and into files, and edits that no file holds.
#include "session/editor_internal.h"

#include "base/text.h"
#include "formats/mask_file.h"
#include "formats/mask_writer.h"

#include <stdlib.h>

// --- files ---

enum status editor_combine(struct editor *editor, const char *path, enum bitmap_combination how,
                           struct error *error)
{
    struct bitmap *bitmap = NULL;
    struct rect changed = {0};
    enum status status = editor_need_layer(editor, error);
    if (!status)
        status = mask_file_bitmap(path, editor->pane->document->mask->width,
                                  editor->pane->document->mask->height, NULL, &bitmap, error);
    if (!status) {
        const struct rect before = editor_begin(editor, OPEN_STROKE, "mask file");
        status = mask_edit_bitmap(editor->history, bitmap, how, &changed, error);
        changed = editor_rect_both(changed, editor_end_edit(editor, !status));
        editor_show(editor, editor_rect_both(before, changed));
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
    const struct mask_save how = {.path = path, .bits = bits, .inverted = values == 1, .layers = values == 2};
    status = mask_save(editor->pane->document->mask, &how, error);
    if (status)
        return status;
    editor->dirty &= bits ? (uint8_t)~bits : 0;
    char *copy = must_copy(path); // it may be the one that is freed
    free(editor->saved_path);
    editor->saved_path = copy;
    editor->saved_bits = bits;
    editor->saved_values = values;
    common_say(editor->pane->common, false, "%s: the mask is saved", copy);
    return STATUS_OK;
}

bool editor_has_unsaved(const struct editor *editor)
{
    return editor->dirty || editor_unsaved(editor, NULL, 0) > 0;
}

size_t editor_unsaved(const struct editor *editor, struct editor_unsaved *unsaved, size_t max)
{
    size_t count = 0;
    if (editor->dirty && editor->pane->document->mask) {
        if (count < max)
            unsaved[count] = (struct editor_unsaved){editor->pane->document->mask, editor_user_layers(editor),
                                                     editor->name ? editor->name : ""};
        count++;
    }
    for (size_t i = 0; i < editor->stash_count; i++) {
        const struct stashed *stashed = &editor->stash[i];
        if (!stashed->dirty)
            continue;
        if (count < max)
            unsaved[count] = (struct editor_unsaved){stashed->mask, stashed->layers, stashed->name};
        count++;
    }
    return count;
}

// Puts one layer of another mask into the shown one, as a step.
static enum status recover_layer(struct editor *editor, const struct mask *mask, enum mask_layer layer,
                                 struct error *error)
{
    struct bitmap *bitmap = NULL;
    struct rect changed = {0};
    enum status status = mask_to_bitmap(mask, MASK_BIT(layer), &bitmap, error);
    if (!status) {
        const enum mask_layer shown = editor->pane->common->workspace.masking.layer;
        editor->pane->common->workspace.masking.locked &= (uint8_t)~MASK_BIT(layer);
        editor->pane->common->workspace.masking.layer = layer;
        const struct rect before = editor_begin(editor, OPEN_STROKE, "restored");
        status = mask_edit_bitmap(editor->history, bitmap, BITMAP_REPLACE, &changed, error);
        editor_close(editor, !status);
        editor->pane->common->workspace.masking.layer = shown;
        editor_show(editor, editor_rect_both(before, changed));
    }
    bitmap_destroy(&bitmap);
    return status;
}

enum status editor_recover(struct editor *editor, struct mask **mask, uint8_t layers, const char *name,
                           struct error *error)
{
    const struct mask *shown = editor->pane->document->mask;
    enum status status = STATUS_OK;
    if (editor->pane->loader)
        return error_set(error, STATUS_USAGE, "a frame is being loaded; restore when it is there");
    editor_end(editor, true);
    if (!shown || shown->width != (*mask)->width || shown->height != (*mask)->height) {
        editor_add_stashed(editor, (struct stashed){*mask, mask_history_create(MASK_HISTORY_DEFAULT_BYTES),
                                                    layers, layers, layers, must_copy(name)});
        *mask = NULL;
        editor->serial++;
        return STATUS_OK;
    }
    for (int layer = 0; layer < MASK_LAYER_COUNT && !status; layer++)
        if (layers & MASK_BIT(layer) &&
            (mask_count(*mask, MASK_BIT(layer)) || mask_count(shown, MASK_BIT(layer))))
            status = recover_layer(editor, *mask, (enum mask_layer)layer, error);
    mask_destroy(mask);
    return status;
}

enum status editor_load_layers(struct editor *editor, const char *path, struct error *error)
{
    struct mask *mask = NULL;
    enum status status = editor_need_mask(editor, error);
    if (!status)
        status = mask_create(editor->pane->document->mask->width, editor->pane->document->mask->height, &mask,
                             error);
    if (!status)
        status = mask_file_load_layers(path, NULL, mask, error);
    if (!status)
        status = editor_recover(editor, &mask, 0xFF, path, error);
    mask_destroy(&mask);
    return status;
}

enum status editor_save_again(struct editor *editor, struct error *error)
{
    if (!editor->saved_path || (editor->saved_bits && editor->dirty & ~editor->saved_bits))
        return error_set(error, STATUS_USAGE, "a name is needed to save the mask");
    return editor_save(editor, editor->saved_path, editor->saved_bits, editor->saved_values, error);
}

bool editor_shown_is_unsaved(const struct editor *editor)
{
    return editor->dirty != 0;
}
