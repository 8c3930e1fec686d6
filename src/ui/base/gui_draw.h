// SPDX-License-Identifier: MIT
// Inside the ui layer: drawing of one's own, and rectangles that take the mouse; a part of imgui_bridge.h.
//
// Lengths are framebuffer pixels of the window, colours 0xRRGGBBAA. What is drawn goes into the window that
// is open, over what was drawn there before.
#ifndef FOVEA_UI_BASE_GUI_DRAW_H
#define FOVEA_UI_BASE_GUI_DRAW_H

#include "ui/base/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gui_rect {
    float x, y, width, height;
};
struct gui_point {
    float x, y;
};

// A rectangle that takes the mouse: `place` is where it lies, x and y the mouse within it.
struct gui_mouse_area {
    struct gui_rect place;
    float x, y, wheel;
    float moved_x, moved_y;                      // since the button went down, while it is held
    bool hovered, pressed, held, double_clicked; // pressed: the button went down now
    bool dragged;                                // it is held, and has moved by more than a click's tremble
    bool clicked;                                // it was let go here without a drag, or chosen by a key
    bool right_clicked;
    bool focused; // the keyboard's place is here, and is to be shown
};
void gui_canvas(const char *id, float width, float height, struct gui_mouse_area *area);
void gui_move_to(float x, float y); // the next item will be there, framebuffer pixels of the window
struct gui_rect gui_here(void);     // the cursor: where the next item will be; width and height 0
void gui_draw_rect(struct gui_rect rect, uint32_t colour);
// Outline within the rectangle, whose corners are round by `radius`.
void gui_draw_frame(struct gui_rect rect, uint32_t colour, float radius, float width);
void gui_draw_rounded(struct gui_rect rect, uint32_t colour, float radius);
void gui_draw_gradient(struct gui_rect rect, uint32_t left, uint32_t right);
void gui_draw_quad(const struct gui_point corners[4], uint32_t colour);
void gui_draw_line(float x0, float y0, float x1, float y1, uint32_t colour, float width);
void gui_draw_polyline(const struct gui_point *points, size_t count, uint32_t colour, float width,
                       bool closed);
void gui_draw_circle(float x, float y, float radius, uint32_t colour, float width); // width 0 = filled
// From angle to angle in radians, clockwise from the right.
void gui_draw_arc(float x, float y, float radius, float from, float to, uint32_t colour, float width);
void gui_draw_text(float x, float y, uint32_t colour, const char *text);
// One line at the left, in the middle or at the right of a rectangle and in the middle of its height; what is
// too wide ends with "...". Returns the width that the text takes.
enum gui_align { GUI_LEFT, GUI_MIDDLE, GUI_RIGHT };
float gui_draw_label(struct gui_rect rect, enum gui_align align, uint32_t colour, const char *text);
// For tests: `watch` is told of each label that is drawn from now on, where its text stands and how wide the
// whole of that is; with `longer` all words are a third longer, as another language may have them. NULL: no
// more.
typedef void gui_label_watch(void *context, struct gui_rect place, float width, const char *text);
void gui_watch_labels(gui_label_watch *watch, void *context, bool longer);
// A character of a font in the middle of a rectangle, `size` layout pixels per em.
void gui_draw_glyph(enum ui_font font, const char *text, struct gui_rect rect, float size, uint32_t colour);
// What is drawn until gui_clip_end stays within the rectangle.
void gui_clip_begin(struct gui_rect rect);
void gui_clip_end(void);
// The part of a GL texture from (u, v) by (u_size, v_size), upside up, into the rectangle.
void gui_draw_texture(struct gui_rect rect, unsigned texture, float u, float v, float u_size, float v_size);
bool gui_clicked_outside(struct gui_rect rect); // a button of the mouse went down, not over it
bool gui_hovers(struct gui_rect rect);          // the mouse is over it, and this window is not covered there

enum gui_cursor {
    GUI_CURSOR_ARROW,
    GUI_CURSOR_HAND,
    GUI_CURSOR_EW,
    GUI_CURSOR_NS,
    GUI_CURSOR_MOVE,
    GUI_CURSOR_TEXT
};
void gui_cursor(enum gui_cursor cursor); // the mouse pointer in this frame, over a panel

#ifdef __cplusplus
}
#endif

#endif
