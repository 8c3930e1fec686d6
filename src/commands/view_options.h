// SPDX-License-Identifier: MIT
// The options of the view, shared by view and export: what the user asked for. Only what was given changes
// the view. Strings are borrowed from argv.
#ifndef FOVEA_COMMANDS_VIEW_OPTIONS_H
#define FOVEA_COMMANDS_VIEW_OPTIONS_H

#include "commands/options.h"
#include "sources/slab_mode.h"
#include "view/interface_theme.h"
#include "view/view.h"

// What is opened, and how.
struct source_options {
    const char *mask;    // --mask FILE
    bool no_mask;        // --no-mask: neither loaded nor shown
    int64_t frame;       // --frame; default 0
    bool siblings;       // --series: all files numbered like the one named
    enum slab_mode slab; // --sum, --max, --mean
    int64_t slab_frames; // N of these; 0 = none of them
    int channel;         // --channel; default CHANNEL_AUTO
    int64_t prefetch;    // --prefetch: frames read ahead; default 1
};

struct grid_options {
    int columns, rows; // --grid; 0 = not given
};

struct play_options {
    bool on;     // --play
    double rate; // --rate; 0 = not given
};

struct contrast_options {
    bool has_range; // --range
    struct limits range;
    bool has_rule; // --auto
    struct limits_rule rule;
    bool has_transfer; // --scale
    struct transfer transfer;
};

struct camera_options {
    bool has_zoom, zoom_fit; // --zoom
    double zoom;
    bool has_center; // --center
    double center_x, center_y;
    bool has_origin, origin_lower; // --origin
    int quarter_turns;             // --rotate
    bool flip_horizontal, flip_vertical;
};

// The colour of values that are none, or beyond the limits.
struct special_option {
    bool given, off;
    uint8_t rgb[3];
};

struct display_options {
    const char *colormap; // --colormap
    bool reversed;        // --reverse
    bool smooth;          // --smooth
    bool has_reduce;      // --reduce
    enum reduce_mode reduce;
    bool has_mask_colour; // --mask-color
    uint8_t mask_rgb[3];
    bool has_mask_opacity; // --mask-opacity
    float mask_opacity;
    struct class_choice classes; // --ignore, --saturation
    struct special_option special[SPECIAL_COUNT];
};

enum { OPTIONS_MAX_COMMANDS = 32 };

// Commands to run when the image is there, in order.
struct command_options {
    const char *lines[OPTIONS_MAX_COMMANDS]; // --command
    size_t count;
};

// Start with view_options_default().
struct view_options {
    struct source_options source;
    struct grid_options grid;
    struct play_options play;
    struct contrast_options contrast;
    struct camera_options camera;
    struct display_options display;
    struct command_options commands;
    bool decorate;   // --decorate
    double scale_ui; // --scale-ui; 0 = not given
    bool has_theme;  // --theme
    enum interface_theme theme;
    int64_t memory_bytes; // --memory; 0 = by what is free
};

struct view_options view_options_default(void);

// The table, for a group with a struct view_options as its target.
extern const struct option view_option_table[];

// Puts contrast, colours, mask style, reduction and orientation into the view, before the image is there.
// --colormap may name a file, which is then loaded. Contrast: --range makes the limits fixed, also for later
// frames (contrast.automatic false, keep true); --auto sets the rule.
enum status options_apply(const struct view_options *options, struct view *view,
                          struct colormap_list *colormaps, struct error *error);
// Puts zoom and centre into the camera, once image and viewport are known.
void options_apply_camera(const struct camera_options *options, struct camera *camera);

#endif
