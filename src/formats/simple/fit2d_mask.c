// SPDX-License-Identifier: MIT
// Masks of Fit2D (.msk): one bit a pixel, shown as 0 and 1, where 1 is masked.
//
// Layout: what the fabio library reads and writes (https://github.com/silx-kit/fabio, fit2dmaskimage.py). A
// header of 256 little-endian words, the letters M, A, S, K first and then the width and the height; rows of
// whole 32-bit words, the first pixel in the lowest bit. Row 0 is the first row of the image that it masks.
// Other programs, too, call their masks .msk: files of Python's pickle are refused here by name.
#include "formats/base/plain.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"
#include "base/cancel.h"
#include "base/size.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    MASK_HEADER = 1024,
    AT_WIDTH = 16,
    AT_HEIGHT = 20,
    PIECE_BYTES = 4096, // of bits that are read at a time
    PIECE_PIXELS = PIECE_BYTES * 8,
};

static bool is_fit2d(const uint8_t *head, size_t count)
{
    static const uint8_t mark[] = {'M', 0, 0, 0, 'A', 0, 0, 0, 'S', 0, 0, 0, 'K', 0, 0, 0};
    return count >= sizeof mark && memcmp(head, mark, sizeof mark) == 0;
}

// Python's pickle: protocol 2 to 5 begins with its number; 0 and 1 begin with a mark and a container.
static bool is_pickle(const uint8_t *head, size_t count)
{
    if (count < 4)
        return false;
    if (head[0] == 0x80 && head[1] >= 2 && head[1] <= 5)
        return true;
    return (head[0] == '(' && strchr("dlitc", head[1])) || head[0] == ']' || head[0] == '}' ||
           (head[0] == 'c' && memcmp(head, "cnum", 4) == 0);
}

static int fit2d_mask_probe(const uint8_t *head, size_t count, const char *path)
{
    if (is_fit2d(head, count))
        return 95;
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ".msk") == 0 && is_pickle(head, count) ? 10 : 0;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct plain_file *file = plain_file_of(base);
    const char *path = file->base.path;
    uint8_t header[MASK_HEADER] = {0};
    enum status status =
        plain_file_header(file, 0, header, (size_t)int64_min(file->bytes, sizeof header), error);
    if (status != STATUS_OK)
        return status;
    if (!is_fit2d(header, sizeof header))
        return is_pickle(header, sizeof header)
                   ? error_set(
                         error, STATUS_UNSUPPORTED,
                         "%s: is a mask pickled by a Python program, which could run any code when it is read; save the mask there as an image (TIFF, EDF or NPY)",
                         path)
                   : error_set(error, STATUS_NOT_MINE, "%s: is not a mask of Fit2D", path);
    int32_t width = (int32_t)load_u32le(header + AT_WIDTH), height = (int32_t)load_u32le(header + AT_HEIGHT);
    if (width < 1 || height < 1)
        return error_set(error, STATUS_BROKEN, "%s: the header tells of a mask of %d x %d pixels", path,
                         width, height);
    const struct plain_layout layout = {.format = "Fit2D mask",
                                        .width = int64_ceil_div(width, 32) * 4, // in bytes, for the checks
                                        .height = height,
                                        .frames = 1,
                                        .type = SAMPLE_U8,
                                        .offset = MASK_HEADER};
    status = plain_file_set_layout(file, &layout, error);
    file->layout.width = width;
    return status;
}

static enum status fit2d_mask_open(const struct open_request *request, struct image_file **out,
                                   struct error *error)
{
    return plain_file_open_with(request, &fit2d_mask_reader, sizeof(struct plain_file), open_content, out,
                                error);
}

// Decodes `count` pixels of row y from column x on; together they are at most PIECE_BYTES of bits.
static enum status decode_piece(const struct plain_file *file, int64_t x, int64_t y, int64_t count,
                                uint8_t *pixels, uint8_t *classes, struct decode_report *report,
                                struct error *error)
{
    uint8_t bits[PIECE_BYTES + 1];
    const struct plain_samples from = {.path = file->base.path,
                                       .blob = file->base.blob,
                                       .offset = file->layout.offset,
                                       .present = file->bytes - file->layout.offset,
                                       .type = SAMPLE_U8};
    int64_t first = y * file->layout.row_bytes + x / 8, there;
    int64_t bytes = (x + count - 1) / 8 - x / 8 + 1;
    enum status status = plain_read(&from, first, bytes, bits, &there, error);
    if (status != STATUS_OK)
        return status;
    int64_t good = int64_clamp(there * 8 - x % 8, 0, count);
    for (int64_t i = 0; i < good; i++)
        pixels[i] = bits[(x % 8 + i) / 8] >> ((x + i) % 8) & 1;
    plain_lose(&from, pixels + good, classes + good, count - good, report);
    return STATUS_OK;
}

static enum status fit2d_mask_decode(struct image_file *base, const struct decode_request *request,
                                     struct decode_report *report, struct error *error)
{
    const struct rect rect = request->rect;
    enum status status = STATUS_OK;
    for (int64_t row = 0; row < rect.height; row++) {
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)row * request->stride;
        uint8_t *classes = request->classes + row * rect.width;
        for (int64_t x = 0; x < rect.width && status == STATUS_OK; x += PIECE_PIXELS)
            status =
                decode_piece(plain_file_of(base), rect.x + x, rect.y + row,
                             int64_min(PIECE_PIXELS, rect.width - x), pixels + x, classes + x, report, error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static const char *const fit2d_mask_extensions[] = {"msk", NULL};

const struct reader fit2d_mask_reader = {
    .name = "fit2d-mask",
    .description = "Fit2D mask",
    .extensions = fit2d_mask_extensions,
    .media = {.types = "image/x-fit2d-mask;", .magic = "M\\0\\0\\0A\\0\\0\\0S\\0\\0\\0K"},
    .probe = fit2d_mask_probe,
    .open = fit2d_mask_open,
    .frame_info = plain_file_info,
    .decode = fit2d_mask_decode,
    .clone = plain_file_clone,
    .close = plain_file_close,
};
