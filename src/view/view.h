// SPDX-License-Identifier: MIT
// All that decides how one image is shown, as plain state without any drawing.
#ifndef FOVEA_VIEW_VIEW_H
#define FOVEA_VIEW_VIEW_H

#include "view/camera.h"
#include "view/colormap.h"
#include "view/contrast.h"
#include "view/display.h"

// What playing does at the end of the series: stops, begins again at the other end, or turns round.
enum play_loop { PLAY_ONCE, PLAY_AGAIN, PLAY_BOUNCE };

// How the series is being played.
struct view_play {
    int direction; // 1 forward, -1 back, 0 stopped
    double rate;   // frames per second, PLAY_MIN_RATE to PLAY_MAX_RATE
    enum play_loop loop;
};

#define PLAY_MIN_RATE 0.1
#define PLAY_MAX_RATE 100.0

// What is written on the picture.
struct view_overlays {
    bool colour_bar;
    bool pixel_values; // in the pixels, at high zoom
};

struct view {
    struct camera camera;
    struct contrast contrast;
    struct display display;
    struct view_overlays overlays;
    struct view_play play;
};

struct view view_default(void);

#endif
