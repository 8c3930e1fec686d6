// SPDX-License-Identifier: MIT
// `fovea mask`: makes or changes a pixel mask without a window.
#ifndef FOVEA_APP_MASK_COMMAND_H
#define FOVEA_APP_MASK_COMMAND_H

// argv[0] is "mask". Returns the exit code.
int mask_main(int argc, char **argv);

#endif
