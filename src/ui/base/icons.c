// SPDX-License-Identifier: MIT
// The icons of the font, and Fovea's own as strokes.
#include "ui/base/icons.h"

#include "ui/base/imgui_bridge.h"

#include <math.h>

static const float PI = 3.14159265f;

const uint16_t *ui_icon_codes(size_t *count)
{
#define CODE(name, code) (code),
    static const uint16_t codes[] = {UI_FONT_ICONS(CODE)};
#undef CODE
    *count = sizeof codes / sizeof codes[0];
    return codes;
}

// On a grid of 24 x 24, lines 2 wide.
enum stroke_kind {
    END,
    MOVE, // to (a, b)
    LINE, // on to (a, b)
    CLOSE,
    CIRCLE,  // about (a, b), radius c
    DISC,    // the same, filled
    ELLIPSE, // about (a, b), radii c and d
    ARC,     // about (a, b), radius c, from d to e degrees, clockwise from the right; joins a line
    FILLED   // rectangle at (a, b), c wide and d high
};
struct stroke {
    enum stroke_kind kind;
    float a, b, c, d, e;
};
enum { MAX_STROKES = 16, MAX_POINTS = 40, CIRCLE_POINTS = 24 };

// clang-format off
static const struct stroke own_icons[][MAX_STROKES] = {
    [UI_ICON_RINGS] = {{DISC, 12, 12, 1.8f}, {CIRCLE, 12, 12, 5.5f}, {CIRCLE, 12, 12, 10}},
    [UI_ICON_ANNULUS] = {{CIRCLE, 12, 12, 9.5f}, {CIRCLE, 12, 12, 4}},
    [UI_ICON_ELLIPSE] = {{ELLIPSE, 12, 12, 10, 6.2f}},
    [UI_ICON_SECTOR] = {{MOVE, 12, 20.5f}, {LINE, 3.5f, 8.5f}, {ARC, 12, 20.5f, 14.7f, -125, -55}, {LINE, 12, 20.5f}, {CLOSE}},
    [UI_ICON_CAKE] = {{MOVE, 3, 4}, {LINE, 21, 4}, {LINE, 21, 20}, {LINE, 3, 20}, {CLOSE}, {MOVE, 8.5f, 4}, {LINE, 8.5f, 20},
                      {MOVE, 13, 4}, {LINE, 13, 20}, {MOVE, 17, 4}, {LINE, 17, 20}},
    [UI_ICON_MASK] = {{MOVE, 4, 4}, {LINE, 20, 4}, {LINE, 20, 20}, {LINE, 4, 20}, {CLOSE}, {MOVE, 4.5f, 11.5f}, {LINE, 11.5f, 4.5f},
                      {MOVE, 4.5f, 19}, {LINE, 19, 4.5f}, {MOVE, 12.5f, 19.5f}, {LINE, 19.5f, 12.5f}},
    [UI_ICON_BAR] = {{MOVE, 6, 3}, {LINE, 13, 3}, {LINE, 13, 21}, {LINE, 6, 21}, {CLOSE}, {MOVE, 13, 7}, {LINE, 18, 7},
                     {MOVE, 13, 12}, {LINE, 18, 12}, {MOVE, 13, 17}, {LINE, 18, 17}, {FILLED, 6, 12, 7, 9}},
    [UI_ICON_SPOTS] = {{DISC, 5, 7, 2.6f}, {DISC, 14, 5, 2}, {DISC, 19, 12, 2.6f}, {DISC, 10, 13, 2}, {DISC, 6, 19, 2}, {DISC, 16, 20, 2.6f}},
    [UI_ICON_MASSIF] = {{ARC, 12, 26.4f, 13, -134, -46}, {DISC, 5, 11.5f, 2.3f}, {DISC, 12, 7.5f, 2.3f}, {DISC, 19, 11.5f, 2.3f}},
    [UI_ICON_RADIAL] = {{MOVE, 3.5f, 3}, {LINE, 3.5f, 20.5f}, {LINE, 21, 20.5f}, {MOVE, 7, 17}, {LINE, 9.5f, 17}, {LINE, 11, 6},
                        {LINE, 12.5f, 17}, {LINE, 14.5f, 17}, {LINE, 16, 11}, {LINE, 17.5f, 17}, {LINE, 20.5f, 17}},
    [UI_ICON_LAYOUT_1] = {{MOVE, 3, 5}, {LINE, 21, 5}, {LINE, 21, 19}, {LINE, 3, 19}, {CLOSE}},
    [UI_ICON_LAYOUT_1X2] = {{MOVE, 3, 5}, {LINE, 21, 5}, {LINE, 21, 19}, {LINE, 3, 19}, {CLOSE}, {MOVE, 12, 5}, {LINE, 12, 19}},
    [UI_ICON_LAYOUT_2X2] = {{MOVE, 3, 5}, {LINE, 21, 5}, {LINE, 21, 19}, {LINE, 3, 19}, {CLOSE}, {MOVE, 12, 5}, {LINE, 12, 19},
                            {MOVE, 3, 12}, {LINE, 21, 12}},
    [UI_ICON_LAYOUT_3X2] = {{MOVE, 3, 5}, {LINE, 21, 5}, {LINE, 21, 19}, {LINE, 3, 19}, {CLOSE}, {MOVE, 9, 5}, {LINE, 9, 19},
                            {MOVE, 15, 5}, {LINE, 15, 19}, {MOVE, 3, 12}, {LINE, 21, 12}},
    [UI_ICON_SCALEBAR] = {{MOVE, 3, 9}, {LINE, 3, 17}, {MOVE, 21, 9}, {LINE, 21, 17}, {MOVE, 3, 13}, {LINE, 21, 13}},
    [UI_ICON_WIPE] = {{MOVE, 3, 5}, {LINE, 21, 5}, {LINE, 21, 19}, {LINE, 3, 19}, {CLOSE}, {MOVE, 12, 2}, {LINE, 12, 22}, {FILLED, 12, 5, 9, 14}},
    [UI_ICON_LOGO] = {{MOVE, 2, 12}, {LINE, 4.6f, 8.6f}, {LINE, 8, 6}, {LINE, 12, 5}, {LINE, 16, 6}, {LINE, 19.4f, 8.6f}, {LINE, 22, 12},
                      {LINE, 19.4f, 15.4f}, {LINE, 16, 18}, {LINE, 12, 19}, {LINE, 8, 18}, {LINE, 4.6f, 15.4f}, {CLOSE}, {DISC, 12, 12, 3.2f}},
};
// clang-format on

// Where the strokes go, and the line that has not been drawn yet.
struct pen {
    float x, y, unit; // of the grid, in framebuffer pixels
    uint32_t colour;
    struct gui_point points[MAX_POINTS];
    size_t count;
};

static void add_point(struct pen *pen, float x, float y)
{
    if (pen->count == MAX_POINTS)
        return;
    pen->points[pen->count++] = (struct gui_point){pen->x + x * pen->unit, pen->y + y * pen->unit};
}

static void add_arc(struct pen *pen, const struct stroke *stroke)
{
    enum { STEPS = 8 };
    for (int i = 0; i <= STEPS; i++) {
        const float angle = (stroke->d + (stroke->e - stroke->d) * (float)i / STEPS) * PI / 180;
        add_point(pen, stroke->a + stroke->c * cosf(angle), stroke->b + stroke->c * sinf(angle));
    }
}

static void add_ellipse(struct pen *pen, const struct stroke *stroke)
{
    for (int i = 0; i < CIRCLE_POINTS; i++) {
        const float angle = 2 * PI * (float)i / CIRCLE_POINTS;
        add_point(pen, stroke->a + stroke->c * cosf(angle), stroke->b + stroke->d * sinf(angle));
    }
}

static void finish_line(struct pen *pen, bool closed)
{
    const float width = 2 * pen->unit > 1 ? 2 * pen->unit : 1;
    if (pen->count > 1)
        gui_draw_polyline(pen->points, pen->count, pen->colour, width, closed);
    pen->count = 0;
}

static void draw_stroke(struct pen *pen, const struct stroke *stroke)
{
    const float x = pen->x + stroke->a * pen->unit, y = pen->y + stroke->b * pen->unit, unit = pen->unit;
    if (stroke->kind == LINE) {
        add_point(pen, stroke->a, stroke->b);
    } else if (stroke->kind == ARC) {
        add_arc(pen, stroke);
    } else if (stroke->kind == CLOSE) {
        finish_line(pen, true);
    } else {
        finish_line(pen, false);
        if (stroke->kind == MOVE)
            add_point(pen, stroke->a, stroke->b);
        else if (stroke->kind == CIRCLE)
            gui_draw_circle(x, y, stroke->c * unit, pen->colour, 2 * unit);
        else if (stroke->kind == DISC)
            gui_draw_circle(x, y, stroke->c * unit, pen->colour, 0);
        else if (stroke->kind == FILLED)
            gui_draw_rect((struct gui_rect){x, y, stroke->c * unit, stroke->d * unit}, pen->colour);
        else if (stroke->kind == ELLIPSE)
            add_ellipse(pen, stroke), finish_line(pen, true);
    }
}

static void draw_own(enum ui_icon icon, float x, float y, float side, uint32_t colour)
{
    struct pen pen = {.x = x, .y = y, .unit = side / 24, .colour = colour};
    for (int i = 0; i < MAX_STROKES && own_icons[icon][i].kind != END; i++)
        draw_stroke(&pen, &own_icons[icon][i]);
    finish_line(&pen, false);
}

// What stands for the code point in UTF-8: three bytes.
static void draw_glyph(enum ui_icon icon, float x, float y, float size, uint32_t colour)
{
    const unsigned code = (unsigned)icon;
    const char text[4] = {(char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 63)),
                          (char)(0x80 | (code & 63)), 0};
    const enum ui_font font = size <= 12 ? UI_I12 : size <= 16 ? UI_I16 : UI_I20;
    gui_draw_glyph(font, text, (struct gui_rect){x, y, gui_px(size), gui_px(size)}, size, colour);
}

void ui_icon_draw(enum ui_icon icon, float x, float y, float size, uint32_t colour)
{
    if (icon > UI_ICON_NONE && icon < UI_OWN_ICON_END)
        draw_own(icon, x, y, gui_px(size), colour);
    else if (icon > UI_OWN_ICON_END)
        draw_glyph(icon, x, y, size, colour);
}
