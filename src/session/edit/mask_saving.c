// SPDX-License-Identifier: MIT
// A snapshot of the mask with what is to be noted in its sheet when it is in the file.
#include "session/edit/mask_saving.h"

#include "base/file.h"
#include "base/text.h"
#include "formats/writers/mask_writer.h"
#include "image/edit/mask_edit.h"

#include <stdlib.h>
#include <string.h>

struct mask_saving {
    struct common *common;
    struct mask_sheet *sheet; // open, so that it stays; its book is shared
    struct mask_book *book;
    struct mask *mask;
    char *path;
    uint8_t bits; // the layers; never 0
    int values;
    bool all;
    int64_t pixels;                   // that are masked in them, once it is written
    uint64_t edits[MASK_LAYER_COUNT]; // of the sheet, when the snapshot was taken
};

static enum status run(void *work, struct cancel *cancel, struct progress *progress, struct error *error)
{
    (void)progress;
    struct mask_saving *saving = work;
    const struct mask_save how = {.path = saving->path,
                                  .bits = saving->bits,
                                  .inverted = saving->values == 1,
                                  .layers = saving->values == 2,
                                  .cancel = cancel};
    const enum status status = mask_save(saving->mask, &how, error);
    struct bitmap *masked = NULL;
    if (!status && mask_to_bitmap(saving->mask, saving->bits, &masked, NULL) == STATUS_OK)
        saving->pixels = bitmap_count(masked);
    bitmap_destroy(&masked);
    return status;
}

// "beam.npy, 572608 px masked".
static void tell_saved(const struct mask_saving *saving)
{
    struct text detail = {0};
    text_printf(&detail, "%s, %lld px masked", path_name(saving->path), (long long)saving->pixels);
    common_tell(
        saving->common,
        &(struct notice){.severity = SEVERITY_OK, .sentence = "Mask saved", .detail = text_string(&detail)});
    text_free(&detail);
}

static void note_saved(struct mask_saving *saving)
{
    struct mask_sheet *sheet = saving->sheet;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if (saving->edits[layer] == sheet->edits[layer])
            sheet->dirty &= (uint8_t) ~(MASK_BIT(layer) & saving->bits);
    }
    free(sheet->saved_path);
    sheet->saved_path = must_copy(saving->path);
    sheet->saved_bits = saving->all ? 0 : saving->bits;
    sheet->saved_values = saving->values;
    tell_saved(saving);
}

static enum status finish(void *work, enum status status, struct error *error)
{
    (void)error;
    struct mask_saving *saving = work;
    if (!status)
        note_saved(saving);
    mask_sheet_close(&saving->sheet);
    mask_book_destroy(&saving->book);
    return status;
}

// --- life ---

static void discard(void *work)
{
    struct mask_saving *saving = work;
    mask_destroy(&saving->mask);
    free(saving->path);
    free(saving);
}

enum status mask_saving_start(const struct mask_saving_request *request, struct error *error)
{
    struct mask *mask = NULL;
    const enum status status = mask_snapshot(request->seen, &mask, error);
    if (status)
        return status;
    struct mask_sheet *sheet = request->sheet;
    struct mask_saving *saving = must_alloc(sizeof *saving);
    *saving = (struct mask_saving){.common = request->common,
                                   .sheet = sheet,
                                   .book = mask_book_share(request->book),
                                   .mask = mask,
                                   .path = must_copy(request->path),
                                   .bits = request->bits ? request->bits : 0xFF,
                                   .all = request->bits == 0,
                                   .values = request->values};
    mask_sheet_open(sheet);
    memcpy(saving->edits, sheet->edits, sizeof saving->edits);
    struct text label = {0};
    text_printf(&label, "saving %s", path_name(request->path));
    const struct file_work_request work = {.label = text_string(&label),
                                           .path = request->path,
                                           .writes = true,
                                           .run = run,
                                           .finish = finish,
                                           .discard = discard,
                                           .work = saving};
    const enum status done = file_work_start(request->common->works, &work, error);
    text_free(&label);
    return done;
}
