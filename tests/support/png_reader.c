// SPDX-License-Identifier: MIT
// PNG files by libpng's simplified interface.
#include "support/png_reader.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

bool png_load(const char *path, struct pixels *pixels)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    memset(pixels, 0, sizeof *pixels);
    if (!png_image_begin_read_from_file(&image, path))
        return false;
    image.format = PNG_FORMAT_RGB;
    unsigned char *rgb = malloc(PNG_IMAGE_SIZE(image));
    if (!rgb || !png_image_finish_read(&image, NULL, rgb, 0, NULL)) {
        free(rgb);
        png_image_free(&image);
        return false;
    }
    *pixels = (struct pixels){(int)image.width, (int)image.height, rgb, NULL};
    return true;
}

bool png_save(const char *path, const struct pixels *pixels)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)pixels->width,
                       .height = (png_uint_32)pixels->height,
                       .format = PNG_FORMAT_RGB};
    return png_image_write_to_file(&image, path, 0, pixels->rgb, 0, NULL);
}
