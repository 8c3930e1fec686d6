// SPDX-License-Identifier: MIT
// Counted bytes: a descriptor read by pread, or memory.
#include "formats/base/blob.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    NO_FILE = -1,
    BEGINNING = 512, // bytes that tell a file that was continued from one that was written anew
};

struct blob {
    atomic_int owners;
    char *name;
    int64_t size;
    int fd;               // NO_FILE: the bytes are in memory
    const uint8_t *bytes; // borrowed
    bool watched;         // the file is another's, who may change it
    int64_t modified_ns;  // when it was opened
    size_t beginning_bytes;
    uint8_t beginning[BEGINNING];
};

static struct blob *create(const char *name, int64_t size, int fd, const void *bytes)
{
    struct blob *blob = must_alloc(sizeof *blob);
    *blob = (struct blob){.name = must_copy(name), .size = size, .fd = fd, .bytes = bytes};
    atomic_init(&blob->owners, 1);
    return blob;
}

// Takes down what blob_check compares.
static void watch(struct blob *blob)
{
    const struct file_identity found = file_identify_open(blob->fd);
    const size_t count = (size_t)int64_min(blob->size, BEGINNING);
    const int64_t there = blob_read_some(blob, 0, blob->beginning, count);
    blob->watched = found.number != 0;
    blob->modified_ns = found.modified_ns;
    blob->beginning_bytes = there > 0 ? (size_t)there : 0;
}

enum status blob_open(const char *path, struct blob **blob, struct error *error)
{
    int fd;
    int64_t size;
    const enum status status = file_open_read(path, &fd, &size, error);
    if (status != STATUS_OK)
        return status;
    *blob = create(path, size, fd, NULL);
    watch(*blob);
    return STATUS_OK;
}

struct blob *blob_of_descriptor(const char *name, int fd, int64_t size)
{
    return create(name, size, fd, NULL);
}

struct blob *blob_of_memory(const char *name, const void *bytes, int64_t size)
{
    return create(name, size, NO_FILE, bytes);
}

struct blob *blob_share(struct blob *blob)
{
    atomic_fetch_add(&blob->owners, 1);
    return blob;
}

void blob_release(struct blob **blob)
{
    struct blob *released = *blob;
    *blob = NULL;
    if (!released || atomic_fetch_sub(&released->owners, 1) > 1)
        return;
    if (released->fd != NO_FILE)
        close(released->fd);
    free(released->name);
    free(released);
}

const char *blob_name(const struct blob *blob)
{
    return blob->name;
}

int64_t blob_size(const struct blob *blob)
{
    return blob->size;
}

int blob_descriptor(const struct blob *blob)
{
    return blob->fd;
}

// A file in memory with the bytes of a blob that is in memory, which nobody can change; NO_FILE where there
// is no room for it.
static int sealed_copy(const struct blob *blob)
{
    const int fd = memfd_create("fovea", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int64_t done = 0;
    while (fd >= 0 && done < blob->size) {
        const ssize_t written = write(fd, blob->bytes + done, (size_t)(blob->size - done));
        if (written > 0)
            done += written;
        else if (written == 0 || errno != EINTR)
            break;
    }
    if (fd < 0 || (done == blob->size && blob_seal(fd)))
        return fd;
    close(fd);
    return NO_FILE;
}

bool blob_seal(int fd)
{
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
}

enum status blob_hand_over(const struct blob *blob, int *fd, struct error *error)
{
    *fd = blob->fd == NO_FILE ? sealed_copy(blob) : fcntl(blob->fd, F_DUPFD_CLOEXEC, 0);
    return *fd >= 0 ? STATUS_OK
                    : error_set(error, STATUS_IO, "%s: cannot be handed to another process: %s", blob->name,
                                strerror(errno));
}

static bool begins_as_before(const struct blob *blob)
{
    uint8_t now[BEGINNING];
    return blob_read_some(blob, 0, now, blob->beginning_bytes) == (int64_t)blob->beginning_bytes &&
           memcmp(now, blob->beginning, blob->beginning_bytes) == 0;
}

enum status blob_check(const struct blob *blob, bool growing, struct error *error)
{
    if (!blob->watched)
        return STATUS_OK;
    const struct file_identity found = file_identify_open(blob->fd);
    bool same = found.number == 0 || found.bytes >= blob->size; // where nothing is told, reading will
    if (same && found.number != 0 && !growing && found.modified_ns != blob->modified_ns)
        same = found.bytes > blob->size && begins_as_before(blob);
    return same ? STATUS_OK
                : error_set(error, STATUS_IO,
                            "%s: was changed while it was open; open it again (in the window: Ctrl+R)",
                            blob->name);
}

static size_t copy_some(const struct blob *blob, int64_t offset, void *buffer, size_t count)
{
    const int64_t there = int64_clamp(blob->size - offset, 0, (int64_t)count);
    if (there > 0)
        memcpy(buffer, blob->bytes + offset, (size_t)there);
    return (size_t)there;
}

enum status blob_read(const struct blob *blob, int64_t offset, void *buffer, size_t count,
                      struct error *error)
{
    if (blob->fd != NO_FILE)
        return file_read_at(blob->fd, blob->name, offset, buffer, count, error);
    const size_t there = copy_some(blob, offset, buffer, count);
    if (there < count)
        return error_set(error, STATUS_BROKEN, "%s: ends after %lld bytes, %zu more were expected",
                         blob->name, (long long)int64_max(blob->size, offset), count - there);
    return STATUS_OK;
}

int64_t blob_read_some(const struct blob *blob, int64_t offset, void *buffer, size_t count)
{
    if (blob->fd == NO_FILE)
        return (int64_t)copy_some(blob, offset, buffer, count);
    size_t done = 0;
    while (done < count) {
        const ssize_t got = pread(blob->fd, (char *)buffer + done, count - done, offset + (int64_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (int64_t)done;
}
