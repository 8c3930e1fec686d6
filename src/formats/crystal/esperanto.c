// SPDX-License-Identifier: MIT
// Esperanto frames of CrysAlis (.esperanto, .esper): 25 lines of 256 characters, then pixels of 32 bits,
// plain or compressed.
//
// Format: as the fabio library reads and writes it (https://github.com/silx-kit/fabio EsperantoImage).
#include "formats/base/bitfield.h"
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LINE = 128, MIN_LINE = 64, MAX_LINE = 4096, MAX_LINES = 1000 };

static const char first_words[] = "ESPERANTO FORMAT";

struct esperanto_file {
    struct row_file rows;
    int64_t lines, line_bytes;  // of the header
    struct byte_stream *stream; // owned
    int64_t row;
};

static struct esperanto_file *esperanto_file_of(struct row_file *rows)
{
    return (struct esperanto_file *)rows; // the rows are the first member
}

// --- The header ---

static int esperanto_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count >= MIN_LINE && memcmp(head, first_words, sizeof first_words - 1) == 0 ? 95 : 0;
}

// "ESPERANTO FORMAT   1 CONSISTING OF   25 LINES OF   256 BYTES EACH".
static enum status read_first_line(struct esperanto_file *file, struct error *error)
{
    char text[FIRST_LINE + 1] = "";
    int64_t lines = 0, bytes = 0;
    const struct row_file *rows = &file->rows;
    const size_t count = (size_t)int64_min(rows->bytes, FIRST_LINE);
    enum status status = row_file_read(rows, 0, text, count, error);
    if (status != STATUS_OK)
        return status;
    if (!esperanto_probe((uint8_t *)text, count, rows->base.path))
        return error_set(error, STATUS_NOT_MINE, "%s: is not an Esperanto file", rows->base.path);
    const char *at = text;
    if (!text_take_number(&at, "CONSISTING OF", &lines) || !text_take_number(&at, "LINES OF", &bytes) ||
        lines < 2 || lines > MAX_LINES || bytes < MIN_LINE || bytes > MAX_LINE)
        return error_set(error, STATUS_BROKEN, "%s: its first line does not tell the size of the header",
                         rows->base.path);
    file->lines = lines;
    file->line_bytes = bytes;
    return STATUS_OK;
}

// The header with its lines' ends made NUL, to be freed; NULL with a sentence.
static char *header_read(const struct esperanto_file *file, struct error *error)
{
    char *header = must_alloc((size_t)(file->lines * file->line_bytes));
    if (row_file_read(&file->rows, 0, header, (size_t)(file->lines * file->line_bytes), error) != STATUS_OK) {
        free(header);
        return NULL;
    }
    for (int64_t i = 0; i < file->lines; i++)
        for (char *end = header + (i + 1) * file->line_bytes; end > header + i * file->line_bytes; end--)
            if ((unsigned char)end[-1] <= ' ')
                end[-1] = '\0';
            else
                break;
    // A line without an end to cut would run into the next.
    for (int64_t i = 1; i <= file->lines; i++)
        header[i * file->line_bytes - 1] = '\0';
    return header;
}

// The word at `index` behind the line's key, quotes taken off; false without it.
static bool header_word(const struct esperanto_file *file, const char *header, const char *key, int index,
                        char word[64])
{
    const size_t length = strlen(key);
    for (int64_t i = 1; i < file->lines; i++) {
        const char *line = header + i * file->line_bytes;
        if (strncmp(line, key, length) != 0 || (line[length] != ' ' && line[length] != '\t'))
            continue;
        const char *at = line + length;
        for (int k = 0;; k++) {
            at += strspn(at, " \t");
            const size_t count = strcspn(at, " \t");
            if (count == 0)
                return false;
            if (k < index) {
                at += count;
                continue;
            }
            const bool quoted = *at == '"';
            snprintf(word, 64, "%.*s", (int)strcspn(at + quoted, quoted ? "\"" : " \t"), at + quoted);
            return true;
        }
    }
    return false;
}

static double header_number(const struct esperanto_file *file, const char *header, const char *key, int index)
{
    char word[64];
    double number;
    return header_word(file, header, key, index, word) && parse_double(word, &number) ? number : NAN;
}

// --- Decoding ---

static int64_t data_offset(const struct esperanto_file *file)
{
    return file->lines * file->line_bytes;
}

static int64_t esperanto_seek(struct row_file *rows, int64_t row)
{
    esperanto_file_of(rows)->row = row;
    return row;
}

static int64_t packed_next(struct row_file *rows, void *out)
{
    struct esperanto_file *file = esperanto_file_of(rows);
    return bitfield_image_row(rows, file->stream, data_offset(file), file->row++, out);
}

static int64_t plain_next(struct row_file *rows, void *out)
{
    struct esperanto_file *file = esperanto_file_of(rows);
    const int64_t row_bytes = rows->layout.width * 4, offset = data_offset(file) + file->row++ * row_bytes;
    const int64_t there = int64_clamp(rows->bytes - offset, 0, row_bytes) / 4;
    if (there == 0 || row_file_read(rows, offset, out, (size_t)there * 4, NULL) != STATUS_OK)
        return 0;
    return there;
}

static enum status esperanto_prepare(struct row_file *rows, struct error *error)
{
    (void)error;
    esperanto_file_of(rows)->stream = must_alloc(sizeof(struct byte_stream));
    return STATUS_OK;
}

static void esperanto_release(struct row_file *rows)
{
    free(esperanto_file_of(rows)->stream);
}

static const struct row_coding plain_coding = {"none", esperanto_seek,    plain_next,
                                               false,  esperanto_prepare, esperanto_release};
static const struct row_coding packed_coding = {"AGI bitfield", esperanto_seek,    packed_next,
                                                false,          esperanto_prepare, esperanto_release};

// --- Opening ---

static double overflow_threshold(const struct esperanto_file *file, const char *header)
{
    return header_number(file, header, "SPECIAL_CCD_2", 4);
}

static enum status open_image(struct esperanto_file *file, const char *header, struct error *error)
{
    struct row_layout layout = {.format = "Esperanto", .type = SAMPLE_I32};
    struct row_file *rows = &file->rows;
    char width[64], height[64], format[64];
    if (!header_word(file, header, "IMAGE", 0, width) || !header_word(file, header, "IMAGE", 1, height) ||
        !header_word(file, header, "IMAGE", 4, format) || !parse_whole(width, &layout.width) ||
        !parse_whole(height, &layout.height))
        return error_set(error, STATUS_BROKEN,
                         "%s: its header does not tell the size and format of the image", rows->base.path);
    const bool packed = strcmp(format, "AGI_BITFIELD") == 0;
    if (!packed && strcmp(format, "4BYTE_LONG") != 0)
        return error_set(error, STATUS_UNSUPPORTED, "%s: its pixel format \"%s\" is not read",
                         rows->base.path, utf8_valid(format, strlen(format)) ? format : "?");
    const double threshold = overflow_threshold(file, header);
    layout.sentinels.has_saturation = threshold > 0;
    layout.sentinels.saturation = threshold > 0 ? threshold : 0;
    const int64_t bytes = int64_max(rows->bytes - data_offset(file), 0);
    return row_file_start(rows, &layout, packed ? &packed_coding : &plain_coding,
                          packed ? bytes * BITFIELD_MOST_PIXELS_PER_BYTE : bytes / 4, error);
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct esperanto_file *file = (struct esperanto_file *)base;
    enum status status = read_first_line(file, error);
    if (status != STATUS_OK)
        return status;
    char *header = header_read(file, error);
    if (!header)
        return STATUS_BROKEN;
    status = open_image(file, header, error);
    free(header);
    return status;
}

static enum status esperanto_open(const struct open_request *request, struct image_file **out,
                                  struct error *error)
{
    return row_file_open_with(request, &esperanto_reader, sizeof(struct esperanto_file), open_content, out,
                              error);
}

// --- What the header tells ---

static enum status esperanto_metadata(struct image_file *base, int64_t frame, struct text *out,
                                      struct error *error)
{
    (void)frame;
    const struct esperanto_file *file = (struct esperanto_file *)base;
    char *header = header_read(file, error);
    if (!header)
        return STATUS_BROKEN;
    for (int64_t i = 0; i < file->lines; i++) {
        const char *line = header + i * file->line_bytes;
        const size_t count = i == 0 ? sizeof first_words - 1 : strcspn(line, " ");
        struct text key = {0};
        utf8_append(&key, line, count);
        if (key.length > 0)
            header_line(out, text_string(&key), line + count, strlen(line + count));
        text_free(&key);
    }
    free(header);
    return STATUS_OK;
}

static enum status esperanto_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                      struct error *error)
{
    (void)frame;
    const struct esperanto_file *file = (struct esperanto_file *)base;
    char *header = header_read(file, error);
    if (!header)
        return STATUS_BROKEN;
    detector_info_set(&info->exposure, header_number(file, header, "TIME", 0));
    detector_info_set(&info->pixel_x, header_number(file, header, "PIXELSIZE", 0) * 1e-3);
    detector_info_set(&info->pixel_y, header_number(file, header, "PIXELSIZE", 1) * 1e-3);
    detector_info_set(&info->sensor_thickness, header_number(file, header, "PIXELSIZE", 2) * 1e-3);
    detector_info_set(&info->wavelength, header_number(file, header, "WAVELENGTH", 2) * 1e-10);
    detector_info_set(&info->distance, header_number(file, header, "GONIOMODEL_1", 9) * 1e-3);
    detector_info_set(&info->saturation, overflow_threshold(file, header));
    const double x = header_number(file, header, "GONIOMODEL_1", 5);
    const double y = header_number(file, header, "GONIOMODEL_1", 6);
    detector_info_set_beam(info, x, y);
    free(header);
    return STATUS_OK;
}

static const char *const esperanto_extensions[] = {"esperanto", "esper", NULL};

const struct reader esperanto_reader = {
    .name = "esperanto",
    .description = "Esperanto",
    .extensions = esperanto_extensions,
    .media = {.types = "image/x-esperanto;", .magic = "ESPERANTO FORMAT"},
    .probe = esperanto_probe,
    .open = esperanto_open,
    .frame_info = row_file_info,
    .decode = row_file_decode,
    .clone = row_file_clone,
    .metadata = esperanto_metadata,
    .detector = esperanto_detector,
    .close = row_file_close,
};
