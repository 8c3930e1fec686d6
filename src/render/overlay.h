// SPDX-License-Identifier: MIT
// What is written over the picture: pixel values at high zoom, the colour bar with its ticks, and the
// decoration of an exported picture. The same in the window and in the file.
#ifndef FOVEA_RENDER_OVERLAY_H
#define FOVEA_RENDER_OVERLAY_H

#include "gpu/gpu.h"
#include "view/view.h"

// Owns the glyph texture and the batch.
struct overlay;

enum status overlay_create(struct gpu *gpu, struct overlay **overlay, struct error *error);
void overlay_destroy(struct overlay **address);

// The text of one image pixel, and whether it is masked or special; `size` bytes at `text`. Called for
// visible pixels only.
struct pixel_text_source {
    void *context;
    // Writes the exact value's text; returns false if it is not known yet.
    bool (*text)(void *context, int64_t x, int64_t y, char *text, size_t size);
    // The colour the pixel is shown in, so that the text can be drawn black or white.
    void (*colour)(void *context, int64_t x, int64_t y, unsigned char rgb[3]);
};

// Values in the pixels; draws nothing below CAMERA_VALUES_ZOOM. `scale` is the text scale (1 = normal, 2 =
// HiDPI).
void overlay_pixel_values(struct overlay *overlay, const struct view *view,
                          const struct pixel_text_source *source, float scale);

// For drawings made in parts, where all values shall have the size that they have in the whole: first the
// texts that need most room are gathered from all parts (zero-initialise), then each part is drawn with them.
// `pixels` are the image pixels of the part, within the image; `view` is that of the whole drawing.
struct overlay_widest {
    char whole[32], first[32], second[32]; // the widest text, and the widest cut into two lines
    int whole_width, cut_width;
};
void overlay_widest_values(struct overlay_widest *widest, const struct view *view, struct rect pixels,
                           const struct pixel_text_source *source);
void overlay_part_values(struct overlay *overlay, const struct view *view, struct rect pixels,
                         const struct pixel_text_source *source, const struct overlay_widest *widest,
                         float scale);

// What a colour bar shows. All borrowed.
struct colour_bar {
    const struct view *view;
    const struct colormap *colormap;
    const struct histogram *histogram; // for equalize; may be NULL
    const char *unit;                  // of the values, written over the bar; NULL or "" = not known
};

// A vertical colour bar at the right edge of the rectangle (screen pixels): colours of the current map
// between the limits with ticks at round values in real units (positions through the transfer function;
// decades for log). Nothing where there is no room.
void overlay_colour_bar(struct overlay *overlay, const struct colour_bar *bar, int x, int y, int width,
                        int height, float scale);
// The width of a rectangle of that height that the bar just fits, with the margins at both sides of it; 0
// where the height is too small for a bar.
int overlay_colour_bar_width(struct overlay *overlay, const struct colour_bar *bar, int height, float scale);

// A line of text (UTF-8, any script) with its upper left corner at (x, y), on a translucent plate if `plate`,
// which reaches 4 * scale pixels further left and right and scale pixels further up and down. Code points are
// set from left to right in their order, each by itself.
void overlay_text(struct overlay *overlay, const char *text, float x, float y, float scale,
                  const unsigned char rgb[3], bool plate);
// The width in screen pixels that overlay_text will take, and the height of a line.
float overlay_text_width(struct overlay *overlay, const char *text, float scale);
float overlay_line_height(const struct overlay *overlay, float scale);
// Cuts a line (of at most `size` bytes) at a character until it is no wider than that, with "…" at its end.
void overlay_cut_text(struct overlay *overlay, char *line, size_t size, float width, float scale);
void overlay_rect(struct overlay *overlay, float x, float y, float width, float height,
                  const unsigned char rgba[4]);

// A straight line of `width` screen pixels.
void overlay_line(struct overlay *overlay, float x1, float y1, float x2, float y2, float width,
                  const unsigned char rgba[4]);

// Draws all that was added since the last flush onto the bound target and forgets it.
void overlay_flush(struct overlay *overlay, int target_width, int target_height);
// The same for a viewport of width x height that is a part of a larger drawing: (x, y) of the drawing is in
// its upper left corner.
void overlay_flush_part(struct overlay *overlay, int x, int y, int width, int height);

#endif
