// SPDX-License-Identifier: MIT
// The tokens' values; tests compute their contrasts.
#include "ui/base/theme.h"

static const struct {
    const char *name;
    uint32_t rgba[THEME_COUNT];
} colours[UI_COLOUR_COUNT] = {
    [UI_MATTE] = {"matte", {0x101010ff, 0xcfcfcfff}},
    [UI_BASE] = {"base", {0x1a1a1aff, 0xe9e9e9ff}},
    [UI_PANEL] = {"panel", {0x222222ff, 0xf5f5f5ff}},
    [UI_FIELD] = {"field", {0x141414ff, 0xffffffff}},
    [UI_RAISED] = {"raised", {0x303030ff, 0xffffffff}},
    [UI_HOVER] = {"hover", {0x3c3c3cff, 0xe0e0e0ff}},
    [UI_PRESS] = {"press", {0x484848ff, 0xd2d2d2ff}},
    [UI_LINE] = {"line", {0x3a3a3aff, 0xcacacaff}},
    [UI_EDGE] = {"edge", {0x7c7c7cff, 0x7a7a7aff}},
    [UI_TEXT] = {"text", {0xebebebff, 0x161616ff}},
    [UI_TEXT2] = {"text2", {0xb8b8b8ff, 0x4a4a4aff}},
    [UI_TEXT3] = {"text3", {0x7e7e7eff, 0x8a8a8aff}},
    [UI_ACCENT] = {"accent", {0x6cb4ffff, 0x0b57a4ff}},
    [UI_ACCENTFILL] = {"accentfill", {0x1f64adff, 0x0b57a4ff}},
    [UI_ACCENTFILL_HOVER] = {"accentfill hover", {0x2a74c2ff, 0x1a69bbff}},
    [UI_ACCENTFILL_PRESS] = {"accentfill press", {0x18528fff, 0x084683ff}},
    [UI_ACCENTSOFT] = {"accentsoft", {0x203449ff, 0xd5e6f8ff}},
    [UI_ONFILL] = {"onfill", {0xffffffff, 0xffffffff}},
    [UI_ONWARN] = {"onwarn", {0x161616ff, 0x161616ff}},
    [UI_FOCUS] = {"focus", {0xffd54aff, 0xb34700ff}},
    [UI_OK] = {"ok", {0x3cc9a3ff, 0x00654cff}},
    [UI_OKFILL] = {"okfill", {0x0b6b53ff, 0x00654cff}},
    [UI_WARN] = {"warn", {0xffb627ff, 0x7a4b00ff}},
    [UI_WARNFILL] = {"warnfill", {0xffb627ff, 0xffb627ff}},
    [UI_ALARM] = {"alarm", {0xff7a5cff, 0xb3260dff}},
    [UI_ALARMFILL] = {"alarmfill", {0xc6341aff, 0xb3260dff}},
};

static const uint32_t series[THEME_COUNT][UI_SERIES_COLOURS] = {
    [THEME_DARK] = {0x3f95f2ff, 0xf5a81eff, 0x3cc77eff, 0xfbf28cff, 0xd94a26ff, 0xe3a0d4ff, 0xf2f2f2ff},
    [THEME_LIGHT] = {0x134bffff, 0xaa9000ff, 0x10a197ff, 0x455900ff, 0xc93d60ff, 0x7a3370ff, 0x161616ff},
};

uint32_t ui_colour(enum interface_theme theme, enum ui_colour token)
{
    return colours[token].rgba[theme];
}

const char *ui_colour_name(enum ui_colour token)
{
    return colours[token].name;
}

uint32_t ui_series_colour(enum interface_theme theme, size_t index)
{
    return series[theme][index % UI_SERIES_COLOURS];
}
