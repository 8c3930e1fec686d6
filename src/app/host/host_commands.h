// SPDX-License-Identifier: MIT
// What the program offers to commands.
#ifndef FOVEA_APP_HOST_COMMANDS_H
#define FOVEA_APP_HOST_COMMANDS_H

#include "app/host/host.h"

// For host_init.
extern const struct command_host_ops host_ops;

#endif
