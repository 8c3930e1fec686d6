// SPDX-License-Identifier: MIT
// What readers.c does for the readers: the choice by content, for files within files, and reading.
#ifndef FOVEA_FORMATS_OPEN_CONTENT_H
#define FOVEA_FORMATS_OPEN_CONTENT_H

#include "formats/base/reader.h"

// True if any reader takes a file that begins so. `name` is what its name would be; readers may guess from
// its ending.
bool content_known(const uint8_t *head, size_t count, const char *name);
// True if any reader finds its format further on in the file.
bool content_recognised(int fd, int64_t bytes);

// Reads as file_read_at does, for the handle: STATUS_CANCELLED when its call is cancelled.
enum status image_file_read(const struct image_file *file, int fd, int64_t offset, void *buffer, size_t count,
                            struct error *error);

// Opens request->path with the readers in order of their scores until one does not say "not mine". Packed
// files are not unpacked here.
enum status content_open(const struct open_request *request, struct image_file **file, struct error *error);

#endif
