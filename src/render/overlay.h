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

// A vertical colour bar at the right edge of the rectangle (screen pixels): colours of the current map
// between the limits with ticks at round values in real units (positions through the transfer function;
// decades for log). `histogram` is for equalize and may be NULL.
void overlay_colour_bar(struct overlay *overlay, const struct view *view, const struct colormap *colormap,
                        const struct histogram *histogram, int x, int y, int width, int height, float scale);

// A line of text (UTF-8, any script) with its upper left corner at (x, y), on a translucent plate if `plate`,
// which reaches 4 * scale pixels further left and right and scale pixels further up and down. Code points are
// set from left to right in their order, each by itself.
void overlay_text(struct overlay *overlay, const char *text, float x, float y, float scale,
                  const unsigned char rgb[3], bool plate);
// The width in screen pixels that overlay_text will take, and the height of a line.
float overlay_text_width(struct overlay *overlay, const char *text, float scale);
float overlay_line_height(const struct overlay *overlay, float scale);
void overlay_rect(struct overlay *overlay, float x, float y, float width, float height,
                  const unsigned char rgba[4]);

// A straight line of `width` screen pixels.
void overlay_line(struct overlay *overlay, float x1, float y1, float x2, float y2, float width,
                  const unsigned char rgba[4]);

// Draws all that was added since the last flush onto the bound target and forgets it.
void overlay_flush(struct overlay *overlay, int target_width, int target_height);

#endif
