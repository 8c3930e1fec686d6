// SPDX-License-Identifier: MIT
// Which part of the image is seen, how large and which way up: pure arithmetic.
//
// Image coordinates: pixel (column, row) covers [column, column + 1) x [row, row + 1); row 0 is the first row
// of the file. Screen coordinates: pixels of the viewport, (0, 0) is its upper left corner, y down. The map
// is screen = M * (image - center) + viewport / 2 with M = zoom * rotation * flips.
#ifndef FOVEA_VIEW_CAMERA_H
#define FOVEA_VIEW_CAMERA_H

#include "image/frame.h"

#include <stdbool.h>

enum { CAMERA_VALUES_ZOOM = 24 }; // from this zoom on, values are written in the pixels
#define CAMERA_MIN_ZOOM (1.0 / 4096.0)
#define CAMERA_MAX_ZOOM 256.0

struct camera {
    double center_x, center_y; // image coordinates of the viewport's middle
    double zoom;               // screen pixels per image pixel
    int quarter_turns;         // 0 to 3, clockwise on the screen
    bool flip_x, flip_y;       // mirror columns, rows (before rotation)
    bool origin_lower;         // row 0 at the bottom of the screen
    bool origin_chosen;        // by the user; else each image is shown as its format has it
    bool native_lower;         // the image's format has row 0 at the bottom
    bool fit;                  // keep the whole image in view when the viewport or the image changes
    int viewport_width, viewport_height; // screen pixels; at least 1
    int64_t image_width, image_height;   // image pixels; at least 1
};

struct camera camera_default(void); // fit, upright, origin upper, viewport and image 1 x 1

// New sizes. With `fit` on the view is fitted again; else zoom and centre stay (the centre clamped into the
// image).
void camera_set_viewport(struct camera *camera, int width, int height);
void camera_set_image(struct camera *camera, int64_t width, int64_t height);

// Sets fit and zooms so that the image just fits, never beyond the largest zoom, and never so far out that a
// thin image is less than two screen pixels across: its long side then does not fit.
void camera_fit(struct camera *camera);
void camera_fill(struct camera *camera);                  // the image covers the viewport; clears fit
void camera_set_zoom(struct camera *camera, double zoom); // about the viewport's middle; clears fit; clamped
// Zooms by `factor` keeping the image point under the screen point (sx, sy) where it is.
void camera_zoom_at(struct camera *camera, double factor, double sx, double sy);
void camera_pan(struct camera *camera, double screen_dx, double screen_dy); // moves the picture; clears fit
void camera_look_at(struct camera *camera, double image_x, double image_y); // centre there; clears fit
void camera_rotate(struct camera *camera, int quarter_turns);               // adds turns; the centre stays
void camera_flip(struct camera *camera, bool horizontal);                   // as seen on the screen
// Neither turned nor mirrored, with row 0 where the image's format has it; the centre stays.
void camera_upright(struct camera *camera);

// The camera of the rectangle (x, y from the upper left) of the viewport, for drawings that are made in
// parts: each pixel shows what it shows in the whole.
struct camera camera_part(const struct camera *camera, int x, int y, int width, int height);

// The affine map image -> screen as {m00, m01, m10, m11, tx, ty}: sx = m00 x + m01 y + tx. At zooms of 1 and
// above that are whole numbers the translation is rounded so that pixel edges fall on screen pixel edges.
void camera_matrix(const struct camera *camera, double matrix[6]);
void camera_to_screen(const struct camera *camera, double x, double y, double *sx, double *sy);
void camera_to_image(const struct camera *camera, double sx, double sy, double *x, double *y);
// The pixel under a screen point; false when outside the image.
bool camera_pixel_at(const struct camera *camera, double sx, double sy, int64_t *x, int64_t *y);
// The image pixels that are at least partly in view, clipped to the image; width 0 if none.
struct rect camera_visible(const struct camera *camera);
// The pyramid level to draw: the largest whose pixel is not larger than a screen pixel, 0 to `levels`.
int camera_level(const struct camera *camera, int levels);

#endif
