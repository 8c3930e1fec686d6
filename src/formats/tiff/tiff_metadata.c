// SPDX-License-Identifier: MIT
// The tags of a TIFF page as lines of text.
#include "formats/tiff/tiff_internal.h"

#include <string.h>

// One line; tabs and carriage returns inside the value become spaces.
void tiff_append_line(struct text *out, const char *key, const char *value, size_t count)
{
    struct text clean = {0};
    utf8_field(&clean, value, count);
    while (clean.length > 0 && clean.data[clean.length - 1] == ' ')
        clean.data[--clean.length] = '\0';
    if (clean.length > 0)
        text_printf(out, "%s\t%s\n", key, text_string(&clean));
    text_free(&clean);
}

// A text of several lines becomes several lines of the same key.
void tiff_append_text(struct text *out, const char *key, const char *value)
{
    while (*value) {
        size_t count = strcspn(value, "\n");
        tiff_append_line(out, key, value, count);
        value += count + (value[count] == '\n');
    }
}

struct text_tag {
    uint32_t tag;
    const char *key;
};

static const struct text_tag text_tags[] = {
    {TIFFTAG_IMAGEDESCRIPTION, "ImageDescription"}, // but for the lines of a detector
    {TIFFTAG_DOCUMENTNAME, "DocumentName"},
    {TIFFTAG_PAGENAME, "PageName"},
    {TIFFTAG_MAKE, "Make"},
    {TIFFTAG_MODEL, "Model"},
    {TIFFTAG_SOFTWARE, "Software"},
    {TIFFTAG_DATETIME, "DateTime"},
    {TIFFTAG_ARTIST, "Artist"},
    {TIFFTAG_HOSTCOMPUTER, "HostComputer"},
    {TIFFTAG_COPYRIGHT, "Copyright"},
    {TIFFTAG_TARGETPRINTER, "TargetPrinter"},
};

static const char *const photometric_names[] = {
    "MinIsWhite", "MinIsBlack", "RGB",    "palette", "transparency mask", "separated", "YCbCr",
    "(7)",        "CIELab",     "ICCLab", "ITULab"};
static const char *const unit_names[] = {"?", "units", "pixels/inch", "pixels/cm"};

static void append_photometric(struct text *out, TIFF *tiff)
{
    uint16_t photometric;
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric))
        return;
    if (photometric < sizeof photometric_names / sizeof photometric_names[0])
        text_printf(out, "Photometric\t%s\n", photometric_names[photometric]);
    else
        text_printf(out, "Photometric\t%u\n", photometric);
}

static void append_resolution(struct text *out, TIFF *tiff)
{
    float x = 0, y = 0;
    uint16_t unit = RESUNIT_INCH;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    const char *name = unit_names[unit < 4 ? unit : 0];
    char number[32];
    if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x))
        text_printf(out, "XResolution\t%s %s\n", format_double((double)x, number, sizeof number), name);
    if (TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y))
        text_printf(out, "YResolution\t%s %s\n", format_double((double)y, number, sizeof number), name);
}

static void append_numbers(struct text *out, const struct tiff_file *file)
{
    TIFF *tiff = file->tiff;
    const struct tiff_layout *layout = &file->layout;
    uint16_t orientation;
    if (TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation))
        text_printf(out, "Orientation\t%u\n", orientation);
    uint32_t subfile;
    if (TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &subfile) && subfile)
        text_printf(out, "SubfileType\t%u\n", subfile);
    text_printf(out, "BitsPerSample\t%u\nSamplesPerPixel\t%u\n", layout->bits, layout->samples);
    text_printf(out, "%s\t%lld x %lld\n", layout->chunks.tiled ? "Tile" : "Strip",
                (long long)layout->chunks.width, (long long)layout->chunks.height);
    text_printf(out, "ByteOrder\t%s\n", file->big_endian ? "big" : "little");
}

enum status tiff_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    struct tiff_file *file = (struct tiff_file *)base;
    enum status status = tiff_frame_load(file, frame, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < sizeof text_tags / sizeof text_tags[0]; i++) {
        const char *value = NULL;
        if (text_tags[i].tag == TIFFTAG_IMAGEDESCRIPTION && tiff_append_description(file, out))
            continue;
        if (TIFFGetField(file->tiff, text_tags[i].tag, &value) && value)
            tiff_append_text(out, text_tags[i].key, value);
    }
    tiff_append_private(file, out);
    append_photometric(out, file->tiff);
    append_resolution(out, file->tiff);
    append_numbers(out, file);
    return STATUS_OK;
}
