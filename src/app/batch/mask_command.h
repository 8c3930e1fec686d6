// SPDX-License-Identifier: MIT
// `fovea mask`: makes or changes a pixel mask without a window.
#ifndef FOVEA_APP_MASK_COMMAND_H
#define FOVEA_APP_MASK_COMMAND_H

#include "base/text.h"

// argv[0] is "mask". Returns the exit code.
int mask_main(int argc, char **argv);

// Appends its options and operations as a part of the manual page.
void mask_write_troff(struct text *out);

#endif
