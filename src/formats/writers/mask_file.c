// SPDX-License-Identifier: MIT
// Loading of a mask file in bands: what is not zero is masked.
#include "formats/writers/mask_file.h"

#include "base/size.h"
#include "base/text.h"
#include "formats/base/blob.h"
#include "formats/base/reader.h"
#include "formats/hdf5/hdf5_files.h"
#include "image/edit/mask_edit.h"

#include <stdlib.h>
#include <string.h>

enum { BAND_MAX_BYTES = 16 * 1024 * 1024 };

struct loading {
    struct image_file *file;
    struct frame_info info;
    bool inverted, layers; // zero is masked; the values tell the layers
    bool nexus;            // bits of NXmx
    struct cancel *cancel; // may be NULL
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

// The samples as u32, for integers; the lower half of wider ones.
static uint32_t sample_at(enum sample_type type, const uint8_t *samples, size_t i)
{
    const size_t bytes = sample_traits(type)->bytes;
    uint32_t value = 0;
    memcpy(&value, samples + i * bytes, bytes < sizeof value ? bytes : sizeof value);
    return value;
}

// The layers of a pixel mask of NXmx.
static uint8_t nexus_layers(uint32_t bits)
{
    const uint8_t own = (uint8_t)(bits >> 16);
    if (own)
        return own;
    return (uint8_t)((bits & 1u ? MASK_BIT(MASK_GAP) : 0) | (bits & 1u << 4 ? MASK_BIT(MASK_HOT) : 0) |
                     (bits & 1u << 8 ? MASK_BIT(MASK_USER) : 0) | (bits & 0xFEEEu ? MASK_BIT(MASK_BAD) : 0));
}

// What the samples say: a mark for each pixel, or its layers.
static void judge(const struct loading *loading, size_t count)
{
    const enum sample_type type = loading->info.type;
    uint8_t *marks = loading->marks;
    if (loading->nexus)
        for (size_t i = 0; i < count; i++) {
            const uint32_t bits = sample_at(type, loading->pixels, i);
            marks[i] = loading->layers ? nexus_layers(bits) : (bits & 0xFFFFu) != 0;
        }
    else
        mark_nonzero(type, loading->pixels, count, marks);
    for (size_t i = 0; i < count && loading->inverted; i++)
        marks[i] = marks[i] == 0; // NOLINT: bytes are marks as they are
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
                                     .classes = loading->classes,
                                     .cancel = loading->cancel};
    enum status status = image_file_decode(loading->file, &request, &report, error);
    if (status != STATUS_OK)
        return status;
    // A mask with a hole would let bad pixels through unnoticed.
    if (report.lost_pixels > 0)
        return error_set(error, STATUS_BROKEN, "%s (the mask is not used)", report.first_loss.text);
    judge(loading, count);
    if (loading->layers) {
        mask_write(mask, rect, loading->marks, (size_t)rect.width, 0xFF);
        return STATUS_OK;
    }
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
    if (info->width != mask->width || info->height != mask->height)
        return error_set(
            error, STATUS_MISMATCH,
            "%s: the mask is %lld x %lld pixels, the image %lld x %lld; they must be the same size", path,
            (long long)info->width, (long long)info->height, (long long)mask->width, (long long)mask->height);
    enum status status;
    if (loading->layers && !loading->nexus && info->type != SAMPLE_U8)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: tells no layers; those are in bytes, or in a pixel mask of NXmx", path);
    status = prepare(loading, error);
    if (status != STATUS_OK)
        return status;
    const uint8_t bits = loading->layers ? 0xFF : MASK_BIT(MASK_FILE);
    mask_clear(mask, bits);
    for (int64_t y = 0; status == STATUS_OK && y < info->height; y += loading->band_rows)
        status = load_band(loading, y, mask, error);
    if (status != STATUS_OK)
        mask_clear(mask, bits);
    return status;
}

// --- which dataset ---

static bool is_hdf5(const char *path)
{
    struct blob *blob;
    if (blob_open(path, &blob, NULL) != STATUS_OK)
        return false;
    const bool same = hdf5_signature_locate(blob) >= 0;
    blob_release(&blob);
    return same;
}

static enum status open_named(const char *name, struct loading *loading, struct error *error)
{
    const struct open_request request = {.path = name, .channel = CHANNEL_AUTO, .cancel = loading->cancel};
    return image_file_open_request(&request, &loading->file, error);
}

// Opens the pixel mask of an HDF5 file: that of NXmx, of DECTRIS, of CXI, or what is called so.
static bool open_usual(const char *path, struct loading *loading)
{
    static const char *const usual[] = {"/entry/instrument/detector/pixel_mask",
                                        "/entry/instrument/detector/detectorSpecific/pixel_mask",
                                        "/entry_1/instrument_1/detector_1/mask",
                                        "/entry/pixel_mask",
                                        "/pixel_mask",
                                        "/entry/mask",
                                        "/mask"};
    struct error unused = {0};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct text name = {0};
        text_printf(&name, "%s::%s", path, usual[i]);
        const enum status status = open_named(text_string(&name), loading, &unused);
        text_free(&name);
        if (status == STATUS_OK) {
            loading->nexus = strstr(usual[i], "/pixel_mask") != NULL;
            return true;
        }
    }
    return false;
}

static enum status open_mask(const char *path, struct loading *loading, struct error *error)
{
    const char *selector = strstr(path, "::");
    if (!selector && is_hdf5(path) && open_usual(path, loading))
        return STATUS_OK;
    const enum status status = open_named(path, loading, error);
    const char *name = selector ? strrchr(selector, '/') : NULL;
    loading->nexus = name && strncmp(name, "/pixel_mask", strlen("/pixel_mask")) == 0;
    return status;
}

static enum status load(const char *path, bool layers, struct cancel *cancel, struct mask *mask,
                        struct error *error)
{
    static const char valid[] = "valid:";
    struct loading loading = {.layers = layers, .cancel = cancel};
    if (!layers && strncmp(path, valid, sizeof valid - 1) == 0) {
        loading.inverted = true;
        path += sizeof valid - 1;
    }
    enum status status = open_mask(path, &loading, error);
    if (status == STATUS_OK)
        status = image_file_info_heeding(loading.file, 0, cancel, &loading.info, error);
    loading.nexus = loading.nexus && status == STATUS_OK && !sample_traits(loading.info.type)->is_float;
    if (status == STATUS_OK)
        status = load_all(&loading, path, mask, error);
    finish(&loading);
    return status;
}

enum status mask_file_load(const char *path, struct cancel *cancel, struct mask *mask, struct error *error)
{
    return load(path, false, cancel, mask, error);
}

enum status mask_file_bitmap(const char *path, int64_t width, int64_t height, struct cancel *cancel,
                             struct bitmap **bitmap, struct error *error)
{
    struct mask *mask = NULL;
    enum status status = mask_create(width, height, &mask, error);
    if (status == STATUS_OK)
        status = mask_file_load(path, cancel, mask, error);
    if (status == STATUS_OK)
        status = mask_to_bitmap(mask, MASK_BIT(MASK_FILE), bitmap, error);
    mask_destroy(&mask);
    return status;
}

enum status mask_file_load_layers(const char *path, struct cancel *cancel, struct mask *mask,
                                  struct error *error)
{
    return load(path, true, cancel, mask, error);
}
