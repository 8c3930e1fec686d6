// SPDX-License-Identifier: MIT
// Synthetic images and a slow, plain renderer of pictures of them.
#include "support/pixels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Points nearer than this to the edge of an image pixel may fall on either side.
static const double EDGE_DOUBT = 0.02;

// --- images ---

struct image image_create(int width, int height)
{
    struct image image = {width, height, calloc((size_t)width * (size_t)height, sizeof(double))};
    if (!image.values)
        abort();
    return image;
}

void image_free(struct image *image)
{
    free(image->values);
    image->values = NULL;
}

static double *at(const struct image *image, int x, int y)
{
    return &image->values[(size_t)y * (size_t)image->width + (size_t)x];
}

struct image image_pattern(int width, int height)
{
    struct image image = image_create(width, height);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            *at(&image, x, y) = (3 * x + 17 * y + 5 * (x / 7) * (y / 5)) % 256;
    }
    return image;
}

struct image image_constant(int width, int height, double value)
{
    struct image image = image_create(width, height);
    for (int i = 0; i < width * height; i++)
        image.values[i] = value;
    return image;
}

struct image image_turned_right(const struct image *image)
{
    struct image turned = image_create(image->height, image->width);
    for (int y = 0; y < turned.height; y++) {
        for (int x = 0; x < turned.width; x++)
            *at(&turned, x, y) = *at(image, y, image->height - 1 - x);
    }
    return turned;
}

struct image image_mirrored(const struct image *image, bool horizontal)
{
    struct image mirrored = image_create(image->width, image->height);
    for (int y = 0; y < image->height; y++) {
        for (int x = 0; x < image->width; x++)
            *at(&mirrored, x, y) =
                horizontal ? *at(image, image->width - 1 - x, y) : *at(image, x, image->height - 1 - y);
    }
    return mirrored;
}

struct image image_halved(const struct image *image, bool max)
{
    struct image half = image_create(image->width / 2, image->height / 2);
    for (int y = 0; y < half.height; y++) {
        for (int x = 0; x < half.width; x++) {
            const double a = *at(image, 2 * x, 2 * y), b = *at(image, 2 * x + 1, 2 * y);
            const double c = *at(image, 2 * x, 2 * y + 1), d = *at(image, 2 * x + 1, 2 * y + 1);
            *at(&half, x, y) = max ? fmax(fmax(a, b), fmax(c, d)) : (a + b + c + d) / 4;
        }
    }
    return half;
}

// --- files ---

static FILE *create_file(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        abort();
    }
    return file;
}

static void put_number(FILE *file, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(number >> (8 * i) & 255), file);
}

static void put_sample(FILE *file, const char *dtype, double value)
{
    const int bytes = dtype[2] - '0';
    const float narrow = (float)value;
    uint64_t bits = 0;
    if (dtype[1] == 'u')
        bits = (uint64_t)value;
    else if (bytes == 4)
        memcpy(&bits, &narrow, sizeof narrow);
    else
        memcpy(&bits, &value, sizeof value);
    put_number(file, bits, bytes);
}

void image_save_npy(const struct image *image, const char *dtype, const char *path)
{
    enum { HEADER = 118 };
    FILE *file = create_file(path);
    fputs("\x93NUMPY", file);
    put_number(file, 1, 2);
    put_number(file, HEADER, 2);
    const int used = fprintf(file, "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }", dtype,
                             image->height, image->width);
    fprintf(file, "%*s\n", HEADER - 1 - used, "");
    for (int i = 0; i < image->width * image->height; i++)
        put_sample(file, dtype, image->values[i]);
    fclose(file);
}

// One entry of a TIFF directory: a short or a long.
static void put_entry(FILE *file, int tag, int bytes, uint32_t value)
{
    put_number(file, (uint64_t)tag, 2);
    put_number(file, bytes == 2 ? 3 : 4, 2);
    put_number(file, 1, 4);
    put_number(file, value, 4);
}

void images_save_tiff(const struct image *pages, int count, const char *path)
{
    enum { ENTRIES = 9, DIRECTORY = 2 + ENTRIES * 12 + 4 };
    FILE *file = create_file(path);
    uint32_t offset = 8;
    fputs("II*", file);
    fputc(0, file);
    put_number(file, offset, 4);
    for (int page = 0; page < count; page++) {
        const struct image *image = &pages[page];
        const uint32_t bytes = (uint32_t)(image->width * image->height);
        put_number(file, ENTRIES, 2);
        put_entry(file, 256, 4, (uint32_t)image->width);
        put_entry(file, 257, 4, (uint32_t)image->height);
        put_entry(file, 258, 2, 8);                  // bits per sample
        put_entry(file, 259, 2, 1);                  // no compression
        put_entry(file, 262, 2, 1);                  // black is zero
        put_entry(file, 273, 4, offset + DIRECTORY); // the strip
        put_entry(file, 277, 2, 1);                  // samples per pixel
        put_entry(file, 278, 4, (uint32_t)image->height);
        put_entry(file, 279, 4, bytes);
        offset += DIRECTORY + bytes + (bytes & 1);
        put_number(file, page + 1 < count ? offset : 0, 4);
        for (uint32_t i = 0; i < bytes; i++)
            fputc((int)image->values[i], file);
        if (bytes & 1)
            fputc(0, file);
    }
    fclose(file);
}

static void put_card(FILE *file, int *cards, const char *text)
{
    fprintf(file, "%-80s", text);
    ++*cards;
}

void image_save_fits(const struct image *image, const char *path)
{
    char card[81];
    int cards = 0;
    FILE *file = create_file(path);
    put_card(file, &cards, "SIMPLE  =                    T");
    put_card(file, &cards, "BITPIX  =                  -32");
    put_card(file, &cards, "NAXIS   =                    2");
    snprintf(card, sizeof card, "NAXIS1  = %20d", image->width);
    put_card(file, &cards, card);
    snprintf(card, sizeof card, "NAXIS2  = %20d", image->height);
    put_card(file, &cards, card);
    put_card(file, &cards, "END");
    while (cards < 36)
        put_card(file, &cards, "");
    const int pixels = image->width * image->height;
    for (int i = 0; i < pixels; i++) {
        const float value = (float)image->values[i];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        put_number(file, __builtin_bswap32(bits), 4);
    }
    for (int i = pixels * 4; i % 2880; i++)
        fputc(0, file);
    fclose(file);
}

// --- pictures ---

void pixels_free(struct pixels *pixels)
{
    free(pixels->rgb);
    free(pixels->doubt);
    *pixels = (struct pixels){0};
}

bool pixels_equal(const struct pixels *a, const struct pixels *b)
{
    return a->width == b->width && a->height == b->height && a->rgb && b->rgb &&
           memcmp(a->rgb, b->rgb, (size_t)a->width * (size_t)a->height * 3) == 0;
}

void look_gray(const struct look *look, double value, unsigned char rgb[3])
{
    const bool given = look->low != look->high;
    const double low = given ? look->low : 0, high = given ? look->high : 255;
    double t = fmin(1, fmax(0, (value - low) / (high - low)));
    t = look->reversed ? 1 - t : t;
    memset(rgb, (int)(t * 255 + 0.5), 3);
}

struct look look_fit(const struct image *image, int width, int height)
{
    return (struct look){.zoom = fmin((double)width / image->width, (double)height / image->height),
                         .center_x = image->width / 2.0,
                         .center_y = image->height / 2.0};
}

// Where the image's left or upper edge is on the screen.
static double edge_on_screen(double zoom, double center, int side)
{
    const double edge = side / 2.0 - zoom * center;
    return zoom >= 1 && zoom == floor(zoom) ? floor(edge + 0.5) : edge;
}

static bool is_doubtful(double position)
{
    return fabs(position - floor(position + 0.5)) < EDGE_DOUBT;
}

struct pixels pixels_paint(const struct image *image, const struct look *look, int width, int height)
{
    static const unsigned char background[3] = {40, 40, 40};
    const size_t count = (size_t)width * (size_t)height;
    struct pixels pixels = {width, height, malloc(count * 3), calloc(count, 1)};
    const double left = edge_on_screen(look->zoom, look->center_x, width);
    const double top = edge_on_screen(look->zoom, look->center_y, height);
    const bool whole = look->zoom >= 1 && look->zoom == floor(look->zoom);
    for (int sy = 0; sy < height; sy++) {
        for (int sx = 0; sx < width; sx++) {
            const size_t i = (size_t)sy * (size_t)width + (size_t)sx;
            const double x = (sx + 0.5 - left) / look->zoom, y = (sy + 0.5 - top) / look->zoom;
            const bool inside = x >= 0 && y >= 0 && x < image->width && y < image->height;
            const double value = inside ? *at(image, (int)x, (int)y) : 0;
            pixels.doubt[i] = !whole && (is_doubtful(x) || is_doubtful(y));
            if (!inside)
                memcpy(pixels.rgb + i * 3, background, 3);
            else if (look->colour)
                look->colour(look, value, (int)x, (int)y, pixels.rgb + i * 3);
            else
                look_gray(look, value, pixels.rgb + i * 3);
        }
    }
    return pixels;
}

static bool is_different(const unsigned char *a, const unsigned char *b, int tolerance)
{
    return abs(a[0] - b[0]) > tolerance || abs(a[1] - b[1]) > tolerance || abs(a[2] - b[2]) > tolerance;
}

int pixels_differ(const struct pixels *got, const struct pixels *wanted, int tolerance, char *text, int size)
{
    if (text)
        snprintf(text, (size_t)size, "%d x %d pixels instead of %d x %d", got->width, got->height,
                 wanted->width, wanted->height);
    if (!got->rgb || got->width != wanted->width || got->height != wanted->height)
        return -1;
    int differing = 0;
    for (int i = 0; i < got->width * got->height; i++) {
        const unsigned char *a = got->rgb + 3 * (size_t)i, *b = wanted->rgb + 3 * (size_t)i;
        if ((wanted->doubt && wanted->doubt[i]) || !is_different(a, b, tolerance))
            continue;
        if (differing++ == 0 && text)
            snprintf(text, (size_t)size, "at (%d, %d) is (%d, %d, %d) instead of (%d, %d, %d)",
                     i % got->width, i / got->width, a[0], a[1], a[2], b[0], b[1], b[2]);
    }
    return differing;
}
