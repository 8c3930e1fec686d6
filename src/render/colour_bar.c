// SPDX-License-Identifier: MIT
// The colour bar: colours at equal steps along the map, ticks at round values.
#include "render/overlay_internal.h"
#include "view/ticks.h"

#include <math.h>
#include <string.h>

static const unsigned char PLATE[4] = {0, 0, 0, 176};
static const unsigned char INK[4] = {238, 238, 238, 255};

// The least distance of two labels, of the em.
static const double LABEL_PITCH = 2.2;

// Sizes in pixels at scale 1.
enum {
    TEXT_POINTS = 12,
    MARGIN = 8,  // between the plate and the edges of the rectangle
    PADDING = 8, // between the plate's edge and what is on it
    BAR_WIDTH = 16,
    MAJOR_TICK = 5,
    MINOR_TICK = 3,
    LABEL_GAP = 4,
    CAP_HEIGHT = 8,
    LEAST_HEIGHT = 24 // of the bar itself
};

// Everything in whole screen pixels.
struct layout {
    int plate_x, plate_y, plate_width, plate_height;
    int bar_x, bar_y, bar_width, bar_height;
    int cap; // height of the caps, 0 if there are none
    int text_size;
    int pixel; // width of a tick's line
};

static int scaled(int points, float scale)
{
    const int size = (int)lroundf((float)points * scale);
    return size > 0 ? size : 1;
}

static bool has_caps(const struct display *display)
{
    return display->special[SPECIAL_UNDER].on || display->special[SPECIAL_OVER].on;
}

// The vertical part, which does not depend on the labels. False if there is no room for a bar.
static bool lay_out_height(struct layout *layout, const struct display *display, int y, int height,
                           float scale)
{
    layout->text_size = overlay_text_size(TEXT_POINTS, scale);
    layout->pixel = scaled(1, scale);
    layout->cap = has_caps(display) ? scaled(CAP_HEIGHT, scale) : 0;
    layout->plate_y = y + scaled(MARGIN, scale);
    layout->plate_height = height - 2 * scaled(MARGIN, scale);
    const int inset = scaled(PADDING, scale) + layout->cap;
    layout->bar_y = layout->plate_y + inset;
    layout->bar_height = layout->plate_height - 2 * inset;
    return layout->bar_height >= scaled(LEAST_HEIGHT, scale);
}

// The horizontal part, from the right edge inwards. False if it does not fit.
static bool lay_out_width(struct layout *layout, int label_width, int x, int width, float scale)
{
    layout->bar_width = scaled(BAR_WIDTH, scale);
    layout->plate_width = 2 * scaled(PADDING, scale) + layout->bar_width + scaled(MAJOR_TICK, scale) +
                          scaled(LABEL_GAP, scale) + label_width;
    layout->plate_x = x + width - scaled(MARGIN, scale) - layout->plate_width;
    layout->bar_x = layout->plate_x + scaled(PADDING, scale);
    return layout->plate_x >= x;
}

static int widest_label(struct overlay *overlay, const struct tick *ticks, size_t count, int text_size)
{
    int widest = 0;
    for (size_t i = 0; i < count; i++) {
        const int width = overlay_measure(overlay, ticks[i].label, strlen(ticks[i].label), text_size);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void rect(struct overlay *overlay, int x, int y, int width, int height, const unsigned char rgba[4])
{
    overlay_rect(overlay, (float)x, (float)y, (float)width, (float)height, rgba);
}

// Row i from the top shows t = 1 - i / (height - 1), so that both end colours are there.
static void draw_gradient(struct overlay *overlay, const struct layout *layout,
                          const struct colormap *colormap, bool reversed)
{
    for (int row = 0; row < layout->bar_height; row++) {
        const double t = 1.0 - (double)row / (layout->bar_height - 1);
        double rgb[3];
        colormap_colour(colormap, reversed ? 1.0 - t : t, rgb);
        const unsigned char rgba[4] = {(unsigned char)lround(rgb[0]), (unsigned char)lround(rgb[1]),
                                       (unsigned char)lround(rgb[2]), 255};
        rect(overlay, layout->bar_x, layout->bar_y + row, layout->bar_width, 1, rgba);
    }
}

// A triangle in the special colour that points away from the bar's end: up for over, down for under.
static void draw_cap(struct overlay *overlay, const struct layout *layout,
                     const struct special_colour *special, bool up)
{
    if (!special->on)
        return;
    const unsigned char rgba[4] = {special->rgb[0], special->rgb[1], special->rgb[2], 255};
    for (int row = 0; row < layout->cap; row++) {
        // One row of the plate stays between the bar and the cap.
        const int y = up ? layout->bar_y - 2 - row : layout->bar_y + layout->bar_height + 1 + row;
        const int narrower = row * layout->bar_width / (2 * layout->cap);
        rect(overlay, layout->bar_x + narrower, y, layout->bar_width - 2 * narrower, 1, rgba);
    }
}

static void draw_tick(struct overlay *overlay, const struct layout *layout, const struct tick *tick,
                      float scale)
{
    const int y = layout->bar_y + (int)lround((1.0 - tick->position) * (layout->bar_height - 1));
    const int x = layout->bar_x + layout->bar_width;
    const int length = scaled(tick->label[0] ? MAJOR_TICK : MINOR_TICK, scale);
    rect(overlay, x, y - layout->pixel / 2, length, layout->pixel, INK);
    // Digits are 0.73 of the em high: their middle goes to the tick.
    const int baseline = y + (int)lroundf(0.365f * (float)layout->text_size);
    overlay_write(overlay, tick->label, strlen(tick->label),
                  x + scaled(MAJOR_TICK, scale) + scaled(LABEL_GAP, scale), baseline, layout->text_size, INK);
}

void overlay_colour_bar(struct overlay *overlay, const struct view *view, const struct colormap *colormap,
                        const struct histogram *histogram, int x, int y, int width, int height, float scale)
{
    const struct display *display = &view->display;
    struct layout layout;
    if (!lay_out_height(&layout, display, y, height, scale))
        return;
    const struct tick_scale tick_scale = {.limits = view->contrast.limits,
                                          .transfer = view->contrast.transfer,
                                          .histogram = histogram,
                                          .gap = LABEL_PITCH * layout.text_size / layout.bar_height};
    struct tick ticks[TICKS_MAX];
    const size_t count = ticks_find(&tick_scale, ticks);
    if (!lay_out_width(&layout, widest_label(overlay, ticks, count, layout.text_size), x, width, scale))
        return;
    rect(overlay, layout.plate_x, layout.plate_y, layout.plate_width, layout.plate_height, PLATE);
    draw_gradient(overlay, &layout, colormap, display->reversed);
    draw_cap(overlay, &layout, &display->special[SPECIAL_OVER], true);
    draw_cap(overlay, &layout, &display->special[SPECIAL_UNDER], false);
    for (size_t i = 0; i < count; i++)
        draw_tick(overlay, &layout, &ticks[i], scale);
}
