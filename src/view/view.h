// SPDX-License-Identifier: MIT
// All that decides what is on the screen, as plain state without any drawing.
#ifndef FOVEA_VIEW_VIEW_H
#define FOVEA_VIEW_VIEW_H

#include "view/camera.h"
#include "view/colormap.h"
#include "view/contrast.h"
#include "view/display.h"

// The dialog that asks for a file name, one at most.
enum view_dialog { DIALOG_NONE, DIALOG_OPEN, DIALOG_MASK, DIALOG_EXPORT, DIALOG_COLORMAP };

enum { FILES_WIDTH_LEAST = 160, FILES_WIDTH_MOST = 640 };

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

// Which panels and overlays are shown.
struct view_panels {
    bool interface;                         // menu bar and status line (off: picture only)
    bool contrast;                          // the contrast panel with the histogram
    bool colour_bar;                        // on the picture
    bool pixel_values;                      // written in the pixels at high zoom
    bool help, palette, metadata, contents; // windows that are open
    bool files;                             // the panel for files at the left side
    bool files_recent;                      // it shows what was opened last instead of a folder
    bool thumbnails;                        // it shows small pictures
    int files_width;                        // layout pixels
    bool find; // the search field of the open panel is to get the keyboard; the panels clear it
    bool fullscreen;
    bool frames;      // the bar for moving through the series, where there is more than one frame
    bool has_frames;  // there is; set by the program
    bool frame_entry; // the keyboard goes to the frame's number; cleared by the bar
    enum view_dialog dialog;
};

struct view {
    struct camera camera;
    struct contrast contrast;
    struct display display;
    struct view_panels panels;
    struct view_play play;
};

struct view view_default(void);

#endif
