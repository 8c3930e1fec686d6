// SPDX-License-Identifier: MIT
// Sheets by size; those that nobody needs go when there are many.
#include "session/masks/mask_book.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct mask_book {
    int references;
    struct mask_sheet **sheets;
    size_t count;
};

struct mask_book *mask_book_create(void)
{
    struct mask_book *book = must_alloc(sizeof *book);
    *book = (struct mask_book){.references = 1};
    return book;
}

struct mask_book *mask_book_share(struct mask_book *book)
{
    book->references++;
    return book;
}

static void sheet_destroy(struct mask_sheet *sheet)
{
    mask_history_destroy(&sheet->history); // takes back what is open, in the mask
    mask_destroy(&sheet->mask);
    free(sheet->name);
    free(sheet->saved_path);
    free(sheet);
}

void mask_book_destroy(struct mask_book **book)
{
    if (!*book || --(*book)->references > 0) {
        *book = NULL;
        return;
    }
    for (size_t i = 0; i < (*book)->count; i++)
        sheet_destroy((*book)->sheets[i]);
    free((*book)->sheets);
    free(*book);
    *book = NULL;
}

size_t mask_book_count(const struct mask_book *book)
{
    return book->count;
}

struct mask_sheet *mask_book_at(const struct mask_book *book, size_t index)
{
    return book->sheets[index];
}

struct mask_sheet *mask_book_find(const struct mask_book *book, int64_t width, int64_t height)
{
    for (size_t i = 0; i < book->count; i++) {
        const struct mask *mask = book->sheets[i]->mask;
        if (mask->width == width && mask->height == height)
            return book->sheets[i];
    }
    return NULL;
}

static bool is_needed(const struct mask_sheet *sheet)
{
    return sheet->open_count > 0 || sheet->dirty || mask_edit_is_open(sheet->history);
}

// Makes room for one more: the oldest that is not needed goes.
static void make_room(struct mask_book *book)
{
    size_t oldest = 0;
    while (oldest < book->count && is_needed(book->sheets[oldest]))
        oldest++;
    if (book->count < MASK_BOOK_SHEETS || oldest == book->count)
        return;
    sheet_destroy(book->sheets[oldest]);
    book->count--;
    memmove(&book->sheets[oldest], &book->sheets[oldest + 1],
            (book->count - oldest) * sizeof(struct mask_sheet *));
}

enum status mask_book_sheet(struct mask_book *book, int64_t width, int64_t height, struct mask_sheet **sheet,
                            struct error *error)
{
    struct mask *mask = NULL;
    *sheet = mask_book_find(book, width, height);
    if (*sheet)
        return STATUS_OK;
    const enum status status = mask_create(width, height, &mask, error);
    if (status)
        return status;
    make_room(book);
    *sheet = must_alloc(sizeof **sheet);
    (*sheet)->mask = mask;
    (*sheet)->history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    (*sheet)->name = must_copy("");
    book->sheets = must_resize(book->sheets, (book->count + 1) * sizeof(struct mask_sheet *));
    book->sheets[book->count++] = *sheet;
    return STATUS_OK;
}

void mask_book_forget_file(struct mask_book *book, bool gone)
{
    for (size_t i = 0; i < book->count; i++) {
        book->sheets[i]->has_file = false;
        if (!gone)
            continue;
        struct mask *mask = book->sheets[i]->mask;
        mask_clear(mask, MASK_BIT(MASK_FILE));
        mask_sheet_changed(book->sheets[i], (struct rect){0, 0, mask->width, mask->height});
    }
}

void mask_sheet_open(struct mask_sheet *sheet)
{
    sheet->open_count++;
}

void mask_sheet_close(struct mask_sheet **sheet)
{
    if (*sheet)
        (*sheet)->open_count--;
    *sheet = NULL;
}

void mask_sheet_changed(struct mask_sheet *sheet, struct rect rect)
{
    sheet->serial++;
    sheet->changed = rect;
    sheet->changed_ns = clock_now_ns();
}

void mask_sheet_edited(struct mask_sheet *sheet, uint8_t layers)
{
    sheet->touched |= layers;
    sheet->dirty |= layers;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        sheet->edits[layer] += (layers & MASK_BIT(layer)) != 0;
}

void mask_sheet_rename(struct mask_sheet *sheet, const char *name)
{
    char *copy = must_copy(name); // it may be the one that is freed
    free(sheet->name);
    sheet->name = copy;
}

uint8_t mask_sheet_own(struct mask_sheet *sheet, uint8_t layers, const struct mask *classes)
{
    const uint8_t begun = MASK_CLASS_BITS & layers & (uint8_t) ~(sheet->owned | sheet->touched);
    sheet->owned = MASK_CHOICE_BITS & layers;
    if (begun)
        mask_clear(sheet->mask, begun);
    if (begun && classes)
        mask_add_rows(sheet->mask, classes, 0, classes->height, begun);
    mask_sheet_changed(sheet, (struct rect){0, 0, sheet->mask->width, sheet->mask->height});
    return begun;
}
