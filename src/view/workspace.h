// SPDX-License-Identifier: MIT
// What the user chose around the images, whichever is looked at: panels and the tool in hand. Plain state.
#ifndef FOVEA_VIEW_WORKSPACE_H
#define FOVEA_VIEW_WORKSPACE_H

#include "image/mask.h"
#include "view/interface_theme.h"
#include "view/tool.h"

// The dialog that asks for a file name, one at most.
enum view_dialog { DIALOG_NONE, DIALOG_OPEN, DIALOG_MASK, DIALOG_EXPORT, DIALOG_COLORMAP, DIALOG_SAVE_MASK };

// What the dock at the right, the inspector, shows.
enum view_tab { TAB_CONTRAST, TAB_MASK, TAB_HEADER, TAB_CONTENTS, TAB_COUNT };

// Whether it is open is remembered apart for windows in which it is docked, and for those that are so small
// that it lies over the picture.
struct view_inspector {
    bool docked, drawer;
    enum view_tab tab;
    int width;                // layout pixels; 0: as usual
    bool was_open;            // before mask mode began,
    enum view_tab tab_before; // with that tab
};

// Which panels are shown.
struct view_panels {
    bool interface; // bars and docks (off: picture only)
    bool compact;   // the window is small; set by the program
    struct view_inspector inspector;
    bool help, palette; // windows that are open
    bool messages;      // the list of what was told
    bool files;         // the panel for files at the left side
    bool files_recent;  // it shows what was opened last instead of a folder
    bool thumbnails;    // it shows small pictures
    int files_width;    // layout pixels; 0: as usual
    bool find;          // the search field of the open panel is to get the keyboard; the panels clear it
    bool fullscreen;
    bool frames;      // the bar for moving through the series, where there is more than one frame
    bool has_frames;  // there is; set by the program
    bool frame_entry; // the keyboard goes to the frame's number; cleared by the bar
    bool context;     // the menu of the pixel under the mouse is to be opened; cleared by the panels
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
    enum interface_theme theme;
    struct view_panels panels;
    struct view_links links;
    bool alone; // only the active pane is shown
    struct view_masking masking;
};

// Which docks are open and how large they are: what is kept from one run of the program to the next.
struct view_docks {
    bool inspector, browser, series;
    enum view_tab tab;
    int inspector_width, browser_width; // layout pixels; 0: as usual
};

struct workspace workspace_default(void);

struct view_docks panels_docks(const struct view_panels *panels);
void panels_set_docks(struct view_panels *panels, const struct view_docks *docks);
bool view_docks_equal(const struct view_docks *a, const struct view_docks *b);

// The tab that the inspector shows, or -1 where it is closed or everything but the picture is hidden.
int panels_tab(const struct view_panels *panels);
// Opens the inspector with a tab; everything that was hidden with it is shown.
void panels_show_tab(struct view_panels *panels, enum view_tab tab);
void panels_close_inspector(struct view_panels *panels);
// Mask mode begins or ends: its tab comes, and goes again where it is still shown.
void panels_enter_masking(struct view_panels *panels);
void panels_leave_masking(struct view_panels *panels);

#endif
