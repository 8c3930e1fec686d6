// SPDX-License-Identifier: MIT
// Small synthetic images, files of them, and the picture that a viewer must make of them, worked out plainly.
#ifndef FOVEA_TESTS_PIXELS_H
#define FOVEA_TESTS_PIXELS_H

#include <stdbool.h>
#include <stdint.h>

// --- Images ---

// Row-major values; row 0 is the file's first row.
struct image {
    int width, height;
    double *values; // owned
};

struct image image_create(int width, int height); // all zero
void image_free(struct image *image);
// Every value 0 to 255 occurs and no two neighbours are alike, so that any shift by a pixel, turn or
// mirroring shows; for less than 254 columns.
struct image image_pattern(int width, int height);
struct image image_constant(int width, int height, double value);
struct image image_turned_right(const struct image *image);
struct image image_mirrored(const struct image *image, bool horizontal);
// Each output pixel is the mean (or maximum) of 2 x 2; for even sizes.
struct image image_halved(const struct image *image, bool max);

// Writes a NumPy file; `dtype` is "|u1", "<u2", "<f4" or "<f8".
void image_save_npy(const struct image *image, const char *dtype, const char *path);
// Writes u8 pages as an uncompressed TIFF file, one strip per page.
void images_save_tiff(const struct image *pages, int count, const char *path);
// Writes one image as a FITS file of 32-bit floats.
void image_save_fits(const struct image *image, const char *path);

// --- Pictures ---

struct pixels {
    int width, height;
    unsigned char *rgb;   // owned
    unsigned char *doubt; // owned; nonzero where rounding may choose either of two pixels; NULL = nowhere
};

void pixels_free(struct pixels *pixels);
bool pixels_equal(const struct pixels *a, const struct pixels *b);

// How a picture is made: what `zoom` screen pixels show of an image pixel, with the image's point (center_x,
// center_y) in the middle; edges of pixels fall on whole screen pixels at whole zooms. Gray between the
// limits.
struct look {
    double zoom, center_x, center_y;
    double low, high; // both 0: 0 to 255
    bool reversed;
    // The colour of a value, where it is not gray; `x` and `y` are the image pixel's.
    void (*colour)(const struct look *look, double value, int x, int y, unsigned char rgb[3]);
    const void *context;
};

// The gray of a value between the limits.
void look_gray(const struct look *look, double value, unsigned char rgb[3]);
// The look with the whole image in a picture of that size.
struct look look_fit(const struct image *image, int width, int height);
// The picture, by a plain loop; around the image is the background (40, 40, 40).
struct pixels pixels_paint(const struct image *image, const struct look *look, int width, int height);

// The number of pixels of which a channel differs by more than `tolerance`, doubtful ones left out; -1 if the
// sizes differ. The first such pixel is described in `text` (may be NULL).
int pixels_differ(const struct pixels *got, const struct pixels *wanted, int tolerance, char *text, int size);

#endif
