// SPDX-License-Identifier: MIT
// Masks in the formats that libraries write: TIFF, PNG and HDF5.
#include "formats/mask_writer_internal.h"

#include "base/file.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/png_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

static const char default_dataset[] = "/entry/instrument/detector/pixel_mask";

// --- TIFF ---

static bool write_tiff_rows(TIFF *tiff, const struct mask_source *source)
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
        mask_source_row(source, y, row);
        good = TIFFWriteScanline(tiff, row, (uint32_t)y, 0) == 1;
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
    bool good = tiff && write_tiff_rows(tiff, source) && TIFFFlush(tiff) == 1;
    if (tiff)
        TIFFClose(tiff);
    if (good)
        return file_draft_commit(&draft, error);
    file_draft_abandon(&draft);
    return error_set(error, STATUS_IO, "%s: cannot write the mask; is the disk full?", source->how->path);
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
        mask_source_row(source, y, row);
        for (int64_t x = 0; x < width && !source->how->layers; x++)
            row[x] = row[x] ? 255 : 0;
        status = png_writer_rows(writer, row, 1, error);
    }
    free(row);
    const enum status finished = png_writer_finish(&writer, error);
    return status ? status : finished;
}

// --- HDF5 ---

// The bit of the NXmx pixel mask for each layer: gap 0, dead 1, noisy 4, user 8.
static uint32_t nexus_bits(uint8_t bits)
{
    static const uint32_t of_layer[MASK_LAYER_COUNT] = {
        [MASK_USER] = 1u << 8, [MASK_FILE] = 1u << 8,      [MASK_GAP] = 1u << 0,    [MASK_BAD] = 1u << 1,
        [MASK_HOT] = 1u << 4,  [MASK_SATURATED] = 1u << 8, [MASK_USER_2] = 1u << 8, [MASK_USER_3] = 1u << 8};
    uint32_t all = 0;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        all |= bits & MASK_BIT(layer) ? of_layer[layer] : 0;
    return all;
}

// A row as u32: the NXmx bits, or 0 and 1 when inverted.
static void nexus_row(const struct mask_source *source, int64_t y, uint8_t *bytes, uint32_t *out)
{
    const int64_t width = source->mask->width;
    mask_read(source->mask, (struct rect){0, y, width, 1}, bytes, (size_t)width);
    for (int64_t x = 0; x < width; x++) {
        const uint8_t bits = bytes[x] & source->bits;
        out[x] = source->how->inverted ? bits == 0 : nexus_bits(bits);
        // NXmx leaves the upper half to properties for which no pixel is left out.
        out[x] |= source->how->layers ? (uint32_t)bits << 16 : 0;
    }
}

static bool write_dataset_rows(hid_t dataset, const struct mask_source *source)
{
    const hsize_t width = (hsize_t)source->mask->width;
    const hid_t file_space = H5Dget_space(dataset);
    const hid_t row_space = H5Screate_simple(1, &width, NULL);
    uint8_t *bytes = must_alloc((size_t)width);
    uint32_t *row = must_alloc((size_t)width * sizeof *row);
    bool good = file_space >= 0 && row_space >= 0;
    for (int64_t y = 0; y < source->mask->height && good; y++) {
        const hsize_t start[2] = {(hsize_t)y, 0}, count[2] = {1, width};
        nexus_row(source, y, bytes, row);
        good = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
               H5Dwrite(dataset, H5T_NATIVE_UINT32, row_space, file_space, H5P_DEFAULT, row) >= 0;
    }
    free(bytes);
    free(row);
    H5Sclose(row_space);
    H5Sclose(file_space);
    return good;
}

// Creates the dataset, with the groups on the way to it.
static bool write_dataset(hid_t file, const char *path, const struct mask_source *source)
{
    const hsize_t size[2] = {(hsize_t)source->mask->height, (hsize_t)source->mask->width};
    const hsize_t chunk[2] = {(hsize_t)int64_min(64, source->mask->height), size[1]};
    const hid_t space = H5Screate_simple(2, size, NULL);
    const hid_t with_groups = H5Pcreate(H5P_LINK_CREATE), chunked = H5Pcreate(H5P_DATASET_CREATE);
    bool good = space >= 0 && H5Pset_create_intermediate_group(with_groups, 1) >= 0 &&
                H5Pset_chunk(chunked, 2, chunk) >= 0 && H5Pset_shuffle(chunked) >= 0 &&
                H5Pset_deflate(chunked, 1) >= 0;
    const hid_t dataset =
        good ? H5Dcreate2(file, path, H5T_STD_U32LE, space, with_groups, chunked, H5P_DEFAULT) : -1;
    good = dataset >= 0 && write_dataset_rows(dataset, source);
    if (dataset >= 0)
        good = H5Dclose(dataset) >= 0 && good;
    H5Pclose(with_groups);
    H5Pclose(chunked);
    H5Sclose(space);
    return good;
}

// Copies a file that is there already, so that all else in it is kept. *existed tells.
static enum status copy_existing(struct file_draft *draft, bool *existed, struct error *error)
{
    const int from = open(draft->path, O_RDONLY | O_CLOEXEC);
    *existed = from >= 0;
    if (from < 0)
        return STATUS_OK;
    char *buffer = must_alloc(1 << 20);
    enum status status = STATUS_OK;
    ssize_t got = 0;
    while (!status && (got = read(from, buffer, 1 << 20)) > 0)
        status = file_draft_write(draft, buffer, (size_t)got, error);
    free(buffer);
    close(from);
    if (!status && got < 0) {
        file_draft_abandon(draft);
        return error_set(error, STATUS_IO, "cannot read what is in the file already: %s", strerror(errno));
    }
    return status;
}

static bool links_all_the_way(hid_t file, const char *path)
{
    // H5Lexists wants every group on the way to exist.
    struct text part = {0};
    bool exists = true;
    for (const char *slash = strchr(path + 1, '/'); slash && exists; slash = strchr(slash + 1, '/')) {
        text_clear(&part);
        text_append_bytes(&part, path, (size_t)(slash - path));
        exists = H5Lexists(file, text_string(&part), H5P_DEFAULT) > 0;
    }
    text_free(&part);
    return exists;
}

enum status mask_write_hdf5(const struct mask_source *source, struct error *error)
{
    const char *path = source->how->dataset ? source->how->dataset : default_dataset;
    struct file_draft draft;
    bool existed = false;
    if (path[0] != '/' || path[strlen(path) - 1] == '/')
        return error_set(error, STATUS_USAGE, "\"%s\" is no path of a dataset like %s", path,
                         default_dataset);
    enum status status = file_draft_open(source->how->path, &draft, error);
    if (!status)
        status = copy_existing(&draft, &existed, error);
    if (status)
        return status;
    bool good = false;
    H5E_BEGIN_TRY
    {
        const hid_t file = !draft.temporary ? -1
                           : existed        ? H5Fopen(draft.temporary, H5F_ACC_RDWR, H5P_DEFAULT)
                                     : H5Fcreate(draft.temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        if (file >= 0) {
            good = !links_all_the_way(file, path) || H5Lexists(file, path, H5P_DEFAULT) <= 0 ||
                   H5Ldelete(file, path, H5P_DEFAULT) >= 0;
            good = good && write_dataset(file, path, source);
            good = H5Fclose(file) >= 0 && good;
        }
    }
    H5E_END_TRY;
    if (good)
        return file_draft_commit(&draft, error);
    file_draft_abandon(&draft);
    return error_set(error, STATUS_IO, "%s: the mask cannot be written to %s%s", source->how->path, path,
                     existed ? "; is the file an HDF5 file, and are all but its last part groups?" : "");
}
