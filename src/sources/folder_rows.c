// SPDX-License-Identifier: MIT
// One walk over the entries, and the list of series that are open.
#include "sources/folder_rows.h"

#include <stdlib.h>
#include <string.h>

// --- wishes ---

// The place of an entry among those that are open.
static size_t open_place(const struct folder_wish *wish, size_t entry)
{
    size_t low = 0, high = wish->open_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (wish->open[middle] < entry)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool folder_wish_is_open(const struct folder_wish *wish, size_t entry)
{
    const size_t place = open_place(wish, entry);
    return place < wish->open_count && wish->open[place] == entry;
}

void folder_wish_toggle(struct folder_wish *wish, size_t entry, bool open)
{
    const size_t place = open_place(wish, entry), behind = wish->open_count - place;
    if (folder_wish_is_open(wish, entry) == open)
        return;
    if (open) {
        wish->open = must_resize(wish->open, (wish->open_count + 1) * sizeof *wish->open);
        memmove(wish->open + place + 1, wish->open + place, behind * sizeof *wish->open);
        wish->open[place] = entry;
        wish->open_count++;
    } else {
        memmove(wish->open + place, wish->open + place + 1, (behind - 1) * sizeof *wish->open);
        wish->open_count--;
    }
}

void folder_wish_copy(struct folder_wish *to, const struct folder_wish *from)
{
    *to = *from;
    to->open = must_alloc((from->open_count + 1) * sizeof *to->open);
    if (from->open_count)
        memcpy(to->open, from->open, from->open_count * sizeof *to->open);
}

void folder_wish_free(struct folder_wish *wish)
{
    free(wish->open);
    *wish = (struct folder_wish){0};
}

void folder_wish_set(struct folder_wish *wish, const struct folder_wish *from)
{
    folder_wish_free(wish);
    folder_wish_copy(wish, from);
}

bool folder_wish_equal(const struct folder_wish *a, const struct folder_wish *b)
{
    return strcmp(a->words, b->words) == 0 && a->others == b->others && a->single == b->single &&
           a->open_count == b->open_count &&
           (a->open_count == 0 || memcmp(a->open, b->open, a->open_count * sizeof *a->open) == 0);
}

// --- rows ---

// Rows while they are found.
struct finding {
    const struct folder *folder;
    const struct folder_wish *wish;
    const char *home; // name of the entry that one came from, or NULL
    struct cancel *cancel;
    struct folder_rows *rows;
    size_t capacity;
};

static void add_row(struct finding *finding, size_t entry, size_t member)
{
    struct folder_rows *rows = finding->rows;
    if (rows->count == finding->capacity) {
        finding->capacity = finding->capacity ? 2 * finding->capacity : 256;
        rows->items = must_resize(rows->items, finding->capacity * sizeof *rows->items);
    }
    rows->items[rows->count++] = (struct folder_row){entry, member};
}

static bool has_words(const struct finding *finding, const struct folder_entry *entry)
{
    return text_has_words(entry->name, finding->wish->words);
}

static void add_series(struct finding *finding, size_t entry)
{
    const struct folder_entry *series = &finding->folder->entries[entry];
    const struct folder_entry *members = &finding->folder->members[series->first_member];
    const bool matches = !finding->wish->single && has_words(finding, series);
    if (matches)
        add_row(finding, entry, 0);
    if (matches && !folder_wish_is_open(finding->wish, entry))
        return;
    for (size_t i = 0; i < series->members && !cancel_requested(finding->cancel); i++) {
        if (matches || has_words(finding, &members[i]))
            add_row(finding, entry, i + 1);
    }
}

static void add_entry(struct finding *finding, size_t index)
{
    const struct folder_entry *entry = &finding->folder->entries[index];
    if (entry->kind == FOLDER_OTHER && !finding->wish->others)
        return;
    const size_t row = finding->rows->count;
    if (entry->members > 0)
        add_series(finding, index);
    else if (has_words(finding, entry))
        add_row(finding, index, 0);
    if (finding->home && finding->rows->count > row && strcmp(entry->name, finding->home) == 0)
        finding->rows->home = row;
}

// The name of the folder `from` within the folder; NULL if it is elsewhere.
static const char *name_within(const struct folder *folder, const char *from)
{
    const size_t length = strlen(folder->path);
    if (!from || strncmp(from, folder->path, length) != 0)
        return NULL;
    if (length > 0 && folder->path[length - 1] == '/')
        return from + length;
    return from[length] == '/' ? from + length + 1 : NULL;
}

enum status folder_find_rows(const struct folder *folder, const struct folder_wish *wish, const char *from,
                             struct cancel *cancel, struct folder_rows *rows)
{
    *rows = (struct folder_rows){0};
    struct finding finding = {
        .folder = folder, .wish = wish, .home = name_within(folder, from), .cancel = cancel, .rows = rows};
    for (size_t i = 0; i < folder->count && !cancel_requested(cancel); i++)
        add_entry(&finding, i);
    folder_wish_copy(&rows->wish, wish);
    if (!cancel_requested(cancel))
        return STATUS_OK;
    folder_rows_free(rows);
    return STATUS_CANCELLED;
}

void folder_rows_free(struct folder_rows *rows)
{
    free(rows->items);
    folder_wish_free(&rows->wish);
    *rows = (struct folder_rows){0};
}

const struct folder_entry *folder_row_entry(const struct folder *folder, struct folder_row row)
{
    const struct folder_entry *entry = &folder->entries[row.entry];
    return row.member ? &folder->members[entry->first_member + row.member - 1] : entry;
}
