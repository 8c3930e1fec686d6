// SPDX-License-Identifier: MIT
// Masks in the formats that libraries write: TIFF and PNG.
#include "formats/writers/mask_writer_internal.h"

#include "base/file.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/writers/png_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

// --- TIFF ---

static bool write_tiff_rows(TIFF *tiff, const struct mask_source *source, struct error *error)
{
    const int64_t width = source->mask->width, height = source->mask->height;
    bool good = TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)width) &&
                TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)height) &&
                TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8) &&
                TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1) &&
                TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT) &&
                TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
                TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE) && // fabio reads no other
                TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 64) &&
                TIFFSetField(tiff, TIFFTAG_SOFTWARE, "Fovea " FOVEA_VERSION);
    uint8_t *row = must_alloc((size_t)width);
    for (int64_t y = 0; y < height && good; y++) {
        good = mask_source_row(source, y, row, error) == STATUS_OK &&
               TIFFWriteScanline(tiff, row, (uint32_t)y, 0) == 1;
    }
    free(row);
    return good;
}

enum status mask_write_tiff(const struct mask_source *source, struct error *error)
{
    if (source->mask->width > UINT32_MAX || source->mask->height > UINT32_MAX)
        return error_set(error, STATUS_USAGE, "%s: is too large for TIFF", source->how->path);
    struct file_draft draft;
    const enum status status = file_draft_open(source->how->path, &draft, error);
    if (status)
        return status;
    const int fd = fcntl(draft.fd, F_DUPFD_CLOEXEC, 0); // TIFFClose closes its own
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
    TIFF *tiff = fd >= 0 ? TIFFFdOpen(fd, source->how->path, "w") : NULL;
    if (!tiff && fd >= 0)
        close(fd);
    bool good = tiff && write_tiff_rows(tiff, source, error) && TIFFFlush(tiff) == 1;
    if (tiff)
        TIFFClose(tiff);
    if (good)
        return file_draft_commit(&draft, error);
    file_draft_abandon(&draft);
    return cancel_requested(source->how->cancel)
               ? mask_source_heed(source, error)
               : error_set(error, STATUS_IO, "%s: cannot write the mask; is the disk full?",
                           source->how->path);
}

// --- PNG ---

enum status mask_write_png(const struct mask_source *source, struct error *error)
{
    const int64_t width = source->mask->width, height = source->mask->height;
    if (width > 1000000 || height > 1000000)
        return error_set(error, STATUS_USAGE, "%s: is too large for PNG", source->how->path);
    struct png_writer *writer = NULL;
    enum status status = png_writer_create(source->how->path, (int)width, (int)height, 1, &writer, error);
    if (status)
        return status;
    uint8_t *row = must_alloc((size_t)width);
    for (int64_t y = 0; y < height && !status; y++) {
        status = mask_source_row(source, y, row, error);
        for (int64_t x = 0; x < width && !source->how->layers; x++)
            row[x] = row[x] ? 255 : 0;
        if (!status)
            status = png_writer_rows(writer, row, 1, error);
    }
    free(row);
    const enum status finished = png_writer_finish(&writer, error);
    return status ? status : finished;
}
