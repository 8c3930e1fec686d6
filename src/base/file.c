// SPDX-License-Identifier: MIT
// POSIX file access with error sentences.
#include "base/file.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
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

enum status file_replace(const char *path, const void *data, size_t count, struct error *error)
{
    struct text temporary = {0};
    text_printf(&temporary, "%s.XXXXXX", path);
    int fd = mkstemp(temporary.data);
    if (fd < 0) {
        text_free(&temporary);
        return error_set(error, STATUS_IO, "%s: cannot write: %s", path, strerror(errno));
    }
    // mkstemp makes the file private; give it the permissions an ordinary new file would have.
    mode_t mask = umask(0);
    umask(mask);
    bool good = write_all(fd, data, count) && fchmod(fd, 0666 & ~mask) == 0 && fsync(fd) == 0;
    int saved = errno;
    if (close(fd) != 0 && good) {
        saved = errno;
        good = false;
    }
    if (good && rename(temporary.data, path) != 0) {
        saved = errno;
        good = false;
    }
    if (!good)
        unlink(temporary.data);
    text_free(&temporary);
    return good ? STATUS_OK : error_set(error, STATUS_IO, "%s: cannot write: %s", path, strerror(saved));
}
