// SPDX-License-Identifier: MIT
// `fovea export`: the picture of a view as a PNG file, without any display.
#ifndef FOVEA_APP_EXPORT_COMMAND_H
#define FOVEA_APP_EXPORT_COMMAND_H

// argv[0] is "export". Returns the exit code.
int export_main(int argc, char **argv);

#endif
