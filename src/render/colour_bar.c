// SPDX-License-Identifier: MIT
// The colour bar: colours at equal steps along the map, ticks at round values.
#include "base/text.h"
#include "render/overlay_internal.h"
#include "view/ticks.h"

#include <math.h>
#include <stdlib.h>
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
    LEAST_HEIGHT = 24, // of the bar itself
    UNIT_WIDTH = 110
};

// Everything in whole screen pixels.
struct layout {
    int plate_x, plate_y, plate_width, plate_height;
    int bar_x, bar_y, bar_width, bar_height;
    int cap; // height of the caps, 0 if there are none
    int text_size;
    int pixel;     // width of a tick's line
    char unit[64]; // as much of it as there is room for
    int unit_width;
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

// The unit, cut where it would make the plate wider than UNIT_WIDTH.
static void lay_out_unit(struct overlay *overlay, struct layout *layout, const char *unit, float scale)
{
    static const char more[] = "…";
    const char *at = unit ? unit : "";
    size_t used = 0;
    layout->unit[0] = '\0';
    while (*at) {
        const char *next = at;
        utf8_next(&next);
        const size_t bytes = (size_t)(next - at);
        const int width = overlay_measure(overlay, unit, (size_t)(next - unit), layout->text_size);
        const bool fits =
            used + bytes + sizeof more <= sizeof layout->unit && width <= scaled(UNIT_WIDTH, scale);
        memcpy(layout->unit + used, fits ? at : more, fits ? bytes + 1 : sizeof more);
        used += fits ? bytes : sizeof more - 1;
        layout->unit[used] = '\0';
        if (!fits)
            break;
        at = next;
    }
    layout->unit_width = overlay_measure(overlay, layout->unit, used, layout->text_size);
}

// The vertical part, which does not depend on the labels. False if there is no room for a bar.
static bool lay_out_height(struct layout *layout, const struct display *display, int y, int height,
                           float scale)
{
    layout->pixel = scaled(1, scale);
    layout->cap = has_caps(display) ? scaled(CAP_HEIGHT, scale) : 0;
    layout->plate_y = y + scaled(MARGIN, scale);
    layout->plate_height = height - 2 * scaled(MARGIN, scale);
    const int inset = scaled(PADDING, scale) + layout->cap;
    const int unit = layout->unit[0] ? layout->text_size + scaled(LABEL_GAP, scale) : 0;
    layout->bar_y = layout->plate_y + inset + unit;
    layout->bar_height = layout->plate_height - 2 * inset - unit;
    return layout->bar_height >= scaled(LEAST_HEIGHT, scale);
}

// The horizontal part that does not depend on the rectangle.
static void lay_out_plate(struct layout *layout, int label_width, float scale)
{
    layout->bar_width = scaled(BAR_WIDTH, scale);
    const int bar = layout->bar_width + scaled(MAJOR_TICK, scale) + scaled(LABEL_GAP, scale) + label_width;
    layout->plate_width = 2 * scaled(PADDING, scale) + (bar > layout->unit_width ? bar : layout->unit_width);
}

// From the right edge inwards. False if it does not fit.
static bool lay_out_width(struct layout *layout, int x, int width, float scale)
{
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
    unsigned char(*rows)[3] = must_alloc((size_t)layout->bar_height * sizeof *rows);
    for (int row = 0; row < layout->bar_height; row++) {
        const double t = 1.0 - (double)row / (layout->bar_height - 1);
        double rgb[3];
        colormap_colour(colormap, reversed ? 1.0 - t : t, rgb);
        for (int i = 0; i < 3; i++)
            rows[row][i] = (unsigned char)lround(rgb[i]);
    }
    overlay_rows(overlay, layout->bar_x, layout->bar_y, layout->bar_width, (const unsigned char(*)[3])rows,
                 (size_t)layout->bar_height);
    free(rows);
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

// Unit, heights, ticks and the plate's width. False if there is no room for a bar.
static bool lay_out(struct overlay *overlay, const struct colour_bar *bar, int y, int height, float scale,
                    struct layout *layout, struct tick ticks[TICKS_MAX], size_t *count)
{
    layout->text_size = overlay_text_size(TEXT_POINTS, scale);
    lay_out_unit(overlay, layout, bar->unit, scale);
    if (!lay_out_height(layout, &bar->view->display, y, height, scale))
        return false;
    const struct tick_scale tick_scale = {.limits = bar->view->contrast.limits,
                                          .transfer = bar->view->contrast.transfer,
                                          .histogram = bar->histogram,
                                          .gap = LABEL_PITCH * layout->text_size / layout->bar_height};
    *count = ticks_find(&tick_scale, ticks);
    lay_out_plate(layout, widest_label(overlay, ticks, *count, layout->text_size), scale);
    return true;
}

int overlay_colour_bar_width(struct overlay *overlay, const struct colour_bar *bar, int height, float scale)
{
    struct layout layout;
    struct tick ticks[TICKS_MAX];
    size_t count;
    const bool fits = lay_out(overlay, bar, 0, height, scale, &layout, ticks, &count);
    return fits ? layout.plate_width + 2 * scaled(MARGIN, scale) : 0;
}

void overlay_colour_bar(struct overlay *overlay, const struct colour_bar *bar, int x, int y, int width,
                        int height, float scale)
{
    const struct display *display = &bar->view->display;
    struct layout layout;
    struct tick ticks[TICKS_MAX];
    size_t count;
    if (!lay_out(overlay, bar, y, height, scale, &layout, ticks, &count) ||
        !lay_out_width(&layout, x, width, scale))
        return;
    rect(overlay, layout.plate_x, layout.plate_y, layout.plate_width, layout.plate_height, PLATE);
    draw_gradient(overlay, &layout, bar->colormap, display_is_reversed(display));
    overlay_write(overlay, layout.unit, strlen(layout.unit), layout.bar_x,
                  layout.plate_y + scaled(LABEL_GAP, scale) + layout.text_size, layout.text_size, INK);
    draw_cap(overlay, &layout, &display->special[SPECIAL_OVER], true);
    draw_cap(overlay, &layout, &display->special[SPECIAL_UNDER], false);
    for (size_t i = 0; i < count; i++)
        draw_tick(overlay, &layout, &ticks[i], scale);
}
