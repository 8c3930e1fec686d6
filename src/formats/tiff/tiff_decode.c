// SPDX-License-Identifier: MIT
// Decoding of a rectangle of a TIFF page, by plain reads where possible, else chunk by chunk or row by row.
#include "base/memory.h"
#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/base/channels.h"
#include "formats/tiff/tiff_internal.h"
#include "image/mask.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// One read is at most so long, so that a cancelled request ends soon.
enum { READ_BYTES = 4 << 20 };

// A chunk of more bytes than the first is decoded only if what is stored for it can give so many; one of more
// than the second only if no more than the common codecs reach would be needed for that.
enum { UNQUESTIONED_BYTES = 16 << 20, HUGE_BYTES = 1 << 30, COMMON_EXPANSION = 2000 };

// What one decode works with.
struct work {
    struct tiff_file *file;
    const struct tiff_layout *layout;
    const struct decode_request *request;
    struct decode_report *report;
    struct error *error;
    size_t sample_bytes;
    uint8_t *channels[3]; // luminance: a row of each; complex: of each part, and of both by turns
    uint8_t *rows[3];     // uncompressed: a row as stored, of each plane wanted
};

// The part of a chunk that is wanted.
struct part {
    int64_t column, row; // of the chunk in the grid of chunks
    int64_t left, top;   // the chunk's first pixel in the image
    struct rect rect;    // in the image
};

static unsigned planes_wanted(const struct tiff_layout *layout)
{
    return layout->separate && layout->luminance ? 3 : 1;
}

// The index of a chunk for the plane-th of the planes wanted.
static int64_t chunk_index(const struct tiff_layout *layout, const struct part *part, unsigned plane)
{
    int64_t at = part->row * layout->chunks.across + part->column;
    if (!layout->separate)
        return at;
    int64_t stored = layout->luminance ? plane : layout->channel;
    return stored * layout->chunks.across * layout->chunks.down + at;
}

static uint8_t *pixel_at(const struct work *work, int64_t x, int64_t y)
{
    const struct rect *rect = &work->request->rect;
    return (uint8_t *)work->request->pixels + (size_t)(y - rect->y) * work->request->stride +
           (size_t)(x - rect->x) * work->sample_bytes;
}

static void fill_nan(enum sample_type type, uint8_t *out, int64_t count)
{
    double nan64 = (double)NAN;
    float nan32 = NAN;
    uint16_t nan16 = 0x7E00;
    const void *value = type == SAMPLE_F64   ? (const void *)&nan64
                        : type == SAMPLE_F32 ? (const void *)&nan32
                                             : &nan16;
    size_t bytes = sample_traits(type)->bytes;
    for (int64_t i = 0; i < count; i++)
        memcpy(out + (size_t)i * bytes, value, bytes);
}

// Marks pixels whose data are damaged or absent.
static void lose(struct work *work, struct rect rect, const char *reason)
{
    if (rect.width < 1 || rect.height < 1)
        return;
    const struct decode_request *request = work->request;
    for (int64_t y = rect.y; y < rect.y + rect.height; y++) {
        uint8_t *out = pixel_at(work, rect.x, y);
        if (sample_traits(work->layout->type)->is_float)
            fill_nan(work->layout->type, out, rect.width);
        else
            memset(out, 0, (size_t)rect.width * work->sample_bytes);
        uint8_t *classes =
            request->classes + (y - request->rect.y) * request->rect.width + (rect.x - request->rect.x);
        for (int64_t i = 0; i < rect.width; i++)
            classes[i] |= MASK_BIT(MASK_BAD);
    }
    work->report->any_class = true;
    work->report->lost_pixels += rect.width * rect.height;
    if (work->report->first_loss.status == STATUS_OK)
        error_set(&work->report->first_loss, STATUS_BROKEN, "%s: page %lld is damaged from row %lld on: %s",
                  work->file->base.path, (long long)tiff_page_number(work->file, request->frame),
                  (long long)rect.y, reason);
}

static const char *library_reason(const struct tiff_file *file)
{
    return file->message[0] ? file->message : "the compressed data are damaged";
}

static enum status io_failure(const struct work *work)
{
    return error_set(work->error, STATUS_IO, "%s: read failed: %s", work->file->base.path,
                     strerror(work->file->io_error));
}

// A stretch of complex numbers: their parts, one by one, side by side in a type that holds them, then what is
// chosen of them.
static void emit_complex(struct work *work, struct tiff_span span, uint8_t *out)
{
    const struct tiff_layout *layout = work->layout;
    const size_t part = sample_traits(layout->component)->bytes, item = work->sample_bytes;
    for (unsigned i = 0; i < 2; i++) {
        span.offset = layout->channel + i;
        tiff_unpack(&span, layout->component, layout->is_float, layout->is_signed, work->channels[i]);
        for (int64_t x = 0; x < span.count; x++) {
            const uint8_t *from = work->channels[i] + (size_t)x * part;
            uint8_t *to = work->channels[2] + (size_t)(2 * x + i) * item;
            const double value = layout->is_float ? 0 : sample_value(layout->component, from);
            const float single = (float)value;
            memcpy(to,
                   layout->is_float ? (const void *)from
                   : item == 4      ? (const void *)&single
                                    : &value,
                   item);
        }
    }
    channels_pick(layout->type, &layout->choice, work->channels[2], span.count, out);
}

// Converts a stretch of one row into the caller's memory. rows[i] begins at the chunk's first column.
static void emit_row(struct work *work, const uint8_t *const rows[3], int64_t first, int64_t x, int64_t y,
                     int64_t count)
{
    const struct tiff_layout *layout = work->layout;
    struct tiff_span span = {
        .row = rows[0],
        .bits = layout->bits,
        .step = layout->separate ? 1 : layout->samples,
        .offset = layout->separate ? 0 : layout->channel,
        .first = first,
        .count = count,
    };
    uint8_t *out = pixel_at(work, x, y);
    if (layout->complex) {
        emit_complex(work, span, out);
        return;
    }
    if (!layout->luminance) {
        tiff_unpack(&span, layout->type, layout->is_float, layout->is_signed, out);
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        span.row = rows[layout->separate ? i : 0];
        span.offset = layout->separate ? 0 : i;
        tiff_unpack(&span, layout->type, layout->is_float, layout->is_signed, work->channels[i]);
    }
    const void *const rgb[3] = {work->channels[0], work->channels[1], work->channels[2]};
    channels_luminance(layout->type, rgb, count, out);
}

// --- uncompressed data ---

// Reads up to `count` bytes; fewer only at the end of the file or on an error, which is noted in the handle.
static size_t read_bytes(struct tiff_file *file, uint64_t offset, uint8_t *out, size_t count)
{
    if (offset > (uint64_t)INT64_MAX - count)
        return 0;
    const int64_t got = blob_read_some(file->base.blob, (int64_t)offset, out, count);
    if (got < 0)
        file->io_error = errno;
    return (size_t)int64_max(got, 0);
}

// True if the samples in the file are those handed out, save perhaps for the byte order.
static bool is_direct(const struct tiff_layout *layout)
{
    return layout->way == TIFF_WAY_RAW && !layout->luminance && !layout->complex && !layout->reverse_bits &&
           (layout->samples == 1 || layout->separate) &&
           layout->bits == 8 * sample_traits(layout->type)->bytes;
}

static uint64_t row_offset(const struct tiff_layout *layout, int64_t chunk, int64_t row_in_chunk)
{
    uint64_t offset = layout->chunks.offsets[chunk];
    uint64_t inside = layout->chunks.shift + (uint64_t)row_in_chunk * layout->chunks.row_bytes;
    // Offset 0 is the file's header: the chunk was never written.
    return offset == 0 || offset > UINT64_MAX - inside ? UINT64_MAX : offset + inside;
}

// The number of rows from `y` of a page in strips that follow each other in the file without a gap.
static int64_t rows_contiguous(const struct work *work, const struct part *part, int64_t y)
{
    const struct tiff_layout *layout = work->layout;
    const struct rect *wanted = &work->request->rect;
    int64_t limit =
        int64_min(wanted->y + wanted->height - y, READ_BYTES / (int64_t)layout->chunks.row_bytes + 1);
    int64_t chunk = chunk_index(layout, part, 0);
    int64_t end = int64_min(part->top + layout->chunks.height, layout->height);
    uint64_t strip_bytes = (uint64_t)layout->chunks.height * layout->chunks.row_bytes;
    while (end - y < limit && end < layout->height && layout->chunks.offsets[chunk] != 0 &&
           layout->chunks.offsets[chunk + 1] == layout->chunks.offsets[chunk] + strip_bytes) {
        chunk++;
        end = int64_min(end + layout->chunks.height, layout->height);
    }
    return int64_min(end - y, limit);
}

static void rows_missing(struct work *work, struct rect rect)
{
    lose(work, rect, "the file ends before its pixels do");
}

// Whole rows of strips in one read. *rows is how many were dealt with.
static enum status read_block(struct work *work, const struct part *part, int64_t y, int64_t *rows)
{
    const struct tiff_layout *layout = work->layout;
    struct rect block = {.x = 0, .y = y, .width = layout->width, .height = rows_contiguous(work, part, y)};
    uint8_t *out = pixel_at(work, 0, y);
    size_t bytes = (size_t)block.height * layout->chunks.row_bytes;
    size_t got =
        read_bytes(work->file, row_offset(layout, chunk_index(layout, part, 0), y - part->top), out, bytes);
    if (work->file->io_error)
        return io_failure(work);
    *rows = block.height;
    int64_t whole = (int64_t)(got / layout->chunks.row_bytes);
    if (layout->swapped)
        tiff_swap(out, (size_t)whole * layout->chunks.row_bytes, layout->bits);
    block.y += whole;
    block.height -= whole;
    rows_missing(work, block);
    return STATUS_OK;
}

// A stretch of one row straight into the caller's memory.
static enum status read_direct_row(struct work *work, const struct part *part, int64_t y)
{
    const struct tiff_layout *layout = work->layout;
    const struct rect *rect = &part->rect;
    uint64_t offset = row_offset(layout, chunk_index(layout, part, 0), y - part->top);
    size_t skip = (size_t)(rect->x - part->left) * work->sample_bytes;
    size_t bytes = (size_t)rect->width * work->sample_bytes;
    uint8_t *out = pixel_at(work, rect->x, y);
    size_t got = offset > UINT64_MAX - skip ? 0 : read_bytes(work->file, offset + skip, out, bytes);
    if (work->file->io_error)
        return io_failure(work);
    if (got < bytes)
        rows_missing(work, (struct rect){rect->x, y, rect->width, 1});
    else if (layout->swapped)
        tiff_swap(out, bytes, layout->bits);
    return STATUS_OK;
}

// One row as stored, of every plane wanted, brought to the machine's order and then converted.
static enum status read_converted_row(struct work *work, const struct part *part, int64_t y)
{
    const struct tiff_layout *layout = work->layout;
    const struct rect *rect = &part->rect;
    bool whole = true;
    for (unsigned plane = 0; plane < planes_wanted(layout); plane++) {
        uint8_t *row = work->rows[plane];
        uint64_t offset = row_offset(layout, chunk_index(layout, part, plane), y - part->top);
        whole = read_bytes(work->file, offset, row, layout->chunks.row_bytes) == layout->chunks.row_bytes &&
                whole;
        if (work->file->io_error)
            return io_failure(work);
        if (layout->reverse_bits)
            TIFFReverseBits(row, (tmsize_t)layout->chunks.row_bytes);
        if (layout->swapped)
            tiff_swap(row, layout->chunks.row_bytes, layout->bits);
    }
    const uint8_t *const rows[3] = {work->rows[0], work->rows[1], work->rows[2]};
    if (whole)
        emit_row(work, rows, rect->x - part->left, rect->x, y, rect->width);
    else
        rows_missing(work, (struct rect){rect->x, y, rect->width, 1});
    return STATUS_OK;
}

static enum status decode_part_raw(struct work *work, const struct part *part)
{
    bool direct = is_direct(work->layout);
    enum status status = STATUS_OK;
    int64_t end = part->rect.y + part->rect.height;
    for (int64_t y = part->rect.y; y < end && status == STATUS_OK; y++) {
        if (cancel_requested(work->request->cancel))
            return STATUS_CANCELLED;
        status = direct ? read_direct_row(work, part, y) : read_converted_row(work, part, y);
    }
    return status;
}

// --- chunks that libtiff decodes ---

// The strip or tile as four bytes a pixel, in the file's own orientation.
static bool decode_rgba(struct tiff_file *file, const struct part *part, int64_t rows, uint8_t *out)
{
    const struct tiff_layout *layout = &file->layout;
    TIFFRGBAImage image;
    char message[1024] = "";
    if (!TIFFRGBAImageOK(file->tiff, message) || !TIFFRGBAImageBegin(&image, file->tiff, 1, message)) {
        if (!file->message[0])
            snprintf(file->message, sizeof file->message, "%.255s", message);
        return false;
    }
    image.req_orientation = image.orientation;
    image.row_offset = (int)part->top;
    image.col_offset = (int)part->left;
    int64_t columns = int64_min(layout->chunks.width, layout->width - part->left);
    uint32_t *raster = (uint32_t *)(void *)out;
    bool good = TIFFRGBAImageGet(&image, raster, (uint32_t)columns, (uint32_t)rows);
    TIFFRGBAImageEnd(&image);
    // The raster has no gap at the right edge; rows of chunks have.
    for (int64_t y = rows - 1; good && columns < layout->chunks.width && y > 0; y--)
        memmove(out + (size_t)y * layout->chunks.row_bytes, raster + y * columns, (size_t)columns * 4);
    return good;
}

// Rows of a damaged strip up to the damage, one by one.
static int64_t salvage_rows(struct tiff_file *file, const struct part *part, uint16_t plane, int64_t rows,
                            uint8_t *out)
{
    char message[sizeof file->message];
    memcpy(message, file->message, sizeof message);
    int64_t row = 0;
    if (tiff_page_reload(file, NULL) == STATUS_OK)
        while (row < rows && TIFFReadScanline(file->tiff, out + (size_t)row * file->layout.chunks.row_bytes,
                                              (uint32_t)(part->top + row), plane) == 1)
            row++;
    memcpy(file->message, message, sizeof message);
    return row;
}

// Decodes a chunk into `out`; returns the number of rows that are good.
static int64_t decode_chunk(struct tiff_file *file, const struct part *part, unsigned plane, uint8_t *out)
{
    const struct tiff_layout *layout = &file->layout;
    int64_t rows = int64_min(layout->chunks.height, layout->height - part->top);
    uint32_t index = (uint32_t)chunk_index(layout, part, plane);
    file->message[0] = '\0';
    if (layout->way == TIFF_WAY_RGBA)
        return decode_rgba(file, part, rows, out) ? rows : 0;
    tmsize_t size = (tmsize_t)layout->chunks.bytes;
    tmsize_t got = layout->chunks.tiled ? TIFFReadEncodedTile(file->tiff, index, out, size)
                                        : TIFFReadEncodedStrip(file->tiff, index, out, size);
    if (got >= 0)
        return int64_min(rows, got / (tmsize_t)layout->chunks.row_bytes);
    if (layout->chunks.tiled || file->io_error || !tiff_codec_of(layout->compression).by_row)
        return 0;
    uint16_t stored = (uint16_t)(!layout->separate ? 0 : layout->luminance ? plane : layout->channel);
    return salvage_rows(file, part, stored, rows, out);
}

// Can what is stored for the chunk be as much as it claims? Says so in file->message if not.
static bool chunk_plausible(struct tiff_file *file, int64_t index)
{
    const struct tiff_layout *layout = &file->layout;
    uint64_t size = (uint64_t)file->bytes, offset = layout->chunks.offsets[index];
    uint64_t room = offset < size ? size - offset : 0;
    uint64_t stored = layout->chunks.counts[index] < room ? layout->chunks.counts[index] : room;
    int64_t expansion = tiff_codec_of(layout->compression).max_expansion;
    if (layout->chunks.bytes > HUGE_BYTES)
        expansion = int64_min(expansion, COMMON_EXPANSION);
    if (layout->way == TIFF_WAY_RGBA)
        expansion *= 4; // bytes of a pixel, of which as little as one is stored
    if (layout->chunks.bytes <= UNQUESTIONED_BYTES || stored >= layout->chunks.bytes / (uint64_t)expansion)
        return true;
    snprintf(file->message, sizeof file->message,
             "its strip or tile %lld claims %zu bytes, which cannot be in %llu", (long long)index,
             layout->chunks.bytes, (unsigned long long)stored);
    return false;
}

// The slot that holds the chunk, decoded now unless it was before.
static enum status slot_fill(struct work *work, const struct part *part, unsigned plane,
                             struct tiff_slot **filled)
{
    struct tiff_file *file = work->file;
    struct tiff_cache *cache = &file->cache;
    int64_t index = chunk_index(work->layout, part, plane);
    struct tiff_slot *slot = &cache->slots[plane * cache->columns + part->column % cache->columns];
    *filled = slot;
    if (slot->chunk == index)
        return STATUS_OK;
    slot->chunk = -1;
    slot->rows = 0;
    if (!chunk_plausible(file, index))
        return STATUS_OK;
    const size_t chunk_bytes = work->layout->chunks.bytes;
    const enum status status =
        memory_check(file->base.path, "a strip or tile",
                     chunk_bytes > INT64_MAX ? INT64_MAX : (int64_t)chunk_bytes, work->error);
    if (status != STATUS_OK)
        return status;
    if (!slot->data)
        slot->data = calloc(1, work->layout->chunks.bytes);
    if (!slot->data)
        return error_set(work->error, STATUS_NO_MEMORY,
                         "%s: not enough memory for a strip or tile of %zu bytes", file->base.path,
                         work->layout->chunks.bytes);
    slot->rows = decode_chunk(file, part, plane, slot->data);
    if (file->io_error)
        return io_failure(work);
    slot->chunk = index;
    return STATUS_OK;
}

static enum status decode_part_chunk(struct work *work, const struct part *part)
{
    const struct tiff_layout *layout = work->layout;
    const unsigned planes = planes_wanted(layout);
    struct tiff_slot *slots[3] = {0};
    int64_t good = layout->chunks.height;
    for (unsigned plane = 0; plane < planes; plane++) {
        enum status status = slot_fill(work, part, plane, &slots[plane]);
        if (status != STATUS_OK)
            return status;
        good = int64_min(good, slots[plane]->rows);
    }
    if (work->file->page < 0)
        return error_set(work->error, STATUS_BROKEN, "%s: changed while it was read", work->file->base.path);
    const struct rect *rect = &part->rect;
    int64_t end = rect->y + rect->height, good_end = int64_clamp(part->top + good, rect->y, end);
    for (int64_t y = rect->y; y < good_end; y++) {
        const uint8_t *rows[3] = {0};
        if (cancel_requested(work->request->cancel))
            return STATUS_CANCELLED;
        for (unsigned plane = 0; plane < planes; plane++)
            rows[plane] = slots[plane]->data + (size_t)(y - part->top) * layout->chunks.row_bytes;
        emit_row(work, rows, rect->x - part->left, rect->x, y, rect->width);
    }
    lose(work, (struct rect){rect->x, good_end, rect->width, end - good_end}, library_reason(work->file));
    return STATUS_OK;
}

// --- long strips, row by row ---

// Decodes up to row `y` of its strip; false if the data are damaged before.
static enum status scan_to(struct work *work, const struct part *part, int64_t y, bool *good)
{
    struct tiff_file *file = work->file;
    struct tiff_scan *scan = &file->scan;
    int64_t chunk = chunk_index(work->layout, part, 0);
    uint16_t plane = (uint16_t)(work->layout->separate ? work->layout->channel : 0);
    if (scan->chunk != chunk || y < scan->next - 1) {
        *scan = (struct tiff_scan){.row = scan->row, .next = part->top, .chunk = chunk, .failed = INT64_MAX};
        file->message[0] = '\0';
    }
    for (; scan->next <= y && y < scan->failed; scan->next++) {
        if (cancel_requested(work->request->cancel))
            return STATUS_CANCELLED;
        if (TIFFReadScanline(file->tiff, scan->row, (uint32_t)scan->next, plane) != 1)
            scan->failed = scan->next;
        if (file->io_error)
            return io_failure(work);
    }
    *good = y < scan->failed;
    return STATUS_OK;
}

static enum status decode_part_scanline(struct work *work, const struct part *part)
{
    struct tiff_scan *scan = &work->file->scan;
    const struct rect *rect = &part->rect;
    if (!scan->row)
        scan->row = calloc(1, work->layout->chunks.row_bytes);
    if (!scan->row)
        return error_set(work->error, STATUS_NO_MEMORY, "%s: not enough memory for a row",
                         work->file->base.path);
    for (int64_t y = rect->y; y < rect->y + rect->height; y++) {
        bool good = false;
        enum status status = scan_to(work, part, y, &good);
        if (status != STATUS_OK)
            return status;
        const uint8_t *const rows[3] = {scan->row};
        if (good)
            emit_row(work, rows, rect->x, rect->x, y, rect->width);
        else
            lose(work, (struct rect){rect->x, y, rect->width, 1}, library_reason(work->file));
    }
    return STATUS_OK;
}

// --- the whole request ---

static struct part part_of(const struct work *work, int64_t column, int64_t row)
{
    const struct tiff_layout *layout = work->layout;
    const struct rect *wanted = &work->request->rect;
    struct part part = {
        .column = column,
        .row = row,
        .left = column * layout->chunks.width,
        .top = row * layout->chunks.height,
    };
    part.rect.x = int64_max(wanted->x, part.left);
    part.rect.y = int64_max(wanted->y, part.top);
    part.rect.width = int64_min(wanted->x + wanted->width, part.left + layout->chunks.width) - part.rect.x;
    part.rect.height = int64_min(wanted->y + wanted->height, part.top + layout->chunks.height) - part.rect.y;
    return part;
}

static enum status decode_part(struct work *work, const struct part *part)
{
    if (cancel_requested(work->request->cancel))
        return STATUS_CANCELLED;
    if (work->layout->way == TIFF_WAY_RAW)
        return decode_part_raw(work, part);
    if (work->layout->way == TIFF_WAY_SCANLINE)
        return decode_part_scanline(work, part);
    return decode_part_chunk(work, part);
}

static enum status decode_parts(struct work *work)
{
    const struct tiff_layout *layout = work->layout;
    const struct rect *rect = &work->request->rect;
    int64_t last_row = (rect->y + rect->height - 1) / layout->chunks.height;
    int64_t last_column = (rect->x + rect->width - 1) / layout->chunks.width;
    for (int64_t row = rect->y / layout->chunks.height; row <= last_row; row++) {
        for (int64_t column = rect->x / layout->chunks.width; column <= last_column; column++) {
            struct part part = part_of(work, column, row);
            enum status status = decode_part(work, &part);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

// Whole rows of a page in strips, into rows without a gap: as few reads as the file allows.
static enum status decode_blocks(struct work *work)
{
    const struct rect *rect = &work->request->rect;
    int64_t rows = 0;
    for (int64_t y = rect->y; y < rect->y + rect->height; y += rows) {
        if (cancel_requested(work->request->cancel))
            return STATUS_CANCELLED;
        struct part part = part_of(work, 0, y / work->layout->chunks.height);
        enum status status = read_block(work, &part, y, &rows);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool rows_create(uint8_t *rows[3], unsigned count, size_t bytes)
{
    for (unsigned i = 0; i < count; i++) {
        rows[i] = malloc(bytes);
        if (!rows[i])
            return false;
    }
    return true;
}

static bool work_prepare(struct work *work)
{
    const struct tiff_layout *layout = work->layout;
    bool converts = layout->way == TIFF_WAY_RAW && !is_direct(layout);
    const bool joins = layout->luminance || layout->complex;
    const size_t sample = work->sample_bytes * (layout->complex ? 2 : 1);
    return (!joins || rows_create(work->channels, 3, (size_t)work->request->rect.width * sample)) &&
           (!converts || rows_create(work->rows, planes_wanted(layout), layout->chunks.row_bytes));
}

static void work_finish(struct work *work)
{
    for (unsigned i = 0; i < 3; i++) {
        free(work->channels[i]);
        free(work->rows[i]);
    }
}

enum status tiff_page_decode(struct tiff_file *file, const struct decode_request *request,
                             struct decode_report *report, struct error *error)
{
    enum status status = tiff_page_load(file, request->frame, error);
    if (status != STATUS_OK)
        return status;
    const struct tiff_layout *layout = &file->layout;
    struct work work = {
        .file = file,
        .layout = layout,
        .request = request,
        .report = report,
        .error = error,
        .sample_bytes = sample_traits(layout->type)->bytes,
    };
    file->io_error = 0;
    bool whole_rows = is_direct(layout) && !layout->chunks.tiled && request->rect.width == layout->width &&
                      request->stride == layout->chunks.row_bytes;
    if (!work_prepare(&work))
        status = error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for a row", file->base.path);
    else
        status = whole_rows ? decode_blocks(&work) : decode_parts(&work);
    work_finish(&work);
    return status;
}
