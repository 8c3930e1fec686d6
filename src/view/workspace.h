// SPDX-License-Identifier: MIT
// What the user chose around the images, whichever is looked at: panels and the tool in hand. Plain state.
#ifndef FOVEA_VIEW_WORKSPACE_H
#define FOVEA_VIEW_WORKSPACE_H

#include "image/mask.h"
#include "view/tool.h"

// The dialog that asks for a file name, one at most.
enum view_dialog { DIALOG_NONE, DIALOG_OPEN, DIALOG_MASK, DIALOG_EXPORT, DIALOG_COLORMAP, DIALOG_SAVE_MASK };

enum { FILES_WIDTH_LEAST = 160, FILES_WIDTH_MOST = 640 };

// Which panels are shown.
struct view_panels {
    bool interface;                         // menu bar and status line (off: picture only)
    bool contrast;                          // the panel at the right side shows the contrast
    bool mask;                              // it shows the mask, whatever `contrast`
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

// Editing of the mask: what the user chose. The shape in progress is the editor's (session/edit/editor.h).
struct view_masking {
    bool on;               // mask mode: the left button draws, the keys of the mask are in force
    enum tool_kind tool;   // never TOOL_NONE while `on`, but by choice of the user
    enum mask_layer layer; // that is edited
    uint8_t locked;        // layers that edits leave alone; those of the data are locked at first
    bool unmask;           // what is drawn is taken away
    double width;          // of pencil and line, image pixels
    double tolerance;      // of the flood, values
    bool corners;          // 8 neighbours instead of 4 for flood, grow and shrink
    bool has_centre;       // the user's own centre of rings, instead of the beam centre
    struct shape_point centre;
};

// What panes that are linked do together.
struct view_links {
    bool view;     // look at the same place, as large and as turned
    bool contrast; // the same limits, scale and colour map
    bool frame;    // step together
    bool pointer;  // the pixel under the mouse is marked in all
};

// How large the interface is: framebuffer pixels per layout pixel (view/interface_scale.h).
struct view_scale {
    double asked; // by the user; 0: as the desktop has it
    double now;   // of the window; 0 where there is none
};

struct workspace {
    struct view_scale scale;
    struct view_panels panels;
    struct view_links links;
    bool alone; // only the active pane is shown
    struct view_masking masking;
};

struct workspace workspace_default(void);

#endif
