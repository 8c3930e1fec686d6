// SPDX-License-Identifier: MIT
// Readers wait under one lock until the file that they read is let go.
#include "support/stuck_disk.h"

#include "support/testdata.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct storage {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hangs;
    ino_t number; // of the file that hangs
    off_t from;
} storage = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void hang(int fd, off_t end)
{
    struct stat info;
    pthread_mutex_lock(&storage.lock);
    while (storage.hangs && end > storage.from && fstat(fd, &info) == 0 && info.st_ino == storage.number)
        pthread_cond_wait(&storage.changed, &storage.lock);
    pthread_mutex_unlock(&storage.lock);
}

ssize_t pread(int fd, void *buffer, size_t count, off_t offset)
{
    hang(fd, offset + (off_t)count);
    return syscall(SYS_pread64, fd, buffer, count, offset);
}

ssize_t pread64(int fd, void *buffer, size_t count, off_t offset)
{
    hang(fd, offset + (off_t)count);
    return syscall(SYS_pread64, fd, buffer, count, offset);
}

void stuck_disk_hold(const char *path, off_t from)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    pthread_mutex_lock(&storage.lock);
    storage.hangs = true;
    storage.number = info.st_ino;
    storage.from = from;
    pthread_mutex_unlock(&storage.lock);
}

void stuck_disk_release(void)
{
    pthread_mutex_lock(&storage.lock);
    storage.hangs = false;
    pthread_cond_broadcast(&storage.changed);
    pthread_mutex_unlock(&storage.lock);
}
