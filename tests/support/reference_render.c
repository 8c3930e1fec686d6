// SPDX-License-Identifier: MIT
// The reference renderer: definitions written out, nothing optimised.
#include "support/reference_render.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double reference_transfer(const struct transfer *transfer, double low, double high, double value,
                          const struct reference_shares *shares)
{
    double x = fmin(1.0, fmax(0.0, (value - low) / (high - low)));
    double a, b, total;
    switch (transfer->kind) {
    case TRANSFER_LOG:
        a = low > 0.0 ? high / low - 1.0 : fmax(1000.0, high - low);
        if (low > 0.0 && high / low < 2.0)
            a = (high - low) / low; // the same without cancellation
        a = fmin(a, 1e12);
        return log1p(a * x) / log1p(a);
    case TRANSFER_SQRT:
        return sqrt(x);
    case TRANSFER_ASINH:
        b = 1.0 / transfer->softening;
        return asinh(b * x) / asinh(b);
    case TRANSFER_POWER:
        return pow(x, transfer->gamma);
    case TRANSFER_EQUALIZE:
        if (!shares)
            return x;
        total = shares->share(shares->context, high) - shares->below_low;
        if (!(total > 0.0))
            return x;
        return fmin(1.0, fmax(0.0, (shares->share(shares->context, value) - shares->below_low) / total));
    default:
        return x;
    }
}

static void map_colour(const struct reference_scene *scene, double t, double rgb[3])
{
    double position = 255.0 * (scene->display->reversed ? 1.0 - t : t);
    int below = (int)floor(position), above = (int)ceil(position);
    for (int c = 0; c < 3; c++)
        rgb[c] =
            scene->colormap->rgb[below][c] +
            (position - below) * (scene->colormap->rgb[above][c] - (double)scene->colormap->rgb[below][c]);
}

static double draw_in(double limit)
{
    return fmin(FLT_MAX, fmax(-FLT_MAX, limit));
}

void reference_colour(const struct reference_scene *scene, double value, bool float_pixels, double rgb[3])
{
    double low = draw_in(scene->contrast->limits.low), high = draw_in(scene->contrast->limits.high);
    if (float_pixels) {
        low = (double)(float)low;
        high = (double)(float)high;
        if (low >= high)
            high = (double)nextafterf((float)low, INFINITY);
    }
    const struct special_colour *special = scene->display->special;
    enum special_value kind = SPECIAL_COUNT;
    if (isnan(value))
        kind = SPECIAL_NAN;
    else if (isinf(value) && special[SPECIAL_INF].on)
        kind = SPECIAL_INF;
    else if (isinf(value) || value > high)
        kind = SPECIAL_OVER;
    else if (value < low)
        kind = SPECIAL_UNDER;
    if (kind != SPECIAL_COUNT && special[kind].on) {
        for (int c = 0; c < 3; c++)
            rgb[c] = special[kind].rgb[c];
        return;
    }
    double t = 0.0;
    if (kind == SPECIAL_OVER)
        t = 1.0;
    else if (kind == SPECIAL_COUNT)
        t = reference_transfer(&scene->contrast->transfer, low, high, value, scene->shares);
    map_colour(scene, t, rgb);
}

static uint8_t image_bits(const struct reference_image *image, int64_t x, int64_t y)
{
    return image->mask ? image->mask[y * image->width + x] : 0;
}

double reference_level_value(const struct reference_image *image, enum reduce_mode mode, int level, int64_t x,
                             int64_t y)
{
    int64_t side = (int64_t)1 << level;
    int64_t x1 = x * side + side < image->width ? x * side + side : image->width;
    int64_t y1 = y * side + side < image->height ? y * side + side : image->height;
    if (level == 0)
        return image->values[y * image->width + x];
    double sum = 0.0, largest = -INFINITY;
    int64_t count = 0;
    for (int64_t row = y * side; row < y1; row++) {
        for (int64_t column = x * side; column < x1; column++) {
            double value = image->values[row * image->width + column];
            if (!isfinite(value) || image_bits(image, column, row))
                continue;
            sum += value;
            largest = fmax(largest, value);
            count++;
        }
    }
    if (count == 0)
        return image->values[y * side * image->width + x * side];
    return mode == REDUCE_MAX ? largest : sum / (double)count;
}

// All bits of the pixels that a texel covers up to level 2; beyond, the bits of at least half of its parts of
// the next finer level (four, or two or one at the right and lower edge).
static uint8_t level_bits(const struct reference_image *image, int level, int64_t x, int64_t y)
{
    if (level == 0)
        return image_bits(image, x, y);
    int64_t side = (int64_t)1 << (level - 1);
    int64_t columns = (image->width + side - 1) / side, rows = (image->height + side - 1) / side;
    int parts = 0, having[8] = {0};
    for (int64_t row = 2 * y; row < 2 * y + 2 && row < rows; row++) {
        for (int64_t column = 2 * x; column < 2 * x + 2 && column < columns; column++) {
            uint8_t part = level_bits(image, level - 1, column, row);
            for (int bit = 0; bit < 8; bit++)
                having[bit] += part >> bit & 1;
            parts++;
        }
    }
    uint8_t bits = 0;
    for (int bit = 0; bit < 8; bit++)
        if (level <= 2 ? having[bit] > 0 : 2 * having[bit] >= parts)
            bits |= (uint8_t)(1 << bit);
    return bits;
}

// A point of the screen on the level: its coordinates in pixels of the level, not clamped.
static void level_point(const struct reference_scene *scene, double sx, double sy, double *x, double *y)
{
    const double *m = scene->matrix;
    double determinant = m[0] * m[3] - m[1] * m[2];
    double dx = sx - m[4], dy = sy - m[5];
    *x = ldexp((m[3] * dx - m[1] * dy) / determinant, -scene->level);
    *y = ldexp((m[0] * dy - m[2] * dx) / determinant, -scene->level);
}

static int64_t clamped_index(double at, int64_t side, int level)
{
    int64_t last = ((side - 1) >> level);
    return at < 0.0 ? 0 : at >= (double)last ? last : (int64_t)floor(at);
}

static double edge_distance(double at, int64_t side, int level)
{
    double image_edge = fabs(at - ldexp((double)side, -level));
    return fmin(fabs(at - nearbyint(at)), image_edge);
}

// Everything but the colour of the screen point (sx, sy).
static struct reference_pixel probe(const struct reference_scene *scene, double sx, double sy)
{
    const struct reference_image *image = scene->image;
    struct reference_pixel pixel = {0};
    double x, y;
    level_point(scene, sx, sy, &x, &y);
    pixel.inside = x >= 0.0 && y >= 0.0 && ldexp(x, scene->level) < (double)image->width &&
                   ldexp(y, scene->level) < (double)image->height;
    pixel.x = clamped_index(x, image->width, scene->level);
    pixel.y = clamped_index(y, image->height, scene->level);
    pixel.margin =
        fmin(edge_distance(x, image->width, scene->level), edge_distance(y, image->height, scene->level));
    pixel.bits = level_bits(image, scene->level, pixel.x, pixel.y);
    return pixel;
}

static bool any_outline(const struct display *display)
{
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        if (display->mask[layer].visible && display->mask[layer].outline)
            return display->mask_visible;
    return false;
}

// The bits that are set here but not one screen pixel away; lowers the margin to that of the neighbours.
static uint8_t border_bits(const struct reference_scene *scene, double sx, double sy,
                           struct reference_pixel *pixel)
{
    static const double steps[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    uint8_t common = 0xff;
    for (int i = 0; i < 4; i++) {
        struct reference_pixel neighbour = probe(scene, sx + steps[i][0], sy + steps[i][1]);
        common &= neighbour.bits;
        pixel->margin = fmin(pixel->margin, neighbour.margin);
    }
    return (uint8_t)(pixel->bits & ~common);
}

static void mix_layer(const struct mask_style *style, double rgb[3])
{
    const double opacity = fmin(1.0, fmax(0.0, (double)style->opacity));
    for (int c = 0; c < 3; c++)
        rgb[c] = rgb[c] * (1.0 - opacity) + style->rgb[c] * opacity;
}

// Areas from the highest layer to the lowest, then borders.
static void mix_mask(const struct display *display, uint8_t bits, uint8_t border, bool stripe, double rgb[3])
{
    for (int layer = MASK_LAYER_COUNT - 1; layer >= 0; layer--) {
        const struct mask_style *style = &display->mask[layer];
        const bool area = style->hatch ? stripe : !style->outline;
        if ((bits >> layer & 1) && style->visible && area)
            mix_layer(style, rgb);
    }
    for (int layer = MASK_LAYER_COUNT - 1; layer >= 0; layer--) {
        const struct mask_style *style = &display->mask[layer];
        if ((border >> layer & 1) && style->visible && style->outline)
            mix_layer(style, rgb);
    }
}

static struct reference_pixel render_pixel(const struct reference_scene *scene, double sx, double sy)
{
    struct reference_pixel pixel = probe(scene, sx, sy);
    const struct display *display = scene->display;
    uint8_t border = any_outline(display) ? border_bits(scene, sx, sy, &pixel) : 0;
    if (!pixel.inside) {
        for (int c = 0; c < 3; c++)
            pixel.rgb[c] = display->background[c];
        return pixel;
    }
    pixel.value = reference_level_value(scene->image, display->reduce, scene->level, pixel.x, pixel.y);
    reference_colour(scene, pixel.value, scene->float_pixels || scene->level > 0, pixel.rgb);
    const int across = (int)floor(sx) - (int)floor(sy);
    if (display->mask_visible)
        mix_mask(display, pixel.bits, border, (across % 8 + 8) % 8 < 3, pixel.rgb);
    return pixel;
}

void reference_render(const struct reference_scene *scene, struct reference_pixel *pixels)
{
    for (int row = 0; row < scene->viewport_height; row++)
        for (int column = 0; column < scene->viewport_width; column++)
            pixels[(size_t)row * (size_t)scene->viewport_width + (size_t)column] =
                render_pixel(scene, column + 0.5, row + 0.5);
}
