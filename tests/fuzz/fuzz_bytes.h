// SPDX-License-Identifier: MIT
// What the fuzz targets of files that are no images share: bytes as a file with a name.
#ifndef FOVEA_TESTS_FUZZ_BYTES_H
#define FOVEA_TESTS_FUZZ_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_PATH = 64 };

// A file in memory with these bytes; writes its path. Close the result when done.
static inline int fuzz_file(const uint8_t *data, size_t size, char path[FUZZ_PATH])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size))
        abort();
    snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
    return fd;
}

// The bytes as a string of its own, exactly as long as it must be. Free it when done.
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
    char *string = malloc(size + 1);
    if (!string)
        abort();
    memcpy(string, data, size);
    string[size] = '\0';
    return string;
}

#endif
