// SPDX-License-Identifier: MIT
// A bounded number of open datasets.
#include "formats/hdf5_library/hdf5_kept.h"

#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_library/hdf5_wish.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 12 }; // open ones that nobody uses

struct entry {
    struct hdf5_opened *opened;
    int users;
    uint64_t used;
    struct entry *next;
};

struct hdf5_kept {
    struct entry *entries;
    uint64_t clock;
    hid_t file; // the last one that was asked for by itself
    char *path; // its name; NULL where there is none
};

struct hdf5_kept *hdf5_kept_create(void)
{
    struct hdf5_kept *kept = must_alloc(sizeof *kept);
    kept->file = H5I_INVALID_HID;
    return kept;
}

static void entry_remove(struct entry **link)
{
    struct entry *entry = *link;
    *link = entry->next;
    hdf5_dataset_close(entry->opened);
    free(entry);
}

static void file_leave(struct hdf5_kept *kept)
{
    if (kept->file >= 0)
        H5Fclose(kept->file);
    free(kept->path);
    kept->path = NULL;
    kept->file = H5I_INVALID_HID;
}

void hdf5_kept_destroy(struct hdf5_kept *kept)
{
    if (!kept)
        return;
    while (kept->entries)
        entry_remove(&kept->entries);
    file_leave(kept);
    free(kept);
}

enum status hdf5_kept_file(struct hdf5_kept *kept, const char *path, hid_t *file, struct error *error)
{
    if (!kept->path || strcmp(kept->path, path) != 0) {
        hid_t opened;
        const enum status status = hdf5_file_open(path, &opened, error);
        if (status != STATUS_OK)
            return status;
        file_leave(kept);
        kept->file = opened;
        kept->path = must_copy(path);
    }
    *file = kept->file;
    return STATUS_OK;
}

// Closes the one that was not used for the longest time where too many are kept.
static void kept_trim(struct hdf5_kept *kept)
{
    int idle = 0;
    struct entry **oldest = NULL;
    for (struct entry **link = &kept->entries; *link; link = &(*link)->next) {
        if ((*link)->users > 0)
            continue;
        idle++;
        if (!oldest || (*link)->used < (*oldest)->used)
            oldest = link;
    }
    if (idle > KEPT)
        entry_remove(oldest);
}

static enum status entry_open(struct hdf5_kept *kept, const char *path, const char *name, struct entry **made,
                              struct error *error)
{
    const bool same = kept->path && strcmp(kept->path, path) == 0;
    struct hdf5_opened *opened;
    hid_t file = kept->file;
    enum status status = STATUS_OK;
    if (!same && !hdf5_wish_exists(path))
        return error_set(error, STATUS_IO, "%s is missing", path);
    if (!same)
        status = hdf5_file_open(path, &file, error);
    if (status != STATUS_OK)
        return status;
    status = hdf5_dataset_open(file, path, name, &opened, error);
    if (!same)
        H5Fclose(file); // the dataset keeps it open
    if (status != STATUS_OK)
        return status;
    struct entry *entry = must_alloc(sizeof *entry);
    *entry = (struct entry){.opened = opened, .next = kept->entries};
    kept->entries = entry;
    *made = entry;
    return STATUS_OK;
}

enum status hdf5_kept_take(struct hdf5_kept *kept, const char *path, const char *name,
                           struct hdf5_opened **opened, struct error *error)
{
    struct entry *entry = kept->entries;
    while (entry &&
           (strcmp(entry->opened->facts->name, name) != 0 || strcmp(entry->opened->facts->opened, path) != 0))
        entry = entry->next;
    const enum status status = entry ? STATUS_OK : entry_open(kept, path, name, &entry, error);
    if (status != STATUS_OK)
        return status;
    entry->users++;
    entry->used = ++kept->clock;
    *opened = entry->opened;
    return STATUS_OK;
}

void hdf5_kept_give(struct hdf5_kept *kept, struct hdf5_opened *opened)
{
    for (struct entry *entry = kept->entries; entry; entry = entry->next)
        if (entry->opened == opened)
            entry->users--;
    kept_trim(kept);
}
