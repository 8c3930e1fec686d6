// SPDX-License-Identifier: MIT
// POSIX file access with error sentences.
#include "base/file.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum status file_open_read(const char *path, int *fd, int64_t *bytes, struct error *error)
{
    // O_NONBLOCK: opening a FIFO by mistake must not hang; it has no effect on regular files.
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0)
        return error_set(error, STATUS_IO, "%s: cannot open: %s", path, strerror(errno));
    struct stat info;
    if (fstat(opened, &info) != 0 || !S_ISREG(info.st_mode)) {
        bool directory = S_ISDIR(info.st_mode);
        close(opened);
        return error_set(error, STATUS_IO, "%s: %s, not an image file", path,
                         directory ? "is a folder" : "is not a regular file");
    }
    *fd = opened;
    *bytes = info.st_size;
    return STATUS_OK;
}

enum status file_read_at(int fd, const char *path, int64_t offset, void *buffer, size_t count,
                         struct error *error)
{
    char *at = buffer;
    size_t left = count;
    while (left > 0) {
        ssize_t got = pread(fd, at, left, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(error, STATUS_IO, "%s: read failed at byte %lld: %s", path, (long long)offset,
                             strerror(errno));
        if (got == 0)
            return error_set(error, STATUS_BROKEN, "%s: ends after %lld bytes, %zu more were expected", path,
                             (long long)offset, left);
        at += got;
        offset += got;
        left -= (size_t)got;
    }
    return STATUS_OK;
}

static struct file_identity identity_of(const struct stat *info)
{
    return (struct file_identity){.device = info->st_dev,
                                  .number = info->st_ino,
                                  .bytes = info->st_size,
                                  .modified_ns =
                                      (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec};
}

struct file_identity file_identify(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? identity_of(&info) : (struct file_identity){0};
}

struct file_identity file_identify_open(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 ? identity_of(&info) : (struct file_identity){0};
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static char *join_sibling(const char *path, const char *name)
{
    struct text sibling = {0};
    text_append_bytes(&sibling, path, (size_t)(path_name(path) - path));
    text_append(&sibling, name);
    char *result = must_copy(text_string(&sibling));
    text_free(&sibling);
    return result;
}

char *path_sibling(const char *path, const char *name)
{
    char *given = join_sibling(path, name);
    char *real = access(given, F_OK) == 0 ? NULL : realpath(path, NULL);
    char *linked = real ? join_sibling(real, name) : NULL;
    free(real);
    if (linked && access(linked, F_OK) == 0) {
        free(given);
        return linked;
    }
    free(linked);
    return given;
}

const char *path_selector(const char *name)
{
    const char *colons = strstr(name, "::"), *end = name + strlen(name);
    if (colons)
        return colons;
    // A part of complex numbers may stand behind the bracket.
    const char *last = strrchr(name, ']');
    if (!last || (last + 1 < end && last[1] != '#') || strchr(last, '/'))
        return end;
    int depth = 0;
    for (const char *at = last; at > name; at--) {
        depth += (*at == ']') - (*at == '[');
        if (depth == 0)
            return at;
    }
    return end;
}

const char *path_title(const char *name)
{
    const char *end = path_selector(name), *title = name;
    for (const char *at = name; at < end; at++) {
        if (*at == '/' && at + 1 < end)
            title = at + 1;
    }
    return title;
}

// Whether a character needs no quoting and means nothing special in a file's name.
static bool is_plain(char character)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._";
    return (character & 0x80) || (character && strchr(plain, character));
}

// The length of a title's name without selector and endings ("x.h5::/a", "x.cbf.gz", "x.fits[2]" -> that of
// "x").
static size_t stem_length(const char *title)
{
    static const char *const packings[] = {".gz", ".bz2", ".xz", ".zst", ".Z"};
    const char *colons = strstr(title, "::");
    size_t length = colons ? (size_t)(colons - title) : strcspn(title, "[");
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
        const size_t bytes = strlen(packings[i]);
        if (length > bytes && strncmp(title + length - bytes, packings[i], bytes) == 0)
            length -= bytes;
    }
    size_t end = length > 0 ? length - 1 : 0;
    while (end > 0 && title[end] != '.')
        end--;
    return end > 0 ? end : length;
}

char *path_propose(const char *name, int64_t frame, const char *ending, char *buffer, size_t size)
{
    char made[200], part[64] = "", number[32] = "";
    const char *title = path_title(name), *colons = strstr(title, "::");
    const size_t stem = stem_length(title);
    const char *selector = colons ? path_name(colons + 2) : strchr(title, '[');
    if (selector)
        snprintf(part, sizeof part, "_%s", selector + (*selector == '['));
    if (part[0] && part[strlen(part) - 1] == ']')
        part[strlen(part) - 1] = '\0';
    if (frame >= 0)
        snprintf(number, sizeof number, "_%lld", (long long)frame);
    snprintf(made, sizeof made, "%.*s%s%s", (int)(stem < 100 ? stem : 100), title, part, number);
    for (char *at = made; *at; at++)
        *at = is_plain(*at) ? *at : '_';
    snprintf(buffer, size, "%s%s", made[0] ? made : "picture", ending);
    return buffer;
}

static bool write_all(int fd, const char *data, size_t count)
{
    while (count > 0) {
        ssize_t put = write(fd, data, count);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        count -= (size_t)put;
    }
    return true;
}

// The file that a path stands for: behind a symbolic link, so that the link stays one.
static char *resolved(const char *path)
{
    char *target = realpath(path, NULL);
    return target ? target : must_copy(path);
}

static enum status draft_failed(struct file_draft *draft, int code, struct error *error)
{
    enum status status = error_set(error, STATUS_IO, "%s: cannot write: %s", draft->path, strerror(code));
    file_draft_abandon(draft);
    return status;
}

// Opens a device or pipe to write to directly. O_NONBLOCK: a pipe that nobody reads must not hang.
static enum status open_special(struct file_draft *draft, struct error *error)
{
    draft->fd = open(draft->path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (draft->fd < 0 && errno == ENXIO) {
        enum status status = error_set(
            error, STATUS_IO, "%s: cannot write: is a pipe or socket that nobody reads", draft->path);
        file_draft_abandon(draft);
        return status;
    }
    const int flags = draft->fd < 0 ? -1 : fcntl(draft->fd, F_GETFL);
    if (flags < 0 || fcntl(draft->fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
        return draft_failed(draft, errno, error);
    return STATUS_OK;
}

// --- the drafts of the process ---

// Whoever ends the process at once has no other way to know of the files that other threads are writing.
struct draft_name {
    const char *name; // borrowed from the draft
    struct draft_name *next;
};
static struct {
    pthread_mutex_t lock; // held while a draft comes, goes or takes its place
    struct draft_name *first;
} drafts = {.lock = PTHREAD_MUTEX_INITIALIZER};

// With the lock held.
static void draft_note(const char *name)
{
    struct draft_name *made = must_alloc(sizeof *made);
    *made = (struct draft_name){.name = name, .next = drafts.first};
    drafts.first = made;
}

// With the lock held.
static void draft_forget(const char *name)
{
    struct draft_name **link = &drafts.first;
    while (*link && (*link)->name != name)
        link = &(*link)->next;
    struct draft_name *found = *link;
    if (found)
        *link = found->next;
    free(found);
}

void file_drafts_remove(void)
{
    enum { PATIENCE_MS = 200 };
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PATIENCE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_mutex_timedlock(&drafts.lock, &until) != 0)
        return;
    for (const struct draft_name *draft = drafts.first; draft; draft = draft->next)
        unlink(draft->name);
    // The lock stays held: what the other threads are about to do is not done any more.
}

// Creates a file of its own beside the path, with the permissions that `mode` and the kernel's umask give.
// Reading the umask would be changing it, for the whole process and so for the files of other threads.
static bool create_beside(struct file_draft *draft, mode_t mode)
{
    enum { ATTEMPTS = 100 };
    for (int i = 0; i < ATTEMPTS; i++) {
        uint64_t number;
        struct text name = {0};
        if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
            number = (uint64_t)clock_now_ns() + (uint64_t)i;
        text_printf(&name, "%s.%06llx", draft->path, (unsigned long long)(number & 0xFFFFFF));
        pthread_mutex_lock(&drafts.lock);
        draft->fd = open(name.data, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        const int code = errno;
        if (draft->fd >= 0)
            draft_note(name.data);
        pthread_mutex_unlock(&drafts.lock);
        if (draft->fd >= 0) {
            draft->temporary = name.data;
            return true;
        }
        text_free(&name);
        errno = code;
        if (code != EEXIST)
            return false;
    }
    return false;
}

// Gives the draft the group and the permissions of the file that it will replace. Where the group cannot be
// kept, another one does not get its permissions.
static bool keep_mode(const struct file_draft *draft, const struct stat *old)
{
    struct stat made;
    mode_t mode = old->st_mode & 0777;
    if (fstat(draft->fd, &made) != 0)
        return false;
    if (made.st_gid != old->st_gid && fchown(draft->fd, (uid_t)-1, old->st_gid) != 0)
        mode &= ~(mode_t)070 | (mode & 07) << 3;
    return fchmod(draft->fd, mode) == 0;
}

enum status file_draft_open(const char *path, struct file_draft *draft, struct error *error)
{
    *draft = (struct file_draft){.path = resolved(path), .fd = -1};
    struct stat old;
    const bool exists = stat(draft->path, &old) == 0;
    if (exists && !S_ISREG(old.st_mode))
        return open_special(draft, error);
    // What replaces a private file is never open to others, not even for the moment before it has its mode.
    if (!create_beside(draft, exists ? 0600 : 0666) || (exists && !keep_mode(draft, &old)))
        return draft_failed(draft, errno, error);
    return STATUS_OK;
}

enum status file_draft_write(struct file_draft *draft, const void *data, size_t count, struct error *error)
{
    return write_all(draft->fd, data, count) ? STATUS_OK : draft_failed(draft, errno, error);
}

// Makes the new name durable. Not all file systems can do that, and some folders may be written to but not be
// read, so only a failing disk counts.
static bool folder_sync(const char *path)
{
    struct text folder = {0};
    const size_t length = (size_t)(path_name(path) - path);
    text_append_bytes(&folder, path, length);
    const int fd = open(length > 0 ? text_string(&folder) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    text_free(&folder);
    if (fd < 0)
        return true;
    const bool failed = fsync(fd) != 0 && errno == EIO;
    close(fd);
    errno = EIO;
    return !failed;
}

static bool draft_place(const struct file_draft *draft)
{
    pthread_mutex_lock(&drafts.lock);
    const bool placed = rename(draft->temporary, draft->path) == 0;
    const int code = errno;
    if (placed)
        draft_forget(draft->temporary);
    pthread_mutex_unlock(&drafts.lock);
    errno = code;
    return placed;
}

enum status file_draft_commit(struct file_draft *draft, struct error *error)
{
    if (draft->temporary && fsync(draft->fd) != 0)
        return draft_failed(draft, errno, error);
    const int fd = draft->fd;
    draft->fd = -1;
    if (close(fd) != 0)
        return draft_failed(draft, errno, error);
    const bool renamed = draft->temporary;
    if (renamed && !draft_place(draft))
        return draft_failed(draft, errno, error);
    free(draft->temporary);
    draft->temporary = NULL;
    if (renamed && !folder_sync(draft->path))
        return draft_failed(draft, errno, error);
    file_draft_abandon(draft);
    return STATUS_OK;
}

void file_draft_abandon(struct file_draft *draft)
{
    if (draft->fd >= 0)
        close(draft->fd);
    if (draft->temporary) {
        pthread_mutex_lock(&drafts.lock);
        unlink(draft->temporary);
        draft_forget(draft->temporary);
        pthread_mutex_unlock(&drafts.lock);
    }
    free(draft->temporary);
    free(draft->path);
    *draft = (struct file_draft){.fd = -1};
}

enum status file_replace(const char *path, const void *data, size_t count, struct error *error)
{
    struct file_draft draft;
    enum status status = file_draft_open(path, &draft, error);
    if (status)
        return status;
    status = file_draft_write(&draft, data, count, error);
    return status ? status : file_draft_commit(&draft, error);
}
