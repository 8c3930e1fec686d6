// SPDX-License-Identifier: MIT
// Loading of a mask file in bands: what is not zero is masked.
#include "formats/mask_file.h"

#include "base/size.h"
#include "formats/reader.h"

#include <stdlib.h>
#include <string.h>

enum { BAND_MAX_BYTES = 16 * 1024 * 1024 };

struct loading {
    struct image_file *file;
    struct frame_info info;
    int64_t band_rows;
    uint8_t *pixels;  // one band of samples
    uint8_t *classes; // a byte per pixel of the band, zero between bands
    uint8_t *marks;   // a byte per pixel of the band; the pixels themselves if they are bytes
};

// 0 and -0 are not masked; every other pattern, NaN among them, is. For floats the sign bit is shifted out.
#define MARK_NONZERO(name, word)                                                                             \
    static void name(const uint8_t *samples, size_t count, int shift, uint8_t *marks)                        \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            word bits;                                                                                       \
            memcpy(&bits, samples + i * sizeof bits, sizeof bits);                                           \
            marks[i] = (word)(bits << shift) != 0;                                                           \
        }                                                                                                    \
    }
MARK_NONZERO(mark_words_16, uint16_t)
MARK_NONZERO(mark_words_32, uint32_t)
MARK_NONZERO(mark_words_64, uint64_t)
#undef MARK_NONZERO

static void mark_nonzero(enum sample_type type, const uint8_t *samples, size_t count, uint8_t *marks)
{
    const struct sample_traits *traits = sample_traits(type);
    int shift = traits->is_float ? 1 : 0;
    if (traits->bytes == 2)
        mark_words_16(samples, count, shift, marks);
    else if (traits->bytes == 4)
        mark_words_32(samples, count, shift, marks);
    else if (traits->bytes == 8)
        mark_words_64(samples, count, shift, marks);
}

static enum status load_band(struct loading *loading, int64_t y, struct mask *mask, struct error *error)
{
    const struct frame_info *info = &loading->info;
    struct rect rect = {0, y, info->width, int64_min(loading->band_rows, info->height - y)};
    size_t count = (size_t)(rect.width * rect.height);
    struct decode_report report = {0};
    struct decode_request request = {.rect = rect,
                                     .pixels = loading->pixels,
                                     .stride = (size_t)rect.width * sample_traits(info->type)->bytes,
                                     .classes = loading->classes};
    enum status status = image_file_decode(loading->file, &request, &report, error);
    if (status != STATUS_OK)
        return status;
    // A mask with a hole would let bad pixels through unnoticed.
    if (report.lost_pixels > 0)
        return error_set(error, STATUS_BROKEN, "%s (the mask is not used)", report.first_loss.text);
    mark_nonzero(info->type, loading->pixels, count, loading->marks);
    if (report.any_class) {
        for (size_t i = 0; i < count; i++)
            loading->marks[i] =
                loading->marks[i] || loading->classes[i]; // NOLINT: bytes are marks as they are
        memset(loading->classes, 0, count);
    }
    mask_mark(mask, rect, loading->marks, (size_t)rect.width, MASK_BIT(MASK_FILE));
    return STATUS_OK;
}

// Bands are whole rows of blocks of the mask and, unless they are very high, of chunks of the file.
static enum status prepare(struct loading *loading, struct error *error)
{
    const struct frame_info *info = &loading->info;
    size_t item = sample_traits(info->type)->bytes, row, bytes;
    if (!size_multiply((size_t)info->width, item, &row))
        return error_set(error, STATUS_TOO_LARGE, "%s: is too wide", loading->file->path);
    int64_t chunk = int64_min(info->chunk_height, info->height);
    int64_t rows = int64_round_up(MASK_BLOCK, chunk);
    bool modest = size_multiply(row, (size_t)rows, &bytes) && bytes <= BAND_MAX_BYTES;
    loading->band_rows = int64_min(modest ? rows : MASK_BLOCK, info->height);
    size_t pixels;
    if (!size_multiply((size_t)info->width, (size_t)loading->band_rows, &pixels) ||
        !size_multiply(row, (size_t)loading->band_rows, &bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: is too wide", loading->file->path);
    loading->pixels = malloc(bytes);
    loading->classes = calloc(pixels, 1);
    loading->marks = item == 1 ? loading->pixels : malloc(pixels);
    if (!loading->pixels || !loading->classes || !loading->marks)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory for %lld rows of the mask",
                         loading->file->path, (long long)loading->band_rows);
    return STATUS_OK;
}

static void finish(struct loading *loading)
{
    if (loading->marks != loading->pixels)
        free(loading->marks);
    free(loading->pixels);
    free(loading->classes);
    image_file_close(&loading->file);
}

static enum status load_all(struct loading *loading, const char *path, struct mask *mask, struct error *error)
{
    const struct frame_info *info = &loading->info;
    enum status status = image_file_info(loading->file, 0, &loading->info, error);
    if (status != STATUS_OK)
        return status;
    if (info->width != mask->width || info->height != mask->height)
        return error_set(
            error, STATUS_MISMATCH,
            "%s: the mask is %lld x %lld pixels, the image %lld x %lld; they must be the same size", path,
            (long long)info->width, (long long)info->height, (long long)mask->width, (long long)mask->height);
    status = prepare(loading, error);
    if (status != STATUS_OK)
        return status;
    mask_clear(mask, MASK_BIT(MASK_FILE));
    for (int64_t y = 0; status == STATUS_OK && y < info->height; y += loading->band_rows)
        status = load_band(loading, y, mask, error);
    if (status != STATUS_OK)
        mask_clear(mask, MASK_BIT(MASK_FILE));
    return status;
}

enum status mask_file_load(const char *path, struct mask *mask, struct error *error)
{
    struct loading loading = {0};
    enum status status = image_file_open(path, CHANNEL_AUTO, &loading.file, error);
    if (status == STATUS_OK)
        status = load_all(&loading, path, mask, error);
    finish(&loading);
    return status;
}
