// SPDX-License-Identifier: MIT
// Inside the ui layer: the colours, fonts and lengths that everything is drawn with.
//
// Panels name a colour by what it is for and never by its value: gui_tone(UI_TEXT) (imgui_bridge.h) is the
// theme's that is in force. Lengths are layout pixels, to be multiplied by the scale (gui_px).
#ifndef FOVEA_UI_BASE_THEME_H
#define FOVEA_UI_BASE_THEME_H

#include "view/interface_theme.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ui_colour {
    UI_MATTE,  // around the picture
    UI_BASE,   // menu, toolbar, strip, rail, status line, toasts
    UI_PANEL,  // inspector, docks, heads, gutter
    UI_FIELD,  // inputs, plots, tracks
    UI_RAISED, // buttons at rest; UI_HOVER, UI_PRESS under the mouse
    UI_HOVER,
    UI_PRESS,
    UI_LINE,       // hairlines, frames of fields: ornament
    UI_EDGE,       // outlines that must be seen: checkbox, swatch, hovered field, popups
    UI_TEXT,       // values, names
    UI_TEXT2,      // labels, units, ticks
    UI_TEXT3,      // what is disabled, and nothing else
    UI_ACCENT,     // selected, links, handles
    UI_ACCENTFILL, // active tool, mode, primary button: with text of UI_ONFILL
    UI_ACCENTFILL_HOVER,
    UI_ACCENTFILL_PRESS,
    UI_ACCENTSOFT, // selected row, chosen segment: with text of UI_ACCENT or UI_TEXT
    UI_ONFILL,     // text on UI_ACCENTFILL, UI_OKFILL, UI_ALARMFILL
    UI_ONWARN,     // text on UI_WARNFILL
    UI_FOCUS,      // keyboard focus, nothing else
    UI_OK,         // works, LIVE
    UI_OKFILL,
    UI_WARN, // warning, stopped
    UI_WARNFILL,
    UI_ALARM, // error, ALARM
    UI_ALARMFILL,
    UI_COLOUR_COUNT
};

// 0xRRGGBBAA.
uint32_t ui_colour(enum interface_theme theme, enum ui_colour token);
const char *ui_colour_name(enum ui_colour token); // "accentsoft"

// Series of plots, regions, rings: told apart by colour-blind eyes too. Over pictures always the dark
// theme's. `index` may be any number: they repeat.
enum { UI_SERIES_COLOURS = 7 };
uint32_t ui_series_colour(enum interface_theme theme, size_t index);

// Lengths.
enum ui_length {
    UI_GAP_SMALL = 4,
    UI_GAP = 8,
    UI_PAD = 12,
    UI_GAP_LARGE = 16,
    UI_CONTROL = 26,  // a control's height
    UI_ROW = 24,      // of a table
    UI_LIST_ROW = 26, // of a list
    UI_SECTION = 28,
    UI_TAB = 30,
    UI_TITLE = 34, // of the inspector
    UI_RADIUS = 3,
    UI_SCROLLBAR = 10,
    UI_MENU = 28,
    UI_TOOLBAR = 36,
    UI_STRIP = 44,
    UI_TOOL_WIDTH = 36,
    UI_TOOL_HEIGHT = 32,
    UI_PANE_HEAD = 24,
    UI_SERIES_BAR = 34,
    UI_STATUS = 24,
    UI_RAIL = 56,
    UI_RAIL_ITEM = 50,
    UI_INSPECTOR = 300,
    UI_INSPECTOR_WIDE = 340,
    UI_BROWSER = 248,
    UI_BOTTOM = 240,
    UI_SPLITTER = 6,
    UI_GUTTER = 60,
    UI_PANE_LEAST_WIDTH = 240,
    UI_PANE_LEAST_HEIGHT = 160,
};

// Inter, Regular and Bold (SemiBold), and icons; the numbers are pixels per em. UI_R13 is what is used where
// nothing else is pushed.
enum ui_font {
    UI_R13,
    UI_B13,
    UI_R11, // ticks, captions, rail, heads of tables
    UI_B11, // chips, labels over pictures
    UI_B18, // large read-out, result, title of a dialog
    UI_B28, // start page only: it is there while ui_fonts.large is set, else nothing of it can be seen
    UI_I12, // chips
    UI_I16, // controls
    UI_I20, // strip, rail
    UI_FONT_COUNT
};

#ifdef __cplusplus
}
#endif

#endif
