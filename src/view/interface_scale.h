// SPDX-License-Identifier: MIT
// How large the interface is drawn: framebuffer pixels per layout pixel, in quarters.
#ifndef FOVEA_VIEW_INTERFACE_SCALE_H
#define FOVEA_VIEW_INTERFACE_SCALE_H

#define INTERFACE_SCALE_LEAST 1.0
#define INTERFACE_SCALE_MOST  4.0

// What a desktop says of it; 0 where it says nothing.
struct scale_hints {
    double drawable; // framebuffer pixels per unit of the window (Wayland)
    double dpi;      // the X resource Xft.dpi: 96 at a scale of 1
    double toolkits; // the largest of GDK_SCALE and QT_SCALE_FACTOR
};

// The scale to draw at: `asked`, if it is above 0, else the largest of what the desktop says, else 1.
double interface_scale(double asked, const struct scale_hints *hints);
// `steps` quarters more than `scale`, which may be 0: 1.
double interface_scale_step(double scale, int steps);

#endif
