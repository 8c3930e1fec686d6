// SPDX-License-Identifier: MIT
// FITS images, plain ones and those in compressed tiles.
//
// Format: FITS Standard 4.0 (https://fits.gsfc.nasa.gov/fits_standard.html). The first stored row is row 0.
#include "formats/base/handle.h"
#include "formats/base/reader.h"
#include "formats/base/readers_list.h"
#include "formats/fits/fits_internal.h"

#include "base/byteorder.h"
#include "base/memory.h"
#include "base/size.h"
#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A batch of this size is read, swapped and converted while it is in cache.
enum { BATCH_BYTES = 256 * 1024, TILE_BAND_BYTES = 1024 * 1024 };

struct fits_file {
    struct image_file base;
    struct fits_hdu hdu;
    uint8_t *scratch;
    size_t scratch_bytes;
    struct fits_tile_reader tiles;
};

static struct fits_file *fits_file_of(struct image_file *file)
{
    return (struct fits_file *)file; // the base is the first member
}

static int fits_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    if (count >= 9 && memcmp(head, "SIMPLE  =", 9) == 0)
        return 100;
    if (count >= 6 && memcmp(head, "SIMPLE", 6) == 0)
        return 50;
    return 0;
}

static void fits_close(struct image_file *base)
{
    struct fits_file *file = fits_file_of(base);
    free(file->scratch);
    fits_tile_reader_free(&file->tiles);
    image_file_end(&file->base);
    free(file);
}

static enum status open_content(struct fits_file *file, const char *selector, struct error *error)
{
    uint8_t head[16] = {0};
    const size_t count = (size_t)int64_min(blob_size(file->base.blob), sizeof head);
    const enum status status = image_file_read(&file->base, 0, head, count, error);
    if (status != STATUS_OK)
        return status;
    if (memcmp(head, "SIMPLE", 6) != 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is no FITS file", file->base.path);
    return fits_hdu_find(&file->base, selector, &file->hdu, error);
}

static enum status fits_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    struct fits_file *file = must_alloc(sizeof *file);
    enum status status = image_file_begin(&file->base, &fits_reader, request, error);
    if (status == STATUS_OK)
        status = open_content(file, request->selector, error);
    if (status != STATUS_OK) {
        fits_close(&file->base);
        return status;
    }
    file->base.frames = file->hdu.frames;
    *out = &file->base;
    return STATUS_OK;
}

static enum status fits_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    (void)error;
    struct fits_file *file = must_alloc(sizeof *file);
    *file = *fits_file_of(base);
    image_file_begin_copy(&file->base, base);
    file->scratch = NULL;
    file->scratch_bytes = 0;
    file->tiles = (struct fits_tile_reader){0};
    *out = &file->base;
    return STATUS_OK;
}

static const char *compression_name(const struct fits_file *file)
{
    if (file->hdu.storage == FITS_TILES)
        return file->hdu.compression;
    return "none";
}

// The first stored number of a frame.
static int64_t frame_start(const struct fits_hdu *hdu, int64_t frame)
{
    return frame * hdu->width * hdu->height;
}

static enum status fits_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                   struct error *error)
{
    char number[56];
    const struct fits_file *file = fits_file_of(base);
    const struct fits_hdu *hdu = &file->hdu;
    bool tiles = hdu->storage == FITS_TILES;
    if (frame_start(hdu, frame) >= hdu->present)
        return error_set(error, STATUS_BROKEN, "%s: the file ends before frame %s", base->path,
                         format_frame(frame, base->frames, number, sizeof number));
    *info = (struct frame_info){.width = hdu->width,
                                .height = hdu->height,
                                .type = hdu->layout.type,
                                .chunk_width = tiles ? hdu->tile_width : hdu->width,
                                .chunk_height = tiles ? hdu->tile_height : 1};
    info->rows_upward = true; // the first stored row is the lowest on the screen, as in every FITS viewer
    snprintf(info->format, sizeof info->format, "FITS");
    snprintf(info->compression, sizeof info->compression, "%s", compression_name(file));
    snprintf(info->unit, sizeof info->unit, "%s", hdu->unit);
    utf8_line(info->title, sizeof info->title, hdu->name);
    if (hdu->number > 0)
        snprintf(info->note, sizeof info->note, "HDU %d%s%s", hdu->number, hdu->name[0] ? " " : "",
                 hdu->name);
    return STATUS_OK;
}

static enum status need_scratch(struct fits_file *file, size_t bytes, struct error *error)
{
    if (bytes <= file->scratch_bytes)
        return STATUS_OK;
    uint8_t *grown = realloc(file->scratch, bytes);
    if (!grown)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory for %zu bytes of its pixels",
                         file->base.path, bytes);
    file->scratch = grown;
    file->scratch_bytes = bytes;
    return STATUS_OK;
}

// A run of consecutive pixels in the caller's memory.
struct run {
    uint8_t *pixels;
    uint8_t *classes;
    size_t count;
};

static struct run run_at(const struct decode_request *request, const struct fits_layout *layout, int64_t row,
                         int64_t column, int64_t count)
{
    return (struct run){
        .pixels = (uint8_t *)request->pixels + (size_t)row * request->stride + (size_t)column * layout->bytes,
        .classes = request->classes + row * request->rect.width + column,
        .count = (size_t)count,
    };
}

// Fills a run that the file does not hold.
static void lose_run(const struct fits_layout *layout, struct run run, struct decode_report *report)
{
    memset(run.pixels, 0, run.count * layout->bytes);
    for (size_t i = 0; i < run.count; i++) {
        if (layout->type == SAMPLE_F32)
            memcpy(run.pixels + i * 4, &(float){NAN}, 4);
        else if (layout->type == SAMPLE_F64)
            memcpy(run.pixels + i * 8, &(double){NAN}, 8);
        run.classes[i] |= MASK_BIT(MASK_BAD);
    }
    report->lost_pixels += (int64_t)run.count;
    report->any_class = true;
}

static void convert_run(const struct fits_layout *layout, const void *raw, struct run run,
                        struct decode_report *report)
{
    if (fits_convert(layout, raw, run.pixels, run.count, run.classes))
        report->any_class = true;
}

// --- Numbers stored as they are ---

static enum status read_numbers(struct fits_file *file, int64_t first, void *raw, size_t count,
                                struct error *error)
{
    size_t item = file->hdu.layout.raw_bytes;
    enum status status =
        blob_read(file->base.blob, file->hdu.data_offset + first * (int64_t)item, raw, count * item, error);
    if (status == STATUS_OK)
        swap_items(raw, count, item);
    return status;
}

static void note_truncation(const struct fits_file *file, int64_t frame, struct decode_report *report)
{
    const struct fits_hdu *hdu = &file->hdu;
    if (report->first_loss.text[0])
        return;
    int64_t there = int64_max(hdu->present - frame_start(hdu, frame), 0);
    error_set(&report->first_loss, STATUS_BROKEN, "%s: the file ends after row %lld of %lld", file->base.path,
              (long long)(there / hdu->width), (long long)hdu->height);
}

// Reads one run whose first stored number is `first`; what lies beyond the file's end is lost.
static enum status decode_run(struct fits_file *file, int64_t first, struct run run, int64_t frame,
                              struct decode_report *report, struct error *error)
{
    const struct fits_layout *layout = &file->hdu.layout;
    size_t there = (size_t)int64_clamp(file->hdu.present - first, 0, (int64_t)run.count);
    void *raw = layout->raw_bytes == layout->bytes ? run.pixels : file->scratch;
    if (there > 0) {
        enum status status = read_numbers(file, first, raw, there, error);
        if (status != STATUS_OK)
            return status;
        convert_run(layout, raw, (struct run){run.pixels, run.classes, there}, report);
    }
    if (there < run.count) {
        note_truncation(file, frame, report);
        lose_run(layout,
                 (struct run){run.pixels + there * layout->bytes, run.classes + there, run.count - there},
                 report);
    }
    return STATUS_OK;
}

static enum status decode_plain(struct fits_file *file, const struct decode_request *request,
                                struct decode_report *report, struct error *error)
{
    const struct fits_hdu *hdu = &file->hdu;
    const struct fits_layout *layout = &hdu->layout;
    struct rect rect = request->rect;
    size_t row_bytes = (size_t)rect.width * layout->bytes;
    // Whole rows without padding are one run.
    bool joined = rect.width == hdu->width && request->stride == row_bytes;
    int64_t rows = joined ? int64_max(BATCH_BYTES / (int64_t)row_bytes, 1) : 1;
    rows = int64_min(rows, rect.height);
    enum status status = STATUS_OK;
    if (layout->raw_bytes != layout->bytes)
        status = need_scratch(file, (size_t)(rows * rect.width) * layout->raw_bytes, error);
    for (int64_t row = 0; status == STATUS_OK && row < rect.height; row += rows) {
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        int64_t count = int64_min(rows, rect.height - row) * rect.width;
        int64_t first = frame_start(hdu, request->frame) + (rect.y + row) * hdu->width + rect.x;
        status =
            decode_run(file, first, run_at(request, layout, row, 0, count), request->frame, report, error);
    }
    return status;
}

// --- Compressed tiles ---

// Reads the stored numbers of a box inside the frame, row-major; false if one of its tiles is damaged.
static bool read_box(struct fits_file *file, int64_t frame, struct rect box, void *raw)
{
    const struct fits_hdu *hdu = &file->hdu;
    int64_t first[FITS_MAX_AXES], last[FITS_MAX_AXES], rest = frame;
    for (int i = 2; i < hdu->axes; i++) {
        first[i] = last[i] = rest % hdu->axis[i] + 1;
        rest /= hdu->axis[i];
    }
    first[0] = box.x + 1;
    last[0] = box.x + box.width;
    first[1] = box.y + 1;
    last[1] = box.y + box.height;
    return fits_tiles_read(&file->tiles, &hdu->tiling, first, last, raw);
}

static void convert_box(const struct fits_file *file, const struct decode_request *request, struct rect box,
                        struct decode_report *report)
{
    const struct fits_layout *layout = &file->hdu.layout;
    for (int64_t row = 0; row < box.height; row++)
        convert_run(
            layout, file->scratch + (size_t)(row * box.width) * layout->raw_bytes,
            run_at(request, layout, box.y - request->rect.y + row, box.x - request->rect.x, box.width),
            report);
}

static void lose_box(const struct fits_file *file, const struct decode_request *request, struct rect box,
                     struct decode_report *report)
{
    if (!report->first_loss.text[0])
        error_set(&report->first_loss, STATUS_BROKEN,
                  "%s: the compressed tile at column %lld, row %lld is damaged", file->base.path,
                  (long long)box.x, (long long)box.y);
    for (int64_t row = 0; row < box.height; row++)
        lose_run(&file->hdu.layout,
                 run_at(request, &file->hdu.layout, box.y - request->rect.y + row, box.x - request->rect.x,
                        box.width),
                 report);
}

// Decodes the box tile by tile after it failed as a whole, so that only the damaged tiles are lost.
static enum status decode_tile_by_tile(struct fits_file *file, const struct decode_request *request,
                                       struct rect box, struct decode_report *report)
{
    const struct fits_hdu *hdu = &file->hdu;
    for (int64_t y = box.y; y < box.y + box.height; y = (y / hdu->tile_height + 1) * hdu->tile_height) {
        int64_t bottom = int64_min((y / hdu->tile_height + 1) * hdu->tile_height, box.y + box.height);
        for (int64_t x = box.x; x < box.x + box.width; x = (x / hdu->tile_width + 1) * hdu->tile_width) {
            if (cancel_requested(request->cancel))
                return STATUS_CANCELLED;
            int64_t right = int64_min((x / hdu->tile_width + 1) * hdu->tile_width, box.x + box.width);
            struct rect tile = {x, y, right - x, bottom - y};
            if (read_box(file, request->frame, tile, file->scratch))
                convert_box(file, request, tile, report);
            else
                lose_box(file, request, tile, report);
        }
    }
    return STATUS_OK;
}

static enum status decode_tiles(struct fits_file *file, const struct decode_request *request,
                                struct decode_report *report, struct error *error)
{
    const struct fits_hdu *hdu = &file->hdu;
    struct rect rect = request->rect;
    size_t row_bytes = (size_t)rect.width * hdu->layout.raw_bytes;
    // Bands end where tiles end, so that no tile is decoded twice.
    int64_t tile_rows = int64_max(TILE_BAND_BYTES / (int64_t)row_bytes / hdu->tile_height, 1);
    int64_t step = tile_rows * hdu->tile_height;
    size_t bytes;
    if (!size_multiply(row_bytes, (size_t)int64_min(step, rect.height), &bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: its tiles are too large", file->base.path);
    const size_t tile = fits_tile_memory(&hdu->tiling);
    enum status status =
        memory_check(file->base.path, "a tile", tile < INT64_MAX ? (int64_t)tile : INT64_MAX, error);
    if (status == STATUS_OK)
        status = need_scratch(file, bytes, error);
    file->tiles.blob = file->base.blob;
    file->tiles.cancel = request->cancel;
    int64_t bottom = rect.y + rect.height;
    for (int64_t y = rect.y; status == STATUS_OK && y < bottom;) {
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        int64_t end = int64_min((y / step + 1) * step, bottom);
        struct rect band = {rect.x, y, rect.width, end - y};
        if (read_box(file, request->frame, band, file->scratch))
            convert_box(file, request, band, report);
        else
            status = decode_tile_by_tile(file, request, band, report);
        y = end;
    }
    return status;
}

static enum status fits_decode(struct image_file *base, const struct decode_request *request,
                               struct decode_report *report, struct error *error)
{
    struct fits_file *file = fits_file_of(base);
    return file->hdu.storage == FITS_TILES ? decode_tiles(file, request, report, error)
                                           : decode_plain(file, request, report, error);
}

static enum status fits_metadata(struct image_file *base, int64_t frame, struct text *out,
                                 struct error *error)
{
    (void)frame; // the frames of a cube share their header
    const struct fits_file *file = fits_file_of(base);
    struct fits_header header;
    if (!fits_header_read(base->blob, file->hdu.header_offset, base->cancel, &header))
        return error_set(error, STATUS_BROKEN, "%s: its header cannot be read", base->path);
    fits_header_list(&header, out);
    fits_header_free(&header);
    return STATUS_OK;
}

static enum status fits_contents(struct image_file *base, struct text *out, struct error *error)
{
    (void)error;
    fits_hdus_list(base, out);
    return STATUS_OK;
}

static const char *const fits_extensions[] = {"fits", "fit", "fts", "fz", NULL};

const struct reader fits_reader = {
    .name = "fits",
    .description = "FITS, also tile-compressed",
    .extensions = fits_extensions,
    .media = {.types = "application/fits;image/fits;image/x-fits;application/x-fits;"},
    .probe = fits_probe,
    .open = fits_open,
    .frame_info = fits_frame_info,
    .decode = fits_decode,
    .clone = fits_clone,
    .metadata = fits_metadata,
    .contents = fits_contents,
    .close = fits_close,
};
