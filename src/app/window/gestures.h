// SPDX-License-Identifier: MIT
// What the mouse does on the panes: drags, the wheel, and the mask tool.
#ifndef FOVEA_APP_GESTURES_H
#define FOVEA_APP_GESTURES_H

#include "app/host/host.h"

#include <SDL.h>

enum drag { DRAG_NONE, DRAG_PAN, DRAG_CONTRAST, DRAG_TOOL, DRAG_GAP, DRAG_HEAD };

// The drag that is going on. Zero-initialise.
struct gestures {
    enum drag drag;
    Uint8 button;            // that began it
    bool moved;              // farther than a hand that clicks
    bool panning;            // the middle button moves the picture while the tool draws
    double start_x, start_y; // in drawable pixels of the window
    double last_x, last_y;
    struct limits start_limits;
    int gap;          // between panes, that is dragged
    bool ctrl, shift; // are down, by the events seen so far
};

// Takes note of Ctrl and Shift: to be shown every key in the order of events, because the library tells only
// what is down now, which may be later than the event at hand.
void gestures_note_key(struct gestures *gestures, const SDL_Event *event);

// Applies a mouse event to the panes. `density` is drawable pixels per unit of SDL's mouse coordinates.
// Returns true if anything to be drawn changed.
bool gestures_event(struct gestures *gestures, struct host *host, const SDL_Event *event, double density);

#endif
