// SPDX-License-Identifier: MIT
// A disk that does not answer, for a program that has this library preloaded: whatever opens or reads a file
// whose path holds the word FOVEA_TEST_SLOW_NAME waits as long as the file FOVEA_TEST_SLOW_GATE exists.
//
// A call that waits adds its name to the file "GATE.hung" first. Calls of the main thread are written to
// "GATE.main", with the path, whether they wait or not: a program that leaves all files to other threads has
// none. What is no file - sockets, pipes, /dev, /proc, memory - is never meant.
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

// System calls and not functions: those are ours.
static void note(const char *gate, const char *ending, const char *call, const char *of)
{
    char path[PATH_BYTES], line[PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s%s", gate, ending);
    const int count = snprintf(line, sizeof line, "%s %s\n", call, of);
    const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    syscall(SYS_write, fd, line, (size_t)count);
    syscall(SYS_close, fd);
}

static int is_shut(const char *gate)
{
    return syscall(SYS_faccessat, AT_FDCWD, gate, F_OK) == 0;
}

static int is_no_file(const char *path)
{
    return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0 ||
           strncmp(path, "/memfd:", 7) == 0;
}

static void pass(const char *call, const char *path)
{
    const char *word = getenv("FOVEA_TEST_SLOW_NAME"), *gate = getenv("FOVEA_TEST_SLOW_GATE");
    if (!word || !gate || !path || !strstr(path, word) || is_no_file(path))
        return;
    const int kept = errno;
    const struct timespec pause = {0, 2000000};
    if (getpid() == (pid_t)syscall(SYS_gettid))
        note(gate, ".main", call, path);
    if (is_shut(gate))
        note(gate, ".hung", call, path);
    while (is_shut(gate))
        nanosleep(&pause, NULL);
    errno = kept;
}

static void pass_fd(const char *call, int fd)
{
    char link[64], path[PATH_BYTES];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t count = readlink(link, path, sizeof path - 1);
    path[count > 0 ? count : 0] = '\0';
    if (path[0] == '/')
        pass(call, path);
}

// Defines a function that does as the one of that name does, after `before`.
#define SLOW(type, name, parameters, arguments, before)                                                      \
    __attribute__((visibility("default"))) type name parameters;                                             \
    type name parameters                                                                                     \
    {                                                                                                        \
        static type(*next) parameters;                                                                       \
        if (!next)                                                                                           \
            *(void **)(&next) = dlsym(RTLD_NEXT, #name);                                                     \
        before;                                                                                              \
        return next arguments;                                                                               \
    }

// The same of those that take a mode after their flags.
#define SLOW_OPEN(name, parameters, arguments)                                                               \
    __attribute__((visibility("default"))) int name parameters;                                              \
    int name parameters                                                                                      \
    {                                                                                                        \
        static int(*next) parameters;                                                                        \
        va_list args;                                                                                        \
        va_start(args, flags);                                                                               \
        const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;                        \
        va_end(args);                                                                                        \
        if (!next)                                                                                           \
            *(void **)(&next) = dlsym(RTLD_NEXT, #name);                                                     \
        pass(#name, path);                                                                                   \
        return next arguments;                                                                               \
    }

// Both spellings exist, whatever the width of off_t that this library is built with.
SLOW(ssize_t, read, (int fd, void *bytes, size_t count), (fd, bytes, count), pass_fd("read", fd))
SLOW(ssize_t, pread, (int fd, void *bytes, size_t count, long at), (fd, bytes, count, at),
     pass_fd("pread", fd))
SLOW(ssize_t, pread64, (int fd, void *bytes, size_t count, long at), (fd, bytes, count, at),
     pass_fd("pread", fd))
SLOW(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count), pass_fd("write", fd))
SLOW(int, close, (int fd), (fd), pass_fd("close", fd))
SLOW(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, long at), (fd, bytes, count, at),
     pass_fd("pwrite", fd))
SLOW(struct dirent *, readdir, (DIR * folder), (folder), pass_fd("readdir", dirfd(folder)))
SLOW(struct dirent64 *, readdir64, (DIR * folder), (folder), pass_fd("readdir", dirfd(folder)))
SLOW(int, fsync, (int fd), (fd), pass_fd("fsync", fd))
SLOW(int, fdatasync, (int fd), (fd), pass_fd("fdatasync", fd))
SLOW(int, rename, (const char *path, const char *to), (path, to), pass("rename", path))
SLOW(int, unlink, (const char *path), (path), pass("unlink", path))
SLOW(int, mkdir, (const char *path, mode_t mode), (path, mode), pass("mkdir", path))
SLOW(char *, realpath, (const char *path, char *found), (path, found), pass("realpath", path))
SLOW(FILE *, fopen, (const char *path, const char *mode), (path, mode), pass("fopen", path))
SLOW(FILE *, fopen64, (const char *path, const char *mode), (path, mode), pass("fopen", path))
SLOW(DIR *, opendir, (const char *path), (path), pass("opendir", path))
SLOW(int, stat, (const char *path, struct stat *found), (path, found), pass("stat", path))
SLOW(int, stat64, (const char *path, struct stat64 *found), (path, found), pass("stat", path))
SLOW(int, lstat, (const char *path, struct stat *found), (path, found), pass("lstat", path))
SLOW(int, lstat64, (const char *path, struct stat64 *found), (path, found), pass("lstat", path))
SLOW(int, access, (const char *path, int mode), (path, mode), pass("access", path))
SLOW_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
SLOW_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
SLOW_OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
SLOW_OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
