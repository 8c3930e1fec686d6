// SPDX-License-Identifier: MIT
// Reads and writes PNG files as RGB pixels.
#ifndef FOVEA_TESTS_PNG_READER_H
#define FOVEA_TESTS_PNG_READER_H

#include "support/pixels.h"

// The pixels of a PNG file (freed by the caller); false if it cannot be read.
bool png_load(const char *path, struct pixels *pixels);
// Writes pixels, for a person to look at after a failure.
bool png_save(const char *path, const struct pixels *pixels);

#endif
