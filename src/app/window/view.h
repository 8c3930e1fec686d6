// SPDX-License-Identifier: MIT
// `fovea view`: the window.
#ifndef FOVEA_APP_VIEW_H
#define FOVEA_APP_VIEW_H

// argv[0] is the program's or the subcommand's name. Returns the exit code.
int view_main(int argc, char **argv);

#endif
