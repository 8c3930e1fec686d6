// SPDX-License-Identifier: MIT
// Which of its two sets of colours the interface has (ui/base/theme.h holds them).
#ifndef FOVEA_VIEW_INTERFACE_THEME_H
#define FOVEA_VIEW_INTERFACE_THEME_H

#include <stdbool.h>

enum interface_theme { THEME_DARK, THEME_LIGHT, THEME_COUNT };

// As commands, options and settings name it: "dark", "light".
const char *interface_theme_name(enum interface_theme theme);
// False, and *theme as it was, if there is none of that name.
bool interface_theme_find(const char *name, enum interface_theme *theme);

#endif
