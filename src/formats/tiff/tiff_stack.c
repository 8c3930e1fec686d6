// SPDX-License-Identifier: MIT
// Stacks of frames behind a single TIFF directory.
//
// ImageJ writes the number of images as "images=N" into ImageDescription (its class TiffEncoder), tifffile a
// list of sizes as JSON ({"shape": [8, 16, 12], "truncated": true}); in MetaMorph's files the number of
// planes is the count of the tag UIC2.
#include "base/size.h"
#include "formats/tiff/tiff_internal.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_UIC2 = 33629, MAX_AXES = 32 };

// The number that the text begins with; 0 where there is none that is sensible.
static uint64_t leading_number(const char *text, const char **end)
{
    char *stop;
    unsigned long long value = *text >= '0' && *text <= '9' ? strtoull(text, &stop, 10) : 0;
    if (value > 0 && end)
        *end = stop;
    return value > 0 && value <= INT64_MAX ? value : 0;
}

static uint64_t imagej_images(const char *description)
{
    static const char key[] = "\nimages=";
    const char *at = strncmp(description, "ImageJ=", 7) == 0 ? strstr(description, key) : NULL;
    return at ? leading_number(at + sizeof key - 1, NULL) : 0;
}

// The product of tifffile's sizes over the samples of a page; 0 where it is none.
static uint64_t shaped_images(const char *description, const struct tiff_layout *layout)
{
    static const char key[] = "\"shape\": [";
    const char *at = *description == '{' ? strstr(description, key) : NULL;
    size_t total = 1;
    if (!at)
        return 0;
    at += sizeof key - 1;
    for (int i = 0; i < MAX_AXES; i++) {
        uint64_t size = leading_number(at, &at);
        if (size == 0 || !size_multiply(total, (size_t)size, &total))
            return 0;
        if (strncmp(at, ", ", 2) != 0)
            break;
        at += 2;
    }
    size_t page;
    if (*at != ']' || !size_of_plane(layout->width, layout->height, layout->samples, &page))
        return 0;
    return total % page == 0 ? total / page : 0;
}

static uint64_t frames_claimed(const struct tiff_file *file)
{
    uint32_t planes = 0;
    const void *values = NULL;
    if (TIFFGetField(file->tiff, TAG_UIC2, &planes, &values))
        return planes;
    const char *description = NULL;
    if (!TIFFGetField(file->tiff, TIFFTAG_IMAGEDESCRIPTION, &description) || !description)
        return 0;
    uint64_t images = imagej_images(description);
    return images ? images : shaped_images(description, &file->layout);
}

// Bytes of the page, if its strips follow each other without a gap; else 0.
static uint64_t contiguous_bytes(const struct tiff_layout *layout)
{
    uint64_t bytes = 0;
    int64_t planes = layout->separate ? layout->samples : 1;
    for (int64_t i = 0; i < planes * layout->chunks.down; i++) {
        int64_t top = i % layout->chunks.down * layout->chunks.height;
        int64_t rows = int64_min(layout->chunks.height, layout->height - top);
        if (layout->chunks.offsets[i] == 0 || layout->chunks.offsets[i] - layout->chunks.offsets[0] != bytes)
            return 0;
        bytes += (uint64_t)rows * layout->chunks.row_bytes;
    }
    return bytes;
}

void tiff_stack_find(struct tiff_file *file)
{
    const struct tiff_layout *layout = &file->layout;
    if (layout->way != TIFF_WAY_RAW || layout->chunks.tiled)
        return;
    uint64_t frames = frames_claimed(file), each = contiguous_bytes(layout);
    uint64_t start = layout->chunks.offsets[0], size = (uint64_t)file->bytes;
    if (frames < 2 || each == 0 || start > size || frames > (size - start) / each)
        return;
    uint64_t directory = file->pages[0].directory;
    if (directory >= start && directory < start + frames * each)
        return; // what lies behind the first frame is not samples
    file->base.frames = (int64_t)frames;
    file->stack_bytes = each;
}
