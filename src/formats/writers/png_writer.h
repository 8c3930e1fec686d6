// SPDX-License-Identifier: MIT
// Writing of a picture as PNG, row by row, so that no whole picture is held in memory.
//
// Thread-safety: any thread, one for each file that is written.
#ifndef FOVEA_FORMATS_PNG_WRITER_H
#define FOVEA_FORMATS_PNG_WRITER_H

#include "base/status.h"

struct png_writer;

// Begins a picture of 8 bits with 3 channels (RGB) or 1 (gray: numbers, without a colour space). The file
// appears under `path` only when png_writer_finish succeeds: until then it is a temporary file beside it.
enum status png_writer_create(const char *path, int width, int height, int channels,
                              struct png_writer **writer, struct error *error);
// The next rows, channels * width bytes each.
enum status png_writer_rows(struct png_writer *writer, const unsigned char *samples, int rows,
                            struct error *error);
// Completes the file and frees the writer (sets *writer to NULL); after an error of an earlier call, or with
// rows missing, the temporary file is removed and the failure returned.
enum status png_writer_finish(struct png_writer **writer, struct error *error);

#endif
