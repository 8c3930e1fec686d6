// SPDX-License-Identifier: MIT
// Zoom, pan, rotation and the maps between image and screen.
#include "view/camera.h"

#include "base/size.h"

#include <math.h>
#include <stdlib.h>

// The picture can be moved out of the viewport until this many screen pixels of it are left.
static const double kept_in_view = 16.0;

// A thin image, such as a spectrum of one row, would be a hair, or nothing, if its long side fitted: it is
// never shown thinner than this many screen pixels. Its pixels stay square, because all that is drawn and
// measured on them goes by that; the long side reaches beyond the viewport and can be panned.
static const double least_thickness = 2.0;

static double clamp(double value, double least, double most)
{
    return value > least ? (value < most ? value : most) : least;
}

static int wrapped_turns(int turns)
{
    return ((turns % 4) + 4) % 4;
}

// The 2 x 2 part of the map without zoom: entries are -1, 0 or 1.
static void orientation(const struct camera *camera, double m[4])
{
    static const double rotations[4][4] = {{1, 0, 0, 1}, {0, -1, 1, 0}, {-1, 0, 0, -1}, {0, 1, -1, 0}};
    const double *rotation = rotations[wrapped_turns(camera->quarter_turns)];
    double mirror_x = camera->flip_x ? -1.0 : 1.0;
    double mirror_y = camera->flip_y != camera->origin_lower ? -1.0 : 1.0;
    m[0] = rotation[0] * mirror_x;
    m[1] = rotation[1] * mirror_y;
    m[2] = rotation[2] * mirror_x;
    m[3] = rotation[3] * mirror_y;
}

// Image vector of a screen vector: the orientation is orthogonal, so its inverse is its transpose.
static void screen_vector_to_image(const struct camera *camera, double sx, double sy, double *x, double *y)
{
    double m[4];
    orientation(camera, m);
    *x = (m[0] * sx + m[2] * sy) / camera->zoom;
    *y = (m[1] * sx + m[3] * sy) / camera->zoom;
}

// Zooms at which the image's width and height fill the viewport's.
static void fitting_zooms(const struct camera *camera, double *horizontal, double *vertical)
{
    bool turned = camera->quarter_turns & 1;
    *horizontal = camera->viewport_width / (double)(turned ? camera->image_height : camera->image_width);
    *vertical = camera->viewport_height / (double)(turned ? camera->image_width : camera->image_height);
}

static void zoom_whole(struct camera *camera, double zoom)
{
    camera->zoom = clamp(zoom, CAMERA_MIN_ZOOM, CAMERA_MAX_ZOOM);
    camera->center_x = camera->image_width / 2.0;
    camera->center_y = camera->image_height / 2.0;
}

static void keep_in_view(struct camera *camera)
{
    bool turned = camera->quarter_turns & 1;
    double across = turned ? camera->viewport_height : camera->viewport_width;
    double down = turned ? camera->viewport_width : camera->viewport_height;
    double margin_x = fmax(0.0, across / 2.0 - kept_in_view) / camera->zoom;
    double margin_y = fmax(0.0, down / 2.0 - kept_in_view) / camera->zoom;
    camera->center_x = clamp(camera->center_x, -margin_x, (double)camera->image_width + margin_x);
    camera->center_y = clamp(camera->center_y, -margin_y, (double)camera->image_height + margin_y);
}

static void sizes_changed(struct camera *camera)
{
    if (camera->fit) {
        camera_fit(camera);
        return;
    }
    camera->center_x = clamp(camera->center_x, 0.0, (double)camera->image_width);
    camera->center_y = clamp(camera->center_y, 0.0, (double)camera->image_height);
}

struct camera camera_default(void)
{
    struct camera camera = {
        .fit = true, .viewport_width = 1, .viewport_height = 1, .image_width = 1, .image_height = 1};
    camera_fit(&camera);
    return camera;
}

void camera_set_viewport(struct camera *camera, int width, int height)
{
    width = width < 1 ? 1 : width;
    height = height < 1 ? 1 : height;
    // A centre that was moved beyond the image's edge stays there while nothing changes.
    if (!camera->fit && width == camera->viewport_width && height == camera->viewport_height)
        return;
    camera->viewport_width = width;
    camera->viewport_height = height;
    sizes_changed(camera);
}

void camera_set_image(struct camera *camera, int64_t width, int64_t height)
{
    camera->image_width = int64_max(width, 1);
    camera->image_height = int64_max(height, 1);
    sizes_changed(camera);
}

void camera_fit(struct camera *camera)
{
    double horizontal, vertical;
    fitting_zooms(camera, &horizontal, &vertical);
    const double seen = least_thickness / (double)int64_min(camera->image_width, camera->image_height);
    zoom_whole(camera, fmax(fmin(horizontal, vertical), fmin(fmax(horizontal, vertical), seen)));
    camera->fit = true;
}

void camera_fill(struct camera *camera)
{
    double horizontal, vertical;
    fitting_zooms(camera, &horizontal, &vertical);
    zoom_whole(camera, fmax(horizontal, vertical));
    camera->fit = false;
}

void camera_set_zoom(struct camera *camera, double zoom)
{
    if (!isfinite(zoom))
        return;
    camera->zoom = clamp(zoom, CAMERA_MIN_ZOOM, CAMERA_MAX_ZOOM);
    camera->fit = false;
}

void camera_zoom_at(struct camera *camera, double factor, double sx, double sy)
{
    double x, y, dx, dy;
    if (!isfinite(factor) || factor <= 0.0)
        return;
    camera_to_image(camera, sx, sy, &x, &y);
    camera_set_zoom(camera, camera->zoom * factor);
    screen_vector_to_image(camera, sx - camera->viewport_width / 2.0, sy - camera->viewport_height / 2.0, &dx,
                           &dy);
    camera->center_x = x - dx;
    camera->center_y = y - dy;
    keep_in_view(camera);
}

void camera_pan(struct camera *camera, double screen_dx, double screen_dy)
{
    double dx, dy;
    screen_vector_to_image(camera, screen_dx, screen_dy, &dx, &dy);
    camera->center_x -= dx;
    camera->center_y -= dy;
    camera->fit = false;
    keep_in_view(camera);
}

void camera_look_at(struct camera *camera, double image_x, double image_y)
{
    camera->center_x = image_x;
    camera->center_y = image_y;
    camera->fit = false;
}

void camera_rotate(struct camera *camera, int quarter_turns)
{
    camera->quarter_turns = wrapped_turns(camera->quarter_turns + wrapped_turns(quarter_turns));
    if (camera->fit)
        camera_fit(camera);
}

void camera_flip(struct camera *camera, bool horizontal)
{
    // After an odd number of quarter turns the image's rows run down the screen.
    bool columns = horizontal != (bool)(camera->quarter_turns & 1);
    if (columns)
        camera->flip_x = !camera->flip_x;
    else
        camera->flip_y = !camera->flip_y;
}

void camera_matrix(const struct camera *camera, double matrix[6])
{
    orientation(camera, matrix);
    for (int i = 0; i < 4; i++)
        matrix[i] *= camera->zoom;
    matrix[4] = camera->viewport_width / 2.0 - (matrix[0] * camera->center_x + matrix[1] * camera->center_y);
    matrix[5] = camera->viewport_height / 2.0 - (matrix[2] * camera->center_x + matrix[3] * camera->center_y);
    if (camera->zoom >= 1.0 && camera->zoom == floor(camera->zoom)) {
        matrix[4] = floor(matrix[4] + 0.5);
        matrix[5] = floor(matrix[5] + 0.5);
    }
}

void camera_to_screen(const struct camera *camera, double x, double y, double *sx, double *sy)
{
    double m[6];
    camera_matrix(camera, m);
    *sx = m[0] * x + m[1] * y + m[4];
    *sy = m[2] * x + m[3] * y + m[5];
}

void camera_to_image(const struct camera *camera, double sx, double sy, double *x, double *y)
{
    double m[6];
    camera_matrix(camera, m);
    screen_vector_to_image(camera, sx - m[4], sy - m[5], x, y);
}

bool camera_pixel_at(const struct camera *camera, double sx, double sy, int64_t *x, int64_t *y)
{
    double image_x, image_y;
    camera_to_image(camera, sx, sy, &image_x, &image_y);
    if (!(image_x >= 0.0 && image_x < (double)camera->image_width && image_y >= 0.0 &&
          image_y < (double)camera->image_height))
        return false;
    *x = (int64_t)image_x;
    *y = (int64_t)image_y;
    return true;
}

void camera_upright(struct camera *camera)
{
    camera->quarter_turns = 0;
    camera->flip_x = camera->flip_y = false;
    camera->origin_chosen = false;
    camera->origin_lower = camera->native_lower;
    if (camera->fit)
        camera_fit(camera);
}

struct camera camera_part(const struct camera *camera, int x, int y, int width, int height)
{
    struct camera part = *camera;
    part.fit = false;
    part.viewport_width = width;
    part.viewport_height = height;
    camera_to_image(camera, x + width / 2.0, y + height / 2.0, &part.center_x, &part.center_y);
    return part;
}

// The pixels of a side of `count` touched by the interval between two points, in any order.
static void touched(double a, double b, int64_t count, int64_t *first, int64_t *length)
{
    double low = clamp(floor(fmin(a, b)), 0.0, (double)count);
    double high = clamp(ceil(fmax(a, b)), 0.0, (double)count);
    *first = (int64_t)low;
    *length = int64_max((int64_t)high - (int64_t)low, 0);
}

struct rect camera_visible(const struct camera *camera)
{
    double x0, y0, x1, y1;
    struct rect rect;
    camera_to_image(camera, 0.0, 0.0, &x0, &y0);
    camera_to_image(camera, camera->viewport_width, camera->viewport_height, &x1, &y1);
    touched(x0, x1, camera->image_width, &rect.x, &rect.width);
    touched(y0, y1, camera->image_height, &rect.y, &rect.height);
    if (rect.width == 0 || rect.height == 0)
        return (struct rect){0, 0, 0, 0};
    return rect;
}

int camera_level(const struct camera *camera, int levels)
{
    // The tolerance keeps a zoom of exactly 1/2^l, reached by repeated steps, on its level.
    double pixel = camera->zoom * (1.0 - 1e-9);
    int level = 0;
    while (level < levels && ldexp(pixel, level + 1) <= 1.0)
        level++;
    return level;
}
