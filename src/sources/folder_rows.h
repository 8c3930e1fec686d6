// SPDX-License-Identifier: MIT
// Which entries of a folder a list shows, and in what order: images, folders, series with their members, by
// the words of a filter.
//
// Found by a job (sources/browser.h), since it takes tens of milliseconds for a folder of some 100,000
// entries.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_SOURCES_FOLDER_ROWS_H
#define FOVEA_SOURCES_FOLDER_ROWS_H

#include "base/text.h"
#include "sources/folder.h"

// What is to be listed. Zero-initialised: images and folders, all of them, series as one row each.
struct folder_wish {
    char words[TEXT_WORD_BYTES]; // text_has_words
    bool others;                 // files that are no images, too
    bool single;                 // members in the place of their series, each by its own name
    size_t *open;                // series whose members are listed: their entries, ascending
    size_t open_count;
};

struct folder_row {
    size_t entry;
    size_t member; // 0 = the entry itself, else 1 + index among the members of the series
};

struct folder_rows {
    struct folder_row *items; // by entry, then by member
    size_t count;
    struct folder_wish wish; // for which they were found
    size_t home;             // the row that one came from; 0 if none
};

// A series is listed where its name has the words, with its members where it is open; else those of its
// members that have them. `from` is the path of the folder that was shown before, or NULL: where that is in
// this one, its row is `home`. STATUS_CANCELLED, with no rows, after a cancel. `wish` is copied.
enum status folder_find_rows(const struct folder *folder, const struct folder_wish *wish, const char *from,
                             struct cancel *cancel, struct folder_rows *rows);
void folder_rows_free(struct folder_rows *rows);

void folder_wish_copy(struct folder_wish *to, const struct folder_wish *from);
void folder_wish_free(struct folder_wish *wish);
// Replaces a wish by a copy of another.
void folder_wish_set(struct folder_wish *wish, const struct folder_wish *from);
bool folder_wish_equal(const struct folder_wish *a, const struct folder_wish *b);
bool folder_wish_is_open(const struct folder_wish *wish, size_t entry);
// Lists the members of a series, or no longer.
void folder_wish_toggle(struct folder_wish *wish, size_t entry, bool open);

// The entry, or the member of a series, that a row stands for.
const struct folder_entry *folder_row_entry(const struct folder *folder, struct folder_row row);

#endif
