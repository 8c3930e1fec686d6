// SPDX-License-Identifier: MIT
// Inside the ui layer: how the tools of the mask are shown, wherever they stand. How each is used says
// tool_hint.
#ifndef FOVEA_UI_PANELS_UI_TOOLS_H
#define FOVEA_UI_PANELS_UI_TOOLS_H

#include "ui/base/icons.h"
#include "view/tool.h"

#include <stdbool.h>

struct ui_tool {
    enum ui_icon icon;
    const char *name;
    bool width, tolerance; // it has one to be set
};

const struct ui_tool *ui_tool(enum tool_kind kind);

#endif
