// SPDX-License-Identifier: MIT
// The names of the interface's themes.
#include "view/interface_theme.h"

#include <string.h>

static const char *const names[THEME_COUNT] = {[THEME_DARK] = "dark", [THEME_LIGHT] = "light"};

const char *interface_theme_name(enum interface_theme theme)
{
    return (unsigned)theme < THEME_COUNT ? names[theme] : "";
}

bool interface_theme_find(const char *name, enum interface_theme *theme)
{
    for (int i = 0; i < THEME_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *theme = (enum interface_theme)i;
            return true;
        }
    }
    return false;
}
