// SPDX-License-Identifier: MIT
// The directories of a TIFF file as they stand in it: the chain of pages, and entries read without libtiff.
#include "base/byteorder.h"
#include "base/size.h"
#include "formats/base/handle.h"
#include "formats/tiff/tiff_internal.h"

#include <stdlib.h>
#include <string.h>

// No file has more pages than this; so many take 96 MB. Entries of a directory beyond the limit are not
// looked at.
enum { MAX_PAGES = 1 << 22, MAX_ENTRIES = 4096 };

// --- numbers and entries ---

static uint64_t load(const struct tiff_file *file, const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[file->big_endian ? i : count - 1 - i];
    return value;
}

static bool bytes_at(const struct tiff_file *file, uint64_t offset, size_t count, uint8_t *bytes)
{
    if (offset > (uint64_t)file->bytes || count > (uint64_t)file->bytes - offset)
        return false;
    return image_file_read(&file->base, (int64_t)offset, bytes, count, NULL) == STATUS_OK;
}

// An unsigned number of `count` bytes at `offset`; false if it is not all in the file.
static bool number_at(const struct tiff_file *file, uint64_t offset, size_t count, uint64_t *value)
{
    uint8_t bytes[8];
    if (!bytes_at(file, offset, count, bytes))
        return false;
    *value = load(file, bytes, count);
    return true;
}

bool tiff_directory_read(const struct tiff_file *file, uint64_t offset, struct tiff_directory *directory)
{
    uint64_t entries;
    size_t head = file->big_tiff ? 8 : 2, each = TIFF_ENTRY_BYTES(file);
    if (!number_at(file, offset, head, &entries) || entries > (uint64_t)file->bytes / each)
        return false;
    directory->count = entries < MAX_ENTRIES ? (size_t)entries : MAX_ENTRIES;
    directory->next = 0;
    directory->entries = must_resize(directory->entries, directory->count * each + 1);
    if (!bytes_at(file, offset + head, directory->count * each, directory->entries))
        return false;
    (void)number_at(file, offset + head + entries * each, file->big_tiff ? 8 : 4, &directory->next);
    return true;
}

bool tiff_entry_find(const struct tiff_file *file, const struct tiff_directory *directory, uint16_t tag,
                     struct tiff_entry *entry)
{
    size_t each = TIFF_ENTRY_BYTES(file), word = file->big_tiff ? 8 : 4;
    for (size_t i = 0; i < directory->count; i++) {
        uint8_t *at = directory->entries + i * each;
        if (load(file, at, 2) != tag)
            continue;
        *entry = (struct tiff_entry){
            .index = i,
            .type = (uint16_t)load(file, at + 2, 2),
            .count = load(file, at + 4, word),
            .value = at + 4 + word,
        };
        return true;
    }
    return false;
}

// Bytes of an unsigned whole number of that type; 0 for other types.
static size_t number_bytes(uint16_t type)
{
    return type == TIFF_BYTE    ? 1
           : type == TIFF_SHORT ? 2
           : type == TIFF_LONG  ? 4
           : type == TIFF_LONG8 ? 8
                                : 0;
}

bool tiff_entry_number(const struct tiff_file *file, const struct tiff_entry *entry, uint64_t *value)
{
    size_t bytes = number_bytes(entry->type);
    if (bytes == 0 || entry->count != 1 || bytes > (file->big_tiff ? 8 : 4))
        return false;
    *value = load(file, entry->value, bytes);
    return true;
}

uint64_t *tiff_entry_numbers(const struct tiff_file *file, const struct tiff_entry *entry)
{
    size_t each = number_bytes(entry->type), word = file->big_tiff ? 8 : 4;
    if (each == 0 || entry->count == 0 || entry->count > (uint64_t)file->bytes / each)
        return NULL;
    size_t count = (size_t)entry->count;
    uint64_t *values = calloc(count, sizeof *values);
    uint8_t *stored = malloc(count * each + word);
    bool good = values && stored;
    if (good && count * each <= word)
        memcpy(stored, entry->value, count * each);
    else if (good)
        good = bytes_at(file, load(file, entry->value, word), count * each, stored);
    for (size_t i = 0; good && i < count; i++)
        values[i] = load(file, stored + i * each, each);
    free(stored);
    if (!good)
        free(values);
    return good ? values : NULL;
}

// --- the chain of directories ---

// A growing list of pages with a hash set of their offsets beside it, to notice when the chain bites its
// tail.
struct page_list {
    struct tiff_page *pages;
    size_t count, capacity;
    uint64_t *set; // 2 * capacity places, 0 = free (no directory is at byte 0)
};

static uint64_t *set_place(uint64_t *set, size_t places, uint64_t offset)
{
    size_t at = (size_t)(offset * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (places - 1);
    while (set[at] && set[at] != offset)
        at = (at + 1) & (places - 1);
    return set + at;
}

static bool pages_grow(struct page_list *list)
{
    size_t capacity = list->capacity ? 2 * list->capacity : 64;
    struct tiff_page *pages = realloc(list->pages, capacity * sizeof *pages);
    if (!pages)
        return false;
    list->pages = pages;
    uint64_t *set = calloc(2 * capacity, sizeof *set);
    if (!set)
        return false;
    for (size_t i = 0; i < list->count; i++)
        *set_place(set, 2 * capacity, pages[i].directory) = pages[i].directory;
    free(list->set);
    list->set = set;
    list->capacity = capacity;
    return true;
}

// False if the offset is already there or memory is exhausted.
static bool pages_add(struct page_list *list, uint64_t offset)
{
    if (list->count == list->capacity && !pages_grow(list))
        return false;
    uint64_t *place = set_place(list->set, 2 * list->capacity, offset);
    if (*place)
        return false;
    *place = offset;
    list->pages[list->count] = (struct tiff_page){.directory = offset, .number = (int64_t)list->count};
    list->count++;
    return true;
}

// What the page is for, by NewSubfileType or the SubfileType of older files; 0 for a picture of its own.
static unsigned directory_kind(const struct tiff_file *file, const struct tiff_directory *directory)
{
    enum { OLD_REDUCED = 2 };
    struct tiff_entry entry;
    uint64_t value = 0;
    if (tiff_entry_find(file, directory, TIFFTAG_SUBFILETYPE, &entry) &&
        tiff_entry_number(file, &entry, &value))
        return value & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK);
    if (tiff_entry_find(file, directory, TIFFTAG_OSUBFILETYPE, &entry) &&
        tiff_entry_number(file, &entry, &value))
        return value == OLD_REDUCED ? FILETYPE_REDUCEDIMAGE : 0;
    return 0;
}

// Remembers where every directory is. A chain that ends in nothing or in itself ends there.
enum status tiff_pages_scan(struct tiff_file *file, struct error *error)
{
    uint64_t offset = 0, entries;
    if (!number_at(file, file->big_tiff ? 8 : 4, file->big_tiff ? 8 : 4, &offset))
        return error_set(error, STATUS_BROKEN, "%s: ends within the TIFF header", file->base.path);
    if (offset == 0)
        return error_set(error, STATUS_BROKEN, "%s: a TIFF file without any image", file->base.path);
    if (!number_at(file, offset, file->big_tiff ? 8 : 2, &entries))
        return error_set(
            error, STATUS_BROKEN,
            "%s: the first directory should be at byte %llu but the file ends after %lld: it is cut short or still being written",
            file->base.path, (unsigned long long)offset, (long long)file->bytes);
    struct page_list list = {0};
    struct tiff_directory directory = {0};
    while (offset && list.count < MAX_PAGES && number_at(file, offset, file->big_tiff ? 8 : 2, &entries)) {
        if (!pages_add(&list, offset))
            break;
        if (!tiff_directory_read(file, offset, &directory))
            break;
        list.pages[list.count - 1].kind = directory_kind(file, &directory);
        offset = directory.next;
    }
    free(list.set);
    free(directory.entries);
    file->pages = list.pages;
    file->base.frames = file->directories = (int64_t)list.count;
    if (list.count == 0)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory", file->base.path);
    return STATUS_OK;
}

// Reduced-resolution pages and transparency masks belong to other pages; where nothing else is there, they
// are frames all the same.
static void pages_keep_frames(struct tiff_file *file)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < file->base.frames; i++)
        if (file->pages[i].kind == 0)
            file->pages[kept++] = file->pages[i];
    if (kept > 0)
        file->base.frames = kept;
}

enum status tiff_pages_select(struct tiff_file *file, const char *number, struct error *error)
{
    int64_t page;
    if (!number) {
        pages_keep_frames(file);
        return STATUS_OK;
    }
    if (!parse_int64(number, &page) || page < 0 || page >= file->base.frames)
        return error_set(error, STATUS_USAGE, "%s: there is no page [%s], pages go from 0 to %lld",
                         file->base.path, number, (long long)file->base.frames - 1);
    file->pages[0] = file->pages[page];
    file->base.frames = 1;
    return STATUS_OK;
}
