// SPDX-License-Identifier: MIT
// Inside the ui layer: what the panels share.
#ifndef FOVEA_UI_PANELS_UI_INTERNAL_H
#define FOVEA_UI_PANELS_UI_INTERNAL_H

#include "commands/command.h"
#include "ui/base/imgui_bridge.h"
#include "ui/base/ui_docks.h"
#include "ui/base/ui_fonts.h"
#include "ui/panels/ui_model.h"
#include "ui/panels/ui_shell.h"
#include "ui/panels/ui_state.h"
#include "ui/panels/ui_tools.h"
#include "view/shell.h"

enum { UI_MAX_FLOATING = 96 };

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
