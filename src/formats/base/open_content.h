// SPDX-License-Identifier: MIT
// What readers.c does for the readers: the choice by content, for files within files.
//
// Thread-safety: any threads; a handle that was opened belongs to one at a time.
#ifndef FOVEA_FORMATS_OPEN_CONTENT_H
#define FOVEA_FORMATS_OPEN_CONTENT_H

#include "formats/base/reader.h"

// True if any reader takes a file that begins so. `name` is what its name would be; readers may guess from
// its ending.
bool content_known(const uint8_t *head, size_t count, const char *name);
// True if any reader finds its format further on in the file.
bool content_recognised(const struct blob *blob);

// Opens request->blob, which must be given, with the readers in order of their scores until one does not say
// "not mine". Packed files are not unpacked here.
enum status content_open(const struct open_request *request, struct image_file **file, struct error *error);

#endif
