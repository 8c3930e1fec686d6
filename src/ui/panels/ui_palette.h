// SPDX-License-Identifier: MIT
// Inside the ui layer: the command palette.
#ifndef FOVEA_UI_PANELS_UI_PALETTE_H
#define FOVEA_UI_PANELS_UI_PALETTE_H

#include "commands/completion.h"
#include "commands/finder.h"

struct ui;

struct ui_palette {
    char typed[256];
    struct text searched;   // what `finder` was asked for
    struct finder finder;   // what is found, while no arguments are typed
    struct text recent;     // command lines that were run from here, the last one first
    struct completion at;   // the argument that is typed, if `at.command`
    int selected;           // row; -1: none, of choices of an argument
    bool chosen;            // by the user, not the first because it is the first
    bool was_open, refocus; // `refocus`: the field shows what was put into it
};

void ui_palette(struct ui *ui);
void ui_palette_free(struct ui_palette *palette);

#endif
