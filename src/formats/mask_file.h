// SPDX-License-Identifier: MIT
// Loading of a pixel mask from any readable image file.
#ifndef FOVEA_FORMATS_MASK_FILE_H
#define FOVEA_FORMATS_MASK_FILE_H

#include "base/status.h"
#include "image/mask.h"

// Sets MASK_BIT(MASK_FILE) in `mask` for every pixel of frame 0 of `path` that is not zero (NaN counts as
// masked), after clearing that layer. The file's size must be that of `mask`: else STATUS_MISMATCH with a
// sentence naming both shapes as width x height. The file is decoded in bands; `mask` is unchanged on failure
// to open or on a mismatch.
enum status mask_file_load(const char *path, struct mask *mask, struct error *error);

#endif
