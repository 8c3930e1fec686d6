// SPDX-License-Identifier: MIT
// Inside the ui layer: what the panels share.
#ifndef FOVEA_UI_PANELS_UI_INTERNAL_H
#define FOVEA_UI_PANELS_UI_INTERNAL_H

#include "commands/command.h"
#include "ui/base/imgui_bridge.h"
#include "ui/base/ui_docks.h"
#include "ui/base/ui_fonts.h"
#include "ui/controls/ui_list.h"
#include "ui/panels/ui_context.h"
#include "ui/panels/ui_gutter.h"
#include "ui/panels/ui_histogram_state.h"
#include "ui/panels/ui_inspector.h"
#include "ui/panels/ui_messages.h"
#include "ui/panels/ui_model.h"
#include "ui/panels/ui_palette.h"
#include "ui/panels/ui_shell.h"
#include "ui/panels/ui_toast.h"
#include "ui/panels/ui_tools.h"
#include "view/shell.h"

enum { UI_MAX_FLOATING = 96 };

struct ui_contrast_panel {
    struct ui_histogram histogram;
    char low[40], high[40], gamma[40], percent_low[40], percent_high[40], sigmas[40], zscale[40];
};

enum { UI_SHAPE_NUMBERS = 6, UI_MASK_NUMBERS = 8 };

struct ui_mask_panel {
    char width[24], tolerance[24], centre_x[24], centre_y[24];
    char shape[UI_SHAPE_NUMBERS][24];  // typed numbers of a shape
    char points[400];                  // typed points of a polygon
    char numbers[UI_MASK_NUMBERS][24]; // of operations
    enum mask_layer other;             // that is combined with the edited one
    int rule;                          // by value
    char low[40], high[40];
    bool preview_due;   // a limit was moved and what it masks is not shown yet
    int64_t preview_ns; // when the last preview was asked for; 0 = it has been shown
    int64_t rest_until_ns;
    size_t shown_steps; // of the history, in the last frame
};

struct ui_help {
    char filter[64];
};

struct ui_metadata {
    struct ui_list list;
    struct ui_lines lines;
    struct text copied; // what was put on the clipboard, for people
    uint64_t serial;    // of the text that `copied` is about
    bool was_open;
};

struct ui_contents {
    struct ui_list list;
    struct ui_lines lines;
    bool was_open;
};

struct ui_files {
    struct ui_list list;
    const struct folder_row *rows; // that are shown: of the folder, or `found`; of recent names, too
    size_t count;
    struct folder_wish wish;  // what shall be shown of the folder
    bool awaits_rows;         // what is shown is something else, for a moment
    bool on_arrow;            // the mouse is over the arrow that lists the members of a series
    struct folder_row *found; // of the recent names
    size_t found_count;
    // What the rows were found for.
    bool valid, recent;
    uint64_t folder_serial, recent_serial;
    char *folder; // path of the listing shown last
};

struct ui_frames_bar {
    char number[32], rate[40];
    int64_t wanted, asked; // by the slider; asked -1 = nothing
    bool wanted_set;
};

struct ui_dialog {
    enum view_dialog shown; // which one was open in the last frame
    char path[2048];        // the field: a folder, then a part of a name
    char folder[2048];      // that is listed, or asked for
    bool unread;            // it is to be asked for at the end of this frame
    bool awaits_rows;       // there is no list yet, or it is not for what has been typed
    bool enter_due;         // the selected row is taken once they are there
    struct folder_wish wish;
    // Of this frame; NULL while the folder is read, and if it cannot be.
    const struct folder *listed;
    const struct folder_rows *rows;
    uint64_t folder_serial; // of the folder whose characters are in the fonts
    int selected;           // among the rows; -1 = none
    bool decorate;
    int export_size;       // one of its list
    char export_typed[24]; // for the one that is typed
    int mask_use;          // what to do with a mask file: one of its list
    int mask_layer;        // to be saved: 0 = all, else 1 + layer
    int mask_inverted;     // 1: pixels that count are 1
    bool refocus;          // give the keyboard back to the field
    bool select_name;      // the proposed name is to be selected when the field has the keyboard
    struct text answer;    // the command that answers it, to be run at the end of the frame; empty = none
    // What it asked for is under way: which dialog that was, and how much had failed before.
    bool works;
    enum view_dialog answered;
    uint64_t failures;
};

// The mouse, by the last event.
struct ui_mouse {
    uint32_t panel_buttons, picture_buttons; // that went down on each
    bool on_panel;
    bool inside; // it is over the window
    float x, y;  // in framebuffer pixels
};

// Windows over the picture, of the last frame.
struct ui_floating {
    struct gui_rect places[UI_MAX_FLOATING];
    size_t count;
};

// Frames that are wanted although nothing new has happened.
struct ui_settling {
    int frames;       // still wanted after an event
    int focus_frames; // until it is known which field has the keyboard, and events may go on
    bool open;        // between ui_frame and the next; something can be drawn
};

struct ui {
    SDL_Window *window;
    float scale;
    enum interface_theme theme;
    struct ui_fonts fonts;
    struct ui_docks *docks; // what is shown around the picture
    struct ui_settling settling;
    struct shell shell;  // of the last frame, and
    struct rect picture; // what it has for the panes
    struct {
        struct rect heads[LAYOUT_MAX_PANES], pictures[LAYOUT_MAX_PANES];
        size_t count;
    } panes; // that are shown, of the last frame
    struct ui_floating floating;
    struct ui_mouse mouse;
    bool questioned; // a question is shown; all the mouse does is for it
    bool modal_keys; // palette or dialog take the keyboard
    struct {
        int width, height;
    } size; // of the window

    // Valid within ui_frame.
    const struct ui_model *model;
    struct command_host *host;
    uint64_t metadata_glyphs; // serial of the metadata whose characters are in the fonts
    struct text queue;        // commands to run at the end of the frame

    struct ui_gutters gutters;
    struct ui_contrast_panel contrast;
    struct ui_context context;
    struct ui_palette palette;
    struct ui_help help;
    struct ui_metadata metadata;
    struct ui_contents contents;
    struct ui_files files;
    struct ui_dialog dialog;
    struct ui_frames_bar frames;
    struct ui_toolbar toolbar;
    struct ui_mask_panel mask;
};

// Runs a command line when the panels are built, so that what they show stays the same within a frame.
void ui_run(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Runs a command line at once, between two frames, and shows the sentence if it fails. True if it succeeded.
bool ui_run_now(struct ui *ui, const char *line);
// A layout length in framebuffer pixels.
float ui_px(const struct ui *ui, float length);
// A movable window in the middle of the picture; *open is set false when it is closed by its cross. Ended by
// ui_window_end.
void ui_window_begin(struct ui *ui, const char *title, float width, float height, bool *open);
void ui_window_end(struct ui *ui);
// gui_search, with which focus is waited for.
bool ui_search(struct ui *ui, const char *label, const char *hint, char *buffer, size_t size, bool focus);
// The same of the field above a list.
bool ui_filter(struct ui *ui, struct ui_list *list, const char *hint, float width, bool focus);
// Remembers a window that lies over the picture, for the mouse.
void ui_add_floating(struct ui *ui, struct gui_rect place);
// Makes sure that the characters of a text can be shown, in any script, by adding their glyphs to the font
// texture; cheap when they are there. The model's texts are looked after by ui_frame itself.
void ui_need_text(struct ui *ui, const char *utf8);
// The colour as "#rrggbb"; `text` holds 8 bytes.
const char *ui_colour_text(const uint8_t rgb[3], char text[8]);

// The panels. Each builds itself for ui->model and ui->host.
void ui_menu_bar(struct ui *ui, struct gui_rect place);
void ui_status_line(struct ui *ui, struct gui_rect place);
void ui_frames(struct ui *ui, struct gui_rect place);
void ui_contrast_panel(struct ui *ui, struct gui_rect place);
// A checkbox that runs a command with a state.
void ui_check(struct ui *ui, const char *label, const char *command);
// A field that has the number `shown` (NaN: what it had) while it is not edited; true when `buffer` was
// typed.
bool ui_field(const char *label, char *buffer, size_t size, double shown);
// A field for a number; runs the command with what was typed. `shown` is the number while it is not edited.
void ui_number(struct ui *ui, const char *label, char *buffer, size_t size, double shown, float width,
               const char *command);
void ui_mask_init(struct ui_mask_panel *panel);
void ui_mask_panel(struct ui *ui, struct gui_rect place);
// Its parts below the layers: by value, operations, history.
void ui_mask_by_value(struct ui *ui);
void ui_mask_operations(struct ui *ui);
void ui_mask_history(struct ui *ui);
// A layer as people and as commands name it.
const char *ui_mask_layer_label(enum mask_layer layer);
// A button as wide as a share of the line, with the key that does the same as its tooltip.
bool ui_mask_button(struct ui *ui, const char *label, bool on, float width, const char *command);
void ui_histogram(struct ui *ui, float width, float height);
void ui_question(struct ui *ui);
void ui_help(struct ui *ui);
void ui_metadata(struct ui *ui, struct gui_rect place);
void ui_metadata_free(struct ui_metadata *metadata);
void ui_contents(struct ui *ui, struct gui_rect place);
void ui_contents_free(struct ui_contents *contents);
void ui_files(struct ui *ui, struct gui_rect place);
void ui_files_free(struct ui_files *files);
// Takes the rows, and asks for others if what they depend on has changed. True if there are other names.
bool ui_files_update(struct ui_files *files, const struct ui_browsing *browsing, bool recent);
// Lists the members of the series of a row, or no longer.
void ui_files_toggle(struct ui_files *files, const struct folder *folder, size_t row, bool open);
void ui_dialog(struct ui *ui);
// Between two frames: runs the command that the dialog was answered with. If it fails, the dialog stays, with
// what was typed into it.
void ui_dialog_run(struct ui *ui);
void ui_dialog_free(struct ui_dialog *dialog);

#endif
