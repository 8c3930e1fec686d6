// SPDX-License-Identifier: MIT
// The table of formats in which masks are written.
#include "formats/writers/mask_writer.h"

#include "base/file.h"
#include "base/text.h"
#include "formats/writers/mask_writer_internal.h"

#include <string.h>
#include <strings.h>

#define EXTENSIONS(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct mask_format mask_formats[] = {
    {"npy", EXTENSIONS("npy"), "NumPy array of uint8"},
    {"edf", EXTENSIONS("edf"), "EDF, unsigned bytes"},
    {"tif", EXTENSIONS("tif", "tiff"), "TIFF, 8 bits"},
    {"fits", EXTENSIONS("fits", "fit", "fts"), "FITS, 8 bits"},
    {"h5", EXTENSIONS("h5", "hdf5", "hdf", "nxs"), "HDF5, the NXmx pixel mask"},
    {"msk", EXTENSIONS("msk"), "Fit2D mask, one bit a pixel"},
    {"png", EXTENSIONS("png"), "PNG, 0 and 255"},
    {"cbf", EXTENSIONS("cbf"), "CBF, byte offset"},
    {0},
};

// In the order of mask_formats; `layers`: the bits of all layers can be told apart in it.
static const struct {
    mask_write_file *write;
    bool layers;
} writers[] = {
    {mask_write_npy, true},  {mask_write_edf, true},  {mask_write_tiff, true}, {mask_write_fits, true},
    {mask_write_hdf5, true}, {mask_write_msk, false}, {mask_write_png, true},  {mask_write_cbf, false},
};
_Static_assert(sizeof writers / sizeof writers[0] + 1 == sizeof mask_formats / sizeof mask_formats[0],
               "a writer for each format");

static bool has_extension(const struct mask_format *format, const char *extension)
{
    for (const char *const *known = format->extensions; *known; known++)
        if (strcasecmp(*known, extension) == 0)
            return true;
    return false;
}

const struct mask_format *mask_format_find(const char *path, const char *name)
{
    const char *dot = strrchr(path_name(path), '.');
    for (const struct mask_format *format = mask_formats; format->name; format++)
        if (name ? strcasecmp(format->name, name) == 0 || has_extension(format, name)
                 : dot && has_extension(format, dot + 1))
            return format;
    return NULL;
}

static enum status refuse_format(const struct mask_save *how, struct error *error)
{
    struct text known = {0};
    for (const struct mask_format *format = mask_formats; format->name; format++)
        text_printf(&known, "%s%s", format == mask_formats ? "" : ", ", format->name);
    error_set(error, STATUS_USAGE, "%s: no format of masks has that %s; there are %s", how->path,
              how->format ? "name" : "extension", text_string(&known));
    text_free(&known);
    return STATUS_USAGE;
}

enum status mask_source_heed(const struct mask_source *source, struct error *error)
{
    if (!cancel_requested(source->how->cancel))
        return STATUS_OK;
    return error_set(error, STATUS_CANCELLED, "%s: saving the mask was cancelled", source->how->path);
}

enum status mask_source_row(const struct mask_source *source, int64_t y, uint8_t *out, struct error *error)
{
    const struct mask_save *how = source->how;
    const enum status status = mask_source_heed(source, error);
    if (status)
        return status;
    mask_read(source->mask, (struct rect){0, y, source->mask->width, 1}, out, (size_t)source->mask->width);
    for (int64_t x = 0; x < source->mask->width; x++) {
        const uint8_t bits = out[x] & source->bits;
        out[x] = how->layers ? bits : (bits != 0) != how->inverted;
    }
    return STATUS_OK;
}

enum status mask_save(const struct mask *mask, const struct mask_save *how, struct error *error)
{
    const struct mask_format *format = mask_format_find(how->path, how->format);
    if (!format)
        return refuse_format(how, error);
    const size_t index = (size_t)(format - mask_formats);
    if (how->layers && !writers[index].layers)
        return error_set(error, STATUS_USAGE,
                         "%s: %s cannot hold the layers apart; npy, edf, tif, fits, h5 and png can",
                         how->path, format->description);
    if (how->layers && how->inverted)
        return error_set(error, STATUS_USAGE, "%s: layers cannot be inverted", how->path);
    const struct mask_source source = {mask, how, how->bits ? how->bits : 0xFF};
    return writers[index].write(&source, error);
}
