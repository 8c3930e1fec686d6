// SPDX-License-Identifier: MIT
// Reading of the end record, the central directory and local headers, each checked against the file.
#include "formats/packed/zip.h"

#include "base/byteorder.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/base/blob.h"

#include <stdlib.h>
#include <string.h>

enum {
    END_BYTES = 22,     // of the end record without its comment
    LOCATOR_BYTES = 20, // of the ZIP64 locator before it
    END64_BYTES = 56,
    ENTRY_BYTES = 46, // of a directory entry without its name
    LOCAL_BYTES = 30, // of a local header without its name
    MAX_COMMENT = 65535,
    MAX_DIRECTORY = 64 * 1024 * 1024,
};

static const uint8_t end_mark[] = {'P', 'K', 5, 6}, locator_mark[] = {'P', 'K', 6, 7},
                     end64_mark[] = {'P', 'K', 6, 6}, entry_mark[] = {'P', 'K', 1, 2},
                     local_mark[] = {'P', 'K', 3, 4};

struct directory_place {
    int64_t offset, bytes, count;
};

static enum status damaged(const char *path, const char *what, struct error *error)
{
    return error_set(error, STATUS_BROKEN, "%s: damaged ZIP archive (%s)", path, what);
}

// The index of the end record in the last bytes of the file, or -1.
static int64_t find_end(const uint8_t *tail, size_t count)
{
    for (int64_t at = (int64_t)count - END_BYTES; at >= 0; at--)
        if (memcmp(tail + at, end_mark, sizeof end_mark) == 0)
            return at;
    return -1;
}

// Replaces the place by that of the ZIP64 end record, if there is a locator before the end record.
static enum status apply_zip64(const struct blob *blob, const uint8_t *locator, struct directory_place *place,
                               struct error *error)
{
    const char *path = blob_name(blob);
    const int64_t bytes = blob_size(blob);
    uint8_t end[END64_BYTES];
    if (memcmp(locator, locator_mark, sizeof locator_mark) != 0)
        return STATUS_OK;
    uint64_t offset = load_u64le(locator + 8);
    if (bytes < END64_BYTES || offset > (uint64_t)bytes - END64_BYTES)
        return damaged(path, "its end record is outside of the file", error);
    enum status status = blob_read(blob, (int64_t)offset, end, sizeof end, error);
    if (status != STATUS_OK)
        return status;
    if (memcmp(end, end64_mark, sizeof end64_mark) != 0)
        return damaged(path, "its end record is missing", error);
    const uint64_t words[] = {load_u64le(end + 32), load_u64le(end + 40), load_u64le(end + 48)};
    for (int i = 0; i < 3; i++)
        if (words[i] > INT64_MAX)
            return damaged(path, "impossible sizes", error);
    *place = (struct directory_place){
        .count = (int64_t)words[0], .bytes = (int64_t)words[1], .offset = (int64_t)words[2]};
    return STATUS_OK;
}

static enum status find_directory(const struct blob *blob, struct directory_place *place, struct error *error)
{
    const char *path = blob_name(blob);
    const int64_t bytes = blob_size(blob);
    const size_t count = (size_t)int64_min(bytes, MAX_COMMENT + END_BYTES + LOCATOR_BYTES);
    uint8_t *tail = must_alloc(count + 1);
    enum status status = blob_read(blob, bytes - (int64_t)count, tail, count, error);
    const int64_t end = status == STATUS_OK ? find_end(tail, count) : -1;
    if (status == STATUS_OK && end < 0)
        status = damaged(path, "its directory is missing; the file was cut", error);
    if (status == STATUS_OK) {
        *place = (struct directory_place){.count = load_u16le(tail + end + 10),
                                          .bytes = load_u32le(tail + end + 12),
                                          .offset = load_u32le(tail + end + 16)};
        if (end >= LOCATOR_BYTES)
            status = apply_zip64(blob, tail + end - LOCATOR_BYTES, place, error);
    }
    free(tail);
    if (status != STATUS_OK)
        return status;
    if (place->offset > bytes || place->bytes > bytes - place->offset || place->bytes > MAX_DIRECTORY)
        return damaged(path, "its directory is outside of the file", error);
    if (place->count > ZIP_MAX_MEMBERS)
        return error_set(error, STATUS_UNSUPPORTED, "%s: has more than %d members", path, ZIP_MAX_MEMBERS);
    return STATUS_OK;
}

// The sizes and the offset that are all ones in the entry stand in its ZIP64 field, in this order.
static bool apply_zip64_field(const uint8_t *extra, size_t count, uint64_t *const values[3])
{
    for (size_t at = 0; at + 4 <= count;) {
        const size_t field = load_u16le(extra + at + 2);
        size_t place = at + 4;
        const size_t end = place + field;
        if (end > count)
            return false;
        if (load_u16le(extra + at) == 1) {
            for (int i = 0; i < 3; i++) {
                if (*values[i] != UINT32_MAX)
                    continue;
                if (place + 8 > end)
                    return false;
                *values[i] = load_u64le(extra + place);
                place += 8;
            }
            return true;
        }
        at = end;
    }
    return true;
}

// Reads the entry at `at`; returns its bytes, or 0 if it is damaged.
static size_t read_entry(const uint8_t *at, size_t count, int64_t file_bytes, struct zip_member *member)
{
    if (count < ENTRY_BYTES || memcmp(at, entry_mark, sizeof entry_mark) != 0)
        return 0;
    const size_t name = load_u16le(at + 28), extra = load_u16le(at + 30), comment = load_u16le(at + 32);
    const size_t total = ENTRY_BYTES + name + extra + comment;
    uint64_t packed = load_u32le(at + 20), unpacked = load_u32le(at + 24), offset = load_u32le(at + 42);
    uint64_t *const values[3] = {&unpacked, &packed, &offset};
    if (total > count || !apply_zip64_field(at + ENTRY_BYTES + name, extra, values))
        return 0;
    if (offset > (uint64_t)file_bytes || packed > (uint64_t)file_bytes - offset || unpacked > INT64_MAX)
        return 0;
    *member = (struct zip_member){.name = must_alloc(name + 1),
                                  .method = load_u16le(at + 10),
                                  .encrypted = load_u16le(at + 8) & 1,
                                  .header_offset = (int64_t)offset,
                                  .packed = (int64_t)packed,
                                  .unpacked = (int64_t)unpacked};
    memcpy(member->name, at + ENTRY_BYTES, name);
    return total;
}

enum status zip_read(const struct blob *blob, struct zip_directory *directory, struct error *error)
{
    const char *path = blob_name(blob);
    const int64_t bytes = blob_size(blob);
    struct directory_place place = {0};
    *directory = (struct zip_directory){0};
    enum status status = find_directory(blob, &place, error);
    if (status != STATUS_OK)
        return status;
    uint8_t *entries = try_alloc((size_t)place.bytes + 1, 1, path, error);
    if (!entries)
        return STATUS_NO_MEMORY;
    status = blob_read(blob, place.offset, entries, (size_t)place.bytes, error);
    if (status == STATUS_OK && place.count > place.bytes / ENTRY_BYTES)
        status = damaged(path, "its directory is too short", error);
    if (status == STATUS_OK) {
        directory->members = try_alloc((size_t)place.count + 1, sizeof *directory->members, path, error);
        status = directory->members ? STATUS_OK : STATUS_NO_MEMORY;
    }
    int64_t packed = 0;
    size_t at = 0;
    while (status == STATUS_OK && directory->count < (size_t)place.count) {
        struct zip_member *member = &directory->members[directory->count];
        const size_t entry = read_entry(entries + at, (size_t)place.bytes - at, bytes, member);
        if (entry == 0) {
            status = damaged(path, "an entry of its directory makes no sense", error);
            break;
        }
        directory->count++;
        at += entry;
        packed += member->packed; // each is within the file, and there are not too many to overflow
        if (packed > bytes)
            status = damaged(path, "its members overlap", error);
    }
    free(entries);
    if (status != STATUS_OK)
        zip_free(directory);
    return status;
}

void zip_free(struct zip_directory *directory)
{
    for (size_t i = 0; directory->members && i < directory->count; i++)
        free(directory->members[i].name);
    free(directory->members);
    *directory = (struct zip_directory){0};
}

enum status zip_member_offset(const struct blob *blob, const struct zip_member *member, int64_t *offset,
                              struct error *error)
{
    const char *path = blob_name(blob);
    const int64_t bytes = blob_size(blob);
    uint8_t local[LOCAL_BYTES];
    if (bytes - member->header_offset < LOCAL_BYTES)
        return damaged(path, "a member begins behind its end", error);
    enum status status = blob_read(blob, member->header_offset, local, sizeof local, error);
    if (status != STATUS_OK)
        return status;
    *offset = member->header_offset + LOCAL_BYTES + load_u16le(local + 26) + load_u16le(local + 28);
    if (memcmp(local, local_mark, sizeof local_mark) != 0 || *offset > bytes ||
        member->packed > bytes - *offset)
        return damaged(path, "a member is not where the directory says", error);
    return STATUS_OK;
}
