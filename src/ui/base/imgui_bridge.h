// SPDX-License-Identifier: MIT
// Inside the ui layer: the few things of Dear ImGui that the panels use, as a C interface.
//
// Immediate mode: every call between gui_frame_begin and gui_frame_end draws one thing and tells what the
// user did with it. Lengths are framebuffer pixels, colours 0xRRGGBBAA. A "##" in a label begins a part that
// is not shown but makes it unique. Texts, and labels of lists, may come from files: they are shown through
// text_safe, in one line unless they are named lines.
#ifndef FOVEA_UI_BASE_IMGUI_BRIDGE_H
#define FOVEA_UI_BASE_IMGUI_BRIDGE_H

#include "ui/base/gui_draw.h"
#include "ui/base/theme.h"

#include <SDL.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// --- Life ---

// Starts Dear ImGui for a window with a current GL context; false if its GL back end cannot start.
bool gui_create(SDL_Window *window, void *gl_context);
void gui_destroy(void);
// Sets colours and lengths: `scale` framebuffer pixels per layout pixel.
void gui_style(enum interface_theme theme, float scale);
// What was set, for all that is drawn.
enum interface_theme gui_theme(void);
uint32_t gui_tone(enum ui_colour token); // 0xRRGGBBAA
float gui_px(float length);              // a layout length in whole framebuffer pixels
float gui_hairline(void);                // the width of the thinnest line
// Whether arrows and Tab walk through the widgets of the window that has the keyboard; off at first.
void gui_nav(bool on);
// Hands an event to the library.
void gui_event(const SDL_Event *event);
// `mouse_x` and `mouse_y` in framebuffer pixels; has_mouse false: the mouse is not over the window.
// Of the mouse's buttons, the left one is down in this frame if `left_down` or if it went down since the
// last.
void gui_frame_begin(int width, int height, bool has_mouse, float mouse_x, float mouse_y, bool left_down);
void gui_frame_end(void);  // drawn by gui_layer.h
bool gui_wants_text(void); // a text field has the keyboard, from the frame in which it gets it
bool gui_popup_open(void); // a menu or list is open
void gui_close_popups(void);

// --- Fonts ---

// A font file in memory, which must stay until the next gui_fonts, and the characters to take from it: pairs
// of first and last code point, ended by a 0.
struct gui_font {
    enum ui_font font; // that it is for: in the order of the enum, and several for one, of which later ones
                       // fill in for the first
    const void *data;
    size_t bytes;
    int face;
    const uint16_t *ranges;
};
// Draws all glyphs for a scale; there is something for each of UI_FONT_COUNT. Digits get the same width. GL.
void gui_fonts(const struct gui_font *fonts, size_t count, float scale);
// Texts until gui_font_pop are set in that font.
void gui_font_push(enum ui_font font);
void gui_font_pop(void);
// True if the data is a font that can be drawn from and has the character (0 = any).
bool gui_font_has(const void *data, size_t bytes, int face, uint32_t code);

// --- Windows ---

enum gui_window_flag {
    GUI_FIXED = 1, // no title, not movable
    GUI_NO_SCROLL = 2,
    GUI_FIT_HEIGHT = 4, // as high as its content
    GUI_TIGHT = 8,      // no padding
    GUI_TO_FRONT = 16,  // takes the focus when it appears
    GUI_PASSIVE = 32,   // the mouse goes through
    GUI_BARE = 64,      // neither padding nor background
    GUI_ON_GROUND = 128 // no background: the ground of its dock is seen
};
// Opens a window at the place (for movable ones: at first). Each begin needs its end. *open is set false by
// the cross in the title; NULL = no cross.
void gui_window_begin(const char *title, struct gui_rect place, unsigned flags, bool *open);
struct gui_rect gui_window_end(void); // the place it has
void gui_child_begin(const char *id, float width, float height);
void gui_child_end(void);
void gui_scroll_here(void); // makes the last item visible
float gui_line_height(void);
float gui_frame_height(void);
float gui_room(void); // width left in the line
float gui_room_below(void);

// --- Placing ---

void gui_same_line(void);
void gui_same_line_at(float x); // from the window's left edge
void gui_space(float height);
void gui_set_y(float y); // the next line begins here, from the window's upper edge
void gui_align(void);    // the next text stands level with the widgets of its line
void gui_separator(void);
void gui_next_width(float width); // of the next widget; negative: up to so far from the right edge
void gui_id_begin(int id);
void gui_id_end(void);
void gui_disabled_begin(bool disabled);
void gui_disabled_end(void);

// --- Widgets ---

float gui_text_width(const char *text);
void gui_text(const char *text);
void gui_text_dim(const char *text);
void gui_text_coloured(uint32_t colour, const char *text);
void gui_text_wrapped(const char *text);
void gui_text_wrapped_coloured(uint32_t colour, const char *text);
void gui_heading(const char *text);
// A heading that opens and closes what is below it; true while that is open.
bool gui_section(const char *label, bool open_at_first);
bool gui_button(const char *label, float width); // width 0 = as needed
bool gui_toggle_button(const char *label, bool on, float width);
bool gui_checkbox(const char *label, bool value); // true when clicked
bool gui_slider(const char *label, double *value, double low, double high, const char *format);
// A field of text; true when Enter was pressed or, after a change, it was left.
bool gui_input(const char *label, char *buffer, size_t size);
bool gui_input_active(const char *label); // whether that field, of this window, is being edited
void gui_focus_next(void);                // the next field gets the keyboard
// The same with a hint while empty; true on every change. `focus` gives it the keyboard, ready to type at the
// end.
bool gui_search(const char *label, const char *hint, char *buffer, size_t size, bool focus);
bool gui_field_active(const char *label); // the field of that label in this window has the keyboard
bool gui_field_has_selection(void);       // some of the text in the field that has the keyboard is selected
// Selects bytes `first` to `end` of the text in the field that has the keyboard.
void gui_field_select(const char *text, size_t first, size_t end);
// Takes the keyboard from the field that has it, so that it will see a buffer that was changed from outside.
void gui_release_text(void);
bool gui_item_active(void);                         // the last item is being dragged or edited
bool gui_colour(const char *label, uint8_t rgb[3]); // a swatch with a picker; true when changed
bool gui_combo_begin(const char *label, const char *shown);
void gui_combo_end(void);
bool gui_selectable(const char *label, bool selected); // over the whole line; true when clicked
bool gui_selectable_high(const char *label, bool selected, float height);
bool gui_double_clicked(void); // the last item
void gui_progress(float share, float width, float height);
void gui_tooltip(const char *lines);    // for the last item, when hovered
void gui_tooltip_now(const char *text); // whatever the last item is
void gui_clipboard_set(const char *lines);

bool gui_menu_bar_begin(float height); // without a ground of its own
void gui_menu_bar_end(void);
bool gui_menu_begin(const char *label);
void gui_menu_end(void);
// Opens the menu of that name at the mouse; it is there, and drawn, while gui_popup_begin is true.
void gui_popup_show(const char *id);
bool gui_popup_begin(const char *id);
void gui_popup_end(void);
bool gui_menu_item(const char *label, const char *key, bool checked, bool enabled);

// As many rows of `height` as there are, without space between them; only visible ones are asked for.
void gui_rows(size_t count, float height, void (*row)(void *context, size_t index), void *context);
// Scrolls as little as shows what lies from `top` to `bottom` of the content of this window.
void gui_scroll_to(float top, float bottom);

// --- Tables ---

struct gui_column {
    const char *title;
    float width; // framebuffer pixels at first; 0 = what is left
    bool sorts;
};
// The head stays while rows are scrolled; columns are resized at its lines. False if nothing of it can be
// seen: no gui_table_end then. `height` 0: as high as its rows.
bool gui_table_begin(const char *id, const struct gui_column *columns, size_t count, float height);
// What the rows are to be sorted by; true when that was changed, and in the first frame.
bool gui_table_sort(size_t *column, bool *descending);
// The next row, and whether it is selected: lit over its width, true when clicked.
bool gui_table_row(const char *id, bool selected);
void gui_table_cell(size_t column);
void gui_table_end(void);

// --- Keys for lists ---

enum gui_key {
    GUI_KEY_UP,
    GUI_KEY_DOWN,
    GUI_KEY_PAGE_UP,
    GUI_KEY_PAGE_DOWN,
    GUI_KEY_ENTER,
    GUI_KEY_ESCAPE,
    GUI_KEY_TAB,
    GUI_KEY_LEFT,
    GUI_KEY_RIGHT,
    GUI_KEY_HOME,
    GUI_KEY_END,
    GUI_KEY_BACKSPACE,
    GUI_KEY_C
};
bool gui_key_pressed(enum gui_key key);
bool gui_shift_down(void);
bool gui_ctrl_down(void);

// --- What gui_frame_end left to be drawn ---

// Positions in framebuffer pixels, texture coordinates, and a colour as the library packs it.
struct gui_vertex {
    float x, y, u, v;
    uint32_t colour;
};

struct gui_box {
    float left, top, right, bottom;
};

// `clip` is where its command draws, `box` where it may be seen; both within what was asked for. Borrowed.
struct gui_triangle {
    size_t texture;
    struct gui_box clip, box;
    const struct gui_vertex *corner[3];
};
// Shows all triangles that may be seen within a rectangle, in the order in which they are drawn.
void gui_each_triangle(struct gui_rect within, void (*visit)(void *context, const struct gui_triangle *),
                       void *context);

// Triangles in one texture: three vertices each, one after the other.
struct gui_command {
    size_t texture;
    struct gui_box clip;
    size_t first_vertex, vertex_count;
};
// Draws them, at most 65535 vertices, into the bound framebuffer, which shows `whole` of the window. Changes
// GL state and restores it.
void gui_render_triangles(struct gui_rect whole, const struct gui_vertex *vertices,
                          const struct gui_command *commands, size_t count);

#ifdef __cplusplus
}
#endif

#endif
