// SPDX-License-Identifier: MIT
// Inside the ui layer: icons by what they stand for. Most are glyphs of Material Design Icons 1.6.50; some
// are Fovea's own, drawn as lines on a grid of 24 x 24.
#ifndef FOVEA_UI_BASE_ICONS_H
#define FOVEA_UI_BASE_ICONS_H

#include <stddef.h>
#include <stdint.h>

// clang-format off
#define UI_OWN_ICONS(X)                                                                                      \
    X(RINGS) X(ANNULUS) X(ELLIPSE) X(SECTOR) X(CAKE) X(MASK) X(BAR) X(SPOTS) X(MASSIF) X(RADIAL)             \
    X(LAYOUT_1) X(LAYOUT_1X2) X(LAYOUT_2X2) X(LAYOUT_3X2) X(SCALEBAR) X(WIPE) X(LOGO)

// Code points of the font's private use area.
#define UI_FONT_ICONS(X)                                                                                     \
    X(OPEN, 0xF24B) X(FOLDER, 0xF256) X(FILE, 0xF224) X(SERIES, 0xF254) X(LIVE, 0xF002) X(SIM, 0xF096)       \
    X(RECENT, 0xF2DA) X(SAVE, 0xF193) X(EXPORT, 0xF207) X(SEARCH, 0xF349) X(HELP, 0xF625)                    \
    X(SETTINGS, 0xF493) X(COMMAND, 0xF18D) X(REMOTE, 0xF318) X(PAN, 0xF1B6) X(CONTRAST, 0xF197)              \
    X(LOUPE, 0xF34B) X(LINE, 0xF55E) X(RECT, 0xF5C6) X(CIRCLE, 0xF556) X(POLYGON, 0xF560)                    \
    X(POINT, 0xF2F1) X(RULER, 0xF46D) X(PENCIL, 0xF0E3) X(PIXEL, 0xF2C1) X(FLOOD, 0xF266)                    \
    X(MOVE, 0xF656) X(PICK, 0xF20A) X(INSPECT, 0xF1A3) X(CALIBRATE, 0xF4FE) X(GEOMETRY, 0xF464)              \
    X(HEADER, 0xF279) X(CONTENTS, 0xF645) X(BEAM, 0xF1A4) X(VALUES, 0xF4F1) X(PREV, 0xF4AE)                  \
    X(BACK, 0xF4D5) X(PLAY, 0xF40A) X(PAUSE, 0xF3E4) X(FWD, 0xF4D7) X(NEXT, 0xF4AD) X(LOOP, 0xF456)          \
    X(OK, 0xF5E1) X(CHECK, 0xF12C) X(WARN, 0xF026) X(ALARM, 0xF029) X(INFO, 0xF2FD) X(SYNC, 0xF4E6)          \
    X(STALE, 0xF51F) X(RECORD, 0xF44A) X(LOCK, 0xF33E) X(UNLOCK, 0xF340) X(EYE, 0xF208)                      \
    X(EYEOFF, 0xF209) X(LINKED, 0xF339) X(UNLINKED, 0xF33A) X(UNDO, 0xF54C) X(REDO, 0xF44E)                  \
    X(DELETE, 0xF1C0) X(PLUS, 0xF415) X(MINUS, 0xF374) X(CLOSE, 0xF156) X(DOWN, 0xF140) X(UP, 0xF143)        \
    X(RIGHT, 0xF142) X(LEFT, 0xF141) X(MORE, 0xF1D9) X(DOTS, 0xF1D8) X(COPY, 0xF18F) X(FULL, 0xF293)         \
    X(EXPAND, 0xF616) X(RESTORE, 0xF5B2) X(SNAPSHOT, 0xF100) X(BELL, 0xF09A) X(BELLOFF, 0xF09B)              \
    X(RESET, 0xF459) X(REVERSE, 0xF4E2) X(PLOT, 0xF12A) X(HISTOGRAM, 0xF129) X(TABLE, 0xF4EB)                \
    X(THEME, 0xF50E) X(MONITOR, 0xF379) X(KEYBOARD, 0xF30C) X(FILTER, 0xF236) X(TREND, 0xF127)               \
    X(TIMER, 0xF51B) X(GRIDVIEW, 0xF570) X(DOWNLOAD, 0xF1DA) X(TUNE, 0xF62E) X(LAN, 0xF317)                  \
    X(LAYERS, 0xF328) X(OPACITY, 0xF5CC) X(SPEED, 0xF4C5) X(RADAR, 0xF437) X(CROP, 0xF19E)                   \
    X(INVERT, 0xF301) X(SELECT, 0xF485) X(SORT, 0xF4BA) X(PIN, 0xF403) X(CARETD, 0xF35D)                     \
    X(CARETR, 0xF35F) X(CARETU, 0xF360)
// clang-format on

#define UI_ICON_OWN(name)        UI_ICON_##name,
#define UI_ICON_FONT(name, code) UI_ICON_##name = (code),
enum ui_icon { UI_ICON_NONE, UI_OWN_ICONS(UI_ICON_OWN) UI_OWN_ICON_END, UI_FONT_ICONS(UI_ICON_FONT) };
#undef UI_ICON_OWN
#undef UI_ICON_FONT

// The code points of the font that are used, in no order.
const uint16_t *ui_icon_codes(size_t *count);
// Draws the icon into the square of `size` layout pixels (12, 16, 20; others are enlarged from these) whose
// upper left corner is (x, y), framebuffer pixels of the window.
void ui_icon_draw(enum ui_icon icon, float x, float y, float size, uint32_t colour);

#endif
