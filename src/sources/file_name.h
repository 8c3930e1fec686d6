// SPDX-License-Identifier: MIT
// What the name of a file tells by itself, without a look at the file: whether it is an image, and which
// number counts it in a series. Thread-safe.
#ifndef FOVEA_SOURCES_FILE_NAME_H
#define FOVEA_SOURCES_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { FILE_NAME_MAX_DIGITS = 18 }; // of a number that counts

// Whether the name ends with ".EXTENSION", whatever the case; there must be something before the dot.
bool file_name_ends_with(const char *name, const char *extension);

// Whether the name ends with the extension of a readable format ("x.CBF", "y.edf.gz").
bool file_name_is_image(const char *name);

// Whether the ending is a number, as MarCCD writes them: "img.0001".
bool file_name_ends_in_number(const char *name);

// Splits a name at the number that counts the file in a series: the last one before the ending, or an ending
// that is a number itself. False if there is none, or if the file is not counted by it ("run_1_master.h5",
// whose frames are in other files).
bool file_name_number(const char *name, size_t *start, size_t *digits);

// Whether two names differ in their numbers only, as those of the files of a series do.
bool file_name_is_numbered_like(const char *a, const char *b);

#endif
