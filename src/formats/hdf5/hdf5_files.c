// SPDX-License-Identifier: MIT
// Opened files by name, and the rule of what may be opened.
#include "formats/hdf5/hdf5_files.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { KEPT = 64 };

struct hdf5_files {
    struct kept_file {
        char *name;
        struct blob *blob;
        uint64_t used;
    } items[KEPT];
    int count;
    uint64_t clock;
    char *draft; // NULL: none
    int draft_fd;
};

// --- The signature ---

static const uint8_t signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

int64_t hdf5_signature_find(const uint8_t *head, size_t count)
{
    for (size_t at = 0; at + sizeof signature <= count; at = at ? 2 * at : 512)
        if (memcmp(head + at, signature, sizeof signature) == 0)
            return (int64_t)at;
    return -1;
}

int64_t hdf5_signature_locate(const struct blob *blob)
{
    uint8_t bytes[sizeof signature];
    const int64_t last = blob_size(blob) - (int64_t)sizeof signature;
    for (int64_t at = 0; at <= last; at = at ? 2 * at : 512) {
        if (blob_read(blob, at, bytes, sizeof bytes, NULL) == STATUS_OK &&
            memcmp(bytes, signature, sizeof bytes) == 0)
            return at;
        if (at > INT64_MAX / 2)
            break;
    }
    return -1;
}

// --- Paths ---

bool hdf5_path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

char *hdf5_resolve(const char *from, const char *name)
{
    if (name[0] != '/')
        return path_sibling(from, name);
    if (hdf5_path_exists(name))
        return must_copy(name);
    // A file that was copied to another place together with those it refers to.
    return path_sibling(from, path_name(name));
}

// --- Files ---

static struct kept_file *find(struct hdf5_files *files, const char *name)
{
    for (int i = 0; i < files->count; i++)
        if (strcmp(files->items[i].name, name) == 0)
            return &files->items[i];
    return NULL;
}

static void keep(struct hdf5_files *files, const char *name, struct blob *blob)
{
    struct kept_file *place = &files->items[files->count < KEPT ? files->count++ : 1]; // 0 is the first file
    for (int i = 2; place->name && i < KEPT; i++)
        place = files->items[i].used < place->used ? &files->items[i] : place;
    blob_release(&place->blob);
    free(place->name);
    *place = (struct kept_file){.name = must_copy(name), .blob = blob_share(blob), .used = ++files->clock};
}

struct hdf5_files *hdf5_files_create(const char *path, struct blob *blob)
{
    struct hdf5_files *files = must_alloc(sizeof *files);
    files->draft_fd = -1;
    if (blob)
        keep(files, path, blob);
    return files;
}

void hdf5_files_destroy(struct hdf5_files *files)
{
    if (!files)
        return;
    for (int i = 0; i < files->count; i++) {
        // The worker has the same open file and may close it a moment later: programs that write wait for
        // neither.
        flock(blob_descriptor(files->items[i].blob), LOCK_UN);
        blob_release(&files->items[i].blob);
        free(files->items[i].name);
    }
    free(files->draft);
    free(files);
}

// The file that a link beside `name` stands beside: of "/links/data.h5" that beside what "/links/master.h5",
// which was opened, leads to. NULL where there is none.
static char *beside_links(const struct hdf5_files *files, const char *name)
{
    const size_t folder = (size_t)(path_name(name) - name);
    char *found = NULL;
    for (int i = 0; i < files->count && !found; i++) {
        const char *given = files->items[i].name;
        if ((size_t)(path_name(given) - given) != folder || strncmp(given, name, folder) != 0)
            continue;
        char *real = realpath(given, NULL);
        found = real ? path_sibling(real, path_name(name)) : NULL;
        if (found && !hdf5_path_exists(found)) {
            free(found);
            found = NULL;
        }
        free(real);
    }
    return found;
}

static enum status open_new(const struct hdf5_files *files, const char *name, struct blob **blob,
                            struct error *error)
{
    char *other = hdf5_path_exists(name) ? NULL : beside_links(files, name);
    const enum status status = blob_open(other ? other : name, blob, error);
    free(other);
    if (status != STATUS_OK || hdf5_signature_locate(*blob) >= 0)
        return status;
    blob_release(blob);
    return error_set(error, STATUS_BROKEN, "%s: cannot be read as HDF5: it has no signature of HDF5", name);
}

enum status hdf5_files_open(struct hdf5_files *files, const char *name, struct blob **blob,
                            struct error *error)
{
    struct kept_file *kept = find(files, name);
    if (kept) {
        kept->used = ++files->clock;
        *blob = blob_share(kept->blob);
        return STATUS_OK;
    }
    const enum status status = open_new(files, name, blob, error);
    if (status == STATUS_OK)
        keep(files, name, *blob);
    return status;
}

// --- Drafts ---

void hdf5_files_allow_draft(struct hdf5_files *files, const char *path, int fd)
{
    free(files->draft);
    files->draft = must_copy(path);
    files->draft_fd = fd;
}

int hdf5_files_draft(const struct hdf5_files *files, const char *name)
{
    return files->draft && strcmp(files->draft, name) == 0 ? files->draft_fd : -1;
}
