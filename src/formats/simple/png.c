// SPDX-License-Identifier: MIT
// PNG: grey and colours of 1 to 16 bits, by libpng.
//
// Samples are shown as they are stored, those of less than 8 bits too; of a palette the index; of colours the
// luminance or one channel. Rows come one after another; an interlaced picture is decoded as a whole and
// kept. Transparency is a channel like any other. Every call of libpng that can fail is in a function of its
// own with its own setjmp.
#include "formats/base/blob.h"
#include "formats/base/channels.h"
#include "formats/base/header_table.h"
#include "formats/base/plain.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"
#include "formats/base/rows.h"
#include "formats/packed/unpack.h"

#include "base/cancel.h"
#include "base/memory.h"
#include "base/size.h"
#include "image/mask.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PNG_SIGNATURE = 8,
    MAX_CHUNK_BYTES = 8 << 20, // of text and the like
    MAX_CHUNKS = 200,
    MAX_ALLOCATION = 32 << 20, // of libpng: rows of the widest picture and chunks
    BUFFER_BYTES = 64 * 1024,  // of the file
    PIECE_BYTES = 256,         // that libpng takes at a time: of a file that is cut, no more are lost
    PASSES = 7,                // of Adam7
    MAX_WIDTH = 1 << 20,       // pixels; libpng keeps two rows
};

// The decoding of one picture, from its header on.
struct png_rows {
    struct rows rows;
    const struct blob *blob; // borrowed
    int64_t offset, bytes;   // place in the file, its size
    int64_t buffered_at;     // where the buffer's content lies in the file
    size_t buffered;
    png_structp png;
    png_infop info;
    struct channel_choice choice;
    int64_t height;
    uint8_t *line;   // a row with all its channels; NULL for a single one
    uint8_t *image;  // an interlaced picture with all its channels
    int good_passes; // of it, and the rows of the pass behind them
    int64_t good_rows;
    bool failed;
    char message[80]; // of libpng
    uint8_t buffer[BUFFER_BYTES];
};

struct png_file {
    struct plain_file plain;
    struct channel_choice choice;
    int bits, colour_type;
    bool interlaced;
    struct png_rows *rows; // made when it is needed
};

static struct png_file *png_file_of(struct image_file *file)
{
    return (struct png_file *)file; // the base is the first member
}

// --- libpng ---

static void on_error(png_structp png, png_const_charp message)
{
    struct png_rows *rows = png_get_error_ptr(png);
    snprintf(rows->message, sizeof rows->message, "%s", message);
    longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

// Copies what the buffer has of the place in the file, after filling it if it has nothing.
static size_t take_buffered(struct png_rows *rows, uint8_t *out, size_t count)
{
    int64_t begin = rows->offset - rows->buffered_at;
    if (begin < 0 || begin >= (int64_t)rows->buffered) {
        rows->buffered = (size_t)int64_min(rows->bytes - rows->offset, BUFFER_BYTES);
        rows->buffered_at = rows->offset;
        begin = 0;
        if (blob_read(rows->blob, rows->offset, rows->buffer, rows->buffered, NULL) != STATUS_OK)
            rows->buffered = 0;
    }
    const size_t there = rows->buffered - (size_t)begin, taken = count < there ? count : there;
    memcpy(out, rows->buffer + begin, taken);
    rows->offset += (int64_t)taken;
    return taken;
}

static void on_read(png_structp png, png_bytep out, size_t count)
{
    struct png_rows *rows = png_get_io_ptr(png);
    while (count > 0) {
        const size_t taken = rows->offset < rows->bytes ? take_buffered(rows, out, count) : 0;
        if (taken == 0)
            png_error(png, rows->offset < rows->bytes ? "the file cannot be read" : "the file ends");
        out += taken;
        count -= taken;
    }
}

static void stop(struct png_rows *rows)
{
    if (rows->png)
        png_destroy_read_struct(&rows->png, &rows->info, NULL);
    rows->png = NULL;
    rows->info = NULL;
    rows->offset = 0;
}

// The limit of a chunk's length is no more than a warning to libpng, which then asks for the memory: what it
// may have is limited here. It leaves a chunk out for which there is none.
static png_voidp limited_malloc(png_structp png, png_alloc_size_t bytes)
{
    (void)png;
    return bytes <= MAX_ALLOCATION ? malloc(bytes) : NULL;
}

static void limited_free(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

// Reads the header; false with a message.
static bool start(struct png_rows *rows)
{
    stop(rows);
    rows->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, rows, on_error, on_warning, NULL,
                                         limited_malloc, limited_free);
    rows->info = rows->png ? png_create_info_struct(rows->png) : NULL;
    if (!rows->info) {
        snprintf(rows->message, sizeof rows->message, "no memory");
        return false;
    }
    if (setjmp(png_jmpbuf(rows->png)))
        return false;
    png_set_read_fn(rows->png, rows, on_read);
    png_set_compression_buffer_size(rows->png, PIECE_BYTES);
    png_set_user_limits(rows->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(rows->png, MAX_CHUNK_BYTES);
    png_set_chunk_cache_max(rows->png, MAX_CHUNKS);
    png_read_info(rows->png, rows->info);
    return true;
}

// Begins with the pixels: samples of 1, 2 and 4 bits as bytes, those of 16 in the machine's order.
static bool start_pixels(struct png_rows *rows)
{
    if (setjmp(png_jmpbuf(rows->png)))
        return false;
    png_set_packing(rows->png);
    if (png_get_bit_depth(rows->png, rows->info) == 16)
        png_set_swap(rows->png);
    png_set_interlace_handling(rows->png);
    png_read_update_info(rows->png, rows->info);
    return true;
}

static bool read_line(struct png_rows *rows, uint8_t *out)
{
    if (setjmp(png_jmpbuf(rows->png)))
        return false;
    png_read_row(rows->png, out, NULL);
    return true;
}

// Reads the passes of an interlaced picture as far as they are good.
static void read_passes(struct png_rows *rows, size_t line_bytes)
{
    for (rows->good_passes = 0; rows->good_passes < PASSES; rows->good_passes++) {
        for (rows->good_rows = 0; rows->good_rows < rows->height; rows->good_rows++)
            if (!read_line(rows, rows->image + (size_t)rows->good_rows * line_bytes))
                return;
    }
}

// --- Rows in sequence ---

static enum status rows_rewind(struct rows *base, struct error *error)
{
    (void)error;
    struct png_rows *rows = (struct png_rows *)base; // the base is the first member
    rows->failed = !start(rows) || !start_pixels(rows);
    return STATUS_OK;
}

static enum status rows_next(struct rows *base, void *row, int64_t *there, struct error *error)
{
    struct png_rows *rows = (struct png_rows *)base; // the base is the first member
    const size_t item = sample_traits(base->type)->bytes;
    size_t bytes = 0;
    *there = 0;
    if (rows->choice.channels > 1 && !rows->line) {
        (void)size_multiply((size_t)base->width * item, rows->choice.channels, &bytes);
        rows->line = bytes > 0 ? malloc(bytes) : NULL;
        if (!rows->line)
            return error_set(error, STATUS_NO_MEMORY, "%s: no memory for a row of its picture", base->path);
    }
    uint8_t *line = rows->line ? rows->line : row;
    if (!rows->failed && !read_line(rows, line))
        rows->failed = true;
    if (rows->failed) {
        snprintf(base->fault, sizeof base->fault, "its data are damaged or end (%s)", rows->message);
        return STATUS_OK;
    }
    *there = base->width;
    if (rows->line)
        channels_pick(base->type, &rows->choice, rows->line, base->width, row);
    return STATUS_OK;
}

static struct png_rows *png_rows_create(const struct png_file *file)
{
    const struct plain_layout *layout = &file->plain.layout;
    struct png_rows *rows = must_alloc(sizeof *rows);
    rows->rows = (struct rows){.path = file->plain.base.path,
                               .width = layout->width,
                               .type = layout->type,
                               .rewind = rows_rewind,
                               .next = rows_next,
                               .position = INT64_MAX}; // so that rows_decode begins with a rewind
    rows->blob = file->plain.base.blob;
    rows->bytes = file->plain.bytes;
    rows->choice = file->choice;
    rows->height = layout->height;
    return rows;
}

static void png_rows_destroy(struct png_rows *rows)
{
    if (!rows)
        return;
    stop(rows);
    rows_finish(&rows->rows);
    free(rows->line);
    free(rows->image);
    free(rows);
}

// --- Interlaced pictures ---

// Decodes the picture into rows->image.
static enum status load_image(struct png_rows *rows, struct error *error)
{
    const struct rows *base = &rows->rows;
    const size_t item = sample_traits(base->type)->bytes;
    size_t bytes = SIZE_MAX;
    const bool fits = size_of_plane(base->width, rows->height, item * rows->choice.channels, &bytes);
    enum status status = memory_check(base->path, "its interlaced picture",
                                      bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes, error);
    if (status != STATUS_OK)
        return status;
    if (fits)
        rows->image = calloc(bytes, 1);
    if (!rows->image)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory for its interlaced picture", base->path);
    if (start(rows) && start_pixels(rows))
        read_passes(rows, (size_t)base->width * item * rows->choice.channels);
    stop(rows);
    return STATUS_OK;
}

// The pass of Adam7 that brings the pixel, from 0 (https://www.w3.org/TR/png-3/#8Interlace).
static int pass_of(int64_t x, int64_t y)
{
    static const uint8_t passes[8][8] = {
        {0, 5, 3, 5, 1, 5, 3, 5}, {6, 6, 6, 6, 6, 6, 6, 6}, {4, 5, 4, 5, 4, 5, 4, 5},
        {6, 6, 6, 6, 6, 6, 6, 6}, {2, 5, 3, 5, 2, 5, 3, 5}, {6, 6, 6, 6, 6, 6, 6, 6},
        {4, 5, 4, 5, 4, 5, 4, 5}, {6, 6, 6, 6, 6, 6, 6, 6},
    };
    return passes[y % 8][x % 8];
}

// Marks the pixels of one row that no good pass brought.
static void lose_missing(struct png_rows *rows, int64_t y, struct rect rect, uint8_t *pixels,
                         uint8_t *classes, struct decode_report *report)
{
    const struct plain_samples kind = {.path = rows->rows.path, .type = rows->rows.type};
    const size_t item = sample_traits(rows->rows.type)->bytes;
    if (!report->first_loss.text[0])
        error_set(&report->first_loss, STATUS_BROKEN, "%s: its data are damaged or end (%s)", rows->rows.path,
                  rows->message);
    for (int64_t x = 0; x < rect.width; x++) {
        const int pass = pass_of(rect.x + x, y);
        if (pass > rows->good_passes || (pass == rows->good_passes && y >= rows->good_rows))
            plain_lose(&kind, pixels + (size_t)x * item, classes + x, 1, report);
    }
}

static enum status decode_interlaced(struct png_rows *rows, const struct decode_request *request,
                                     struct decode_report *report, struct error *error)
{
    const struct rect rect = request->rect;
    const size_t pixel = sample_traits(rows->rows.type)->bytes * rows->choice.channels;
    enum status status = rows->image ? STATUS_OK : load_image(rows, error);
    for (int64_t row = 0; row < rect.height && status == STATUS_OK; row++) {
        const int64_t y = rect.y + row;
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)row * request->stride;
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        channels_pick(rows->rows.type, &rows->choice,
                      rows->image + (size_t)(y * rows->rows.width + rect.x) * pixel, rect.width, pixels);
        if (rows->good_passes < PASSES)
            lose_missing(rows, y, rect, pixels, request->classes + row * rect.width, report);
    }
    return status;
}

// --- The reader ---

static int png_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count >= PNG_SIGNATURE && png_sig_cmp(head, 0, PNG_SIGNATURE) == 0 ? 100 : 0;
}

static void png_close(struct image_file *base)
{
    png_rows_destroy(png_file_of(base)->rows);
    plain_file_close(base);
}

static enum status check_size(const struct png_file *file, int64_t samples_bits, struct error *error)
{
    const struct plain_layout *layout = &file->plain.layout;
    size_t bits;
    if (layout->width > MAX_WIDTH)
        return error_set(error, STATUS_TOO_LARGE, "%s: rows of %lld pixels are not shown, only of up to %d",
                         file->plain.base.path, (long long)layout->width, MAX_WIDTH);
    if (size_of_plane(layout->width, layout->height, (size_t)samples_bits, &bits) &&
        bits / 8 <= (size_t)unpack_limit(UNPACK_DEFLATE, file->plain.bytes))
        return STATUS_OK;
    return error_set(error, STATUS_BROKEN,
                     "%s: the header claims %lld x %lld pixels, which cannot be in %lld bytes",
                     file->plain.base.path, (long long)layout->width, (long long)layout->height,
                     (long long)file->plain.bytes);
}

// Takes over the header that `rows` has read.
static enum status apply_header(struct png_file *file, struct png_rows *rows, int channel,
                                struct error *error)
{
    const unsigned channels = png_get_channels(rows->png, rows->info);
    file->bits = png_get_bit_depth(rows->png, rows->info);
    file->colour_type = png_get_color_type(rows->png, rows->info);
    file->interlaced = png_get_interlace_type(rows->png, rows->info) != PNG_INTERLACE_NONE;
    file->plain.layout = (struct plain_layout){.format = "PNG",
                                               .width = png_get_image_width(rows->png, rows->info),
                                               .height = png_get_image_height(rows->png, rows->info),
                                               .frames = 1,
                                               .type = file->bits == 16 ? SAMPLE_U16 : SAMPLE_U8};
    file->plain.claimed_frames = 1;
    enum status status = check_size(file, (int64_t)channels * file->bits, error);
    return status == STATUS_OK ? channels_choose(file->plain.base.path, channels, channels >= 3, channel,
                                                 &file->choice, error)
                               : status;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    struct png_file *file = (struct png_file *)base;
    struct png_rows *rows = png_rows_create(file);
    enum status status = start(rows) ? apply_header(file, rows, request->channel, error)
                                     : error_set(error, STATUS_BROKEN, "%s: damaged PNG header (%s)",
                                                 file->plain.base.path, rows->message);
    png_rows_destroy(rows);
    return status;
}

static enum status png_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &png_reader, sizeof(struct png_file), open_content, out, error);
}

static enum status png_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    enum status status = plain_file_clone(base, out, error);
    if (status == STATUS_OK)
        png_file_of(*out)->rows = NULL;
    return status;
}

static enum status png_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    const struct png_file *file = png_file_of(base);
    enum status status = plain_file_info(base, frame, info, error);
    info->sequential = true;
    if (file->interlaced)
        info->chunk_height = info->height;
    snprintf(info->compression, sizeof info->compression, "deflate%s",
             file->interlaced ? ", interlaced" : "");
    channels_note(&file->choice, info->note, sizeof info->note);
    if (file->colour_type == PNG_COLOR_TYPE_PALETTE)
        snprintf(info->note, sizeof info->note, "index into a palette");
    return status;
}

static enum status png_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct png_file *file = png_file_of(base);
    if (!file->rows)
        file->rows = png_rows_create(file);
    return file->interlaced ? decode_interlaced(file->rows, request, report, error)
                            : rows_decode(&file->rows->rows, 0, request, report, error);
}

static void append_text(struct png_rows *rows, struct text *out)
{
    png_textp entries = NULL;
    int count = 0;
    png_get_text(rows->png, rows->info, &entries, &count);
    for (int i = 0; i < count; i++)
        if (entries[i].key && entries[i].key[0] && entries[i].text)
            header_line(out, entries[i].key, entries[i].text, strlen(entries[i].text));
}

static enum status png_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame, (void)error;
    static const struct {
        int type;
        const char *name;
    } colours[] = {{PNG_COLOR_TYPE_GRAY, "grey"},
                   {PNG_COLOR_TYPE_GRAY_ALPHA, "grey and alpha"},
                   {PNG_COLOR_TYPE_PALETTE, "palette"},
                   {PNG_COLOR_TYPE_RGB, "RGB"},
                   {PNG_COLOR_TYPE_RGB_ALPHA, "RGB and alpha"}};
    const struct png_file *file = png_file_of(base);
    struct png_rows *rows = png_rows_create(file);
    text_printf(out, "bits per sample\t%d\n", file->bits);
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (colours[i].type == file->colour_type)
            text_printf(out, "colours\t%s\n", colours[i].name);
    text_printf(out, "interlaced\t%s\n", file->interlaced ? "yes" : "no");
    if (start(rows))
        append_text(rows, out);
    png_rows_destroy(rows);
    return STATUS_OK;
}

static const char *const png_extensions[] = {"png", NULL};

const struct reader png_reader = {
    .name = "png",
    .description = "PNG",
    .extensions = png_extensions,
    .media = {.types = "image/png;", .kind = MEDIA_COMMON},
    .probe = png_probe,
    .open = png_open,
    .frame_info = png_frame_info,
    .decode = png_decode,
    .clone = png_clone,
    .metadata = png_metadata,
    .close = png_close,
};
