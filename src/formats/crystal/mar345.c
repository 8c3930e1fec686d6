// SPDX-License-Identifier: MIT
// mar345 image plates (.mar2300 and the like): a header of numbers and text, values above 16 bits in a table
// of their own, and pixels packed as CCP4 does.
//
// Format: "The mar345 image file formats" of marresearch, and what the fabio library reads
// (https://github.com/silx-kit/fabio). Packing: J. P. Abrahams, "pack" of CCP4 (1993, version 2 of 1995). The
// difference of a pixel from the mean of its four neighbours that are already known is stored in as many bits
// as a block of pixels needs. A block begins with 3 bits for the logarithm of its number of pixels and 3 bits
// (version 2: 4 bits) for the index of the number of bits of a difference; the lowest bit comes first.
#include "formats/base/header_table.h"
#include "formats/base/readers_list.h"
#include "formats/base/row_file.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 4096,
    TEXT_AT = 64, // where the header's text begins
    ORDER_MARK = 1234,
    FORMAT_SPIRAL = 2,
    HIGH_RECORD = 8, // pairs of a record of the table of high values
    IDENTIFIER_ROOM = 4096,
    MOST_PIXELS_PER_BYTE = 256, // a block of 128 pixels has at least 6 bits
};

enum {
    WORD_ORDER,
    WORD_SIZE,
    WORD_HIGH,
    WORD_FORMAT,
    WORD_MODE,
    WORD_PIXELS,
    WORD_LENGTH,
    WORD_HEIGHT,
    WORD_WAVELENGTH,
    WORD_DISTANCE
};

// A value that does not fit into 16 bits.
struct high {
    int64_t pixel;
    uint32_t value;
};

struct mar345_file {
    struct row_file rows;
    bool big;
    int version;    // of the packing
    int64_t packed; // offset of the packed pixels
    int64_t highs_offset;
    size_t highs_count;
    struct high *highs; // by pixel; owned
    // -- decoding
    struct byte_stream *stream; // owned
    uint64_t window;            // bits not yet used, the next one lowest
    unsigned window_bits;
    unsigned block_left, block_bits; // pixels left in the block, bits of each
    bool ended;
    int64_t row;   // that is decoded next
    int16_t *line; // the last pixel but one row, a row, and the row in work; owned
    size_t next_high;
};

static struct mar345_file *mar345_file_of(struct row_file *rows)
{
    return (struct mar345_file *)rows; // the rows are the first member
}

// --- Unpacking ---

// Takes `count` (at most 32) bits; false at the end.
static inline bool take_bits(struct mar345_file *file, unsigned count, uint32_t *bits)
{
    while (file->window_bits < count) {
        const int byte = byte_stream_next(file->stream);
        if (byte < 0)
            return false;
        file->window |= (uint64_t)byte << file->window_bits;
        file->window_bits += 8;
    }
    *bits = (uint32_t)(file->window & ((UINT64_C(1) << count) - 1));
    file->window >>= count;
    file->window_bits -= count;
    return true;
}

static bool block_begin(struct mar345_file *file)
{
    static const uint8_t lengths[2][16] = {
        {0, 4, 5, 6, 7, 8, 16, 32},
        {0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 32},
    };
    uint32_t pixels, length;
    if (!take_bits(file, 3, &pixels) || !take_bits(file, file->version == 2 ? 4 : 3, &length))
        return false;
    file->block_left = 1u << pixels;
    file->block_bits = lengths[file->version == 2][length];
    return true;
}

// The next difference, in the 16 bits that count.
static inline bool next_difference(struct mar345_file *file, uint32_t *difference)
{
    uint32_t bits;
    if (file->block_left == 0 && !block_begin(file))
        return false;
    if (!take_bits(file, file->block_bits, &bits))
        return false;
    file->block_left--;
    const uint32_t sign = file->block_bits ? UINT32_C(1) << (file->block_bits - 1) : 0;
    *difference = (bits ^ sign) - sign;
    return true;
}

// The mean is taken of signed numbers, as the packing program does.
static inline int16_t predict(const int16_t *at, int64_t width)
{
    return (int16_t)((at[-1] + at[-width + 1] + at[-width] + at[-width - 1] + 2) / 4);
}

// Replaces the values of the row that stand in the table.
static void put_highs(struct mar345_file *file, uint32_t *out)
{
    const int64_t first = file->row * file->rows.layout.width, end = first + file->rows.layout.width;
    for (; file->next_high < file->highs_count && file->highs[file->next_high].pixel < end; file->next_high++)
        if (file->highs[file->next_high].pixel >= first)
            out[file->highs[file->next_high].pixel - first] = file->highs[file->next_high].value;
}

static int64_t mar345_next(struct row_file *rows, void *out)
{
    struct mar345_file *file = mar345_file_of(rows);
    const int64_t width = rows->layout.width;
    int16_t *line = file->line + width + 1;
    uint32_t *values = out;
    int64_t x = 0;
    for (; x < width && !file->ended; x++) {
        uint32_t difference;
        if (!next_difference(file, &difference)) {
            file->ended = true;
            break;
        }
        // The first row and the first pixel of the second know only the pixel before.
        const bool mean = file->row > 1 || (file->row == 1 && x > 0);
        const uint32_t before = (uint32_t)(mean ? predict(line + x, width) : line[x - 1]);
        line[x] = (int16_t)(uint16_t)(before + difference);
        values[x] = (uint16_t)line[x];
    }
    memset(values + x, 0, (size_t)(width - x) * sizeof *values);
    put_highs(file, values);
    memmove(file->line, file->line + width, (size_t)(width + 1) * sizeof *file->line);
    file->row++;
    return x;
}

static int64_t mar345_seek(struct row_file *rows, int64_t row)
{
    (void)row;
    struct mar345_file *file = mar345_file_of(rows);
    byte_stream_start(file->stream, rows->base.blob, file->packed, rows->bytes);
    memset(file->line, 0, ((size_t)rows->layout.width * 2 + 1) * sizeof *file->line);
    file->window = 0;
    file->window_bits = file->block_left = file->block_bits = 0;
    file->ended = false;
    file->row = 0;
    file->next_high = 0;
    return 0;
}

static int high_compare(const void *a, const void *b)
{
    const struct high *one = a, *other = b;
    return (one->pixel > other->pixel) - (one->pixel < other->pixel);
}

// Reads the table of high values; pixels are counted from 1, and 0 is padding.
static enum status read_highs(struct mar345_file *file, struct error *error)
{
    const size_t count = file->highs_count;
    if (count == 0)
        return STATUS_OK;
    uint8_t *pairs = malloc(count * 8);
    file->highs = malloc(count * sizeof *file->highs);
    enum status status = STATUS_OK;
    if (!pairs || !file->highs)
        status = error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for its high values",
                           file->rows.base.path);
    if (status == STATUS_OK)
        status = row_file_read(&file->rows, file->highs_offset, pairs, count * 8, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const uint8_t *pair = pairs + 8 * i;
        file->highs[i].pixel = (int64_t)load_u32(pair, file->big) - 1;
        file->highs[i].value = load_u32(pair + 4, file->big);
    }
    free(pairs);
    if (status == STATUS_OK)
        qsort(file->highs, count, sizeof *file->highs, high_compare);
    return status;
}

static enum status mar345_prepare(struct row_file *rows, struct error *error)
{
    struct mar345_file *file = mar345_file_of(rows);
    size_t bytes = 0;
    file->highs = NULL;
    file->line = NULL;
    file->stream = must_alloc(sizeof *file->stream);
    if (size_of_plane(rows->layout.width, 2, sizeof *file->line, &bytes) &&
        size_add(bytes, sizeof *file->line, &bytes))
        file->line = malloc(bytes);
    if (!file->line)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for two rows of it",
                         rows->base.path);
    return read_highs(file, error);
}

static void mar345_release(struct row_file *rows)
{
    struct mar345_file *file = mar345_file_of(rows);
    free(file->highs);
    free(file->line);
    free(file->stream);
}

static const struct row_coding mar345_coding = {
    .compression = "CCP4 packed",
    .seek = mar345_seek,
    .next = mar345_next,
    .sequential = true,
    .prepare = mar345_prepare,
    .release = mar345_release,
};

// --- Opening ---

static int32_t word_at(const uint8_t *header, size_t index, bool big)
{
    return (int32_t)load_u32(header + 4 * index, big);
}

static int mar345_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    if (count < TEXT_AT)
        return 0;
    const bool big = load_u32be(head) == ORDER_MARK;
    if ((!big && load_u32le(head) != ORDER_MARK) || word_at(head, WORD_SIZE, big) < 1)
        return 0;
    return memmem(head + TEXT_AT, count - TEXT_AT, "mar research", 12) ? 95 : 60;
}

// Finds the line that stands before the packed pixels, at or soon behind `offset`.
static enum status find_packed(struct mar345_file *file, int64_t offset, struct row_layout *layout,
                               struct error *error)
{
    static const char identifier[] = "CCP4 packed image";
    char room[IDENTIFIER_ROOM + 1];
    const char *path = file->rows.base.path;
    const size_t count = (size_t)int64_clamp(file->rows.bytes - offset, 0, IDENTIFIER_ROOM);
    enum status status = row_file_read(&file->rows, offset, room, count, error);
    if (status != STATUS_OK)
        return status;
    room[count] = '\0';
    const char *found = memmem(room, count, identifier, sizeof identifier - 1);
    const char *end = found ? memchr(found, '\n', count - (size_t)(found - room)) : NULL;
    if (!end)
        return error_set(error, STATUS_BROKEN, "%s: the line before its packed pixels is missing", path);
    found += sizeof identifier - 1;
    file->version = strncmp(found, " V2", 3) == 0 ? 2 : 1;
    if (!text_take_number(&found, ", X:", &layout->width) ||
        !text_take_number(&found, ", Y:", &layout->height) || found > end)
        return error_set(error, STATUS_BROKEN, "%s: the line before its packed pixels has no size", path);
    file->packed = offset + (end + 1 - room);
    return STATUS_OK;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct mar345_file *file = (struct mar345_file *)base;
    uint8_t header[HEADER_BYTES];
    const char *path = file->rows.base.path;
    struct row_layout layout = {.format = "mar345", .type = SAMPLE_U32};
    enum status status = row_file_read(&file->rows, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    file->big = load_u32be(header) == ORDER_MARK;
    if (word_at(header, WORD_ORDER, file->big) != ORDER_MARK)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a mar345 file", path);
    if (word_at(header, WORD_FORMAT, file->big) == FORMAT_SPIRAL)
        return error_set(
            error, STATUS_UNSUPPORTED,
            "%s: is a spiral scan, whose pixels lie in no rows; convert it with the scanner's program", path);
    const int32_t highs = word_at(header, WORD_HIGH, file->big);
    const int64_t table = int64_round_up(int64_max(highs, 0), HIGH_RECORD) * 8;
    if (highs < 0 || table > file->rows.bytes - HEADER_BYTES)
        return error_set(error, STATUS_BROKEN, "%s: its table of %d high values is longer than the file",
                         path, highs);
    file->highs_count = (size_t)highs;
    file->highs_offset = HEADER_BYTES;
    status = find_packed(file, HEADER_BYTES + table, &layout, error);
    if (status != STATUS_OK)
        return status;
    return row_file_start(&file->rows, &layout, &mar345_coding,
                          (file->rows.bytes - file->packed) * MOST_PIXELS_PER_BYTE, error);
}

static enum status mar345_open(const struct open_request *request, struct image_file **out,
                               struct error *error)
{
    return row_file_open_with(request, &mar345_reader, sizeof(struct mar345_file), open_content, out, error);
}

// --- What the header tells ---

// The next line of the header's text, without its key; false at the end. Keys are padded with blanks.
struct line {
    const char *key, *value;
    size_t key_count, value_count;
};

static bool next_line(const char **at, const char *end, struct line *line)
{
    static const char last[] = "END OF HEADER";
    while (*at < end) {
        const char *begin = *at, *stop = memchr(begin, '\n', (size_t)(end - begin));
        *at = stop ? stop + 1 : end;
        const char *to = stop ? stop : end;
        while (begin < to && (unsigned char)*begin <= ' ')
            begin++;
        if ((size_t)(to - begin) >= sizeof last - 1 && memcmp(begin, last, sizeof last - 1) == 0)
            return false;
        line->key = begin;
        while (begin < to && (unsigned char)*begin > ' ')
            begin++;
        line->key_count = (size_t)(begin - line->key);
        line->value = begin;
        line->value_count = (size_t)(to - begin);
        if (line->key_count > 0)
            return true;
    }
    return false;
}

// Copies the value of the first line with the key; false without one.
static bool line_value(const uint8_t *header, const char *key, char *out, size_t size)
{
    const char *at = (const char *)header + TEXT_AT, *end = (const char *)header + HEADER_BYTES;
    struct line line;
    while (next_line(&at, end, &line)) {
        if (line.key_count != strlen(key) || memcmp(line.key, key, line.key_count) != 0)
            continue;
        snprintf(out, size, "%.*s", (int)line.value_count, line.value);
        return true;
    }
    return false;
}

static enum status mar345_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                   struct error *error)
{
    (void)frame;
    const struct mar345_file *file = (struct mar345_file *)base;
    uint8_t header[HEADER_BYTES];
    char text[256];
    enum status status = row_file_read(&file->rows, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    detector_info_set(&info->pixel_x, word_at(header, WORD_LENGTH, file->big) * 1e-6);
    detector_info_set(&info->pixel_y, word_at(header, WORD_HEIGHT, file->big) * 1e-6);
    detector_info_set(&info->wavelength, word_at(header, WORD_WAVELENGTH, file->big) * 1e-16);
    detector_info_set(&info->distance, word_at(header, WORD_DISTANCE, file->big) * 1e-6);
    double x, y, seconds;
    char x_text[32], y_text[32];
    if (line_value(header, "CENTER", text, sizeof text) &&
        sscanf(text, " X %31s Y %31s", x_text, y_text) == 2 && parse_double(x_text, &x) &&
        parse_double(y_text, &y))
        detector_info_set_beam(info, x, y);
    if (line_value(header, "TIME", text, sizeof text) && sscanf(text, "%31s", x_text) == 1 &&
        parse_double(x_text, &seconds))
        detector_info_set(&info->exposure, seconds);
    if (line_value(header, "DETECTOR", text, sizeof text) && sscanf(text, "%31s", x_text) == 1 &&
        utf8_valid(x_text, strlen(x_text)))
        snprintf(info->name, sizeof info->name, "%s", x_text);
    return STATUS_OK;
}

static const struct header_item mar345_items[] = {
    {"Size", 4 * WORD_SIZE, SAMPLE_I32},
    {"NumHigh", 4 * WORD_HIGH, SAMPLE_I32},
    {"Format", 4 * WORD_FORMAT, SAMPLE_I32},
    {"Mode", 4 * WORD_MODE, SAMPLE_I32},
    {"NumPixels", 4 * WORD_PIXELS, SAMPLE_I32},
    {"PixelLength", 4 * WORD_LENGTH, SAMPLE_I32, 1, 1, "um"},
    {"PixelHeight", 4 * WORD_HEIGHT, SAMPLE_I32, 1, 1, "um"},
    {"Wavelength", 4 * WORD_WAVELENGTH, SAMPLE_I32, 1, 1000000, "A"},
    {"Distance", 4 * WORD_DISTANCE, SAMPLE_I32, 1, 1000, "mm"},
    {"StartPhi", 40, SAMPLE_I32, 1, 1000, "deg"},
    {"EndPhi", 44, SAMPLE_I32, 1, 1000, "deg"},
    {"StartOmega", 48, SAMPLE_I32, 1, 1000, "deg"},
    {"EndOmega", 52, SAMPLE_I32, 1, 1000, "deg"},
    {"Chi", 56, SAMPLE_I32, 1, 1000, "deg"},
    {"TwoTheta", 60, SAMPLE_I32, 1, 1000, "deg"},
};

static enum status mar345_metadata(struct image_file *base, int64_t frame, struct text *out,
                                   struct error *error)
{
    (void)frame;
    const struct mar345_file *file = (struct mar345_file *)base;
    uint8_t header[HEADER_BYTES];
    enum status status = row_file_read(&file->rows, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    const struct header_block block = {header, sizeof header, file->big};
    header_block_append(&block, mar345_items, sizeof mar345_items / sizeof *mar345_items, out);
    const char *at = (const char *)header + TEXT_AT;
    struct line line;
    while (next_line(&at, (const char *)header + HEADER_BYTES, &line)) {
        struct text key = {0};
        utf8_append(&key, line.key, line.key_count);
        header_line(out, text_string(&key), line.value, line.value_count);
        text_free(&key);
    }
    return STATUS_OK;
}

static const char *const mar345_extensions[] = {"mar1200", "mar1600", "mar1800", "mar2000", "mar2300",
                                                "mar2400", "mar3000", "mar3450", "mar2560", NULL};

const struct reader mar345_reader = {
    .name = "mar345",
    .description = "mar345",
    .extensions = mar345_extensions,
    .media = {.types = "image/x-mar345;", .magic_at = 128, .magic = "mar research"},
    .probe = mar345_probe,
    .open = mar345_open,
    .frame_info = row_file_info,
    .decode = row_file_decode,
    .clone = row_file_clone,
    .metadata = mar345_metadata,
    .detector = mar345_detector,
    .close = row_file_close,
};
