// SPDX-License-Identifier: MIT
// Writing of a picture as PNG, row by row, so that no whole picture is held in memory.
#ifndef FOVEA_FORMATS_PNG_WRITER_H
#define FOVEA_FORMATS_PNG_WRITER_H

#include "base/status.h"

struct png_writer;

// Begins an RGB picture of 8 bits. The file appears under `path` only when png_writer_finish succeeds: until
// then it is a temporary file beside it.
enum status png_writer_create(const char *path, int width, int height, struct png_writer **writer,
                              struct error *error);
// The next rows, 3 * width bytes each.
enum status png_writer_rows(struct png_writer *writer, const unsigned char *rgb, int rows,
                            struct error *error);
// Completes the file and frees the writer (sets *writer to NULL); after an error of an earlier call, or with
// rows missing, the temporary file is removed and the failure returned.
enum status png_writer_finish(struct png_writer **writer, struct error *error);

#endif
