// SPDX-License-Identifier: MIT
// Masks in the formats that are a header and rows: NPY, EDF, FITS, Fit2D and CBF.
//
// Sources: numpy.lib.format (NPY 1.0); the ESRF data format; the FITS standard 4.0; fabio for Fit2D masks;
// the CBF dictionary of the IUCr and CBFlib's manual for the binary section.
#include "formats/writers/mask_writer_internal.h"

#include "base/file.h"
#include "base/size.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FITS_BLOCK = 2880, FITS_CARD = 80, NPY_ALIGN = 64, EDF_BLOCK = 512, MSK_HEADER = 1024 };

// The draft is given up on failure, as by file_draft_write.
static enum status next_row(struct file_draft *draft, const struct mask_source *source, int64_t y,
                            uint8_t *row, struct error *error)
{
    const enum status status = mask_source_row(source, y, row, error);
    if (status)
        file_draft_abandon(draft);
    return status;
}

// Rows of bytes, as they are, behind what is written already.
static enum status write_rows(struct file_draft *draft, const struct mask_source *source, struct error *error)
{
    const size_t width = (size_t)source->mask->width;
    uint8_t *row = must_alloc(width);
    enum status status = STATUS_OK;
    for (int64_t y = 0; y < source->mask->height && !status; y++) {
        status = next_row(draft, source, y, row, error);
        if (!status)
            status = file_draft_write(draft, row, width, error);
    }
    free(row);
    return status;
}

// A header, the rows, and zeros up to a multiple of `block`.
static enum status write_plain(const struct mask_source *source, const struct text *header, size_t block,
                               struct error *error)
{
    struct file_draft draft;
    enum status status = file_draft_open(source->how->path, &draft, error);
    if (!status)
        status = file_draft_write(&draft, text_string(header), header->length, error);
    if (!status)
        status = write_rows(&draft, source, error);
    const size_t bytes = (size_t)source->mask->width * (size_t)source->mask->height;
    const uint8_t zeros[FITS_BLOCK] = {0};
    if (!status && bytes % block)
        status = file_draft_write(&draft, zeros, block - bytes % block, error);
    return status ? status : file_draft_commit(&draft, error);
}

static void pad(struct text *text, size_t multiple, size_t less)
{
    while ((text->length + less) % multiple)
        text_append(text, " ");
}

enum status mask_write_npy(const struct mask_source *source, struct error *error)
{
    struct text dictionary = {0}, header = {0};
    text_printf(&dictionary, "{'descr': '|u1', 'fortran_order': False, 'shape': (%lld, %lld), }",
                (long long)source->mask->height, (long long)source->mask->width);
    pad(&dictionary, NPY_ALIGN, 10 + 1);
    text_append(&dictionary, "\n");
    const uint8_t start[10] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)dictionary.length, (uint8_t)(dictionary.length >> 8)};
    text_append_bytes(&header, (const char *)start, sizeof start);
    text_append(&header, text_string(&dictionary));
    const enum status status = write_plain(source, &header, 1, error);
    text_free(&dictionary);
    text_free(&header);
    return status;
}

enum status mask_write_edf(const struct mask_source *source, struct error *error)
{
    struct text header = {0};
    text_printf(&header,
                "{\nHeaderID = EH:000001:000000:000000 ;\nImage = 1 ;\nByteOrder = LowByteFirst ;\n"
                "DataType = UnsignedByte ;\nDim_1 = %lld ;\nDim_2 = %lld ;\nSize = %lld ;\n"
                "Title = pixel mask, %s ;\n",
                (long long)source->mask->width, (long long)source->mask->height,
                (long long)source->mask->width * source->mask->height,
                source->how->layers     ? "a bit for each layer"
                : source->how->inverted ? "1 is valid"
                                        : "1 is masked");
    pad(&header, EDF_BLOCK, 2);
    text_append(&header, "}\n");
    const enum status status = write_plain(source, &header, 1, error);
    text_free(&header);
    return status;
}

static void add_card(struct text *header, const char *card)
{
    text_printf(header, "%-*s", FITS_CARD, card);
}

static void add_number_card(struct text *header, const char *key, long long number)
{
    char card[FITS_CARD + 1];
    snprintf(card, sizeof card, "%-8s= %20lld", key, number);
    add_card(header, card);
}

enum status mask_write_fits(const struct mask_source *source, struct error *error)
{
    struct text header = {0};
    add_card(&header, "SIMPLE  =                    T");
    add_number_card(&header, "BITPIX", 8);
    add_number_card(&header, "NAXIS", 2);
    add_number_card(&header, "NAXIS1", source->mask->width);
    add_number_card(&header, "NAXIS2", source->mask->height);
    add_card(&header, source->how->layers     ? "COMMENT pixel mask: a bit for each layer"
                      : source->how->inverted ? "COMMENT pixel mask: 1 is valid"
                                              : "COMMENT pixel mask: 1 is masked");
    add_card(&header, "END");
    pad(&header, FITS_BLOCK, 0);
    const enum status status = write_plain(source, &header, FITS_BLOCK, error);
    text_free(&header);
    return status;
}

// --- Fit2D ---

static void put_word(uint8_t *at, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(word >> (8 * i));
}

static void pack_bits(const uint8_t *row, int64_t width, uint8_t *out)
{
    for (int64_t x = 0; x < width; x++)
        out[x / 8] |= (uint8_t)((row[x] != 0) << (x % 8));
}

enum status mask_write_msk(const struct mask_source *source, struct error *error)
{
    const int64_t width = source->mask->width, height = source->mask->height;
    if (width > INT32_MAX || height > INT32_MAX)
        return error_set(error, STATUS_USAGE, "%s: is too large for a Fit2D mask", source->how->path);
    uint8_t header[MSK_HEADER] = {'M', 0, 0, 0, 'A', 0, 0, 0, 'S', 0, 0, 0, 'K'};
    put_word(header + 16, (uint32_t)width);
    put_word(header + 20, (uint32_t)height);
    put_word(header + 24, 1);
    const size_t packed = (size_t)int64_ceil_div(width, 32) * 4;
    uint8_t *row = must_alloc((size_t)width), *bits = must_alloc(packed);
    struct file_draft draft;
    enum status status = file_draft_open(source->how->path, &draft, error);
    if (!status)
        status = file_draft_write(&draft, header, sizeof header, error);
    for (int64_t y = 0; y < height && !status; y++) {
        status = next_row(&draft, source, y, row, error);
        memset(bits, 0, packed);
        pack_bits(row, width, bits);
        if (!status)
            status = file_draft_write(&draft, bits, packed, error);
    }
    free(row);
    free(bits);
    return status ? status : file_draft_commit(&draft, error);
}

// --- CBF ---

// Byte offsets: the difference from pixel to pixel, which is -1, 0 or 1 here, so one byte each.
static void offset_row(const uint8_t *row, int64_t width, uint8_t *last, uint8_t *out)
{
    for (int64_t x = 0; x < width; x++) {
        out[x] = (uint8_t)(row[x] - *last);
        *last = row[x];
    }
}

static enum status write_offsets(struct file_draft *draft, const struct mask_source *source,
                                 struct error *error)
{
    const size_t width = (size_t)source->mask->width;
    uint8_t *row = must_alloc(2 * width), last = 0;
    enum status status = STATUS_OK;
    for (int64_t y = 0; y < source->mask->height && !status; y++) {
        status = next_row(draft, source, y, row, error);
        offset_row(row, source->mask->width, &last, row + width);
        if (!status)
            status = file_draft_write(draft, row + width, width, error);
    }
    free(row);
    return status;
}

static void cbf_header(const struct mask_source *source, struct text *header)
{
    const long long width = source->mask->width, height = source->mask->height;
    text_printf(
        header,
        "###CBF: VERSION 1.5\r\n\r\ndata_mask\r\n\r\n_array_data.data\r\n;\r\n"
        "--CIF-BINARY-FORMAT-SECTION--\r\nContent-Type: application/octet-stream;\r\n"
        "     conversions=\"x-CBF_BYTE_OFFSET\"\r\nContent-Transfer-Encoding: BINARY\r\n"
        "X-Binary-Size: %lld\r\nX-Binary-ID: 1\r\nX-Binary-Element-Type: \"signed 32-bit integer\"\r\n"
        "X-Binary-Element-Byte-Order: LITTLE_ENDIAN\r\n"
        "X-Binary-Number-of-Elements: %lld\r\nX-Binary-Size-Fastest-Dimension: %lld\r\n"
        "X-Binary-Size-Second-Dimension: %lld\r\nX-Binary-Size-Padding: 4095\r\n\r\n",
        width * height, width * height, width, height);
    text_append_bytes(header, "\x0C\x1A\x04\xD5", 4);
}

enum status mask_write_cbf(const struct mask_source *source, struct error *error)
{
    struct text header = {0}, end = {0};
    cbf_header(source, &header);
    for (int i = 0; i < 4095; i++)
        text_append_bytes(&end, "", 1);
    text_append(&end, "\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n\r\n");
    struct file_draft draft;
    enum status status = file_draft_open(source->how->path, &draft, error);
    if (!status)
        status = file_draft_write(&draft, text_string(&header), header.length, error);
    if (!status)
        status = write_offsets(&draft, source, error);
    if (!status)
        status = file_draft_write(&draft, text_string(&end), end.length, error);
    text_free(&header);
    text_free(&end);
    return status ? status : file_draft_commit(&draft, error);
}
