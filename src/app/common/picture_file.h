// SPDX-License-Identifier: MIT
// A picture that has been drawn, on its way into a PNG file: compressed and written by a job.
#ifndef FOVEA_APP_PICTURE_FILE_H
#define FOVEA_APP_PICTURE_FILE_H

#include "session/common.h"

// `pixels` are rows of RGB, from malloc; they are taken over. The user is told when the file is there, or why
// it is not (common_fail).
void picture_file_start(struct common *common, const char *path, int width, int height,
                        unsigned char *pixels);

#endif
