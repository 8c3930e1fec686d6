// SPDX-License-Identifier: MIT
// Layout and drawing of title, scale and colour bar beside the data.
#include "app/common/decoration.h"

#include "base/file.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Pixels at scale 1.
enum {
    MARGIN = 8,         // of what is written, on all sides
    SCALE_LENGTH = 120, // the scale is not longer
    SCALE_HEIGHT = 12,  // of the line below its text, with what is around it
    BAR_HEIGHT = 120,   // the least that a colour bar with its labels needs
    TITLE_WIDTH = 480,  // a picture is made wider for its title up to this
};

static const unsigned char WHITE[4] = {255, 255, 255, 255}, PLATE[4] = {0, 0, 0, 160};

static int scaled(int points, float scale)
{
    return (int)lroundf((float)points * scale);
}

// --- the title ---

static void write_title(const struct pane *pane, struct text *title)
{
    const char *name = path_title(pane_shown_name(pane));
    const char *part = pane->frame->info.title;
    text_safe(title, name, strlen(name));
    if (part[0] && !strstr(name, part)) { // unless the name was given with it
        text_append(title, "  ");
        text_safe(title, part, strlen(part));
    }
    pane_append_frame(pane, title);
}

// --- layout ---

struct decoration decoration_of(struct pane *pane, int height, float scale)
{
    struct decoration made = {0};
    struct text title = {0};
    const int line = (int)overlay_line_height(pane->common->overlay, scale), margin = scaled(MARGIN, scale);
    write_title(pane, &title);
    snprintf(made.title, sizeof made.title, "%s", text_string(&title));
    text_free(&title);
    const int title_width = (int)ceilf(overlay_text_width(pane->common->overlay, made.title, scale));
    made.top = line + 2 * margin;
    made.bottom = line + scaled(SCALE_HEIGHT, scale) + 2 * margin;
    made.least_height = scaled(BAR_HEIGHT, scale);
    const struct colour_bar bar = pane_colour_bar(pane);
    const int bar_height = height > made.least_height ? height : made.least_height;
    made.right = overlay_colour_bar_width(pane->common->overlay, &bar, bar_height, scale);
    made.least_width =
        2 * margin + (title_width < scaled(TITLE_WIDTH, scale) ? title_width : scaled(TITLE_WIDTH, scale));
    return made;
}

// --- drawing ---

// A bar of a round number of image pixels below the area, with its length written over it.
static void draw_scale(struct pane *pane, struct rect area, int height, float scale)
{
    const double zoom = pane->view.camera.zoom;
    const double room =
        fmax(1, fmin(SCALE_LENGTH * (double)scale, (double)area.width - 4.0 * MARGIN * scale));
    const double target = room / zoom, decade = pow(10, floor(log10(target)));
    const double length = decade * (target >= 5 * decade ? 5 : target >= 2 * decade ? 2 : 1);
    char text[48];
    snprintf(text, sizeof text, "%g px", length);
    const float width = (float)(length * zoom), margin = (float)MARGIN * scale;
    const float text_width = overlay_text_width(pane->common->overlay, text, scale);
    const float plate = fmaxf(width, text_width) + 2 * margin;
    const float bottom = (float)height - margin, left = fmaxf(margin, (float)area.x);
    const float top = bottom - overlay_line_height(pane->common->overlay, scale) - SCALE_HEIGHT * scale;
    overlay_rect(pane->common->overlay, left, top, plate, bottom - top, PLATE);
    overlay_text(pane->common->overlay, text, left + margin, top + 2 * scale, scale, WHITE, false);
    overlay_rect(pane->common->overlay, left + margin, bottom - 7 * scale, width, 3 * scale, WHITE);
}

void decoration_draw(struct pane *pane, const struct decoration *decoration, int width, int height,
                     struct rect area, float scale)
{
    const struct colour_bar bar = pane_colour_bar(pane);
    const float margin = (float)MARGIN * scale;
    char title[sizeof decoration->title];
    memcpy(title, decoration->title, sizeof title);
    overlay_cut_text(pane->common->overlay, title, sizeof title, (float)width - 2 * margin, scale);
    overlay_text(pane->common->overlay, title, margin, margin, scale, WHITE, true);
    draw_scale(pane, area, height, scale);
    overlay_colour_bar(pane->common->overlay, &bar, width - decoration->right, decoration->top,
                       decoration->right, height - decoration->top - decoration->bottom, scale);
}
