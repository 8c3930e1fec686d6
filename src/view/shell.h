// SPDX-License-Identifier: MIT
// Where everything in the window stands: bars, docks, and the panes between them. Pure arithmetic.
//
// Wishes are lengths at scale 1; rectangles are framebuffer pixels from the upper left corner. Every edge is
// rounded to a whole pixel by itself, so that neighbours meet exactly whatever the scale.
//
//     MENU
//     TOOLBAR
//     STRIP | BROWSER | PANES             | INSPECTOR | RAIL
//           |         | SERIES            |           |
//           |         | SPLITTER, BOTTOM  |           |
//     STATUS
#ifndef FOVEA_VIEW_SHELL_H
#define FOVEA_VIEW_SHELL_H

#include "image/frame.h"

#include <stdbool.h>

// How much room there is, by the window's size at scale 1. Compact: less than 900 wide or 600 high; wide:
// from 1600 on.
enum shell_class { SHELL_COMPACT, SHELL_REGULAR, SHELL_WIDE };

// Lengths of docks at scale 1: usual ones, and how far the user may move them.
enum {
    SHELL_BROWSER = 248,
    SHELL_BROWSER_LEAST = 160,
    SHELL_BROWSER_MOST = 640,
    SHELL_INSPECTOR_LEAST = 260,
    SHELL_INSPECTOR_MOST = 640,
    SHELL_BOTTOM = 240,
    SHELL_BOTTOM_LEAST = 120,
    SHELL_BOTTOM_MOST = 1200,
    SHELL_SPLITTER = 6,
    SHELL_PANES_LEAST_WIDTH = 320,
    SHELL_PANES_LEAST_HEIGHT = 240,
};

struct shell_wishes {
    int width, height; // of the window, framebuffer pixels
    double scale;
    bool interface; // false: panes only
    bool browser, inspector, series, bottom;
    int browser_width, inspector_width, bottom_height; // as the user chose them; 0: as usual
};

// What is not there has width and height 0.
struct shell {
    enum shell_class size;
    struct rect menu, toolbar, strip, browser, panes, series, splitter, bottom, inspector, rail, status;
    bool drawer; // the inspector lies over the panes; else nothing overlaps
};

enum shell_class shell_class_of(int width, int height, double scale);
// Where room is short the browser gives way first, then the bottom dock; in a compact window the inspector
// lies over the panes, and the series stands in the heads of the panes. The panes get at least 320 x 240
// where the window has that.
struct shell shell_lay_out(const struct shell_wishes *wishes);

#endif
