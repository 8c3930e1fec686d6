// SPDX-License-Identifier: MIT
// Loading of a pixel mask from any readable image file.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_MASK_FILE_H
#define FOVEA_FORMATS_MASK_FILE_H

#include "base/cancel.h"
#include "base/status.h"
#include "image/edit/bitmap.h"
#include "image/mask.h"

// Sets MASK_BIT(MASK_FILE) in `mask` for every pixel of frame 0 of `path` that is not zero (NaN counts as
// masked), after clearing that layer; of "valid:PATH" for every pixel that is zero. Of an HDF5 file without a
// selector its pixel mask is taken, where it has one in a usual place, else what would be shown. Of a dataset
// named pixel_mask the lower 16 bits count, as NXmx has it. The file's size must be that of `mask`: else
// STATUS_MISMATCH with a sentence naming both shapes as width x height. The file is decoded in bands; `mask`
// is unchanged on failure to open or on a mismatch. `cancel` may be NULL.
enum status mask_file_load(const char *path, struct cancel *cancel, struct mask *mask, struct error *error);

// The same as a new bitmap of width x height pixels, for combining with a layer.
enum status mask_file_bitmap(const char *path, int64_t width, int64_t height, struct cancel *cancel,
                             struct bitmap **bitmap, struct error *error);

// Replaces all layers of `mask` by those of a file: of a pixel mask of NXmx by its bits (0 gap, 4 hot, 8
// user, others below 16 bad; in bits 16 to 23 the layers as Fovea saved them, if any of these is set), of a
// file of bytes by the byte itself, as mask_save with `layers` writes both. STATUS_UNSUPPORTED for any other
// type. Not for "valid:".
enum status mask_file_load_layers(const char *path, struct cancel *cancel, struct mask *mask,
                                  struct error *error);

#endif
