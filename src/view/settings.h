// SPDX-License-Identifier: MIT
// What the window is to be like at the next start, as a text: "NAME VALUE" a line.
#ifndef FOVEA_VIEW_SETTINGS_H
#define FOVEA_VIEW_SETTINGS_H

#include "base/text.h"
#include "view/interface_theme.h"
#include "view/workspace.h"

#include <stdbool.h>

enum { SETTINGS_LEAST_SIDE = 320, SETTINGS_MOST_SIDE = 32768 };

// Plain data; zero where nothing is known, docks then as in a fresh workspace.
struct settings {
    double scale; // of the interface, as the user chose it; 0: as the desktop has it
    enum interface_theme theme;
    int width, height; // of the window that is not maximized, in its own units; 0: not known
    bool maximized;
    struct view_docks docks;
};

// Of a window of which nothing is known.
struct settings settings_default(void);

// Reads what settings_write has written. Lines that are not understood count for nothing: they may be of
// another version, or of anybody. Pure; thread-safe.
struct settings settings_read(const char *content);
void settings_write(const struct settings *settings, struct text *out);

#endif
