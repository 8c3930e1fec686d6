// SPDX-License-Identifier: MIT
// Reading a folder and grouping numbered files.
#include "sources/folder.h"

#include "base/text.h"
#include "sources/file_name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Fewer numbered files than this stand for themselves.
enum { MIN_SERIES = 3 };

// --- names ---

enum { NAMES_BLOCK = 64 << 10 };

// The newest block comes first.
struct folder_names {
    struct folder_names *next;
    size_t used;
    char bytes[NAMES_BLOCK];
};

// Longer than any name in a folder can be.
_Static_assert(NAMES_BLOCK > NAME_MAX + 1, "a name fits a block");

static const char *keep_name(struct folder_names **names, const char *name)
{
    const size_t size = strlen(name) + 1;
    if (!*names || NAMES_BLOCK - (*names)->used < size) {
        struct folder_names *block = must_alloc(sizeof *block);
        block->next = *names;
        *names = block;
    }
    char *copy = (*names)->bytes + (*names)->used;
    memcpy(copy, name, size);
    (*names)->used += size;
    return copy;
}

static void free_names(struct folder_names *names)
{
    while (names) {
        struct folder_names *next = names->next;
        free(names);
        names = next;
    }
}

// --- entries ---

// A growing list of entries.
struct list {
    struct folder_entry *items;
    size_t count, capacity;
};

static void add(struct list *list, struct folder_entry entry)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 256;
        list->items = must_resize(list->items, list->capacity * sizeof *list->items);
    }
    list->items[list->count++] = entry;
}

static void add_file(struct list *list, struct folder_names **names, int directory, const char *name)
{
    struct stat status;
    if (name[0] == '.' || fstatat(directory, name, &status, 0) != 0)
        return;
    if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))
        return;
    struct folder_entry entry = {.name = keep_name(names, name), .modified = status.st_mtime};
    if (S_ISDIR(status.st_mode)) {
        entry.kind = FOLDER_FOLDER;
    } else {
        entry.kind = file_name_is_image(name) || file_name_ends_in_number(name) ? FOLDER_IMAGE : FOLDER_OTHER;
        entry.bytes = status.st_size;
    }
    add(list, entry);
}

static int compare_entries(const void *a, const void *b)
{
    const struct folder_entry *first = a, *second = b;
    const bool folder = first->kind == FOLDER_FOLDER, other = second->kind == FOLDER_FOLDER;
    if (folder != other)
        return folder ? -1 : 1;
    return text_compare_natural(first->name, second->name);
}

static void sort_entries(struct list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_entries);
}

// --- series ---

// A numbered file while series are being found.
struct numbered {
    size_t entry;
    size_t start, digits;
    int64_t number;
    const char *name;
};

static const char *after_number(const struct numbered *file)
{
    return file->name + file->start + file->digits;
}

// By what stands around the number: equal for members of one series.
static int compare_frames(const struct numbered *a, const struct numbered *b)
{
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    const int before = memcmp(a->name, b->name, a->start);
    return before ? before : strcmp(after_number(a), after_number(b));
}

static int compare_numbered(const void *a, const void *b)
{
    const struct numbered *first = a, *second = b;
    const int order = compare_frames(first, second);
    if (order)
        return order;
    if (first->number != second->number)
        return first->number < second->number ? -1 : 1;
    return first->digits < second->digits ? -1 : first->digits > second->digits;
}

static size_t find_numbered(const struct list *list, struct numbered *numbered)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct numbered file = {.entry = i, .name = list->items[i].name};
        char digits[FILE_NAME_MAX_DIGITS + 1];
        if (list->items[i].kind != FOLDER_IMAGE || !file_name_number(file.name, &file.start, &file.digits))
            continue;
        snprintf(digits, sizeof digits, "%.*s", (int)file.digits, file.name + file.start);
        if (parse_int64(digits, &file.number))
            numbered[count++] = file;
    }
    return count;
}

// Files of `run` that a template with as many digits as the shortest number stands for; the others ("img_01"
// beside "img_1") are taken out. Returns how many are left.
static size_t keep_template(struct numbered *run, size_t count, size_t *least)
{
    *least = FILE_NAME_MAX_DIGITS;
    for (size_t i = 0; i < count; i++)
        *least = run[i].digits < *least ? run[i].digits : *least;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (run[i].digits == *least || run[i].name[run[i].start] != '0')
            run[kept++] = run[i];
    }
    return kept;
}

static char *template_name(const struct numbered *file, size_t digits)
{
    struct text name = {0};
    text_append_bytes(&name, file->name, file->start);
    for (size_t i = 0; i < digits; i++)
        text_append(&name, "#");
    text_append(&name, after_number(file));
    return name.data;
}

// Moves the files of a run from the entries to the members, and their entry in their stead to the first.
static void take_series(struct list *entries, struct list *members, struct folder_names **names,
                        const struct numbered *run, size_t count, size_t digits)
{
    char *name = template_name(&run[0], digits);
    struct folder_entry series = {.kind = FOLDER_IMAGE,
                                  .members = count,
                                  .first_member = members->count,
                                  .first = run[0].number,
                                  .last = run[count - 1].number};
    series.name = keep_name(names, name);
    free(name);
    for (size_t i = 0; i < count; i++) {
        struct folder_entry *entry = &entries->items[run[i].entry];
        series.bytes += entry->bytes;
        series.modified = entry->modified > series.modified ? entry->modified : series.modified;
        add(members, *entry);
        entry->name = NULL; // gone from the entries
    }
    entries->items[run[0].entry] = series;
}

// The entries that still have a name, in their order.
static void drop_taken(struct list *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        if (entries->items[i].name)
            entries->items[kept++] = entries->items[i];
    }
    entries->count = kept;
}

static void find_series(struct list *entries, struct list *members, struct folder_names **names)
{
    struct numbered *numbered = must_alloc((entries->count + 1) * sizeof *numbered);
    const size_t count = find_numbered(entries, numbered);
    if (count)
        qsort(numbered, count, sizeof *numbered, compare_numbered);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && compare_frames(&numbered[i], &numbered[end]) == 0;)
            end++;
        size_t digits;
        const size_t kept = keep_template(numbered + i, end - i, &digits);
        if (kept >= MIN_SERIES)
            take_series(entries, members, names, numbered + i, kept, digits);
    }
    free(numbered);
    drop_taken(entries);
}

// --- the folder ---

static enum status read_names(DIR *directory, struct cancel *cancel, struct list *list,
                              struct folder_names **names, bool *cut)
{
    const struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (cancel_requested(cancel))
            return STATUS_CANCELLED;
        if (list->count == FOLDER_MAX_ENTRIES) {
            *cut = true;
            break;
        }
        add_file(list, names, dirfd(directory), entry->d_name);
    }
    return STATUS_OK;
}

// Adds those characters of a name that are not ASCII and were not seen before, as they are spelled.
static void add_signs(struct text *signs, uint8_t seen[0x2000], const char *name)
{
    while (*name) {
        const char *start = name;
        if ((unsigned char)*name < 0x80) {
            name++;
            continue;
        }
        const uint32_t code = utf8_next(&name);
        if (code > 0xFFFF || (seen[code / 8] >> (code % 8) & 1))
            continue;
        seen[code / 8] |= (uint8_t)(1 << (code % 8));
        text_append_bytes(signs, start, (size_t)(name - start));
    }
}

static char *find_signs(const struct list *entries, const struct list *members)
{
    struct text signs = {0};
    uint8_t seen[0x2000] = {0};
    for (size_t i = 0; i < entries->count; i++)
        add_signs(&signs, seen, entries->items[i].name);
    for (size_t i = 0; i < members->count; i++)
        add_signs(&signs, seen, members->items[i].name);
    return signs.data ? signs.data : must_copy("");
}

static struct folder *make_folder(const char *path, struct list *entries, struct folder_names *names,
                                  bool cut)
{
    struct folder *folder = must_alloc(sizeof *folder);
    struct list members = {0};
    char *absolute = realpath(path, NULL);
    folder->path = absolute ? absolute : must_copy(path);
    folder->cut = cut;
    sort_entries(entries);
    find_series(entries, &members, &names);
    folder->signs = find_signs(entries, &members);
    folder->names = names;
    atomic_init(&folder->holds, 1);
    for (size_t i = 0; i < entries->count; i++) {
        folder->images += entries->items[i].kind == FOLDER_IMAGE;
        folder->others += entries->items[i].kind == FOLDER_OTHER;
    }
    folder->entries = entries->items;
    folder->count = entries->count;
    folder->members = members.items;
    folder->member_count = members.count;
    return folder;
}

enum status folder_read(const char *path, struct cancel *cancel, struct folder **folder, struct error *error)
{
    struct list entries = {0};
    struct folder_names *names = NULL;
    bool cut = false;
    DIR *directory = opendir(path);
    if (!directory)
        return error_set(error, STATUS_IO, "%s: cannot be listed: %s", path, strerror(errno));
    enum status status = read_names(directory, cancel, &entries, &names, &cut);
    closedir(directory);
    if (status) {
        free(entries.items);
        free_names(names);
        return error_set(error, status, "%s: reading the folder was stopped", path);
    }
    *folder = make_folder(path, &entries, names, cut);
    return STATUS_OK;
}

struct folder *folder_hold(struct folder *folder)
{
    atomic_fetch_add(&folder->holds, 1);
    return folder;
}

void folder_destroy(struct folder **folder)
{
    struct folder *old = *folder;
    *folder = NULL;
    if (!old || atomic_fetch_sub(&old->holds, 1) > 1)
        return;
    free_names(old->names);
    free(old->entries);
    free(old->members);
    free(old->signs);
    free(old->path);
    free(old);
}
